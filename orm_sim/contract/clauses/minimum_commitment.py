"""MinimumCommitment: the client pays for at least a share of the forecast, trued up at each window's end."""

from __future__ import annotations

from typing import Literal

import numpy as np

from orm_sim.contract.clause import Channel, Clause, Window
from orm_sim.contract.period import LineItem, Memory, Period, line
from orm_sim.contract.wording import number, share
from orm_sim.core.evidence import required
from orm_sim.kpi import METERS, MeterId

_ZERO = np.asarray(0.0)


class MinimumCommitment(Clause):
    """What a window's volume lacks to a share of its forecast is paid at the rate of another clause."""

    clause: Literal["minimum_commitment"] = "minimum_commitment"
    """A minimum commitment."""
    channel: Channel
    """The channel whose volume is committed."""
    meter: MeterId = "offered"
    """The counter of the volume."""
    forecast: MeterId = "forecast_offered"
    """The counter of the forecast."""
    share: float = required(unit="share", ge=0.0)
    """The share of the forecast that is committed."""
    window: Window = "quarter"
    """The stretch over which volume and forecast are compared."""
    fee: str
    """The label of the clause whose rate the shortfall is paid at."""
    units_per_contact: float = required(unit="units of the fee per unit of volume", gt=0.0)
    """How many units of that fee one unit of the shortfall stands for (agreed minutes per contact)."""

    @property
    def cites(self) -> tuple[tuple[str, str], ...]:
        """The labels of other clauses it speaks of, each with the field that does."""
        return (("fee", self.fee),)

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return f"{self.channel} minimum commitment"

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The true-up, in the period in which a window ends.

        Raises
        ------
        ValueError
            When the clause it cites has no single rate.
        """
        if not period.in_force:
            return (), memory
        volume = period.meter(self.channel, self.meter) + memory.values.get("volume", _ZERO)
        forecast = period.meter(self.channel, self.forecast) + memory.values.get("forecast", _ZERO)
        if not period.ends(self.window):
            return (), Memory({"volume": volume, "forecast": forecast})
        rate = period.billed[self.fee].rate
        if rate is None:
            raise ValueError(f"{period.path}: '{self.fee}' has no single rate to pay a shortfall at")
        shortfall = np.maximum(forecast * self.share - volume, 0.0)
        item = line(
            period,
            self.name,
            "true_up",
            shortfall * self.units_per_contact * rate,
            f"{{quantity:number}} {METERS[self.meter].name} short of {share(self.share)} of the forecast of"
            f" {{forecast:number}}, each as {number(self.units_per_contact)} units at {{rate:price}}",
            channel=self.channel,
            quantity=shortfall,
            rate=rate,
            forecast=forecast,
        )
        return (item,), Memory()

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        return (
            f"The client commits to {share(self.share)} of the forecast ({self.channel}, {METERS[self.meter].name});"
            f" at the end of each {self.window} it pays for what the volume lacks, each as"
            f" {number(self.units_per_contact)} units under '{self.fee}'."
        )
