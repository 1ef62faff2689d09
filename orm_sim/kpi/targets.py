"""Targets, and the report that sets them against what was achieved: target, actual, variance, n, status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from orm_sim.core.evidence import required
from orm_sim.core.terms import Rule, Term
from orm_sim.kpi.dictionary import INDICATORS, Counters
from orm_sim.kpi.ids import KpiId

Operator = Literal[">=", ">", "<=", "<"]


@dataclass(frozen=True, slots=True)
class Shown:
    """How values of a KPI are shown: factor to the shown unit, that unit, and the unit of a difference."""

    factor: float
    unit: str
    difference: str


_SHOWN: dict[tuple[str, str | None], Shown] = {
    ("share", None): Shown(100.0, "%", "pp"),
    ("s", None): Shown(1.0, "s", "s"),
    ("s", "min"): Shown(1.0 / 60.0, "min", "min"),
    ("s", "h"): Shown(1.0 / 3600.0, "h", "h"),
    ("min", None): Shown(1.0, "min", "min"),
    ("h", None): Shown(1.0, "h", "h"),
    ("money", None): Shown(1.0, "$", "$"),
    ("fte", None): Shown(1.0, "fte", "fte"),
    ("count", None): Shown(1.0, "", ""),
    ("per_hour", None): Shown(1.0, "per h", "per h"),
}


def _against_direction(name: str, operator: str) -> str | None:
    better = INDICATORS[name].better
    if operator.startswith(">") != (better == "higher"):
        return f"{better} is better for '{name}': a target {operator} a value would reward the wrong way"
    return None


def _cannot_show(name: str, shown_in: str | None) -> str | None:
    unit = INDICATORS[name].unit
    if shown_in is not None and (unit, shown_in) not in _SHOWN:
        return f"'{name}' is measured in {unit}, which cannot be shown in {shown_in}"
    return None


class Target(Term):
    """A value that a KPI is to reach."""

    kpi: KpiId
    """The KPI of the dictionary."""
    operator: Operator
    """How the value binds: at least (>=), at most (<=), above (>), below (<)."""
    value: float = required(unit="the KPI's own")
    """The value, in the KPI's own unit (shares 0 to 1, times in seconds)."""
    shown_in: Literal["min", "h"] | None = None
    """The unit of time a report shows it in, where not seconds."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("kpi", "operator"), _against_direction),
        Rule(("kpi", "shown_in"), _cannot_show),
    )

    @property
    def shown(self) -> Shown:
        """How its values are shown."""
        return _SHOWN[INDICATORS[self.kpi].unit, self.shown_in]

    def met(self, actual: float) -> bool:
        """Whether a value reaches the target; nan does not."""
        return {
            ">=": actual >= self.value,
            ">": actual > self.value,
            "<=": actual <= self.value,
            "<": actual < self.value,
        }[self.operator]


def performance_report(targets: Iterable[Target], counters_by_period: Mapping[str, Counters]) -> pd.DataFrame:
    """Every target in every period: what was asked for, what was achieved, and by how much they differ.

    Parameters
    ----------
    targets : iterable of Target
        In the order of the report.
    counters_by_period : mapping of str to Counters
        Counters of one channel for each period, as numbers.

    Returns
    -------
    DataFrame
        One row per period and target: period, kpi (its name), operator, target, actual, unit (of both),
        variance, variance_unit (pp for shares: percentage points), favourable (the variance lies on the
        better side), n, status ("met", "missed", or "not measured" where the denominator is zero).

    Notes
    -----
    Variance is actual less target, whatever the direction. Values are rounded to 10 decimals, below which
    there is only the noise of binary fractions.
    """
    wanted = tuple(targets)
    rows = [
        _row(period, target, counters) for period, counters in counters_by_period.items() for target in wanted
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


_COLUMNS = {
    "period": "str", "kpi": "str", "operator": "str", "target": "float64", "actual": "float64", "unit": "str",
    "variance": "float64", "variance_unit": "str", "favourable": "bool", "n": "float64", "status": "str",
}  # fmt: skip


def _row(period: str, target: Target, counters: Counters) -> dict[str, object]:
    kpi, shown = INDICATORS[target.kpi], target.shown
    actual = float(kpi.value(counters))
    variance = round((actual - target.value) * shown.factor, 10)
    return {
        "period": period,
        "kpi": kpi.name,
        "operator": target.operator,
        "target": round(target.value * shown.factor, 10),
        "actual": round(actual * shown.factor, 10),
        "unit": shown.unit,
        "variance": variance,
        "variance_unit": shown.difference,
        "favourable": variance > 0.0 if kpi.better == "higher" else variance < 0.0,
        "n": float(np.asarray(counters.get(kpi.n, np.nan))),
        "status": "not measured" if np.isnan(actual) else "met" if target.met(actual) else "missed",
    }


def printed(report: pd.DataFrame) -> pd.DataFrame:
    """The report as it is read: "80 %", "4.5 min", "+5 pp"; an inequality target keeps its sign, "< 1 %"."""
    return pd.DataFrame(
        {
            "KPI": [_capital(name) for name in report["kpi"]],
            "Target": [
                _with_unit(value, unit, sign=f"{sign} " if sign in ("<", ">") else "")
                for value, unit, sign in report[["target", "unit", "operator"]].itertuples(index=False)
            ],
            "Actual": [
                _with_unit(value, unit) for value, unit in zip(report["actual"], report["unit"], strict=True)
            ],
            "Variance": [
                _with_unit(value, unit, sign="+" if value > 0 else "")
                for value, unit in zip(report["variance"], report["variance_unit"], strict=True)
            ],
            "Status": list(report["status"]),
        }
    )


def share_met(report: pd.DataFrame) -> float:
    """Targets met as a share of the targets that could be measured; nan when none could."""
    measured = report[report["status"] != "not measured"]
    return float((measured["status"] == "met").mean()) if len(measured) else float("nan")


def _with_unit(value: float, unit: str, *, sign: str = "") -> str:
    if np.isnan(value):
        return "not measured"
    text = f"{value:,.10g}"
    return f"{sign}{text} {unit}".strip()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
