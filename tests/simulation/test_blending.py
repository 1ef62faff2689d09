"""Blended groups: hours, wages, leads and bills reconcile, both engines agree, and apart means as before."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from orm_sim.centre import engine
from orm_sim.demand.programme import CHANNELS
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.draws import with_inputs
from orm_sim.simulation.duty import mixes
from orm_sim.simulation.employers import employers
from orm_sim.simulation.history import History
from orm_sim.simulation.operator import Operator
from orm_sim.simulation.setting import make_setting, planning_for
from orm_sim.simulation.world import simulate
from orm_sim.vendor.blending import Blending
from orm_sim.vendor.policy import ServiceRequest
from tests.simulation.mutations import RATE, base

CALM = Blending(lend_below=0.8, borrow_above=0.85, shared=1.0, guest_output=0.9)
HOURS_OF_A_WEEK = 10 * 8 * 5
"""Of the seats of `scenario`."""


def scenario(blending: Blending | None, months: int = 6) -> Scenario:
    """The small bank with ten outbound seats and a vendor that staffs what it is asked for."""
    return with_inputs(
        base(),
        {
            "vendor.policy": "contract_following", "vendor.blending": blending, "programme.outbound.seats": 10,
            "programme.outbound.leads_per_month": 6000.0, "programme.months": months, "contract.term_months": months,
            "programme.inbound.contacts_per_week": 5000.0,
        },
    )  # fmt: skip


@cache
def lived(blending: Blending | None, months: int = 6, which: str = "kernel") -> History:
    told = scenario(blending, months)
    return simulate(told, make_setting(told.programme, 0.05, 9, 0), engine(which))


def hours(history: History, channel: str, counter: str = "productive_hours") -> float:
    return float(history.of(counter, channel, "vendor").sum())  # type: ignore[arg-type]


def test_inbound_agents_dial() -> None:
    """The same people: more hours on the list, fewer on inbound contacts, and nobody on duty twice."""
    apart, blended = lived(None), lived(CALM)
    assert blended.of("fte", "outbound", "vendor") == pytest.approx(
        apart.of("fte", "outbound", "vendor"), abs=1.0
    )
    assert hours(blended, "outbound") > 1.05 * hours(apart, "outbound")
    assert hours(blended, "inbound") < hours(apart, "inbound")
    assert hours(blended, "outbound", "attempts") > hours(apart, "outbound", "attempts")
    everybody = [sum(hours(h, c) for c in CHANNELS) for h in (apart, blended)]
    assert everybody[1] == pytest.approx(
        everybody[0], rel=0.02
    )  # who is busy at closing stays a little longer


def test_callers_are_hired_for_what_guests_leave() -> None:
    """Seats for 400 hours a week take 400 / 28 callers; what guests dial at 0.9 of their speed comes off."""
    told = scenario(CALM.model_copy(update={"borrow_above": 0.95, "lend_below": 0.9}))
    setting = make_setting(told.programme, 0.05, 9, 0)
    operator = employers(told, setting).vendor
    planning = planning_for(told.programme, ServiceRequest(0.8, 20.0), operator.schedule_efficiency)
    operator.plan(setting, planning, 0, 0, lambda _, week: 1.0)
    later = [operator.terms.lead_weeks + weeks for weeks in (0, 4, 8)]
    guests = [operator.guest_hours(setting, planning, week, 1.0, 1.0) for week in later]
    wanted = [(HOURS_OF_A_WEEK - 0.9 * each) / operator.on_duty_hours for each in guests]
    assert min(guests) > 10.0
    assert operator.targets["outbound"] == pytest.approx(min(sum(wanted) / 3.0, 1.05 * wanted[0]))


def test_paid_hours_follow_the_work_and_none_is_lost() -> None:
    """By month, over both channels: what contracts read is what is paid for; on the daily payroll nobody has moved."""
    history = lived(CALM)
    counted = np.sum([history.of("paid_hours", c, "vendor") for c in CHANNELS], axis=0)[:6]
    starts = history.days.month_starts
    paid = (history.paid_hours + history.trainee_hours)[1].sum(axis=0)
    assert counted == pytest.approx([paid[starts[m] : starts[m + 1]].sum() for m in range(6)])
    own = (history.paid_hours + history.trainee_hours)[1, 1].sum()
    assert hours(history, "outbound", "paid_hours") > 1.05 * own


def test_wages_are_paid_hours_times_the_wage() -> None:
    history, terms = lived(CALM), scenario(CALM).vendor
    wage = terms.workforce.wage_per_hour * (1.0 + terms.workforce.on_cost) * terms.overtime_factor
    fortnights = history.days.end_day // 14 * 14
    worked = (history.paid_hours + history.trainee_hours)[1].sum(axis=0)[:fortnights].sum()
    paid = sum(e.amount for e in history.entries() if e.payer == "vendor" and e.cause.startswith("payroll"))
    assert paid == pytest.approx(worked * wage, abs=0.01)


def test_the_bill_is_the_hours_on_duty_of_both_channels() -> None:
    history = lived(CALM)
    billed = sum(e.amount for e in history.entries() if e.kind == "invoice")
    productive = sum(hours(history, c) for c in CHANNELS)
    assert billed == pytest.approx(RATE * productive, abs=0.01 * 2 * 6)
    staffed = sum(history.of("staffed_s", c, "vendor").sum() for c in CHANNELS) / 3600.0
    assert productive == pytest.approx(staffed)


def test_every_attempt_is_made_on_a_lead_of_the_list() -> None:
    history, programme = lived(CALM), scenario(CALM).programme
    attempts = history.of("attempts", "outbound")[:6].sum()
    assert 0 < attempts <= 6 * programme.outbound.leads_per_month * programme.outbound.max_attempts
    assert history.of("sales_gross", "outbound").sum() <= history.of("reached", "outbound").sum() <= attempts


def test_both_engines_live_the_same_contract() -> None:
    kernel, reference = lived(CALM, 3), lived(CALM, 3, "reference")
    assert hours(kernel, "outbound", "attempts") > 0
    np.testing.assert_allclose(kernel.counters, reference.counters, rtol=1e-9, atol=1e-6)


def test_trained_for_one_channel_only_is_apart() -> None:
    """The same bits: a blending that moves nobody changes nothing."""
    apart, alone = lived(None), lived(CALM.model_copy(update={"shared": 0.0}))
    np.testing.assert_array_equal(apart.counters, alone.counters)
    assert apart.entries() == alone.entries()


def test_guests_of_a_day_by_hand() -> None:
    """Two of eight on duty are guests, at 0.9 of the speed of newcomers like the rest: 8 / (6 + 2 x 0.9)."""
    told = scenario(CALM)
    setting = make_setting(told.programme, 0.05, 9, 0)
    terms = told.vendor.workforce
    operator = Operator.found(
        "vendor", terms, None, setting, 1.0, 0.0, told.vendor.people, told.vendor.platform
    )  # type: ignore[arg-type]
    operator.blending = CALM
    operator.moved = operator.moved.copy()
    operator.moved[0, 20] = 2
    operator.staffed["outbound"][0, 20] = 8
    monday, tuesday = mixes(operator, "outbound")[:2]
    assert monday.longer == pytest.approx(8.0 / 7.8) and monday.guests == pytest.approx(1.8 / 7.8)
    assert tuesday == (1.0, 0.0) and mixes(operator, "inbound") == [(1.0, 0.0)] * 7
