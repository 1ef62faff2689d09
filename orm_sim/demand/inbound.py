"""Inbound demand: the expected rate of every interval of the term, and what one replication makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtr

from orm_sim.core.streams import key, normals
from orm_sim.core.units import DAYS_PER_YEAR
from orm_sim.demand.calendar import Calendar
from orm_sim.demand.contacts import draw_comebacks, draw_day
from orm_sim.demand.programme import Inbound
from orm_sim.demand.shapes import MONTHS, WEEKDAYS, InboundShape

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Contacts = tuple[Floats, Floats, Floats, Whole]
"""arrival_s, base handle_s, patience_s and ref of contacts, sorted by arrival."""

INTERVAL_S: Final = 1800.0
N_INTERVALS: Final = 48


@dataclass(frozen=True, slots=True)
class InboundForecast:
    """What a planner expects of inbound contacts, chance aside.

    Attributes
    ----------
    rates
        float64[n_days, n_intervals], contacts offered in each interval, returns included.
    first_share
        Share of them that are first contacts rather than returns of unresolved ones.
    type_share
        float64[n_types], mix of types.
    log_mean, log_sd
        float64[n_types], lognormal of the base handle time (contacts of 10 s and more).
    handle_factor
        float64[n_days], drift of the handle time since contract start.
    mean_handle_s
        Mean base handle time over all types, short contacts included.
    """

    rates: Floats
    first_share: float
    type_share: Floats
    log_mean: Floats
    log_sd: Floats
    handle_factor: Floats
    mean_handle_s: float


def weekly_shape(shape: InboundShape, opens_hour: float, closes_hour: float) -> Floats:
    """Share of a mean week's contacts in each interval: float64[7, 48], sums to 1, zero outside opening hours."""
    week = np.zeros((7, N_INTERVALS))
    for profile in shape.profile.values():
        values = np.asarray(profile.value, dtype=np.float64)
        per_interval = values.reshape(N_INTERVALS, -1).sum(axis=1)
        for name in profile.weekdays:
            week[WEEKDAYS.index(name)] = per_interval * shape.weekday[name].value
    hours = np.arange(N_INTERVALS) * INTERVAL_S / 3600.0
    week[:, (hours < opens_hour) | (hours >= closes_hour)] = 0.0
    return np.asarray(week / week.sum())


def forecast(inbound: Inbound, shape: InboundShape, days: Calendar) -> InboundForecast:
    """The expected rates of a term, and the handle-time laws scaled to today's level.

    Volume = level × drift × season × weekday and profile × holiday. Types keep the shape of the records; their mean
    is scaled so that the mean over types of contacts of 10 s and more equals `handle_time_s`.
    """
    week = weekly_shape(shape, inbound.opens_hour, inbound.closes_hour)
    day = np.arange(days.n_days)
    season = np.array([shape.season[m].value for m in MONTHS])
    season = season / season.mean()
    level = inbound.contacts_per_week * (1.0 + inbound.path.contacts_per_year) ** (day / DAYS_PER_YEAR)
    level = level * season[days.month_of_year[: days.n_days]]
    level = np.where(days.holiday[: days.n_days], level * shape.holiday.value, level)
    share = np.array([t.mix.value for t in shape.types.values()])
    share = share / share.sum()
    relative = np.array([t.handle_relative_mean.value for t in shape.types.values()])
    log_sd = np.array([t.handle_log_sd.value for t in shape.types.values()])
    mean = inbound.handle_time_s * relative / float(share @ relative)
    short = shape.short_share.value
    came_back = (1.0 - inbound.resolution.fcr) * inbound.resolution.return_share
    return InboundForecast(
        rates=level[:, None] * week[days.weekday[: days.n_days]],
        first_share=1.0 - came_back,
        type_share=share,
        log_mean=np.log(mean) - log_sd**2 / 2.0,
        log_sd=log_sd,
        handle_factor=(1.0 + inbound.path.handle_time_per_year) ** (day / DAYS_PER_YEAR),
        mean_handle_s=inbound.handle_time_s * (1.0 - short) + 5.5 * short,
    )


