"""Lint with a scenario: credits cheaper than people are found, dearer ones are not; so are targets out of reach."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from orm_sim.centre.staffing import agents_required, busyness_points
from orm_sim.contract.contract import Contract
from orm_sim.contract.lint import Finding
from orm_sim.core.errors import InputError
from orm_sim.scenario.load import load_scenario
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.compliance import lint_lived, pool_of
from orm_sim.simulation.history import NAMES

ROOT = Path(__file__).resolve().parents[2]
SMALL = {
    "programme.months": "9",
    "contract.term_months": "9",
    "programme.inbound.contacts_per_week": "3000",
    "programme.outbound.leads_per_month": "500",
    "programme.outbound.seats": "1",
}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(ROOT / "scenarios" / "bank_per_hour.yaml", SMALL)


def terms(credit: dict[str, Any], target: float = 0.80, **more: Any) -> Contract:
    fee = {"clause": "fixed", "label": "fee", "amount": 90000.0}
    measure = {"kpi": "service_level", "target": target, "within_s": 20.0, "credit": credit}
    service = {
        "clause": "service_credit", "label": "credit", "channel": "inbound", "fees": ["fee"], "at_risk": 1.0,
        "grace_months": 5, "measures": [measure], **more,
    }  # fmt: skip
    return Contract.model_validate({
        "title": "t", "scope": ["inbound", "outbound"], "term_months": 9, "payment": {"net_days": 30},
        "notice_days": 30, "clauses": [fee, service],
    })  # fmt: skip


def found(contract: Contract, scenario: Scenario, topic: str) -> list[Finding]:
    return [each for each in lint_lived(contract, scenario, replications=1) if each.topic == topic]


@pytest.mark.row("R164")
def test_a_credit_below_the_cost_of_compliance_is_found(scenario: Scenario) -> None:
    """$1 a point against people at some dollars an hour; at $9,000 a point nobody misses."""
    (cheap,) = found(terms({"by": "point", "points": "exact", "amount": 1.0}), scenario, "compliance")
    assert cheap.place == ("clauses", 1, "measures", 0, "credit")
    assert "the vendor does best at about" in cheap.sentence and "not 80 %" in cheap.sentence
    assert found(terms({"by": "point", "points": "exact", "share": 0.10}), scenario, "compliance") == []


def test_a_capped_credit_stops_to_bite(scenario: Scenario) -> None:
    """The same price per point, but 1 % at risk: beyond the cap a point costs nothing."""
    credit = {"by": "point", "points": "exact", "share": 0.10}
    assert found(terms(credit, at_risk=0.01), scenario, "compliance")


@pytest.mark.row("R086")
def test_a_target_out_of_reach_is_found(scenario: Scenario) -> None:
    credit = {"by": "point", "points": "exact", "share": 0.10}
    level = {"service_level": {"channel": "inbound", "target": 0.80, "within_s": 20.0}}
    ambitious = terms(credit, target=0.995).changed(**level)
    (finding,) = found(ambitious, scenario, "target")
    assert finding.sentence == "was met in 0 of 4 simulated months that count"
    assert found(terms(credit, target=0.5).changed(**level), scenario, "target") == []


def test_the_pool_s_last_step_is_what_staffing_takes(scenario: Scenario) -> None:
    """Agents at which the pool reaches the target, against the requirement that staffing itself computes."""
    counters = np.zeros((len(NAMES), 15))
    counters[NAMES.index("offered"), :9] = 13000.0
    counters[NAMES.index("answered"), :9] = 12500.0
    counters[NAMES.index("handled_s"), :9] = 12500.0 * 400.0
    pool = pool_of(scenario, counters, 0.80)
    shape = scenario.programme.shapes.inbound
    factors, weights = busyness_points(
        float(np.hypot(shape.busyness.day_cv.value, shape.busyness.interval_cv.value))
    )
    hours = 273 * 17.0  # nine months from January 2027, open from 7 to 24
    load = 9 * 13000.0 / (hours * 3600.0) * 400.0
    needed = agents_required(
        load, 400.0, shape.patience.exponential_mean_s.value, 20.0, 0.80, factors, weights
    )
    assert pool.agents[-1] == pytest.approx(needed, abs=0.11)
    assert np.all(np.diff(pool.level) > 0.0) and np.all(np.diff(pool.abandoned) < 0.0)


def test_what_cannot_be_lived_is_refused(scenario: Scenario) -> None:
    credit = {"by": "point", "points": "exact", "share": 0.10}
    longer = terms(credit).changed(term_months=12)
    with pytest.raises(InputError, match="the contract runs for 12 months, the programme for 9"):
        lint_lived(longer, scenario)
    uncounted = terms(credit).changed(
        clauses=[{"clause": "pass_through", "label": "telephony", "channel": "inbound"}]
    )
    with pytest.raises(InputError, match="passed_through_cost"):
        lint_lived(uncounted, scenario)
