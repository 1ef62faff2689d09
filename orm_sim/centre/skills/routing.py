"""Who takes whom in the kernel: a contact's choice among groups, and a group's choice among waiting contacts."""

from __future__ import annotations

from math import inf

from orm_sim.centre.skills.draws import ROUTE, draw
from orm_sim.centre.skills.plan import (
    BY_FREE_AGENTS,
    BY_ORDER,
    LONGEST_WAIT,
    OWN_FIRST,
    WEIGHTED_WAIT,
    WITHIN_THRESHOLD_FIRST,
)
from orm_sim.centre.skills.state import NO_GROUP, NOBODY, Centre
from orm_sim.centre.skills.views import contact, group_at, kind_at, number, pair_at, whole
from orm_sim.core.compiled import jit, jit_inline


@jit_inline
def group_for(c: Centre, t: int, ref: int, arrival: float, waited: bool) -> int:
    """The group with an idle agent that a contact of a type goes to, or `NO_GROUP`."""
    best = NO_GROUP
    rule = kind_at(c, t).choose
    if rule == BY_FREE_AGENTS:
        return _by_free_agents(c, t, ref, arrival, waited)
    longest = inf
    for k in range(c.n_groups):
        g = whole(c.preference, t * c.n_groups + k)
        if g < 0:
            break
        if _may_go(c, t, g, arrival, waited):
            if rule == BY_ORDER:
                return g
            group = group_at(c, g)
            since = number(c.idle, g * (c.ring + 1) + group.front)
            if since < longest:
                longest = since
                best = g
    return best


@jit_inline
def _may_go(c: Centre, t: int, g: int, arrival: float, waited: bool) -> bool:
    """Whether a group has an idle agent and is open to a contact that has just arrived, or has waited."""
    if group_at(c, g).idle == 0:
        return False
    after = pair_at(c, t, g).after
    return after == 0.0 or (waited and arrival + after <= c.now)


@jit
def _by_free_agents(c: Centre, t: int, ref: int, arrival: float, waited: bool) -> int:
    """A group in proportion to its idle agents."""
    free = 0
    for k in range(c.n_groups):
        g = whole(c.preference, t * c.n_groups + k)
        if g < 0:
            break
        if _may_go(c, t, g, arrival, waited):
            free += group_at(c, g).idle
    if free == 0:
        return NO_GROUP
    number = int(draw(c.k0, c.k1, ref, ROUTE)[1] * free)
    for k in range(c.n_groups):
        g = whole(c.preference, t * c.n_groups + k)
        if _may_go(c, t, g, arrival, waited):
            number -= group_at(c, g).idle
            if number < 0:
                return g
    return NO_GROUP


@jit_inline
def contact_for(c: Centre, g: int) -> int:
    """The waiting contact a group with an idle agent takes next, or nobody."""
    if group_at(c, g).takes == WITHIN_THRESHOLD_FIRST:
        slot = _first(c, g, True)
        if slot != NOBODY:
            return slot
    return _first(c, g, False)


@jit
def _first(c: Centre, g: int, within: bool) -> int:
    """The best by the group's rule among the first of each line, or the first of each that is not late."""
    best, best_key, best_arrival = NOBODY, inf, inf
    for t in range(c.n_kinds):
        slot = kind_at(c, t).head
        if slot == NOBODY or pair_at(c, t, g).rank < 0:
            continue
        if within:
            slot = _fresh(c, t)
            if slot == NOBODY:
                continue
        arrival = contact(c, slot).arrival
        if not _open(c, t, g, arrival):
            continue
        key = _key(c, t, g, arrival)
        if best == NOBODY or key < best_key or (key == best_key and arrival < best_arrival):
            best, best_key, best_arrival = slot, key, arrival
    return best


@jit_inline
def _open(c: Centre, t: int, g: int, arrival: float) -> bool:
    """Whether a contact has waited enough for a group; who becomes eligible right now chooses for itself later."""
    moment = arrival + pair_at(c, t, g).after
    return bool(moment < c.now or (moment == c.now and c.again != 0))


@jit_inline
def _key(c: Centre, t: int, g: int, arrival: float) -> float:
    """What a group's rule looks at first: the smallest goes first."""
    rule = group_at(c, g).takes
    if rule == LONGEST_WAIT:
        return 0.0
    if rule == WEIGHTED_WAIT:
        return -float(kind_at(c, t).weight * (c.now - arrival))
    rank = pair_at(c, t, g).rank
    if rule == OWN_FIRST:
        return 0.0 if rank == 0 else 1.0
    return float(rank)


@jit_inline
def _fresh(c: Centre, t: int) -> int:
    """The first of a line that has not waited beyond the threshold; who is late stays late."""
    kind = kind_at(c, t)
    while kind.fresh != NOBODY and c.now - contact(c, kind.fresh).arrival > kind.threshold:
        kind.fresh = contact(c, kind.fresh).next
    return int(kind.fresh)
