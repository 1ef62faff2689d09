"""Who is there at the border of two blocks, on the lean path: taken over at the begin, written down at the end.

Both in columns one after the other, as in `packing.Packed`.
"""

from __future__ import annotations

from math import inf, isinf, nan

from orm_sim.centre.skills.events import take
from orm_sim.centre.skills.lean_ahead import fate_of
from orm_sim.centre.skills.lean_due import await_due, expect_nobody
from orm_sim.centre.skills.lean_floor import count_presence
from orm_sim.centre.skills.lean_lines import be_patient, join
from orm_sim.centre.skills.lean_moves import decide, new_slot, serve
from orm_sim.centre.skills.lean_play import next_special
from orm_sim.centre.skills.lean_state import GROUP_FROM, TYPE_FROM
from orm_sim.centre.skills.lean_views import group_at, held_at, kind_at, slot_at
from orm_sim.centre.skills.outcome import ANSWERED
from orm_sim.centre.skills.packing import (
    BUSY,
    DEADLINE,
    END,
    FIRST_START,
    GROUP,
    LEFT,
    PATIENCE,
    PENDING,
    START,
    WAITING,
)
from orm_sim.centre.skills.state import NO_GROUP, NOBODY, Centre
from orm_sim.centre.skills.views import number, set_number, set_whole, whole
from orm_sim.core.compiled import jit, jit_inline


@jit
def take_over(c: Centre) -> None:
    """The state carried in."""
    c.attempts = c.n_contacts + c.n_waiting + c.n_busy + c.n_to_come
    c.border = c.period_s if c.n_periods > 1 else inf
    c.closed = 1 if c.closes_s < 0.0 else 0
    c.special = next_special(c)
    expect_nobody(c)
    times, who = c.guests_s, c.guests
    _set_up(c, who)
    who += 8 * 2 * c.n_groups
    _wait_on(c, times, who)
    times += 8 * c.n_waiting * (WAITING + c.n_columns)
    who += 8 * c.n_waiting * 3
    _serve_on(c, times, who)
    times += 8 * c.n_busy * (BUSY + c.n_columns)
    who += 8 * c.n_busy * 3
    _expect(c, times, who)
    times += 8 * c.n_to_come * (PENDING + c.n_columns)
    _stand_by(c, times)


@jit
def _set_up(c: Centre, staffed: int) -> None:
    """Agents of every group, and rows for their free times."""
    for k in range(c.n_groups * c.room_free):
        set_number(c.free, k, inf)
    for g in range(c.n_groups):
        group = group_at(c, g)
        group.agents = whole(staffed, g)
        group.free = c.free + 8 * g * c.room_free
        group.late = c.late + 8 * g * c.room_late


@jit_inline
def _guest(c: Centre, who: int, n: int, i: int, work: int) -> int:
    """A place for a contact carried in."""
    slot = new_slot(c)
    me = slot_at(c, slot)
    me.ref, me.kind = whole(who, i), whole(who, n + i)
    me.fate, me.sequel = fate_of(c, me.ref, me.kind), NOBODY
    me.work = work + 8 * i * c.n_columns
    return slot


@jit
def _wait_on(c: Centre, times: int, who: int) -> None:
    n = c.n_waiting
    for i in range(n):
        slot = _guest(c, who, n, i, times + 8 * WAITING * n)
        me = slot_at(c, slot)
        me.arrival, me.patience = number(times, i), number(times, PATIENCE * n + i)
        be_patient(c, slot)
        me.deadline = number(times, DEADLINE * n + i)
        join(c, slot)


@jit
def _serve_on(c: Centre, times: int, who: int) -> None:
    """Contacts in service go on; each has a row before all of this block."""
    n = c.n_busy
    for i in range(n):
        slot = _guest(c, who, n, i, times + 8 * BUSY * n)
        me = slot_at(c, slot)
        g, end = whole(who, GROUP * n + i), number(times, END * n + i)
        decide(c, me.ref, me.kind, ANSWERED, g, number(times, i), number(times, START * n + i))
        serve(c, g, me.ref, me.kind, end, number(times, PATIENCE * n + i), me.work, me.fate, NOBODY)
        group = group_at(c, g)
        k = group.n_late
        while k > 0 and number(group.late, k - 1) > end:
            set_number(group.late, k, number(group.late, k - 1))
            k -= 1
        set_number(group.late, k, end)
        group.n_late += 1


@jit
def _expect(c: Centre, times: int, who: int) -> None:
    n = c.n_to_come
    for i in range(n):
        slot = _guest(c, who, n, i, times + 8 * PENDING * n)
        me = slot_at(c, slot)
        me.arrival, me.patience = number(times, i), number(times, n + i)
        await_due(c, slot, me.arrival)


