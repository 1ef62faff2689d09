"""The closed forms turned round: agents that reach a target, of a pool in steady state or interval by interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np

from orm_sim.centre.erlang import Stationary, mixed
from orm_sim.centre.intervals import blended, offered_load, steady
from orm_sim.centre.plan import INTERVAL_S, Floats
from orm_sim.centre.staffing import busyness_points
from orm_sim.centre.survival import Survival

Measure = Literal["service_level", "abandonment_rate", "asa_s", "occupancy"]
"""What a target may be set on: a floor on the first, a ceiling on the others."""


@dataclass(frozen=True, slots=True)
class Target:
    """A level that staffing is to reach: at least this service level, or at most this of another measure.

    Parameters
    ----------
    measure : {"service_level", "abandonment_rate", "asa_s", "occupancy"}
        Shares of offered contacts; seconds over answered ones; busy time over staffed time.
    value : float
        Above 0; shares below 1.

    Raises
    ------
    ValueError
        When no number of agents can reach it, or every number does.
    """

    measure: Measure
    value: float

    def __post_init__(self) -> None:
        if self.measure not in get_args(Measure):
            raise ValueError(f"a target is set on {', '.join(get_args(Measure))}, not on {self.measure}")
        if self.measure == "asa_s" and not 0.0 < self.value < math.inf:
            raise ValueError(
                "asa_s must be above 0 and finite: without any wait, the number of agents has no end"
            )
        if self.measure != "asa_s" and not 0.0 < self.value < 1.0:
            raise ValueError(
                f"{self.measure} must lie between 0 and 1, the ends left out: finitely many agents reach neither"
            )

    def met(self, figure: float) -> bool:
        """Whether a figure reaches it; nan, the figure of a pool that answers nobody, does not."""
        return figure >= self.value if self.measure == "service_level" else figure <= self.value


def agents_for(
    target: Target,
    arrivals_per_s: float,
    handle_s: float,
    patience: Survival | float,
    threshold_s: float = 20.0,
) -> float:
    """Fewest agents, a fraction allowed, with which a pool in steady state reaches a target.

    Parameters
    ----------
    target : Target
    arrivals_per_s : float
        Contacts offered per second, 0 or more; nobody is needed for none.
    handle_s : float
        Mean handle time, seconds, above 0.
    patience : Survival or float
        Law of patience; a number is the mean of an exponential one, inf for contacts that never give up.
    threshold_s : float
        Threshold of the service level, seconds, 0 or more.

    Returns
    -------
    float
        A fraction is the share of time with one agent more, as in `erlang_a`. Waits of answered contacts and
        occupancy are the same for any fraction of the first agent: for them at least 1.

    Raises
    ------
    ValueError
        When a parameter is out of range, or the target is on abandonment and nobody gives up.

    Examples
    --------
    >>> agents_for(Target("occupancy", 0.8), 4 / 60, 60.0, math.inf)
    5.0
    """
    if not (0.0 <= arrivals_per_s < math.inf and 0.0 < handle_s < math.inf):
        raise ValueError("arrivals_per_s must be 0 or more, handle_s above 0, both finite")
    if arrivals_per_s == 0.0:
        return 0.0
    _refuse_endless(target, patience)
    return _fewest(
        target, np.array([arrivals_per_s]), np.ones(1), arrivals_per_s, handle_s, patience, threshold_s
    )


def agents_per_interval(
    target: Target,
    offered: Floats,
    handle: Survival,
    patience: Survival | float,
    threshold_s: float,
    *,
    interval_s: float = INTERVAL_S,
    points: int = 3,
    busyness_cv: float = 0.0,
    earlier: Floats | None = None,
) -> Floats:
    """Fewest agents of every interval of a day, a fraction allowed, with which `answer_intervals` reaches a target.

    Parameters are those of `answer_intervals`. Occupancy is the time of answered contacts over that of the agents.

    Returns
    -------
    float64[n_intervals]
        0 where nobody is offered.

    Raises
    ------
    ValueError
        As `agents_for`.
    """
    _refuse_endless(target, patience)
    factors, weights = busyness_points(busyness_cv)
    before = np.empty(0) if earlier is None else earlier
    load = offered_load(np.concatenate([before, offered]), handle, interval_s, points)[before.size :]
    shares = np.repeat(weights / points, points)
    needed = np.zeros(offered.size)
    for interval in np.flatnonzero(offered > 0.0):
        rates = np.outer(factors, load[interval]).ravel() / handle.mean_s
        mean = float(offered[interval]) / interval_s
        needed[interval] = _fewest(target, rates, shares, mean, handle.mean_s, patience, threshold_s)
    return needed


def _refuse_endless(target: Target, patience: Survival | float) -> None:
    endless = patience.never_ends == 1.0 if isinstance(patience, Survival) else patience == math.inf
    if target.measure == "abandonment_rate" and endless:
        raise ValueError("nobody gives up here, so no number of agents follows from a target on abandonment")


def _fewest(
    target: Target,
    rates: Floats,
    shares: Floats,
    mean_rate: float,
    handle_s: float,
    patience: Survival | float,
    threshold_s: float,
) -> float:
    """Fewest agents over some points in time: found between whole numbers near the load, then inside one.

    Over several points the wait of answered contacts may fall again far below the load, where the busiest points
    answer hardly anyone: the answer is the one nearest the load, above which the target stays met.
    """

    @cache
    def whole(agents: int) -> tuple[Stationary, ...]:
        return tuple(steady(rate, handle_s, patience, float(agents), threshold_s) for rate in rates.tolist())

    def met(agents: int, share: float = 0.0) -> bool:
        found: Sequence[Stationary] = whole(agents)
        if share > 0.0:
            pairs = zip(found, whole(agents + 1), strict=True)
            found = [mixed(low, high, share, agents) for low, high in pairs]
        figures = blended(np.array(found), shares)
        if target.measure != "occupancy":
            return target.met(float(figures[Stationary._fields.index(target.measure)]))
        work = mean_rate * handle_s * (1.0 - float(figures[2]))
        return agents + share > 0.0 and target.met(work / (agents + share))

    high = max(math.ceil(float(rates.max()) * handle_s), 1)
    while not met(high):
        high *= 2
    low, step = high - 1, 1
    while low > 0 and met(low):
        high, step = low, 2 * step
        low = max(high - step, 0)
    if met(low):
        return float(low)  # 0: even without agents no more than this give up
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if met(middle) else (middle, high)
    if low == 0 and target.measure in ("asa_s", "occupancy"):
        return 1.0
    return low + _share(lambda share: met(low, share))


def _share(met: Callable[[float], bool]) -> float:
    """Smallest share of time with one agent more with which a target is met; all of it is enough."""
    below, enough = 0.0, 1.0
    for _ in range(50):
        middle = (below + enough) / 2.0
        below, enough = (below, middle) if met(middle) else (middle, enough)
    return enough
