"""Transition and ramp: when the vendor's share of contacts rises, and what the client keeps running until then."""

from __future__ import annotations

from itertools import pairwise

from orm_sim.core.evidence import quantity
from orm_sim.core.terms import Many, Rule, Term


class RampStep(Term):
    """From a week on, the vendor takes a share of the contacts."""

    week: int = quantity(
        0, unit="weeks since contract start", source="design_choice", grade="D", low=0, high=52, ge=0
    )
    """First week of the step."""
    share: float = quantity(
        1.0, unit="share of contacts", source="design_choice", grade="D", low=0, high=1, gt=0, le=1
    )
    """Share of contacts the vendor takes from then on."""


class Relationship(Term):
    """How client and vendor begin."""

    ramp: Many[RampStep] = (
        RampStep(week=9, share=0.35),
        RampStep(week=13, share=0.7),
        RampStep(week=17, share=1.0),
    )
    """Steps of the ramp, ending at 1; the vendor recruits and trains before the first."""

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
        """The vendor's share of contacts in a week.

        Examples
        --------
        >>> [Relationship().share(w) for w in (0, 9, 13, 40)]
        [0.0, 0.35, 0.7, 1.0]
        """
        reached = [step.share for step in self.ramp if step.week <= week]
        return reached[-1] if reached else 0.0
