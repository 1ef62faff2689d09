"""PerUnit: a price for each unit that a meter counts, with a ceiling on the handle time that is payable."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from orm_sim.contract.clause import SECONDS, Channel, Clause, Rate, TimeUnit, priced
from orm_sim.contract.clauses.tiered import unit_of_time
from orm_sim.contract.payable import Limit, less_of_another_unit, net_of, said_less
from orm_sim.contract.period import Array, LineItem, Memory, Period, line_of_units
from orm_sim.contract.wording import number, price, share
from orm_sim.core.evidence import required
from orm_sim.core.terms import Many, Rule, Term
from orm_sim.kpi import METERS, MeterId

_CONTACTS_OF = {"payable_handled_s": "payable_contacts", "handled_s": "answered"}
"""The contacts whose handle time each meter of handled time adds up."""


class AhtCap(Term):
    """The longest average handle time that is payable."""

    baseline_s: float = required(unit="s", gt=0.0)
    """Average handle time the parties agreed on, in seconds of talk + hold + wrap."""
    share: float = required(unit="share", gt=0.0)
    """What share of the baseline is payable at most: 1.05 is 105 %."""


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
    less: Many[MeterId] = ()
    """Counters of the same unit whose units are not payable (repeat_contacts_vendor)."""
    limit: Limit | None = None
    """The most units that are payable, by another meter: full-time equivalents by productive hours."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("per", "meter"), unit_of_time),
        Rule(("meter", "less"), less_of_another_unit),
        Rule(("aht_cap", "meter"), _cap_needs_handle_time),
    )

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return f"{self.channel} {METERS[self.meter].name}"

    def _payable(self, period: Period) -> Array:
        payable = net_of(period, self.channel, self.meter, self.less)
        if self.limit is not None:
            payable = np.minimum(payable, self.limit.value(period, self.channel))
        if self.aht_cap is None:
            return payable
        contacts = period.meter(self.channel, _CONTACTS_OF[self.meter])
        return np.minimum(payable, contacts * (self.aht_cap.baseline_s * self.aht_cap.share))

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """Units times rate; of a month after the term, none.

        Notes
        -----
        In the month in which a contract ends early (an insolvency), the units metered were worked before its last
        day, and are paid.
        """
        payable = self._in_units(self._payable(period))
        if period.after_term:
            payable = np.zeros_like(payable)
        paid = 1.0 if self.share is None else self.share
        rate = priced(self.rate) * paid * period.scale
        left: dict[str, Array] = {}
        if self._limited:
            left["unpaid"] = self._in_units(period.meter(self.channel, self.meter)) - payable
        words, channel = self._words, self.channel
        return (
            line_of_units(period, self.name, "fee", payable, rate, words, channel=channel, **left),
        ), memory

    @property
    def _limited(self) -> bool:
        return self.aht_cap is not None or bool(self.less) or self.limit is not None

    def _words(self) -> str:
        """The template of the sentence that explains a line."""
        words = f"{{quantity:number}} {self._units} at {{rate:price}}"
        return words + f"{{unpaid:when  ({{unpaid:number}} more {self._unpaid})}}" if self._limited else words

    def _in_units(self, counted: Array) -> Array:
        """A meter in the unit of time of the rate, where it has one."""
        return counted if self.per is None else np.asarray(counted / SECONDS[self.per])

    @property
    def _unpaid(self) -> str:
        if self.aht_cap is not None and not self.less and self.limit is None:
            return "are above the payable handle time"
        return "are not payable"

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
        text += said_less(self.less)
        return text if self.limit is None else f"{text} {self.limit.wording(METERS[self.meter].name)}"
