"""PerUnit: a price for each unit that a meter counts, with a ceiling on the handle time that is payable."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from orm_sim.contract.clause import SECONDS, Channel, Clause, Rate, TimeUnit, priced
from orm_sim.contract.period import Array, LineItem, Memory, Period, line
from orm_sim.contract.wording import number, price, share
from orm_sim.core.evidence import required
from orm_sim.core.terms import Rule, Term
from orm_sim.kpi import METERS, MeterId

_CONTACTS_OF = {"payable_handled_s": "payable_contacts", "handled_s": "answered"}
"""The contacts whose handle time each meter of handled time adds up."""


class AhtCap(Term):
    """The longest average handle time that is payable."""

    baseline_s: float = required(unit="s", gt=0.0)
    """Average handle time the parties agreed on, in seconds of talk + hold + wrap."""
    share: float = required(unit="share", gt=0.0)
    """What share of the baseline is payable at most: 1.05 is 105 %."""


def _unit_of_time(meter: str, per: str | None) -> str | None:
    if per is not None and METERS[meter].unit != "s":
        return f"a price per {per} needs a meter of time in seconds; '{meter}' counts {METERS[meter].name}"
    return None


def _cap_needs_handle_time(aht_cap: AhtCap | None, meter: str) -> str | None:
    if aht_cap is not None and meter not in _CONTACTS_OF:
        return f"caps handle time, which needs the meter {' or '.join(_CONTACTS_OF)}, not '{meter}'"
    return None


class PerUnit(Clause):
    """A price for each unit of a meter."""

    clause: Literal["per_unit"] = "per_unit"
    """A price per unit."""
    channel: Channel
    """The channel whose meter is read."""
    meter: MeterId
    """The counter of the KPI dictionary that is paid for."""
    rate: Rate = required(unit="$")
    """Price of one unit of the meter, or of one `per`."""
    per: TimeUnit | None = None
    """For meters in seconds: the unit of time the rate is for."""
    share: Annotated[float, Field(gt=0.0)] | None = None
    """The share of the rate that is paid, where the rate is an agreed cost: 0.7 pays 70 % of it."""
    aht_cap: AhtCap | None = None
    """Ceiling on the average handle time that is payable."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("per", "meter"), lambda per, meter: _unit_of_time(meter, per)),
        Rule(("aht_cap", "meter"), _cap_needs_handle_time),
    )

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return f"{self.channel} {METERS[self.meter].name}"

    def _payable(self, period: Period) -> Array:
        counted = period.meter(self.channel, self.meter)
        if self.aht_cap is None:
            return counted
        contacts = period.meter(self.channel, _CONTACTS_OF[self.meter])
        return np.minimum(counted, contacts * (self.aht_cap.baseline_s * self.aht_cap.share))

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """Units times rate."""
        counted = period.meter(self.channel, self.meter)
        seconds = SECONDS[self.per] if self.per else 1.0
        payable = self._payable(period) / seconds
        paid = 1.0 if self.share is None else self.share
        rate = priced(self.rate) * paid * period.scale
        words = f"{{quantity:number}} {self._units} at {{rate:price}}"
        if self.aht_cap is not None:
            words += "{unpaid:when  ({unpaid:number} more are above the payable handle time)}"
        item = line(
            period,
            self.name,
            "fee",
            payable * rate,
            words,
            channel=self.channel,
            quantity=payable,
            rate=rate,
            unpaid=counted / seconds - payable,
        )
        return (item,), memory

    @property
    def _units(self) -> str:
        name = METERS[self.meter].name
        return f"{self.per}s of {name}" if self.per else name

    @property
    def _unit(self) -> str:
        return f"{self.per} of {METERS[self.meter].name}" if self.per else METERS[self.meter].one

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        rate = "a price that is solved" if isinstance(self.rate, str) else price(self.rate)
        paid = rate if self.share is None else f"{share(self.share)} of the agreed {rate}"
        text = f"The client pays {paid} for each {self._unit} ({self.channel})."
        if self.aht_cap is not None:
            cap = self.aht_cap
            text += (
                f" Handle time is payable up to {share(cap.share)} of the agreed {number(cap.baseline_s)} s"
                " on the average of the month."
            )
        return text
