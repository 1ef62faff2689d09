"""Compiled draws of a contact: a pure function of who it is, which attempt it is, and what the draw is for."""

from __future__ import annotations

from orm_sim.centre.skills.plan import ATTEMPT_BITS, INDEX_BITS, MAX_ATTEMPT, TYPE_BITS
from orm_sim.core.compiled import jit, jit_inline
from orm_sim.core.streams import uniform_pair

ARRIVAL, BODY, ROUTE, REDIAL, FATE = range(5)
"""Uses: gap to the arrival (two contacts share a pair) · work and patience · balking and choice of group · redial and
its delay · resolution and return (its delay: `FATE + 1`)."""


@jit_inline
def pack(day: int, kind: int, attempt: int, index: int) -> int:
    """One int64 for an attempt: day of the first attempt, type, attempt (0 the first), index in its stream."""
    return (((day << TYPE_BITS) | kind) << ATTEMPT_BITS | attempt) << INDEX_BITS | index


@jit_inline
def attempt_of(ref: int) -> int:
    """Which attempt it is; 0 the first."""
    return (ref >> INDEX_BITS) & MAX_ATTEMPT


@jit_inline
def draw(k0: int, k1: int, ref: int, use: int) -> tuple[float, float]:
    """Two uniforms of an attempt for one use."""
    index = ref & ((1 << INDEX_BITS) - 1)
    rest = ref >> INDEX_BITS
    attempt = rest & MAX_ATTEMPT
    rest >>= ATTEMPT_BITS
    return uniform_pair(k0, k1, index, attempt * 8 + use, rest >> TYPE_BITS, rest & ((1 << TYPE_BITS) - 1))


@jit
def next_attempt(ref: int) -> int:
    """The identity of the attempt that follows."""
    return ref + (1 << INDEX_BITS)
