"""The purse ahead: receipts after payment terms, wages on paydays, and the months in which the money is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.contract.period import LineItem
from orm_sim.core.compiled import jit, jit_inline
from orm_sim.core.units import DAYS_PER_MONTH, DAYS_PER_YEAR

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

INTEREST_DAYS = 30
"""Days for which a month's interest is reckoned, as a lived firm's purse does."""

_NOTHING = 1e-9


class Receipts(NamedTuple):
    """What a client pays: ``day`` int64[n] ascending, today 0 · ``amount`` float64[n, n_plans, n_futures]."""

    day: Whole
    amount: Floats


class Timetable(NamedTuple):
    """When money moves, in days from today.

    ``starts`` int64[n_months + 1], first day of each month ahead and of the one after; the first may be past ·
    ``payday`` the next day on which wages are paid · ``every`` days from one payday to the next.
    """

    starts: Whole
    payday: int
    every: int


@dataclass(frozen=True, slots=True)
class PurseAhead:
    """A firm's money at a planning date.

    Attributes
    ----------
    cash, credit_line : float
        $; cash may be negative.
    credit_rate_per_year : float
        Price of the drawn part of the line.
    receivable : sequence of (day, amount)
        Invoiced and not yet paid: the day ahead on which it falls due, ascending, and $.
    other_margin, other_sd : float
        Monthly margin of the firm's other accounts, $: mean and standard deviation.
    timetable : Timetable
    other_correlation : float
        Of one month's with the next.
    """

    cash: float
    credit_line: float
    credit_rate_per_year: float
    receivable: Sequence[tuple[int, float]]
    other_margin: float
    other_sd: float
    timetable: Timetable
    other_correlation: float = 1.0

    def run(
        self, receipts: Receipts, costs: Floats, other: Floats, payroll: Floats | None = None
    ) -> tuple[Floats, Floats]:
        """Live the months; a firm whose cash and line are spent has failed and stays so.

        Parameters
        ----------
        receipts : Receipts
            Of the account.
        costs : float64[n_months, n_plans, n_futures]
            Of the account as they are incurred; those that are not wages are paid at the month's end, after what the
            other accounts bring.
        other : float64[n_futures]
            Normals of variance 1: how the other accounts fare.
        payroll : float64, shape of costs, optional
            The part of them that is paid on paydays; none by default.

        Returns
        -------
        alive : float64[n_months, n_plans, n_futures]
            1 up to and including the last month it can pay, else 0.
        interest : float64, same shape
            Interest paid on the drawn part of the line.
        """
        n_months = costs.shape[0]
        alive, interest = np.empty(costs.shape), np.empty(costs.shape)
        known = np.array([day for day, _ in self.receivable], np.int64)
        owed = np.array([amount for _, amount in self.receivable], np.float64)
        month_rate = self.credit_rate_per_year * INTEREST_DAYS / DAYS_PER_YEAR
        margin = self.other_margin + np.outer(self.other_sd * _steps(self.other_correlation, n_months), other)
        _live(
            self.cash, self.credit_line, month_rate, self.timetable, Receivable(known, owed), receipts, costs,
            costs if payroll is None else payroll, payroll is not None, margin, np.empty((2, other.size)), alive,
            interest,
        )  # fmt: skip
        return alive, interest


class Receivable(NamedTuple):
    """Invoiced and not yet paid: ``day`` int64[n] ascending, today 0, and ``amount`` float64[n]."""

    day: Whole
    amount: Floats


@jit
def _live(
    opening: float, line: float, rate: float, when: Timetable, receivable: Receivable, receipts: Receipts,
    costs: Floats, payroll: Floats, pays: bool, margin: Floats, state: Floats, alive: Floats, interest: Floats,
) -> None:  # fmt: skip
    """All plans, one after the other: receipts and paydays in the order of days, then the month's end."""
    n_months, n_plans, _ = costs.shape
    cash, stands = state[0], state[1]
    for plan in range(n_plans):
        cash[:] = opening
        stands[:] = 1.0
        payday, place = when.payday, (0, 0)
        for month in range(n_months):
            end = when.starts[month + 1] - 1
            while pays and payday <= end:
                place = _receive(payday, plan, place, receivable, receipts, cash)
                days = min(payday - when.starts[month] + 1, when.every)  # the others lie in the month before
                earlier = (when.every - days) / DAYS_PER_MONTH
                _pay(payroll[month, plan], days / DAYS_PER_MONTH, cash, line, stands)
                if earlier > 0.0:
                    _pay(payroll[max(month - 1, 0), plan], earlier, cash, line, stands)
                payday += when.every
            place = _receive(end, plan, place, receivable, receipts, cash)
            _close(
                margin[month], rate, costs[month, plan], payroll[month, plan], pays, cash, line, stands,
                alive[month, plan], interest[month, plan],
            )  # fmt: skip


