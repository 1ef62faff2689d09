"""Labour law by country: hours, minimum wage, overtime, notice and severance, and what they forbid a vendor to plan."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from orm_sim.core.evidence import Grade, optional, quantity, required
from orm_sim.core.terms import Rule, Term


class LabourRules(Term):
    """What the law of a place asks of those who employ agents there; money in the one currency of the run."""

    weekly_hours_maximum: float | None = optional(unit="hours/week", gt=0, le=168)
    """Paid hours a week that nobody may exceed, overtime included; null where the law sets none."""
    normal_weekly_hours: float = required(unit="hours/week", gt=0, le=168)
    """Paid hours a week from which on overtime is due."""
    overtime_multiple: float = required(unit="multiple", ge=1)
    """Pay for an hour of overtime, as a multiple of the wage."""
    minimum_wage_per_hour: float = required(unit="$/paid hour", ge=0)
    """Lowest lawful wage, employer's cost aside."""
    notice_weeks: float = required(unit="weeks", ge=0)
    """Weeks for which an agent who is let go is paid."""
    severance_weeks_per_year: float = required(unit="weeks", ge=0)
    """Weeks of pay for each year of service, for an agent who is let go."""
    works_from_hour: float = quantity(
        0.0, unit="hours", source="design_choice", grade="D", low=0, high=24, ge=0, lt=24
    )
    """Hour of the client's day before which nobody may be on duty."""
    works_until_hour: float = quantity(
        24.0, unit="hours", source="design_choice", grade="D", low=0, high=24, gt=0, le=24
    )
    """Hour of the client's day after which nobody may be on duty."""

    rules = (
        Rule(
            ("works_from_hour", "works_until_hour"),
            lambda first, last: (
                None if first < last else f"nobody may work at all between hour {first:g} and hour {last:g}"
            ),
        ),
        Rule(
            ("normal_weekly_hours", "weekly_hours_maximum"),
            lambda normal, most: (
                None
                if most is None or normal <= most
                else f"the normal {normal:g} hours a week exceed the maximum of {most:g}"
            ),
        ),
    )

    def overtime_factor(self, paid_hours_per_week: float) -> float:
        """Mean pay of an hour against the wage, for those who are paid so many hours a week.

        Examples
        --------
        Forty-five hours of which five are overtime at one and a half:

        >>> round(by_country("United States").overtime_factor(45.0), 4)
        1.0556
        """
        over = max(paid_hours_per_week - self.normal_weekly_hours, 0.0)
        return 1.0 + (self.overtime_multiple - 1.0) * over / paid_hours_per_week


class Ruling(NamedTuple):
    """One figure of the law with its evidence: value, source, grade and plausible range."""

    value: float | None
    source: str
    grade: Grade
    low: float | None = None
    high: float | None = None


def _place(source: str, *figures: tuple[str, float | None, Grade, float | None, float | None]) -> _Rulings:
    return {name: Ruling(value, source, grade, low, high) for name, value, grade, low, high in figures}


_Rulings = dict[str, Ruling]

