"""An estimate: a fitted value with its standard error, the number of observations behind it, and its unit."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A fitted figure.

    Attributes
    ----------
    value : float
        The figure; nan where the records hold nothing to fit it to.
    se : float
        Standard error in its unit; nan where unknown.
    n : int
        Observations behind it.
    unit : str
        Unit.
    """

    value: float
    se: float
    n: int
    unit: str

    @property
    def known(self) -> bool:
        """Whether there was anything to fit."""
        return math.isfinite(self.value)

    def __str__(self) -> str:
        error = f" ± {plain(self.se)}" if math.isfinite(self.se) else ""
        return f"{self.value:.4g}{error} {self.unit} (n = {self.n:,})"


def plain(error: float) -> str:
    """An error to two significant digits, without an exponent.

    Examples
    --------
    >>> plain(187.2), plain(0.01234)
    ('190', '0.012')
    """
    return f"{float(f'{error:.2g}'):.0f}" if error >= 10 else f"{error:.2g}"


def rounded(value: float, digits: int = 5) -> float:
    """A number to so many significant digits, as the files show it."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else value
