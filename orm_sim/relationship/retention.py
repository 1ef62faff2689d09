"""Retention: what service does to the client's customers, who stay or leave by how satisfied contacts leave them."""

from __future__ import annotations

from math import exp

from orm_sim.core.evidence import quantity, required
from orm_sim.core.terms import Term
from orm_sim.core.units import MONTHS_PER_YEAR


class Retention(Term):
    """The worth of customers kept or lost; no study says how much of it a contact decides, so the range includes none.

    Examples
    --------
    100,000 customers of whom 10 % leave a year, each worth 150 $ a year for 3 years; satisfaction falls by 5 points,
    and churn rises by e^0.1 - 1:

    >>> terms = Retention(customers=100_000, margin_per_customer_year=150)
    >>> round(terms.month(0.75, 0.80))
    -39439
    """

    customers: float = required(unit="customers", gt=0, le=1e10)
    """Customers whose contacts are this programme's."""
    margin_per_customer_year: float = required(unit="$/customer-year", ge=0, le=1e7)
    """Margin on a customer in a year."""
    churn_per_year: float = quantity(
        0.10, unit="share/year", source="assumption", grade="D", low=0.05, high=0.25, ge=0, le=1
    )
    """Customers who leave in a year at today's satisfaction."""
    log_churn_per_point: float = quantity(
        -0.02,
        unit="1/point",
        source="gustafsson_churn_2005",
        grade="D",
        low=-0.03,
        high=0.0,
        ge=-0.2,
        le=0,
    )
    """Relative change of churn for a point of customer satisfaction: the sign was measured, the size was not."""
    years_lost: float = quantity(
        3.0, unit="years", source="assumption", grade="D", low=1.0, high=6.0, ge=0, le=100
    )
    """Years of margin that go with a customer."""

    def month(self, satisfied: float, today: float) -> float:
        """Margin kept in a month (lost, where negative) for a share of customers satisfied, against today's share."""
        left = self.customers * self.churn_per_year / MONTHS_PER_YEAR
        fewer = 1.0 - exp(self.log_churn_per_point * 100.0 * (satisfied - today))
        return left * fewer * self.margin_per_customer_year * self.years_lost
