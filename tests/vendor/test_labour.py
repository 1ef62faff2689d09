"""Labour rules: a table with evidence, what is refused at load, overtime by hand, and the plans that the law leaves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from orm_sim.core.errors import InputError
from orm_sim.core.evidence import references
from orm_sim.scenario.load import load_scenario
from orm_sim.vendor.feasible import feasible
from orm_sim.vendor.labour import RULINGS, LabourRules, by_country
from orm_sim.vendor.levers import Levers
from orm_sim.vendor.people import People

BANK = Path(__file__).resolve().parents[2] / "scenarios" / "bank_per_hour.yaml"
STRICT = (
    "{weekly_hours_maximum: 48, normal_weekly_hours: 40, overtime_multiple: 1.5, minimum_wage_per_hour: 3.3,"
    " notice_weeks: 4, severance_weeks_per_year: 2%s}"
)


@pytest.mark.row("R204")
@pytest.mark.parametrize(
    "country", ["United States", "Philippines", "India", "South Africa", "United Kingdom"]
)
def test_the_table_has_rules_and_evidence(country: str) -> None:
    rules = by_country(country)
    assert rules is not None and set(RULINGS[country]) <= set(LabourRules.model_fields)
    for name, ruling in RULINGS[country].items():
        assert ruling.source in references() and ruling.grade in ("C", "D"), name
        if ruling.value is not None:
            assert ruling.low is not None and ruling.high is not None, name
            assert ruling.low <= ruling.value <= ruling.high, name


def test_a_country_that_is_not_known_binds_nobody() -> None:
    assert by_country("Atlantis") is None
    free = load_scenario(BANK, {"vendor.country": "Atlantis", "vendor.workforce.wage_per_hour": "0.1"})
    assert free.vendor.overtime_factor == 1.0


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (
            {"vendor.workforce.paid_hours_per_week": "61"},
            "61 paid hours a week are more than the 60 that the labour rules of Philippines allow",
        ),
        (
            {"vendor.workforce.wage_per_hour": "1.3"},
            "a wage of 1.3 $ an hour is below the minimum of 1.4 $ in Philippines",
        ),
        (
            {"vendor.labour": STRICT % "", "vendor.levers.wage_premium": "[-0.2, -0.1]"},
            "no plan is feasible: every wage premium takes the wage under the minimum of 3.3 $",
        ),
        (
            {"vendor.workforce.shrinkage": "0.85", "vendor.levers.coaching_hours": "[7.0, 8.0]"},
            "no plan is feasible: of 6 hours on duty a week every plan leaves less than 1 for contacts",
        ),
        (
            {"vendor.labour": STRICT % ", works_from_hour: 8, works_until_hour: 24"},
            "let nobody work outside hours 8 to 24 of the client's day, but inbound contacts are worked from 7 to 24",
        ),
        (
            {"vendor.labour": STRICT % ", works_from_hour: 9, works_until_hour: 8"},
            "nobody may work at all between hour 9 and hour 8",
        ),
        ({"vendor.levers.wage_premium": "[-1.5]"}, "more than -0.5"),
    ],
)  # fmt: skip
def test_what_the_law_forbids_is_refused_at_load(overrides: dict[str, str], said: str) -> None:
    with pytest.raises(InputError) as refused:
        load_scenario(BANK, overrides)
    assert said in str(refused.value) and "1 problem" in str(refused.value)


def test_the_rules_can_be_switched_off() -> None:
    low = {"vendor.workforce.wage_per_hour": "0.5", "vendor.workforce.paid_hours_per_week": "80"}
    with pytest.raises(InputError, match="2 problems"):
        load_scenario(BANK, low)
    assert load_scenario(BANK, low | {"vendor.labour": "none"}).vendor.overtime_factor == 1.0


def test_hours_that_nobody_is_asked_to_work_are_no_matter() -> None:
    """In-house work is not the vendor's: without a contract its rules say nothing about opening hours."""
    rules = {"vendor.labour": STRICT % ", works_from_hour: 8, works_until_hour: 9"}
    assert load_scenario(BANK.with_name("bank.yaml"), rules).contract is None


@pytest.mark.parametrize(
    ("hours", "factor"), [(30.0, 1.0), (40.0, 1.0), (45.0, 47.5 / 45.0), (60.0, 70.0 / 60.0)]
)
def test_overtime_by_hand(hours: float, factor: float) -> None:
    """In the United States 45 hours are paid as 40 + 5 x 1.5 = 47.5."""
    rules = by_country("United States")
    assert rules is not None and rules.overtime_factor(hours) == pytest.approx(factor, rel=1e-12)


def test_plans_under_the_minimum_are_left_out() -> None:
    vendor = load_scenario(BANK, {"vendor.labour": STRICT % ""}).vendor
    left = feasible(vendor.levers, vendor.country, vendor.labour, vendor.workforce)
    assert set(left.wage_premium.tolist()) == {0.0, 0.10}
    assert left.training.size == Levers().plans().training.size * 2 // 3
    assert load_scenario(BANK).vendor.feasible_plans.training.size == 180


@pytest.mark.parametrize("elasticity", [-4.5, -3.5, 0.0])
def test_no_pay_makes_attrition_negative(elasticity: float) -> None:
    """The leaving rate is a power of pay: positive and falling over every premium that a file may give."""
    premiums = np.linspace(-0.499, 1.0, 200)
    factor = People(turnover_elasticity=elasticity).leaving(premiums, np.linspace(0.0, 1.0, 3)[:, None])
    assert np.isfinite(factor).all() and (factor > 0.0).all()
    assert (np.diff(factor, axis=1) <= 0.0).all()
