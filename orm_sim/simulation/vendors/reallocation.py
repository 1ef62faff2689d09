"""How results move shares of volume among vendors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from orm_sim.centre.skills.plan import Floats
from orm_sim.kpi import INDICATORS
from orm_sim.scenario.vendors import Reallocation, VendorTerms


class NextShares(Protocol):
    """A rule that reckons the shares of the next period."""

    def __call__(self, shares: Floats, values: Floats) -> Floats:
        """Shares of the next period from those of this one and a KPI's values in it, nan where there is none."""


def rule_of(terms: Reallocation, vendors: Sequence[VendorTerms]) -> NextShares:
    """The rule that a file asks for."""
    low = np.array([each.minimum or 0.0 for each in vendors])
    high = np.array([1.0 if each.maximum is None else each.maximum for each in vendors])
    higher = INDICATORS[terms.kpi].better == "higher"

    def next_shares(shares: Floats, values: Floats) -> Floats:
        return champion_challenger(shares, values if higher else -values, terms.step, low, high)

    return next_shares


def champion_challenger(
    shares: Floats, results: Floats, step: float, minimum: Floats, maximum: Floats
) -> Floats:
    """Shares after the best vendor has gained a step from the others.

    Parameters
    ----------
    shares : float64[n_vendors]
        They sum to 1, within the limits.
    results : float64[n_vendors]
        The more the better; nan where nothing was measured, which is never best. Of equals the one with the larger
        share is best, then the first; where nobody has a result, shares stay.
    step : float
        What the best gains, as far as its maximum and the others' minimum allow.
    minimum, maximum : float64[n_vendors]

    Returns
    -------
    float64[n_vendors]
        The others lose in proportion to what they have above their minimum: all of them keep it.

    Examples
    --------
    >>> champion_challenger(
    ...     np.array([0.5, 0.3, 0.2]), np.array([0.8, 0.9, 0.7]), 0.1, np.array([0.0, 0.0, 0.1]), np.ones(3)
    ... ).round(4).tolist()
    [0.4167, 0.4, 0.1833]
    """
    known = ~np.isnan(results)
    if not known.any():
        return shares
    tied = known & (results == results[known].max())
    best = int(np.argmax(np.where(tied, shares, -1.0)))
    spare = np.maximum(shares - minimum, 0.0)
    spare[best] = 0.0
    gain = min(step, float(spare.sum()), max(float(maximum[best] - shares[best]), 0.0))
    moved = shares - (spare * (gain / spare.sum()) if gain > 0.0 else 0.0)
    moved[best] += gain
    return np.asarray(moved)
