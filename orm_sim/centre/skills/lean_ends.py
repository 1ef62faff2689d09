"""Rows of contacts in service that ended, on the lean path: from the order of starts into the order of ends."""

from __future__ import annotations

from math import isinf

import numpy as np

from orm_sim.centre.skills.lean_moves import RESULT_BITS
from orm_sim.centre.skills.lean_views import numbers, wholes
from orm_sim.centre.skills.state import Centre, Floats, Whole
from orm_sim.core.compiled import jit


@jit
def write_ends(c: Centre) -> None:
    """Columns ref, type, result, group, start and end, by end, then group, then start."""
    n, room = c.n_ended, c.room
    at, packed = numbers(c.ended_at, n), wholes(c.ended, n)
    ref, kind, group = wholes(c.decided_ref, room), wholes(c.decided_type, room), wholes(c.decided_group, room)
    begin = numbers(c.decided_at, room)
    order = np.empty(n, np.int64)
    _in_buckets(at, c.last if isinf(c.end_s) else c.end_s, order)
    _put_right(at, packed, group, order)
    to_ref, to_kind, to_result, to_group = (
        wholes(c.ends, n), wholes(c.ends + 8 * n, n), wholes(c.ends + 16 * n, n), wholes(c.ends + 24 * n, n),
    )  # fmt: skip
    to_start, to_end = numbers(c.ends + 32 * n, n), numbers(c.ends + 40 * n, n)
    for i in range(n):
        k = order[i]
        row = packed[k] >> RESULT_BITS
        to_ref[i] = ref[row]
        to_kind[i] = kind[row]
        to_result[i] = packed[k] & ((1 << RESULT_BITS) - 1)
        to_group[i] = group[row]
        to_start[i] = begin[row]
        to_end[i] = at[k]


@jit
def _in_buckets(at: Floats, longest: float, order: Whole) -> None:
    """Numbers of ends by narrow stretches of time; within one, as they are."""
    n_buckets = 2 * at.size + 1
    scale = (n_buckets - 1) / longest if longest > 0.0 else 0.0
    fill, bucket = np.zeros(n_buckets + 1, np.int32), np.empty(at.size, np.int32)
    for k in range(at.size):
        bucket[k] = np.int32(at[k] * scale)
    for k in range(at.size):
        fill[bucket[k] + 1] += 1
    for j in range(n_buckets):
        fill[j + 1] += fill[j]
    for k in range(at.size):
        order[fill[bucket[k]]] = k
        fill[bucket[k]] += 1


@jit
def _put_right(at: Floats, packed: Whole, group: Whole, order: Whole) -> None:
    """Put the few in order that are not."""
    for i in range(1, order.size):
        k, j = order[i], i
        while j > 0 and at[order[j - 1]] >= at[k]:
            other = order[j - 1]
            if at[other] == at[k] and group[packed[other] >> RESULT_BITS] <= group[packed[k] >> RESULT_BITS]:
                break
            order[j] = other
            j -= 1
        order[j] = k
