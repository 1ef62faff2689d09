"""What could go wrong, in money: the chance of each loss as a curve and a table, with the line of what can be borne."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from orm_sim.decision.exceedance import STEPS, Tolerance, exceedance, tolerated
from orm_sim.decision.intervals import Estimate
from orm_sim.report import words
from orm_sim.report.theme import INK, MILLION, WIDTH, Figure, colours, dashes, finish, stroke_legend

_ROUND = (1.0, 2.0, 2.5, 5.0)
_ROWS = 6


def loss_exceedance(
    outcomes: pd.DataFrame,
    options: Sequence[str],
    *,
    tolerance: Sequence[Tolerance] = (),
    plan: float = 0.0,
    planned: str = "in-house",
    column: str = "client_incremental_npv",
    preliminary: bool = False,
) -> Figure:
    """The chance that an option falls short of the plan by an amount or more, with 95 % intervals.

    Parameters
    ----------
    outcomes
        Table ``outcomes``.
    options
        Options to show.
    tolerance
        Amounts, $, with the chance of losing as much that can be borne; joined to a line.
    plan, planned, column
        The value that was planned, $, its name, and the column it is held against; by default in-house in the same
        history.
    preliminary
        Marks the title.
    """
    names = list(options)
    amounts = _grid(
        outcomes, names, plan, column, 1.05 * max((amount for amount, _ in tolerance), default=0.0)
    )
    parts = [exceedance(outcomes, name, plan=plan, amounts=amounts, column=column) for name in names]
    data = pd.concat(
        [part.assign(option=name) for part, name in zip(parts, names, strict=True)], ignore_index=True
    )
    data["amount"] /= MILLION
    x = alt.X(
        "amount:Q",
        title=f"shortfall against {planned}, present value, $ million",
        axis=alt.Axis(format=",.1f"),
        scale=alt.Scale(zero=True, nice=False),
    )
    y = alt.Y(
        "chance:Q",
        title="chance of losing so much or more",
        axis=alt.Axis(format=".0%"),
        scale=alt.Scale(domain=[0, 1]),
    )
    colour = alt.Color("option:N", scale=colours(names), sort=names, title=None, legend=stroke_legend())
    base = alt.Chart(data).encode(x=x, color=colour)
    layers: list[alt.Chart] = [
        base.mark_area(opacity=0.13).encode(y=alt.Y("low:Q", scale=alt.Scale(domain=[0, 1])), y2="high:Q"),
        base.mark_line(strokeWidth=2.2).encode(
            y=y,
            strokeDash=alt.StrokeDash("option:N", scale=dashes(names), sort=names, title=None),
        ),
    ]
    if tolerance:
        layers += _line(tolerance, x, y)
    n = int(data["n"].max()) if len(data) else 0
    return finish(
        alt.layer(*layers).properties(width=WIDTH, height=300),
        f"What could go wrong: the chance of falling short of {planned}",
        f"Lines: share of {n} histories. Bands: 95 % intervals (Clopper and Pearson).",
        "Black: what can be borne."
        if tolerance
        else "No tolerance was given: nothing says what can be borne.",
        preliminary=preliminary,
    )


def _line(tolerance: Sequence[Tolerance], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """What can be borne, as points joined by a line."""
    points = pd.DataFrame(sorted(tolerance), columns=["amount", "chance"])
    points["amount"] /= MILLION
    points["text"] = [f"at most {words.percent(c, 1 if c < 0.01 else 0)}" for c in points["chance"]]
    base = alt.Chart(points).encode(x=x, y=y)
    return [
        base.mark_line(color=INK, strokeDash=[6, 3], strokeWidth=1.8),
        base.mark_point(color=INK, filled=True, size=60, opacity=1),
        base.mark_text(align="right", dx=-8, dy=-8, color=INK, fontSize=12).encode(text="text:N"),
    ]


def _grid(
    outcomes: pd.DataFrame, names: Sequence[str], plan: float, column: str, least: float = 0.0
) -> list[float]:
    """Amounts, $, of the whole picture: forty steps to the largest loss, to `least`, or to a million."""
    worst = plan - float(outcomes.loc[outcomes["option"].isin(names), column].min())
    reach = max(worst, least)
    return [(reach if reach > 0.0 else MILLION) * step / STEPS for step in range(1, STEPS + 1)]


def exceedance_table(
    outcomes: pd.DataFrame,
    options: Sequence[str],
    *,
    tolerance: Sequence[Tolerance] = (),
    plan: float = 0.0,
    column: str = "client_incremental_npv",
) -> pd.DataFrame:
    """The chance of losing an amount or more, options in rows and round amounts in columns, intervals in brackets.

    Parameters
    ----------
    outcomes, options, plan, column
        As in `loss_exceedance`.
    tolerance
        Their amounts replace the round ones, and each cell says whether it stays within what can be borne, lies beyond,
        or cannot be told from so many histories.
    """
    borne = dict(sorted(tolerance))
    amounts = list(borne) or _round_amounts(_grid(outcomes, options, plan, column)[-1])
    rows = []
    for name in options:
        row: dict[str, object] = {"option": name}
        for found in exceedance(outcomes, name, plan=plan, amounts=amounts, column=column).to_dict("records"):
            amount, chance, low, high = (float(found[key]) for key in ("amount", "chance", "low", "high"))
            text = f"{words.percent(chance)} ({words.percent(low)} to {words.percent(high)})"
            if amount in borne:
                estimate = Estimate(chance, low, high, int(found["n"]))
                text += f": {tolerated(estimate, borne[amount])}"
            limit = f", borne: at most {words.percent(borne[amount], 1)}" if amount in borne else ""
            row[f"loses {words.money(amount)} or more{limit}"] = text
        rows.append(row)
    return pd.DataFrame(rows)


def _round_amounts(worst: float) -> list[float]:
    """At most six round amounts up to the largest loss."""
    power = 10.0 ** int(f"{worst:e}".split("e")[1])
    steps = [unit * power * scale for scale in (0.01, 0.1, 1.0) for unit in _ROUND]
    step = next(each for each in steps if worst / each <= _ROWS)
    count = max(int(worst / step), 1)
    return [step * (place + 1) for place in range(count)]
