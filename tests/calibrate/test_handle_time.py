"""Handle time and mix: known laws come back; distances and likelihoods agree with scipy's own."""

import numpy as np
import pytest
from scipy import stats

from orm_sim.calibrate.handle_time import distances, fit_handle_times, fitted_laws
from orm_sim.calibrate.mix import fit_mix
from orm_sim.calibrate.short_contacts import fit_short_share
from tests.calibrate import synthetic


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_known_law_comes_back(seed: int) -> None:
    """Mean logarithm and spread per type; the agents' differences widen the spread they are drawn with."""
    data = synthetic.contacts(seed)
    fitted = fit_handle_times(data, 0.0 + 1e-9, 1e9)
    del fitted["all"]
    mix = fit_mix(data)
    for name, (share, _, sd) in synthetic.TYPES.items():
        assert abs(mix[name].value - share) < 4 * mix[name].se
        assert fitted[name].log_sd.value > sd  # short contacts and agents in it
    clean = fit_handle_times(data, 10.0, 3600.0)
    assert clean["bills"].mean.value == pytest.approx(200.0, rel=0.15)


def test_relative_means_leave_the_mean_of_the_mix_alone() -> None:
    data = synthetic.contacts(4)
    fitted, mix = fit_handle_times(data, 10.0, 3600.0), fit_mix(data)
    assert sum(mix[name].value * fitted[name].relative_mean.value for name in mix) == pytest.approx(1.0)
    ratio = fitted["loans"].relative_mean.value / fitted["bills"].relative_mean.value
    assert ratio == pytest.approx(fitted["loans"].mean.value / fitted["bills"].mean.value)


def test_short_share() -> None:
    told = fit_short_share(synthetic.contacts(5), 10.0)
    assert abs(told.value - synthetic.SHORT) < 4 * told.se


@pytest.mark.parametrize(
    ("law", "name"),
    [
        (stats.lognorm(0.9, scale=150), "lognormal"),
        (stats.expon(scale=200), "exponential"),
        (stats.gamma(3, scale=60), "gamma"),
        (stats.weibull_min(1.7, scale=200), "weibull"),
    ],
)
def test_the_true_law_is_nearest(law: stats.rv_continuous, name: str) -> None:
    x = law.rvs(20_000, random_state=np.random.default_rng(1))
    told = distances(x)
    nearest = min(told, key=told.__getitem__)
    assert told[name] <= told[nearest] + 0.003  # the exponential is a gamma and a weibull too
    assert told[name] < 1.63 / 20_000**0.5  # Kolmogorov's 1 % point


def test_distances_agree_with_scipy() -> None:
    x = np.random.default_rng(2).lognormal(5, 0.9, 5000)
    told = distances(x)
    shape, _, scale = stats.lognorm.fit(x, floc=0)
    assert told["lognormal"] == pytest.approx(
        stats.kstest(x, stats.lognorm(shape, 0, scale).cdf).statistic, rel=1e-6
    )
    assert told["exponential"] == pytest.approx(
        stats.kstest(x, stats.expon(0, x.mean()).cdf).statistic, rel=1e-6
    )


def test_likelihoods_agree_with_scipy() -> None:
    x = np.random.default_rng(3).gamma(2.2, 90.0, 3000)
    at = np.array([20.0, 100.0, 300.0, 900.0])
    laws = fitted_laws(x)
    shape, _, scale = stats.gamma.fit(x, floc=0)
    assert laws["gamma"](at) == pytest.approx(stats.gamma(shape, 0, scale).cdf(at), rel=1e-4)
    power, _, size = stats.weibull_min.fit(x, floc=0)
    assert laws["weibull"](at) == pytest.approx(stats.weibull_min(power, 0, size).cdf(at), rel=2e-3)


def test_a_single_length_has_no_law() -> None:
    assert distances(np.full(50, 7.0)) == {}
