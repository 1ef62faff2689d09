"""VolumeAdjustment: an additional charge above a baseline of volume, a reduced one below, outside a dead-band."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from orm_sim.contract.clause import SECONDS, Channel, Clause, TimeUnit, Window
from orm_sim.contract.clauses.tiered import unit_of_time
from orm_sim.contract.period import Array, LineItem, Memory, Period, line
from orm_sim.contract.wording import plain, price, share
from orm_sim.core.evidence import required
from orm_sim.core.terms import Rule
from orm_sim.kpi import METERS, MeterId

_ZERO = np.asarray(0.0)


def _one_baseline(baseline: float | None, forecast: str | None) -> str | None:
    if (baseline is None) == (forecast is None):
        return (
            "needs either `baseline` (units a month) or `forecast` (the meter of the forecast), and not both"
        )
    return None


def _forecast_of_another_unit(meter: str, forecast: str | None) -> str | None:
    if forecast is not None and METERS[forecast].unit != METERS[meter].unit:
        return (
            f"compares {METERS[meter].name} (in {METERS[meter].unit}) with {METERS[forecast].name}"
            f" (in {METERS[forecast].unit})"
        )
    return None


class VolumeAdjustment(Clause):
    """Anchored pricing: fees are set for a baseline; volume far from it is charged or credited by the unit."""

    clause: Literal["volume_adjustment"] = "volume_adjustment"
    """An adjustment to volume (ARC and RRC)."""
    channel: Channel
    """The channel whose volume is compared."""
    meter: MeterId = "offered"
    """The counter of the volume."""
    per: TimeUnit | None = None
    """For meters in seconds: the unit of time that baseline and rates are for."""
    baseline: Annotated[float, Field(gt=0.0)] | None = None
    """Units a month that the other fees are set for."""
    forecast: MeterId | None = None
    """In place of a fixed baseline: the counter of the forecast."""
    dead_band: float = required(unit="share", ge=0.0, lt=1.0)
    """The share of the baseline by which volume may differ either way at no price; it stays free beyond it."""
    arc_rate: float = required(unit="$", ge=0.0)
    """Additional resource charge: what the client pays for each unit above the band."""
    rrc_rate: float = required(unit="$", ge=0.0)
    """Reduced resource credit: what the vendor gives back for each unit below the band."""
    window: Window = "month"
    """The stretch over which volume and baseline are compared; the adjustment is billed when it ends."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("baseline", "forecast"), _one_baseline),
        Rule(("meter", "forecast"), _forecast_of_another_unit),
        Rule(("per", "meter"), unit_of_time),
    )

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return f"{self.channel} volume adjustment"

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The charge or credit, in the period in which a window ends; the first and last may be short."""
        if not period.in_force:
            return (), memory
        seconds = SECONDS[self.per] if self.per else 1.0
        expected = (
            np.asarray(self.baseline)
            if self.forecast is None
            else period.meter(self.channel, self.forecast) / seconds
        )
        volume = period.meter(self.channel, self.meter) / seconds + memory.values.get("volume", _ZERO)
        base = expected + memory.values.get("base", _ZERO)
        if not period.ends(self.window):
            return (), Memory({"volume": volume, "base": base})
        return (self._line(period, volume, base),), Memory()

    def _line(self, period: Period, volume: Array, base: Array) -> LineItem:
        above = np.maximum(volume - base * (1.0 + self.dead_band), 0.0)
        below = np.maximum(base * (1.0 - self.dead_band) - volume, 0.0)
        rate = np.where(above > 0.0, self.arc_rate, self.rrc_rate) * period.scale
        return line(
            period,
            self.name,
            "volume_adjustment",
            (above - below) * rate,
            f"{{volume:number}} {self._units} against {{base:number}}, {{quantity:number}} outside the band of"
            f" {share(self.dead_band)} at {{rate:price}}",
            channel=self.channel,
            quantity=above + below,
            rate=rate,
            volume=volume,
            base=base,
        )

    @property
    def _units(self) -> str:
        return f"{self.per}s of {METERS[self.meter].name}" if self.per else METERS[self.meter].name

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        base = (
            f"a baseline of {plain(self.baseline)} a month"
            if self.baseline is not None
            else METERS[self.forecast or ""].name
        )
        return (
            f"{self._units.capitalize()} ({self.channel}) of each {self.window} are compared with {base}. Beyond"
            f" {share(self.dead_band)} of it either way, the client pays {price(self.arc_rate)} for each unit above,"
            f" and the vendor gives back {price(self.rrc_rate)} for each unit below."
        )
