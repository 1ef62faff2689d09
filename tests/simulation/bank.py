"""A bank small enough to be lived in a second: the default study with fewer contacts, leads, seats and months."""

from __future__ import annotations

from pathlib import Path

from orm_sim.scenario.scenario import Scenario

ROOT = Path(__file__).resolve().parents[2]
STUDY = ROOT / "scenarios" / "studies" / "which_contract.yaml"
SEED = 7
FOLLOWING = {"vendor.policy": "contract_following", "relationship.exit_rule": "null"}
"""Overrides by which the vendors of the default study do not plan, and their client keeps to the term."""


def shrunk(scenario: Scenario, months: int = 9) -> Scenario:
    """A tenth of the bank over some months, its ramp early enough to be seen, no hazard striking."""
    programme = scenario.programme
    inbound = programme.inbound.model_copy(update={"contacts_per_week": 1800.0})
    outbound = programme.outbound.model_copy(update={"leads_per_month": 1500.0, "seats": 3})
    smaller = programme.model_copy(update={"months": months, "inbound": inbound, "outbound": outbound})
    contract = scenario.contract
    if contract is not None:
        contract = contract.model_copy(update={"term_months": months})
    evaluation = scenario.evaluation.model_copy(update={"price_replications": 2})
    calm = {"risks": scenario.risks.calm()}
    return scenario.model_copy(
        update={"programme": smaller, "contract": contract, "evaluation": evaluation, **calm}
    )
