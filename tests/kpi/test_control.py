"""EWMA charts: worked by hand, run lengths against theory, what noise and limits are made of."""

import numpy as np
import pytest

from orm_sim.kpi.control import WEIGHT, WIDTH, control, ewma, half_width, noise


def test_ewma_worked_by_hand() -> None:
    found = ewma(np.array([[1.0, 2.0, -1.0], [0.0, np.nan, 3.0]]))
    assert found[0] == pytest.approx([0.1, 0.1 * 2.0 + 0.9 * 0.1, -0.1 + 0.9 * 0.29])
    assert found[1] == pytest.approx([0.0, 0.0, 0.3])  # a period without a figure leaves the mean as it is


def test_limits_worked_by_hand() -> None:
    """2.814 · 2 · √(0.1 / 1.9) = 1.29117."""
    assert half_width(2.0) == pytest.approx(1.29117, abs=1e-4)
    assert noise(np.array([[1.0, 3.0, 2.0]])) == pytest.approx(1.5 * np.sqrt(np.pi) / 2)
    assert np.isnan(noise(np.array([[1.0]])))


def _run_length(shift: float, cells: int = 201) -> float:
    """Expected observations until a signal, by Brook and Evans' Markov chain over the interval between the limits."""
    from math import erf, sqrt

    limit = half_width(1.0)
    step = 2.0 * limit / cells
    at = -limit + (np.arange(cells) + 0.5) * step

    def below(edge: float, here: float) -> float:
        return 0.5 * (1.0 + erf(((edge - (1.0 - WEIGHT) * here) / WEIGHT - shift) / sqrt(2.0)))

    moves = np.array([[below(to + step / 2, here) - below(to - step / 2, here) for to in at] for here in at])
    return float(np.linalg.solve(np.eye(cells) - moves, np.ones(cells))[cells // 2])


@pytest.mark.row("R193")
def test_a_false_alarm_comes_once_in_five_hundred() -> None:
    """The settings are those of Lucas and Saccucci's table: 500 in control. Simulated charts agree."""
    expected = _run_length(0.0)
    assert expected == pytest.approx(500.0, rel=0.01)
    charts, longest = 1500, 5000
    out = np.abs(ewma(np.random.default_rng(20261122).normal(size=(charts, longest)))) > half_width(1.0)
    lengths = np.where(out.any(axis=1), out.argmax(axis=1) + 1, longest)
    error = lengths.std(ddof=1) / np.sqrt(charts)
    assert abs(lengths.mean() - 500.0) < 3.0 * error
    assert out[:, 1:].any(axis=1).mean() > 0.999  # hardly one is cut


def test_a_shift_of_one_sigma_is_found_in_about_ten_periods() -> None:
    draws = np.random.default_rng(7).normal(size=(4000, 200)) + 1.0
    out = ewma(draws) > half_width(1.0)
    lengths = out.argmax(axis=1) + 1
    assert abs(lengths.mean() - _run_length(1.0)) < 3.0 * lengths.std(ddof=1) / np.sqrt(4000)
    assert 9.0 < lengths.mean() < 11.0


def test_noise_of_independent_values_is_their_deviation() -> None:
    values = np.random.default_rng(3).normal(0.0, 4.0, size=(200, 50))
    assert noise(values) == pytest.approx(4.0, rel=0.03)
    drifting = values + np.linspace(0.0, 40.0, 50)  # a drift of ten deviations hardly shows
    assert noise(drifting) == pytest.approx(4.0, rel=0.05)


def test_the_bad_side_is_that_of_the_dictionary() -> None:
    observed = np.vstack([np.zeros((9, 12)), np.full((1, 12), -5.0)])
    observed[:, ::2] += 0.1
    falling = control(observed, True)
    assert falling.worse[9].any() and not falling.better[9].any()
    rising = control(observed, False)
    assert rising.better[9].any() and not rising.worse[9].any()


def test_one_history_needs_a_centre() -> None:
    with pytest.raises(ValueError, match="one history has no expected course"):
        control(np.zeros((1, 4)), True)
    chart = control(np.array([[1.0, 1.2, 0.9, 1.1]]), True, np.ones(4))
    assert chart.mean.shape == (1, 4) and chart.half == pytest.approx(
        half_width(noise(np.array([[0, 0.2, -0.1, 0.1]])))
    )
    assert WIDTH == 2.814
