"""The inbound pool ahead: contacts, service, resolution and comebacks of each month foreseen."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.pool_response import EvenTable, answer_at, even
from orm_sim.core.compiled import jit, jit_inline
from orm_sim.core.functions import log
from orm_sim.core.units import SECONDS_PER_HOUR
from orm_sim.demand.contacts import MAX_ATTEMPT
from orm_sim.vendor.decision.books_ahead import BooksAhead, Month, pay
from orm_sim.vendor.decision.futures import Futures
from orm_sim.vendor.decision.heads_ahead import (
    LONGEST_LEAD,
    N_STATES,
    OCCUPANCY,
    WEEKS_PER_MONTH,
    Heads,
    Nature,
    Wanted,
    Ways,
    along,
    begin,
    floor_of,
    live_month,
    nature_of,
    on_duty,
    wanted_of,
    ways_of,
)
from orm_sim.vendor.decision.inbound_meters import METERS, Answered, Served
from orm_sim.vendor.decision.outlook import InboundOutlook, Outlook
from orm_sim.vendor.levers import Plans

Floats = NDArray[np.float64]

_WEEKLY_HOURS = 1.0 / (WEEKS_PER_MONTH * SECONDS_PER_HOUR)
_MOST_BACK = MAX_ATTEMPT / (MAX_ATTEMPT + 1.0)
"""Share that comes back at most: nobody has more attempts than those that are simulated."""
_FIRST_ROUNDS, _ROUNDS = 2, 1
"""Of the fixed point between abandonment and comebacks, from last month's; each takes nine tenths of what is left."""


class Pool(NamedTuple):
    """What the pool makes of a month's people: contacts, and how it answers to hours on duty.

    ``first`` float64[n_months] first contacts · ``handle_s`` float64[n_months] of proficient agents · ``volume``,
    ``handle_time`` float64[n_futures] · ``luck`` float64[n_months, n_futures] of a month's service ·
    ``resolves`` float64[n_plans] share resolved by proficient agents, before ``fcr_delta`` float64[n_futures] ·
    ``unskilled`` what newcomers lack in resolving · ``returns`` share of unresolved contacts that come back ·
    ``asked`` service level · the table of `PoolResponse` · ``late`` that of a pool that cuts off late contacts, where
    ``cuts`` float64[n_plans] is 1 · ``in_time`` that of one that serves them last, where
    ``passes`` float64[n_plans] is.
    """

    first: Floats
    handle_s: Floats
    volume: Floats
    handle_time: Floats
    luck: Floats
    resolves: Floats
    fcr_delta: Floats
    unskilled: float
    returns: float
    asked: float
    table: EvenTable
    late: EvenTable
    cuts: Floats
    in_time: EvenTable
    passes: Floats


