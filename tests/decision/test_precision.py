"""The precision told in the manifest is that of the rank table."""

import json

import pytest

from orm_sim.decision import precision, rank
from tests.decision.synthetic import outcomes


def test_the_widest_interval_of_each_measure() -> None:
    table = rank(outcomes(300))
    found = precision(table)
    assert (found["replications"], found["tail_points"], found["tail_intervals_cover"]) == (300, 30, False)
    widths = (table["mean_value_high"] - table["mean_value_low"]) / 2
    assert found["half_widths"]["mean_value"] == pytest.approx(widths.max())
    assert json.loads(json.dumps(found)) == found


def test_what_a_small_sample_cannot_carry_is_null() -> None:
    assert precision(rank(outcomes(40)))["half_widths"]["risk_adjusted_value"] is None
    assert precision(rank(outcomes(500)))["tail_intervals_cover"]
