"""Named units, the constants between them, and how money, shares and seconds are rounded for print."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Final

SECONDS_PER_MINUTE = 60.0
SECONDS_PER_HOUR = 3600.0
SECONDS_PER_DAY = 86_400.0
MINUTES_PER_HOUR = 60.0
HOURS_PER_DAY = 24.0
DAYS_PER_WEEK = 7
DAYS_PER_YEAR = 365.25
"""Mean calendar year; discounting counts days over it."""
WEEKS_PER_YEAR = DAYS_PER_YEAR / DAYS_PER_WEEK
MONTHS_PER_YEAR = 12
DAYS_PER_MONTH = DAYS_PER_YEAR / MONTHS_PER_YEAR

UNITS: Mapping[str, str] = MappingProxyType({
    "$": "money, in the one currency of the run",
    "1": "a plain number",
    "agent": "people who handle contacts",
    "attempt": "calls placed to a lead",
    "contact": "contacts, of any channel",
    "correlation": "a correlation, -1 to 1",
    "count": "a plain number of things",
    "customer": "people who buy from the client",
    "date": "a day of the calendar",
    "day": "days",
    "employee": "people employed",
    "event": "occurrences",
    "factor": "a multiplier",
    "flag": "true or false",
    "fte": "full-time equivalents",
    "head": "people",
    "hire": "people hired",
    "hour": "hours",
    "incident": "errors found and logged",
    "index": "a number that only orders",
    "interval": "intervals of the day",
    "invoice": "invoices",
    "lead": "customers to be called",
    "leaver": "people who leave",
    "min": "minutes",
    "month": "months",
    "multiple": "a multiple of what is named",
    "outage": "failures of a platform",
    "point": "percentage points",
    "pp": "percentage points",
    "probability": "a probability, 0 to 1",
    "ratio": "a ratio, 1 being equal",
    "replication": "random histories",
    "row": "rows of a table",
    "s": "seconds",
    "sale": "sales",
    "score": "a score on the scale named",
    "sd": "standard deviations",
    "seat": "workplaces",
    "seed": "the root of the random streams",
    "share": "a share, 0 to 1",
    "site": "places of work",
    "survey": "completed surveys",
    "text": "words",
    "unit": "the unit named beside it",
    "week": "weeks",
    "year": "years",
})  # fmt: skip
"""What a unit may start with; `unit_problem` says how units are put together."""

_WHOLE_ABOVE = 2.0**52
"""Above this a float has no decimals to round."""

_OWN = re.compile(r"the \w+'s own")


def unit_problem(text: str) -> str | None:
    """What is wrong with the name of a unit, or None.

    A unit is a name of `UNITS`, singular or plural, which may be followed by `of` what (`share of sales`), `per` or
    `/` what (`$/seat-month`), or words that narrow it (`score 1 to 5`).

    Examples
    --------
    >>> [unit_problem(each) for each in ("$/seat-month", "share of sales", "weeks since contract start")]
    [None, None, None]
    >>> unit_problem("per cent")
    "'per' is not a named unit"
    """
    if _OWN.fullmatch(text):
        return None
    head = re.split(r"[/ ]", text.strip(), maxsplit=1)[0].lower()
    named = head in UNITS or (head.endswith("s") and head[:-1] in UNITS)
    return None if named else f"'{head}' is not a named unit" if head else "a unit is missing"


def round_half_away(value: float, digits: int = 0) -> float:
    """A number rounded half away from zero on its shortest decimal form: 0.125 to 0.13, -2.5 to -3.

    Parameters
    ----------
    value : float
        Not-a-number and infinities are returned as they are.
    digits : int
        Decimal places; negative ones round to tens, hundreds.
    """
    if not math.isfinite(value) or (digits >= 0 and abs(value) >= _WHOLE_ABOVE):
        return value
    step = Decimal(1).scaleb(-digits)
    return float(Decimal(repr(float(value))).quantize(step, rounding=ROUND_HALF_UP))


def format_money(amount: float, *, currency: str = "$", digits: int = 0, short: bool = False) -> str:
    """Money as printed.

    Parameters
    ----------
    amount : float
        In the currency of the run; not-a-number prints as a dash.
    currency : str
        Its sign, put in front.
    digits : int
        Decimal places; with `short`, places after the thousands or millions.
    short : bool
        Whether to shorten to k or M.

    Examples
    --------
    >>> format_money(-1234567.5), format_money(0.285, digits=2), format_money(1234567, short=True, digits=2)
    ('-$1,234,568', '$0.29', '$1.23 M')
    """
    if not math.isfinite(amount):
        return _not_finite(amount)
    scale, letter = next(
        ((size, name) for size, name in ((1e6, " M"), (1e3, " k")) if short and abs(amount) >= size * 0.9995),
        (1.0, ""),
    )
    rounded = round_half_away(amount / scale, digits)
    return f"{'-' if rounded < 0 else ''}{currency}{abs(rounded):,.{digits}f}{letter}"


def format_share(share: float, digits: int = 1) -> str:
    """A share of 0 to 1 as printed, in per cent: 0.1234 to '12.3 %'.

    Examples
    --------
    >>> format_share(0.8), format_share(0.12345, 2), format_share(float("nan"))
    ('80.0 %', '12.35 %', '-')
    """
    return f"{_rounded(share * 100, digits)} %" if math.isfinite(share) else _not_finite(share)


def format_points(difference: float, digits: int = 1) -> str:
    """A difference of shares as printed, in percentage points with its sign: 0.05 to '+5.0 pp'."""
    if not math.isfinite(difference):
        return _not_finite(difference)
    return f"{_rounded(difference * 100, digits, sign='+')} pp"


def format_seconds(seconds: float) -> str:
    """A duration as printed, rounded to the second, or to a tenth below ten seconds.

    Examples
    --------
    >>> format_seconds(7.25), format_seconds(62.25), format_seconds(380), format_seconds(7322)
    ('7.3 s', '62 s', '6 min 20 s', '2 h 2 min')
    """
    if not math.isfinite(seconds):
        return _not_finite(seconds)
    sign, size = "-" if seconds < 0 else "", abs(seconds)
    if round_half_away(size, 1) < 10:
        return f"{sign}{round_half_away(size, 1):.1f} s"
    whole = int(round_half_away(size))
    if whole < 120:
        return f"{sign}{whole} s"
    if whole < SECONDS_PER_HOUR:
        return f"{sign}{whole // 60} min {whole % 60} s"
    minutes = int(round_half_away(size / SECONDS_PER_MINUTE))
    return f"{sign}{minutes // 60} h {minutes % 60} min"


def _rounded(value: float, digits: int, sign: str = "") -> str:
    # Twelve digits first: 0.12345 * 100 is 12.345000000000001, and 0.285 * 100 is 28.499999999999996.
    # And plus zero, so that what rounds to nothing has no minus sign.
    return f"{round_half_away(float(f'{value:.12g}'), digits) + 0.0:{sign},.{digits}f}"


def _not_finite(value: float) -> str:
    return "-" if math.isnan(value) else "never" if value > 0 else "-never"


_SIGNED: Final = re.compile(r"(?<![\w.,)\]])[-−](?=([0-9][0-9.,]*))")


def minus(text: str) -> str:
    """Numbers in a text with the typographic minus sign; no zero is negative, wherever it stands.

    Examples
    --------
    >>> minus("-0 (-12 to -0.0)")
    '0 (−12 to 0.0)'
    """
    whole = _SIGNED.sub(lambda found: "−" if any(c in "123456789" for c in found[1]) else "", text)
    return whole.replace("-", "−")


def dollars(amount: float) -> str:
    """An amount in a sentence: whole dollars, with thousands and a real minus.

    Examples
    --------
    >>> dollars(-12345.6)
    '−$12,346'
    """
    return f"{'−' if amount <= -0.5 else ''}${abs(amount):,.0f}"
