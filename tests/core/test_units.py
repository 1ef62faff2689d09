"""Units have names; printed numbers are rounded half away from zero, as a bill is."""

import math
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orm_sim.core import units


def test_the_constants_agree_with_one_another():
    assert units.SECONDS_PER_DAY == 86_400
    assert pytest.approx(units.SECONDS_PER_HOUR * units.HOURS_PER_DAY) == units.SECONDS_PER_DAY
    assert units.SECONDS_PER_HOUR == units.SECONDS_PER_MINUTE * units.MINUTES_PER_HOUR
    assert units.DAYS_PER_MONTH * units.MONTHS_PER_YEAR == units.DAYS_PER_YEAR
    assert pytest.approx(units.DAYS_PER_YEAR, rel=1e-15) == units.WEEKS_PER_YEAR * units.DAYS_PER_WEEK


@pytest.mark.parametrize(
    ("value", "digits", "rounded"),
    [
        (0.125, 2, 0.13), (-0.125, 2, -0.13), (2.5, 0, 3.0), (-2.5, 0, -3.0), (1.005, 2, 1.01), (2.675, 2, 2.68),
        (1250, -2, 1300.0), (0.0, 2, 0.0), (1e300, 2, 1e300), (math.inf, 2, math.inf),
    ],
)  # fmt: skip
def test_rounding_half_away(value, digits, rounded):
    assert units.round_half_away(value, digits) == rounded


@given(st.decimals(-(10**9), 10**9, places=4))
def test_rounding_is_that_of_the_decimal_number_that_was_written(number):
    expected = number.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    assert units.round_half_away(float(number), 2) == float(expected)


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        (units.format_money(0), "$0"),
        (units.format_money(-0.4), "$0"),
        (units.format_money(999_999.5), "$1,000,000"),
        (units.format_money(1234.5, currency="£", digits=2), "£1,234.50"),
        (units.format_money(1_299_500, short=True, digits=1), "$1.3 M"),
        (units.format_money(-45_600, short=True), "-$46 k"),
        (units.format_money(999_900, short=True), "$1 M"),
        (units.format_money(math.nan), "-"),
        (units.format_share(0.285, 0), "29 %"),
        (units.format_share(-0.0004), "0.0 %"),
        (units.format_points(0.05), "+5.0 pp"),
        (units.format_points(-0.005), "-0.5 pp"),
        (units.format_seconds(9.94), "9.9 s"),
        (units.format_seconds(9.95), "10 s"),
        (units.format_seconds(119.5), "2 min 0 s"),
        (units.format_seconds(3599.6), "1 h 0 min"),
        (units.format_seconds(-75), "-75 s"),
        (units.format_seconds(math.inf), "never"),
    ],
)
def test_print(printed, text):
    assert printed == text


@pytest.mark.parametrize(
    "unit", ["s", "$", "share/year", "$/agent-hour", "hours", "share of sales", "the KPI's own"]
)
def test_units_that_are_named(unit):
    assert units.unit_problem(unit) is None


@pytest.mark.parametrize("unit", ["", " ", "%", "per cent", "secs", "€"])
def test_units_that_are_not(unit):
    assert units.unit_problem(unit)
