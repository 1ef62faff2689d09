"""The rate at which two values meet: exact roots, and every way in which there is none."""

import math

import numpy as np
import pandas as pd
import pytest

from orm_sim.decision.metrics import risk_adjusted
from orm_sim.decision.rank import rank
from orm_sim.negotiation import add_tie_multipliers, tie_rate, value_at_multiplier
from tests.decision.synthetic import outcomes


def test_a_straight_line() -> None:
    found = tie_rate(lambda rate: 1e6 * (100 - 8 * rate), 60e6, (0.0, 10.0))
    assert found.rate == pytest.approx(5.0, abs=1e-8)
    assert found.reason == ""
    assert found.evaluations < 20


def test_a_capped_price_meets_its_target_before_the_cap() -> None:
    assert tie_rate(lambda rate: 10 - min(rate, 4.0), 7.5, (0.0, 10.0)).rate == pytest.approx(2.5, abs=1e-8)


@pytest.mark.parametrize(("target", "side"), [(50.0, "below"), (-50.0, "above")])
def test_no_rate_in_the_bracket(target: float, side: str) -> None:
    found = tie_rate(lambda rate: -rate, target, (0.0, 10.0))
    assert found.rate is None
    assert found.reason == f"the value stays {side} the target from 0 to 10"


def test_a_value_that_does_not_depend_on_the_rate() -> None:
    assert tie_rate(lambda rate: 3.0, 3.0, (0.0, 1.0)).reason == "the value does not depend on the rate"


def test_a_jump_is_said() -> None:
    found = tie_rate(lambda rate: 1.0 if rate < 3.3 else -1.0, 0.0, (0.0, 10.0))
    assert found.rate == pytest.approx(3.3, abs=1e-6)
    assert found.reason == "the value jumps over the target there"


def test_two_crossings_give_the_lower_and_say_so() -> None:
    found = tie_rate(lambda rate: (rate - 2.0) * (rate - 7.0), 0.0, (0.0, 10.0))
    assert found.rate == pytest.approx(2.0, abs=1e-8)
    assert "more than once" in found.reason


@pytest.mark.parametrize("root", [0.0, 5.0, 10.0])
def test_a_root_on_a_point_looked_at_counts_once(root: float) -> None:
    found = tie_rate(lambda rate: rate - root, 0.0, (0.0, 10.0), points=3)
    assert found.rate == pytest.approx(root, abs=1e-8)
    assert found.reason == ""


def test_a_value_that_is_not_defined() -> None:
    assert tie_rate(lambda rate: math.nan if rate > 4 else rate, 1.0, (0.0, 10.0), points=3).reason == (
        "the value is not defined at 5"
    )


@pytest.mark.parametrize(("target", "bracket"), [(1.0, (2.0, 2.0)), (math.inf, (0.0, 1.0))])
def test_what_it_refuses(target: float, bracket: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="tie_rate over"):
        tie_rate(lambda rate: rate, target, bracket)


def test_value_at_multiplier_is_the_simulated_one_at_one() -> None:
    generator = np.random.default_rng(1)
    npv, fees = generator.normal(size=300), generator.uniform(1.0, 2.0, 300)
    at = value_at_multiplier(npv, fees)
    assert at(1.0) == risk_adjusted(npv)
    assert at(1.5) == pytest.approx(risk_adjusted(npv - 0.5 * fees))


def test_at_its_tie_price_an_option_ranks_level_with_the_best() -> None:
    frame = outcomes(300)
    found = add_tie_multipliers(rank(frame), frame).set_index("option")
    for option, best in (("per_minute", "per_hour"), ("per_hour", "per_minute")):
        multiplier = found.loc[option, "tie_multiplier"]
        moved = frame.copy()
        rows = moved["option"] == option
        moved.loc[rows, "client_incremental_npv"] -= (multiplier - 1) * moved.loc[rows, "client_fees_pv"]
        again = rank(moved).set_index("option")["risk_adjusted_value"]
        assert again[option] == pytest.approx(again[best], rel=1e-6)
    assert found.loc["per_minute", "tie_multiplier"] < 1 < found.loc["per_hour", "tie_multiplier"]
    assert math.isnan(found.loc["in_house", "tie_multiplier"])
    assert found.loc["in_house", "tie_reason"] == "nothing is priced"


def test_tie_prices_of_a_preliminary_table_use_the_mean() -> None:
    frame = outcomes(40)
    found = add_tie_multipliers(rank(frame), frame).set_index("option")
    gap = found.loc["per_hour", "mean_value"] - found.loc["per_minute", "mean_value"]
    fees = frame.loc[frame["option"] == "per_minute", "client_fees_pv"].mean()
    assert found.loc["per_minute", "tie_multiplier"] == pytest.approx(1 - gap / fees, rel=1e-6)


def test_a_single_option_has_no_rival() -> None:
    frame = outcomes(40)
    alone = frame[frame["option"] == "per_hour"]
    found = add_tie_multipliers(rank(alone, zero="per_hour"), alone)
    assert found["tie_reason"].tolist() == ["there is no other option"]


def test_the_comparison_given_is_left_as_it_was() -> None:
    frame = outcomes(40)
    comparison = rank(frame)
    before = comparison.copy()
    add_tie_multipliers(comparison, frame)
    pd.testing.assert_frame_equal(comparison, before)
