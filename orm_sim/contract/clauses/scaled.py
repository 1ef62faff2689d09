"""Scaled: clauses whose money amounts are all multiplied by one number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from orm_sim.contract.clause import Clause, settle_all
from orm_sim.contract.period import LineItem, Memory, Period
from orm_sim.contract.wording import plain
from orm_sim.core.evidence import required
from orm_sim.core.terms import Many

if TYPE_CHECKING:
    from orm_sim.contract.clauses import AnyClause


class Scaled(Clause):
    """Every price and sum of the clauses inside, times one number (a discount, a mark-up, a lowered share)."""

    clause: Literal["scale"] = "scale"
    """Amounts multiplied."""
    by: float = required(unit="multiple", ge=0.0)
    """The number that amounts are multiplied by: 0.95 takes 5 % off; 1 changes nothing."""
    of: Many[AnyClause]
    """The clauses whose amounts are multiplied."""

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return f"{plain(self.by)} times " + ", ".join(clause.name for clause in self.of)

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The clauses inside, at the multiplied amounts."""
        return settle_all(self.of, period, memory, scale=self.by)

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        return f"The amounts below are multiplied by {plain(self.by)}."
