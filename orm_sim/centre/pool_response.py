"""How a pool answers to hours on duty: response tables of single intervals, added up over a week's roster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from orm_sim.centre.plan import Floats
from orm_sim.centre.response import ResponseTable
from orm_sim.centre.schedule import Schedule, spread
from orm_sim.centre.staffing import RequirementTable, busyness_points
from orm_sim.core.compiled import jit, jit_inline
from orm_sim.core.functions import log

COVERAGES: Final = tuple(0.30 + 0.05 * k for k in range(33))
"""Hours on duty over hours required for the service that is asked for, at even steps."""

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
        _look_up(even(self), points[0], points[1], points[2], level, gone)
        shape = np.shape(coverage)
        return level.reshape(shape), gone.reshape(shape)


class EvenTable(NamedTuple):
    """A `PoolResponse` as compiled code reads it, without a search: first nodes, nodes a unit, and the values.

    ``values`` float64[n_coverages, n_loads, n_handles, 2]; loads and handle times go by their logarithms.
    """

    coverage: float
    per_coverage: float
    log_load: float
    per_load: float
    log_handle: float
    per_handle: float
    values: Floats


def even(table: PoolResponse) -> EvenTable:
    """The table by its steps.

    Raises
    ------
    ValueError
        When nodes do not lie at even steps, of logarithms for loads and handle times.
    """
    (first, per_unit), (load, per_load), (handle, per_handle) = (
        _steps(axis) for axis in (table.coverage, np.log(table.load), np.log(table.handle_s))
    )
    values = np.ascontiguousarray(np.moveaxis(table.values, 0, -1))
    return EvenTable(first, per_unit, load, per_load, handle, per_handle, values)


def _steps(axis: Floats) -> tuple[float, float]:
    """First node and nodes a unit; none where there is one node."""
    steps = np.diff(axis)
    if steps.size and not np.allclose(steps, steps[0]):
        raise ValueError("coverages must be even, and loads and handle times even in their logarithms")
    return float(axis[0]), (axis.size - 1) / float(axis[-1] - axis[0]) if steps.size else 0.0


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
    table: EvenTable, coverage: Floats, load: Floats, handle_s: Floats, level: Floats, gone: Floats
) -> None:
    """The answer at each point."""
    for i in range(coverage.size):
        of_load, of_handle = log(max(load[i], 1e-9)), log(max(handle_s[i], 1e-9))
        level[i], gone[i] = answer_at(table, coverage[i], of_load, of_handle)


@jit_inline
def answer_at(table: EvenTable, coverage: float, log_load: float, log_handle: float) -> tuple[float, float]:
    """Service level and abandonment rate at one point (compiled), trilinear; see `PoolResponse.answer`."""
    values = table.values
    scarce = min(coverage / table.coverage, 1.0)
    a, a1, p = _place(table.coverage, table.per_coverage, values.shape[0], coverage)
    b, b1, q = _place(table.log_load, table.per_load, values.shape[1], log_load)
    c, c1, r = _place(table.log_handle, table.per_handle, values.shape[2], log_handle)
    weights = (1.0 - q) * (1.0 - r), (1.0 - q) * r, q * (1.0 - r), q * r
    corners = (b, c), (b, c1), (b1, c), (b1, c1)
    level = gone = 0.0
    for weight, (y, z) in zip(weights, corners):  # noqa: B905 - compiled code knows no strict
        level += weight * (values[a, y, z, 0] * (1.0 - p) + values[a1, y, z, 0] * p)
        gone += weight * (values[a, y, z, 1] * (1.0 - p) + values[a1, y, z, 1] * p)
    return level * scarce, 1.0 - (1.0 - gone) * scarce


@jit_inline
def _place(first: float, per_unit: float, size: int, at: float) -> tuple[int, int, float]:
    """Nodes to either side of a point, and how far it lies between them, 0 to 1; the edges hold beyond them."""
    place = min(max((at - first) * per_unit, 0.0), size - 1.0)
    left = int(place)
    return left, min(left + 1, size - 1), place - left
