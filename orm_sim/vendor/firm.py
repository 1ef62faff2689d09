"""The vendor's purse: opening cash, a credit line, other business, and insolvency when a payment cannot be met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orm_sim.core.evidence import quantity, required
from orm_sim.core.streams import normals
from orm_sim.core.terms import Term
from orm_sim.core.units import DAYS_PER_YEAR


class OtherBusiness(Term):
    """The monthly margin of the vendor's other accounts: a normal with month-to-month correlation."""

    monthly_margin: float = required(unit="$/month")
    """Mean margin a month after all costs of that business."""
    sd: float = required(unit="$/month", ge=0)
    """Standard deviation of the monthly margin."""
    correlation: float = quantity(
        0.5, unit="correlation", source="assumption", grade="D", low=0.0, high=0.9, gt=-1, lt=1
    )
    """Correlation of one month's margin with the next: bad times last."""


class FirmTerms(Term):
    """What the vendor's balance sheet can carry."""

    opening_cash: float = required(unit="$", ge=0)
    """Cash on the first day of the contract."""
    credit_line: float = required(unit="$", ge=0)
    """How far cash may fall below zero."""
    credit_rate_per_year: float = quantity(
        0.12, unit="share/year", source="assumption", grade="D", low=0.08, high=0.20, ge=0
    )
    """Price of a drawn credit line."""
    other_business: OtherBusiness
    """Margin that flows in from other accounts: a thin vendor has little of it."""


def other_margins(terms: OtherBusiness, stream: tuple[int, int], n_months: int) -> np.ndarray:
    """The margin of the other business in each month: mean + sd · AR(1) of unit variance, float64[n_months]."""
    shocks = normals(stream, n_months)
    level = np.empty(n_months)
    keep = terms.correlation
    state = shocks[0] if n_months else 0.0
    for month in range(n_months):
        if month:
            state = keep * state + np.sqrt(1.0 - keep * keep) * shocks[month]
        level[month] = state
    return np.asarray(terms.monthly_margin + terms.sd * level)


@dataclass(slots=True)
class Purse:
    """Cash of the firm as the days pass; negative cash is the drawn part of the credit line."""

    terms: FirmTerms
    cash: float
    unlimited: bool = False

    @classmethod
    def open(cls, terms: FirmTerms, unlimited: bool = False) -> Purse:
        """The purse on the first day; `unlimited` is the reference vendor of price solving, who cannot fail."""
        return cls(terms, terms.opening_cash, unlimited)

    @property
    def liquidity(self) -> float:
        """Cash plus the credit line not yet drawn."""
        return self.cash + self.terms.credit_line

    def receive(self, amount: float) -> None:
        """Take in money; a negative amount is a loss that must be covered."""
        self.cash += amount

    def can_pay(self, amount: float) -> bool:
        """Whether cash and credit line cover a payment."""
        return self.unlimited or amount <= self.liquidity + 1e-9

    def pay(self, amount: float) -> None:
        """Pay out; ask `can_pay` first."""
        self.cash -= amount

    def interest(self, days: int) -> float:
        """Interest due on the drawn part of the credit line for some days."""
        return max(-self.cash, 0.0) * self.terms.credit_rate_per_year * days / DAYS_PER_YEAR
