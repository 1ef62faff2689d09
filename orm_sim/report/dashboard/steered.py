"""Steered: inbound people of a vendor that plans again every quarter, draw by draw, while the client counts failures.

The vendor weighs its staffing as in `vendor.decision`: what each ratio would earn over its horizon, kept or ended.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.pool_response import answer_at
from orm_sim.core.compiled import jit, jit_inline
from orm_sim.core.functions import log
from orm_sim.vendor.decision.heads_ahead import (
    LONGEST_LEAD,
    N_STATES,
    OCCUPANCY,
    WEEKS_PER_MONTH,
    Nature,
    Wanted,
    Ways,
    along,
    begin,
    live_month,
)
from orm_sim.vendor.decision.inbound_ahead import Pool, tell

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

QUARTER: Final = 3
"""Months from one planning date to the next."""

_ENDLESS: Final = 99  # months after the term until which a contract without notice lasts
_NODES: Final = 4  # amounts of work at which service is looked up; futures lie between them
_AFTERWARDS: Final = 3  # months at a horizon's end whose margin is taken to go on


class Worth(NamedTuple):
    """What the vendor earns by a month of service.

    ``rest`` float64[n_months, n_draws] what does not hang on inbound service, $ · ``size`` float64[n_months, n_draws]
    work over the typical · ``pay`` likewise of wages · ``level``, ``net`` float64[n_months, n_ratios] service level and
    what the contract then pays, ascending in level · ``agent``, ``trainee``, ``head`` float64[n_months] and ``hire``:
    pay of those on the floor and in class, what each of both costs besides, and of hiring one.
    """

    rest: Floats
    size: Floats
    pay: Floats
    level: Floats
    net: Floats
    agent: Floats
    trainee: Floats
    head: Floats
    hire: float


class Patience(NamedTuple):
    """The client's rule and the vendor's traits: see `Tolerance` and `Traits`.

    ``heeded`` whether the vendor reckons with the rule · ``term`` months it counts beyond its horizon ·
    ``per_month`` what a month's delay leaves of a dollar.
    """

    failed_months: int
    of_months: int
    band: float
    notice_months: int
    counts_from: int
    heeded: bool
    horizon: int
    term: int
    per_month: float
    risk_tolerance: float
    met: float
    missed: float
    renewal_months: float


class Doubt(NamedTuple):
    """Futures that the vendor weighs, float64[n_futures]: contacts and handle time; ``luck`` [n_months, n_futures]."""

    volume: Floats
    handle_time: Floats
    luck: Floats


class Told(NamedTuple):
    """What has come of it, float64[n_months, n_draws]: people, contacts, whether the contract is in force.

    ``chosen`` int64[n_quarters, n_draws]: which of the ratios.
    """

    agents: Floats
    newness: Floats
    trainees: Floats
    hires: Floats
    owed: Floats
    offered: Floats
    answered: Floats
    level: Floats
    met: Floats
    handle_s: Floats
    resolved: Floats
    kept: Floats
    chosen: Whole


def blank(n_months: int, n_draws: int) -> Told:
    """Room for so many months and draws."""
    rows: list[Any] = [np.zeros((n_months, n_draws)) for _ in range(12)]
    return Told._make([*rows, np.zeros((-(-n_months // QUARTER), n_draws), np.int64)])


@jit
def steer(
    ways: Ways, nature: Nature, wanted: Wanted, pool: Pool, today: Floats, recruits: Floats, attrition: Floats,
    weeks: Floats, surge: Floats, planned: Floats, worth: Worth, patience: Patience, doubt: Doubt, told: Told,
) -> None:  # fmt: skip
    """Live the term: every quarter a ratio is chosen in each draw, its months are lived, and failures are counted.

    `surge` float64[n_months, n_draws] is contacts over those expected, `planned` contacts forecast over those expected,
    `weeks` float64[n_months] hours on duty over those of the mean month: rosters follow the days that a month has.
    """
    n_months, n = surge.shape
    now, coming, lost = np.empty((N_STATES, n)), np.empty((n_months + LONGEST_LEAD, n)), np.zeros(n)
    begin(today, recruits, now, coming)
    then, due, gone = now.copy(), coming.copy(), lost.copy()
    last = np.full(n, n_months + _ENDLESS)
    failing = np.zeros((n_months, n))
    rows, owed = np.empty((4, n)), np.empty(n)
    best, value = np.empty(n), np.empty(n)
    for quarter in range(told.chosen.shape[0]):
        first = quarter * QUARTER
        best[:] = -np.inf
        for plan in range(ways.ratio.size):
            if ways.ratio.size > 1:
                then[:], due[:], gone[:] = now, coming, lost
                look(
                    plan, first, ways, nature, wanted, pool, recruits, attrition, then, due, gone, last, failing,
                    worth, patience, doubt, rows, owed, value,
                )  # fmt: skip
            for f in range(n):
                if value[f] > best[f] or plan == 0:
                    best[f], told.chosen[quarter, f] = value[f], plan
        _commit(
            quarter, ways, nature, wanted, pool, recruits, attrition, now, coming, lost, then, due, gone, weeks, surge,
            rows, owed, told,
        )  # fmt: skip
        for month in range(first, min(first + QUARTER, n_months)):
            _review(month, pool, surge, planned, patience, last, failing, told)


@jit
def _commit(
    quarter: int, ways: Ways, nature: Nature, wanted: Wanted, pool: Pool, recruits: Floats, attrition: Floats,
    now: Floats, coming: Floats, lost: Floats, then: Floats, due: Floats, gone: Floats, weeks: Floats, surge: Floats,
    rows: Floats, owed: Floats, told: Told,
) -> None:  # fmt: skip
    """Live the quarter under each ratio, and keep for every draw what came of the one chosen there."""
    n_months, n = surge.shape
    first, until = quarter * QUARTER, min(quarter * QUARTER + QUARTER, n_months)
    before, on_the_way, turned_away = now.copy(), coming.copy(), lost.copy()
    for plan in range(ways.ratio.size):
        then[:], due[:], gone[:] = before, on_the_way, turned_away
        for month in range(first, until):
            each = (rows[0], rows[1], rows[2], rows[3])
            live_month(plan, month, ways, nature, wanted, recruits, attrition, then, due, each, owed)
            for f in range(n):
                found = serve(
                    plan, month, f, surge[month, f], weeks[month], ways, nature, wanted, pool, rows, gone[f]
                )
                gone[f], then[OCCUPANCY, f] = found[4], found[5]
                if told.chosen[quarter, f] == plan:
                    told.agents[month, f], told.newness[month, f] = rows[0, f], rows[1, f]
                    told.trainees[month, f], told.hires[month, f] = rows[2, f], rows[3, f]
                    told.owed[month, f] = owed[f]
                    told.offered[month, f], told.handle_s[month, f] = found[0], found[1]
                    told.resolved[month, f], told.level[month, f] = found[2], found[3]
                    told.answered[month, f] = found[0] * (1.0 - found[4])
        for f in range(n):
            if told.chosen[quarter, f] == plan:
                now[:, f], coming[:, f], lost[f] = then[:, f], due[:, f], gone[f]


@jit
def _review(
    month: int, pool: Pool, surge: Floats, planned: Floats, patience: Patience, last: Whole, failing: Floats, told: Told
) -> None:  # fmt: skip
    """The month's service as its luck has it, whether it counts as failed, and whether that was one too many."""
    n_months, n = surge.shape
    for f in range(n):
        told.level[month, f] = tell(told.level[month, f], pool.luck[month, f])
        told.met[month, f] = 1.0 if told.level[month, f] >= pool.asked else 0.0
        told.kept[month, f] = 1.0 if month <= last[f] else 0.0
        if month < patience.counts_from:
            continue
        excused = surge[month, f] > (1.0 + patience.band) * planned[month, f]
        failing[month, f] = 0.0 if excused else 1.0 - told.met[month, f]
        since = max(month + 1 - patience.of_months, patience.counts_from)
        count = 0.0
        for m in range(since, month + 1):
            count += failing[m, f]
        ends = month + patience.notice_months
        if count >= patience.failed_months and ends < n_months - 1:
            last[f] = min(last[f], ends)


