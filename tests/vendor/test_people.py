"""How people answer to pay, load, coaching, training and pressure, against figures worked by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from orm_sim.scenario.load import load_scenario
from orm_sim.vendor.people import CONTENT, STANDARD_COACHING, People

PEOPLE = People()
ROOT = Path(__file__).resolve().parents[2]


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


def test_a_week_of_training_is_worth_a_week_on_the_floor() -> None:
    """Four standard weeks: half of them is 2 weeks less, double them 4 weeks more.

    A tenth of output that wears off by e in four weeks is 0.4 weeks of output in all; a week on the floor at the start,
    where 0.39 of a proficient agent's output is missing and a twelfth of the gap closes in a week, brings 0.39.
    """
    weeks = PEOPLE.head_start(np.array([0.5, 1.0, 2.0]), 4.0)
    assert weeks.tolist() == [-2.0, 0.0, 4.0]
    gap, weeks_to_learn = 0.39, 12.0
    later = gap * weeks_to_learn * (1.0 - math.exp(-1.0 / weeks_to_learn))
    assert PEOPLE.training_credit * later == pytest.approx(0.10 * 4.0, rel=0.10)


def test_five_per_cent_less_pay_costs_recruits_and_output_as_the_elasticities_say() -> None:
    """0.95^-3.7 = 1.209 times the weeks and the cost of a hire; 0.95^0.5 = 0.9747 of the output."""
    assert float(PEOPLE.recruiting_by_pay(-0.05)) == pytest.approx(0.95**-3.7, rel=1e-12)
    assert float(PEOPLE.output_by_pay(-0.05)) == pytest.approx(0.95**0.5, rel=1e-12)
    assert float(PEOPLE.recruiting_by_pay(0.0)) == float(PEOPLE.output_by_pay(0.0)) == 1.0


def test_what_a_leaver_costs_is_what_the_trade_reports() -> None:
    """Replacement: recruiting, pay and seat in training, output missing on the floor: 3 to 4 months' pay (Cornell)."""
    terms = load_scenario(ROOT / "scenarios" / "bank.yaml").vendor.workforce
    month = terms.wage_per_hour * terms.paid_hours_per_week * 52.0 / 12.0
    week = terms.wage_level(0) * terms.paid_hours_per_week
    trained = terms.training_weeks * week + terms.seat_per_month * terms.training_weeks * 12.0 / 52.0
    missing = (1.0 - terms.learning.handle_speed_at_start) * terms.learning.weeks_to_learn * week
    cash = (terms.hiring_cost + trained) / month
    assert 2.0 < cash < 3.0
    assert 3.0 < cash + missing / month < 4.0


def test_a_neutral_person_feels_nothing() -> None:
    indifferent = People(
        turnover_elasticity=0.0, strain_of_load=0.0, strain_of_pressure=0.0, lift_of_coaching=0.0,
        leaving_by_satisfaction=0.0, coaching_gain=0.0, training_credit=0.0,
    )  # fmt: skip
    assert float(indifferent.leaving(0.3, 0.1)) == 1.0
    assert float(indifferent.content(1.0, 0.0, 1.0)) == CONTENT
    assert float(indifferent.coached(0.0)) == 1.0
    assert float(indifferent.head_start(0.5, 4.0)) == 0.0
