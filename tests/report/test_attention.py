"""Charts and tables of what needs attention: units, intervals, targets, and the words of a reader."""

import numpy as np
import pandas as pd
import pytest

from orm_sim import report
from orm_sim.contract.progress import Glide
from orm_sim.report.html import active_content
from tests.report.synthetic import ZERO

Tables = dict[str, pd.DataFrame]
TARGETS = pd.DataFrame({"kpi": ["service_level"], "channel": ["inbound"], "value": [0.8]})


@pytest.mark.row("R193")
def test_a_control_chart_shows_bands_limits_and_target(small: Tables) -> None:
    drawn = report.control_chart(small["kpis"], "per_minute", "service_level", "inbound", target=0.8)
    text = report.show(drawn).text
    assert active_content(text) == []
    for word in (
        "target",
        "median of 12 histories",
        "middle 50 % and 80 %",
        "once in 500",
        "month of the contract",
        "%",
    ):
        assert word in text
    spec = drawn.to_dict()
    limits = next(
        rows for rows in spec["datasets"].values() if rows and set(rows[0]) == {"month", "low", "high"}
    )
    widths = {round(row["high"] - row["low"], 9) for row in limits}
    assert len(limits) == 36 and len(widths) == 1
    # noise 0.03 a month: 2 · 2.814 · 0.03 · √(0.1 / 1.9)
    assert widths.pop() == pytest.approx(2 * 2.814 * 0.03 * np.sqrt(0.1 / 1.9), rel=0.1)


@pytest.mark.row("R193")
def test_a_glide_path_is_what_it_is_held_against(small: Tables) -> None:
    glide = Glide.model_validate({"from": 0.7, "months": 10})
    chart = report.control_chart(
        small["kpis"], "per_minute", "service_level", "inbound", target=0.83, glide=glide, history=4
    )
    spec = chart.to_dict()
    path = next(rows for rows in spec["datasets"].values() if len(rows) == 36 and "text" in rows[0])
    limits = next(
        rows for rows in spec["datasets"].values() if rows and set(rows[0]) == {"month", "low", "high"}
    )
    assert path[0]["value"] == pytest.approx(0.7) and path[10]["value"] == pytest.approx(0.83 - 0.05 * 0.13)
    for target, limit in zip(path, limits, strict=True):
        assert (limit["low"] + limit["high"]) / 2 == pytest.approx(target["value"])
    assert "history 4" in report.show(chart).text


def test_a_control_chart_refuses_what_is_not_there(small: Tables) -> None:
    kpis = small["kpis"]
    with pytest.raises(ValueError, match="no aht on inbound for nobody"):
        report.control_chart(kpis, "nobody", "aht", "inbound")
    with pytest.raises(ValueError, match="there is no history 99"):
        report.control_chart(kpis, ZERO, "aht", "inbound", history=99)
    with pytest.raises(ValueError, match="needs the target"):
        report.control_chart(
            kpis, ZERO, "aht", "inbound", glide=Glide.model_validate({"from": 400, "months": 3})
        )
    with pytest.raises(ValueError, match="one history has no expected course"):
        report.control_chart(kpis[kpis["replication"] == 0], ZERO, "aht", "inbound")


@pytest.mark.row("R193", "R004")
def test_the_exception_list_is_read_in_words(small: Tables) -> None:
    rows = report.exception_list(small["kpis"], TARGETS, "per_minute")
    first = rows.iloc[0]
    assert first["KPI"] == "service level, inbound" and first["what"] == "misses its target"
    assert first["when"].startswith("month 1") or first["when"].startswith("months 1 to")
    assert first["at worst by"].startswith("−") and first["at worst by"].endswith("pp")
    assert "of 12 (" in first["of histories"]
    calm = report.exception_list(small["kpis"], TARGETS.assign(value=0.1), ZERO)
    assert calm["KPI"].to_list() == ["nothing needs attention"] or "leaves its course" in set(calm["what"])
    cut = report.exception_list(small["kpis"], TARGETS.assign(value=0.99), "per_minute", most=0)
    assert cut["KPI"].iloc[-1].startswith("and ")


@pytest.mark.row("R192")
def test_targets_by_quarter_come_from_counters() -> None:
    months = pd.DataFrame(
        {
            "option": "x", "replication": 0, "month": range(3), "channel": "inbound",
            "offered": [100.0, 100.0, 800.0], "answered_within": [90.0, 10.0, 700.0],
            "service_level": [0.9, 0.1, 0.875],
        }
    )  # fmt: skip
    (row,) = report.kpi_targets(months, TARGETS, "x", every="quarter").to_dict("records")
    assert (row["when"], row["target"], row["actual"], row["variance"], row["status"]) == (
        "quarter 1", "≥ 80.0 %", "80.0 % (80.0 to 80.0)", "0.0 pp", "met",
    )  # fmt: skip


@pytest.mark.row("R054", "R096")
def test_loss_exceedance_draws_curve_intervals_and_tolerance(small: Tables) -> None:
    options = report.contenders(small["comparison"])
    chart = report.loss_exceedance(small["outcomes"], options, tolerance=[(2e6, 0.05), (5e5, 0.2)])
    text = report.show(chart).text
    assert active_content(text) == [] and "$ million" in text and "at most 5 %" in text
    rows = next(rows for rows in chart.to_dict()["datasets"].values() if "low" in rows[0])
    assert len(rows) == 40 * len(options)
    assert all(row["low"] <= row["chance"] <= row["high"] for row in rows)
    assert "No tolerance was given" in report.show(report.loss_exceedance(small["outcomes"], options)).text


@pytest.mark.row("R054")
def test_the_table_of_losses_says_what_can_be_borne() -> None:
    values = np.repeat([-3e6, 1e6], [30, 70])
    outcomes = pd.DataFrame({"option": "x", "client_incremental_npv": values})
    (row,) = report.exceedance_table(outcomes, ["x"], tolerance=[(1e6, 0.05)]).to_dict("records")
    assert row["loses $1.00 million or more, borne: at most 5.0 %"] == "30 % (21 % to 40 %): beyond"
    plain = report.exceedance_table(outcomes, ["x"])
    assert list(plain.columns)[1:] == [
        "loses $0.50 million or more", *(f"loses ${amount:.2f} million or more" for amount in (1, 1.5, 2, 2.5, 3)),
    ]  # fmt: skip
