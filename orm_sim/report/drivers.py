"""What drives it: inputs that explain the spread of an option's value, grey where they are assumptions."""

from __future__ import annotations

import altair as alt
import pandas as pd

from orm_sim.report.theme import ASSUMED, CLIENT, INK, WIDTH, Figure, finish
from orm_sim.report.words import percent

SHOWN = 10
"""Inputs on the chart; the rest are summed up in the subtitle."""


def driver_chart(evidence: pd.DataFrame | None, option: str, *, preliminary: bool = False) -> Figure:
    """The share of the variance of an option's value that each uncertain input explains, largest first.

    Parameters
    ----------
    evidence
        Columns path, grade and share (0 to 1), as `decision.evidence_share` gives them; None or empty when
        the replications were too few to carry the shares, which the chart then says.
    option
        Whose value is explained.
    preliminary
        Marks the title.
    """
    title = f"What drives it: where the spread of {option} comes from"
    if evidence is None or evidence.empty:
        words = pd.DataFrame(
            {"text": ["Not computed: too few replications for the number of uncertain inputs."]}
        )
        blank = (
            alt.Chart(words)
            .mark_text(align="left", fontSize=13, color=INK)
            .encode(x=alt.value(0), text="text:N")
        )
        return finish(alt.layer(blank).properties(width=WIDTH, height=40), title, preliminary=preliminary)
    table = evidence.sort_values("share", ascending=False)
    assumed = float(table.loc[table["grade"] == "D", "share"].sum())
    rest = 1.0 - float(table["share"].sum())
    shown = table.head(SHOWN).assign(
        text=lambda t: [
            f"{percent(share)}  {grade}" for share, grade in zip(t["share"], t["grade"], strict=True)
        ],
        basis=lambda t: [
            "assumption (grade D)" if grade == "D" else "study, survey or trade source"
            for grade in t["grade"]
        ],
    )
    base = alt.Chart(shown).encode(
        y=alt.Y("path:N", sort=list(shown["path"]), title=None, axis=alt.Axis(ticks=False, domain=False))
    )
    bar = base.mark_bar(height={"band": 0.6}).encode(
        x=alt.X("share:Q", title="share of the variance explained", axis=alt.Axis(format=".0%")),
        color=alt.Color(
            "basis:N",
            title=None,
            scale=alt.Scale(
                domain=["study, survey or trade source", "assumption (grade D)"], range=[CLIENT, ASSUMED]
            ),
        ),
    )
    text = (
        base.transform_calculate(end="max(datum.share, 0)")
        .mark_text(align="left", dx=6, fontSize=12, color=INK)
        .encode(x="end:Q", text="text:N")
    )
    return finish(
        alt.layer(bar, text).properties(width=WIDTH, height=alt.Step(26)),
        title,
        f"Grade D inputs explain {percent(assumed)} of the variance; {percent(rest)} is chance, or bends that "
        "straight lines miss.",
        preliminary=preliminary,
    )
