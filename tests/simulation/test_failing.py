"""Failures told stage by stage: a history made by hand, and what failing replications of a thin vendor look like."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from orm_sim.centre import engine
from orm_sim.decision.failure_orders import failure_orders, stages_before, whole_chain
from orm_sim.demand.calendar import calendar
from orm_sim.finance.ledger import Entry, Ledger
from orm_sim.scenario.load import load_scenario
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.draws import with_inputs
from orm_sim.simulation.failing import STAGES, Failing, failing, orders
from orm_sim.simulation.history import Books, History
from orm_sim.simulation.job import FAILURE_COLUMNS
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.world import simulate
from orm_sim.vendor.levers import STANDARD, Plan
from tests.simulation.mutations import TABLE, base

REPLICATIONS = 16
BANK = Path(__file__).resolve().parents[2] / "scenarios" / "bank_per_hour.yaml"


def by_hand(
    spent: dict[int, float], within: list[float], decisions: list[tuple[int, Plan]], day: int | None
) -> History:
    """Six months of a vendor with 400,000 $ and 10 agents: what it pays on a day, its monthly service, its plans."""
    days = calendar(base().programme.start, 6, ())
    books, ledger = Books.open(days), Ledger()
    books.paid_hours[1, 0, :] = 10 * 40.0 / 7.0
    for month, share in enumerate(within):
        first, until = days.month_starts[month], days.month_starts[month + 1]
        month_sums = np.array([1000.0, 1000.0 * share, 900.0, 600.0])
        books.served[:, first:until] = month_sums[:, None] / (until - first)
    for when, amount in spent.items():
        ledger.post(Entry(when, "vendor", "staff", "vendor_labour", amount, "cash", "payroll", when))
    return History(
        days, books.counters, books.paid_hours, books.trainee_hours, books.operating_cost, ledger, (), day, 400_000.0,
        0.0, np.zeros(days.n_months_with_run_off), tuple(decisions), served=books.served,
    )  # fmt: skip


def without_a_line() -> Scenario:
    return with_inputs(base(), {"vendor.firm.credit_line": 0.0})


def test_stages_of_a_history_made_by_hand() -> None:
    """A month of payroll is 10 x 40 / 7 x 30.44 x 4.29 = 7,461 $, half of it without on-costs 2,870 $.

    395,000 $ go on day 50: stress (5,000 left). 3,000 $ more on day 70: a hiring stop (2,000 left). Service falls by
    ten points on day 120: of four weeks 15 days take it more than five points down; day 160 is the last.
    """
    found = failing(
        by_hand({50: 395_000.0, 70: 3_000.0}, [0.9, 0.9, 0.9, 0.9, 0.8], [], 160), without_a_line()
    )
    assert found == Failing(cash_stress=50, cuts=70, quality=134, default=160)
    assert found.order == STAGES


def test_a_plan_that_takes_less_is_a_cut_and_one_that_takes_more_is_not() -> None:
    more, less = STANDARD._replace(training=2.0), STANDARD._replace(training=2.0, wage_premium=-0.05)
    history = by_hand({}, [0.9] * 6, [(0, STANDARD), (13, more), (26, less)], None)
    assert failing(history, without_a_line()) == Failing(None, 182, None, None)
    assert failing(by_hand({}, [0.9] * 6, [(0, STANDARD), (13, more)], None), without_a_line()).order == ()


def test_what_happens_after_the_failure_is_not_looked_for() -> None:
    history = by_hand({100: 399_000.0}, [0.9, 0.9, 0.9, 0.2, 0.2, 0.2], [], 80)
    assert failing(history, without_a_line()) == Failing(None, None, None, 80)


def test_orders_are_shares_of_the_failures_alone() -> None:
    full, short = Failing(1, 2, 3, 4), Failing(3, None, None, 4)
    assert orders([full, full, short, Failing(1, None, None, None)]) == {
        STAGES: pytest.approx(2 / 3), ("cash stress", "default"): pytest.approx(1 / 3)
    }  # fmt: skip
    assert orders([]) == {}


@pytest.mark.row("R041", "R071")
def test_failing_replications_are_reported_in_the_order_they_took() -> None:
    """A thin vendor at two thirds of its cost: most fail within two years. The chain is found, and not asked for."""
    changes: dict[str, Any] = {
        "programme.months": 24, "contract.term_months": 24, "vendor.policy": "contract_following",
        "vendor.firm.opening_cash": 120_000.0, "vendor.firm.credit_line": 40_000.0, "vendor.hiring_reserve_months": 1.0,
        "vendor.firm.other_business.sd": 15_000.0, "vendor.firm.other_business.monthly_margin": 0.0,
    }  # fmt: skip
    scenario = with_inputs(base(), changes)
    unpriced = load_scenario(BANK, TABLE["base"]).contract
    assert unpriced is not None
    contract = unpriced.model_copy(update={"term_months": 24}).with_rate(7.0)
    scenario = scenario.model_copy(update={"contract": contract})
    found = []
    for replication in range(REPLICATIONS):
        setting = make_setting(scenario.programme, scenario.evaluation.forecast_cv, 21, replication)
        found.append(failing(simulate(scenario, setting, engine("kernel")), scenario))
    failed = [each for each in found if each.default is not None]
    sys.stdout.write(f"\n{len(failed)} of {REPLICATIONS} fail\n")
    for order, share in orders(found).items():
        sys.stdout.write(f"  {share:5.0%}  {', '.join(order)}\n")
    assert len(failed) >= 8
    assert sum(orders(found).values()) == pytest.approx(1.0)
    rows = [("thin", i, *(np.nan if d is None else d for d in (f.cash_stress, f.cuts, f.quality, f.default)))
            for i, f in enumerate(found)]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(FAILURE_COLUMNS))
    sys.stdout.write(
        f"{failure_orders(table).round(2).to_string()}\n{stages_before(table).round(2).to_string()}\n"
    )
    assert failure_orders(table)["share"].sum() == pytest.approx(1.0)
    assert whole_chain(table).low > 0.0  # of failures, some take the order that practitioners tell
    for order, share in orders(found).items():
        row = failure_orders(table).set_index("order").loc[", ".join(order)]
        assert row["share"] == pytest.approx(share) and row["share_low"] <= share <= row["share_high"]
    for each in failed:
        assert each.order[-1] == "default" or each.quality == each.default
        assert each.cash_stress is not None and each.default is not None and each.cash_stress <= each.default
