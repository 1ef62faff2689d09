"""Changes of level: found where they are, rarely found where there are none."""

import numpy as np
import pytest

from orm_sim.calibrate.shift import level_shifts, odd_periods


def series(rng: np.random.Generator, n: int, rho: float) -> np.ndarray:
    """An autoregressive series around 1, sd about 0.1."""
    shock = rng.standard_normal(n + 50) * np.sqrt(1 - rho**2)
    x = np.zeros(n + 50)
    for i in range(1, n + 50):
        x[i] = rho * x[i - 1] + shock[i]
    return 1 + 0.1 * x[50:]


@pytest.mark.parametrize(("rho", "most"), [(0.0, 0.02), (0.4, 0.02), (0.7, 0.04)])
def test_false_alarms(rho: float, most: float) -> None:
    """The share the docstring admits (and two standard errors), in 500 series without a change; 1 % is meant."""
    rng = np.random.default_rng(1)
    month = np.repeat([f"{i}" for i in range(6)], 30)
    found = [(len(level_shifts(x, 0.01, 0.0)), len(odd_periods(x, month, 0.01, 0.0)))
             for x in (series(rng, 180, rho) for _ in range(500))]  # fmt: skip
    assert (np.array(found) > 0).mean(axis=0).max() <= most + 2 * (most * (1 - most) / 500) ** 0.5


def test_alpha_is_the_share_of_false_alarms() -> None:
    """In white noise a tenth of the series where a tenth is meant: alpha is neither ignored nor shrunk."""
    rng = np.random.default_rng(6)
    found = np.mean([len(level_shifts(series(rng, 180, 0.0), 0.1, 0.0)) > 0 for _ in range(400)])
    assert 0.04 < found < 0.16


def test_change_is_found_where_it_is() -> None:
    rng = np.random.default_rng(2)
    places = []
    for _ in range(50):
        x = series(rng, 180, 0.4)
        x[120:] *= 1.25
        shifts = level_shifts(x, 0.01, 0.05)
        assert len(shifts) >= 1
        nearest = min(shifts, key=lambda shift: abs(shift.at - 120))
        places.append(nearest.at)
        assert nearest.after > nearest.before
        assert nearest.p_value < 0.01
    assert abs(np.median(places) - 120) <= 2


def test_two_changes() -> None:
    x = series(np.random.default_rng(3), 240, 0.2)
    x[80:] += 0.4
    x[160:] += 0.4
    shifts = level_shifts(x, 0.01, 0.05)
    assert [round(shift.at, -1) for shift in shifts] == [80, 160]
    assert shifts[0].after == shifts[1].before


def test_change_too_small_to_matter_is_not_reported() -> None:
    x = series(np.random.default_rng(4), 400, 0.0) * 0.1 + 0.9
    x[200:] += 0.02
    assert level_shifts(x, 0.01, 0.01)
    assert not level_shifts(x, 0.01, 0.05)


def test_month_that_comes_and_goes() -> None:
    """Up for one month and back: each is named, the others are not."""
    x = series(np.random.default_rng(5), 210, 0.2)
    month = np.repeat([f"2024-{i + 1:02d}" for i in range(7)], 30)
    x[90:120] += 0.3
    x[120:150] -= 0.2
    odd = odd_periods(x, month, 0.01, 0.05)
    assert [each.period for each in odd] == ["2024-04", "2024-05"]
    assert odd[0].level - odd[0].others == pytest.approx(0.3, abs=0.08)


@pytest.mark.parametrize("x", [np.ones(50), np.empty(0), np.ones(3)])
def test_nothing_to_find(x: np.ndarray) -> None:
    assert level_shifts(x, 0.01, 0.05) == ()
    assert odd_periods(x, np.full(len(x), "a"), 0.01, 0.05) == ()
