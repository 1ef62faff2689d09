"""Loss exceedance: counted by hand, against a law, and against what can be borne."""

import math

import numpy as np
import pandas as pd
import pytest

from orm_sim.core.errors import InputError
from orm_sim.decision.exceedance import exceedance, read_tolerance, tolerated
from orm_sim.decision.intervals import share_interval


def _outcomes(values: list[float] | np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"option": "x", "client_incremental_npv": values})


@pytest.mark.row("R054", "R096")
def test_counted_by_hand() -> None:
    """Against a plan of 10: losses 0, 2, 5, 5, -3 of five histories; two reach 5, three reach 2."""
    table = exceedance(_outcomes([10.0, 8.0, 5.0, 5.0, 13.0]), "x", plan=10.0, amounts=[5.0, 2.0, 6.0])
    assert table["amount"].to_list() == [2.0, 5.0, 6.0]
    assert table["events"].to_list() == [3, 2, 0]
    assert table["chance"].to_list() == [0.6, 0.4, 0.0]
    wanted = share_interval(2, 5)
    assert table.loc[1, ["low", "high"]].to_list() == [wanted.low, wanted.high]
    assert table["high"].iloc[2] == pytest.approx(1 - 0.05 ** (1 / 5))


@pytest.mark.row("R096")
def test_it_is_the_law_it_was_drawn_from() -> None:
    """Losses of an exponential law with mean 1: P(loss ≥ x) = e^-x lies in every interval at this seed."""
    table = exceedance(
        _outcomes(-np.random.default_rng(4).exponential(size=2000)), "x", amounts=[0.5, 1.0, 2.0, 3.0]
    )
    for row in table.to_dict("records"):
        assert row["low"] < math.exp(-row["amount"]) < row["high"]
    whole = exceedance(_outcomes(-np.random.default_rng(4).exponential(size=200)), "x")
    assert len(whole) == 40 and whole["chance"].is_monotonic_decreasing and whole["events"].iloc[-1] == 1


def test_nothing_lost_is_no_curve() -> None:
    assert exceedance(_outcomes([1.0, 0.0]), "x").empty
    with pytest.raises(ValueError, match="no outcomes of y"):
        exceedance(_outcomes([1.0]), "y")


def test_a_tolerance_is_within_beyond_or_unknown() -> None:
    assert tolerated(share_interval(0, 100), 0.05) == "within"
    assert tolerated(share_interval(30, 100), 0.05) == "beyond"
    assert tolerated(share_interval(5, 100), 0.05) == "cannot be told"


def test_tolerances_are_read_or_refused() -> None:
    assert read_tolerance("1000000=0.05") == (1e6, 0.05)
    for text in ("1000000", "x=0.1", "0=0.1", "-1=0.1", "10=1.5", "10=nan", "inf=0.1", ""):
        with pytest.raises(InputError, match="must be an amount above 0 and a chance"):
            read_tolerance(text)
