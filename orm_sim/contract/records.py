"""What a contract says beside its prices: what an hour is, whose records hold, audit, training, and remedies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from orm_sim.contract.life_terms import nothing_said
from orm_sim.contract.wording import share
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Rule, Term

Side = Literal["client", "vendor"]

_HOURS = {
    "paid": "an hour the vendor pays its agents for, absence and training included",
    "logged": "an hour logged in, whether or not ready for contacts",
    "productive": "an hour on duty and logged in",
    "handling": "an hour of talk, hold and wrap",
}
_REPEATS = {
    "paid": "Repeat contacts are paid like any other",
    "not_paid": "Repeat contacts are not paid",
    "not_paid_with_vendor_cause": "Repeat contacts that an error of the vendor caused are not paid, all others are",
}
_SOURCES = {
    "client": "The client's records hold",
    "vendor": "The vendor's records hold",
    "joint": "Records are kept together, and hold for both",
}


class Audit(Term):
    """The client's right to audit the records that invoices rest on."""

    every_months: int = required(unit="months", ge=1)
    """How often the client may audit."""
    vendor_pays_if_error_above: float = required(unit="share", ge=0.0, le=1.0)
    """The vendor bears the cost of an audit that finds invoices too high by more than this share."""


class Training(Term):
    """Who pays for training, by what made it necessary."""

    growth: Side
    """Who pays to train agents for more volume."""
    attrition: Side
    """Who pays to train agents in the place of leavers."""


class Records(Term):
    """What is counted, by whom, and who may check it."""

    hour_means: Literal["paid", "logged", "productive", "handling"] | None = None
    """What an hour is."""
    source: Literal["client", "vendor", "joint"] | None = None
    """Whose records hold where they differ."""
    audit: Audit | None = None
    """The right of audit."""
    repeats: Literal["paid", "not_paid", "not_paid_with_vendor_cause"] | None = None
    """Whether repeat contacts are paid."""
    training: Training | None = None
    """Who pays for training."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("hour_means", "source", "audit", "repeats", "training"), nothing_said),
    )

    def wording(self) -> Iterator[str]:
        """What is agreed, a sentence each."""
        if self.hour_means is not None:
            yield f"An hour is {_HOURS[self.hour_means]}"
        if self.source is not None:
            yield f"{_SOURCES[self.source]} where they differ"
        if self.audit is not None:
            yield (
                f"The client may audit every {self.audit.every_months} months; the vendor pays for an audit that finds"
                f" an error of more than {share(self.audit.vendor_pays_if_error_above)}"
            )
        if self.repeats is not None:
            yield _REPEATS[self.repeats]
        if self.training is not None:
            yield (
                f"Training for growth is paid by the {self.training.growth}, training in the place of leavers by the"
                f" {self.training.attrition}"
            )


class Remedies(Term):
    """What one side may ask of the other when things go wrong."""

    sole_remedy: bool | None = None
    """Whether credits are the client's only remedy for missed targets."""
    liability_cap_months: float | None = optional(unit="months", ge=0.0)
    """The most either side is liable for in a year, in months of fees."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("sole_remedy", "liability_cap_months"), nothing_said),)

    def wording(self) -> Iterator[str]:
        """What is agreed, a sentence each."""
        if self.sole_remedy is not None:
            yield (
                "Credits are the client's sole remedy for missed targets"
                if self.sole_remedy
                else "Credits leave the client's other remedies open"
            )
        if self.liability_cap_months is not None:
            yield f"Either side is liable for at most {self.liability_cap_months:g} months of fees a year"
