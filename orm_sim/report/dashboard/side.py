"""A side ahead: the people of the client or of the vendor over the whole term, in closed form, under every draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.contract.contract import Contract
from orm_sim.demand.programme import CHANNELS, Channel
from orm_sim.kpi import METERS
from orm_sim.report.dashboard.drawn import N_DRAWS, Drawn, years_of
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.foresight import Moment, ShareOf, outlook_of
from orm_sim.simulation.operator import Operator
from orm_sim.simulation.setting import Setting
from orm_sim.vendor.decision.expected import PEOPLE_COSTS, Expected
from orm_sim.vendor.decision.fluid import Fluid
from orm_sim.vendor.decision.futures import Doubts, Futures, futures
from orm_sim.vendor.decision.heads_ahead import along
from orm_sim.vendor.decision.outlook import OutboundOutlook, Outlook
from orm_sim.vendor.levers import Plan, Plans, plans_of
from orm_sim.vendor.policy import ServiceRequest

Floats = NDArray[np.float64]
Meters = Mapping[tuple[str, str], Any]

_TIMES: Final = ("s", "h", "min")
PAID_BY_HOUR: Final = ("wages", "training", "quality")
"""Kinds of cost that follow the wage."""
_DRAWN: Final = ("talk_s", "reached", "sold", "cancelled")
_OUTBOUND: Final = Contract.model_construct(scope=("outbound",))  # only its scope is looked at


class MonthMeters(Mapping[tuple[str, str], Any]):
    """Meters of a month, float64[n_draws] each: inbound ones follow the drawn contacts, those of time the pace too."""

    def __init__(self, of: Mapping[Channel, Meters], volume: Floats, pace: Floats, wages: Floats) -> None:
        self._of, self._volume, self._pace = of, volume, pace
        self._wages = wages

    def instead(self, inbound: Meters) -> MonthMeters:
        """The same month with other inbound meters, of typical contacts at the typical pace."""
        return MonthMeters({**self._of, "inbound": inbound}, self._volume, self._pace, self._wages)

    def __getitem__(self, name: tuple[str, str]) -> Any:
        """A meter of the month."""
        channel, meter = name
        if channel == "index":
            return self._wages if meter == "wages" else next(iter(self._of.values()))[name]
        value = np.asarray(self._of[channel][name])  # type: ignore[index]
        value = value[0] if value.ndim == 2 else value
        if channel != "inbound":
            return value
        timed = meter == "fte" or (meter in METERS and METERS[meter].unit in _TIMES)
        return value * (self._volume * self._pace if timed else self._volume)

    def __contains__(self, name: object) -> bool:
        """Whether there is such a meter."""
        return any(name in month for month in self._of.values())

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Names of the meters."""
        return iter(dict.fromkeys(name for month in self._of.values() for name in month))

    def __len__(self) -> int:
        """How many there are."""
        return len(list(iter(self)))


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a side does over the term; arrays are float64[n_months, n_draws].

    Attributes
    ----------
    meters
        One mapping a month.
    costs
        By channel and kind, $.
    heads
        On the floor and in training, by channel.
    met
        Whether the inbound service asked for is met.
    kept_out
        Contacts that an outage keeps from coming in, over those that come in.
    kept
        1 in the months in which the contract is in force, 0 once the client has ended it; None: throughout.
    """

    meters: Sequence[MonthMeters]
    costs: Mapping[Channel, Mapping[str, Floats]]
    heads: Mapping[Channel, Floats]
    met: Floats
    kept_out: float = 0.0
    kept: Floats | None = None
    _counted: dict[tuple[str, str], Floats] = field(default_factory=dict, repr=False)

    def counted(self, channel: Channel, meter: str) -> Floats:
        """A meter month by month, looked up once; 0 on a channel that this side does not work."""
        name = (channel, meter)
        if name not in self._counted:
            width = self.met.shape[1:]
            values = [np.broadcast_to(m.get(name, 0.0), width) for m in self.meters]
            self._counted[name] = np.array(values)
        return self._counted[name]

    @property
    def lost(self) -> Floats:
        """Inbound contacts that give up waiting or that an outage keeps out."""
        return self.counted("inbound", "abandoned") + self.kept_out * self.counted("inbound", "offered")

    @property
    def people(self) -> Floats:
        """What its people cost."""
        return np.asarray(sum(part for kinds in self.costs.values() for part in kinds.values()))


@dataclass(frozen=True, slots=True)
class Side:
    """One employer's outlook on the whole term, tabulated once for a study.

    Attributes
    ----------
    outlooks
        By channel, each with that channel alone.
    volume, pace, pay
        Drawn contacts, handle time and wages over typical ones, float64[n_months, n_draws].
    attrition
        Likewise, float64[n_draws].
    luck
        Normals of variance 1, float64[n_draws, n_months].
    service_sd
        What a month's service owes to luck: see `Fluid`.
    """

    outlooks: Mapping[Channel, Outlook]
    volume: Floats
    pace: Floats
    pay: Floats
    attrition: Floats
    luck: Floats
    service_sd: float

    def ahead(self, plan: Plan, volume: float = 1.0, wage: float = 1.0) -> Ahead:
        """The term under a plan, at multiples of the programme's volume and of the market wage."""
        found = {c: self._expected(sized(o, volume, wage), plan) for c, o in self.outlooks.items()}
        index = next(iter(self.outlooks.values())).wages_index[:, None] * self.pay
        meters = [
            MonthMeters({c: e.meters[m] for c, e in found.items()}, self.volume[m], self.pace[m], index[m])
            for m in range(self.volume.shape[0])
        ]
        met = found["inbound"].met[:, 0] if "inbound" in found else np.ones(self.volume.shape)
        up = max(float(next(iter(self.outlooks.values())).up(plans_of(plan)).min()), 1e-9)
        return Ahead(
            meters,
            {c: self._costs(c, e) for c, e in found.items()},
            {c: e.heads[:, 0] * self._work(c) for c, e in found.items()},
            met,
            (1.0 - up) / up,
        )

    def _work(self, channel: Channel) -> Floats:
        return self.volume * self.pace if channel == "inbound" else np.ones(self.volume.shape)

    def _expected(self, outlook: Outlook, plan: Plan) -> Expected:
        even = np.ones(N_DRAWS)
        ahead = Futures(even, even, even, self.attrition, np.zeros(N_DRAWS), self.luck)
        return Fluid(outlook, self.service_sd).expected(plans_of(plan), ahead)

    def _costs(self, channel: Channel, found: Expected) -> dict[str, Floats]:
        work = self._work(channel)
        return {
            kind: found.costs[kind][:, 0] * work * (self.pay if kind in PAID_BY_HOUR else 1.0)
            for kind in PEOPLE_COSTS
        }


