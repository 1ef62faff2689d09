"""Targets against what was achieved: the sources' sample report to the digit, and what targets refuse."""

from pathlib import Path

import pandas as pd
import pytest

from orm_sim.core.errors import InputError
from orm_sim.core.loader import build, load_yaml, parse_yaml
from orm_sim.kpi.targets import Target, performance_report, printed, share_met

GOLDEN = load_yaml(Path(__file__).parent / "worked" / "performance_report.yaml").data
TARGETS = tuple(Target.model_validate(each) for each in GOLDEN["targets"])
COUNTED = {name: float(value) for name, value in GOLDEN["counters"].items()}


@pytest.mark.row("R004", "R197", "R198", "R199", "R200")
def test_the_sample_report_to_the_digit() -> None:
    report = performance_report(TARGETS, {"2026-01": COUNTED})
    assert report.drop(columns="period").to_dict("records") == GOLDEN["report"]
    assert list(report["period"]) == ["2026-01"] * 4


@pytest.mark.row("R004", "R197", "R198", "R199", "R200")
def test_the_sample_report_as_it_is_printed() -> None:
    table = printed(performance_report(TARGETS, {"2026-01": COUNTED}))
    assert list(table.columns) == ["KPI", "Target", "Actual", "Variance", "Status"]
    assert table.to_numpy().tolist() == GOLDEN["printed"]


def row(target: Target, **counted: float) -> pd.Series:
    return performance_report((target,), {"m": counted}).iloc[0]


def test_an_inequality_target_is_missed_when_it_is_just_reached() -> None:
    below = Target(kpi="error_rate", operator="<", value=0.01)
    at_most = Target(kpi="error_rate", operator="<=", value=0.01)
    assert row(below, audited=400.0, errors=4.0)["status"] == "missed"
    assert row(at_most, audited=400.0, errors=4.0)["status"] == "met"
    assert not row(at_most, audited=400.0, errors=4.0)["favourable"]


def test_the_sign_of_a_variance_is_actual_less_target_whichever_way_is_better() -> None:
    longer = row(
        Target(kpi="aht", operator="<=", value=300.0, shown_in="min"), answered=10.0, handled_s=3300.0
    )
    assert (longer["variance"], longer["favourable"], longer["status"]) == (0.5, False, "missed")
    lower = row(Target(kpi="fcr", operator=">=", value=0.8), resolved=75.0, unresolved=25.0, answered=100.0)
    assert (lower["variance"], lower["favourable"], lower["status"]) == (-5.0, False, "missed")


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    silent = row(Target(kpi="csat", operator=">=", value=0.9), surveyed=0.0, satisfied=0.0)
    assert silent["status"] == "not measured"
    table = printed(performance_report((TARGETS[2],), {"m": {"surveyed": 0.0, "satisfied": 0.0}}))
    assert table.loc[0, "Actual"] == table.loc[0, "Variance"] == "not measured"


@pytest.mark.row("R100")
def test_share_of_targets_met() -> None:
    bad = {**COUNTED, "resolved": 100.0, "unresolved": 900.0, "surveyed": 0.0, "satisfied": 0.0}
    report = performance_report(TARGETS, {"2026-01": COUNTED, "2026-02": bad})
    assert share_met(report) == 6 / 7
    by_period = {period: share_met(rows) for period, rows in report.groupby("period")}
    assert by_period == {"2026-01": 1.0, "2026-02": 2 / 3}
    assert str(share_met(report.iloc[:0])) == "nan"


def test_times_counts_and_money_have_their_own_units() -> None:
    counted = {
        "answered": 10.0,
        "wait_answered_s": 250.0,
        "cost": 45.0,
        "productive_hours": 100.0,
        "sales_net": 7.0,
    }
    targets = [
        Target(kpi="asa", operator="<=", value=20.0),
        Target(kpi="cost_per_contact", operator="<=", value=4.0),
        Target(kpi="sales_per_hour", operator=">=", value=0.08),
        Target(kpi="sales_net", operator=">=", value=1000.0),
    ]
    table = printed(performance_report(targets, {"m": counted}))
    assert list(table["Variance"]) == ["+5 s", "+0.5 $", "-0.01 per h", "-993"]
    assert table.loc[3, "Target"] == "1,000"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{kpi: cssat, operator: '>=', value: 1}", "unknown KPI id.  Did you mean 'csat'?"),
        (
            "{kpi: aht, operator: '>=', value: 300}",
            "lower is better for 'aht': a target >= a value would reward",
        ),
        (
            "{kpi: fcr, operator: '>=', value: 0.8, shown_in: min}",
            "'fcr' is measured in share, which cannot be shown",
        ),
    ],
)
def test_refused_targets(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        build(Target, parse_yaml(text, "a.yaml"))
    assert said in str(caught.value)
