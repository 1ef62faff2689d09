"""Every KPI of a run against its target, period by period and history by history."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from orm_sim.kpi.dictionary import kpi as kpi_of
from orm_sim.kpi.targets import Target

COLUMNS: Final = (
    "option", "replication", "month", "channel", "kpi", "operator", "target", "actual", "variance", "favourable",
    "n", "status",
)  # fmt: skip


def aim(kpi: str, value: float) -> Target:
    """A target in the direction in which the KPI improves: at least, or at most, the value."""
    return Target.model_validate(
        {"kpi": kpi, "operator": ">=" if kpi_of(kpi).better == "higher" else "<=", "value": value}
    )


def against_targets(kpis: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Target, actual and variance of every target in every period of every history.

    Parameters
    ----------
    kpis
        Table ``kpis``, by month or as `by_period` leaves it.
    targets
        Columns kpi, channel, value.

    Returns
    -------
    DataFrame
        option, replication, month, channel, kpi, operator, target and actual (in the KPI's own unit), variance (actual
        less target), favourable (it lies on the better side), n (what the figure rests on), status: "met", "missed",
        or "not measured" where the denominator is zero.
    """
    parts = []
    for name, channel, value in targets[["kpi", "channel", "value"]].itertuples(index=False):
        entry, target = kpi_of(str(name)), aim(str(name), float(value))
        rows = kpis.loc[kpis["channel"] == channel, list(COLUMNS[:4])].copy()
        actual = kpis.loc[rows.index, entry.id].to_numpy(np.float64)
        variance = np.round(actual - target.value, 12)
        counted = kpis.loc[rows.index, entry.n].to_numpy(np.float64) if entry.n in kpis else np.nan
        up = entry.better == "higher"
        reached = actual >= target.value if up else actual <= target.value
        status = np.where(np.isnan(actual), "not measured", np.where(reached, "met", "missed"))
        parts.append(
            rows.assign(
                kpi=entry.id, operator=target.operator, target=target.value, actual=actual, variance=variance,
                favourable=variance > 0.0 if up else variance < 0.0, n=counted, status=status,
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
