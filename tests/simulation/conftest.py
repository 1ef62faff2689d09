"""The small bank priced and lived, once for all tests of the world."""

from __future__ import annotations

import pytest

from orm_sim.scenario.load import LoadedStudy, load_study
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.history import History
from orm_sim.simulation.job import StudyJob
from orm_sim.simulation.pricing import ReferenceJob, free_options, solve_rates
from tests.simulation.bank import FOLLOWING, SEED, STUDY, shrunk


@pytest.fixture(scope="session")
def study() -> LoadedStudy:
    """The default study with vendors that follow their contracts, and a client that keeps to the term."""
    return load_study(STUDY, FOLLOWING)


@pytest.fixture(scope="session")
def small(study: LoadedStudy) -> dict[str, Scenario]:
    """The options of the default study, small and priced."""
    options = {name: shrunk(scenario) for name, scenario in study.options.items()}
    job = ReferenceJob(free_options(options), SEED, "kernel")
    rates = solve_rates(options, [job.live(replication) for replication in range(2)])
    for name, rate in rates.items():
        contract = options[name].contract
        if contract is not None:
            options[name] = options[name].model_copy(update={"contract": contract.with_rate(rate)})
    return options


@pytest.fixture(scope="session")
def job(small: dict[str, Scenario]) -> StudyJob:
    """The small study as a job."""
    return StudyJob(small, "in_house", SEED, "kernel")


@pytest.fixture(scope="session")
def lived(job: StudyJob) -> list[tuple[dict[str, float], dict[str, History]]]:
    """Three replications of every option."""
    return [job.live(replication) for replication in range(3)]
