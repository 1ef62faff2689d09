"""PassThrough: what the vendor pays third parties for the client, handed on at cost."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from orm_sim.contract.bound import Bound
from orm_sim.contract.clause import Channel, Clause
from orm_sim.contract.clauses.cost_plus import not_money
from orm_sim.contract.period import LineItem, Memory, Period, line
from orm_sim.contract.wording import share
from orm_sim.core.evidence import optional
from orm_sim.core.terms import Rule
from orm_sim.kpi import METERS, MeterId


class PassThrough(Clause):
    """Cost of third parties (telephony, postage, licences) that the client repays."""

    clause: Literal["pass_through"] = "pass_through"
    """Cost handed on."""
    channel: Channel | None = None
    """The channel whose cost is handed on; where not given, that of all channels."""
    meter: MeterId = "passed_through_cost"
    """The counter of cost, in money."""
    admin_share: float | None = optional(unit="share", gt=0.0)
    """What the vendor adds for handling, as a share of the cost repaid; where not given, nothing."""
    cap: Bound | None = None
    """The most cost that is repaid, before the share for handling."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("meter",), not_money),)

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return " ".join(filter(None, (self.channel, "pass-through")))

    @property
    def _multiple(self) -> float:
        return 1.0 + (self.admin_share or 0.0)

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The cost, up to the cap, and the share for handling."""
        cost = np.asarray(period.metered(self.channel, self.meter) * period.scale)
        repaid = cost if self.cap is None else np.minimum(cost, self.cap.value(period))
        words = f"{METERS[self.meter].name} of {{cost:money}}"
        if self.cap is not None:
            words += "{cut:when , capped at {repaid:money}}"
        if self.admin_share:
            words += f", plus {share(self.admin_share)} for handling"
        item = line(
            period, self.name, "pass_through", repaid * self._multiple, words,
            channel=self.channel or "", quantity=cost, rate=self._multiple,
            cost=cost, repaid=repaid, cut=cost > repaid,
        )  # fmt: skip
        return (item,), memory

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        text = f"The client repays {METERS[self.meter].name} ({self.channel or 'all channels'}) at cost"
        text += f", plus {share(self.admin_share)} for handling" if self.admin_share else ""
        text += "" if self.cap is None else f", up to {self.cap.wording()} of it"
        return text + "."