class Foreseen:
    """What a vendor foresees of all its plans at one position of the sliders, worked out once for every contract."""

    def __init__(self, outlook: Outlook, plans: Plans, doubts: Doubts) -> None:
        self.futures = futures(doubts, outlook.n_months)
        self._found = Fluid(outlook, doubts.service).expected(plans, self.futures)

    def expected(self, plans: Plans, futures: Futures) -> Expected:
        """The months ahead; of no other plans and futures than its own."""
        return self._found


def sized(outlook: Outlook, volume: float, wage: float) -> Outlook:
    """An outlook at a multiple of its volume and of its wage; people in place grow with the work."""
    inbound, outbound, floors = outlook.inbound, outlook.outbound, dict(outlook.floors)
    if volume != 1.0 and inbound is not None:
        before = float(inbound.forecast[0] / 4.35 * inbound.handle_s[0] / 3600.0)
        need = inbound.requirement
        hours = [along(need.load, need.hours, load) for load in (before, before * volume)]
        more = float(hours[1] / max(hours[0], 1e-9))
        floors["inbound"] = replace(floors["inbound"], agents=floors["inbound"].agents * more)
        inbound = replace(inbound, first=inbound.first * volume, forecast=inbound.forecast * volume)
    if volume != 1.0 and outbound is not None:
        floors["outbound"] = replace(floors["outbound"], agents=floors["outbound"].agents * volume)
        outbound = replace(
            outbound, seat_hours=outbound.seat_hours * volume, attempts=outbound.attempts * volume,
            leads=outbound.leads * volume,
        )  # fmt: skip
    return replace(
        outlook, inbound=inbound, outbound=outbound, floors=floors, wage_level=outlook.wage_level * wage
    )


@dataclass(frozen=True, slots=True)
class Employer:
    """Whose outlook is made: an operator as it stands on the first day, and its share of contacts by week."""

    operator: Operator
    service: ServiceRequest
    share_of: ShareOf


