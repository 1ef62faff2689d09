"""Employers: the client's own centre and the vendor on the first day, and the service that is asked for."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import simpy

from orm_sim.core.streams import key
from orm_sim.core.units import SECONDS_PER_HOUR
from orm_sim.demand.leads import expected_attempt_s
from orm_sim.demand.programme import CHANNELS
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.operator import Operator, Reference
from orm_sim.simulation.setting import Planning, Setting
from orm_sim.vendor.assurance import Assured
from orm_sim.vendor.firm import Purse
from orm_sim.vendor.policy import ServiceRequest, StaffingPlan, contract_following, fixed


@dataclass(frozen=True, slots=True)
class Employers:
    """Who runs contacts.

    Attributes
    ----------
    home, vendor
        The client's centre, and the vendor.
    requested, asked
        The service that the programme asks for, and that of the contract; None where the contract says nothing.
    """

    home: Operator
    vendor: Operator
    requested: ServiceRequest
    asked: ServiceRequest | None


def employers(scenario: Scenario, setting: Setting) -> Employers:
    """Both operators with nobody on the floor yet."""
    terms = scenario.client.in_house.workforce
    reference = Reference.of(terms)
    offshore, people = scenario.vendor.offshore, scenario.vendor.people
    home = Operator.found(
        "in_house", terms, reference, setting, 1.0, 0.0, people, scenario.client.in_house.platform
    )
    home.established = True
    home.staffing_ratio = scenario.client.in_house.staffing_ratio
    vendor = Operator.found(
        "vendor",
        scenario.vendor.workforce,
        reference,
        setting,
        offshore.handle_time_factor,
        -offshore.fcr_points,
        people,
        scenario.vendor.platform,
    )
    vendor.blending, vendor.assurance = scenario.vendor.blending, assured(scenario, setting)
    service = scenario.programme.inbound.service
    asked = scenario.contract.requested_service_level() if scenario.contract is not None else None
    return Employers(
        home,
        vendor,
        ServiceRequest(service.share, service.threshold_s),
        ServiceRequest(asked.target, asked.within_s) if asked is not None else None,
    )


def assured(scenario: Scenario, setting: Setting) -> Assured | None:
    """The vendor's quality assurance on the first day: nothing learned; None where there is none."""
    terms, outbound = scenario.vendor.assurance, setting.programme.outbound
    if terms is None:
        return None
    hours = scenario.vendor.workforce.on_duty_hours_per_agent_week
    attempt_s = expected_attempt_s(outbound, setting.programme.shapes.outbound)
    reached = hours * SECONDS_PER_HOUR / attempt_s * outbound.contact_rate
    return Assured(terms, key(setting.seed, setting.replication, "audit"), reached)


def payroll(scenario: Scenario, vendor: Operator) -> float:
    """What the vendor's people are paid in a month at its wages of the first day, on-costs aside, $."""
    terms = scenario.vendor.workforce
    agents = sum(vendor.staff(c).agents + vendor.staff(c).trainees for c in CHANNELS)
    return agents * terms.paid_hours_per_week * 52.0 / 12.0 * terms.wage_per_hour


def vendor_plan(scenario: Scenario, found: Employers, purse: Purse) -> StaffingPlan:
    """What the vendor staffs this week, and whether it may hire."""
    if scenario.vendor.policy == "fixed":
        return fixed(found.requested, 1.0)
    liquidity = float("inf") if purse.unlimited else purse.liquidity
    return contract_following(
        found.asked, found.requested, liquidity, payroll(scenario, found.vendor),
        scenario.vendor.hiring_reserve_months,
    )  # fmt: skip


def establish(home: Operator, setting: Setting, planning: Planning) -> None:
    """The client's centre has existed for years when the contract starts."""
    for channel in CHANNELS:
        need = home.agents_for(setting, planning, channel, 0, 1.0)
        home.workforce[channel].establish(int(np.ceil(need)))
        home.workforce[channel].week(0, 0.0, 0.0, may_hire=False)


def improve(env: simpy.Environment, scenario: Scenario, home: Operator) -> Generator[simpy.Event, Any, None]:
    """The in-house improvement programme takes effect, where there is one."""
    programme = scenario.client.in_house.improvement
    if programme is None:
        return
    yield env.timeout(max(7 * programme.in_place_week - 0.5, 0.0))
    home.handle_factor *= programme.handle_time_factor
    home.schedule_efficiency = programme.schedule_efficiency
    home.fcr_delta += programme.fcr_points
