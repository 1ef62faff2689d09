"""A budget for measures against risks: a case worked by hand with a known optimum, and pairs with known differences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from orm_sim.decision.mitigation import Measure, best, by_effect, by_score, measured, total


def bought(name: str, cost: float, mean: float, tail: float, score: int) -> Measure:
    return Measure(name, "outage", cost, mean, mean, mean, tail, score)


# Averted at λ = 0.5: home 60, 140 → 100; standby 50, 110 → 80; second site 100, 200 → 150; audit 4, 6 → 5; drill −10.
# For each dollar: standby 80/40 = 2.0, home 100/60 = 1.67, second site 150/100 = 1.5, audit 5/50 = 0.1.
HOME = bought("home", 60.0, 60.0, 140.0, 12)
STANDBY = bought("standby", 40.0, 50.0, 110.0, 9)
SITE = bought("second site", 100.0, 100.0, 200.0, 8)
AUDIT = bought("audit", 50.0, 4.0, 6.0, 20)
DRILL = bought("drill", 1.0, -10.0, -10.0, 12)
ALL = (HOME, STANDBY, SITE, AUDIT, DRILL)


def names(found: tuple[Measure, ...] | None) -> set[str]:
    return {each.name for each in found or ()}


def test_greedy_finds_the_known_optimum_and_the_score_does_not() -> None:
    """100 $: standby and home avert 180, the second site alone 150; the scores buy audit and drill too: 5 − 10 + 80."""
    assert names(by_effect(ALL, 100.0, 0.5)) == names(best(ALL, 100.0, 0.5)) == {"standby", "home"}
    assert total(by_effect(ALL, 100.0, 0.5), 0.5) == pytest.approx(180.0)
    assert names(by_score(ALL, 100.0)) == {"audit", "drill", "standby"}
    assert total(by_score(ALL, 100.0), 0.5) == pytest.approx(5.0 - 10.0 + 80.0)


def test_greedy_may_miss_the_best_set_and_the_search_says_so() -> None:
    """140 $: standby and home leave 40 idle; standby and the second site avert 230."""
    assert names(by_effect(ALL, 140.0, 0.5)) == {"standby", "home"}
    assert names(best(ALL, 140.0, 0.5)) == {"standby", "second site"}


def test_the_weight_decides_between_the_mean_and_the_worst_tenth() -> None:
    steady, rare = bought("steady", 10.0, 30.0, 0.0, 1), bought("rare", 10.0, 5.0, 90.0, 1)
    assert names(by_effect((steady, rare), 10.0, 0.0)) == {"steady"}
    assert names(by_effect((steady, rare), 10.0, 1.0)) == {"rare"}


@pytest.mark.parametrize("budget", [0.0, 0.5])
def test_no_money_buys_nothing(budget: float) -> None:
    assert by_effect(ALL, budget, 0.5) == by_score(ALL, budget) == best(ALL, budget, 0.5) == ()


def test_too_many_measures_are_not_searched() -> None:
    assert best([bought(str(i), 1.0, 1.0, 1.0, 1) for i in range(16)], 3.0, 0.5) is None


def test_pairs_give_mean_and_tail() -> None:
    """Twenty histories 0 … 19; a measure lifts the worst two by 10: mean + 1, worst tenth + 10."""
    values = np.arange(20.0)
    lifted = np.where(values < 2.0, values + 10.0, values)
    rows = [pd.DataFrame({"option": n, "replication": np.arange(20), "client_npv": v})
            for n, v in (("deal", values), ("deal-with-home", lifted))]  # fmt: skip
    (found,) = measured(
        pd.concat(rows),
        "deal",
        {"home": "deal-with-home"},
        {"home": 5.0},
        {"home": "weather"},
        {"weather": 12},
    )
    assert found.mean == pytest.approx(1.0) and found.low < 1.0 < found.high and found.score == 12
    assert found.tail == pytest.approx(np.sort(lifted)[:2].mean() - 0.5)
