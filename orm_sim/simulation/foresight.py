"""Foresight: the outlook and the purse that a vendor sees when it plans, made from the world as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.units import DAYS_PER_MONTH
from orm_sim.demand.calendar import Calendar
from orm_sim.demand.leads import KEPT_DAYS, expected_attempt_s
from orm_sim.demand.programme import CHANNELS, Channel, Outbound
from orm_sim.demand.scoring import Scoring
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.blended import guests_ahead
from orm_sim.simulation.dismissal import weeks_owed
from orm_sim.simulation.duty import found_by
from orm_sim.simulation.hazards import outage_ahead
from orm_sim.simulation.known_pool import requirement_of, response_of
from orm_sim.simulation.operator import Operator
from orm_sim.simulation.people_costs import PAYDAY_EVERY_DAYS
from orm_sim.simulation.setting import Planning, Setting, planning_for
from orm_sim.simulation.targets import attempts_of_a_lead, sold_when_reached
from orm_sim.vendor.decision.outlook import (
    AGES,
    KEPT_AFTER,
    Floor,
    InboundOutlook,
    OutboundOutlook,
    Outlook,
)
from orm_sim.vendor.decision.purse_ahead import PurseAhead, Timetable
from orm_sim.vendor.firm import Purse
from orm_sim.vendor.people import People
from orm_sim.vendor.policy import ServiceRequest
from orm_sim.vendor.workforce import WorkforceTerms

Floats = NDArray[np.float64]
ShareOf = Callable[[Channel, int], float]


@dataclass(frozen=True, slots=True)
class Moment:
    """A planning date: the world as the vendor finds it.

    Attributes
    ----------
    week : int
        Weeks since contract start.
    month : int
        Billing month that it falls in, from 0.
    n_months : int
        Months that are foreseen: to the horizon, or to the end of the term.
    """

    week: int
    month: int
    n_months: int


def moment_of(setting: Setting, week: int, horizon: int) -> Moment:
    """The planning date in a week."""
    day = min(7 * week, setting.days.n_days - 1)
    month = int(setting.days.month[day])
    return Moment(week, month, max(min(horizon, setting.days.n_months - month), 1))


def outlook_of(
    scenario: Scenario,
    setting: Setting,
    vendor: Operator,
    service: ServiceRequest,
    moment: Moment,
    share_of: ShareOf,
    sold: Sequence[float] = (),
) -> Outlook:
    """What the vendor knows of the months ahead.

    Parameters
    ----------
    scenario, setting
        The deal, and the outside world as it is forecast.
    vendor : Operator
        Its people.
    service : ServiceRequest
        The service it is asked for.
    moment : Moment
    share_of : callable
        The vendor's share of a channel's contacts in a week, as planned today.
    sold : sequence of float
        Funded sales of the last months, the latest first.
    """
    months = range(moment.month, moment.month + moment.n_months)
    terms, site = _as_priced(scenario.vendor.workforce, vendor), vendor.site
    middles = [int(setting.days.month_starts[m]) + 15 for m in months]
    growth = np.array([(1.0 + terms.wage_growth_per_year) ** (day // 365) for day in middles])
    planning = planning_for(setting.programme, service, vendor.schedule_efficiency)
    shares = {c: _shares(setting, share_of, c, months) for c in CHANNELS}
    return Outlook(
        inbound=_inbound(scenario, setting, vendor, planning, service, moment, shares["inbound"])
        if scenario.outsourced("inbound")
        else None,
        outbound=_outbound(scenario, setting, moment, vendor, months, shares["outbound"], sold)
        if scenario.outsourced("outbound")
        else None,
        floors={c: _floor(scenario, vendor, c, moment) for c in CHANNELS},
        terms=terms,
        people=scenario.vendor.people,
        wage_level=np.array([terms.wage_level(day) for day in middles])
        * scenario.vendor.overtime_factor
        * site.price,
        platform_per_month=scenario.vendor.platform_per_month,
        overhead_per_month=scenario.vendor.account_overhead_per_month,
        wages_index=growth * site.wages,
        dismiss_above=scenario.vendor.dismiss_above,
        currency_index=site.currency,
        outages=outage_ahead(scenario, vendor),
        assurance=vendor.assurance,
        guests=guests_ahead(scenario, setting, vendor, planning, moment.week, months, shares),
    )


def _as_priced(terms: WorkforceTerms, vendor: Operator) -> WorkforceTerms:
    """Terms of employment with what shocks have done to all that is paid locally, wages aside."""
    site = vendor.site
    if site.price == site.currency == 1.0:
        return terms
    return terms.model_copy(
        update={
            "support_per_agent_month": terms.support_per_agent_month * site.price,
            "hiring_cost": terms.hiring_cost * site.currency,
            "seat_per_month": terms.seat_per_month * site.currency,
        }
    )


def _shares(setting: Setting, share_of: ShareOf, channel: Channel, months: range) -> Floats:
    """The vendor's share of a channel's contacts in each month: the mean over its days."""
    starts = setting.days.month_starts
    first, last = int(starts[months.start]), int(starts[months.stop])
    by_week = {week: share_of(channel, week) for week in range(first // 7, (last - 1) // 7 + 1)}
    if set(by_week.values()) in ({0.0}, {1.0}):
        return np.full(len(months), by_week[first // 7])  # nothing to average, and exactly that
    by_day = np.array([by_week[day // 7] for day in range(first, last)])
    return np.array([np.mean(by_day[starts[m] - first : starts[m + 1] - first]) for m in months])


def purse_of(
    scenario: Scenario, purse: Purse, due: Iterable[tuple[int, float]], day: int, days: Calendar
) -> PurseAhead | None:
    """The firm's money at a planning date; None for a reference vendor that cannot fail.

    Parameters
    ----------
    due : iterable of (day, amount)
        Invoiced and not yet paid.
    day : int
        Of the planning date.
    """
    if purse.unlimited:
        return None
    firm = scenario.vendor.firm
    receivable = sorted((when - day, amount) for when, amount in due)
    payday = PAYDAY_EVERY_DAYS - 1 - day % PAYDAY_EVERY_DAYS
    starts = days.month_starts[int(days.month[day]) :] - day
    other = firm.other_business
    return PurseAhead(
        purse.cash, firm.credit_line, firm.credit_rate_per_year, receivable, other.monthly_margin, other.sd,
        Timetable(starts, payday, PAYDAY_EVERY_DAYS), other.correlation,
    )  # fmt: skip


def _floor(scenario: Scenario, vendor: Operator, channel: Channel, moment: Moment) -> Floor:
    force = vendor.workforce[channel]
    coming = np.zeros(12)
    for weeks, count in force.arriving(moment.week):
        coming[min(int(weeks * 7 / DAYS_PER_MONTH), coming.size - 1)] += count
    return Floor(
        float(force.agents), force.newness(moment.week), coming, vendor.satisfaction[channel],
        weeks_owed(scenario, 1.0, force.years_of_service(moment.week)),
    )  # fmt: skip


def _inbound(
    scenario: Scenario,
    setting: Setting,
    vendor: Operator,
    planning: Planning,
    service: ServiceRequest,
    moment: Moment,
    share: Floats,
) -> InboundOutlook:
    days, expected, inbound = setting.days, setting.expected, setting.programme.inbound
    months = range(moment.month, moment.month + moment.n_months)
    starts = days.month_starts
    rates = expected.rates[starts[months.start] : starts[months.stop]].sum(axis=1)
    ends = starts - starts[months.start]
    forecast = np.array(
        [float(rates[ends[m] : ends[m + 1]].sum()) * setting.forecast_factor[m] for m in months]
    )
    drift = expected.handle_factor[np.minimum(days.month_starts[list(months)] + 15, days.n_days - 1)]
    levers = scenario.vendor.levers
    answers = partial(response_of, scenario.programme, service, vendor.schedule_efficiency)
    mood, resolution, shape = inbound.satisfaction, inbound.resolution, setting.programme.shapes.inbound
    return InboundOutlook(
        first=forecast * share * expected.first_share,
        forecast=forecast * share,
        handle_s=expected.mean_handle_s * drift * vendor.handle_factor * vendor.reference.handle_speed,
        fcr=resolution.fcr,
        fcr_delta=vendor.fcr_delta,
        return_share=resolution.return_share,
        short_share=shape.short_share.value,
        base_handle_s=expected.mean_handle_s,
        survey_share=mood.survey_share,
        satisfied=mood.resolved,
        loss_unresolved=mood.loss_unresolved,
        loss_per_minute=mood.loss_per_minute_waited,
        patience_s=shape.patience.exponential_mean_s.value,
        requirement=requirement_of(setting.programme, planning),
        response=answers(),
        asked=service.share,
        late=answers(cut_s=inbound.service.threshold_s) if any(levers.cut_late) else None,
        in_time=answers(in_time_first=True) if any(levers.in_time_first) else None,
        threshold_s=inbound.service.threshold_s,
    )


def _list_as_known(setting: Setting, moment: Moment) -> Outbound:
    """The outbound list as it is taken for: nobody knows it better than the scenario says before it is called."""
    believed = setting.believed if moment.week == 0 else None
    return (believed or setting.programme).outbound


def _outbound(
    scenario: Scenario,
    setting: Setting,
    moment: Moment,
    vendor: Operator,
    months: range,
    share: Floats,
    sold: Sequence[float],
) -> OutboundOutlook:
    outbound, shape = _list_as_known(setting, moment), setting.programme.shapes.outbound
    picks = any(scenario.vendor.levers.cherry_pick)
    starts = setting.days.month_starts
    calling = np.array([int(setting.calling[starts[m] : starts[m + 1]].sum()) for m in months])
    hours = outbound.closes_hour - outbound.opens_hour
    talk = expected_attempt_s(outbound, shape) - outbound.attempt_s
    past = np.zeros(KEPT_AFTER)
    past[: len(sold)] = sold
    lost = cancelled_share(
        outbound.cancelled_by_day_90, vendor.people, vendor.means.pressure, found_by(vendor)
    )
    return OutboundOutlook(
        seat_hours=outbound.seats * share * hours * 5.0,
        calling_weeks=calling / 5.0,
        attempts=outbound.leads_per_month * attempts_of_a_lead(outbound).sum() * share,
        attempt_s=outbound.attempt_s,
        talk_s=talk * vendor.handle_factor * vendor.reference.handle_speed,
        reached=outbound.contact_rate,
        sold=sold_when_reached(outbound, shape) / vendor.reference.conversion,
        funded=outbound.funded_share,
        cancelled=outbound.cancelled_by_day_90,
        unearned=unearned_by_age(),
        past_cancelled=past * lost,
        past_kept=past * (1.0 - lost),
        leads=outbound.leads_per_month * share,
        scoring=Scoring.of(outbound, shape) if picks else None,
    )


def cancelled_share(usual: float, people: People, pressure: float, found: float = 0.0) -> float:
    """Share of funded sales cancelled by day 90, those that pressure has made included."""
    pressed = people.pressed_sales * pressure
    return usual + pressed / (1.0 + pressed) * float(people.cancelled_when(found)) * (1.0 - usual)


@cache
def unearned_by_age() -> Floats:
    """Unearned part of a cancelled sale by months since its own: float64[4], days of cancelling and of sale even."""
    life = np.arange(1, KEPT_DAYS)[:, None]
    sold = np.arange(30.0)[None, :] + 0.5
    age = ((sold + life) / DAYS_PER_MONTH).astype(int)
    part = np.broadcast_to(1.0 - life / KEPT_DAYS, age.shape)
    return np.bincount(age.ravel(), weights=part.ravel(), minlength=AGES)[:AGES] / age.size
