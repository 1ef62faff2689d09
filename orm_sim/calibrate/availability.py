"""Availability: the factor on derived staffing at which simulated abandonment equals the abandonment observed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orm_sim.calibrate.estimate import Estimate
from orm_sim.calibrate.replay import Arrived, Laws, Waits, draw, replay

DRAWS = 3
_LOW, _HIGH = 0.3, 2.0
_CLOSE = 5e-4
_STEP = 0.02


@dataclass(frozen=True, slots=True)
class Availability:
    """The fitted factor, and whether any between 0.3 and 2 gives the abandonment observed."""

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
    The same three draws at every factor between 0.3 and 2 (false position): abandonment falls with staffing.
    """
    target = float(seen.abandoned.sum())
    n = len(contacts.at_s)
    drawn = [draw(contacts, laws, number) for number in range(DRAWS)]

    def lost(factor: float) -> NDArray[np.float64]:
        runs = [replay(contacts, each, factor, threshold_s).abandoned for each in drawn]
        return np.asarray(np.mean(runs, axis=0))

    def above(factor: float) -> float:
        return float(lost(factor).sum()) - target

    factor = _root(above)
    if factor is None:
        return Availability(Estimate(np.nan, np.nan, n, "ratio"), inside=False)
    slope = float((lost(factor - _STEP).sum() - lost(factor + _STEP).sum()) / (2 * _STEP) / n)
    apart = np.bincount(week, lost(factor) - seen.abandoned) / n
    weeks = int((np.bincount(week) > 0).sum())
    noise = float(
        np.sqrt(weeks / max(weeks - 1, 1) * ((apart - apart.sum() / weeks) ** 2)[np.bincount(week) > 0].sum())
    )
    return Availability(
        Estimate(factor, noise / slope if slope > 0 else np.nan, n, "ratio"), inside=slope > 0
    )


def _root(above: Callable[[float], float]) -> float | None:
    """Where a falling function crosses 0 between the limits, by false position (Illinois); None where it does not."""
    low, high = _LOW, _HIGH
    at_low, at_high = above(low), above(high)
    if at_low <= 0 or at_high >= 0:
        return None
    side = 0
    while high - low > _CLOSE:
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        middle = min(max(middle, low + _CLOSE / 4), high - _CLOSE / 4)
        value = above(middle)
        if value > 0:
            low, at_low = middle, value
            at_high, side = (at_high / 2, 1) if side == 1 else (at_high, 1)
        else:
            high, at_high = middle, value
            at_low, side = (at_low / 2, -1) if side == -1 else (at_low, -1)
    return (low + high) / 2
