"""Transition and ramp: when the vendor's share of contacts rises, and what the client keeps running until then."""

from __future__ import annotations

from itertools import pairwise

from orm_sim.core.evidence import required
from orm_sim.core.terms import Many, Rule, Term
from orm_sim.relationship.exit import ExitRule


class RampStep(Term):
    """From a week on, the vendor takes a share of the contacts.

    Examples
    --------
    >>> Relationship(ramp=(RampStep(week=9, share=0.4), RampStep(week=17, share=1.0))).share(12)
    0.4
    """

    week: int = required(unit="weeks since contract start", ge=0)
    """First week of the step."""
    share: float = required(unit="share of contacts", gt=0, le=1)
    """Share of contacts the vendor takes from then on."""


class Relationship(Term):
    """How client and vendor begin, and when the client ends it."""

    ramp: Many[RampStep]
    """Steps of the ramp, ending at 1; the vendor recruits and trains before the first."""
    exit_rule: ExitRule | None = ExitRule()
    """When the client ends the contract for cause; null never does."""

    rules = (
        Rule(
            ("ramp",),
            lambda ramp: (
                None
                if ramp
                and ramp[-1].share == 1.0
                and all(a.week < b.week and a.share < b.share for a, b in pairwise(ramp))
                else "weeks and shares of the ramp must rise and end at a share of 1"
            ),
        ),
    )

    def share(self, week: int) -> float:
        """The vendor's share of contacts in a week, 0 before the first step."""
        reached = [step.share for step in self.ramp if step.week <= week]
        return reached[-1] if reached else 0.0
