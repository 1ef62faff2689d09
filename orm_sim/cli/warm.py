"""Compile the engines ahead of time, so that the first study and the first centre do not wait for them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

SCENARIO = Path(__file__).resolve().parents[2] / "scenarios" / "bank_per_hour.yaml"
_SMALL = {
    "programme.months": "6",
    "contract.term_months": "6",
    "programme.inbound.contacts_per_week": "200",
    "programme.outbound.leads_per_month": "200",
    "programme.outbound.seats": "1",
}
CENTRE: Final = """
horizon: {days: 2, opens: "08:00", closes: "10:00"}
period_s: 3600
busyness: {law: gamma, shape: 10}
contact_types:
  - name: a
    rate_per_hour: 20
    patience: {law: exponential, mean_s: 30}
    handle: {law: lognormal, mean_s: 300, cv: 1.2}
    redial: {probability: 0.9, delay_s: 60}
    groups: [one, two]
  - name: b
    rate_per_hour: 20
    handle: {law: exponential, mean_s: 300}
    returns: {resolved: 0, probability: 1, delay: {law: exponential, mean_s: 20000}}
    groups: [two, one]
agent_groups:
  - {name: one, agents: 1, presence: 0.9}
  - {name: two, agents: 2}
"""
OUTAGE: Final = """
outages:
  - {at_s: 600, until_s: 660, drops_contacts: true, day: 1}
"""
"""A small centre on whose way every compiled entry of the several-skill engines lies: without the outage it lives all
days in one call or day by day; with it the first day takes the lean path and the second the general loop."""


def warm_study() -> bool:
    """Live a tiny contract once; whether there was a scenario to do it with."""
    from orm_sim.scenario.load import load_scenario
    from orm_sim.simulation.job import StudyJob

    if not SCENARIO.exists():
        return False
    option = load_scenario(SCENARIO, _SMALL)
    if option.contract is not None:
        option = option.model_copy(update={"contract": option.contract.with_rate(1.0)})
    StudyJob({"in_house": option}, "in_house", 0, "kernel").live(0)
    return True


def warm_centre() -> None:
    """Run a tiny centre of two skills once with each engine, and by the day with the compiled one."""
    from orm_sim.centre import ENGINES
    from orm_sim.centre.centre_checks import centre_of
    from orm_sim.centre.replicate import engine, replicate
    from orm_sim.centre.skills.build import Centre
    from orm_sim.core.loader import parse_yaml

    for text in (CENTRE, CENTRE + OUTAGE):
        file = centre_of(parse_yaml(text, "warm"))
        for name in ENGINES:
            replicate(file, engine_name=name, replications=1, seed=1, workers=1)
        for _ in Centre.build(file).blocks(1, 0, engine("kernel")):
            pass
