"""Upfront: a sum that one side pays at first and the other gives back: in parts, at the end, or on an early end."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from orm_sim.contract.clause import Clause
from orm_sim.contract.period import Array, LineItem, Memory, Period, line
from orm_sim.contract.rounding import to_cents
from orm_sim.contract.wording import months_long, price
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Rule

_ZERO = np.asarray(0.0)


def _months_of_parts(given_back: str, over_months: int | None) -> str | None:
    if given_back == "at_end" and over_months is not None:
        return "is given back at the end, so not over months: leave `over_months` out"
    if given_back != "at_end" and over_months is None:
        return "needs `over_months`: over how many months is it given back, or written off?"
    return None


def _kept_though_owed(given_back: str, early_end: str) -> str | None:
    if given_back == "early_end" and early_end == "kept":
        return "would never be given back: an early end is the only reason for it, and then it is kept"
    return None


class Upfront(Clause):
    """An advance, a deposit, or a payment for the contract itself, which runs off as the months go by."""

    clause: Literal["upfront"] = "upfront"
    """A sum paid upfront."""
    amount: float = required(unit="$", gt=0.0)
    """The sum."""
    payer: Literal["client", "vendor"] = "client"
    """Who pays it; the other side gives it back."""
    in_month: int = required(unit="months", ge=1)
    """The month of the contract, counted from 1, in which it is paid."""
    given_back: Literal["in_parts", "at_end", "early_end"] = "in_parts"
    """In equal monthly parts from the month after on (an advance); whole with the last month (a deposit); or only what
    is not yet written off, where the contract ends early (a payment for the contract)."""
    over_months: int | None = optional(unit="months", ge=1)
    """The months over which it is given back or written off; what is left in the last month of the term is due then."""
    early_end: Literal["returned", "kept"] = "returned"
    """What becomes of the rest where the contract ends before its term."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("given_back", "over_months"), _months_of_parts),
        Rule(("given_back", "early_end"), _kept_though_owed),
    )

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return f"payment upfront by the {self.payer}"

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The sum in its month, and afterwards what is given back of it.

        Notes
        -----
        The memory keeps what is left of it ("left"), the equal part, and the months since.
        """
        side = 1.0 if self.payer == "client" else -1.0
        if not memory.values:
            if not period.in_force or period.month + 1 != self.in_month:
                return (), memory
            paid = line(period, self.name, "advance", self.amount * side * period.scale, "paid upfront")
            whole = paid.amount * side
            part = to_cents(whole / (self.over_months or 1))
            return (paid,), Memory({"left": whole, "part": part, "months": _ZERO})
        left, months = memory.values["left"], memory.values["months"] + 1.0
        written = self._run_off(period, left, memory.values["part"], float(months))
        after = Memory({**memory.values, "left": to_cents(left - written), "months": months})
        kept = self.given_back == "early_end" if period.in_force else self.early_end == "kept"
        returned = np.zeros_like(written) if kept else written
        if not np.any(returned):
            return (), after
        words = "of {left:money} that was left of it"
        item = line(period, self.name, "advance_returned", -returned * side, words, left=left)
        return (item,), after

    def _run_off(self, period: Period, left: Array, part: Array, months: float) -> Array:
        """What is given back or written off in a month; all that is left with the last one."""
        last = not period.in_force or period.month >= period.term_months - 1
        if last or (self.over_months is not None and months >= self.over_months):
            return left
        return np.zeros_like(left) if self.given_back == "at_end" else np.minimum(part, left)

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        other = "vendor" if self.payer == "client" else "client"
        text = (
            f"The {self.payer} pays {price(self.amount)} upfront in month {self.in_month} of the contract. "
        )
        rest = "Where the contract ends early, the rest is " + (
            "due at once." if self.early_end == "returned" else "kept."
        )
        if self.given_back == "at_end":
            return text + f"The {other} gives it back with the last month. {rest}"
        over = f"in equal parts over {months_long(self.over_months or 1)}"
        if self.given_back == "early_end":
            return (
                text + f"It is written off {over}; where the contract ends early, the {other} owes the rest."
            )
        return text + f"The {other} gives it back {over}, what is left with the last month. {rest}"
