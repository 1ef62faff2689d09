"""Busyness beyond Poisson: known factors come back, Poisson counts have none, incidents do not count."""

import numpy as np
import pytest

from orm_sim.calibrate.arrivals import fit_profiles, fit_volume
from orm_sim.calibrate.busyness import Busyness, fit_busyness
from orm_sim.calibrate.day_table import day_table
from orm_sim.calibrate.mapping_terms import WEEKDAYS, Days
from tests.calibrate import synthetic

SETTING = Days(profiles={"all": WEEKDAYS})


def fitted(counts: np.ndarray) -> Busyness:
    days = day_table(counts, synthetic.FIRST.date(), SETTING)
    volume = fit_volume(days)
    profiles = fit_profiles(counts, days, SETTING)
    return fit_busyness(counts, days, volume.expected, profiles, len(volume.season) + 6)


@pytest.mark.parametrize(
    ("day_cv", "lag", "interval_cv"), [(0.15, 0.5, 0.15), (0.1, 0.0, 0.08), (0.25, 0.3, 0.2)]
)
def test_known_busyness_comes_back(day_cv: float, lag: float, interval_cv: float) -> None:
    """Averaged over 20 invented records; the lag may fall short by the months' levels fitted to the same days."""
    told = [
        fitted(synthetic.counts(seed, 140, 1500.0, day_cv, lag, interval_cv).counts) for seed in range(20)
    ]
    root = 20**0.5
    for name, truth, bias in (
        ("day_cv", day_cv, 0.02),
        ("interval_cv", interval_cv, 0.005),
        ("day_lag1", lag, 0.1),
    ):
        values = np.array([getattr(each, name).value for each in told])
        assert abs(values.mean() - truth) < 3 * values.std() / root + bias, name
        errors = np.array([getattr(each, name).se for each in told])
        assert errors.mean() == pytest.approx(values.std(), rel=0.5), name


def test_poisson_counts_have_no_busyness() -> None:
    told = fitted(synthetic.counts(1, 140, 2000.0).counts)
    assert told.day_cv.value < 0.02
    assert told.interval_cv.value < 0.03
    assert told.dispersion.value == pytest.approx(1.0, abs=0.25)
    assert len(told.incidents) == 0


def test_incident_is_listed_and_not_averaged_in() -> None:
    truth = synthetic.counts(2, 140, 1500.0, 0.1, 0.0, 0.1)
    before = fitted(truth.counts)
    truth.counts[60, 30:33] *= 6
    told = fitted(truth.counts)
    assert sorted(told.incidents["from_hour"].head(3)) == [15.0, 15.5, 16.0]
    assert told.interval_cv.value == pytest.approx(before.interval_cv.value, rel=0.03)
    assert told.with_incidents > 1.3 * before.interval_cv.value
    expected = told.incidents["expected"].iloc[0]
    assert expected == pytest.approx(told.incidents["offered"].iloc[0] / 6, rel=0.4)


def test_neighbouring_intervals() -> None:
    """A factor that lasts for an hour shows as a correlation of one half between half-hours."""
    truth = synthetic.counts(3, 140, 1500.0)
    rng = np.random.default_rng(3)
    hourly = np.repeat(rng.gamma(25, 1 / 25, (140, 24)), 2, axis=1)
    counts = rng.poisson(truth.expected[:, None] * synthetic.PROFILE * hourly)
    assert fitted(counts).interval_lag1 == pytest.approx(0.5, abs=0.1)
