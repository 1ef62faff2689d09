"""Damages: a sum agreed beforehand that the vendor owes for each unit of what should not happen."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from orm_sim.contract.bound import Bound
from orm_sim.contract.clause import SECONDS, Channel, Clause, TimeUnit
from orm_sim.contract.clauses.tiered import unit_of_time
from orm_sim.contract.events import EventId, alternatives
from orm_sim.contract.payable import Limit, less_of_another_unit, net_of, said_less
from orm_sim.contract.period import LineItem, Memory, Period, line
from orm_sim.contract.wording import plain, price
from orm_sim.core.evidence import required
from orm_sim.core.terms import Many, Rule
from orm_sim.kpi import METERS, MeterId


class Damages(Clause):
    """Liquidated damages for each unit of a meter."""

    clause: Literal["damages"] = "damages"
    """Liquidated damages."""
    channel: Channel
    """The channel whose meter is read."""
    meter: MeterId
    """The counter of what the vendor is liable for: `abandoned`, `incidents`, `errors`."""
    rate: float = required(unit="$", gt=0.0)
    """What the vendor owes for one unit of the meter, or of one `per`."""
    per: TimeUnit | None = None
    """For meters in seconds: the unit of time the rate is for."""
    less: Many[MeterId] = ()
    """Counters of the same unit for whose units nothing is owed (abandoned_short)."""
    free: Limit | None = None
    """The units for which nothing is owed, by another meter: 0.05 for each contact offered."""
    at_most: Bound | None = None
    """The most that is owed for a month; where not given, there is no limit."""
    exclusions: Many[EventId] = ()
    """Nothing is owed for a month with one of these events."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("per", "meter"), unit_of_time),
        Rule(("meter", "less"), less_of_another_unit),
    )

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return f"{self.channel} damages"

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """Units beyond those that are free, times the rate, up to the limit."""
        if not period.in_force:
            return (), memory
        units = net_of(period, self.channel, self.meter, self.less)
        if self.free is not None:
            units = np.maximum(units - self.free.value(period, self.channel), 0.0)
        for event in self.exclusions:
            units = np.where(period.event(event) > 0.0, 0.0, units)
        units = np.asarray(units / (1.0 if self.per is None else SECONDS[self.per]))
        rate = self.rate * period.scale
        reckoned = np.asarray(units * rate)
        owed = reckoned if self.at_most is None else np.minimum(reckoned, self.at_most.value(period))
        words = (
            f"{{quantity:number}} {self._units} at {{rate:price}}{{limited:when , limited to {{owed:money}}}}"
        )
        item = line(
            period, self.name, "damages", -owed, words,
            channel=self.channel, quantity=units, rate=rate, limited=reckoned > owed, owed=owed,
        )  # fmt: skip
        return (item,), memory

    @property
    def _units(self) -> str:
        name = METERS[self.meter].name
        return f"{self.per}s of {name}" if self.per else name

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        one = f"{self.per} of {METERS[self.meter].name}" if self.per else METERS[self.meter].one
        text = f"The vendor owes {price(self.rate)} in damages for each {one} ({self.channel})"
        if self.free is not None:
            text += f" beyond {plain(self.free.per)} for each {METERS[self.free.meter].one}"
        text += "" if self.at_most is None else f", at most {self.at_most.wording()}"
        text += "." + said_less(self.less).replace("Not payable", "Not counted")
        return text + (
            f" Nothing is owed for a month with {alternatives(self.exclusions)}." if self.exclusions else ""
        )
