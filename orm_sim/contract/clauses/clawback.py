"""Clawback: commission on sales that are cancelled early is paid back, by a schedule of ages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Final, Literal

import numpy as np
from pydantic import Field

from orm_sim.contract.clause import Channel, Clause
from orm_sim.contract.period import Array, LineItem, Memory, Period, line
from orm_sim.contract.wording import months_long, share
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Many, Rule, Term
from orm_sim.kpi.reported import CANCELLED, CANCELLED_ON_CLOCK, LAST_LAG

_ZERO = np.asarray(0.0)

_METERS: Final = {"runs": CANCELLED, "stops_while_suspended": CANCELLED_ON_CLOCK}


class ClawbackStep(Term):
    """One step of a schedule of ages."""

    before_months: int = required(unit="months", ge=1, le=LAST_LAG + 1)
    """The step holds for sales cancelled less than so many months after the month of sale; 1 is the same month."""
    share: float = required(unit="share", ge=0.0, le=1.0)
    """The share of the commission that is paid back."""


def _steps_overlap(schedule: tuple[ClawbackStep, ...]) -> str | None:
    if not schedule:
        return "needs at least one step"
    for before, after in pairwise(schedule):
        if after.before_months <= before.before_months:
            return (
                f"the step before {after.before_months} months overlaps that before {before.before_months}:"
                " list them from the youngest sales on"
            )
        if after.share > before.share:
            return f"pays back {share(after.share)} of an older sale, more than {share(before.share)} of a younger one"
    return None


def _no_clock_to_stop(clock: str, suspended_at_most: int | None) -> str | None:
    if clock == "runs" and suspended_at_most is not None:
        return (
            "belongs to a clock that stops while the customer is suspended (`clock: stops_while_suspended`)"
        )
    return None


class Clawback(Clause):
    """Commission paid back on sales that do not last."""

    clause: Literal["clawback"] = "clawback"
    """A clawback."""
    channel: Channel
    """The channel of the sales."""
    fee: str
    """The label of the clause that paid for the sales: a commission, or a price per unit."""
    schedule: Many[ClawbackStep]
    """What is paid back by age, from the youngest sales on; older sales are earned."""
    clock: Literal["runs", "stops_while_suspended"] = Field(default="runs")
    """Whether the age of a sale runs on while the customer is suspended. Where it stops, the history reports
    cancellations by age on the clock; without `suspended_at_most` that tells no month of sale, and the fee must be
    flat."""
    suspended_at_most: int | None = optional(unit="months", ge=1, le=12)
    """The longest suspension. The history then reports cancellations by age on the clock and by months since the
    sale (`cancelled_on_clock_lag1_sold_lag3`), and each is paid back at the average rate of its own month."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("schedule",), _steps_overlap),
        Rule(("clock", "suspended_at_most"), _no_clock_to_stop),
    )

    @property
    def cites(self) -> tuple[tuple[str, str], ...]:
        """The labels of other clauses it speaks of, each with the field that does."""
        return (("fee", self.fee),)

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return f"{self.channel} clawback"

    def share_at(self, lag: int) -> float:
        """The share that is paid back of a sale cancelled so many months after the month of sale."""
        return next((step.share for step in self.schedule if lag < step.before_months), 0.0)

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The shares of what cancelled sales were paid, each at the average rate of its month.

        Notes
        -----
        The memory keeps the average rates of the last months ("rate1" is last month's). It goes on after the
        contract has ended.
        """
        billed = period.billed[self.fee].rate
        months = range(self.schedule[-1].before_months + (self.suspended_at_most or 0))
        rates: list[Array] = [_ZERO if billed is None else billed]
        rates += [memory.values.get(f"rate{month}", _ZERO) for month in months[1:]]
        paid_back, sales = _ZERO, _ZERO
        for meter, lag, sold in self._meters():
            cancelled = period.meter(self.channel, meter)
            sales = sales + cancelled
            paid_back = paid_back + cancelled * (rates[sold] * self.share_at(lag))
        item = line(
            period,
            self.name,
            "clawback",
            -paid_back,
            f"{{quantity:number}} sales cancelled within {months_long(self.schedule[-1].before_months)},"
            f" their shares at the rates paid under '{self.fee}'",
            channel=self.channel,
            quantity=sales,
            rate=np.asarray(paid_back / np.where(sales > 0.0, sales, 1.0)),
        )
        return (item,), Memory({f"rate{month + 1}": rates[month] for month in months[:-1]})

    def _meters(self) -> Iterator[tuple[str, int, int]]:
        """The meters of cancelled sales, each with the age that decides the share and the months since the sale."""
        for lag in range(self.schedule[-1].before_months):
            if self.suspended_at_most is None:
                yield _METERS[self.clock][lag], lag, lag
                continue
            for sold in range(lag, lag + self.suspended_at_most + 1):
                yield f"{CANCELLED_ON_CLOCK[lag]}_sold_lag{sold}", lag, sold

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        steps: list[str] = []
        for step in self.schedule:
            age = step.before_months - 1
            when = "in the month of sale" if age == 0 else f"up to {age} month{'s' * (age > 1)} after it"
            steps.append(f"{share(step.share)} {when}")
        clock = "" if self.clock == "runs" else " Time in which the customer is suspended does not count"
        if self.suspended_at_most is not None:
            clock += f", up to {months_long(self.suspended_at_most)}"
        clock += "." if clock else ""
        return (
            f"Of what was paid under '{self.fee}' for a sale ({self.channel}) that is cancelled, the vendor pays back,"
            f" at the average rate of its month: {'; '.join(steps)}.{clock}"
        )