class Laws(NamedTuple):
    """Laws of inbound contacts: the stream's key and the arguments of `draw_comebacks` that hold for the whole term."""

    k0: int
    k1: int
    log_mean: Floats
    log_sd: Floats
    short_share: float
    until_s: Floats
    per_s: Floats


class InboundDemand:
    """The first contacts of one replication, drawn day by day and kept: every option meets the same callers."""

    def __init__(self, plan: InboundForecast, shape: InboundShape, seed: int, replication: int) -> None:
        self.plan = plan
        self._key = key(seed, replication, "inbound")
        pieces = shape.patience.hazard.pieces
        self._until = np.array([np.inf if p.until_s is None else p.until_s for p in pieces])
        self._per_s = np.array([p.per_s for p in pieces])
        self._short = shape.short_share.value
        self._factors = busyness(shape, plan.rates.shape[0], seed, replication)
        self._days: dict[int, Contacts] = {}
        self._stretches: dict[tuple[int, int], tuple[Contacts, Whole]] = {}
        self.laws = Laws(*self._key, plan.log_mean, plan.log_sd, self._short, self._until, self._per_s)

    @property
    def stream(self) -> tuple[int, int]:
        """Key of the stream that every draw of an inbound contact comes from."""
        return self._key

    def first_contacts(self, day: int) -> Contacts:
        """First contacts of a day."""
        if day not in self._days:
            rates = self.plan.rates[day] * self._factors[day] * self.plan.first_share
            self._days[day] = draw_day(
                *self._key, day, self.plan.type_share[:, None] * rates, INTERVAL_S,
                self.plan.log_mean, self.plan.log_sd, self._short, self._until, self._per_s,
            )  # fmt: skip
        return self._days[day]

    def stretch(self, first: int, until: int) -> tuple[Contacts, Whole]:
        """First contacts of the days before `until`, one day after the other, and where each day begins and ends.

        int64[n_days + 1] of borders, from 0.
        """
        if (first, until) not in self._stretches:
            days = [self.first_contacts(day) for day in range(first, until)]
            borders = np.cumsum([0, *(contacts[3].size for contacts in days)])
            arrival, handle, patience, ref = (np.concatenate(parts) for parts in zip(*days, strict=True))
            joined = arrival, handle, patience, ref
            for at, day in enumerate(range(first, until)):  # kept once: a day looks into its stretch
                mine = slice(borders[at], borders[at + 1])
                self._days[day] = (arrival[mine], handle[mine], patience[mine], ref[mine])
            self._stretches[first, until] = joined, borders
        return self._stretches[first, until]

    def release(self) -> None:
        """Forget the contacts drawn so far; they would be drawn again, the same."""
        self._days.clear()
        self._stretches.clear()

    def comebacks(self, day: int, refs: Whole) -> Contacts:
        """Contacts with these identities as they come back on a day."""
        return draw_comebacks(
            *self._key, refs, self.plan.rates[day], INTERVAL_S,
            self.plan.log_mean, self.plan.log_sd, self._short, self._until, self._per_s,
        )  # fmt: skip


def busyness(shape: InboundShape, n_days: int, seed: int, replication: int) -> Floats:
    """Busyness of every interval, mean 1: a gamma factor of the day, autocorrelated, times a lognormal of the interval.

    float64[n_days, 48]. The day's factor is a gamma quantile of an AR(1) normal, so its law is exact and its lag-1
    correlation that of the records up to the bend of the quantile.
    """
    law = shape.busyness
    shocks = normals(key(seed, replication, "busyness_day"), n_days)
    level = np.empty(n_days)
    keep = law.day_lag1.value
    state = 0.0
    for i in range(n_days):
        state = shocks[i] if i == 0 else keep * state + np.sqrt(1.0 - keep * keep) * shocks[i]
        level[i] = state
    if law.day_cv.value > 0.0:
        shape_k = 1.0 / law.day_cv.value**2
        day_factor = gammaincinv(shape_k, ndtr(level)) / shape_k
    else:
        day_factor = np.ones(n_days)
    sd = np.sqrt(np.log1p(law.interval_cv.value**2))
    within = normals(key(seed, replication, "busyness_interval"), n_days * N_INTERVALS).reshape(
        n_days, N_INTERVALS
    )
    return np.asarray(day_factor[:, None] * np.exp(sd * within - sd * sd / 2.0))
