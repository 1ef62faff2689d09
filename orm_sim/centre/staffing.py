"""How many agents a target takes: the requirement by load, tabulated once, and fractions made whole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from orm_sim.centre.erlang import service_level
from orm_sim.centre.plan import Floats, Whole
from orm_sim.core.compiled import jit

_POINTS: Final = 7
_LOADS: Final = 200


def busyness_points(cv: float, points: int = _POINTS) -> tuple[Floats, Floats]:
    """Day factors and volume weights that stand for a gamma busyness of mean 1.

    Gauss points of the gamma law weighted by volume (a busy day holds more contacts, so it counts more): sums
    over them are exact for polynomials in the factor up to degree 2 * points - 1.

    Parameters
    ----------
    cv : float
        Coefficient of variation of the day factor, 0 or more; 0 gives the single factor 1.
    points : int
        Number of points.

    Returns
    -------
    factors, weights : float64[points]
        Factors ascending; weights sum to 1, and the weighted mean factor is 1 + cv**2.
    """
    if cv == 0.0:
        return np.ones(1), np.ones(1)
    shape = 1.0 / cv**2
    order = np.arange(1, points)
    jacobi = np.diag(2.0 * np.arange(points) + 1.0 + shape)
    jacobi[order, order - 1] = np.sqrt(order * (order + shape))  # eigh reads the lower triangle
    factors, vectors = np.linalg.eigh(jacobi)
    return factors / shape, vectors[0] ** 2


@dataclass(frozen=True, slots=True, eq=False)
class RequirementTable:
    """Agents required to answer a target share of offered contacts in time, by load and mean handle time.

    The share is Erlang A's (exponential patience), averaged over the busyness of days weighted by volume:
    staffing is set before anyone knows how busy the day will be. Build it with `RequirementTable.build`.

    Attributes
    ----------
    handle_s : float64[n_handle]
        Mean handle times tabulated, ascending.
    root_step : float
        Distance of the tabulated loads on the scale of their square roots, so that small loads lie dense.
    required : float64[n_handle, n_loads]
        Fractional agents at load (i * root_step)**2, never falling with the load.
    """

    handle_s: Floats
    root_step: float
    required: Floats

    @classmethod
    def build(
        cls,
        handle_s: float | Sequence[float],
        patience_s: float,
        threshold_s: float,
        target: float,
        busyness_cv: float,
        highest_load: float = 300.0,
    ) -> RequirementTable:
        """Tabulate the requirement: 10 to 50 ms for each handle time.

        Parameters
        ----------
        handle_s : float or sequence of float
            Mean handle times to tabulate, seconds, ascending. Between them the table interpolates; the
            requirement at a given load hardly depends on them, so that 3 to 5 cover a wide range.
        patience_s : float
            Mean patience, seconds, inf allowed.
        threshold_s : float
            Threshold of the service level, seconds.
        target : float
            Share of offered contacts to be answered within the threshold, above 0 and below 1.
        busyness_cv : float
            Coefficient of variation of the (gamma) day factor, 0 or more.
        highest_load : float
            Largest load tabulated, erlangs; beyond it the last slope goes on.

        Raises
        ------
        ValueError
            When a parameter is out of range.
        """
        handles = np.atleast_1d(np.asarray(handle_s, np.float64))
        if not (
            handles.size and handles[0] > 0.0 and handles[-1] < math.inf and np.all(np.diff(handles) > 0)
        ):
            raise ValueError("handle_s must be ascending and above 0")
        if not (0.0 < target < 1.0 and patience_s > 0.0 and 0.0 <= threshold_s < math.inf):
            raise ValueError("target must lie between 0 and 1, patience_s above 0, threshold_s 0 or more")
        if not (0.0 <= busyness_cv < math.inf and 0.0 < highest_load < math.inf):
            raise ValueError("busyness_cv must be 0 or more, highest_load above 0")
        factors, weights = busyness_points(busyness_cv)
        root_step = math.sqrt(highest_load) / _LOADS
        rows = [
            _tabulate(root_step, handle, patience_s, threshold_s, target, factors, weights)
            for handle in handles.tolist()
        ]
        return cls(handles, root_step, np.stack(rows))

    def agents(self, load: Floats, handle_s: float | None = None) -> Floats:
        """Fractional agents required at each load; 0 where the load is 0.

        Parameters
        ----------
        load : float64[n]
            Offered load of each interval on a day of busyness 1, erlangs, 0 or more.
        handle_s : float or None
            Mean handle time, seconds, within the tabulated range; None for a table of a single one.

        Raises
        ------
        ValueError
            When the handle time is outside the table.
        """
        if handle_s is None and self.handle_s.size == 1:
            return interpolate(self.required[0], self.root_step, load)
        if handle_s is None or not self.handle_s[0] <= handle_s <= self.handle_s[-1]:
            low, high = self.handle_s[0], self.handle_s[-1]
            raise ValueError(f"handle_s is {handle_s}; the table holds {low:g} to {high:g} s")
        row = max(int(np.searchsorted(self.handle_s, handle_s)), 1) - 1
        below = interpolate(self.required[row], self.root_step, load)
        if handle_s == self.handle_s[row]:
            return below
        above = interpolate(self.required[row + 1], self.root_step, load)
        share = (handle_s - self.handle_s[row]) / (self.handle_s[row + 1] - self.handle_s[row])
        return below + (above - below) * float(share)


@jit
def agents_required(
    load: float,
    handle_s: float,
    patience_s: float,
    threshold_s: float,
    target: float,
    factors: Floats,
    weights: Floats,
    at_least: int = 0,
) -> float:
    """Fractional agents for one load: between whole numbers the share answered in time is linear (compiled).

    Parameters are those of `RequirementTable.build` for one load (erlangs), with the points of
    `busyness_points`; `at_least` is a whole number of agents known not to reach the target, or 0.
    """
    if load <= 0.0:
        return 0.0
    agents, below = at_least, 0.0
    while True:
        reached = 0.0
        for point in range(factors.size):
            rate = load * factors[point] / handle_s
            reached += weights[point] * service_level(rate, handle_s, patience_s, agents, threshold_s)
        if reached >= target:
            return agents - 1 + (target - below) / (reached - below)
        agents, below = agents + 1, reached


@jit
def interpolate(required: Floats, root_step: float, load: Floats) -> Floats:
    """Agents at each load (erlangs) from one row of a `RequirementTable` (compiled, for compiled callers)."""
    last = required.size - 1
    top = (last * root_step) ** 2
    slope = (required[last] - required[last - 1]) / (top - ((last - 1) * root_step) ** 2)
    agents = np.zeros(load.size)
    for i in range(load.size):
        if load[i] >= top:
            agents[i] = required[last] + slope * (load[i] - top)
        elif load[i] > 0.0:
            place = math.sqrt(load[i]) / root_step
            left = min(int(place), last - 1)
            agents[i] = required[left] + (required[left + 1] - required[left]) * (place - left)
    return agents


@jit
def whole_agents(fractional: Floats) -> Whole:
    """Whole agents for each interval by error diffusion: what rounding took from one is owed to the next.

    Parameters
    ----------
    fractional : float64[n_intervals]
        Agents required, 0 or more.

    Returns
    -------
    int64[n_intervals]
        Every running total is within 1/2 of that of `fractional`; zero stays zero.

    Examples
    --------
    >>> whole_agents(np.array([0.0, 2.5, 2.5, 2.5, 2.5, 0.0])).tolist()
    [0, 3, 2, 3, 2, 0]
    """
    whole = np.zeros(fractional.size, np.int64)
    owed = 0.0
    for i in range(fractional.size):
        if fractional[i] > 0.0:
            owed += fractional[i]
            whole[i] = math.floor(owed + 0.5)
            owed -= whole[i]
    return whole


@jit
def _tabulate(
    root_step: float,
    handle_s: float,
    patience_s: float,
    threshold_s: float,
    target: float,
    factors: Floats,
    weights: Floats,
) -> Floats:
    """Requirement at the loads (i * root_step)**2; the place of load 0 holds the limit of small loads."""
    required = np.empty(_LOADS + 1)
    required[0] = agents_required(1e-9, handle_s, patience_s, threshold_s, target, factors, weights, 0)
    for i in range(1, _LOADS + 1):
        load = (i * root_step) ** 2
        short = max(int(required[i - 1]) - 1, 0)
        agents = agents_required(load, handle_s, patience_s, threshold_s, target, factors, weights, short)
        required[i] = max(agents, required[i - 1])
    return required
