"""Readings: what a KPI comes to in a window, with the denominator the contract chose, and in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal

import numpy as np

from orm_sim.contract.period import Array, Period
from orm_sim.contract.wording import number, plain, price, share
from orm_sim.kpi import INDICATORS, METERS, Counters, ratio

Denominator = Literal["offered", "answered", "offered_less_short"]
"""What a service level or abandonment rate is a share of; short are contacts abandoned before a stated bound."""

_SHORT = "abandoned_short"
_OF_CONTACTS = ("service_level", "abandonment_rate")
_SYMBOLS = {"s": " s", "h": " h", "fte": " FTE"}
_FORMATS = {"share": "percent", "money": "money"}
_POINTS = {"share": "point", "s": "second", "h": "hour", "money": "dollar"}
_TIMES = ("wait_s", "handle_time_s")
_WORDS: dict[Denominator, str] = {
    "offered": "contacts offered",
    "answered": "contacts answered",
    "offered_less_short": "contacts offered (less those abandoned early)",
}


def threshold_missing(kpi: str, within_s: float | None) -> str | None:
    """Why a KPI may not have the threshold it is given, or lack it."""
    if kpi == "service_level" and within_s is None:
        return "a service level needs its threshold: answered within how many seconds (`within_s`)?"
    if kpi != "service_level" and within_s is not None:
        return f"`within_s` belongs to service_level; '{kpi}' has no threshold"
    return None


def denominator_unknown(kpi: str, of: Denominator) -> str | None:
    """Why a KPI cannot have the denominator it is given."""
    if of != "offered" and kpi not in (*_OF_CONTACTS, *_TIMES):
        return f"only {' and '.join(_OF_CONTACTS)} have a choice of denominator; '{kpi}' has its own"
    if of == "answered" and kpi == "abandonment_rate":
        return (
            "no contact answered was abandoned: an abandonment rate is of `offered` or `offered_less_short`"
        )
    return None


def value_impossible(kpi: str, *values: float | None) -> str | None:
    """Why a KPI can never have one of these values: a share of 80 was meant to be 0.8."""
    for value in values:
        if value is not None and INDICATORS[kpi].unit == "share" and not 0.0 <= value <= 1.0:
            meant = f": {value:g} % is written {value / 100.0:g}" if 1.0 < value <= 100.0 else ""
            return f"'{kpi}' is a share, from 0 to 1, and can never be {value:g}{meant}"
        if value is not None and value < 0.0 and INDICATORS[kpi].unit != "money":
            return f"'{kpi}' can never be below 0, as {value:g} is"
    return None


@cache
def needs_of(kpi: str, of: Denominator = "offered") -> tuple[str, ...]:
    """The counters a reading is computed from."""
    more = {"offered": (), "answered": ("answered",), "offered_less_short": (_SHORT,)}[of]
    return (*INDICATORS[kpi].needs, *more)


def value_of(kpi: str, of: Denominator, counters: Counters) -> Array:
    """The value on the counters of a window; nan where there was nothing to divide by."""
    if of == "offered":
        return INDICATORS[kpi].value(counters)
    if of == "answered":
        return ratio(counters["answered_within"], counters["answered"])
    patient = np.subtract(counters["offered"], counters[_SHORT])
    if kpi == "service_level":
        return ratio(counters["answered_within"], patient)
    return ratio(np.subtract(counters["abandoned"], counters[_SHORT]), patient)


def tallied(
    period: Period, channel: str, names: Iterable[str], before: Mapping[str, Array], *, alone: bool
) -> dict[str, Array]:
    """Counters of a window: those of this period, on top of those before it unless it stands alone."""
    now = period.counters(channel, names)
    if alone:
        return now
    return {name: np.asarray(value + before.get(name, 0.0)) for name, value in now.items()}


def points_in(kpi: str) -> float:
    """How many points one unit of a KPI is: a point is 0.01 of a share, or one unit of any other KPI."""
    return 100.0 if INDICATORS[kpi].unit == "share" else 1.0


def points_of(kpi: str, difference: Array) -> Array:
    """A difference between values in points."""
    return difference * points_in(kpi)


def format_of(kpi: str) -> str:
    """The format in which a measured value is shown."""
    return _FORMATS.get(INDICATORS[kpi].unit, "number")


def value_said(kpi: str, value: float) -> str:
    """A value of a KPI in words, with all its digits: "80 %", "380 s", "$3.50", "300"."""
    unit = INDICATORS[kpi].unit
    if unit == "money":
        return price(value)
    return share(value) if unit == "share" else f"{plain(value)}{_SYMBOLS.get(unit, '')}"


def point_said(kpi: str) -> str:
    """What a point of a KPI is called: "point" of a share, "second", "unit" of a count."""
    return _POINTS.get(INDICATORS[kpi].unit, "unit")


def step_said(kpi: str, step: float) -> str:
    """A difference between values of a KPI in words: "2 points", "10 s"."""
    return f"{plain(100.0 * step)} points" if INDICATORS[kpi].unit == "share" else value_said(kpi, step)


def population_said(kpi: str, of: Denominator, within_s: float | None) -> str:
    """What a KPI is counted on where the contract says it: " of contacts offered answered in 20 s"."""
    counted = METERS[INDICATORS[kpi].n].name if of == "offered" else _WORDS[of]
    if within_s is not None:
        return f" of {counted} answered in {number(within_s)} s"
    return "" if of == "offered" else f" of {counted}"
