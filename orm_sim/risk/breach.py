"""Data breach: thefts of customers' records at random moments; what a record costs, a fine, customers who leave."""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import floor, log
from typing import Any

import simpy

from orm_sim.core.evidence import optional, quantity
from orm_sim.core.streams import Key, uniforms
from orm_sim.core.terms import Term
from orm_sim.core.units import DAYS_PER_YEAR
from orm_sim.risk.lognormal import mean_below, quantile
from orm_sim.risk.site import Harm, Site, Strike


class Breach(Term):
    """How often data are stolen at a site, how many records, and what a breach comes to.

    Examples
    --------
    A breach of 10,000 records, fined, through a vendor whose breaches are a quarter dearer:

    >>> terms = Breach(per_record=100, vendor_premium=0.25, leave_share=0.02, margin_per_customer=400)
    >>> terms.harm(10_000.0, fined=True, at_vendor=True)
    Harm(records=10000.0, remediation=1250000.0, fine=500000.0, margin=80000.0)
    """

    per_year: float = quantity(
        0.015, unit="events/site-year", source="assumption", grade="D", low=0.005, high=0.04, ge=0, le=365
    )
    """Breaches in a year while the site holds customers' records: the sources tell sizes, not how often."""
    mean_records: float = quantity(
        30_000.0, unit="count/event", source="assumption", grade="D", low=2_000.0, high=110_000.0, gt=0
    )
    """Mean number of customers whose records are lost: at `per_record`, what breaches cost without customers lost."""
    records_cv: float = quantity(
        2.0, unit="ratio", source="assumption", grade="D", low=1.0, high=4.0, ge=0, le=10
    )
    """Standard deviation of that number over its mean; the law is lognormal, whose tail is heavy."""
    most_records: float | None = optional(unit="count of customers", gt=0)
    """Records that the site holds: no breach loses more."""
    per_record: float = quantity(
        105.0, unit="$/customer", source="ibm_breach_cost", grade="B", low=70.0, high=200.0, ge=0
    )
    """Finding out, telling customers and helping them: 150 $ less the 30 % that is business lost."""
    vendor_premium: float = quantity(
        0.118, unit="share", source="ibm_breach_cost", grade="B", low=0.0, high=0.25, ge=0, le=5
    )
    """By how much that is dearer where the breach comes through a vendor."""
    fine_chance: float = quantity(
        0.2, unit="probability", source="assumption", grade="D", low=0.0, high=0.6, ge=0, le=1
    )
    """Chance that a regulator fines a breach."""
    fine_per_record: float = quantity(
        50.0, unit="$/customer", source="assumption", grade="D", low=1.0, high=500.0, ge=0
    )
    """Fine for each record, up to the cap."""
    fine_cap: float = quantity(20e6, unit="$", source="gdpr_article_83", grade="A", low=20e6, high=20e6, ge=0)
    """The most a regulator may fine, ..."""
    fine_cap_share: float = quantity(
        0.04, unit="share of revenue", source="gdpr_article_83", grade="A", low=0.04, high=0.04, ge=0, le=1
    )
    """... or this share of a year's revenue, where that is more."""
    revenue_per_year: float | None = optional(unit="$/year", ge=0)
    """The client's revenue in a year; where not given, the sum above is the cap."""
    leave_share: float = quantity(
        0.03, unit="share of customers", source="assumption", grade="D", low=0.0, high=0.06, ge=0, le=1
    )
    """Customers whose records are lost and who leave for that: the range includes none."""
    margin_per_customer: float = quantity(
        450.0, unit="$/customer", source="assumption", grade="D", low=150.0, high=900.0, ge=0
    )
    """Margin that goes with a customer, over all the years lost."""

    @property
    def most_fined(self) -> float:
        """Cap of the fine, $.

        Examples
        --------
        >>> Breach().most_fined, Breach(revenue_per_year=1e9).most_fined
        (20000000.0, 40000000.0)
        """
        return max(self.fine_cap, self.fine_cap_share * (self.revenue_per_year or 0.0))

    @property
    def expected_records(self) -> float:
        """Mean number of records lost by a breach, what the site holds heeded."""
        if self.most_records is None:
            return self.mean_records
        return mean_below(self.mean_records, self.records_cv, self.most_records)

    def records(self, u: float) -> float:
        """Records that a share `u` of breaches stays below."""
        drawn = quantile(self.mean_records, self.records_cv, u)
        return drawn if self.most_records is None else min(drawn, self.most_records)

    def harm(self, records: float, fined: bool, at_vendor: bool) -> Harm:
        """What a breach of so many records comes to."""
        dearer = 1.0 + self.vendor_premium if at_vendor else 1.0
        fine = min(records * self.fine_per_record, self.most_fined) if fined else 0.0
        margin = records * self.leave_share * self.margin_per_customer
        return Harm(records, records * self.per_record * dearer, fine, margin)


class BreachSites(Term):
    """Data breaches by site; a site that is left out has none."""

    in_house: Breach | None = None
    """The client's own centre."""
    vendor: Breach | None = None
    """The vendor's."""


def breaches(
    env: simpy.Environment,
    terms: Breach,
    site: Site,
    stream: Key,
    exposed: Callable[[int], bool],
    booked: Callable[[Strike], None],
) -> Generator[simpy.Event, Any, None]:
    """Lose records for ever, writing to `site` on the day on which it happens and telling `booked`.

    Parameters
    ----------
    exposed
        Whether the site holds the client's records on a day; a breach on any other day is not the client's.
    """
    if terms.per_year <= 0.0:
        return
    clock, event = 0.0, 0
    while True:
        u = uniforms(stream, 3, event).tolist()
        clock += -log(u[0]) / terms.per_year * DAYS_PER_YEAR
        yield env.timeout(max(floor(clock) - env.now, 0.0))
        if exposed(floor(clock)):
            booked(strike(terms, site, clock, (u[1], u[2])))
        event += 1


def strike(terms: Breach, site: Site, at: float, u: tuple[float, float]) -> Strike:
    """One breach at a moment, by its uniforms (records, whether it is fined)."""
    harm = terms.harm(terms.records(u[0]), u[1] < terms.fine_chance, site.name == "vendor")
    found = Strike("breach", site.name, at, 0.0, harm=harm)
    site.strikes.append(found)
    return found
