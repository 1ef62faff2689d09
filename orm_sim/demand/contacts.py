"""Compiled draws of inbound contacts: arrivals of a day by type, and contacts that come back days later.

A contact's identity is packed into one int64 (`ref`): root day, type, attempt and index in its stream. Every later
draw (resolution, survey, return) is a function of it, so contracts on one seed meet the same callers.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.compiled import jit, jit_inline
from orm_sim.core.functions import exp, log
from orm_sim.core.streams import normal_quantiles, uniform_pair

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
_BELOW_ONE = 1.0 - 2.0**-53


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
def lasting_normals(u: Floats, short_share: float) -> Floats:
    """Standard normal values of the contacts that are not short, by the uniforms of their handle times: float64[n]."""
    if short_share == 0.0:
        return normal_quantiles(u)
    per_share = 1.0 / (1.0 - short_share)
    p = np.empty(u.size)
    for i in range(u.size):
        lasting = (u[i] - short_share) * per_share
        p[i] = 0.5 if u[i] < short_share else (lasting if lasting < _BELOW_ONE else _BELOW_ONE)
    return normal_quantiles(p)


@jit_inline
def handle_time(u: float, z: float, log_mean: float, log_sd: float, short_share: float) -> float:
    """Handle time in seconds: a short contact of 1 to 10 s with `short_share`, else lognormal (`lasting_normals`)."""
    lognormal = exp(log_mean + log_sd * z)
    short = SHORT_MIN_S + u * ((SHORT_BELOW_S - SHORT_MIN_S) * 0.999 / short_share)
    return short if u < short_share else lognormal


@jit
def to_patience_times(u: Floats, until_s: Floats, per_s: Floats) -> None:
    """Turn uniforms into patience in seconds under a piecewise constant hazard; the last piece has no end."""
    passed = hazard_before(until_s, per_s)
    reached = np.empty(u.size)
    first_s = 1.0 / per_s[0]
    for i in range(u.size):
        hazard = -log(u[i])
        reached[i] = hazard
        u[i] = hazard * first_s
    for j in range(0 if per_s[0] == 0.0 else 1, per_s.size):
        start, before, mean_s = until_s[j - 1] if j > 0 else 0.0, passed[j], 1.0 / per_s[j]
        if per_s[j] == 0.0:
            for i in range(u.size):
                u[i] = math.inf if reached[i] >= before else u[i]
        else:
            for i in range(u.size):
                u[i] = start + (reached[i] - before) * mean_s if reached[i] >= before else u[i]


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
    """Unit-rate Poisson stream through the inverse of the cumulative rate; returns the end of what was written.

    In steps of one loop each: only loops that do nothing else are vectorised.
    """
    total = 0.0
    for j in range(rates.size):
        total += rates[j]
    at, n = 0.0, first
    while at < total and n < arrival.size:
        gap, skill = arrival[n : n + _BATCH], handle[n : n + _BATCH]
        for i in range(gap.size):
            gap[i], skill[i] = uniform_pair(k0, k1, n - first + i, ARRIVAL, day, kind)
        for i in range(gap.size):
            gap[i] = log(gap[i])
        for i in range(gap.size):
            at -= gap[i]
            gap[i] = at
            n += at < total
    _to_arrivals(arrival[first:n], rates, interval_s)
    skill = handle[first:n]
    z = lasting_normals(skill, short_share)
    for i in range(z.size):
        skill[i] = handle_time(skill[i], z[i], log_mean, log_sd, short_share)
    lot, name = patience[first:n], ref[first:n]
    for i in range(lot.size):
        lot[i], _ = uniform_pair(k0, k1, i, PATIENCE, day, kind)
    to_patience_times(lot, until_s, per_s)
    for i in range(name.size):
        name[i] = pack(day, kind, 0, i)
    return n


@jit
def _to_arrivals(at: Floats, rates: Floats, interval_s: float) -> None:
    """Turn ascending moments on the clock of the cumulative rate into seconds of the day."""
    seen, begin = 0.0, 0
    for interval in range(rates.size):
        border = seen + rates[interval] if interval < rates.size - 1 else math.inf
        stop = begin + int(np.searchsorted(at[begin:], border))
        within = at[begin:stop]
        for i in range(within.size):
            share = (within[i] - seen) / rates[interval]
            within[i] = (interval + (share if share < 0.9999999 else 0.9999999)) * interval_s
        seen, begin = border, stop


@jit
def room_for(expected: float) -> int:
    """Contacts of a day that are drawn at most, where so many are expected: ten standard deviations more."""
    return int(expected + 10.0 * math.sqrt(expected) + 50.0)


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
    room = room_for(rates.sum())
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
    if n_types == 1:
        return arrival[:n], handle[:n], patience[:n], ref[:n]
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
    z = lasting_normals(skill, short_share)
    order = _order_of_uniforms(moment)
    arrival, handle, ref = np.empty(n), np.empty(n), np.empty(n, np.int64)
    total = rates.sum()
    for k in range(n):
        i = order[k]
        ref[k] = refs[i]
        arrival[k] = moment[i] * total
        _, kind, _, _ = unpack(ref[k])
        handle[k] = handle_time(skill[i], z[i], log_mean[kind], log_sd[kind], short_share)
    _to_arrivals(arrival, rates, interval_s)
    patience, _ = draw_all(k0, k1, ref, PATIENCE)
    to_patience_times(patience, until_s, per_s)
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
