"""The client's exit: notice after failed months, work taken back when it is served, and what is unsettled runs off."""

from __future__ import annotations

import itertools

import pytest

from orm_sim.centre import engine
from orm_sim.relationship.exit import ExitRule
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.history import History
from orm_sim.simulation.job import StudyJob
from orm_sim.simulation.outcomes import client_flows, outcome_row
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.standing import last_day
from orm_sim.simulation.world import simulate
from tests.simulation.bank import SEED, shrunk

RULE = ExitRule(failed_months=2, of_months=3, forecast_band=None)
RAMP_MONTH = 4  # the last ramp step is in week 17, on day 119: month 4 is the first whole one


def starved(small: dict[str, Scenario], rule: ExitRule | None, option: str = "per_hour") -> Scenario:
    """A vendor that may not hire, so that it misses every month, under an exit rule; 14 months."""
    scenario = shrunk(small[option], 14)
    vendor = scenario.vendor.model_copy(update={"hiring_reserve_months": 190.0})
    relationship = scenario.relationship.model_copy(update={"exit_rule": rule})
    return scenario.model_copy(update={"vendor": vendor, "relationship": relationship})


def lived(scenario: Scenario) -> History:
    """Its first replication."""
    return simulate(scenario, make_setting(scenario.programme, 0.05, SEED, 0), engine("kernel"))


@pytest.fixture(scope="module")
def ended(small: dict[str, Scenario]) -> History:
    return lived(starved(small, RULE))


def test_notice_follows_the_failed_months_and_the_end_follows_the_notice(ended: History) -> None:
    """Months 4 and 5 fail: notice on the last day of month 5, 90 days later is in month 8, which is still served."""
    assert ended.ended_day is not None and ended.insolvent_day is None
    notice = next(e for e in ended.events if e.what.startswith("notice for cause"))
    starts = ended.days.month_starts
    assert notice.day == starts[RAMP_MONTH + 2] - 1
    assert "service missed in 2 of 2 months; the vendor serves to the end of month 8" in notice.what
    assert ended.ended_day == starts[9] - 1
    assert ended.events[-1].day == ended.ended_day and "ended for cause" in ended.events[-1].what


def test_the_client_has_hired_for_the_day_it_takes_the_work_back(ended: History) -> None:
    """Unlike after an insolvency, contacts are answered in-house from the first month without a vendor."""
    answered = ended.of("answered", "inbound", "in_house")
    assert answered[8] == 0.0 and ended.of("offered", "inbound", "vendor")[9:].sum() == 0.0
    assert answered[9] > 0.5 * ended.of("offered", "inbound")[9]


def test_switching_the_rule_off_keeps_the_vendor(small: dict[str, Scenario], ended: History) -> None:
    """Common random numbers: the same until the notice, then another history and another value for the client."""
    kept = lived(starved(small, None))
    assert kept.ended_day is None and not any("notice" in e.what for e in kept.events)
    for counter in ("offered", "answered", "abandoned"):
        before = slice(0, RAMP_MONTH + 2)
        assert (kept.of(counter, "inbound")[before] == ended.of(counter, "inbound")[before]).all()
    assert ended.of("answered", "inbound").sum() > kept.of("answered", "inbound").sum()
    assert client_flows(ended, 0.10).npv != client_flows(kept, 0.10).npv


def test_money_runs_off_without_an_estate(ended: History) -> None:
    """The firm lives on: its purse reconciles, every line is paid, its account's overhead stops with the contract."""
    cash = [e for e in ended.entries() if e.kind == "cash"]
    flow = sum(e.amount for e in cash if e.payee == "vendor") - sum(
        e.amount for e in cash if e.payer == "vendor"
    )
    assert ended.opening_cash + flow == pytest.approx(ended.closing_cash, abs=0.005)
    for account in ("fees", "credits"):
        invoiced, paid = (
            sum(e.amount for e in ended.entries() if e.account == account and e.kind == kind)
            for kind in ("invoice", "cash")
        )
        assert paid == pytest.approx(invoiced, abs=0.005)
    assert ended.ended_day is not None
    late = {e.account for e in cash if e.payer == "vendor" and e.day > ended.ended_day}
    assert "vendor_overhead" not in late
    exits = [e for e in cash if e.account == "exit"]
    assert [e.day for e in exits] == [ended.ended_day]


def test_oversight_ends_with_the_contract(ended: History) -> None:
    assert ended.ended_day is not None
    last = max(e.day for e in ended.entries() if e.account == "oversight")
    assert last == ended.ended_day


def test_the_outcome_tells_the_month(small: dict[str, Scenario], ended: History) -> None:
    scenario = starved(small, RULE)
    row = outcome_row("x", 0, scenario, ended, ended, client_flows(ended, 0.10))
    assert row["ended"] is True and row["ended_month"] == 8.0 and row["no_deal"] is False


def test_options_that_follow_one_another_end_as_if_lived_alone(small: dict[str, Scenario]) -> None:
    """Two options ask for the same work, so one follows the other's weeks: both end, each as when lived alone."""
    options = {"in_house": shrunk(small["in_house"], 14)}
    options |= {name: starved(small, RULE, name) for name in ("per_minute", "baseline")}
    for first, second in itertools.permutations(("per_minute", "baseline")):
        both = StudyJob(
            {n: options[n] for n in ("in_house", first, second)}, "in_house", SEED, "kernel"
        ).live(0)[1]
        alone = StudyJob({n: options[n] for n in ("in_house", second)}, "in_house", SEED, "kernel").live(0)[1]
        assert both[second].ended_day is not None
        assert both[second].entries() == alone[second].entries()


@pytest.mark.parametrize(
    ("day", "last"), [(100, 119), (119, 119), (120, 150), (243, None), (272, None), (400, None)]
)
def test_notice_runs_to_the_end_of_a_month_within_the_term(
    small: dict[str, Scenario], day: int, last: int | None
) -> None:
    """Nine months from 1 January 2027: April ends on day 119, August on 242, September, the last month, on 272."""
    programme = small["per_hour"].programme
    days = make_setting(programme, 0.05, SEED, 0).days
    assert last_day(days, day) == last


def test_a_vendor_that_heeds_the_rule_plans_otherwise_and_is_not_sent_away_sooner(
    small: dict[str, Scenario],
) -> None:
    """Common random numbers: who reckons with the exit keeps the contract as long as who is surprised by the notice.

    A pool this small is lost to chance as often as to a plan, so that service may differ by a point either way.
    """
    served, plans, ends = [], [], []
    for heeds in (True, False):
        scenario = shrunk(small["per_minute"], 24)
        traits = scenario.vendor.traits.model_copy(update={"heeds_exit": heeds, "outside_margin": None})
        vendor = scenario.vendor.model_copy(update={"policy": "best_response", "traits": traits})
        rule = ExitRule(failed_months=2, of_months=4)
        relationship = scenario.relationship.model_copy(update={"exit_rule": rule})
        history = lived(scenario.model_copy(update={"vendor": vendor, "relationship": relationship}))
        within, offered = (history.of(n, "inbound", "vendor")[4:24] for n in ("answered_within", "offered"))
        served.append(within.sum() / offered.sum())
        plans.append([plan.staffing_ratio for _, plan in history.decisions])
        ends.append(history.ended_day or history.days.n_days)
    assert plans[0] != plans[1]
    assert served[0] > served[1] - 0.01 and ends[0] >= ends[1]
