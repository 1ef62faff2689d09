"""Compiled draws of a day: when contacts of a type arrive, their patience and their work."""

from __future__ import annotations

import math

from orm_sim.centre.laws import LawTable, quantile
from orm_sim.centre.skills.draws import ARRIVAL, BODY, draw, pack
from orm_sim.centre.skills.plan import Floats, Whole
from orm_sim.core.ahead import entry
from orm_sim.core.compiled import jit
from orm_sim.core.streams import uniform_pair


def room_for(expected: Floats) -> int:
    """Arrivals that a Poisson stream of these means does not exceed (ten standard deviations)."""
    total = float(expected.sum())
    return int(total + 10.0 * math.sqrt(total) + 50.0)


@entry
@jit
def draw_first(
    k0: int, k1: int, day: int, kind: int, expected: Floats, period_s: float, arrival_s: Floats
) -> int:
    """Arrivals of a Poisson stream, ascending: one of unit rate through the inverse of the cumulative rate.

    Parameters
    ----------
    k0, k1 : int
        Key of the contacts.
    day, kind : int
        Day of the horizon, contact type.
    expected : float64[P]
        Mean arrivals in each period.
    arrival_s : float64[room]
        Filled from the front.

    Returns
    -------
    int
        How many there are.
    """
    total = 0.0
    for period in range(expected.size):
        total += expected[period]
    room = arrival_s.size
    for i in range(room):
        arrival_s[i], _ = draw(k0, k1, pack(day, kind, 0, i), ARRIVAL)
    at, seen, period, n = 0.0, 0.0, 0, 0
    while n < room:
        at -= math.log(arrival_s[n])
        if at >= total:
            break
        while period < expected.size - 1 and at >= seen + expected[period]:
            seen += expected[period]
            period += 1
        arrival_s[n] = _place(at - seen, expected[period], period, period_s)
        n += 1
    return n


@jit
def _place(into: float, expected: float, period: int, period_s: float) -> float:
    """Moment inside a period; rounding never moves it over a border."""
    if expected <= 0.0:
        return period * period_s
    return (period + min(max(into / expected, 0.0), 0.9999999)) * period_s


@entry
@jit
def draw_bodies(
    laws: LawTable, work_law: Whole, patience_law: int, k0: int, k1: int, refs: Whole, patience_s: Floats,
    work_s: Floats,
) -> None:  # fmt: skip
    """Put patience (float64[n]) and work of every column (float64[n, C]) of attempts of one type in their place."""
    for i in range(refs.size):
        u, v = draw(k0, k1, refs[i], BODY)
        for column in range(work_law.size):
            work_s[i, column] = quantile(laws, work_law[column], u)
        patience_s[i] = quantile(laws, patience_law, v)


@entry
@jit
def draw_uniforms(k0: int, k1: int, c1: int, c2: int, c3: int, out: Floats) -> None:
    """Fill an array with the uniforms of `orm_sim.core.streams.uniforms`."""
    for i in range(out.size):
        out[i], _ = uniform_pair(k0, k1, i, c1, c2, c3)


@entry
@jit
def moment_in_day(k0: int, k1: int, ref: int, expected: Floats, period_s: float) -> float:
    """When within a day a later attempt comes whose own time fell outside the opening hours: as first contacts do."""
    u, _ = draw(k0, k1, ref, ARRIVAL)
    total = expected.sum()
    if total <= 0.0:
        return u * expected.size * period_s
    seen = 0.0
    for period in range(expected.size):
        if u * total < seen + expected[period]:
            return _place(u * total - seen, expected[period], period, period_s)
        seen += expected[period]
    return expected.size * period_s
