"""Differences between options on the same replications, and which options are tied."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import pandas as pd

from orm_sim.decision.intervals import Estimate, Values, mean_interval, not_estimable, sectioned
from orm_sim.decision.metrics import risk_adjusted, tail_refusal

Adjust = Literal["bonferroni", "holm"]
Pair = tuple[str, str]


def difference(a: Values, b: Values, lam: float = 0.5, beta: float = 0.10, level: float = 0.95) -> Estimate:
    """Risk-adjusted value of one option less that of another, on the same replications.

    Parameters
    ----------
    a, b : float64[replication]
        Paired: the same entry is the same callers and storms.
    lam, beta : float
        As in `risk_adjusted`. The risk-adjusted values are subtracted, not the paths: the tail of each option
        is its own worst tenth.

    Returns
    -------
    Estimate
        Sectioned (10 batches); Student's paired interval when λ = 0; refused below 25 tail points.

    Notes
    -----
    Sectioned rather than bootstrapped: no random numbers, and it covered better where a rare ruin sits in the
    tail (21 simultaneous intervals at n = 300: 83 % against 74 % with n−1 degrees of freedom; 95–96 % without
    ruin).
    """
    if lam == 0.0:
        return mean_interval(a - b, level)
    refusal = tail_refusal(a.size, beta)
    if refusal is not None:
        return not_estimable(a.size, refusal, level)

    def gap(x: Values, y: Values) -> float:
        return risk_adjusted(x, lam, beta) - risk_adjusted(y, lam, beta)

    return sectioned(gap, a, b, level=level)


def differences(
    values: Mapping[str, Values],
    lam: float = 0.5,
    beta: float = 0.10,
    level: float = 0.95,
    adjust: Adjust = "bonferroni",
) -> pd.DataFrame:
    """Every pair of options with the interval of its difference, adjusted for how many pairs there are.

    Parameters
    ----------
    values : option -> float64[replication]
        Paired by replication; rows come out in this order.
    level : float
        Coverage of all intervals at once.
    adjust : "bonferroni" or "holm"
        Bonferroni: intervals that hold at once, so that it does no harm to have picked the best from the same
        data. Holm: sharper, each interval at the level of its step; the statements "differs" are jointly
        right with probability `level`, the interval ends are not. The family is all pairs.

    Returns
    -------
    DataFrame
        a, b, difference (a − b), low, high, level, tied (the interval contains 0, or there is none).
    """
    found = paired_estimates(values, lam, beta, level, adjust)
    rows = [(*pair, e.value, e.low, e.high, e.level, not apart(e)) for pair, e in found.items()]
    return pd.DataFrame(rows, columns=["a", "b", "difference", "low", "high", "level", "tied"])


def paired_estimates(
    values: Mapping[str, Values],
    lam: float = 0.5,
    beta: float = 0.10,
    level: float = 0.95,
    adjust: Adjust = "bonferroni",
) -> dict[Pair, Estimate]:
    """The rows of `differences` as estimates: (a, b) -> a − b, for every pair in the order of `values`."""
    pairs = list(itertools.combinations(values, 2))
    alpha = 1.0 - level

    def at(pair: Pair, share: float) -> Estimate:
        return difference(values[pair[0]], values[pair[1]], lam, beta, 1.0 - share)

    if adjust == "holm":
        return _holm(pairs, alpha, at)
    return {pair: at(pair, alpha / len(pairs)) for pair in pairs}


def letters(order: Sequence[str], ties: set[frozenset[str]]) -> dict[str, str]:
    """Letters that name the ties: two options share a letter exactly when they are tied with each other.

    Parameters
    ----------
    order : sequence of str
        Options, best first; the best always has an "a".
    ties : set of pairs
        Options that cannot be told apart.

    Returns
    -------
    option -> "a", "ab", "b", ...
        One letter per largest set of options all tied with one another. Being tied is not transitive: "ab"
        stands between an "a" and a "b" that do differ.

    Examples
    --------
    >>> letters(["x", "y", "z"], {frozenset("xy"), frozenset("yz")})
    {'x': 'a', 'y': 'ab', 'z': 'b'}
    """
    rank = {option: place for place, option in enumerate(order)}
    groups = sorted(sorted(rank[o] for o in group) for group in _cliques(set(order), ties))
    named: dict[str, str] = dict.fromkeys(order, "")
    for index, group in enumerate(groups):
        for place in group:
            named[order[place]] += _letter(index)
    return named


def _holm(pairs: Sequence[Pair], alpha: float, at: Callable[[Pair, float], Estimate]) -> dict[Pair, Estimate]:
    """Each pair's interval at its Holm level; from the first that is not apart the level stays."""
    shares = {pair: at(pair, alpha / len(pairs)) for pair in pairs}
    found: dict[Pair, Estimate] = {}
    stopped = 0.0
    for step, pair in enumerate(sorted(pairs, key=lambda p: _clearness(shares[p]), reverse=True)):
        found[pair] = at(pair, stopped or alpha / (len(pairs) - step))
        if not stopped and not apart(found[pair]):
            stopped = alpha / (len(pairs) - step)
    return {pair: found[pair] for pair in pairs}


def _clearness(estimate: Estimate) -> float:
    """Distance from zero in half-widths: orders p-values, as all pairs have the same degrees of freedom."""
    half = (estimate.high - estimate.low) / 2
    if half > 0.0:
        return abs(estimate.value) / half
    return math.inf if half == 0.0 and estimate.value != 0.0 else 0.0


def apart(estimate: Estimate) -> bool:
    """Whether an interval of a difference excludes zero; one that could not be estimated does not."""
    return estimate.low > 0.0 or estimate.high < 0.0  # nan ends are not apart


def _cliques(options: set[str], ties: set[frozenset[str]]) -> list[set[str]]:
    """The largest sets of options in which all are tied with one another (Bron–Kerbosch; options are few)."""
    tied = {o: {p for p in options if p != o and frozenset((o, p)) in ties} for o in options}
    found: list[set[str]] = []

    def grow(group: set[str], open_: set[str], seen: set[str]) -> None:
        if not open_ and not seen:
            found.append(group)
        for option in sorted(open_):
            grow(group | {option}, open_ & tied[option], seen & tied[option])
            open_, seen = open_ - {option}, seen | {option}

    grow(set(), options, set())
    return found


def _letter(index: int) -> str:
    """a … z, then a1, b1 …, which stay distinct."""
    turn, place = divmod(index, 26)
    return chr(ord("a") + place) + (str(turn) if turn else "")
