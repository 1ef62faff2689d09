"""Studies lived side by side: each as if it were alone, and none the worse for another's failure."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation import job as jobs
from orm_sim.simulation.job import StudyJob
from orm_sim.simulation.together import alike, live_together
from tests.simulation.bank import SEED

BLOCK = SimpleNamespace(replications=range(2, 4))


def pair(small: dict[str, Scenario], option: str, **vendor: object) -> StudyJob:
    """The zero line and one option, with other vendor terms in both, as a scenario of a batch has them."""
    of_both = {
        name: small[name].model_copy(
            update={"vendor": small[name].vendor.model_copy(update=vendor), "name": name}
        )
        for name in ("in_house", option)
    }
    return StudyJob(of_both, "in_house", SEED, "kernel")


@pytest.fixture(scope="module")
def deals(small: dict[str, Scenario]) -> dict[str, StudyJob]:
    """One contract twice, another one, dear people, vendors that plan, and another client's evidence."""
    dear = small["per_hour"].vendor.workforce.model_copy(
        update={"wage_per_hour": 3.9, "attrition_per_year": 0.3}
    )
    unsure = {
        name: scenario.model_copy(update={"evidence": scenario.evidence[:20]})
        for name, scenario in pair(small, "per_hour").options.items()
    }
    return {
        "hourly": pair(small, "per_hour"),
        "minutes": pair(small, "per_minute"),
        "again": pair(small, "per_hour", platform_per_month=20_000.0),
        "dear": pair(small, "per_hour", workforce=dear),
        "planned": pair(small, "baseline", policy="best_response"),
        "unsure": StudyJob(unsure, "in_house", SEED, "kernel"),
    }


def same(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> bool:
    return all(one[name].equals(other[name]) for name in one)


def test_each_is_lived_as_if_alone(deals: dict[str, StudyJob]) -> None:
    assert len({alike(job) for job in deals.values()}) == 1
    found = live_together(deals, BLOCK)
    for name, job in deals.items():
        assert same(job.run_unit(BLOCK), found[name]), name
    assert not same(found["hourly"], found["dear"]) and not same(found["hourly"], found["unsure"])


def test_one_that_fails_leaves_the_others_as_they_are(
    deals: dict[str, StudyJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = {name: deals[name].run_unit(BLOCK) for name in ("hourly", "minutes")}
    plain = jobs.simulate

    def half_lived(scenario: Scenario, *given: object) -> object:
        history = plain(scenario, *given)  # type: ignore[arg-type]
        if scenario.vendor.workforce.wage_per_hour > 3.8:
            raise ArithmeticError("no such vendor")
        return history

    monkeypatch.setattr(jobs, "simulate", half_lived)
    found = live_together({name: deals[name] for name in ("dear", "hourly", "minutes")}, BLOCK)
    assert list(found) == ["hourly", "minutes"]
    assert all(same(found[name], tables) for name, tables in expected.items())


def test_other_callers_or_other_luck_are_not_alike(deals: dict[str, StudyJob]) -> None:
    job = deals["hourly"]
    busier = job.options["in_house"].programme.model_copy(update={"months": 8})
    zero = job.options["in_house"].model_copy(update={"programme": busier})
    options = {**job.options, "in_house": zero}
    assert alike(StudyJob(options, "in_house", SEED, "kernel")) != alike(job)
    assert alike(StudyJob(job.options, "in_house", SEED + 1, "kernel")) != alike(job)
    assert alike(StudyJob(job.options, "in_house", SEED, "reference")) != alike(job)
