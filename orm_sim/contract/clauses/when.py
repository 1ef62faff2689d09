"""When: clauses that are owed only in the months in which a condition holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from orm_sim.contract.clause import Clause, settle_all, walk
from orm_sim.contract.condition import Condition
from orm_sim.contract.period import Array, Billed, Flags, LineItem, Memory, Period
from orm_sim.core.terms import Many

if TYPE_CHECKING:
    from orm_sim.contract.clauses import AnyClause


class When(Clause):
    """Clauses whose amounts are owed where a condition holds, and 0 where it does not."""

    clause: Literal["when"] = "when"
    """A condition."""
    if_: Condition = Field(alias="if")
    """What must hold in the month."""
    of: Many[AnyClause]
    """The clauses that depend on it."""

    @property
    def cites(self) -> tuple[tuple[str, str], ...]:
        """The labels of other clauses it speaks of, each with the field that does."""
        return tuple(("if", label) for label in self.if_.cites)

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return "conditional " + ", ".join(clause.name for clause in self.of)

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The clauses inside, where the condition holds.

        Notes
        -----
        The clauses inside are reckoned in every month, also where nothing is owed: balances and windows go on. The
        condition is asked after them, so that it may cite a credit among them.
        """
        items, after = settle_all(self.of, period, memory)
        holds, kept = self.if_.holds(period, memory.values)
        for _, clause in walk(self.of):
            items_of = period.billed[clause.name].items
            period.billed[clause.name] = Billed(tuple(self._counted(item, holds) for item in items_of))
        return tuple(self._owed(item, holds) for item in items), Memory(kept, after.inner)

    def _counted(self, item: LineItem, holds: Flags) -> LineItem:
        """A line as clauses that cite it see it: its fees count where the condition holds."""
        owed = self._owed(item, holds)
        if "fees" not in owed.parts:
            return owed
        return owed._replace(parts={**owed.parts, "fees": _where(holds, owed.parts["fees"], "fees")})

    def _owed(self, item: LineItem, holds: Flags) -> LineItem:
        """A line, its amount 0 where the condition does not hold."""
        depth = sum(name.startswith("idle_if") for name in item.parts)
        idle, words = f"idle{depth}", f"idle_if{depth}"
        parts = {**item.parts, idle: ~holds, words: self.if_.wording()}
        if "missed" in parts:
            parts["missed"] = _where(holds, parts["missed"], "missed")
        template = f"{item.words}{{{idle}:when ; owed only if {{{words}}}, which is not so}}"
        return item._replace(amount=np.where(holds, item.amount, 0.0), template=template, parts=parts)

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        return f"The clauses below are owed only for a month in which {self.if_.wording()}:"


def _where(holds: Flags, value: Array, name: str) -> Array:
    """A result that counts where the condition holds."""
    return np.where(holds, value, np.nan if name == "missed" else 0.0)