@jit_inline
def _receive(
    day: int, plan: int, place: tuple[int, int], receivable: Receivable, receipts: Receipts, cash: Floats
) -> tuple[int, int]:
    """Take in what is paid up to a day; `place` is how much has been taken in already."""
    known, new = place
    while known < receivable.day.size and receivable.day[known] <= day:
        cash += receivable.amount[known]
        known += 1
    while new < receipts.day.size and receipts.day[new] <= day:
        for f in range(cash.size):
            cash[f] += receipts.amount[new, plan, f]
        new += 1
    return known, new


@jit_inline
def _pay(wages: Floats, share: float, cash: Floats, line: float, stands: Floats) -> None:
    """Pay a share of a month's wages, or fail."""
    for f in range(cash.size):
        cash[f] -= share * wages[f]
        stands[f] = stands[f] if cash[f] + line >= -_NOTHING else 0.0


@jit_inline
def _close(
    margin: Floats, rate: float, costs: Floats, wages: Floats, pays: bool, cash: Floats, line: float, stands: Floats,
    alive: Floats, interest: Floats,
) -> None:  # fmt: skip
    """A month's end: the other accounts' margin comes in, and everything but wages is paid, or the firm fails."""
    for f in range(cash.size):
        rich = cash[f] + margin[f]
        interest[f] = max(-rich, 0.0) * rate
        paid = wages[f] if pays else 0.0
        cash[f] = rich - (costs[f] - paid) - interest[f]
        stands[f] = stands[f] if cash[f] + line >= -_NOTHING else 0.0
        alive[f] = stands[f]


def _steps(correlation: float, n_months: int) -> Floats:
    """Growth, month by month, of the standard deviation of a sum of correlated months of variance 1: float64[n_months].

    A future keeps its place among the futures throughout, and each month's sum so far has its exact law.
    """
    apart = np.arange(n_months)
    of_sum = np.cumsum(np.cumsum(np.where(apart == 0, 1.0, 2.0 * correlation**apart)))
    return np.diff(np.sqrt(of_sum), prepend=0.0)


def when_paid(items: Sequence[Sequence[LineItem]], starts: Whole, shape: tuple[int, int]) -> Receipts:
    """Receipts by the day on which they arrive: each line its `net_days` after its month's last day.

    Parameters
    ----------
    items : sequence over months of line items
    starts : int64[n_months + 1]
        See `Timetable`.
    shape : (n_plans, n_futures)

    Returns
    -------
    Receipts
        What arrives within those months.
    """
    last = int(starts[len(items)]) - 1
    dated = [
        (int(starts[month + 1]) - 1 + line.net_days, line.amount)
        for month, lines in enumerate(items)
        for line in lines
    ]
    rows = {day: row for row, day in enumerate(sorted({day for day, _ in dated if day <= last}))}
    paid = np.zeros((len(rows), shape[0] * shape[1]))
    for day, amount in dated:
        if day <= last:
            paid[rows[day]] += amount.reshape(-1)
    return Receipts(np.array(list(rows), np.int64), paid.reshape(len(rows), *shape))
