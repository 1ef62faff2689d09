"""Charts: each becomes an SVG that stands alone, carries its units and says what it must; numbers drawn are right."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from orm_sim import report
from orm_sim.report import course, spread, theme
from orm_sim.report.html import active_content
from orm_sim.report.waterfall import bridge
from tests.report.synthetic import ZERO

Tables = dict[str, pd.DataFrame]
PER_MINUTE = 3  # place in OPTIONS; its name differs in the hostile tables


def _parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 - drawn here a moment before


def _name(tables: Tables, place: int) -> str:
    return str(tables["outcomes"]["option"].unique()[place])


FIGURES: dict[str, Callable[[Tables], theme.Figure]] = {
    "rank": lambda t: report.rank_chart(t["comparison"]),
    "both sides": lambda t: report.both_sides(t["comparison"]),
    "waterfall": lambda t: report.waterfall(t["ledger"], _name(t, PER_MINUTE), ZERO, t["outcomes"]),
    "dots": lambda t: report.quantile_dots(t["outcomes"], report.contenders(t["comparison"])),
    "vendor dots": lambda t: report.quantile_dots(t["outcomes"], [_name(t, PER_MINUTE)], column="vendor_npv"),
    "curve": lambda t: report.s_curve(t["outcomes"], report.contenders(t["comparison"])),
    "vendor cash": lambda t: report.cash_fan(t["ledger"], _name(t, PER_MINUTE), opening=1e5, credit_line=2e5),
    "client cash": lambda t: report.cash_fan(t["ledger"], _name(t, PER_MINUTE), "client", reference=ZERO),
    "kpi": lambda t: report.kpi_by_month(
        t["kpis"], "service_level", "inbound", [ZERO, _name(t, PER_MINUTE)], target=0.8
    ),
    "drivers": lambda t: report.driver_chart(t["evidence"], _name(t, PER_MINUTE)),
    "no drivers": lambda t: report.driver_chart(None, _name(t, PER_MINUTE)),
}
UNITS = {
    "rank": "$ million",
    "waterfall": "$ million",
    "dots": "$ million",
    "vendor dots": "$ million",
    "curve": "$ million",
    "vendor cash": "$ million",
    "client cash": "$ million",
    "both sides": "$ million",
    "kpi": "80%",
    "drivers": "share of the variance",
    "no drivers": "Not computed",
}


@pytest.mark.parametrize("name", FIGURES)
def test_is_drawn_alike_twice_and_stands_alone(small: Tables, name: str) -> None:
    first = report.show(FIGURES[name](small))
    again = report.show(FIGURES[name](small))
    assert first == again
    text = first._repr_svg_()
    assert _parsed(text).tag.endswith("svg")
    assert active_content(text) == []
    assert UNITS[name] in "".join(_parsed(text).itertext())


@pytest.mark.parametrize("name", FIGURES)
def test_names_from_files_stay_text(hostile: Tables, name: str) -> None:
    text = report.show(FIGURES[name](hostile)).text
    assert active_content(text) == []
    assert not [e for e in _parsed(text).iter() if e.tag.split("}")[-1] in ("script", "img")]


def test_two_charts_on_one_page_share_no_id(small: Tables) -> None:
    charts = [report.kpi_by_month(small["kpis"], kpi, "inbound", [ZERO]) for kpi in ("service_level", "aht")]
    texts = [report.show(chart).text for chart in charts]
    ids = [{e.get("id") for e in _parsed(text).iter()} - {None} for text in texts]
    assert ids[0] and ids[1] and not ids[0] & ids[1]
    for text, own in zip(texts, ids, strict=True):
        used = {part.split(")")[0] for part in text.split("url(#")[1:]}
        assert used and used <= own


def test_preliminary_is_said_first(small: Tables) -> None:
    picture = report.show(report.rank_chart(small["comparison"], preliminary=True))
    assert picture.title.startswith("PRELIMINARY")
    assert "PRELIMINARY" in picture.text
    assert "svg" not in repr(picture)


@pytest.mark.row("R019", "R091")
def test_rank_chart_draws_the_intervals_of_the_table(ranked: pd.DataFrame) -> None:
    spec = report.rank_chart(ranked).to_dict()
    drawn = {row["option"]: row for data in spec["datasets"].values() for row in data if "low" in row}
    for row in ranked.to_dict("records"):
        shown = drawn[row["option"]]
        for end, column in (("low", "_low"), ("high", "_high"), ("value", "")):
            assert shown[end] * 1e6 == pytest.approx(row["risk_adjusted_value" + column])
    sides = report.both_sides(ranked).to_dict()
    values = [
        row["value"] * 1e6
        for data in sides["datasets"].values()
        for row in data
        if row.get("value") is not None
    ]
    for expected in ranked["vendor_risk_adjusted_value"].dropna():
        assert any(value == pytest.approx(expected) for value in values)


def test_rank_chart_without_a_tail_shows_the_mean_alone(small: Tables) -> None:
    text = report.show(report.rank_chart(small["comparison"])).text
    assert "Which option: mean value" in text and "worst cases" not in text and "mean, E" not in text


def test_fifty_dots_count_the_chance_of_a_loss() -> None:
    values = np.array([-1.0] * 20 + [2.0] * 80)
    dots = spread.dot_positions(values, np.array([-2.0, 0.0, 1.0, 3.0]))
    assert len(dots) == spread.DOTS
    assert (dots["value"] < 0).sum() == 10
    stacks = dots.groupby("column")["height"]
    assert stacks.max().to_dict() == {-1.0: 9, 2.0: 39}
    assert (stacks.nunique() == stacks.max() + 1).all()


def test_dots_below_zero_are_marked_and_counted() -> None:
    outcomes = pd.DataFrame({"option": "x", "client_incremental_npv": [-1e6] * 20 + [2e6] * 80})
    chart = report.quantile_dots(outcomes, ["x"])
    dots = next(rows for rows in chart.to_dict()["datasets"].values() if "loss" in rows[0])
    assert [row["value"] < 0 for row in dots if row["loss"]] == [True] * 10
    assert len(dots) == 50
    assert "10 of 50 below zero" in report.show(chart).text


def test_s_curve_marks_the_percentiles() -> None:
    outcomes = pd.DataFrame({"option": "x", "client_incremental_npv": np.arange(1, 101) * 1e6})
    spec = report.s_curve(outcomes, ["x"]).to_dict()
    marks = next(rows for rows in spec["datasets"].values() if len(rows) == 3)
    assert [round(row["value"], 6) for row in marks] == [10.5, 50.5, 90.5]


def test_bands_are_the_percentiles_of_each_month() -> None:
    paths = pd.DataFrame(np.arange(11.0)[None, :] * np.array([[1.0], [10.0]]), index=[0, 1])
    bands = course.bands(paths)
    assert bands["month"].to_list() == [1, 2]
    assert bands.loc[1, ["p10", "p25", "p50", "p75", "p90"]].to_list() == [10.0, 25.0, 50.0, 75.0, 90.0]


def _entry(
    month: int, payer: str, payee: str, amount: float, kind: str = "cash", replication: int = 0
) -> dict[str, object]:
    return {
        "option": "x",
        "replication": replication,
        "month": month,
        "payer": payer,
        "payee": payee,
        "account": "fees",
        "kind": kind,
        "amount": amount,
    }


def test_cumulative_cash_counts_payments_once() -> None:
    ledger = pd.DataFrame(
        [
            _entry(0, "vendor", "staff", 40.0),
            _entry(0, "client", "vendor", 100.0, "invoice"),
            _entry(2, "client", "vendor", 100.0),
            _entry(0, "vendor", "staff", 10.0, replication=1),
        ]
    )
    vendor = course.cumulative_cash(ledger, "x", "vendor", opening=5.0)
    assert vendor[0].to_list() == [-35.0, -35.0, 65.0]
    assert vendor[1].to_list() == [-5.0, -5.0, -5.0]
    assert course.cumulative_cash(ledger, "x", "client")[0].to_list() == [0.0, 0.0, -100.0]


@pytest.mark.row("R102")
@pytest.mark.parametrize("kpi", ["occupancy", "contacts_per_paid_hour"])
def test_productivity_has_a_trend_chart(small: Tables, kpi: str) -> None:
    text = report.show(report.kpi_by_month(small["kpis"], kpi, "inbound", [ZERO])).text
    assert "month of the contract" in text


def test_kpi_chart_refuses_what_it_cannot_show(small: Tables) -> None:
    with pytest.raises(KeyError, match="Did you mean 'service_level'"):
        report.kpi_by_month(small["kpis"], "service_levle", "inbound", [ZERO])
    with pytest.raises(ValueError, match="no aht on chat for in_house"):
        report.kpi_by_month(small["kpis"], "aht", "chat", [ZERO])


def test_assumptions_are_grey(small: Tables) -> None:
    chart = report.waterfall(small["ledger"], "per_minute", ZERO, assumed=["sale_margin"]).to_dict()
    bars = next(rows for rows in chart["datasets"].values() if "account" in rows[0])
    colours = {row["account"]: row["colour"] for row in bars}
    assert colours["sale_margin"] == theme.ASSUMED
    assert {colours["reference"], colours["option"]} == {theme.INK}
    assert colours["in_house_labour"] == theme.GAIN and colours["fees"] == theme.LOSS
    grade = report.driver_chart(small["evidence"], "per_minute").to_dict()
    ranges = [
        layer["encoding"]["color"]["scale"]["range"]
        for layer in grade["layer"]
        if "color" in layer["encoding"]
    ]
    assert ranges == [[theme.CLIENT, theme.ASSUMED]]


def test_present_value_is_named_when_it_is_drawn(small: Tables) -> None:
    ledger = small["ledger"].assign(present_value=small["ledger"]["amount"] * 0.9)
    text = report.show(report.waterfall(ledger, "per_minute", ZERO)).text
    assert "present value" in text and "not discounted" not in text
    full = bridge(ledger, "per_minute", ZERO, column="amount")["amount"].iloc[-1]
    assert bridge(ledger, "per_minute", ZERO)["amount"].iloc[-1] == pytest.approx(0.9 * full, abs=0.01)


def test_the_standard_set_is_saved(hostile: Tables, tmp_path: Path) -> None:
    targets = pd.DataFrame({"kpi": ["service_level"], "channel": ["inbound"], "value": [0.8]})
    paths = report.save_figures({**hostile, "targets": targets}, tmp_path / "figures")
    assert sorted(path.name for path in paths) == sorted(
        path.name for path in (tmp_path / "figures").iterdir()
    )
    assert len(paths) == 24
    assert "hazards.svg" not in {path.name for path in paths}  # no pairs were lived
    assert {path.suffix for path in paths} == {".svg", ".png"}
    assert all(path.read_bytes()[:4] == b"\x89PNG" for path in paths if path.suffix == ".png")
    assert "target" in (tmp_path / "figures" / "service_level.svg").read_text()
    assert "target" not in (tmp_path / "figures" / "aht.svg").read_text()
