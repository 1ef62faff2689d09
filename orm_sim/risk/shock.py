"""Wage and currency shock: steps in local wages and in the price of the local currency, at random moments."""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import exp, floor, log, log1p, sqrt
from typing import Any, Literal

import numpy as np
import simpy

from orm_sim.core.evidence import quantity
from orm_sim.core.streams import Key, normal_quantiles, uniforms
from orm_sim.core.terms import Rule, Term
from orm_sim.core.units import DAYS_PER_YEAR
from orm_sim.risk.site import Site, Strike

Moved = Literal["wages", "currency"]


class Steps(Term):
    """Steps of a price: how many, how large on average, and how different."""

    per_year: float = quantity(
        1.0, unit="events/year", source="assumption", grade="D", low=0.1, high=12.0, ge=0, le=365
    )
    """Steps in a year."""
    mean: float = quantity(
        0.0, unit="share", source="assumption", grade="D", low=-0.05, high=0.05, gt=-0.5, le=1
    )
    """Mean of a step; 0 moves the price either way, around the growth that other terms give."""
    sd: float = quantity(0.04, unit="share", source="assumption", grade="D", low=0.01, high=0.1, ge=0, le=1)
    """Standard deviation of a step."""

    def factor(self, u: float) -> float:
        """Factor that a share `u` of steps stays below: lognormal of mean 1 + `mean`.

        Examples
        --------
        >>> Steps(mean=0.1, sd=0.0).factor(0.3)
        1.1
        """
        mean = 1.0 + self.mean
        sd = sqrt(log1p((self.sd / mean) ** 2))
        z = float(normal_quantiles(np.array([u]))[0]) if sd else 0.0
        return mean * exp(sd * z - sd * sd / 2.0)


class Shock(Term):
    """Steps of what people cost at a site."""

    wages: Steps | None = None
    """Of local wages, on top of their growth: minimum-wage orders, a rival that opens next door."""
    currency: Steps | None = None
    """Of the local currency, in the currency of the run: all that is paid locally costs so much more."""

    rules = (
        Rule(
            ("wages", "currency"),
            lambda wages, currency: "moves neither wages nor currency" if wages is currency is None else None,
        ),
    )


class ShockSites(Term):
    """Shocks by site; a site that is left out has none."""

    in_house: Shock | None = None
    """The client's own centre."""
    vendor: Shock | None = None
    """The vendor's."""


def steps(
    env: simpy.Environment,
    terms: Steps,
    moved: Moved,
    site: Site,
    stream: Key,
    changed: Callable[[int], None],
) -> Generator[simpy.Event, Any, None]:
    """Step for ever, writing to `site` and telling `changed` the day, on whose morning a step takes effect."""
    if terms.per_year <= 0.0:
        return
    clock, event = 0.0, 0
    while True:
        u = uniforms(stream, 2, event).tolist()
        clock += -log(u[0]) / terms.per_year * DAYS_PER_YEAR
        yield env.timeout(max(floor(clock) - env.now, 0.0))
        strike(site, moved, clock, terms.factor(u[1]))
        changed(floor(clock))
        event += 1


def strike(site: Site, moved: Moved, at: float, factor: float) -> Strike:
    """One step: wages or the currency of a site are worth so many times what they were."""
    if moved == "wages":
        site.wages *= factor
    else:
        site.currency *= factor
    found = Strike("shock", site.name, at, 0.0, factor=factor)
    site.strikes.append(found)
    return found
