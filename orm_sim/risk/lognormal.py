"""Lognormal sizes of what strikes: a quantile, and the mean where there is a most."""

from __future__ import annotations

from math import exp, log, log1p, sqrt

import numpy as np
from scipy.special import ndtr

from orm_sim.core.streams import normal_quantiles


def log_sd(cv: float) -> float:
    """Standard deviation of the logarithm, by standard deviation over mean."""
    return sqrt(log1p(cv**2))


def quantile(mean: float, cv: float, u: float) -> float:
    """Size that a share `u` stays below."""
    sd = log_sd(cv)
    z = float(normal_quantiles(np.array([u]))[0])
    return mean * exp(sd * z - sd**2 / 2.0)


def mean_below(mean: float, cv: float, most: float) -> float:
    """Mean of the size, or of `most` where that is less.

    Examples
    --------
    >>> mean_below(4.0, 1.0, 1e9)
    4.0
    >>> mean_below(4.0, 0.0, 0.5)
    0.5
    """
    sd = log_sd(cv)
    if sd == 0.0 or most <= 0.0:
        return min(mean, max(most, 0.0))
    middle = log(mean) - sd**2 / 2.0
    d = (log(most) - middle) / sd
    return float(mean * ndtr(d - sd) + most * (1.0 - ndtr(d)))
