"""Loss exceedance: the chance that a loss reaches an amount, with its interval, against what can be borne."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from orm_sim.core.errors import refuse
from orm_sim.decision.intervals import Estimate, share_interval

STEPS: Final = 40
"""Amounts of a curve where none are given."""
Tolerance = tuple[float, float]
"""An amount, $, and the chance of losing as much that can be borne."""
_COLUMNS: Final = {
    "amount": "float64", "n": "int64", "events": "int64", "chance": "float64", "low": "float64", "high": "float64",
}  # fmt: skip


def losses(outcomes: pd.DataFrame, option: str, plan: float, column: str) -> np.ndarray:
    """What each history falls short of the plan by, $: plan less value; negative where it exceeds the plan."""
    own = outcomes.loc[outcomes["option"] == option, column].to_numpy(np.float64)
    if own.size == 0:
        raise ValueError(f"no outcomes of {option}")
    return np.asarray(plan - own)


def exceedance(
    outcomes: pd.DataFrame,
    option: str,
    *,
    plan: float = 0.0,
    amounts: Sequence[float] | None = None,
    column: str = "client_incremental_npv",
) -> pd.DataFrame:
    """P(loss ≥ x): the share of histories that fall short of the plan by at least an amount.

    Parameters
    ----------
    outcomes
        Table ``outcomes``.
    option
        Its name.
    plan
        The value that was planned, $. The default with the default column is the zero line in the same history.
    amounts
        Losses to ask for, $, above 0; by default forty equal steps up to the largest seen.
    column
        Money column of the table.

    Returns
    -------
    DataFrame
        amount, n histories, events among them, chance, and Clopper and Pearson's 95 % interval, low to high. No rows
        where no amounts were given and nothing was ever lost.
    """
    lost = losses(outcomes, option, plan, column)
    worst = float(lost.max())
    asked = amounts if amounts is not None else np.linspace(0.0, max(worst, 0.0), STEPS + 1)[1:]
    rows = []
    for amount in sorted({float(each) for each in asked if amounts is not None or each > 0.0}):
        events = int((lost >= amount).sum())
        found = share_interval(events, lost.size)
        rows.append((amount, lost.size, events, *found.ends))
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def tolerated(chance: Estimate, borne: float) -> str:
    """Whether a chance stays within what can be borne: "within", "beyond", or "cannot be told" from the sample."""
    if chance.high <= borne:
        return "within"
    return "beyond" if chance.low > borne else "cannot be told"


def read_tolerance(text: str, *, at: str = "--tolerance") -> Tolerance:
    """A tolerance written as amount=chance, such as 1000000=0.05.

    Raises
    ------
    InputError
        When it is not an amount above 0 and a chance from 0 to 1.
    """
    amount, _, chance = text.partition("=")
    try:
        pair = float(amount), float(chance)
    except ValueError:
        pair = (float("nan"), float("nan"))
    if not (0.0 < pair[0] < float("inf") and 0.0 <= pair[1] <= 1.0):
        rule = "must be an amount above 0 and a chance from 0 to 1, such as 1000000=0.05"
        raise refuse(rule, file=at, value=text)
    return pair
