"""The rate of arrivals: factors of month, weekday and holiday, and the profile of a day over its intervals."""

from __future__ import annotations

import calendar
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orm_sim.calibrate.day_table import Counts
from orm_sim.calibrate.estimate import Estimate
from orm_sim.calibrate.jackknife import jackknife
from orm_sim.calibrate.mapping_terms import WEEKDAYS, Days

Floats = NDArray[np.float64]

_ROUNDS = 200
_CLOSE = 1e-12
WORKWEEK = WEEKDAYS[:5]


@dataclass(frozen=True, slots=True)
class Volume:
    """Contacts a day: level × month × weekday × holiday.

    Attributes
    ----------
    per_week : Estimate
        Contacts in a week without holidays at the mean month observed: a level, not a shape.
    season : dict of str to Estimate
        Factor of each calendar month observed; their mean is 1. Trend and season cannot be told apart within a year.
    weekday : dict of str to Estimate
        Factor of each weekday of the programme; the mean of Monday to Friday is 1.
    holiday : Estimate
        Factor of a holiday on what its month and weekday expect; n counts holidays.
    expected : float64[n_days]
        Expected contacts of each day.
    without_season : float64[n_days]
        The same with every month alike: what a change of level is looked for against.
    """

    per_week: Estimate
    season: dict[str, Estimate]
    weekday: dict[str, Estimate]
    holiday: Estimate
    expected: Floats
    without_season: Floats


def fit_volume(days: pd.DataFrame) -> Volume:
    """Volume by month, weekday and holiday, from whole days and holidays; days missing or with a gap are left out.

    Parameters
    ----------
    days : DataFrame
        See `day_table`.

    Returns
    -------
    Volume
        Poisson likelihood, so that fitted and observed totals agree by month, by weekday and over the holidays;
        errors by leaving out one week at a time.
    """
    used = days["status"].isin(["normal", "holiday"]).to_numpy()
    design = _Design.of(days)
    weeks = days["week"].to_numpy()
    present = np.unique(weeks[used])
    keep = np.stack([used, *(used & (weeks != each) for each in present)]).astype(np.float64)
    month, weekday, holiday = _multiplicative(days["offered"].to_numpy(np.float64), keep, design)
    named = [WEEKDAYS.index(name) for name in WORKWEEK]
    week_scale = weekday[:, named].mean(axis=1, keepdims=True)
    seen = design.month.sum(axis=0) > 0
    season_scale = np.where(seen, month, 0.0).sum(axis=1, keepdims=True) / seen.sum()
    level = (week_scale * season_scale)[:, 0]
    month, weekday = month / season_scale, weekday / week_scale
    per_week = level * weekday.sum(axis=1)
    normal = days["status"].eq("normal").to_numpy()
    per_month, per_weekday = design.month[normal].sum(axis=0), design.weekday[normal].sum(axis=0)
    n_holidays = int(design.holiday.sum())
    mean_day = level[0] * (design.weekday @ weekday[0]) * np.where(design.holiday > 0, holiday[0], 1.0)
    return Volume(
        _estimate(per_week, int(normal.sum()), "contacts/week"),
        {
            calendar.month_name[int(m) + 1].lower(): _estimate(month[:, m], int(per_month[m]), "ratio")
            for m in np.flatnonzero(seen)
        },
        {name: _estimate(weekday[:, i], int(per_weekday[i]), "ratio") for i, name in enumerate(WEEKDAYS)},
        _estimate(holiday, n_holidays, "ratio") if n_holidays else Estimate(np.nan, np.nan, 0, "ratio"),
        mean_day * (design.month @ np.where(seen, month[0], 1.0)),
        mean_day,
    )


@dataclass(frozen=True, slots=True)
class _Design:
    """Which month and weekday a day is, as columns of 0 and 1, and whether it is a holiday."""

    month: Floats
    weekday: Floats
    holiday: Floats

    @classmethod
    def of(cls, days: pd.DataFrame) -> _Design:
        index = days["weekday"].map(WEEKDAYS.index).to_numpy(np.int64)
        return cls(
            np.eye(12)[days["month"].to_numpy() - 1],
            np.eye(7)[index],
            np.asarray(days["holiday"] != "", np.float64),
        )


