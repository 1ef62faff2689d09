"""What a negotiator takes to the table, in pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import altair as alt
import pandas as pd

from orm_sim.negotiation.talks import Talks
from orm_sim.report.talks_tables import THOUSAND, protected, unequal, worst_share
from orm_sim.report.theme import (
    ASSUMED,
    CLIENT,
    GAIN,
    INK,
    LOSS,
    VENDOR,
    Figure,
    finish,
    labels,
)

STATES: Final = {
    "both gain": GAIN,
    "vendor fails too often": LOSS,
    "client loses": CLIENT,
    "vendor loses": VENDOR,
    "vendor does not sign": ASSUMED,
}
"""What keeps a sheet from being agreed to, and its colour."""
_SHAPES: Final = ["circle", "triangle-up", "square", "diamond", "cross"]
_MARKS: Final = {
    "the deal on the table": "deal",
    "Nash": "N",
    "Kalai–Smorodinsky": "KS",
    "egalitarian": "E",
    "largest sum": "S",
}
_KINDS: Final = {"deal": "the deal", "offer": "offers", "meeting": "bargaining points"}


def deal_map(talks: Talks) -> Figure:
    """The sheets surveyed over the two issues of the curve, by what keeps each from being agreed to."""
    given, answer = talks.given, talks.answer
    states = list(STATES)
    data = talks.sheets.assign(state=[_state(row, talks) for row in talks.sheets.to_dict("records")])
    x = alt.X(f"{given}:Q", title=axis_title(talks, given))
    y = alt.Y(f"{answer}:Q", title=axis_title(talks, answer))
    dots = (
        alt.Chart(data[[given, answer, "state"]])
        .mark_point(filled=True, size=90, opacity=0.9)
        .encode(
            x=x, y=y,
            color=alt.Color("state:N", scale=alt.Scale(domain=states, range=list(STATES.values())), title=None),
            shape=alt.Shape("state:N", scale=alt.Scale(domain=states, range=_SHAPES), title=None),
        )
    )  # fmt: skip
    layers: list[Any] = [dots]
    curve = talks.of_kind("curve")
    if len(curve):
        layers.append(
            alt.Chart(curve[[given, answer]])
            .mark_line(color=INK, strokeWidth=2, point=alt.OverlayMarkDef(color=INK))
            .encode(x=x, y=y)
        )
    named = talks.quotes[talks.quotes["kind"].isin(["deal", "offer"])]
    words = named.assign(
        word=[str(t).removeprefix("the deal on the table") or "deal" for t in named["title"]]
    )
    base = alt.Chart(words[[given, answer, "word"]])
    layers += [
        base.mark_point(filled=True, size=140, color=INK, shape="diamond").encode(x=x, y=y),
        labels(base.encode(x=x, y=y), dx=9, text="word:N"),
    ]
    others = [issue.title for name, issue in talks.deal.issues.items() if name not in (given, answer)]
    also = f"Sheets differ in {' and '.join(others)} too." if others else ""
    line = (
        "Line: equal value to the vendor, as under the deal, or the nearest that it signs."
        if len(curve)
        else ""
    )
    chart = alt.layer(*layers).properties(width=520, height=360)
    return finish(chart, "Where both sides gain", f"{line} {also}".strip())


def both_gains(talks: Talks) -> Figure:
    """Both sides' gains at the sheets surveyed and quoted, the frontier between them, on equal scales."""
    quotes = talks.quotes[talks.quotes["kind"].isin(list(_KINDS))]
    data = quotes.assign(
        kind=quotes["kind"].map(_KINDS),
        mark=[_MARKS.get(title, title[-1]) for title in quotes["title"]],
        **_scaled(quotes, ("client", "vendor")),
    )
    cloud = talks.sheets[talks.sheets["signs"]]
    cloud = cloud.assign(**_scaled(cloud, ("client", "vendor")))
    ends = [*cloud["client"], *cloud["vendor"], *data["client"], *data["vendor"], 0.0]
    scale = alt.Scale(domain=[min(ends), max(ends)], nice=True)
    x = alt.X("client:Q", title="client gains, $ thousand", scale=scale)
    y = alt.Y("vendor:Q", title="vendor gains, $ thousand", scale=scale)
    zero = alt.Chart(pd.DataFrame({"client": [0.0], "vendor": [0.0]}))
    layers: list[Any] = [
        zero.mark_rule(color=ASSUMED).encode(x=x),
        zero.mark_rule(color=ASSUMED).encode(y=y),
        alt.Chart(cloud[["client", "vendor"]]).mark_point(color=ASSUMED, size=40).encode(x=x, y=y),
    ]
    if len(talks.edge) > 1:
        edge = pd.DataFrame({"client": talks.edge.client / THOUSAND, "vendor": talks.edge.vendor / THOUSAND})
        layers.append(alt.Chart(edge).mark_line(color=GAIN, strokeWidth=2).encode(x=x, y=y, order="client:Q"))
    kinds = list(_KINDS.values())
    colour = alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[INK, LOSS, GAIN]), title=None)
    shape = alt.Shape(
        "kind:N", scale=alt.Scale(domain=kinds, range=["diamond", "square", "circle"]), title=None
    )
    base = alt.Chart(data[["client", "vendor", "kind", "mark"]])
    layers += [
        base.mark_point(filled=True, size=110, opacity=1).encode(x=x, y=y, color=colour, shape=shape),
        labels(base.encode(x=x, y=y), dx=9, text="mark:N"),
    ]
    chart = alt.layer(*layers).properties(width=440, height=440)
    return finish(
        chart,
        "What both sides can have at once",
        "Grey: sheets surveyed. Line: sheets nobody can better for both, on the surfaces.",
        "Marks, simulated again: N Nash, KS Kalai–Smorodinsky, E equal gains, S largest sum, A to C offers.",
    )


