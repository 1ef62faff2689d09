"""LiabilityCap: the most that the vendor owes under some clauses in a year or in the term, in months of fees."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from orm_sim.contract.clause import Clause, settle_all
from orm_sim.contract.period import Array, LineItem, Memory, Period, earned, line
from orm_sim.contract.rounding import to_cents
from orm_sim.contract.wording import listing, months_long, price
from orm_sim.core.evidence import optional
from orm_sim.core.terms import Many, Rule

if TYPE_CHECKING:
    from orm_sim.contract.clauses import AnyClause

_ZERO = np.asarray(0.0)


def _one_measure(amount: float | None, months: float | None, fees: tuple[str, ...]) -> str | None:
    if (amount is None) == (months is None):
        return "needs either an `amount` or `months_of_fees`"
    if (months is None) != (not fees):
        return "`months_of_fees` and `fees` belong together"
    return None


class LiabilityCap(Clause):
    """What the vendor owes under the clauses inside, over a year or the term, is at most so much.

    A higher cap for graver losses is a second one around other clauses; what is unlimited stands outside.
    """

    clause: Literal["liability_cap"] = "liability_cap"
    """A cap on liability."""
    amount: float | None = optional(unit="$", gt=0.0)
    """The most, as a sum."""
    months_of_fees: float | None = optional(unit="months", gt=0.0)
    """The most, in months of the fees, on the average of the contract so far, this month included."""
    fees: Many[str] = ()
    """For months_of_fees: the labels of the clauses whose amounts are the fees."""
    window: Literal["year", "term"] = "year"
    """The stretch it holds for: each year of the contract, or all of it."""
    of: Many[AnyClause]
    """The clauses under which the vendor owes."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("amount", "months_of_fees", "fees"), _one_measure),)

    @property
    def cites(self) -> tuple[tuple[str, str], ...]:
        """The labels of other clauses it speaks of, each with the field that does."""
        return tuple(("fees", label) for label in self.fees)

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return "liability for " + ", ".join(clause.name for clause in self.of)

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The clauses inside, and what the vendor would owe beyond the cap.

        Notes
        -----
        The memory keeps what was owed so far ("owed"), the fees and their months.
        """
        items, after = settle_all(self.of, period, memory)
        fees, months = (memory.values.get(name, _ZERO) for name in ("fees", "months"))
        if period.in_force:
            fees = fees + sum((period.billed[label].amount for label in self.fees), _ZERO)
            months = months + 1.0
        begins = self.window == "year" and period.month % 12 == 0
        before = _ZERO if begins else memory.values.get("owed", _ZERO)
        reckoned = np.maximum(-earned(items), 0.0)
        most = self._most(period, fees, months)
        owed = np.minimum(reckoned, np.maximum(most - before, 0.0))
        cut = line(
            period, self.name, "cap", reckoned - owed,
            "{reckoned:money} owed, of which {left:money} is left under the cap of {most:money}",
            quantity=reckoned, reckoned=reckoned, left=np.maximum(most - before, 0.0), most=most,
        )  # fmt: skip
        return (*items, cut), Memory({"owed": before + owed, "fees": fees, "months": months}, after.inner)

    def _most(self, period: Period, fees: Array, months: Array) -> Array:
        if self.amount is not None:
            return to_cents(self.amount * period.scale)
        return to_cents(np.maximum(fees, 0.0) / np.maximum(months, 1.0) * (self.months_of_fees or 0.0))

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        stretch = "a year of the contract" if self.window == "year" else "the whole contract"
        if self.amount is not None:
            most = price(self.amount)
        else:
            months = self.months_of_fees or 0.0
            said = months_long(int(months)) if months == int(months) else f"{months:g} months"
            most = f"{said} of the fees under {listing(self.fees)}, on the average so far"
        return f"Under the clauses below the vendor owes at most {most}, in {stretch}."
