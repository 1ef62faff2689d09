"""Contradictions between clauses and the calendar of the contract: months and days outside the term, broken windows."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from orm_sim.contract.clause import Window, inside, walk
from orm_sim.contract.clauses.between import Between, month_of
from orm_sim.contract.clauses.ramp import Ramp
from orm_sim.contract.clauses.tiered import Tiered
from orm_sim.contract.clauses.upfront import Upfront

if TYPE_CHECKING:
    from orm_sim.contract.checks import Draft

Location = tuple[str | int, ...]
Found = Iterator[tuple[Location, str]]

_MONTHS: Final[dict[Window, int]] = {"month": 1, "quarter": 3, "year": 12}


def months_outside(draft: Draft) -> Found:
    """Months after the term, and steps of a ramp that nothing follows or that break a window."""
    term_months = draft.fields["term_months"]
    for place, clause in draft.placed:
        if isinstance(clause, Ramp):
            yield from _ramp(place, clause, term_months)
        if isinstance(clause, Upfront) and clause.in_month >= term_months:
            yield (
                (*place, "in_month"),
                f"leaves no month of the term, which is {term_months} months, to give it back",
            )
        if not isinstance(clause, Between):
            continue
        for field in ("from_month", "through_month"):
            month = getattr(clause, field)
            if month is not None and month > term_months:
                yield (*place, field), f"lies after the term, which is {term_months} months"


def _ramp(place: Location, clause: Ramp, term_months: int) -> Found:
    ends = [step.through_month for step in clause.steps if step.through_month is not None]
    if ends and ends[-1] >= term_months:
        yield (
            (*place, "steps"),
            f"lasts through month {ends[-1]} of a term of {term_months} months: its last step is never reached",
        )
    for _, under in walk(inside(clause)):
        if not isinstance(under, Tiered):
            continue
        broken = [end for end in ends if end % _MONTHS[under.window]]
        if broken:
            yield (
                (*place, "steps"),
                f"changes prices after month {broken[0]}, within a {under.window} of '{under.name}': let steps end with"
                f" a {under.window}",
            )


def days_outside(draft: Draft) -> Found:
    """Days that are no border of a billed month, lie outside the term, or have no start to count from."""
    term_months, starts = draft.fields["term_months"], draft.fields["starts"]
    if starts is not None and starts.day != 1:
        yield (
            ("starts",),
            f"must be the first of a month, because months are billed: {starts.replace(day=1)}?",
        )
    for place, clause in draft.placed:
        if isinstance(clause, Between):
            yield from _given(place, clause, starts)
            if starts is not None:
                yield from _days(place, clause, term_months, starts)


def _given(place: Location, clause: Between, starts: datetime.date | None) -> Found:
    borders = {
        "from": (clause.from_, clause.from_month, "from_month"),
        "through": (clause.through, clause.through_month, "through_month"),
    }
    if all(day is None and month is None for day, month, _ in borders.values()):
        yield place, "holds for the whole term: give `from_month` or `through_month`, or leave it out"
    for field, (day, month, other) in borders.items():
        if day is not None and month is not None:
            yield (*place, field), f"gives `{other}` too: keep one of the two"
        if day is not None and starts is None:
            yield (
                (*place, field),
                f"is a date, but the contract does not say when it starts: add `starts`, or give `{other}`",
            )


def _days(place: Location, clause: Between, term_months: int, starts: datetime.date) -> Found:
    if clause.from_ is not None and clause.from_.day != 1:
        yield (
            (*place, "from"),
            f"must be the first of a month, because months are billed: {clause.from_:%Y-%m}-01?",
        )
    if clause.through is not None and (clause.through + datetime.timedelta(days=1)).day != 1:
        yield (*place, "through"), "must be the last day of a month, because months are billed"
    for field, day in (("from", clause.from_), ("through", clause.through)):
        month = None if day is None else month_of(day, starts)
        if month is not None and not 1 <= month <= term_months:
            yield (*place, field), f"lies outside the term, which is {term_months} months from {starts} on"
    first, last = clause.first(starts), clause.last(starts)
    if last is not None and last < first and not (clause.from_month and clause.through_month):
        yield place, f"ends with month {last} of the contract, before it begins in month {first}"
