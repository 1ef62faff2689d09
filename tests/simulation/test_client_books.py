"""Bars that a scenario asks for: customers kept, services paid for extra; off and on under common random numbers."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from orm_sim.centre import engine
from orm_sim.contract.silence import silent
from orm_sim.relationship.hidden_fees import HiddenFees
from orm_sim.relationship.retention import Retention
from orm_sim.report.waterfall import bridge
from orm_sim.simulation.draws import with_inputs
from orm_sim.simulation.history import History
from orm_sim.simulation.job import LEDGER_COLUMNS
from orm_sim.simulation.outcomes import by_account, client_flows, ledger_rows
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.world import simulate
from tests.simulation.mutations import base

ALWAYS = HiddenFees(firms_that_pay=1.0, share_per_question=0.004)
CUSTOMERS = Retention(customers=50_000, margin_per_customer_year=120.0)


@cache
def lived(path: str = "", value: Any = None, contract: bool = True) -> History:
    """The small bank with one of the client's terms given; without a contract as it is in-house."""
    told = with_inputs(base(), {path: value}) if path else base()
    told = told if contract else told.model_copy(update={"contract": None})
    return simulate(told, make_setting(told.programme, 0.05, 5, 0), engine("kernel"))


def total(history: History, account: str, kind: str = "cash") -> float:
    return sum(e.amount for e in history.entries() if (e.account, e.kind) == (account, kind))


@pytest.mark.row("R155")
def test_services_thought_included_are_a_share_of_the_fees() -> None:
    """0.4 % of the fees for each question that the contract leaves open, invoiced and paid with them."""
    without, paid = lived(), lived("client.hidden_fees", ALWAYS)
    contract = base().contract
    assert contract is not None and total(without, "hidden_fees") == 0.0
    questions = len(list(silent(contract)))
    fees = sum(
        e.amount for e in paid.entries() if (e.account, e.kind) == ("fees", "invoice") and e.payee == "vendor"
    )
    assert total(paid, "hidden_fees", "invoice") == pytest.approx(0.004 * questions * fees, abs=0.05)
    assert total(paid, "hidden_fees") == pytest.approx(total(paid, "hidden_fees", "invoice"), abs=0.01)
    np.testing.assert_array_equal(without.of("answered", "inbound"), paid.of("answered", "inbound"))
    assert paid.closing_cash > without.closing_cash
    assert client_flows(paid, 0.1).npv < client_flows(without, 0.1).npv


def test_the_vendors_cash_reconciles_with_them() -> None:
    history = lived("client.hidden_fees", ALWAYS)
    cash = [e for e in history.entries() if e.kind == "cash"]
    flow = sum(e.amount * ((e.payee == "vendor") - (e.payer == "vendor")) for e in cash)
    assert history.opening_cash + flow == pytest.approx(history.closing_cash, abs=0.005)


def test_a_client_that_is_lucky_pays_none() -> None:
    never = lived("client.hidden_fees", ALWAYS.model_copy(update={"firms_that_pay": 0.0}))
    assert never.entries() == lived().entries()


@pytest.mark.row("R043")
def test_customers_are_kept_by_the_satisfaction_of_contacts() -> None:
    """Month by month, from the counters: resolved 0.85, 0.25 less where not, 0.02 less a minute waited."""
    history, programme = lived("client.retention", CUSTOMERS), base().programme
    mood, fcr = programme.inbound.satisfaction, programme.inbound.resolution.fcr
    expected = 0.0
    for month in range(programme.months):
        resolved, unresolved, waited = (
            float(history.of(n, "inbound")[month]) for n in ("resolved", "unresolved", "wait_answered_s")
        )
        answered = resolved + unresolved
        now = mood.resolved - mood.loss_unresolved * unresolved / answered
        now -= mood.loss_per_minute_waited * waited / answered / 60.0
        expected += CUSTOMERS.month(now, mood.resolved - mood.loss_unresolved * (1.0 - fcr))
    assert by_account(history.entries())["retained_margin"] == pytest.approx(expected)
    assert expected < 0.0  # newcomers resolve less


def test_both_are_bars_of_the_waterfall() -> None:
    """In-house pays no hidden fees, and its own customers leave by its own service."""
    rows = []
    for option, contract in (("in_house", False), ("vendor", True)):
        told = with_inputs(base(), {"client.retention": CUSTOMERS, "client.hidden_fees": ALWAYS})
        told = told if contract else told.model_copy(update={"contract": None})
        rows += ledger_rows(
            option, 0, simulate(told, make_setting(told.programme, 0.05, 5, 0), engine("kernel"))
        )
    bars = bridge(pd.DataFrame(rows, columns=list(LEDGER_COLUMNS)), "vendor", "in_house").set_index("account")
    assert bars.loc["hidden_fees", "amount"] < 0.0
    assert bars.loc["hidden_fees", "label"] == "services thought included, paid for extra"
    assert bars.loc["retained_margin", "label"] == "margin of customers kept or lost by service"
    steps = bars[bars["role"] == "step"]["amount"].sum()
    assert steps == pytest.approx(bars.loc["option", "amount"] - bars.loc["reference", "amount"], abs=0.01)


def test_without_them_nothing_changes() -> None:
    assert {"hidden_fees", "retained_margin"} & set(by_account(lived().entries())) == set()
