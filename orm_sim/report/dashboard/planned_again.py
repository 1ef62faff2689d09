"""Planned again: a vendor's side of the estimate where it plans every quarter and the client may end the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtr

from orm_sim.contract.contract import Contract
from orm_sim.contract.period import NOTHING
from orm_sim.contract.settlement import settle
from orm_sim.core.streams import key, normals
from orm_sim.core.units import DAYS_PER_MONTH
from orm_sim.demand.inbound import weekly_shape
from orm_sim.report.dashboard.drawn import N_DRAWS
from orm_sim.report.dashboard.side import PAID_BY_HOUR, Ahead, Meters, Side, sized
from orm_sim.report.dashboard.steered import QUARTER, Told, blank, steer
from orm_sim.report.dashboard.weighed import Doubt, Patience, Worth
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.planner import WEEKS_BETWEEN
from orm_sim.simulation.setting import Setting
from orm_sim.vendor.decision.books_ahead import BooksAhead, Month
from orm_sim.vendor.decision.expected import PEOPLE_COSTS
from orm_sim.vendor.decision.fluid import Fluid
from orm_sim.vendor.decision.futures import Doubts, Futures, futures
from orm_sim.vendor.decision.heads_ahead import WEEKS_PER_MONTH, Heads, floor_of
from orm_sim.vendor.decision.inbound_ahead import InboundAhead
from orm_sim.vendor.decision.inbound_meters import Answered
from orm_sim.vendor.decision.outlook import Outlook
from orm_sim.vendor.levers import Plan, plans_of

Floats = NDArray[np.float64]

_NEVER: Final = 10_000


@dataclass(frozen=True, slots=True)
class Months:
    """How the months of each draw turn out, float64[n_months, n_draws] each.

    Attributes
    ----------
    surge
        Contacts over those expected: the days' busyness averaged over the month, that of the replication.
    planned
        Contacts that the client forecast over those expected.
    weeks
        Hours on duty over those of the mean month, float64[n_months]: rosters follow the weekdays that it has.
    dates
        Month in which the vendor's planning date of each quarter falls, int64[n_quarters].
    """

    surge: Floats
    planned: Floats
    weeks: Floats
    dates: NDArray[np.int64]


def months_of(setting: Setting, forecast_cv: float) -> Months:
    """Busyness and forecast errors of the replications' own streams, without an interval's luck, which averages out."""
    days, law = setting.days, setting.programme.shapes.inbound.busyness
    shocks = np.stack([normals(key(setting.seed, r, "busyness_day"), days.n_days) for r in range(N_DRAWS)])
    keep = law.day_lag1.value
    level = shocks.copy()
    for day in range(1, days.n_days):
        level[:, day] = keep * level[:, day - 1] + np.sqrt(1.0 - keep * keep) * shocks[:, day]
    cv = law.day_cv.value
    factor = gammaincinv(1.0 / cv**2, ndtr(level)) * cv**2 if cv > 0.0 else np.ones(level.shape)
    rates = setting.expected.rates.sum(axis=1)
    starts = days.month_starts[: days.n_months]
    surge = np.add.reduceat(factor * rates, starts, axis=1) / np.add.reduceat(rates, starts)
    sd = np.sqrt(np.log1p(forecast_cv**2))
    errors = np.stack(
        [normals(key(setting.seed, r, "forecast_error"), days.n_months) for r in range(N_DRAWS)]
    )
    inbound = setting.programme.inbound
    week = weekly_shape(setting.programme.shapes.inbound, inbound.opens_hour, inbound.closes_hour).sum(axis=1)
    weeks = np.add.reduceat(week[days.weekday[: days.n_days]], starts) / WEEKS_PER_MONTH
    dates = days.month[7 * WEEKS_BETWEEN * np.arange(-(-days.n_months // QUARTER))]
    return Months(
        np.ascontiguousarray(surge.T), np.ascontiguousarray(np.exp(sd * errors - sd * sd / 2.0).T), weeks,
        np.ascontiguousarray(dates, np.int64),
    )  # fmt: skip


Paid = tuple[Floats, Floats, Floats]
"""Service level and pay by month and ratio in a typical draw, and pay in every draw: see `paid_for`."""


@dataclass(frozen=True, slots=True)
class Deal:
    """What the vendor has signed: the option, its contract, and the plan it begins with.

    Attributes
    ----------
    ratios
        Staffing ratios among which it chooses again; one where it follows its contract.
    """

    scenario: Scenario
    setting: Setting
    contract: Contract
    plan: Plan
    ratios: tuple[float, ...]


def planned_again(
    side: Side,
    deal: Deal,
    months: Months,
    first: Ahead,
    paid: Paid,
    volume: float,
    wage: float,
    worker: Executor,
) -> Callable[[], Ahead]:
    """The vendor's term where it plans again: what it does, and the months in which the contract is in force.

    Parameters
    ----------
    first
        The term under the plan of signing, held throughout.
    paid
        What the contract pays for it, and for service at each ratio: `paid_for`.
    worker
        Weighs staffing beside what the caller does next: compiled, and as long as a third of an estimate.

    Returns
    -------
    callable
        Waits for it, and gives the term.
    """
    outlook = sized(side.outlooks["inbound"], volume, wage)
    plans = plans_of(*(deal.plan._replace(staffing_ratio=ratio) for ratio in deal.ratios))
    even = np.ones(N_DRAWS)
    draws = Futures(even, even, even, side.attrition, np.zeros(N_DRAWS), side.luck)
    inbound = outlook.inbound
    if inbound is None:
        raise ValueError("only inbound service is steered")
    ahead = InboundAhead(outlook, inbound, plans, draws, side.service_sd)
    floor, n = outlook.floors["inbound"], outlook.n_months
    told = blank(n, N_DRAWS)
    worth = _worth(side, deal, outlook, first, paid)
    weighed = worker.submit(
        steer,
        *ahead.parts(), floor_of(floor), floor.coming, side.attrition, months.weeks, months.surge, months.planned,
        months.dates, worth, _patience(deal), _doubt(deal.scenario.vendor.doubts, n), told,
    )  # fmt: skip

    def ended() -> Ahead:
        weighed.result()
        return _told(side, outlook, deal, first, told, draws)

    return ended


def _patience(deal: Deal) -> Patience:
    relationship, traits = deal.scenario.relationship, deal.scenario.vendor.traits
    rule, days = relationship.exit_rule, deal.setting.days
    return Patience(
        _NEVER if rule is None else rule.failed_months,
        days.n_months if rule is None else rule.of_months,
        1e9 if rule is None or rule.forecast_band is None else rule.forecast_band,
        ceil(deal.contract.notice_days / DAYS_PER_MONTH),
        int(np.searchsorted(days.month_starts, 7 * relationship.ramp[-1].week)),
        traits.heeds_exit,
        traits.horizon_months,
        traits.looks_beyond_months,
        (1.0 + traits.discount_rate_per_year) ** (-1.0 / 12.0),
        traits.risk_tolerance or 1e15,
        traits.renewal.share_if_met,
        traits.renewal.share_if_missed,
        float(traits.renewal.months),
    )


def _doubt(doubts: Doubts, n_months: int) -> Doubt:
    """The futures that vendors weigh."""
    found = futures(doubts, n_months)
    return Doubt(found.volume, found.handle_time, np.ascontiguousarray(found.luck.T) * doubts.service)


def _worth(side: Side, deal: Deal, outlook: Outlook, first: Ahead, paid: Paid) -> Worth:
    """What a month of service is worth to the vendor: the contract's settlement at the levels of every ratio."""
    level, pays, net = paid
    size = side.volume * side.pace
    within, offered = (first.counted("inbound", n) for n in ("answered_within", "offered"))
    held = within / np.maximum(offered, 1e-9)
    known = np.array([np.interp(*each) for each in zip(held, level, pays, strict=True)])
    vendor, terms, people = deal.scenario.vendor, outlook.terms, outlook.people
    others = sum(kinds[k] for c, kinds in first.costs.items() if c != "inbound" for k in PEOPLE_COSTS)
    fixed = vendor.account_overhead_per_month + vendor.platform_per_month * deal.plan.redundancy
    plans = plans_of(deal.plan)
    hour = outlook.wage_level * (1.0 + deal.plan.wage_premium) * terms.paid_hours_per_week * WEEKS_PER_MONTH
    coached = float(people.more_coaching(plans.coaching_hours)[0]) / terms.paid_hours_per_week
    support = terms.support_per_agent_month * outlook.wages_index
    return Worth(
        net - size * known - others - fixed, size, side.pay, level, pays, hour * (1.0 + coached) + support, hour,
        np.full(hour.shape, terms.seat_per_month),
        terms.hiring_cost * float(people.recruiting_by_pay(deal.plan.wage_premium)),
    )  # fmt: skip


