"""What the lean path takes over from the block before, and what it leaves: rows of ends, and who is still there."""

from __future__ import annotations

from math import inf, isinf, nan
from typing import NamedTuple

import numpy as np

from orm_sim.centre.skills.events import put, take
from orm_sim.centre.skills.lean_floor import count_presence
from orm_sim.centre.skills.lean_lines import be_patient, join
from orm_sim.centre.skills.lean_moves import RESULT_BITS, decide, fate_of, new_slot, serve
from orm_sim.centre.skills.lean_play import follow, foresee, next_special
from orm_sim.centre.skills.lean_state import Lean
from orm_sim.centre.skills.lean_views import group_at, held_at, kind_at, slot_at
from orm_sim.centre.skills.outcome import ANSWERED
from orm_sim.centre.skills.plan import Carry
from orm_sim.centre.skills.state import NOBODY, Centre, Floats, Records, Whole
from orm_sim.centre.skills.views import number, set_number, whole
from orm_sim.core.ahead import entry
from orm_sim.core.compiled import jit, jit_inline

_WAITING = ("waiting_arrival_s", "waiting_deadline_s", "waiting_patience_s")
_BUSY = ("busy_arrival_s", "busy_start_s", "busy_end_s", "busy_patience_s")
_PENDING = ("pending_due_s", "pending_patience_s")


class People(NamedTuple):
    """Contacts in columns: numbers, work, whole numbers."""

    times: Floats
    work: Floats
    who: Whole


class Guests(NamedTuple):
    """Who is there at the border of two blocks, and since when agents are idle, group after group.

    times: arrival, deadline, patience · arrival, start, end, patience · due, patience;
    who: ref, type · ref, type, group · ref, type.
    """

    waiting: People
    busy: People
    pending: People
    idle: Floats


def guests_of(carry: Carry) -> Guests:
    """A carried state in columns."""
    return Guests(
        People(
            np.array([carry.waiting_arrival_s, carry.waiting_deadline_s, carry.waiting_patience_s]),
            np.ascontiguousarray(carry.waiting_work_s), np.array([carry.waiting_ref, carry.waiting_type]),
        ),
        People(
            np.array([carry.busy_arrival_s, carry.busy_start_s, carry.busy_end_s, carry.busy_patience_s]),
            np.ascontiguousarray(carry.busy_work_s), np.array([carry.busy_ref, carry.busy_type, carry.busy_group]),
        ),
        People(
            np.array([carry.pending_due_s, carry.pending_patience_s]),
            np.ascontiguousarray(carry.pending_work_s), np.array([carry.pending_ref, carry.pending_type]),
        ),
        np.concatenate(carry.idle_since_s),
    )  # fmt: skip


@entry
@jit
def play(record: Records, guests: Guests) -> int:
    """Play a block; 0, or why it was left off."""
    c = record[0]
    _begin(c)
    c.attempts = c.n_contacts + guests.waiting.work.shape[0] + guests.busy.work.shape[0] + guests.pending.work.shape[0]
    _serve_on(c, guests.busy)
    _stand_by(c, guests.idle)
    _wait_on(c, guests.waiting)
    _expect(c, guests.pending)
    if c.fates:
        foresee(c)
    follow(c)
    until = c.last if isinf(c.end_s) else c.end_s
    for g in range(c.n_groups):
        count_presence(c, g, until)
    return int(c.odd)


@jit
def _begin(c: Centre) -> None:
    c.border = c.period_s if c.n_periods > 1 else inf
    c.closed = 1 if c.closes_s < 0.0 else 0
    c.special = next_special(c)


@jit_inline
def _guest(c: Centre, people: People, i: int) -> int:
    """A place for a contact carried in."""
    slot = new_slot(c)
    me = slot_at(c, slot)
    me.ref, me.kind = people.who[0, i], people.who[1, i]
    me.fate = fate_of(c, me.ref, me.kind)
    me.work = c.work + 8 * slot * c.n_columns
    for k in range(c.n_columns):
        set_number(me.work, k, people.work[i, k])
    return slot


@jit
def _serve_on(c: Centre, busy: People) -> None:
    """Contacts in service go on; each has a row before all of this block."""
    for i in range(busy.work.shape[0]):
        slot = _guest(c, busy, i)
        me = slot_at(c, slot)
        g, end = busy.who[2, i], busy.times[2, i]
        decide(c, me.ref, me.kind, ANSWERED, g, busy.times[0, i], busy.times[1, i])
        serve(c, g, me.ref, me.kind, end, busy.times[3, i], me.work, me.fate)
        group = group_at(c, g)
        k = group.n_late
        while k > 0 and number(group.late, k - 1) > end:
            set_number(group.late, k, number(group.late, k - 1))
            k -= 1
        set_number(group.late, k, end)
        group.n_late += 1


@jit
def _stand_by(c: Centre, idle: Floats) -> None:
    """Agents idle, then busy ones, those above the number aside."""
    first = 0
    for g in range(c.n_groups):
        group = group_at(c, g)
        n_idle = max(group.agents - group.n_late, 0)
        above = max(group.n_late - group.agents, 0)
        for k in range(n_idle):
            set_number(group.free, k, idle[first + k])
        for k in range(above, group.n_late):
            set_number(group.free, n_idle + k - above, number(group.late, k))
        first += n_idle
        group.n_late = above


