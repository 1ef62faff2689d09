"""A small contract language for the tests of core: every way of nesting that the real one has."""

import datetime
from typing import Annotated, Literal

from pydantic import Field

from orm_sim.core.evidence import optional, quantity, required
from orm_sim.core.terms import Many, Rule, Term


class Tier(Term):
    """A step of a scale."""

    rate: float = required(unit="$/contact", ge=0)
    """Price of a contact in this step."""
    up_to: float | None = optional(unit="contacts", gt=0)
    """Where the step ends."""


class PerUnit(Term):
    """So much for each unit."""

    clause: Literal["per_unit"]
    """The kind."""
    meter: str
    """What is counted."""
    rate: float | Literal["solve"] = required(unit="$/contact", ge=0)
    """Price of one."""


class Tiered(Term):
    """A scale."""

    clause: Literal["tiered"]
    """The kind."""
    tiers: Many[Tier]
    """The steps, from below."""


class Cap(Term):
    """A clause that pays no more than so much."""

    rules = (
        Rule(("low", "high"), lambda low, high: None if low <= high else "the floor is above the cap"),
        Rule(("of",), lambda of: "a cap on a cap says the same thing twice" if isinstance(of, Cap) else None),
    )

    clause: Literal["cap"]
    """The kind."""
    of: "Clause"
    """What is capped."""
    low: float = quantity(0.0, unit="$", source="design_choice", grade="D", low=0, high=1, ge=0)
    """The floor."""
    high: float = required(unit="$", ge=0)
    """The cap."""


Clause = Annotated[PerUnit | Tiered | Cap, Field(discriminator="clause")]
Cap.model_rebuild()


class Payment(Term):
    """When the client pays."""

    rules = (
        Rule(
            ("net_days", "discount_days"),
            lambda net, early: (
                None if early <= net else f"the discount ends on day {early}, after payment is due"
            ),
        ),
    )

    net_days: int = quantity(45, unit="days", source="startek_filing_terms", grade="A", low=30, high=90, ge=0)
    """Days from invoice to payment."""
    discount_days: int = quantity(0, unit="days", source="design_choice", grade="D", low=0, high=30, ge=0)
    """Days within which an early payment is rewarded."""


class Busyness(Term):
    """How days differ."""

    cv: float = quantity(0.2, unit="ratio", source="anonymous_bank_1999", grade="A", low=0.1, high=0.4, ge=0)
    """Coefficient of variation of the day's factor."""


class Contract(Term):
    """A contract."""

    rules = (
        Rule(
            ("term_months", "notice_months"),
            lambda term, notice: (
                None if notice < term else f"{notice} months of notice do not fit in {term} of term"
            ),
        ),
        Rule(
            ("term_months", "payment.net_days"),
            lambda term, net: None if net < 30 * term else "payment is due after the term has ended",
        ),
    )

    title: str
    """What it is called."""
    start: datetime.date | None = None
    """First day."""
    term_months: int = quantity(
        36, unit="months", source="startek_tmobile_term", grade="A", low=12, high=84, gt=0
    )
    """Length."""
    notice_months: int = quantity(
        3, unit="months", source="startek_filing_terms", grade="A", low=1, high=6, ge=0
    )
    """Notice."""
    exclusive: bool = False
    """Whether the client may use no other vendor."""
    scope: Many[Literal["inbound", "outbound"]] = ("inbound",)
    """Channels."""
    payment: Payment = Payment()
    """When the client pays."""
    clauses: Many[Clause] = ()
    """What is paid."""
    sites: dict[str, Payment] = {}
    """Other terms of payment, by site."""
    weights: Many[float] = quantity(
        (0.5, 0.5), unit="share", source="design_choice", grade="D", low=0, high=1, ge=0
    )
    """Weights of the two channels."""


class Demand(Term):
    """Demand."""

    busyness: Busyness = Busyness()
    """How days differ."""
    contacts_per_day: float = required(unit="contacts/day", gt=0)
    """Mean number of contacts on a working day.  Repeats included."""


class Scenario(Term):
    """A scenario."""

    demand: Demand
    """Who calls."""
    contract: Contract
    """What is owed."""
