"""Conditions: what must hold in a month for clauses to be owed, or for a remedy to open; elementwise."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal

import numpy as np
from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema

from orm_sim.contract.clause import Channel, Window, plain_name
from orm_sim.contract.events import EVENTS, EventId
from orm_sim.contract.period import COVENANTS, Array, Flags, Period
from orm_sim.contract.reading import (
    Denominator,
    denominator_unknown,
    needs_of,
    population_said,
    tallied,
    threshold_missing,
    value_impossible,
    value_of,
    value_said,
)
from orm_sim.contract.statistic import STATISTIC_RULES, Measured, Statistic, on_kpi, read_as
from orm_sim.contract.wording import plain, share
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Rule, Term
from orm_sim.kpi import INDICATORS, METERS, MeterId

_NO = np.asarray(0.0)

CovenantName = Annotated[
    str, AfterValidator(plain_name), WithJsonSchema({"type": "string", "pattern": r"^[a-z0-9][a-z0-9_-]*$"})
]
"""The name of a figure that a party reports: small letters, digits, - and _, as in `covenants.liquidity`."""

Kept = Mapping[str, Array]
"""What a condition remembers from one month to the next."""


class _Condition(Term):
    """What may hold or not."""

    @property
    def cites(self) -> tuple[str, ...]:
        """The labels of the clauses it asks about."""
        return ()

    @property
    def relies_on(self) -> tuple[tuple[str, str], ...]:
        """The (channel, meter) that it cannot do without."""
        return ()

    @abstractmethod
    def holds(self, period: Period, before: Kept) -> tuple[Flags, dict[str, Array]]:
        """Whether it holds in this period, and what it remembers; months in which nothing closes change nothing."""

    @abstractmethod
    def wording(self) -> str:
        """The condition in words, to follow "if"."""


def _one_side(below: float | None, above: float | None) -> str | None:
    if (below is None) == (above is None):
        return "needs either `below` or `above`, and not both"
    return None


class Reached(_Condition):
    """A KPI lies below or above a value, in the last window that has closed."""

    kpi: Measured
    """The KPI of the dictionary, or a time whose statistic is chosen: `wait_s`, `handle_time_s`."""
    statistic: Statistic | None = None
    """Of a time: its mean, a percentile (`at`), or the share of contacts whose time is longer (`above_s`)."""
    at: float | None = optional(unit="share", gt=0.0, lt=1.0)
    """Of a percentile: the share of contacts that does not exceed it; 0.9 is the 90th percentile."""
    above_s: float | None = optional(unit="s", gt=0.0)
    """Of a tail share: the time in seconds beyond which contacts count."""
    channel: Channel
    """The channel it is measured on."""
    within_s: Annotated[float, Field(gt=0.0)] | None = None
    """For service_level: the threshold in seconds."""
    of: Denominator = "offered"
    """For service_level and abandonment_rate: the contacts it is a share of; for wait_s: whose wait it is."""
    below: float | None = optional(unit="the KPI's own")
    """Holds where the KPI is below this."""
    above: float | None = optional(unit="the KPI's own")
    """Holds where the KPI is above this."""
    window: Window = "month"
    """The stretch over which it is measured; the result stands until the next one closes."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *STATISTIC_RULES,
        Rule(("kpi", "within_s"), threshold_missing),
        Rule(("kpi", "of"), denominator_unknown),
        Rule(("below", "above"), _one_side),
        on_kpi(("below",), value_impossible),
        on_kpi(("above",), value_impossible),
    )

    @property
    def reads(self) -> str:
        """The KPI of the dictionary it stands for, its statistic included."""
        return read_as(self.kpi, self.statistic, self.at, self.above_s, self.of)

    @property
    def share_of(self) -> Denominator:
        """What the KPI is a share of; a statistic says it by itself."""
        return self.of if self.statistic is None else "offered"

    def holds(self, period: Period, before: Kept) -> tuple[Flags, dict[str, Array]]:
        """Whether the KPI lies beyond the value; False where it could not be measured."""
        last = before.get("held", _NO)
        if not period.in_force:
            return last > 0.0, dict(before)
        counted = tallied(
            period, self.channel, needs_of(self.reads, self.share_of), before, alone=self.window == "month"
        )
        if not period.ends(self.window):
            return last > 0.0, {**counted, "held": last}
        value = value_of(self.reads, self.share_of, counted)
        beyond = value < self.below if self.below is not None else value > (self.above or 0.0)
        return np.asarray(beyond), {"held": np.asarray(beyond, dtype=np.float64)}

    def wording(self) -> str:
        """The condition in words."""
        side, value = ("below", self.below) if self.below is not None else ("above", self.above or 0.0)
        over = "" if self.window == "month" else f" in the last {self.window} that has closed"
        population = population_said(self.reads, self.share_of, self.within_s)
        name, said = INDICATORS[self.reads].name, value_said(self.reads, value)
        return f"{name} ({self.channel}) is {side} {said}{population}{over}"


