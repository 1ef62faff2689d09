"""Inbound records with counts per interval: what of the calibration they allow, which is less than contacts do."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orm_sim.calibrate.arrivals import Profile, Volume, fit_profiles, fit_volume
from orm_sim.calibrate.availability import Availability, fit_availability
from orm_sim.calibrate.busyness import Busyness, fit_busyness
from orm_sim.calibrate.clean import (
    BACKWARDS,
    FAR,
    Findings,
    clock_s,
    far_from_the_rest,
    goes_backwards,
    moments,
    seconds,
)
from orm_sim.calibrate.contacts import DAY_S, MIN_CONTACTS, check_days
from orm_sim.calibrate.day_table import day_table
from orm_sim.calibrate.estimate import Estimate
from orm_sim.calibrate.jackknife import block_sums, jackknife
from orm_sim.calibrate.mapping import IntervalMapping
from orm_sim.calibrate.patience import HazardPiece
from orm_sim.calibrate.records import column_names, read_records
from orm_sim.calibrate.replay import SEED, Arrived, Laws, Waits
from orm_sim.calibrate.shift import Series, followed
from orm_sim.core.errors import refuse
from orm_sim.core.streams import key, uniforms

Floats = NDArray[np.float64]
_COUNTS = ("offered", "abandoned", "answered_within", "wait_sum_s", "handle_sum_s", "staffed")


@dataclass(frozen=True, slots=True)
class IntervalCounts:
    """Counts by interval from midnight of the first day: float64[n_days * n_intervals]; None where not recorded."""

    first_day: datetime.date
    n_days: int
    interval_s: int
    offered: Floats
    abandoned: Floats | None
    answered_within: Floats | None
    wait_sum_s: Floats | None
    handle_sum_s: Floats | None
    staffed: Floats | None


@dataclass(frozen=True, slots=True)
class IntervalFit:
    """Fits to counts per interval; a figure is None where its columns are missing."""

    counts: NDArray[np.int64]
    days: pd.DataFrame
    volume: Volume
    profiles: dict[str, Profile]
    busyness: Busyness
    abandonment_rate: Estimate | None
    service_level: Estimate | None
    exponential_mean: Estimate | None
    handle_mean: Estimate | None
    availability: Availability | None
    series: tuple[Series, ...]


def read_intervals(
    records: Path, mapping: IntervalMapping, mapping_file: Path
) -> tuple[IntervalCounts, Findings]:
    """Counts of every interval from the first day to the last (0 where the file has no row), and what was wrong.

    Raises
    ------
    InputError
        When the file cannot be read, lacks columns, has too many broken rows, no contact, or under 21 days.
    """
    raw = read_records(records, column_names(mapping.columns, "columns"), mapping_file)
    findings, step = Findings(raw), mapping.days.interval_s
    start = moments(raw.frame[mapping.columns.start], None)
    findings.broke(start.isna().to_numpy(), "start is not a date and time", mapping.columns.start)
    clock = clock_s(start)
    findings.broke(far_from_the_rest(clock, ~findings.broken), FAR, mapping.columns.start)
    if mapping.in_order:
        findings.broke(goes_backwards(clock, ~findings.broken), BACKWARDS, mapping.columns.start)
    with np.errstate(invalid="ignore"):
        findings.broke(
            clock % step != 0, f"start is not a multiple of interval_s = {step}", mapping.columns.start
        )
    findings.broke(
        start.duplicated().to_numpy(), "the interval stands in the file twice", mapping.columns.start
    )
    values: dict[str, Floats] = {}
    for name in _COUNTS:
        column = getattr(mapping.columns, name)
        if column is not None:
            values[name] = seconds(raw.frame[column])
            findings.broke(np.isnan(values[name]), f"{name} is not a number", column)
            findings.broke(values[name] < 0, f"{name} is below 0", column)
    findings.refuse_above(mapping.broken_share_at_most)
    keep = ~findings.broken
    first = start[keep].min().normalize()
    index = ((start[keep] - first).dt.total_seconds().to_numpy(np.float64) // step).astype(np.int64)
    n_days = int(index.max() * step // int(DAY_S)) + 1
    check_days(records, n_days)
    size = n_days * int(DAY_S) // step
    flat: dict[str, Floats] = {
        name: np.asarray(np.bincount(index, value[keep], size), np.float64) for name, value in values.items()
    }
    if flat["offered"].sum() < MIN_CONTACTS:
        rule = f"holds {flat['offered'].sum():g} offered contacts; fits need {MIN_CONTACTS} or more"
        raise refuse(rule, file=str(records))
    optional = {name: flat.get(name) for name in _COUNTS[1:]}
    return IntervalCounts(first.date(), n_days, step, flat["offered"], **optional), findings


def fit_intervals(data: IntervalCounts, mapping: IntervalMapping) -> IntervalFit:
    """All that counts per interval allow to fit."""
    counts = np.rint(data.offered).astype(np.int64).reshape(data.n_days, -1)
    days = day_table(counts, data.first_day, mapping.days)
    volume = fit_volume(days)
    days["expected"] = volume.expected
    profiles = fit_profiles(counts, days, mapping.days)
    patience = _over(data.wait_sum_s, data.abandoned, data, "s")
    answered = None if data.abandoned is None else data.offered - data.abandoned
    handle = _over(data.handle_sum_s, answered, data, "s")
    return IntervalFit(
        counts, days, volume, profiles,
        fit_busyness(counts, days, volume.expected, profiles, len(volume.season) + 6),
        _over(data.abandoned, data.offered, data, "share"), _over(data.answered_within, data.offered, data, "share"),
        patience, handle, _availability(data, mapping, patience, handle),
        _series(data, days, volume, answered, mapping),
    )  # fmt: skip


def _weeks(data: IntervalCounts) -> NDArray[np.int64]:
    return np.arange(len(data.offered)) * data.interval_s // (7 * int(DAY_S))


def _over(top: Floats | None, bottom: Floats | None, data: IntervalCounts, unit: str) -> Estimate | None:
    """A sum over another, with the error of leaving out one week at a time."""
    if top is None or bottom is None or not bottom.any():
        return None
    value, se = jackknife(
        block_sums(_weeks(data), top, bottom), lambda s: s[..., 0] / np.maximum(s[..., 1], 1e-9)
    )
    return Estimate(float(value), float(se), int(bottom.sum()), unit)


def _availability(
    data: IntervalCounts, mapping: IntervalMapping, patience: Estimate | None, handle: Estimate | None
) -> Availability | None:
    """The factor on the recorded staffing, with arrivals spread evenly over their interval and exponential patience."""
    if (
        data.staffed is None
        or data.abandoned is None
        or patience is None
        or handle is None
        or mapping.handle_log_sd is None
    ):
        return None
    whole = np.rint(data.offered).astype(np.int64)
    interval = np.repeat(np.arange(len(whole)), whole)
    at = (interval + uniforms(key(SEED, 0, "calibrate", "arrival"), len(interval))) * data.interval_s
    order = np.argsort(at, kind="stable")
    n = len(at)
    piece = HazardPiece(np.inf, Estimate(1.0 / patience.value, np.nan, patience.n, "per_s"))
    laws = Laws(np.array([handle.value]), np.array([mapping.handle_log_sd]), 0.0, 0.0, (piece,))
    rank = np.arange(n) - np.repeat(np.cumsum(whole) - whole, whole)
    gave_up = (
        rank < np.rint(data.abandoned)[interval]
    )  # so many of each interval; which of them does not matter
    contacts = Arrived(at[order], np.zeros(n, np.int64), np.ones(n), data.staffed, data.interval_s)
    week = (at[order] // (7 * DAY_S)).astype(np.int64)
    return fit_availability(
        contacts, Waits(~gave_up, gave_up, np.zeros(n)), week, laws, mapping.days.threshold_s
    )


def _series(
    data: IntervalCounts,
    days: pd.DataFrame,
    volume: Volume,
    answered: Floats | None,
    mapping: IntervalMapping,
) -> tuple[Series, ...]:
    date, normal = pd.DatetimeIndex(days["date"]), days["status"].eq("normal").to_numpy()
    busy = normal & (volume.without_season >= volume.without_season[normal].mean() / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        level = days["offered"].to_numpy(np.float64) / volume.without_season
        found = [followed("contacts a day", "ratio to the weekday's mean", date, level, busy, mapping.shift)]
        if data.handle_sum_s is not None and answered is not None:
            per_day = data.handle_sum_s.reshape(data.n_days, -1).sum(axis=1) / answered.reshape(
                data.n_days, -1
            ).sum(axis=1)
            found.append(followed("handle time", "s", date, per_day, busy, mapping.shift))
    return tuple(found)
