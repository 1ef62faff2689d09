"""TerminationFee: what the client pays when it ends the contract for convenience, less and less as months go by."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar, Literal

import numpy as np

from orm_sim.contract.clause import Clause
from orm_sim.contract.events import alternatives
from orm_sim.contract.period import EVENTS, Array, LineItem, Memory, Period, line
from orm_sim.contract.wording import listing, price
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Many, Rule, Term

_ZERO = np.asarray(0.0)
_TERMINATED = "terminated_for_convenience"

Cause = Literal["terminated_for_cause", "insolvency", "force_majeure", "change_of_control", "data_breach"]
"""Events with which ending the contract costs nothing; each is one of `EVENTS`."""


class FeeUntil(Term):
    """The fee up to a month of the contract."""

    through_month: int = required(unit="months", ge=1)
    """The last month for which it holds, counted from 1: 12 is the first year."""
    amount: float = required(unit="$", ge=0.0)
    """The fee."""


def _one_measure(
    schedule: tuple[FeeUntil, ...], unamortised: float | None, months_of_fees: float | None
) -> str | None:
    given = (bool(schedule), unamortised is not None, months_of_fees is not None)
    if sum(given) != 1:
        return "needs exactly one of `schedule`, `unamortised` and `months_of_fees`"
    return None


def _steps_overlap(schedule: tuple[FeeUntil, ...]) -> str | None:
    for position, (before, after) in enumerate(pairwise(schedule), start=2):
        if after.through_month <= before.through_month:
            return f"step {position} ends with month {after.through_month}, not after the step before it"
        if after.amount > before.amount:
            return f"step {position} is dearer than the step before it: a termination fee declines"
    return None


def _both_or_none(first: object, second: object, words: str) -> str | None:
    return None if bool(first) == bool(second) else words


class TerminationFee(Clause):
    """A fee for ending the contract without cause, owed once."""

    clause: Literal["termination_fee"] = "termination_fee"
    """A termination fee."""
    schedule: Many[FeeUntil] = ()
    """The fee by month of the contract; after its last month there is none."""
    unamortised: float | None = optional(unit="$", gt=0.0)
    """An investment, of which the part that is not written off is owed."""
    over_months: int | None = optional(unit="months", ge=1)
    """The months over which it is written off, in equal parts from the first month on."""
    months_of_fees: float | None = optional(unit="months", gt=0.0)
    """So many months of the fees, on the average of the contract so far, this month included."""
    fees: Many[str] = ()
    """For months_of_fees: the labels of the clauses whose amounts are the fees."""
    not_due_on: Many[Cause] = ()
    """Nothing is owed in a month with one of these events."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("schedule", "unamortised", "months_of_fees"), _one_measure),
        Rule(("schedule",), _steps_overlap),
        Rule(
            ("unamortised", "over_months"),
            lambda sum_, months: _both_or_none(
                sum_, months, "`unamortised` and `over_months` belong together"
            ),
        ),
        Rule(
            ("months_of_fees", "fees"),
            lambda months, fees: _both_or_none(months, fees, "`months_of_fees` and `fees` belong together"),
        ),
    )

    @property
    def cites(self) -> tuple[tuple[str, str], ...]:
        """The labels of other clauses it speaks of, each with the field that does."""
        return tuple(("fees", label) for label in self.fees)

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return "termination fee"

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The fee, in the month the client ends the contract for convenience; never twice, nor after the term."""
        fees, months = (memory.values.get(name, _ZERO) for name in ("fees", "months"))
        if period.in_force:
            fees = fees + sum((period.billed[label].amount for label in self.fees), _ZERO)
            months = months + 1.0
        done = memory.values.get("done", _ZERO)
        if period.month >= period.term_months or not (
            period.in_force or (EVENTS, _TERMINATED) in period.meters
        ):
            return (), Memory({"fees": fees, "months": months, "done": done})
        ended = (period.event(_TERMINATED) > 0.0) & (done == 0.0)
        caused = np.asarray(sum((period.event(name) for name in self.not_due_on), _ZERO) > 0.0)
        amount = np.asarray(self._amount(period, fees, months))
        owed = np.where(ended & ~caused, amount, 0.0)
        words = "fee for ending the contract in month {month:number}"
        words += "{running:when , which nobody did}{caused:when ; not owed, owing to its cause}"
        item = line(
            period, self.name, "termination_fee", owed, words,
            rate=amount, month=period.month + 1.0, running=~ended, caused=ended & caused,
        )  # fmt: skip
        return (item,), Memory({"fees": fees, "months": months, "done": np.maximum(done, ended)})

    def _amount(self, period: Period, fees: Array, months: Array) -> Array | float:
        """The fee of this month."""
        elapsed = period.month + 1
        if self.months_of_fees is not None:
            return np.maximum(fees, 0.0) / np.maximum(months, 1.0) * self.months_of_fees
        if self.unamortised is not None and self.over_months is not None:
            return self.unamortised * (max(self.over_months - elapsed, 0) / self.over_months) * period.scale
        steps = (step.amount for step in self.schedule if elapsed <= step.through_month)
        return next(steps, 0.0) * period.scale

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        text = "A client that ends the contract for convenience pays "
        if self.months_of_fees is not None:
            text += f"{self.months_of_fees:g} months of the fees under {listing(self.fees)}, on the average so far"
        elif self.unamortised is not None:
            text += (
                f"the part of {price(self.unamortised)} that is not written off, in equal parts over"
                f" {self.over_months} months"
            )
        else:
            steps = (f"{price(step.amount)} through month {step.through_month}" for step in self.schedule)
            text += f"{', '.join(steps)}, and nothing after that"
        text += "."
        if self.not_due_on:
            text += f" Nothing is owed on {alternatives(self.not_due_on)}."
        return text
