"""CarryForward: what clauses come to beyond a bound is owed in later months, and nothing is lost on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from orm_sim.contract.bound import Bound
from orm_sim.contract.clause import Clause, settle_all
from orm_sim.contract.period import Array, LineItem, Memory, Period, line, total
from orm_sim.core.terms import Many

if TYPE_CHECKING:
    from orm_sim.contract.clauses import AnyClause

_ZERO = np.asarray(0.0)


class CarryForward(Clause):
    """The clauses inside come to at most so much a month, whichever side owes it; the excess waits for later months."""

    clause: Literal["carry_forward"] = "carry_forward"
    """A carry-forward."""
    at_most: Bound
    """The most that is owed by either side for one month."""
    at_end: Literal["due", "lapses"] = "due"
    """What becomes of the rest in the last month: it falls due at once, or it lapses."""
    of: Many[AnyClause]
    """The clauses it evens out."""

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return "carry-forward of " + ", ".join(clause.name for clause in self.of)

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The clauses inside, less what is carried to later months, plus what earlier ones carried."""
        items, after = settle_all(self.of, period, memory)
        reckoned = total(items) + memory.values.get("carried", _ZERO)
        last = not period.in_force or period.month >= period.term_months - 1
        if last and self.at_end == "due":
            owed = reckoned
        elif not period.in_force:
            owed = total(items)
        else:
            bound = self.at_most.value(period)
            owed = np.clip(reckoned, -bound, bound)
        left = np.asarray(0.0) if last else reckoned - owed
        item = self._line(period, owed - total(items), reckoned, left)
        return (*items, item), Memory({"carried": left}, after.inner)

    def _line(self, period: Period, amount: Array, reckoned: Array, left: Array) -> LineItem:
        words = "{reckoned:money} with what was carried here, of which {left:money} is carried on"
        return line(
            period,
            self.name,
            "carried",
            amount,
            words,
            channel=self.at_most.channel or "",
            quantity=reckoned,
            reckoned=reckoned,
            left=left,
        )

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        end = "falls due in the last month" if self.at_end == "due" else "lapses with the last month"
        return (
            f"For one month the clauses below come to at most {self.at_most.wording()}, whichever side owes it; what"
            f" exceeds that is carried to the months after, and {end}."
        )
