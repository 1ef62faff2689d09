"""Laws of durations as a file writes them, and the table of numbers that compiled code reads them from."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Final, Literal, NamedTuple

import numpy as np
from pydantic import Discriminator

from orm_sim.centre.laws import (
    CONSTANT,
    EMPIRICAL,
    EXPONENTIAL,
    GAMMA,
    LOGNORMAL,
    NEVER,
    PIECEWISE_HAZARD,
    UNIFORM,
    WEIBULL,
    LawTable,
)
from orm_sim.core.evidence import required
from orm_sim.core.terms import Many, NotNegative, Rule, Term

LONGEST_S: Final = 1e9
"""Largest mean a law may have: thirty years. Beyond it, products of drawn times run out of numbers."""


class Row(NamedTuple):
    """One law in numbers: kind, a, b, and its own values x and y; see `LawTable`."""

    kind: int
    a: float = 0.0
    b: float = 0.0
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()

    def later(self, seconds: float) -> Row:
        """The same law with a constant added to every value."""
        if seconds == 0.0 or self.kind == NEVER:
            return self
        if self.kind == PIECEWISE_HAZARD:
            return self._replace(x=(seconds, *(each + seconds for each in self.x)), y=(0.0, *self.y))
        if self.kind == EMPIRICAL:
            return self._replace(x=tuple(each + seconds for each in self.x))
        return self._replace(x=(seconds,), y=(0.0,))


class Exponential(Term):
    """A duration that does not age."""

    law: Literal["exponential"]
    """Name of the law."""
    mean_s: float = required(unit="s", gt=0, le=LONGEST_S)
    """Its mean."""

    @property
    def row(self) -> Row:
        """The law in numbers."""
        return Row(EXPONENTIAL, self.mean_s)

    @property
    def longest_s(self) -> float:
        """What it never exceeds."""
        return math.inf


class _Spread(Term):
    mean_s: float = required(unit="s", gt=0, le=LONGEST_S)
    """Its mean."""
    cv: float = required(unit="ratio", ge=0, le=100)
    """Standard deviation over mean; 0 makes it a constant."""

    @property
    def longest_s(self) -> float:
        """What it never exceeds."""
        return math.inf if self.cv > 0.0 else self.mean_s


class Lognormal(_Spread):
    """A duration whose logarithm is normal."""

    law: Literal["lognormal"]
    """Name of the law."""

    @property
    def row(self) -> Row:
        """The law in numbers."""
        if self.cv == 0.0:
            return Row(CONSTANT, self.mean_s)
        variance = math.log1p(self.cv * self.cv)
        return Row(LOGNORMAL, math.log(self.mean_s) - variance / 2.0, math.sqrt(variance))


class Gamma(_Spread):
    """A gamma duration."""

    law: Literal["gamma"]
    """Name of the law."""

    @property
    def row(self) -> Row:
        """The law in numbers."""
        if self.cv == 0.0:
            return Row(CONSTANT, self.mean_s)
        return Row(GAMMA, self.mean_s * self.cv * self.cv, 1.0 / (self.cv * self.cv))


class Weibull(_Spread):
    """A duration whose hazard is a power of its age."""

    law: Literal["weibull"]
    """Name of the law."""

    @property
    def row(self) -> Row:
        """The law in numbers."""
        if self.cv == 0.0:
            return Row(CONSTANT, self.mean_s)
        turn = 1.0 / weibull_shape(self.cv)
        return Row(WEIBULL, self.mean_s * math.exp(-math.lgamma(1.0 + turn)), turn)


class Uniform(Term):
    """Every value between two bounds is as likely."""

    law: Literal["uniform"]
    """Name of the law."""
    low_s: float = required(unit="s", ge=0)
    """Shortest."""
    high_s: float = required(unit="s", gt=0, le=LONGEST_S)
    """Longest."""

    rules = (
        Rule(
            ("low_s", "high_s"),
            lambda low, high: None if low <= high else f"low_s {low:g} must not exceed high_s {high:g}",
        ),
    )

    @property
    def row(self) -> Row:
        """The law in numbers."""
        return Row(UNIFORM, self.low_s, self.high_s - self.low_s)

    @property
    def longest_s(self) -> float:
        """What it never exceeds."""
        return self.high_s


class Constant(Term):
    """Always the same."""

    law: Literal["constant"]
    """Name of the law."""
    value_s: float = required(unit="s", ge=0)
    """The value."""

    @property
    def row(self) -> Row:
        """The law in numbers."""
        return Row(CONSTANT, self.value_s)

    @property
    def longest_s(self) -> float:
        """What it never exceeds."""
        return self.value_s


def _pieces(until: tuple[float, ...], per: tuple[float, ...]) -> str | None:
    if any(b <= a for a, b in zip((0.0, *until), until, strict=False)):
        return "until_s must ascend from above 0"
    if not per:
        return "per_s must have at least one entry"
    if len(per) not in (len(until), len(until) + 1):
        return f"per_s must have as many entries as until_s or one more; it has {len(per)} for {len(until)}"
    return None


class PiecewiseHazard(Term):
    """Hazard constant between borders: a share `per_s` of those still there goes in every second."""

    law: Literal["piecewise_hazard"]
    """Name of the law."""
    until_s: Many[NotNegative] = required(unit="s")
    """End of each piece, ascending; the last piece goes on for ever, whether or not its end is given."""
    per_s: Many[NotNegative] = required(unit="share/s")
    """Hazard in each piece; 0 in the last: those who reach it stay."""

    rules = (Rule(("until_s", "per_s"), _pieces),)

    @property
    def row(self) -> Row:
        """The law in numbers."""
        return Row(PIECEWISE_HAZARD, x=(*self.until_s[: len(self.per_s) - 1], math.inf), y=self.per_s)

    @property
    def longest_s(self) -> float:
        """What it never exceeds."""
        return math.inf


class _Values(Term):
    values_s: Many[NotNegative] = required(unit="s")
    """The values."""

    rules = (Rule(("values_s",), lambda values: None if values else "must have at least one entry"),)

    @property
    def row(self) -> Row:
        """The law in numbers."""
        return Row(EMPIRICAL, x=tuple(sorted(self.values_s)), y=(0.0,) * len(self.values_s))

    @property
    def longest_s(self) -> float:
        """What it never exceeds."""
        return max(self.values_s)


class Empirical(_Values):
    """One of the values, each as likely."""

    law: Literal["empirical"]
    """Name of the law."""


class Given(_Values):
    """The values in order of arrival, from the first again when they run out; later attempts draw one of them."""

    law: Literal["given"]
    """Name of the law."""


class Never(Term):
    """Nobody ever loses patience."""

    law: Literal["never"]
    """Name of the law."""

    @property
    def row(self) -> Row:
        """The law in numbers."""
        return Row(NEVER)

    @property
    def longest_s(self) -> float:
        """What it never exceeds."""
        return math.inf


Drawn = Exponential | Lognormal | Gamma | Weibull | Uniform | Constant | PiecewiseHazard | Empirical
AnyLaw = Drawn | Given | Never
DrawnLaw = Annotated[Drawn, Discriminator("law")]
"""The law of a delay."""
HandleLaw = Annotated[Drawn | Given, Discriminator("law")]
"""The law of a handle time."""
PatienceLaw = Annotated[AnyLaw, Discriminator("law")]
"""The law of a patience."""


def weibull_shape(cv: float) -> float:
    """Shape of a Weibull variable with a coefficient of variation, by bisection; exact to 1e-12.

    Examples
    --------
    >>> round(weibull_shape(1.0), 10)
    1.0
    """
    wanted = math.log1p(cv * cv)
    low, high = math.log(0.05), math.log(1e7)
    for _ in range(200):
        middle = 0.5 * (low + high)
        turn = math.exp(-middle)
        spread = math.lgamma(1.0 + 2.0 * turn) - 2.0 * math.lgamma(1.0 + turn)
        low, high = (middle, high) if spread > wanted else (low, middle)
    return math.exp(0.5 * (low + high))


class LawRegister:
    """Laws on their way into one table; equal laws share a number."""

    def __init__(self) -> None:
        self._numbers: dict[Row, int] = {}

    def number(self, row: Row) -> int:
        """Number of a law in the table."""
        return self._numbers.setdefault(row, len(self._numbers))

    def table(self) -> LawTable:
        """The table of all laws numbered so far."""
        rows = list(self._numbers)
        ends = np.cumsum([0, *(len(row.x) for row in rows)], dtype=np.int64)

        def floats(pick: Callable[[Row], tuple[float, ...]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
            return np.array([each for row in rows for each in pick(row)], np.float64)

        return LawTable(
            kind=np.array([row.kind for row in rows], np.int64), a=floats(lambda row: (row.a,)),
            b=floats(lambda row: (row.b,)), first=ends[:-1].copy(), stop=ends[1:].copy(),
            x=floats(lambda row: row.x), y=floats(lambda row: row.y),
        )  # fmt: skip
