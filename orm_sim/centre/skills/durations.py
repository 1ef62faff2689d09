"""A duration by a law of the centre, read by address: handing the whole table of laws over costs more than the draw."""

from __future__ import annotations

import math

from orm_sim.centre.laws import EMPIRICAL, PIECEWISE_HAZARD
from orm_sim.centre.laws import _by_formula as by_formula
from orm_sim.centre.skills.state import Centre
from orm_sim.centre.skills.views import number, whole
from orm_sim.core.compiled import jit
from orm_sim.core.functions import log1p


@jit
def duration(c: Centre, law: int, u: float) -> float:
    """What `orm_sim.centre.laws.quantile` gives, the same bits."""
    kind, first = whole(c.law_kind, law), whole(c.law_first, law)
    n = whole(c.law_stop, law) - first
    if kind == PIECEWISE_HAZARD:
        return _piecewise(c, first, first + n, u)
    if kind == EMPIRICAL:
        return number(c.law_x, first + min(int(u * n), n - 1))
    value = by_formula(kind, number(c.law_a, law), number(c.law_b, law), u)
    return value if n == 0 else value + number(c.law_x, first)


@jit
def _piecewise(c: Centre, first: int, stop: int, u: float) -> float:
    """Where the summed hazard reaches -log(1 - u); inf where it never does."""
    wanted, begin = -log1p(-u), 0.0
    for j in range(first, stop):
        per_s, until = number(c.law_y, j), number(c.law_x, j)
        reach = per_s * (until - begin) if per_s > 0.0 else 0.0
        if wanted <= reach:
            return begin + wanted / per_s
        wanted -= reach
        begin = until
    return math.inf
