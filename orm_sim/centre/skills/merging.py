"""Sorted runs, one after the other in an array, brought into one order: a stable merge, compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from orm_sim.centre.skills.plan import Floats, Whole
from orm_sim.core.compiled import jit, jit_inline


@jit
def in_order(values: Floats, ends: Whole, merged: Floats, places: Whole) -> None:
    """Sort values that stand in sorted runs; equal ones keep the order of their runs.

    Of the runs the two neighbours that are shortest together are merged first, so that long ones move seldom. There
    are three rows for values and their places, because two runs may stand in different ones.

    Parameters
    ----------
    values : float64[n]
        Ascending in each run.
    ends : int64[n_runs + 1]
        0, and where each run ends.
    merged : float64[n]
        Filled: the values, ascending.
    places : int64[n]
        Filled: the place of each value among them, as the inverse of a stable argsort.
    """
    n, n_runs = values.size, ends.size - 1
    rows, who = np.empty((3, n)), np.empty((3, n), np.int32)
    for i in range(n):
        rows[0, i], who[0, i] = values[i], i
    if n_runs == 1:
        for i in range(n):
            merged[i], places[i] = values[i], i
    borders, row = ends.copy(), np.zeros(n_runs, np.int64)
    while n_runs > 1:
        k = _shortest(borders, n_runs)
        one, two = row[k], row[k + 1]
        begin, middle, end = borders[k], borders[k + 1], borders[k + 2]
        if n_runs == 2:
            _merge(rows[one], who[one], rows[two], who[two], begin, middle, end, merged, places, True)
        else:
            free = 0 if one > 0 and two > 0 else (1 if one != 1 and two != 1 else 2)
            _merge(rows[one], who[one], rows[two], who[two], begin, middle, end, rows[free], who[free], False)
            row[k] = free
        for later in range(k + 1, n_runs):
            borders[later] = borders[later + 1]
            row[later] = row[later + 1] if later + 1 < n_runs else 0
        n_runs -= 1


@jit
def _shortest(borders: Whole, n_runs: int) -> int:
    """The first of the two neighbouring runs that are shortest together."""
    best = 0
    for k in range(1, n_runs - 1):
        if borders[k + 2] - borders[k] < borders[best + 2] - borders[best]:
            best = k
    return best


@jit
def _merge(
    one: Floats, who: Any, two: Floats, whose: Any, i: int, middle: int, end: int, merged: Floats, whom: Any,
    last: bool,
) -> None:  # fmt: skip
    """Merge the run from `i` in one row and that from `middle` in another into a third at the same places.

    Without a branch on values, and from both ends at once: two rows of steps that do not wait for each other.
    """
    j, k, last_i, last_j, last_k = middle, i, middle - 1, end - 1, end - 1
    while i <= last_i and j <= last_j:
        a, b = one[np.uint64(i)], two[np.uint64(j)]
        my, its = who[np.uint64(i)], whose[np.uint64(j)]
        later = b < a
        _put(merged, whom, k, b if later else a, its if later else my, last)
        j += later
        i += not later
        k += 1
        a, b = one[np.uint64(last_i)], two[np.uint64(last_j)]
        my, its = who[np.uint64(last_i)], whose[np.uint64(last_j)]
        later = b < a
        _put(merged, whom, last_k, a if later else b, my if later else its, last)
        last_i -= later
        last_j -= not later
        last_k -= 1
    for step in range(last_i + 1 - i):
        _put(merged, whom, k + step, one[i + step], who[i + step], last)
    for step in range(last_j + 1 - j):
        _put(merged, whom, k + step, two[j + step], whose[j + step], last)


@jit_inline
def _put(merged: Floats, whom: Any, k: int, value: float, my: int, last: bool) -> None:
    """A value comes to its place; in the last merge it is told its place, before that the place is told of it."""
    merged[np.uint64(k)] = value
    if last:
        whom[np.uint64(my)] = k
    else:
        whom[np.uint64(k)] = my
