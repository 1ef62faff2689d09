"""Busyness: how much busier than expected whole days and single intervals are, beyond Poisson chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orm_sim.calibrate.arrivals import Profile
from orm_sim.calibrate.day_table import Counts
from orm_sim.calibrate.estimate import Estimate
from orm_sim.calibrate.jackknife import jackknife

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Busyness:
    """Factors on the rate, net of the noise that any Poisson count has.

    Attributes
    ----------
    day_cv : Estimate
        Coefficient of variation of the factor on a day.
    day_lag1 : Estimate
        Correlation of the factor with the next day's.
    interval_cv : Estimate
        Coefficient of variation of the factor on an interval, given its day.
    dispersion : Estimate
        Variance over mean of a day's count around its expectation (1 for Poisson).
    """

    day_cv: Estimate
    day_lag1: Estimate
    interval_cv: Estimate
    dispersion: Estimate


def fit_busyness(
    counts: Counts, days: pd.DataFrame, expected: Floats, profiles: dict[str, Profile], n_factors: int
) -> Busyness:
    """Busyness over whole days that are no holiday.

    Parameters
    ----------
    counts : int64[n_days, n_intervals]
        Contacts offered.
    days : DataFrame
        See `day_table`.
    expected : float64[n_days]
        Expected contacts of each day.
    profiles : dict
        Fitted profiles; every interval's expectation given its day comes from them.
    n_factors : int
        Factors fitted to get `expected`, whose use of the data is made up for.

    Notes
    -----
    With N the day's count, m its expectation and e = N − m: cv² = Σ(e² − m) / Σm² (e² scaled up by n/(n − factors)),
    lag 1 = (Σ e e₊₁ / Σ m m₊₁) / cv² over neighbouring days; Poisson noise of different days is independent.
    Given the day, an interval of share p holds N·p on average and varies by N·p(1 − p) + N²p²(1 − 2p + Σp²)·cv².
    The lag is biased towards 0 by about 1/(days per month), as the month's level is fitted to the same days.
    Errors: one week left out at a time.
    """
    normal = days["status"].eq("normal").to_numpy() & (expected > 0)
    n = counts.sum(axis=1).astype(np.float64)
    m = np.where(normal, expected, 0.0)
    e = np.where(normal, n - m, 0.0)
    free = normal.sum() / max(int(normal.sum()) - n_factors, 1)
    pair = normal[:-1] & normal[1:]
    ee, mm = np.append(np.where(pair, e[:-1] * e[1:], 0.0), 0.0), np.append(np.where(pair, m[:-1] * m[1:], 0.0), 0.0)
    above, weight = _interval_terms(counts, days, normal, profiles)
    chosen = np.flatnonzero(normal)
    terms = np.stack([free * e**2 - m, m**2, free * ee, mm, above, weight, free * e**2, m], axis=1)[chosen]
    weeks = days["week"].to_numpy()[chosen]
    sums = np.stack([terms[weeks == week].sum(axis=0) for week in np.unique(weeks)])
    value, se = jackknife(sums, _figures)
    n_days, n_pairs, n_cells = len(chosen), int(pair.sum()), int((_shares(days, profiles, counts.shape[1])[chosen] > 0).sum())
    sizes, units = (n_days, n_pairs, n_cells, n_days), ("ratio", "correlation", "ratio", "ratio")
    return Busyness(*(Estimate(float(v), float(s), k, u) for v, s, k, u in zip(value, se, sizes, units, strict=True)))


def _figures(sums: Floats) -> Floats:
    """cv of the day, its lag-1 correlation, cv of the interval, dispersion; along the leading axes."""
    with np.errstate(divide="ignore", invalid="ignore"):
        day = np.maximum(sums[..., 0] / sums[..., 1], 0.0)
        lag = np.where(day > 0, sums[..., 2] / sums[..., 3] / day, 0.0)
        interval = np.maximum(sums[..., 4] / sums[..., 5], 0.0)
        spread = sums[..., 6] / sums[..., 7]
    return np.stack([np.sqrt(day), np.clip(np.nan_to_num(lag), -1.0, 1.0), np.sqrt(interval), spread], axis=-1)


def _interval_terms(
    counts: Counts, days: pd.DataFrame, normal: NDArray[np.bool_], profiles: dict[str, Profile]
) -> tuple[Floats, Floats]:
    """By day: squared distance from the profile beyond the multinomial's, and what a cv of 1 would add."""
    p = _shares(days, profiles, counts.shape[1])
    n = counts.sum(axis=1, keepdims=True).astype(np.float64)
    beyond = (counts - n * p) ** 2 - n * p * (1.0 - p)
    unit = n * (n - 1.0) * p**2 * (1.0 - 2.0 * p + (p**2).sum(axis=1, keepdims=True))
    return np.where(normal, beyond.sum(axis=1), 0.0), np.where(normal, unit.sum(axis=1), 0.0)


def _shares(days: pd.DataFrame, profiles: dict[str, Profile], n_intervals: int) -> Floats:
    """The profile of each day: float64[n_days, n_intervals]; 0 for a weekday without one."""
    of_weekday = {day: each.value for each in profiles.values() for day in each.weekdays}
    nothing = np.zeros(n_intervals)
    return np.stack([of_weekday.get(day, nothing) for day in days["weekday"]])
