"""Statistics of a time (mean, percentile, tail share), and what a target tested by the day or the week is read from."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from orm_sim.contract.reading import Denominator
from orm_sim.core.errors import nearest
from orm_sim.core.terms import Rule
from orm_sim.kpi import INDICATORS, KpiId, unknown_kpi
from orm_sim.kpi.dictionary import KPI_PATTERN

Statistic = Literal["mean", "percentile", "tail_share"]
"""What of a time is measured: its mean, the time a share of contacts does not exceed, the share beyond a time."""

Test = Literal["day", "week"]
"""A stretch shorter than a month that a target may be tested in, each by itself."""

_MEANS: Final[dict[str, dict[Denominator, str]]] = {
    "wait_s": {"offered": "mean_wait", "answered": "asa"},
    "handle_time_s": {"offered": "aht"},
}
"""Times whose statistic the contract chooses, and the KPI of their mean by whose time it is."""

_STEMS: Final[dict[tuple[str, Denominator], tuple[str, str]]] = {
    ("wait_s", "offered"): ("wait", ""),
    ("wait_s", "answered"): ("wait_answered", "answered_"),
    ("handle_time_s", "offered"): ("handle_time", "handle_time_"),
}
"""Stems of the ids of percentiles and tail shares."""


def _known(name: str) -> str:
    if name not in _MEANS and name not in INDICATORS:
        close = nearest(name, _MEANS)
        said = f"unknown KPI id.  Did you mean '{close}'?" if close else unknown_kpi(name)
        raise PydanticCustomError("unknown_name", "{sentence}", {"sentence": said})
    return name


Measured = Annotated[
    str, AfterValidator(_known),
    WithJsonSchema({
        "type": "string", "anyOf": [{"enum": [*_MEANS, *dict(INDICATORS)]}, {"pattern": KPI_PATTERN}],
    }),
]  # fmt: skip
"""An id of the KPI dictionary, or a time whose statistic is chosen: `wait_s`, `handle_time_s`."""


@cache
def read_as(
    kpi: str, statistic: Statistic | None, at: float | None, above_s: float | None, of: Denominator
) -> KpiId:
    """The KPI of the dictionary that a statistic is; the KPI itself where none is chosen."""
    if statistic is None or (kpi, of) not in _STEMS:
        return kpi
    stem, tail = _STEMS[kpi, of]
    if statistic == "percentile" and at is not None:
        return f"{stem}_p{round(at * 100.0)}_s"
    if statistic == "tail_share" and above_s is not None:
        return f"tail_share_{tail}{round(above_s)}s"
    return _MEANS[kpi][of]


def standing(kpi: str, statistic: Statistic | None) -> KpiId:
    """A KPI of the same unit and direction as a statistic, for checks of single values."""
    if kpi not in _MEANS:
        return kpi
    return "tail_share_60s" if statistic == "tail_share" else "mean_wait"


def on_kpi(fields: tuple[str, ...], broken: Callable[..., str | None]) -> Rule:
    """A rule about a KPI and other fields, asked with a KPI that stands for the statistic."""

    def asked(*values: Any) -> str | None:
        kpi, statistic = values[-2:]
        stands = standing(kpi, statistic)
        said = broken(stands, *values[:-2])
        return said if said is None or statistic is None else said.replace(f"'{stands}'", f"'{statistic}'")

    return Rule((*fields, "kpi", "statistic"), asked)


def _missing_or_idle(
    kpi: str, statistic: Statistic | None, at: float | None, above_s: float | None
) -> str | None:
    if kpi not in _MEANS:
        if statistic is None and at is None and above_s is None:
            return None
        return f"'{kpi}' has a statistic of its own: one is chosen for {', '.join(_MEANS)}"
    if statistic is None:
        return f"'{kpi}' needs its `statistic`: mean, percentile or tail_share"
    if (statistic == "percentile") != (at is not None):
        if at is None:
            return "a percentile needs `at`, the share of contacts that does not exceed the target: 0.9"
        return f"`at` belongs to a percentile, not to a {statistic.replace('_', ' ')}"
    if (statistic == "tail_share") != (above_s is not None):
        if above_s is None:
            return "a tail share needs `above_s`: the share of contacts above how many seconds?"
        return f"`above_s` belongs to a tail share, not to a {statistic}"
    return None


def _uncounted(at: float | None, above_s: float | None) -> str | None:
    """Why no meter can be told: their names carry whole per cents and whole seconds."""
    if at is not None and abs(at * 100.0 - round(at * 100.0)) > 1e-9:
        return f"percentiles are reported at whole per cents, from 0.01 to 0.99, not at {at:g}"
    if above_s is not None and (above_s % 1.0 or above_s > 99_999.0):
        return f"tails are reported at whole seconds, from 1 to 99,999, not at {above_s:g}"
    return None


def _whose(kpi: str, of: Denominator) -> str | None:
    if kpi in _MEANS and of not in _MEANS[kpi]:
        choice = " or ".join(_MEANS[kpi]) if len(_MEANS[kpi]) > 1 else ""
        return f"'{kpi}' is that of contacts {choice}" if choice else f"'{kpi}' is that of contacts answered"
    return None


STATISTIC_RULES: Final = (
    Rule(("kpi", "statistic", "at", "above_s"), _missing_or_idle),
    Rule(("at", "above_s"), _uncounted),
    Rule(("kpi", "of"), _whose),
)
"""What a choice of statistic must keep to."""


def missed_in(test: Test, kpi: str) -> str:
    """The meter of the days or weeks in which the target of a KPI is missed."""
    return f"{test}s_missed_{kpi}"


def open_in(test: Test) -> str:
    """The meter of the days or weeks that are tested."""
    return f"{test}s_open"
