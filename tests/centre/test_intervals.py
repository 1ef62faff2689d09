"""A day in closed form: the load against its differential equation, and the gate on the bank's days."""

import sys

import numpy as np
import pytest

from orm_sim.centre.erlang import erlang_a
from orm_sim.centre.interval_checks import LEVEL_GATE, LOSS_GATE, ProgrammeDays, compare_days
from orm_sim.centre.intervals import answer_intervals, offered_load
from orm_sim.centre.survival import constant, exponential, lognormal
from orm_sim.scenario.load import load_scenario
from tests.centre.days import PROFILE
from tests.simulation.bank import ROOT


def test_load_solves_its_differential_equation() -> None:
    """Exponential handle time: m' = λ - m/s, walked here in steps of a second."""
    offered, handle_s = PROFILE * 30.0, 400.0
    found = offered_load(offered, exponential(handle_s), points=3)
    m, moments = 0.0, np.empty(48 * 1800)
    for second in range(moments.size):
        rate = offered[second // 1800] / 1800.0
        m = rate * handle_s + (m - rate * handle_s) * np.exp(-1.0 / handle_s)
        moments[second] = m
    assert found == pytest.approx(moments.reshape(48, 1800)[:, [299, 899, 1499]], rel=1e-9, abs=1e-9)


def test_load_of_a_constant_handle_time_is_what_came_within_it() -> None:
    offered = np.zeros(48)
    offered[10] = 180.0
    found = offered_load(offered, constant(900.0), points=2)
    assert found[10].tolist() == pytest.approx([45.0, 90.0])
    assert found[11].tolist() == pytest.approx([45.0, 0.0], abs=1e-9)


def test_a_steady_day_is_erlang_a() -> None:
    rates, agents = np.full(48, 180.0), np.full(48, 38.25)
    found = answer_intervals(rates, lognormal(300.0, 1.2), 180.0, agents, 20.0)
    exact = erlang_a(0.1, 300.0, 180.0, 38.25, 20.0)
    late = [row[40] for row in found[1:]]
    assert late == pytest.approx(list(exact), rel=1e-3)
    by_law = answer_intervals(rates, lognormal(300.0, 1.2), exponential(180.0), agents, 20.0)
    assert np.array(by_law) == pytest.approx(np.array(found), rel=1e-9)


def test_the_day_weighs_by_contacts() -> None:
    rates = np.array([0.0, 900.0, 1800.0])
    found = answer_intervals(
        rates, exponential(60.0), 120.0, np.array([0.0, 30.0, 61.0]), 20.0, busyness_cv=0.2
    )
    day = found.over_the_day()
    assert day.service_level == pytest.approx((found.service_level[1] + 2 * found.service_level[2]) / 3)
    answered = found.offered * (1 - found.abandonment_rate)
    assert day.asa_s == pytest.approx((answered[1:] @ found.asa_s[1:]) / answered[1:].sum())
    assert (
        day.abandonment_rate
        > answer_intervals(rates, exponential(60.0), 120.0, np.array([0.0, 30.0, 61.0]), 20.0)
        .over_the_day()
        .abandonment_rate
    )


def test_a_closed_interval_loses_what_comes() -> None:
    found = answer_intervals(np.array([10.0, 10.0]), exponential(60.0), 120.0, np.array([0.0, 3.0]), 20.0)
    assert found.abandonment_rate[0] == 1
    assert found.service_level[0] == 0
    assert np.isnan(found.occupancy[0])


def test_gate_on_days_of_the_bank(capsys: pytest.CaptureFixture[str]) -> None:
    """Within 1 point of service level and 0.5 of abandonment of the kernel, on the mean and on every day looked at."""
    days = ProgrammeDays.build(load_scenario(ROOT / "scenarios" / "bank.yaml").programme, seed=11)
    found = compare_days(days, 11, range(3, 350, 37))
    weight = found[:, 0] / found[:, 0].sum()
    level, loss = found[:, 2] - found[:, 1], found[:, 4] - found[:, 3]
    with capsys.disabled():
        sys.stdout.write(
            f"\nbias of the closed form by interval: service level {weight @ level:+.4f} (worst day"
            f" {np.abs(level).max():.4f}), abandonment {weight @ loss:+.4f} (worst day {np.abs(loss).max():.4f})\n"
        )
    assert abs(weight @ level) < LEVEL_GATE
    assert abs(weight @ loss) < LOSS_GATE
    assert np.abs(level).max() < LEVEL_GATE
    assert np.abs(loss).max() < LOSS_GATE


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="one value for each interval"):
        answer_intervals(np.ones(3), exponential(60.0), 60.0, np.ones(4), 20.0)
    with pytest.raises(ValueError, match="must be 0 or more"):
        answer_intervals(np.array([-1.0]), exponential(60.0), 60.0, np.ones(1), 20.0)
