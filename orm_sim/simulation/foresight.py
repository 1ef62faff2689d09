"""Foresight: the outlook and the purse that a vendor sees when it plans, made from the world as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.laws import LOGNORMAL, PIECEWISE_HAZARD, LawTable
from orm_sim.centre.pool_response import PoolResponse
from orm_sim.centre.response import ResponseTable
from orm_sim.core.units import DAYS_PER_MONTH
from orm_sim.demand.calendar import Calendar
from orm_sim.demand.inbound import INTERVAL_S, weekly_shape
from orm_sim.demand.leads import KEPT_DAYS, expected_attempt_s
from orm_sim.demand.programme import CHANNELS, Channel, Outbound, Programme
from orm_sim.demand.scoring import Scoring
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.blended import guests_ahead
from orm_sim.simulation.dismissal import weeks_owed
from orm_sim.simulation.duty import found_by
from orm_sim.simulation.hazards import outage_ahead
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
    Requirement,
)
from orm_sim.vendor.decision.purse_ahead import PurseAhead, Timetable
from orm_sim.vendor.firm import Purse
from orm_sim.vendor.people import People
from orm_sim.vendor.policy import ServiceRequest
from orm_sim.vendor.workforce import WorkforceTerms

Floats = NDArray[np.float64]
ShareOf = Callable[[Channel, int], float]

_HOURS = INTERVAL_S / 3600.0
_CONTACTS = 8_000  # behind each node of the response table: service level to about a point
_LOAD_POINTS = 12
_AT_ONCE = 20.0  # hazard a second of patience that has ended


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


def requirement_of(programme: Programme, planning: Planning) -> Requirement:
    """Hours on duty a week that the service asked for takes, by the hours of handle time offered."""
    return _requirement(planning, _week(programme).tobytes(), _largest_load(programme))


@lru_cache(maxsize=16)
def _requirement(planning: Planning, week_bytes: bytes, largest_load: float) -> Requirement:
    """Tabulated once in a process."""
    week = np.frombuffer(week_bytes).reshape(7, -1)
    loads = np.geomspace(largest_load / 50.0, largest_load, _LOAD_POINTS)
    hours = []
    for load in loads.tolist():
        erlangs = week * (load / _HOURS)
        needed = planning.required.agents(erlangs.ravel()).sum() * _HOURS
        hours.append(float(needed) * planning.schedule.hours_factor(erlangs))
    return Requirement(np.concatenate([[0.0], loads]), np.concatenate([[0.0], hours]))


def response_of(
    programme: Programme,
    service: ServiceRequest,
    efficiency: float,
    cut_s: float = np.inf,
    in_time_first: bool = False,
) -> PoolResponse:
    """How the programme's pool answers to hours on duty; tabulated once in a process for all options.

    Contacts that have waited for `cut_s` are cut off: beyond it patience ends at once. `in_time_first`: late ones wait.
    """
    shape, inbound = programme.shapes.inbound, programme.inbound
    pieces = _cut(tuple((p.until_s or np.inf, p.per_s) for p in shape.patience.hazard.pieces), cut_s)
    spread = sum(t.mix.value * t.handle_log_sd.value for t in shape.types.values())
    cv = float(np.sqrt(np.expm1((spread / sum(t.mix.value for t in shape.types.values())) ** 2)))
    busyness = float(np.hypot(shape.busyness.day_cv.value, shape.busyness.interval_cv.value))
    return _response(
        service, efficiency, pieces, round(cv, 3), round(busyness, 6), _week(programme).tobytes(),
        _short(inbound.handle_time_s), _short(_largest_load(programme)), shape.patience.exponential_mean_s.value,
        in_time_first,
    )  # fmt: skip


def _cut(pieces: tuple[tuple[float, float], ...], cut_s: float) -> tuple[tuple[float, float], ...]:
    """Hazard of patience that ends at a moment."""
    if cut_s == np.inf:
        return pieces
    before = [(until, per_s) for until, per_s in pieces if until < cut_s]
    lasting = next(per_s for until, per_s in pieces if until >= cut_s)
    return (*before, (cut_s, lasting), (np.inf, _AT_ONCE))


@lru_cache(maxsize=16)
def _response(
    service: ServiceRequest,
    efficiency: float,
    pieces: tuple[tuple[float, float], ...],
    handle_cv: float,
    busyness_cv: float,
    week: bytes,
    handle_s: float,
    largest_load: float,
    patience_s: float,
    in_time_first: bool,
) -> PoolResponse:
    from orm_sim.centre.schedule import Schedule
    from orm_sim.centre.staffing import RequirementTable

    table = _intervals(pieces, handle_s, handle_cv, service.threshold_s, in_time_first)
    shape = np.frombuffer(week).reshape(7, -1)
    laws = (patience_s, service.threshold_s, service.share, busyness_cv)
    required = RequirementTable.build(float(handle_s), *laws)
    schedule = Schedule.build(required, shape, efficiency, float(handle_s), *laws)
    return PoolResponse.build(table, required, shape, schedule, busyness_cv, float(largest_load))


@lru_cache(maxsize=8)
def _intervals(
    pieces: tuple[tuple[float, float], ...], handle_s: float, handle_cv: float, threshold_s: float, in_time_first: bool
) -> ResponseTable:  # fmt: skip
    until, per_s = (np.array(each) for each in zip(*pieces, strict=True))
    patience = LawTable(
        np.array([LOGNORMAL, PIECEWISE_HAZARD]), np.zeros(2), np.zeros(2), np.array([0, 0]),
        np.array([0, until.size]), until, per_s,
    )  # fmt: skip
    handles = (0.7 * handle_s, 1.4 * handle_s)
    return ResponseTable.build(
        patience, handles, handle_cv, threshold_s, contacts=_CONTACTS, in_time_first=in_time_first
    )


def _short(value: float) -> float:
    """A value by which tables are found again: whole, and below 100 to three digits, so that nothing becomes 0."""
    return float(round(value)) if value >= 100.0 else float(f"{value:.3g}")


def _week(programme: Programme) -> Floats:
    return weekly_shape(programme.shapes.inbound, programme.inbound.opens_hour, programme.inbound.closes_hour)


def _largest_load(programme: Programme) -> float:
    """Hours of handle time in a week beyond which nothing is tabulated."""
    inbound = programme.inbound
    return inbound.contacts_per_week * inbound.handle_time_s / 3600.0 * 2.5


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
