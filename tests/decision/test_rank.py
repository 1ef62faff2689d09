"""The rank table: order, ties, both sides, what a small sample may not say, and what is refused."""

import math

import numpy as np
import pandas as pd
import pytest

from orm_sim.core.errors import InputError
from orm_sim.decision.metrics import cvar, risk_adjusted
from orm_sim.decision.rank import rank
from orm_sim.study.tables import COMPARISON, MEASURES
from tests.decision.synthetic import outcomes


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return rank(outcomes(300)).set_index("option")


def test_the_table_keeps_its_contract_and_order(table: pd.DataFrame) -> None:
    COMPARISON.check(table.reset_index()[[column.name for column in COMPARISON.columns]])
    assert table["rank"].tolist() == [1, 2, 3, 4, 5]
    assert table["risk_adjusted_value"].is_monotonic_decreasing
    assert (table["ranked_by"] == "risk_adjusted_value").all()


def test_values_are_those_of_the_paths(table: pd.DataFrame) -> None:
    frame = outcomes(300)
    for option, rows in frame.groupby("option"):
        npv = rows["client_incremental_npv"].to_numpy()
        assert table.loc[option, "risk_adjusted_value"] == pytest.approx(
            risk_adjusted(npv, 0.5, 0.1), abs=1e-3
        )
        assert table.loc[option, "cvar"] == pytest.approx(cvar(npv, 0.1), abs=1e-3)
        assert table.loc[option, "mean_value"] == pytest.approx(npv.mean(), abs=1e-3)


def test_ties_are_named_and_agree_with_the_intervals(table: pd.DataFrame) -> None:
    best = table.index[0]
    assert {"per_hour", "per_minute"} == set(table.index[:2])
    assert table.loc[best, "group"] == "a"
    contains = (table["difference_to_best_low"] <= 0) & (table["difference_to_best_high"] >= 0)
    assert (contains == table["tied_with_best"]).all()
    shares_a = table["group"].str.contains("a")
    assert (shares_a == table["tied_with_best"]).all()
    assert not table.loc["in_house", "tied_with_best"]


def test_a_rare_ruin_turns_the_ranking_by_mean() -> None:
    frame = outcomes(600)
    by_risk = rank(frame).set_index("option")["rank"]
    by_mean = rank(frame, lam=0.0).set_index("option")["rank"]
    assert by_mean["pure_commission"] < by_mean["in_house_improved"]
    assert by_risk["pure_commission"] > by_risk["in_house_improved"]


@pytest.mark.row("R226")
def test_the_zero_line_is_zero_and_has_no_return(table: pd.DataFrame) -> None:
    zero = table.loc["in_house"]
    assert zero["risk_adjusted_value"] == zero["difference_to_zero"] == zero["saving"] == 0.0
    assert math.isnan(zero["risk_adjusted_roi"])
    assert "no outlay" in zero["notes"]
    rest = table.drop("in_house")
    assert rest["difference_to_zero"].to_numpy() == pytest.approx(rest["risk_adjusted_value"].to_numpy())
    assert (
        rest["difference_to_zero_high"] - rest["difference_to_zero_low"]
        > rest["risk_adjusted_value_high"] - rest["risk_adjusted_value_low"]
    ).all()  # ten pairs at once


@pytest.mark.row("R019")
def test_the_vendor_stands_beside_every_outsourced_option(table: pd.DataFrame) -> None:
    names = [name for name in MEASURES if "vendor" in name or name in ("p_insolvent", "p_no_deal", "p_ended")]
    outside = [option for option in table.index if not option.startswith("in_house")]
    assert len(names) == 8
    assert table.loc[outside, names].notna().all(axis=None)
    assert table.drop(outside)[names].isna().all(axis=None)  # no vendor there, and no insolvency of one
    assert table.loc["per_hour", "vendor_margin"] == pytest.approx(0.1)
    assert (table.loc[outside, "vendor_risk_adjusted_value"] < table.loc[outside, "vendor_value"]).all()


@pytest.mark.row("R068")
def test_insolvency_has_a_chance_with_an_interval_even_when_none_was_seen(table: pd.DataFrame) -> None:
    ruined = table.loc["pure_commission"]
    assert ruined["p_insolvent_low"] < 0.08 < ruined["p_insolvent_high"]
    assert table.loc["per_hour", "p_insolvent"] == 0.0
    assert table.loc["per_hour", "p_insolvent_high"] == pytest.approx(3 / 300, rel=0.02)