class Happening(_Condition):
    """Something happens in the month."""

    event: EventId
    """What happens."""

    def holds(self, period: Period, before: Kept) -> tuple[Flags, dict[str, Array]]:
        """Whether it happens in this month."""
        return period.event(self.event) > 0.0, {}

    def wording(self) -> str:
        """The condition in words."""
        return f"there is {EVENTS[self.event]}"


def _in_a_row_or_of_last(in_a_row: int | None, times: int | None, of_last: int | None) -> str | None:
    if (in_a_row is None) == (times is None) or (times is None) != (of_last is None):
        return "needs either `in_a_row`, or `times` and `of_last` together"
    if times is not None and of_last is not None and times > of_last:
        return f"can never hold: {times} failures of the last {of_last} windows"
    return None


class Failures(_Condition):
    """A service credit's targets were missed so often; windows that do not count are left out."""

    failures_of: str
    """The label of the service credit, or of a combinator around one."""
    in_a_row: int | None = optional(unit="count", ge=1)
    """Windows in a row in which a target was missed."""
    times: int | None = optional(unit="count", ge=1)
    """Windows in which a target was missed ..."""
    of_last: int | None = optional(unit="count", ge=1)
    """... of the last so many."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("in_a_row", "times", "of_last"), _in_a_row_or_of_last),)

    @property
    def cites(self) -> tuple[str, ...]:
        """The labels of the clauses it asks about."""
        return (self.failures_of,)

    def holds(self, period: Period, before: Kept) -> tuple[Flags, dict[str, Array]]:
        """Whether there were so many misses, this window's included."""
        missed = _results(period, self.failures_of).get("missed")
        if self.of_last is None:
            return self._row(missed, before)
        ages = range(1, self.of_last + 1)
        last = {f"missed{age}": before.get(f"missed{age}", _NO) for age in ages}
        if missed is not None:
            newer = [missed, *last.values()]
            counts = ~np.isnan(missed)
            last = {
                name: np.where(counts, new, old)
                for (name, old), new in zip(last.items(), newer, strict=False)
            }
        return np.asarray(sum(last.values(), _NO) >= (self.times or 1)), last

    def _row(self, missed: Array | None, before: Kept) -> tuple[Flags, dict[str, Array]]:
        row = before.get("row", _NO)
        if missed is not None:
            row = np.where(np.isnan(missed), row, np.where(missed > 0.0, row + 1.0, 0.0))
        return np.asarray(row >= (self.in_a_row or 1)), {"row": row}

    def wording(self) -> str:
        """The condition in words."""
        if self.in_a_row is not None:
            often = "once" if self.in_a_row == 1 else f"{self.in_a_row} times in a row"
        else:
            often = f"in {self.times} of the last {self.of_last} windows"
        return f"a target of '{self.failures_of}' has been missed {often}"


class Credits(_Condition):
    """Credits come to more than a share of the fees they are reckoned on."""

    credits_of: str
    """The label of the service credit, or of a combinator around one."""
    above_share: float = required(unit="share", ge=0.0, lt=1.0)
    """Holds where credits are above this share of the fees."""
    of_last: int | None = optional(unit="count", ge=1)
    """Over the last so many windows together; where not given, in the last one alone."""

    @property
    def cites(self) -> tuple[str, ...]:
        """The labels of the clauses it asks about."""
        return (self.credits_of,)

    def holds(self, period: Period, before: Kept) -> tuple[Flags, dict[str, Array]]:
        """Whether credits are above the share, this window's included."""
        ages = range(1, (self.of_last or 1) + 1)
        last = {
            f"{what}{age}": before.get(f"{what}{age}", _NO) for what in ("credit", "fees") for age in ages
        }
        results = _results(period, self.credits_of)
        if results:
            now = {"credit": results["credited"], "fees": results["fees"]}
            last = {
                f"{what}{age}": now[what] if age == 1 else last[f"{what}{age - 1}"]
                for what in now
                for age in ages
            }
        credited, fees = (sum((last[f"{what}{age}"] for age in ages), _NO) for what in ("credit", "fees"))
        return np.asarray(credited > fees * self.above_share + 0.005), last

    def wording(self) -> str:
        """The condition in words."""
        over = "" if self.of_last is None else f" over the last {self.of_last} windows"
        return f"credits under '{self.credits_of}' are above {share(self.above_share)} of the fees{over}"