@jit
def _wait_on(c: Centre, waiting: People) -> None:
    for i in range(waiting.work.shape[0]):
        slot = _guest(c, waiting, i)
        me = slot_at(c, slot)
        me.arrival, me.patience = waiting.times[0, i], waiting.times[2, i]
        be_patient(c, slot)
        me.deadline = waiting.times[1, i]
        join(c, slot)


@jit
def _expect(c: Centre, pending: People) -> None:
    for i in range(pending.work.shape[0]):
        slot = _guest(c, pending, i)
        me = slot_at(c, slot)
        me.arrival, me.patience = pending.times[0, i], pending.times[1, i]
        put(c.pending, c.n_pending, me.arrival, me.ref, slot)
        c.n_pending += 1


class Ends(NamedTuple):
    """Rows of contacts in service that ended: ref, type, result, group; start and end."""

    who: Whole
    times: Floats


@entry
@jit
def leave_off(record: Records, ends: Ends, guests: Guests) -> None:
    """Write what an `Outcome` holds besides the decisions: arrays of the right sizes are handed in."""
    c = record[0]
    _write_ends(c, ends)
    shift = 0.0 if isinf(c.end_s) else c.end_s
    row = 0
    for t in range(c.n_kinds):
        slot = kind_at(c, t).head
        while kind_at(c, t).count > 0 and slot != NOBODY:
            if slot_at(c, slot).waits:
                _enter(c, guests.waiting, row, slot)
                guests.waiting.times[0, row] = slot_at(c, slot).arrival - shift
                guests.waiting.times[1, row] = slot_at(c, slot).deadline - shift
                guests.waiting.times[2, row] = slot_at(c, slot).patience
                row += 1
            slot = slot_at(c, slot).next
    for k in range(c.n_held):
        _hold(c, guests.busy, k, shift)
    for k in range(guests.pending.work.shape[0]):
        slot = take(c.pending, c.n_pending - k)
        _enter(c, guests.pending, k, slot)
        guests.pending.times[0, k] = slot_at(c, slot).arrival - shift
        guests.pending.times[1, k] = slot_at(c, slot).patience
    row = 0
    for g in range(c.n_groups):
        for k in range(_idle(c, g)):
            guests.idle[row] = number(group_at(c, g).free, k) - shift
            row += 1


@jit
def _idle(c: Centre, g: int) -> int:
    """Idle agents of a group when the block ends."""
    idle = 0
    while idle < group_at(c, g).agents and number(group_at(c, g).free, idle) < c.end_s:
        idle += 1
    return idle


@entry
@jit
def count_idle(record: Records, idle: Whole) -> None:
    """Idle agents of each group when the block ends."""
    for g in range(idle.size):
        idle[g] = _idle(record[0], g)


@jit_inline
def _enter(c: Centre, people: People, row: int, slot: int) -> None:
    me = slot_at(c, slot)
    people.who[0, row], people.who[1, row] = me.ref, me.kind
    for k in range(c.n_columns):
        people.work[row, k] = number(me.work, k)


@jit
def _hold(c: Centre, busy: People, k: int, shift: float) -> None:
    held, room = held_at(c, k), c.room
    row = held.row
    for column in range(2):
        busy.who[column, k] = whole(c.decided, column * room + row)
    busy.who[2, k] = whole(c.decided, 3 * room + row)
    busy.times[0, k] = number(c.decided_s, row) - shift
    busy.times[1, k] = number(c.decided_s, room + row) - shift
    busy.times[2, k] = held.end - shift
    busy.times[3, k] = held.patience
    for column in range(c.n_columns):
        busy.work[k, column] = number(held.work, column)


@jit
def _write_ends(c: Centre, ends: Ends) -> None:
    """Rows by end, then group, then start: into narrow buckets of time, and the few out of order put right."""
    n, room = c.n_ended, c.room
    n_buckets = 2 * n + 1
    longest = c.last if isinf(c.end_s) else c.end_s
    scale = n_buckets / longest if longest > 0.0 else 0.0
    fill = np.zeros(n_buckets + 1, np.int32)
    for k in range(n):
        fill[min(int(number(c.ended_at, k) * scale), n_buckets - 1) + 1] += 1
    for bucket in range(n_buckets):
        fill[bucket + 1] += fill[bucket]
    order = np.empty(n, np.int64)
    for k in range(n):
        bucket = min(int(number(c.ended_at, k) * scale), n_buckets - 1)
        order[fill[bucket]] = k
        fill[bucket] += 1
    for i in range(1, n):
        k, j = order[i], i
        while j > 0 and _after(c, order[j - 1], k):
            order[j] = order[j - 1]
            j -= 1
        order[j] = k
    for i in range(n):
        k = order[i]
        row = whole(c.ended, k) >> RESULT_BITS
        ends.who[0, i] = whole(c.decided, row)
        ends.who[1, i] = whole(c.decided, room + row)
        ends.who[2, i] = whole(c.ended, k) & ((1 << RESULT_BITS) - 1)
        ends.who[3, i] = whole(c.decided, 3 * room + row)
        ends.times[0, i] = number(c.decided_s, room + row)
        ends.times[1, i] = number(c.ended_at, k)


@jit_inline
def _after(c: Centre, k: int, other: int) -> bool:
    """Whether an end comes after another that began later."""
    at, other_at = number(c.ended_at, k), number(c.ended_at, other)
    if at != other_at:
        return at > other_at
    return whole(c.decided, 3 * c.room + (whole(c.ended, k) >> RESULT_BITS)) > whole(
        c.decided, 3 * c.room + (whole(c.ended, other) >> RESULT_BITS)
    )
