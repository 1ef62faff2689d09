"""Weighed: what each staffing ratio, held from now on, is worth to a vendor, in every draw of an estimate at once.

Loops run over the draws, the fastest axis of every array: only loops that do nothing else are vectorised.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.compiled import jit, jit_inline
from orm_sim.core.functions import log
from orm_sim.report.dashboard.looked_up import Places, levels_at, lose_at, place_handle, place_work, room_for
from orm_sim.vendor.decision.heads_ahead import (
    OCCUPANCY,
    WEEKS_PER_MONTH,
    Nature,
    Wanted,
    Ways,
    live_month,
)
from orm_sim.vendor.decision.inbound_ahead import Pool, tell

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Counts = NDArray[np.float32]
"""Whole numbers, and which months: exact in half the room."""

ENDLESS: Final = 99
"""Months after the term until which a contract without notice lasts."""

_NODES: Final = 4  # amounts of work at which service is looked up; futures lie between them
_AFTERWARDS: Final = 3  # months at a horizon's end whose margin is taken to go on
_HOURS: Final = 1.0 / (WEEKS_PER_MONTH * 3600.0)


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


class Room(NamedTuple):
    """Where a look ahead is worked out; nothing in it outlives one.

    ``rows`` float64[4, n_draws], ``owed`` as `live_month` fills them · ``work``, ``handle_s``, ``log_load``,
    ``log_handle``, ``spent``, ``margin`` float64[n_draws] of one month · ``levels``, ``pays``
    float64[n_nodes, n_draws] service level and pay by amount of work · ``nodes`` those amounts, ``place`` where each
    future lies among them, ``usual`` what each of them counts at the usual amount · float64[n_futures, n_draws]:
    ``ends`` last month of the contract, ``seen`` failures in the window, ``total`` present margin, ``met`` months that
    meet the service, ``late`` margin at the horizon's end · ``good`` whether this month
    does · ``fails`` [n_months, n_futures, n_draws] months that fail and leave the window again within the horizon ·
    ``places`` where draws stand in the response table.
    """

    rows: Floats
    owed: Floats
    work: Floats
    handle_s: Floats
    log_load: Floats
    log_handle: Floats
    spent: Floats
    good: Counts
    margin: Floats
    levels: Floats
    pays: Floats
    nodes: Floats
    place: Floats
    usual: Floats
    ends: Counts
    seen: Counts
    total: Floats
    met: Counts
    late: Floats
    fails: Counts
    places: Places


@jit
def room_of(n_draws: int, horizon: int, of_months: int, doubt: Doubt) -> Room:
    """Room for so many draws and months ahead, with the amounts of work that the futures span."""
    n = doubt.volume.size
    nodes, place = spread_of(doubt.volume * doubt.handle_time)
    usual = np.zeros(_NODES)
    at = min(max((1.0 - nodes[0]) / (nodes[1] - nodes[0]), 0.0), _NODES - 1.001)
    usual[int(at)], usual[int(at) + 1] = 1.0 - (at - int(at)), at - int(at)
    months, by_node, rough = (
        np.empty((7, n_draws)),
        np.empty((2, _NODES, n_draws)),
        np.empty((2, n, n_draws)),
    )
    counts, forgotten = np.empty((4, n, n_draws), np.float32), max(horizon - of_months, 0)
    return Room(
        np.empty((4, n_draws)), months[0], months[1], months[2], months[3], months[4], months[5],
        counts[3], months[6], by_node[0], by_node[1], nodes, place, usual, counts[0], counts[1],
        rough[0], counts[2], rough[1], np.empty((forgotten, n, n_draws), np.float32), room_for(n_draws),
    )  # fmt: skip


@jit_inline
def spread_of(work: Floats) -> tuple[Floats, Floats]:
    """Even amounts of work that span the futures', and where each future lies among them."""
    low, high = work.min(), work.max()
    step = max(high - low, 1e-9) / (_NODES - 1.0)
    nodes = low + step * np.arange(_NODES)
    return nodes, np.minimum((work - low) / step, _NODES - 1.001)


