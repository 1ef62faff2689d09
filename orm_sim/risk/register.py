"""The risk register: expert scores of likelihood and impact, and their order."""

from __future__ import annotations

from orm_sim.core.evidence import required
from orm_sim.core.terms import Many, Term


class Risk(Term):
    """One entry of the register with the expert's scores."""

    name: str
    """What may happen."""
    likelihood: int = required(unit="score 1 to 5", ge=1, le=5)
    """Expert score of likelihood."""
    impact: int = required(unit="score 1 to 5", ge=1, le=5)
    """Expert score of impact."""

    @property
    def score(self) -> int:
        """Likelihood × impact, 1 to 25.

        Examples
        --------
        >>> Risk(name="data breach", likelihood=4, impact=5).score
        20
        """
        return self.likelihood * self.impact


class Risks(Term):
    """The scenario's risks. No hazard strikes in this version: the register is an expert's view, not a simulation."""

    entries: Many[Risk] = ()
    """Entries with expert scores."""

    def ranked(self) -> tuple[Risk, ...]:
        """Entries by falling score."""
        return tuple(sorted(self.entries, key=lambda risk: -risk.score))
