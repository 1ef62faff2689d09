"""Ruin of a thin vendor with a random income and a fixed payroll: closed forms where there are, else Monte Carlo.

Gambler's ruin: Feller, An Introduction to Probability Theory I, ch. XIV. The discrete walk with normal steps against a
Brownian path with its barrier moved by 0.5826 standard deviations: Siegmund, Sequential Analysis (1985).
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, field, fields
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from orm_sim.core.units import DAYS_PER_MONTH
from orm_sim.demand.calendar import Calendar, calendar
from orm_sim.simulation.payments import Payments
from orm_sim.vendor.decision.purse_ahead import PurseAhead, Receipts, Timetable
from orm_sim.vendor.firm import FirmTerms, OtherBusiness, Purse, other_margins

LARGEST_SE = 0.003


@dataclass
class FixedPayroll:
    """People who cost the same every fortnight and every month."""

    fortnight: float
    month: float

    def book(self, until: int) -> None:
        """Nothing accrues."""

    def take_wages(self) -> tuple[float, float]:
        """Wages of agents and trainees."""
        return self.fortnight, 0.0

    def take_month(self) -> tuple[float, float, float]:
        """Support, hiring and seats."""
        return self.month, 0.0, 0.0

    def take_severance(self) -> float:
        """Nobody is dismissed."""
        return 0.0


@dataclass
class Firm:
    """A firm of the simulation, its payments made by `Payments`."""

    terms: FirmTerms
    other: np.ndarray
    fortnight: float
    month: float
    failed: list[int] = field(default_factory=list)

    def fails_on(self) -> int | None:
        """Day on which it cannot pay, over as many months of 28 days as it has margins; None if it always can."""
        months = self.other.size
        days = SimpleNamespace(
            n_days=28 * months, end_day=40 * months, month=np.repeat(np.arange(months), 28)
        )
        given: dict[str, Any] = {
            "days": days, "ledger": SimpleNamespace(post=lambda entry: None), "home": FixedPayroll(0.0, 0.0),
            "vendor": FixedPayroll(self.fortnight, self.month), "purse": Purse.open(self.terms), "other": self.other,
            "overhead": 0.0, "fail": self.failed.append,
        }  # fmt: skip
        asked = [f.name for f in fields(Payments) if f.name in ("acts", "serves")]
        payments = Payments(**given, **dict.fromkeys(asked, lambda: not self.failed))
        for month in range(months):
            for day in (28 * month + 13, 28 * month + 27):
                payments.pay(day, day % 28 == 27)
                if self.failed:
                    return self.failed[0]
        return None


def firm_terms(cash: float, line: float, rate: float, **other: float) -> FirmTerms:
    business = {"monthly_margin": 0.0, "sd": 0.0} | other
    return FirmTerms(
        opening_cash=cash,
        credit_line=line,
        credit_rate_per_year=rate,
        other_business=OtherBusiness(**business),
    )


def walk_ruin(start: int, up: float, steps: int) -> float:
    """Chance that a ±1 walk from `start` falls below 0 within some steps, exactly, step by step."""
    at = np.zeros(start + steps + 2)
    at[start] = 1.0
    ruined = 0.0
    for _ in range(steps):
        ruined += at[0] * (1.0 - up)
        below, above = np.append(at[1:], 0.0) * (1.0 - up), np.append(0.0, at[:-1]) * up
        at = below + above
    return float(ruined)


def normal_ruin(start: float, mean: float, sd: float, steps: int) -> float:
    """Chance that a walk with normal steps falls below 0 within some steps: its density on a fine grid."""
    grid = np.linspace(0.0, start + steps * max(mean, 0.0) + 6.0 * sd * math.sqrt(steps), 3001)
    width = grid[1] - grid[0]
    kernel = norm.pdf(grid[None, :], grid[:, None] + mean, sd) * width
    weight = np.ones(grid.size)
    weight[0] = weight[-1] = 0.5
    alive = norm.pdf(grid, start + mean, sd)
    for _ in range(steps - 1):
        alive = (alive * weight) @ kernel
    return 1.0 - float((alive * weight).sum() * width)


def brownian_ruin(start: float, mean: float, sd: float, steps: int) -> float:
    """First passage of a Brownian path, its barrier moved for the months between which nobody looks."""
    far, spread = start + 0.5826 * sd, sd * math.sqrt(steps)
    return float(
        norm.cdf((-far - mean * steps) / spread)
        + math.exp(-2.0 * mean * far / sd**2) * norm.cdf((-far + mean * steps) / spread)
    )


STARTS = np.arange(0, 41 * 28, 28)
"""Months of 28 days, as those of `Firm`."""


def ahead(cash: float) -> PurseAhead:
    """A purse without a line or other business."""
    return PurseAhead(cash, 0.0, 0.0, (), 0.0, 0.0, Timetable(STARTS, 13, 14))


def at_ends(income: np.ndarray) -> Receipts:
    """Income on the last day of each month."""
    return Receipts(STARTS[1 : len(income) + 1] - 1, income)


def agrees(found: float, exact: float, n: int) -> None:
    """Within three standard errors, the standard error small enough to tell."""
    se = math.sqrt(exact * (1.0 - exact) / n)
    assert se <= LARGEST_SE
    assert abs(found - exact) < 3.0 * se, f"{found:.4f} against {exact:.4f}, standard error {se:.4f}"


def test_exact_walks_meet_the_closed_form_of_the_gambler() -> None:
    """In the long run ((1-p)/p)^(k+1) from k, the barrier being one below nothing."""
    assert walk_ruin(6, 0.6, 3000) == pytest.approx((0.4 / 0.6) ** 7, abs=1e-9)
    assert walk_ruin(0, 0.5, 1) == 0.5


@pytest.mark.parametrize(("liquidity", "up"), [(6, 0.6), (3, 0.75), (14, 0.5)])
def test_payments_of_the_simulation_ruin_a_gambler_as_often_as_he_should_be(
    liquidity: int, up: float
) -> None:
    """Income of payroll ±1 in each of 36 months, half the liquidity cash and half a line without a price."""
    n, months = 6_500 if liquidity == 6 else 2_500, 36
    exact = walk_ruin(liquidity, up, months)
    draws = np.random.default_rng(11).random((n, months))
    terms = firm_terms(liquidity / 2.0, liquidity / 2.0, 0.0)
    steps = np.where(draws < up, 1.0, -1.0) + 100.0
    failed = sum(Firm(terms, row, 0.0, 100.0).fails_on() is not None for row in steps)
    agrees(failed / n, exact, n)


@pytest.mark.parametrize(("liquidity", "up"), [(6, 0.6), (3, 0.75), (14, 0.5)])
def test_the_purse_ahead_ruins_a_gambler_as_often_as_he_should_be(liquidity: int, up: float) -> None:
    n, months = 60_000, 36
    draws = np.random.default_rng(12).random((months, 1, n))
    alive, _ = ahead(float(liquidity)).run(
        at_ends(np.where(draws < up, 101.0, 99.0)), np.full((months, 1, 1), 100.0) + 0.0 * draws, np.zeros(n)
    )
    agrees(1.0 - float(alive[-1].mean()), walk_ruin(liquidity, up, months), n)


@pytest.mark.parametrize(("start", "mean", "sd", "months"), [(400.0, 5.0, 60.0, 24), (300.0, 20.0, 70.0, 36)])
def test_normal_incomes_ruin_both_purses_as_the_first_passage_says(
    start: float, mean: float, sd: float, months: int
) -> None:
    """Exactly by the density on a grid; Siegmund's closed form lies within 0.4 points of it."""
    exact = normal_ruin(start, mean, sd, months)
    assert brownian_ruin(start, mean, sd, months) == pytest.approx(exact, abs=0.004)
    n = 60_000
    income = np.random.default_rng(13).normal(1000.0 + mean, sd, (months, 1, n))
    alive, _ = ahead(start).run(at_ends(income), np.full_like(income, 1000.0), np.zeros(n))
    agrees(1.0 - float(alive[-1].mean()), exact, n)
    few = 8_500
    terms = firm_terms(start, 0.0, 0.0)
    rows = np.ascontiguousarray(income[:, 0, :few].T)
    failed = sum(Firm(terms, row, 0.0, 1000.0).fails_on() is not None for row in rows)
    agrees(failed / few, exact, few)


