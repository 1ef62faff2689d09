"""Risks on the page: what each hazard takes from both sides, and the expert's matrix beside what is simulated."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from orm_sim.decision.mitigation import Measure
from orm_sim.report.theme import ASSUMED, CLIENT, INK, VENDOR, WIDTH, Figure, finish
from orm_sim.report.words import minus

NOT_PAIRED: Final = "Not computed: run `orm-sim hazards` on this file, which leaves out one hazard at a time."
NO_REGISTER: Final = "The scenario has no risk register."
COX: Final = (
    "A matrix can rank risks wrongly, and resolves fewer than one pair in ten drawn at random (Cox 2008,"
)
COX_REST: Final = (
    "What's wrong with risk matrices?, Risk Analysis 28): talk by it, decide by the simulated loss."
)
"""What stands under every matrix."""
_SIDES: Final = {"client": ("client", CLIENT), "vendor": ("vendor", VENDOR)}
_REGISTER: Final = (
    "risk", "likelihood × impact", "rank", "hazards simulated", "events a year", "client's loss, $ thousand a year",
    "P95 over the term, $ thousand", "simulated score",
)  # fmt: skip
_SHOWN: Final = 0.5  # less is shown as 0, which has no sign
_EXPERT, _SIMULATED = "expert's score", "simulated"


def hazard_table(effects: pd.DataFrame | None) -> pd.DataFrame:
    """Each hazard with its frequency and what it takes from both sides, in words and $ thousand.

    Parameters
    ----------
    effects
        Table ``hazard_effects``; None or empty gives no rows.
    """
    if effects is None:
        effects = pd.DataFrame(columns=["option", "hazard", "per_year", "n"])
    cells = [
        {
            "option": row["option"],
            "hazard": row["hazard"],
            "strikes a year": "" if row["hazard"] == "all" else f"{row['per_year']:.2f}",
            "client, $ thousand": _between(row, "client"),
            "vendor, $ thousand": _between(row, "vendor"),
        }
        for row in effects.to_dict("records")
    ]
    columns = ["option", "hazard", "strikes a year", "client, $ thousand", "vendor, $ thousand"]
    return pd.DataFrame(cells, columns=columns)


def _between(row: Mapping[Any, Any], side: str) -> str:
    value, low, high = (row[f"{side}{end}"] / 1e3 for end in ("", "_low", "_high"))
    if math.isnan(value):
        return "not known"
    if value == low == high == 0.0:
        return "0"
    signed, below, above = ("0" if abs(x) < _SHOWN else minus(f"{x:+,.0f}") for x in (value, low, high))
    return f"{signed} ({below} to {above})"


def hazard_chart(effects: pd.DataFrame | None) -> Figure:
    """What each hazard adds to or takes from the present value of both sides, with 95 % intervals, paired.

    Parameters
    ----------
    effects
        Table ``hazard_effects``; None or empty gives a chart that says how to compute it.
    """
    title = "What hazards take: present value with each one less without it"
    if effects is None or effects.empty:
        return _said(NOT_PAIRED, title)
    ends = {"value": "", "low": "_low", "high": "_high"}
    parts = [
        effects[["option", "hazard"]].assign(
            side=name, **{column: effects[side + end] / 1e3 for column, end in ends.items()}
        )
        for side, (name, _) in _SIDES.items()
    ]
    table = pd.concat(parts, ignore_index=True).dropna()
    sides, hazards = [name for name, _ in _SIDES.values()], list(dict.fromkeys(effects["hazard"]))
    base = alt.Chart().encode(
        y=alt.Y("hazard:N", sort=hazards, title=None),
        yOffset=alt.YOffset("side:N", sort=sides),
        color=alt.Color(
            "side:N", title=None, scale=alt.Scale(domain=sides, range=[c for _, c in _SIDES.values()])
        ),
    )
    bar = base.mark_rule(strokeWidth=2.2).encode(
        x=alt.X("low:Q", title="difference of present value, $ thousand"), x2="high:Q"
    )
    dot = base.mark_point(filled=True, size=70, opacity=1).encode(x="value:Q")
    none = alt.Chart().mark_rule(color=INK, strokeDash=[3, 3]).encode(x=alt.datum(0.0))
    panel = alt.layer(none, bar, dot, data=table).properties(width=WIDTH, height=34 * len(hazards))
    options = list(dict.fromkeys(effects["option"]))
    faceted = panel.facet(
        row=alt.Row("option:N", sort=options, header=alt.Header(labelAngle=0, labelOrient="top"))
    )
    return finish(
        faceted, title, "The same customers and the same luck in every pair; bars are 95 % intervals.",
        "“all”: none of them strikes. In-house it is the client who pays its people.",
    )  # fmt: skip


def risk_table(risks: pd.DataFrame | None) -> pd.DataFrame:
    """The register by falling score: the expert's view, and frequency and loss where a hazard is simulated."""
    rows = [] if risks is None else risks.to_dict("records")
    cells = [
        (
            row["name"],
            f"{row['likelihood']} × {row['impact']} = {row['score']}",
            row["rank"],
            row["hazards"] or "none",
            _known(row["per_year"], ".2f"),
            _known(row["loss_per_year"] / 1e3, ",.0f"),
            _known(row["loss_p95"] / 1e3, ",.0f"),
            _known(row["simulated_likelihood"] * row["simulated_impact"], ".0f"),
        )
        for row in rows
    ]
    return pd.DataFrame(cells, columns=list(_REGISTER))


