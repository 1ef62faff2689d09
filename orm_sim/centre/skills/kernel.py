"""The production engine for several skills: every behaviour of a `Block`, as one compiled loop over moments.

Each moment has its steps: staffing, outages and closing; completions; groups with newly idle agents take waiting
contacts; arrivals; contacts that become eligible for a further group; those who leave the line. What is due at
the same moment only after its step has passed makes another round of the same moment.
"""

from __future__ import annotations

from math import inf, nan

import numpy as np

from orm_sim.centre.skills import lean
from orm_sim.centre.skills.carrying import leave_off, load, next_special
from orm_sim.centre.skills.check import check
from orm_sim.centre.skills.draws import ROUTE, draw
from orm_sim.centre.skills.events import take
from orm_sim.centre.skills.lines import be_patient, join, leave, next_ripe, ripen
from orm_sim.centre.skills.outcome import (
    ABANDONED,
    BALKED,
    BLOCKED,
    CLEARED,
    CUT_OFF,
    VOICEMAIL,
    Ends,
    Outcome,
)
from orm_sim.centre.skills.plan import CLEAR_QUEUE, Block, Carry
from orm_sim.centre.skills.routing import contact_for, group_for
from orm_sim.centre.skills.service import (
    complete,
    cut_off,
    decide,
    dismiss,
    free_slot,
    new_slot,
    record,
    redial,
    settle,
    staff,
    start,
    turn_period,
)
from orm_sim.centre.skills.state import (
    DECIDED,
    DECIDED_S,
    DONE,
    DONE_S,
    MANY_GROUPS,
    NO_GROUP,
    NOBODY,
    Centre,
    address,
    finished,
    lay_out,
    lay_out_rows,
    make_room,
    memory_of,
)
from orm_sim.centre.skills.views import (
    centre_at,
    contact,
    event,
    flag,
    group_at,
    kind_at,
    number,
    pair_at,
    set_number,
    whole,
)
from orm_sim.core.ahead import entry
from orm_sim.core.compiled import jit, jit_inline


def run(block: Block) -> Outcome:
    """Outcome of one block of a centre.

    Parameters
    ----------
    block : Block
        Rules, contacts, staffing, outages and the state carried in.

    Returns
    -------
    Outcome
        Row for row that of `orm_sim.centre.skills.reference.run`.

    Raises
    ------
    ValueError
        When the block breaks one of the rules of `orm_sim.centre.skills.check`.
    """
    begun = check(block)
    if lean.qualifies(block, begun) and (outcome := lean.run(block, begun)) is not None:
        return outcome
    memory = memory_of(block, begun)
    while not play(address(memory.words)):
        make_room(memory)
    n, m, left = finished(memory)
    rows, seconds, spent = memory.rows, memory.rows.view(np.float64), memory.spent
    return Outcome(
        ref=rows[DECIDED, :n], type=rows[DECIDED + 1, :n], state=rows[DECIDED + 2, :n], group=rows[DECIDED + 3, :n],
        arrival_s=seconds[DECIDED_S, :n], at_s=seconds[DECIDED_S + 1, :n],
        ended=Ends(
            ref=rows[DONE, :m], type=rows[DONE + 1, :m], result=rows[DONE + 2, :m], group=rows[DONE + 3, :m],
            start_s=seconds[DONE_S, :m], end_s=seconds[DONE_S + 1, :m],
        ),
        busy_s=spent[0], staffed_s=spent[1], redials=memory.redials(block.layout.n_types),
        carry=Carry.of(left),
    )  # fmt: skip