def test_a_line_with_a_price_bad_times_that_last_and_wages_in_mid_month_are_ruined_as_by_hand() -> None:
    """No closed form: against a Monte Carlo of its own, 200,000 firms, other draws; both standard errors counted."""
    cash, line, rate, mean, sd, keep = 650.0, 200.0, 0.18, 204.0, 60.0, 0.5
    months, n, many = 24, 7_500, 200_000
    rng = np.random.default_rng(14)
    level, money = rng.normal(size=many), np.full(many, cash)
    alive = np.ones(many, np.bool_)
    for month in range(months):
        if month:
            level = keep * level + math.sqrt(1.0 - keep**2) * rng.normal(size=many)
        alive &= money + line >= 100.0  # two paydays before the month's income
        money = money - 100.0 + mean + sd * level
        owed = 100.0 + np.maximum(-money, 0.0) * rate * 30.0 / 365.25
        alive &= money + line >= owed
        money = money - owed
    direct = 1.0 - alive.mean()
    terms = firm_terms(cash, line, rate, monthly_margin=mean, sd=sd, correlation=keep)
    failed = sum(
        Firm(terms, other_margins(terms.other_business, (15, i), months), 50.0, 100.0).fails_on() is not None
        for i in range(n)
    )
    se = math.sqrt(direct * (1.0 - direct) * (1.0 / n + 1.0 / many))
    assert se <= LARGEST_SE
    assert abs(failed / n - direct) < 3.0 * se, (
        f"{failed / n:.4f} against {direct:.4f}, standard error {se:.4f}"
    )


