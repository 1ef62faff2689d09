"""Between: clauses that hold from one month of the contract through another."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, Strict
from pydantic_core import PydanticCustomError

from orm_sim.contract.clause import Clause, settle_all
from orm_sim.contract.period import LineItem, Memory, Period
from orm_sim.core.terms import Many, Rule

if TYPE_CHECKING:
    from orm_sim.contract.clauses import AnyClause


def _a_day(value: Any) -> Any:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    try:
        return datetime.date.fromisoformat(value)
    except (TypeError, ValueError):
        text = "must be a day of the calendar, as 2026-07-01"
        raise PydanticCustomError("day", "{sentence}", {"sentence": text}) from None


Day = Annotated[datetime.date, Strict(False), BeforeValidator(_a_day, json_schema_input_type=str)]
"""A day of the calendar, written 2026-07-01."""


def month_of(day: datetime.date, starts: datetime.date) -> int:
    """The month of the contract a day falls in, counted from 1; 0 or less before it starts."""
    return (day.year - starts.year) * 12 + day.month - starts.month + 1


def _back_to_front(from_month: int | None, through_month: int | None) -> str | None:
    if from_month is not None and through_month is not None and through_month < from_month:
        return f"ends with month {through_month}, before it begins in month {from_month}"
    return None


class Between(Clause):
    """Clauses that hold in a part of the term only, both months included.

    Before it they are silent and remember nothing: an indexation inside starts from the levels of their first
    month, one around them from those of the contract's. After it nothing new is earned under them, whatever the
    meters say; withheld amounts are still released and cancellations of earlier sales paid back. The last month
    closes quarters and years as the end of the term does.
    """

    clause: Literal["between"] = "between"
    """Clauses for a part of the term."""
    from_month: Annotated[int, Field(ge=1)] | None = None
    """The first month of the contract, counted from 1, in which they hold."""
    through_month: Annotated[int, Field(ge=1)] | None = None
    """The last month of the contract, counted from 1, in which they hold."""
    from_: Day | None = Field(default=None, alias="from")
    """In place of `from_month`: the first day, the first of a month; the contract then says when it `starts`."""
    through: Day | None = None
    """In place of `through_month`: the last day, the last of a month."""
    of: Many[AnyClause]
    """The clauses that hold in these months."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("from_month", "through_month"), _back_to_front),)

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return "for a time: " + ", ".join(clause.name for clause in self.of)

    def first(self, starts: datetime.date | None) -> int:
        """The first month in which the clauses hold, counted from 1."""
        if self.from_ is not None and starts is not None:
            return month_of(self.from_, starts)
        return self.from_month or 1

    def last(self, starts: datetime.date | None) -> int | None:
        """The last month in which the clauses hold, counted from 1; None where only the contract's end ends them."""
        if self.through is not None and starts is not None:
            return month_of(self.through, starts)
        return self.through_month

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The clauses inside; outside their months only what runs off."""
        first, last = self.first(period.starts), self.last(period.starts)
        term = period.term_months if last is None else min(last, period.term_months)
        if first <= period.month + 1 and (last is None or period.month < last):
            return settle_all(self.of, period._replace(term_months=term), memory)
        shut = period._replace(term_months=term, in_force=False, closed=True)
        items, after = settle_all(self.of, shut, memory)
        return (items, after) if period.month + 1 > first else ((), memory)

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        begins = f"month {self.from_month or 1} of the contract" if self.from_ is None else f"{self.from_}"
        ends = f"month {self.through_month}" if self.through_month else "the end of the contract"
        return (
            f"The clauses below hold from {begins} through {ends if self.through is None else self.through}."
        )
