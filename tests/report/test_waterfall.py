"""The waterfall adds up to the cent, and to the figures the study reports."""

from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orm_sim.finance.accounts import CLIENT_ACCOUNTS
from orm_sim.report.waterfall import bridge, client_flows
from tests.report.synthetic import OPTIONS, ZERO

Tables = dict[str, pd.DataFrame]
ACCOUNTS = {account.name: account for account in CLIENT_ACCOUNTS}


def _cents(amount: float) -> int:
    return int((Decimal(repr(float(amount))) * 100).to_integral_value())


@pytest.mark.row("R226")
@pytest.mark.parametrize("option", OPTIONS[1:])
def test_steps_add_up_to_the_cent(small: Tables, option: str) -> None:
    steps = bridge(small["ledger"], option, ZERO)
    total = steps[steps["role"] == "total"]["amount"].to_list()
    changes = [_cents(amount) for amount in steps[steps["role"] == "step"]["amount"]]
    assert _cents(total[0]) + sum(changes) == _cents(total[1])
    ends = steps[steps["role"] == "step"]
    assert ends["start"].iloc[0] == total[0] and ends["end"].iloc[-1] == pytest.approx(total[1], abs=1e-6)


@pytest.mark.row("R226")
@pytest.mark.parametrize("option", OPTIONS[1:])
def test_the_total_is_the_value_the_study_reports(small: Tables, option: str) -> None:
    steps = bridge(small["ledger"], option, ZERO)
    outcomes = small["outcomes"]
    reported = outcomes.loc[outcomes["option"] == option, "client_incremental_npv"].mean()
    assert steps["amount"].iloc[-1] - steps["amount"].iloc[0] == pytest.approx(reported, abs=0.0101)


@pytest.mark.row("R226")
def test_discounting_is_a_step_of_its_own(small: Tables) -> None:
    npv = small["outcomes"]["client_npv"] * 0.87
    outcomes = small["outcomes"].assign(client_npv=npv)
    paid = bridge(small["ledger"], "per_minute", ZERO)
    today = bridge(small["ledger"], "per_minute", ZERO, outcomes)
    means = outcomes.groupby("option")["client_npv"].mean()
    assert today["amount"].iloc[0] == round(means[ZERO], 2) and today["amount"].iloc[-1] == round(
        means["per_minute"], 2
    )
    changes = today[today["role"] == "step"].set_index("account")["amount"]
    assert sum(map(_cents, changes)) == _cents(today["amount"].iloc[-1]) - _cents(today["amount"].iloc[0])
    gained = paid["amount"].iloc[-1] - paid["amount"].iloc[0]
    assert changes["discounting"] == pytest.approx(-0.13 * gained, abs=0.02)
    assert changes["fees"] == pytest.approx(paid.set_index("account")["amount"]["fees"], abs=0.0101)


def test_no_step_is_off_by_more_than_the_shared_out_cents(small: Tables) -> None:
    steps = bridge(small["ledger"], "per_minute", ZERO).set_index("account")["amount"]
    ledger = small["ledger"]
    fees = ledger[
        (ledger["option"] == "per_minute") & (ledger["account"] == "fees") & (ledger["kind"] == "cash")
    ]
    by_hand = -fees["amount"].sum() / ledger["replication"].nunique()
    assert steps["fees"] == pytest.approx(by_hand, abs=0.0101)


def test_invoices_and_the_vendors_books_are_not_the_clients_money(small: Tables) -> None:
    flows = client_flows(small["ledger"], "per_minute")
    assert set(flows.columns) <= set(ACCOUNTS)
    ledger = small["ledger"]
    without = ledger[ledger["kind"] != "invoice"]
    pd.testing.assert_frame_equal(flows, client_flows(without, "per_minute"))


def test_options_without_a_common_replication_are_refused(small: Tables) -> None:
    ledger = small["ledger"]
    apart = pd.concat(
        [
            ledger[ledger["option"] == ZERO],
            ledger[ledger["option"] == "per_hour"].assign(replication=lambda t: t["replication"] + 1000),
        ]
    )
    with pytest.raises(ValueError, match="no replication in common"):
        bridge(apart, "per_hour", ZERO)


_ENTRY = st.tuples(
    st.sampled_from(["a", "b"]),
    st.integers(0, 2),
    st.sampled_from(sorted(ACCOUNTS)),
    st.integers(0, 10**9).map(lambda cents: cents / 100),
)


@settings(max_examples=20, deadline=None)
@given(st.lists(_ENTRY, min_size=1, max_size=25))
def test_any_ledger_reconciles_to_the_cent(entries: list[tuple[str, int, str, float]]) -> None:
    rows = [
        ("a", 0, "fees", 1.0),
        ("b", 0, "fees", 1.0),
        ("a", 1, "fees", 1.0),
        ("b", 1, "fees", 1.0),
        ("a", 2, "fees", 1.0),
        ("b", 2, "fees", 1.0),
        *entries,
    ]
    ledger = pd.DataFrame(
        [
            {
                "option": option,
                "replication": replication,
                "month": 0,
                "account": account,
                "payer": "suppliers" if ACCOUNTS[account].sign > 0 else "client",
                "payee": "client" if ACCOUNTS[account].sign > 0 else "suppliers",
                "kind": ACCOUNTS[account].kind,
                "amount": amount,
            }
            for option, replication, account, amount in rows
        ]
    )
    steps = bridge(ledger, "a", "b")
    changes = sum(_cents(amount) for amount in steps[steps["role"] == "step"]["amount"])
    exact = {
        option: sum(
            (
                Fraction(Decimal(repr(amount))) * ACCOUNTS[account].sign
                for o, _, account, amount in rows
                if o == option
            ),
            Fraction(0),
        )
        / 3
        for option in "ab"
    }
    first, last = _cents(steps["amount"].iloc[0]), _cents(steps["amount"].iloc[-1])
    assert abs(first - exact["b"] * 100) <= Fraction(51, 100) and abs(last - exact["a"] * 100) <= Fraction(
        51, 100
    )
    assert changes == last - first
