"""The rank table: every option valued for both sides, compared on the same replications, ties named."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from orm_sim.core.errors import InputError, Place, Problem, name_hint, refuse
from orm_sim.decision.intervals import (
    Estimate,
    Values,
    exact,
    mean_interval,
    not_estimable,
    quantile_interval,
    ratio_interval,
)
from orm_sim.decision.metrics import (
    cvar_interval,
    margin,
    payback,
    probability,
    probability_of_loss,
    risk_adjusted,
    risk_adjusted_interval,
    risk_adjusted_roi,
    saving,
    tail_refusal,
    unit_cost,
)
from orm_sim.decision.paired import Adjust, Pair, apart, letters, paired_estimates
from orm_sim.study.tables import COMPARISON, ENDS, MEASURES

VALUE = "client_incremental_npv"
_OF_THE_DEAL = ("p_insolvent", "p_no_deal", "p_ended")


def rank(
    outcomes: pd.DataFrame,
    lam: float = 0.5,
    beta: float = 0.10,
    zero: str = "in_house",
    level: float = 0.95,
    adjust: Adjust = "bonferroni",
) -> pd.DataFrame:
    """Which option is worth most once its bad cases count, how sure that is, and what the vendor gets.

    Parameters
    ----------
    outcomes : DataFrame
        Table `outcomes`: one row per option and replication, all options over the same replications.
    lam : float
        Weight of the tail, 0 (mean) to 1 (tail alone).
    beta : float
        Share of replications that makes the tail.
    zero : str
        The option every value is incremental to.
    level : float
        Coverage of each interval; of all paired differences at once.
    adjust : "bonferroni" or "holm"
        How paired differences account for their number; see `differences`.

    Returns
    -------
    DataFrame
        Table `comparison`, best first. Where the sample is too small for the tail, options are ranked by mean
        incremental NPV, the tail's columns are nan, and `ranked_by` and `notes` say so. Two options are tied
        when the interval of their paired difference contains 0; options that share a letter of `group` are
        tied.

    Raises
    ------
    InputError
        For lam, beta or level out of range, or a zero line that is no option.
    ValueError
        When options differ in their replications, or a value is not finite.

    References
    ----------
    decisions.md §3, §4
    """
    _check_settings(lam, beta, level)
    frames = _by_option(outcomes)
    if zero not in frames:
        hint = name_hint(zero, list(frames))
        raise refuse("no such option", file="comparison", path="zero", value=zero, hint=hint)
    values = {option: _column(frame, VALUE) for option, frame in frames.items()}
    n = values[zero].size
    refusal = None if lam == 0.0 else tail_refusal(n, beta)
    weight = lam if refusal is None else 0.0
    pairs = paired_estimates(values, weight, beta, level, adjust)
    order = sorted(values, key=lambda o: (-risk_adjusted(values[o], weight, beta), o))
    ties = {frozenset(pair) for pair, estimate in pairs.items() if not apart(estimate)}
    groups = letters(order, ties)
    rows = []
    for place, option in enumerate(order, start=1):
        measures = _measures(frames[option], frames[zero], lam, beta, level)
        measures["difference_to_best"] = _between(pairs, option, order[0], n)
        measures["difference_to_zero"] = _between(pairs, option, zero, n)
        rows.append({
            "option": option,
            "rank": place,
            "group": groups[option],
            "tied_with_best": option == order[0] or frozenset((option, order[0])) in ties,
            "ranked_by": "mean_value" if weight == 0.0 else "risk_adjusted_value",
            "n": n, "lam": float(lam), "beta": float(beta), "level": float(level), "zero": zero,
            **_spread(measures),
            "tie_multiplier": math.nan,
            "tie_reason": "",
            "notes": _notes(measures),
        })  # fmt: skip
    return COMPARISON.check(pd.DataFrame(rows, columns=[column.name for column in COMPARISON.columns]))


def _measures(
    frame: pd.DataFrame, base: pd.DataFrame, lam: float, beta: float, level: float
) -> dict[str, Estimate]:
    value, outlay = _column(frame, VALUE), _column(frame, "client_outlay_pv")
    median, never = payback(_column(frame, "payback_month", finite=False), level)
    peak = _column(frame, "peak_cash")
    return {
        "risk_adjusted_value": risk_adjusted_interval(value, lam, beta, level),
        "mean_value": mean_interval(value, level),
        "cvar": cvar_interval(value, beta, level),
        "risk_adjusted_roi": risk_adjusted_roi(value, outlay, lam, beta, level),
        "roi": ratio_interval(value, outlay, level),
        "saving": saving(_column(frame, "client_cost_pv"), _column(base, "client_cost_pv"), level),
        "cost_per_resolved": unit_cost(_cost(frame, "cost_inbound"), _column(frame, "resolved"), level),
        "cost_per_kept_sale": unit_cost(_cost(frame, "cost_outbound"), _column(frame, "sales_kept"), level),
        "peak_cash": mean_interval(peak, level),
        "peak_cash_p90": quantile_interval(peak, 0.90, level),
        "payback_month": median,
        "p_no_payback": never,
        "p_loss": probability_of_loss(value, level),
        "sla_met": _sla_met(frame, level),
        **_vendor_measures(frame, lam, beta, level),
    }


def _sla_met(frame: pd.DataFrame, level: float) -> Estimate:
    met = _column(frame, "sla_met", finite=False)
    if not np.isfinite(met).all():
        return not_estimable(met.size, "no target", level)
    return mean_interval(met, level)


def _vendor_measures(frame: pd.DataFrame, lam: float, beta: float, level: float) -> dict[str, Estimate]:
    revenue = _column(frame, "vendor_revenue")
    cost = _column(frame, "vendor_cost")
    refused, failed = (frame[name].to_numpy(dtype=bool) for name in ("no_deal", "insolvent"))
    if not (revenue.any() or cost.any() or failed.any()):  # who fails before its first invoice was there too
        names = [name for name in MEASURES if "vendor" in name or name in _OF_THE_DEAL]
        reason = "no deal" if refused.any() else "no vendor"
        nothing = dict.fromkeys(names, not_estimable(revenue.size, reason, level))
        return nothing | ({"p_no_deal": probability(refused, level)} if refused.any() else {})
    value = _column(frame, "vendor_npv")
    return {
        "vendor_risk_adjusted_value": risk_adjusted_interval(value, lam, beta, level),
        "vendor_value": mean_interval(value, level),
        "vendor_cvar": cvar_interval(value, beta, level),
        "vendor_margin": margin(revenue, cost, level),
        "p_vendor_loss": probability_of_loss(value, level),
        "p_insolvent": probability(failed, level),
        "p_no_deal": probability(refused, level),
        "p_ended": probability(frame["ended"].to_numpy(dtype=bool), level),
    }


def _by_option(outcomes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Option -> its rows in replication order; the same replications for all."""
    frames = {
        str(option): frame.sort_values("replication", kind="stable")
        for option, frame in outcomes.groupby("option", sort=True, observed=True)
    }
    if not frames:
        raise ValueError("outcomes holds no rows")
    lived = {option: frame["replication"].to_numpy() for option, frame in frames.items()}
    first = next(iter(lived.values()))
    if np.unique(first).size != first.size:
        raise ValueError("outcomes holds a replication twice for the same option")
    uneven = [option for option, seen in lived.items() if not np.array_equal(seen, first)]
    if uneven:
        raise ValueError(f"options without the same replications as the first: {', '.join(uneven)}")
    return frames