@pytest.mark.row("R091")
def test_risk_adjusted_roi_divides_by_the_outlay(table: pd.DataFrame) -> None:
    rows = outcomes(300).query("option == 'per_hour'")
    expected = table.loc["per_hour", "risk_adjusted_value"] / rows["client_outlay_pv"].mean()
    assert table.loc["per_hour", "risk_adjusted_roi"] == pytest.approx(expected)
    assert table.loc["per_hour", "risk_adjusted_roi"] < table.loc["per_hour", "roi"]


def test_unit_costs_use_the_channel_where_it_is_known() -> None:
    frame = outcomes(300)
    whole = rank(frame).set_index("option").loc["per_hour"]
    rows = frame["option"] == "per_hour"
    assert whole["cost_per_resolved"] == pytest.approx(frame.loc[rows, "cost_total"].mean() / 4e6)
    frame.loc[rows, "cost_inbound"] = 8e6
    assert rank(frame).set_index("option").loc["per_hour", "cost_per_resolved"] == pytest.approx(2.0)


def test_payback_may_be_never(table: pd.DataFrame) -> None:
    assert table.loc["in_house_improved", "payback_month"] == math.inf
    assert table.loc["per_hour", "payback_month"] < 30
    assert 0 < table.loc["per_hour", "p_no_payback"] < 0.5


def test_a_small_sample_ranks_by_mean_and_says_so() -> None:
    table = rank(outcomes(40)).set_index("option")
    assert (table["ranked_by"] == "mean_value").all()
    assert table["mean_value"].is_monotonic_decreasing
    for name in ("risk_adjusted_value", "cvar", "risk_adjusted_roi"):
        assert table[name].isna().all()
    assert table["notes"].str.contains("4 tail points, 25 needed").all()
    assert table["difference_to_best"].notna().all()


def test_between_250_and_500_replications_the_interval_is_marked() -> None:
    assert (
        rank(outcomes(300))["notes"].str.contains("interval undercovers: 300 replications, 500 wanted").all()
    )
    assert not rank(outcomes(500))["notes"].str.contains("undercovers").any()


def test_the_order_of_rows_does_not_matter() -> None:
    frame = outcomes(300)
    pd.testing.assert_frame_equal(rank(frame), rank(frame.iloc[::-1]))


def test_lambda_reaches_every_risk_adjusted_figure() -> None:
    cautious, bold = (rank(outcomes(300), lam=lam).set_index("option").loc["per_hour"] for lam in (1.0, 0.0))
    for name in ("risk_adjusted_value", "risk_adjusted_roi", "vendor_risk_adjusted_value"):
        assert cautious[name] < bold[name]
    assert bold["risk_adjusted_value"] == bold["mean_value"]
    assert cautious["risk_adjusted_value"] == cautious["cvar"]


def test_bad_settings_are_refused_together() -> None:
    with pytest.raises(InputError) as refusal:
        rank(outcomes(40), lam=1.5, beta=0.0, level=math.nan)
    assert [problem.path for problem in refusal.value.problems] == ["lam", "beta", "level"]


def test_an_unknown_zero_line_names_the_nearest() -> None:
    with pytest.raises(InputError, match="Did you mean 'in_house'"):
        rank(outcomes(40), zero="in_hose")


def test_uneven_or_broken_outcomes_are_refused() -> None:
    frame = outcomes(40)
    missing = frame.drop(frame[(frame["option"] == "per_hour") & (frame["replication"] == 3)].index)
    with pytest.raises(ValueError, match="without the same replications as the first: per_hour"):
        rank(missing)
    with pytest.raises(ValueError, match="twice"):
        rank(pd.concat([frame, frame]))
    broken = frame.copy()
    broken.loc[0, "client_incremental_npv"] = np.nan
    with pytest.raises(ValueError, match=r"client_incremental_npv of option .* is not finite"):
        rank(broken)
    with pytest.raises(ValueError, match="no rows"):
        rank(frame.iloc[:0])


@pytest.mark.row("R068")
def test_a_vendor_that_fails_before_its_first_invoice_is_told_of() -> None:
    frame = outcomes(40)
    own = frame["option"] == "pure_commission"
    frame.loc[own, ["vendor_revenue", "vendor_cost"]] = 0.0, 14_000.0
    frame.loc[own, "insolvent"] = True
    row = rank(frame).set_index("option").loc["pure_commission"]
    assert row["p_insolvent"] == 1.0 and row["p_no_deal"] == 0.0
    assert math.isnan(row["vendor_margin"]) and np.isfinite(row["vendor_value"])
