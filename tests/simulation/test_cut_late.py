"""Late contacts cut off: who is answered is answered in time, on both engines; done where settlement pays for it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from orm_sim.centre import engine
from orm_sim.contract.clause import Clause
from orm_sim.contract.clauses.per_unit import PerUnit
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.draws import with_inputs
from orm_sim.simulation.history import History
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.world import World
from orm_sim.vendor.decision.valuation import Decision
from orm_sim.vendor.levers import Levers
from tests.simulation.gaming import decided_under, lived_under, paid_by
from tests.simulation.mutations import base

LEAN: dict[str, Any] = {
    "vendor.levers.staffing_ratio": (0.7,), "vendor.traits.honesty": 0.0, "vendor.traits.outside_margin": None
}  # fmt: skip
IN_TIME = PerUnit(label="in time", channel="inbound", meter="answered_within", rate=3.0)
ANSWERED = PerUnit(label="answered", channel="inbound", meter="answered", rate=3.0)


def told(cut: tuple[float, ...], *clauses: Clause, **changes: Any) -> Scenario:
    return paid_by(with_inputs(base(), {**LEAN, "vendor.levers.cut_late": cut, **changes}), *clauses)


@cache
def lived(cut: float, which: str = "kernel") -> History:
    return lived_under(told((cut,)), which)


def total(history: History, counter: str) -> float:
    return float(history.of(counter, "inbound", "vendor").sum())


def test_who_is_answered_is_answered_in_time() -> None:
    off, on = lived(0.0), lived(1.0)
    assert total(on, "answered") == total(on, "answered_within") > total(off, "answered_within")
    assert total(on, "answered") + total(on, "abandoned") == total(on, "offered")
    assert total(on, "abandoned") > total(off, "abandoned")
    assert total(on, "wait_all_s") < 20.0 * total(on, "offered")


def test_both_engines_cut_the_same_contacts() -> None:
    np.testing.assert_allclose(lived(1.0).counters, lived(1.0, "reference").counters, rtol=1e-9, atol=1e-6)


def test_the_client_loses_those_who_are_cut_off() -> None:
    off, on = (
        sum(e.amount for e in lived(cut).entries() if e.account == "abandoned_loss") for cut in (0.0, 1.0)
    )
    assert on > off


def decided(clause: Clause, honesty: float = 0.0) -> Decision:
    return decided_under(told((0.0, 1.0), clause, **{"vendor.traits.honesty": honesty}))


def test_it_is_done_where_it_pays_and_conscience_is_cheap() -> None:
    """Paid for contacts answered in time, not for contacts answered: nothing here knows a contract's name."""
    assert decided(IN_TIME).plan.cut_late == 1.0
    assert decided(ANSWERED).plan.cut_late == 0.0
    assert decided(IN_TIME, honesty=100.0).plan.cut_late == 0.0


def test_who_hangs_up_in_time_was_not_cut_off() -> None:
    """Nobody waits for an hour and a half: cutting off then cuts off nobody, and is on nobody's conscience."""
    changes = {"programme.inbound.service.threshold_s": 5_000.0, "vendor.traits.honesty": 100.0}
    scenario = told((0.0, 1.0), IN_TIME, **changes)
    found = World(
        scenario, make_setting(scenario.programme, 0.05, 5, 0), engine("kernel"), False
    ).decision_in(0)
    assert found is not None
    assert float(np.ptp(found.value)) < 10.0  # dollars: a tenth of a contact


def test_what_is_foreseen_of_it_is_what_is_lived() -> None:
    """Revenue of six months by contacts answered in time: the gain that is foreseen is of the size of that lived."""
    found = decided(IN_TIME)
    gain = float(np.diff(found.split["revenue"][np.argsort(found.plans.cut_late)])[0])
    lived_gain = 3.0 * (total(lived(1.0), "answered_within") - total(lived(0.0), "answered_within"))
    assert gain == pytest.approx(lived_gain, rel=0.5)


def test_half_a_cut_is_refused() -> None:
    with pytest.raises(ValueError, match=r"late contacts are cut off or not, and 0.5 is neither"):
        Levers(cut_late=(0.0, 0.5))


def test_a_grid_of_more_than_two_hundred_plans_is_refused() -> None:
    """The shipped grid of 180 plans has no room for it: another list has to be shortened."""
    with pytest.raises(ValueError, match="makes 360 plans"):
        Levers(cut_late=(0.0, 1.0))
