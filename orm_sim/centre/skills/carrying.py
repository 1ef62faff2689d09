"""What a kernel's block takes over from the block before, and what it leaves to the next."""

from __future__ import annotations

from math import inf, isnan
from typing import NamedTuple

import numpy as np

from orm_sim.centre.skills.events import put, take
from orm_sim.centre.skills.lines import TURN_BITS, be_patient, join, next_ripe, remark
from orm_sim.centre.skills.plan import Carry
from orm_sim.centre.skills.service import new_slot, occupy
from orm_sim.centre.skills.state import MANY_GROUPS, NO_GROUP, NOBODY, Centre, Floats, Memory, Records, Whole
from orm_sim.centre.skills.views import contact, event, flag, group_at, kind_at, number, set_number
from orm_sim.core.ahead import entry
from orm_sim.core.compiled import jit

REF, TYPE, GROUP = range(3)
ARRIVAL, PATIENCE, DEADLINE, LEFT, START, END, FIRST_START = range(7)


class People(NamedTuple):
    """Contacts in columns: ref, type and group; arrival, patience, deadline, left, start, end and first start; work."""

    whole: Whole
    times: Floats
    work: Floats


def load(memory: Memory, carry: Carry) -> None:
    """Put the state a block begins with into the kernel's memory."""
    waiting = _people(
        carry.waiting_ref, carry.waiting_type, carry.waiting_group, carry.waiting_work_s,
        {ARRIVAL: carry.waiting_arrival_s, PATIENCE: carry.waiting_patience_s, DEADLINE: carry.waiting_deadline_s,
         LEFT: carry.waiting_left, FIRST_START: carry.waiting_first_start_s},
    )  # fmt: skip
    busy = _people(
        carry.busy_ref, carry.busy_type, carry.busy_group, carry.busy_work_s,
        {ARRIVAL: carry.busy_arrival_s, PATIENCE: carry.busy_patience_s, START: carry.busy_start_s,
         END: carry.busy_end_s, LEFT: carry.busy_left, FIRST_START: carry.busy_first_start_s},
    )  # fmt: skip
    pending = _people(
        carry.pending_ref, carry.pending_type, None, carry.pending_work_s,
        {ARRIVAL: carry.pending_due_s, PATIENCE: carry.pending_patience_s},
    )  # fmt: skip
    for g, since in enumerate(carry.idle_since_s):
        memory.arrays["idle"][g, : since.size] = since
        memory.arrays["groups"]["idle"][g] = since.size
    _load(memory.record, waiting, busy, pending)


def _people(ref: Whole, kind: Whole, group: Whole | None, work: Floats, times: dict[int, Floats]) -> People:
    whole, columns = np.zeros((3, ref.size), np.int64), np.zeros((7, ref.size))
    whole[REF], whole[TYPE] = ref, kind
    whole[GROUP] = NO_GROUP if group is None else group
    for column, values in times.items():
        columns[column] = values
    return People(whole, columns, np.ascontiguousarray(work))


