"""Meters that only a history delivers: worked values, SMART words, percentiles that are weighted and never added."""

from pathlib import Path

import numpy as np
import pytest

from orm_sim.core.loader import load_yaml
from orm_sim.kpi import COUNTERS, INDICATORS, KPIS, METERS, REPORTED, kpi
from orm_sim.kpi.smart import smart_problems

WORKED = load_yaml(Path(__file__).parent / "worked" / "reported.yaml").data
COUNTED = {name: float(value) for name, value in WORKED["counters"].items()}
OWN = [name for name in INDICATORS if name not in KPIS]
WEIGHTED = [name for name, each in REPORTED.items() if each.weight]


def test_every_quotient_of_reported_meters_is_worked() -> None:
    assert set(WORKED["kpis"]) == {name for name in OWN if name not in METERS}


@pytest.mark.parametrize(("name", "expected"), WORKED["kpis"].items())
def test_worked_value(name: str, expected: float) -> None:
    assert float(kpi(name).value(COUNTED)) == pytest.approx(expected, rel=1e-15)


def test_what_is_reported_is_not_simulated() -> None:
    assert not set(REPORTED) & set(COUNTERS)
    assert set(METERS) == set(REPORTED) | set(COUNTERS)
    assert not any(each.always or each.channels for each in REPORTED.values())
    assert all(set(kpi(name).needs) <= set(METERS) for name in OWN)


@pytest.mark.parametrize("name", OWN)
def test_every_indicator_is_smart(name: str) -> None:
    assert smart_problems(kpi(name)) == ()


@pytest.mark.parametrize("name", OWN)
def test_what_nobody_delivers_is_not_measured(name: str) -> None:
    simulated = {each.id: np.ones(2) for each in COUNTERS.values() if each.always}
    assert np.isnan(kpi(name).value(simulated)).all()


@pytest.mark.parametrize("name", WEIGHTED)
def test_a_percentile_of_a_quarter_is_the_mean_weighted_by_contacts(name: str) -> None:
    # 40 with 100 contacts and 70 with 300: (4,000 + 21,000) / 400 = 62.5
    months = [(40.0, 100.0), (70.0, 300.0)]
    added = {name: sum(v * w for v, w in months), "offered": sum(w for _, w in months)}
    assert float(kpi(name).value(added)) == 62.5


def test_one_unit_of_a_meter_is_said_in_the_singular() -> None:
    assert METERS["night_hours"].one == "night hour"
    assert METERS["vendor_cost"].one == "dollar of vendor's cost"
    assert METERS["offered"].one == "contact offered"


def test_no_two_meters_are_called_the_same() -> None:
    assert len({each.name for each in METERS.values()}) == len(METERS)
    assert len({each.one for each in METERS.values()}) == len(METERS)
