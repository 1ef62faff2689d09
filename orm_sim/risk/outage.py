"""Platform outage: failures at random moments, lasting a lognormal time, shortened where something stands by."""

from __future__ import annotations

from collections.abc import Generator
from math import floor, log
from typing import Any, Final, Literal

import simpy

from orm_sim.core.evidence import quantity
from orm_sim.core.streams import Key, uniforms
from orm_sim.core.terms import Term
from orm_sim.core.units import DAYS_PER_YEAR, HOURS_PER_DAY, MINUTES_PER_HOUR
from orm_sim.risk.lognormal import mean_below, quantile
from orm_sim.risk.site import Site, Strike
from orm_sim.vendor.platform import Platform, PlatformTerms, minutes_as_days

Hits = Literal["arrivals", "contacts", "both"]

STEP_DAYS: Final = 30.0
"""Days after which a process looks again at the condition of its platform."""

_MAX_HOURS: Final = 8766.0


class Outage(Term):
    """How often a site's platform fails, how long, and what that hits."""

    per_year: float = quantity(
        3.0, unit="outages/site-year", source="assumption", grade="D", low=1.0, high=8.0, ge=0, le=1000
    )
    """Failures of a platform that is kept up, in a year."""
    mean_hours: float = quantity(
        4.0, unit="hours/outage", source="assumption", grade="D", low=2.5, high=6.0, gt=0, le=_MAX_HOURS
    )
    """Mean time to repair; a year at most."""
    duration_cv: float = quantity(
        1.0, unit="ratio", source="assumption", grade="D", low=0.5, high=2.0, ge=0, le=10
    )
    """Standard deviation of that time over its mean; the law is lognormal."""
    hits: Hits = "both"
    """`arrivals`: nobody comes in, who is in is served · `contacts`: all waiting or talking are cut off, then service
    goes on · `both`."""

    def hours(self, u: float) -> float:
        """Hours of which a share `u` of repairs takes less."""
        return quantile(self.mean_hours, self.duration_cv, u)

    def mean_hours_below(self, most: float) -> float:
        """Mean of the time to repair, or of `most` hours where that is less.

        Examples
        --------
        >>> Outage(mean_hours=4.0).mean_hours_below(1e9)
        4.0
        """
        return mean_below(self.mean_hours, self.duration_cv, most)


class OutageSites(Term):
    """Outages by site; a site that is left out has none."""

    in_house: Outage | None = None
    """The client's own centre."""
    vendor: Outage | None = None
    """The vendor's."""


def outages(
    env: simpy.Environment, terms: Outage, site: Site, platform: Platform, stream: Key
) -> Generator[simpy.Event, Any, None]:
    """Fail and be repaired for ever, writing to `site` on the morning of the day on which it fails.

    Notes
    -----
    Event k spends an exponential amount of hazard; the hazard of a day is `per_year` times the wear of the platform,
    looked up every `STEP_DAYS`. The draws are those of event k whatever came before, so that a change of redundancy or
    upkeep moves times and ends, not luck.
    """
    if terms.per_year <= 0.0:
        return
    clock, event = 0.0, 0
    due = -log(_draws(stream, event)[0])
    while True:
        rate = terms.per_year / DAYS_PER_YEAR * platform.wear
        look = (floor(clock / STEP_DAYS) + 1) * STEP_DAYS
        at = clock + due / rate
        if at >= look:
            due -= rate * (look - clock)
            clock = look
            yield env.timeout(look - env.now)
            continue
        yield env.timeout(max(floor(at) - env.now, 0.0))
        strike(terms, site, platform, at, _draws(stream, event))
        clock, event = at, event + 1
        due = -log(_draws(stream, event)[0])


def strike(terms: Outage, site: Site, platform: Platform, at: float, u: tuple[float, ...]) -> Strike:
    """One failure at a moment, by its uniforms (gap, time to repair, whether what stands by takes over)."""
    lasts = terms.hours(u[1]) / HOURS_PER_DAY
    caught = u[2] < float(platform.terms.takes_over(platform.standing_by))
    if caught:
        lasts = min(lasts, minutes_as_days(platform.terms.failover_minutes))
    site.close(at, at + lasts, terms.hits != "contacts", terms.hits != "arrivals")
    found = Strike("outage", site.name, at, lasts * HOURS_PER_DAY, caught)
    site.strikes.append(found)
    return found


def hours_caught(terms: Outage, platform: PlatformTerms) -> float:
    """Mean hours of a failure that what stands by catches."""
    return terms.mean_hours_below(platform.failover_minutes / MINUTES_PER_HOUR)


def _draws(stream: Key, event: int) -> tuple[float, ...]:
    return tuple(uniforms(stream, 3, event).tolist())