@entry
@jit
def play(record: int) -> bool:
    """Let moments follow each other to the end of the block; False where it stopped for want of room."""
    c = centre_at(record)
    lay_out_rows(c)
    if not c.loaded:
        lay_out(c)
        load(c)
        c.loaded = 1
    while True:
        if not _has_room(c):
            return False
        if (c.busy > 0 and event(c.ends, 0).at <= c.now) or (
            c.n_pending > 0 and event(c.pending, 0).at <= c.now and not c.closed
        ):
            c.again = 1
        elif not _advance(c):
            break
        _round(c)
    until = c.end_s if c.end_s < inf else _last(c)
    turn_period(c, until)
    settle(c, until)
    leave_off(c)
    return True


@jit_inline
def _has_room(c: Centre) -> bool:
    """Whether the rows of any round find room: each slot and each contact to come is decided once at most.

    A service ends twice at most in a round: a contact is put back, and cleared.
    """
    to_come = c.n_contacts - c.next_contact
    return bool(c.n_decided + c.used + to_come <= c.rows_room and c.n_done + 2 * c.used <= c.rows_room)


@jit
def _last(c: Centre) -> float:
    """The last moment at which something changed, the ends of outages included."""
    last: float = c.last
    for k in range(c.n_outages):
        until = number(c.outage_until_s, k)
        if last < until < inf:
            last = until
    return last


@jit_inline
def _advance(c: Centre) -> bool:
    """Go to the next moment and do what comes first there; False at the end of the block."""
    moment = _next_moment(c)
    c.again = 0
    if c.ripe < moment:
        c.now = c.ripe
        return bool(c.ripe < c.end_s)
    if moment >= c.end_s or moment == inf:
        return False
    c.now = moment
    touch(c)
    if c.special <= moment:
        _upset(c)
    return True


@jit_inline
def _next_moment(c: Centre) -> float:
    """When something happens next, eligibility by waiting aside; time 0 comes first in any case."""
    moment = c.special
    if c.next_contact < c.n_contacts:
        moment = min(moment, number(c.arrival_s, c.next_contact))
    if c.busy > 0:
        moment = min(moment, event(c.ends, 0).at)
    if c.n_deadlines > 0:
        moment = min(moment, event(c.deadlines, 0).at)
    if c.n_pending > 0 and not c.closed:
        moment = min(moment, max(event(c.pending, 0).at, 0.0))
    return 0.0 if c.now < 0.0 else moment


@jit_inline
def touch(c: Centre) -> None:
    """Something changes at this moment: close the books of periods that are over."""
    c.last = c.now
    if c.border <= c.now:
        turn_period(c, c.now)


@jit_inline
def _round(c: Centre) -> None:
    """Steps 1 to 5 of a moment."""
    now = c.now
    while c.busy > 0 and event(c.ends, 0).at <= now:
        complete(c)
    if c.freed != NO_GROUP:
        if c.waiting > 0:
            _assign(c)
        c.freed = NO_GROUP
    while c.next_contact < c.n_contacts and number(c.arrival_s, c.next_contact) <= now:
        _arrive(c, _first_attempt(c))
    while c.n_pending > 0 and event(c.pending, 0).at <= now and not c.closed:
        _arrive(c, _next_attempt(c))
    if c.ripe <= now:
        _overflow(c)
    while c.n_deadlines > 0 and event(c.deadlines, 0).at <= now:
        _give_up(c)


@jit
def _assign(c: Centre) -> None:
    """Groups with newly idle agents, in order, each take waiting contacts."""
    for g in range(c.n_groups):
        if c.freed != g and c.freed != MANY_GROUPS:
            continue
        while group_at(c, g).idle > 0:
            slot = contact_for(c, g)
            if slot == NOBODY:
                break
            leave(c, slot)
            start(c, slot, g)


@jit_inline
def _first_attempt(c: Centre) -> int:
    """A place for the next contact of the block."""
    i = c.next_contact
    c.next_contact = i + 1
    slot = new_slot(c)
    me = contact(c, slot)
    me.ref = whole(c.ref, i)
    me.kind = whole(c.type, i)
    me.patience = number(c.patience_s, i)
    for k in range(c.n_columns):
        set_number(c.work, slot * c.n_columns + k, number(c.work_s, i * c.n_columns + k))
    return slot


