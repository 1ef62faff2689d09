"""Commission: a price per sale, flat or on a sliding scale, with clawback of cancellations and a reserve."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from orm_sim.contract.clause import Channel, Clause, Rate, priced
from orm_sim.contract.clauses.tiered import tiers_overlap
from orm_sim.contract.period import Array, LineItem, Memory, Period, line
from orm_sim.contract.tiers import marginal
from orm_sim.contract.wording import number, price, share
from orm_sim.core.elementwise import alike, average, flat, lost
from orm_sim.core.evidence import required
from orm_sim.core.terms import Many, Rule, Term
from orm_sim.kpi import LAGS, METERS, MeterId
from orm_sim.kpi.counters import EARNED_DAYS

_ZERO = np.asarray(0.0)


class Step(Term):
    """One step of a sliding scale."""

    up_to: Annotated[float, Field(gt=0.0)] | None = None
    """Largest number of sales per unit of the scale's meter that the step reaches; the last step has none."""
    multiple: float = required(unit="multiple of the rate", ge=0.0)
    """What a sale on this step pays, as a multiple of the commission's rate."""


class Scale(Term):
    """A sliding scale: each sale pays the rate of the step it falls on (marginal)."""

    per: MeterId
    """The counter the sales are divided by: `productive_hours` makes it sales per productive hour."""
    steps: Many[Step]
    """The steps, from the lowest up."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("steps",), lambda steps: tiers_overlap(tuple(step.up_to for step in steps))),
    )


class Reserve(Term):
    """A part of each month's commission that is paid later."""

    share: float = required(unit="share", ge=0.0, le=1.0)
    """The share of the commission that is withheld."""
    release_after_months: int = required(unit="months", ge=1)
    """How many months later it is paid."""


class Commission(Clause):
    """A price per sale."""

    clause: Literal["commission"] = "commission"
    """A commission."""
    channel: Channel
    """The channel whose sales are paid for."""
    meter: MeterId = "sales_net"
    """The counter of sales that are paid for."""
    rate: Rate = required(unit="$")
    """Commission per sale, before the scale."""
    scale: Scale | None = None
    """A sliding scale; where not given, the commission is flat."""
    clawback: Literal["pro_rata_to_day_90", "none"]
    """Whether the unearned part of the commission on a sale that is cancelled before day 90 is paid back, at
    the average rate its month was paid."""
    reserve: Reserve | None = None
    """A part of the commission that is withheld and released later."""

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return f"{self.channel} commission"

    def _earned(self, period: Period) -> Array:
        sales = period.meter(self.channel, self.meter)
        rate = priced(self.rate) * period.scale
        if self.scale is None:
            return np.asarray(sales * rate)
        bounds = [step.up_to for step in self.scale.steps if step.up_to is not None]
        multiples = [step.multiple for step in self.scale.steps]
        return np.asarray(
            marginal(sales, bounds, multiples, period.meter(self.channel, self.scale.per)) * rate
        )

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """Commission of the month, less clawback, less reserve withheld, plus reserve released.

        Notes
        -----
        The memory keeps the average rate of the last months ("rate1" is last month's) for the clawback, and
        the amounts withheld ("held1" was withheld last month) until their release. Months after the contract
        has ended earn nothing, but clawbacks and releases go on.
        """
        sales = period.meter(self.channel, self.meter)
        amount = self._earned(period) if period.in_force else np.zeros(np.shape(sales))
        average = _mean(amount, sales)
        items: list[LineItem] = []
        if period.in_force:
            items.append(
                line(
                    period,
                    self.name,
                    "commission",
                    amount,
                    f"{{quantity:number}} {METERS[self.meter].name} at {{rate:price}} on average",
                    channel=self.channel,
                    quantity=sales,
                    rate=average,
                )
            )
        values: dict[str, Array] = {}
        if self.clawback != "none":
            items.append(self._clawed_back(period, memory, average))
            for lag in range(len(LAGS) - 1, 1, -1):
                values[f"rate{lag}"] = memory.values.get(f"rate{lag - 1}", _ZERO)
            values["rate1"] = average
        if self.reserve is not None:
            commission = items[0].amount if period.in_force else _ZERO
            items.extend(self._reserved(self.reserve, period, memory, commission, values))
        return tuple(items), Memory(values)

    def _clawed_back(self, period: Period, memory: Memory, average: Array) -> LineItem:
        unearned = period.meter(self.channel, LAGS[0])
        paid_back, together = unearned * average, unearned.copy()
        for lag, meter in enumerate(LAGS[1:], start=1):
            cancelled, rate = period.meter(self.channel, meter), memory.values.get(f"rate{lag}", _ZERO)
            if alike(paid_back, cancelled, rate) and flat(together):
                lost(cancelled, rate, paid_back, together)
            else:
                paid_back = paid_back + cancelled * rate
                together = together + cancelled
        return line(
            period,
            self.name,
            "clawback",
            -paid_back,
            f"unearned parts, {{quantity:number}} sales in all, of sales cancelled before day {EARNED_DAYS},"
            " at the rates they were paid",
            channel=self.channel,
            quantity=together,
            rate=_mean(paid_back, together),
        )

    def _reserved(
        self, reserve: Reserve, period: Period, memory: Memory, amount: Array, values: dict[str, Array]
    ) -> list[LineItem]:
        withheld = line(
            period,
            self.name,
            "reserve_withheld",
            -amount * reserve.share,
            "{share:share} of the month's commission withheld",
            channel=self.channel,
            quantity=amount,
            share=reserve.share,
        )
        values["held1"] = -withheld.amount
        months = reserve.release_after_months
        for age in range(1, months):
            if f"held{age}" in memory.values:
                values[f"held{age + 1}"] = memory.values[f"held{age}"]
        if f"held{months}" not in memory.values:
            return [withheld]
        released = line(
            period,
            self.name,
            "reserve_released",
            memory.values[f"held{months}"],
            f"commission withheld {months} month{'s' if months > 1 else ''} ago",
            channel=self.channel,
        )
        return [withheld, released]

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        rate = "a commission that is solved" if isinstance(self.rate, str) else price(self.rate)
        text = f"The client pays {rate} for each {METERS[self.meter].one} ({self.channel})"
        if self.scale is not None:
            steps = "; ".join(
                f"{number(step.multiple)} times"
                + (" above that" if step.up_to is None else f" up to {number(step.up_to)}")
                for step in self.scale.steps
            )
            per = METERS[self.scale.per].one
            text += (
                f", multiplied for the sales that fall on each step of the month's sales per {per}: {steps}"
            )
        text += "."
        if self.clawback != "none":
            text += (
                f" On a sale cancelled before day {EARNED_DAYS} the unearned part, pro rata to the day, is paid back"
                " at the average rate its month was paid."
            )
        if self.reserve is not None:
            text += (
                f" {share(self.reserve.share)} of each month's commission is withheld and released"
                f" {self.reserve.release_after_months} months later."
            )
        return text


def _mean(amount: Array, units: Array) -> Array:
    """What one unit came to; the amount itself where there was none."""
    if alike(amount, units):
        row = np.empty(amount.size)
        average(amount, units, row)
        return row
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.asarray(amount / units)
    np.copyto(mean, amount, where=units <= 0.0)
    return mean
