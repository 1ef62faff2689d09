"""Levers: every combination once, at most 200, and clear words for grids that cannot be."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from orm_sim.vendor.levers import MOST_PLANS, STANDARD, Levers, Plan, plans_of


def test_plans_are_every_combination_once_in_the_order_of_the_lists() -> None:
    plans = Levers(
        staffing_ratio=(0.8, 1.0), wage_premium=(0.0,), training=(1.0,), coaching_hours=(0.5,),
        pressure=(0.0, 0.5, 0.5),
    ).plans()  # fmt: skip
    found = [plans.at(i) for i in range(plans.training.size)]
    assert [(p.staffing_ratio, p.pressure) for p in found] == [(0.8, 0.0), (0.8, 0.5), (1.0, 0.0), (1.0, 0.5)]
    assert found[2] == STANDARD


def test_the_default_grid_is_within_the_limit_and_holds_the_honest_plan() -> None:
    plans = Levers().plans()
    assert plans.training.size <= MOST_PLANS
    assert STANDARD in [plans.at(i) for i in range(plans.training.size)]


def test_a_grid_of_exactly_200_is_taken_and_one_more_value_is_not() -> None:
    grid = {
        "staffing_ratio": tuple(0.5 + 0.05 * i for i in range(20)), "wage_premium": (0.0, 0.1),
        "training": (1.0,), "coaching_hours": (0.0, 0.2, 0.4, 0.6, 0.8), "pressure": (0.0,),
    }  # fmt: skip
    assert Levers.model_validate(grid).plans().training.size == 200
    with pytest.raises(ValidationError, match=r"makes 400 plans, and a vendor compares at most 200"):
        Levers.model_validate(grid | {"pressure": (0.0, 0.5)})


@pytest.mark.parametrize("name", Plan._fields)
def test_a_lever_without_a_value_leaves_no_plan(name: str) -> None:
    with pytest.raises(ValidationError, match=f"leaves no value for {name}, so there is no plan"):
        Levers.model_validate({name: ()})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("staffing_ratio", 0.0), ("staffing_ratio", 3.1), ("wage_premium", -0.5), ("wage_premium", 1.1),
        ("training", 0.2), ("coaching_hours", -0.1), ("redundancy", 2.1), ("pressure", -0.1),
        ("pressure", float("nan")),
    ],
)  # fmt: skip
def test_values_no_vendor_could_choose_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValidationError):
        Levers.model_validate({name: (value,)})


def test_kept_plans_are_those_flagged() -> None:
    plans = plans_of(STANDARD, STANDARD._replace(training=0.5))
    assert plans.kept(plans.training < 1.0).at(0).training == 0.5
