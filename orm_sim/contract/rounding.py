"""The one rounding rule for money: to the cent, half away from zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_NUDGE = 1.0 + 2.0**-50
"""Lifts a product of decimals back onto the half cent it stands for (2.675 is held as 2.6749999999999998)."""


def to_cents(amount: Array | float) -> Array:
    """An amount rounded to the cent, half away from zero, elementwise.

    Parameters
    ----------
    amount : array or float
        Money, of any shape. nan stays nan.

    Returns
    -------
    array
        Same shape. The double nearest to a whole number of cents, and never -0.0.

    Notes
    -----
    A relative nudge of four units in the last place undoes what binary floating point takes from a product of
    two or three decimals; it is 1e-7 cents on an amount of a million.

    Examples
    --------
    >>> [float(to_cents(x)) for x in (2.675, -2.675, 1.005, 0.004, -0.004)]
    [2.68, -2.68, 1.01, 0.0, 0.0]
    """
    size = np.floor(np.abs(amount) * 100.0 * _NUDGE + 0.5) / 100.0
    return np.asarray(np.copysign(size, amount) + 0.0)
