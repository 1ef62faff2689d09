"""Laws of durations as tables of numbers, and their compiled quantiles: every draw is a uniform put through one."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.gamma import gamma_quantile
from orm_sim.core.compiled import jit
from orm_sim.core.functions import exp, log1p
from orm_sim.core.streams import normal_quantile

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

CONSTANT, EXPONENTIAL, LOGNORMAL, WEIBULL, UNIFORM, GAMMA, PIECEWISE_HAZARD, EMPIRICAL, NEVER = range(9)
KINDS: Final = (
    "constant", "exponential", "lognormal", "weibull", "uniform", "gamma", "piecewise_hazard", "empirical", "never",
)  # fmt: skip


class LawTable(NamedTuple):
    """Laws by number, in a form that compiled code reads.

    Attributes
    ----------
    kind : int64[n_laws]
        `CONSTANT`, `EXPONENTIAL`, ...
    a, b : float64[n_laws]
        constant: value, - · exponential: mean, - · lognormal: log mean, log sd · weibull: scale, 1 / shape ·
        uniform: low, high - low · gamma: scale, shape · others: -, -.
    first, stop : int64[n_laws]
        Where in x and y the law's own numbers stand: ends and hazards of its pieces (the last end is inf), or its
        sorted values in x. The others have none, or one in x: a constant that is added to every value.
    x, y : float64[n_values]
    """

    kind: Whole
    a: Floats
    b: Floats
    first: Whole
    stop: Whole
    x: Floats
    y: Floats


@jit
def quantile(laws: LawTable, law: int, u: float) -> float:
    """Value that a law stays below with probability u, 0 < u < 1 (compiled); inf where patience never ends."""
    kind, first, n = laws.kind[law], laws.first[law], laws.stop[law] - laws.first[law]
    if kind == PIECEWISE_HAZARD:
        return _piecewise(laws, law, u)
    if kind == EMPIRICAL:
        return float(laws.x[first + min(int(u * n), n - 1)])
    value = _by_formula(kind, laws.a[law], laws.b[law], u)
    return value if n == 0 else value + laws.x[first]


@jit
def _by_formula(kind: int, a: float, b: float, u: float) -> float:
    """Quantile of a law that two numbers describe."""
    if kind == CONSTANT:
        return float(a)
    if kind == EXPONENTIAL:
        return float(-a * log1p(-u))
    if kind == LOGNORMAL:
        return exp(a + b * normal_quantile(u))
    if kind == WEIBULL:
        return float(a * (-log1p(-u)) ** b)
    if kind == UNIFORM:
        return float(a + b * u)
    if kind == GAMMA:
        return a * gamma_quantile(b, u)
    return math.inf


@jit
def _piecewise(laws: LawTable, law: int, u: float) -> float:
    """Where the summed hazard reaches -log(1 - u); inf where it never does."""
    wanted, begin = -log1p(-u), 0.0
    for j in range(laws.first[law], laws.stop[law]):
        reach = laws.y[j] * (laws.x[j] - begin) if laws.y[j] > 0.0 else 0.0
        if wanted <= reach:
            return float(begin + wanted / laws.y[j])
        wanted -= reach
        begin = laws.x[j]
    return math.inf
