"""The purse ahead: cash paths worked by hand, ruin that stays, and payments after their terms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from orm_sim.contract import Contract, Fixed, PaymentTerms
from orm_sim.contract.period import NOTHING
from orm_sim.contract.settlement import settle
from orm_sim.core.units import DAYS_PER_MONTH, DAYS_PER_YEAR
from orm_sim.vendor.decision.futures import Doubts, futures
from orm_sim.vendor.decision.purse_ahead import PurseAhead, Receipts, Timetable, when_paid
from orm_sim.vendor.firm import OtherBusiness, other_margins

MONTHS = Timetable(np.arange(0, 40 * 30, 30), 13, 14)
"""Months of 30 days."""


def purse(**changes: object) -> PurseAhead:
    """A small purse without other business."""
    given: dict[str, object] = {
        "cash": 100.0, "credit_line": 50.0, "credit_rate_per_year": 0.12, "receivable": (), "other_margin": 0.0,
        "other_sd": 0.0, "timetable": MONTHS,
    }  # fmt: skip
    return PurseAhead(**(given | changes))  # type: ignore[arg-type]


def flow(*months: float) -> np.ndarray:
    """One plan and one future."""
    return np.array(months)[:, None, None]


def paid(amounts: np.ndarray) -> Receipts:
    """Receipts on the last day of each month."""
    return Receipts(MONTHS.starts[1 : len(amounts) + 1] - 1, amounts)


def test_a_cash_path_by_hand() -> None:
    """1 % a month: 100 + 20 - 150 = -30; + 10 = -20 costs 0.20, - 20 = -40.2; + 10 + 40 = 9.8, - 20 = -10.2."""
    alive, interest = purse(
        receivable=[(0, 20.0), (89, 40.0)], credit_rate_per_year=0.12 * DAYS_PER_YEAR / 360.0
    ).run(paid(flow(0.0, 10.0, 10.0)), flow(150.0, 20.0, 20.0), np.zeros(1))
    assert alive.ravel().tolist() == [1.0, 1.0, 1.0]
    assert interest.ravel() == pytest.approx([0.0, 0.20, 0.0], abs=1e-12)


def test_wages_are_paid_before_the_money_of_the_months_end() -> None:
    """14 days' wages of 70 on days 13 and 27: 150 covers both and no cent more, whatever the month's end brings."""
    wages = flow(70.0 / 14.0 * DAYS_PER_MONTH)
    for cash, stands in ((90.0, 1.0), (89.99, 0.0)):
        for payroll, alive in ((wages, stands), (None, 1.0)):
            found, _ = purse(cash=cash, other_margin=500.0).run(paid(flow(0.0)), wages, np.zeros(1), payroll)
            assert found.item() == alive


def test_a_receipt_of_the_day_helps_and_one_of_the_next_does_not() -> None:
    wages = flow(210.0 / 14.0 * DAYS_PER_MONTH)
    for day, stands in ((13, 1.0), (14, 0.0)):
        early = Receipts(np.array([day]), flow(300.0))
        assert purse().run(early, wages, np.zeros(1), wages)[0].item() == stands


def test_the_last_dollar_of_the_line_may_be_spent_and_no_more() -> None:
    for spent, stands in ((150.0, 1.0), (150.01, 0.0)):
        alive, _ = purse().run(paid(flow(0.0)), flow(spent), np.zeros(1))
        assert alive.item() == stands


def test_a_firm_that_has_failed_stays_so_whatever_comes_later() -> None:
    alive, _ = purse().run(paid(flow(0.0, 1000.0, 1000.0)), flow(200.0, 0.0, 0.0), np.zeros(1))
    assert alive.ravel().tolist() == [0.0, 0.0, 0.0]


def test_what_falls_due_after_the_last_month_comes_too_late() -> None:
    late = purse(receivable=[(60, 500.0)])
    alive, _ = late.run(paid(flow(0.0, 0.0)), flow(200.0, 0.0), np.zeros(1))
    assert alive.ravel().tolist() == [0.0, 0.0]


def test_plans_and_futures_live_apart() -> None:
    costs = np.zeros((2, 2, 2))
    costs[0, 1] = 120.0
    alive, _ = purse(other_sd=40.0).run(paid(np.zeros((2, 2, 2))), costs, np.array([-1.0, 1.0]))
    assert alive[-1].tolist() == [[1.0, 1.0], [0.0, 1.0]]


@pytest.mark.parametrize("net_days", [0, 1, 30, 45, 60, 92])
def test_an_invoice_is_paid_whole_on_the_day_its_terms_end(net_days: int) -> None:
    """Invoices are written on a month's last day, here day 29 and 59; what is due after the last month is left out."""
    contract = Contract(
        title="t", scope=("inbound",), term_months=12, clauses=(Fixed(label="fee", amount=70.0),),
        payment=PaymentTerms(net_days=net_days), notice_days=30,
    )  # fmt: skip
    items = [settle(contract, NOTHING, {}, 0)[0]] * 2 + [()] * 2
    found = when_paid(items, MONTHS.starts, (1, 1))
    days = [day for day in (29 + net_days, 59 + net_days) if day < 120]
    assert found.day.tolist() == days
    assert found.amount.ravel().tolist() == [70.0] * len(days)


def test_lines_that_fall_due_on_one_day_are_one_receipt() -> None:
    contract = Contract(
        title="t", scope=("inbound",), term_months=12,
        clauses=(Fixed(label="fee", amount=70.0), Fixed(label="more", amount=5.0)),
        payment=PaymentTerms(net_days=0), notice_days=30,
    )  # fmt: skip
    found = when_paid([settle(contract, NOTHING, {}, 0)[0]], MONTHS.starts, (2, 3))
    assert found.day.tolist() == [29] and found.amount.shape == (1, 2, 3) and (found.amount == 75.0).all()


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9, 1.0])
def test_ruin_by_the_other_accounts_has_the_exact_law_of_their_sum(correlation: float) -> None:
    """At each month, without what happened between: P(cash + n·mean + sd·sqrt(V_n)·z < -line), V_n of the sum.

    1,024 quasi-random futures: within 0.2 points. The sum of n correlated months has V_n = n + 2 Σ (n-k) ρ^k.
    """
    other = futures(Doubts(), 12, 1024).other_business
    mean, sd = -10.0, 30.0
    path = purse(
        cash=100.0, credit_rate_per_year=0.0, other_margin=mean, other_sd=sd, other_correlation=correlation
    )
    alive, _ = path.run(paid(np.zeros((12, 1, 1024))), np.zeros((12, 1, 1024)), other)
    closed = []
    for n in range(1, 13):
        variance = n + 2.0 * sum((n - k) * correlation**k for k in range(1, n))
        closed.append(norm.cdf((-150.0 - n * mean) / (sd * math.sqrt(variance))))
    assert 1.0 - alive.mean(axis=(1, 2)) == pytest.approx(np.maximum.accumulate(closed), abs=0.002)


def test_the_law_of_the_sum_is_that_of_the_margins_that_are_lived() -> None:
    """Standard deviation of twelve lived months of other business, 4,000 firms: within 3 standard errors."""
    terms = OtherBusiness(monthly_margin=0.0, sd=30.0, correlation=0.5)
    sums = np.array([other_margins(terms, (9, firm), 12).sum() for firm in range(4000)])
    exact = 30.0 * math.sqrt(12 + 2.0 * sum((12 - k) * 0.5**k for k in range(1, 12)))
    assert abs(sums.std() - exact) < 3.0 * exact / math.sqrt(2 * 4000)
