"""The rank table: both sides, every figure asked for, its caveats under it; fits a terminal; plain data for JSON."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from orm_sim.report import rank_table, titled
from orm_sim.report.html import active_content
from orm_sim.report.rank_table import FOLLOWS_CONTRACT
from orm_sim.study.tables import MEASURES

LONG = {
    "per_minute": "Inbound per handled minute (AHT cap, minimum, credits), outbound per hour",
    "base_and_commission": "Inbound per handled minute, outbound baseline income + sliding commission",
    "per_hour": "Averyveryverylongnamewithoutasinglespaceinitthatcannotbebrokenatawordatall",
}
Tables = dict[str, pd.DataFrame]


def _evidence(assumed: float) -> pd.DataFrame:
    return pd.DataFrame({"path": ["a", "b"], "grade": ["D", "B"], "share": [assumed, 0.1]})


@pytest.mark.row("R019", "R091")
def test_both_sides_and_every_figure(ranked: pd.DataFrame) -> None:
    table = rank_table(ranked)
    names = " ".join(name + " " + unit for name, unit in table.client.headings)
    for word in (
        "value",
        "± interval",
        "E",
        "CVaR",
        "RA ROI",
        "saving",
        "$ per contact",
        "$ per sale",
        "cash",
        "pays back",
        "P (loss)",
        "tie",
        "price",
    ):
        assert word in names
    theirs = " ".join(name + " " + unit for name, unit in table.vendor.headings)
    for word in ("margin", "value", "P(insolvent)", "[interval]"):
        assert word in theirs
    order = [row[0] for row in table.client.rows]
    assert order == list(ranked.sort_values("rank")["option"]) == [row[0] for row in table.vendor.rows]


def test_figures_are_those_of_the_comparison(ranked: pd.DataFrame) -> None:
    row = ranked[ranked["option"] == "pure_commission"].iloc[0]
    shown = next(cells for cells in rank_table(ranked).client.rows if cells[0] == "pure_commission")
    value, half = (float(part.replace("−", "-")) for part in shown[1].split(" ± "))
    low, high = row["risk_adjusted_value_low"], row["risk_adjusted_value_high"]
    assert value == pytest.approx(row["risk_adjusted_value"] / 1e6, abs=0.0051)
    assert half == pytest.approx((high - low) / 2e6, abs=0.0051)
    assert shown[6] == f"{row['saving'] * 100:.0f} %"
    assert shown[7] == f"{row['cost_per_resolved']:,.2f}"
    zero = next(cells for cells in rank_table(ranked).client.rows if cells[0] == "in_house")
    assert zero[1] == "0.00" and zero[10] == "–"


@pytest.mark.parametrize("width", [110, 126])
@pytest.mark.parametrize("titles", [{}, LONG])
def test_fits_the_terminal(ranked: pd.DataFrame, width: int, titles: dict[str, str]) -> None:
    named = titled({"comparison": ranked}, titles)["comparison"]
    text = rank_table(named, preliminary=True).text(width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    sheet = text[: text.index("Vendor:")]
    assert "tie\n" in sheet and "price\n" in sheet and "best\n" in sheet  # nothing is cut off on the right
    assert "P(insolvent)\n" in text


def test_preliminary_is_marked_on_both_sheets(ranked: pd.DataFrame) -> None:
    table = rank_table(ranked, preliminary=True)
    assert table.client.title.startswith("PRELIMINARY") and table.vendor.title.startswith("PRELIMINARY")
    assert table.as_dict()["preliminary"] is True
    assert "PRELIMINARY" not in rank_table(ranked).text()


def test_caveats_stand_under_it(ranked: pd.DataFrame, small: Tables) -> None:
    notes = " ".join(rank_table(ranked, _evidence(0.31)).notes)
    for said in ("λ = 0.5", "β = 0.1", "n = 260", "95 %", "undercover", "31 % of the variance", "grade D"):
        assert said in notes
    assert FOLLOWS_CONTRACT[1:] in notes
    assert FOLLOWS_CONTRACT[1:] not in " ".join(rank_table(ranked, vendor_policy="best_response").notes)
    assert "has not been computed" in " ".join(rank_table(ranked).notes)
    many = " ".join(rank_table(ranked.assign(n=500)).notes)
    assert "undercover" not in many
    few = " ".join(rank_table(small["comparison"]).notes)
    assert "12 replications cannot carry a tail figure, 250 are needed" in few
    assert "by mean value" in rank_table(small["comparison"]).client.title
    assert rank_table(ranked, notes=["prices solved"]).notes[-1] == "prices solved"


def test_tie_price_and_its_absence(ranked: pd.DataFrame) -> None:
    multipliers = np.full(len(ranked), math.nan)
    multipliers[1], multipliers[2] = 0.87, 1.04
    reasons = [""] * 6 + ["no fee to change"]
    rows = rank_table(ranked.assign(tie_multiplier=multipliers, tie_reason=reasons))
    assert [row[-1] for row in rows.client.rows[:4]] == ["best", "−13 %", "+4.0 %", "–"]
    assert "in_house: no fee to change" in " ".join(rows.notes)


def test_json_is_plain_and_complete(ranked: pd.DataFrame, small: Tables) -> None:
    for comparison in (ranked, small["comparison"]):
        data = json.loads(json.dumps(rank_table(comparison).as_dict(), allow_nan=False))
        assert set(MEASURES) <= set(data["options"][0]) and set(data["units"]) == set(MEASURES)
    zero = next(row for row in rank_table(ranked).as_dict()["options"] if row["option"] == "in_house")
    assert zero["payback_month"]["value"] == "never"
    assert zero["vendor_value"] == {"value": None, "low": None, "high": None}
    best = rank_table(ranked).as_dict()["options"][0]
    assert best["risk_adjusted_value"]["value"] == ranked.sort_values("rank")["risk_adjusted_value"].iloc[0]


def test_names_are_text_in_terminal_and_page(hostile: Tables) -> None:
    table = rank_table(hostile["comparison"])
    text = table.text(200)
    assert "[red]x[/red]" in text.replace("\n", "")
    page = table._repr_html_()
    assert active_content(page) == []
    assert "<script" not in page and "&lt;script&gt;" in page
    assert 'class="tex2jax_ignore' in page  # or a notebook typesets what stands between two dollars


def test_an_empty_comparison_is_refused(ranked: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="no options"):
        rank_table(ranked.iloc[:0])
