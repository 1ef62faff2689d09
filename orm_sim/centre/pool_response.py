"""How a pool answers to hours on duty: response tables of single intervals, added up over a week's roster."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from orm_sim.centre.plan import Floats
from orm_sim.centre.response import ResponseTable
from orm_sim.centre.schedule import Schedule, spread
from orm_sim.centre.staffing import RequirementTable, busyness_points
from orm_sim.core.compiled import jit

COVERAGES: Final = (0.30, 0.45, 0.55, *(0.60 + 0.05 * k for k in range(17)), 1.6, 1.9)
"""Hours on duty over hours required for the service that is asked for."""

_LOADS: Final = 9


@dataclass(frozen=True, slots=True, eq=False)
class PoolResponse:
    """Service level and abandonment over a week by coverage, offered load and handle time. Build it with `build`.

    Attributes
    ----------
    coverage : float64[n_coverages]
        Hours on duty over hours required, ascending.
    load : float64[n_loads]
        Hours of handle time offered in a week, ascending.
    handle_s : float64[n_handles]
        Mean handle times, s, ascending.
    values : float64[2, n_coverages, n_loads, n_handles]
        Service level and abandonment rate.
    """

    coverage: Floats
    load: Floats
    handle_s: Floats
    values: Floats

    @classmethod
    def build(
        cls,
        table: ResponseTable,
        required: RequirementTable,
        week: Floats,
        schedule: Schedule,
        busyness_cv: float,
        largest_load: float,
    ) -> PoolResponse:
        """Add up the intervals of a week at several coverages and loads: about 50 ms.

        Parameters
        ----------
        table : ResponseTable
            Of single intervals, from the kernel.
        required : RequirementTable
            Agents that the service asked for takes, by load: coverage 1 is what its week adds up to, shifts included.
        week : float64[n_days, n_intervals]
            Share of the week's contacts in each interval.
        schedule : Schedule
            How shifts follow the requirement, and the hours that it takes.
        busyness_cv : float
            Coefficient of variation of the busyness of days.
        largest_load : float
            Largest load tabulated, hours of handle time a week; the smallest is a fiftieth of it.
        """
        loads = np.geomspace(largest_load / 50.0, largest_load, _LOADS)
        coverage = np.array(COVERAGES)
        factors, weights = busyness_points(busyness_cv, 3)
        values = np.empty((2, coverage.size, loads.size, table.handle_s.size))
        hours = 24.0 / week.shape[1]
        for k, load in enumerate(loads.tolist()):
            offered = week / week.sum() * (load / hours)
            curve = spread(required.agents(offered.ravel()).reshape(offered.shape), schedule.efficiency)
            is_open = offered > 0.0
            agents, erlangs = curve[is_open] * schedule.hours_factor(offered), offered[is_open]
            for h, handle_s in enumerate(table.handle_s.tolist()):
                values[:, :, k, h] = _over_week(table, coverage, agents, erlangs, handle_s, factors, weights)
        return cls(coverage, loads, table.handle_s, values)

    def answer(self, coverage: Floats, load: Floats, handle_s: Floats) -> tuple[Floats, Floats]:
        """Service level and abandonment rate: linear in coverage and in the logarithms of load and handle time.

        Parameters
        ----------
        coverage, load, handle_s : float64, of one shape
            Beyond the table its edge holds; at no coverage nobody is answered.
        """
        points = [
            np.ascontiguousarray(each, np.float64).ravel()
            for each in np.broadcast_arrays(coverage, load, handle_s)
        ]
        level, gone = np.empty(points[0].size), np.empty(points[0].size)
        _look_up(
            self.coverage, np.log(self.load), np.log(self.handle_s), self.values,
            points[0], points[1], points[2], level, gone,
        )  # fmt: skip
        shape = np.shape(coverage)
        return level.reshape(shape), gone.reshape(shape)


def _over_week(
    table: ResponseTable,
    coverage: Floats,
    agents: Floats,
    erlangs: Floats,
    handle_s: float,
    factors: Floats,
    weights: Floats,
) -> Floats:
    """Service level and abandonment of a week, volume-weighted over intervals and busyness: float64[2, n_coverages]."""
    total = np.zeros((2, coverage.size))
    for factor, weight in zip(factors.tolist(), weights.tolist(), strict=True):
        load = erlangs * factor
        ratio = coverage[:, None] * (agents / load)
        inside = np.clip(load, table.load[0], table.load[-1])
        found = table.answer(
            np.clip(ratio, table.ratio[0], table.ratio[-1]),
            np.full(ratio.shape, handle_s),
            inside + np.zeros(ratio.shape),
        )
        scarce = np.minimum(
            ratio / table.ratio[0], 1.0
        )  # under the table's first ratio, as much less as there are fewer
        share = erlangs / erlangs.sum() * weight
        total[0] += (found.service_level * scarce * share).sum(axis=1)
        total[1] += ((1.0 - (1.0 - found.abandonment_rate) * scarce) * share).sum(axis=1)
    return np.asarray(total / weights.sum())


@jit
def _look_up(
    coverages: Floats,
    log_loads: Floats,
    log_handles: Floats,
    values: Floats,
    coverage: Floats,
    load: Floats,
    handle_s: Floats,
    level: Floats,
    gone: Floats,
) -> None:
    """Trilinear interpolation at each point."""
    for i in range(coverage.size):
        scarce = min(coverage[i] / coverages[0], 1.0)
        a, p = _place(coverages, coverage[i])
        b, q = _place(log_loads, math.log(max(load[i], 1e-9)))
        c, r = _place(log_handles, math.log(max(handle_s[i], 1e-9)))
        reached = lost = 0.0
        for corner in range(8):
            x, y, z = corner & 1, corner >> 1 & 1, corner >> 2
            weight = (p if x else 1.0 - p) * (q if y else 1.0 - q) * (r if z else 1.0 - r)
            if weight > 0.0:
                reached += weight * values[0, a + x, b + y, c + z]
                lost += weight * values[1, a + x, b + y, c + z]
        level[i] = reached * scarce
        gone[i] = 1.0 - (1.0 - lost) * scarce


@jit
def _place(axis: Floats, at: float) -> tuple[int, float]:
    """Node to the left of a point, and how far on to the next it lies, 0 to 1; the edges hold beyond them."""
    if axis.size == 1 or at <= axis[0]:
        return 0, 0.0
    left = min(int(np.searchsorted(axis, at, side="right")) - 1, axis.size - 2)
    return left, min((at - axis[left]) / (axis[left + 1] - axis[left]), 1.0)
