"""The terms of a contract's life: its phases, cure and step-in, renewal, reviews, and what triggers them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final, Literal

from pydantic import Field

from orm_sim.contract.condition import Condition
from orm_sim.contract.wording import price
from orm_sim.contract.wording import share as said_share
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Rule, Term

DAYS_A_MONTH = 30
"""Days that count as a month where a term in days meets months: begun months count whole."""


def months_of(days: int) -> int:
    """Months that a term in days takes, begun months counted whole: 30 days are 1, 31 are 2."""
    return -(-days // DAYS_A_MONTH)


def _months(number: int) -> str:
    return f"{number} month{'' if number == 1 else 's'}"


def _notice_without_auto(auto: bool, notice_days: int | None) -> str | None:
    if auto and notice_days is None:
        return "renews by itself, so needs the notice that stops it (`notice_days`)"
    if not auto and notice_days is not None:
        return "does not renew by itself, so no notice is needed to stop it"
    return None


class Renewal(Term):
    """How the contract goes on after its term."""

    auto: bool
    """Whether it renews by itself unless one side gives notice; otherwise both must agree."""
    months: int = required(unit="months", ge=1)
    """By how many months each renewal prolongs it."""
    notice_days: int | None = optional(unit="days", ge=0)
    """Notice before the end of the term that stops a renewal by itself."""
    fee: float | None = optional(unit="$", ge=0.0)
    """What the client pays for a renewal, once."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("auto", "notice_days"), _notice_without_auto),)

    def wording(self) -> str:
        """The renewal as a sentence."""
        fee = "" if self.fee is None else f", for a fee of {price(self.fee)}"
        if not self.auto:
            return f"The contract is prolonged by {_months(self.months)} where both sides agree{fee}"
        return (
            f"The contract renews itself by {_months(self.months)} at the end of each term{fee}, unless either side"
            f" gives notice {self.notice_days} days before"
        )


def nothing_said(*values: object) -> str | None:
    """Why a group of terms that are all left out may not stand there."""
    return (
        "says nothing: give one of its keys, or leave it out"
        if all(v is None or v == () for v in values)
        else None
    )


class Life(Term):
    """The phases of the contract, and how it changes and goes on."""

    transition_months: int | None = optional(unit="months", ge=0)
    """Months from the start in which work moves to the vendor."""
    ramp_months: int | None = optional(unit="months", ge=0)
    """Months after the transition in which the vendor grows to full volume."""
    cure_days: int | None = optional(unit="days", ge=1)
    """Days the vendor has to put right what opened a cure."""
    step_in_days: int | None = optional(unit="days", ge=1)
    """Days for which the client may run the service itself once a cure has failed, or a trigger says so."""
    renewal: Renewal | Literal["none"] | None = None
    """How it goes on after its term; `none`: it ends; where not given, nothing is said, and it ends too."""
    review_every_months: int | None = optional(unit="months", ge=1)
    """How often the sides review prices and targets."""
    change_order_days: int | None = optional(unit="days", ge=0)
    """Days from the request of a change until it may take effect."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            (
                "transition_months", "ramp_months", "cure_days", "step_in_days", "renewal",
                "review_every_months", "change_order_days",
            ),
            nothing_said,
        ),
    )  # fmt: skip

    def wording(self) -> Iterator[str]:
        """What is agreed, a sentence each."""
        if self.transition_months is not None:
            yield f"The transition takes {_months(self.transition_months)} from the start"
        if self.ramp_months is not None:
            yield f"The ramp takes {_months(self.ramp_months)} after the transition"
        if self.cure_days is not None:
            yield f"The vendor has {self.cure_days} days to cure a failure that a trigger names"
        if self.step_in_days is not None:
            yield f"The client may step in for {self.step_in_days} days where a failure is not cured"
        if self.renewal is not None:
            ends = "The contract ends with its term and is not renewed"
            yield ends if isinstance(self.renewal, str) else self.renewal.wording()
        if self.review_every_months is not None:
            yield f"Prices and targets are reviewed every {_months(self.review_every_months)}"
        if self.change_order_days is not None:
            yield f"A change order takes effect {self.change_order_days} days after it is asked for, at the earliest"


Opening = Literal["cure", "step_in", "exit", "exit_for_fee", "monitoring", "removal", "repricing"]
"""What a trigger opens."""

_OPENED: Final[dict[Opening, str]] = {
    "cure": "the vendor must cure it",
    "step_in": "the client may step in",
    "exit": "the client may end the contract at once, without a fee",
    "exit_for_fee": "the client may end the contract at once, for the termination fee",
    "monitoring": "the client may monitor the service more closely",
    "removal": "the client may take {share} of the volume away",
    "repricing": "either side may ask for new prices",
}


def _share_of_what(opens: str, taken: float | None) -> str | None:
    if (opens == "removal") != (taken is not None):
        return "`share` belongs to `opens: removal`: the share of the volume that may be taken away"
    return None


class Trigger(Term):
    """A condition that opens a remedy."""

    name: str
    """What the contract calls it."""
    if_: Condition = Field(alias="if")
    """What must hold at the end of a month."""
    opens: Opening
    """The remedy: a period of cure, the client's step-in, its right of exit with or without the termination fee, closer
    monitoring, the removal of a part of the volume, or new prices."""
    share: float | None = optional(unit="share", gt=0.0, le=1.0)
    """For removal: the share of the volume that may be taken away."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("opens", "share"), _share_of_what),)

    @property
    def opened(self) -> str:
        """What it opens, in words."""
        return _OPENED[self.opens].format(share=said_share(self.share or 0.0))

    def wording(self) -> str:
        """The trigger as a sentence."""
        return f"'{self.name}': if {self.if_.wording()}, {self.opened}"