@jit_inline
def serve(
    plan: int, month: int, f: int, volume: float, weeks: float, ways: Ways, nature: Nature,
    wanted: Wanted, pool: Pool, rows: Floats, lost: float,
) -> tuple[float, float, float, float, float, float]:  # fmt: skip
    """A month of one draw: contacts, handle time, resolution, service level, abandonment and occupancy."""
    newness = rows[1, f]
    handle_s = pool.handle_time[f] * pool.handle_s[month] * ways.longer[plan]
    handle_s /= 1.0 - nature.slow * newness
    skill = pool.resolves[plan] * (1.0 - pool.unskilled * newness) + pool.fcr_delta[f]
    resolved = min(max(skill, 0.0), 1.0)
    back = (1.0 - resolved) * pool.returns
    offered = pool.first[month] * volume / (1.0 - back * (1.0 - lost))
    load = offered * handle_s / (WEEKS_PER_MONTH * 3600.0)
    staffed = rows[0, f] * ways.hours[plan] * weeks
    coverage = staffed / max(along(wanted.load, wanted.hours, load), 1e-9)
    level, gone = answer_at(pool.table, coverage, log(max(load, 1e-9)), log(handle_s))
    occupancy = min(max(load * (1.0 - gone) / max(staffed, 1e-9), 0.0), 1.0)
    return offered, handle_s, resolved, level, gone, occupancy


