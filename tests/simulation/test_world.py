"""The world: the same callers for every option, one path on both engines, remembered days that change nothing."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from orm_sim.centre import engine
from orm_sim.scenario.load import load_study
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.history import History
from orm_sim.simulation.job import StudyJob
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.world import simulate
from tests.simulation.bank import SEED, STUDY, shrunk

Lived = list[tuple[dict[str, float], dict[str, History]]]


def test_options_meet_the_same_callers(lived: Lived) -> None:
    """Before the first ramp step nothing differs for customers, whatever will be signed."""
    for _, histories in lived:
        home = histories["in_house"]
        for name in ("per_hour", "commission", "inbound_only"):
            for counter in ("offered", "answered_within", "abandoned", "resolved"):
                assert histories[name].of(counter, "inbound")[0] == home.of(counter, "inbound")[0]


def test_remembered_days_change_nothing(small: dict[str, Scenario], lived: Lived, job: StudyJob) -> None:
    """An option lived alone, with nothing to look up, or after in-house alone, has the history it has beside all."""
    values, histories = lived[1]
    for name in ("in_house_improved", "per_minute", "baseline", "inbound_only"):
        pair = StudyJob({"in_house": small["in_house"], name: small[name]}, "in_house", SEED, "kernel").live(
            1
        )
        alone = StudyJob({name: small[name]}, name, SEED, "kernel").live(1)
        for other_values, others in (pair, alone):
            assert other_values == values
            np.testing.assert_array_equal(others[name].counters, histories[name].counters)
            assert others[name].entries() == histories[name].entries()


def test_vendors_that_plan_live_beside_others_as_alone(small: dict[str, Scenario]) -> None:
    """Hazards on and every vendor planning: the history of an option hangs on no other, and the order tells nothing."""
    options = {
        name: _planning(small[name]) for name in ("in_house", "inbound_only", "per_minute", "baseline")
    }
    beside = StudyJob(options, "in_house", SEED, "kernel").live(0)[1]
    turned = StudyJob(dict(reversed(options.items())), "in_house", SEED, "kernel").live(0)[1]
    for name, option in options.items():
        alone = StudyJob({name: option}, name, SEED, "kernel").live(0)[1][name]
        for other in (alone, turned[name]):
            np.testing.assert_array_equal(other.counters, beside[name].counters)
            np.testing.assert_array_equal(other.lost, beside[name].lost)
            assert other.entries() == beside[name].entries()
            assert other.decisions == beside[name].decisions


def _planning(scenario: Scenario) -> Scenario:
    """With a vendor that plans, and the hazards of the shipped bank."""
    vendor = scenario.vendor.model_copy(update={"policy": "best_response"})
    risks = load_study(STUDY).base.risks
    return scenario.model_copy(update={"vendor": vendor, "risks": risks})


def test_reference_engine_lives_the_same_contract(small: dict[str, Scenario]) -> None:
    """Kernel and reference agree on a whole contract: counts exactly, waits and busy time to a microsecond."""
    option = shrunk(small["per_hour"], months=3)
    results = []
    for name in ("kernel", "reference"):
        setting = make_setting(option.programme, 0.05, SEED, 0)
        results.append(simulate(option, setting, engine(name)))
    kernel, reference = results
    for counter in ("offered", "answered", "answered_within", "abandoned", "resolved", "repeat_contacts"):
        np.testing.assert_array_equal(kernel.of(counter, "inbound"), reference.of(counter, "inbound"))
    for counter in ("attempts", "reached", "sales_gross", "sales_kept"):
        np.testing.assert_array_equal(kernel.of(counter, "outbound"), reference.of(counter, "outbound"))
    for counter in ("busy_s", "wait_all_s", "handled_s"):
        np.testing.assert_allclose(
            kernel.of(counter, "inbound"), reference.of(counter, "inbound"), rtol=0, atol=1e-6
        )


def test_contacts_are_conserved(lived: Lived) -> None:
    for _, histories in lived:
        for history in histories.values():
            for operator in ("in_house", "vendor"):
                offered, answered, abandoned = (
                    history.of(n, "inbound", operator) for n in ("offered", "answered", "abandoned")
                )
                np.testing.assert_array_equal(offered, answered + abandoned)
                settled = history.of("resolved", "inbound", operator) + history.of(
                    "unresolved", "inbound", operator
                )
                np.testing.assert_array_equal(answered, settled)
            funnel = [
                history.of(n, "outbound").sum()
                for n in ("attempts", "reached", "sales_gross", "sales_net", "sales_kept")
            ]
            assert all(a >= b for a, b in pairwise(funnel))


@pytest.mark.row("R073")
def test_insolvency_stops_service_and_the_client_rebuilds(small: dict[str, Scenario]) -> None:
    """A vendor without cash fails before its first receipt; contacts are lost, then in-house service comes back."""
    scenario = small["commission"]
    firm = scenario.vendor.firm.model_copy(update={"opening_cash": 20_000.0, "credit_line": 0.0})
    poor = scenario.model_copy(update={"vendor": scenario.vendor.model_copy(update={"firm": firm})})
    setting = make_setting(poor.programme, 0.05, SEED, 0)
    history = simulate(poor, setting, engine("kernel"))
    assert history.insolvent_day is not None and history.insolvent_day < 240
    assert any("insolvent" in event.what for event in history.events)
    assert {e.account for e in history.entries()} >= {"exit"}
    month = int(history.days.month[history.insolvent_day])
    lost = history.of("abandoned", "inbound") / np.maximum(history.of("offered", "inbound"), 1)
    assert lost[month + 1] > 0.5
    assert history.of("answered", "inbound", "vendor")[month + 1 : history.days.n_months].sum() == 0
    rebuilt = history.of("answered", "inbound", "in_house")[month + 3 : history.days.n_months]
    assert rebuilt.sum() > 0
    after = [e for e in history.entries() if e.kind == "cash" and e.day > history.insolvent_day]
    received = sum(e.amount for e in after if e.payee == "vendor")
    paid = [e for e in after if e.payer == "vendor"]
    assert {e.payee for e in paid} <= {"client", "lender", "staff", "suppliers"}
    assert sum(e.amount for e in paid) <= received + 0.01  # the estate hands on what comes in, and no more
    assert (
        history.paid_hours[1, :, history.insolvent_day + 7 :].sum() == 0.0
    )  # nobody works for it any longer


@pytest.mark.row("R042")
def test_a_starved_vendor_shrinks_and_owes_credits(small: dict[str, Scenario]) -> None:
    """With little cash hiring stops, so that fewer agents answer than with plenty of it."""
    scenario = small["per_hour"]
    counts, credited = [], []
    for reserve in (0.0, 190.0):
        vendor = scenario.vendor.model_copy(update={"hiring_reserve_months": reserve})
        setting = make_setting(scenario.programme, 0.05, SEED, 0)
        history = simulate(scenario.model_copy(update={"vendor": vendor}), setting, engine("kernel"))
        counts.append(history.of("fte", "inbound", "vendor").sum())
        credited.append(
            sum(e.amount for e in history.entries() if e.account == "credits" and e.kind == "invoice")
        )
    assert counts[1] < 0.9 * counts[0]
    assert credited[1] > credited[0]


def test_vendors_that_plan_alike_are_lived_alike(small: dict[str, Scenario]) -> None:
    """Two options that differ for the client alone: the second vendor plans on its own people, as the first does."""
    scenario = small["per_minute"]
    traits = scenario.vendor.traits.model_copy(update={"outside_margin": None})
    vendor = scenario.vendor.model_copy(update={"policy": "best_response", "traits": traits})
    first = scenario.model_copy(update={"vendor": vendor})
    second = first.model_copy(update={"client": first.client.model_copy(update={"transition_cost": 1.0})})
    options = {"in_house": small["in_house"], "first": first, "second": second}
    _, histories = StudyJob(options, "in_house", SEED, "kernel").live(0)
    assert len(histories["first"].decisions) == 3
    assert histories["second"].decisions == histories["first"].decisions
    np.testing.assert_array_equal(histories["second"].counters, histories["first"].counters)
    assert histories["second"].closing_cash == pytest.approx(histories["first"].closing_cash, abs=1e-6)
