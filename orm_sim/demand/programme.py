"""The programme: today's levels and the path of demand, on top of the fitted shapes."""

from __future__ import annotations

import datetime
from typing import Literal

from orm_sim.core.evidence import quantity, required
from orm_sim.core.terms import Many, Rule, Term
from orm_sim.demand.shapes import Shapes

Channel = Literal["inbound", "outbound"]
CHANNELS: tuple[Channel, ...] = ("inbound", "outbound")


class Path(Term):
    """Where demand drifts over the years."""

    contacts_per_year: float = required(unit="share/year", gt=-1)
    """Relative change of first contacts in a year: automation takes the easy ones."""
    handle_time_per_year: float = required(unit="share/year", gt=-1)
    """Relative change of handle time in a year: those that stay are harder."""


class Service(Term):
    """The service the programme asks for when the contract is silent."""

    share: float = quantity(
        0.80, unit="share of offered", source="service_level_norms", grade="C", low=0.7, high=0.9, gt=0, lt=1
    )
    """Share of offered contacts answered within the threshold."""
    threshold_s: float = quantity(
        20.0, unit="s", source="service_level_norms", grade="C", low=15, high=30, ge=0
    )
    """Waiting time up to which an answer counts."""


class Resolution(Term):
    """Whether a contact settles the customer's need, and who comes back."""

    fcr: float = quantity(
        0.70, unit="share of answered", source="sqm_kpi_standards", grade="B", low=0.60, high=0.80, gt=0, le=1
    )
    """First-contact resolution by proficient in-house agents."""
    return_share: float = quantity(
        0.50, unit="share of unresolved", source="assumption", grade="D", low=0.3, high=0.8, ge=0, le=1
    )
    """Unresolved contacts that come back within seven days."""
    return_within_days: int = quantity(
        7, unit="days", source="assumption", grade="D", low=5, high=10, ge=1, le=30
    )
    """Days over which they come back, evenly."""


class Satisfaction(Term):
    """Chance that a customer surveyed is satisfied."""

    survey_share: float = quantity(
        0.01, unit="share of answered", source="assumption", grade="D", low=0.005, high=0.05, ge=0, le=1
    )
    """Share of answered contacts with a completed survey: CSAT carries the noise of this sample."""
    resolved: float = quantity(
        0.85, unit="share", source="sqm_cx_research", grade="B", low=0.80, high=0.90, ge=0, le=1
    )
    """Satisfied among resolved contacts."""
    loss_unresolved: float = quantity(
        0.25, unit="share", source="sqm_cx_research", grade="B", low=0.15, high=0.35, ge=0, le=1
    )
    """Drop when the contact was not resolved."""
    loss_per_minute_waited: float = quantity(
        0.02, unit="share/min", source="assumption", grade="D", low=0.0, high=0.05, ge=0, le=1
    )
    """Drop for each minute waited."""


class Inbound(Term):
    """Inbound contacts: levels of today."""

    contacts_per_week: float = required(unit="contacts/week", gt=0, le=10_000_000)
    """Contacts offered in a mean week at contract start, repeats of unresolved ones included."""
    handle_time_s: float = required(unit="s", gt=0)
    """Mean talk + hold + wrap of the client's own agents today, short contacts aside."""
    opens_hour: float = required(unit="hour of day", ge=0, le=24)
    """Opening hour; no contact is offered before."""
    closes_hour: float = required(unit="hour of day", ge=0, le=24)
    """Closing hour; no contact is offered after."""
    path: Path
    """Drift over the years."""
    service: Service = Service()
    """Requested service."""
    resolution: Resolution = Resolution()
    """Resolution and returns."""
    satisfaction: Satisfaction = Satisfaction()
    """Customer satisfaction."""

    rules = (
        Rule(
            ("opens_hour", "closes_hour"),
            lambda opens_hour, closes_hour: (
                None
                if opens_hour < closes_hour
                else f"closes_hour {closes_hour} must be after opens_hour {opens_hour}"
            ),
        ),
    )


