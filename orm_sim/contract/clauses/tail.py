"""Tail: clauses that go on for some months after the contract has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from orm_sim.contract.clause import Clause, settle_all
from orm_sim.contract.period import LineItem, Memory, Period
from orm_sim.contract.wording import months_long, plain
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Many

if TYPE_CHECKING:
    from orm_sim.contract.clauses import AnyClause


class Tail(Clause):
    """Income that outlives the contract: commission on what the vendor's work still brings in after expiry."""

    clause: Literal["tail"] = "tail"
    """Clauses that outlive the contract."""
    months: int = required(unit="months", ge=1)
    """Months after the end of the contract in which the clauses inside go on."""
    multiple: float | None = optional(unit="multiple", ge=0.0)
    """What their amounts are multiplied by in these months; where not given, they stay as they are."""
    of: Many[AnyClause]
    """The clauses that go on; during the contract they hold as they stand."""

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return "tail of " + ", ".join(clause.name for clause in self.of)

    @property
    def factor(self) -> float:
        """What amounts are multiplied by after the end."""
        return 1.0 if self.multiple is None else self.multiple

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The clauses inside: as they stand, then at the multiple, then only what runs off.

        Notes
        -----
        The memory counts the months since the end ("after"), whatever ended the contract, its term or a
        notice. A contract that has never been in force has no tail.
        """
        if period.in_force:
            items, inner = settle_all(self.of, period, Memory({}, memory.inner))
            return items, Memory({"after": np.asarray(0.0)}, inner.inner)
        after = int(memory.values.get("after", np.asarray(self.months))) + 1
        runs = after <= self.months
        last = period.month + self.months - after + 1
        part = period._replace(
            in_force=runs, closed=not runs, term_months=last if runs else period.term_months
        )
        items, inner = settle_all(self.of, part, Memory({}, memory.inner), scale=self.factor if runs else 1.0)
        return items, Memory({"after": np.asarray(float(min(after, self.months)))}, inner.inner)

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        rate = "" if self.multiple is None else f", at {plain(self.multiple)} times their amounts"
        return f"The clauses below go on for {months_long(self.months)} after the end of the contract{rate}."
