"""Redials and returns to come, on the lean path: by narrow stretches of the block, which are passed one by one.

Those due when the block is over or nobody is admitted any more stand in a heap, from which they are carried out.
"""

from __future__ import annotations

from math import inf

from orm_sim.centre.skills.events import put, take
from orm_sim.centre.skills.lean_views import slot_at
from orm_sim.centre.skills.state import NOBODY, Centre
from orm_sim.centre.skills.views import event, set_whole, whole
from orm_sim.core.compiled import jit, jit_inline


@jit
def expect_nobody(c: Centre) -> None:
    """Empty stretches, from the begin of the block to where it ends or closes."""
    c.span = min(c.end_s, c.closes_s, c.n_periods * c.period_s)
    c.per_s = c.n_stretches / c.span if c.span > 0.0 else 0.0
    for k in range(c.n_stretches):
        set_whole(c.stretches, k, NOBODY)
    c.due = inf


@jit_inline
def await_due(c: Centre, slot: int, due: float) -> None:
    """A redial or return to come."""
    me = slot_at(c, slot)
    me.arrival = due
    if due < c.span:
        stretch = min(int(max(due, 0.0) * c.per_s), c.n_stretches - 1)
        _enter(c, slot, stretch)
        c.n_soon += 1
        if due < c.due:
            c.due, c.stretch = max(due, 0.0), stretch
    else:
        put(c.pending, c.n_pending, due, me.ref, slot)
        c.n_pending += 1
        if c.n_soon == 0:
            c.due = _first_later(c)


@jit_inline
def take_due(c: Centre) -> int:
    """Who is due first, by due time and identity."""
    if c.n_soon == 0:
        slot: int = take(c.pending, c.n_pending)
        c.n_pending -= 1
        c.due = _first_later(c)
        return slot
    stretch = c.stretch
    slot = whole(c.stretches, stretch)
    behind: int = slot_at(c, slot).next
    set_whole(c.stretches, stretch, behind)
    c.n_soon -= 1
    if c.n_soon == 0:
        c.due = _first_later(c)
        return slot
    while behind == NOBODY:
        stretch += 1
        behind = whole(c.stretches, stretch)
    c.stretch = stretch
    c.due = max(slot_at(c, behind).arrival, 0.0)
    return slot


@jit_inline
def _first_later(c: Centre) -> float:
    """When the first of the heap is due; nobody is admitted after closing."""
    return max(event(c.pending, 0).at, 0.0) if c.n_pending > 0 and not c.closed else inf


@jit_inline
def _enter(c: Centre, slot: int, stretch: int) -> None:
    """Put a contact in its place among the few of a stretch."""
    me, before, behind = slot_at(c, slot), NOBODY, whole(c.stretches, stretch)
    while behind != NOBODY and _ahead(c, behind, slot):
        before, behind = behind, slot_at(c, behind).next
    me.next = behind
    if before == NOBODY:
        set_whole(c.stretches, stretch, slot)
    else:
        slot_at(c, before).next = slot


@jit_inline
def _ahead(c: Centre, slot: int, other: int) -> bool:
    """Whether one is due before another."""
    a, b = slot_at(c, slot), slot_at(c, other)
    return bool(a.arrival < b.arrival or (a.arrival == b.arrival and a.ref < b.ref))