def paid_for(side: Side, deal: Deal, first: Ahead, volume: float) -> Paid:
    """Service level and pay by month and ratio in a typical draw without luck, and pay in every draw as planned first.

    All are settled at once: a clause takes as long for a few columns as for hundreds. What the vendor pays its people
    changes none of it.
    """
    outlook = sized(side.outlooks["inbound"], volume, 1.0)
    one = np.ones(1)
    draw = Futures(one, one, one, one, np.zeros(1), np.zeros((1, outlook.n_months)))
    plans = plans_of(*(deal.plan._replace(staffing_ratio=ratio) for ratio in deal.ratios))
    inbound = outlook.inbound
    if inbound is None:
        raise ValueError("only inbound service is steered")
    points = np.atleast_1d(inbound.fcr_delta).mean()
    bare = replace(outlook, inbound=replace(inbound, fcr_delta=float(points)))
    found = Fluid(bare, 0.0).expected(plans, draw)
    level = np.zeros((outlook.n_months, len(deal.ratios)))
    pays = np.zeros((outlook.n_months, N_DRAWS + len(deal.ratios)))
    memory = NOTHING
    for month, meters in enumerate(found.meters):
        offered = np.maximum(np.asarray(meters["inbound", "offered"])[:, 0], 1e-9)
        level[month] = np.maximum.accumulate(np.asarray(meters["inbound", "answered_within"])[:, 0] / offered)
        beside = _Beside(meters, first.meters[month], len(deal.ratios))
        items, memory = settle(deal.contract, memory, beside, month)
        for item in items:
            pays[month] += item.amount
    return level, pays[:, N_DRAWS:], pays[:, :N_DRAWS]


