"""The pool's response against the kernel: whole weeks of the bank's programme at several coverages and handle times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from orm_sim.centre import engine
from orm_sim.centre.plan import Carry, DayPlan
from orm_sim.centre.pool_response import COVERAGES, PoolResponse
from orm_sim.centre.schedule import spread
from orm_sim.centre.staffing import whole_agents
from orm_sim.core.streams import key
from orm_sim.demand.calendar import calendar
from orm_sim.demand.contacts import draw_day
from orm_sim.demand.inbound import INTERVAL_S, busyness, forecast, weekly_shape
from orm_sim.scenario.load import load_scenario
from orm_sim.simulation.known_pool import requirement_of, response_of
from orm_sim.simulation.setting import planning_for
from orm_sim.vendor.decision.heads_ahead import along, wanted_of
from orm_sim.vendor.policy import ServiceRequest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMME = load_scenario(ROOT / "scenarios" / "bank_per_hour.yaml").programme
ASKED = ServiceRequest(0.80, 20.0)
EFFICIENCY = 0.85
WEEKS = 52


@pytest.fixture(scope="module")
def response() -> PoolResponse:
    return response_of(PROGRAMME, ASKED, EFFICIENCY)


def lived(coverage: float, longer: float, contacts_per_week: float) -> tuple[float, float, float]:
    """Service level, abandonment and coverage of 52 weeks without drift or season, staffed by rule."""
    inbound = PROGRAMME.inbound.model_copy(
        update={
            "contacts_per_week": contacts_per_week,
            "path": PROGRAMME.inbound.path.model_copy(
                update={"contacts_per_year": 0.0, "handle_time_per_year": 0.0}
            ),
        }
    )
    shape, days = PROGRAMME.shapes.inbound, calendar(PROGRAMME.start, 13, ())
    plan = forecast(inbound, shape, days)
    week = weekly_shape(shape, inbound.opens_hour, inbound.closes_hour) * contacts_per_week
    planning = planning_for(PROGRAMME, ASKED, EFFICIENCY)
    load = week / INTERVAL_S * plan.mean_handle_s * longer
    required = planning.required.agents(load.ravel()).reshape(load.shape)
    on_duty = required.sum() * planning.schedule.hours_factor(load)
    curve = spread(required, EFFICIENCY)
    staffed = whole_agents((curve * (on_duty * coverage / required.sum())).ravel()).reshape(7, -1)
    factors = busyness(shape, 7 * WEEKS, 5, 0)
    factors = factors / np.average(factors, weights=np.tile(week, (WEEKS, 1)))
    pieces = shape.patience.hazard.pieces
    until = np.array([np.inf if p.until_s is None else p.until_s for p in pieces])
    per_s = np.array([p.per_s for p in pieces])
    replay, carry, total = engine("kernel"), Carry.empty(), np.zeros(4)
    for day in range(7 * WEEKS):
        at = day % 7
        arrival, handle, patience, ref = draw_day(
            *key(5, 0, "inbound"), day, plan.type_share[:, None] * (week[at] * factors[day])[None, :], INTERVAL_S,
            plan.log_mean, plan.log_sd, shape.short_share.value, until, per_s,
        )  # fmt: skip
        outcome = replay(
            DayPlan(
                arrival_s=arrival, handle_s=handle * longer, patience_s=patience, ref=ref,
                staffed=staffed[at].astype(np.int64), threshold_s=20.0, carry=carry,
            )
        )  # fmt: skip
        carry = outcome.carry
        total += outcome.counts.sum(axis=1)
    answered, within, abandoned = total[1], total[2], total[3]
    offered = answered + abandoned
    return within / offered, abandoned / offered, staffed.sum() / on_duty


@pytest.mark.parametrize(
    ("coverage", "longer", "volume"),
    [
        (0.50, 1.0, 15_000.0), (0.70, 1.0, 15_000.0), (0.85, 1.0, 15_000.0), (1.00, 1.0, 15_000.0),
        (1.15, 1.0, 15_000.0), (0.80, 1.2, 15_000.0), (1.00, 0.85, 15_000.0), (0.90, 1.0, 4_000.0),
    ],
)  # fmt: skip
def test_it_is_what_the_kernel_does_with_whole_weeks(
    response: PoolResponse, coverage: float, longer: float, volume: float
) -> None:
    """Service level within 3 points, abandonment within 1.5: a queue that carries over an interval is left out."""
    level, gone, covered = lived(coverage, longer, volume)
    handle_s = PROGRAMME.inbound.handle_time_s * longer
    mean_s = forecast(
        PROGRAMME.inbound, PROGRAMME.shapes.inbound, calendar(PROGRAMME.start, 1, ())
    ).mean_handle_s
    load = volume * mean_s * longer / 3600.0
    told = response.answer(np.array([covered]), np.array([load]), np.array([handle_s]))
    assert told[0].item() == pytest.approx(level, abs=0.03)
    assert told[1].item() == pytest.approx(gone, abs=0.015)


def test_more_coverage_never_serves_worse(response: PoolResponse) -> None:
    coverage = np.linspace(0.0, 2.0, 201)
    level, gone = response.answer(coverage, np.full(201, 1500.0), np.full(201, 380.0))
    assert np.all(np.diff(level) > -0.003)
    assert np.all(np.diff(gone) < 0.003)


def test_nobody_on_duty_answers_nobody_and_edges_hold(response: PoolResponse) -> None:
    level, gone = response.answer(np.array([0.0]), np.array([1500.0]), np.array([380.0]))
    assert (level.item(), gone.item()) == (0.0, 1.0)
    far = response.answer(np.array([50.0]), np.array([1e9]), np.array([1e5]))
    edge = response.answer(
        np.array([COVERAGES[-1]]), np.array([response.load[-1]]), np.array([response.handle_s[-1]])
    )
    assert far[0] == edge[0] and far[1] == edge[1]


def test_shapes_are_kept(response: PoolResponse) -> None:
    level, gone = response.answer(np.ones((3, 2)), np.full((3, 2), 900.0), np.full((3, 2), 400.0))
    assert level.shape == gone.shape == (3, 2)


def test_the_requirement_grows_with_load_and_goes_on_beyond_its_table() -> None:
    need = requirement_of(PROGRAMME, planning_for(PROGRAMME, ASKED, EFFICIENCY))
    load = np.linspace(0.0, 3.0 * need.load[-1], 400)
    wanted = wanted_of(load, need)
    hours = np.array([along(wanted.load, wanted.hours, each) for each in load.tolist()])
    assert hours[0] == 0.0
    assert np.all(np.diff(hours) > 0.0)
    assert np.all(hours[1:] > load[1:])
