"""Floor: a guarantee that clauses together come to at least so much a month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from orm_sim.contract.bound import Bound
from orm_sim.contract.clause import Clause, settle_all
from orm_sim.contract.period import Array, LineItem, Memory, Period, earned, line
from orm_sim.core.elementwise import alike, topped_up
from orm_sim.core.terms import Many

if TYPE_CHECKING:
    from orm_sim.contract.clauses import AnyClause

_ZERO = np.asarray(0.0)


class Floor(Clause):
    """A guarantee: what the clauses inside lack to the floor is topped up."""

    clause: Literal["floor"] = "floor"
    """A guaranteed minimum."""
    at: Bound
    """The amount that is guaranteed."""
    recoverable: bool = False
    """Whether top-ups are paid back out of what later months earn above the floor."""
    of: Many[AnyClause]
    """The clauses it guarantees."""

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return " ".join(filter(None, (self.at.channel, "guarantee")))

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The clauses inside, and what they lack to the floor."""
        items, after = settle_all(self.of, period, memory)
        floor = self.at.value(period) * (not period.after_term)
        owed = memory.values.get("owed", _ZERO)
        lacking, back = _settled(earned(items), floor, owed)
        channel = self.at.channel or ""
        top_up = line(
            period,
            self.name,
            "guarantee",
            lacking,
            "{floor:money} guaranteed, of which the clauses under it lack the rest",
            channel=channel,
            floor=floor,
        )
        if not self.recoverable:
            return (*items, top_up), Memory({}, after.inner)
        recovered = line(
            period,
            self.name,
            "guarantee_recovered",
            back,
            "earlier top-ups paid back, of {owed:money}",
            channel=channel,
            owed=owed,
        )
        left = owed + top_up.amount + recovered.amount
        return (*items, top_up, recovered), Memory({"owed": left}, after.inner)

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        back = (
            "is paid back out of what later months earn above it"
            if self.recoverable
            else "is not recoverable"
        )
        return f"The clauses below come to at least {self.at.wording()}: the client tops them up; the top-up {back}."


def _settled(owing: Array, floor: Array, owed: Array) -> tuple[Array, Array]:
    """What is topped up, and what of earlier top-ups is paid back (negative)."""
    if alike(owing, floor, owed):
        top_up, back = np.empty(owing.size), np.empty(owing.size)
        topped_up(owing, floor, owed, top_up, back)
        return top_up, back
    above = owing - floor
    return np.maximum(-above, 0.0), -np.minimum(owed, np.maximum(above, 0.0))
