"""Futures: sixteen fixed quasi-random draws of what the vendor cannot know, the same for every plan and contract."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.evidence import quantity
from orm_sim.core.streams import normal_quantiles
from orm_sim.core.terms import Term

Floats = NDArray[np.float64]

N_FUTURES: Final = 16
"""Futures behind every value."""

_SCRAMBLE: Final = 16
"""Fixes the scrambling of the points."""


class Doubts(Term):
    """How uncertain the vendor is over the months it plans for: coefficients of variation."""

    volume: float = quantity(0.10, unit="ratio", source="assumption", grade="D", low=0.0, high=0.3, ge=0)
    """Of contacts and leads."""
    handle_time: float = quantity(
        0.05, unit="ratio", source="assumption", grade="D", low=0.0, high=0.15, ge=0
    )
    """Of handle time."""
    conversion: float = quantity(0.20, unit="ratio", source="assumption", grade="D", low=0.0, high=0.5, ge=0)
    """Of sales per customer reached."""
    attrition: float = quantity(0.20, unit="ratio", source="assumption", grade="D", low=0.0, high=0.5, ge=0)
    """Of people leaving."""
    service: float = quantity(0.03, unit="share", source="assumption", grade="D", low=0.0, high=0.08, ge=0)
    """Standard deviation of a month's service level around what staffing would give: a month's luck."""


class Futures(NamedTuple):
    """Factors of mean 1 over the futures, float64[n_futures] each; ``other_business`` is a normal of variance 1.

    ``luck`` is float64[n_futures, n_months]: normals of variance 1, fresh in every month.
    """

    volume: Floats
    handle_time: Floats
    conversion: Floats
    attrition: Floats
    other_business: Floats
    luck: Floats


@cache
def _normals(n_futures: int) -> Floats:
    """Standard normals, float64[8, n_futures]: rows have mean 0 and variance 1 and are uncorrelated, all exactly.

    Scrambled Sobol points, always the same ones. What mean and correlation so few of them have is taken out, by the
    symmetric square root of the inverse of their covariance, which moves points least.
    """
    from scipy.stats.qmc import Sobol  # half a second to import: only where a vendor plans

    points = Sobol(8, rng=_SCRAMBLE).random(n_futures).T
    drawn = normal_quantiles(points.ravel()).reshape(points.shape)
    drawn = drawn - drawn.mean(axis=1, keepdims=True)
    variance, axes = np.linalg.eigh(drawn @ drawn.T / n_futures)
    return np.asarray((axes / np.sqrt(variance)) @ axes.T @ drawn)


def futures(doubts: Doubts, n_months: int, n_futures: int = N_FUTURES) -> Futures:
    """The futures of one planning date.

    Parameters
    ----------
    doubts : Doubts
    n_months : int
        Months ahead.
    n_futures : int
        How many, a power of 2; 16 unless theory is to be met more closely.

    Examples
    --------
    >>> bool(abs(futures(Doubts(), 12).volume.mean() - 1.0) < 1e-12)
    True
    """
    drawn = _normals(n_futures)
    volume, handle_time, conversion, attrition = (
        _factor(normal, cv)
        for normal, cv in zip(
            drawn, (doubts.volume, doubts.handle_time, doubts.conversion, doubts.attrition), strict=False
        )
    )
    months = np.arange(n_months)
    luck = drawn[5 + months % 3] * np.where(months // 3 % 2 == 0, 1.0, -1.0)[:, None]
    return Futures(volume, handle_time, conversion, attrition, drawn[4], luck.T.copy())


def _factor(normal: Floats, cv: float) -> Floats:
    """A lognormal factor of mean exactly 1 over the futures."""
    raw = np.exp(np.sqrt(np.log1p(cv * cv)) * normal)
    return np.asarray(raw / raw.mean())