def side_of(drawn: Drawn, setting: Setting, who: Employer, abroad: bool) -> Side:
    """The outlook of an employer on the term, with what each draw changes in it.

    Parameters
    ----------
    drawn
        The situation, its contract covering the channels that are worked; `vendor` speaks of the employer.
    setting
        The outside world as typically expected.
    who
        The employer.
    abroad
        Whether contacts take as long as they do with the vendor.
    """
    scenario = drawn.scenario
    n_months = setting.days.n_months
    moment = Moment(0, 0, n_months)
    whole = outlook_of(scenario, setting, who.operator, who.service, moment, who.share_of)
    worked: list[Channel] = [c for c in CHANNELS if scenario.outsourced(c)]
    outlooks = {c: _alone(whole, c) for c in worked}
    if "outbound" in outlooks:
        outlooks["outbound"] = _stacked(outlooks["outbound"], drawn, setting, who)
    middles = [int(setting.days.month_starts[m]) + 15 for m in range(n_months)]
    years = years_of(middles)
    pace = drawn.grown(lambda s: s.programme.inbound.path.handle_time_per_year, years)
    if abroad:
        pace = pace * drawn.ratio(lambda s: s.vendor.offshore.handle_time_factor)
        if outlooks.get("inbound") is not None:
            outlooks["inbound"] = _resolving(outlooks["inbound"], drawn)
    full_years = np.array([float(day // 365) for day in middles])
    return Side(
        outlooks,
        drawn.grown(lambda s: s.programme.inbound.path.contacts_per_year, years),
        pace,
        drawn.grown(lambda s: s.vendor.workforce.wage_growth_per_year, full_years),
        drawn.ratio(lambda s: s.vendor.workforce.attrition_per_year),
        futures(scenario.vendor.doubts, n_months, N_DRAWS).luck,
        scenario.vendor.doubts.service,
    )


def _alone(outlook: Outlook, channel: Channel) -> Outlook:
    """One channel of an outlook, without what belongs to the account as a whole."""
    bare = replace(outlook, overhead_per_month=0.0, platform_per_month=0.0)
    return replace(bare, outbound=None) if channel == "inbound" else replace(bare, inbound=None)


def _resolving(outlook: Outlook, drawn: Drawn) -> Outlook:
    """An inbound outlook in which each draw resolves its own share of contacts."""
    if outlook.inbound is None:
        return outlook
    points: Any = -drawn.each(lambda s: s.vendor.offshore.fcr_points)
    return replace(outlook, inbound=replace(outlook.inbound, fcr_delta=points))


def _stacked(outlook: Outlook, drawn: Drawn, setting: Setting, who: Employer) -> Outlook:
    """An outbound outlook whose list is that of each draw; months differ in the draws alike."""
    if outlook.outbound is None or all(_same_list(drawn.scenario, each) for each in drawn.draws):
        return outlook
    typical = _list_of(drawn.scenario, setting, who)
    lists = [_list_of(each, setting, who) for each in drawn.draws]
    factor = drawn.scenario.vendor.offshore.handle_time_factor
    slower = drawn.each(lambda s: s.vendor.offshore.handle_time_factor) / factor
    stacked: dict[str, Any] = {name: np.array([getattr(each, name) for each in lists]) for name in _DRAWN}
    for name in ("attempts", "leads"):
        more = np.array([getattr(each, name)[0] for each in lists]) / getattr(typical, name)[0]
        stacked[name] = getattr(outlook.outbound, name)[:, None] * more
    stacked["talk_s"] = stacked["talk_s"] * slower
    return replace(outlook, outbound=replace(outlook.outbound, **stacked))


def _list_of(scenario: Scenario, setting: Setting, who: Employer) -> OutboundOutlook:
    """The outbound list of one draw as a month with all leads sees it."""
    there = replace(setting, programme=scenario.programme)
    only = scenario.model_copy(update={"contract": _OUTBOUND})
    found = outlook_of(only, there, who.operator, who.service, Moment(0, 0, 1), lambda c, w: 1.0).outbound
    if found is None:
        raise ValueError("an outbound contract has an outbound list")
    return found


def _same_list(one: Scenario, other: Scenario) -> bool:
    return one.programme.outbound == other.programme.outbound and one.vendor.offshore == other.vendor.offshore
