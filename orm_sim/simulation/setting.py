"""What all options of one replication share: the calendar, the forecast, the callers, the leads, the requirement."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.staffing import RequirementTable
from orm_sim.core.streams import key, normals
from orm_sim.demand.calendar import Calendar, calendar
from orm_sim.demand.inbound import InboundDemand, InboundForecast, forecast
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


def make_setting(programme: Programme, forecast_cv: float, seed: int, replication: int) -> Setting:
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
    )


@lru_cache(maxsize=32)
def requirement(service: ServiceRequest, handle_s: float, patience_s: float, busyness_cv: float) -> RequirementTable:
    """Agents required for a service level by offered load, tabulated once for all options and replications."""
    return RequirementTable.build(handle_s, patience_s, service.threshold_s, service.share, busyness_cv)


def requirement_for(programme: Programme, service: ServiceRequest) -> RequirementTable:
    """The requirement table of a programme's inbound contacts."""
    shape = programme.shapes.inbound
    cv = float(np.hypot(shape.busyness.day_cv.value, shape.busyness.interval_cv.value))
    return requirement(
        service, programme.inbound.handle_time_s, shape.patience.exponential_mean_s.value, round(cv, 6)
    )
