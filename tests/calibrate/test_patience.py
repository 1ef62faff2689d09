"""Patience: a worked Kaplan–Meier, scipy's, known hazards that come back."""

import numpy as np
import pytest
from scipy import stats

from orm_sim.calibrate.patience import cumulative_hazard, fit_patience, kaplan_meier
from tests.calibrate import synthetic


def test_worked_example() -> None:
    """Freireich's 6-MP arm as every textbook has it: 21 patients, 9 events, survival 0.857, 0.807, 0.753, 0.690 …"""
    times = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    event = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    curve = kaplan_meier(np.array(times, float), np.array(event, bool))
    told = dict(zip(curve.at_s, curve.share, strict=True))
    expected = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
    assert {t: round(told[t], 4) for t in expected} == expected
    assert curve.se[curve.at_s == 6][0] == pytest.approx(0.0764, abs=1e-4)


def test_agrees_with_scipy() -> None:
    rng = np.random.default_rng(1)
    patience, wait = rng.exponential(100, 3000).round(), rng.exponential(80, 3000).round()
    gave_up = patience <= wait
    seen = np.minimum(patience, wait)
    curve = kaplan_meier(seen, gave_up)
    theirs = stats.ecdf(stats.CensoredData(uncensored=seen[gave_up], right=seen[~gave_up])).sf
    assert curve.share == pytest.approx(theirs.evaluate(curve.at_s), abs=1e-12)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_known_hazard_comes_back(seed: int) -> None:
    told = fit_patience(synthetic.contacts(seed), (20.0, 100.0))
    for piece, truth in zip(told.pieces, (0.010, 0.004, 0.004), strict=True):
        assert abs(piece.per_s.value - truth) < 4 * piece.per_s.se
        assert piece.per_s.se < 0.1 * truth
    median = 20 + (np.log(2) - 0.2) / 0.004
    assert abs(told.median.value - median) < 4 * told.median.se
    assert told.pieces_distance < 0.02 < told.exponential_distance


def test_exponential_patience_comes_back() -> None:
    """Total wait over abandonments, and the piecewise hazard flat at its inverse."""
    data = synthetic.contacts(4)
    rng = np.random.default_rng(4)
    patience, offered = rng.exponential(250.0, len(data.at_s)), rng.exponential(90.0, len(data.at_s))
    object.__setattr__(data, "answered", offered <= patience)
    object.__setattr__(data, "queued", np.ones(len(patience), bool))
    object.__setattr__(data, "wait_s", np.minimum(offered, patience))
    told = fit_patience(data, (30.0, 120.0))
    assert abs(told.exponential_mean.value - 250.0) < 4 * told.exponential_mean.se
    assert told.exponential_distance < 0.02
    assert cumulative_hazard(np.array([250.0]), told.pieces)[0] == pytest.approx(1.0, abs=0.1)


def test_nobody_gave_up() -> None:
    data = synthetic.contacts(5, n_days=21, level=50.0)
    object.__setattr__(data, "answered", np.ones(len(data.at_s), bool))
    told = fit_patience(data, (20.0,))
    assert not told.median.known
    assert not told.exponential_mean.known
