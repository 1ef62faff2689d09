"""Pictures of a study of base shares: what the vendor does over time, both sides' value, and how often it fails."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import altair as alt
import numpy as np
import pandas as pd

from orm_sim.core.units import minus
from orm_sim.decision.base_share import both_sides, plans_over_time
from orm_sim.report.theme import CLIENT, LOSS, MILLION, VENDOR, Figure, colours, dashes, finish, stroke_legend
from orm_sim.study.tables import LEVERS as UNITS

LEVERS: Final = {
    "seat_ratio": "seats manned over those asked for",
    "wage_premium": "pay above the market",
    "training": "training, multiple of the standard",
    "coaching_hours": "coaching, hours an agent and week",
    "pressure": "pressure on sales, 0 honest",
    "cherry_pick": "share of the list left undialled",
    "staffing_ratio": "inbound hours over the requirement",
    "redundancy": "platform standing by",
    "cut_late": "late contacts cut off",
    "in_time_first": "contacts in time served first",
}
"""Levers in words, those of outbound work first."""

STILL: Final = 1e-6
"""A lever whose mean moves by less has not been moved."""

_WIDTH, _HEIGHT = 270, 120
_SIDES: Final = {"client_value": "client, against in-house", "vendor_value": "vendor"}


@dataclass(frozen=True, slots=True)
class Sentences:
    """Sentences that a notebook shows one below the other."""

    lines: Sequence[str]

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return "".join(f"<p>{html.escape(line)}</p>" for line in self.lines)


def base_share_table(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Both sides by depth and base share, ready to read: mean values in $ thousand, chances, 95 % intervals."""
    rows = []
    for row in both_sides(outcomes).to_dict("records"):
        shown = {"vendor": row["depth"], "base share": f"{row['base_share']:.0%}", "n": row["n"]}
        for name, title in {"client_value": "client, $k", "vendor_value": "vendor, $k"}.items():
            value, low, high = (row[name + end] / 1e3 for end in ("", "_low", "_high"))
            shown[title] = minus(f"{value:,.0f} ({low:,.0f} to {high:,.0f})")
        for name, title in {"p_failure": "vendor fails", "p_no_deal": "no deal"}.items():
            shown[title] = f"{row[name]:.0%} ({row[name + '_low']:.0%} to {row[name + '_high']:.0%})"
        rows.append(shown)
    return pd.DataFrame(rows)


def plan_course(decisions: pd.DataFrame, depth: str) -> Figure:
    """What vendors of one depth do, lever by lever over the weeks, one line for each base share.

    Parameters
    ----------
    decisions
        Table ``decisions``.
    depth
        Depth of the vendor, as options are named.

    Raises
    ------
    ValueError
        When no vendor of that depth has planned.
    """
    table = plans_over_time(decisions)
    table = table[table["depth"] == depth]
    if table.empty:
        raise ValueError(f"no {depth} vendor has planned anything")
    table = table.assign(share=[f"base {share:.0%}" for share in table["base_share"]])
    names = [f"base {share:.0%}" for share in sorted(table["base_share"].unique())]
    moved = [name for name in LEVERS if np.ptp(table[name]) > STILL] or ["seat_ratio"]
    charts = [_lever(table, name, names) for name in moved]
    rows = [alt.hconcat(*charts[i : i + 2]) for i in range(0, len(charts), 2)]
    return finish(
        alt.vconcat(*rows),
        f"What a {depth} vendor does",
        "Mean over the replications in which it still works under the contract, from one planning date to the next.",
        "Levers that nobody moves are left out.",
    )


def _lever(table: pd.DataFrame, lever: str, names: list[str]) -> alt.Chart:
    x = alt.X("week:Q", title="week of the contract", axis=alt.Axis(grid=False))
    y = alt.Y(f"{lever}:Q", title=UNITS[lever], scale=alt.Scale(zero=False, padding=8))
    chart: alt.Chart = (
        alt.Chart(
            table[["week", "share", lever]], title=alt.TitleParams(LEVERS[lever], fontSize=12, offset=4)
        )
        .mark_line(interpolate="step-after", strokeWidth=2.2)
        .encode(
            x=x,
            y=y,
            color=alt.Color("share:N", scale=colours(names), sort=names, title=None, legend=stroke_legend()),
            strokeDash=alt.StrokeDash("share:N", scale=dashes(names), sort=names, title=None),
        )
        .properties(width=_WIDTH, height=_HEIGHT)
    )
    return chart


def value_by_base_share(outcomes: pd.DataFrame) -> Figure:
    """Both sides' mean value with its interval over the base share, one panel for each depth of vendor."""
    table = both_sides(outcomes)
    parts = [
        pd.DataFrame(
            {
                "depth": table["depth"], "share": table["base_share"], "side": side,
                **{end or "value": table[f"{name}{'_' + end if end else ''}"] / MILLION for end in ("", "low", "high")},
            }
        )
        for name, side in _SIDES.items()
    ]  # fmt: skip
    sides = list(_SIDES.values())
    colour = alt.Color(
        "side:N", scale=alt.Scale(domain=sides, range=[CLIENT, VENDOR]), title=None, legend=stroke_legend()
    )
    chart = _panels(pd.concat(parts), colour, "present value, $ million", ",.2f")
    return finish(
        chart, "Both sides' value by base share", "Means with 95 % intervals; equal expected pay everywhere."
    )


def failure_by_base_share(outcomes: pd.DataFrame) -> Figure:
    """Share of replications in which the vendor fails with its interval over the base share, by depth of vendor."""
    table = both_sides(outcomes)
    data = pd.DataFrame(
        {
            "depth": table["depth"], "share": table["base_share"], "value": table["p_failure"],
            "low": table["p_failure_low"], "high": table["p_failure_high"],
        }
    )  # fmt: skip
    chart = _panels(data, alt.value(LOSS), "share of replications", ".0%")
    return finish(chart, "How often the vendor fails", "Shares with 95 % intervals (Clopper and Pearson).")


def _panels(data: pd.DataFrame, colour: alt.Color | alt.Value, title: str, form: str) -> alt.HConcatChart:
    low, high = min(float(data["low"].min()), 0.0), float(data["high"].max())
    panels = []
    for depth in dict.fromkeys(data["depth"]):
        base = alt.Chart(data[data["depth"] == depth], title=alt.TitleParams(f"{depth} vendor", fontSize=12))
        x = alt.X("share:Q", title="base share of expected pay", axis=alt.Axis(format=".0%", grid=False))
        scale = alt.Scale(domain=[low, high], nice=True)
        y = alt.Y("value:Q", title=title, scale=scale, axis=alt.Axis(format=form))
        span = base.mark_rule(strokeWidth=5, opacity=0.35).encode(
            x=x, y=alt.Y("low:Q", title=title, scale=scale), y2="high:Q", color=colour
        )
        line = base.mark_line(point=True, strokeWidth=2.2).encode(x=x, y=y, color=colour)
        panels.append(alt.layer(span, line).properties(width=_WIDTH, height=200))
    return alt.hconcat(*panels)
