"""Situation: all that an estimate looks up for an option, tabulated once when a study is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.contract.contract import Contract
from orm_sim.core.streams import key
from orm_sim.core.units import DAYS_PER_MONTH
from orm_sim.demand.programme import CHANNELS, Channel
from orm_sim.report.dashboard.drawn import N_DRAWS, Drawn
from orm_sim.report.dashboard.side import Ahead, Employer, Side, side_of
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.employers import Employers, employers, establish
from orm_sim.simulation.foresight import moment_of, outlook_of
from orm_sim.simulation.setting import Setting, make_setting, planning_for
from orm_sim.vendor.decision.outlook import Outlook
from orm_sim.vendor.firm import other_margins
from orm_sim.vendor.levers import STANDARD
from orm_sim.vendor.policy import ServiceRequest

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Home:
    """The client's own centre with all contacts, month by month: float64[n_months, n_draws].

    Attributes
    ----------
    labour, hiring, seats
        By channel, $.
    agents
        By channel.
    abandoned, unresolved, resolved, offered, kept
        Inbound contacts by what became of them (those kept out by an outage are abandoned), and sales that last.
    """

    labour: dict[Channel, Floats]
    hiring: dict[Channel, Floats]
    seats: dict[Channel, Floats]
    agents: dict[Channel, Floats]
    abandoned: Floats
    unresolved: Floats
    resolved: Floats
    offered: Floats
    kept: Floats
    met: Floats


@dataclass(frozen=True, slots=True)
class Worth:
    """What contacts and sales are worth to the client in each draw, float64[n_draws], $."""

    per_sale: Floats
    per_resolved: Floats
    per_abandoned: Floats
    per_unresolved: Floats

    @classmethod
    def of(cls, drawn: Drawn) -> Worth:
        """From the client's terms; who calls again the same day is not lost."""
        lost = 1.0 - drawn.scenario.client.redialled_share
        return cls(
            drawn.each(lambda s: s.client.sale.per_sale),
            drawn.each(lambda s: s.client.value_per_resolved),
            drawn.each(lambda s: s.client.loss_per_abandoned) * lost,
            drawn.each(lambda s: s.client.loss_per_unresolved),
        )


@dataclass(frozen=True, slots=True)
class Situation:
    """An option without its contract, tabulated.

    Attributes
    ----------
    drawn
        Typical and drawn terms.
    setting
        The outside world as typically expected.
    home, improved
        The client's centre, and what it is once its improvement is in place; None without one.
    vendor
        The vendor's people over the term; None where everything stays in-house.
    signing
        What the vendor sees on the day of signing, over its own horizon.
    service
        What the vendor is asked for.
    share
        The vendor's share of a channel's contacts by month, float64[n_months].
    other
        Margin of the vendor's other business, float64[n_months with run-off, n_draws].
    worth
        What contacts and sales are worth to the client.
    """

    drawn: Drawn
    setting: Setting
    home: Side
    improved: Side | None
    vendor: Side | None
    signing: Outlook | None
    service: ServiceRequest
    share: dict[Channel, Floats]
    other: Floats
    worth: Worth

    @property
    def scenario(self) -> Scenario:
        """Typical terms."""
        return self.drawn.scenario

    def at_home(self, volume: float) -> Home:
        """The client's centre with all contacts."""
        before = _home(self.home.ahead(STANDARD, volume))
        programme = self.scenario.client.in_house.improvement
        if self.improved is None or programme is None:
            return before
        return _joined(before, _home(self.improved.ahead(STANDARD, volume)), programme.in_place_week * 7)


Homes = list[tuple[Scenario, Side, Side | None]]
"""Centres tabulated so far: options that differ in their contract alone have the same one."""


def situation_of(
    scenario: Scenario, contract: Contract | None, values: Sequence[dict[str, float]], homes: Homes
) -> Situation:
    """Tabulate an option.

    Parameters
    ----------
    scenario
        The option, its contract set aside.
    contract
        Its contract, rates open or not; what matters here are the channels and the service it asks for.
    values
        Uncertain inputs by draw.
    homes
        Looked through for the client's centre, which is added where it is not there.
    """
    setting = _expected(scenario, values)
    found = employers(scenario.model_copy(update={"contract": contract}), setting)
    establish(
        found.home, setting, planning_for(scenario.programme, found.requested, found.home.schedule_efficiency)
    )
    drawn = Drawn.of(scenario, values)
    service = found.asked or found.requested
    return Situation(
        drawn,
        setting,
        *_centre(drawn, setting, found, homes),
        None if contract is None else _vendor_side(_under(drawn, contract), setting, found, service),
        None if contract is None else _signing(scenario, contract, setting, found, service),
        service,
        {c: _share(scenario, contract, c, setting) for c in CHANNELS},
        _other(scenario, setting),
        Worth.of(drawn),
    )


def _expected(scenario: Scenario, values: Sequence[dict[str, float]]) -> Setting:
    """The outside world, its forecast free of error."""
    made = make_setting(scenario.programme, scenario.evaluation.forecast_cv, scenario.evaluation.seed, 0)
    made.release()
    return replace(made, forecast_factor=np.ones(made.forecast_factor.shape))


def _under(drawn: Drawn, contract: Contract) -> Drawn:
    with_it = {"contract": contract}
    return Drawn(
        drawn.scenario.model_copy(update=with_it),
        tuple(each.model_copy(update=with_it) for each in drawn.draws),
    )


