"""What a kernel's block takes over from the block before, and what it leaves to the next."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from math import inf, isnan

import numpy as np

from orm_sim.centre.skills.events import put, take
from orm_sim.centre.skills.lines import TURN_BITS, be_patient, join, next_ripe, remark
from orm_sim.centre.skills.plan import Carry
from orm_sim.centre.skills.service import new_slot, occupy
from orm_sim.centre.skills.state import (
    MANY_GROUPS,
    NO_GROUP,
    NOBODY,
    Centre,
    Floats,
    Memory,
    Records,
    Whole,
    address,
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
from orm_sim.core.ahead import entry
from orm_sim.core.compiled import jit

_REF, _TYPE, _GROUP = range(3)
_ARRIVAL, _PATIENCE, _LEFT, _FIRST_START, _DEADLINE = range(5)
_START, _END = 4, 5
_WAITING, _BUSY, _PENDING = 5, 6, 2
"""Columns of seconds in a section, and where its work begins."""


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """A `Carry` in two arrays, column after column: those in line, in service and to come, then idle agents.

    Attributes
    ----------
    whole : int64
        Agents staffed [G], idle agents [G]; ref, type, group of those in line and in service; ref, type to come.
    times : float64
        In line: arrival, patience, left, first start, deadline, work. In service: arrival, patience, left, first
        start, start, end, work. To come: due, patience, work. Then since when agents are idle, group after group.
    n_waiting, n_busy, n_pending : int
    """

    whole: Whole
    times: Floats
    n_waiting: int
    n_busy: int
    n_pending: int


def packed(carry: Carry) -> Packed:
    """The state a block begins with, for compiled code; the lengths of its arrays are not looked at."""
    idle = carry.idle_since_s
    whole = np.concatenate(
        (
            carry.staffed, [since.size for since in idle],
            carry.waiting_ref, carry.waiting_type, carry.waiting_group,
            carry.busy_ref, carry.busy_type, carry.busy_group, carry.pending_ref, carry.pending_type,
        ), dtype=np.int64, casting="unsafe",
    )  # fmt: skip
    times = np.concatenate(
        (
            carry.waiting_arrival_s, carry.waiting_patience_s, carry.waiting_left, carry.waiting_first_start_s,
            carry.waiting_deadline_s, carry.waiting_work_s.ravel(),
            carry.busy_arrival_s, carry.busy_patience_s, carry.busy_left, carry.busy_first_start_s,
            carry.busy_start_s, carry.busy_end_s, carry.busy_work_s.ravel(),
            carry.pending_due_s, carry.pending_patience_s, carry.pending_work_s.ravel(), *idle,
        )
    )  # fmt: skip
    return Packed(whole, times, carry.waiting_ref.size, carry.busy_ref.size, carry.pending_ref.size)


@jit
def load(c: Centre, n_waiting: int, n_busy: int, n_pending: int, people: Whole, times: Floats) -> None:
    """Put the state a block begins with, laid out as in `Packed`, into the kernel's memory."""
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
        slot = _slot_of(c, waiting, times, n_waiting, i, _WAITING)
        _wait_on(c, slot, times[_DEADLINE * n_waiting + i])
    c.now = 0.0
    for t in range(c.n_kinds):
        remark(c, t)
    next_ripe(c)
    c.now = -inf
    for i in range(n_busy):
        occupy(c, _slot_of(c, busy, seconds, n_busy, i, _BUSY))
    for i in range(n_pending):
        slot = _slot_of(c, pending, rest, n_pending, i, _PENDING)
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
    me.ref, me.kind = people[_REF * n + i], people[_TYPE * n + i]
    me.group = NO_GROUP if section == _PENDING else people[_GROUP * n + i]
    me.arrival, me.patience = times[_ARRIVAL * n + i], times[_PATIENCE * n + i]
    me.left = me.first_start = me.start = me.end = 0.0
    if section != _PENDING:
        me.left, me.first_start = times[_LEFT * n + i], times[_FIRST_START * n + i]
    if section == _BUSY:
        me.start, me.end = times[_START * n + i], times[_END * n + i]
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


