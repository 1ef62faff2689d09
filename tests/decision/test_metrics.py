"""Tail means and risk-adjusted values against closed forms and worked examples; the coverage of their intervals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from orm_sim.decision.intervals import sectioned
from orm_sim.decision.metrics import (
    COVERING_N,
    cvar,
    cvar_interval,
    margin,
    payback,
    probability_of_loss,
    risk_adjusted,
    risk_adjusted_interval,
    risk_adjusted_roi,
    saving,
    savings_realisation,
    tail_points,
    tail_refusal,
    unit_cost,
)

SEVEN = np.array([4.0, -8.0, 6.0, 5.0, -3.0, 7.0, 9.0])  # sorted: -8 -3 4 5 6 7 9, mean 20/7
money = st.floats(-1e6, 1e6)
samples = hnp.arrays(np.float64, st.integers(1, 40), elements=money)


def normal_cvar(mean: float, sd: float, beta: float) -> float:
    """E[X | X below its beta-quantile] of a normal law: mean - sd φ(z)/β."""
    return mean - sd * float(stats.norm.pdf(stats.norm.ppf(beta))) / beta


@pytest.mark.parametrize(
    ("beta", "expected"),
    [
        (1 / 7, -8.0),
        (2 / 7, -5.5),
        (0.2, (-8.0 + 0.4 * -3.0) / 1.4),  # nβ = 1.4: the worst and two fifths of the next
        (0.5, (-8.0 - 3.0 + 4.0 + 0.5 * 5.0) / 3.5),
        (0.05, -8.0),  # less than one point: the worst
        (1.0, 20 / 7),
    ],
)
def test_cvar_of_seven_by_hand(beta: float, expected: float) -> None:
    assert cvar(SEVEN, beta) == pytest.approx(expected, abs=1e-12)


def test_cvar_with_atoms_is_neither_the_mean_at_or_below_var_nor_below_it() -> None:
    values = np.array([-10.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5.0])
    assert cvar(values, 0.2) == pytest.approx(-5.0)  # half the tail is the atom at 0


@pytest.mark.parametrize("beta", [0.0, -0.1, 1.1])
def test_cvar_refuses_a_beta_out_of_range(beta: float) -> None:
    with pytest.raises(ValueError, match="beta"):
        cvar(SEVEN, beta)


def test_cvar_of_normal_quantiles_is_the_closed_form() -> None:
    n = 200_000
    values = 3.0 + 2.0 * stats.norm.ppf((np.arange(n) + 0.5) / n)
    assert cvar(values, 0.10) == pytest.approx(normal_cvar(3.0, 2.0, 0.10), abs=1e-4)
    assert normal_cvar(0.0, 1.0, 0.10) == pytest.approx(-1.754983, abs=1e-6)  # a printed value


@given(samples, st.floats(0.01, 1.0))
def test_cvar_is_never_better_than_the_mean_nor_worse_than_the_worst(values: np.ndarray, beta: float) -> None:
    slack = 1e-9 * (1.0 + float(np.abs(values).max()))
    assert values.min() - slack <= cvar(values, beta) <= values.mean() + slack


@given(samples, st.floats(0.01, 0.99), st.floats(0.1, 10.0), money)
def test_cvar_moves_and_scales_with_the_values(
    values: np.ndarray, beta: float, by: float, shift: float
) -> None:
    expected = by * cvar(values, beta) + shift
    assert cvar(by * values + shift, beta) == pytest.approx(expected, rel=1e-9, abs=1e-3)


@given(hnp.arrays(np.float64, (2, 30), elements=money), st.floats(0.05, 1.0))
def test_cvar_is_superadditive(pair: np.ndarray, beta: float) -> None:
    """Coherent: two positions together are no riskier than apart."""
    assert cvar(pair[0] + pair[1], beta) >= cvar(pair[0], beta) + cvar(pair[1], beta) - 1e-6


@given(samples)
def test_cvar_does_not_depend_on_the_order(values: np.ndarray) -> None:
    assert cvar(values[::-1].copy(), 0.3) == cvar(values, 0.3) == cvar(np.sort(values), 0.3)


def test_risk_adjusted_of_seven_by_hand() -> None:
    assert risk_adjusted(SEVEN, 0.0) == pytest.approx(20 / 7)
    assert risk_adjusted(SEVEN, 1.0, 2 / 7) == pytest.approx(-5.5)
    assert risk_adjusted(SEVEN, 0.25, 2 / 7) == pytest.approx(0.75 * 20 / 7 + 0.25 * -5.5)


@pytest.mark.parametrize(
    ("n", "beta", "points"), [(249, 0.1, 24), (250, 0.1, 25), (300, 0.1, 30), (500, 0.05, 25)]
)
def test_tail_points(n: int, beta: float, points: int) -> None:
    assert tail_points(n, beta) == points
    assert (tail_refusal(n, beta) is None) == (points >= 25)


def test_tail_is_refused_below_25_points_and_flagged_below_500() -> None:
    values = np.random.default_rng(1).normal(size=600)
    refused = risk_adjusted_interval(values[:249])
    assert math.isnan(refused.value)
    assert refused.note == "not estimable: 24 tail points, 25 needed"
    flagged = risk_adjusted_interval(values[:300])
    assert flagged.value == pytest.approx(risk_adjusted(values[:300]))
    assert flagged.note == f"interval undercovers: 300 replications, {COVERING_N} wanted"
    assert risk_adjusted_interval(values[:500]).note == ""
    assert risk_adjusted_interval(values[:30], lam=0.0).note == ""  # the mean has no tail


@pytest.mark.row("R091")
def test_risk_adjusted_roi_of_a_known_outlay() -> None:
    npv = np.random.default_rng(2).normal(3.0, 2.0, 500)
    found = risk_adjusted_roi(npv, np.full(500, 4.0), 0.5, 0.1)
    value = risk_adjusted_interval(npv, 0.5, 0.1)
    assert found.ends == pytest.approx(tuple(end / 4.0 for end in value.ends))
    assert found.value < np.mean(npv) / 4.0  # risk costs something
    assert risk_adjusted_roi(npv, np.full(500, 4.0), lam=0.0).value == pytest.approx(np.mean(npv) / 4.0)


def test_risk_adjusted_roi_is_refused_without_outlay_or_tail() -> None:
    assert risk_adjusted_roi(np.ones(300), np.zeros(300)).note == "not estimable: no outlay"
    assert risk_adjusted_roi(np.ones(50), np.ones(50)).note == "not estimable: 5 tail points, 25 needed"


@pytest.mark.row("R099", "R226")
def test_saving_is_paired_with_the_zero_line() -> None:
    zero = np.array([100.0, 120.0, 80.0])
    found = saving(0.8 * zero, zero)
    assert found.ends == pytest.approx((0.2, 0.2, 0.2))  # the same share in every replication: no doubt left
    assert savings_realisation(0.8 * zero, zero, projected=40.0).value == pytest.approx(0.5)
    assert savings_realisation(zero, zero, projected=0.0).note == "not estimable: no saving was projected"


def test_unit_cost_margin_and_loss() -> None:
    assert unit_cost(np.array([10.0, 30.0]), np.array([1.0, 3.0])).value == pytest.approx(10.0)
    assert unit_cost(np.ones(3), np.zeros(3)).note == "not estimable: the denominator is zero"
    assert margin(np.array([100.0, 300.0]), np.array([90.0, 270.0])).value == pytest.approx(0.1)
    loss = probability_of_loss(np.array([-1.0, 0.0, 2.0, -3.0]))
    assert loss.value == 0.5  # zero is no loss


def test_payback_has_a_median_and_a_chance_of_never() -> None:
    median, never = payback(np.array([12.0, math.inf, 20.0, math.inf, math.inf]))
    assert median.value == math.inf
    assert never.value == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("law", "least"),
    [
        (lambda g, n: g.normal(size=n), 0.93),
        (lambda g, n: np.exp(0.5 * g.normal(size=n)), 0.93),
        (
            lambda g, n: -np.exp(0.5 * g.normal(size=n)),
            0.92,
        ),  # losses with a long tail: still short of 95 % at 500
    ],
    ids=["normal", "long gains", "long losses"],
)
def test_coverage_of_the_sectioned_tail(law: object, least: float) -> None:
    """Nominal 95 % at n = 500 for CVaR10 and for the risk-adjusted value; 1,000 samples, standard error 0.7 points."""
    generator = np.random.default_rng(7)
    many = law(generator, 4_000_000)  # type: ignore[operator]
    truth = {lam: risk_adjusted(many, lam) for lam in (0.5, 1.0)}
    hits = dict.fromkeys(truth, 0)
    for _ in range(1000):
        values = law(generator, 500)  # type: ignore[operator]
        for lam, true in truth.items():
            found = sectioned(lambda x, w=lam: risk_adjusted(x, w), values)
            hits[lam] += found.low <= true <= found.high
    for count in hits.values():
        assert least <= count / 1000 <= 0.97


def test_the_interval_of_the_tail_of_a_normal_law_covers_its_closed_form() -> None:
    generator = np.random.default_rng(11)
    hits = 0
    for _ in range(500):
        found = cvar_interval(generator.normal(1.0, 3.0, 500))
        hits += found.low <= normal_cvar(1.0, 3.0, 0.10) <= found.high
    assert 0.925 <= hits / 500 <= 0.975
