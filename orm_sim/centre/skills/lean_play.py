"""The lean path's loop: from arrival to arrival while nobody waits, from event to event while someone does.

Agents become free without an event; while contacts wait, the next moment at which one does is the least of their
groups' free times.
"""

from __future__ import annotations

from math import inf

from orm_sim.centre.skills.draws import ROUTE, draw
from orm_sim.centre.skills.lean_due import take_due
from orm_sim.centre.skills.lean_floor import dismiss, idle_since, staff, turn_to
from orm_sim.centre.skills.lean_lines import be_patient, contact_for, join, leave
from orm_sim.centre.skills.lean_moves import decide, give_up, new_slot, start
from orm_sim.centre.skills.lean_views import group_at, kind_at, pair_at, slot_at
from orm_sim.centre.skills.outcome import BALKED, CLEARED
from orm_sim.centre.skills.plan import BY_ORDER, CLEAR_QUEUE
from orm_sim.centre.skills.state import NO_GROUP, NOBODY, Centre
from orm_sim.centre.skills.views import event, number, whole
from orm_sim.core.compiled import jit, jit_inline


@jit
def follow(c: Centre) -> None:
    """Let moments follow each other to the end of the block, or to what this path does not play.

    What falls on one moment comes in this order: changes of staffing and closing, agents who become free, arrivals,
    contacts who leave their line.
    """
    while c.odd == 0:
        moment, g, leaves = min(_first_due(c), c.due), NO_GROUP, False
        if c.waiting > 0:
            if c.n_deadlines > 0 and event(c.deadlines, 0).at < moment:
                moment, leaves = event(c.deadlines, 0).at, True
            moment, g = _next_freed(c, moment)
        if c.special <= moment:
            moment = c.special
        if moment >= c.end_s:
            break
        c.now = moment
        if c.border <= moment:
            turn_to(c, moment)
        if moment == c.special:
            _upset(c)
        elif g != NO_GROUP:
            _take_next(c, g)
        elif leaves:
            give_up(c)
        else:
            _arrive(c)


@jit_inline
def _first_due(c: Centre) -> float:
    return number(c.arrival_s, c.next_contact) if c.next_contact < c.n_contacts else inf


@jit_inline
def _next_freed(c: Centre, moment: float) -> tuple[float, int]:
    """When an agent is free, and of which group, whom a waiting contact may go to; a moment and no group if later."""
    freed, first = moment, NO_GROUP
    for g in range(c.n_groups):
        if group_at(c, g).serves & c.queued:
            since = max(idle_since(c, g), c.now)
            if since < freed or (since == freed and first == NO_GROUP):
                freed, first = since, g
    return (freed, first) if freed < inf else (freed, NO_GROUP)


@jit_inline
def _take_next(c: Centre, g: int) -> None:
    """A group with an idle agent takes a waiting contact."""
    slot = contact_for(c, g)
    leave(c, slot)
    me = slot_at(c, slot)
    start(c, g, me.ref, me.kind, me.arrival, me.patience, me.work, me.fate, me.sequel)


@jit_inline
def _arrive(c: Centre) -> None:
    """A first attempt, or a redial or return, starts, balks, or joins its line."""
    c.last = max(c.last, c.now)
    if _first_due(c) <= c.now:
        i = c.next_contact
        c.next_contact = i + 1
        t, ref = whole(c.type, i), whole(c.ref, i)
        patience, work = number(c.patience_s, i), c.work_s + 8 * i * c.n_columns
        fate, sequel = 0.0, NOBODY
        if c.fates:
            fate = number(c.fate, i)
            if fate < 0.0:
                sequel = c.sequel
                c.sequel = sequel + 1
        slot = NOBODY
    else:
        slot = take_due(c)
        me = slot_at(c, slot)
        t, ref, patience, work = me.kind, me.ref, me.patience, me.work
        fate, sequel = me.fate, me.sequel
        kind_at(c, t).redials += 1
    g = group_for(c, t)
    if g != NO_GROUP:
        start(c, g, ref, t, c.now, patience, work, fate, sequel)
    elif kind_at(c, t).balk > 0.0 and draw(c.k0, c.k1, ref, ROUTE)[0] < kind_at(c, t).balk:
        decide(c, ref, t, BALKED, NO_GROUP, c.now, c.now)
    else:
        if slot == NOBODY:
            slot = new_slot(c)
            me = slot_at(c, slot)
            me.ref, me.kind, me.patience, me.work = ref, t, patience, work
            me.fate, me.sequel = fate, sequel
        slot_at(c, slot).arrival = c.now
        be_patient(c, slot)
        join(c, slot)


@jit_inline
def group_for(c: Centre, t: int) -> int:
    """The group with an idle agent that a contact of a type goes to, or `NO_GROUP`."""
    best, longest = NO_GROUP, inf
    kind = kind_at(c, t)
    in_order = kind.choose == BY_ORDER
    for k in range(kind.n_preferred):
        g = whole(c.preference, t * c.n_groups + k)
        since = idle_since(c, g)
        if since <= c.now:
            if in_order:
                return g
            if since < longest:
                best, longest = g, since
    return best


@jit
def _upset(c: Centre) -> None:
    """Changes of staffing and closing of this moment."""
    c.last = max(c.last, c.now)
    settled = False
    while c.next_change < c.n_changes and number(c.change_at_s, c.next_change) <= c.now:
        staff(c, whole(c.change_group, c.next_change), whole(c.change_to, c.next_change))
        c.next_change += 1
        settled = True
    if not c.closed and c.closes_s <= c.now:
        dismiss(c)
        c.due = inf
        settled = True
        if c.at_close == CLEAR_QUEUE:
            for t in range(c.n_kinds):
                _clear(c, t, True)
    if c.closed and settled and c.next_change == c.n_changes:
        for t in range(c.n_kinds):
            if _deserted(c, t):
                _clear(c, t, False)
    c.special = next_special(c)


@jit
def next_special(c: Centre) -> float:
    """When the next change of staffing or closing comes."""
    moment = inf if c.closed else c.closes_s
    if c.next_change < c.n_changes:
        moment = min(moment, number(c.change_at_s, c.next_change))
    return moment


@jit
def _deserted(c: Centre, t: int) -> bool:
    """Whether no group that may take a type has anyone staffed."""
    staffed = 0
    for g in range(c.n_groups):
        if pair_at(c, t, g).open:
            staffed += group_at(c, g).agents
    return staffed == 0


@jit
def _clear(c: Centre, t: int, all_of_them: bool) -> None:
    """Send away who waits in a line: everybody, or those alone who would never leave."""
    slot = kind_at(c, t).head
    while kind_at(c, t).count > 0 and slot != NOBODY:
        me = slot_at(c, slot)
        if me.waits and (all_of_them or me.deadline == inf):
            leave(c, slot)
            decide(c, me.ref, t, CLEARED, NO_GROUP, me.arrival, c.now)
        slot = me.next
