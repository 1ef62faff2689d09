"""Values between the sheets that were lived: smooth surfaces over the issues, and how far they can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SMOOTHINGS = (0.0, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
"""Tried in turn; the one with the least error at sheets left out is kept."""


@dataclass(frozen=True, slots=True)
class Surface:
    """A value as a function of the issues, each scaled to 0..1.

    Attributes
    ----------
    error : float
        Root mean square of what is missed when each sheet in turn is left out, in the unit of the value.
    smoothing : float
        How far the surface may pass from the values, 0 for not at all.
    """

    error: float
    smoothing: float
    _through: Callable[[Floats], Floats]

    def at(self, points: Floats) -> Floats:
        """Values at float64[point, issue], float64[point]."""
        return self._through(np.atleast_2d(points))


def fit(points: Floats, values: Floats, smoothings: Sequence[float] = SMOOTHINGS) -> Surface:
    """A thin-plate surface through values with noise.

    Parameters
    ----------
    points : float64[sheet, issue]
        Scaled to 0..1.
    values : float64[sheet]
    smoothings : sequence of float
        Tried in turn; 0 alone passes through every value.

    Raises
    ------
    ValueError
        With fewer than issues + 3 sheets, or when all lie on one line or plane.

    Notes
    -----
    The smoothing is chosen by leaving out one sheet at a time. Thin plates reproduce planes exactly.

    Examples
    --------
    >>> plane = np.array([[0, 0], [1, 0], [0, 1], [1, 1], [0.5, 0.2]])
    >>> bool(abs(fit(plane, plane @ [2.0, -1.0]).at(np.array([[0.3, 0.3]]))[0] - 0.3) < 1e-9)
    True
    """
    needed = points.shape[1] + 3
    if len(points) < needed:
        raise ValueError(f"{len(points)} sheets carry no surface; {needed} are needed")
    if np.linalg.matrix_rank(points - points.mean(axis=0)) < points.shape[1]:
        raise ValueError("the sheets that are left do not differ in every issue")
    scale = float(np.std(values)) or 1.0
    errors = [_left_out(points, values / scale, smoothing) for smoothing in smoothings]
    best = int(np.argmin(errors))
    through = _through(points, values, smoothings[best])
    return Surface(errors[best] * scale, smoothings[best], through)


def _through(points: Floats, values: Floats, smoothing: float) -> Callable[[Floats], Floats]:
    from scipy.interpolate import RBFInterpolator  # slow to import: only where surfaces are laid

    found: Callable[[Floats], Floats] = RBFInterpolator(points, values, smoothing=smoothing)
    return found


def _left_out(points: Floats, values: Floats, smoothing: float) -> float:
    missed = []
    for place in range(len(points)):
        kept = np.arange(len(points)) != place
        try:
            through = _through(points[kept], values[kept], smoothing)
        except np.linalg.LinAlgError:  # the rest lies on one line
            return float("inf")
        missed.append(float(through(points[place : place + 1])[0]) - values[place])
    return float(np.sqrt(np.mean(np.square(missed))))
