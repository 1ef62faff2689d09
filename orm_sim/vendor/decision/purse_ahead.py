"""The purse ahead: receipts after payment terms, costs as they fall due, and the months in which the money is gone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orm_sim.contract.period import LineItem
from orm_sim.core.units import DAYS_PER_MONTH

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PurseAhead:
    """A firm's money at a planning date.

    Attributes
    ----------
    cash, credit_line : float
        $; cash may be negative.
    credit_rate_per_year : float
        Price of the drawn part of the line.
    receivable : float64[n]
        Invoiced and not yet paid, by the month ahead in which it falls due, $.
    other_margin, other_sd : float
        Monthly margin of the firm's other accounts, $: mean and standard deviation.
    other_correlation : float
        Of one month's with the next.
    """

    cash: float
    credit_line: float
    credit_rate_per_year: float
    receivable: Floats
    other_margin: float
    other_sd: float
    other_correlation: float = 1.0

    def run(self, receipts: Floats, costs: Floats, other: Floats) -> tuple[Floats, Floats]:
        """Live the months; a firm whose cash and line are spent has failed and stays so.

        Parameters
        ----------
        receipts, costs : float64[n_months, n_plans, n_futures]
            Of the account, when the money moves.
        other : float64[n_futures]
            Normals of variance 1: how the other accounts fare.

        Returns
        -------
        alive : float64[n_months, n_plans, n_futures]
            1 up to and including the last month it can pay, else 0.
        interest : float64, same shape
            Interest paid on the drawn part of the line.
        """
        n_months = receipts.shape[0]
        alive, interest = np.ones(receipts.shape), np.zeros(receipts.shape)
        cash = np.full(receipts.shape[1:], self.cash)
        standing = np.ones(receipts.shape[1:])
        due = np.zeros(n_months)
        due[: min(self.receivable.size, n_months)] = self.receivable[:n_months]
        months = self.other_sd * _steps(self.other_correlation, n_months)
        for month in range(n_months):
            margin = self.other_margin + months[month] * other
            interest[month] = np.maximum(-cash, 0.0) * (self.credit_rate_per_year / 12.0)
            cash = cash + receipts[month] + due[month] + margin - costs[month] - interest[month]
            standing = standing * (cash + self.credit_line >= 0.0)
            alive[month] = standing
        return alive, interest


def _steps(correlation: float, n_months: int) -> Floats:
    """Growth, month by month, of the standard deviation of a sum of correlated months of variance 1: float64[n_months].

    A future keeps its place among the futures throughout, and each month's sum so far has its exact law.
    """
    apart = np.arange(n_months)
    of_sum = np.cumsum(np.cumsum(np.where(apart == 0, 1.0, 2.0 * correlation**apart)))
    return np.diff(np.sqrt(of_sum), prepend=0.0)


def when_paid(items: Sequence[Sequence[LineItem]], shape: tuple[int, int]) -> Floats:
    """Receipts by the month in which they arrive: each line its `net_days` after its month's end.

    Parameters
    ----------
    items : sequence over months of line items
    shape : (n_plans, n_futures)

    Returns
    -------
    float64[n_months, n_plans, n_futures]
        What arrives within those months.
    """
    paid = np.zeros((len(items), *shape))
    for month, lines in enumerate(items):
        for line in lines:
            when = month + math.ceil(line.net_days / DAYS_PER_MONTH)
            if when < len(items):
                paid[when] += line.amount
    return paid