class _Beside(Mapping[tuple[str, str], Any]):
    """Meters of a month in every draw, and beside them by staffing ratio in a typical one.

    There inbound ones are as foreseen, others at their mean over the draws.
    """

    def __init__(self, inbound: Meters, draws: Meters, n_ratios: int) -> None:
        self._inbound, self._draws, self._n_ratios = inbound, draws, n_ratios
        self._found: dict[tuple[str, str], Floats] = {}

    def __getitem__(self, name: tuple[str, str]) -> Any:
        """A meter of the month, float64[n_draws + n_ratios]."""
        if name not in self._found:
            both = self._found[name] = np.empty(N_DRAWS + self._n_ratios)
            both[:N_DRAWS] = self._draws[name]
            if name[0] in ("inbound", "index"):
                typical = np.asarray(self._inbound[name])
                both[N_DRAWS:] = typical[:, 0] if typical.ndim == 2 else typical
            else:
                both[N_DRAWS:] = both[:N_DRAWS].mean()
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        """Whether there is such a meter."""
        return name in self._draws

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Names of the meters."""
        return iter(self._draws)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._draws)


def _told(side: Side, outlook: Outlook, deal: Deal, first: Ahead, told: Told, draws: Futures) -> Ahead:
    """The steered months with meters and costs, as `Side.ahead` gives those of one plan."""
    inbound, shape = outlook.inbound, told.agents.shape
    if inbound is None:
        raise ValueError("only inbound service is steered")
    wide = (shape[0], 1, shape[1])
    heads = Heads(
        *(each.reshape(wide) for each in (told.agents, told.newness, told.trainees, told.hires, told.owed))
    )
    served = (told.offered, told.answered, told.level, told.met, told.handle_s, told.resolved)
    pool = Answered(*(each.reshape(wide) for each in served))
    books = BooksAhead(
        {name: np.zeros(wide) for name in PEOPLE_COSTS},
        pool.met,
        np.zeros(wide),
        np.zeros(wide[1:]),
        np.zeros(wide),
    )
    months = [Month() for _ in range(shape[0])]
    for month in months:
        month.put("index", "currency", np.asarray(outlook.currency_index))
    InboundAhead(outlook, inbound, plans_of(deal.plan), draws, side.service_sd).report(
        heads, pool, months, books
    )
    size = side.volume * side.pace
    costs = {
        kind: books.costs[kind][:, 0] * size * (side.pay if kind in PAID_BY_HOUR else 1.0)
        for kind in PEOPLE_COSTS
    }
    return replace(
        first,
        meters=[m.instead(each) for m, each in zip(first.meters, months, strict=True)],
        costs={**first.costs, "inbound": costs},
        heads={**first.heads, "inbound": books.heads[:, 0] * size},
        met=told.met,
        kept=told.kept,
        _counted={},
    )
