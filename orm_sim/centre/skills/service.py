"""Agents at work in the kernel: starts, completions, idle agents in order, staffing, and agent seconds by period.

Seconds are summed from the begin of the running period: whoever starts subtracts the seconds since then, whoever
ends adds them, and at the border all who are busy count for the whole period.
"""

from __future__ import annotations

from math import inf, isnan

import numpy as np

from orm_sim.centre.skills.draws import BODY, FATE, REDIAL, attempt_of, draw, next_attempt
from orm_sim.centre.skills.durations import duration
from orm_sim.centre.skills.events import put, take, withdraw
from orm_sim.centre.skills.lines import rejoin
from orm_sim.centre.skills.outcome import ANSWERED, CUT_OFF, DONE, UNRESOLVED
from orm_sim.centre.skills.plan import FINISH, MAX_ATTEMPT, PREEMPT_RESTART
from orm_sim.centre.skills.state import MANY_GROUPS, NO_GROUP, NOBODY, Centre
from orm_sim.centre.skills.views import (
    contact,
    event,
    group_at,
    kind_at,
    number,
    pair_at,
    set_number,
    set_whole,
    whole,
)
from orm_sim.core.compiled import jit, jit_inline

START_BITS = 44


@jit_inline
def new_slot(c: Centre) -> int:
    """A free place for a contact."""
    slot: int = c.spare
    if slot != NOBODY:
        c.spare = contact(c, slot).next
    else:
        slot = c.used
        c.used += 1
    return slot


@jit_inline
def free_slot(c: Centre, slot: int) -> None:
    """Give a contact's place back."""
    contact(c, slot).next = c.spare
    c.spare = slot


@jit_inline
def decide(c: Centre, ref: int, t: int, state: int, group: int, arrival: float) -> None:
    """A row for an attempt decided at this moment."""
    row, room = c.n_decided, c.rows_room
    set_whole(c.decided, row, ref)
    set_whole(c.decided, room + row, t)
    set_whole(c.decided, 2 * room + row, state)
    set_whole(c.decided, 3 * room + row, group)
    set_number(c.decided_s, row, arrival)
    set_number(c.decided_s, room + row, c.now)
    c.n_decided = row + 1


@jit_inline
def record(c: Centre, slot: int, result: int, start: float) -> None:
    """A row for a contact whose service ends at this moment."""
    me = contact(c, slot)
    row, room = c.n_done, c.rows_room
    set_whole(c.done, row, me.ref)
    set_whole(c.done, room + row, me.kind)
    set_whole(c.done, 2 * room + row, result)
    set_whole(c.done, 3 * room + row, me.group)
    set_number(c.done_s, row, start)
    set_number(c.done_s, room + row, c.now)
    c.n_done = row + 1


@jit_inline
def start(c: Centre, slot: int, g: int) -> None:
    """The agent of a group who has been idle longest begins with a contact that stands in no line."""
    me, group = contact(c, slot), group_at(c, g)
    now = c.now
    pair = pair_at(c, me.kind, g)
    group.front = (group.front + 1) & c.ring
    group.idle -= 1
    handle = number(c.work, slot * c.n_columns + pair.column) * pair.factor
    me.start = now
    me.end = now + handle if me.left == 1.0 else now + me.left * handle
    me.group = g
    if isnan(me.first_start):
        me.first_start = now
        decide(c, me.ref, me.kind, ANSWERED, g, me.arrival)
    occupy(c, slot)
    since = now - c.begin
    group.worked -= since
    if group.busy > group.counted:
        group.present -= since


@jit_inline
def occupy(c: Centre, slot: int) -> None:
    """One more contact in service, with an event for its end."""
    me = contact(c, slot)
    me.turn = c.started
    c.started += 1
    put(c.ends, c.busy, me.end, (me.group << START_BITS) | me.turn, slot)
    c.busy += 1
    group_at(c, me.group).busy += 1


@jit_inline
def release(c: Centre, g: int) -> None:
    """An agent ends with a contact now, and is idle or gone."""
    group = group_at(c, g)
    since = c.now - c.begin
    group.worked += since
    if group.busy > group.counted:
        group.present += since
    group.busy -= 1
    if group.busy < group.staffed:
        _rest(c, g)


@jit_inline
def _rest(c: Centre, g: int) -> None:
    """One more idle agent, the last to be taken."""
    group = group_at(c, g)
    set_number(c.idle, g * (c.ring + 1) + ((group.front + group.idle) & c.ring), c.now)
    group.idle += 1
    if c.freed != g:
        c.freed = g if c.freed == NO_GROUP else MANY_GROUPS


