"""Longer periods: counters add up, ratios are computed anew; nothing finer than a month."""

import numpy as np
import pandas as pd
import pytest

from orm_sim.core.errors import InputError
from orm_sim.kpi.periods import by_period, frequency, period_name


def _months(**columns: list[float]) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    return pd.DataFrame({"option": "x", "replication": 0, "month": range(n), "channel": "inbound", **columns})


@pytest.mark.row("R192")
def test_a_quarter_is_not_the_mean_of_its_months() -> None:
    """90 of 100, 10 of 100 and 100 of 800: (90 + 10 + 100) / 1000 = 20 %, where the mean of ratios says 37.5 %."""
    months = _months(
        offered=[100.0, 100.0, 800.0, 50.0],
        answered_within=[90.0, 10.0, 100.0, 50.0],
        fte=[10.0, 20.0, 60.0, 7.0],
        service_level=[0.9, 0.1, 0.125, 1.0],
    )
    quarters = by_period(months, "quarter")
    assert quarters["month"].to_list() == [0, 3]
    assert quarters["service_level"].to_list() == pytest.approx([0.2, 1.0])
    assert quarters["offered"].to_list() == [1000.0, 50.0]
    assert quarters["fte"].to_list() == [30.0, 7.0]
    assert list(quarters.columns) == list(months.columns)
    assert by_period(months, "year")["service_level"].to_list() == pytest.approx([250 / 1050])
    assert by_period(months) is months


def test_what_one_month_lacks_the_period_lacks() -> None:
    quarters = by_period(_months(offered=[1.0, np.nan, 1.0], answered_within=[1.0, 1.0, 1.0]), "quarter")
    assert np.isnan(quarters["offered"][0]) and quarters["answered_within"][0] == 3.0


@pytest.mark.row("R192")
@pytest.mark.parametrize("name", ["week", "day", "hour", "weekly"])
def test_nothing_finer_than_a_month_is_made_up(name: str) -> None:
    with pytest.raises(InputError, match="the tables of a run hold months: nothing finer"):
        frequency(name)


def test_a_word_that_is_no_frequency() -> None:
    assert frequency("quarter") == "quarter"
    with pytest.raises(InputError, match="Did you mean 'quarter'"):
        frequency("quarterr")


def test_periods_have_names() -> None:
    assert (period_name(4), period_name(3, "quarter"), period_name(12, "year")) == (
        "month 5",
        "quarter 2",
        "year 2",
    )
