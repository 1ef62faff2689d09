"""Shifts never follow the requirement: how many hours on duty a target takes, and where they fall in the week."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from orm_sim.centre.erlang import service_level
from orm_sim.centre.plan import Floats
from orm_sim.centre.staffing import RequirementTable, busyness_points
from orm_sim.core.compiled import jit

_SCALES = (1.0, 3.0, 8.0, 20.0, 50.0, 120.0)
_HALVINGS = 9


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """Hours on duty for each hour required, by the size of the pool.

    A share `efficiency` of the hours on duty follows the requirement; the rest lies flat over each day's open hours.
    Quiet hours are then overstaffed and busy ones short, so that the target takes more hours than the requirement,
    fewer than requirement / efficiency. The factor is where the week's expected service level meets the target.

    Attributes
    ----------
    efficiency
        Share of hours on duty that follows the requirement.
    mean_load
        float64[n], erlangs on average over open intervals, ascending.
    factor
        float64[n], hours on duty over hours required.
    """

    efficiency: float
    mean_load: Floats
    factor: Floats

    @classmethod
    def build(
        cls, table: RequirementTable, week: Floats, efficiency: float, handle_s: float, patience_s: float,
        threshold_s: float, target: float, busyness_cv: float,
    ) -> Schedule:  # fmt: skip
        """Solve the factor for pools of several sizes.

        Parameters
        ----------
        week
            float64[7, n_intervals], share of the week's contacts in each interval.
        efficiency, handle_s, patience_s, threshold_s, target, busyness_cv
            As for `RequirementTable.build`.
        """
        factors, weights = busyness_points(busyness_cv, 5)
        open_intervals = np.count_nonzero(week)
        found = []
        for scale in _SCALES:
            load = week / week.sum() * open_intervals * scale
            required = table.agents(load.ravel()).reshape(load.shape)
            low, high = 0.9, 1.0 / efficiency + 0.1
            for _ in range(_HALVINGS):
                middle = (low + high) / 2.0
                agents = spread(required, efficiency) * middle
                reached = _expected(load, agents, handle_s, patience_s, threshold_s, factors, weights)
                low, high = (middle, high) if reached < target else (low, middle)
            found.append((low + high) / 2.0)
        return cls(efficiency, np.array(_SCALES), np.array(found))

    def hours_factor(self, load: Floats) -> float:
        """Hours on duty for each hour required, for a week's loads in erlangs."""
        busy = load[load > 0.0]
        if busy.size == 0:
            return 1.0
        return float(np.interp(math.log(float(busy.mean())), np.log(self.mean_load), self.factor))


def spread(required: Floats, efficiency: float) -> Floats:
    """Agents on duty in each interval when only a share of the required hours follows the requirement.

    float64[n_days, n_intervals], the same sum as `required` on each day.
    """
    is_open = required > 0.0
    flat = required.sum(axis=1, keepdims=True) / np.maximum(is_open.sum(axis=1, keepdims=True), 1)
    return np.asarray(efficiency * required + (1.0 - efficiency) * flat * is_open)


@jit
def _expected(
    load: Floats,
    agents: Floats,
    handle_s: float,
    patience_s: float,
    threshold_s: float,
    factors: Floats,
    weights: Floats,
) -> float:
    """Share of the week's contacts answered within the threshold, fractional agents mixed, busyness averaged."""
    reached = total = 0.0
    for day in range(load.shape[0]):
        for i in range(load.shape[1]):
            if load[day, i] <= 0.0:
                continue
            whole = int(agents[day, i])
            part = agents[day, i] - whole
            share = 0.0
            for point in range(factors.size):
                rate = load[day, i] * factors[point] / handle_s
                level = (1.0 - part) * service_level(rate, handle_s, patience_s, whole, threshold_s)
                level += part * service_level(rate, handle_s, patience_s, whole + 1, threshold_s)
                share += weights[point] * level
            reached += load[day, i] * share
            total += load[day, i]
    return reached / total
