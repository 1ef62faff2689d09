"""Liability: higher caps for graver losses, what is unlimited, indemnities, insurance, bonds and guarantees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final, Literal

from orm_sim.contract.duties.duty import Duties, as_paid
from orm_sim.contract.events import EventId, alternatives
from orm_sim.contract.life_terms import nothing_said
from orm_sim.contract.records import Side
from orm_sim.contract.wording import plain, price
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Many, Rule, Term

Loss = Literal[
    "data_breach", "confidentiality", "intellectual_property", "third_party_claims", "injury", "fraud",
    "gross_negligence", "wilful_default", "employment_claims", "regulatory_fines",
]  # fmt: skip
"""What a loss comes from."""

_LOSSES: Final[dict[Loss, str]] = {
    "data_breach": "breaches of data security",
    "confidentiality": "breaches of confidence",
    "intellectual_property": "infringement of intellectual property",
    "third_party_claims": "claims of third parties",
    "injury": "death and injury",
    "fraud": "fraud",
    "gross_negligence": "gross negligence",
    "wilful_default": "wilful default",
    "employment_claims": "claims of the people employed",
    "regulatory_fines": "fines of regulators",
}
_INSURANCES = {
    "professional": "professional indemnity",
    "cyber": "cyber risks",
    "public": "public liability",
    "crime": "crime",
    "business_interruption": "interruption of business",
}
_GUARANTEES = {
    "performance_bond": "a performance bond",
    "bank_guarantee": "a bank guarantee",
    "parent_guarantee": "a guarantee of its parent",
    "letter_of_credit": "a letter of credit",
}


def _losses(names: tuple[Loss, ...]) -> str:
    words = [_LOSSES[name] for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _nothing_lost(names: tuple[Loss, ...]) -> str | None:
    return None if names else "is for no loss: name at least one"


class SuperCap(Term):
    """A higher cap, for graver losses."""

    months_of_fees: float = required(unit="months", gt=0.0)
    """The most either side is liable for, in months of fees."""
    losses: Many[Loss]
    """The losses it holds for."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("losses",), _nothing_lost),)


class Indemnity(Term):
    """One side keeps the other free of some losses."""

    by: Side
    """Who does."""
    losses: Many[Loss]
    """The losses."""
    paid_as: str | None = None
    """The label of the clause that settles them."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("losses",), _nothing_lost),)


class Insurance(Term):
    """Insurance that one side keeps."""

    against: Literal["professional", "cyber", "public", "crime", "business_interruption"]
    """What it covers."""
    by: Side
    """Who keeps it."""
    amount: float = required(unit="$", gt=0.0)
    """The sum insured."""
    paid_as: str | None = None
    """The label of the clause that pays the premium, where the other side does."""


def _amount_or_months(amount: float | None, months: float | None) -> str | None:
    return "needs either an `amount` or `months_of_fees`" if (amount is None) == (months is None) else None


class Guarantee(Term):
    """A third party's promise to pay."""

    kind: Literal["performance_bond", "bank_guarantee", "parent_guarantee", "letter_of_credit"]
    """What it is."""
    by: Side
    """Who provides it."""
    amount: float | None = optional(unit="$", gt=0.0)
    """The sum ..."""
    months_of_fees: float | None = optional(unit="months", gt=0.0)
    """... or the months of fees that it covers."""
    called_on: Many[EventId] = ()
    """Events on which the other side may call it."""
    paid_as: str | None = None
    """The label of the clause that pays what it costs, or what is called."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("amount", "months_of_fees"), _amount_or_months),)


def _both_capped_and_not(super_cap: SuperCap | None, unlimited: tuple[Loss, ...]) -> str | None:
    both = set(super_cap.losses if super_cap is not None else ()) & set(unlimited)
    return f"{', '.join(sorted(both))}: both under the higher cap and without a limit" if both else None


class Liability(Duties):
    """Who bears which loss, and what stands behind that; the cap on ordinary losses stands under `remedies`."""

    super_cap: SuperCap | None = None
    """A higher cap for graver losses."""
    unlimited: Many[Loss] = ()
    """Losses for which nothing is capped."""
    indemnities: Many[Indemnity] = ()
    """Losses that one side keeps the other free of."""
    insurance: Many[Insurance] = ()
    """Insurance that is kept."""
    guarantees: Many[Guarantee] = ()
    """Bonds and guarantees."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("super_cap", "unlimited", "indemnities", "insurance", "guarantees"), nothing_said),
        Rule(("super_cap", "unlimited"), _both_capped_and_not),
    )

    def wording(self) -> Iterator[str]:
        """What is agreed, a sentence each."""
        if self.super_cap is not None:
            cap = self.super_cap
            yield f"For {_losses(cap.losses)} the cap is {plain(cap.months_of_fees)} months of fees"
        if self.unlimited:
            yield f"There is no cap on {_losses(self.unlimited)}"
        for each in self.indemnities:
            other = "vendor" if each.by == "client" else "client"
            yield f"The {each.by} keeps the {other} free of {_losses(each.losses)}{as_paid(each.paid_as)}"
        for kept in self.insurance:
            what, sum_ = _INSURANCES[kept.against], price(kept.amount)
            yield f"The {kept.by} is insured against {what} for {sum_}{as_paid(kept.paid_as)}"
        for given in self.guarantees:
            worth = (
                price(given.amount)
                if given.amount is not None
                else f"{plain(given.months_of_fees or 0.0)} months of fees"
            )
            called = f", called on {alternatives(given.called_on)}" if given.called_on else ""
            what = f"{_GUARANTEES[given.kind]} over {worth}"
            yield f"The {given.by} provides {what}{called}{as_paid(given.paid_as)}"
