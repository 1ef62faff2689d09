"""Tiers: what a volume costs when its price depends on how large it is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.elementwise import alike, climbed, climbed_by, flat, stepped

Array = NDArray[np.float64]


def marginal(
    volume: Array, up_to: Sequence[float], rates: Sequence[float], width: Array | float = 1.0
) -> Array:
    """Each unit at the price of the tier it falls in: a piecewise-linear function, continuous and rising.

    Parameters
    ----------
    volume : array
        Units, 0 or more.
    up_to : sequence of float
        Upper bounds of all tiers but the last, ascending.
    rates : sequence of float
        Price of one unit in each tier; one more than bounds.
    width : array or float
        What the bounds are multiplied by (hours, where they are per hour).

    Examples
    --------
    >>> float(marginal(np.asarray(1500.0), [1000.0], [2.0, 1.5]))
    2750.0
    """
    if flat(volume) and (isinstance(width, float) or alike(volume, width)):
        return _in_one_pass(volume, tuple(up_to), tuple(rates), width)
    charge = np.asarray(volume * rates[-1], dtype=np.float64)
    for bound, here, above in zip(up_to, rates, rates[1:], strict=False):
        part = np.asarray(np.minimum(volume, bound * width))
        part *= here - above
        charge = charge + part
    return charge


def price_of(volume: Array, up_to: Sequence[float], rates: Sequence[float]) -> Array:
    """The price of the tier a volume falls in; a volume on a bound belongs to the tier below it."""
    if flat(volume):
        price = np.empty(volume.size)
        stepped(volume, _row(tuple(up_to)), _row(tuple(rates)), price)
        return price
    price = np.full(np.shape(volume), float(rates[0]))
    for bound, rate in zip(up_to, rates[1:], strict=True):  # few bounds: faster than a search for each volume
        np.copyto(price, rate, where=volume > bound)
    return price


@cache
def _row(numbers: tuple[float, ...]) -> Array:
    """The bounds or rates of a contract as compiled code takes them; made once."""
    return np.array(numbers, dtype=np.float64)


def _in_one_pass(
    volume: Array, up_to: tuple[float, ...], rates: tuple[float, ...], width: Array | float
) -> Array:
    charge = np.empty(volume.size)
    if isinstance(width, float):
        bounds = up_to if width == 1.0 else tuple(bound * width for bound in up_to)
        climbed(volume, _row(bounds), _row(rates), charge)
    else:
        climbed_by(volume, _row(up_to), _row(rates), width, charge)
    return charge
