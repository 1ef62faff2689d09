"""Everything fitted to inbound contacts, one row a contact, put together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orm_sim.calibrate.agents import agent_table, fit_agent_spread
from orm_sim.calibrate.arrivals import Profile, Volume, fit_profiles, fit_volume
from orm_sim.calibrate.availability import Availability, fit_availability
from orm_sim.calibrate.busyness import Busyness, fit_busyness
from orm_sim.calibrate.contacts import Contacts
from orm_sim.calibrate.day_table import Counts, count_intervals, day_table
from orm_sim.calibrate.estimate import Estimate
from orm_sim.calibrate.handle_time import HandleTime, fit_handle_times, plausible
from orm_sim.calibrate.jackknife import block_sums, jackknife
from orm_sim.calibrate.mapping import ContactMapping
from orm_sim.calibrate.mix import fit_mix
from orm_sim.calibrate.patience import Patience, fit_patience
from orm_sim.calibrate.replay import Laws, arrived, laws_of, month_levels, observed
from orm_sim.calibrate.shift import Series, followed
from orm_sim.calibrate.short_contacts import fit_short_share
from orm_sim.calibrate.staffing import derive_staffing

Floats = NDArray[np.float64]
_MIN_ON_DAY = 100


@dataclass(frozen=True, slots=True)
class Service:
    """What the records show of the service, every day counted."""

    offered: int
    abandonment_rate: Estimate
    service_level: Estimate
    asa: Estimate


@dataclass(frozen=True, slots=True)
class InboundFit:
    """Fits to inbound contacts; each part is explained where it is fitted."""

    counts: Counts
    days: pd.DataFrame
    service: Service
    volume: Volume
    profiles: dict[str, Profile]
    busyness: Busyness
    mix: dict[str, Estimate]
    handle: dict[str, HandleTime]
    patience: Patience
    short_share: Estimate
    agents: pd.DataFrame
    agent_spread: Estimate
    staffed: Floats
    laws: Laws
    availability: Availability | None
    series: tuple[Series, ...]


def fit_inbound(contacts: Contacts, mapping: ContactMapping) -> InboundFit:
    """All fits of one-row-a-contact records, in the order in which they need one another."""
    setting, below, most = mapping.days, mapping.short_below_s, mapping.handle_at_most_s
    counts = count_intervals(contacts.at_s, contacts.n_days, setting.interval_s)
    days = day_table(counts, contacts.first_day, setting)
    volume = fit_volume(days)
    profiles = fit_profiles(counts, days, setting)
    handle = fit_handle_times(contacts, below, most)
    patience = fit_patience(contacts, mapping.hazard_until_s)
    short = fit_short_share(contacts, below)
    laws = laws_of(contacts.types, handle, short.value, below, patience.pieces)
    agents = agent_table(contacts, below, most)
    staffed = derive_staffing(contacts, mapping.session_gap_s, setting.interval_s)
    days["expected"] = volume.expected
    return InboundFit(
        counts, days, service(contacts, setting.threshold_s), volume, profiles,
        fit_busyness(counts, days, volume.expected, profiles, len(volume.season) + 6), fit_mix(contacts), handle,
        patience, short, agents, fit_agent_spread(agents), staffed, laws,
        availability_of(contacts, laws, staffed, mapping), daily_series(contacts, days, volume, laws, mapping),
    )  # fmt: skip


def availability_of(
    contacts: Contacts, laws: Laws, staffed: Floats, mapping: ContactMapping
) -> Availability | None:
    """The availability factor, or None where no agent or no abandonment is recorded."""
    if not staffed.any() or contacts.answered.all() or not laws.pieces:
        return None
    level = month_levels(contacts, laws, mapping.short_below_s, mapping.handle_at_most_s)
    replayed = arrived(contacts, level, staffed, mapping.days.interval_s)
    return fit_availability(replayed, observed(contacts), contacts.week, laws, mapping.days.threshold_s)


def service(contacts: Contacts, threshold_s: float) -> Service:
    """Abandonment rate, service level and ASA of the records; errors by leaving out one week at a time."""
    answered = contacts.answered
    within = answered & (contacts.wait_s <= threshold_s)
    sums = block_sums(
        contacts.week, ~answered, within, np.where(answered, contacts.wait_s, 0.0), np.ones(len(answered))
    )
    n, n_answered = len(answered), int(answered.sum())

    def figures(s: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.stack(
                [s[..., 0] / s[..., 3], s[..., 1] / s[..., 3], s[..., 2] / (s[..., 3] - s[..., 0])], axis=-1
            )

    value, se = jackknife(sums, figures)
    sizes, units = (n, n, n_answered), ("share", "share", "s")
    return Service(
        n, *(Estimate(float(v), float(e), k, u) for v, e, k, u in zip(value, se, sizes, units, strict=True))
    )


def daily_series(
    contacts: Contacts, days: pd.DataFrame, volume: Volume, laws: Laws, mapping: ContactMapping
) -> tuple[Series, ...]:
    """Levels of volume, handle time and short contacts by day, and the changes of level in each."""
    n, below = contacts.n_days, mapping.short_below_s
    normal = days["status"].eq("normal").to_numpy()
    busy = normal & (volume.without_season >= volume.without_season[normal].mean() / 2)
    fitted = plausible(contacts, below, mapping.handle_at_most_s)
    day = contacts.day
    expected = np.bincount(day[fitted], laws.mean_s[contacts.type[fitted]], n)
    handled = np.bincount(day[fitted], contacts.handle_s[fitted], n)
    enough = normal & (np.bincount(day[fitted], minlength=n) >= _MIN_ON_DAY)
    answered = np.bincount(day[contacts.answered], minlength=n)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.stack([
            days["offered"].to_numpy(np.float64) / volume.without_season,
            handled / expected,
            np.bincount(day[contacts.answered], contacts.handle_s[contacts.answered] < below, n) / answered,
        ])  # fmt: skip
    date = pd.DatetimeIndex(days["date"])
    return (
        followed("contacts a day", "ratio to the weekday's mean", date, ratio[0], busy, mapping.shift),
        followed("handle time", "ratio to the types' mean", date, ratio[1], enough, mapping.shift),
        followed("short contacts", "share of answered", date, ratio[2], enough, mapping.shift),
    )
