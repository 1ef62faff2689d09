"""Busyness: how much busier than expected whole days and single intervals are, beyond Poisson chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orm_sim.calibrate.arrivals import Profile, shares
from orm_sim.calibrate.day_table import Counts
from orm_sim.calibrate.estimate import Estimate
from orm_sim.calibrate.jackknife import jackknife

Floats = NDArray[np.float64]

INCIDENT = 5.0
"""An interval further than so many standard deviations from its day's profile is an incident, not busyness."""


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
        Coefficient of variation of the factor on an interval, given its day, incidents left out.
    interval_lag1 : float
        Correlation of that factor with the next interval's.
    with_incidents : float
        The coefficient of variation with incidents counted.
    dispersion : Estimate
        Variance over mean of a day's count around its expectation (1 for Poisson).
    incidents : DataFrame
        date, from_hour, offered, expected of each incident, largest first.
    """

    day_cv: Estimate
    day_lag1: Estimate
    interval_cv: Estimate
    interval_lag1: float
    with_incidents: float
    dispersion: Estimate
    incidents: pd.DataFrame


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
    chosen, weeks = np.flatnonzero(normal), days["week"].to_numpy()[normal]
    cells = _Cells.of(counts[chosen], _shares(days, profiles, counts.shape[1])[chosen])
    usual = cells.without_incidents()
    value, se = jackknife(
        _by_week(np.hstack([_day_terms(counts, normal, expected, n_factors), usual.terms()]), weeks), _figures
    )
    sizes = (len(chosen), int((normal[1:] & normal[:-1]).sum()), int(usual.used.sum()), len(chosen))
    units = ("ratio", "correlation", "ratio", "ratio")
    day, lag, interval, spread = (
        Estimate(float(v), float(s), k, u) for v, s, k, u in zip(value, se, sizes, units, strict=True)
    )
    incidents = usual.left_out(cells, pd.DatetimeIndex(days["date"])[chosen], 24.0 / counts.shape[1])
    return Busyness(day, lag, interval, usual.lag1(), cells.cv(), spread, incidents)


def _day_terms(counts: Counts, normal: NDArray[np.bool_], expected: Floats, n_factors: int) -> Floats:
    """Sums that `_figures` needs, by day: float64[n_normal_days, 6]."""
    m = np.where(normal, expected, 0.0)
    e = np.where(normal, counts.sum(axis=1) - m, 0.0)
    free = normal.sum() / max(int(normal.sum()) - n_factors, 1)
    ee, mm = np.append(e[:-1] * e[1:], 0.0), np.append(m[:-1] * m[1:], 0.0)
    return np.stack([free * e**2 - m, m**2, free * ee, mm, free * e**2, m], axis=1)[normal]


def _by_week(terms: Floats, weeks: Counts) -> Floats:
    return np.stack([terms[weeks == week].sum(axis=0) for week in np.unique(weeks)])


def _figures(sums: Floats) -> Floats:
    """cv of the day, its lag-1 correlation, cv of the interval, dispersion; along the leading axes."""
    with np.errstate(divide="ignore", invalid="ignore"):
        day = np.maximum(sums[..., 0] / sums[..., 1], 0.0)
        lag = np.where(day > 0, sums[..., 2] / sums[..., 3] / day, 0.0)
        interval = np.maximum(sums[..., 6] / sums[..., 7], 0.0)
        spread = sums[..., 4] / sums[..., 5]
    return np.stack(
        [np.sqrt(day), np.clip(np.nan_to_num(lag), -1.0, 1.0), np.sqrt(interval), spread], axis=-1
    )


@dataclass(frozen=True, slots=True)
class _Cells:
    """Intervals of days: counts, shares of the intervals used (they sum to 1 a day), and which are used."""

    count: Floats
    share: Floats
    used: NDArray[np.bool_]

    @classmethod
    def of(cls, counts: Counts, share: Floats, used: NDArray[np.bool_] | None = None) -> _Cells:
        used = share > 0 if used is None else used & (share > 0)
        own = np.where(used, share, 0.0)
        return cls(np.where(used, counts, 0).astype(np.float64), shares(own), used)

    def expected(self) -> Floats:
        return np.asarray(self.count.sum(axis=1, keepdims=True) * self.share)

    def terms(self) -> Floats:
        """By day: squared distance from the profile beyond the multinomial's, and what a cv of 1 would add."""
        p, n, m = self.share, self.count.sum(axis=1, keepdims=True), self.expected()
        beyond = (self.count - m) ** 2 - m * (1.0 - p)
        unit = n * (n - 1.0) * p**2 * (1.0 - 2.0 * p + (p**2).sum(axis=1, keepdims=True))
        return np.stack([beyond.sum(axis=1), unit.sum(axis=1)], axis=1)

    def cv(self) -> float:
        beyond, unit = self.terms().sum(axis=0)
        return float(np.sqrt(max(beyond / unit, 0.0))) if unit > 0 else 0.0

    def lag1(self) -> float:
        """Correlation of neighbouring intervals' factors."""
        power, m = self.cv() ** 2, self.expected()
        e = self.count - m
        weight = float((m[:, :-1] * m[:, 1:]).sum())
        return float((e[:, :-1] * e[:, 1:]).sum() / weight / power) if power > 0 and weight > 0 else 0.0

    def without_incidents(self) -> _Cells:
        """The cells within five standard deviations of their day's profile, the deviation found without the rest."""
        cells, spread = self, self._typical_cv()
        for _ in range(3):
            m = shares(np.where(cells.used, self.share, 0.0)) * cells.count.sum(axis=1, keepdims=True)
            m = np.where(cells.used, m, self.share * self._clean_total(cells))
            near = np.abs(self.count - m) <= INCIDENT * np.sqrt(np.maximum(m, 1.0) + spread**2 * m**2)
            cells = _Cells.of(self.count.astype(np.int64), self.share, near)
            spread = cells.cv()
        return cells

    def _clean_total(self, cells: _Cells) -> Floats:
        """What the day's count would be without its incidents."""
        covered = np.where(cells.used, self.share, 0.0).sum(axis=1, keepdims=True)
        total = cells.count.sum(axis=1, keepdims=True)
        return np.asarray(np.divide(total, covered, out=np.zeros_like(covered), where=covered > 0))

    def _typical_cv(self) -> float:
        """Spread of the middle half of the well-filled intervals, which incidents do not move."""
        m = self.expected()
        filled = m >= np.quantile(m[self.used], 0.5) if self.used.any() else self.used
        ratio = np.abs(self.count[filled] / m[filled] - 1.0)
        return float(1.4826 * np.median(ratio)) if len(ratio) else 0.0

    def left_out(self, whole: _Cells, date: pd.DatetimeIndex, hours: float) -> pd.DataFrame:
        """The incidents: cells of `whole` that are not among these."""
        day, interval = np.nonzero(whole.used & ~self.used)
        expected = (whole.share * whole._clean_total(self))[day, interval]
        rows = pd.DataFrame(
            {"date": date[day], "from_hour": interval * hours, "offered": whole.count[day, interval].astype(np.int64),
             "expected": expected}
        )  # fmt: skip
        size = (rows["offered"] - rows["expected"]).abs()
        return rows.iloc[np.argsort(-size.to_numpy(), kind="stable")].reset_index(drop=True)


def _shares(days: pd.DataFrame, profiles: dict[str, Profile], n_intervals: int) -> Floats:
    """The profile of each day: float64[n_days, n_intervals]; 0 for a weekday without one."""
    of_weekday = {day: each.value for each in profiles.values() for day in each.weekdays}
    nothing = np.zeros(n_intervals)
    return np.stack([of_weekday.get(day, nothing) for day in days["weekday"]])
