"""Changes of level inside the records: found by a CUSUM test, reported, and never averaged away."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import kolmogorov, stdtr

from orm_sim.calibrate.mapping_terms import ShiftTest

Floats = NDArray[np.float64]

TEST = "OLS-CUSUM: largest |Σ(x − mean)| / (ω√n) against Kolmogorov's law, ω the long-run sd (AR(1)) around the levels"
_MIN_RUN = 8
_LEVELS = 4


@dataclass(frozen=True, slots=True)
class Shift:
    """A change of level.

    Attributes
    ----------
    at : int
        First observation of the new level.
    before, after : float
        Mean level from the change before (or the start) to here, and from here to the next (or the end).
    statistic, p_value : float
        Of the test that found it, within the stretch it split.
    """

    at: int
    before: float
    after: float
    statistic: float
    p_value: float


def level_shifts(level: Floats, alpha: float, at_least: float) -> tuple[Shift, ...]:
    """Changes of the mean of a series, in order of time.

    Parameters
    ----------
    level : float64[n]
        Observations in order of time.
    alpha : float
        Chance of finding a change in a series without any.
    at_least : float
        Smallest relative change |after / before − 1| that is kept.

    Notes
    -----
    The series is split at the largest deviation of its cumulative sum while the test rejects a constant level
    (Ploberger and Krämer 1992); ω is the long-run standard deviation of the residuals around up to four levels, so
    that neighbours which resemble each other are not taken for a change. A slow drift is reported as one or more steps.
    """
    found = dict(_split(level, 0, len(level), alpha))
    while found:
        edges = [0, *sorted(found), len(level)]
        means = [float(level[a:b].mean()) for a, b in itertools.pairwise(edges)]
        change = [abs(b / a - 1.0) if a else np.inf for a, b in itertools.pairwise(means)]
        smallest = int(np.argmin(change))
        if change[smallest] >= at_least:
            return tuple(Shift(at, means[i], means[i + 1], *found[at]) for i, at in enumerate(sorted(found)))
        del found[edges[smallest + 1]]
    return ()


def _split(level: Floats, start: int, end: int, alpha: float) -> list[tuple[int, tuple[float, float]]]:
    """Places where the stretch from start to end is split, each with the statistic and its p-value."""
    x = level[start:end]
    n = len(x)
    if n < 2 * _MIN_RUN:
        return []
    path = np.abs(np.cumsum(x - x.mean()))[:-1]
    at = int(np.argmax(path[_MIN_RUN - 1 : n - _MIN_RUN])) + _MIN_RUN
    spread = _spread_around_levels(x)
    statistic = (
        float(path.max() / (spread * np.sqrt(n))) if spread > 0 else (np.inf if path.max() > 0 else 0.0)
    )
    p_value = float(kolmogorov(statistic))
    if p_value >= alpha:
        return []
    return [
        *_split(level, start, start + at, alpha),
        (start + at, (statistic, p_value)),
        *_split(level, start + at, end, alpha),
    ]


def _spread_around_levels(x: Floats) -> float:
    """Long-run standard deviation around up to four levels: more than one change must not pass for noise."""
    n, cuts = len(x), [0, len(x)]
    least = max(_MIN_RUN, n // 10)
    for _ in range(_LEVELS - 1):
        found = [_best_cut(x[a:b], least) for a, b in itertools.pairwise(cuts)]
        gain, place = max((gain, a + at) for (gain, at), a in zip(found, cuts, strict=False))
        if gain <= 0.0:
            break
        cuts = sorted([*cuts, place])
    residual = np.concatenate([x[a:b] - x[a:b].mean() for a, b in itertools.pairwise(cuts)])
    return _long_run_sd(residual, 0.75 * (len(cuts) - 1))


def _best_cut(x: Floats, least: int) -> tuple[float, int]:
    """Where two levels instead of one explain most of the squares, and how much; 0 where there is no room."""
    n = len(x)
    if n < 2 * least:
        return 0.0, 0
    size = np.arange(1, n)
    gain = (np.cumsum(x - x.mean())[:-1] ** 2 * n / (size * (n - size)))[least - 1 : n - least]
    at = int(np.argmax(gain))
    return float(gain[at]), at + least


def _long_run_sd(residual: Floats, pairs_of_levels: float = 1.0) -> float:
    """Standard deviation of a sum of residuals over √n, were they autoregressive of order 1.

    The levels were fitted to the same data and hide some of the dependence; for each pair of them twice the usual
    correction of the coefficient, (1 + 3ρ)/n, keeps the tests honest: where 1 % of false alarms is meant, 180
    observations give about 1 to 2 % for ρ up to 0.4 and up to 4 % at 0.7; 90 observations up to 6 %.
    """
    n, power = len(residual), float(residual @ residual)
    rho = float(residual[1:] @ residual[:-1]) / power if power > 0 else 0.0
    rho = min(max(rho + 2.0 * pairs_of_levels * (1.0 + 3.0 * rho) / n, 0.0), 0.95)
    fresh = residual[1:] - rho * residual[:-1]
    return float(np.sqrt(fresh @ fresh / (n - 3))) / (1.0 - rho)


@dataclass(frozen=True, slots=True)
class OddPeriod:
    """A period (a month, say) whose level differs from that of all other periods.

    Attributes
    ----------
    period : str
        Its name, `1999-04`.
    level, others : float
        Its mean, and the mean of the others (those named before it set aside).
    z : float
        Difference over its standard error.
    p_value : float
        Of a difference this large, allowing for the number of periods looked at.
    """

    period: str
    level: float
    others: float
    z: float
    p_value: float


def odd_periods(
    level: Floats, period: NDArray[np.str_], alpha: float, at_least: float
) -> tuple[OddPeriod, ...]:
    """Periods whose mean level is unlike the rest: what comes and goes again, which a CUSUM hardly sees.

    Parameters
    ----------
    level : float64[n]
        Observations in order of time.
    period : str[n]
        Period of each: a month, or a stretch of the file.
    alpha : float
        Chance of naming any where all are alike (Bonferroni).
    at_least : float
        Smallest relative difference from the others that is kept.

    Notes
    -----
    z = (mean of the period − mean of the others) / (ω √(1/n + 1/n_others)), Student's t with n − periods freedom; ω is
    the long-run standard deviation (AR(1)) of the residuals around the periods' own means. The oddest period is named
    first and set aside, then the next is looked for among the rest. Periods of under 8 observations are not judged.
    """
    names = np.unique(period)
    if len(names) < 2 or len(level) < 4 * len(names):
        return ()
    index = np.searchsorted(names, period)
    size = np.bincount(index)
    mean = np.bincount(index, level) / size
    spread = _long_run_sd(level - mean[index], len(names) / 2)
    found: dict[int, OddPeriod] = {}
    while True:
        odd = _oddest(names, mean, size, spread, set(found))
        if odd is None or odd[1].p_value >= alpha:
            break
        found[odd[0]] = odd[1]
    kept = (found[i] for i in sorted(found))
    return tuple(each for each in kept if abs(each.level / each.others - 1.0) >= at_least)


def _oddest(
    names: NDArray[np.str_], mean: Floats, size: NDArray[np.int64], spread: float, named: set[int]
) -> tuple[int, OddPeriod] | None:
    """The period furthest from the rest, those already named aside; None when there are too few to compare."""
    left = [i for i in range(len(names)) if i not in named and size[i] >= _MIN_RUN]
    if len(left) < 2 or spread <= 0:
        return None
    freedom, best = int(size.sum()) - len(names), None
    for i in left:
        rest = [j for j in left if j != i]
        n_rest = int(size[rest].sum())
        others = float(mean[rest] @ size[rest] / n_rest)
        z = float((mean[i] - others) / (spread * np.sqrt(1 / size[i] + 1 / n_rest)))
        p_value = min(float(2 * stdtr(freedom, -abs(z)) * len(left)), 1.0)
        if others and (best is None or abs(z) > abs(best[1].z)):
            best = (i, OddPeriod(str(names[i]), float(mean[i]), others, z, p_value))
    return best


@dataclass(frozen=True, slots=True)
class Series:
    """A level followed through the records, and the changes found in it.

    Attributes
    ----------
    name, unit : str
        What is followed.
    date : DatetimeIndex
        Day of each observation.
    level : float64[n]
        Observations in order of time.
    shifts : tuple of Shift
        Lasting changes.
    odd : tuple of OddPeriod
        Months unlike the rest, where no lasting change explains them.
    """

    name: str
    unit: str
    date: pd.DatetimeIndex
    level: Floats
    shifts: tuple[Shift, ...]
    odd: tuple[OddPeriod, ...]


def followed(
    name: str, unit: str, date: pd.DatetimeIndex, level: Floats, chosen: NDArray[np.bool_], test: ShiftTest
) -> Series:
    """A daily level on the chosen days, tested for lasting changes and for odd months."""
    level, when = level[chosen], date[chosen]
    shifts = level_shifts(level, test.alpha, test.at_least)
    month = when.strftime("%Y-%m").to_numpy(dtype=str)
    odd = () if shifts else odd_periods(level, month, test.alpha, test.at_least)
    return Series(name, unit, when, level, shifts, odd)
