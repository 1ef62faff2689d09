"""Base share against commission: arms by name, figures by hand, and the warning found where it was planted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from orm_sim.decision.base_share import arms, both_sides, contrasts, plans_over_time, warning

N = 20


def outcomes(failing: dict[str, int], client: dict[str, float], n: int = N) -> pd.DataFrame:
    """Options of which the first so many replications fail, each with its own value to the client."""
    noise = np.tile([-1.0, 1.0], n // 2)
    frames = [
        pd.DataFrame(
            {
                "option": option, "replication": np.arange(n), "insolvent": np.arange(n) < failing.get(option, 0),
                "no_deal": np.arange(n) >= n - 1, "client_incremental_npv": value + noise, "vendor_npv": 5.0 - noise,
            }
        )
        for option, value in client.items()
    ]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


PLANTED = outcomes(
    {"thin_000": 10},
    {
        "thin_000": 100.0, "thin_050": 130.0, "thin_100": 110.0, "deep_000": 120.0, "deep_050": 110.0,
        "deep_100": 100.0, "in_house": 0.0,
    },
)  # fmt: skip


def test_options_that_are_not_named_so_are_no_arms() -> None:
    found = arms(["in_house", "thin_000", "deep_075", "thin_5", "x_1000"])
    assert found["option"].tolist() == ["thin_000", "deep_075"]
    assert found["base_share"].tolist() == [0.0, 0.75]
    with pytest.raises(ValueError, match="no option is named by a vendor's depth"):
        arms(["in_house", "per_hour"])


def test_chances_and_values_by_hand() -> None:
    """Ten of twenty: Clopper and Pearson's 27.2 to 72.8 % (tables); none of twenty: 1 - 0.05^(1/20) = 13.9 %."""
    table = both_sides(PLANTED).set_index(["depth", "base_share"])
    assert table.index.tolist() == [(d, b) for d in ("thin", "deep") for b in (0.0, 0.5, 1.0)]
    thin, deep = table.loc[("thin", 0.0)], table.loc[("deep", 0.0)]
    assert (thin["p_failure"], thin["n"], thin["client_value"]) == (0.5, N, 100.0)
    assert thin["p_failure_low"] == pytest.approx(0.272, abs=5e-4)
    assert thin["p_failure_high"] == pytest.approx(0.728, abs=5e-4)
    assert deep["p_failure_high"] == pytest.approx(1.0 - 0.05 ** (1 / 20))
    assert thin["p_no_deal"] == 1 / 20
    half = 2.0930 * np.sqrt(20 / 19) / np.sqrt(20)  # t(19) × s / √n
    assert thin["client_value_high"] == pytest.approx(100.0 + half, abs=1e-3)


def test_the_warning_is_told_where_it_was_planted_and_nowhere_else() -> None:
    thin, deep = contrasts(PLANTED)
    assert (thin.failure.value, deep.failure.value) == (0.5, 0.0)
    assert thin.best_share == 0.5 and thin.best_gain.value == pytest.approx(20.0)
    assert deep.best_share == 0.0 and deep.client.value == pytest.approx(20.0)
    said = warning(PLANTED)
    assert said[0].startswith("Thin vendor: the warning holds (") and "+50 points" in said[0]
    assert "a base share of 50% is worth $20 (20 to 20) more to the client than either end" in said[1]
    assert said[2].startswith("Deep vendor: the warning does not show")
    assert "commission alone is worth $20 more to it than base pay alone" in said[3]


def test_the_warning_turned_round_is_told() -> None:
    (found,) = contrasts(outcomes({"thin_100": 12}, {"thin_000": 1.0, "thin_100": 1.0}))
    assert "is turned round" in found.sentence() and "−60 points" in found.sentence()


def test_a_depth_without_both_ends_is_left_out() -> None:
    assert contrasts(outcomes({}, {"thin_000": 1.0, "thin_050": 2.0})) == ()


def test_plans_are_averaged_by_arm_and_week() -> None:
    decisions = pd.DataFrame(
        {
            "option": ["thin_000", "thin_000", "thin_000", "thin_100"], "replication": [0, 1, 0, 0],
            "week": [0, 0, 13, 0], "seat_ratio": [0.6, 1.0, 0.6, 0.8], "pressure": [0.0, 0.5, 0.5, 0.0],
        }
    )  # fmt: skip
    table = plans_over_time(decisions).set_index(["base_share", "week"])
    assert table.loc[(0.0, 0), ["n", "seat_ratio", "pressure"]].tolist() == [2, 0.8, 0.25]
    assert table.loc[(0.0, 13), ["n", "seat_ratio"]].tolist() == [1, 0.6]
    assert table.loc[(1.0, 0), "seat_ratio"] == 0.8
