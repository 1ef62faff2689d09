"""Orders of failures by hand: counted, with exact binomial intervals, beside what survivors have seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from orm_sim.decision.failure_orders import failure_orders, order_of, stages_before, whole_chain

NO = np.nan
DAYS = pd.DataFrame(
    [
        ("thin", 0, 10.0, 20.0, 30.0, 40.0),
        ("thin", 1, 10.0, 20.0, 40.0, 40.0),  # one day: in the order of the stages
        ("thin", 2, 25.0, 20.0, NO, 40.0),
        ("thin", 3, NO, 20.0, NO, NO),  # survives, and cuts all the same
        ("deep", 0, NO, NO, NO, NO),
    ],
    columns=["option", "replication", "cash_stress", "cuts", "quality", "default"],
)


def test_orders_are_counted_among_failures() -> None:
    found = failure_orders(DAYS)
    assert found[["option", "order", "failed", "histories"]].to_numpy().tolist() == [
        ["thin", "cash stress, cuts, quality, default", 3, 2],
        ["thin", "cuts, cash stress, default", 3, 1],
    ]
    assert found["share"].tolist() == pytest.approx([2 / 3, 1 / 3])
    # Clopper-Pearson for 2 of 3, from the tables: 0.0943 to 0.9916
    assert found.loc[0, ["share_low", "share_high"]].tolist() == pytest.approx([0.0943, 0.9916], abs=5e-5)


def test_a_stage_that_survivors_see_as_often_is_told() -> None:
    found = stages_before(DAYS).set_index("stage")
    assert found["share"].to_dict() == pytest.approx({"cash stress": 1.0, "cuts": 1.0, "quality": 2 / 3})
    assert found["anyway"].to_dict() == {"cash stress": 0.0, "cuts": 1.0, "quality": 0.0}
    assert set(found["survived"]) == {1}


@pytest.mark.row("R071")
def test_the_whole_chain() -> None:
    chain = whole_chain(DAYS)
    assert chain.value == pytest.approx(2 / 3) and chain.n == 3


def test_nothing_failed() -> None:
    calm = DAYS[DAYS["option"] == "deep"]
    assert failure_orders(calm).empty and stages_before(calm).empty
    assert whole_chain(calm).n == 0 and np.isnan(whole_chain(calm).value)


def test_an_order_is_that_of_the_days() -> None:
    assert order_of(pd.Series({"cash_stress": 5.0, "cuts": 3.0, "quality": NO, "default": 9.0})) == (
        "cuts, cash stress, default"
    )
