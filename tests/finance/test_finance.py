"""Discounting and the ledger against arithmetic done by hand, and their laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orm_sim.finance.accounts import ACCOUNTS, CLIENT_ACCOUNTS, OUTLAY_ACCOUNTS
from orm_sim.finance.discounting import discount_factor, present_value
from orm_sim.finance.ledger import Entry, Ledger
from orm_sim.simulation.outcomes import payback_month

flows = st.lists(st.tuples(st.integers(0, 1300), st.floats(-1e6, 1e6)), min_size=1, max_size=20)


def test_a_year_discounts_by_the_rate() -> None:
    assert present_value([0.0, 365.25, 730.5], [-100.0, 60.0, 60.0], 0.10) == pytest.approx(
        -100 + 60 / 1.1 + 60 / 1.21
    )


@given(flows, st.floats(0.0, 0.5), st.floats(-3, 3))
def test_present_value_is_linear(rows: list[tuple[int, float]], rate: float, scale: float) -> None:
    days, amounts = [d for d, _ in rows], np.array([a for _, a in rows])
    value = present_value(days, amounts, rate)
    assert math.isclose(present_value(days, scale * amounts, rate), scale * value, rel_tol=1e-9, abs_tol=1e-6)


@given(st.floats(0.0, 0.5), st.integers(0, 1000), st.integers(0, 1000))
def test_discounting_compounds(rate: float, a: int, b: int) -> None:
    product = float(discount_factor(a, rate) * discount_factor(b, rate))
    assert math.isclose(float(discount_factor(a + b, rate)), product, rel_tol=1e-12)


def test_money_is_conserved_between_parties() -> None:
    ledger = Ledger()
    ledger.post(Entry(3, "client", "vendor", "fees", 100.0, "cash"))
    ledger.post(Entry(5, "vendor", "staff", "vendor_labour", 60.0, "cash"))
    ledger.post(Entry(3, "client", "vendor", "fees", 100.0, "invoice"))
    assert [ledger.balance(p) for p in ("client", "vendor", "staff")] == [-100.0, 40.0, 60.0]  # type: ignore[arg-type]
    days, signed = ledger.flows("vendor", "fees")
    assert days.tolist() == [3.0] and signed.tolist() == [100.0]


@pytest.mark.parametrize("amount", [-1.0, math.nan, math.inf])
def test_an_entry_is_a_finite_amount_of_zero_or_more(amount: float) -> None:
    with pytest.raises(ValueError, match="finite and 0 or more"):
        Ledger().post(Entry(0, "client", "vendor", "fees", amount, "cash"))
    with pytest.raises(ValueError, match="unknown account"):
        Ledger().post(Entry(0, "client", "vendor", "feees", 1.0, "cash"))


def test_every_cost_line_of_the_design_has_an_account() -> None:
    design = {
        "sale_margin", "contact_value", "abandoned_loss", "unresolved_loss", "fees", "credits", "transition",
        "retained_roles", "oversight", "licences", "irrecoverable_tax", "severance", "stranded", "remediation", "exit",
    }  # fmt: skip
    assert design <= {a.name for a in CLIENT_ACCOUNTS}
    assert set(OUTLAY_ACCOUNTS) <= set(ACCOUNTS)


@pytest.mark.parametrize(
    ("cumulative", "month"),
    [([-2, -1, 1, 3], 2.5), ([-2, 1, -1], math.inf), ([1, 2], 0.0), ([-1, 1, -1, 1], 3.5)],
)
def test_payback_is_when_the_sum_stays_above_zero(cumulative: list[float], month: float) -> None:
    """The sum of month k stands at its end, so a crossing between the ends of months 1 and 2 is at 1.x + 1."""
    assert payback_month(np.array(cumulative, dtype=float)) == month