class InboundAhead:
    """The months of the inbound pool."""

    def __init__(
        self, outlook: Outlook, inbound: InboundOutlook, plans: Plans, futures: Futures, service_sd: float
    ) -> None:
        self._outlook, self._inbound, self._plans, self._futures = outlook, inbound, plans, futures
        self._service_sd = service_sd
        people = outlook.people
        self._longer = (1.0 - people.pressed_handle_cut * plans.pressure) / people.output_by_pay(
            plans.wage_premium
        )
        honest = 1.0 - people.pressed_resolution_cut * plans.pressure
        self._resolves = inbound.fcr * people.coached(plans.coaching_hours) * honest
        self._learned = _lessons(outlook, inbound, plans)
        if outlook.assurance is not None:
            self._resolves = self._resolves * outlook.assurance.terms.settles(self._learned).mean(axis=0)

    def live(self, months: list[Month], books: BooksAhead) -> None:
        """Live them, book their costs, and leave their meters."""
        self.report(*self._lived(books.met), months, books)

    def report(self, heads: Heads, pool: Answered, months: list[Month], books: BooksAhead) -> None:
        """Book what such people cost, and leave the meters of what they answered."""
        outlook, inbound = self._outlook, self._inbound
        cut_short = outlook.people.pressed_resolution_cut * self._plans.pressure[:, None]
        books.unsuitable += np.einsum("mpf,mpf->pf", pool.answered, pool.resolved) * cut_short
        paid = pay(outlook, self._plans, heads, books)
        if self._plans.cut_late.any():
            waiting = np.exp(
                -inbound.threshold_s / inbound.patience_s
            )  # the others hang up themselves by then
            books.unsuitable += (pool.offered - pool.answered).sum(axis=0) * (
                waiting * self._plans.cut_late[:, None]
            )
        served = Served(outlook, inbound, self._plans, self._futures.volume, heads, pool)
        own = (
            paid
            if outlook.guests is None
            else paid - outlook.guests.by_month(self._plans) * outlook.guests.paid
        )
        for m, meters in enumerate(months):
            meters.put("inbound", "forecast_offered", np.asarray(inbound.forecast[m]))
            meters.put("inbound", "paid_hours", own[m])
            meters.put_off("inbound", METERS, partial(served.meter, m))
            if outlook.assurance is not None:
                audited = (
                    heads.agents[m]
                    * WEEKS_PER_MONTH
                    * outlook.assurance.terms.audits(self._plans.coaching_hours)[:, None]
                )
                meters.put("inbound", "audited", audited)
                meters.put(
                    "inbound", "errors", audited * outlook.assurance.terms.errors(self._learned[m])[:, None]
                )

    def _lived(self, met: Floats) -> tuple[Heads, Answered]:
        """People and what the pool makes of them, by compiled steps."""
        outlook, futures = self._outlook, self._futures
        shape = (outlook.n_months, self._plans.training.size, futures.volume.size)
        heads = Heads.blank(shape)
        offered, answered, level, handle_s, resolved = np.empty((5, *shape))
        pool = Answered(offered, answered, level, met, handle_s, resolved)
        floor = outlook.floors["inbound"]
        _live(
            *self.parts(), floor_of(floor), floor.coming, futures.attrition,
            heads.agents, heads.newness, heads.trainees, heads.hires, heads.weeks_owed, pool,
        )  # fmt: skip
        return heads, pool

    def parts(self) -> tuple[Ways, Nature, Wanted, Pool]:
        """What compiled steps read of plans, people, demand and pool."""
        outlook, inbound, futures = self._outlook, self._inbound, self._futures
        learning = outlook.terms.learning
        load = inbound.forecast / WEEKS_PER_MONTH * inbound.handle_s / SECONDS_PER_HOUR
        luck = np.ascontiguousarray(futures.luck.T) * self._service_sd
        return (
            ways_of(outlook, self._plans, self._plans.staffing_ratio, self._longer),
            nature_of(outlook, outlook.floors["inbound"], 1.0 - learning.handle_speed_at_start),
            wanted_of(load, inbound.requirement),
            _pool_of(
                inbound,
                futures,
                luck,
                self._resolves,
                1.0 - learning.resolution_at_start,
                self._plans,
            ),
        )


def _lessons(outlook: Outlook, inbound: InboundOutlook, plans: Plans) -> Floats:
    """Lessons learned from incidents by month and plan; those who are to be hired count from the first month."""
    if outlook.assurance is None:
        return np.zeros((outlook.n_months, 1))
    load = float((inbound.forecast * inbound.handle_s).mean()) * _WEEKLY_HOURS
    hours = float(np.interp(load, inbound.requirement.load, inbound.requirement.hours))
    agents = hours * plans.staffing_ratio / on_duty(outlook, plans)
    leaving = outlook.terms.attrition_per_year * outlook.people.leaving_by_pay(plans.wage_premium)
    return outlook.assurance.ahead(agents, plans.coaching_hours, leaving, outlook.n_months)


def _pool_of(
    inbound: InboundOutlook, futures: Futures, luck: Floats, resolves: Floats, unskilled: float, plans: Plans
) -> Pool:
    delta = np.array(
        np.broadcast_to(inbound.fcr_delta, futures.volume.shape), np.float64
    )  # may differ by future
    return Pool(
        inbound.first, inbound.handle_s, futures.volume, futures.handle_time, luck, resolves, delta, unskilled,
        inbound.return_share, inbound.asked, _even(inbound.response),
        _even(inbound.response if inbound.late is None else inbound.late), plans.cut_late,
        _even(inbound.response if inbound.in_time is None else inbound.in_time), plans.in_time_first,
    )  # fmt: skip


_even = lru_cache(maxsize=16)(even)
"""As a response table is read at every planning date."""


