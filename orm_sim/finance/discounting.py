"""Present value of dated flows."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orm_sim.core.units import DAYS_PER_YEAR

Array = NDArray[np.float64]


def discount_factor(day: ArrayLike, discount_rate_per_year: float) -> Array:
    """What one unit of money paid on a day is worth on day 0: (1 + rate)^(−day / 365.25).

    Parameters
    ----------
    day
        Days since contract start, any shape; day 0 is undiscounted.
    discount_rate_per_year
        Effective yearly rate as a decimal, above −1.

    Examples
    --------
    >>> round(float(discount_factor(365.25, 0.10)), 6)
    0.909091
    """
    return np.asarray((1.0 + discount_rate_per_year) ** (-np.asarray(day, dtype=np.float64) / DAYS_PER_YEAR))


def present_value(day: ArrayLike, amount: ArrayLike, discount_rate_per_year: float) -> float:
    """The sum of dated flows, each discounted from its day: Σ amount · (1 + rate)^(−day / 365.25).

    Examples
    --------
    >>> round(present_value([0, 365.25], [-100.0, 121.0], 0.10), 9)
    10.0
    """
    amounts = np.asarray(amount, dtype=np.float64)
    return float(np.sum(amounts * discount_factor(day, discount_rate_per_year)))