class ListQuality(Term):
    """One kind of lead on the list."""

    name: str
    """Name of the list quality in the fitted shapes."""
    share: float = required(unit="share of leads", ge=0, le=1)
    """Share of leads of this quality."""


class Outbound(Term):
    """Outbound contacts to consenting customers whose deposits mature."""

    leads_per_month: float = required(unit="leads/month", gt=0, le=10_000_000)
    """Customers whose deposit matures in a month and who may be called."""
    list_quality: Many[ListQuality]
    """Mix of the list."""
    contact_rate: float = required(unit="share of attempts", gt=0, le=1)
    """Attempts that reach the right person."""
    max_attempts: int = quantity(
        6, unit="attempts", source="uci_bank_marketing", grade="A", low=3, high=8, ge=1, le=15
    )
    """Attempts before a lead is given up."""
    retry_days: int = quantity(2, unit="days", source="assumption", grade="D", low=1, high=5, ge=1)
    """Days between attempts on one lead."""
    window_days: int = quantity(30, unit="days", source="assumption", grade="D", low=14, high=45, ge=1)
    """Days in which a lead may be called."""
    attempt_s: float = required(unit="s", gt=0)
    """Preview, dialling and notes of any attempt."""
    wrap_s: float = required(unit="s", ge=0)
    """Wrap-up after a customer was reached, beyond talk."""
    sales_in_better_half: float = quantity(
        0.79, unit="share of sales", source="uci_bank_marketing", grade="A", low=0.6, high=0.85, ge=0.5, lt=1
    )
    """Share of the list's sales among the half of it that a score takes for the better; 0.5 tells nothing.

    Measured on such a list with 22 attributes (AUC 0.8). Part of that is the season, which ranks no lead of a month
    above another of the same month: hence the low end.
    """
    seats: int = required(unit="agents", ge=1)
    """Agents wanted on duty during calling hours."""
    opens_hour: float = required(unit="hour of day", ge=0, le=24)
    """First calling hour."""
    closes_hour: float = required(unit="hour of day", ge=0, le=24)
    """Last calling hour."""
    funded_share: float = quantity(
        0.90, unit="share of sales", source="assumption", grade="D", low=0.8, high=0.97, gt=0, le=1
    )
    """Sales whose deposit is really funded: net sales."""
    cancelled_by_day_90: float = quantity(
        0.08, unit="share of net sales", source="assumption", grade="D", low=0.03, high=0.2, ge=0, lt=1
    )
    """Net sales cancelled before day 90, evenly over the days."""

    rules = (
        Rule(
            ("opens_hour", "closes_hour"),
            lambda opens_hour, closes_hour: (
                None
                if opens_hour < closes_hour
                else f"closes_hour {closes_hour} must be after opens_hour {opens_hour}"
            ),
        ),
        Rule(
            ("list_quality",),
            lambda list_quality: (
                None
                if abs(sum(q.share for q in list_quality) - 1.0) < 1e-9
                else f"shares of list qualities must sum to 1, not {sum(q.share for q in list_quality):g}"
            ),
        ),
    )


class Programme(Term):
    """What is outsourced: demand on both channels, its fitted shapes, and the calendar."""

    start: datetime.date
    """First day of the contract."""
    months: int = required(unit="months", ge=1, le=120)
    """Length of the contract term."""
    holidays: Many[datetime.date] = ()
    """Public holidays within the term."""
    inbound: Inbound
    """Inbound service."""
    outbound: Outbound
    """Outbound sales."""
    shapes: Shapes
    """Fitted shapes (a file beside the scenario)."""

    rules = (
        Rule(
            ("outbound", "shapes"),
            lambda outbound, shapes: _unknown_quality(
                [q.name for q in outbound.list_quality], list(shapes.outbound.conversion.by_attempt)
            ),
        ),
        Rule(
            ("holidays",),
            lambda holidays: None if len(set(holidays)) == len(holidays) else "a holiday is listed twice",
        ),
    )


def _unknown_quality(used: list[str], known: list[str]) -> str | None:
    unknown = [name for name in used if name not in known]
    return (
        f"no fitted conversion for list quality {', '.join(unknown)}; fitted: {', '.join(known)}"
        if unknown
        else None
    )
