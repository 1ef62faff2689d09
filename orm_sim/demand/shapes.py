"""The fitted shapes of a programme: what `orm-sim calibrate` writes and a scenario's `programme.shapes` reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from orm_sim.core.terms import Many, Rule, Term

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Grade = Literal["A", "B", "C", "D"]


class Measured(Term):
    """One figure with its error: a value, its standard error, the number of observations, unit, source and grade."""

    value: float
    """The figure."""
    se: float | None = None
    """Standard error in the figure's unit; null where nothing was observed."""
    n: int
    """Observations behind the figure."""
    unit: str
    """Unit of the figure."""
    source: str
    """Id in references.yaml, or `assumption`."""
    grade: Grade
    """A study or filing · B survey · C trade press · D assumption."""
    note: str | None = None
    """What a reader must know about it."""


class TypeShape(Term):
    """One contact type: its share of contacts and the shape of its handle time."""

    mix: Measured
    """Share of offered contacts."""
    handle_relative_mean: Measured
    """Mean handle time against the mean over all types."""
    handle_cv: Measured
    """Coefficient of variation of the handle time."""
    handle_log_sd: Measured
    """Standard deviation of the logarithm of the handle time: the lognormal's shape."""


class Profile(Term):
    """How the contacts of a day fall on its intervals, for the weekdays named."""

    weekdays: Many[Weekday]
    """Days that have this profile."""
    interval_s: int
    """Length of an interval in seconds."""
    value: Many[float]
    """Share of the day's contacts in each interval from midnight; sums to 1."""
    se: Many[float]
    """Standard errors of the shares."""
    n: int
    """Contacts behind the profile."""
    unit: str
    """Unit of the shares."""
    source: str
    """Id in references.yaml."""
    grade: Grade
    """Grade of the evidence."""
    note: str | None = None
    """What a reader must know about it."""

    rules = (
        Rule(
            ("interval_s", "value"),
            lambda interval_s, value: (
                None
                if len(value) * interval_s == 86_400
                else f"{len(value)} shares of {interval_s} s are not a day of 86,400 s"
            ),
        ),
        Rule(
            ("value",),
            lambda value: (
                None
                if abs(sum(value) - 1.0) < 1e-3 and min(value) >= 0.0
                else f"shares of a day must be 0 or more and sum to 1, not {sum(value):.4f}"
            ),
        ),
    )


class Busyness(Term):
    """How much busier or quieter a day, or an interval, is than its forecast, beyond Poisson chance."""

    day_cv: Measured
    """Coefficient of variation of the factor on a whole day."""
    day_lag1: Measured
    """Correlation of a day's factor with the next day's."""
    interval_cv: Measured
    """Coefficient of variation of the factor on one interval, within its day."""


class HazardPiece(Term):
    """Hazard of giving up while waiting, constant up to a waiting time."""

    until_s: float | None
    """End of the piece in seconds of waiting; null for the last."""
    per_s: float
    """Chance of giving up in a second, among those still waiting."""
    se: float | None = None
    """Standard error of the hazard."""
    n: int
    """Abandonments behind it."""


class Hazard(Term):
    """Piecewise constant hazard of abandonment."""

    unit: str
    """Unit of the hazard."""
    source: str
    """Id in references.yaml."""
    grade: Grade
    """Grade of the evidence."""
    pieces: Many[HazardPiece]
    """Pieces in order of waiting time; the last has no end."""
    note: str | None = None
    """What a reader must know about it."""


class Patience(Term):
    """How long contacts wait before they give up."""

    median_s: Measured
    """Kaplan–Meier median."""
    exponential_mean_s: Measured
    """Mean of the exponential law: total queue time over abandonments."""
    hazard: Hazard
    """The piecewise hazard the simulation draws from."""


class InboundShape(Term):
    """Everything fitted about inbound contacts."""

    types: Mapping[str, TypeShape]
    """Contact types by name."""
    season: Mapping[str, Measured]
    """Factor of each calendar month."""
    weekday: Mapping[str, Measured]
    """Factor of each weekday; a mean Monday to Friday is 1."""
    holiday: Measured
    """Factor of a public holiday."""
    profile: Mapping[str, Profile]
    """Profiles by name; every weekday in exactly one."""
    busyness: Busyness
    """Random busyness of days and intervals."""
    patience: Patience
    """Patience in the queue."""
    short_share: Measured
    """Share of answered contacts under 10 s."""
    agent_spread: Measured
    """Spread of agents' mean log handle time."""
    availability: Measured
    """Share of derived staffing really available to contacts."""

    rules = (
        Rule(("season",), lambda season: _missing(season, MONTHS)),
        Rule(("weekday",), lambda weekday: _missing(weekday, WEEKDAYS)),
        Rule(
            ("profile",),
            lambda profile: _missing({d: 0 for p in profile.values() for d in p.weekdays}, WEEKDAYS),
        ),
    )


class AttemptConversion(Measured):
    """Conversion of customers reached at an attempt."""

    attempt: int
    """Number of the attempt, from 1."""
    last: bool = False
    """True where the figure stands for this attempt and all later ones."""


class Conversion(Term):
    """Sales per customer reached."""

    by_list_quality: Mapping[str, Measured]
    """By quality of the list."""
    by_attempt: Mapping[str, Many[AttemptConversion]]
    """By quality of the list and attempt."""


class TalkTime(Term):
    """Talk time of one outcome, lognormal."""

    mean_s: Measured
    """Mean talk time."""
    cv: Measured
    """Coefficient of variation."""
    log_sd: Measured
    """Standard deviation of the logarithm."""


class TalkTimes(Term):
    """Talk time by outcome of the contact."""

    sale: TalkTime
    """Contacts that end in a sale."""
    no_sale: TalkTime
    """Contacts that do not."""


class OutboundShape(Term):
    """Everything fitted about outbound contacts."""

    conversion: Conversion
    """Sales per customer reached."""
    talk_time: TalkTimes
    """Talk time by outcome."""


class Shapes(Term):
    """A programme's fitted shapes; levels (volume, handle time, prices) are inputs of the scenario."""

    inbound: InboundShape
    """Inbound contacts."""
    outbound: OutboundShape
    """Outbound contacts."""


def _missing(given: Mapping[str, object], wanted: tuple[str, ...]) -> str | None:
    absent = [name for name in wanted if name not in given]
    return f"no figure for {', '.join(absent)}" if absent else None