class _Weighed(NamedTuple):
    """What a ratio comes to by draw and future: last month of the contract, failures in the window, present margin.

    ``met`` share of months that meet the service · ``late`` monthly margin at the horizon's end · ``fails`` months that
    count as failed, by month ahead.
    """

    ends: Floats
    seen: Floats
    total: Floats
    met: Floats
    late: Floats
    fails: Floats


@jit
def look(
    plan: int, first: int, ways: Ways, nature: Nature, wanted: Wanted, pool: Pool, recruits: Floats, attrition: Floats,
    now: Floats, coming: Floats, lost: Floats, last: Whole, failing: Floats, worth: Worth, patience: Patience,
    doubt: Doubt, rows: Floats, owed: Floats, value: Floats,
) -> None:  # fmt: skip
    """What a ratio held from a month on is worth to the vendor in every draw: `Decision.value` in little."""
    n_months, n = worth.rest.shape
    n_futures = doubt.volume.size
    horizon = min(patience.horizon, n_months - first)
    rough = np.zeros((5, n, n_futures))
    found = _Weighed(rough[0], rough[1], rough[2], rough[3], rough[4], np.zeros((horizon, n, n_futures)))
    nodes, place = spread_of(doubt)
    logs, levels, pays = np.log(nodes), np.empty(_NODES), np.empty(_NODES)
    for f in range(n):
        found.ends[f] = last[f]
        for m in range(max(first - patience.of_months, 0), first):
            found.seen[f] += failing[m, f]
    discount = 1.0
    for month in range(first, first + horizon):
        each = (rows[0], rows[1], rows[2], rows[3])
        live_month(plan, month, ways, nature, wanted, recruits, attrition, now, coming, each, owed)
        discount *= patience.per_month
        for f in range(n):
            gone, busy = _service_at(
                plan, month, f, ways, nature, wanted, pool, rows, lost[f], nodes, logs, levels
            )
            for i in range(_NODES):
                pays[i] = paid(worth, month, levels[i])
            spent = people_cost(month, f, rows, worth)
            _foresee(
                f, month, first, horizon, levels, pays, place, discount, spent, pool.asked, failing, worth, patience,
                doubt, found,
            )  # fmt: skip
            lost[f], now[OCCUPANCY, f] = gone, busy
    _weigh(first, horizon, n_months, discount, patience, found, value)


@jit_inline
def _service_at(
    plan: int, month: int, f: int, ways: Ways, nature: Nature, wanted: Wanted, pool: Pool, rows: Floats, lost: float,
    nodes: Floats, logs: Floats, levels: Floats,
) -> tuple[float, float]:  # fmt: skip
    """Service level of a month at each amount of work, into `levels`; abandonment and occupancy at the usual one."""
    offered, handle_s, _, _, gone, busy = serve(
        plan, month, f, 1.0, 1.0, ways, nature, wanted, pool, rows, lost
    )
    load, staffed = offered * handle_s / (WEEKS_PER_MONTH * 3600.0), rows[0, f] * ways.hours[plan]
    log_load, log_handle = log(max(load, 1e-9)), log(handle_s)
    for i in range(nodes.size):
        coverage = staffed / max(along(wanted.load, wanted.hours, load * nodes[i]), 1e-9)
        levels[i] = answer_at(pool.table, coverage, log_load + logs[i], log_handle)[0]
    return gone, busy


