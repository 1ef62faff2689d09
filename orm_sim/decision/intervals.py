"""Point values with their intervals: means, ratios, shares, quantiles and, by sectioning, any statistic."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

Values = NDArray[np.float64]

SECTIONS = 10  # batches of a sectioned interval (decisions.md §3)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number estimated from n replications, with the interval that says how sure it is.

    Parameters
    ----------
    value, low, high : float
        The estimate and the ends of its interval, in the unit of the quantity; nan where the sample cannot
        carry them, and then `note` says why.
    n : int
        Replications the estimate rests on.
    level : float
        Nominal coverage of the interval, 0 to 1.
    note : str
        A warning a reader must see next to the number; empty when there is none.
    """

    value: float
    low: float
    high: float
    n: int
    level: float = 0.95
    note: str = ""

    @property
    def estimable(self) -> bool:
        """Whether the sample could carry the point value."""
        return not math.isnan(self.value)

    @property
    def ends(self) -> tuple[float, float, float]:
        """Value, low end, high end."""
        return self.value, self.low, self.high

    def with_note(self, note: str) -> Estimate:
        """The same estimate with a warning added to those it has."""
        return replace(self, note="; ".join(part for part in (self.note, note) if part))


def not_estimable(n: int, reason: str, level: float = 0.95) -> Estimate:
    """An estimate that is refused, with the reason: "not estimable: 12 tail points, 25 needed"."""
    return Estimate(math.nan, math.nan, math.nan, n, level, f"not estimable: {reason}")


def exact(value: float, n: int, level: float = 0.95) -> Estimate:
    """A value that is known without error, such as the zero line's difference to itself."""
    return Estimate(value, value, value, n, level)


def mean_interval(values: Values, level: float = 0.95) -> Estimate:
    """Mean over replications with Student's interval, mean ± t(n−1)·s/√n.

    Parameters
    ----------
    values : float64[replication]
    level : float
        Coverage, 0 to 1.

    Returns
    -------
    Estimate
        Refused without values; a single value has no interval (nan).

    Examples
    --------
    >>> e = mean_interval(np.array([1.0, 2.0, 3.0]))
    >>> round(e.value, 3), round(e.high, 3)
    (2.0, 4.484)
    """
    n = values.size
    if n == 0:
        return not_estimable(0, "no replications", level)
    mean = float(np.mean(values))
    if n == 1:
        return Estimate(mean, math.nan, math.nan, 1, level, "one replication has no interval")
    half = _t(level, n - 1) * float(np.std(values, ddof=1)) / math.sqrt(n)
    return Estimate(mean, mean - half, mean + half, n, level)


def ratio_interval(numerator: Values, denominator: Values, level: float = 0.95) -> Estimate:
    """Ratio of two means over the same replications, E[numerator] / E[denominator], with its delta interval.

    Parameters
    ----------
    numerator, denominator : float64[replication]
        Paired by replication. Never the mean of the ratios, which explodes where a denominator is small.

    Returns
    -------
    Estimate
        Refused when the mean denominator is not positive.

    Notes
    -----
    Standard error of the mean of (numerator − ratio·denominator), over the mean denominator; Student's t with
    n−1 degrees of freedom.
    """
    n = numerator.size
    if n == 0:
        return not_estimable(0, "no replications", level)
    below = float(np.mean(denominator))
    if not below > 0.0:
        return not_estimable(n, "the denominator is zero", level)
    ratio = float(np.mean(numerator)) / below
    if n == 1:
        return Estimate(ratio, math.nan, math.nan, 1, level, "one replication has no interval")
    residual = numerator - ratio * denominator
    half = _t(level, n - 1) * float(np.std(residual, ddof=1)) / math.sqrt(n) / below
    return Estimate(ratio, ratio - half, ratio + half, n, level)


def share_interval(events: int, n: int, level: float = 0.95) -> Estimate:
    """Share of replications in which an event happened, with the Clopper–Pearson interval.

    With no event at all the interval is one-sided: its upper end 1 − (1−level)^(1/n), near 3/n at 95 %, is
    what the sample can exclude; likewise at n events.

    Examples
    --------
    >>> round(share_interval(0, 300).high, 5)
    0.00994
    """
    if n == 0:
        return not_estimable(0, "no replications", level)
    if not 0 <= events <= n:
        raise ValueError(f"{events} events in {n} replications")
    alpha = 1.0 - level
    if events == 0:
        return Estimate(0.0, 0.0, 1.0 - alpha ** (1.0 / n), n, level, "no event: upper bound only")
    if events == n:
        return Estimate(1.0, alpha ** (1.0 / n), 1.0, n, level, "always: lower bound only")
    low = float(special.betaincinv(events, n - events + 1, alpha / 2))
    high = float(special.betaincinv(events + 1, n - events, 1 - alpha / 2))
    return Estimate(events / n, low, high, n, level)


def quantile_interval(values: Values, share: float, level: float = 0.95) -> Estimate:
    """The `share`-quantile of the replications, x_(⌈n·share⌉), with its order-statistic interval.

    Values may be infinite (a payback that never comes is an outcome). An end of the interval that would lie
    outside the sample is nan and noted.

    Notes
    -----
    The ends are the order statistics whose ranks bracket a binomial(n, share) count with at least `level`.
    """
    n = values.size
    if n == 0:
        return not_estimable(0, "no replications", level)
    ordered = np.sort(values)
    point = float(ordered[max(math.ceil(n * share - 1e-9), 1) - 1])
    alpha = 1.0 - level
    below = _binomial_quantile(alpha / 2, n, share)  # ranks count from 1
    above = _binomial_quantile(1 - alpha / 2, n, share) + 1
    low = float(ordered[below - 1]) if below >= 1 else math.nan
    high = float(ordered[above - 1]) if above <= n else math.nan
    missing = math.isnan(low) or math.isnan(high)
    return Estimate(point, low, high, n, level, "interval end not estimable" if missing else "")


def _binomial_quantile(level: float, n: int, share: float) -> int:
    """Smallest count that a binomial(n, share) variable does not exceed with probability `level` or more."""
    return int(np.searchsorted(special.bdtr(np.arange(n + 1), n, share), level))


def sectioned(
    statistic: Callable[..., float], *arrays: Values, level: float = 0.95, sections: int = SECTIONS
) -> Estimate:
    """Any statistic of paired replications, with an interval from its scatter over batches of them.

    Parameters
    ----------
    statistic : callable
        Takes as many arrays as are given here, returns a number.
    *arrays : float64[replication]
        Paired by replication, in replication order; cut at the same places into `sections` batches.

    Notes
    -----
    Sectioning: value ± t(b−1)·√(Σ w_j (T_j − T)² / (b−1) / b), centred at the full-sample value T, not at the
    mean of the batches: a tail statistic is biased in a small batch, and the bias then widens the interval
    instead of moving it. w_j = batch size over mean batch size. No random numbers.
    """
    n = arrays[0].size
    if n < 2 * sections:
        return not_estimable(n, f"{n} replications, {2 * sections} needed for {sections} batches", level)
    full = statistic(*arrays)
    cuts = np.array_split(np.arange(n), sections)
    parts = np.array([statistic(*(array[cut] for array in arrays)) for cut in cuts])
    weights = np.array([cut.size for cut in cuts]) * (sections / n)
    variance = float(np.sum(weights * (parts - full) ** 2)) / (sections - 1) / sections
    half = _t(level, sections - 1) * math.sqrt(variance)
    return Estimate(full, full - half, full + half, n, level)


def _t(level: float, degrees: int) -> float:
    return float(special.stdtrit(degrees, 0.5 + level / 2))