@jit
def _live(
    ways: Ways, nature: Nature, wanted: Wanted, pool: Pool, today: Floats, recruits: Floats, attrition: Floats,
    agents: Floats, newness: Floats, trainees: Floats, hires: Floats, owed: Floats, months: Answered,
) -> None:  # fmt: skip
    """All plans, one after the other."""
    n_months, n_plans, n_futures = agents.shape
    now, coming = np.empty((N_STATES, n_futures)), np.empty((n_months + LONGEST_LEAD, n_futures))
    lost, scratch = np.empty(n_futures), np.empty((4, n_futures))
    for plan in range(n_plans):
        begin(today, recruits, now, coming)
        lost[:] = 0.0
        for month in range(n_months):
            rows = agents[month, plan], newness[month, plan], trainees[month, plan], hires[month, plan]
            live_month(
                plan, month, ways, nature, wanted, recruits, attrition, now, coming, rows, owed[month, plan]
            )
            _serve(
                plan,
                month,
                ways,
                nature,
                wanted,
                pool,
                rows[0],
                rows[1],
                lost,
                now[OCCUPANCY],
                scratch,
                months,
            )


@jit_inline
def _serve(
    plan: int, month: int, ways: Ways, nature: Nature, wanted: Wanted, pool: Pool, agents: Floats, newness: Floats,
    lost: Floats, occupancy: Floats, scratch: Floats, months: Answered,
) -> None:  # fmt: skip
    """What the pool makes of a month's contacts; `lost` is last month's abandonment, and then this one's.

    In steps of one loop each: only loops that do nothing else are vectorised.
    """
    offered, level, handle_s = (
        months.offered[month, plan],
        months.level[month, plan],
        months.handle_s[month, plan],
    )
    resolved, back, load = months.resolved[month, plan], scratch[0], scratch[1]
    log_handle, log_load = scratch[2], scratch[3]
    table = pool.in_time if pool.passes[plan] > 0.0 else pool.table
    if pool.cuts[plan] > 0.0:  # then nobody late is left to be passed over
        table = pool.late
    longer, resolves, hours = pool.handle_s[month] * ways.longer[plan], pool.resolves[plan], ways.hours[plan]
    for f in range(agents.size):
        handle_s[f] = pool.handle_time[f] * longer / (1.0 - nature.slow * newness[f])
        skill = resolves * (1.0 - pool.unskilled * newness[f]) + pool.fcr_delta[f]
        resolved[f] = min(max(skill, 0.0), 1.0)
        back[f] = min((1.0 - resolved[f]) * pool.returns, _MOST_BACK)
    for f in range(agents.size):
        log_handle[f] = log(handle_s[f])
    for _ in range(_FIRST_ROUNDS if month == 0 else _ROUNDS):
        for f in range(agents.size):
            offered[f] = pool.first[month] * pool.volume[f] / (1.0 - back[f] * (1.0 - lost[f]))
            load[f] = offered[f] * handle_s[f] * _WEEKLY_HOURS
        for f in range(agents.size):
            log_load[f] = log(max(load[f], 1e-9))
        for f in range(agents.size):
            staffed = agents[f] * hours
            coverage = staffed / max(along(wanted.load, wanted.hours, load[f]), 1e-9)
            level[f], lost[f] = answer_at(table, coverage, log_load[f], log_handle[f])
            occupancy[f] = min(max(load[f] * (1.0 - lost[f]) / max(staffed, 1e-9), 0.0), 1.0)
    _tell(
        offered,
        level,
        lost,
        pool.luck[month],
        pool.asked,
        months.answered[month, plan],
        months.met[month, plan],
    )


@jit_inline
def _tell(
    offered: Floats, level: Floats, lost: Floats, luck: Floats, asked: float, answered: Floats, met: Floats
) -> None:
    """Contacts answered, and the service level as the month's luck has it: most where it is neither sure nor lost."""
    for f in range(offered.size):
        answered[f] = offered[f] * (1.0 - lost[f])
        level[f] = tell(level[f], luck[f])
        met[f] = 1.0 if level[f] >= asked else 0.0


@jit_inline
def tell(level: float, luck: float) -> float:
    """A month's service level as its luck has it."""
    return min(max(level + luck * 4.0 * level * (1.0 - level), 0.0), 1.0)
