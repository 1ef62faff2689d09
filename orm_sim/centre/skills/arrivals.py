"""Compiled draws of a day: when contacts of every type arrive, their patience and their work, in order of arrival."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from orm_sim.centre.gamma import gamma_quantile
from orm_sim.centre.laws import (
    CONSTANT,
    EMPIRICAL,
    EXPONENTIAL,
    GAMMA,
    LOGNORMAL,
    PIECEWISE_HAZARD,
    UNIFORM,
    WEIBULL,
    LawTable,
)
from orm_sim.centre.skills.draws import ARRIVAL, BODY, draw, pack
from orm_sim.centre.skills.merging import in_order
from orm_sim.centre.skills.plan import Floats, Whole
from orm_sim.centre.skills.rota import changes_of_day
from orm_sim.centre.skills.state import Records
from orm_sim.centre.skills.views import laws_of, number, numbers_at, set_whole, whole
from orm_sim.core.ahead import entry
from orm_sim.core.compiled import jit, jit_inline
from orm_sim.core.functions import exp, log, log1p
from orm_sim.core.streams import normal_quantiles, uniform_pair
from orm_sim.core.vectors import wide

_BATCH: Final = 256
"""Arrivals drawn at once, ahead of their use."""
_BODIES: Final = 1024
"""Bodies drawn at once: what they take stays near the processor."""
N_CONTACTS, N_CHANGES, TABLES = range(3)
"""Places in the whole numbers of a day: how many contacts and changes of staffing; the tables from here on."""


def room_for(expected: float, n_types: int) -> int:
    """Arrivals that Poisson streams with a mean in all do not exceed (ten standard deviations of each)."""
    return int(expected + 10.0 * math.sqrt(n_types * expected)) + 51 * n_types


@entry
@jit
def draw_day(sources: Records, day: int, factor: float, room: int, times: Floats, numbers: Whole) -> None:
    """Draw a day's first contacts and changes of staffing, each in order of time.

    Parameters
    ----------
    sources : record of `orm_sim.centre.skills.sources.SOURCES`
    day : int
        Day of the horizon.
    factor : float
        On every rate.
    room : int
        For contacts; the rest of the arrays is for changes.
    times : float64[room * (2 + C) + most_changes]
        Filled: arrival, patience and work [room, C] of contacts, moments of changes.
    numbers : int64[2 + room * 2 + most_changes * 2]
        Filled: `N_CONTACTS`, `N_CHANGES`, type and ref of contacts, group and agents of changes.
    """
    draw_into(sources[0], day, factor, room, times, numbers)


@jit
def draw_into(s: Any, day: int, factor: float, room: int, times: Floats, numbers: Whole) -> None:
    """`draw_day`, of the record itself."""
    at, ends = np.empty(room), np.zeros(s.n_kinds + 1, np.int64)
    n = 0
    for t in range(s.n_kinds):
        n = _arrivals_of(s, day, t, factor, at, n)
        ends[t + 1] = n
    places = np.empty(n, np.int64)
    in_order(at[:n], ends, times[:n], places)
    kind, ref = numbers[TABLES : TABLES + n], numbers[TABLES + room : TABLES + room + n]
    for t in range(s.n_kinds):
        first = pack(day, t, 0, 0) - ends[t]
        for i in range(ends[t], ends[t + 1]):
            place = np.uint64(places[i])
            kind[place], ref[place] = t, first + i
    _draw_bodies(s, day, ends, places, times[room:], times[2 * room :])
    numbers[N_CONTACTS] = n
    rest = numbers[TABLES + 2 * room :]
    m = rest.size // 2
    numbers[N_CHANGES] = changes_of_day(s, day, times[room * (2 + s.n_columns) :], rest[:m], rest[m:])


@jit
def _arrivals_of(s: Any, day: int, t: int, factor: float, at: Floats, n: int) -> int:
    """Arrivals of one type, ascending, after the first n."""
    place = t * (2 + s.n_columns)
    first = whole(s.given_first, place)
    if first >= 0:
        for k in range(first, whole(s.given_stop, place)):
            at[n] = number(s.given, k)
            n += 1
        return n
    expected = np.empty(s.n_periods)
    for period in range(s.n_periods):
        expected[period] = number(s.rates, (t * s.n_days + day) * s.n_periods + period) * factor
    return _poisson(s, day, t, expected, at, n)


@jit
def _poisson(s: Any, day: int, t: int, expected: Floats, at: Floats, n: int) -> int:
    """A Poisson stream: one of unit rate through the inverse of the cumulative rate.

    Two arrivals share the words of a block: the gaps before contacts 2k and 2k + 1 are the pair of k.
    """
    wide()
    total = 0.0
    for period in range(expected.size):
        total += expected[period]
    first, stop = n, min(n + int(total + 10.0 * math.sqrt(total) + 50.0), at.size)
    k0, k1 = s.k0, s.k1
    moment, gap = 0.0, np.empty(_BATCH)
    while moment < total and n < stop:
        drawn = (n - first) // 2  # even: each batch before was taken whole
        for k in range(_BATCH // 2):
            gap[2 * k], gap[2 * k + 1] = uniform_pair(k0, k1, drawn + k, ARRIVAL, day, t)
        for k in range(gap.size):
            gap[k] = log(gap[k])
        for k in range(min(gap.size, stop - n)):
            moment -= gap[k]
            at[n] = moment
            n += moment < total
    _to_seconds(at[first:n], expected, s.period_s)
    return n


@jit
def _to_seconds(at: Floats, expected: Floats, period_s: float) -> None:
    """Turn ascending moments on the clock of the cumulative rate into seconds of the day."""
    seen, begin = 0.0, 0
    for period in range(expected.size):
        mean = expected[period]
        border = seen + mean if period < expected.size - 1 else math.inf
        stop = begin + int(np.searchsorted(at[begin:], border))
        within = at[begin:stop]
        for i in range(within.size):
            within[i] = _place(within[i] - seen, mean, period, period_s)
        seen, begin = border, stop


@jit_inline
def _place(into: float, expected: float, period: int, period_s: float) -> float:
    """Moment inside a period; rounding never moves it over a border."""
    share = into / expected
    share = share if share > 0.0 else 0.0  # nan, too: in a period that expects nobody
    return (period + (share if share < 0.9999999 else 0.9999999)) * period_s


@jit
def _draw_bodies(s: Any, day: int, ends: Whole, places: Whole, patience_s: Floats, work_s: Floats) -> None:
    """Patience and work of every type's contacts, put at their places."""
    wide()
    laws, columns = laws_of(s), s.n_columns
    for t in range(s.n_kinds):
        for begin in range(ends[t], ends[t + 1], _BODIES):
            mine = places[begin : min(begin + _BODIES, ends[t + 1])]
            u, v = np.empty(mine.size), np.empty(mine.size)
            for i in range(mine.size):
                u[i], v[i] = uniform_pair(s.k0, s.k1, begin - ends[t] + i, BODY, day, t)
            used = whole(s.given_used, t) + begin - ends[t]
            drawn = _values(s, laws, t, 1, whole(s.patience_law, t), used, v)
            for i in range(mine.size):
                patience_s[np.uint64(mine[i])] = drawn[i]
            for column in range(columns):
                if column == 0 or not _same(s, t, column):
                    drawn = _values(s, laws, t, 2 + column, whole(s.work_law, t * columns + column), used, u)
                for i in range(mine.size):
                    work_s[np.uint64(mine[i] * columns + column)] = drawn[i]
        set_whole(s.given_used, t, whole(s.given_used, t) + ends[t + 1] - ends[t])