class Covenant(_Condition):
    """A figure that a party reports about itself (liquidity, attrition, staff) lies below or above a value."""

    covenant: CovenantName
    """The name under which a history gives it: `covenants.liquidity`."""
    below: float | None = optional(unit="the figure's own")
    """Holds where it is below this."""
    above: float | None = optional(unit="the figure's own")
    """Holds where it is above this."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("below", "above"), _one_side),)

    @property
    def relies_on(self) -> tuple[tuple[str, str], ...]:
        """The (channel, meter) that it cannot do without."""
        return ((COVENANTS, self.covenant),)

    def holds(self, period: Period, before: Kept) -> tuple[Flags, dict[str, Array]]:
        """Whether the figure of this month lies beyond the value."""
        value = period.meter(COVENANTS, self.covenant)
        return np.asarray(value < self.below if self.below is not None else value > (self.above or 0.0)), {}

    def wording(self) -> str:
        """The condition in words."""
        side, value = ("below", self.below) if self.below is not None else ("above", self.above or 0.0)
        return f"the reported '{self.covenant}' is {side} {plain(value or 0.0)}"


def _one_expectation(forecast: str | None, baseline: float | None) -> str | None:
    if (forecast is None) == (baseline is None):
        return "needs either a `forecast` or a `baseline` to compare with"
    return None


class Strayed(_Condition):
    """Volume lies further from what was expected than a share of it, in the last window that has closed."""

    outside: float = required(unit="share", gt=0.0)
    """Holds where volume is more than this share of what was expected away from it."""
    channel: Channel
    """The channel it is counted on."""
    meter: MeterId
    """The counter of volume."""
    forecast: MeterId | None = None
    """The counter of what was expected."""
    baseline: float | None = optional(unit="the meter's own", gt=0.0)
    """In its place: a fixed number a month."""
    side: Literal["either", "above", "below"] = "either"
    """Whether it is too much that counts, too little, or both."""
    window: Window = "month"
    """The stretch over which both are added up; the result stands until the next one closes."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("forecast", "baseline"), _one_expectation),)

    @property
    def relies_on(self) -> tuple[tuple[str, str], ...]:
        """The (channel, meter) that it cannot do without."""
        meters = (self.meter,) if self.forecast is None else (self.meter, self.forecast)
        return tuple((self.channel, name) for name in meters)

    def holds(self, period: Period, before: Kept) -> tuple[Flags, dict[str, Array]]:
        """Whether volume lies outside the band."""
        last = before.get("held", _NO)
        if not period.in_force:
            return last > 0.0, dict(before)
        due = self.baseline if self.forecast is None else period.meter(self.channel, self.forecast)
        came = before.get("came", _NO) + period.meter(self.channel, self.meter)
        expected = before.get("expected", _NO) + np.asarray(due)
        if not period.ends(self.window):
            return last > 0.0, {"came": came, "expected": expected, "held": last}
        band = expected * self.outside + 1e-9
        above, below = came > expected + band, came < expected - band
        beyond = {"either": above | below, "above": above, "below": below}[self.side]
        return np.asarray(beyond), {"held": np.asarray(beyond, dtype=np.float64)}

    def wording(self) -> str:
        """The condition in words."""
        aim = (
            f"{plain(self.baseline)} a month"
            if self.baseline is not None
            else METERS[self.forecast or ""].name
        )
        over = "" if self.window == "month" else f" in the last {self.window} that has closed"
        side = "away from" if self.side == "either" else self.side
        return f"{METERS[self.meter].name} ({self.channel}) are more than {share(self.outside)} {side} {aim}{over}"


def _results(period: Period, label: str) -> Mapping[str, Array]:
    return period.billed[label].results if label in period.billed else {}


_KEYS: Final[dict[str, type[_Condition]]] = {
    "kpi": Reached,
    "event": Happening,
    "failures_of": Failures,
    "credits_of": Credits,
    "covenant": Covenant,
    "outside": Strayed,
}


def _kind_of(value: Any) -> str | None:
    """The kind of condition a mapping stands for: told by the one key that only it has."""
    if isinstance(value, _Condition):
        return type(value).__name__
    given = [kind.__name__ for key, kind in _KEYS.items() if isinstance(value, Mapping) and key in value]
    return given[0] if len(given) == 1 else None


Condition = Annotated[
    Annotated[Reached, Tag("Reached")]
    | Annotated[Happening, Tag("Happening")]
    | Annotated[Failures, Tag("Failures")]
    | Annotated[Credits, Tag("Credits")]
    | Annotated[Covenant, Tag("Covenant")]
    | Annotated[Strayed, Tag("Strayed")],
    Discriminator(
        _kind_of,
        custom_error_type="condition",
        custom_error_message=f"needs exactly one of the keys {', '.join(_KEYS)}",
    ),
]
"""What must hold: a KPI beyond a value, an event, failures in a row or of the last windows, credits above a share, a
reported figure beyond a value, volume away from what was expected."""
