"""Logarithm and exponential: to the last digit over the whole range, at its ends, and the same in a loop."""

import math

import mpmath as mp
import numpy as np
import pytest

from orm_sim.core.compiled import jit
from orm_sim.core.functions import exp, log, log1p
from orm_sim.core.streams import normal_quantile, normal_quantiles

LEAST, GREATEST = 5e-324, 1.7976931348623157e308
ROOTS = [x * y for x in (2.0**-0.5, 1.0, 2.0**0.5) for y in (1 - 2.0**-52, 1.0, 1 + 2.0**-52, 0.999, 1.001)]


@jit
def logs(x: np.ndarray) -> np.ndarray:
    """A loop that is vectorised."""
    out = np.empty(x.size)
    for i in range(x.size):
        out[i] = log(x[i])
    return out


@jit
def exps(x: np.ndarray) -> np.ndarray:
    """A loop that is vectorised."""
    out = np.empty(x.size)
    for i in range(x.size):
        out[i] = exp(x[i])
    return out


def ulps(found: float, exact: mp.mpf) -> float:
    """Distance in units in the last place of the nearest number."""
    return float(abs(mp.mpf(found) - exact) / mp.mpf(math.ulp(float(exact))))


def test_logarithms_to_the_last_digit() -> None:
    """Against 40 digits: uniforms, every power of two, both sides of the mantissa's cuts, and 1 nearby."""
    rng = np.random.default_rng(1)
    x = np.concatenate(
        [
            rng.random(3000),
            10.0 ** rng.uniform(-307.0, 308.0, 3000),
            2.0 ** np.arange(-1074, 1024),
            1.0 + rng.normal(0.0, 1e-6, 300),
            ROOTS,
            [2.0**-53, 1 - 2.0**-53, LEAST, 1e-310, 2.2250738585072014e-308, GREATEST],
        ]
    )
    with mp.workdps(40):
        assert (
            max(ulps(f, mp.log(mp.mpf(v))) for v, f in zip(x.tolist(), logs(x).tolist(), strict=True)) < 0.9
        )


def test_logarithms_of_one_and_a_little_to_the_last_digits() -> None:
    """Against 40 digits: near 0 on both sides, down to -1, far above, and exactly as log where 1 + x is exact."""
    rng = np.random.default_rng(4)
    small = 10.0 ** rng.uniform(-300.0, 0.0, 3000) * rng.choice([-1.0, 1.0], 3000)
    x = np.concatenate(
        [small, -rng.random(3000), 10.0 ** rng.uniform(0.0, 308.0, 2000), [2.0**-53, -(2.0**-53)]]
    )
    found = np.array([log1p(v) for v in x.tolist()])
    with mp.workdps(700):
        assert (
            max(ulps(f, mp.log1p(mp.mpf(v))) for v, f in zip(x.tolist(), found.tolist(), strict=True)) < 2.0
        )
    uniforms = (np.floor(rng.random(1000) * 2.0**52) + 0.5) * 2.0**-52
    np.testing.assert_array_equal([log1p(-u) for u in uniforms.tolist()], logs(1.0 - uniforms))


@pytest.mark.parametrize(
    ("x", "expected"),
    [(-1.0, -math.inf), (0.0, 0.0), (math.inf, math.inf), (LEAST, LEAST), (GREATEST, math.log(GREATEST))]
    + [(x, math.nan) for x in (-1.0000001, -math.inf, math.nan)],
)
def test_logarithms_of_one_and_more_at_the_ends(x: float, expected: float) -> None:
    np.testing.assert_equal(log1p(x), expected)


def test_exponentials_to_the_last_digit() -> None:
    """Against 40 digits, from results below the least normal number to the greatest; near 0 and between halves."""
    rng = np.random.default_rng(2)
    halves = (np.arange(-1074, 1024) + 0.5) * math.log(2.0)
    ends = [0.0, -0.0, 1e-300, -1e-300, 709.782712893384, -708.4, -745.13]
    x = np.concatenate(
        [rng.uniform(-745.0, 709.7, 4000), rng.normal(5.0, 1.0, 2000), rng.normal(0, 1e-5, 300), halves, ends]
    )
    with mp.workdps(40):
        assert (
            max(ulps(f, mp.exp(mp.mpf(v))) for v, f in zip(x.tolist(), exps(x).tolist(), strict=True)) < 1.1
        )


@pytest.mark.parametrize(
    ("x", "expected"),
    [(0.0, -math.inf), (-0.0, -math.inf), (1.0, 0.0), (math.inf, math.inf)]
    + [(x, math.nan) for x in (-1.0, -LEAST, -math.inf, math.nan)],
)
def test_logarithms_at_the_ends(x: float, expected: float) -> None:
    np.testing.assert_equal([log(x), logs(np.full(9, x))[0]], [expected] * 2)


@pytest.mark.parametrize(
    ("x", "expected"),
    [(-745.0, LEAST), (0.0, 1.0), (-0.0, 1.0), (math.nan, math.nan)]
    + [(x, 0.0) for x in (-746.0, -1e9, -math.inf)]
    + [(x, math.inf) for x in (709.79, 1e9, math.inf)],
)
def test_exponentials_at_the_ends(x: float, expected: float) -> None:
    np.testing.assert_equal([exp(x), exps(np.full(9, x))[0]], [expected] * 2)


def test_a_loop_gives_the_same_bits_as_one_at_a_time() -> None:
    """Vectorised or not, nothing is fused or reordered; the quantiles include every range and the ends."""
    x = np.random.default_rng(3).random(1001)
    np.testing.assert_array_equal(logs(x), [log(v) for v in x.tolist()])
    np.testing.assert_array_equal(exps(x), [exp(v) for v in x.tolist()])
    tails = [0.0, LEAST, 2.0**-53, 1e-300, 1e-12, 1e-10, 0.0749999, 0.075, 0.5, -0.1, 1.1, math.nan]
    u = np.concatenate([x, tails, 1.0 - np.array(tails)])
    np.testing.assert_array_equal(normal_quantiles(u), [normal_quantile(v) for v in u.tolist()])