@jit
def _same(s: Any, t: int, column: int) -> bool:
    """Whether a column of work has the values of the one before."""
    law, place = t * s.n_columns + column, t * (2 + s.n_columns) + 2 + column
    drawn = whole(s.given_first, place) < 0 and whole(s.given_first, place - 1) < 0
    return drawn and whole(s.work_law, law) == whole(s.work_law, law - 1)


@jit
def _values(s: Any, laws: LawTable, t: int, column: int, law: int, used: int, u: Floats) -> Floats:
    """Values by a law, or those given, the first again when they run out."""
    place = t * (2 + s.n_columns) + column
    first, n = whole(s.given_first, place), whole(s.given_stop, place) - whole(s.given_first, place)
    if first < 0:
        return quantiles(laws, law, u)
    drawn = np.empty(u.size)
    for i in range(u.size):
        drawn[i] = number(s.given, first + (used + i) % n)
    return drawn


@jit
def quantiles(laws: LawTable, law: int, u: Floats) -> Floats:
    """`orm_sim.centre.laws.quantile` of each element, the same bits: a loop for each kind of law."""
    wide()
    kind, a, b = laws.kind[law], laws.a[law], laws.b[law]
    x, y = laws.x[laws.first[law] : laws.stop[law]], laws.y[laws.first[law] : laws.stop[law]]
    if kind == EMPIRICAL:
        found = np.empty(u.size)
        for i in range(u.size):
            found[i] = x[min(int(u[i] * x.size), x.size - 1)]
        return found
    if kind == PIECEWISE_HAZARD:
        return _piecewise(x, y, u)
    found = normal_quantiles(u) if kind == LOGNORMAL else np.empty(u.size)
    if kind == LOGNORMAL:
        for i in range(u.size):
            found[i] = exp(a + b * found[i])
    elif kind == EXPONENTIAL:
        for i in range(u.size):
            found[i] = -a * log1p(-u[i])
    elif kind == WEIBULL:
        for i in range(u.size):
            found[i] = a * (-log1p(-u[i])) ** b
    elif kind == UNIFORM:
        for i in range(u.size):
            found[i] = a + b * u[i]
    elif kind == GAMMA:
        for i in range(u.size):
            found[i] = a * gamma_quantile(b, u[i])
    else:
        found[:] = a if kind == CONSTANT else math.inf
    if x.size:
        for i in range(u.size):
            found[i] += x[0]
    return found


