"""Tiered: a price that depends on the volume: by unit (marginal), for all of it, or one sum for a band."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from orm_sim.contract.clause import SECONDS, Channel, Clause, TimeUnit, Window
from orm_sim.contract.period import Array, LineItem, Memory, Period, line
from orm_sim.contract.rounding import to_cents
from orm_sim.contract.tiers import marginal, price_of
from orm_sim.contract.wording import number, price
from orm_sim.core.evidence import required
from orm_sim.core.terms import Many, Rule, Term
from orm_sim.kpi import METERS, MeterId

Mode = Literal["marginal", "whole_volume", "band"]

_SAYS: dict[Mode, str] = {
    "marginal": "each unit at the price of the tier it falls in",
    "whole_volume": "the whole volume at the price of the tier it reaches",
    "band": "one sum for the band the volume falls in",
}


class Tier(Term):
    """One tier: the volume it reaches up to, and its price."""

    up_to: Annotated[float, Field(gt=0.0)] | None = None
    """Largest volume of the tier; the last tier has none."""
    rate: float = required(unit="$", ge=0.0)
    """Price of one unit; in mode `band`, the sum for the band."""


def tiers_overlap(bounds: tuple[float | None, ...]) -> str | None:
    """The sentence that refuses tiers that overlap, leave a gap at the top, or are out of order."""
    if not bounds:
        return "needs at least one tier"
    if None in bounds[:-1]:
        return f"tier {bounds.index(None) + 1} has no `up_to`, so the tiers after it overlap it"
    if bounds[-1] is not None:
        return f"the last tier ends at {bounds[-1]:g}: leave its `up_to` out, or larger volumes have no price"
    limits = [bound for bound in bounds if bound is not None]
    for position, (low, high) in enumerate(pairwise(limits)):
        if high <= low:
            return f"tier {position + 2}, up to {high:g}, overlaps the tier before it, up to {low:g}"
    return None


def unit_of_time(per: str | None, meter: str) -> str | None:
    """The sentence that refuses a price by the minute of what is not counted in seconds."""
    if per is not None and METERS[meter].unit != "s":
        return f"a price per {per} needs a meter of time in seconds; '{meter}' counts {METERS[meter].name}"
    return None


class Tiered(Clause):
    """A price that depends on the volume of a window, billed every month."""

    clause: Literal["tiered"] = "tiered"
    """Tiered prices."""
    channel: Channel
    """The channel whose meter is read."""
    meter: MeterId
    """The counter of the KPI dictionary that is paid for."""
    mode: Mode
    """marginal: each unit at its tier's price. whole_volume: all units at the price of the tier reached.
    band: one sum for the band."""
    tiers: Many[Tier]
    """The tiers, from the lowest volume up."""
    per: TimeUnit | None = None
    """For meters in seconds: the unit of time that volumes and rates are for."""
    window: Window = "month"
    """The stretch over which volume is added up; a month bills what the window came to since the last bill."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("tiers",), lambda tiers: tiers_overlap(tuple(tier.up_to for tier in tiers))),
        Rule(("per", "meter"), unit_of_time),
    )

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return f"{self.channel} {METERS[self.meter].name}"

    def _charge(self, volume: Array) -> Array:
        bounds = [tier.up_to for tier in self.tiers if tier.up_to is not None]
        rates = [tier.rate for tier in self.tiers]
        if self.mode == "marginal":
            return marginal(volume, bounds, rates)
        price_here = price_of(volume, bounds, rates)
        return np.asarray(volume * price_here if self.mode == "whole_volume" else price_here)

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """What the window's volume costs, less what earlier months of the window were billed."""
        if not period.in_force:
            return (), memory
        units = period.meter(self.channel, self.meter)
        if self.per is not None:
            units = np.asarray(units / SECONDS[self.per])
        before = memory.values.get("volume")
        volume = units if before is None else np.asarray(before + units)
        charge = self._charge(volume) * period.scale
        item = line(
            period,
            self.name,
            "fee",
            charge if before is None else to_cents(charge) - memory.values["billed"],  # cents do not add up
            self._words,
            channel=self.channel,
            quantity=units,
            volume=volume,
        )
        if period.ends(self.window):
            return (item,), Memory()
        billed = item.amount if before is None else memory.values["billed"] + item.amount
        return (item,), Memory({"volume": volume, "billed": billed})

    def _words(self) -> str:
        """The template of the sentence that explains a line."""
        return (
            f"{{quantity:number}} {self._units}, {{volume:number}} in the {self.window}, {_SAYS[self.mode]}"
        )

    @property
    def _units(self) -> str:
        return f"{self.per}s of {METERS[self.meter].name}" if self.per else METERS[self.meter].name

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        steps = []
        for tier in self.tiers:
            reach = "above that" if tier.up_to is None and len(self.tiers) > 1 else "for any volume"
            steps.append(
                f"{price(tier.rate)} {reach if tier.up_to is None else f'up to {number(tier.up_to)}'}"
            )
        return (
            f"The client pays for {self._units} ({self.channel}) by the volume of the {self.window},"
            f" {_SAYS[self.mode]}: {'; '.join(steps)}."
        )
