"""Compiled draws of inbound contacts: arrivals of a day by type, and contacts that come back days later.

A contact's identity is packed into one int64 (`ref`): root day, type, attempt and index in its stream. Every later
draw (resolution, survey, return) is a function of it, so contracts on one seed meet the same callers.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.compiled import jit
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


@jit
def pack(day: int, kind: int, attempt: int, index: int) -> int:
    """One int64 for a contact: root day, type, attempt (0 the first contact), index in its stream."""
    return (((day << TYPE_BITS) | kind) << ATTEMPT_BITS | attempt) << INDEX_BITS | index


@jit
def unpack(ref: int) -> tuple[int, int, int, int]:
    """Root day, type, attempt and index of a packed contact."""
    index = ref & ((1 << INDEX_BITS) - 1)
    rest = ref >> INDEX_BITS
    attempt = rest & ((1 << ATTEMPT_BITS) - 1)
    rest >>= ATTEMPT_BITS
    return rest >> TYPE_BITS, rest & ((1 << TYPE_BITS) - 1), attempt, index


@jit
def draw(k0: int, k1: int, ref: int, use: int) -> tuple[float, float]:
    """Two uniforms of a contact for one use (`ARRIVAL`, `PATIENCE`, `FATE` or `COMEBACK`)."""
    day, kind, attempt, index = unpack(ref)
    return uniform_pair(k0, k1, index, attempt * 4 + use, day, kind)


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
    at, seen, interval, index, n = 0.0, 0.0, 0, 0, first
    while n < arrival.size:
        u, v = uniform_pair(k0, k1, index, ARRIVAL, day, kind)
        at -= math.log(u)
        if at >= total:
            break
        while at >= seen + rates[interval] and interval < rates.size - 1:
            seen += rates[interval]
            interval += 1
        share = min(max((at - seen) / rates[interval], 0.0), 0.9999999)
        arrival[n] = (interval + share) * interval_s
        handle[n] = handle_time(v, log_mean, log_sd, short_share)
        u, v = uniform_pair(k0, k1, index, PATIENCE, day, kind)
        patience[n] = patience_time(u, until_s, per_s, passed)
        ref[n] = pack(day, kind, 0, index)
        index += 1
        n += 1
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
    arrival, handle, patience = np.empty(n), np.empty(n), np.empty(n)
    passed = hazard_before(until_s, per_s)
    cumulative = np.cumsum(rates)
    total = cumulative[-1]
    for i in range(n):
        u, v = draw(k0, k1, refs[i], ARRIVAL)
        at = u * total
        interval = int(np.searchsorted(cumulative, at, side="right"))
        before = cumulative[interval] - rates[interval]
        arrival[i] = (interval + min(max((at - before) / rates[interval], 0.0), 0.9999999)) * interval_s
        _, kind, _, _ = unpack(refs[i])
        handle[i] = handle_time(v, log_mean[kind], log_sd[kind], short_share)
        u, v = draw(k0, k1, refs[i], PATIENCE)
        patience[i] = patience_time(u, until_s, per_s, passed)
    order = np.argsort(arrival)
    return arrival[order], handle[order], patience[order], refs[order]
