"""What all options of one replication share: the calendar, the forecast, the callers, the leads, the requirement."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.schedule import Schedule
from orm_sim.centre.staffing import RequirementTable
from orm_sim.core.streams import key, normals
from orm_sim.demand.calendar import Calendar, calendar
from orm_sim.demand.inbound import InboundDemand, InboundForecast, forecast, weekly_shape
from orm_sim.demand.leads import LeadPlan, calling_days, plan_leads
from orm_sim.demand.programme import Programme
from orm_sim.vendor.policy import ServiceRequest

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Setting:
    """The outside world of one replication; contracts on one seed meet the same one.

    Attributes
    ----------
    programme
        Terms of the programme, uncertain inputs drawn.
    seed, replication
        What every stream is keyed by.
    days
        Calendar of term and run-off.
    expected
        What a planner who knew the path would expect.
    demand, leads
        Inbound contacts and outbound leads as they happen.
    calling
        bool[n_days], days on which customers are called.
    forecast_factor
        float64[n_months], the client's forecast over the expected volume: forecasts err.
    precedents
        Operations lived so far by some option; see `orm_sim.simulation.precedent`.
    memory
        Days lived so far by some option, by channel; see `orm_sim.simulation.remembered`.
    believed
        What those who sign take the programme for, before uncertain inputs are drawn; None where they know them.
    vendor_seed
        Seed of what happens to the vendor alone, where it is one of several; None for the seed of everything.
    """

    programme: Programme
    seed: int
    replication: int
    days: Calendar
    expected: InboundForecast
    demand: InboundDemand
    leads: LeadPlan
    calling: NDArray[np.bool_]
    forecast_factor: Floats
    precedents: dict[Any, Any] = field(default_factory=dict)
    memory: dict[str, dict[Any, Any]] = field(default_factory=lambda: {"inbound": {}, "outbound": {}})
    believed: Programme | None = None
    vendor_seed: int | None = None

    def seed_of(self, operator: str) -> int:
        """Seed of what happens to an operator alone: its people, its site, its other accounts."""
        return self.seed if operator == "in_house" or self.vendor_seed is None else self.vendor_seed

    def release(self) -> None:
        """Forget contacts and remembered days: a hundred megabytes that cycles would keep until collected."""
        self.demand.release()
        self.precedents.clear()
        for memory in self.memory.values():
            memory.clear()


def make_setting(
    programme: Programme, forecast_cv: float, seed: int, replication: int, believed: Programme | None = None
) -> Setting:
    """Draw the outside world of one replication."""
    days = calendar(programme.start, programme.months, programme.holidays)
    shape = programme.shapes
    expected = forecast(programme.inbound, shape.inbound, days)
    sd = np.sqrt(np.log1p(forecast_cv**2))
    errors = normals(key(seed, replication, "forecast_error"), days.n_months)
    return Setting(
        programme=programme,
        seed=seed,
        replication=replication,
        days=days,
        expected=expected,
        demand=InboundDemand(expected, shape.inbound, seed, replication),
        leads=plan_leads(programme.outbound, shape.outbound, days, seed, replication),
        calling=calling_days(days),
        forecast_factor=np.exp(sd * errors - sd * sd / 2.0),
        believed=believed,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Planning:
    """What a planner staffs by: agents required by load, and hours on duty for each hour required."""

    required: RequirementTable
    schedule: Schedule


@lru_cache(maxsize=64)
def _planning(
    service: ServiceRequest,
    efficiency: float,
    handle_s: float,
    patience_s: float,
    busyness_cv: float,
    week: bytes,
) -> Planning:
    """Tabulated once in a process for all options and replications."""
    table = RequirementTable.build(handle_s, patience_s, service.threshold_s, service.share, busyness_cv)
    shape = np.frombuffer(week).reshape(7, -1)
    schedule = Schedule.build(
        table, shape, efficiency, handle_s, patience_s, service.threshold_s, service.share, busyness_cv
    )
    return Planning(table, schedule)


def planning_for(programme: Programme, service: ServiceRequest, efficiency: float) -> Planning:
    """The tables by which a programme's inbound contacts are staffed, at today's level of handle time."""
    shape, inbound = programme.shapes.inbound, programme.inbound
    cv = float(np.hypot(shape.busyness.day_cv.value, shape.busyness.interval_cv.value))
    week = weekly_shape(shape, inbound.opens_hour, inbound.closes_hour)
    patience = shape.patience.exponential_mean_s.value
    return _planning(service, efficiency, inbound.handle_time_s, patience, round(cv, 6), week.tobytes())
