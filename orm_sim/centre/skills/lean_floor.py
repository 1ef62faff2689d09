"""Agents on the lean path: when each is free, changes of staffing, and agent seconds by period.

A group's row of free times holds one for every agent staffed, ascending: those not after this moment are idle since
then, in the order in which they are taken; the others are busy until then. Contacts in service above the number
staffed are the first to end; nobody is free when they do, so their ends stand in a row of their own.
"""

from __future__ import annotations

from math import inf

from orm_sim.centre.skills.lean_state import LANES
from orm_sim.centre.skills.lean_views import begin_anew, group_at
from orm_sim.centre.skills.state import Centre
from orm_sim.centre.skills.views import number, set_number
from orm_sim.core.compiled import jit, jit_inline


@jit_inline
def lanes_of(agents: int) -> int:
    """Places of a row of free times that have to move."""
    return (agents + (LANES - 1)) & -LANES


@jit_inline
def engage(c: Centre, g: int, end: float) -> None:
    """The agent of a group who has been idle longest is busy until `end`."""
    group = group_at(c, g)
    begin_anew(group.free, end, lanes_of(group.agents))


@jit_inline
def idle_since(c: Centre, g: int) -> float:
    """Since when the agent is idle who has been so longest, or when the first will be; inf in an empty group."""
    return number(group_at(c, g).free, 0)


@jit_inline
def turn_to(c: Centre, now: float) -> None:
    """Go on to the period in which a moment lies."""
    while c.border <= now:
        c.period += 1
        c.border = inf if c.period >= c.n_periods - 1 else (c.period + 1) * c.period_s


@jit_inline
def book(c: Centre, seconds: int, g: int, until: float) -> None:
    """Enter the time from now to a moment, for one agent of a group, in the periods it lies in."""
    place = g * c.n_periods + c.period
    if until <= c.border:
        set_number(seconds, place, number(seconds, place) + (until - c.now))
    else:
        _book_on(c, seconds, place, until)


@jit
def _book_on(c: Centre, seconds: int, place: int, until: float) -> None:
    since, border, period = c.now, c.border, c.period
    while since < until:
        end = min(until, border)
        set_number(seconds, place, number(seconds, place) + (end - since))
        since = end
        period += 1
        place += 1
        border = inf if period >= c.n_periods - 1 else (period + 1) * c.period_s


@jit
def _book_past(c: Centre, g: int, since: float, until: float, agents: float) -> None:
    """Enter agents' presence over a stretch that may have begun periods ago."""
    last = c.n_periods - 1
    period = min(int(since / c.period_s), last)
    while period > 0 and since < period * c.period_s:
        period -= 1
    while since < until:
        border = inf if period >= last else (period + 1) * c.period_s
        end = min(until, border)
        if end > since:
            place = g * c.n_periods + period
            set_number(c.present_s, place, number(c.present_s, place) + agents * (end - since))
            since = end
        period += 1


@jit
def count_presence(c: Centre, g: int, until: float) -> None:
    """Enter the presence of a group's agents since it was last entered; after closing only contacts count."""
    group = group_at(c, g)
    if not c.closed:
        _book_past(c, g, group.since, until, group.agents)
        for k in range(group.n_late):
            _book_past(c, g, group.since, min(number(group.late, k), until), 1.0)
    group.since = until


@jit
def dismiss(c: Centre) -> None:
    """From now on nobody counts as present without a contact."""
    for g in range(c.n_groups):
        count_presence(c, g, c.now)
        group = group_at(c, g)
        for k in range(group.agents):
            if number(group.free, k) > c.now:
                book(c, c.present_s, g, min(number(group.free, k), c.end_s))
        for k in range(group.n_late):
            if number(group.late, k) > c.now:
                book(c, c.present_s, g, min(number(group.late, k), c.end_s))
    c.closed = 1


@jit
def staff(c: Centre, g: int, agents: int) -> None:
    """From now on a group has so many agents: idle ones come, or go from the back, and those above finish first.

    Contacts that end at this very moment have not ended yet.
    """
    group = group_at(c, g)
    count_presence(c, g, c.now)
    _forget_late(c, g)
    if group.joined_at != c.now:
        group.joined_at = c.now
        group.joined = 0
    idle = 0
    while idle < group.agents and number(group.free, idle) < c.now:
        idle += 1
    busy = group.agents - idle - group.joined + group.n_late
    wanted = max(agents - busy, 0)
    have = idle + group.joined
    if wanted > have:
        _insert(c, g, idle, wanted - have, c.now)
    elif wanted < have:
        _remove(c, g, wanted, have - wanted)
    group.joined = max(wanted - idle, 0)
    above = max(busy - agents, 0)
    while group.n_late < above:
        set_number(group.late, group.n_late, number(group.free, 0))
        group.n_late += 1
        _remove(c, g, 0, 1)
    while group.n_late > above:
        group.n_late -= 1
        _insert(c, g, wanted, 1, number(group.late, group.n_late))


@jit
def _forget_late(c: Centre, g: int) -> None:
    """Contacts above the number that have ended are above it no longer."""
    group = group_at(c, g)
    over = 0
    while over < group.n_late and number(group.late, over) < c.now:
        over += 1
    for k in range(over, group.n_late):
        set_number(group.late, k - over, number(group.late, k))
    group.n_late -= over


@jit
def _insert(c: Centre, g: int, place: int, times: int, free: float) -> None:
    """So many agents more at a place of a group's row, free at a moment."""
    group = group_at(c, g)
    for k in range(group.agents - 1, place - 1, -1):
        set_number(group.free, k + times, number(group.free, k))
    for k in range(place, place + times):
        set_number(group.free, k, free)
    group.agents += times


@jit
def _remove(c: Centre, g: int, place: int, times: int) -> None:
    """So many agents fewer from a place of a group's row on."""
    group = group_at(c, g)
    for k in range(place + times, group.agents):
        set_number(group.free, k - times, number(group.free, k))
    for k in range(group.agents - times, group.agents):
        set_number(group.free, k, inf)
    group.agents -= times
