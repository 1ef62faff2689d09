"""On track? The control chart of a KPI: its weighted mean over histories, the limits of chance, and the target."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from orm_sim.contract.progress import Glide
from orm_sim.decision.exceptions import charted, paths_of
from orm_sim.kpi.control import Control
from orm_sim.kpi.dictionary import kpi as kpi_of
from orm_sim.kpi.periods import MONTHS, Every
from orm_sim.report import words
from orm_sim.report.course import axis_of, bands
from orm_sim.report.theme import CLIENT, INK, LOSS, WIDTH, Figure, finish


def control_chart(
    kpis: pd.DataFrame,
    option: str,
    kpi: str,
    channel: str,
    *,
    target: float | None = None,
    glide: Glide | None = None,
    history: int | None = None,
    every: Every = "month",
) -> Figure:
    """The control chart (EWMA) of a KPI of one option: median, the middle half and 80 % of histories, limits, target.

    Parameters
    ----------
    kpis
        Table ``kpis``, by month or as `by_period` leaves it.
    option, kpi, channel
        What is charted.
    target
        Drawn as a line; with a glide path, as the path to it.
    glide
        The path to the target. The chart is then held against the path; otherwise against the course that the run
        expects, the mean over histories.
    history
        A single history drawn over the bands, its alarms marked; by default the one with most of them.
    every
        The periods of the table.

    Raises
    ------
    ValueError
        When the option has no such KPI, or a single history and no glide path.
    """
    paths = paths_of(kpis[kpis["option"] == option], kpi, channel)
    if paths.empty:
        raise ValueError(f"no {kpi} on {channel} for {option}")
    aimed = _aimed(paths, target, glide)
    chart = charted(paths, kpi, aimed if glide is not None else None)
    shown = _row_shown(paths, chart, history)
    layers = _layers(paths, chart, aimed, shown, kpi, every)
    entry = kpi_of(kpi)
    once = float(chart.worse.any(axis=1).mean())
    against = "the glide path to its target" if glide is not None else "the course that the run expects"
    return finish(
        alt.layer(*layers).properties(width=WIDTH, height=260),
        f"On track? {entry.name.capitalize()}, {channel}",
        option,
        f"Weighted mean (EWMA, λ = 0.1) against {against}; {entry.better} is better.",
        f"Thick line: median of {len(paths)} histories. Bands: middle 50 % and 80 %.",
        f"Dashed: limits (2.814 σ) that independent {every}s pass by chance once in 500.",
        f"Thin line: history {paths.index[shown]}, alarms as points. In alarm on the bad side at least once: "
        f"{words.percent(once)} of histories.",
    )


def _aimed(paths: pd.DataFrame, target: float | None, glide: Glide | None) -> np.ndarray | None:
    """The target of each period; None without one."""
    if target is None:
        if glide is not None:
            raise ValueError("a glide path needs the target it leads to")
        return None
    months = [int(month) for month in paths.columns]
    return np.array([float(glide.at(target, m)) if glide is not None else target for m in months])


def _row_shown(paths: pd.DataFrame, chart: Control, history: int | None) -> int:
    """The row of the history to draw."""
    if history is None:
        return int(chart.worse.sum(axis=1).argmax())
    if history not in paths.index:
        raise ValueError(f"there is no history {history}")
    return list(paths.index).index(history)


def _layers(
    paths: pd.DataFrame, chart: Control, aimed: np.ndarray | None, shown: int, kpi: str, every: Every
) -> list[alt.Chart]:
    """Bands, median, limits, target and one history."""
    periods = np.asarray(paths.columns, dtype=np.int64) // MONTHS[every]
    whole = pd.DataFrame((chart.centre + chart.mean).T, index=periods, columns=paths.index)
    data = bands(whole)
    single = pd.DataFrame({"month": periods + 1, "value": whole.to_numpy()[:, shown]})
    single["alarm"] = chart.worse[shown] | chart.better[shown]
    limits = pd.DataFrame(
        {"month": periods + 1, "low": chart.centre - chart.half, "high": chart.centre + chart.half}
    )
    title, number = axis_of(kpi, float(data["p90"].max() - data["p10"].min()))
    x = alt.X(
        "month:Q",
        title=f"{every} of the contract",
        scale=alt.Scale(nice=False),
        axis=alt.Axis(tickMinStep=1, grid=False),
    )
    scale = alt.Scale(zero=False, nice=True)

    def y(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", title=title, scale=scale, axis=alt.Axis(format=number))

    base = alt.Chart(data).encode(x=x)
    layers = [
        base.mark_area(color=CLIENT, opacity=0.2).encode(y=y("p10"), y2="p90:Q"),
        base.mark_area(color=CLIENT, opacity=0.34).encode(y=y("p25"), y2="p75:Q"),
        base.mark_line(color=CLIENT, strokeWidth=3).encode(y=y("p50")),
        *(
            alt.Chart(limits).mark_line(color=INK, strokeDash=[3, 3], strokeWidth=1.2).encode(x=x, y=y(end))
            for end in ("low", "high")
        ),
        alt.Chart(single).mark_line(color=INK, strokeWidth=0.9).encode(x=x, y=y("value")),
        alt.Chart(single[single["alarm"]])
        .mark_point(color=LOSS, filled=True, size=45, opacity=1)
        .encode(x=x, y=y("value")),
    ]
    if aimed is not None:
        line = pd.DataFrame({"month": periods + 1, "value": aimed, "text": "target"})
        layers += [
            alt.Chart(line)
            .mark_line(color=LOSS, strokeWidth=1.8, strokeDash=[8, 3])
            .encode(x=x, y=y("value")),
            alt.Chart(line.iloc[-1:])
            .mark_text(align="right", dy=-8, color=LOSS, fontSize=12)
            .encode(x=x, y=y("value"), text="text:N"),
        ]
    return layers