def _column(frame: pd.DataFrame, name: str, *, finite: bool = True) -> Values:
    values = frame[name].to_numpy(dtype=np.float64)
    if finite and not np.isfinite(values).all():
        raise ValueError(f"outcomes: {name} of option {frame['option'].iloc[0]} is not finite everywhere")
    return values


def _cost(frame: pd.DataFrame, name: str) -> Values:
    """The channel's own cost where the simulation split it; else the whole programme's."""
    split = frame[name].to_numpy(dtype=np.float64)
    return split if np.isfinite(split).all() else _column(frame, "cost_total")


def _between(pairs: dict[Pair, Estimate], option: str, other: str, n: int) -> Estimate:
    """The adjusted difference option − other, whichever way round it was computed."""
    if option == other:
        return exact(0.0, n)
    if (option, other) in pairs:
        return pairs[option, other]
    there = pairs[other, option]
    return replace(there, value=-there.value, low=-there.high, high=-there.low)


def _spread(measures: dict[str, Estimate]) -> dict[str, float]:
    """Three columns per measure, in the order of the table."""
    return {
        name + end: part for name in MEASURES for end, part in zip(ENDS, measures[name].ends, strict=True)
    }


def _notes(measures: dict[str, Estimate]) -> str:
    """Each warning once, with the measures it concerns."""
    concerned: dict[str, list[str]] = {}
    for name in MEASURES:
        if measures[name].note:
            concerned.setdefault(measures[name].note, []).append(name)
    return "; ".join(f"{', '.join(names)}: {note}" for note, names in concerned.items())


def _check_settings(lam: float, beta: float, level: float) -> None:
    settings = (
        ("lam", lam, 0.0 <= lam <= 1.0, "must be from 0 to 1"),
        ("beta", beta, 0.0 < beta <= 1.0, "must be above 0 and at most 1"),
        ("level", level, 0.0 < level < 1.0, "must be between 0 and 1"),
    )
    place = Place("comparison")
    wrong = [Problem(place, path, str(value), rule) for path, value, right, rule in settings if not right]
    if wrong:
        raise InputError(wrong)
