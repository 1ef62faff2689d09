"""Bound: the amount that a floor guarantees or a cap allows, fixed or metered."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from orm_sim.contract.clause import Channel, Rate, priced
from orm_sim.contract.period import Array, Period
from orm_sim.contract.rounding import to_cents
from orm_sim.contract.wording import price, share
from orm_sim.core.terms import Rule, Term
from orm_sim.kpi import METERS, MeterId


def _either_amount_or_meter(
    amount: object, rate: object, share: object, channel: object, meter: object
) -> str | None:
    metered = [
        name for name, value in (("rate", rate), ("channel", channel), ("meter", meter)) if value is not None
    ]
    if amount is not None and (metered or share is not None):
        return "gives an `amount` and a rate on a meter: keep one of the two"
    if amount is None and len(metered) < 3:
        return "needs an `amount`, or `rate`, `channel` and `meter` together"
    return None


class Bound(Term):
    """A monthly amount: fixed, or a share of an agreed rate for each unit of a meter."""

    amount: Rate | None = None
    """A fixed amount a month."""
    rate: Rate | None = None
    """The agreed rate (a cost or should-cost) per unit of the meter."""
    share: Annotated[float, Field(gt=0.0)] | None = None
    """The share of the rate that counts; where not given, all of it."""
    channel: Channel | None = None
    """The channel whose meter is read."""
    meter: MeterId | None = None
    """The counter the rate is for."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("amount", "rate", "share", "channel", "meter"), _either_amount_or_meter),
    )

    @property
    def meters(self) -> tuple[str, str] | None:
        """The (channel, meter) it depends on; None where it is fixed."""
        return None if self.channel is None or self.meter is None else (self.channel, self.meter)

    @property
    def per_unit(self) -> float | None:
        """The amount, or the money per unit of its meter; None while it is to be solved."""
        rate = self.rate if self.amount is None else self.amount
        return None if rate is None or isinstance(rate, str) else rate * (self.share or 1.0)

    def value(self, period: Period) -> Array:
        """The amount for one period in whole cents, indexed; 0 after the contract has ended where it is fixed."""
        if self.amount is not None:
            return to_cents(priced(self.amount) * period.scale * period.in_force)
        rate = priced(self.rate or 0.0) * (1.0 if self.share is None else self.share)
        return to_cents(period.meter(self.channel or "", self.meter or "") * (rate * period.scale))

    def wording(self) -> str:
        """The amount in words."""
        if self.amount is not None:
            return (
                "an amount that is solved a month"
                if isinstance(self.amount, str)
                else f"{price(self.amount)} a month"
            )
        rate = "a rate that is solved" if isinstance(self.rate, str) else price(self.rate or 0.0)
        part = rate if self.share is None else f"{share(self.share)} of the agreed {rate}"
        return f"{part} for each {METERS[self.meter or ''].one} ({self.channel})"