@jit
def _piecewise(x: Floats, y: Floats, u: Floats) -> Floats:
    """Where hazards y, each up to its x, summed reach -log(1 - u)."""
    found = np.full(u.size, math.inf)
    for i in range(u.size):
        wanted, begin = -log1p(-u[i]), 0.0
        for j in range(x.size):
            reach = y[j] * (x[j] - begin) if y[j] > 0.0 else 0.0
            if wanted <= reach:
                found[i] = begin + wanted / y[j]
                break
            wanted -= reach
            begin = x[j]
    return found


@entry
@jit
def draw_busyness(k0: int, k1: int, shape: float, factors: Floats) -> None:
    """Fill in the factor of each day: a gamma of mean 1 with this shape."""
    for day in range(factors.size):
        u, _ = uniform_pair(k0, k1, 0, 0, day, 0)
        factors[day] = gamma_quantile(shape, u) / shape


@jit
def moment_in_day(s: Any, day: int, ref: int, kind: int) -> float:
    """A moment for an attempt by the rates of a day."""
    expected: Floats = numbers_at(s.rates, (kind * s.n_days + day) * s.n_periods, s.n_periods)
    period_s: float = s.period_s
    u, _ = draw(s.k0, s.k1, ref, ARRIVAL)
    total = expected.sum()
    if total <= 0.0:
        return u * expected.size * period_s
    seen = 0.0
    for period in range(expected.size):
        if u * total < seen + expected[period]:
            return _place(u * total - seen, expected[period], period, period_s)
        seen += expected[period]
    return expected.size * period_s
