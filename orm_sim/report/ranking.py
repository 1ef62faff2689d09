"""Which option, and what it means for the vendor: values with their intervals, best first."""

from __future__ import annotations

import altair as alt
import pandas as pd

from orm_sim.report.theme import CLIENT, INK, MILLION, VENDOR, WIDTH, Figure, finish, labels
from orm_sim.report.words import millions

_STANDING = {True: "tied with the best", False: "worse than the best"}
_VALUES = {"risk_adjusted_value": "risk-adjusted value", "mean_value": "mean value"}


def rank_chart(comparison: pd.DataFrame, *, preliminary: bool = False) -> Figure:
    """Every option's value to the client with its interval, its mean and its tail, best first.

    Parameters
    ----------
    comparison
        Table ``comparison``.
    preliminary
        Marks the title.
    """
    table = comparison.sort_values("rank")
    first = table.iloc[0]
    ranked = str(first["ranked_by"])
    data = _drawn(table, ranked)
    y = alt.Y(
        "option:N", sort=list(data["option"]), title=None, axis=alt.Axis(ticks=False, domain=False, grid=True)
    )
    base = alt.Chart(data).encode(y=y)
    money = f"client's present value against {first['zero']}, $ million"
    colour = alt.Color(
        "best:N",
        title=None,
        legend=alt.Legend(symbolType="square"),
        scale=alt.Scale(domain=list(_STANDING.values()), range=[CLIENT, "#56B4E9"]),
    )
    interval = base.mark_bar(height=9, opacity=0.6).encode(
        x=alt.X("low:Q", title=money, axis=alt.Axis(format=",.1f"), scale=alt.Scale(padding=12)),
        x2="high:Q",
        color=colour,
    )
    point = _points(data, ranked, f"CVaR{first['beta'] * 100:g}").encode(y=y)
    label = labels(base, dx=12, x="right:Q", text="label:N")
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=INK, strokeWidth=1).encode(x="x:Q")
    chart = alt.layer(zero, interval, point, label).properties(width=WIDTH, height=alt.Step(34))
    return finish(
        chart,
        f"Which option: {_VALUES[ranked]} to the client",
        f"λ = {first['lam']:g}, β = {first['beta']:g}, {first['level'] * 100:g} % intervals, "
        f"n = {first['n']}. Options that share a letter are tied.",
        preliminary=preliminary,
    )


def _drawn(table: pd.DataFrame, ranked: str) -> pd.DataFrame:
    """What the rank chart draws of each option, in $ million, with the words beside it."""
    low, high = f"{ranked}_low", f"{ranked}_high"
    data = pd.DataFrame(
        {
            "option": table["option"],
            "value": table[ranked] / MILLION,
            "low": table[low] / MILLION,
            "high": table[high] / MILLION,
            "mean": table["mean_value"] / MILLION,
            "cvar": table["cvar"] / MILLION,
            "best": table["tied_with_best"].map(_STANDING),
        }
    )
    values = zip(table[ranked], table[low], table[high], table["group"], strict=True)
    data["label"] = [f"{millions(value, a, b)}  {group}" for value, a, b, group in values]
    data["right"] = data[["value", "high", "mean"]].max(axis=1)
    return data


def _points(data: pd.DataFrame, ranked: str, tail: str) -> alt.Chart:
    """The marks of value, mean and tail; those that the sample could not carry are left out."""
    kinds = {"value": _VALUES[ranked], "mean": "mean, E", "cvar": f"mean of the worst cases, {tail}"}
    if ranked == "mean_value":
        del kinds["mean"]
    kinds = {name: words for name, words in kinds.items() if data[name].notna().any()}
    marks = data.melt("option", list(kinds), var_name="what", value_name="at").dropna(subset="at")
    marks["what"] = marks["what"].map(kinds)
    shapes = {"value": "circle", "mean": "diamond", "cvar": "cross"}
    scale = alt.Scale(domain=list(kinds.values()), range=[shapes[name] for name in kinds])
    drawn = alt.Chart(marks).mark_point(size=75, color=INK, strokeWidth=1.7)
    encoded: alt.Chart = drawn.encode(
        x="at:Q", shape=alt.Shape("what:N", title=None, scale=scale, legend=alt.Legend(columns=3))
    )
    return encoded


def both_sides(comparison: pd.DataFrame, *, preliminary: bool = False) -> Figure:
    """The client's value and the vendor's beside each other, option by option, with intervals.

    Parameters
    ----------
    comparison
        Table ``comparison``.
    preliminary
        Marks the title.
    """
    table = comparison.sort_values("rank")
    ranked = str(table.iloc[0]["ranked_by"])
    theirs = "vendor_risk_adjusted_value" if ranked == "risk_adjusted_value" else "vendor_value"
    order = list(table["option"])
    word = "risk-adjusted" if ranked == "risk_adjusted_value" else "mean"
    panels = [
        _side(
            table,
            ranked,
            f"client: {word} value against {table.iloc[0]['zero']}, $ million",
            CLIENT,
            order,
            named=True,
        ),
        _side(table, theirs, f"vendor: {word} value of the contract, $ million", VENDOR, order, named=False),
    ]
    chart = alt.hconcat(*panels, spacing=24).resolve_scale(y="shared")
    return finish(
        chart,
        "Both sides: what each option is worth to the client and to the vendor",
        "Present value, with intervals. A bar left of zero loses money.",
        preliminary=preliminary,
    )


def _side(
    table: pd.DataFrame, name: str, title: str, colour: str, order: list[str], *, named: bool
) -> Figure:
    """One party's bars with their intervals; options without a figure keep their row, empty."""
    data = pd.DataFrame(
        {
            "option": table["option"],
            "value": table[name] / MILLION,
            "low": table[f"{name}_low"] / MILLION,
            "high": table[f"{name}_high"] / MILLION,
        }
    )
    data["label"] = [
        "no vendor" if pd.isna(value) else millions(value * MILLION, low * MILLION, high * MILLION)
        for value, low, high in zip(data["value"], data["low"], data["high"], strict=True)
    ]
    data["right"] = data[["value", "high"]].max(axis=1).fillna(0.0).clip(lower=0.0)
    axis = alt.Axis(ticks=False, domain=False) if named else None
    base = alt.Chart(data).encode(y=alt.Y("option:N", sort=order, title=None, axis=axis))
    bar = base.mark_bar(color=colour, height={"band": 0.5}).encode(
        x=alt.X("value:Q", title=title, axis=alt.Axis(format=",.1f", tickCount=5))
    )
    interval = base.mark_rule(color=INK, strokeWidth=1.5).encode(x="low:Q", x2="high:Q")
    text = labels(base, x="right:Q", text="label:N")
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=INK, strokeWidth=1).encode(x="x:Q")
    return alt.layer(bar, zero, interval, text).properties(width=WIDTH // 2 - 20, height=alt.Step(30))
