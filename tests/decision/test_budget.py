"""What the venture costs: quantiles and the chance of an overrun, against counts made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orm_sim.decision.budget import budgets
from orm_sim.report import budget_table

COSTS = np.arange(1.0, 101.0) * 1e5  # 0.1 to 10 million in steps of 0.1


def _outcomes(costs: np.ndarray) -> pd.DataFrame:
    order = np.random.default_rng(1).permutation(costs)
    return pd.DataFrame({"option": "deal", "replication": np.arange(costs.size), "cost_total": order})


@pytest.mark.row("R030")
def test_quantiles_and_overruns_are_counted() -> None:
    """Of 100 costs 0.1 to 10 $m, 5.0, 8.0 and 9.0 are not passed by 50, 80 and 90; 25 lie over 7.5."""
    row = budgets(_outcomes(COSTS), 7.5e6).iloc[0]
    assert (row["p50"], row["p80"], row["p90"]) == pytest.approx((5.0e6, 8.0e6, 9.0e6))
    assert row["p_over"] == 0.25
    exact = stats.binomtest(25, 100).proportion_ci(method="exact")
    assert (row["p_over_low"], row["p_over_high"]) == pytest.approx((exact.low, exact.high))


@pytest.mark.row("R030")
def test_a_budget_that_is_just_met_is_not_overrun() -> None:
    assert budgets(_outcomes(np.full(20, 3e6)), 3e6)["p_over"].iloc[0] == 0.0


@pytest.mark.row("R030")
def test_intervals_of_the_quantiles_cover() -> None:
    """P80 of a lognormal cost at n = 120: 95 % intervals cover in 93–99 % of 500 repeats (they are conservative)."""
    exact = float(np.exp(0.3 * stats.norm.ppf(0.8)))
    generator = np.random.default_rng(8)
    inside = 0
    for _ in range(500):
        row = budgets(_outcomes(np.exp(0.3 * generator.normal(size=120)))).iloc[0]
        inside += bool(row["p80_low"] <= exact <= row["p80_high"])
    assert 0.93 <= inside / 500 <= 0.99


def test_the_table_reads_without_a_budget_and_with_one() -> None:
    assert list(budget_table(_outcomes(COSTS)).columns)[-1] == "90% of histories cost at most, $m"
    told = budget_table(_outcomes(COSTS), 7.5e6).iloc[0]
    assert told["over $7.50m"].startswith("25% (")
    assert told["50% of histories cost at most, $m"].startswith("5.00 (")
