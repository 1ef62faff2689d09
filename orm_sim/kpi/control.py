"""Control charts: an exponentially weighted mean of what a KPI departs from its course by, with its limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

WEIGHT: Final = 0.1
"""Weight of the newest observation (decisions.md §6)."""
WIDTH: Final = 2.814
"""Limits in standard deviations of the weighted mean: with weight 0.1 a false alarm comes once in 500 observations."""
_RANGE: Final = 2.0 / np.sqrt(np.pi)
"""Mean distance of two independent normal values, in standard deviations."""


def ewma(deviations: Array, weight: float = WEIGHT) -> Array:
    """The exponentially weighted mean z(t) = w·x(t) + (1 - w)·z(t - 1), from z = 0, along the last axis.

    Parameters
    ----------
    deviations
        float64[..., period]: observations less what was expected. A period without one (nan) leaves the mean as it is.
    weight
        Of the newest observation, 0 to 1.

    Examples
    --------
    >>> ewma(np.array([1.0, 2.0, -1.0])).round(4).tolist()
    [0.1, 0.29, 0.161]
    """
    mean = np.zeros(deviations.shape[:-1])
    found = np.empty(deviations.shape)
    for period in range(deviations.shape[-1]):
        newest = deviations[..., period]
        mean = np.where(np.isnan(newest), mean, weight * newest + (1.0 - weight) * mean)
        found[..., period] = mean
    return found


def half_width(sigma: float, weight: float = WEIGHT, width: float = WIDTH) -> float:
    """How far the weighted mean of independent observations may stray before it signals: width·σ·√(w / (2 - w))."""
    return float(width * sigma * np.sqrt(weight / (2.0 - weight)))


def noise(deviations: Array) -> float:
    """Standard deviation from one period to the next: mean distance of neighbours in time over 2/√π; nan without any.

    Slow drifts hardly count in it, so that a chart may find them. Where neighbours are alike because a cause lasts,
    it is too small, and the chart signals more often than it says.
    """
    steps = np.abs(np.diff(deviations, axis=-1))
    return float(np.nanmean(steps) / _RANGE) if np.isfinite(steps).any() else float("nan")


@dataclass(frozen=True, slots=True)
class Control:
    """The chart of one KPI over histories.

    Parameters
    ----------
    centre
        float64[period]: the course it is held against.
    mean
        float64[history, period]: the weighted mean of what it departs from the course by.
    half
        Half the distance of the limits.
    upwards_is_better
        The direction in which a departure is good news.
    """

    centre: Array
    mean: Array
    half: float
    upwards_is_better: bool

    @property
    def worse(self) -> NDArray[np.bool_]:
        """bool[history, period]: beyond the limit on the bad side."""
        bad = -self.mean if self.upwards_is_better else self.mean
        return np.asarray(bad > self.half)

    @property
    def better(self) -> NDArray[np.bool_]:
        """bool[history, period]: beyond the limit on the good side."""
        good = self.mean if self.upwards_is_better else -self.mean
        return np.asarray(good > self.half)


def control(observed: Array, upwards_is_better: bool, centre: Array | None = None) -> Control:
    """The control chart of observations, all histories with the limits of one noise.

    Parameters
    ----------
    observed
        float64[history, period]; nan where nothing was measured.
    upwards_is_better
        The direction of the KPI.
    centre
        float64[period], the course to hold it against; by default the mean over histories, period by period: what was
        to be expected. At least two histories are then needed.

    Raises
    ------
    ValueError
        When the expected course is asked of a single history.
    """
    if centre is None:
        if observed.shape[0] < 2:
            raise ValueError(
                "one history has no expected course: give the target as centre, or more histories"
            )
        counted = np.isfinite(observed).sum(axis=0)
        sums = np.nansum(observed, axis=0)
        centre = np.divide(sums, counted, out=np.full(counted.shape, np.nan), where=counted > 0)
    deviations = observed - centre
    return Control(centre, ewma(deviations), half_width(noise(deviations)), upwards_is_better)
