"""Blended ahead: the hours that a vendor expects its inbound agents to dial, by how it staffs them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from orm_sim.demand.programme import CHANNELS, Channel
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.operator import Operator
from orm_sim.simulation.setting import Planning, Setting
from orm_sim.vendor.decision.outlook import Guests

Floats = NDArray[np.float64]
_WEEKS_LOOKED_AT = 4


def guests_ahead(
    scenario: Scenario,
    setting: Setting,
    vendor: Operator,
    planning: Planning,
    week: int,
    months: range,
    shares: Mapping[Channel, Floats],
) -> Guests | None:
    """What a vendor that plans knows of its guests; None where the groups are kept apart, or one is the client's.

    Parameters
    ----------
    week : int
        Of the planning date; of the weeks from there the one with most calling days stands for all.
    months : range
        Billing months ahead.
    shares : mapping of str to float64[n_months]
        The vendor's share of each channel's contacts.
    """
    terms = scenario.vendor.blending
    if terms is None or not all(scenario.outsourced(channel) for channel in CHANNELS):
        return None
    ratios = np.unique(scenario.vendor.feasible_plans.staffing_ratio)
    whole = min(range(week, week + _WEEKS_LOOKED_AT), key=lambda w: -_calling_days(setting, w))
    days = max(_calling_days(setting, whole), 1)
    hours = np.array([vendor.guest_hours(setting, planning, whole, 1.0, 1.0, ratio) for ratio in ratios])
    hours *= 5.0 / days
    starts = setting.days.month_starts
    calling = np.array([int(setting.calling[starts[m] : starts[m + 1]].sum()) for m in months])
    outbound = setting.programme.outbound
    seat_hours = outbound.seats * (outbound.closes_hour - outbound.opens_hour) * 5.0
    return Guests(
        ratios, hours, calling / 5.0 * np.minimum(shares["inbound"], shares["outbound"]),
        hours * terms.guest_output / seat_hours, terms.guest_output,
        vendor.terms.paid_hours_per_week / vendor.on_duty_hours,
    )  # fmt: skip


def _calling_days(setting: Setting, week: int) -> int:
    first = min(7 * week, setting.days.n_days)
    return int(setting.calling[first : first + 7].sum())
