"""Base share against commission, thin against deep vendor: both sides' value, failure, and what the warning comes to.

The practitioners' warning: a vendor that is paid for performance alone, and has little of its own, is ruined by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orm_sim.core.units import minus
from orm_sim.decision.intervals import Estimate, mean_interval, share_interval
from orm_sim.decision.paired import apart

ARM = re.compile(r"(?P<depth>[a-z]+)_(?P<base>\d{3})")
"""How an option of such a study is named: the vendor's depth, and the base share in per cent, `thin_025`."""

LEVEL = 0.95
_VALUES = {"client_value": "client_incremental_npv", "vendor_value": "vendor_npv"}
_CHANCES = {"p_failure": "insolvent", "p_no_deal": "no_deal"}


def arms(options: Iterable[str]) -> pd.DataFrame:
    """Depth and base share (0 to 1) of the options named by them; columns option, depth, base_share.

    Raises
    ------
    ValueError
        When none is named so.

    Examples
    --------
    >>> arms(["in_house", "thin_025"]).values.tolist()
    [['thin_025', 'thin', 0.25]]
    """
    found = [(name, ARM.fullmatch(name)) for name in options]
    rows = [(name, each["depth"], int(each["base"]) / 100.0) for name, each in found if each is not None]
    if not rows:
        raise ValueError("no option is named by a vendor's depth and a base share, such as thin_025")
    return pd.DataFrame(rows, columns=["option", "depth", "base_share"])


def both_sides(outcomes: pd.DataFrame) -> pd.DataFrame:
    """What each base share is worth to both sides, and how often the vendor fails or does not sign.

    Parameters
    ----------
    outcomes
        Table ``outcomes``.

    Returns
    -------
    DataFrame
        One row for each depth and base share: n; client_value (against the zero line), vendor_value (nothing where
        there is no deal) in $ with Student's interval; p_failure, p_no_deal with Clopper and Pearson's; each with
        `_low` and `_high`, 95 %. All are over all replications, those without a deal included.
    """
    rows = []
    for arm in arms(outcomes["option"].unique()).itertuples(index=False):
        own = outcomes[outcomes["option"] == arm.option]
        row: dict[str, object] = {"depth": arm.depth, "base_share": arm.base_share, "n": len(own)}
        for name, column in _VALUES.items():
            row |= _ends(name, mean_interval(own[column].to_numpy(np.float64), LEVEL))
        for name, column in _CHANCES.items():
            row |= _ends(name, share_interval(int(own[column].sum()), len(own), LEVEL))
        rows.append(row)
    return pd.DataFrame(rows).sort_values(["depth", "base_share"], ascending=[False, True], ignore_index=True)


def plans_over_time(decisions: pd.DataFrame) -> pd.DataFrame:
    """Each lever averaged over the replications that plan in a week: depth, base_share, week, n and the levers."""
    joined = decisions.merge(arms(decisions["option"].unique()), on="option")
    levers = [c for c in decisions.columns if c not in ("option", "replication", "week")]
    grouped = joined.groupby(["depth", "base_share", "week"], as_index=False)
    found: pd.DataFrame = grouped.agg(n=("replication", "size"), **{name: (name, "mean") for name in levers})
    return found


@dataclass(frozen=True, slots=True)
class Contrast:
    """Commission alone against base pay alone for vendors of one depth, paired by replication.

    Attributes
    ----------
    depth
        Of the vendor.
    failure
        Share that fails under commission alone - share under base pay alone.
    client, vendor
        Value under commission alone - value under base pay alone, $.
    best_share
        Base share with the highest mean value to the client.
    best_gain
        The client's value at that share - at the better of the two ends, $, paired.
    """

    depth: str
    failure: Estimate
    client: Estimate
    vendor: Estimate
    best_share: float
    best_gain: Estimate

    def sentence(self) -> str:
        """Whether the warning holds for these vendors, in words."""
        more, points = self.failure, 100.0 * self.failure.value
        span = f"{points:+.0f} points ({100 * more.low:+.0f} to {100 * more.high:+.0f})".replace("-", "−")
        what = f"failures under commission alone against base pay alone: {span}"
        if not apart(more):
            return f"{self.depth.capitalize()} vendor: the warning does not show ({what})."
        verdict = "holds" if more.value > 0.0 else "is turned round: base pay fails more often"
        return f"{self.depth.capitalize()} vendor: the warning {verdict} ({what})."

    def pays(self) -> str:
        """When a baseline pays for the client, in words."""
        gain = self.best_gain
        money = minus(f"${gain.value:,.0f} ({gain.low:,.0f} to {gain.high:,.0f})")
        where = f"{self.depth.capitalize()} vendor: a base share of {self.best_share:.0%}"
        inside = self.best_share not in (0.0, 1.0)
        if inside and gain.low > 0.0:
            return f"{where} is worth {money} more to the client than either end."
        doubt = ", though it cannot be told from the better end" if inside else ""
        return f"{where} has the client's highest mean value{doubt}; {_side(self.client)}."


def contrasts(outcomes: pd.DataFrame) -> tuple[Contrast, ...]:
    """The ends compared for each depth; depths without both ends are left out."""
    found = arms(outcomes["option"].unique()).sort_values("depth", ascending=False, kind="stable")
    return tuple(
        _contrast(outcomes, str(depth), of_depth)
        for depth, of_depth in found.groupby("depth", sort=False)
        if {0.0, 1.0} <= set(of_depth["base_share"])
    )


def warning(outcomes: pd.DataFrame) -> tuple[str, ...]:
    """Where the practitioners' warning holds and where it does not, computed from the outcomes."""
    return tuple(line for each in contrasts(outcomes) for line in (each.sentence(), each.pays()))


def _contrast(outcomes: pd.DataFrame, depth: str, of_depth: pd.DataFrame) -> Contrast:
    names = dict(zip(of_depth["base_share"], of_depth["option"], strict=True))

    def difference(column: str, a: float, b: float) -> Estimate:
        pair = [
            outcomes[outcomes["option"] == names[share]].set_index("replication")[column].astype(np.float64)
            for share in (a, b)
        ]
        return mean_interval((pair[0] - pair[1]).to_numpy(np.float64), LEVEL)

    client = outcomes.groupby("option")["client_incremental_npv"].mean()
    best = max(names, key=lambda share: float(client[names[share]]))
    end = max((0.0, 1.0), key=lambda share: float(client[names[share]]))
    return Contrast(
        depth,
        difference("insolvent", 0.0, 1.0),
        difference("client_incremental_npv", 0.0, 1.0),
        difference("vendor_npv", 0.0, 1.0),
        best,
        difference("client_incremental_npv", best, end),
    )


def _side(client: Estimate) -> str:
    if not apart(client):
        return "commission alone and base pay alone cannot be told apart"
    better, worse = ("commission", "base pay") if client.value > 0.0 else ("base pay", "commission")
    return f"{better} alone is worth ${abs(client.value):,.0f} more to it than {worse} alone"


def _ends(name: str, estimate: Estimate) -> dict[str, float]:
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
