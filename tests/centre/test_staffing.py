"""The requirement table against the closed form it is made from, and whole agents against their fractions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orm_sim.centre import DayPlan, kernel
from orm_sim.centre.erlang import erlang_a
from orm_sim.centre.staffing import RequirementTable, agents_required, busyness_points, whole_agents


@pytest.mark.parametrize("cv", [0.02, 0.15, 0.4, 1.0])
def test_busyness_points_have_the_moments_of_a_gamma(cv: float) -> None:
    """E[B^(m+1)] / E[B] for a gamma of mean 1: exact for the degrees that seven points integrate."""
    factors, weights = busyness_points(cv)
    shape = 1 / cv**2
    assert (weights > 0).all()
    assert (factors > 0).all()
    for degree in range(12):
        moment = math.prod((shape + 1 + k) / shape for k in range(degree))
        assert (weights * factors**degree).sum() == pytest.approx(moment, rel=1e-9)


def test_without_busyness_there_is_one_day() -> None:
    factors, weights = busyness_points(0.0)
    assert (factors.tolist(), weights.tolist()) == ([1.0], [1.0])


@pytest.mark.parametrize("target", [0.5, 0.8, 0.99])
@pytest.mark.parametrize("load", [0.03, 0.7, 12.0, 140.0])
def test_the_requirement_meets_the_target(load: float, target: float) -> None:
    """Fractional agents are time with one more: at the requirement, the mixed share is the target."""
    factors, weights = np.array([0.8, 1.1]), np.array([0.4, 0.6])
    agents = agents_required(load, 380.0, 300.0, 20.0, target, factors, weights)
    reached = [
        erlang_a(load * factor / 380, 380.0, 300.0, agents, 20.0).service_level for factor in factors.tolist()
    ]
    assert weights @ reached == pytest.approx(target, abs=1e-12)


def test_the_table_follows_the_direct_answer() -> None:
    """Between its points the table is within a tenth of an agent, at loads and handle times off the grid."""
    table = RequirementTable.build([250.0, 320.0, 400.0, 500.0], 300.0, 20.0, 0.8, 0.15)
    points = busyness_points(0.15)
    rng = np.random.default_rng(5)
    for load, handle_s in zip(300 * rng.random(150) ** 2, rng.uniform(250, 500, 150), strict=True):
        direct = agents_required(load, handle_s, 300.0, 20.0, 0.8, *points)
        assert table.agents(np.array([load]), float(handle_s))[0] == pytest.approx(direct, abs=0.1)
    beyond = table.agents(np.array([400.0]), 320.0)[0]
    assert beyond == pytest.approx(agents_required(400.0, 320.0, 300.0, 20.0, 0.8, *points), rel=0.005)


@pytest.mark.parametrize("target", [0.5, 0.8, 0.9, 0.99])
@pytest.mark.parametrize("cv", [0.0, 0.25])
def test_the_table_never_falls(target: float, cv: float) -> None:
    table = RequirementTable.build(380.0, 200.0, 20.0, target, cv)
    agents = table.agents(np.linspace(0, 400, 8001))
    assert agents[0] == 0
    assert (np.diff(agents) >= 0).all()
    assert (agents[1:] >= target).all()  # even a rare contact needs somebody there that share of the time


def test_harder_targets_and_uneven_days_take_more() -> None:
    load = np.array([5.0, 40.0, 150.0])
    plain = RequirementTable.build(380.0, 200.0, 20.0, 0.8, 0.0).agents(load)
    assert (RequirementTable.build(380.0, 200.0, 20.0, 0.9, 0.0).agents(load) > plain).all()
    assert (RequirementTable.build(380.0, 200.0, 20.0, 0.8, 0.2).agents(load) > plain).all()
    assert (RequirementTable.build(380.0, 200.0, 60.0, 0.8, 0.0).agents(load) < plain).all()


def test_simulated_days_reach_the_target() -> None:
    """Staffed by the table, the kernel answers the target share over days of uneven busyness.

    The table's figure is stationary; a constant rate over the whole day makes the two comparable.
    """
    cv, load, handle_s, patience_s, target = 0.2, 18.0, 300.0, 200.0, 0.8
    table = RequirementTable.build(handle_s, patience_s, 20.0, target, cv)
    staffed = whole_agents(table.agents(np.full(48, load)))
    within, offered = [], []
    for day in range(400):
        rng = np.random.default_rng([11, day])
        n = rng.poisson(load / handle_s * 86_400 * rng.gamma(1 / cv**2, cv**2))
        outcome = kernel.run(
            DayPlan(
                arrival_s=np.sort(rng.random(n) * 86_400),
                handle_s=rng.exponential(handle_s, n),
                patience_s=rng.exponential(patience_s, n),
                staffed=staffed,
                threshold_s=20.0,
            )
        )
        within.append(outcome.totals.answered_within)
        offered.append(outcome.totals.arrived)
    share = sum(within) / sum(offered)
    spread = np.array(within) - share * np.array(offered)
    error = spread.std(ddof=1) / math.sqrt(400) / np.mean(offered)
    assert error < 0.015
    assert share == pytest.approx(target, abs=3 * error + 0.005)  # first minutes empty, agents whole


@pytest.mark.parametrize(
    "change",
    [
        {"handle_s": 0.0},
        {"handle_s": (400.0, 300.0)},
        {"patience_s": 0.0},
        {"threshold_s": -1.0},
        {"target": 1.0},
        {"target": 0.0},
        {"busyness_cv": -0.1},
        {"highest_load": 0.0},
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, float]) -> None:
    good = {"handle_s": 380.0, "patience_s": 200.0, "threshold_s": 20.0, "target": 0.8, "busyness_cv": 0.1}
    with pytest.raises(ValueError, match=r"must be|must lie"):
        RequirementTable.build(**(good | change))


def test_a_handle_time_outside_the_table_is_refused() -> None:
    table = RequirementTable.build([300.0, 400.0], 200.0, 20.0, 0.8, 0.0)
    assert table.agents(np.array([10.0]), 400.0).shape == (1,)
    with pytest.raises(ValueError, match="the table holds 300 to 400 s"):
        table.agents(np.array([10.0]), 401.0)
    with pytest.raises(ValueError, match="the table holds 300 to 400 s"):
        table.agents(np.array([10.0]))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.one_of(st.just(0.0), st.floats(0, 400)), max_size=60))
def test_whole_agents_keep_every_running_total(drawn: list[float]) -> None:
    fractional = np.array(drawn, float)
    whole = whole_agents(fractional)
    assert (whole[fractional == 0] == 0).all()
    assert (whole >= 0).all()
    assert (np.abs(whole - fractional) <= 1 + 1e-9).all()
    assert (np.abs(np.cumsum(whole) - np.cumsum(fractional)) <= 0.5 + 1e-9).all()


def test_whole_agents_leave_whole_numbers_alone() -> None:
    assert whole_agents(np.array([0.0, 3.0, 0.0, 5.0])).tolist() == [0, 3, 0, 5]