def test_a_vendor_that_cannot_meet_its_first_payroll_fails_on_that_day() -> None:
    assert Firm(firm_terms(40.0, 5.0, 0.1), np.zeros(3), 50.0, 0.0).fails_on() == 13
    assert Firm(firm_terms(100.0, 0.0, 0.1), np.full(3, 100.0), 50.0, 0.0).fails_on() is None


@dataclass
class DailyPayroll(FixedPayroll):
    """People whose wages accrue by the day."""

    day: float = 0.0
    _until: int = 0
    _paid: int = 0

    def book(self, until: int) -> None:
        """Days accrue."""
        self._until = until

    def take_wages(self) -> tuple[float, float]:
        """Wages since the last payday."""
        days, self._paid = self._until - self._paid, self._until
        return self.day * days, 0.0


def test_both_purses_fail_the_same_firms_in_the_same_months() -> None:
    """200 firms on one calendar: a receipt a month on a day of its own, wages by the day, the rest at its end."""
    draws = np.random.default_rng(17)
    days, n, months = calendar(datetime.date(2027, 1, 1), 12, ()), 200, 12
    starts, daily, rest = days.month_starts, 40.0, 300.0
    terms = firm_terms(500.0, 400.0, 0.18)
    received = draws.normal(1_480.0, 150.0, (months, n))
    when = starts[:months] + draws.integers(0, 28, months)
    other = draws.normal(50.0, 60.0, n)
    lived = [_month_of_failure(days, terms, when, received[:, f], other[f], daily, rest) for f in range(n)]
    payroll = np.full((months, 1, n), daily * DAYS_PER_MONTH)
    purse = PurseAhead(
        500.0, 400.0, 0.18, (), 0.0, 1.0, Timetable(starts, 13, 14), 1.0
    )  # the same every month
    alive, _ = purse.run(Receipts(when, received[:, None, :]), payroll + rest, other, payroll)
    found = np.where(alive[-1, 0] > 0.0, -1, alive[:, 0].sum(axis=0)).astype(int)
    assert found.tolist() == lived
    assert 20 < sum(month >= 0 for month in lived) < 180
    netted, _ = purse.run(at_month_ends(starts, received), payroll + rest, other)
    assert netted[-1].sum() > alive[-1].sum()


def at_month_ends(starts: np.ndarray, received: np.ndarray) -> Receipts:
    """Receipts as if each month were netted."""
    return Receipts(starts[1 : len(received) + 1] - 1, received[:, None, :])


def _month_of_failure(
    days: Calendar, terms: FirmTerms, when: np.ndarray, received: np.ndarray, other: float, daily: float, rest: float
) -> int:  # fmt: skip
    """Month in which a lived firm cannot pay; -1 if it always can."""
    failed: list[int] = []
    purse = Purse.open(terms)
    given: dict[str, Any] = {
        "days": days, "ledger": SimpleNamespace(post=lambda entry: None), "home": FixedPayroll(0.0, 0.0),
        "vendor": DailyPayroll(0.0, rest, daily), "purse": purse, "other": np.full(days.n_months, other),
        "overhead": 0.0, "fail": failed.append,
    }  # fmt: skip
    asked = [f.name for f in fields(Payments) if f.name in ("acts", "serves")]
    payments = Payments(**given, **dict.fromkeys(asked, lambda: not failed))
    due = dict(zip(when.tolist(), received.tolist(), strict=True))
    for day in range(days.n_days):
        purse.receive(due.get(day, 0.0))
        payments.pay(day, day + 1 == days.month_starts[int(days.month[day]) + 1])
        if failed:
            return int(days.month[day])
    return -1
