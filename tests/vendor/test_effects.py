"""Effects of contract and character on the whole fluid model of the small bank: monotone where theory says so."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from orm_sim.centre import engine
from orm_sim.contract import Contract, Measure, ServiceCredit
from orm_sim.contract.clause import Clause
from orm_sim.contract.credit import Lump
from orm_sim.contract.period import NOTHING
from orm_sim.simulation.foresight import moment_of, outlook_of
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.world import World
from orm_sim.vendor.decision.fluid import Fluid
from orm_sim.vendor.decision.futures import futures
from orm_sim.vendor.decision.outlook import Outlook
from orm_sim.vendor.decision.valuation import Decision, Signed, best_response
from orm_sim.vendor.levers import STANDARD, Plans, plans_of
from orm_sim.vendor.policy import ServiceRequest
from orm_sim.vendor.traits import Renewal, Traits
from tests.simulation.mutations import base

STAFFED = plans_of(*(STANDARD._replace(staffing_ratio=round(0.5 + 0.025 * i, 3)) for i in range(29)))


@cache
def outlook() -> Outlook:
    """The small bank in its tenth week: the ramp is over."""
    scenario = base()
    setting = make_setting(scenario.programme, scenario.evaluation.forecast_cv, 5, 0)
    world = World(scenario, setting, engine("kernel"), True)
    seen: list[Outlook] = []
    live, service = world._live_week, ServiceRequest(0.80, 20.0)

    def look(week: int) -> None:
        if week == 10:
            moment = moment_of(setting, week, 4)
            seen.append(outlook_of(scenario, setting, world._vendor, service, moment, world._shares.vendor))
        live(week)

    world._live_week = look  # type: ignore[method-assign]
    world.live()
    return seen[0]


def decide(traits: Traits | None = None, plans: Plans = STAFFED, *clauses: Clause) -> Decision:
    scenario, contract = base(), base().contract
    assert contract is not None
    kept = [c for c in contract.clauses if not isinstance(c, ServiceCredit)]
    lived: Contract = contract.model_copy(update={"clauses": (*kept, *clauses)})
    ahead = futures(scenario.vendor.doubts, outlook().n_months)
    fluid = Fluid(outlook(), scenario.vendor.doubts.service)
    return best_response(Signed(lived, NOTHING, 2), fluid, plans, ahead, traits or plain(), None)


def plain(**changes: Any) -> Traits:
    hope = Renewal(share_if_met=0.0, share_if_missed=0.0, months=0.0)
    given = {
        "risk_tolerance": None,
        "ruin_loss": 0.0,
        "honesty": 0.0,
        "looks_beyond_months": 0,
        "renewal": hope,
    } | changes
    return Traits().model_copy(update=given)


def lump(amount: float, target: float = 0.80) -> ServiceCredit:
    measure = Measure(kpi="service_level", target=target, within_s=20.0, credit=Lump(amount=amount))
    return ServiceCredit(
        label="lump",
        channel="inbound",
        fees=("inbound hours",),
        at_risk=1.0,
        measures=(measure,),
        grace_months=0,
    )


def test_a_dearer_miss_never_staffs_less_and_one_dear_enough_is_avoided() -> None:
    """The chance of a miss falls with staff, so the best plan rises with its price (monotone comparative statics)."""
    chosen = [decide(None, STAFFED, lump(amount)) for amount in (1.0, 500.0, 2_000.0, 8_000.0, 30_000.0)]
    staff = [each.plan.staffing_ratio for each in chosen]
    credits_ = [-each.split["credits"][each.chosen] for each in chosen]
    assert staff == sorted(staff)
    assert staff[-1] > staff[0] or credits_[0] == 0.0
    worth = [each.value[each.chosen] for each in chosen]
    assert worth == sorted(worth, reverse=True)


def test_a_lump_out_of_reach_moves_nobody() -> None:
    """A month that is missed whatever one does costs the same under every plan."""
    level = decide(None, STAFFED).met
    assert level[0] < 1.0
    without, out_of_reach = decide(None, STAFFED), decide(None, STAFFED, lump(1_000.0, 0.9999))
    assert out_of_reach.plan == without.plan
    lost = without.value - out_of_reach.value
    assert np.ptp(lost[:5]) < 0.05 * lost.max()


def test_hope_of_renewal_never_staffs_less() -> None:
    staff = []
    for months in (0.0, 6.0, 24.0, 96.0):
        hope = Renewal(share_if_met=1.0, share_if_missed=0.0, months=months)
        decision = decide(plain(renewal=hope))
        staff.append(decision.met[decision.chosen])
    assert staff == sorted(staff)


def test_conscience_never_presses_more() -> None:
    """Pressure is charged for each contact cut short, so what is chosen of it falls with honesty."""
    pressed = plans_of(*(STANDARD._replace(pressure=0.1 * i) for i in range(11)))
    chosen = [decide(plain(honesty=each), pressed).plan.pressure for each in (0.0, 0.5, 5.0, 40.0)]
    assert chosen == sorted(chosen, reverse=True)
    assert chosen[-1] == 0.0


def test_aversion_takes_more_off_the_more_a_plan_varies_and_off_no_plan_gives() -> None:
    values = [decide(plain(risk_tolerance=each)) for each in (None, 1e6, 1e5, 1e4)]
    for one, other in pairwise(values):
        assert np.all(other.value <= one.value + 1e-9)
    mild, strong = values[2].split["risk"], values[3].split["risk"]
    assert np.all(mild <= 0.0) and np.all(strong <= mild)