def trade(talks: Talks) -> Figure:
    """Along the curve of equal vendor value: the answer, the client's change and how often the vendor fails."""
    curve = talks.of_kind("curve")
    x = alt.X(f"{talks.given}:Q", title=axis_title(talks, talks.given), axis=alt.Axis(tickCount=4))
    answer = alt.Chart(curve[[talks.given, talks.answer]]).mark_line(
        color=INK, point=alt.OverlayMarkDef(color=INK)
    )
    missed = any(unequal(talks, row) for row in curve.to_dict("records"))
    panels: list[Any] = [
        answer.encode(x=x, y=alt.Y(f"{talks.answer}:Q", title=axis_title(talks, talks.answer))).properties(
            width=210, height=210
        )
    ]
    for name, title, colour, unit in (
        ("client_change", "client against the deal, $ thousand", CLIENT, THOUSAND),
        ("p_failure", "vendor fails, share of histories", LOSS, 1.0),
    ):
        ends = {end: curve[f"{name}{end}"] / unit for end in ("", "_low", "_high")}
        data = pd.DataFrame(
            {"x": curve[talks.given], "value": ends[""], "low": ends["_low"], "high": ends["_high"]}
        )
        across = alt.X("x:Q", title=axis_title(talks, talks.given), axis=alt.Axis(tickCount=4))
        base = alt.Chart(data)
        panels.append(
            alt.layer(
                base.mark_rule(strokeWidth=5, opacity=0.35, color=colour).encode(
                    x=across, y=alt.Y("low:Q", title=title), y2="high:Q"
                ),
                base.mark_line(color=colour, point=alt.OverlayMarkDef(color=colour)).encode(
                    x=across, y=alt.Y("value:Q", title=title)
                ),
            ).properties(width=210, height=210)
        )
    return finish(
        alt.hconcat(*panels),
        "What replaces what at equal value to the vendor",
        "Simulated again at every mark; bars are 95 % intervals.",
        *(
            ["A mark that is not at equal value is the nearest found that the vendor signs."]
            if missed
            else []
        ),
    )


