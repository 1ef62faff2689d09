"""Numbers as readers see them."""

import math

import pandas as pd
import pytest

from orm_sim.report import words


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        (1 / 6, "1 in 6"),
        (0.4, "2 in 5"),
        (0.5, "1 in 2"),
        (0.003, "1 in 333"),
        (0.0, "never seen"),
        (1.0, "seen every time"),
        (0.99, "nearly always"),
        (math.nan, "–"),
    ],
)
def test_odds(chance: float, said: str) -> None:
    assert words.odds(chance) == said


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        ((4.214e6, 3.9e6, 4.523e6), "4.21 [3.90, 4.52]"),
        ((-4.2e6, -5.2e6, -3.2e6), "−4.2 [−5.2, −3.2]"),
        ((0.0, 0.0, 0.0), "0.00"),
        ((math.nan, math.nan, math.nan), "–"),
        ((1e6, math.nan, math.nan), "1.00"),
    ],
)
def test_rounding_follows_the_width_of_the_interval(interval: tuple[float, float, float], said: str) -> None:
    assert words.millions_between(*interval) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.171, "17 %"), (0.0, "0 %"), (0.004, "<1 %"), (-0.13, "−13 %"), (-0.001, "0 %"), (math.nan, "–")],
)
def test_percent(share: float, said: str) -> None:
    assert words.percent(share) == said


def test_money_months_and_lists() -> None:
    assert words.money(4.214e6) == "$4.21 million"
    assert words.money(-31_234) == "−$31,000"
    assert words.money(12.4) == "$12.40"
    assert (words.months(math.inf), words.months(8.6), words.months(math.nan)) == ("never", "9", "–")
    assert (words.listed([]), words.listed(["a"]), words.listed(["a", "b", "c"])) == ("", "a", "a, b and c")
    assert words.millions(-1.0) == "0.00"
    assert words.percent_between(0.153, 0.114, 0.199) == "15.3 [11.4, 19.9] %"


def test_no_zero_is_negative_wherever_it_stands() -> None:
    """In cells of a table, beside a currency and inside an interval; years, ranges and exponents keep their signs."""
    from orm_sim.core.units import dollars, minus
    from orm_sim.report.risks import hazard_table

    assert minus("-0") == "0" and minus("+3 (-0 to +5)") == "+3 (0 to +5)"
    assert minus("-0.04 [-0.00, -1.5]") == "−0.04 [0.00, −1.5]" and minus("-10,000") == "−10,000"
    assert minus("1e-05") == "1e−05"
    assert dollars(-0.4) == "$0" and dollars(-0.6) == "−$1"
    row = {"option": "a", "hazard": "outage", "per_year": 3.0, "n": 9, "client": -3e5, "client_low": -6e5}
    row |= {"client_high": -20.0, "vendor": -40.0, "vendor_low": -9e3, "vendor_high": 300.0}
    shown = hazard_table(pd.DataFrame([row])).iloc[0]
    assert shown["client, $ thousand"] == "−300 (−600 to 0)" and shown["vendor, $ thousand"] == "0 (−9 to 0)"
