"""Targets on the outbound list: expected sales by hand, months that fail for them, and plans that reckon with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from orm_sim.centre import engine
from orm_sim.contract.clauses.per_unit import PerUnit
from orm_sim.demand.leads import conversion_table, expected_attempt_s
from orm_sim.relationship.exit import ExitRule
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.draws import with_inputs
from orm_sim.simulation.history import History
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.targets import sales_expected
from orm_sim.simulation.world import simulate
from orm_sim.vendor.decision.tolerance import Tolerance
from tests.simulation.mutations import RATE, base


def watched(rule: ExitRule | None, **changes: Any) -> Scenario:
    """The small bank over ten months; a vendor that plans with few seats or many."""
    return with_inputs(
        base(),
        {"programme.months": 10, "contract.term_months": 10, "relationship.exit_rule": rule,
         "vendor.traits.outside_margin": None, **changes},
    )  # fmt: skip


def lived(scenario: Scenario) -> History:
    return simulate(scenario, make_setting(scenario.programme, 0.05, 5, 0), engine("kernel"))


def test_expected_sales_by_hand() -> None:
    """Every lead has 0.8^k attempts of six; seats that make more calls than that sell what the leads allow."""
    programme = base().programme
    outbound = programme.outbound.model_copy(update={"leads_per_month": 100.0})
    setting = make_setting(programme.model_copy(update={"outbound": outbound}), 0.05, 5, 0)
    shape = programme.shapes.outbound
    chances = [0.8**k for k in range(6)]
    table = conversion_table(outbound, shape)
    sold = sum(
        q.share * sum(c * table[i, k] for k, c in enumerate(chances)) / sum(chances)
        for i, q in enumerate(outbound.list_quality)
    )
    by_leads = 100.0 * sum(chances) * 0.2 * sold * outbound.funded_share
    assert sales_expected(setting) == pytest.approx(np.full(6, by_leads))
    few = make_setting(
        programme.model_copy(update={"outbound": programme.outbound.model_copy(update={"seats": 1})}),
        0.05,
        5,
        0,
    )
    days = [few.calling[few.days.month_starts[m] : few.days.month_starts[m + 1]].sum() for m in range(6)]
    calls = np.array(days) * 8.0 * 3600.0 / expected_attempt_s(programme.outbound, shape)
    assert sales_expected(few) == pytest.approx(calls * 0.2 * sold * outbound.funded_share)


def test_the_client_leaves_for_sales_alone() -> None:
    """Inbound is staffed above what is asked for; half the seats stay empty. Off and on under common random numbers."""
    lean = {"vendor.levers.staffing_ratio": (1.3,), "vendor.levers.seat_ratio": (0.5,)}
    rule = ExitRule(failed_months=2, of_months=3)
    kept = lived(watched(rule, **lean))
    left = lived(watched(rule.model_copy(update={"sales_share": 0.8}), **lean))
    assert kept.ended_day is None and left.ended_day is not None
    assert any("failed in 2 of" in e.what for e in left.events)


def test_who_sells_enough_is_kept() -> None:
    full = {"vendor.levers.staffing_ratio": (1.3,), "vendor.levers.seat_ratio": (1.5,)}
    rule = ExitRule(failed_months=2, of_months=3, sales_share=0.3)
    assert lived(watched(rule, **full)).ended_day is None


def test_a_vendor_that_heeds_the_rule_mans_its_seats() -> None:
    """Paid for inbound hours alone: few seats are manned where sales are not watched, most where they are."""
    choice: dict[str, Any] = {
        "vendor.levers.staffing_ratio": (1.2,), "vendor.levers.seat_ratio": (0.3, 0.9),
        "programme.months": 24, "contract.term_months": 24,
    }  # fmt: skip
    rule = ExitRule(failed_months=2, of_months=3)
    chosen = [
        lived(inbound_paid(watched(each, **choice))).decisions[0][1].seat_ratio
        for each in (rule, rule.model_copy(update={"sales_share": 0.6}))
    ]
    assert chosen == [0.3, 0.9]


def inbound_paid(scenario: Scenario) -> Scenario:
    """The same with a price for inbound hours alone."""
    contract = scenario.contract
    assert contract is not None
    hours = PerUnit(label="inbound hours", channel="inbound", meter="productive_hours", rate=RATE)
    return scenario.model_copy(update={"contract": contract.model_copy(update={"clauses": (hours,)})})


def test_sales_of_the_months_ahead_by_hand() -> None:
    """Asked for 10 and then 20: 15 sales are enough in the first month, and in a third that nobody watches."""
    tolerance = Tolerance((), 2, 3, None, 1, sales=(10.0, 20.0))
    found = [tolerance.enough_sold(m, np.array([[15.0]])).item() for m in range(3)]
    assert found == [1.0, 0.0, 1.0]
