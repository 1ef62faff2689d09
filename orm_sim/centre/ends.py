"""Ends of all agents of one pool in one ascending array: what the compiled engine takes agents from.

Indices are unsigned: numba's check for negative ones keeps a loop from being vectorised. Places are written from
the ones behind them without a branch; the compiler does several at once.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from orm_sim.centre.plan import Floats, Whole
from orm_sim.core.compiled import jit, jit_inline

_ONE: Final[Any] = np.uint64(1)
_TWO: Final[Any] = np.uint64(2)
_THREE: Final[Any] = np.uint64(3)
_FOUR: Final[Any] = np.uint64(4)
_STRIDE: Final[Any] = np.uint64(128)
_LOT: Final[Any] = np.uint64(15)
"""Places are visited in lots of 16, as the compiler does them: what is less than a lot would go one by one."""
BEHIND: Final = 20
"""Places behind the border: the border itself, what fills up a lot, and those looked ahead to."""


@jit
def shift(staffed: Whole, busy_end_s: Floats) -> Floats:
    """Ends of all agents there can ever be in the block, ascending: idle ones first, and the border behind."""
    border = busy_end_s.size
    for agents in staffed:
        border = max(border, agents)
    ends = np.empty(border + BEHIND)
    idle = border - busy_end_s.size
    for spot in range(border):
        ends[spot] = busy_end_s[spot - idle] if spot >= idle else -np.inf
    ends[border:] = np.inf
    return ends


@jit
def owed_at(ends: Floats, moment: float) -> float:
    """Seconds of work still in hand at a moment, over all agents."""
    total = 0.0
    for spot in range(ends.size - BEHIND):
        total += max(ends[spot] - moment, 0.0)
    return total


@jit
def overtime(ends: Floats, head: int, begin: float, until: float) -> float:
    """Seconds worked between two moments by agents beyond the number staffed: those before `head`."""
    total = 0.0
    for spot in range(head):
        total += max(min(ends[spot], until) - begin, 0.0)
    return total


@jit_inline
def replace_one(ends: Floats, head: int, end: float) -> None:
    """Replace the smallest end from `head` on: each place takes max(its own, min(the new end, the next place))."""
    for spot in range(head, np.uint64(ends.size - BEHIND)):
        ends[spot] = _higher(ends[spot], _lower(end, ends[spot + _ONE]))


@jit
def replace_four(ends: Floats, head: int, new: Floats, taken: int) -> None:
    """Replace the `taken` smallest ends from `head` on by as many new ones, and keep the order.

    It is always four: ends not taken are put among the new ones. The k-th smallest of two ascending rows x and y is
    the least of max(x[k - j], y[j]) over j, x[0] being below all: each place looks at the next four places only.
    A stride wholly below the new ends just moves; one wholly above stays.
    """
    for k in range(taken, _FOUR):
        new[k] = ends[head + k]
    if taken < _FOUR:
        ends[head + _THREE] = -np.inf
    a, b, c, d = _ascending(new[0], new[1], new[2], new[3])
    border: Any = np.uint64(ends.size - BEHIND)
    place, top = head, head + ((border - head + _LOT) & ~_LOT)
    while place < top and (place == head or ends[place] < d):
        stop = min(top, place + _STRIDE)
        if ends[stop + _THREE] < a:
            for spot in range(place, stop):
                ends[spot] = ends[spot + _FOUR]
        else:
            for spot in range(place, stop):
                lowest = _lower(ends[spot + _FOUR], _higher(ends[spot + _THREE], a))
                low = _lower(_higher(ends[spot + _TWO], b), _higher(ends[spot + _ONE], c))
                ends[spot] = _lower(_lower(lowest, low), _higher(ends[spot], d))
        place = stop


@jit_inline
def _ascending(a: float, b: float, c: float, d: float) -> tuple[float, float, float, float]:
    """Four numbers in ascending order."""
    a, b, c, d = _lower(a, b), _higher(a, b), _lower(c, d), _higher(c, d)
    a, c, b, d = _lower(a, c), _higher(a, c), _lower(b, d), _higher(b, d)
    return a, _lower(b, c), _higher(b, c), d


@jit_inline
def _lower(one: float, other: float) -> float:
    return one if one < other else other


@jit_inline
def _higher(one: float, other: float) -> float:
    return one if one > other else other
