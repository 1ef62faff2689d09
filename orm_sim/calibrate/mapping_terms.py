"""Parts that the mapping files of every kind of records share: source, remarks, days, test of changes."""

from __future__ import annotations

import datetime
from collections.abc import Mapping as MappingOf
from typing import Literal

from orm_sim.core.evidence import quantity
from orm_sim.core.terms import Many, Rule, Term

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Grade = Literal["A", "B", "C", "D"]


class Source(Term):
    """Where the records come from, said beside every figure fitted to them."""

    title: str
    """The records in a line: whose, where, when."""
    id: str
    """Id of the source in references.yaml."""
    grade: Grade = "A"
    """Grade of the evidence; `grades` overrides it for single figures."""
    terms: str | None = None
    """Terms of use of the records."""


class Remark(Term):
    """A word about one figure: another grade, because it was carried over from elsewhere, or a note."""

    figure: str
    """The figure, by its place in the fragment: `holiday`, `busyness.day_cv`, `conversion.by_list_quality.warm`."""
    grade: Grade | None = None
    """Grade of this figure, where it differs from the source's."""
    note: str | None = None
    """What a reader must know about it."""


class Holiday(Term):
    """A day that is not like its weekday, and why."""

    date: datetime.date
    """The day."""
    name: str
    """What it is."""


class ShiftTest(Term):
    """When a change of level inside the records is reported."""

    alpha: float = quantity(
        0.01, unit="probability", source="design_choice", grade="D", low=0.001, high=0.05, gt=0, lt=1
    )
    """Chance of reporting a change where there is none."""
    at_least: float = quantity(
        0.05, unit="share", source="design_choice", grade="D", low=0.02, high=0.2, gt=0
    )
    """Smallest relative change worth a report."""


class Days(Term):
    """Days and intervals of inbound records: their weekdays, holidays and profiles."""

    week: MappingOf[str, Weekday] | None = None
    """Weekday of the records to weekday of the programme; absent, each stands for itself."""
    profiles: MappingOf[str, Many[Weekday]] | None = None
    """Weekdays of the programme that share an intraday profile; absent, all seven have their own."""
    holidays: Many[Holiday] = ()
    """Days that are not like their weekday."""
    interval_s: int = quantity(
        1800, unit="s", source="design_choice", grade="D", low=900, high=3600, ge=300, le=7200
    )
    """Length of an interval."""
    threshold_s: float = quantity(
        20.0, unit="s", source="service_level_norms", grade="C", low=10, high=60, ge=0
    )
    """Waiting time up to which an answer counts as within the service level."""

    rules = (
        Rule(("week",), lambda week: _week_is_whole(week)),
        Rule(("profiles",), lambda profiles: _profiles_are_whole(profiles)),
        Rule(("interval_s",), lambda interval_s: _whole_intervals(interval_s)),
    )

    def weekday(self, day: int) -> Weekday:
        """Weekday of the programme for a weekday of the records (0 is Monday)."""
        name = WEEKDAYS[day]
        return name if self.week is None else self.week[name]

    def profile_groups(self) -> dict[str, tuple[Weekday, ...]]:
        """Weekdays of the programme by the name of their profile."""
        if self.profiles is None:
            return {day: (day,) for day in WEEKDAYS}
        return dict(self.profiles)


def _week_is_whole(week: MappingOf[str, str] | None) -> str | None:
    if week is None:
        return None
    if sorted(week) != sorted(WEEKDAYS) or sorted(week.values()) != sorted(WEEKDAYS):
        return "the week must name each of the seven weekdays once on either side"
    return None


def _profiles_are_whole(profiles: MappingOf[str, tuple[str, ...]] | None) -> str | None:
    named = sorted(day for group in (profiles or {}).values() for day in group)
    return (
        None
        if profiles is None or named == sorted(WEEKDAYS)
        else "each weekday must have exactly one profile"
    )


def _whole_intervals(interval_s: int) -> str | None:
    return (
        None
        if 86_400 % interval_s == 0
        else f"a day of 86,400 s is no whole number of intervals of {interval_s} s"
    )