def _vendor_side(drawn: Drawn, setting: Setting, found: Employers, service: ServiceRequest) -> Side:
    ramp = drawn.scenario.relationship
    return side_of(drawn, setting, Employer(found.vendor, service, lambda c, w: ramp.share(w)), abroad=True)


def _signing(
    scenario: Scenario, contract: Contract, setting: Setting, found: Employers, service: ServiceRequest
) -> Outlook:
    with_it = scenario.model_copy(update={"contract": contract})
    moment = moment_of(setting, 0, scenario.vendor.traits.horizon_months)
    return outlook_of(
        with_it, setting, found.vendor, service, moment, lambda c, w: scenario.relationship.share(w)
    )


def _centre(drawn: Drawn, setting: Setting, found: Employers, homes: Homes) -> tuple[Side, Side | None]:
    """The client's centre, before and with its improvement; as it was tabulated for an option before."""
    same = _employing(drawn.scenario)
    client = same.client.model_copy(
        update={"transition_cost": 0.0, "retained_roles_per_year": 0.0, "oversight_per_year": 0.0}
    )
    same = same.model_copy(update={"client": client, "name": "", "title": "", "evidence": ()})
    for known, before, after in homes:
        if known == same:
            return before, after
    sides = (_home_side(drawn, setting, found), _improved_side(drawn, setting, found))
    homes.append((same, *sides))
    return sides


def _home_side(drawn: Drawn, setting: Setting, found: Employers) -> Side:
    at_home = Drawn(_employing(drawn.scenario), tuple(_employing(each) for each in drawn.draws))
    return side_of(at_home, setting, Employer(found.home, found.requested, lambda c, w: 1.0), abroad=False)


def _improved_side(drawn: Drawn, setting: Setting, found: Employers) -> Side | None:
    """The client's centre once its improvement is in place."""
    programme = drawn.scenario.client.in_house.improvement
    if programme is None:
        return None
    home = found.home
    home.handle_factor *= programme.handle_time_factor
    home.schedule_efficiency = programme.schedule_efficiency
    home.fcr_delta += programme.fcr_points
    return _home_side(drawn, setting, found)


def _employing(scenario: Scenario) -> Scenario:
    """A scenario in which the client employs whoever a vendor would, for the outlook to be made of."""
    vendor = scenario.vendor.model_copy(
        update={
            "workforce": scenario.client.in_house.workforce,
            "labour": "none",
            "dismiss_above": None,
            "offshore": scenario.vendor.offshore.model_copy(
                update={"handle_time_factor": 1.0, "fcr_points": 0.0}
            ),
        }
    )
    outage = scenario.risks.outage.model_copy(update={"vendor": scenario.risks.outage.in_house})
    risks = scenario.risks.model_copy(update={"outage": outage})
    return scenario.model_copy(update={"vendor": vendor, "contract": _EVERYTHING, "risks": risks})


_EVERYTHING: Final = Contract.model_construct(scope=CHANNELS)  # only its scope is looked at


def _share(scenario: Scenario, contract: Contract | None, channel: Channel, setting: Setting) -> Floats:
    starts = setting.days.month_starts
    if contract is None or channel not in contract.scope:
        return np.zeros(setting.days.n_months)
    return np.array(
        [
            np.mean(
                [scenario.relationship.share(day // 7) for day in range(int(starts[m]), int(starts[m + 1]))]
            )
            for m in range(setting.days.n_months)
        ]
    )


def _other(scenario: Scenario, setting: Setting) -> Floats:
    terms, n = scenario.vendor.firm.other_business, setting.days.n_months_with_run_off
    seed = scenario.evaluation.seed
    return np.stack(
        [other_margins(terms, key(seed, r, "other_business"), n) for r in range(N_DRAWS)], axis=-1
    )


def _home(ahead: Ahead) -> Home:
    cost = ahead.costs
    return Home(
        {c: cost[c]["wages"] + cost[c]["quality"] for c in cost},
        {c: cost[c]["hiring"] + cost[c]["training"] for c in cost},
        {c: cost[c]["seats"] for c in cost},
        dict(ahead.heads),
        ahead.lost,
        ahead.counted("inbound", "unresolved"),
        ahead.counted("inbound", "resolved"),
        ahead.counted("inbound", "offered"),
        ahead.counted("outbound", "sales_kept"),
        ahead.met,
    )


def _joined(before: Home, after: Home, day: int) -> Home:
    """What a centre is before and after a day."""
    month = np.arange(before.met.shape[0])[:, None]
    later = np.clip(month + 1.0 - day / DAYS_PER_MONTH, 0.0, 1.0)

    def mixed(one: Floats, other: Floats) -> Floats:
        return np.asarray(one * (1.0 - later) + other * later)

    def by_channel(name: str) -> dict[Channel, Floats]:
        return {c: mixed(getattr(before, name)[c], getattr(after, name)[c]) for c in CHANNELS}

    def counted(name: str) -> Floats:
        return mixed(getattr(before, name), getattr(after, name))

    return Home(
        by_channel("labour"), by_channel("hiring"), by_channel("seats"), by_channel("agents"), counted("abandoned"),
        counted("unresolved"), counted("resolved"), counted("offered"), counted("kept"), counted("met"),
    )  # fmt: skip
