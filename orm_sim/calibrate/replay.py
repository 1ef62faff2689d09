"""Observed arrivals through the simulator, with handle times and patience drawn from fitted laws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orm_sim.calibrate.contacts import DAY_S, Contacts
from orm_sim.calibrate.handle_time import HandleTime, plausible
from orm_sim.calibrate.patience import HazardPiece
from orm_sim.calibrate.staffing import whole_agents
from orm_sim.centre import kernel
from orm_sim.centre.outcome import ABANDONED, ANSWERED
from orm_sim.centre.plan import DayPlan
from orm_sim.core.streams import key, normals, uniforms

Floats = NDArray[np.float64]
SEED = 1999
"""Seed of the draws; the figures depend on it far less than on their standard errors."""


@dataclass(frozen=True, slots=True)
class Laws:
    """What a contact is drawn from.

    Attributes
    ----------
    mean_s, log_sd : float64[n_types]
        Mean handle time by type, and the standard deviation of its logarithm.
    short_share, short_below_s : float
        Share of contacts that end within `short_below_s` seconds, evenly spread from 1 s.
    pieces : tuple of HazardPiece
        Hazard of giving up.
    """

    mean_s: Floats
    log_sd: Floats
    short_share: float
    short_below_s: float
    pieces: tuple[HazardPiece, ...]


@dataclass(frozen=True, slots=True)
class Arrived:
    """Contacts to be replayed.

    Attributes
    ----------
    at_s : float64[n]
        Moment of asking for an agent, ascending.
    type : int64[n]
        Index of the type.
    level : float64[n]
        Factor on the mean handle time: handle-time levels are inputs, month by month.
    staffed : float64[n_intervals]
        Agents in each interval from the same midnight.
    interval_s : int
        Length of an interval.
    """

    at_s: Floats
    type: NDArray[np.int64]
    level: Floats
    staffed: Floats
    interval_s: int


@dataclass(frozen=True, slots=True)
class Waits:
    """Fate of contacts: answered or abandoned, and after how long; contacts left undecided at the end are neither."""

    answered: NDArray[np.bool_]
    abandoned: NDArray[np.bool_]
    wait_s: Floats


def laws_of(
    types: tuple[str, ...],
    fitted: dict[str, HandleTime],
    short: float,
    below_s: float,
    pieces: tuple[HazardPiece, ...],
) -> Laws:
    """The laws that fits stand for; a type too rare to fit takes those of all types."""
    chosen = [fitted.get(name, fitted["all"]) for name in types]
    return Laws(
        np.array([each.mean.value for each in chosen]), np.array([each.log_sd.value for each in chosen]),
        short, below_s, pieces,
    )  # fmt: skip


def month_levels(contacts: Contacts, laws: Laws, short_below_s: float, at_most_s: float) -> Floats:
    """Handle-time level of each contact's month: observed mean over what its mix of types expects, float64[n]."""
    chosen = plausible(contacts, short_below_s, at_most_s)
    month = contacts.month - contacts.month.min()
    seen = np.bincount(month[chosen], contacts.handle_s[chosen], month.max() + 1)
    expected = np.bincount(month[chosen], laws.mean_s[contacts.type[chosen]], month.max() + 1)
    level: Floats = np.divide(seen, expected, out=np.ones(len(seen)), where=expected > 0)
    return np.asarray(level[month])


def observed(contacts: Contacts) -> Waits:
    """What the records say became of the contacts."""
    return Waits(contacts.answered, ~contacts.answered, contacts.wait_s)


def arrived(contacts: Contacts, level: Floats, staffed: Floats, interval_s: int) -> Arrived:
    """The contacts of the records, with the staffing they are to meet."""
    return Arrived(contacts.at_s, contacts.type, level, staffed, interval_s)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Handle time and patience of each contact in one simulated history, seconds."""

    handle_s: Floats
    patience_s: Floats


def draw(contacts: Arrived, laws: Laws, number: int) -> Drawn:
    """Handle times and patience; the same number always gives the same."""
    return Drawn(_handle_times(contacts, laws, number), _patience(len(contacts.at_s), laws.pieces, number))


def replay(contacts: Arrived, drawn: Drawn, availability: float, threshold_s: float) -> Waits:
    """One simulated history of the observed arrivals under derived staffing × availability.

    Parameters
    ----------
    contacts : Arrived
        Arrivals and staffing.
    drawn : Drawn
        Their handle times and patience.
    availability : float
        Factor on the staffing; fractions become whole agents by carrying the rest to the next interval.
    threshold_s : float
        Of the service level.
    """
    staffed = whole_agents(contacts.staffed * availability)
    plan = DayPlan(
        arrival_s=contacts.at_s,
        handle_s=drawn.handle_s,
        patience_s=drawn.patience_s,
        staffed=staffed,
        threshold_s=threshold_s,
        interval_s=float(contacts.interval_s),
        end_s=max(len(staffed) * float(contacts.interval_s), float(contacts.at_s[-1]) + 1.0) + DAY_S,
    )
    outcome = kernel.run(plan)
    n = len(contacts.at_s)
    answered, abandoned, wait = np.zeros(n, bool), np.zeros(n, bool), np.zeros(n)
    answered[outcome.ref] = outcome.state == ANSWERED
    abandoned[outcome.ref] = outcome.state == ABANDONED
    wait[outcome.ref] = outcome.wait_s
    return Waits(answered, abandoned, wait)


def _handle_times(contacts: Arrived, laws: Laws, number: int) -> Floats:
    """Lognormal with the type's mean times the month's level, and the short ones."""
    n = len(contacts.at_s)
    sd = laws.log_sd[contacts.type]
    mean = laws.mean_s[contacts.type] * contacts.level
    length = mean * np.exp(sd * normals(key(SEED, number, "calibrate", "handle_time"), n) - sd**2 / 2)
    u = uniforms(key(SEED, number, "calibrate", "short"), n)
    if laws.short_share > 0:
        short = 1.0 + (laws.short_below_s - 1.0) * u / laws.short_share
        length = np.where(u < laws.short_share, short, length)
    return np.asarray(length, np.float64)


def _patience(n: int, pieces: tuple[HazardPiece, ...], number: int) -> Floats:
    """Times at which the cumulative hazard reaches an exponential draw."""
    if not pieces:
        return np.full(n, np.inf)
    target = -np.log(uniforms(key(SEED, number, "calibrate", "patience"), n))
    starts = np.array([0.0, *(piece.until_s for piece in pieces[:-1])])
    rates = np.array([piece.per_s.value for piece in pieces])
    upto = np.r_[0.0, np.cumsum(rates[:-1] * np.diff(starts))]
    at = np.searchsorted(upto, target, side="right") - 1
    with np.errstate(divide="ignore"):
        return np.asarray(
            np.where(rates[at] > 0, starts[at] + (target - upto[at]) / rates[at], np.inf), np.float64
        )


def service_figures(
    waits: Waits, chosen: NDArray[np.bool_], threshold_s: float
) -> tuple[float, float, float]:
    """Abandonment rate, service level and ASA (s) of some contacts; nan where there are none."""
    offered = int(chosen.sum())
    answered = waits.answered & chosen
    if not offered:
        return np.nan, np.nan, np.nan
    within = answered & (waits.wait_s <= threshold_s)
    asa = float(waits.wait_s[answered].mean()) if answered.any() else np.nan
    return float((waits.abandoned & chosen).sum() / offered), float(within.sum() / offered), asa
