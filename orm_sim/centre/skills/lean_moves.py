"""What happens to a contact on the lean path: it is decided, starts, comes back, or leaves its line."""

from __future__ import annotations

from orm_sim.centre.skills.draws import BODY, FATE, REDIAL, attempt_of, draw, next_attempt
from orm_sim.centre.skills.events import take
from orm_sim.centre.skills.lean_ahead import fate_of, value_of
from orm_sim.centre.skills.lean_due import await_due
from orm_sim.centre.skills.lean_floor import book, engage
from orm_sim.centre.skills.lean_lines import leave
from orm_sim.centre.skills.lean_state import GROUP_FROM, TYPE_FROM
from orm_sim.centre.skills.lean_views import held_at, kind_at, pair_at, slot_at
from orm_sim.centre.skills.outcome import ABANDONED, ANSWERED, DONE, UNRESOLVED, VOICEMAIL
from orm_sim.centre.skills.plan import MAX_ATTEMPT
from orm_sim.centre.skills.state import NO_GROUP, NOBODY, Centre
from orm_sim.centre.skills.views import event, number, set_number, set_whole, whole
from orm_sim.core.compiled import jit, jit_inline

TIED, FULL = 1, 2
"""`LEAN.odd`: a contact ended when it began, which the general loop alone plays; no room for another attempt."""
RESULT_BITS = 2


@jit_inline
def decide(c: Centre, ref: int, t: int, state: int, g: int, arrival: float, at: float) -> None:
    """A row for an attempt."""
    row = c.n_rows
    set_whole(c.decided_ref, row, ref)
    set_whole(c.decided, row, ((g + 1) << GROUP_FROM) | (t << TYPE_FROM) | state)
    set_number(c.decided_arrival, row, arrival)
    set_number(c.decided_at, row, at)
    c.n_rows = row + 1


@jit_inline
def start(
    c: Centre, g: int, ref: int, t: int, arrival: float, patience: float, work: int, fate: float, sequel: int
) -> None:
    """The agent of a group who has been idle longest begins with a contact."""
    pair = pair_at(c, t, g)
    end = c.now + number(work, pair.column) * pair.factor
    if not end > c.now:
        c.odd = TIED
    engage(c, g, end)
    decide(c, ref, t, ANSWERED, g, arrival, c.now)
    serve(c, g, ref, t, end, patience, work, fate, sequel)


@jit_inline
def serve(
    c: Centre, g: int, ref: int, t: int, end: float, patience: float, work: int, fate: float, sequel: int
) -> None:
    """A contact, whose row is the last, is in service until its end; what follows from it is known already."""
    until = min(end, c.end_s)
    book(c, c.worked_s, g, until)
    if c.closed:
        book(c, c.present_s, g, until)
    if end < c.end_s:
        done = abs(fate) < pair_at(c, t, g).resolved
        set_number(c.ended_at, c.n_ended, end)
        set_whole(c.ended, c.n_ended, ((c.n_rows - 1) << RESULT_BITS) | (DONE if done else UNRESOLVED))
        c.n_ended += 1
        c.last = max(c.last, end)
        if not done and fate < 0.0:
            _come_back(c, ref, t, end, sequel)
    else:
        held = held_at(c, c.n_held)
        held.row, held.end, held.patience, held.work = c.n_rows - 1, end, patience, work
        c.n_held += 1


@jit
def _come_back(c: Centre, ref: int, t: int, end: float, sequel: int) -> None:
    """Another attempt after the end of an unresolved contact."""
    if attempt_of(ref) >= MAX_ATTEMPT:
        return
    slot = new_attempt(c, next_attempt(ref), t)
    me = slot_at(c, slot)
    if sequel == NOBODY:
        delay = value_of(c, kind_at(c, t).comes_back_law, draw(c.k0, c.k1, ref, FATE + 1)[0])
        me.fate = fate_of(c, me.ref, t)
        _renew(c, slot)
    else:
        delay, me.fate = number(c.sequel_delay, sequel), number(c.sequel_fate, sequel)
        me.patience, me.work = number(c.sequel_patience, sequel), c.sequel_work + 8 * sequel * c.n_columns
    await_due(c, slot, end + delay)


@jit_inline
def new_slot(c: Centre) -> int:
    """A place for a contact that waits or is to come, with room for its work."""
    slot: int = c.used
    c.used = slot + 1
    return slot


@jit_inline
def new_attempt(c: Centre, ref: int, t: int) -> int:
    """A place for an attempt after the first."""
    slot = new_slot(c)
    c.attempts += 1
    if c.attempts >= c.room:
        c.odd = FULL
        c.used -= 1
        c.attempts -= 1
    me = slot_at(c, slot)
    me.ref = ref
    me.kind = t
    me.sequel = NOBODY
    return slot


@jit
def _renew(c: Centre, slot: int) -> None:
    """Fresh work and patience, by the attempt's identity."""
    me = slot_at(c, slot)
    u, v = draw(c.k0, c.k1, me.ref, BODY)
    me.work = c.work + 8 * slot * c.n_columns
    for k in range(c.n_columns):
        set_number(me.work, k, value_of(c, whole(c.work_law, me.kind * c.n_columns + k), u))
    me.patience = value_of(c, kind_at(c, me.kind).patience_law, v)


@jit
def give_up(c: Centre) -> None:
    """Whoever's deadline is now leaves, with a message or as abandoned; some call again."""
    while c.n_deadlines > 0 and event(c.deadlines, 0).at <= c.now:
        slot = take(c.deadlines, c.n_deadlines)
        c.n_deadlines -= 1
        me = slot_at(c, slot)
        if me.waits == 0:
            continue
        leave(c, slot)
        c.last = max(c.last, c.now)
        decide(c, me.ref, me.kind, VOICEMAIL if me.message else ABANDONED, NO_GROUP, me.arrival, c.now)
        if not me.message:
            _redial(c, slot)


@jit
def _redial(c: Centre, slot: int) -> None:
    """What an abandonment leads to: another attempt, or nothing."""
    me = slot_at(c, slot)
    kind = kind_at(c, me.kind)
    attempt = attempt_of(me.ref)
    if attempt + 1 < kind.redial_max and attempt < MAX_ATTEMPT and kind.redial > 0.0:
        u, v = draw(c.k0, c.k1, me.ref, REDIAL)
        if u < kind.redial:
            other = new_attempt(c, next_attempt(me.ref), me.kind)
            again = slot_at(c, other)
            again.work, again.patience = me.work, me.patience
            again.fate = fate_of(c, again.ref, me.kind)
            if not kind.redial_same:
                _renew(c, other)
            await_due(c, other, c.now + value_of(c, kind.redial_law, v))