def carry_of(memory: Memory) -> Carry:
    """The state a block leaves, on the clock of the next."""
    c = memory.record[0]
    shift, n, g = float(c["end_s"]) if c["end_s"] < inf else 0.0, int(c["n_columns"]), int(c["n_groups"])
    waiting, busy, pending = int(c["waiting"]), int(c["busy"]), int(c["n_pending"])
    ends = list(
        accumulate(((5 + n) * waiting, (6 + n) * busy, (2 + n) * pending, int(c["n_idle"])), initial=0)
    )
    whole, times = np.empty(2 * g + 3 * (waiting + busy) + 2 * pending, np.int64), np.empty(ends[-1])
    _leave(memory.record, shift, address(whole), address(times), whole.size, times.size)
    who, begin = (
        (whole[2 * g :], whole[2 * g + 3 * waiting :], whole[2 * g + 3 * (waiting + busy) :]),
        ends[3],
    )
    idle = []
    for n_idle in whole[g : 2 * g].tolist():
        idle.append(times[begin : begin + n_idle])
        begin += n_idle
    line, served = (
        times[: 5 * waiting].reshape(5, waiting),
        times[ends[1] : ends[1] + 6 * busy].reshape(6, busy),
    )
    due, pending_ref, pending_type = times[ends[2] :], who[2][:pending], who[2][pending:]
    waiting_ref, waiting_type, waiting_group = who[0][: 3 * waiting].reshape(3, waiting)
    busy_ref, busy_type, busy_group = who[1][: 3 * busy].reshape(3, busy)
    return Carry(
        staffed=whole[:g], idle_since_s=tuple(idle),
        waiting_ref=waiting_ref, waiting_type=waiting_type, waiting_group=waiting_group,
        waiting_arrival_s=line[_ARRIVAL], waiting_deadline_s=line[_DEADLINE], waiting_patience_s=line[_PATIENCE],
        waiting_left=line[_LEFT], waiting_first_start_s=line[_FIRST_START],
        waiting_work_s=times[5 * waiting : ends[1]].reshape(waiting, n),
        busy_ref=busy_ref, busy_type=busy_type, busy_group=busy_group,
        busy_arrival_s=served[_ARRIVAL], busy_start_s=served[_START], busy_end_s=served[_END],
        busy_patience_s=served[_PATIENCE], busy_first_start_s=served[_FIRST_START], busy_left=served[_LEFT],
        busy_work_s=times[ends[1] + 6 * busy : ends[2]].reshape(busy, n),
        pending_ref=pending_ref, pending_type=pending_type,
        pending_due_s=due[:pending], pending_patience_s=due[pending : 2 * pending],
        pending_work_s=times[ends[2] + 2 * pending : ends[3]].reshape(pending, n),
    )  # fmt: skip


@entry
@jit
def _leave(record: Records, shift: float, whole: int, seconds: int, n_whole: int, n_seconds: int) -> None:
    """Contacts in line by type and order, in service by order of start, pending ones as they fall due, as `Packed`."""
    c = record[0]
    people, times = whole_at(whole, 0, n_whole), numbers_at(seconds, 0, n_seconds)
    n_waiting, n_busy, n_pending = c.waiting, c.busy, c.n_pending
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
            _enter(c, waiting, times, n_waiting, row, slot, shift, _WAITING)
            row += 1
            slot = contact(c, slot).next
    turns, slots = np.empty(c.busy, np.int64), np.empty(c.busy, np.int64)
    for k in range(c.busy):
        slots[k] = event(c.ends, k).slot
        turns[k] = contact(c, slots[k]).turn
    for row, k in enumerate(np.argsort(turns)):
        _enter(c, busy, served, n_busy, row, slots[k], shift, _BUSY)
    for row in range(n_pending):
        slot = take(c.pending, n_pending - row)
        _enter(c, pending, rest, n_pending, row, slot, shift, _PENDING)
    since, n = rest[(2 + c.n_columns) * n_pending :], 0
    for g in range(c.n_groups):
        group = group_at(c, g)
        people[g], people[c.n_groups + g] = group.staffed, group.idle
        for k in range(group.idle):
            since[n + k] = number(c.idle, g * (c.ring + 1) + ((group.front + k) & c.ring)) - shift
        n += group.idle


@jit
def _enter(
    c: Centre, people: Whole, times: Floats, n: int, row: int, slot: int, shift: float, section: int
) -> None:
    """Write a contact into the row of a section that has n."""
    me = contact(c, slot)
    people[_REF * n + row], people[_TYPE * n + row] = me.ref, me.kind
    times[_ARRIVAL * n + row] = me.arrival - shift
    times[_PATIENCE * n + row] = me.patience
    if section != _PENDING:
        times[_LEFT * n + row] = me.left
        times[_FIRST_START * n + row] = me.first_start - shift
        people[_GROUP * n + row] = me.group
    if section == _WAITING:
        times[_DEADLINE * n + row] = me.deadline - shift
        if isnan(me.first_start):
            people[_GROUP * n + row] = NO_GROUP
    if section == _BUSY:
        times[_START * n + row], times[_END * n + row] = me.start - shift, me.end - shift
    for k in range(c.n_columns):
        times[section * n + row * c.n_columns + k] = number(c.work, slot * c.n_columns + k)
