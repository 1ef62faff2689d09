"""What a kernel's block takes over from the block before, and what it leaves to the next."""

from __future__ import annotations

from math import inf, isnan

import numpy as np

from orm_sim.centre.skills.events import put, take
from orm_sim.centre.skills.lines import TURN_BITS, be_patient, join, next_ripe, remark
from orm_sim.centre.skills.packing import (
    ARRIVAL,
    BUSY,
    DEADLINE,
    END,
    FIRST_START,
    GROUP,
    LEFT,
    PATIENCE,
    PENDING,
    REF,
    START,
    TYPE,
    WAITING,
)
from orm_sim.centre.skills.service import new_slot, occupy
from orm_sim.centre.skills.state import (
    LEFT_TIMES,
    LEFT_WHOLE,
    MANY_GROUPS,
    NO_GROUP,
    NOBODY,
    Centre,
    Floats,
    Whole,
)
from orm_sim.centre.skills.views import (
    contact,
    event,
    flag,
    group_at,
    kind_at,
    number,
    numbers_at,
    set_number,
    whole_at,
)
from orm_sim.core.compiled import jit


@jit
def load(c: Centre) -> None:
    """Put the state a block begins with, laid out as in `Packed`, into the kernel's memory."""
    n_waiting, n_busy, n_pending = c.carried_waiting, c.carried_busy, c.carried_pending
    people, times = whole_at(c.carried, 0, c.n_carried), numbers_at(c.carried_s, 0, c.n_carried_s)
    c.spare, c.now, c.ripe, c.outage_until = NOBODY, -inf, inf, -inf
    c.border = c.period_s if c.n_periods > 1 else inf
    c.freed = MANY_GROUPS
    c.put_back = 1 << (TURN_BITS + 1)  # beyond the turns of those carried in
    c.closed = 1 if c.closes_s < 0.0 else 0
    while c.next_outage < c.n_outages and number(c.outage_at_s, c.next_outage) < 0.0:
        if flag(c.outage_blocks, c.next_outage):
            c.outage_until = max(c.outage_until, number(c.outage_until_s, c.next_outage))
        c.next_outage += 1
    c.special = next_special(c)
    at = 2 * c.n_groups
    waiting, busy, pending = (
        people[at:],
        people[at + 3 * n_waiting :],
        people[at + 3 * (n_waiting + n_busy) :],
    )
    seconds, rest = _parted(c, times, n_waiting, n_busy)
    _staff_groups(c, people, rest[(2 + c.n_columns) * n_pending :])
    for i in range(n_waiting):
        slot = _slot_of(c, waiting, times, n_waiting, i, WAITING)
        _wait_on(c, slot, times[DEADLINE * n_waiting + i])
    c.now = 0.0
    for t in range(c.n_kinds):
        remark(c, t)
    next_ripe(c)
    c.now = -inf
    for i in range(n_busy):
        occupy(c, _slot_of(c, busy, seconds, n_busy, i, BUSY))
    for i in range(n_pending):
        slot = _slot_of(c, pending, rest, n_pending, i, PENDING)
        put(c.pending, c.n_pending, contact(c, slot).arrival, contact(c, slot).ref, slot)
        c.n_pending += 1


@jit
def _parted(c: Centre, times: Floats, n_waiting: int, n_busy: int) -> tuple[Floats, Floats]:
    """Seconds from those in service on, and from those to come on."""
    served = times[(5 + c.n_columns) * n_waiting :]
    return served, served[(6 + c.n_columns) * n_busy :]


@jit
def _staff_groups(c: Centre, people: Whole, since: Floats) -> None:
    """Agents staffed in each group, and those idle, the longest first."""
    n = 0
    for g in range(c.n_groups):
        group = group_at(c, g)
        group.staffed, group.idle = people[g], people[c.n_groups + g]
        group.counted = 0 if c.closed else group.staffed
        for k in range(group.idle):
            set_number(c.idle, g * (c.ring + 1) + k, since[n + k])
        n += group.idle


@jit
def _wait_on(c: Centre, slot: int, deadline: float) -> None:
    """A contact in line goes on waiting, to the deadline it had."""
    me = contact(c, slot)
    be_patient(c, slot)
    me.deadline = deadline
    join(c, slot)
    if not isnan(me.first_start):
        me.turn -= 1 << TURN_BITS  # put back once: it stays before any that is not


