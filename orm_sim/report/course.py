"""When: cash and service month by month, with the spread over replications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import altair as alt
import numpy as np
import pandas as pd

from orm_sim.kpi.dictionary import kpi as kpi_of
from orm_sim.report.theme import (
    CLIENT,
    INK,
    LOSS,
    MILLION,
    VENDOR,
    WIDTH,
    Figure,
    colours,
    dashes,
    finish,
    stroke_legend,
)

Party = Literal["client", "vendor"]
PATHS = 5
"""Single histories drawn over a fan."""
_AXES = {
    "share": ("share", ".0%"),
    "s": ("seconds", ",.0f"),
    "min": ("minutes", ",.1f"),
    "money": ("$", ",.2f"),
    "per_hour": ("per hour", ",.2f"),
    "count": ("count", ",.0f"),
}


def cumulative_cash(ledger: pd.DataFrame, option: str, party: Party, opening: float = 0.0) -> pd.DataFrame:
    """A party's cash at the end of each month in each replication: opening balance, plus received, less paid.

    Parameters
    ----------
    ledger
        Table ``ledger``; entries of kind cash are counted, invoices and values are not.
    option
        Name of the option.
    party
        Whose cash.
    opening
        Cash before the first month, $.

    Returns
    -------
    DataFrame
        Index month (every month from the ledger's first to its last), one column per replication, $.
    """
    rows = ledger[ledger["option"] == option]
    months = range(int(ledger["month"].min()), int(ledger["month"].max()) + 1)
    replications = sorted(rows["replication"].unique())
    cash = rows[(rows["kind"] == "cash") & ((rows["payer"] == party) | (rows["payee"] == party))]
    signed = cash["amount"] * np.where(cash["payee"] == party, 1.0, -1.0)
    monthly = signed.groupby([cash["month"], cash["replication"]]).sum().unstack("replication")
    return monthly.reindex(index=months, columns=replications).fillna(0.0).cumsum() + opening


def bands(paths: pd.DataFrame) -> pd.DataFrame:
    """Percentiles over replications, month by month: month (counted from 1), p10, p25, p50, p75, p90, n."""
    kept = paths.dropna(axis=0, how="all")
    levels = np.nanquantile(kept.to_numpy(dtype=np.float64), [0.1, 0.25, 0.5, 0.75, 0.9], axis=1)
    frame = pd.DataFrame(dict(zip(["p10", "p25", "p50", "p75", "p90"], levels, strict=True)))
    return frame.assign(
        month=np.asarray(kept.index, dtype=np.int64) + 1, n=kept.notna().sum(axis=1).to_numpy()
    )


def cash_fan(
    ledger: pd.DataFrame,
    option: str,
    party: Party = "vendor",
    *,
    reference: str | None = None,
    opening: float = 0.0,
    credit_line: float | None = None,
    preliminary: bool = False,
) -> Figure:
    """Cash month by month as a fan: median, the middle half, the middle 80 %, and five single histories.

    Parameters
    ----------
    ledger
        Table ``ledger``.
    option
        Name of the option.
    party
        Whose cash.
    reference
        When given, the cash of this option in the same replication is taken off: what the deal changes.
    opening
        Cash before the first month, $.
    credit_line
        Undrawn credit, $; the line at minus this amount is where the firm can no longer pay.
    preliminary
        Marks the title.
    """
    paths = cumulative_cash(ledger, option, party, opening)
    if reference is not None:
        base = cumulative_cash(ledger, reference, party)
        paths = (paths - base).dropna(axis=1, how="all")
    alone = party == "vendor" and reference is None and opening == 0.0
    data = bands(paths / MILLION)
    single = (
        paths.iloc[:, :PATHS].div(MILLION).rename_axis("month").reset_index().melt("month", var_name="path")
    )
    single["month"] += 1
    colour = VENDOR if party == "vendor" else CLIENT
    x = alt.X(
        "month:Q",
        title="month of the contract",
        scale=alt.Scale(nice=False),
        axis=alt.Axis(tickMinStep=1, grid=False),
    )
    title = f"{party}'s cumulative cash, $ million"
    y = alt.Y("p10:Q", title=title, axis=alt.Axis(format=",.1f"))
    base_chart = alt.Chart(data).encode(x=x)
    layers: list[alt.Chart] = [
        base_chart.mark_area(color=colour, opacity=0.22).encode(y=y, y2="p90:Q"),
        base_chart.mark_area(color=colour, opacity=0.38).encode(y="p25:Q", y2="p75:Q"),
        alt.Chart(single)
        .mark_line(strokeWidth=0.8, opacity=0.65, color=INK)
        .encode(x="month:Q", y="value:Q", detail="path:N"),
        base_chart.mark_line(strokeWidth=3, color=colour).encode(y="p50:Q"),
        alt.Chart(pd.DataFrame({"y": [0.0]})).mark_rule(color=INK).encode(y="y:Q"),
    ]
    if credit_line is not None:
        floor = pd.DataFrame({"y": [-credit_line / MILLION], "text": ["credit line used up"]})
        layers.append(
            alt.Chart(floor).mark_rule(color=LOSS, strokeDash=[6, 3], strokeWidth=1.8).encode(y="y:Q")
        )
        layers.append(
            alt.Chart(floor)
            .mark_text(align="right", dy=-7, color=LOSS, fontSize=12)
            .encode(x=alt.value(WIDTH), y="y:Q", text="text:N")
        )
    what = f"the {party}'s cash against {reference}," if reference else f"the {party}'s cash"
    return finish(
        alt.layer(*layers).properties(width=WIDTH, height=300),
        f"When: {what} under {option}",
        f"Thick line: median of {paths.shape[1]} replications. Bands: middle 50 % and 80 %. "
        f"Thin lines: {min(PATHS, paths.shape[1])} of them. Not discounted.",
        "Starts at zero: what the vendor had in the bank before is not counted." if alone else "",
        preliminary=preliminary,
    )


def kpi_by_month(
    kpis: pd.DataFrame,
    kpi: str,
    channel: str,
    options: Sequence[str],
    *,
    target: float | None = None,
) -> Figure:
    """One KPI month by month for several options, with the middle 80 % of replications and the target.

    Parameters
    ----------
    kpis
        Table ``kpis``.
    kpi
        KPI id; also the name of the column.
    channel
        ``inbound`` or ``outbound``.
    options
        Options to show; in-house among them shows the client's own centre beside the vendor's.
    target
        Drawn as a dashed line.
    """
    entry = kpi_of(kpi)
    names = list(options)
    data = _kpi_bands(kpis, kpi, channel, names)
    title, number = axis_of(kpi, float(data["p90"].max() - data["p10"].min()))
    x = alt.X(
        "month:Q",
        title="month of the contract",
        scale=alt.Scale(nice=False),
        axis=alt.Axis(tickMinStep=1, grid=False),
    )
    scale = alt.Scale(zero=False, nice=True)
    colour = alt.Color("option:N", scale=colours(names), sort=names, title=None, legend=stroke_legend())
    base = alt.Chart(data).encode(x=x, color=colour)
    layers: list[alt.Chart] = [
        base.mark_area(opacity=0.16, clip=True).encode(
            y=alt.Y("p10:Q", title=title, scale=scale, axis=alt.Axis(format=number)), y2="p90:Q"
        ),
        base.mark_line(strokeWidth=2.2).encode(
            y=alt.Y("p50:Q", scale=scale),
            strokeDash=alt.StrokeDash("option:N", scale=dashes(names), sort=names, title=None),
        ),
    ]
    if target is not None:
        line = pd.DataFrame({"y": [target], "text": ["target"]})
        layers.append(
            alt.Chart(line)
            .mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=1.5)
            .encode(y=alt.Y("y:Q", scale=scale))
        )
        layers.append(
            alt.Chart(line)
            .mark_text(align="right", dy=-7, color=INK, fontSize=12)
            .encode(x=alt.value(WIDTH), y=alt.Y("y:Q", scale=scale), text="text:N")
        )
    arrow = "higher is better" if entry.better == "higher" else "lower is better"
    return finish(
        alt.layer(*layers).properties(width=WIDTH, height=220),
        f"{entry.name.capitalize()}, {channel}",
        f"Median of the month and middle 80 % of replications; {arrow}.",
    )


def axis_of(kpi: str, spread: float) -> tuple[str, str]:
    """The title of a KPI's axis, with its unit, and the format of its numbers; narrow shares get a decimal."""
    entry = kpi_of(kpi)
    unit, number = _AXES.get(entry.unit, (entry.unit, ",.2f"))
    if entry.unit == "share" and spread < 0.06:
        number = ".1%"
    return f"{entry.name}, {unit}" if unit else entry.name, number


def _kpi_bands(kpis: pd.DataFrame, kpi: str, channel: str, options: Sequence[str]) -> pd.DataFrame:
    """The bands of a KPI for each option that has it."""
    parts = []
    for option in options:
        rows = kpis[(kpis["option"] == option) & (kpis["channel"] == channel)]
        paths = rows.pivot(index="month", columns="replication", values=kpi)
        if paths.notna().any(axis=None):
            parts.append(bands(paths).assign(option=option))
    if not parts:
        raise ValueError(f"no {kpi} on {channel} for {', '.join(options)}")
    return pd.concat(parts, ignore_index=True)
