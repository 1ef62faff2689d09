"""What needs attention: which KPI, on which channel, when, by how much, in how many histories, and its trend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orm_sim.decision.intervals import mean_interval, share_interval
from orm_sim.kpi.against import against_targets, aim
from orm_sim.kpi.control import Control, control
from orm_sim.kpi.dictionary import kpi as kpi_of

MISSES: Final = "misses its target"
LEAVES: Final = "leaves its course"
WATCHED: Final = (
    ("service_level", "inbound"), ("abandonment_rate", "inbound"), ("aht", "inbound"), ("fcr", "inbound"),
    ("csat", "inbound"), ("contact_rate", "outbound"), ("conversion", "outbound"),
)  # fmt: skip
"""KPIs, with their channel, that a control chart watches whether or not they have a target."""
OFTEN: Final = 0.5
"""Share of histories that miss a target from which on it is an exception."""
ALARMED: Final = 0.2
"""Share of histories in alarm from which on it is one: chance alone puts well under one in twenty there."""
_RECENT: Final = 6
_COLUMNS: Final = {
    "channel": "str", "kpi": "str", "month": "int64", "deviates": "str", "by": "float64", "unit": "str",
    "n": "int64", "share": "float64", "share_low": "float64", "share_high": "float64",
    "trend": "str", "trend_by": "float64",
}  # fmt: skip


def paths_of(kpis: pd.DataFrame, kpi: str, channel: str) -> pd.DataFrame:
    """A KPI of one option by history (rows) and month (columns); months in which nobody measured it left out."""
    rows = kpis[kpis["channel"] == channel]
    paths = rows.pivot(index="replication", columns="month", values=kpi)
    return paths.dropna(axis=1, how="all")


def charted(paths: pd.DataFrame, kpi: str, centre: NDArray[np.float64] | None = None) -> Control:
    """The control chart of a KPI over its histories; see `orm_sim.kpi.control.control`."""
    return control(paths.to_numpy(np.float64), kpi_of(kpi).better == "higher", centre)


def target_report(kpis: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Each target of one option period by period, over all histories.

    Parameters
    ----------
    kpis
        Rows of table ``kpis`` of one option.
    targets
        Columns kpi, channel, value.

    Returns
    -------
    DataFrame
        channel, kpi, month, target, actual (median over histories) with p10 and p90, variance (of the median), unit of
        both and of the variance as shown (% and pp for shares), n histories, met (share of them) with its interval,
        status of the median history.
    """
    held = against_targets(kpis, targets)
    held = held[held["status"] != "not measured"]
    rows = []
    for (name, channel, month), own in held.groupby(["kpi", "channel", "month"], sort=False):
        target = aim(str(name), float(own["target"].iloc[0]))
        shown, actual = target.shown, own["actual"].to_numpy(np.float64)
        low, middle, high = np.quantile(actual, (0.1, 0.5, 0.9))
        met = share_interval(int((own["status"] == "met").sum()), len(own))
        rows.append(
            {
                "channel": channel, "kpi": name, "month": month, "operator": target.operator,
                "target": target.value * shown.factor, "actual": middle * shown.factor, "p10": low * shown.factor,
                "p90": high * shown.factor, "variance": (middle - target.value) * shown.factor, "unit": shown.unit,
                "variance_unit": shown.difference, "n": len(own), "met": met.value, "met_low": met.low,
                "met_high": met.high, "status": "met" if target.met(middle) else "missed",
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def exceptions(
    kpis: pd.DataFrame,
    targets: pd.DataFrame | None,
    *,
    watched: Sequence[tuple[str, str]] = WATCHED,
    often: float = OFTEN,
    alarmed: float = ALARMED,
) -> pd.DataFrame:
    """The exception list of one option, worst first.

    Parameters
    ----------
    kpis
        Rows of table ``kpis`` of one option, by month or as `by_period` leaves them.
    targets
        Columns kpi, channel, value; None where the study sets none.
    watched
        KPIs with their channel that are charted.
    often, alarmed
        Share of histories from which on a missed target, and an alarm on the bad side, is an exception.

    Returns
    -------
    DataFrame
        channel, kpi, month (counted from 0), deviates (what it does), by (median of the histories that do, in unit),
        n histories, share of them with its 95 % interval, trend over the six periods that end there ("improving",
        "worsening", "steady" where the interval of the mean slope holds 0, "" below three periods) and trend_by, its
        size per period.
    """
    found = [*_misses(kpis, targets, often)] if targets is not None else []
    found += _alarms(kpis, watched, alarmed)
    table = pd.DataFrame(found, columns=list(_COLUMNS)).astype(_COLUMNS)
    order = table.assign(target=table["deviates"] == MISSES)
    ranked = order.sort_values(
        ["share", "target", "kpi", "month"], ascending=[False, False, True, True]
    ).index
    return table.loc[ranked].reset_index(drop=True)


def _misses(kpis: pd.DataFrame, targets: pd.DataFrame, often: float) -> Iterator[dict[str, object]]:
    for name, channel, value in targets[["kpi", "channel", "value"]].itertuples(index=False):
        target = aim(str(name), float(value))
        paths = paths_of(kpis, str(name), str(channel))
        away = paths.to_numpy(np.float64) - target.value
        missed = np.isfinite(away) & ~np.isclose(away, 0.0, atol=1e-12)
        missed &= away < 0.0 if target.operator == ">=" else away > 0.0
        yield from _rows(MISSES, str(name), str(channel), paths, away, missed, often)


def _alarms(
    kpis: pd.DataFrame, watched: Iterable[tuple[str, str]], alarmed: float
) -> Iterator[dict[str, object]]:
    for name, channel in watched:
        if name not in kpis.columns:
            continue
        paths = paths_of(kpis, name, channel)
        if paths.shape[0] < 2 or paths.shape[1] < 2:
            continue
        chart = charted(paths, name)
        yield from _rows(LEAVES, name, channel, paths, chart.mean, chart.worse, alarmed)


def _rows(
    deviates: str, name: str, channel: str, paths: pd.DataFrame, away: NDArray[np.float64],
    out: NDArray[np.bool_], least: float,
) -> Iterator[dict[str, object]]:  # fmt: skip
    """A row for each period in which enough histories are out."""
    shown = aim(name, 0.0).shown
    measured = np.isfinite(paths.to_numpy(np.float64))
    for place, month in enumerate(paths.columns):
        n, events = int(measured[:, place].sum()), int((out[:, place] & measured[:, place]).sum())
        if n == 0 or events == 0 or events < least * n:
            continue
        share = share_interval(events, n)
        word, slope = trend(paths.iloc[:, max(place - _RECENT + 1, 0) : place + 1], name)
        yield {
            "channel": channel, "kpi": name, "month": int(month), "deviates": deviates,
            "by": float(np.median(away[out[:, place] & measured[:, place], place])) * shown.factor,
            "unit": shown.difference, "n": n, "share": share.value, "share_low": share.low,
            "share_high": share.high, "trend": word, "trend_by": slope * shown.factor,
        }  # fmt: skip


def spells(found: pd.DataFrame, length: int = 1) -> pd.DataFrame:
    """Exceptions of neighbouring periods as one: until when, and the figures of the worst period.

    Parameters
    ----------
    found
        What `exceptions` returns.
    length
        Months of a period.

    Returns
    -------
    DataFrame
        The same columns and until (first month of the last period); trend and trend_by are those of the last period.
        Missed targets come first, then by share of histories.
    """
    rows = []
    for _, own in found.sort_values("month").groupby(["deviates", "kpi", "channel"], sort=False):
        for _, spell in own.groupby((own["month"].diff() != length).cumsum()):
            worst = spell.assign(size=spell["by"].abs()).sort_values(["share", "size"]).iloc[-1]
            last = spell.iloc[-1]
            told = {"month": spell["month"].iloc[0], "until": last["month"]}
            rows.append(
                {**worst[list(_COLUMNS)], **told, "trend": last["trend"], "trend_by": last["trend_by"]}
            )
    table = pd.DataFrame(rows, columns=[*_COLUMNS, "until"])
    order = table.assign(target=table["deviates"] == MISSES)
    keys = ["target", "share", "kpi", "month"]
    return table.loc[order.sort_values(keys, ascending=[False, False, True, True]).index].reset_index(
        drop=True
    )


def trend(paths: pd.DataFrame, kpi: str) -> tuple[str, float]:
    """Where a KPI is going: a word, and the mean over histories of its slope per period.

    Parameters
    ----------
    paths
        Histories (rows) by period (columns), at least three; fewer have no trend.
    kpi
        Its id: which direction improves it.
    """
    whole = paths.dropna().to_numpy(np.float64)
    if whole.shape[1] < 3 or whole.shape[0] == 0:
        return "", float("nan")
    time = np.arange(whole.shape[1]) - (whole.shape[1] - 1) / 2
    found = mean_interval(whole @ time / float(time @ time))
    if not (found.low > 0.0 or found.high < 0.0):
        return "steady", found.value
    return "improving" if (found.value > 0.0) == (
        kpi_of(kpi).better == "higher"
    ) else "worsening", found.value
