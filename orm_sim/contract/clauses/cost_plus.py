"""CostPlus: the vendor's cost in its open book, with a mark-up or a fee, reimbursed up to a cap."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from orm_sim.contract.bound import Bound
from orm_sim.contract.clause import Channel, Clause
from orm_sim.contract.payable import less_of_another_unit, net_of, said_less
from orm_sim.contract.period import LineItem, Memory, Period, line
from orm_sim.contract.wording import price, share
from orm_sim.core.evidence import optional
from orm_sim.core.terms import Many, Rule
from orm_sim.kpi import METERS, MeterId


def _one_of_two(markup: float | None, fee: float | None) -> str | None:
    if (markup is None) == (fee is None):
        return "needs either `markup` (a share of the cost) or `fee` (money a month), and not both"
    return None


def _share_without_cap(over_cap_share: float | None, cap: Bound | None) -> str | None:
    if cap is None and over_cap_share is not None:
        return "gives the client a share of cost above a cap, but no `cap`"
    return None


def not_money(meter: str) -> str | None:
    """The sentence that refuses to reimburse what is not counted in money."""
    if METERS[meter].unit != "money":
        return f"needs a meter of money (vendor_cost, passed_through_cost); '{meter}' counts {METERS[meter].name}"
    return None


class CostPlus(Clause):
    """What the service costs the vendor, and what it earns on top."""

    clause: Literal["cost_plus"] = "cost_plus"
    """Cost with a mark-up or a fee."""
    channel: Channel | None = None
    """The channel whose cost is reimbursed; where not given, that of all channels."""
    meter: MeterId = "vendor_cost"
    """The counter of cost, in money."""
    less: Many[MeterId] = ()
    """Counters of cost that is not reimbursed (vendor_training_cost)."""
    markup: Annotated[float, Field(ge=0.0)] | None = None
    """What is added, as a share of the cost that is reimbursed."""
    fee: Annotated[float, Field(ge=0.0)] | None = None
    """What is added, in money a month of the contract, whatever the cost."""
    cap: Bound | None = None
    """The most cost that is reimbursed in full, before mark-up or fee."""
    over_cap_share: float | None = optional(unit="share", gt=0.0, le=1.0)
    """The share of cost above the cap that the client bears, without mark-up; where not given, none of it."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("markup", "fee"), _one_of_two),
        Rule(("over_cap_share", "cap"), _share_without_cap),
        Rule(("meter",), not_money),
        Rule(("meter", "less"), less_of_another_unit),
    )

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return " ".join(filter(None, (self.channel, "cost plus")))

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """Cost up to the cap with its mark-up, or with the fee; of cost above it the client's share."""
        cost = np.asarray(net_of(period, self.channel, self.meter, self.less) * period.scale)
        cap = np.asarray(np.inf) if self.cap is None else self.cap.value(period)
        within = np.minimum(cost, cap)
        over = (cost - within) * (self.over_cap_share or 0.0)
        extra = (
            within * (self.markup or 0.0)
            if self.fee is None
            else np.asarray(self.fee * period.scale * period.in_force)
        )
        words = f"cost of {{cost:money}}, of which {{within:money}} is reimbursed, plus {{extra:money}} {self._extra}"
        if self.cap is not None:
            words += f"{{over:when  and {share(self.over_cap_share or 0.0)} of what exceeds the cap of {{cap:money}}}}"
        item = line(
            period, self.name, "fee", within + extra + over, words,
            channel=self.channel or "", quantity=cost, cost=cost, within=within, extra=extra,
            over=cost > within, cap=cap,
        )  # fmt: skip
        return (item,), memory

    @property
    def _extra(self) -> str:
        return f"({share(self.markup)})" if self.markup is not None else "fee"

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        extra = (
            f"plus {share(self.markup)}"
            if self.markup is not None
            else f"plus {price(self.fee or 0.0)} a month"
        )
        text = f"The client pays {METERS[self.meter].name} ({self.channel or 'all channels'}) {extra}."
        text += said_less(self.less)
        if self.cap is not None:
            above = (
                f"the client bears {share(self.over_cap_share)} of what exceeds that"
                if self.over_cap_share
                else "the vendor bears what exceeds that"
            )
            text += f" Cost is reimbursed up to {self.cap.wording()}; {above}."
        return text
