"""Calibration bands: what vendors that react come to in a run, beside what is published of the trade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from orm_sim.decision.intervals import Estimate, mean_interval, ratio_interval, share_interval

TWO_YEARS: Final = 24
"""Months of an early termination."""


@dataclass(frozen=True, slots=True)
class Published:
    """A published band: what it is about, its ends, and where it comes from."""

    measure: str
    low: float
    high: float
    source: str


BANDS: Final = (
    Published("attrition a year", 0.30, 0.56, "contactbabel_hr_2014, ccap_wtw_2022"),
    Published("operating margin", 0.05, 0.15, "teleperformance_2024, concentrix_fy24, ttec_q3_2023"),
    Published("ended within two years", 0.20, 0.25, "Dun & Bradstreet, as quoted in the trade"),
)
"""Attrition of call-centre agents, operating margin of vendors, and early termination of outsourcing contracts."""


def bands(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Simulated figures of each option with a vendor beside the published ones.

    Parameters
    ----------
    outcomes
        Table ``outcomes``.

    Returns
    -------
    DataFrame
        option, measure, simulated with low and high (95 %), published_low, published_high, verdict. Attrition is the
        mean over replications; the margin (revenue - cost) / revenue over all of them; early endings are insolvencies
        and exits for cause within 24 months, over the replications with a deal. The last rows of an option split them,
        and give the share without a deal, which is published nowhere.
    """
    rows = []
    for option, own in outcomes.groupby("option", sort=False):
        there = own["no_deal"] | own["insolvent"] | (own["vendor_revenue"] > 0.0)
        if not there.any():
            continue
        for published, found in zip(BANDS, _simulated(own), strict=True):
            rows.append(_row(str(option), published.measure, found, published))
        rows += [_row(str(option), name, found, None) for name, found in _split(own).items()]
    return pd.DataFrame(rows)


def misfits(table: pd.DataFrame) -> tuple[str, ...]:
    """Where simulated figures lie outside the published bands, in words."""
    if table.empty:
        return ("No option has a vendor, so there is nothing to hold against the trade.",)
    told = table[table["published_low"].notna()]
    away = told[~told["verdict"].isin(["fits", "cannot be told"])]
    lines = [
        f"{row.option}: {row.measure} {row.simulated:.0%} ({row.low:.0%} to {row.high:.0%}) lies {row.verdict}"
        f" {row.published_low:.0%} to {row.published_high:.0%}"
        for row in away.itertuples(index=False)
    ]
    fit = int((told["verdict"] == "fits").sum())
    return (f"{fit} of {len(told)} figures fit their band.", *(line.replace("-", "−") for line in lines))


def _simulated(own: pd.DataFrame) -> tuple[Estimate, Estimate, Estimate]:
    signed = own[~own["no_deal"]]
    attrition = signed["vendor_attrition"].dropna().to_numpy(np.float64)
    revenue, cost = (signed[name].to_numpy(np.float64) for name in ("vendor_revenue", "vendor_cost"))
    early = _within(signed, "insolvent") | _within(signed, "ended")
    return (
        mean_interval(attrition),
        ratio_interval(revenue - cost, revenue),
        share_interval(int(early.sum()), len(signed)),
    )


def _split(own: pd.DataFrame) -> dict[str, Estimate]:
    signed = own[~own["no_deal"]]
    return {
        "of these insolvent": share_interval(int(_within(signed, "insolvent").sum()), len(signed)),
        "of these left by the client": share_interval(int(_within(signed, "ended").sum()), len(signed)),
        "no deal": share_interval(int(own["no_deal"].sum()), len(own)),
    }


def _within(signed: pd.DataFrame, what: str) -> pd.Series:
    flags: pd.Series = signed[what] & (signed[f"{what}_month"] < TWO_YEARS)
    return flags


def _row(option: str, measure: str, found: Estimate, published: Published | None) -> dict[str, object]:
    low, high = (np.nan, np.nan) if published is None else (published.low, published.high)
    return {
        "option": option, "measure": measure, "simulated": found.value, "low": found.low, "high": found.high,
        "published_low": low, "published_high": high, "verdict": _verdict(found, published),
    }  # fmt: skip


def _verdict(found: Estimate, published: Published | None) -> str:
    """Fits when the estimate lies in the band; outside only when its whole interval does."""
    if published is None or not found.estimable:
        return ""
    if published.low <= found.value <= published.high:
        return "fits"
    if found.high < published.low:
        return "below"
    return "above" if found.low > published.high else "cannot be told"
