"""Intervals against closed forms and worked examples, and their coverage where the truth is known."""

import math

import numpy as np
import pytest
from scipy import optimize, stats

from orm_sim.decision.intervals import (
    exact,
    mean_interval,
    quantile_interval,
    ratio_interval,
    sectioned,
    share_interval,
)

SEVEN = np.array([4.0, 8.0, 6.0, 5.0, 3.0, 7.0, 9.0])  # mean 6, variance 28/6
T6 = 2.446911851144969  # Student's 97.5 % point with 6 degrees of freedom, from printed tables


def covered(low: float, high: float, truth: float) -> bool:
    return low <= truth <= high


def test_mean_of_seven_by_hand() -> None:
    half = T6 * math.sqrt(28 / 6) / math.sqrt(7)
    found = mean_interval(SEVEN)
    assert (found.value, found.low, found.high) == pytest.approx((6.0, 6.0 - half, 6.0 + half), abs=1e-12)


def test_ratio_of_seven_by_hand() -> None:
    denominator = np.array([2.0, 2.0, 3.0, 1.0, 2.0, 2.0, 2.0])  # mean 2: ratio 3
    residual = [-2.0, 2.0, -3.0, 2.0, -3.0, 1.0, 3.0]  # numerator - 3 denominator, sum 0, squares 40
    half = T6 * math.sqrt(sum(r * r for r in residual) / 6) / math.sqrt(7) / 2
    found = ratio_interval(SEVEN, denominator)
    assert found.ends == pytest.approx((3.0, 3.0 - half, 3.0 + half), abs=1e-12)


def test_ratio_of_means_is_not_the_mean_of_ratios() -> None:
    assert ratio_interval(np.array([1.0, 1.0]), np.array([1.0, 3.0])).value == pytest.approx(0.5)


@pytest.mark.parametrize("denominator", [np.zeros(5), np.array([-1.0, 0.0, 0.0, 0.0, 0.0])])
def test_ratio_without_denominator_is_refused(denominator: np.ndarray) -> None:
    found = ratio_interval(np.ones(5), denominator)
    assert math.isnan(found.value)
    assert found.note == "not estimable: the denominator is zero"


def test_share_solves_the_binomial_tails() -> None:
    low = optimize.brentq(lambda p: stats.binom.sf(12, 300, p) - 0.025, 1e-9, 0.5)
    high = optimize.brentq(lambda p: stats.binom.cdf(13, 300, p) - 0.025, 1e-9, 0.5)
    assert share_interval(13, 300).ends == pytest.approx((13 / 300, low, high), abs=1e-9)


@pytest.mark.parametrize("n", [10, 300, 5000])
def test_no_event_gives_an_upper_bound_near_three_over_n(n: int) -> None:
    found = share_interval(0, n)
    assert (found.value, found.low) == (0.0, 0.0)
    assert (1 - found.high) ** n == pytest.approx(0.05)  # a rarer event than this would be missed more often
    assert found.high == pytest.approx(3 / n, rel=0.15)
    assert found.note == "no event: upper bound only"


def test_always_mirrors_never() -> None:
    assert share_interval(40, 40).low == pytest.approx(1 - share_interval(0, 40).high)


def test_share_refuses_more_events_than_replications() -> None:
    with pytest.raises(ValueError, match="11 events in 10"):
        share_interval(11, 10)


def test_median_of_seven_and_its_order_statistics() -> None:
    found = quantile_interval(SEVEN, 0.5)
    assert found.value == 6.0
    assert (found.low, found.high) == (3.0, 9.0)  # binomial(7, ½): P(1 <= X < 7) = 126/128 = 98.4 %


def test_quantile_end_outside_the_sample_is_said() -> None:
    found = quantile_interval(SEVEN, 0.9)
    assert found.value == 9.0
    assert math.isnan(found.high)
    assert found.note == "interval end not estimable"


def test_median_may_be_never() -> None:
    assert quantile_interval(np.array([3.0, math.inf, math.inf]), 0.5).value == math.inf


def test_sectioned_mean_by_hand() -> None:
    values = np.repeat(np.arange(10.0), 2)  # batches of two with means 0 … 9: scatter 82.5 around 4.5
    half = 2.2621571627409915 * math.sqrt(82.5 / 9 / 10)
    assert sectioned(lambda x: float(x.mean()), values).ends == pytest.approx((4.5, 4.5 - half, 4.5 + half))


def test_sectioned_is_centred_at_the_full_sample() -> None:
    values = np.random.default_rng(3).normal(size=100)
    found = sectioned(lambda x: float(x.max()), values)
    maxima = values.reshape(10, 10).max(
        axis=1
    )  # all but one below the full sample's: their scatter is around that
    half = 2.2621571627409915 * math.sqrt(((maxima - values.max()) ** 2).sum() / 9 / 10)
    assert found.ends == pytest.approx((values.max(), values.max() - half, values.max() + half))


def test_sectioned_needs_two_per_batch() -> None:
    assert sectioned(lambda x: float(x.mean()), np.ones(19)).note.startswith("not estimable: 19 replications")


def test_uneven_batches_weigh_by_size() -> None:
    values = np.arange(25.0)
    sizes = [3] * 5 + [2] * 5
    means, start = [], 0
    for size in sizes:
        means.append(values[start : start + size].mean())
        start += size
    scatter = sum(size / 2.5 * (m - 12.0) ** 2 for size, m in zip(sizes, means, strict=True)) / 9 / 10
    found = sectioned(lambda x: float(x.mean()), values)
    assert found.high == pytest.approx(12.0 + 2.2621571627409915 * math.sqrt(scatter))


def test_no_replications_and_one() -> None:
    empty = np.array([])
    refused = (
        mean_interval(empty),
        ratio_interval(empty, empty),
        share_interval(0, 0),
        quantile_interval(empty, 0.5),
    )
    for found in refused:
        assert found.note == "not estimable: no replications"
        assert not found.estimable
    assert mean_interval(np.array([2.0])).note == "one replication has no interval"
    assert exact(0.0, 9).ends == (0.0, 0.0, 0.0)


def test_coverage_of_the_simple_intervals() -> None:
    """Nominal 95 %: 2,000 samples, within 93–97 % (a standard error of 0.5 points); Clopper–Pearson may be wider."""
    generator = np.random.default_rng(20260101)
    hits = dict.fromkeys(("mean", "ratio", "share", "median"), 0)
    rounds = 2000
    for _ in range(rounds):
        x = generator.normal(5.0, 2.0, 100)
        y = 2.0 + 0.2 * x + generator.normal(0.0, 0.5, 100)  # mean 3
        hits["mean"] += covered(*mean_interval(x).ends[1:], 5.0)
        hits["ratio"] += covered(*ratio_interval(x, y).ends[1:], 5.0 / 3.0)
        hits["share"] += covered(*share_interval(int(generator.binomial(100, 0.2)), 100).ends[1:], 0.2)
        hits["median"] += covered(*quantile_interval(x, 0.5).ends[1:], 5.0)
    rates = {name: count / rounds for name, count in hits.items()}
    assert 0.93 <= rates["mean"] <= 0.97
    assert 0.93 <= rates["ratio"] <= 0.97
    assert 0.93 <= rates["median"] <= 0.98  # ranks are whole numbers
    assert 0.945 <= rates["share"] <= 0.985
