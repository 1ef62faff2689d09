"""How a programme's pool answers to hours on duty, and what its service takes: tabulated once in a process for all."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.laws import LOGNORMAL, PIECEWISE_HAZARD, LawTable
from orm_sim.centre.pool_response import PoolResponse
from orm_sim.centre.response import ResponseTable
from orm_sim.demand.inbound import INTERVAL_S, weekly_shape
from orm_sim.demand.programme import Programme
from orm_sim.simulation.setting import Planning
from orm_sim.vendor.decision.outlook import Requirement
from orm_sim.vendor.policy import ServiceRequest

Floats = NDArray[np.float64]

_HOURS = INTERVAL_S / 3600.0
_CONTACTS = 8_000  # behind each node of the response table: service level to about a point
_LOAD_POINTS = 12
_AT_ONCE = 20.0  # hazard a second of patience that has ended


def requirement_of(programme: Programme, planning: Planning) -> Requirement:
    """Hours on duty a week that the service asked for takes, by the hours of handle time offered."""
    return _requirement(planning, _week(programme).tobytes(), _largest_load(programme))


@lru_cache(maxsize=16)
def _requirement(planning: Planning, week_bytes: bytes, largest_load: float) -> Requirement:
    """Tabulated once in a process."""
    week = np.frombuffer(week_bytes).reshape(7, -1)
    loads = np.geomspace(largest_load / 50.0, largest_load, _LOAD_POINTS)
    hours = []
    for load in loads.tolist():
        erlangs = week * (load / _HOURS)
        needed = planning.required.agents(erlangs.ravel()).sum() * _HOURS
        hours.append(float(needed) * planning.schedule.hours_factor(erlangs))
    return Requirement(np.concatenate([[0.0], loads]), np.concatenate([[0.0], hours]))


def response_of(
    programme: Programme,
    service: ServiceRequest,
    efficiency: float,
    cut_s: float = np.inf,
    in_time_first: bool = False,
) -> PoolResponse:
    """How the programme's pool answers to hours on duty; tabulated once in a process for all options.

    Contacts that have waited for `cut_s` are cut off: beyond it patience ends at once. `in_time_first`: late ones wait.
    """
    shape, inbound = programme.shapes.inbound, programme.inbound
    pieces = _cut(tuple((p.until_s or np.inf, p.per_s) for p in shape.patience.hazard.pieces), cut_s)
    spread = sum(t.mix.value * t.handle_log_sd.value for t in shape.types.values())
    cv = float(np.sqrt(np.expm1((spread / sum(t.mix.value for t in shape.types.values())) ** 2)))
    busyness = float(np.hypot(shape.busyness.day_cv.value, shape.busyness.interval_cv.value))
    return _response(
        service, efficiency, pieces, round(cv, 3), round(busyness, 6), _week(programme).tobytes(),
        _short(inbound.handle_time_s), _short(_largest_load(programme)), shape.patience.exponential_mean_s.value,
        in_time_first,
    )  # fmt: skip


def _cut(pieces: tuple[tuple[float, float], ...], cut_s: float) -> tuple[tuple[float, float], ...]:
    """Hazard of patience that ends at a moment."""
    if cut_s == np.inf:
        return pieces
    before = [(until, per_s) for until, per_s in pieces if until < cut_s]
    lasting = next(per_s for until, per_s in pieces if until >= cut_s)
    return (*before, (cut_s, lasting), (np.inf, _AT_ONCE))


@lru_cache(maxsize=16)
def _response(
    service: ServiceRequest,
    efficiency: float,
    pieces: tuple[tuple[float, float], ...],
    handle_cv: float,
    busyness_cv: float,
    week: bytes,
    handle_s: float,
    largest_load: float,
    patience_s: float,
    in_time_first: bool,
) -> PoolResponse:
    from orm_sim.centre.schedule import Schedule
    from orm_sim.centre.staffing import RequirementTable

    table = _intervals(pieces, handle_s, handle_cv, service.threshold_s, in_time_first)
    shape = np.frombuffer(week).reshape(7, -1)
    laws = (patience_s, service.threshold_s, service.share, busyness_cv)
    required = RequirementTable.build(float(handle_s), *laws)
    schedule = Schedule.build(required, shape, efficiency, float(handle_s), *laws)
    return PoolResponse.build(table, required, shape, schedule, busyness_cv, float(largest_load))


@lru_cache(maxsize=8)
def _intervals(
    pieces: tuple[tuple[float, float], ...], handle_s: float, handle_cv: float, threshold_s: float, in_time_first: bool
) -> ResponseTable:  # fmt: skip
    until, per_s = (np.array(each) for each in zip(*pieces, strict=True))
    patience = LawTable(
        np.array([LOGNORMAL, PIECEWISE_HAZARD]), np.zeros(2), np.zeros(2), np.array([0, 0]),
        np.array([0, until.size]), until, per_s,
    )  # fmt: skip
    handles = (0.7 * handle_s, 1.4 * handle_s)
    return ResponseTable.build(
        patience, handles, handle_cv, threshold_s, contacts=_CONTACTS, in_time_first=in_time_first
    )


def _short(value: float) -> float:
    """A value by which tables are found again: whole, and below 100 to three digits, so that nothing becomes 0."""
    return float(round(value)) if value >= 100.0 else float(f"{value:.3g}")


def _week(programme: Programme) -> Floats:
    return weekly_shape(programme.shapes.inbound, programme.inbound.opens_hour, programme.inbound.closes_hour)


def _largest_load(programme: Programme) -> float:
    """Hours of handle time in a week beyond which nothing is tabulated."""
    inbound = programme.inbound
    return inbound.contacts_per_week * inbound.handle_time_s / 3600.0 * 2.5
