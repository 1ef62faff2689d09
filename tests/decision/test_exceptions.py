"""The exception list: what is told, worked on months where everything is known."""

import numpy as np
import pandas as pd
import pytest

from orm_sim.decision.exceptions import LEAVES, MISSES, exceptions, spells, target_report, trend

MONTHS = 12


def _kpis(service: np.ndarray) -> pd.DataFrame:
    """Service level of histories (rows) by month."""
    n, months = service.shape
    return pd.DataFrame(
        {
            "option": "x", "replication": np.repeat(np.arange(n), months), "month": np.tile(np.arange(months), n),
            "channel": "inbound", "service_level": service.ravel(), "offered": 1000.0,
        }
    )  # fmt: skip


TARGETS = pd.DataFrame({"kpi": ["service_level"], "channel": ["inbound"], "value": [0.8]})


@pytest.mark.row("R193", "R004")
def test_a_missed_target_is_told_with_its_size_share_and_trend() -> None:
    service = np.full((10, MONTHS), 0.85)
    service[:7, 4:7] = [0.79, 0.76, 0.73]  # seven of ten histories miss it for three months
    found = exceptions(_kpis(service), TARGETS, watched=())
    assert found["month"].to_list() == [4, 5, 6]
    row = found[found["month"] == 6].iloc[0]
    assert (row["kpi"], row["channel"], row["deviates"], row["unit"], row["n"]) == (
        "service_level", "inbound", MISSES, "pp", 10,
    )  # fmt: skip
    assert row["by"] == pytest.approx(-7.0) and row["share"] == 0.7
    assert (row["share_low"], row["share_high"]) == pytest.approx((0.3475, 0.9333), abs=1e-3)
    assert row["trend"] == "worsening" and row["trend_by"] < 0.0
    (spell,) = spells(found).to_dict("records")
    assert (spell["month"], spell["until"]) == (4, 6) and spell["by"] == pytest.approx(-7.0)
    assert exceptions(_kpis(service), TARGETS, watched=(), often=0.8).empty
    assert spells(found.head(0)).empty


@pytest.mark.row("R193")
def test_an_alarm_of_the_control_chart_is_told() -> None:
    generator = np.random.default_rng(5)
    service = 0.85 + generator.normal(0.0, 0.01, (40, 24))
    calm = exceptions(_kpis(service), None, watched=[("service_level", "inbound")])
    assert calm.empty
    service[:12, 8:] -= 0.06  # in 12 of 40 it falls for good
    found = exceptions(_kpis(service), None, watched=[("service_level", "inbound")])
    assert set(found["deviates"]) == {LEAVES} and found["share"].max() == pytest.approx(0.3, abs=0.03)
    assert 8 <= found["month"].min() <= 12 and (found["by"] < 0.0).all()


def test_the_report_of_targets_counts_histories() -> None:
    service = np.tile(np.array([0.75, 0.79, 0.81, 0.83]), (2, 1)).T
    (first, _) = target_report(_kpis(service), TARGETS).to_dict("records")
    assert first["actual"] == pytest.approx(80.0) and first["variance"] == pytest.approx(0.0, abs=1e-9)
    assert (first["n"], first["met"], first["unit"], first["variance_unit"]) == (4, 0.5, "%", "pp")


@pytest.mark.parametrize(
    ("slope", "kpi", "word"), [(0.01, "service_level", "improving"), (0.01, "abandonment_rate", "worsening")]
)
def test_trends_know_the_direction(slope: float, kpi: str, word: str) -> None:
    lines = 0.5 + slope * np.arange(6) + np.random.default_rng(2).normal(0.0, 0.002, (9, 6))
    assert trend(pd.DataFrame(lines), kpi)[0] == word
    assert trend(pd.DataFrame(lines), kpi)[1] == pytest.approx(slope, rel=0.1)
    assert trend(pd.DataFrame(lines[:, :2]), kpi)[0] == ""
    assert trend(pd.DataFrame(np.tile([1.0, 0.0, 1.0], (4, 1))), kpi)[0] == "steady"


def test_a_channel_nobody_measures_is_left_out() -> None:
    assert exceptions(_kpis(np.full((3, 4), np.nan)), TARGETS).empty
