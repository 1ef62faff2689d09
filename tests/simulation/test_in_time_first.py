"""Contacts in time before those already late: more are answered in time, as many are answered; done where that pays."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from orm_sim.contract.clause import Clause
from orm_sim.contract.clauses.per_unit import PerUnit
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.draws import with_inputs
from orm_sim.simulation.history import History
from orm_sim.vendor.decision.valuation import Decision
from orm_sim.vendor.levers import Levers
from tests.simulation.gaming import decided_under, lived_under, paid_by
from tests.simulation.mutations import base

IN_TIME = PerUnit(label="in time", channel="inbound", meter="answered_within", rate=3.0)
HOUR = PerUnit(label="hour", channel="inbound", meter="productive_hours", rate=18.0)


def told(passes: tuple[float, ...], *clauses: Clause, **changes: Any) -> Scenario:
    given: dict[str, Any] = {
        "vendor.levers.in_time_first": passes, "vendor.levers.staffing_ratio": (0.7,),
        "vendor.traits.outside_margin": None, "vendor.traits.renewal.months": 0.0, **changes,
    }  # fmt: skip
    return paid_by(with_inputs(base(), given), *clauses)


@cache
def lived(passes: float, which: str = "kernel", **changes: Any) -> History:
    return lived_under(told((passes,), **changes), which)


def total(history: History, counter: str) -> float:
    return float(history.of(counter, "inbound", "vendor").sum())


def test_more_are_answered_in_time_and_about_as_many_are_answered() -> None:
    off, on = lived(0.0), lived(1.0)
    assert total(on, "answered_within") > 1.05 * total(off, "answered_within")
    assert total(on, "answered") + total(on, "abandoned") == total(on, "offered")
    assert total(on, "answered") == pytest.approx(total(off, "answered"), rel=0.05)


def test_both_engines_pass_over_the_same_contacts() -> None:
    np.testing.assert_allclose(lived(1.0).counters, lived(1.0, "reference").counters, rtol=1e-9, atol=1e-6)


def test_a_platform_that_fails_leaves_the_rule_as_it_is() -> None:
    """Days with an outage take another path; both engines walk it alike, and more is answered in time there too."""
    outages: dict[str, Any] = {"risks.without": (), "risks.outage.vendor.per_year": 60.0}
    on, off = lived(1.0, **outages), lived(0.0, **outages)
    assert on.lost[1].sum() > 0
    np.testing.assert_allclose(on.counters, lived(1.0, "reference", **outages).counters, rtol=1e-9, atol=1e-6)
    assert total(on, "answered_within") > 1.05 * total(off, "answered_within")


def decided(*clauses: Clause, **changes: Any) -> Decision:
    return decided_under(told((0.0, 1.0), *clauses, **changes))


def test_it_is_done_where_answers_in_time_pay_and_not_where_hours_do() -> None:
    """Hours on duty are the same in any order of service: nothing to gain beside what answers in time bring."""
    by_answer, by_hour = decided(IN_TIME), decided(HOUR)
    assert by_answer.plan.in_time_first == 1.0
    assert by_hour.plan.in_time_first == 0.0
    assert np.ptp(by_hour.value) < 0.01 * np.ptp(by_answer.value)


def test_what_is_foreseen_of_it_is_what_is_lived() -> None:
    """Revenue of six months by contacts answered in time: the gain that is foreseen is of the size of that lived."""
    found = decided(IN_TIME)
    gain = float(np.diff(found.split["revenue"][np.argsort(found.plans.in_time_first)])[0])
    lived_gain = 3.0 * (total(lived(1.0), "answered_within") - total(lived(0.0), "answered_within"))
    assert gain == pytest.approx(lived_gain, rel=0.5)


def test_where_late_contacts_are_cut_nobody_is_left_to_pass_over() -> None:
    both = {"vendor.levers.cut_late": (1.0,), "vendor.traits.honesty": 0.0}
    off, on = lived(0.0, **both), lived(1.0, **both)
    np.testing.assert_array_equal(on.counters, off.counters)
    values = decided(IN_TIME, **both).value
    assert values[0] == values[1]


def test_half_of_it_is_refused() -> None:
    with pytest.raises(ValueError, match=r"late contacts are passed over or not, and 0.5 is neither"):
        Levers(in_time_first=(0.5,))
