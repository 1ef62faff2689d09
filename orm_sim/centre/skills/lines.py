"""Lines of waiting contacts in the kernel, one a type: who stands where, who leaves, who has waited enough."""

from __future__ import annotations

from math import inf

from orm_sim.centre.skills.events import put_placed, remove_placed
from orm_sim.centre.skills.state import NOBODY, Centre
from orm_sim.centre.skills.views import contact, kind_at, pair_at
from orm_sim.core.compiled import jit, jit_inline

TURN_BITS = 40


@jit_inline
def stays_until(
    arrival: float, patience: float, voicemail_after: float, callback_after: float
) -> tuple[float, int]:
    """Until when a contact stays in line, and whether it then leaves a message."""
    if callback_after < patience and callback_after <= voicemail_after:
        return inf, 0
    if voicemail_after < inf and voicemail_after <= patience:
        return arrival + voicemail_after, 1
    return arrival + patience, 0


@jit_inline
def be_patient(c: Centre, slot: int) -> None:
    """Set until when a contact that has arrived stays in line."""
    me = contact(c, slot)
    kind = kind_at(c, me.kind)
    me.deadline, me.message = stays_until(me.arrival, me.patience, kind.voicemail_after, kind.callback_after)


@jit_inline
def join(c: Centre, slot: int) -> None:
    """Put a contact at the end of its line, with an event for its deadline."""
    me = contact(c, slot)
    me.turn = c.joined
    c.joined += 1
    c.waiting += 1
    kind = kind_at(c, me.kind)
    me.previous = kind.tail
    me.next = NOBODY
    if kind.tail == NOBODY:
        kind.head = slot
    else:
        contact(c, kind.tail).next = slot
    kind.tail = slot
    if kind.fresh == NOBODY:
        kind.fresh = slot
    me.place = NOBODY
    if me.deadline < inf:
        put_placed(c.deadlines, c.n_deadlines, c, me.deadline, (me.kind << TURN_BITS) | me.turn, slot)
        c.n_deadlines += 1
    if kind.overflows:
        _await(c, slot)


@jit
def _await(c: Centre, slot: int) -> None:
    """A contact that has joined the end becomes the next to be eligible for a group, if none is before it."""
    me = contact(c, slot)
    for g in range(c.n_groups):
        pair = pair_at(c, me.kind, g)
        if 0.0 < pair.after < inf and pair.mark == NOBODY:
            pair.mark = slot
            c.ripe = min(c.ripe, me.arrival + pair.after)


@jit_inline
def leave(c: Centre, slot: int) -> None:
    """Take a contact out of its line."""
    me = contact(c, slot)
    kind = kind_at(c, me.kind)
    c.waiting -= 1
    if me.previous == NOBODY:
        kind.head = me.next
    else:
        contact(c, me.previous).next = me.next
    if me.next == NOBODY:
        kind.tail = me.previous
    else:
        contact(c, me.next).previous = me.previous
    if kind.fresh == slot:
        kind.fresh = me.next
    if me.place != NOBODY:
        remove_placed(c.deadlines, c.n_deadlines, c, slot)
        c.n_deadlines -= 1
    if kind.overflows:
        _forget(c, slot)


@jit
def _forget(c: Centre, slot: int) -> None:
    """Whoever stands behind becomes the next to be eligible, where it was this contact."""
    me = contact(c, slot)
    for g in range(c.n_groups):
        pair = pair_at(c, me.kind, g)
        if pair.mark == slot:
            pair.mark = me.next
            if me.next != NOBODY:
                c.ripe = min(c.ripe, contact(c, me.next).arrival + pair.after)


@jit
def rejoin(c: Centre, slot: int) -> None:
    """Put a pre-empted contact before all of its type that arrived at the same moment or later; it stays."""
    me = contact(c, slot)
    kind = kind_at(c, me.kind)
    c.put_back += 1
    c.waiting += 1
    me.turn = -c.put_back
    me.deadline = inf
    me.place = NOBODY
    before, behind = NOBODY, kind.head
    while behind != NOBODY and contact(c, behind).arrival < me.arrival:
        before = behind
        behind = contact(c, behind).next
    me.previous = before
    me.next = behind
    if before == NOBODY:
        kind.head = slot
    else:
        contact(c, before).next = slot
    if behind == NOBODY:
        kind.tail = slot
    else:
        contact(c, behind).previous = slot
    kind.fresh = kind.head  # it may stand before the first that is not late: they are looked through anew
    if kind.overflows:
        remark(c, me.kind)


@jit
def remark(c: Centre, t: int) -> None:
    """Find anew, for each group, the first contact of a line that becomes eligible now or later."""
    for g in range(c.n_groups):
        pair = pair_at(c, t, g)
        if 0.0 < pair.after < inf:
            slot = kind_at(c, t).head
            while slot != NOBODY and contact(c, slot).arrival + pair.after < c.now:
                slot = contact(c, slot).next
            pair.mark = slot
            if slot != NOBODY:
                c.ripe = min(c.ripe, contact(c, slot).arrival + pair.after)


@jit
def ripen(c: Centre) -> int:
    """The first contact, by type and line, that becomes eligible at this moment, marked as seen; else nobody."""
    for t in range(c.n_kinds):
        first = NOBODY
        if not kind_at(c, t).overflows:
            continue
        for g in range(c.n_groups):
            slot = pair_at(c, t, g).mark
            if slot == NOBODY or contact(c, slot).arrival + pair_at(c, t, g).after > c.now:
                continue
            if first == NOBODY or _ahead(c, slot, first):
                first = slot
        if first != NOBODY:
            for g in range(c.n_groups):
                pair = pair_at(c, t, g)
                if pair.mark == first and contact(c, first).arrival + pair.after <= c.now:
                    pair.mark = contact(c, first).next
            return first
    return NOBODY


@jit_inline
def _ahead(c: Centre, slot: int, other: int) -> bool:
    """Whether one contact stands before another of its line."""
    a, b = contact(c, slot), contact(c, other)
    return bool(a.arrival < b.arrival or (a.arrival == b.arrival and a.turn < b.turn))


@jit
def next_ripe(c: Centre) -> None:
    """Work out when the next contact becomes eligible for a group by waiting."""
    c.ripe = inf
    for t in range(c.n_kinds):
        if kind_at(c, t).overflows:
            for g in range(c.n_groups):
                pair = pair_at(c, t, g)
                if pair.mark != NOBODY:
                    c.ripe = min(c.ripe, contact(c, pair.mark).arrival + pair.after)
