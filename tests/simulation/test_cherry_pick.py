"""Cherry-picked leads: the same seats reach better customers, poor ones are left; done where settlement pays."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from orm_sim.contract.clause import Clause
from orm_sim.contract.clauses.per_unit import PerUnit
from orm_sim.contract.clauses.service_credit import ServiceCredit
from orm_sim.contract.contract import Contract
from orm_sim.scenario.metered import unmetered
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.draws import with_inputs
from orm_sim.simulation.history import History
from orm_sim.vendor.decision.valuation import Decision
from orm_sim.vendor.levers import Levers
from tests.simulation.gaming import decided_under, lived_under, paid_by
from tests.simulation.mutations import base

LONG, SHORT = 15_000, 1_200
"""Leads a month: half of them are still more than four seats can work through, and less than half of what they can."""
SALE = PerUnit(label="sale", channel="outbound", meter="sales_net", rate=90.0)
ATTEMPT = PerUnit(label="attempt", channel="outbound", meter="attempts", rate=1.5)
HOUR = PerUnit(label="hour", channel="outbound", meter="productive_hours", rate=18.0)


def told(left: tuple[float, ...], leads: float, *clauses: Clause) -> Scenario:
    given: dict[str, Any] = {
        "vendor.levers.cherry_pick": left, "vendor.levers.staffing_ratio": (1.0,),
        "vendor.traits.outside_margin": None, "programme.outbound.leads_per_month": float(leads),
    }  # fmt: skip
    return paid_by(with_inputs(base(), given), *clauses)


@cache
def lived(left: float, leads: int = LONG, which: str = "kernel") -> History:
    return lived_under(told((left,), leads), which)


def total(history: History, counter: str) -> float:
    return float(history.of(counter, "outbound", "vendor").sum())


def rate(history: History) -> float:
    return total(history, "sales_gross") / total(history, "reached")


def test_the_same_seats_sell_more_by_the_lift_of_the_score() -> None:
    """A list that they cannot work through: as many customers reached, the better half of it, 1.58 times the sales.

    The vendor has the list to itself after the ramp only, so that part of its calls falls on leads begun by others;
    tolerance 4 standard errors of the sales counted.
    """
    whole, picked = lived(0.0), lived(0.5)
    assert total(picked, "attempts") == pytest.approx(total(whole, "attempts"), rel=0.03)
    found, error = rate(picked) / rate(whole), 2.0 / np.sqrt(total(whole, "sales_gross"))
    assert abs(found - 1.58) < 2.0 * error + 0.03


def test_poor_leads_are_left_and_the_client_loses_their_sales_where_they_would_have_been_called() -> None:
    whole, picked = lived(0.0, SHORT), lived(0.5, SHORT)
    assert total(picked, "reached") == pytest.approx(0.5 * total(whole, "reached"), rel=0.08)
    assert rate(picked) > rate(whole)
    assert total(picked, "sales_net") < 0.9 * total(whole, "sales_net")


def test_leads_reached_of_those_handed_over_show_it() -> None:
    """Of six attempts at 0.2 each, 1 - 0.8^6 = 0.738 of a list are reached; of half of it, half as many."""
    after = slice(3, 6)  # all volume is the vendor's from the third month on
    for left, share in ((0.0, 0.738), (0.5, 0.369)):
        history = lived(left, SHORT)
        reached, handed = (history.of(n, "outbound", "vendor") for n in ("leads_reached", "leads"))
        np.testing.assert_array_equal(reached, history.of("reached", "outbound", "vendor"))
        assert handed[after] == pytest.approx([SHORT] * 3)
        assert reached[after].sum() / handed[after].sum() == pytest.approx(share, abs=0.06)


def test_both_engines_leave_the_same_leads() -> None:
    np.testing.assert_allclose(
        lived(0.5, SHORT).counters, lived(0.5, SHORT, "reference").counters, rtol=1e-9, atol=1e-6
    )


def decided(leads: float, *clauses: Clause) -> Decision:
    return decided_under(told((0.0, 0.5), leads, *clauses))


def revenue(decision: Decision) -> list[float]:
    """Of the list called whole, and picked."""
    return [float(x) for x in decision.split["revenue"][np.argsort(decision.plans.cherry_pick)]]


def test_commission_picks_where_the_list_is_longer_than_the_day() -> None:
    """Seats are full either way, so revenue rises by the lift, 1.58; on a short list half the leads sell 0.79."""
    long, short = decided(LONG, SALE), decided(SHORT, SALE)
    assert long.plan.cherry_pick == 0.5
    whole, picked = revenue(long)
    assert picked / whole == pytest.approx(1.58, abs=0.03)
    assert short.plan.cherry_pick == 0.0
    whole, picked = revenue(short)
    assert picked / whole == pytest.approx(0.79, abs=0.02)


@pytest.mark.parametrize("clause", [ATTEMPT, HOUR])
def test_who_is_paid_for_effort_leaves_nobody(clause: PerUnit) -> None:
    """Attempts and hours come to the same on a long list, so the first plan is as good; attempts to half on a short."""
    whole, picked = revenue(decided(LONG, clause))
    assert picked == pytest.approx(whole)
    for leads in (LONG, SHORT):
        assert decided(leads, clause).plan.cherry_pick == 0.0
    if clause is ATTEMPT:
        whole, picked = revenue(decided(SHORT, clause))
        assert picked / whole == pytest.approx(0.5, abs=0.01)


def credit(kpi: str, target: float) -> Clause:
    """A quarter of the fees back for a month in which a KPI misses its target."""
    lump = {"by": "lump", "share": 0.25}
    return ServiceCredit.model_validate(
        {"label": kpi, "channel": "outbound", "fees": ["hour"], "at_risk": 0.25, "grace_months": 0,
         "measures": [{"kpi": kpi, "target": target, "credit": lump}]}
    )  # fmt: skip


def test_a_target_on_conversion_makes_it_pay_and_one_on_the_list_does_not() -> None:
    """Paid by the hour on a short list: 0.087 convert, picked 0.138; 0.74 of the list are reached, picked 0.37."""
    assert decided(SHORT, HOUR, credit("conversion", 0.11)).plan.cherry_pick == 0.5
    assert decided(SHORT, HOUR, credit("lead_contact_rate", 0.5)).plan.cherry_pick == 0.0
    both = decided(SHORT, HOUR, credit("conversion", 0.11), credit("lead_contact_rate", 0.5))
    assert both.plan.cherry_pick == 0.0  # one is missed either way, and the list stays whole by default


def test_a_run_s_tables_do_not_hold_the_list() -> None:
    """A scenario may cite leads; whoever reads tables alone is told that they are not there."""
    contract = told((0.0,), SHORT, HOUR, credit("lead_contact_rate", 0.5)).contract
    assert isinstance(contract, Contract)
    assert unmetered(contract, 20.0, leads=True) is None
    assert "reads 'leads' of outbound contacts" in (unmetered(contract, 20.0) or "")


def test_a_list_left_whole_is_refused() -> None:
    with pytest.raises(ValueError, match=r"less than or equal to 0\.95"):
        Levers(cherry_pick=(0.0, 1.0))
