"""Customers kept and services paid for extra, by hand; figures that cannot be meant are refused."""

from __future__ import annotations

from math import exp

import pytest
from pydantic import ValidationError

from orm_sim.relationship.hidden_fees import HiddenFees
from orm_sim.relationship.retention import Retention

BANK = Retention(customers=60_000, margin_per_customer_year=200.0, churn_per_year=0.12, years_lost=2.0)


def test_margin_lost_in_a_month() -> None:
    """600 leave a month, worth 400 $ each; four points less satisfied, e^0.08 as many do."""
    assert BANK.month(0.76, 0.80) == pytest.approx(600.0 * 400.0 * (1.0 - exp(0.08)))
    assert BANK.month(0.84, 0.80) == pytest.approx(600.0 * 400.0 * (1.0 - exp(-0.08)))
    assert BANK.month(0.80, 0.80) == 0.0


def test_no_effect_is_within_the_range() -> None:
    info = Retention.model_fields["log_churn_per_point"].json_schema_extra
    assert isinstance(info, dict) and info["low"] < 0.0 == info["high"]  # type: ignore[operator]
    assert BANK.model_copy(update={"log_churn_per_point": 0.0}).month(0.5, 0.8) == 0.0


@pytest.mark.parametrize(
    ("questions", "luck", "share"),
    [(0, 0.1, 0.0), (10, 0.1, 0.03), (10, 0.569, 0.03), (10, 0.57, 0.0), (80, 0.1, 0.15)],
)
def test_hidden_fees(questions: int, luck: float, share: float) -> None:
    assert HiddenFees().share_of_fees(questions, luck) == pytest.approx(share)


@pytest.mark.parametrize(
    "bad", [{"customers": 0}, {"log_churn_per_point": 0.02}, {"churn_per_year": 12.0}, {"years_lost": -1.0}]
)
def test_customers_that_cannot_be_meant_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match=next(iter(bad))):
        Retention.model_validate({"customers": 1000, "margin_per_customer_year": 100.0, **bad})


@pytest.mark.parametrize("bad", [{"firms_that_pay": 57.0}, {"share_per_question": -0.1}, {"at_most": 2.0}])
def test_fees_that_cannot_be_meant_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match=next(iter(bad))):
        HiddenFees.model_validate(bad)
