"""Compiled access to the lean path's records by their address; see `orm_sim.centre.skills.views`."""

from __future__ import annotations

import numpy as np

from orm_sim.centre.skills.lean_state import GROUP, HELD, KIND, LEAN, PAIR, SLOT
from orm_sim.centre.skills.state import Centre, Floats, Records, Whole
from orm_sim.centre.skills.views import _array, _pointer
from orm_sim.core.compiled import jit_inline


@jit_inline
def lean_at(address: int) -> Centre:
    """The record of a block."""
    return _array(_pointer(address), (1,), dtype=LEAN)[np.uint64(0)]


@jit_inline
def slot_at(c: Centre, slot: int) -> Records:
    """A contact who waits, or is to come."""
    return _array(_pointer(c.slots), (1,), dtype=SLOT)[np.uint64(slot)]


@jit_inline
def kind_at(c: Centre, t: int) -> Records:
    """A contact type."""
    return _array(_pointer(c.kinds), (1,), dtype=KIND)[np.uint64(t)]


@jit_inline
def group_at(c: Centre, g: int) -> Records:
    """A group."""
    return _array(_pointer(c.groups), (1,), dtype=GROUP)[np.uint64(g)]


@jit_inline
def pair_at(c: Centre, t: int, g: int) -> Records:
    """What holds for a type at a group."""
    return _array(_pointer(c.pairs), (1,), dtype=PAIR)[np.uint64(t * c.n_groups + g)]


@jit_inline
def held_at(c: Centre, place: int) -> Records:
    """A contact in service when the block ends."""
    return _array(_pointer(c.held), (1,), dtype=HELD)[np.uint64(place)]


@jit_inline
def numbers(address: int, n: int) -> Floats:
    """An array of numbers, for loops that do one thing."""
    return _array(_pointer(address), (n,), dtype=np.float64)  # type: ignore[no-any-return]


@jit_inline
def wholes(address: int, n: int) -> Whole:
    """An array of whole numbers, for loops that do one thing."""
    return _array(_pointer(address), (n,), dtype=np.int64)  # type: ignore[no-any-return]


@jit_inline
def begin_anew(times: int, end: float, lanes: int) -> None:
    """The agent who has been idle longest is busy until `end`: the first time leaves, and `end` takes its place.

    Of a sorted row without its first and with one more, each is the middle of three: no branch, whole registers.
    """
    row = _array(_pointer(times), (1,), dtype=np.float64)
    for j in range(np.uint64(lanes)):
        here, after = row[j], row[j + np.uint64(1)]
        later = here if here > end else end
        row[j] = after if after < later else later
