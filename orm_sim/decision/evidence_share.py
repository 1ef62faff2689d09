"""How much of a result's uncertainty comes from inputs nobody has measured (evidence of grade D)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

CAVEAT = (
    "linear shares: bends and interactions of inputs count as luck, as does the randomness of a replication; "
    "inputs that the study holds fixed count as certain, whatever their grade"
)


@dataclass(frozen=True, slots=True)
class EvidenceShare:
    """Shares of the variance of a value over replications, by input and by grade of its evidence.

    Parameters
    ----------
    by_input : path -> share
        Largest first.
    by_grade : grade -> share
        Sums of the above over all grades that occur.
    unexplained : float
        What no input explains in a straight line: luck, bends, interactions.
    n : int
        Replications.
    caveat : str
        What the shares leave out; printed with them.
    """

    by_input: Mapping[str, float]
    by_grade: Mapping[str, float]
    unexplained: float
    n: int
    caveat: str = CAVEAT

    @property
    def assumed(self) -> float:
        """Share of variance that rests on inputs of grade D."""
        return self.by_grade.get("D", 0.0)


def evidence_share(
    outcomes: pd.DataFrame,
    draws: pd.DataFrame,
    grades: Mapping[str, str],
    option: str,
    column: str = "client_incremental_npv",
) -> EvidenceShare:
    """Share of the variance of an option's value that each input, and each grade of evidence, explains.

    Parameters
    ----------
    outcomes, draws : DataFrame
        Tables `outcomes` and `draws` of the same study.
    grades : path -> "A", "B", "C" or "D"
        Evidence of each drawn input.
    option : str
        Whose value is explained.
    column : str
        The value, a column of `outcomes`.

    Returns
    -------
    EvidenceShare
        Shares of a value that does not vary are 0, all of it unexplained.

    Raises
    ------
    ValueError
        When an input has no grade, or there are not at least two replications more than inputs.

    Notes
    -----
    Least squares on all inputs at once. Input j explains b_j·cov(x_j, y) / var(y) (Pratt), less what pure
    noise would have explained, (1−R²)/(n−p−1); the shares then add up to the adjusted R². A share may come
    out slightly below zero: that is sampling error around none.
    """
    table = draws.pivot(index="replication", columns="path", values="value").sort_index()
    paths = [str(path) for path in table.columns]
    ungraded = [path for path in paths if path not in grades]
    if ungraded:
        raise ValueError(f"no grade for the drawn inputs {', '.join(ungraded)}")
    rows = outcomes[outcomes["option"] == option].set_index("replication")[column].sort_index()
    if not rows.index.equals(table.index):
        raise ValueError(f"draws and outcomes of option {option!r} do not cover the same replications")
    n, p = table.shape
    if n < p + 2:
        raise ValueError(f"{n} replications cannot carry the shares of {p} inputs")
    shares = _pratt(table.to_numpy(dtype=np.float64), rows.to_numpy(dtype=np.float64))
    ordered = sorted(zip(paths, shares.tolist(), strict=True), key=lambda each: (-each[1], each[0]))
    by_grade = dict.fromkeys(sorted({grades[path] for path in paths}), 0.0)
    for path, share in ordered:
        by_grade[grades[path]] += share
    return EvidenceShare(dict(ordered), by_grade, 1.0 - float(shares.sum()), n)


def _pratt(inputs: np.ndarray, value: np.ndarray) -> np.ndarray:
    n, p = inputs.shape
    y = value - value.mean()
    spread = inputs.std(axis=0)
    varies = spread > 0.0
    total = float(y @ y)
    if total == 0.0 or not varies.any():
        return np.zeros(p)
    x = np.zeros_like(inputs)
    x[:, varies] = (inputs[:, varies] - inputs[:, varies].mean(axis=0)) / spread[varies]
    slopes = np.linalg.lstsq(x, y, rcond=None)[0]
    shares = slopes * (x.T @ y) / total
    noise = (1.0 - float(shares.sum())) / (n - int(varies.sum()) - 1)
    return np.where(varies, shares - noise, 0.0)
