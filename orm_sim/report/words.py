"""Numbers as the reader sees them: money in millions, shares in per cent, chances also as "1 in 6"."""

from __future__ import annotations

import math
from fractions import Fraction

from orm_sim.core.units import minus as minus

MILLION = 1e6
NONE = "–"
"""What stands where there is no number."""
NO_DEAL = "no deal"
"""What stands where the vendor does not sign."""


def decimals(low: float, high: float) -> int:
    """Decimals that an interval in $ million deserves: 2, or 1 at a half-width of half a million or more."""
    half = (high - low) / 2 / MILLION
    return 1 if half >= 0.5 else 2


def millions(value: float, low: float = math.nan, high: float = math.nan) -> str:
    """An amount in $ million without its sign of currency, rounded by the width of its interval: "−4.21"."""
    if math.isnan(value):
        return NONE
    return minus(f"{value / MILLION:,.{decimals(low, high) if high > low else 2}f}")


def millions_between(value: float, low: float, high: float) -> str:
    """An amount in $ million with its interval: "4.21 [3.90, 4.52]"."""
    if math.isnan(value):
        return NONE
    if math.isnan(low) or math.isnan(high):
        return millions(value)
    if low == high:
        return millions(value)
    places = decimals(low, high)
    return minus(f"{value / MILLION:,.{places}f} [{low / MILLION:,.{places}f}, {high / MILLION:,.{places}f}]")


def millions_give_or_take(value: float, low: float, high: float) -> str:
    """An amount in $ million with half its interval, "4.21 ± 0.31", where that is symmetric; else with its ends."""
    half = (high - low) / 2
    if not half > 0.0 or abs((high + low) / 2 - value) > 0.02 * half:
        return millions_between(value, low, high)
    places = decimals(low, high)
    return minus(f"{value / MILLION:,.{places}f} ± {half / MILLION:,.{places}f}")


def money(amount: float) -> str:
    """An amount in words for a sentence: "$4.21 million", "−$310,000" (whole thousands), "$12.40"."""
    sign, size = ("−" if amount < 0 else ""), abs(amount)
    if size >= MILLION / 2:
        return f"{sign}${size / MILLION:,.2f} million"
    return f"{sign}${round(size, -3):,.0f}" if size >= 10_000 else f"{sign}${size:,.2f}"


def unit_price(value: float) -> str:
    """Dollars and cents without the sign of currency: "6.41"."""
    return NONE if math.isnan(value) else minus(f"{value:,.2f}")


def percent(value: float, places: int = 0) -> str:
    """A share in per cent: "17 %"; below half a unit of the last place "<1 %"."""
    if math.isnan(value):
        return NONE
    smallest = 10.0**-places
    if 0.0 < value * 100 < smallest / 2:
        return f"<{smallest:.{places}f} %"
    return minus(f"{value * 100:.{places}f} %")


def percent_between(value: float, low: float, high: float, places: int = 1) -> str:
    """A share in per cent with its interval: "12.0 [10.1, 13.9] %"."""
    if math.isnan(value):
        return NONE
    if math.isnan(low) or math.isnan(high):
        return percent(value, places)
    return minus(f"{value * 100:.{places}f} [{low * 100:.{places}f}, {high * 100:.{places}f}] %")


def odds(chance: float) -> str:
    """A chance as people say it: 0.17 is "1 in 6", 0.4 is "2 in 5"."""
    if math.isnan(chance):
        return NONE
    if chance in (0.0, 1.0):
        return "never seen" if chance == 0.0 else "seen every time"
    if chance < 0.2:
        return f"1 in {round(1 / chance):,}"
    near = Fraction(chance).limit_denominator(6)
    return f"{near.numerator} in {near.denominator}" if near.numerator < near.denominator else "nearly always"


def months(value: float) -> str:
    """A month of the contract, or "never" when it does not come."""
    if math.isnan(value):
        return NONE
    return "never" if math.isinf(value) else f"{value:.0f}"


def listed(names: list[str]) -> str:
    """Names in a sentence: "a", "a and b", "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