@jit
def look(
    plan: int, first: int, ways: Ways, nature: Nature, wanted: Wanted, pool: Pool, recruits: Floats, attrition: Floats,
    now: Floats, coming: Floats, lost: Floats, last: Whole, failing: Counts, worth: Worth, patience: Patience,
    doubt: Doubt, room: Room, value: Floats,
) -> None:  # fmt: skip
    """What a ratio held from a month on is worth to the vendor in every draw: `Decision.value` in little."""
    n_months = worth.rest.shape[0]
    horizon = min(patience.horizon, n_months - first)
    _begin(first, last, failing, patience, room)
    rows, discount = (room.rows[0], room.rows[1], room.rows[2], room.rows[3]), 1.0
    for month in range(first, first + horizon):
        live_month(plan, month, ways, nature, wanted, recruits, attrition, now, coming, rows, room.owed)
        discount *= patience.per_month
        _answer(plan, month, ways, nature, wanted, pool, lost, now[OCCUPANCY], room)
        _earn(month, worth, room)
        _foresee(month, first, first + horizon - _AFTERWARDS, discount, pool.asked, doubt, worth, room)
        if patience.heeded and month >= patience.counts_from:
            _count(month, first, doubt.volume, failing, patience, room)
    _weigh(first, horizon, n_months, discount, patience, room, value)


@jit_inline
def _begin(first: int, last: Whole, failing: Counts, patience: Patience, room: Room) -> None:
    """Every future begins with the contract as it stands and the failures that are counted already."""
    room.total[:], room.met[:], room.late[:], room.seen[:] = 0.0, 0.0, 0.0, 0.0
    room.fails[:] = 0.0
    for k in range(room.ends.shape[0]):
        for f in range(last.size):
            room.ends[k, f] = last[f]
        for m in range(max(first - patience.of_months, 0), first):
            for f in range(last.size):
                room.seen[k, f] += failing[m, f]


@jit_inline
def _answer(
    plan: int, month: int, ways: Ways, nature: Nature, wanted: Wanted, pool: Pool, lost: Floats, occupancy: Floats,
    room: Room,
) -> None:  # fmt: skip
    """Service level of a month at each amount of work; abandonment and occupancy at the usual one."""
    agents, newness, work, handle_s = room.rows[0], room.rows[1], room.work, room.handle_s
    longer, resolves, hours = pool.handle_s[month] * ways.longer[plan], pool.resolves[plan], ways.hours[plan]
    for f in range(work.size):
        handle_s[f] = pool.handle_time[f] * longer / (1.0 - nature.slow * newness[f])
        skill = resolves * (1.0 - pool.unskilled * newness[f]) + pool.fcr_delta[f]
        back = (1.0 - min(max(skill, 0.0), 1.0)) * pool.returns
        work[f] = max(pool.first[month] / (1.0 - back * (1.0 - lost[f])) * handle_s[f] * _HOURS, 1e-9)
    for f in range(work.size):
        room.log_handle[f] = log(handle_s[f])
    for f in range(work.size):
        room.log_load[f] = log(work[f])
    lost[:] = 0.0
    place_handle(pool.table, room.log_handle, room.places)
    row = pool.table.values.reshape(pool.table.values.size)
    for i in range(_NODES):
        levels, amount, usual = room.levels[i], room.nodes[i], room.usual[i]
        place_work(pool.table, wanted, work, amount, room.log_load, agents, hours, room.places)
        levels_at(row, room.places, levels)
        if usual > 0.0:
            lose_at(row, room.places, usual, lost)
    for f in range(work.size):
        occupancy[f] = min(max(work[f] * (1.0 - lost[f]) / max(agents[f] * hours, 1e-9), 0.0), 1.0)


@jit_inline
def _earn(month: int, worth: Worth, room: Room) -> None:
    """What the contract pays for a month at each amount of work, and what its people cost."""
    agents, trainees, hires = room.rows[0], room.rows[2], room.rows[3]
    size, pay = worth.size[month], worth.pay[month]
    agent, trainee, head = worth.agent[month], worth.trainee[month], worth.head[month]
    for f in range(size.size):
        besides = (agents[f] + trainees[f]) * head + hires[f] * worth.hire
        room.spent[f] = size[f] * ((agents[f] * agent + trainees[f] * trainee) * pay[f] + besides)
    for i in range(_NODES):
        levels, pays = room.levels[i], room.pays[i]
        for f in range(size.size):
            pays[f] = paid(worth, month, levels[f])


