"""Rows of contacts in service that ended, on the lean path: from the order of starts into the order of ends."""

from __future__ import annotations

import numpy as np

from orm_sim.centre.skills.arena import ARENA
from orm_sim.centre.skills.lean_moves import RESULT_BITS
from orm_sim.centre.skills.measures import period_of
from orm_sim.centre.skills.outcome import Ends
from orm_sim.centre.skills.state import Floats, Whole
from orm_sim.core.ahead import entry
from orm_sim.core.compiled import jit


class StartedEnds:
    """Ends in the order of starts (`LateEnds`); the order of ends is made when somebody asks for it.

    Parameters
    ----------
    rows : int64[N_ROWS, room]
        Of a block; see `orm_sim.centre.skills.lean_state.N_ROWS`.
    n_ended : int
    last_s : float
        No end is later.
    """

    __slots__ = ("_known", "_last_s", "_n_ended", "_rows")

    def __init__(self, rows: Whole, n_ended: int, last_s: float) -> None:
        self._rows, self._n_ended, self._last_s = rows, n_ended, last_s
        self._known: Ends | None = None

    def in_order(self) -> Ends:
        """The rows by end, then group, then start."""
        if self._known is None:
            n = self._n_ended
            columns = ARENA.lasting(6 * n).reshape(6, n)
            order_ends(self._rows, self._last_s, columns)
            seconds = columns.view(np.float64)
            self._known = Ends(
                ref=columns[0], type=columns[1], result=columns[2], group=columns[3],
                start_s=seconds[4], end_s=seconds[5],
            )  # fmt: skip
        return self._known

    def add_handled(self, period_s: float, total: Floats) -> None:
        """Add the seconds of each to float64[T, G, P], by its type, its group and the period of its arrival."""
        add_ends(self._rows, self._n_ended, period_s, total)


@jit
def order_ends(rows: Whole, last_s: float, columns: Whole) -> None:
    """Columns ref, type, result, group, start and end, by end, then group, then start."""
    n = columns.shape[1]
    seconds, times = rows.view(np.float64), columns.view(np.float64)
    packed, end, group = columns[0], times[5], rows[3]  # packed: where the refs will stand
    _in_buckets(seconds[6, :n], rows[7, :n], last_s, end, packed)
    _put_right(end, packed, group)
    for i in range(n):
        row = np.uint64(packed[i] >> RESULT_BITS)
        columns[2, i] = packed[i] & ((1 << RESULT_BITS) - 1)
        columns[0, i] = rows[0, row]
        columns[1, i] = rows[1, row]
        columns[3, i] = group[row]
        times[4, i] = seconds[5, row]


@entry
@jit
def add_ends(rows: Whole, n: int, period_s: float, total: Floats) -> None:
    """Add the seconds of ends to a table by type, group and period of arrival."""
    seconds, last = rows.view(np.float64), total.shape[2] - 1
    for i in range(n):
        row = np.uint64(rows[7, i] >> RESULT_BITS)
        period = period_of(seconds[4, row], period_s, last)
        total[rows[1, row], rows[3, row], period] += seconds[6, i] - seconds[5, row]


@jit
def _in_buckets(at: Floats, packed: Whole, longest: float, to_at: Floats, to_packed: Whole) -> None:
    """Ends by narrow stretches of time; within one, in the order of their starts."""
    n_buckets = 2 * at.size + 1
    scale = (n_buckets - 1) / longest if longest > 0.0 else 0.0
    fill, bucket = np.zeros(n_buckets + 1, np.uint32), np.empty(at.size, np.uint32)
    for k in range(at.size):
        bucket[k] = np.uint32(np.int32(at[k] * scale))
    for k in range(at.size):
        fill[bucket[k] + np.uint32(1)] += np.uint32(1)
    total = np.uint32(0)
    for j in range(n_buckets):
        total += fill[j]
        fill[j] = total
    for k in range(at.size):
        place = fill[bucket[k]]
        fill[bucket[k]] = place + np.uint32(1)
        to_at[place] = at[k]
        to_packed[place] = packed[k]


@jit
def _put_right(at: Floats, packed: Whole, group: Whole) -> None:
    """Put the few in order that are not."""
    for i in range(1, at.size):
        if at[i - 1] < at[i]:
            continue
        moment, mine, j = at[i], packed[i], i
        while j > 0 and at[j - 1] >= moment:
            if at[j - 1] == moment and group[packed[j - 1] >> RESULT_BITS] <= group[mine >> RESULT_BITS]:
                break
            at[j], packed[j] = at[j - 1], packed[j - 1]
            j -= 1
        at[j], packed[j] = moment, mine
