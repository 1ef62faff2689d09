"""Who is on duty on a day: all that a pool needs to know of an operator, hashable, so that a day can be remembered."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.simulation.operator import Operator

Whole = NDArray[np.int64]


class InboundDuty(NamedTuple):
    """An operator's share of contacts, its agents on duty (int64[48] as bytes), and how they handle contacts."""

    operator: str
    share: float
    staffed: bytes
    handle_factor: float
    fcr: float


class OutboundDuty(NamedTuple):
    """An operator's callers on duty (int64[48] as bytes), and how they handle and convert."""

    operator: str
    staffed: bytes
    handle_factor: float
    conversion_factor: float


def agents(staffed: bytes) -> Whole:
    """The agents on duty by interval."""
    return np.frombuffer(staffed, dtype=np.int64)


def inbound_week(operator: Operator, share: float, drift: float, fcr: float) -> list[InboundDuty]:
    """An operator's inbound duty on the seven days of a week.

    `drift` is handle time over its start, `fcr` the resolution of proficient agents.
    """
    resolved = min(max(fcr * operator.staff("inbound").resolution + operator.fcr_delta, 0.0), 1.0)
    factor = operator.handle_multiplier("inbound") * drift
    return [
        InboundDuty(operator.name, share, day.tobytes(), factor, resolved)
        for day in operator.staffed["inbound"]
    ]


def outbound_week(operator: Operator) -> list[OutboundDuty]:
    """An operator's outbound duty on the seven days of a week."""
    converted = operator.staff("outbound").conversion / operator.reference.conversion
    factor = operator.handle_multiplier("outbound")
    return [
        OutboundDuty(operator.name, day.tobytes(), factor, converted) for day in operator.staffed["outbound"]
    ]
