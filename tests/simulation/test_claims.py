"""What a study's tables must show: savings, service, quality, productivity, and pay that varies as it should."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from orm_sim.centre import engine
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.history import History
from orm_sim.simulation.job import StudyJob
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.world import simulate
from orm_sim.study.plan import Unit
from orm_sim.study.tables import DRAWS, KPI_TABLE, LEDGER, OUTCOMES
from tests.simulation.bank import SEED

Lived = list[tuple[dict[str, float], dict[str, History]]]


@pytest.fixture(scope="module")
def tables(job: StudyJob) -> dict[str, pd.DataFrame]:
    """Tables of two replications."""
    return job.run_unit(Unit(0, 0, 2))


@pytest.mark.row("R091")
@pytest.mark.row("R226")
def test_tables_keep_their_contracts(tables: dict[str, pd.DataFrame]) -> None:
    for contract in (OUTCOMES, KPI_TABLE, LEDGER, DRAWS):
        contract.check(tables[contract.name])
    outcomes = tables["outcomes"].set_index(["replication", "option"])
    for replication in (0, 1):
        zero = outcomes.loc[(replication, "in_house"), "client_npv"]
        for option in ("per_hour", "inbound_only"):
            row = outcomes.loc[(replication, option)]
            assert row["client_incremental_npv"] == pytest.approx(row["client_npv"] - zero, abs=1e-6)


@pytest.mark.row("R099")
@pytest.mark.row("R100")
@pytest.mark.row("R101")
@pytest.mark.row("R102")
@pytest.mark.row("R227")
def test_kpis_are_their_formulas_over_the_counters(tables: dict[str, pd.DataFrame]) -> None:
    kpis = tables["kpis"]
    term = kpis[(kpis["channel"] == "inbound") & (kpis["offered"] > 0)]
    np.testing.assert_allclose(term["service_level"], term["answered_within"] / term["offered"])
    np.testing.assert_allclose(term["abandonment_rate"], term["abandoned"] / term["offered"])
    np.testing.assert_allclose(term["aht"], term["handled_s"] / term["answered"])
    np.testing.assert_allclose(term["occupancy"], term["busy_s"] / term["staffed_s"])
    np.testing.assert_allclose(term["fcr"], term["resolved"] / term["answered"])
    np.testing.assert_allclose(term["contacts_per_paid_hour"], term["answered"] / term["paid_hours"])
    calling = kpis[(kpis["channel"] == "outbound") & (kpis["reached"] > 0)]
    np.testing.assert_allclose(calling["conversion"], calling["sales_gross"] / calling["reached"])
    outcomes = tables["outcomes"]
    assert outcomes["sla_met"].between(0, 1).all()
    assert (outcomes["cost_total"] > 0).all()


def test_channel_costs_add_up_to_the_cash_the_client_pays(tables: dict[str, pd.DataFrame]) -> None:
    """Both channels together hold every cash cost of the client; losses on contacts are worth, not cash."""
    ledger = tables["ledger"][tables["ledger"]["kind"] == "cash"]
    paid = ledger[ledger["payer"] == "client"].groupby(["replication", "option"])["amount"].sum()
    back = ledger[ledger["payee"] == "client"].groupby(["replication", "option"])["amount"].sum()
    net = paid.sub(back, fill_value=0.0)
    outcomes = tables["outcomes"].set_index(["replication", "option"])
    both = outcomes["cost_inbound"] + outcomes["cost_outbound"]
    np.testing.assert_allclose(both.sort_index(), net.sort_index(), rtol=1e-6)


@pytest.mark.row("R068")
@pytest.mark.row("R073")
def test_commission_makes_income_vary_more_than_a_baseline(small: dict[str, Scenario]) -> None:
    """Same vendor, same work, other pay: outbound income per hour varies most under pure commission (R068, R073)."""
    spread = {}
    for name, labels in (
        ("per_hour", {"outbound hours"}),
        ("baseline", {"outbound baseline", "commission"}),
        ("commission", {"commission"}),
    ):
        scenario = small[name]
        per_hour = []
        for replication in range(4):
            setting = make_setting(scenario.programme, 0.05, SEED, replication)
            history = simulate(scenario, setting, engine("kernel"), unlimited_cash=True)
            hours = history.of("productive_hours", "outbound", "vendor")
            for month in range(5, history.days.n_months):
                first, last = history.days.month_starts[month], history.days.month_starts[month + 1]
                billed = sum(
                    e.amount if e.payee == "vendor" else -e.amount
                    for e in history.entries()
                    if e.kind == "invoice" and e.cause in labels and first <= e.day < last
                )
                per_hour.append(billed / hours[month])
        spread[name] = float(np.std(per_hour) / np.mean(per_hour))
    assert spread["per_hour"] < spread["baseline"] < spread["commission"]


@pytest.mark.row("R042")
def test_learning_switched_off_shortens_contacts(small: dict[str, Scenario]) -> None:
    """Mutation: with experienced newcomers the vendor's handle time in the first months falls, all else equal."""
    scenario = small["per_hour"]
    learning = scenario.vendor.workforce.learning.model_copy(
        update={"handle_speed_at_start": 1.0, "resolution_at_start": 1.0, "conversion_at_start": 1.0}
    )
    workforce = scenario.vendor.workforce.model_copy(update={"learning": learning})
    expert = scenario.model_copy(
        update={"vendor": scenario.vendor.model_copy(update={"workforce": workforce})}
    )
    figures = []
    for each in (scenario, expert):
        history = simulate(each, make_setting(each.programme, 0.05, SEED, 0), engine("kernel"))
        handled, answered = (history.of(n, "inbound", "vendor")[2:5].sum() for n in ("handled_s", "answered"))
        figures.append(handled / answered)
    assert figures[1] < 0.9 * figures[0]
