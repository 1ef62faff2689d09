"""Standard errors by leaving out one block of the records at a time: honest where neighbours resemble each other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def block_sums(block: NDArray[np.int64], *values: Floats | NDArray[np.bool_]) -> Floats:
    """Sums of several values over each block: float64[n_blocks, n_values], empty blocks left out."""
    size = int(block.max()) + 1 if len(block) else 0
    sums = np.stack([np.bincount(block, np.asarray(each, np.float64), size) for each in values], axis=1)
    return np.asarray(sums[np.bincount(block, minlength=size) > 0], np.float64)


def jackknife(sums: Floats, statistic: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
    """A statistic of summed values, and its standard error by leaving out one block at a time.

    Parameters
    ----------
    sums : float64[n_blocks, ...]
        Sums by block (weeks of the records, unless said otherwise).
    statistic : callable
        From totals, shape [..., k], to figures, shape [...] or [..., m]; must work along leading axes.

    Returns
    -------
    value, se : float64 arrays
        nan errors with fewer than two blocks.

    Notes
    -----
    sqrt((g − 1) / g · Σ (θ₍ᵢ₎ − mean θ₍ᵢ₎)²) over g blocks. Dependence within a block is allowed for; between
    blocks it is not, so slow drifts make it somewhat too small.

    Examples
    --------
    >>> value, se = jackknife(np.array([[1.0, 1.0], [3.0, 1.0]]), lambda s: s[..., 0] / s[..., 1])
    >>> float(value), float(se)
    (2.0, 1.0)
    """
    total = sums.sum(axis=0)
    value = np.asarray(statistic(total), np.float64)
    g = len(sums)
    if g < 2:
        return value, np.full(value.shape, np.nan)
    left_out = np.asarray(statistic(total[None] - sums), np.float64)
    spread = (left_out - left_out.mean(axis=0)) ** 2
    return value, np.sqrt((g - 1) / g * spread.sum(axis=0))
