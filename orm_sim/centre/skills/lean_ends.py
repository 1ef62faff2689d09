"""Rows of the lean path when somebody reads them: those of ends come from the order of starts into that of ends."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from orm_sim.centre.skills.arena import ARENA
from orm_sim.centre.skills.lean_moves import RESULT_BITS
from orm_sim.centre.skills.lean_state import GROUP_FROM, TYPE_FROM
from orm_sim.centre.skills.measures import period_of
from orm_sim.centre.skills.outcome import Ends
from orm_sim.centre.skills.plan import Carry
from orm_sim.centre.skills.state import Floats, Whole
from orm_sim.core.ahead import entry
from orm_sim.core.compiled import jit, jit_inline

_ROW_S: Final = {"arrival_s": 2, "at_s": 3}


class Rows:
    """Rows of a block, and what else an `Outcome` is made of, column by column.

    Parameters
    ----------
    rows : int64[N_ROWS, room]
    spent : float64[2, G, P]
        Agents' seconds, on contacts and in all.
    first, n_decided, n_ended : int
        Rows of contacts carried in in service, which are none of this block's; rows of decisions with them; of ends.
    last_s : float
        No end is later.
    redials : int64[T]
    carry : Carry
    """

    __slots__ = ("_carry", "_counts", "_last_s", "_redials", "_rows", "_spent")

    def __init__(
        self, rows: Whole, spent: Floats, counts: tuple[int, int, int], last_s: float, redials: Whole, carry: Carry
    ) -> None:  # fmt: skip
        self._rows, self._spent, self._counts, self._last_s = rows, spent, counts, last_s
        self._redials, self._carry = redials, carry

    def columns(self, name: str) -> dict[str, Any]:
        """A column of `Outcome`."""
        first, n, m = self._counts
        if name == "ref":
            return {name: self._rows[0, first:n]}
        if name in _ROW_S:
            return {name: self._rows[_ROW_S[name], first:n].view(np.float64)}
        if name in ("type", "state", "group"):
            decided = self._rows[1, first:n]
            return {
                "type": (decided >> TYPE_FROM) & ((1 << (GROUP_FROM - TYPE_FROM)) - 1),
                "state": decided & ((1 << TYPE_FROM) - 1),
                "group": (decided >> GROUP_FROM) - 1,
            }
        return {
            "ended": StartedEnds(self._rows, m, self._last_s), "busy_s": self._spent[0], "staffed_s": self._spent[1],
            "redials": self._redials, "carry": self._carry,
        }  # fmt: skip


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
    packed, end, decided = columns[0], times[5], rows[1]  # packed: where the refs will stand
    _in_buckets(seconds[4, :n], rows[5, :n], last_s, end, packed)
    _put_right(end, packed, decided)
    for i in range(n):
        row = np.uint64(packed[i] >> RESULT_BITS)
        columns[2, i] = packed[i] & ((1 << RESULT_BITS) - 1)
        columns[0, i] = rows[0, row]
        columns[1, i] = type_of(decided[row])
        columns[3, i] = (decided[row] >> GROUP_FROM) - 1
        times[4, i] = seconds[3, row]


@entry
@jit
def add_ends(rows: Whole, n: int, period_s: float, total: Floats) -> None:
    """Add the seconds of ends to a table by type, group and period of arrival."""
    seconds, last = rows.view(np.float64), total.shape[2] - 1
    for i in range(n):
        row = np.uint64(rows[5, i] >> RESULT_BITS)
        period = period_of(seconds[2, row], period_s, last)
        total[type_of(rows[1, row]), (rows[1, row] >> GROUP_FROM) - 1, period] += (
            seconds[4, i] - seconds[3, row]
        )


@jit_inline
def type_of(decided: int) -> int:
    """The type in what was decided."""
    return (decided >> TYPE_FROM) & ((1 << (GROUP_FROM - TYPE_FROM)) - 1)


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
def _put_right(at: Floats, packed: Whole, decided: Whole) -> None:
    """Put the few in order that are not."""
    for i in range(1, at.size):
        if at[i - 1] < at[i]:
            continue
        moment, mine, j = at[i], packed[i], i
        while j > 0 and at[j - 1] >= moment:
            if at[j - 1] == moment and (
                decided[packed[j - 1] >> RESULT_BITS] >> GROUP_FROM
                <= decided[mine >> RESULT_BITS] >> GROUP_FROM
            ):
                break
            at[j], packed[j] = at[j - 1], packed[j - 1]
            j -= 1
        at[j], packed[j] = moment, mine
