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
from orm_sim.report.dashboard.weighed import ENDLESS, Counts, Doubt, Patience, Worth, look, room_of
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
    weeks: Floats, surge: Floats, planned: Floats, dates: Whole, worth: Worth, patience: Patience, doubt: Doubt,
    told: Told,
) -> None:  # fmt: skip
    """Live the term: every quarter a ratio is chosen in each draw, its months are lived, and failures are counted.

    `surge` float64[n_months, n_draws] is contacts over those expected, `planned` contacts forecast over those expected,
    `weeks` float64[n_months] hours on duty over those of the mean month: rosters follow the days that a month has.
    `dates` int64[n_quarters] is the month in which each planning date falls, from which the vendor looks ahead: on the
    last day of a month it still takes all of it to lie ahead.
    """
    n_months, n = surge.shape
    now, coming, lost = np.empty((N_STATES, n)), np.empty((n_months + LONGEST_LEAD, n)), np.zeros(n)
    begin(today, recruits, now, coming)
    then, due, gone = now.copy(), coming.copy(), lost.copy()
    last = np.full(n, n_months + ENDLESS)
    failing = np.zeros((n_months, n), np.float32)
    rows, owed = np.empty((4, n)), np.empty(n)
    best, value = np.empty(n), np.zeros(n)
    room = room_of(n, min(patience.horizon, n_months), patience.of_months, doubt)
    for quarter in range(told.chosen.shape[0]):
        first = quarter * QUARTER
        best[:], early = -np.inf, first - dates[quarter]
        for plan in range(ways.ratio.size):
            if ways.ratio.size > 1:
                then[:], gone[:] = now, lost
                due[dates[quarter] : due.shape[0] - early] = coming[first:]
                look(
                    plan, dates[quarter], ways, nature, wanted, pool, recruits, attrition, then, due, gone, last,
                    failing, worth, patience, doubt, room, value,
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
        if not (told.chosen[quarter] == plan).any():
            continue
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
    month: int, pool: Pool, surge: Floats, planned: Floats, patience: Patience, last: Whole, failing: Counts, told: Told
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
