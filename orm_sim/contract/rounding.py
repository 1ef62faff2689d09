"""The one rounding rule for money: to the cent, half away from zero."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.elementwise import CENTS, alike, flat, product_rounded, products_rounded, rounded

Array = NDArray[np.float64]


def product_to_cents(units: Array, rate: Array | float) -> Array:
    """`to_cents` of units times their rate, in one pass where there are many."""
    if flat(units):
        cents = np.empty(units.size)
        if isinstance(rate, float):
            product_rounded(units, rate, cents)
            return cents
        if alike(units, rate):
            products_rounded(units, rate, cents)
            return cents
    return to_cents(units * rate)


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
    A relative nudge of nearly 2^-50 undoes what binary floating point takes from a product of two or three
    decimals, and leaves no tie to be rounded to even; it is 1e-7 cents on an amount of a million.

    Examples
    --------
    >>> [float(to_cents(x)) for x in (2.675, -2.675, 1.005, 0.004, -0.004)]
    [2.68, -2.68, 1.01, 0.0, 0.0]
    """
    if flat(amount):
        cents = np.empty(amount.size)
        rounded(amount, cents)
        return cents
    if isinstance(amount, np.ndarray) and amount.ndim > 1 and flat(row := amount.reshape(-1)):
        return to_cents(row).reshape(amount.shape)
    if isinstance(amount, float) and math.isfinite(
        amount * CENTS
    ):  # one number: numpy's calls cost more than it
        return np.asarray(round(amount * CENTS) / 100.0 + 0.0)
    cents = np.asarray(np.multiply(amount, CENTS))
    np.rint(cents, out=cents)  # in place from here on
    cents /= 100.0
    cents += 0.0
    return cents
