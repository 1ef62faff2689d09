"""What the whole venture costs: the cost that is not passed in half, four fifths and nine tenths of histories.

Cost is all the client pays over the term and its run-off, undiscounted: fees net of credits, transition, the roles it
keeps, oversight, licences, taxes, severance, stranded cost, and its own operation where it still runs one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orm_sim.decision.intervals import quantile_interval, share_interval

SHARES = (0.5, 0.8, 0.9)


def budgets(outcomes: pd.DataFrame, budget: float | None = None) -> pd.DataFrame:
    """The budget each option needs, and the chance that a given one is overrun.

    Parameters
    ----------
    outcomes
        Table ``outcomes``.
    budget
        The client's, $ over the term; without one no chance is told.

    Returns
    -------
    DataFrame
        One row an option, in the order of the table: option, n; p50, p80, p90 in $ with order-statistic intervals
        (`_low`, `_high`; nan where the replications cannot carry an end); p_over with Clopper and Pearson's interval.
    """
    rows = []
    for option, own in outcomes.groupby("option", sort=False):
        cost = own["cost_total"].to_numpy(np.float64)
        row: dict[str, object] = {"option": option, "n": cost.size}
        for share in SHARES:
            found = quantile_interval(cost, share)
            name = f"p{share * 100:.0f}"
            row |= {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
        if budget is not None:
            over = share_interval(int((cost > budget).sum()), cost.size)
            row |= {"p_over": over.value, "p_over_low": over.low, "p_over_high": over.high}
        rows.append(row)
    return pd.DataFrame(rows)
