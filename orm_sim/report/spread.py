"""How sure: the spread of each option's value over replications, as dots to count or as a curve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import altair as alt
import numpy as np
import pandas as pd

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

DOTS = 50
"""Dots per option: one stands for a chance of 1 in 50."""
_COLUMNS = 64
_ROW = 110
_GAP = 14
_LABELS = {
    "client_incremental_npv": "client's value against in-house, present value, $ million",
    "client_npv": "client's value, present value, $ million",
    "vendor_npv": "vendor's value, present value, $ million",
}


def dot_positions(values: Sequence[float] | np.ndarray, edges: np.ndarray, dots: int = DOTS) -> pd.DataFrame:
    """A quantile dot plot's dots: equally likely values, stacked where they fall into the same column.

    Parameters
    ----------
    values
        Values over replications, any unit.
    edges
        Borders of the columns, ascending.
    dots
        How many equally likely values to draw; the i-th is the (i − ½)/dots quantile.

    Returns
    -------
    DataFrame
        value (the quantile), column (centre of its column), height (place in the stack, from 0).
    """
    quantiles = np.quantile(np.asarray(values, dtype=np.float64), (np.arange(dots) + 0.5) / dots)
    place = np.clip(np.searchsorted(edges, quantiles, side="right") - 1, 0, len(edges) - 2)
    centres = (edges[:-1] + edges[1:]) / 2
    height = np.arange(dots) - np.searchsorted(place, place)  # places ascend with the values
    return pd.DataFrame({"value": quantiles, "column": centres[place], "height": height})


def quantile_dots(
    outcomes: pd.DataFrame,
    options: Sequence[str],
    *,
    column: str = "client_incremental_npv",
    preliminary: bool = False,
) -> Figure:
    """Fifty equally likely outcomes per option: the chance of a loss can be counted.

    Parameters
    ----------
    outcomes
        Table ``outcomes``.
    options
        Options to show, in this order from the top.
    column
        Money column of the table.
    preliminary
        Marks the title.
    """
    values = {
        option: outcomes.loc[outcomes["option"] == option, column].to_numpy() / MILLION for option in options
    }
    edges = _edges(values.values())
    dots, rows, depth = _stacks(values, edges)
    down = alt.Scale(domain=[0, depth + _GAP], range=[0, depth + _GAP], nice=False)
    x = alt.X(
        "column:Q",
        title=_LABELS.get(column, column),
        axis=alt.Axis(format=",.1f" if edges[-1] - edges[0] > 2.0 else ",.2f", tickCount=8, grid=False),
        scale=alt.Scale(domain=[edges[0], edges[-1]], nice=False),
    )
    y = alt.Y("y:Q", axis=None, scale=down)
    above = VENDOR if column.startswith("vendor") else CLIENT
    circles = (
        alt.Chart(dots)
        .mark_circle(opacity=1)
        .encode(
            x=x,
            y=y,
            size=alt.Size("size:Q", scale=None),
            color=alt.ColorValue(above, condition={"test": "datum.loss", "value": LOSS}),
        )
    )
    floor = alt.Chart(rows).mark_rule(color="#D0D0D0").encode(y=y)
    names = (
        alt.Chart(rows)
        .mark_text(
            align="right",
            baseline="bottom",
            dx=-8,
            dy=-13,
            fontSize=12,
            lineBreak="\n",
            lineHeight=15,
            limit=370,
            color=INK,
        )
        .encode(x=alt.XValue(0), y=y, text=alt.Text("text:N"))  # type: ignore[no-untyped-call]
    )
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=INK, strokeWidth=1.2).encode(x=alt.X("x:Q"))
    chart = alt.layer(floor, zero, circles, names).properties(width=WIDTH, height=depth + _GAP)
    return finish(
        chart,
        "How sure: fifty equally likely outcomes of each option",
        "Each dot is a chance of 1 in 50; vermilion dots lie below zero.",
        preliminary=preliminary,
    )


def _stacks(values: Mapping[str, np.ndarray], edges: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame, float]:
    """Where dots and names stand, in pixels from the top: dots (column, y, size, loss), rows (y, text), the depth."""
    widest = WIDTH / (len(edges) - 1)
    dots, rows, depth = [], [], 0.0
    for option, sample in values.items():
        stack = dot_positions(sample, edges)
        tall = stack["height"].max() + 1
        step = min(widest, _ROW / tall)
        depth += _GAP + max(step * tall, 22)
        y = depth - step * (stack["height"] + 0.5)
        dots.append(stack.assign(loss=stack["value"] < 0, y=y, size=step**2 * 0.74))
        rows.append((depth, f"{option}\n{int((stack['value'] < 0).sum())} of {DOTS} below zero"))
    return pd.concat(dots, ignore_index=True), pd.DataFrame(rows, columns=["y", "text"]), depth


def _edges(samples: Iterable[np.ndarray]) -> np.ndarray:
    """Borders of the columns of dots: all samples and zero lie inside, zero is a border."""
    every = np.concatenate([np.zeros(1), *samples])
    step = (float(every.max()) - float(every.min()) or 1.0) / _COLUMNS
    return np.asarray(np.arange(np.floor(every.min() / step) - 1, np.ceil(every.max() / step) + 2) * step)


def s_curve(
    outcomes: pd.DataFrame,
    options: Sequence[str],
    *,
    column: str = "client_incremental_npv",
    preliminary: bool = False,
) -> Figure:
    """The chance that each option's value stays below an amount; 10th, 50th and 90th percentile marked."""
    lines, marks = [], []
    for option in options:
        sample = np.sort(outcomes.loc[outcomes["option"] == option, column].to_numpy() / MILLION)
        share = (np.arange(sample.size) + 0.5) / sample.size
        lines.append(pd.DataFrame({"option": option, "value": sample, "share": share}))
        at = np.array([0.1, 0.5, 0.9])
        marks.append(pd.DataFrame({"option": option, "value": np.interp(at, share, sample), "share": at}))
    names = list(options)
    x = alt.X("value:Q", title=_LABELS.get(column, column), axis=alt.Axis(format=",.1f"))
    y = alt.Y(
        "share:Q",
        title="chance of less than this",
        axis=alt.Axis(format=".0%"),
        scale=alt.Scale(domain=[0, 1]),
    )
    colour = alt.Color("option:N", scale=colours(names), sort=names, title=None, legend=stroke_legend())
    curve = (
        alt.Chart(pd.concat(lines))
        .mark_line(strokeWidth=2.2, interpolate="linear")
        .encode(
            x=x,
            y=y,
            color=colour,
            strokeDash=alt.StrokeDash("option:N", scale=dashes(names), sort=names, title=None),
        )
    )
    points = (
        alt.Chart(pd.concat(marks))
        .mark_point(filled=True, size=70, opacity=1)
        .encode(x=x, y=y, color=alt.Color("option:N", scale=colours(names), sort=names, legend=None))
    )
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=INK, strokeWidth=1.2).encode(x="x:Q")
    return finish(
        alt.layer(zero, curve, points).properties(width=WIDTH, height=320),
        "How sure: the chance that an option brings less than an amount",
        "Points mark the 10th, 50th and 90th percentile over replications.",
        preliminary=preliminary,
    )