@jit
def _next_attempt(c: Centre) -> int:
    """The redial or return that is due."""
    slot = take(c.pending, c.n_pending)
    c.n_pending -= 1
    kind_at(c, contact(c, slot).kind).redials += 1
    return slot


@jit_inline
def _arrive(c: Centre, slot: int) -> None:
    """What becomes of an attempt that arrives now."""
    me = contact(c, slot)
    now, t = c.now, me.kind
    me.arrival = now
    me.left = 1.0
    me.first_start = nan
    me.group = NO_GROUP
    if now < c.outage_until or c.waiting + c.busy >= c.lines:
        decide(c, me.ref, t, BLOCKED, NO_GROUP, now)
        free_slot(c, slot)
        return
    g = group_for(c, t, me.ref, now, False)
    if g != NO_GROUP:
        start(c, slot, g)
        return
    balk = kind_at(c, t).balk
    if balk > 0.0 and draw(c.k0, c.k1, me.ref, ROUTE)[0] < balk:
        decide(c, me.ref, t, BALKED, NO_GROUP, now)
        free_slot(c, slot)
        return
    be_patient(c, slot)
    join(c, slot)


@jit
def _overflow(c: Centre) -> None:
    """Contacts that now have waited enough for a further group go there, if it has an idle agent."""
    slot = ripen(c)
    while slot != NOBODY:
        me = contact(c, slot)
        g = group_for(c, me.kind, me.ref, me.arrival, True)
        if g != NO_GROUP:
            touch(c)
            leave(c, slot)
            start(c, slot, g)
        slot = ripen(c)
    next_ripe(c)


@jit_inline
def _give_up(c: Centre) -> None:
    """The next contact to leave its line leaves a message, or abandons."""
    slot = event(c.deadlines, 0).slot
    me = contact(c, slot)
    leave(c, slot)
    if me.message:
        decide(c, me.ref, me.kind, VOICEMAIL, NO_GROUP, me.arrival)
        free_slot(c, slot)
    else:
        decide(c, me.ref, me.kind, ABANDONED, NO_GROUP, me.arrival)
        redial(c, slot)


@jit
def _upset(c: Centre) -> None:
    """Changes of staffing, outages and closing of this moment."""
    settled = False
    while c.next_change < c.n_changes and number(c.change_at_s, c.next_change) <= c.now:
        staff(c, whole(c.change_group, c.next_change), whole(c.change_to, c.next_change))
        c.next_change += 1
        settled = True
    while c.next_outage < c.n_outages and number(c.outage_at_s, c.next_outage) <= c.now:
        if flag(c.outage_blocks, c.next_outage):
            c.outage_until = max(c.outage_until, number(c.outage_until_s, c.next_outage))
        if flag(c.outage_drops, c.next_outage):
            cut_off(c)
        c.next_outage += 1
    if not c.closed and c.closes_s <= c.now:
        dismiss(c)
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
def _deserted(c: Centre, t: int) -> bool:
    """Whether no group that may take a type has anyone staffed."""
    staffed = 0
    for g in range(c.n_groups):
        if pair_at(c, t, g).rank >= 0:
            staffed += group_at(c, g).staffed
    return staffed == 0


@jit
def _clear(c: Centre, t: int, all_of_them: bool) -> None:
    """Send away who waits in a line: everybody, or those alone who would never leave.

    One that had been put back has its row among the services.
    """
    slot = kind_at(c, t).head
    while slot != NOBODY:
        me = contact(c, slot)
        behind = me.next
        if all_of_them or me.deadline == inf:
            leave(c, slot)
            if me.first_start == me.first_start:
                record(c, slot, CUT_OFF, c.now)
            else:
                decide(c, me.ref, t, CLEARED, NO_GROUP, me.arrival)
            free_slot(c, slot)
        slot = behind
