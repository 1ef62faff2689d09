"""KPIs by month, quarter or year: counters are added up first and divided afterwards, never ratios averaged."""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from orm_sim.core.errors import name_hint, refuse
from orm_sim.kpi.counters import COUNTERS
from orm_sim.kpi.dictionary import KPIS

Every = Literal["month", "quarter", "year"]
"""How often a report may be drawn up from the tables of a run, whose finest grain is the month."""

MONTHS: Final[dict[str, int]] = {"month": 1, "quarter": 3, "year": 12}
_KEY: Final = ("option", "replication", "month", "channel")
_FINER: Final = ("hour", "day", "week", "daily", "weekly")


def frequency(name: str, *, at: str = "--every") -> Every:
    """The reporting frequency of this name.

    Raises
    ------
    InputError
        For a frequency finer than the tables, and for a word that is none.
    """
    for each in get_args(Every):
        if name == each:
            return each  # type: ignore[no-any-return]
    if name in _FINER:
        rule = "the tables of a run hold months: nothing finer can be shown from them"
        raise refuse(rule, file=at, value=name, hint="Choose month, quarter or year")
    raise refuse("is no reporting frequency", file=at, value=name, hint=name_hint(name, list(MONTHS)))


def by_period(kpis: pd.DataFrame, every: Every = "month") -> pd.DataFrame:
    """The table of KPIs over longer periods: counters summed, then every ratio computed anew.

    Parameters
    ----------
    kpis
        Table ``kpis``, by month.
    every
        Length of a period, counted from the start of the contract.

    Returns
    -------
    DataFrame
        Columns as in `kpis`; ``month`` is the first month of the period.

    Notes
    -----
    Headcount (fte) is the mean of its months. A counter that one month lacks is nan for the period. The last period
    holds fewer months where the term does not divide.
    """
    length = MONTHS[every]
    if length == 1:
        return kpis
    first = kpis["month"] // length * length
    counters = [name for name in COUNTERS if name in kpis.columns]
    grouped = kpis.assign(month=first).groupby(list(_KEY), sort=False)
    size = grouped.size()
    sums = pd.DataFrame(
        {name: grouped[name].sum(min_count=1).where(grouped[name].count() == size) for name in counters}
    )
    for name in counters:
        if COUNTERS[name].unit == "fte":
            sums[name] /= size
    counted = {name: sums[name].to_numpy(np.float64) for name in counters}
    ratios = {
        name: np.asarray(KPIS[name].value(counted), dtype=np.float64)
        for name in kpis.columns
        if name in KPIS and name not in COUNTERS and set(KPIS[name].needs) <= set(counted)
    }
    table = sums.assign(**ratios).reset_index()
    return table[[name for name in kpis.columns if name in table.columns]]


def period_name(month: int, every: Every = "month") -> str:
    """The period that begins with this month (counted from 0) in words: "month 5", "quarter 2"."""
    return f"{every} {month // MONTHS[every] + 1}"
