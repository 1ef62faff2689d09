"""What precision a comparison reached: the widest intervals and the size of the tail, for the manifest."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from orm_sim.decision.metrics import COVERING_N, tail_points

REPORTED: Final = ("mean_value", "risk_adjusted_value", "difference_to_best", "p_loss", "p_insolvent")


def precision(comparison: pd.DataFrame) -> dict[str, Any]:
    """How sure a rank table is, in figures.

    Parameters
    ----------
    comparison : DataFrame
        As written by `rank`.

    Returns
    -------
    dict
        `replications`, `tail_points`, `tail_intervals_cover` (False below 500 replications), and `half_widths`: half
        the widest interval over the options, by measure, in its unit; None where no option has one. Ready for JSON.
    """
    n, beta = int(comparison["n"].iloc[0]), float(comparison["beta"].iloc[0])
    widths = {name: ((comparison[f"{name}_high"] - comparison[f"{name}_low"]) / 2).max() for name in REPORTED}
    return {
        "replications": n,
        "tail_points": tail_points(n, beta),
        "tail_intervals_cover": n >= COVERING_N,
        "half_widths": {name: None if pd.isna(width) else float(width) for name, width in widths.items()},
    }