@jit
def _stand_by(c: Centre, idle: int) -> None:
    """Agents idle, then busy ones, those above the number aside."""
    first = 0
    for g in range(c.n_groups):
        group = group_at(c, g)
        n_idle = max(group.agents - group.n_late, 0)
        above = max(group.n_late - group.agents, 0)
        for k in range(n_idle):
            set_number(group.free, k, number(idle, first + k))
        for k in range(above, group.n_late):
            set_number(group.free, n_idle + k - above, number(group.late, k))
        first += n_idle
        group.n_late = above


@jit
def close_books(c: Centre) -> None:
    """Agents' presence to the end of the block, and how many are idle then."""
    until = c.last if isinf(c.end_s) else c.end_s
    for g in range(c.n_groups):
        count_presence(c, g, until)
        group = group_at(c, g)
        while group.idle < group.agents and number(group.free, group.idle) < c.end_s:
            group.idle += 1


@jit
def hand_over(c: Centre) -> None:
    """The state carried out, on the clock of the next block."""
    shift = 0.0 if isinf(c.end_s) else c.end_s
    times, who, n_groups = c.left_s, c.left, c.n_groups
    for g in range(n_groups):
        group = group_at(c, g)
        set_whole(who, g, group.agents)
        set_whole(who, n_groups + g, group.idle)
    who += 8 * 2 * n_groups
    _leave_waiting(c, times, who, shift)
    times += 8 * c.waiting * (WAITING + c.n_columns)
    who += 8 * c.waiting * 3
    for k in range(c.n_held):
        _leave_busy(c, times, who, k, shift)
    times += 8 * c.n_held * (BUSY + c.n_columns)
    who += 8 * c.n_held * 3
    n = c.n_pending
    for k in range(n):
        slot = take(c.pending, n - k)
        set_number(times, k, slot_at(c, slot).arrival - shift)
        set_number(times, n + k, slot_at(c, slot).patience)
        _leave(c, slot, who, n, k, times + 8 * PENDING * n)
    times += 8 * n * (PENDING + c.n_columns)
    for g in range(n_groups):
        for k in range(group_at(c, g).idle):
            set_number(times, c.n_idle, number(group_at(c, g).free, k) - shift)
            c.n_idle += 1


@jit_inline
def _leave(c: Centre, slot: int, who: int, n: int, row: int, work: int) -> None:
    """Who somebody is, and the work."""
    me = slot_at(c, slot)
    set_whole(who, row, me.ref)
    set_whole(who, n + row, me.kind)
    for k in range(c.n_columns):
        set_number(work, row * c.n_columns + k, number(me.work, k))


@jit
def _leave_waiting(c: Centre, times: int, who: int, shift: float) -> None:
    n, row = c.waiting, 0
    for t in range(c.n_kinds):
        slot = kind_at(c, t).head if kind_at(c, t).count > 0 else NOBODY
        while slot != NOBODY:
            me = slot_at(c, slot)
            if me.waits:
                set_number(times, row, me.arrival - shift)
                set_number(times, PATIENCE * n + row, me.patience)
                set_number(times, LEFT * n + row, 1.0)
                set_number(times, FIRST_START * n + row, nan)
                set_number(times, DEADLINE * n + row, me.deadline - shift)
                set_whole(who, GROUP * n + row, NO_GROUP)
                _leave(c, slot, who, n, row, times + 8 * WAITING * n)
                row += 1
            slot = me.next


@jit
def _leave_busy(c: Centre, times: int, who: int, k: int, shift: float) -> None:
    held, n = held_at(c, k), c.n_held
    start = number(c.decided_at, held.row) - shift
    set_whole(who, k, whole(c.decided_ref, held.row))
    decided = whole(c.decided, held.row)
    set_whole(who, n + k, (decided >> TYPE_FROM) & ((1 << (GROUP_FROM - TYPE_FROM)) - 1))
    set_whole(who, GROUP * n + k, (decided >> GROUP_FROM) - 1)
    set_number(times, k, number(c.decided_arrival, held.row) - shift)
    set_number(times, PATIENCE * n + k, held.patience)
    set_number(times, LEFT * n + k, 1.0)
    set_number(times, FIRST_START * n + k, start)
    set_number(times, START * n + k, start)
    set_number(times, END * n + k, held.end - shift)
    work = times + 8 * BUSY * n
    for column in range(c.n_columns):
        set_number(work, k * c.n_columns + column, number(held.work, column))
