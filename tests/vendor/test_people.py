"""How people answer to pay, load, coaching, training and pressure, against figures worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from orm_sim.vendor.people import CONTENT, STANDARD_COACHING, People

PEOPLE = People()


def test_ten_per_cent_more_pay_cuts_leaving_as_the_elasticity_says() -> None:
    """1.1^-3.5 = 0.7164; a cut of 5 % raises leaving by 0.95^-3.5 = 1.1967."""
    assert float(PEOPLE.leaving(0.10, CONTENT)) == pytest.approx(1.1**-3.5, rel=1e-12)
    assert float(PEOPLE.leaving(-0.05, CONTENT)) == pytest.approx(0.95**-3.5, rel=1e-12)
    assert float(PEOPLE.leaving(0.0, CONTENT)) == 1.0


def test_a_fifth_of_satisfaction_moves_a_turnover_of_45_per_cent_by_about_ten_points() -> None:
    """45 % x (e^(1.05 x 0.2) - 1) = 10.5 points up, 45 % x (1 - e^(-1.05 x 0.2)) = 8.5 points down."""
    up = 0.45 * (float(PEOPLE.leaving(0.0, CONTENT - 0.2)) - 1.0)
    down = 0.45 * (1.0 - float(PEOPLE.leaving(0.0, CONTENT + 0.2)))
    assert up == pytest.approx(0.1052, abs=1e-4)
    assert down == pytest.approx(0.0852, abs=1e-4)


@pytest.mark.parametrize(
    ("occupancy", "coaching", "pressure", "expected"),
    [
        (0.80, STANDARD_COACHING, 0.0, 0.70),
        (0.85, STANDARD_COACHING, 0.0, 0.70),  # the knee itself does not wear
        (0.95, STANDARD_COACHING, 0.0, 0.60),  # 0.10 for ten points above the knee
        (0.80, STANDARD_COACHING, 1.0, 0.50),
        (0.80, 0.0, 0.0, 0.70 - 0.10 * (1.0 - math.exp(-0.5))),
        (0.80, 2.0, 0.5, 0.70 + 0.10 * (math.exp(-0.5) - math.exp(-2.0)) - 0.10),
    ],
)
def test_conditions_take_satisfaction_where_they_should(
    occupancy: float, coaching: float, pressure: float, expected: float
) -> None:
    assert float(PEOPLE.content(occupancy, coaching, pressure)) == pytest.approx(expected, abs=1e-12)


def test_satisfaction_stays_between_0_and_1() -> None:
    grim = People(strain_of_load=1.0, strain_of_pressure=1.0)
    assert float(grim.content(1.0, 0.0, 1.0)) == 0.0
    assert float(People(lift_of_coaching=1.0).content(0.5, 8.0, 0.0)) == 1.0


def test_satisfaction_closes_63_per_cent_of_the_way_in_three_months() -> None:
    assert float(PEOPLE.settled(0.7, 0.5, 3.0)) == pytest.approx(0.5 + 0.2 / math.e, abs=1e-12)
    in_steps = 0.7
    for _ in range(3):
        in_steps = float(PEOPLE.settled(in_steps, 0.5, 1.0))
    assert in_steps == pytest.approx(float(PEOPLE.settled(0.7, 0.5, 3.0)), abs=1e-12)


def test_ample_coaching_adds_its_gain_to_none() -> None:
    """(1 + 0.10) / 1 between 20 hours and none; 1 at the standard; more is never less."""
    coached = PEOPLE.coached(np.array([0.0, 0.5, 1.0, 20.0]))
    assert coached[3] / coached[0] == pytest.approx(1.10, abs=1e-6)
    assert coached[1] == 1.0
    assert np.all(np.diff(coached) > 0.0)


def test_half_the_training_costs_a_week_of_tenure_for_each_two_weeks_missed() -> None:
    """Four standard weeks: half of them is 2 weeks less, worth 1 week on the floor; double them 2 weeks more."""
    weeks = PEOPLE.head_start(np.array([0.5, 1.0, 2.0]), 4.0)
    assert weeks.tolist() == [-1.0, 0.0, 2.0]


def test_a_neutral_person_feels_nothing() -> None:
    indifferent = People(
        turnover_elasticity=0.0, strain_of_load=0.0, strain_of_pressure=0.0, lift_of_coaching=0.0,
        leaving_by_satisfaction=0.0, coaching_gain=0.0, training_credit=0.0,
    )  # fmt: skip
    assert float(indifferent.leaving(0.3, 0.1)) == 1.0
    assert float(indifferent.content(1.0, 0.0, 1.0)) == CONTENT
    assert float(indifferent.coached(0.0)) == 1.0
    assert float(indifferent.head_start(0.5, 4.0)) == 0.0
