"""Severe weather: storms by season that keep people from a site, on the day and on those that follow."""

from __future__ import annotations

from collections.abc import Generator
from math import log
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from orm_sim.core.evidence import quantity
from orm_sim.core.streams import Key, uniforms
from orm_sim.core.terms import Many, Rule, Share, Term
from orm_sim.core.units import DAYS_PER_YEAR, HOURS_PER_DAY, MONTHS_PER_YEAR
from orm_sim.risk.site import Site, Strike


class Weather(Term):
    """How often a site is hit, when in the year, and who can work on the days that follow."""

    per_year: float = quantity(
        1.0, unit="events/site-year", source="assumption", grade="D", low=0.2, high=3.0, ge=0, le=365
    )
    """Storms that keep people from this site, in a year."""
    season: Many[Share] = quantity(
        (0.1, 0.05, 0.05, 0.1, 0.3, 0.6, 1.0, 1.0, 0.9, 0.9, 0.7, 0.4),
        unit="ratio of months",
        source="pagasa_norm",
        grade="C",
        low=0.0,
        high=1.0,
    )
    """Weight of each month, January first; only their proportions count."""
    attendance: Many[Share] = quantity(
        (0.0, 0.50, 0.65, 0.95), unit="share of those on duty", source="pwc_manila_flood_2012", grade="B"
    )
    """Those on duty who reach the site on the day of the storm and on the days after."""
    home_share: float = quantity(
        0.15, unit="share of those kept away", source="assumption", grade="D", low=0.0, high=0.6, ge=0, le=1
    )
    """Continuity plan: of those kept away, who works from home."""

    rules = (
        Rule(
            ("season",),
            lambda season: (
                None
                if len(season) == MONTHS_PER_YEAR and sum(season) > 0.0
                else "names one weight a month, twelve in all, not all of them 0"
            ),
        ),
        Rule(
            ("attendance",),
            lambda attendance: None if 0 < len(attendance) <= 365 else "names at least one day, at most 365",
        ),
    )

    @property
    def present(self) -> tuple[float, ...]:
        """Share of those on duty who work, on site or from home, from the day of the storm on.

        Examples
        --------
        >>> [round(each, 3) for each in Weather(home_share=0.2).present]
        [0.2, 0.6, 0.72, 0.96]
        """
        return tuple(each + (1.0 - each) * self.home_share for each in self.attendance)

    @property
    def hours_lost(self) -> float:
        """Hours that one storm takes from one agent on duty around the clock."""
        return HOURS_PER_DAY * sum(1.0 - each for each in self.present)


class WeatherSites(Term):
    """Severe weather by site; a site that is left out has none."""

    in_house: Weather | None = None
    """The client's own centre."""
    vendor: Weather | None = None
    """The vendor's."""


def storms(
    env: simpy.Environment, terms: Weather, site: Site, month_of_year: NDArray[np.int64], stream: Key
) -> Generator[simpy.Event, Any, None]:
    """Strike on days of a seasonal Poisson process until the days end, writing to `site` on the morning of the day.

    Parameters
    ----------
    month_of_year : int64[n_days]
        Month of each day, January 0.
    """
    season = np.array(terms.season)
    by_day = terms.per_year / DAYS_PER_YEAR * season[month_of_year] / season.mean()
    spent = np.cumsum(by_day)
    level, event = 0.0, 0
    while True:
        level += -log(float(uniforms(stream, 1, event)[0]))
        day = int(np.searchsorted(spent, level))
        if day >= spent.size:
            return
        yield env.timeout(day - env.now)
        strike(terms, site, day)
        event += 1


def strike(terms: Weather, site: Site, day: int) -> Strike:
    """One storm on a day."""
    for after, share in enumerate(terms.present):
        site.empty(day + after, share)
    found = Strike("weather", site.name, float(day), terms.hours_lost)
    site.strikes.append(found)
    return found
