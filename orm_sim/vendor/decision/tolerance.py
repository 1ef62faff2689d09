"""Tolerance: what the vendor knows of the client's exit rule, and the months for which a plan keeps its contract."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
        excused = np.zeros(1) if self.forecast_band is None else surge > 1.0 + self.forecast_band
        failing = np.where(excused, 0.0, 1.0 - met)
        window = [np.full(met.shape[1:], float(each)) for each in self.failed]
        seen = np.sum(window[-self.of_months :], axis=0) if window else np.zeros(met.shape[1:])
        ends = np.full(met.shape[1:], np.inf if self.last_month is None else float(self.last_month))
        kept = np.empty(met.shape)
        for month in range(met.shape[0]):
            kept[month] = month <= ends
            if month >= self.counts_from:
                window.append(failing[month])
                seen = seen + failing[month]
                if len(window) > self.of_months:
                    seen = seen - window[-self.of_months - 1]
                broken = seen >= self.failed_months - 1e-9
                ends = np.where(broken, np.minimum(ends, month + self.notice_months), ends)
        return kept, np.asarray(np.isinf(ends), np.float64)
