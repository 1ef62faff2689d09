"""The dictionary: every KPI worked by hand, SMART, and nan where nothing was counted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from orm_sim.core.loader import load_yaml
from orm_sim.kpi import COUNTERS, KPIS, LAGS, kpi
from orm_sim.kpi.smart import smart_problems

WORKED = load_yaml(Path(__file__).parent / "worked" / "dictionary.yaml").data
COUNTED = {name: float(value) for name, value in WORKED["counters"].items()}


def test_the_worked_month_covers_the_dictionary() -> None:
    assert set(COUNTED) == set(COUNTERS)
    assert set(WORKED["kpis"]) == set(KPIS) - set(COUNTERS)


@pytest.mark.parametrize(("name", "expected"), WORKED["kpis"].items())
@pytest.mark.row("R101", "R102", "R227")
def test_worked_value(name: str, expected: float) -> None:
    assert float(kpi(name).value(COUNTED)) == pytest.approx(expected, rel=1e-15)


def test_every_counter_is_a_kpi() -> None:
    assert {name: float(kpi(name).value(COUNTED)) for name in COUNTERS} == COUNTED


def test_values_are_elementwise_over_any_axes() -> None:
    scale = np.arange(6.0).reshape(2, 3)
    counted = {name: value * scale for name, value in COUNTED.items()}
    for name, expected in WORKED["kpis"].items():
        value = kpi(name).value(counted)
        assert value.shape == (2, 3)
        per_month = expected * scale if name == "net_sales" else np.where(scale == 0.0, np.nan, expected)
        np.testing.assert_allclose(value, per_month, rtol=1e-14)


@pytest.mark.parametrize("name", [name for name, each in KPIS.items() if each.denominator])
def test_nothing_counted_is_not_zero(name: str) -> None:
    assert np.isnan(kpi(name).value(dict.fromkeys(COUNTERS, 0.0)))


def test_a_window_is_summed_before_it_is_divided() -> None:
    busy, quiet = {"answered_within": 100.0, "offered": 1000.0}, {"answered_within": 10.0, "offered": 10.0}
    both = {name: busy[name] + quiet[name] for name in busy}
    assert float(kpi("service_level").value(both)) == pytest.approx(110 / 1010)


def test_a_missing_counter() -> None:
    assert np.isnan(kpi("error_rate").value({"answered": np.ones(3)})).all()
    with pytest.raises(KeyError, match="service_level needs the counters offered"):
        kpi("service_level").value({"answered_within": 1.0})
    with pytest.raises(KeyError, match="Did you mean 'service_level'"):
        kpi("servise_level")


@pytest.mark.row("R188")
@pytest.mark.parametrize("name", KPIS)
def test_every_kpi_is_smart(name: str) -> None:
    assert smart_problems(kpi(name)) == ()


@pytest.mark.row("R188")
def test_a_vague_kpi_is_not_smart() -> None:
    good = kpi("fcr")
    vague = replace(good, numerator="good service", denominator="", window="", needs=("delight",))
    assert smart_problems(vague) == (
        "not specific: 'good' is a matter of taste",
        "not specific: a share needs a denominator",
        "not measurable: delight is not counted",
        "not time-bound: it has no window",
    )
    assert smart_problems(replace(good, numerator="calls")) != ()
    assert smart_problems(replace(good, unit="points", better="more")) != ()  # type: ignore[arg-type]
    assert smart_problems(replace(good, needs=())) == ("not measurable: nothing is not counted",)


def test_the_kpis_the_sources_ask_for_are_there() -> None:
    asked = {
        "fcr",
        "csat",
        "aht",
        "error_rate",
        "cost_per_contact",
        "service_level",
        "abandonment_rate",
        "asa",
    }
    assert asked <= set(KPIS)
    assert {kpi(name).better for name in ("fcr", "csat", "service_level")} == {"higher"}
    assert {kpi(name).better for name in ("aht", "error_rate", "cost_per_contact", "asa")} == {"lower"}
    assert tuple(f"cancelled_unearned_lag{months}" for months in range(4)) == LAGS
