"""The calendar of a contract: weekday, month of the year and billing month of every day, run-off included."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

RUN_OFF_MONTHS: Final = 6
"""After the term no new contacts: receivables, clawbacks and credits run off for six months (DESIGN §3 *End*)."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days since contract start, as arrays.

    Attributes
    ----------
    start
        Day 0.
    n_days
        Days of the term.
    n_months
        Billing months of the term; run-off months follow.
    weekday, month_of_year
        int64[n_days + run-off]: 0 Monday … 6 Sunday; 0 January … 11 December.
    month
        int64[n_days + run-off]: billing month a day belongs to, counted from the day of the month of `start`.
    month_starts
        First day of each billing month, term and run-off, one more for the end.
    holiday
        bool[n_days + run-off].
    """

    start: datetime.date
    n_days: int
    n_months: int
    weekday: NDArray[np.int64]
    month_of_year: NDArray[np.int64]
    month: NDArray[np.int64]
    month_starts: NDArray[np.int64]
    holiday: NDArray[np.bool_]

    @property
    def n_months_with_run_off(self) -> int:
        """Billing months of term and run-off."""
        return self.n_months + RUN_OFF_MONTHS

    @property
    def end_day(self) -> int:
        """The day after the last day of the run-off."""
        return int(self.month_starts[-1])


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day of the month some months later, or the month's last day where there is none.

    Examples
    --------
    >>> add_months(datetime.date(2027, 1, 31), 1)
    datetime.date(2027, 2, 28)
    """
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)).day
    return datetime.date(year, month, min(day.day, last))


def calendar(start: datetime.date, n_months: int, holidays: tuple[datetime.date, ...] = ()) -> Calendar:
    """The calendar of a term of some months from a day, with six months of run-off after it."""
    total = n_months + RUN_OFF_MONTHS
    starts = np.array([(add_months(start, m) - start).days for m in range(total + 1)], dtype=np.int64)
    days = np.arange(starts[-1])
    dates = [start + datetime.timedelta(days=int(d)) for d in days]
    closed = set(holidays)
    return Calendar(
        start=start,
        n_days=int(starts[n_months]),
        n_months=n_months,
        weekday=np.array([d.weekday() for d in dates], dtype=np.int64),
        month_of_year=np.array([d.month - 1 for d in dates], dtype=np.int64),
        month=np.searchsorted(starts, days, side="right") - 1,
        month_starts=starts,
        holiday=np.array([d in closed for d in dates], dtype=np.bool_),
    )