@entry
@jit
def _load(record: Records, waiting: People, busy: People, pending: People) -> None:
    c = record[0]
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
    for g in range(c.n_groups):
        group_at(c, g).counted = 0 if c.closed else group_at(c, g).staffed
    for i in range(waiting.whole.shape[1]):
        _wait_on(c, _slot_of(c, waiting, i), waiting.times[DEADLINE, i])
    c.now = 0.0
    for t in range(c.n_kinds):
        remark(c, t)
    next_ripe(c)
    c.now = -inf
    for i in range(busy.whole.shape[1]):
        occupy(c, _slot_of(c, busy, i))
    for i in range(pending.whole.shape[1]):
        slot = _slot_of(c, pending, i)
        put(c.pending, c.n_pending, contact(c, slot).arrival, contact(c, slot).ref, slot)
        c.n_pending += 1


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
def _slot_of(c: Centre, people: People, i: int) -> int:
    slot = new_slot(c)
    me = contact(c, slot)
    me.ref, me.kind, me.group = people.whole[REF, i], people.whole[TYPE, i], people.whole[GROUP, i]
    me.arrival, me.patience, me.left = (
        people.times[ARRIVAL, i],
        people.times[PATIENCE, i],
        people.times[LEFT, i],
    )
    me.start, me.end = people.times[START, i], people.times[END, i]
    me.first_start = people.times[FIRST_START, i]
    for k in range(c.n_columns):
        set_number(c.work, slot * c.n_columns + k, people.work[i, k])
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
    c, groups = memory.record[0], memory.arrays["groups"]
    shift, ring = float(c["end_s"]) if c["end_s"] < inf else 0.0, int(c["ring"])
    columns = int(c["n_columns"])
    waiting, busy, pending = (_room(int(c[name]), columns) for name in ("waiting", "busy", "n_pending"))
    _leave(memory.record, shift, waiting, busy, pending)
    idle = tuple(
        memory.arrays["idle"][g, (group["front"] + np.arange(group["idle"])) & ring] - shift
        for g, group in enumerate(groups)
    )
    return Carry(
        staffed=groups["staffed"].copy(), idle_since_s=idle,
        waiting_ref=waiting.whole[REF], waiting_type=waiting.whole[TYPE], waiting_group=waiting.whole[GROUP],
        waiting_arrival_s=waiting.times[ARRIVAL], waiting_deadline_s=waiting.times[DEADLINE],
        waiting_patience_s=waiting.times[PATIENCE], waiting_work_s=waiting.work,
        waiting_left=waiting.times[LEFT], waiting_first_start_s=waiting.times[FIRST_START],
        busy_ref=busy.whole[REF], busy_type=busy.whole[TYPE], busy_group=busy.whole[GROUP],
        busy_arrival_s=busy.times[ARRIVAL], busy_start_s=busy.times[START], busy_end_s=busy.times[END],
        busy_patience_s=busy.times[PATIENCE], busy_work_s=busy.work,
        busy_first_start_s=busy.times[FIRST_START], busy_left=busy.times[LEFT],
        pending_ref=pending.whole[REF], pending_type=pending.whole[TYPE], pending_due_s=pending.times[ARRIVAL],
        pending_patience_s=pending.times[PATIENCE], pending_work_s=pending.work,
    )  # fmt: skip


@entry
@jit
def _leave(record: Records, shift: float, waiting: People, busy: People, pending: People) -> None:
    """Contacts in line by type and order, in service by order of start, and pending ones as they fall due."""
    c = record[0]
    row = 0
    for t in range(c.n_kinds):
        slot = kind_at(c, t).head
        while slot != NOBODY:
            _enter(c, waiting, row, slot, shift)
            if isnan(contact(c, slot).first_start):
                waiting.whole[GROUP, row] = NO_GROUP
            row += 1
            slot = contact(c, slot).next
    turns, slots = np.empty(c.busy, np.int64), np.empty(c.busy, np.int64)
    for k in range(c.busy):
        slots[k] = event(c.ends, k).slot
        turns[k] = contact(c, slots[k]).turn
    for row, k in enumerate(np.argsort(turns)):
        _enter(c, busy, row, slots[k], shift)
    for row in range(c.n_pending):
        slot = take(c.pending, c.n_pending - row)
        _enter(c, pending, row, slot, shift)


def _room(n: int, n_columns: int) -> People:
    return People(np.empty((3, n), np.int64), np.empty((7, n)), np.empty((n, n_columns)))


@jit
def _enter(c: Centre, people: People, row: int, slot: int, shift: float) -> None:
    me = contact(c, slot)
    people.whole[REF, row], people.whole[TYPE, row], people.whole[GROUP, row] = me.ref, me.kind, me.group
    people.times[ARRIVAL, row] = me.arrival - shift
    people.times[PATIENCE, row] = me.patience
    people.times[DEADLINE, row] = me.deadline - shift
    people.times[LEFT, row] = me.left
    people.times[START, row], people.times[END, row] = me.start - shift, me.end - shift
    people.times[FIRST_START, row] = me.first_start - shift
    for k in range(c.n_columns):
        people.work[row, k] = number(c.work, slot * c.n_columns + k)
