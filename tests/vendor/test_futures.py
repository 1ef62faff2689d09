"""Futures: exact moments, the same for every plan and contract, and none where there is no doubt."""

from __future__ import annotations

import numpy as np
import pytest

from orm_sim.vendor.decision.futures import N_FUTURES, Doubts, futures

NONE = Doubts(volume=0.0, handle_time=0.0, conversion=0.0, attrition=0.0, service=0.0)


def test_factors_have_mean_1_and_about_the_spread_asked_for() -> None:
    """16 points cannot carry a lognormal's tail whole: its deviation within 10 % of the one asked for."""
    ahead = futures(Doubts(volume=0.1, handle_time=0.05, conversion=0.2, attrition=0.3), 12)
    for factor, cv in zip(ahead[:4], (0.1, 0.05, 0.2, 0.3), strict=True):
        assert factor.mean() == pytest.approx(1.0, abs=1e-12)
        assert factor.std() == pytest.approx(cv, rel=0.10)
        assert np.all(factor > 0.0)


def test_normals_have_mean_0_variance_1_and_no_correlation() -> None:
    ahead = futures(NONE, 6)
    normals = np.vstack([ahead.other_business, ahead.luck.T[:3]])
    assert np.allclose(normals.mean(axis=1), 0.0, atol=1e-12)
    assert np.allclose(normals @ normals.T / N_FUTURES, np.eye(4), atol=1e-12)


def test_luck_is_even_over_the_futures_in_each_month_and_over_half_a_year_in_each_future() -> None:
    luck = futures(NONE, 12).luck
    assert luck.shape == (N_FUTURES, 12)
    assert np.allclose(luck.mean(axis=0), 0.0, atol=1e-12)
    assert np.allclose(luck[:, :6].sum(axis=1), 0.0, atol=1e-12)


def test_they_are_the_same_whoever_asks_and_more_months_change_none() -> None:
    one, other = futures(Doubts(), 6), futures(Doubts(), 12)
    for name in ("volume", "handle_time", "conversion", "attrition", "other_business"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    np.testing.assert_array_equal(one.luck, other.luck[:, :6])


def test_without_doubt_every_future_is_the_forecast() -> None:
    assert all(np.all(factor == 1.0) for factor in futures(NONE, 3)[:4])


def test_a_wider_doubt_widens_its_own_factor_alone() -> None:
    one, other = futures(Doubts(), 3), futures(Doubts(volume=0.2), 3)
    assert other.volume.std() > 1.8 * one.volume.std()
    np.testing.assert_array_equal(one.conversion, other.conversion)