def clause_prices(talks: Talks) -> Figure:
    """What each change of a clause is worth to both sides, paired with the deal, with intervals."""
    parts = []
    for name, side in (("client_change", "client"), ("vendor_change", "vendor")):
        found = talks.of_kind("clause")
        parts.append(
            pd.DataFrame(
                {
                    "change": found["title"], "side": side, "value": found[name] / THOUSAND,
                    "low": found[f"{name}_low"] / THOUSAND, "high": found[f"{name}_high"] / THOUSAND,
                }
            )
        )  # fmt: skip
    data = pd.concat(parts)
    colour = alt.Color(
        "side:N", scale=alt.Scale(domain=["client", "vendor"], range=[CLIENT, VENDOR]), title=None
    )
    base = alt.Chart(data).encode(y=alt.Y("change:N", title=None), yOffset=alt.YOffset("side:N"))
    x = alt.X("low:Q", title="worth against the deal, $ thousand")
    chart = alt.layer(
        base.mark_rule(strokeWidth=6, opacity=0.35).encode(x=x, x2="high:Q", color=colour),
        base.mark_point(filled=True, size=70, opacity=1).encode(
            x=alt.X("value:Q", title="worth against the deal, $ thousand"), color=colour
        ),
        alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=INK).encode(x="x:Q"),
    ).properties(width=420, height=alt.Step(26))
    return finish(
        chart, "What a clause is worth", "Paired with the deal on the same luck; bars are 95 % intervals."
    )


def protection(talks: Talks) -> Figure:
    """What quoted sheets leave the client in its worst histories, against how often the two part early."""
    table = protected(talks)
    data = pd.DataFrame(
        {
            "sheet": ["dominated" if by else "efficient" for by in table["dominated_by"]],
            "word": list(table["title"].where(table["dominated_by"] == "", "")),
            "broken": table["p_broken"], "tail": table["client_tail"] / THOUSAND,
            "broken_low": table["p_broken_low"], "broken_high": table["p_broken_high"],
            "tail_low": table["client_tail_low"] / THOUSAND, "tail_high": table["client_tail_high"] / THOUSAND,
        }
    )  # fmt: skip
    kinds = alt.Scale(domain=["efficient", "dominated"], range=[GAIN, ASSUMED])
    colour = alt.Color("sheet:N", scale=kinds, title=None, legend=alt.Legend(symbolOpacity=1))
    shapes = alt.Scale(domain=["efficient", "dominated"], range=["diamond", "circle"])
    shape = alt.Shape("sheet:N", scale=shapes, title=None)
    across = "the two part early, share of histories"
    up = f"client, worst {worst_share(talks):.0%} of histories, $ thousand"
    x = alt.X("broken:Q", title=across, axis=alt.Axis(format="%"), scale=alt.Scale(zero=False))
    y = alt.Y("tail:Q", title=up, scale=alt.Scale(zero=False))
    base = alt.Chart(data)
    bars = base.mark_rule(opacity=0.25, strokeWidth=3)
    named = alt.Chart(data[data["word"] != ""])
    chart = alt.layer(
        bars.encode(x=x, y=alt.Y("tail_low:Q", title=up), y2="tail_high:Q", color=colour),
        bars.encode(x=alt.X("broken_low:Q", title=across), x2="broken_high:Q", y=y, color=colour),
        base.mark_line(color=GAIN, strokeDash=[4, 3])
        .encode(x=x, y=y, order="broken:Q")
        .transform_filter("datum.sheet == 'efficient'"),
        base.mark_point(filled=True, size=90, opacity=1).encode(x=x, y=y, color=colour, shape=shape),
        labels(named.encode(x=x, y=y), dx=9, text="word:N"),
    ).properties(width=520, height=340)
    return finish(
        chart,
        "What protects the client, and what it does to the relationship",
        "Up and to the left is better. Grey sheets are beaten on both by point values; bars are 95 % intervals.",
    )


def axis_title(talks: Talks, name: str) -> str:
    """An issue with its unit: a share of full pay where it is a rate, else as the scenario has it."""
    issue = talks.deal.issues[name]
    if issue.label is None:
        return issue.title
    rate = issue.full * talks.deal.rate
    return f"{issue.title}, share of full pay (1 = ${rate:,.2f})"


def _state(row: Mapping[Any, Any], talks: Talks) -> str:
    if not row["signs"]:
        return "vendor does not sign"
    if row["client"] < 0.0:
        return "client loses"
    if row["vendor"] < 0.0:
        return "vendor loses"
    return "both gain" if row["inside"] else "vendor fails too often"


def _scaled(frame: pd.DataFrame, names: tuple[str, ...]) -> dict[str, pd.Series]:
    return {name: frame[name] / THOUSAND for name in names}
