"""Volumes: when the client forecasts, what is locked, how far it may err, and what is the most and the least."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from orm_sim.contract.duties.duty import Duties, as_paid
from orm_sim.contract.life_terms import nothing_said
from orm_sim.contract.wording import months_long, share
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Rule, Term


def _locked_beyond(horizon: int, locked: int) -> str | None:
    if locked > horizon:
        return f"locks {locked} months of a forecast that reaches {horizon} months"
    return None


class Forecast(Term):
    """The client's forecast."""

    every: Literal["week", "month", "quarter"]
    """How often it is given."""
    horizon_months: int = required(unit="months", ge=1)
    """How many months it reaches."""
    locked_months: int = required(unit="months", ge=0)
    """How many of them can no longer be changed."""
    band: float | None = optional(unit="share", gt=0.0)
    """How far volume may lie from the locked forecast without the vendor being excused."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("horizon_months", "locked_months"), _locked_beyond),)


class Volumes(Duties):
    """What the client says beforehand about volume, and what it gives to this vendor; sums are clauses."""

    forecast: Forecast | None = None
    """The client's forecast."""
    most_of_forecast: float | None = optional(unit="share", gt=0.0)
    """The most that the vendor must serve, as a share of the forecast."""
    exclusivity_share: float | None = optional(unit="share", gt=0.0, le=1.0)
    """The share of all its contacts that the client gives to this vendor at least."""
    paid_as: str | None = None
    """The label of the clause that settles a shortfall."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("forecast", "most_of_forecast", "exclusivity_share"), nothing_said),
    )

    def wording(self) -> Iterator[str]:
        """What is agreed, a sentence each."""
        if self.forecast is not None:
            given = self.forecast
            yield (
                f"Every {given.every} the client forecasts {months_long(given.horizon_months)}, of which"
                f" {months_long(given.locked_months)} can no longer be changed"
            )
            if given.band is not None:
                yield f"Volume more than {share(given.band)} away from that excuses the vendor"
        if self.most_of_forecast is not None:
            yield f"The vendor serves up to {share(self.most_of_forecast)} of the forecast"
        if self.exclusivity_share is not None:
            yield f"The client gives at least {share(self.exclusivity_share)} of all its contacts to this vendor"
        if self.paid_as is not None:
            yield f"A shortfall is settled{as_paid(self.paid_as)}"
