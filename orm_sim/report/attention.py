"""The exception list and the report of targets as they are read: words, units, and the histories behind them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from orm_sim.decision.exceptions import exceptions, paths_of, spells, target_report
from orm_sim.kpi.against import aim
from orm_sim.kpi.counters import COUNTERS
from orm_sim.kpi.dictionary import kpi as kpi_of
from orm_sim.kpi.periods import MONTHS, Every, by_period, period_name
from orm_sim.report import words

NOTHING = "nothing needs attention"
_HEADINGS = ("KPI", "when", "what", "at worst by", "of histories", "trend at its end")
_SIGNS = {">=": "≥", "<=": "≤"}


def exception_list(
    kpis: pd.DataFrame, targets: pd.DataFrame | None, option: str, *, every: Every = "month", most: int = 15
) -> pd.DataFrame:
    """What needs attention under an option, worst first: KPI, when, by how much, how often, and its trend.

    Neighbouring periods are told as one spell, with its worst period.

    Parameters
    ----------
    kpis
        Table ``kpis``, by month.
    targets
        Columns kpi, channel, value; None where the study sets none.
    option
        Name of the option.
    every
        Length of the periods.
    most
        Rows to show; a last row tells how many are left out.
    """
    found = spells(exceptions(by_period(kpis[kpis["option"] == option], every), targets), MONTHS[every])
    rows = [
        {
            "KPI": f"{kpi_of(str(row['kpi'])).name}, {row['channel']}",
            "when": _when(int(row["month"]), int(row["until"]), every),
            "what": row["deviates"],
            "at worst by": _signed(float(row["by"]), str(row["unit"])),
            "of histories": f"{words.percent(float(row['share']))} of {row['n']} "
            f"({words.percent(float(row['share_low']))} to {words.percent(float(row['share_high']))})",
            "trend at its end": _trend(row["trend"], float(row["trend_by"]), str(row["unit"]), every),
        }
        for row in found.head(most).to_dict("records")
    ]
    if not rows:
        rows = [dict(zip(_HEADINGS, (NOTHING, *[""] * 5), strict=True))]
    if len(found) > most:
        rows.append(dict(zip(_HEADINGS, (f"and {len(found) - most} more", *[""] * 5), strict=True)))
    return pd.DataFrame(rows)


def _when(first: int, last: int, every: Every) -> str:
    """The periods of a spell: "month 3", "months 3 to 9"."""
    begins, ends = period_name(first, every), last // MONTHS[every] + 1
    return begins if first == last else f"{every}s {first // MONTHS[every] + 1} to {ends}"


def kpi_targets(
    kpis: pd.DataFrame, targets: pd.DataFrame, option: str, *, every: Every = "month"
) -> pd.DataFrame:
    """Each target against what was achieved, period by period: median, middle 80 %, variance, histories that met it.

    Parameters
    ----------
    kpis
        Table ``kpis``, by month.
    targets
        Columns kpi, channel, value.
    option
        Name of the option.
    every
        Length of the periods.
    """
    table = target_report(by_period(kpis[kpis["option"] == option], every), targets)
    return pd.DataFrame(
        [
            {
                "KPI": f"{kpi_of(str(row['kpi'])).name}, {row['channel']}",
                "when": period_name(int(row["month"]), every),
                "target": f"{_SIGNS[str(row['operator'])]} {_number(float(row['target']), str(row['unit']))}",
                "actual": f"{_number(float(row['actual']), str(row['unit']))} "
                f"({_number(float(row['p10']), '')} to {_number(float(row['p90']), '')})",
                "variance": _signed(float(row["variance"]), str(row["variance_unit"])),
                "met in": f"{words.percent(float(row['met']))} of {row['n']} "
                f"({words.percent(float(row['met_low']))} to {words.percent(float(row['met_high']))})",
                "status": row["status"],
            }
            for row in table.to_dict("records")
        ],
        columns=["KPI", "when", "target", "actual", "variance", "met in", "status"],
    )


def kpi_course(kpis: pd.DataFrame, names: Sequence[str], *, every: Every = "month") -> pd.DataFrame:
    """KPIs of one option period by period, a column each: median over histories and the middle 80 %.

    Parameters
    ----------
    kpis
        Rows of table ``kpis`` of one option, by month.
    names
        KPI ids, in the order of the columns; a channel without any of one has no such column.
    every
        Length of the periods.
    """
    table = by_period(kpis, every)
    columns: dict[str, dict[int, str]] = {}
    for channel in sorted(table["channel"].unique()):
        for name in names:
            if name in COUNTERS and channel not in COUNTERS[name].channels:
                continue
            paths = paths_of(table, name, str(channel))
            if paths.empty or not paths.to_numpy().any():
                continue
            shown = aim(name, 0.0).shown
            low, middle, high = paths.quantile([0.1, 0.5, 0.9]).to_numpy() * shown.factor
            columns[f"{kpi_of(name).name}, {channel}{f', {shown.unit}' if shown.unit else ''}"] = {
                int(month): f"{_number(m, '')} ({_number(a, '')} to {_number(b, '')})"
                for month, a, m, b in zip(paths.columns, low, middle, high, strict=True)
            }
    frame = pd.DataFrame(columns).sort_index().fillna(words.NONE)
    frame.insert(0, "when", [period_name(int(month), every) for month in frame.index])
    return frame.reset_index(drop=True)


def _number(value: float, unit: str) -> str:
    return words.minus(f"{value:,.{0 if abs(value) >= 200 else 1}f} {unit}".strip())


def _signed(value: float, unit: str) -> str:
    return ("+" if value > 0.0 else "") + _number(value, unit)


def _trend(word: str, size: float, unit: str, every: Every) -> str:
    if not word or math.isnan(size):
        return words.NONE
    return f"{word}, {words.minus(f'{size:+,.2g}')} {unit} a {every}"
