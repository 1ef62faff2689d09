"""Who is on duty on a day: all that a pool needs to know of an operator, hashable, so that a day can be remembered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.interrupted import Window
from orm_sim.centre.staffing import whole_agents
from orm_sim.demand.inbound import INTERVAL_S
from orm_sim.risk.site import Site
from orm_sim.simulation.operator import Operator

Whole = NDArray[np.int64]


class InboundDuty(NamedTuple):
    """An operator's share of contacts, its agents on duty (int64[48] as bytes), and how they handle contacts.

    ``down``: when its platform fails that day.
    """

    operator: str
    share: float
    staffed: bytes
    handle_factor: float
    fcr: float
    down: tuple[Window, ...] = ()


class OutboundDuty(NamedTuple):
    """Callers on duty (int64[48] as bytes), how they handle and convert, and sales lost for being pressed."""

    operator: str
    staffed: bytes
    handle_factor: float
    conversion_factor: float
    unfit: float


def agents(staffed: bytes) -> Whole:
    """The agents on duty by interval."""
    return np.frombuffer(staffed, dtype=np.int64)


def rosters(duties: Sequence[InboundDuty] | Sequence[OutboundDuty]) -> Whole:
    """The agents on duty by duty and interval."""
    return agents(b"".join([duty.staffed for duty in duties])).reshape(len(duties), -1)


def inbound_week(operator: Operator, share: float, drift: float, fcr: float) -> list[InboundDuty]:
    """An operator's inbound duty on the seven days of a week.

    `drift` is handle time over its start, `fcr` the resolution of proficient agents.
    """
    people, means = operator.people, operator.means
    quality = operator.skill.coached * (1.0 - people.pressed_resolution_cut * means.pressure)
    resolved = min(max(fcr * operator.staff("inbound").resolution * quality + operator.fcr_delta, 0.0), 1.0)
    factor = operator.handle_multiplier("inbound") * drift
    return [
        InboundDuty(operator.name, share, day.tobytes(), factor, resolved)
        for day in operator.staffed["inbound"]
    ]


def outbound_week(operator: Operator) -> list[OutboundDuty]:
    """An operator's outbound duty on the seven days of a week."""
    people, means = operator.people, operator.means
    pressed = people.pressed_sales * means.pressure
    unfit = pressed / (1.0 + pressed) * people.unsuitable_cancelled
    skill = operator.skill.coached * operator.skill.output * (1.0 + pressed)
    converted = operator.staff("outbound").conversion / operator.reference.conversion * skill
    factor = operator.handle_multiplier("outbound")
    return [
        OutboundDuty(operator.name, day.tobytes(), factor, converted, unfit)
        for day in operator.staffed["outbound"]
    ]


def inbound_struck(duty: InboundDuty, site: Site, day: int) -> InboundDuty:
    """An operator's inbound duty with what has befallen its site on a day; contacts feel an outage one by one."""
    staffed = _fewer(duty.staffed, site.present.get(day, 1.0))
    return duty._replace(staffed=staffed, down=site.down.get(day, ()))


def outbound_struck(duty: OutboundDuty, site: Site, day: int) -> OutboundDuty:
    """An operator's outbound duty with what has befallen its site on a day.

    Callers make no calls for the part of each interval in which the platform is down; calls that were begun end.
    """
    begins = np.arange(len(duty.staffed) // 8) * INTERVAL_S
    up = np.ones(begins.size)
    for window in site.down.get(day, ()):
        overlap = np.minimum(begins + INTERVAL_S, window.end_s) - np.maximum(begins, window.start_s)
        up -= np.clip(overlap, 0.0, None) / INTERVAL_S
    return duty._replace(staffed=_fewer(duty.staffed, site.present.get(day, 1.0) * np.clip(up, 0.0, 1.0)))


def _fewer(staffed: bytes, present: float | NDArray[np.float64]) -> bytes:
    """Only a share of those on duty can work."""
    return whole_agents(agents(staffed) * np.asarray(present)).tobytes()
