"""A day of a single pool in closed form: modified offered load at a few points inside every interval.

The load at t is the mean number in service with endlessly many agents, m(t) = ∫ λ(t - u) P(handle time > u) du
(Eick, Massey and Whitt 1993), from an empty start. The pool is then taken to be in steady state at the rate
m(t) / E[handle time], which lags the arrivals as a real pool does (Jennings, Mandelbaum, Massey and Whitt 1996).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from orm_sim.centre.erlang import Stationary, erlang_a
from orm_sim.centre.general_patience import general_patience
from orm_sim.centre.plan import INTERVAL_S, Floats
from orm_sim.centre.staffing import busyness_points
from orm_sim.centre.survival import Survival

_POINTS: Final = 3


class IntervalAnswer(NamedTuple):
    """Expected figures of each interval; all float64[n_intervals]. Shares are of offered contacts.

    ``offered``: expected contacts · ``service_level``, ``abandonment_rate``, ``wait_probability`` · ``mean_wait_s``
    over offered · ``asa_s`` over answered, nan where none is · ``occupancy``, nan without agents.
    """

    offered: Floats
    wait_probability: Floats
    service_level: Floats
    abandonment_rate: Floats
    mean_wait_s: Floats
    asa_s: Floats
    occupancy: Floats

    def over_the_day(self) -> Stationary:
        """The same shares over all contacts of the day; occupancy is that of a mean contact. nan without contacts."""
        weight = self.offered / self.offered.sum() if self.offered.sum() > 0.0 else self.offered * math.nan
        some = self.offered > 0.0
        means = [float(weight[some] @ row[some]) for row in self[1:5]]
        answered = self.offered * (1.0 - self.abandonment_rate)
        got = some & (answered > 0.0)
        asa_s = float(answered[got] @ self.asa_s[got] / answered[got].sum()) if got.any() else math.nan
        staffed = some & np.isfinite(self.occupancy)
        occupancy = (
            float(weight[staffed] @ self.occupancy[staffed] / weight[staffed].sum())
            if staffed.any()
            else math.nan
        )
        return Stationary(means[0], means[1], means[2], means[3], asa_s, occupancy)


def offered_load(
    offered: Floats, handle: Survival, interval_s: float = INTERVAL_S, points: int = _POINTS
) -> Floats:
    """Mean number in service with endlessly many agents, empty at the start: float64[n_intervals, points].

    Parameters
    ----------
    offered : float64[n_intervals]
        Expected contacts of each interval, spread evenly over it.
    handle : Survival
        Law of the handle time.
    interval_s : float
        Length of an interval, seconds.
    points : int
        Moments inside each interval, each in the middle of an equal part.
    """
    n = offered.size
    begin = np.arange(n) * interval_s
    moments = (begin[:, None] + (np.arange(points) + 0.5) * interval_s / points).ravel()
    since_begin = np.maximum(moments[:, None] - begin, 0.0)
    since_end = np.maximum(moments[:, None] - begin - interval_s, 0.0)
    in_service = handle.lasted_s(since_begin) - handle.lasted_s(since_end)
    return np.asarray(in_service @ (offered / interval_s)).reshape(n, points)


def answer_intervals(
    offered: Floats,
    handle: Survival,
    patience: Survival | float,
    agents: Floats,
    threshold_s: float,
    *,
    interval_s: float = INTERVAL_S,
    points: int = _POINTS,
    busyness_cv: float = 0.0,
    earlier: Floats | None = None,
) -> IntervalAnswer:
    """Expected figures of every interval of a day.

    Parameters
    ----------
    offered : float64[n_intervals]
        Expected contacts of each interval on a day of busyness 1.
    handle : Survival
        Law of the handle time; beyond the load, only its mean counts.
    patience : Survival or float
        Law of patience; a number is the mean of an exponential one, seconds.
    agents : float64[n_intervals]
        Agents staffed; a fraction is the share of time with one more.
    threshold_s : float
        Threshold of the service level, seconds.
    interval_s, points : float, int
        See `offered_load`.
    busyness_cv : float
        Coefficient of variation of a gamma factor on the whole day, unknown to the planner; 0 for none.
    earlier : float64[n] or None
        Contacts of the intervals just before, whose handling reaches into this day; None begins empty.

    Raises
    ------
    ValueError
        When lengths differ or a figure is out of range.

    Notes
    -----
    Left out: what a queue carries from an interval into the next beyond the load itself, and the start of a
    contact with an agent who leaves. Measured against the kernel in tests and in `orm-sim verify`.
    """
    if offered.shape != agents.shape or offered.ndim != 1:
        raise ValueError("offered and agents must have one value for each interval")
    if not (np.all(offered >= 0.0) and np.all(np.isfinite(offered)) and 0.0 < handle.mean_s < math.inf):
        raise ValueError("offered must be 0 or more, and the mean handle time above 0")
    factors, weights = busyness_points(busyness_cv)
    before = np.empty(0) if earlier is None else earlier
    load = offered_load(np.concatenate([before, offered]), handle, interval_s, points)[before.size :]
    rows = np.zeros((offered.size, 6))
    for interval in np.flatnonzero(offered > 0.0):
        found, shares = [], []
        for factor, weight in zip(factors.tolist(), weights.tolist(), strict=True):
            for erlangs in load[interval].tolist():
                rate = erlangs * factor / handle.mean_s
                found.append(steady(rate, handle.mean_s, patience, float(agents[interval]), threshold_s))
                shares.append(weight / points)
        rows[interval] = blended(np.array(found), np.array(shares))
    return IntervalAnswer(offered, *rows.T)


def steady(
    rate: float, handle_s: float, patience: Survival | float, agents: float, threshold_s: float
) -> Stationary:
    """Long-run figures of a pool; patience is a law, or the mean of an exponential one, seconds."""
    if isinstance(patience, Survival):
        return general_patience(rate, handle_s, patience, agents, threshold_s)
    return erlang_a(rate, handle_s, patience, agents, threshold_s)


def blended(found: Floats, shares: Floats) -> Floats:
    """Means over points weighted by contacts; asa by those answered among them."""
    row = shares @ found
    answered = shares * (1.0 - found[:, 2])
    got = answered > 0.0
    row[4] = answered[got] @ found[got, 4] / answered[got].sum() if got.any() else math.nan
    return np.asarray(row)
