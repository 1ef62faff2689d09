"""The price at which an option is worth as much as another: how far talks may go before the ranking turns."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq

from orm_sim.decision.metrics import risk_adjusted

Values = NDArray[np.float64]

POINTS = 7  # looks along the bracket before a root is sought: caps and floors can make the value cross twice
JUMP = 1e-3  # a gap left at the root, as a share of the value's range, that means a jump
MULTIPLIERS = (0.0, 3.0)  # prices searched, times the quoted one


@dataclass(frozen=True, slots=True)
class Tie:
    """The rate at which a value meets its target, or why there is none.

    Parameters
    ----------
    rate : float or None
        In the unit of the bracket.
    reason : str
        Why there is no rate, or what to mind about the one given; empty for a single clean crossing.
    evaluations : int
        Times the value was computed.
    """

    rate: float | None
    reason: str
    evaluations: int


def tie_rate(
    value_at: Callable[[float], float], target: float, bracket: tuple[float, float], points: int = POINTS
) -> Tie:
    """Rate between two bounds at which `value_at(rate)` equals `target`.

    Parameters
    ----------
    value_at : callable
        Value of the option at a rate, on fixed random streams: a function, not an experiment.
    target : float
        The value to meet, in the unit of `value_at`.
    bracket : (low, high)
        Rates searched, both ends included.
    points : int
        Evenly spaced rates looked at first, 2 or more.

    Returns
    -------
    Tie
        The lowest crossing; the reason says when there are more, when the value jumps over the target instead
        of meeting it, when it does not depend on the rate, or when it stays on one side.

    Raises
    ------
    ValueError
        For an empty bracket, fewer than two points, or a target that is not finite.

    Examples
    --------
    >>> round(tie_rate(lambda rate: 100 - 8 * rate, 60.0, (0.0, 10.0)).rate, 6)
    5.0
    """
    low, high = bracket
    if not low < high or points < 2 or not math.isfinite(target):
        raise ValueError(f"tie_rate over {bracket} with {points} points for target {target}")
    count = 0

    def gap(rate: float) -> float:
        nonlocal count
        count += 1
        return float(value_at(rate)) - target

    rates = [float(rate) for rate in np.linspace(low, high, points)]
    gaps = [gap(rate) for rate in rates]
    undefined = [rate for rate, each in zip(rates, gaps, strict=True) if not math.isfinite(each)]
    if undefined:
        return Tie(None, f"the value is not defined at {undefined[0]:g}", count)
    spread = max(gaps) - min(gaps)
    if spread == 0.0:
        return Tie(None, "the value does not depend on the rate", count)
    spans = [place for place in range(points - 1) if _crosses(gaps, place)]
    if not spans:
        side = "above" if gaps[0] > 0 else "below"
        return Tie(None, f"the value stays {side} the target from {low:g} to {high:g}", count)
    first = spans[0]
    root = float(brentq(gap, rates[first], rates[first + 1], xtol=1e-9 * (high - low), rtol=1e-12))
    reasons = []
    if abs(gap(root)) > JUMP * spread:
        reasons.append("the value jumps over the target there")
    if len(spans) > 1:
        reasons.append("the value crosses the target more than once; the lowest rate is given")
    return Tie(root, "; ".join(reasons), count)


def value_at_multiplier(
    npv: Values, fees_pv: Values, lam: float = 0.5, beta: float = 0.10
) -> Callable[[float], float]:
    """Risk-adjusted value of an option when every price in its contract is multiplied.

    Parameters
    ----------
    npv, fees_pv : float64[replication]
        Incremental net present value, and the present value of the fees net of credits that it contains.

    Returns
    -------
    callable
        multiplier -> risk-adjusted value; 1 gives the simulated one.

    Notes
    -----
    Exact for a contract whose money terms all scale together while the vendor acts as it did in the run. What
    another price would do to the vendor (plans, cash, insolvency) is left out; a price that is quoted is
    simulated again.
    """
    return lambda multiplier: risk_adjusted(npv - (multiplier - 1.0) * fees_pv, lam, beta)


def add_tie_multipliers(comparison: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """The comparison with, per option, the multiple of its price at which it ties with the best.

    For the best itself: the multiple at which the second best catches up.

    Parameters
    ----------
    comparison, outcomes : DataFrame
        As written by `rank` and the study.

    Returns
    -------
    DataFrame
        A copy with `tie_multiplier` and `tie_reason` filled. nan with the reason where nothing is priced or
        no multiple from 0 to 3 will do.
    """
    filled = comparison.copy()
    ordered = comparison.sort_values("rank")
    by_mean = ordered["ranked_by"].iloc[0] == "mean_value"
    lam, beta = (0.0 if by_mean else float(ordered["lam"].iloc[0])), float(ordered["beta"].iloc[0])
    paths = {str(option): frame.sort_values("replication") for option, frame in outcomes.groupby("option")}
    values = {
        option: risk_adjusted(paths[option]["client_incremental_npv"].to_numpy(dtype=np.float64), lam, beta)
        for option in ordered["option"]
    }
    options = list(ordered["option"])
    ties = {}
    for option in options:
        rivals = [other for other in options if other != option]  # the first is the best of the others
        ties[option] = _option_tie(paths[option], values[rivals[0]] if rivals else None, lam, beta)
    rates = [ties[option].rate for option in filled["option"]]
    filled["tie_multiplier"] = np.array([math.nan if rate is None else rate for rate in rates])
    filled["tie_reason"] = [ties[option].reason for option in filled["option"]]
    return filled


def _option_tie(frame: pd.DataFrame, target: float | None, lam: float, beta: float) -> Tie:
    fees = frame["client_fees_pv"].to_numpy(dtype=np.float64)
    if target is None:
        return Tie(None, "there is no other option", 0)
    if not np.isfinite(fees).all() or not fees.any():
        return Tie(None, "nothing is priced", 0)
    npv = frame["client_incremental_npv"].to_numpy(dtype=np.float64)
    return tie_rate(value_at_multiplier(npv, fees, lam, beta), target, MULTIPLIERS)


def _crosses(gaps: list[float], place: int) -> bool:
    """Whether the target is met in the span after `place`; a meeting at a shared border counts once."""
    left, right = gaps[place], gaps[place + 1]
    return left * right < 0.0 or right == 0.0 or (place == 0 and left == 0.0)
