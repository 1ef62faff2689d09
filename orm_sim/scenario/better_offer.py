"""When the client leaves a vendor that has not failed: another one's offer pays what switching costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from orm_sim.centre.centre_file import Name
from orm_sim.core.document import Document
from orm_sim.core.errors import Problem, name_hint
from orm_sim.core.evidence import optional, quantity, required
from orm_sim.core.terms import Rule, Term
from orm_sim.scenario.vendors import problem_at


class BetterOffer(Term):
    """At each month's end the client looks whether another vendor would be cheaper by more than switching costs."""

    from_month: int = quantity(6, unit="months", source="design_choice", grade="D", low=3, high=12, ge=1)
    """The first month, counted from 1, at whose end it looks."""
    look_back_months: int = quantity(
        3, unit="months", source="design_choice", grade="D", low=1, high=12, ge=1
    )
    """The latest months that are settled under both contracts; their mean stands for every month that is left."""
    switching_cost: float = required(unit="$", ge=0)
    """What the move costs the client beside the transition of the share, the exit, and the charge that the contract it
    leaves asks for: tender, parallel running, management time."""
    notice_days: int | None = optional(unit="days", ge=1)
    """Notice that the vendor gets; that of its contract where not given."""
    margin: float = quantity(0.0, unit="share", source="design_choice", grade="D", low=0.0, high=0.2, ge=0)
    """What must be saved beyond the cost, as a share of the bill for the months that are left: a client that is slow to
    move."""
    offers: Mapping[Name, float] = {}
    """What a vendor offers for more volume, as a multiple of every price and sum of its contract; 1 where not named.
    Once it has taken over, this holds for all of its volume."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            ("from_month", "look_back_months"),
            lambda first, back: (
                None
                if back <= first
                else f"looks back {back} months at the end of month {first}: start later"
            ),
        ),
        Rule(("offers",), lambda offers: _no_level(offers)),
    )

    def level(self, vendor: str) -> float:
        """The multiple of its contract's prices that a vendor offers."""
        return self.offers.get(vendor, 1.0)


def _no_level(offers: Mapping[str, float]) -> str | None:
    wrong = [f"{name} at {level:g}" for name, level in offers.items() if level <= 0.0]
    return f"a multiple of prices must be above 0: {', '.join(wrong)}" if wrong else None


def offers_made(
    document: Document, offer: BetterOffer | None, vendors: tuple[str, ...], months: int
) -> Iterator[Problem]:
    """Offers of nobody, and months at whose end nothing is left of the term."""
    if offer is None:
        return
    for name in offer.offers:
        if name not in vendors:
            rule = "is none of the programme's vendors, so it offers nothing"
            yield problem_at(document, ("better_offer", "offers", name), None, rule, name_hint(name, vendors))
    if offer.from_month >= months:
        rule = (
            f"nothing is left of a term of {months} months by then, for which another vendor could be cheaper"
        )
        yield problem_at(document, ("better_offer", "from_month"), offer.from_month, rule)