@jit_inline
def _foresee(
    month: int, first: int, late_from: int, discount: float, asked: float, doubt: Doubt, worth: Worth, room: Room
) -> None:  # fmt: skip
    """One month of every future: whether it meets the service, and the margin, where the contract is in force.

    Arrays are taken out of their tuples once: taking one out costs as much as a loop over the draws.
    """
    rest, size, spent, margin = worth.rest[month], worth.size[month], room.spent, room.margin
    levels, pays, goods, mets, totals = room.levels, room.pays, room.good, room.met, room.total
    ends, lates, luck, places = room.ends, room.late, doubt.luck[month - first], room.place
    for k in range(luck.size):
        i = int(places[k])
        beyond, low, high = places[k] - i, levels[i], levels[i + 1]
        less, more, good, met, total = pays[i], pays[i + 1], goods[k], mets[k], totals[k]
        last, late = ends[k], lates[k]
        for f in range(good.size):
            level = tell(low[f] + (high[f] - low[f]) * beyond, luck[k])
            good[f] = np.float32(1.0) if level >= asked else np.float32(0.0)
        for f in range(good.size):
            margin[f] = rest[f] - spent[f] + size[f] * (less[f] + (more[f] - less[f]) * beyond)
        for f in range(good.size):
            met[f] += good[f]
            total[f] += discount * margin[f] if month <= last[f] else 0.0
        if month >= late_from:
            for f in range(good.size):
                late[f] += margin[f]


@jit_inline
def _count(month: int, first: int, volume: Floats, failing: Counts, patience: Patience, room: Room) -> None:
    """Whether the month counts as failed in each future, and whether that was one too many."""
    out, goods, seens, ends, fails = month - patience.of_months, room.good, room.seen, room.ends, room.fails
    most, until = np.float32(patience.failed_months), np.float32(month + patience.notice_months)
    one, calm = np.float32(1.0), 1.0 + patience.band
    for k in range(volume.size):
        good, seen, end = goods[k], seens[k], ends[k]
        if month - first < fails.shape[0]:  # else it leaves no window that is looked at
            fails[month - first, k] = 0.0
        if volume[k] <= calm:
            for f in range(good.size):
                seen[f] += one - good[f]
            if month - first < fails.shape[0]:
                fails[month - first, k] = one - good
        if out >= 0:
            gone = fails[out - first, k] if out >= first else failing[out]
            for f in range(good.size):
                seen[f] -= gone[f]
        for f in range(good.size):
            last = end[f]
            end[f] = (until if until < last else last) if seen[f] >= most else last


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


@jit_inline
def _weigh(
    first: int, horizon: int, n_months: int, discount: float, patience: Patience, room: Room, value: Floats
) -> None:
    """Certainty equivalent of the horizon's margin, and what lies beyond it where no notice has been given."""
    left = max(n_months - first - horizon, 0)
    months = min(left, patience.term)
    term = discount * sum_of(patience.per_month, months)
    later = discount * patience.per_month**left * patience.renewal_months
    n_futures, n = room.total.shape
    mean, beyond = room.margin, room.spent
    mean[:], beyond[:], value[:] = 0.0, 0.0, 0.0
    for k in range(n_futures):
        total, ends, met, late = room.total[k], room.ends[k], room.met[k], room.late[k]
        for f in range(n):
            hope = patience.missed + (patience.met - patience.missed) * met[f] / horizon
            last = late[f] / min(_AFTERWARDS, horizon)
            ahead = last * term + hope * max(last, 0.0) * later
            mean[f] += total[f] / n_futures
            beyond[f] += ahead / n_futures if ends[f] >= n_months + ENDLESS else 0.0
    for k in range(n_futures):
        total = room.total[k]
        for f in range(n):
            value[f] -= 0.5 * (total[f] - mean[f]) ** 2 / n_futures / patience.risk_tolerance
    for f in range(n):
        value[f] += mean[f] + beyond[f]


@jit_inline
def sum_of(ratio: float, months: int) -> float:
    """Of so many powers of a ratio, the first onwards."""
    total = 0.0
    for month in range(months):
        total += ratio ** (month + 1.0)
    return total