@jit_inline
def _foresee(
    f: int, month: int, first: int, horizon: int, levels: Floats, pays: Floats, place: Floats, discount: float,
    spent: float, asked: float, failing: Floats, worth: Worth, patience: Patience, doubt: Doubt, found: _Weighed,
) -> None:  # fmt: skip
    """One month of a draw in every future: the margin, where the contract is in force, and whether it fails."""
    out = month - patience.of_months
    rest, size = worth.rest[month, f] - spent, worth.size[month, f]
    for k in range(place.size):
        i = int(place[k])
        beyond = place[k] - i
        level = tell(levels[i] + (levels[i + 1] - levels[i]) * beyond, doubt.luck[month - first, k])
        met = 1.0 if level >= asked else 0.0
        margin = rest + size * (pays[i] + (pays[i + 1] - pays[i]) * beyond)
        found.total[f, k] += discount * margin if month <= found.ends[f, k] else 0.0
        found.met[f, k] += met / horizon
        if month >= first + horizon - _AFTERWARDS:
            found.late[f, k] += margin / min(_AFTERWARDS, horizon)
        if patience.heeded and month >= patience.counts_from:
            excused = doubt.volume[k] > 1.0 + patience.band
            found.fails[month - first, f, k] = 0.0 if excused else 1.0 - met
            found.seen[f, k] += found.fails[month - first, f, k]
            if out >= first:
                found.seen[f, k] -= found.fails[out - first, f, k]
            elif out >= 0:
                found.seen[f, k] -= failing[out, f]
            if found.seen[f, k] >= patience.failed_months:
                found.ends[f, k] = min(found.ends[f, k], month + patience.notice_months)


@jit_inline
def spread_of(doubt: Doubt) -> tuple[Floats, Floats]:
    """Even amounts of work that span the futures', and where each future lies among them."""
    work = doubt.volume * doubt.handle_time
    low, high = work.min(), work.max()
    step = max(high - low, 1e-9) / (_NODES - 1.0)
    nodes = low + step * np.arange(_NODES)
    return nodes, np.minimum((work - low) / step, _NODES - 1.001)


@jit_inline
def people_cost(month: int, f: int, rows: Floats, worth: Worth) -> float:
    """What the inbound people of a draw cost in a month."""
    paid_hours = rows[0, f] * worth.agent[month] + rows[2, f] * worth.trainee[month]
    besides = (rows[0, f] + rows[2, f]) * worth.head[month] + rows[3, f] * worth.hire
    return float(worth.size[month, f] * (paid_hours * worth.pay[month, f] + besides))


@jit_inline
def paid(worth: Worth, month: int, level: float) -> float:
    """What the contract pays in a typical month at a service level; the ends hold beyond them."""
    levels, nets = worth.level[month], worth.net[month]
    if level <= levels[0]:
        return float(nets[0])
    for i in range(1, levels.size):
        if level <= levels[i]:
            wide = max(levels[i] - levels[i - 1], 1e-12)
            return float(nets[i - 1] + (nets[i] - nets[i - 1]) * (level - levels[i - 1]) / wide)
    return float(nets[-1])


@jit
def _weigh(
    first: int,
    horizon: int,
    n_months: int,
    discount: float,
    patience: Patience,
    found: _Weighed,
    value: Floats,
) -> None:
    """Certainty equivalent of the horizon's margin, and what lies beyond it where no notice has been given."""
    left = max(n_months - first - horizon, 0)
    months = min(left, patience.term)
    term = discount * sum_of(patience.per_month, months)
    later = discount * patience.per_month**left * patience.renewal_months
    n, n_futures = found.total.shape
    for f in range(n):
        mean = beyond = spread = 0.0
        for k in range(n_futures):
            stands = 1.0 if found.ends[f, k] >= n_months + _ENDLESS else 0.0
            hope = patience.missed + (patience.met - patience.missed) * found.met[f, k]
            mean += found.total[f, k] / n_futures
            beyond += (
                stands * (found.late[f, k] * term + hope * max(found.late[f, k], 0.0) * later) / n_futures
            )
        for k in range(n_futures):
            spread += (found.total[f, k] - mean) ** 2 / n_futures
        value[f] = mean - 0.5 * spread / patience.risk_tolerance + beyond


@jit_inline
def sum_of(ratio: float, months: int) -> float:
    """Of so many powers of a ratio, the first onwards."""
    total = 0.0
    for month in range(months):
        total += ratio ** (month + 1.0)
    return total
