"""Looked up: the service of a pool at several amounts of work, in every draw at once.

The same numbers as `answer_at` to the last bit, in loops that do one thing each so that they are vectorised: a draw's
place in the table first, then its values. What stands nowhere near a place is not read.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.pool_response import EvenTable
from orm_sim.core.compiled import jit_inline
from orm_sim.vendor.decision.heads_ahead import Wanted

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


class Places(NamedTuple):
    """Where each draw stands in a response table; nothing in it outlives a look.

    ``cover``, ``load``, ``handle`` int64[2, n_draws] where the values of the nodes to either side begin, in the table
    as one row · ``part`` float64[3, n_draws] how far a draw lies between them · ``hours``, ``scarce``
    float64[n_draws] hours required, and what is left of service under the table's first coverage.
    """

    cover: Whole
    load: Whole
    handle: Whole
    part: Floats
    hours: Floats
    scarce: Floats


@jit_inline
def room_for(n_draws: int) -> Places:
    """Room for so many draws."""
    whole = np.zeros((6, n_draws), np.int64)
    return Places(
        whole[0:2], whole[2:4], whole[4:6], np.empty((3, n_draws)), np.empty(n_draws), np.empty(n_draws)
    )


@jit_inline
def place_handle(table: EvenTable, log_handle: Floats, at: Places) -> None:
    """Where each draw's handle time stands: the same at every amount of work."""
    low, high, part, last = at.handle[0], at.handle[1], at.part[2], table.values.shape[2] - 1
    for f in range(low.size):
        place = min(max((log_handle[f] - table.log_handle) * table.per_handle, 0.0), last - 0.0)
        left = np.int64(place)
        part[f] = place - left
        low[f], high[f] = left * 2, min(left + 1, last) * 2


@jit_inline
def place_work(
    table: EvenTable, wanted: Wanted, work: Floats, amount: float, log_load: Floats, agents: Floats, hours: float,
    at: Places,
) -> None:  # fmt: skip
    """Where each draw's load and coverage stand, at an amount of work over the usual one."""
    n_loads, n_handles = table.values.shape[1], table.values.shape[2]
    low, high, part, more, last = at.load[0], at.load[1], at.part[1], np.log(amount), n_loads - 1
    for f in range(low.size):
        place = min(max((log_load[f] + more - table.log_load) * table.per_load, 0.0), last - 0.0)
        left = np.int64(place)
        part[f] = place - left
        low[f], high[f] = left * (n_handles * 2), min(left + 1, last) * (n_handles * 2)
    _hours_for(wanted, work, amount, at)
    _place_cover(table, agents, hours, n_loads * n_handles * 2, at)


@jit_inline
def _hours_for(wanted: Wanted, work: Floats, amount: float, at: Places) -> None:
    """Hours that the work takes: `along`."""
    left, place, step, last = at.cover[0], at.part[0], wanted.load[1], wanted.load.size - 2
    curve, hours = wanted.hours, at.hours
    for f in range(work.size):
        place[f] = work[f] * amount / step
        left[f] = min(np.int64(place[f]), last)
    for f in range(work.size):
        i = np.uint64(left[f])  # what is signed is checked, and not vectorised then
        low = curve[i]
        hours[f] = max(low + (curve[i + np.uint64(1)] - low) * (place[f] - left[f]), 1e-9)


@jit_inline
def _place_cover(table: EvenTable, agents: Floats, hours: float, width: int, at: Places) -> None:
    """Where each draw's hours on duty over those required stand."""
    low, high, part, last = at.cover[0], at.cover[1], at.part[0], table.values.shape[0] - 1
    required, scarce = at.hours, at.scarce
    for f in range(low.size):
        coverage = agents[f] * hours / required[f]
        scarce[f] = min(coverage / table.coverage, 1.0)
        place = min(max((coverage - table.coverage) * table.per_coverage, 0.0), last - 0.0)
        left = np.int64(place)
        part[f] = place - left
        low[f], high[f] = left * width, min(left + 1, last) * width


@jit_inline
def levels_at(row: Floats, at: Places, levels: Floats) -> None:
    """Service level of every draw where it stands."""
    few, many, less, more = at.cover[0], at.cover[1], at.load[0], at.load[1]
    short, long = at.handle[0], at.handle[1]
    p, q, r, scarce = at.part[0], at.part[1], at.part[2], at.scarce
    for f in range(levels.size):
        found = _between(
            row, few[f], many[f], less[f] + short[f], less[f] + long[f], more[f] + short[f], more[f] + long[f], p[f],
            q[f], r[f],
        )  # fmt: skip
        levels[f] = found * scarce[f]


@jit_inline
def lose_at(row: Floats, at: Places, weight: float, lost: Floats) -> None:
    """Abandonment of every draw where it stands, added with a weight."""
    few, many, less, more = at.cover[0], at.cover[1], at.load[0], at.load[1]
    short, long = at.handle[0], at.handle[1]
    p, q, r, scarce = at.part[0], at.part[1], at.part[2], at.scarce
    for f in range(lost.size):
        found = _between(
            row, few[f] + 1, many[f] + 1, less[f] + short[f], less[f] + long[f], more[f] + short[f], more[f] + long[f],
            p[f], q[f], r[f],
        )  # fmt: skip
        lost[f] += weight * (1.0 - (1.0 - found) * scarce[f])


@jit_inline
def _between(
    row: Floats, few: int, many: int, a: int, b: int, c: int, d: int, p: float, q: float, r: float
) -> float:  # fmt: skip
    """One of the table's values between its nodes: two coverages, four corners; terms in the order of `answer_at`."""
    few_, many_, p_, q_, r_ = np.uint64(few), np.uint64(many), 1.0 - p, 1.0 - q, 1.0 - r
    i, j, k, m = np.uint64(a), np.uint64(b), np.uint64(c), np.uint64(d)
    return float(
        q_ * r_ * (row[few_ + i] * p_ + row[many_ + i] * p)
        + q_ * r * (row[few_ + j] * p_ + row[many_ + j] * p)
        + q * r_ * (row[few_ + k] * p_ + row[many_ + k] * p)
        + q * r * (row[few_ + m] * p_ + row[many_ + m] * p)
    )
