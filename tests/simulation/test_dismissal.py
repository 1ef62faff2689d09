"""Dismissal: who goes and what they are owed, by hand; switching it on shrinks a vendor faster and costs severance."""

from __future__ import annotations

import re

import pytest

from orm_sim.centre import engine
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.dismissal import weeks_owed
from orm_sim.simulation.history import History
from orm_sim.simulation.respond import respond
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.world import simulate
from orm_sim.vendor.labour import LabourRules
from orm_sim.vendor.workforce import Workforce
from tests.simulation.bank import SEED, shrunk

RULES = LabourRules(
    weekly_hours_maximum=48.0, normal_weekly_hours=48.0, overtime_multiple=1.0, minimum_wage_per_hour=1.0,
    notice_weeks=4.0, severance_weeks_per_year=2.0,
)  # fmt: skip


def reacting(scenario: Scenario, above: float | None, labour: LabourRules | str = RULES) -> Scenario:
    """A vendor that plans over a year, begins with many people and may then need few; it cannot be sent away."""
    scenario = shrunk(scenario, 12)
    traits = scenario.vendor.traits.model_copy(update={"outside_margin": None})
    update = {"policy": "best_response", "traits": traits, "dismiss_above": above, "labour": labour}
    relationship = scenario.relationship.model_copy(update={"exit_rule": None})
    vendor = scenario.vendor.model_copy(update=update)
    return scenario.model_copy(update={"vendor": vendor, "relationship": relationship})


def lived(scenario: Scenario) -> History:
    """Its first replication."""
    return simulate(scenario, make_setting(scenario.programme, 0.05, SEED, 0), engine("kernel"))


def owed(history: History) -> float:
    """What the vendor pays those whom it lets go."""
    return sum(e.amount for e in history.entries() if e.cause == "notice and severance")


def test_the_last_hired_go_first_with_their_years(small: dict[str, Scenario]) -> None:
    """Ten agents are on the floor from week 6 and four from week 21; in week 57 six go: four of 36 weeks, two of 51."""
    terms = small["per_hour"].vendor.workforce.model_copy(
        update={"attrition_per_year": 0.0, "offer_no_show": 0.0, "recruit_weeks": 0, "training_weeks": 0}
    )
    force = Workforce(terms, (1, 2))
    for week, wanted in ((5, 10.0), (6, 10.0), (20, 14.0), (21, 14.0)):
        force.week(week, wanted)
    assert force.years_of_service(57) == pytest.approx((10 * 51 + 4 * 36) / 14 * 7 / 365.25, rel=1e-12)
    people, years = force.dismiss(6, 57)
    assert people == 6 and force.agents == 8
    assert years == pytest.approx((2 * 51 + 4 * 36) * 7 / 365.25, rel=1e-12)
    assert force.dismiss(-3, 57) == (0, 0.0)


def test_weeks_owed_by_hand(small: dict[str, Scenario]) -> None:
    """Six people with nine years in all: 6 x 4 weeks of notice and 9 x 2 of severance; nothing without rules."""
    scenario = small["per_hour"]
    bound = scenario.vendor.model_copy(update={"labour": RULES})
    assert weeks_owed(scenario.model_copy(update={"vendor": bound}), 6.0, 9.0) == 42.0
    free = scenario.vendor.model_copy(update={"labour": "none"})
    assert weeks_owed(scenario.model_copy(update={"vendor": free}), 6.0, 9.0) == 0.0


@pytest.mark.row("R204")
def test_switching_dismissal_on_shrinks_the_vendor_at_a_cost(small: dict[str, Scenario]) -> None:
    """Common random numbers; the payment is at least the notice of those dismissed, at the wage with its premium."""
    kept, shrunk_, free = (
        lived(reacting(small["per_minute"], above, labour))
        for above, labour in ((None, RULES), (0.0, RULES), (0.0, "none"))
    )
    gone = [re.search(r"the vendor dismisses (\d+)", e.what) for e in shrunk_.events]
    people = sum(int(found[1]) for found in gone if found)
    assert people > 0 and owed(kept) == 0.0
    assert not any("dismisses" in e.what for e in kept.events)
    terms = small["per_minute"].vendor.workforce
    least = people * 4.0 * terms.paid_hours_per_week * terms.wage_level(0) * 0.95
    assert least <= owed(shrunk_) <= 2.0 * least
    assert any("dismisses" in e.what for e in free.events) and owed(free) == 0.0
    flow = sum(
        e.amount * (1 if e.payee == "vendor" else -1)
        for e in shrunk_.entries()
        if e.kind == "cash" and "vendor" in (e.payer, e.payee)
    )
    assert shrunk_.opening_cash + flow == pytest.approx(shrunk_.closing_cash, abs=0.005)


def test_the_vendor_foresees_what_dismissal_costs(small: dict[str, Scenario]) -> None:
    """In the week after the ramp the leanest plan pays severance first: its wages are other than by attrition alone."""
    found = [respond(reacting(small["per_hour"], above), at=5, seed=SEED) for above in (None, 0.0)]
    alone, letting_go = (each.decision.split["wages"] for each in found)
    staffing = found[0].decision.plans.staffing_ratio
    lean, full = staffing == staffing.min(), staffing == staffing.max()
    assert (alone[lean] != letting_go[lean]).all()
    assert abs(alone[lean] - letting_go[lean]).mean() > abs(alone[full] - letting_go[full]).mean()