@jit
def _slot_of(c: Centre, people: Whole, times: Floats, n: int, i: int, section: int) -> int:
    """A place for the i-th of n contacts carried in."""
    slot = new_slot(c)
    me = contact(c, slot)
    me.ref, me.kind = people[REF * n + i], people[TYPE * n + i]
    me.group = NO_GROUP if section == PENDING else people[GROUP * n + i]
    me.arrival, me.patience = times[ARRIVAL * n + i], times[PATIENCE * n + i]
    me.left = me.first_start = me.start = me.end = 0.0
    if section != PENDING:
        me.left, me.first_start = times[LEFT * n + i], times[FIRST_START * n + i]
    if section == BUSY:
        me.start, me.end = times[START * n + i], times[END * n + i]
    for k in range(c.n_columns):
        set_number(c.work, slot * c.n_columns + k, times[section * n + i * c.n_columns + k])
    return slot


@jit
def next_special(c: Centre) -> float:
    """When the next change of staffing, outage or closing comes."""
    moment = inf if c.closed else c.closes_s
    if c.next_change < c.n_changes:
        moment = min(moment, number(c.change_at_s, c.next_change))
    if c.next_outage < c.n_outages:
        moment = min(moment, number(c.outage_at_s, c.next_outage))
    return moment


@jit
def leave_off(c: Centre) -> None:
    """Contacts in line by type and order, in service by order of start, pending ones as they fall due, as `Packed`."""
    shift = c.end_s if c.end_s < inf else 0.0
    n_waiting, n_busy, n_pending = c.waiting, c.busy, c.n_pending
    people = whole_at(c.left, 0, 2 * c.n_groups + LEFT_WHOLE * c.room)
    times = numbers_at(c.left_s, 0, (LEFT_TIMES + c.n_columns) * c.room + c.n_groups * (c.ring + 1))
    at = 2 * c.n_groups
    waiting, busy, pending = (
        people[at:],
        people[at + 3 * n_waiting :],
        people[at + 3 * (n_waiting + n_busy) :],
    )
    served, rest = _parted(c, times, n_waiting, n_busy)
    row = 0
    for t in range(c.n_kinds):
        slot = kind_at(c, t).head
        while slot != NOBODY:
            _enter(c, waiting, times, n_waiting, row, slot, shift, WAITING)
            row += 1
            slot = contact(c, slot).next
    turns, slots = np.empty(c.busy, np.int64), np.empty(c.busy, np.int64)
    for k in range(c.busy):
        slots[k] = event(c.ends, k).slot
        turns[k] = contact(c, slots[k]).turn
    for row, k in enumerate(np.argsort(turns)):
        _enter(c, busy, served, n_busy, row, slots[k], shift, BUSY)
    for row in range(n_pending):
        slot = take(c.pending, n_pending - row)
        _enter(c, pending, rest, n_pending, row, slot, shift, PENDING)
    since, n = rest[(2 + c.n_columns) * n_pending :], 0
    for g in range(c.n_groups):
        group = group_at(c, g)
        people[g], people[c.n_groups + g] = group.staffed, group.idle
        for k in range(group.idle):
            since[n + k] = number(c.idle, g * (c.ring + 1) + ((group.front + k) & c.ring)) - shift
        n += group.idle
    c.n_idle = n


@jit
def _enter(
    c: Centre, people: Whole, times: Floats, n: int, row: int, slot: int, shift: float, section: int
) -> None:
    """Write a contact into the row of a section that has n."""
    me = contact(c, slot)
    people[REF * n + row], people[TYPE * n + row] = me.ref, me.kind
    times[ARRIVAL * n + row] = me.arrival - shift
    times[PATIENCE * n + row] = me.patience
    if section != PENDING:
        times[LEFT * n + row] = me.left
        times[FIRST_START * n + row] = me.first_start - shift
        people[GROUP * n + row] = me.group
    if section == WAITING:
        times[DEADLINE * n + row] = me.deadline - shift
        if isnan(me.first_start):
            people[GROUP * n + row] = NO_GROUP
    if section == BUSY:
        times[START * n + row], times[END * n + row] = me.start - shift, me.end - shift
    for k in range(c.n_columns):
        times[section * n + row * c.n_columns + k] = number(c.work, slot * c.n_columns + k)
