"""Compile the engine ahead of time, so that the first study does not wait for it."""

from __future__ import annotations

from pathlib import Path

from orm_sim.scenario.load import load_scenario
from orm_sim.simulation.job import StudyJob

SCENARIO = Path(__file__).resolve().parents[2] / "scenarios" / "bank_per_hour.yaml"
_SMALL = {
    "programme.months": "6",
    "contract.term_months": "6",
    "programme.inbound.contacts_per_week": "200",
    "programme.outbound.leads_per_month": "200",
    "programme.outbound.seats": "1",
}


def warm() -> bool:
    """Live a tiny contract once; whether there was a scenario to do it with."""
    if not SCENARIO.exists():
        return False
    option = load_scenario(SCENARIO, _SMALL)
    if option.contract is not None:
        option = option.model_copy(update={"contract": option.contract.with_rate(1.0)})
    StudyJob({"in_house": option}, "in_house", 0, "kernel").live(0)
    return True
