"""Tolerance: what the vendor knows of the client's exit rule, and the months for which a plan keeps its contract."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.compiled import jit, jit_inline

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much failure the client still bears, as the vendor sees it on a planning date.

    Attributes
    ----------
    failed : tuple of bool
        Months that have counted so far, the latest last.
    failed_months, of_months : int
        The client gives notice with so many failed months among the latest so many.
    forecast_band : float or None
        A month with more contacts above the forecast than this does not fail; None excuses none.
    notice_months : int
        Months served after the one in which notice is given.
    counts_from : int
        Months ahead from which a month counts.
    last_month : int or None
        Months ahead of the last one that is served, where notice has been given.
    sales : tuple of float
        Funded sales under which each month ahead fails too; empty where sales are not watched.
    """

    failed: tuple[bool, ...]
    failed_months: int
    of_months: int
    forecast_band: float | None
    notice_months: int
    counts_from: int = 0
    last_month: int | None = None
    sales: tuple[float, ...] = ()

    def enough_sold(self, month: int, sold: Floats) -> Floats:
        """1 where the sales of a month ahead do not make it a failed one, 0 elsewhere."""
        if month >= len(self.sales):
            return np.ones(1)
        return np.asarray(sold >= self.sales[month], np.float64)

    def kept(self, met: Floats, surge: Floats) -> Floats:
        """1 in the months in which the contract is in force, 0 after the client has ended it: see `follow`."""
        return self.follow(met, surge)[0]

    def follow(self, met: Floats, surge: Floats) -> tuple[Floats, Floats]:
        """How long the client bears with each plan.

        Parameters
        ----------
        met : float64[n_months, n_plans, n_futures]
            Whether the service asked for is met, 0 or 1; where it is a chance, failures add up in the mean.
        surge : array that broadcasts to the same shape
            Contacts over those forecast.

        Returns
        -------
        kept : float64[n_months, n_plans, n_futures]
            1 in the months in which the contract is in force, 0 after the client has ended it.
        stands : float64[n_plans, n_futures]
            1 where no notice has been given by the last of these months.
        """
        limit = np.inf if self.forecast_band is None else 1.0 + self.forecast_band
        excused = np.ascontiguousarray(np.broadcast_to(surge > limit, met.shape))
        last = np.inf if self.last_month is None else float(self.last_month)
        kept, stands = np.empty(met.shape), np.empty(met.shape[1:])
        _follow(
            np.ascontiguousarray(met), excused, np.array(self.failed, np.float64), self.failed_months, self.of_months,
            self.notice_months, self.counts_from, last, np.empty(met.shape[2]), kept, stands,
        )  # fmt: skip
        return kept, stands


@jit
def _follow(
    met: Floats, excused: NDArray[np.bool_], failed: Floats, failed_months: int, of_months: int, notice_months: int,
    counts_from: int, last: float, seen: Floats, kept: Floats, stands: Floats,
) -> None:  # fmt: skip
    """All plans, one after the other; `seen` takes the failures in sight, `stands` the last month until it is told."""
    n_months, n_plans, _ = met.shape
    for plan in range(n_plans):
        ends = stands[plan]
        seen[:] = failed[max(failed.size - of_months, 0) :].sum()
        ends[:] = last
        for month in range(n_months):
            kept[month, plan] = month <= ends
            if month < counts_from:
                continue
            gone = failed.size + month - counts_from - of_months  # the place of what goes out of sight
            for f in range(seen.size):
                seen[f] += _failing(met[month, plan, f], excused[month, plan, f])
                if gone >= failed.size:
                    old = counts_from + gone - failed.size
                    seen[f] -= _failing(met[old, plan, f], excused[old, plan, f])
                elif gone >= 0:
                    seen[f] -= failed[gone]
                if seen[f] >= failed_months - 1e-9:
                    ends[f] = min(ends[f], float(month + notice_months))
        for f in range(seen.size):
            ends[f] = 1.0 if np.isinf(ends[f]) else 0.0


@jit_inline
def _failing(met: float, excused: bool) -> float:
    """How far a month fails."""
    return 0.0 if excused else 1.0 - met
