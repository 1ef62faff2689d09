"""Replications of several vendors that react, each with what it is compared with; free rates are solved before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from orm_sim.centre import engine as engine_of
from orm_sim.centre.replicate import Replications
from orm_sim.scenario.firms import Firms
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.draws import draw_inputs, with_inputs
from orm_sim.simulation.pricing import Metered, ReferenceJob, at_rate, free_options, solve_rates
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.vendors.firm_figures import firm_figures
from orm_sim.simulation.vendors.together import live_firms, setting_for
from orm_sim.simulation.world import simulate


@dataclass(frozen=True, slots=True)
class FirmsJob:
    """What a worker needs to live a replication of several vendors; picklable.

    Attributes
    ----------
    firms : Firms
        Priced.
    seed : int
        Root of every stream.
    engine : str
        Name of the centre engine.
    """

    firms: Firms
    seed: int
    engine: str = "kernel"

    def __call__(self, replication: int) -> dict[str, float]:
        """Figures of one replication: the vendors together, each alone, and nobody, on the same callers."""
        run = engine_of(self.engine)
        scenarios = {
            name: with_inputs(each, draw_inputs(each, self.seed, replication))
            for name, each in self.firms.scenarios.items()
        }
        names = tuple(scenarios)
        first, believed = scenarios[names[0]], self.firms.scenarios[names[0]].programme
        cv = first.evaluation.forecast_cv
        setting = make_setting(first.programme, cv, self.seed, replication, believed)
        zero = simulate(first.model_copy(update={"contract": None}), setting, run)
        alone = {name: simulate(scenarios[name], setting_for(setting, names, name), run) for name in names}
        lived = live_firms(self.firms.terms, scenarios, setting, run)
        setting.release()
        return firm_figures(lived, alone, zero, scenarios)


def gathered(found: Sequence[Mapping[str, float]]) -> Replications:
    """Figures of replications as one table, in their order."""
    names = tuple(found[0])
    return Replications(names, np.array([[each[name] for name in names] for each in found]))


def reference_job(firms: Firms, seed: int, engine: str = "kernel") -> ReferenceJob:
    """The job that lives reference vendors for free rates: each with its opening share of the volume, and no other."""
    scaled = {
        name: _with_volume(each, firms.terms.vendors[name].share) for name, each in firms.scenarios.items()
    }
    return ReferenceJob(free_options(scaled), seed, engine)


def priced(firms: Firms, job: ReferenceJob, lived: Sequence[Mapping[str, Metered]]) -> Firms:
    """The vendors with free rates filled in.

    Raises
    ------
    InputError
        When no rate gives a vendor its margin.
    """
    rates = solve_rates(job.options, lived) if job.options else {}
    scenarios = {name: at_rate(each, rates.get(name)) for name, each in firms.scenarios.items()}
    return replace(firms, scenarios=scenarios)


def _with_volume(scenario: Scenario, share: float) -> Scenario:
    """A scenario with a share of its inbound contacts; all of them where the share is 0."""
    inbound = scenario.programme.inbound
    volume = inbound.contacts_per_week * (share or 1.0)
    programme = scenario.programme.model_copy(
        update={"inbound": inbound.model_copy(update={"contacts_per_week": volume})}
    )
    return scenario.model_copy(update={"programme": programme})
