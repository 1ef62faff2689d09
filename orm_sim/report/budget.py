"""The budget table: what the whole venture costs, and how often a given budget is overrun."""

from __future__ import annotations

import math

import pandas as pd

from orm_sim.decision.budget import SHARES, budgets
from orm_sim.report.theme import MILLION


def budget_table(outcomes: pd.DataFrame, budget: float | None = None) -> pd.DataFrame:
    """Cost of each option over the term, $ million: not passed in half, four fifths and nine tenths of histories.

    Parameters
    ----------
    outcomes
        Table ``outcomes``.
    budget
        The client's, $ over the term, or none.
    """
    rows = []
    for row in budgets(outcomes, budget).to_dict("records"):
        shown: dict[str, object] = {"option": row["option"]}
        for share in SHARES:
            name = f"p{share * 100:.0f}"
            value, low, high = (row[name + end] / MILLION for end in ("", "_low", "_high"))
            span = f" ({low:,.2f} to {high:,.2f})" if math.isfinite(low) and math.isfinite(high) else ""
            shown[f"{share:.0%} of histories cost at most, $m"] = f"{value:,.2f}{span}"
        if budget is not None:
            chance, low, high = (row[f"p_over{end}"] for end in ("", "_low", "_high"))
            shown[f"over ${budget / MILLION:,.2f}m"] = f"{chance:.0%} ({low:.0%} to {high:.0%})"
        rows.append(shown)
    return pd.DataFrame(rows)
