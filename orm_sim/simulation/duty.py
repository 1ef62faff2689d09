"""Who is on duty on a day: all that a pool needs to know of an operator, hashable, so that a day can be remembered."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.demand.programme import Channel
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


class Count(NamedTuple):
    """Additions to counters of an operator's channel on a day."""

    operator: str
    channel: Channel
    day: int
    names: tuple[str, ...]
    values: tuple[float, ...]


def agents(staffed: bytes) -> Whole:
    """The agents on duty by interval."""
    return np.frombuffer(staffed, dtype=np.int64)


def inbound_duty(operator: Operator, share: float, day: int, drift: float, fcr: float) -> InboundDuty:
    """An operator's inbound duty; `drift` is handle time over its start, `fcr` that of proficient agents."""
    resolved = min(max(fcr * operator.staff("inbound").resolution + operator.fcr_delta, 0.0), 1.0)
    staffed = operator.staffed["inbound"][day % 7].tobytes()
    return InboundDuty(operator.name, share, staffed, operator.handle_multiplier("inbound") * drift, resolved)


def outbound_duty(operator: Operator, day: int) -> OutboundDuty:
    """An operator's outbound duty."""
    converted = operator.staff("outbound").conversion / operator.reference.conversion
    staffed = operator.staffed["outbound"][day % 7].tobytes()
    return OutboundDuty(operator.name, staffed, operator.handle_multiplier("outbound"), converted)