def measure_table(
    measures: Sequence[Measure], weight: float, ways: Mapping[str, Sequence[Measure]]
) -> pd.DataFrame:
    """Measures by what they avert for each dollar, in $ thousand over the term, and which way of choosing buys them."""
    ordered = sorted(measures, key=lambda each: -each.averts(weight) / max(each.cost, 1e-9))
    thousand = [f"{each.averts(weight) / 1e3:,.1f}" for each in ordered]
    cells = [
        {
            "measure": each.name,
            "against": f"{each.hazard} ({each.score or 'no score'})",
            "cost": f"{each.cost / 1e3:,.1f}",
            "averts, mean": minus(
                f"{each.mean / 1e3:,.1f} ({each.low / 1e3:,.1f} to {each.high / 1e3:,.1f})"
            ),
            "averts, worst tenth": minus(f"{each.tail / 1e3:,.1f}"),
            "averts, weighed": minus(averted),
            "for a dollar": minus(f"{each.averts(weight) / each.cost:,.2f}") if each.cost else "free",
            **{way: "bought" if each in bought else "" for way, bought in ways.items()},
        }
        for each, averted in zip(ordered, thousand, strict=True)
    ]
    return pd.DataFrame(cells)


def _known(value: float, form: str) -> str:
    return "—" if math.isnan(value) else minus(format(value, form))


def risk_matrix(risks: pd.DataFrame | None) -> Figure:
    """The five by five matrix: where the expert puts each risk, and where its simulated frequency and loss put it.

    Parameters
    ----------
    risks
        Table ``risks``; None or empty gives a chart that says so.
    """
    title = "Risk matrix: the expert's scores beside what is simulated"
    if risks is None or risks.empty:
        return _said(NO_REGISTER, title)
    grid = pd.DataFrame(
        [
            {"left": x - 0.49, "right": x + 0.49, "below": y - 0.48, "above": y + 0.48, "score": x * y}
            for x in range(1, 6)
            for y in range(1, 6)
        ]
    )
    scale = alt.Scale(domain=[0.5, 5.5], nice=False)
    axis = alt.Axis(values=[1, 2, 3, 4, 5], grid=False, format="d")
    across, up = "likelihood, score 1 to 5", "impact, score 1 to 5"
    heat = (
        alt.Chart(grid)
        .mark_rect()
        .encode(
            x=alt.X("left:Q", scale=scale, axis=axis, title=across), x2="right:Q",
            y=alt.Y("below:Q", scale=scale, axis=axis, title=up), y2="above:Q",
            color=alt.Color("score:Q", scale=alt.Scale(range=["#F7F7F7", "#CFCFCF"]), legend=None),
        )
    )  # fmt: skip
    points = _points(risks)
    kinds = [_EXPERT, _SIMULATED]
    x = alt.X("likelihood:Q", scale=scale, axis=axis, title=across)
    y = alt.Y("impact:Q", scale=scale, axis=axis, title=up)
    mark = alt.Chart(points).encode(x=x, y=y)
    dot = mark.mark_point(filled=True, size=150, opacity=1).encode(
        shape=alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=["circle", "diamond"]), title=None),
        fill=alt.Fill("kind:N", scale=alt.Scale(domain=kinds, range=[ASSUMED, CLIENT]), title=None),
    )
    words = mark.mark_text(dy=-16, fontSize=12, color=INK).encode(text="text:N")
    chart = alt.layer(heat, dot, words).properties(width=WIDTH, height=420)
    return finish(chart.resolve_scale(color="independent"), title, COX, COX_REST)


def _points(risks: pd.DataFrame) -> pd.DataFrame:
    """One point for the expert's view of each risk, one more where frequency and loss are known."""
    rows = []
    for row in risks.to_dict("records"):
        place = {"likelihood": float(row["likelihood"]), "impact": float(row["impact"])}
        rows.append({**place, "kind": _EXPERT, "text": f"{row['name']} {row['score']}"})
        x, y = row["simulated_likelihood"], row["simulated_impact"]
        if not (math.isnan(x) or math.isnan(y)):
            found = {"likelihood": x, "impact": y, "kind": _SIMULATED}
            rows.append({**found, "text": f"{row['name']}, simulated {x * y:.0f}"})
    return pd.DataFrame(rows)


def _said(text: str, title: str) -> Figure:
    """A chart that says why there is none."""
    words = alt.Chart(pd.DataFrame({"text": [text]}))
    blank = words.mark_text(align="left", fontSize=13, color=INK).encode(x=alt.value(0), text="text:N")
    return finish(alt.layer(blank).properties(width=WIDTH, height=40), title)
