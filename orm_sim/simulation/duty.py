"""Who is on duty on a day: all that a pool needs to know of an operator, hashable, so that a day can be remembered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.interrupted import Window
from orm_sim.centre.staffing import whole_agents
from orm_sim.demand.inbound import INTERVAL_S
from orm_sim.demand.programme import CHANNELS, Channel
from orm_sim.risk.site import Site
from orm_sim.simulation.history import Counts, places, rows
from orm_sim.simulation.operator import HOURS_PER_INTERVAL, Operator
from orm_sim.vendor.blending import weight

Whole = NDArray[np.int64]
_PAID = rows("paid_hours")
_AUDITED = rows("audited", "errors")


class InboundDuty(NamedTuple):
    """An operator's share of contacts, its agents on duty (int64[48] as bytes), and how they handle contacts.

    ``down``: when its platform fails that day; ``cuts``: whether contacts past the threshold are cut off;
    ``passes``: whether they wait for those who are not.
    """

    operator: str
    share: float
    staffed: bytes
    handle_factor: float
    fcr: float
    down: tuple[Window, ...] = ()
    cuts: bool = False
    passes: bool = False


class OutboundDuty(NamedTuple):
    """Callers on duty (int64[48] as bytes), how they handle and convert, and sales lost for being pressed.

    ``leaves``: share of the list that they leave undialled, the worst by score.
    """

    operator: str
    staffed: bytes
    handle_factor: float
    conversion_factor: float
    unfit: float
    leaves: float = 0.0


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
    if operator.assurance is not None:
        quality *= float(operator.assurance.terms.settles(operator.assurance.learned))
    factor = operator.handle_multiplier("inbound") * drift
    own, guests = (operator.staff(c).resolution for c in CHANNELS)
    return [
        InboundDuty(
            operator.name, share, day.tobytes(), factor * mix.longer,
            min(max(fcr * (own + mix.guests * (guests - own)) * quality + operator.fcr_delta, 0.0), 1.0),
            cuts=means.cut_late > 0.0, passes=means.in_time_first > 0.0,
        )
        for day, mix in zip(operator.staffed["inbound"], mixes(operator, "inbound"), strict=True)
    ]  # fmt: skip


def outbound_week(operator: Operator) -> list[OutboundDuty]:
    """An operator's outbound duty on the seven days of a week."""
    people, means = operator.people, operator.means
    pressed = people.pressed_sales * means.pressure
    unfit = pressed / (1.0 + pressed) * float(people.cancelled_when(found_by(operator)))
    skill = operator.skill.coached * operator.skill.output * (1.0 + pressed)
    factor = operator.handle_multiplier("outbound")
    guests, own = (operator.staff(c).conversion for c in CHANNELS)
    return [
        OutboundDuty(
            operator.name, day.tobytes(), factor * mix.longer,
            (own + mix.guests * (guests - own)) / operator.reference.conversion * skill, unfit, means.cherry_pick,
        )
        for day, mix in zip(operator.staffed["outbound"], mixes(operator, "outbound"), strict=True)
    ]  # fmt: skip


def found_by(operator: Operator) -> float:
    """Share of unsuitable sales that quality assurance finds as things stand."""
    assured = operator.assurance
    if assured is None:
        return 0.0
    return float(assured.terms.found(operator.means.coaching_hours, assured.reached_per_week))


class Mix(NamedTuple):
    """What guests make of a group on a day: handle time over that of its own people, and their share of its output."""

    longer: float
    guests: float


_ALONE = Mix(1.0, 0.0)


def mixes(operator: Operator, channel: Channel) -> list[Mix]:
    """Guests from the other channel among those on duty on the seven days of a week."""
    if operator.blending is None:
        return [_ALONE] * 7
    here, there = channel, CHANNELS[CHANNELS.index(channel) - 1]
    relative = operator.blending.guest_output * operator.speed(there) / operator.speed(here)
    came = np.clip(operator.moved if channel == "outbound" else -operator.moved, 0, None).sum(axis=1)
    found = []
    for everybody, guests in zip(operator.staffed[channel].sum(axis=1).tolist(), came.tolist(), strict=True):
        own = everybody - guests
        output = own + guests * relative
        found.append(Mix(everybody / output, weight(own, guests, relative)) if guests else _ALONE)
    return found


def beside(operator: Operator, day: int, month: int, n_months: int) -> list[Counts]:
    """What a day adds to an operator's counters beside its contacts: hours moved between channels, and audits."""
    return hours_moved(operator, day, month, n_months) + audits(operator, day, month, n_months)


def audits(operator: Operator, day: int, month: int, n_months: int) -> list[Counts]:
    """Contacts listened to and errors found in a week, counted on its first day."""
    assured = operator.assurance
    if assured is None or day % 7 or not assured.audited:
        return []
    where = places(operator.name, "inbound", _AUDITED, month, n_months)
    return [Counts(where, np.array([float(assured.audited), float(assured.logged)]))]


def hours_moved(operator: Operator, day: int, month: int, n_months: int) -> list[Counts]:
    """Paid hours of guests, counted on the channel that they work for; nothing where nobody moves.

    Absence and breaks go with them: an hour on duty takes along what an agent is paid for each.
    """
    moved = int(operator.moved[day % 7].sum())
    if operator.blending is None or not moved:
        return []
    hours = moved * HOURS_PER_INTERVAL * operator.terms.paid_hours_per_week / operator.on_duty_hours
    where = [places(operator.name, channel, _PAID, month, n_months) for channel in CHANNELS]
    return [Counts(np.concatenate(where), np.array([-hours, hours]))]


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
