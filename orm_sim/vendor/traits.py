"""Traits: how a vendor weighs money, risk, time, its name and its conscience."""

from __future__ import annotations

from orm_sim.core.evidence import quantity
from orm_sim.core.terms import Term


class Renewal(Term):
    """What the vendor believes about a next contract."""

    share_if_met: float = quantity(
        0.80, unit="share", source="assumption", grade="D", low=0.6, high=0.95, ge=0, le=1
    )
    """Chance of renewal when every month has met the service that is asked for."""
    share_if_missed: float = quantity(
        0.30, unit="share", source="assumption", grade="D", low=0.0, high=0.6, ge=0, le=1
    )
    """Chance of renewal when none has; between them in proportion."""
    months: float = quantity(12.0, unit="months", source="assumption", grade="D", low=0, high=36, ge=0)
    """Months of steady margin that a renewal is worth, before discounting."""


class Traits(Term):
    """What makes one vendor decide otherwise than another in the same place."""

    risk_tolerance: float | None = quantity(
        1_000_000.0, unit="$", source="assumption", grade="D", low=200_000, high=10_000_000, ge=1
    )
    """R such that an even chance of winning R or losing R/2 is just worth taking; null is indifferent to risk."""
    discount_rate_per_year: float = quantity(
        0.12, unit="share/year", source="design_choice", grade="D", low=0.05, high=0.40, gt=-1
    )
    """Impatience: what a year's delay takes off a dollar."""
    horizon_months: int = quantity(
        12, unit="months", source="design_choice", grade="D", low=6, high=24, ge=1, le=36
    )
    """Months ahead that a plan is valued over; under 6 little but the start is seen, and deals that pay are refused."""
    looks_beyond_months: int = quantity(
        24, unit="months", source="design_choice", grade="D", low=0, high=48, ge=0, le=120
    )
    """Most months of the term beyond the horizon that it counts, at the margin of the horizon's last quarter."""
    ruin_loss: float = quantity(
        500_000.0, unit="$", source="assumption", grade="D", low=0, high=5_000_000, ge=0, le=1e12
    )
    """What its owners lose when the firm fails, beyond the margin that ends."""
    honesty: float = quantity(40.0, unit="$", source="assumption", grade="D", low=0, high=200, ge=0, le=1e6)
    """What an unsuitable sale or a contact cut short costs its own conscience, for each of them."""
    outside_margin: float | None = quantity(
        0.04, unit="share", source="assumption", grade="D", low=0.0, high=0.12, ge=0, lt=1
    )
    """Margin that the same people would earn elsewhere: under it the vendor does not sign; null signs anything."""
    heeds_exit: bool = True
    """Whether it counts on the client to end a contract that it fails; if not, it is surprised by the notice."""
    renewal: Renewal = Renewal()
    """Its hope of a next contract."""
