"""Families of meters that only a history delivers: any percentile, any tail share, days and weeks missed of any KPI."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, TypeVar

from orm_sim.kpi.counters import Counter

T = TypeVar("T")


class Families(dict[str, T]):
    """What is listed by id, and on demand the members of families; going through it gives what is listed alone.

    Parameters
    ----------
    listed : mapping
        What each listed id stands for.
    member : callable
        What an id of a family stands for; None where it belongs to none.
    """

    def __init__(self, listed: Mapping[str, T], member: Callable[[str], T | None]) -> None:
        super().__init__(listed)
        self._member = member

    def __missing__(self, name: str) -> T:
        found = self._member(name)
        if found is None:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (isinstance(name, str) and self._member(name) is not None)

    def get(self, name: str, default: T | None = None) -> T | None:  # type: ignore[override]
        """What an id stands for, listed or of a family."""
        try:
            return self[name]
        except KeyError:
            return default


_TIME: Final[dict[str, tuple[str, str, str]]] = {
    "wait": ("wait", "offered contacts", "offered"),
    "wait_answered": ("wait of answered contacts", "answered contacts", "answered"),
    "handle_time": ("handle time", "answered contacts", "answered"),
}
"""Times of contacts by the stem of their ids: in words, whose they are, and the counter that weighs months."""

_SAID: Final = {"wait": "wait", "wait_answered": "wait", "handle_time": "handle time"}

PERCENTILE: Final = r"(wait|wait_answered|handle_time)_p([1-9]\d?)_s"
TAIL: Final = r"tail_share_(answered_|handle_time_)?([1-9]\d{0,4})s"
MISSED: Final = r"(days|weeks)_missed_(?!share)([a-z][a-z0-9_]*)"

ON_CLOCK: Final = r"cancelled_on_clock_lag([0-5])_sold_lag(1?\d)"

METER_PATTERN: Final = f"^({PERCENTILE}|{TAIL}|{MISSED}|{ON_CLOCK})$"
"""Ids of the families' meters, as a pattern for editors."""


@cache
def meter_of_family(name: str) -> Counter | None:
    """The meter of a family that an id stands for; None where it belongs to none."""
    if percentile := re.fullmatch(PERCENTILE, name):
        return _percentile(name, percentile[1], int(percentile[2]))
    if tail := re.fullmatch(TAIL, name):
        stem = {None: "wait", "answered_": "wait_answered", "handle_time_": "handle_time"}[tail[1]]
        return _tail(name, stem, int(tail[2]))
    if clock := re.fullmatch(ON_CLOCK, name):
        return _on_clock(name, int(clock[1]), int(clock[2]))
    if missed := re.fullmatch(MISSED, name):
        return _missed(name, missed[1], missed[2])
    return None


def _reported(name: str, called: str, unit: str, counted: str, weight: str = "", single: str = "") -> Counter:
    return Counter(
        name, called, "share" if unit == "share" else "s" if unit == "s" else "count", counted, "lower",
        always=False, channels=(), single=single, weight=weight,
    )  # fmt: skip


def _percentile(name: str, stem: str, level: int) -> Counter:
    time, contacts, weight = _TIME[stem]
    said = f"{ordinal(level)} percentile of {time}"
    return _reported(name, said, "s", f"{_SAID[stem]} that {level} % of {contacts} do not exceed", weight)


def _tail(name: str, stem: str, seconds: int) -> Counter:
    contacts, weight = _TIME[stem][1:]
    over = f"over {seconds} s"
    called = {
        "wait": f"share that waits {over}",
        "wait_answered": f"share of answered contacts that waits {over}",
        "handle_time": f"share that takes {over} to handle",
    }[stem]
    return _reported(name, called, "share", f"{contacts} whose {_SAID[stem]} is {over}", weight)


def _on_clock(name: str, age: int, sold: int) -> Counter | None:
    if sold < age:  # suspended time only makes a sale younger than it is
        return None
    called = f"sales of {sold} months ago cancelled at an age of {age} months on the clock"
    counted = f"sales sold {sold} months before they are cancelled, {age} months old without suspended time"
    return _reported(name, called, "count", counted, single=called.replace("sales", "sale", 1))


def _missed(name: str, days: str, kpi: str) -> Counter | None:
    from orm_sim.kpi.dictionary import (
        INDICATORS,  # the dictionary is made of meters, and cannot come before them
    )

    if kpi.startswith(("days_", "weeks_")) or kpi not in INDICATORS:
        return None
    words, day = INDICATORS[kpi].name, days[:-1]
    counted = f"open {days} that miss the contract's target for {words}, each {day} tested by itself"
    if day == "week":
        counted += ", in the month they end in"
    return _reported(name, f"{days} that miss {words}", "count", counted, single=f"{day} that misses {words}")


def ordinal(number: int) -> str:
    """A number as a place in a row: 1st, 22nd, 80th."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
