"""The small bank under some clauses and levers: what its vendor decides at signing, and what is lived of it."""

from __future__ import annotations

from orm_sim.centre import engine
from orm_sim.contract.clause import Clause
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.history import History
from orm_sim.simulation.setting import Setting, make_setting
from orm_sim.simulation.world import World, simulate
from orm_sim.vendor.decision.valuation import Decision


def paid_by(scenario: Scenario, *clauses: Clause) -> Scenario:
    """The scenario with these clauses in place of its contract's; as it is where there are none."""
    contract = scenario.contract
    if contract is None or not clauses:
        return scenario
    return scenario.model_copy(update={"contract": contract.model_copy(update={"clauses": clauses})})


def lived_under(scenario: Scenario, which: str = "kernel") -> History:
    return simulate(scenario, _setting(scenario), engine(which))


def decided_under(scenario: Scenario) -> Decision:
    found = World(scenario, _setting(scenario), engine("kernel"), False).decision_in(0)
    assert found is not None
    return found


def _setting(scenario: Scenario) -> Setting:
    return make_setting(scenario.programme, 0.05, 5, 0)
