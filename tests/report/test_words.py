"""Numbers as readers see them."""

import math

import pytest

from orm_sim.report import words


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        (1 / 6, "1 in 6"),
        (0.4, "2 in 5"),
        (0.5, "1 in 2"),
        (0.003, "1 in 333"),
        (0.0, "never"),
        (1.0, "always"),
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
