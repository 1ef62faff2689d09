"""The days of the records: weekday, month, count, and whether they are whole, have a gap or are missing."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orm_sim.calibrate.mapping_terms import Days

Counts = NDArray[np.int64]

EMPTY_IF_EXPECTED = 25.0
"""An empty stretch where this many contacts were expected is a gap in the records: chance e⁻²⁵ if it were Poisson."""


def count_intervals(at_s: NDArray[np.float64], n_days: int, interval_s: int) -> Counts:
    """Contacts by day and interval: int64[n_days, n_intervals]."""
    per_day = 86_400 // interval_s
    index = np.minimum((at_s // interval_s).astype(np.int64), n_days * per_day - 1)
    return np.bincount(index, minlength=n_days * per_day).reshape(n_days, per_day)


def day_table(counts: Counts, first_day: datetime.date, days: Days) -> pd.DataFrame:
    """One row a day.

    Parameters
    ----------
    counts : int64[n_days, n_intervals]
        Contacts offered.
    first_day : date
        Date of the first row.
    days : Days
        Weekdays, holidays.

    Returns
    -------
    DataFrame
        date, records_weekday (0 Monday), weekday (of the programme), month (1 to 12), week (blocks of seven days),
        holiday (name or ""), offered, status: ``normal``, ``holiday``, ``missing`` (nothing recorded),
        ``gap`` (a stretch is empty where 25 contacts or more were expected), ``closed``.
    """
    date = pd.date_range(first_day, periods=len(counts))
    weekday = date.day_of_week.to_numpy(np.int64)
    named = {pd.Timestamp(each.date): each.name for each in days.holidays}
    holiday = np.array([named.get(each, "") for each in date])
    offered = counts.sum(axis=1)
    usual = _usual(counts, weekday, holiday == "")
    lost = np.array([_longest_gap(counts[d], usual[weekday[d]]) for d in range(len(counts))])
    status = np.where(lost >= EMPTY_IF_EXPECTED, np.where(offered == 0, "missing", "gap"), "normal")
    status = np.where((offered == 0) & (status == "normal"), "closed", status)
    status = np.where(holiday != "", "holiday", status)
    return pd.DataFrame(
        {
            "date": date, "records_weekday": weekday, "weekday": [days.weekday(int(each)) for each in weekday],
            "month": date.month.to_numpy(np.int64), "week": np.arange(len(counts)) // 7, "holiday": holiday,
            "offered": offered, "status": status,
        }
    )  # fmt: skip


def _usual(counts: Counts, weekday: Counts, plain: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Median count by weekday and interval, which a few odd days do not move: float64[7, n_intervals]."""
    usual = np.zeros((7, counts.shape[1]))
    for day in range(7):
        chosen = counts[plain & (weekday == day)]
        if len(chosen):
            usual[day] = np.median(chosen, axis=0)
    return usual


def _longest_gap(count: Counts, usual: NDArray[np.float64]) -> float:
    """Most contacts usually seen within one empty stretch of the day."""
    most = run = 0.0
    for seen, expected in zip(count, usual, strict=True):
        run = 0.0 if seen else run + float(expected)
        most = max(most, run)
    return most
