"""Ending: help after the end, people who change sides, and the data's way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from orm_sim.contract.duties.duty import Duties, as_paid
from orm_sim.contract.life_terms import nothing_said
from orm_sim.contract.wording import months_long, share
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Rule, Term


class Assistance(Term):
    """The vendor helps whoever takes over."""

    months: int = required(unit="months", ge=1)
    """For so many months after the end."""
    paid_as: str | None = None
    """The label of the clause that pays for it; where not given, it is included."""


class Rebadging(Term):
    """People of the vendor whom the client, or whoever takes over, may employ."""

    share: float = required(unit="share", gt=0.0, le=1.0)
    """The share of the agents to whom an offer may be made."""
    terms_kept_months: int | None = optional(unit="months", ge=1)
    """Months for which their terms of employment are kept."""
    paid_as: str | None = None
    """The label of the clause that pays for it."""


class Ending(Duties):
    """What the sides owe each other when the contract ends, however it ends; sums are clauses."""

    assistance: Assistance | None = None
    """Help after the end."""
    rebadging: Rebadging | None = None
    """People who change sides."""
    data_return_days: int | None = optional(unit="days", ge=0)
    """Days after the end within which the vendor gives back the client's data."""
    data_deleted_days: int | None = optional(unit="days", ge=0)
    """Days after the end within which it deletes its copies, and says so."""
    plan_every_months: int | None = optional(unit="months", ge=1)
    """How often the plan for the end is brought up to date."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            ("assistance", "rebadging", "data_return_days", "data_deleted_days", "plan_every_months"),
            nothing_said,
        ),
    )

    def wording(self) -> Iterator[str]:
        """What is agreed, a sentence each."""
        if self.assistance is not None:
            months, paid = months_long(self.assistance.months), self.assistance.paid_as
            free = " at no extra price" if paid is None else as_paid(paid)
            yield f"For {months} after the end the vendor helps whoever takes over{free}"
        if self.rebadging is not None:
            kept = self.rebadging.terms_kept_months
            terms = "" if kept is None else f", on the terms they have for {months_long(kept)}"
            part = share(self.rebadging.share)
            yield f"{part} of the agents may be offered employment{terms}{as_paid(self.rebadging.paid_as)}"
        if self.data_return_days is not None:
            yield f"The vendor gives the client's data back within {self.data_return_days} days of the end"
        if self.data_deleted_days is not None:
            yield f"It deletes its copies within {self.data_deleted_days} days of the end, and says so"
        if self.plan_every_months is not None:
            yield f"The plan for the end is brought up to date every {months_long(self.plan_every_months)}"
