"""Two runs of one scenario beside each other: what a single change did to both sides, on the same callers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from orm_sim.decision.intervals import mean_interval
from orm_sim.report.options import zero_line
from orm_sim.report.words import millions_between

SIDES: Final = {"client_incremental_npv": "client, against in-house", "vendor_npv": "vendor"}


def beside(before: Mapping[str, pd.DataFrame], after: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """What a change did: mean present value of both sides before and after, and the paired difference.

    Parameters
    ----------
    before, after
        Tables of two runs of one scenario over the same replications and seed; `outcomes` and `comparison` are read.

    Returns
    -------
    DataFrame
        One row per side; $ million with 95 % intervals as text.

    Raises
    ------
    ValueError
        When the runs do not share their replications: nothing could be paired.
    """
    first, second = (_own(tables) for tables in (before, after))
    if not first.index.equals(second.index):
        raise ValueError("the two runs differ in their replications: run both with the same number and seed")
    rows = {}
    for column, side in SIDES.items():
        old, new = (frame[column].to_numpy(np.float64) for frame in (first, second))
        rows[side] = {
            "before": _words(old),
            "after": _words(new),
            "change": _words(new - old),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("$ million")


def _own(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Outcomes of the scenario itself by replication."""
    outcomes = tables["outcomes"]
    own = outcomes[outcomes["option"] != zero_line(tables["comparison"])]
    return own.set_index("replication").sort_index()


def _words(values: np.ndarray) -> str:
    found = mean_interval(values)
    return millions_between(found.value, found.low, found.high)
