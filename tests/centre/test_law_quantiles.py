"""Laws of durations: quantiles against scipy, moments against theory, and what a file may say of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy import special, stats

from orm_sim.centre.gamma import gamma_quantile
from orm_sim.centre.law_terms import LawRegister, PatienceLaw, weibull_shape
from orm_sim.centre.laws import quantile
from orm_sim.centre.student import t_quantile

LAW: TypeAdapter[Any] = TypeAdapter(PatienceLaw)
LEVELS = (1e-12, 1e-6, 1e-3, 0.05, 0.3, 0.4999, 0.5, 0.7, 0.95, 0.999, 1 - 1e-6, 1 - 1e-12)


def quantiles(law: dict[str, Any], levels: tuple[float, ...] = LEVELS, later: float = 0.0) -> list[float]:
    """Quantiles of a law as a file writes it."""
    register = LawRegister()
    register.number(
        LAW.validate_python({"law": "constant", "value_s": 3.0}).row
    )  # so that it is not the first
    number = register.number(LAW.validate_python(law).row.later(later))
    table = register.table()
    return [quantile(table, number, u) for u in levels]


@pytest.mark.parametrize(
    "shape", [0.01, 0.05, 0.3, 0.5, 0.9, 1.0, 1.5, 2.0, 5.0, 19.9, 20.1, 100.0, 1e3, 1e4]
)
def test_gamma_quantile_is_that_of_scipy(shape: float) -> None:
    levels = np.array([1e-15, *LEVELS, 1 - 2.0**-53])
    found = np.array([gamma_quantile(shape, u) for u in levels])
    upper = special.gammainccinv(shape, 1.0 - levels)
    expected = np.where(levels < 0.5, special.gammaincinv(shape, levels), upper)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-300)


@given(st.floats(-4.0, 12.0), st.floats(1e-12, 1.0 - 1e-12))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_gamma_quantile_inverts_the_distribution(log_shape: float, u: float) -> None:
    shape = math.exp(log_shape)
    x = gamma_quantile(shape, u)
    if u < 0.5 and x > 1e-290:
        assert special.gammainc(shape, x) == pytest.approx(u, rel=1e-8)
    elif u >= 0.5:
        assert special.gammaincc(shape, x) == pytest.approx(1.0 - u, rel=1e-8)


@pytest.mark.parametrize("cv", [0.05, 0.5, 1.0, 1.7, 4.0])
@pytest.mark.parametrize("name", ["gamma", "weibull", "lognormal"])
def test_laws_of_mean_and_cv_are_those_of_scipy(name: str, cv: float) -> None:
    if name == "gamma":
        law: Any = stats.gamma(1.0 / cv**2, scale=240.0 * cv**2)
    elif name == "weibull":
        shape = weibull_shape(cv)
        law = stats.weibull_min(shape, scale=240.0 / math.gamma(1.0 + 1.0 / shape))
    else:
        spread = math.sqrt(math.log1p(cv**2))
        law = stats.lognorm(spread, scale=240.0 * math.exp(-(spread**2) / 2.0))
    assert law.mean() == pytest.approx(240.0, rel=1e-9)
    assert law.std() == pytest.approx(240.0 * cv, rel=1e-6)
    levels = tuple(u for u in LEVELS if 1e-6 < u < 1 - 1e-6)
    found = quantiles({"law": name, "mean_s": 240.0, "cv": cv}, levels)
    np.testing.assert_allclose(found, law.ppf(levels), rtol=1e-9)


def test_simple_laws() -> None:
    np.testing.assert_allclose(
        quantiles({"law": "exponential", "mean_s": 60.0}), stats.expon.ppf(LEVELS, scale=60.0), rtol=1e-9
    )
    assert quantiles({"law": "uniform", "low_s": 5.0, "high_s": 9.0}, (0.25, 0.5)) == [6.0, 7.0]
    assert quantiles({"law": "constant", "value_s": 7.5}, (0.1, 0.9)) == [7.5, 7.5]
    assert quantiles({"law": "never"}, (0.1, 0.9)) == [math.inf, math.inf]
    assert quantiles({"law": "lognormal", "mean_s": 50.0, "cv": 0.0}, (0.1, 0.9)) == [50.0, 50.0]


def test_empirical_and_given_draw_each_value_alike() -> None:
    for name in ("empirical", "given"):
        levels = tuple((i + 0.5) / 8 for i in range(8))
        assert quantiles({"law": name, "values_s": [9.0, 1.0, 4.0, 4.0]}, levels) == [1, 1, 4, 4, 4, 4, 9, 9]


@pytest.mark.parametrize("until", [[10.0, 60.0], [10.0, 60.0, 500.0]])
def test_piecewise_hazard_by_hand(until: list[float]) -> None:
    """Hazard 0.01 to 10 s, 0.002 to 60 s, then 0.005 for ever: survival at 10 is e^-0.1, at 60 e^-0.2."""
    law = {"law": "piecewise_hazard", "until_s": until, "per_s": [0.01, 0.002, 0.005]}
    levels = tuple(-math.expm1(-passed) for passed in (0.05, 0.1, 0.15, 0.2, 5.2))
    np.testing.assert_allclose(quantiles(law, levels), [5.0, 10.0, 35.0, 60.0, 1060.0], rtol=1e-12)


def test_those_who_reach_a_last_hazard_of_nothing_stay() -> None:
    law = {"law": "piecewise_hazard", "until_s": [10.0], "per_s": [0.01, 0.0]}
    assert quantiles(law, (0.5,)) == [math.inf]


@pytest.mark.parametrize(
    "law",
    [
        {"law": "exponential", "mean_s": 60.0},
        {"law": "gamma", "mean_s": 60.0, "cv": 0.7},
        {"law": "uniform", "low_s": 5.0, "high_s": 9.0},
        {"law": "empirical", "values_s": [1.0, 2.0, 3.0]},
        {"law": "piecewise_hazard", "until_s": [10.0], "per_s": [0.01, 0.002]},
    ],
)
def test_wrap_up_is_added_to_every_value(law: dict[str, Any]) -> None:
    np.testing.assert_allclose(quantiles(law, later=30.0), np.array(quantiles(law)) + 30.0, rtol=1e-12)


@pytest.mark.parametrize(
    ("law", "said"),
    [
        ({"law": "exponential", "mean_s": 0.0}, "greater than 0"),
        ({"law": "gamma", "mean_s": 60.0, "cv": -1.0}, "greater than or equal to 0"),
        ({"law": "uniform", "low_s": 9.0, "high_s": 5.0}, "must not exceed"),
        ({"law": "empirical", "values_s": []}, "at least one entry"),
        ({"law": "piecewise_hazard", "until_s": [5.0, 5.0], "per_s": [0.1, 0.2]}, "must ascend"),
        ({"law": "piecewise_hazard", "until_s": [5.0], "per_s": [0.1, 0.2, 0.3]}, "one more; it has 3 for 1"),
        ({"law": "gama", "mean_s": 60.0}, "does not match any of the expected tags"),
    ],
)
def test_laws_that_are_none_are_refused(law: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        LAW.validate_python(law)


def test_t_quantile_is_that_of_scipy() -> None:
    degrees = [*range(1, 40), 99, 500, 999, 1000, 1001, 50_000]
    np.testing.assert_allclose(
        [t_quantile(0.95, n) for n in degrees], stats.t.ppf(0.975, degrees), rtol=1e-10
    )
