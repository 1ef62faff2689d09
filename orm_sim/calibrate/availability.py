"""Availability: the factor on derived staffing at which simulated abandonment equals the abandonment observed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orm_sim.calibrate.estimate import Estimate
from orm_sim.calibrate.replay import Arrived, Laws, Waits, draw, replay

DRAWS = 3
_LOW, _HIGH = 0.3, 2.0
_HALVINGS = 11
_STEP = 0.02


@dataclass(frozen=True, slots=True)
class Availability:
    """The fitted factor, and whether the search stayed inside its limits."""

    factor: Estimate
    inside: bool


def fit_availability(
    contacts: Arrived, seen: Waits, week: NDArray[np.int64], laws: Laws, threshold_s: float
) -> Availability:
    """Factor on the staffing that reconciles it with observed abandonment, by replaying the arrivals.

    Parameters
    ----------
    contacts : Arrived
        Observed arrivals and derived staffing.
    seen : Waits
        What became of them.
    week : int64[n]
        Week of each contact.
    laws : Laws
        Fitted handle times and patience.
    threshold_s : float
        Of the service level (it has no influence on the fit).

    Returns
    -------
    Availability
        The factor; n counts contacts. Its error is that of the abandonment rate simulated less observed, week by
        week, over the slope of abandonment in the factor; the fits of the laws are taken as exact.

    Notes
    -----
    Three draws of the same numbers at every factor, halving between 0.3 and 2: abandonment falls with staffing.
    """
    target = float(seen.abandoned.sum())
    n = len(contacts.at_s)
    drawn = [draw(contacts, laws, number) for number in range(DRAWS)]

    def lost(factor: float) -> NDArray[np.float64]:
        runs = [replay(contacts, each, factor, threshold_s).abandoned for each in drawn]
        return np.asarray(np.mean(runs, axis=0))

    low, high = _LOW, _HIGH
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if lost(middle).sum() > target else (low, middle)
    factor = (low + high) / 2
    slope = float((lost(factor - _STEP).sum() - lost(factor + _STEP).sum()) / (2 * _STEP) / n)
    apart = np.bincount(week, lost(factor) - seen.abandoned) / n
    weeks = int((np.bincount(week) > 0).sum())
    noise = float(
        np.sqrt(weeks / max(weeks - 1, 1) * ((apart - apart.sum() / weeks) ** 2)[np.bincount(week) > 0].sum())
    )
    inside = _LOW + 0.01 < factor < _HIGH - 0.01 and slope > 0
    return Availability(Estimate(factor, noise / slope if slope > 0 else np.nan, n, "ratio"), inside)
