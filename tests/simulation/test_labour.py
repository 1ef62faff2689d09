"""Labour rules in the lived contract: overtime is paid, and an unlawful draw of wages makes no deal."""

from __future__ import annotations

import pytest

from orm_sim.centre import engine
from orm_sim.core.errors import InputError
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.history import History
from orm_sim.simulation.respond import respond
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.world import simulate
from orm_sim.vendor.labour import LabourRules, by_country
from tests.simulation.bank import SEED

FEDERAL = by_country("United States")
RULES = FEDERAL.model_copy(update={"minimum_wage_per_hour": 1.0}) if FEDERAL is not None else None


def bound(scenario: Scenario, labour: LabourRules | str | None, **changes: object) -> Scenario:
    """The option with a vendor of 50 paid hours a week under some labour rules."""
    workforce = scenario.vendor.workforce.model_copy(update={"paid_hours_per_week": 50.0})
    vendor = scenario.vendor.model_copy(update={"workforce": workforce, "labour": labour, **changes})
    return scenario.model_copy(update={"vendor": vendor})


def lived(scenario: Scenario) -> History:
    """Its first replication."""
    return simulate(scenario, make_setting(scenario.programme, 0.05, SEED, 0), engine("kernel"))


@pytest.mark.row("R204")
def test_switching_the_rules_on_pays_overtime(small: dict[str, Scenario]) -> None:
    """Common random numbers: the same hours; ten of fifty at time and a half make payroll 10 % dearer."""
    payroll, hours = [], []
    for labour in ("none", RULES):
        history = lived(bound(small["per_hour"], labour))
        payroll.append(
            sum(e.amount for e in history.entries() if e.account == "vendor_labour" and e.cause == "payroll")
        )
        hours.append(float(history.paid_hours[1].sum()))
    assert hours[0] == hours[1] > 0.0
    assert payroll[1] / payroll[0] == pytest.approx(1.10, rel=1e-9)


def test_the_vendor_foresees_its_overtime(small: dict[str, Scenario]) -> None:
    """Wages of the plan that pays the market wage rise by overtime on pay, not on support."""
    without, with_ = (respond(bound(small["per_hour"], labour), seed=SEED) for labour in ("none", RULES))
    chosen = without.decision.chosen
    trained = without.decision.split["training"][chosen], with_.decision.split["training"][chosen]
    assert trained[1] / trained[0] == pytest.approx(1.10, rel=1e-9)
    assert with_.decision.split["wages"][chosen] < without.decision.split["wages"][chosen]


def test_a_vendor_without_a_lawful_plan_does_not_sign(small: dict[str, Scenario]) -> None:
    """A wage drawn below the minimum cannot be refused at load: then there is no deal in that replication."""
    rules = RULES.model_copy(update={"minimum_wage_per_hour": 100.0}) if RULES is not None else None
    refused = lived(bound(small["per_hour"], rules, policy="best_response"))
    assert refused.no_deal is not None and "no plan of the vendor is lawful" in refused.no_deal
    with pytest.raises(InputError, match="no plan of the vendor is lawful"):
        respond(bound(small["per_hour"], rules), seed=SEED)
