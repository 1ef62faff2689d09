"""The exit rule by hand: which months fail, when enough of them have, and rules that cannot be meant."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from orm_sim.relationship.exit import ExitRule


@pytest.mark.parametrize(
    ("within", "offered", "forecast", "fails"),
    [
        (79.0, 100.0, 100.0, True),
        (80.0, 100.0, 100.0, False),
        (0.0, 0.0, 100.0, False),  # nobody called
        (50.0, 111.0, 100.0, False),  # more than the forecast and its band of 10 %
        (50.0, 110.0, 100.0, True),
    ],
)
def test_a_month_fails(within: float, offered: float, forecast: float, fails: bool) -> None:
    assert ExitRule().fails(within, offered, 0.80, forecast) is fails


def test_no_band_excuses_nothing() -> None:
    assert ExitRule(forecast_band=None).fails(50.0, 500.0, 0.80, 100.0)


def test_six_of_the_last_twelve() -> None:
    rule = ExitRule()
    early = (True,) * 5 + (False,) * 8  # five failed months, the first of them out of sight by now
    assert not rule.broken(early) and not rule.broken((True,) * 5)
    assert rule.broken((True,) * 6)
    assert rule.broken((False, True) * 6)
    assert not rule.broken((*early, True))


def test_a_month_fails_for_its_sales_too() -> None:
    watched = ExitRule(sales_share=0.8)
    assert watched.sells_too_little(79.0, 100.0) and not watched.sells_too_little(80.0, 100.0)
    assert not ExitRule().sells_too_little(0.0, 100.0)


@pytest.mark.parametrize("share", [0.0, -0.5, 80.0])
def test_a_share_of_sales_that_cannot_be_meant_is_refused(share: float) -> None:
    with pytest.raises(ValidationError, match="sales_share"):
        ExitRule(sales_share=share)


def test_a_rule_that_cannot_be_broken_is_refused() -> None:
    with pytest.raises(ValidationError, match="7 failed months of 6, which cannot happen"):
        ExitRule(failed_months=7, of_months=6)
