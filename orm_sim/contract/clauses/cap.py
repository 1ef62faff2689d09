"""Cap: a ceiling on what clauses together come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from orm_sim.contract.bound import Bound
from orm_sim.contract.clause import Clause, settle_all
from orm_sim.contract.period import LineItem, Memory, Period, earned, line
from orm_sim.core.terms import Many

if TYPE_CHECKING:
    from orm_sim.contract.clauses import AnyClause


class Cap(Clause):
    """A ceiling: what the clauses inside come to above it is not owed."""

    clause: Literal["cap"] = "cap"
    """A ceiling."""
    at: Bound
    """The most the clauses may come to."""
    of: Many[AnyClause]
    """The clauses it limits."""

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return " ".join(filter(None, (self.at.channel, "cap")))

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The clauses inside, less what they come to above the cap."""
        items, after = settle_all(self.of, period, memory)
        cap = self.at.value(period)
        cut = line(
            period,
            self.name,
            "cap",
            -np.maximum(earned(items) - cap, 0.0),
            "capped at {cap:money}",
            channel=self.at.channel or "",
            cap=cap,
        )
        return (*items, cut), after

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        return f"The clauses below come to at most {self.at.wording()}."
