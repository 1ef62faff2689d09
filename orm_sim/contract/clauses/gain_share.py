"""GainShare: the vendor's share of what the client saves beyond a baseline, by signed-off savings or by a KPI."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Literal

import numpy as np
from pydantic import Field

from orm_sim.contract.clause import Channel, Clause, Window
from orm_sim.contract.clauses.cost_plus import not_money
from orm_sim.contract.period import Array, LineItem, Memory, Period, line
from orm_sim.contract.reading import value_impossible
from orm_sim.contract.wording import money, plain, price, share
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Rule
from orm_sim.kpi import INDICATORS, METERS, KpiId, MeterId

_ZERO = np.asarray(0.0)
_MONTHS: Final[dict[Window, float]] = {"month": 1.0, "quarter": 3.0, "year": 12.0}


def _meter_or_kpi(meter: str | None, kpi: str | None, channel: str | None, value: float | None) -> str | None:
    if kpi is None:
        return "gives `value_per_point`, but no `kpi` whose points it is for" if value is not None else None
    if meter is not None:
        return "gives a `meter` of savings and a `kpi`: keep one of the two"
    if channel is None or value is None:
        return f"needs the `channel` on which '{kpi}' is measured and the `value_per_point` of it"
    return None


def _threshold(kpi: str | None, within_s: float | None) -> str | None:
    if kpi == "service_level" and within_s is None:
        return "a service level needs its threshold: answered within how many seconds (`within_s`)?"
    if kpi != "service_level" and within_s is not None:
        return "`within_s` belongs to service_level alone"
    return None


class GainShare(Clause):
    """A share of what the client gains, settled when a window ends."""

    clause: Literal["gain_share"] = "gain_share"
    """A share of the gain."""
    channel: Channel | None = None
    """The channel that is measured; where not given, savings of all channels."""
    meter: MeterId | None = None
    """The counter of savings, in money; where neither it nor a KPI is given, realised_savings."""
    kpi: KpiId | None = None
    """In place of savings: a KPI whose distance from the baseline is worth money."""
    within_s: Annotated[float, Field(gt=0.0)] | None = None
    """For service_level: the threshold in seconds."""
    value_per_point: Annotated[float, Field(ge=0.0)] | None = None
    """Money a window that the client gains with each point of the KPI (0.01 of a share, else one unit of it)."""
    baseline: float | None = optional(unit="$ a window, or the KPI's own")
    """What counts as no gain: savings in money a window, or a value of the KPI; where not given, 0."""
    vendor_share: float = required(unit="share", ge=0.0, le=1.0)
    """The vendor's share of the gain."""
    floor: float | None = optional(unit="$", gt=0.0)
    """Gain in money a window that the client keeps for itself; only what exceeds it is shared; where not
    given, all of it is shared."""
    cap: Annotated[float, Field(ge=0.0)] | None = None
    """The most money a window that one side pays the other."""
    losses: Literal["client", "shared"] = "client"
    """Who bears a result below the baseline: the client alone, or the vendor too, with the same share."""
    window: Window = "month"
    """The stretch over which the gain is reckoned; a short last window has its part of baseline, floor and cap."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("meter", "kpi", "channel", "value_per_point"), _meter_or_kpi),
        Rule(("kpi", "within_s"), _threshold),
        Rule(("baseline", "kpi"), lambda at, kpi: None if kpi is None else value_impossible(kpi, at)),
        Rule(("meter",), lambda meter: None if meter is None else not_money(meter)),
    )

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return " ".join(filter(None, (self.channel, "gain share")))

    @property
    def _base(self) -> float:
        return self.baseline or 0.0

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The vendor's share, in the period in which a window ends."""
        if not period.in_force:
            return (), memory
        now = self._counted(period)
        counted = {name: np.asarray(value + memory.values.get(name, _ZERO)) for name, value in now.items()}
        if not period.ends(self.window):
            return (), Memory(counted)
        part = counted.pop("months") / _MONTHS[self.window]
        result, gain = self._gain(counted, part)
        above = np.maximum(gain - (self.floor or 0.0) * part, 0.0)
        below = np.minimum(gain, 0.0) if self.losses == "shared" else _ZERO
        owed = (above + below) * self.vendor_share
        if self.cap is not None:
            owed = np.clip(owed, -self.cap * part, self.cap * part)
        return (self._line(period, owed * period.scale, result, gain),), Memory()

    def _counted(self, period: Period) -> dict[str, Array]:
        months = {"months": np.asarray(1.0)}
        if self.kpi is None:
            return {"savings": period.metered(self.channel, self.meter or "realised_savings"), **months}
        return {**period.counters(self.channel or "", INDICATORS[self.kpi].needs), **months}

    def _gain(self, counted: dict[str, Array], part: Array) -> tuple[Array, Array]:
        """What was measured, and what it is worth beyond the baseline; nothing where it could not be measured."""
        if self.kpi is None:
            return counted["savings"], counted["savings"] - self._base * part
        kpi = INDICATORS[self.kpi]
        value = kpi.value(counted)
        better = value - self._base if kpi.better == "higher" else self._base - value
        points = np.where(np.isnan(better), 0.0, better) * (100.0 if kpi.unit == "share" else 1.0)
        return value, points * ((self.value_per_point or 0.0) * part)

    def _line(self, period: Period, owed: Array, result: Array, gain: Array) -> LineItem:
        if self.kpi is None:
            measured, unit = METERS[self.meter or "realised_savings"].name, "money"
        else:
            measured = INDICATORS[self.kpi].name
            unit = "percent" if INDICATORS[self.kpi].unit == "share" else "number"
        words = f"{measured} of {{result:{unit}}}, a gain of {{gain:money}};"
        words += f" the vendor's share is {share(self.vendor_share)}"
        words += f" beyond {money(self.floor)}" if self.floor else ""
        return line(
            period, self.name, "gain_share", owed, words,
            channel=self.channel or "", quantity=gain, rate=self.vendor_share, result=result, gain=gain,
        )  # fmt: skip

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        where = self.channel or "all channels"
        if self.kpi is None:
            beyond = f" beyond {price(self.baseline)}" if self.baseline else ""
            gain = f"{METERS[self.meter or 'realised_savings'].name} ({where}){beyond}"
        else:
            kpi = INDICATORS[self.kpi]
            base = share(self._base) if kpi.unit == "share" else f"{plain(self._base)} {kpi.unit}"
            within = "" if self.within_s is None else f" in {plain(self.within_s)} s"
            gain = (
                f"what the client gains by {kpi.name}{within} better than {base} ({where}), each point worth"
                f" {price(self.value_per_point or 0.0)} a {self.window}"
            )
        text = f"At the end of each {self.window} the vendor receives {share(self.vendor_share)} of {gain}"
        text += f"; the first {price(self.floor)} of it are the client's alone" if self.floor else ""
        text += (
            "; of a loss it bears the same share" if self.losses == "shared" else "; losses are the client's"
        )
        text += "" if self.cap is None else f"; at most {price(self.cap)} a {self.window} either way"
        return text + "."
