"""Surfaces between sheets: planes exactly, smooth hills closely, and an error that tells noise from shape."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from orm_sim.negotiation.surface import fit

POINTS = np.asarray(qmc.Sobol(2, seed=3).random_base2(5))
ELSEWHERE = np.asarray(qmc.Sobol(2, seed=4).random_base2(6)) * 0.8 + 0.1


def test_a_plane_is_met_exactly() -> None:
    surface = fit(POINTS, POINTS @ [3.0, -2.0] + 1.0)
    assert surface.at(ELSEWHERE) == pytest.approx(ELSEWHERE @ [3.0, -2.0] + 1.0, abs=1e-9)
    assert surface.error == pytest.approx(0.0, abs=1e-9)


def test_a_hill_is_met_within_the_error_that_is_told() -> None:
    def hill(points: np.ndarray) -> np.ndarray:
        return np.exp(-4.0 * ((points - 0.4) ** 2).sum(axis=1))

    surface = fit(POINTS, hill(POINTS))
    missed = float(np.sqrt(np.mean((surface.at(ELSEWHERE) - hill(ELSEWHERE)) ** 2)))
    assert surface.error < 0.1
    assert missed < 2.0 * surface.error


def test_noise_is_smoothed_and_told() -> None:
    """Noise of 1 on a plane: a sheet left out is missed by about 1; the plane itself is found better than that."""
    noise = np.random.default_rng(5).normal(size=len(POINTS))
    surface = fit(POINTS, POINTS @ [3.0, -2.0] + noise)
    assert 0.7 < surface.error < 1.6
    assert surface.smoothing > 0.0
    assert float(np.sqrt(np.mean((surface.at(ELSEWHERE) - ELSEWHERE @ [3.0, -2.0]) ** 2))) < 0.7


def test_too_few_sheets_carry_nothing() -> None:
    with pytest.raises(ValueError, match="5 are needed"):
        fit(POINTS[:4], np.zeros(4))
    line = np.column_stack((np.linspace(0, 1, 8), np.full(8, 0.5)))
    with pytest.raises(ValueError, match="differ in every issue"):
        fit(line, np.zeros(8))
