"""Continuity: what must go on working when a site, a line or a system fails, and how often that is tested."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from orm_sim.contract.duties.duty import Duties, as_paid
from orm_sim.contract.life_terms import nothing_said
from orm_sim.contract.wording import months_long, plain, share
from orm_sim.core.evidence import optional
from orm_sim.core.terms import Rule


def _retest_of_nothing(test: int | None, retest: int | None) -> str | None:
    if test is None and retest is not None:
        return "repeats a test that is not agreed: give `test_every_months`"
    return None


class Continuity(Duties):
    """The vendor's plan for emergencies."""

    sites_at_least: int | None = optional(unit="count", ge=2)
    """Sites over which the work is spread at least."""
    redundant_share: float | None = optional(unit="share", gt=0.0)
    """Seats, lines and people kept ready elsewhere, as a share of those in use."""
    recovery_hours: float | None = optional(unit="hours", ge=0.0)
    """Hours after which the service runs again."""
    lost_data_minutes: float | None = optional(unit="min", ge=0.0)
    """Minutes of data that may be lost at most."""
    test_every_months: int | None = optional(unit="months", ge=1)
    """How often the plan is tested."""
    retest_within_days: int | None = optional(unit="days", ge=1)
    """Days within which a test that failed is repeated."""
    paid_as: str | None = None
    """The label of the clause that pays for it."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            ("sites_at_least", "redundant_share", "recovery_hours", "lost_data_minutes", "test_every_months"),
            nothing_said,
        ),
        Rule(("test_every_months", "retest_within_days"), _retest_of_nothing),
    )

    def wording(self) -> Iterator[str]:
        """What is agreed, a sentence each."""
        if self.sites_at_least is not None:
            yield f"The work is spread over at least {self.sites_at_least} sites"
        if self.redundant_share is not None:
            yield f"Seats, lines and people for {share(self.redundant_share)} of those in use are kept ready elsewhere"
        if self.recovery_hours is not None:
            yield f"After a failure the service runs again within {plain(self.recovery_hours)} hours"
        if self.lost_data_minutes is not None:
            yield f"At most {plain(self.lost_data_minutes)} minutes of data are lost"
        if self.test_every_months is not None:
            again = (
                ""
                if self.retest_within_days is None
                else f"; a test that fails is repeated within {self.retest_within_days} days"
            )
            yield f"The plan is tested every {months_long(self.test_every_months)}{again}"
        if self.paid_as is not None:
            yield f"All this is included{as_paid(self.paid_as)}"