@jit_inline
def complete(c: Centre) -> None:
    """The first contact to end in service ends; unresolved, it may come back."""
    slot = take(c.ends, c.busy)
    c.busy -= 1
    me = contact(c, slot)
    t, g = me.kind, me.group
    release(c, g)
    resolved = pair_at(c, t, g).resolved
    if resolved >= 1.0:
        record(c, slot, DONE, me.start)
        free_slot(c, slot)
        return
    u, v = draw(c.k0, c.k1, me.ref, FATE)
    if u < resolved:
        record(c, slot, DONE, me.start)
        free_slot(c, slot)
        return
    record(c, slot, UNRESOLVED, me.start)
    if v < kind_at(c, t).comes_back and attempt_of(me.ref) < MAX_ATTEMPT:
        delay = duration(c, kind_at(c, t).comes_back_law, draw(c.k0, c.k1, me.ref, FATE + 1)[0])
        me.ref = next_attempt(me.ref)
        _renew(c, slot)
        await_due(c, slot, c.now + delay)
    else:
        free_slot(c, slot)


@jit
def redial(c: Centre, slot: int) -> None:
    """What an abandonment leads to: another attempt, or nothing."""
    me = contact(c, slot)
    kind = kind_at(c, me.kind)
    attempt = attempt_of(me.ref)
    if attempt + 1 < kind.redial_max and attempt < MAX_ATTEMPT and kind.redial > 0.0:
        u, v = draw(c.k0, c.k1, me.ref, REDIAL)
        if u < kind.redial:
            me.ref = next_attempt(me.ref)
            if not kind.redial_same:
                _renew(c, slot)
            await_due(c, slot, c.now + duration(c, kind.redial_law, v))
            return
    free_slot(c, slot)


@jit
def _renew(c: Centre, slot: int) -> None:
    """Fresh work and patience, by the contact's new identity."""
    me = contact(c, slot)
    u, v = draw(c.k0, c.k1, me.ref, BODY)
    for k in range(c.n_columns):
        work = duration(c, whole(c.work_law, me.kind * c.n_columns + k), u)
        set_number(c.work, slot * c.n_columns + k, work)
    me.patience = duration(c, kind_at(c, me.kind).patience_law, v)


@jit
def await_due(c: Centre, slot: int, due: float) -> None:
    """A redial or return to come."""
    me = contact(c, slot)
    me.arrival = due
    put(c.pending, c.n_pending, due, me.ref, slot)
    c.n_pending += 1


@jit
def staff(c: Centre, g: int, agents: int) -> None:
    """From now on a group has so many agents: idle ones come, or go from the back, or contacts are put back."""
    group = group_at(c, g)
    group.staffed = agents
    if not c.closed:
        _count(c, g, agents)
    while group.idle < agents - group.busy:
        _rest(c, g)
    group.idle = max(min(group.idle, agents - group.busy), 0)
    if group.leaving != FINISH:
        while group.busy > agents:
            _put_back(c, g)


@jit
def _count(c: Centre, g: int, agents: int) -> None:
    """From now on so many agents of a group count as present, whether busy or not."""
    group = group_at(c, g)
    more = max(agents, group.busy) - max(group.counted, group.busy)
    group.present -= more * (c.now - c.begin)
    group.counted = agents


@jit
def dismiss(c: Centre) -> None:
    """From now on nobody counts as present without a contact."""
    c.closed = 1
    for g in range(c.n_groups):
        _count(c, g, 0)


@jit
def _put_back(c: Centre, g: int) -> None:
    """The contact of a group that started last goes back to its line."""
    slot = NOBODY
    for k in range(c.busy):
        other = event(c.ends, k).slot
        if contact(c, other).group == g and (
            slot == NOBODY or contact(c, other).turn > contact(c, slot).turn
        ):
            slot = other
    me = contact(c, slot)
    withdraw(c.ends, c.busy, slot)
    c.busy -= 1
    release(c, g)
    record(c, slot, 0, me.start)
    if group_at(c, g).leaving == PREEMPT_RESTART:
        me.left = 1.0
    else:
        me.left = (me.end - c.now) / (me.end - me.start) * me.left
    rejoin(c, slot)
    c.freed = MANY_GROUPS  # others may be idle and open to it


@jit
def cut_off(c: Centre) -> None:
    """All contacts in service end now, by group and order of start."""
    turns, slots = np.empty(c.busy, np.int64), np.empty(c.busy, np.int64)
    for k in range(c.busy):
        turns[k] = event(c.ends, k).turn
        slots[k] = event(c.ends, k).slot
    c.busy = 0
    for k in np.argsort(turns):
        slot = slots[k]
        release(c, contact(c, slot).group)
        record(c, slot, CUT_OFF, contact(c, slot).start)
        free_slot(c, slot)


@jit
def settle(c: Centre, until: float) -> None:
    """Enter the agent seconds of this period up to a moment, and begin again from there."""
    span = until - c.begin
    for g in range(c.n_groups):
        group = group_at(c, g)
        place = g * c.n_periods + c.period
        worked = group.worked + group.busy * span
        set_number(c.worked_s, place, number(c.worked_s, place) + worked)
        present = group.present + max(group.counted, group.busy) * span
        set_number(c.present_s, place, number(c.present_s, place) + present)
        group.worked = 0.0
        group.present = 0.0
    c.begin = until


@jit
def turn_period(c: Centre, until: float) -> None:
    """Enter agent seconds of every period that ends by a moment."""
    while c.border <= until:
        settle(c, c.border)
        c.period += 1
        last = c.period == c.n_periods - 1
        c.border = inf if last else (c.period + 1) * c.period_s
