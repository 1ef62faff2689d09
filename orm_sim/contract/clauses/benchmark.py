"""Benchmark: prices that are compared with the market's, or with another client's, and reset where they lie apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from orm_sim.contract.clause import Clause, settle_all
from orm_sim.contract.clauses.indexed import INDEX
from orm_sim.contract.period import LineItem, Memory, Period
from orm_sim.contract.wording import price, share
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Many, Rule

if TYPE_CHECKING:
    from orm_sim.contract.clauses import AnyClause

_ONE = np.asarray(1.0)
_QUARTILES = {1: "the lowest quarter", 2: "the lower half", 3: "the lower three quarters"}


def _edge_of_nothing(reset: str, dead_band: float | None) -> str | None:
    if reset == "edge" and dead_band is None:
        return (
            "resets to the edge of a band that is not there: give `dead_band`, or reset to the market's price"
        )
    return None


class Benchmark(Clause):
    """The clauses inside are compared with a price of the market, and reset where they lie too far from it.

    Compared every month without a band, with the best price that the vendor gives anyone, it is a
    most-favoured-customer clause. An indexation around it moves the price that is compared.
    """

    clause: Literal["benchmark"] = "benchmark"
    """A benchmark."""
    index: str
    """The name under which a history gives the price that is compared with: `index.market_price`."""
    price: float = required(unit="$", gt=0.0)
    """The price of the contract in the unit of that index, as signed."""
    every_months: int = required(unit="months", ge=1)
    """How often it is compared, first when so many months are over."""
    quartile: Literal[1, 2, 3] | None = None
    """Which quartile of comparable prices the index is to be, 1 the lowest; where not given, it is one price."""
    dead_band: float | None = optional(unit="share", gt=0.0, lt=1.0)
    """How far the price may lie from the market's, as a share of it, without being reset; where not given, no way."""
    reset: Literal["market", "edge"] = "market"
    """What a price beyond the band is reset to: that of the market, or the edge of the band."""
    rises: bool = False
    """Whether a price below the market's is reset too."""
    at_most: float | None = optional(unit="share", gt=0.0, le=1.0)
    """The most that a price changes at one comparison; where not given, there is no limit."""
    of: Many[AnyClause]
    """The clauses whose amounts are reset."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("reset", "dead_band"), _edge_of_nothing),)

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return "benchmark of " + ", ".join(clause.name for clause in self.of)

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The clauses inside, their amounts multiplied by the factor reached so far."""
        factor = memory.values.get("factor", _ONE)
        if period.month > 0 and period.month % self.every_months == 0 and period.in_force:
            own = self.price * period.scale * factor
            market = period.meter(INDEX, self.index)
            band = market * (self.dead_band or 0.0)
            above, below = own > market + band, (own < market - band) & self.rises
            offset = band if self.reset == "edge" else 0.0
            goal = np.where(above, market + offset, np.where(below, market - offset, own))
            most = np.inf if self.at_most is None else self.at_most
            factor = np.asarray(factor * (1.0 + np.clip(goal / own - 1.0, -most, most)))
        items, after = settle_all(self.of, period, memory, scale=factor)
        return items, Memory({"factor": factor}, after.inner)

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        often = "month" if self.every_months == 1 else f"{self.every_months} months"
        market = f"the index '{self.index}'"
        if self.quartile is not None:
            market += f" (the price that bounds {_QUARTILES[self.quartile]} of comparable prices)"
        sides = "is not the same" if self.rises else "is above it"
        if self.dead_band is not None:
            sides = f"lies more than {share(self.dead_band)} {'away from' if self.rises else 'above'} it"
        goal = "to the edge of that band" if self.reset == "edge" else "to it"
        limit = "" if self.at_most is None else f", by at most {share(self.at_most)} at a time"
        return (
            f"Every {often} the price, {price(self.price)} as signed, is compared with {market}; where it {sides},"
            f" the amounts below change so that it moves {goal}{limit}."
        )