RULINGS: Final[dict[str, _Rulings]] = {
    "United States": _place(
        "us_fair_labor_standards",
        ("weekly_hours_maximum", None, "C", None, None),
        ("normal_weekly_hours", 40.0, "C", 40.0, 40.0),
        ("overtime_multiple", 1.5, "C", 1.5, 2.0),
        ("minimum_wage_per_hour", 7.25, "C", 7.25, 18.0),
        ("notice_weeks", 0.0, "C", 0.0, 8.6),
        ("severance_weeks_per_year", 0.0, "C", 0.0, 2.0),
    ),
    "Philippines": _place(
        "ph_labor_code",
        ("weekly_hours_maximum", 60.0, "D", 48.0, 72.0),
        ("normal_weekly_hours", 48.0, "C", 40.0, 48.0),
        ("overtime_multiple", 1.25, "C", 1.25, 1.3),
        ("minimum_wage_per_hour", 1.4, "D", 1.0, 1.7),
        ("notice_weeks", 4.3, "C", 4.3, 4.3),
        ("severance_weeks_per_year", 4.3, "D", 2.2, 4.3),
    ),
    "India": _place(
        "in_labour_law",
        ("weekly_hours_maximum", 60.0, "D", 48.0, 60.0),
        ("normal_weekly_hours", 48.0, "D", 48.0, 54.0),
        ("overtime_multiple", 2.0, "D", 2.0, 2.0),
        ("minimum_wage_per_hour", 0.9, "D", 0.5, 1.3),
        ("notice_weeks", 4.3, "D", 4.3, 13.0),
        ("severance_weeks_per_year", 2.1, "D", 2.1, 2.1),
    ),
    "South Africa": _place(
        "za_basic_conditions",
        ("weekly_hours_maximum", 55.0, "C", 55.0, 60.0),
        ("normal_weekly_hours", 45.0, "C", 40.0, 45.0),
        ("overtime_multiple", 1.5, "C", 1.5, 2.0),
        ("minimum_wage_per_hour", 1.6, "D", 1.4, 1.9),
        ("notice_weeks", 4.0, "D", 1.0, 4.0),
        ("severance_weeks_per_year", 1.0, "D", 1.0, 2.0),
    ),
    "United Kingdom": _place(
        "uk_working_time",
        ("weekly_hours_maximum", 48.0, "D", 48.0, 60.0),
        ("normal_weekly_hours", 48.0, "D", 37.5, 48.0),
        ("overtime_multiple", 1.0, "D", 1.0, 1.5),
        ("minimum_wage_per_hour", 15.5, "D", 14.0, 17.0),
        ("notice_weeks", 1.0, "D", 1.0, 12.0),
        ("severance_weeks_per_year", 1.0, "D", 0.5, 1.5),
    ),
}
"""The law by country, as summaries state it; wages in US dollars at the exchange rates of 2025."""

Labour = LabourRules | Literal["by_country", "none"]
"""Rules that a file writes out, those of the vendor's country, or none at all."""


def by_country(country: str) -> LabourRules | None:
    """The rules of a country; None for one that the table does not hold."""
    rulings = RULINGS.get(country)
    if rulings is None:
        return None
    return LabourRules.model_validate({name: ruling.value for name, ruling in rulings.items()})


def rules_of(country: str, labour: Labour) -> LabourRules | None:
    """The rules that hold for a vendor; None where none are known or asked for."""
    if isinstance(labour, LabourRules):
        return labour
    return by_country(country) if labour == "by_country" else None


def unlawful_hours(hours: float, country: str, labour: Labour) -> str | None:
    """The sentence for a schedule of more hours than a week may have."""
    rules = rules_of(country, labour)
    most = rules.weekly_hours_maximum if rules is not None else None
    if most is None or hours <= most:
        return None
    return f"{hours:g} paid hours a week are more than the {most:g} that the labour rules of {country} allow"


def unlawful_wage(wage: float, country: str, labour: Labour) -> str | None:
    """The sentence for a wage below the minimum."""
    rules = rules_of(country, labour)
    if rules is None or wage >= rules.minimum_wage_per_hour:
        return None
    return (
        f"a wage of {wage:g} $ an hour is below the minimum of {rules.minimum_wage_per_hour:g} $ in {country}"
    )


def unlawful_opening(
    country: str, labour: Labour, channel: str, opens_hour: float, closes_hour: float
) -> str | None:
    """The sentence for contacts that come when nobody may be on duty."""
    rules = rules_of(country, labour)
    if rules is None or (opens_hour >= rules.works_from_hour and closes_hour <= rules.works_until_hour):
        return None
    return (
        f"the labour rules of {country} let nobody work outside hours {rules.works_from_hour:g} to"
        f" {rules.works_until_hour:g} of the client's day, but {channel} contacts are worked from"
        f" {opens_hour:g} to {closes_hour:g}"
    )
