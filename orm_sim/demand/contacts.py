"""Compiled draws of inbound contacts: arrivals of a day by type, and contacts that come back days later.

A contact's identity is packed into one int64 (`ref`): root day, type, attempt and index in its stream. Every later
draw (resolution, survey, return) is a function of it, so contracts on one seed meet the same callers.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.compiled import jit, jit_inline
from orm_sim.core.streams import normal_quantile, uniform_pair

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

INDEX_BITS = 24
ATTEMPT_BITS = 4
TYPE_BITS = 4
MAX_ATTEMPT = (1 << ATTEMPT_BITS) - 1
ARRIVAL, PATIENCE, FATE, COMEBACK = 0, 1, 2, 3
SHORT_MIN_S = 1.0
SHORT_BELOW_S = 10.0
_BATCH = 256
"""Draws made at once, ahead of their use."""


@jit
def pack(day: int, kind: int, attempt: int, index: int) -> int:
    """One int64 for a contact: root day, type, attempt (0 the first contact), index in its stream."""
    return (((day << TYPE_BITS) | kind) << ATTEMPT_BITS | attempt) << INDEX_BITS | index


@jit_inline
def unpack(ref: int) -> tuple[int, int, int, int]:
    """Root day, type, attempt and index of a packed contact."""
    index = ref & ((1 << INDEX_BITS) - 1)
    rest = ref >> INDEX_BITS
    attempt = rest & ((1 << ATTEMPT_BITS) - 1)
    rest >>= ATTEMPT_BITS
    return rest >> TYPE_BITS, rest & ((1 << TYPE_BITS) - 1), attempt, index


@jit_inline
def draw(k0: int, k1: int, ref: int, use: int) -> tuple[float, float]:
    """Two uniforms of a contact for one use (`ARRIVAL`, `PATIENCE`, `FATE` or `COMEBACK`)."""
    day, kind, attempt, index = unpack(ref)
    return uniform_pair(k0, k1, index, attempt * 4 + use, day, kind)


@jit
def draw_all(k0: int, k1: int, refs: Whole, use: int) -> tuple[Floats, Floats]:
    """`draw` for many contacts, two float64[n]: a loop of nothing else, which is vectorised."""
    u, v = np.empty(refs.size), np.empty(refs.size)
    for i in range(refs.size):
        u[i], v[i] = draw(k0, k1, refs[i], use)
    return u, v


@jit
def handle_time(u: float, log_mean: float, log_sd: float, short_share: float) -> float:
    """Handle time in seconds: a short contact of 1 to 10 s with `short_share`, else lognormal."""
    if u < short_share:
        return SHORT_MIN_S + (SHORT_BELOW_S - SHORT_MIN_S) * u / short_share * 0.999
    z: float = normal_quantile((u - short_share) / (1.0 - short_share))
    return math.exp(log_mean + log_sd * z)


@jit
def patience_time(u: float, until_s: Floats, per_s: Floats, passed: Floats) -> float:
    """Patience in seconds under a piecewise constant hazard; the last piece has no end.

    `passed` is the hazard summed up before each piece: see `hazard_before`.
    """
    reached = -math.log(u)
    j = per_s.size - 1
    while j > 0 and reached < passed[j]:
        j -= 1
    if per_s[j] == 0.0:
        return math.inf
    start = until_s[j - 1] if j > 0 else 0.0
    return float(start + (reached - passed[j]) / per_s[j])


@jit
def hazard_before(until_s: Floats, per_s: Floats) -> Floats:
    """Hazard summed up before each piece begins: float64[n_pieces], ascending from 0."""
    passed = np.zeros(per_s.size)
    start = 0.0
    for j in range(per_s.size - 1):
        passed[j + 1] = passed[j] + per_s[j] * (until_s[j] - start)
        start = until_s[j]
    return passed


@jit
def _draw_type(
    k0: int, k1: int, day: int, kind: int, rates: Floats, interval_s: float,
    log_mean: float, log_sd: float, short_share: float, until_s: Floats, per_s: Floats,
    arrival: Floats, handle: Floats, patience: Floats, ref: Whole, first: int,
) -> int:  # fmt: skip
    """Unit-rate Poisson stream through the inverse of the cumulative rate; returns the end of what was written."""
    passed = hazard_before(until_s, per_s)
    total = 0.0
    for j in range(rates.size):
        total += rates[j]
    gap, skill = np.empty(_BATCH), np.empty(_BATCH)
    at, seen, interval, n = 0.0, 0.0, 0, first
    while n < arrival.size:
        place = (n - first) % _BATCH
        if place == 0:
            for i in range(_BATCH):
                gap[i], skill[i] = uniform_pair(k0, k1, n - first + i, ARRIVAL, day, kind)
        at -= math.log(gap[place])
        if at >= total:
            break
        while at >= seen + rates[interval] and interval < rates.size - 1:
            seen += rates[interval]
            interval += 1
        share = min(max((at - seen) / rates[interval], 0.0), 0.9999999)
        arrival[n] = (interval + share) * interval_s
        handle[n] = handle_time(skill[place], log_mean, log_sd, short_share)
        ref[n] = pack(day, kind, 0, n - first)
        n += 1
    for i in range(n - first):
        patience[first + i], _ = uniform_pair(k0, k1, i, PATIENCE, day, kind)
    for i in range(first, n):
        patience[i] = patience_time(patience[i], until_s, per_s, passed)
    return n


@jit
def draw_day(
    k0: int, k1: int, day: int, rates: Floats, interval_s: float, log_mean: Floats, log_sd: Floats,
    short_share: float, until_s: Floats, per_s: Floats,
) -> tuple[Floats, Floats, Floats, Whole]:  # fmt: skip
    """First contacts of one day over all types, in order of arrival.

    Parameters
    ----------
    k0, k1
        Key of the stream of inbound contacts.
    day
        Days since contract start.
    rates
        float64[n_types, n_intervals], expected contacts in each interval, busyness included.
    log_mean, log_sd
        float64[n_types], lognormal of the base handle time in log seconds.

    Returns
    -------
    arrival_s, handle_s, patience_s, ref
        Arrays of one length, sorted by arrival; handle times before any multiplier.
    """
    n_types = rates.shape[0]
    expected = rates.sum()
    room = int(expected + 10.0 * math.sqrt(expected) + 50.0)
    arrival, handle, patience = np.empty(room), np.empty(room), np.empty(room)
    ref = np.empty(room, np.int64)
    ends = np.zeros(n_types + 1, np.int64)
    n = 0
    for kind in range(n_types):
        n = _draw_type(
            k0, k1, day, kind, rates[kind], interval_s, log_mean[kind], log_sd[kind], short_share, until_s, per_s,
            arrival, handle, patience, ref, n,
        )  # fmt: skip
        ends[kind + 1] = n
    return _merge_types(arrival, handle, patience, ref, ends)


@jit
def _merge_types(
    arrival: Floats, handle: Floats, patience: Floats, ref: Whole, ends: Whole
) -> tuple[Floats, Floats, Floats, Whole]:
    """Runs sorted within each type, merged into one order of arrival; ties keep the order of types."""
    n_types, n = ends.size - 1, ends[-1]
    head = ends[:-1].copy()
    order = np.empty(n, np.int64)
    for i in range(n):
        best, earliest = -1, math.inf
        for kind in range(n_types):
            if head[kind] < ends[kind + 1] and arrival[head[kind]] < earliest:
                best, earliest = kind, arrival[head[kind]]
        order[i] = head[best]
        head[best] += 1
    return arrival[order], handle[order], patience[order], ref[order]


@jit
def draw_comebacks(
    k0: int, k1: int, refs: Whole, rates: Floats, interval_s: float, log_mean: Floats, log_sd: Floats,
    short_share: float, until_s: Floats, per_s: Floats,
) -> tuple[Floats, Floats, Floats, Whole]:  # fmt: skip
    """Contacts that come back on a day: when they arrive within it, and their own handle time and patience.

    Parameters
    ----------
    refs
        int64[n], identities with their attempt already raised; their order does not matter.
    rates
        float64[n_intervals], the day's rate over all types: it says when within the day they call.
    """
    n = refs.size
    moment, skill = draw_all(k0, k1, refs, ARRIVAL)
    order = _order_of_uniforms(moment)
    arrival, handle, ref = np.empty(n), np.empty(n), np.empty(n, np.int64)
    passed = hazard_before(until_s, per_s)
    total = rates.sum()
    seen, interval = 0.0, 0
    for k in range(n):
        i = order[k]
        ref[k] = refs[i]
        at = moment[i] * total
        while interval < rates.size - 1 and at >= seen + rates[interval]:
            seen += rates[interval]
            interval += 1
        arrival[k] = (interval + min(max((at - seen) / rates[interval], 0.0), 0.9999999)) * interval_s
        _, kind, _, _ = unpack(ref[k])
        handle[k] = handle_time(skill[i], log_mean[kind], log_sd[kind], short_share)
    patience, _ = draw_all(k0, k1, ref, PATIENCE)
    for k in range(n):
        patience[k] = patience_time(patience[k], until_s, per_s, passed)
    return arrival, handle, patience, ref


@jit
def _order_of_uniforms(u: Floats) -> Whole:
    """Places of numbers in [0, 1) in ascending order: a bucket for each number, then each moved where it belongs."""
    n = u.size
    ends = np.zeros(n + 1, np.int64)
    for i in range(n):
        ends[int(u[i] * n) + 1] += 1
    for bucket in range(n):
        ends[bucket + 1] += ends[bucket]
    order = np.empty(n, np.int64)
    for i in range(n):
        bucket = int(u[i] * n)
        order[ends[bucket]] = i
        ends[bucket] += 1
    for k in range(1, n):
        mine, at = order[k], k
        while at > 0 and u[order[at - 1]] > u[mine]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = mine
    return order
