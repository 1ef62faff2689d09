"""All: clauses taken together under one label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from orm_sim.contract.clause import Clause, settle_all
from orm_sim.contract.period import LineItem, Memory, Period
from orm_sim.core.terms import Many

if TYPE_CHECKING:
    from orm_sim.contract.clauses import AnyClause


class All(Clause):
    """Clauses that hold together, so that others can cite them by one label."""

    clause: Literal["all"] = "all"
    """Several clauses."""
    of: Many[AnyClause]
    """The clauses."""

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return "all of: " + ", ".join(clause.name for clause in self.of)

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The clauses inside."""
        return settle_all(self.of, period, memory)

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        return f"Together called '{self.name}':" if self.label else "Together:"
