"""Heaps of events by time, then by turn: one plain, one that knows where each contact's event stands."""

from __future__ import annotations

from orm_sim.centre.skills.state import NOBODY, Centre
from orm_sim.centre.skills.views import contact, event
from orm_sim.core.compiled import jit, jit_inline


@jit_inline
def before(at: float, turn: int, other_at: float, other_turn: int) -> bool:
    """Whether one event comes before another."""
    return at < other_at or (at == other_at and turn < other_turn)


@jit_inline
def put(heap: int, size: int, at: float, turn: int, slot: int) -> None:
    """Add an event to a heap of `size`."""
    hole = size
    while hole > 0:
        above = (hole - 1) >> 1
        upper = event(heap, above)
        if not before(at, turn, upper.at, upper.turn):
            break
        _set(heap, hole, upper.at, upper.turn, upper.slot)
        hole = above
    _set(heap, hole, at, turn, slot)


@jit_inline
def take(heap: int, size: int) -> int:
    """Remove the first event of a heap of `size`; its contact."""
    first: int = event(heap, 0).slot
    last = event(heap, size - 1)
    _sink(heap, size - 1, 0, last.at, last.turn, last.slot)
    return first


@jit
def withdraw(heap: int, size: int, slot: int) -> None:
    """Remove a contact's event from a heap of `size`, wherever it stands."""
    hole = 0
    while event(heap, hole).slot != slot:
        hole += 1
    last = event(heap, size - 1)
    at, turn, other = last.at, last.turn, last.slot
    while hole > 0:
        above = (hole - 1) >> 1
        upper = event(heap, above)
        if not before(at, turn, upper.at, upper.turn):
            break
        _set(heap, hole, upper.at, upper.turn, upper.slot)
        hole = above
    if hole < size - 1:
        _sink(heap, size - 1, hole, at, turn, other)


@jit_inline
def _sink(heap: int, size: int, hole: int, at: float, turn: int, slot: int) -> None:
    """Put an event at `hole` or below it, in a heap that now has `size` events."""
    below = 2 * hole + 1
    while below < size:
        below = _first_of_two(heap, below, size)
        lower = event(heap, below)
        if not before(lower.at, lower.turn, at, turn):
            break
        _set(heap, hole, lower.at, lower.turn, lower.slot)
        hole = below
        below = 2 * hole + 1
    _set(heap, hole, at, turn, slot)


@jit_inline
def _first_of_two(heap: int, below: int, size: int) -> int:
    """The earlier of two neighbours, the second of which may be missing; nobody could guess it, so without a branch."""
    lower, right = event(heap, below), event(heap, min(below + 1, size - 1))
    sooner, tied, first = right.at < lower.at, right.at == lower.at, right.turn < lower.turn
    return below + int(sooner | (tied & first))


@jit_inline
def _set(heap: int, place: int, at: float, turn: int, slot: int) -> None:
    one = event(heap, place)
    one.at = at
    one.turn = turn
    one.slot = slot


@jit_inline
def put_placed(heap: int, size: int, c: Centre, at: float, turn: int, slot: int) -> None:
    """`put`, each contact being told its place."""
    _rise(heap, c, size, at, turn, slot)


@jit_inline
def remove_placed(heap: int, size: int, c: Centre, slot: int) -> None:
    """Remove a contact's event from a heap of `size`."""
    hole: int = contact(c, slot).place
    contact(c, slot).place = NOBODY
    last = event(heap, size - 1)
    at, turn, other = last.at, last.turn, last.slot
    if hole == size - 1:
        return
    if hole > 0:
        upper = event(heap, (hole - 1) >> 1)
        if before(at, turn, upper.at, upper.turn):
            _rise(heap, c, hole, at, turn, other)
            return
    _sink_placed(heap, c, size - 1, hole, at, turn, other)


@jit_inline
def _rise(heap: int, c: Centre, hole: int, at: float, turn: int, slot: int) -> None:
    while hole > 0:
        above = (hole - 1) >> 1
        upper = event(heap, above)
        if not before(at, turn, upper.at, upper.turn):
            break
        _set(heap, hole, upper.at, upper.turn, upper.slot)
        contact(c, upper.slot).place = hole
        hole = above
    _set(heap, hole, at, turn, slot)
    contact(c, slot).place = hole


@jit_inline
def _sink_placed(heap: int, c: Centre, size: int, hole: int, at: float, turn: int, slot: int) -> None:
    below = 2 * hole + 1
    while below < size:
        below = _first_of_two(heap, below, size)
        lower = event(heap, below)
        if not before(lower.at, lower.turn, at, turn):
            break
        _set(heap, hole, lower.at, lower.turn, lower.slot)
        contact(c, lower.slot).place = hole
        hole = below
        below = 2 * hole + 1
    _set(heap, hole, at, turn, slot)
    contact(c, slot).place = hole
