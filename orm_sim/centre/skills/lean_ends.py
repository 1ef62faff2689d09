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
    packed, end = wholes(c.ends, n), numbers(c.ends + 40 * n, n)  # packed: where the refs will stand
    group = wholes(c.decided_group, room)
    _in_buckets(
        numbers(c.ended_at, n), wholes(c.ended, n), c.last if isinf(c.end_s) else c.end_s, end, packed
    )
    _put_right(end, packed, group)
    kind, result, to_group = wholes(c.ends + 8 * n, n), wholes(c.ends + 16 * n, n), wholes(c.ends + 24 * n, n)
    ref_of, kind_of = wholes(c.decided_ref, room), wholes(c.decided_type, room)
    begin_of, begin = numbers(c.decided_at, room), numbers(c.ends + 32 * n, n)
    for i in range(n):
        row = np.uint64(packed[i] >> RESULT_BITS)
        result[i] = packed[i] & ((1 << RESULT_BITS) - 1)
        packed[i] = ref_of[row]
        kind[i] = kind_of[row]
        to_group[i] = group[row]
        begin[i] = begin_of[row]


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
