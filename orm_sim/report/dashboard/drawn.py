"""Drawn: the uncertain inputs of many draws as arrays, the same draws that replications are lived with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.units import DAYS_PER_YEAR
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.draws import draw_inputs, with_inputs

Floats = NDArray[np.float64]

N_DRAWS: Final = 256
"""Draws behind an estimate: enough for the tail that ranks options."""

REACHED: Final = (
    "programme.inbound.path.",
    "programme.outbound.",
    "client.sale",
    "client.loss_per_",
    "client.value_per_resolved",
    "vendor.workforce.wage_growth_per_year",
    "vendor.workforce.attrition_per_year",
    "vendor.offshore.",
)
"""How the paths of the inputs begin whose draws the estimate can follow; others stay at their typical value."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The draws of one situation, typical values in `scenario`, drawn ones in `draws`, draw r that of replication r."""

    scenario: Scenario
    draws: tuple[Scenario, ...]

    @classmethod
    def of(cls, scenario: Scenario, values: Sequence[dict[str, float]]) -> Drawn:
        """The situation under each of the draws."""
        return cls(scenario, tuple(with_inputs(scenario, each) for each in values))

    def each(self, what: Callable[[Scenario], float]) -> Floats:
        """A figure of every draw, float64[n_draws]."""
        return np.array([what(each) for each in self.draws])

    def ratio(self, what: Callable[[Scenario], float]) -> Floats:
        """A figure of every draw over its typical value, float64[n_draws]; 1 where that is 0."""
        typical = what(self.scenario)
        return self.each(what) / typical if typical else np.ones(len(self.draws))

    def grown(self, what: Callable[[Scenario], float], years: Floats) -> Floats:
        """Growth by a yearly rate against the typical rate's, float64[n_years, n_draws]."""
        yearly = (1.0 + self.each(what)) / (1.0 + what(self.scenario))
        return np.asarray(yearly[None, :] ** years[:, None])


def drawn_values(base: Scenario, seed: int) -> tuple[dict[str, float], ...]:
    """The uncertain inputs of each draw by path: those of the first replications of a run."""
    return tuple(draw_inputs(base, seed, replication) for replication in range(N_DRAWS))


def out_of_reach(values: Sequence[dict[str, float]]) -> list[str]:
    """Paths that vary in a run and not in the estimate."""
    return [path for path in (values[0] if values else {}) if not path.startswith(REACHED)]


def years_of(days: Sequence[int]) -> Floats:
    """Days since contract start in years."""
    return np.asarray(days, dtype=np.float64) / DAYS_PER_YEAR
