"""Lines on the lean path: one a type, linked from its first contact; who has left the middle is skipped later."""

from __future__ import annotations

from math import inf

from orm_sim.centre.skills.events import put
from orm_sim.centre.skills.lean_views import group_at, kind_at, pair_at, slot_at
from orm_sim.centre.skills.lines import TURN_BITS, stays_until
from orm_sim.centre.skills.state import NOBODY, Centre
from orm_sim.core.compiled import jit, jit_inline


@jit_inline
def be_patient(c: Centre, slot: int) -> None:
    """Set until when a contact that has arrived stays in line."""
    me = slot_at(c, slot)
    kind = kind_at(c, me.kind)
    me.deadline, me.message = stays_until(me.arrival, me.patience, kind.voicemail_after, kind.callback_after)


@jit_inline
def join(c: Centre, slot: int) -> None:
    """Put a contact at the end of its line, with an event for its deadline."""
    me = slot_at(c, slot)
    kind = kind_at(c, me.kind)
    me.waits = 1
    me.next = NOBODY
    if kind.count == 0:
        kind.head = slot
    else:
        slot_at(c, kind.tail).next = slot
    kind.tail = slot
    kind.count += 1
    c.queued |= 1 << me.kind
    c.waiting += 1
    if me.deadline < inf:
        put(c.deadlines, c.n_deadlines, me.deadline, (me.kind << TURN_BITS) | c.joined, slot)
        c.n_deadlines += 1
    c.joined += 1


@jit_inline
def leave(c: Centre, slot: int) -> None:
    """Take a contact out of its line; its deadline stays and is passed over."""
    me = slot_at(c, slot)
    kind = kind_at(c, me.kind)
    me.waits = 0
    c.waiting -= 1
    kind.count -= 1
    if kind.count == 0:
        c.queued &= ~(1 << me.kind)
        if c.waiting == 0:
            c.n_deadlines = 0
    elif kind.head == slot:
        while slot_at(c, kind.head).waits == 0:
            kind.head = slot_at(c, kind.head).next


@jit
def contact_for(c: Centre, g: int) -> int:
    """The first of a line that a group with an idle agent takes next; somebody waits for it."""
    best, best_key, best_arrival = NOBODY, inf, inf
    group = group_at(c, g)
    lines, t = group.serves & c.queued, 0
    while lines:
        if lines & 1:
            kind = kind_at(c, t)
            arrival = slot_at(c, kind.head).arrival
            key = -float(kind.weight * (c.now - arrival)) if group.weighs else pair_at(c, t, g).level
            if best == NOBODY or key < best_key or (key == best_key and arrival < best_arrival):
                best, best_key, best_arrival = kind.head, key, arrival
        lines >>= 1
        t += 1
    return best
