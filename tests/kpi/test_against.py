"""Run against targets: the same rows as the report of one history, in every period."""

import pandas as pd
import pytest

from orm_sim.kpi.against import against_targets, aim
from orm_sim.kpi.targets import performance_report


@pytest.mark.row("R004", "R193")
def test_every_row_is_that_of_the_performance_report() -> None:
    counters = [
        {"offered": 100.0, "answered_within": 80.0, "answered": 90.0, "handled_s": 36_000.0},
        {"offered": 100.0, "answered_within": 79.0, "answered": 100.0, "handled_s": 36_000.0},
        {"offered": 0.0, "answered_within": 0.0, "answered": 0.0, "handled_s": 0.0},
    ]
    ratios = [(0.8, 400.0), (0.79, 360.0), (float("nan"), float("nan"))]
    kpis = pd.DataFrame(
        [
            {
                "option": "x",
                "replication": 0,
                "month": m,
                "channel": "inbound",
                **c,
                "service_level": s,
                "aht": a,
            }
            for m, (c, (s, a)) in enumerate(zip(counters, ratios, strict=True))
        ]
    )
    targets = pd.DataFrame({"kpi": ["service_level", "aht"], "channel": "inbound", "value": [0.8, 380.0]})
    found = against_targets(kpis, targets).sort_values(["month", "kpi"], ascending=[True, False])
    wanted = [aim("service_level", 0.8), aim("aht", 380.0)]
    report = performance_report(wanted, {str(m): c for m, c in enumerate(counters)})
    factors = {"service_level": 100.0, "aht": 1.0}
    for row, held in zip(found.to_dict("records"), report.to_dict("records"), strict=True):
        for column in ("operator", "status", "n", "favourable"):
            assert row[column] == held[column]
        for column in ("target", "actual", "variance"):
            assert row[column] * factors[row["kpi"]] == pytest.approx(held[column], nan_ok=True)
    assert found["status"].to_list() == ["met", "missed", "missed", "met", "not measured", "not measured"]


def test_a_target_binds_in_the_direction_of_its_kpi() -> None:
    assert aim("service_level", 0.8).operator == ">=" and aim("aht", 380.0).operator == "<="
