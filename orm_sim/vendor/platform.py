"""The platform of a site: what stands by when it fails, and upkeep that lets it decay where nobody pays for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.evidence import quantity
from orm_sim.core.terms import Term
from orm_sim.core.units import DAYS_PER_MONTH, HOURS_PER_DAY, MINUTES_PER_HOUR

Floats = NDArray[np.float64]

MOST_STANDING_BY = 2.0
"""Platforms that may stand by at most."""


class PlatformTerms(Term):
    """What a site works on: telephony, network and power, and how they are kept."""

    redundancy: float = quantity(
        0.0, unit="multiple of the platform", source="assumption", grade="D", low=0.0, high=1.0, ge=0, le=2
    )
    """Platforms that stand by whatever a plan adds; paid for with the seats."""
    failover_works: float = quantity(
        0.8, unit="probability", source="assumption", grade="D", low=0.5, high=0.95, ge=0, le=1
    )
    """Chance that one whole platform that stands by takes over; two each have theirs."""
    failover_minutes: float = quantity(
        10.0, unit="min/outage", source="assumption", grade="D", low=1.0, high=60.0, ge=0, le=525_600
    )
    """Minutes until it has taken over."""
    upkeep_share: float = quantity(
        0.10, unit="share of seats", source="assumption", grade="D", low=0.03, high=0.25, ge=0, le=1
    )
    """Part of what seats cost that is upkeep of the platform: what is left out while cash binds."""
    decay_per_month: float = quantity(
        0.15, unit="share of condition", source="assumption", grade="D", low=0.05, high=0.4, ge=0, le=1
    )
    """Condition that a month without upkeep takes off."""
    repair_per_month: float = quantity(
        0.30, unit="share of the gap", source="assumption", grade="D", low=0.1, high=1.0, ge=0, le=1
    )
    """Part of the way back to a sound condition that a month of upkeep makes good."""
    failures_when_ruined: float = quantity(
        4.0, unit="ratio", source="assumption", grade="D", low=1.0, high=10.0, ge=1
    )
    """Failures of a platform that nobody has kept for years, over those of a sound one."""

    def takes_over(self, standing_by: Floats | float) -> Floats:
        """Chance that a failure is caught: 1 − (1 − failover_works)^(platforms that stand by).

        Parameters
        ----------
        standing_by : array or float
            Platforms, those of `redundancy` included; half a platform catches what lies between none and one.

        Examples
        --------
        >>> PlatformTerms(failover_works=0.8).takes_over(np.array([0.0, 1.0, 2.0])).round(2).tolist()
        [0.0, 0.8, 0.96]
        """
        platforms = np.minimum(np.asarray(standing_by, np.float64), MOST_STANDING_BY)
        return np.asarray(1.0 - (1.0 - self.failover_works) ** platforms)


@dataclass(slots=True)
class Platform:
    """A platform as it stands: how much stands by, and its condition, 1 sound and 0 ruined."""

    terms: PlatformTerms
    added: float = 0.0
    condition: float = 1.0

    @property
    def standing_by(self) -> float:
        """Platforms that stand by: those of the terms and those that a plan has added."""
        return self.terms.redundancy + self.added

    @property
    def wear(self) -> float:
        """Failures over those of a sound platform."""
        return 1.0 + (self.terms.failures_when_ruined - 1.0) * (1.0 - self.condition)

    def month_end(self, funded: bool) -> None:
        """A month has gone by, with upkeep or without."""
        if funded:
            self.condition += (1.0 - self.condition) * self.terms.repair_per_month
        else:
            self.condition *= 1.0 - self.terms.decay_per_month


class OutageAhead(NamedTuple):
    """What a planner expects of outages: how many a month, hours of one not caught, and of one that is.

    ``takes_over`` is the chance that one whole platform that stands by catches a failure, ``redundancy`` what stands by
    anyway.
    """

    per_month: float
    hours: float
    hours_caught: float
    platform: PlatformTerms

    def down(self, added: Floats) -> Floats:
        """Share of time in which the platform is down, by what a plan lets stand by.

        Examples
        --------
        Twelve outages a year of ten hours each, and nothing stands by: a 73rd of the time.

        >>> ahead = OutageAhead(1.0, 10.0, 1 / 6, PlatformTerms())
        >>> round(float(ahead.down(np.zeros(1))[0]) * 73.05, 6)
        1.0
        """
        caught = self.platform.takes_over(self.platform.redundancy + added)
        hours = caught * self.hours_caught + (1.0 - caught) * self.hours
        return np.minimum(self.per_month * hours / (DAYS_PER_MONTH * HOURS_PER_DAY), 1.0)


def minutes_as_days(minutes: float) -> float:
    """Minutes in days.

    Examples
    --------
    >>> minutes_as_days(720.0)
    0.5
    """
    return minutes / MINUTES_PER_HOUR / HOURS_PER_DAY
