"""Sorted runs, one after the other in an array, brought into one order: a stable merge, compiled."""

from __future__ import annotations

import numpy as np

from orm_sim.centre.skills.plan import Floats, Whole
from orm_sim.core.compiled import jit


@jit
def in_order(values: Floats, ends: Whole, places: Whole) -> None:
    """Where each value of sorted runs stands when all are sorted; equal ones keep the order of their runs.

    Parameters
    ----------
    values : float64[n]
        Ascending in each run.
    ends : int64[n_runs + 1]
        0, and where each run ends.
    places : int64[n]
        Filled: the place of each value, as the inverse of a stable argsort.
    """
    n = values.size
    one, other, who, whom = values.copy(), np.empty(n), np.empty(n, np.int64), np.empty(n, np.int64)
    for i in range(n):
        who[i] = i
    borders, n_runs = ends.copy(), ends.size - 1
    while n_runs > 1:
        pairs = n_runs // 2
        for k in range(pairs):
            _merge(one, who, borders[2 * k], borders[2 * k + 1], borders[2 * k + 2], other, whom)
            borders[k + 1] = borders[2 * k + 2]
        if n_runs % 2:
            begin = borders[n_runs - 1]
            _copy(one, who, begin, borders[n_runs], begin, other, whom)
            borders[pairs + 1] = borders[n_runs]
        n_runs -= pairs
        one, other, who, whom = other, one, whom, who
    for k in range(n):
        places[who[k]] = k


@jit
def _merge(one: Floats, who: Whole, i: int, middle: int, end: int, other: Floats, whom: Whole) -> None:
    """Merge the runs from `i` and from `middle` into other arrays at the same places.

    Without a branch on values, and from both ends at once: two rows of steps that do not wait for each other.
    """
    j, k, last_i, last_j, last_k = middle, i, middle - 1, end - 1, end - 1
    while i <= last_i and j <= last_j:
        a, b = one[np.uint64(i)], one[np.uint64(j)]
        my, its = who[np.uint64(i)], who[np.uint64(j)]
        later = b < a
        other[np.uint64(k)] = b if later else a
        whom[np.uint64(k)] = its if later else my
        j += later
        i += not later
        k += 1
        a, b = one[np.uint64(last_i)], one[np.uint64(last_j)]
        my, its = who[np.uint64(last_i)], who[np.uint64(last_j)]
        later = b < a
        other[np.uint64(last_k)] = a if later else b
        whom[np.uint64(last_k)] = my if later else its
        last_i -= later
        last_j -= not later
        last_k -= 1
    _copy(one, who, i, last_i + 1, k, other, whom)
    _copy(one, who, j, last_j + 1, k, other, whom)


@jit
def _copy(one: Floats, who: Whole, begin: int, end: int, to: int, other: Floats, whom: Whole) -> None:
    for k in range(end - begin):
        other[to + k] = one[begin + k]
        whom[to + k] = who[begin + k]