def _multiplicative(count: Floats, keep: Floats, design: _Design) -> tuple[Floats, Floats, Floats]:
    """Poisson maximum likelihood by proportional fitting, once for each row of `keep`: month, weekday, holiday."""
    runs = len(keep)
    month, weekday, holiday = np.ones((runs, 12)), np.ones((runs, 7)), np.ones(runs)
    seen = keep * count
    for _ in range(_ROUNDS):
        before = weekday
        on_holiday = np.where(design.holiday > 0, holiday[:, None], 1.0)
        weekday = _ratio(
            seen @ design.weekday, (keep * on_holiday * (month @ design.month.T)) @ design.weekday
        )
        by_weekday = weekday @ design.weekday.T
        month = _ratio(seen @ design.month, (keep * on_holiday * by_weekday) @ design.month)
        plain = keep * by_weekday * (month @ design.month.T)
        holiday = _ratio(seen @ design.holiday, plain @ design.holiday)
        scale = month.mean(axis=1, keepdims=True)
        month, weekday = month / scale, weekday * scale
        if np.abs(weekday - before).max() <= _CLOSE * np.abs(weekday).max():
            break
    return month, weekday, holiday


def _ratio(seen: Floats, expected: Floats) -> Floats:
    """seen / expected; where a run lacks days for it, what the run with all days has (row 0)."""
    ratio = np.divide(seen, expected, out=np.full(np.shape(seen), np.nan), where=expected > 0)
    ratio[0] = np.nan_to_num(ratio[0], nan=0.0)
    return np.asarray(np.where(np.isnan(ratio), ratio[0], ratio))


def _estimate(runs: Floats, n: int, unit: str) -> Estimate:
    """The first run's value, and the error from the others, each of which left a week out."""
    left_out = runs[1:]
    g = len(left_out)
    se = float(np.sqrt((g - 1) / g * ((left_out - left_out.mean()) ** 2).sum())) if g > 1 else np.nan
    return Estimate(float(runs[0]), se, n, unit)


@dataclass(frozen=True, slots=True)
class Profile:
    """Share of a day's contacts in each interval, for the weekdays that have it in common.

    Attributes
    ----------
    weekdays : tuple of str
        Weekdays of the programme.
    value, se : float64[n_intervals]
        Shares, and their errors by leaving out one week at a time.
    n : int
        Contacts behind it.
    distance : float
        Largest distance of one of its weekdays from the shared profile: half the sum of absolute differences.
    """

    weekdays: tuple[str, ...]
    value: Floats
    se: Floats
    n: int
    distance: float


def fit_profiles(counts: Counts, days: pd.DataFrame, setting: Days) -> dict[str, Profile]:
    """Profile of each group of weekdays, over whole days that are no holiday."""
    normal = days["status"].eq("normal").to_numpy()
    fitted = {}
    for name, weekdays in setting.profile_groups().items():
        chosen = normal & days["weekday"].isin(list(weekdays)).to_numpy()
        if not chosen.any() or not counts[chosen].any():
            continue
        weeks = days["week"].to_numpy()[chosen]
        sums = np.stack([counts[chosen][weeks == week].sum(axis=0) for week in np.unique(weeks)])
        value, se = jackknife(sums.astype(np.float64), shares)
        by_weekday = [counts[chosen & days["weekday"].eq(day).to_numpy()].sum(axis=0) for day in weekdays]
        apart = [np.abs(shares(own) - value).sum() / 2 for own in by_weekday if own.any()]
        fitted[name] = Profile(tuple(weekdays), value, se, int(sums.sum()), float(max(apart)))
    return fitted


def shares(counts: NDArray[np.floating] | Counts) -> Floats:
    """Counts over their sum along the last axis."""
    total = np.sum(counts, axis=-1, keepdims=True)
    return np.asarray(np.divide(counts, total, out=np.zeros(np.shape(counts)), where=total > 0))
