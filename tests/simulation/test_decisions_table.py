"""What a vendor decides reaches the tables, and at signing it knows the list no better than the scenario says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from orm_sim.centre import engine
from orm_sim.scenario.load import load_study
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.draws import with_inputs
from orm_sim.simulation.job import StudyJob
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.world import World
from orm_sim.study import Unit
from orm_sim.study.tables import SIMULATED
from orm_sim.vendor.decision.valuation import Decision
from tests.simulation.bank import SEED, shrunk

STUDY = Path(__file__).resolve().parents[2] / "scenarios" / "studies" / "p4p_vs_baseline.yaml"
RATE = "programme.outbound.contact_rate"


def option(name: str, **settings: object) -> Scenario:
    """An option of the study, a tenth of its size without overhead, at a rate near the solved one; any vendor signs."""
    small = {"vendor.account_overhead_per_month": 0.0, "vendor.traits.outside_margin": None}
    scenario = load_study(STUDY, small | settings).options[name]
    if scenario.contract is not None:
        scenario = scenario.model_copy(update={"contract": scenario.contract.with_rate(15.0)})
    return shrunk(scenario)


def test_plans_and_attrition_reach_the_tables() -> None:
    options = {name: option(name) for name in ("in_house", "thin_000")}
    job = StudyJob(options, "in_house", SEED, "kernel")
    tables = job.run_unit(Unit(0, 0, 1))
    for contract in SIMULATED:
        contract.check(tables[contract.name])
    _, histories = job.live(0)
    found = tables["decisions"]
    assert set(found["option"]) == {"thin_000"}
    assert [tuple(row) for row in found.drop(columns=["option", "replication"]).to_numpy()] == [
        (week, *plan) for week, plan in histories["thin_000"].decisions
    ]
    assert found["week"].tolist() == [0, 13, 26]
    attrition = tables["outcomes"].set_index("option")["vendor_attrition"]
    assert np.isnan(attrition["in_house"]) and attrition["thin_000"] >= 0.0


@pytest.mark.parametrize("yearly", [0.0, 6.0])
def test_attrition_is_what_the_scenario_asks_for(yearly: float) -> None:
    """Of n agents, 52 (1 - exp(-a / 52)) n leave in a year; within 3 standard errors of a Poisson count."""
    scenario = option("thin_100", **{"vendor.policy": "fixed", "vendor.workforce.attrition_per_year": yearly})
    setting = make_setting(scenario.programme, 0.05, SEED, 0)
    history = World(scenario, setting, engine("kernel"), True).live()
    leavers, weeks = history.turnover
    expected = (1.0 - np.exp(-yearly / 52.0)) * (weeks + leavers)
    assert weeks > 50.0
    assert leavers == pytest.approx(expected, abs=3.0 * np.sqrt(expected))


def signing(drawn: float, believes: bool) -> Decision:
    typical = option("thin_000")
    scenario = with_inputs(typical, {RATE: drawn})
    believed = typical.programme if believes else None
    setting = make_setting(scenario.programme, 0.05, SEED, 0, believed)
    decision = World(scenario, setting, engine("kernel"), False).decision_in(0)
    assert decision is not None
    return decision


def test_nobody_signs_by_a_contact_rate_that_has_yet_to_be_seen() -> None:
    low, high = signing(0.13, True), signing(0.29, True)
    assert np.array_equal(low.value, high.value)
    known_low, known_high = signing(0.13, False), signing(0.29, False)
    assert known_low.value.max() < low.value.max() < known_high.value.max()
