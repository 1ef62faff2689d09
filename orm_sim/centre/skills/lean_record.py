"""A day on the lean path in compiled code: drawn into memory, begun with who stayed, played, and what it leaves noted.

What is tried here and is not played (a tie, no room, a value out of range) changes nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from orm_sim.centre.skills.arrivals import N_CHANGES, N_CONTACTS, TABLES, draw_into, moment_in_day
from orm_sim.centre.skills.events import put, take
from orm_sim.centre.skills.lean import close, play_on
from orm_sim.centre.skills.lean_moves import FULL
from orm_sim.centre.skills.lean_state import LEAN
from orm_sim.centre.skills.lean_views import lean_at, numbers, wholes
from orm_sim.centre.skills.packing import BUSY, PENDING, WAITING
from orm_sim.centre.skills.sources import SOURCES
from orm_sim.centre.skills.state import Centre, Records
from orm_sim.centre.skills.views import _array, _pointer, event, number, set_number, set_whole, whole
from orm_sim.core.ahead import entry
from orm_sim.core.compiled import jit, jit_inline
from orm_sim.core.units import SECONDS_PER_DAY

FAULTY: Final = 3
"""`LEAN.odd`: a value that no engine can play; who checks the block says which."""
_AT: Final = ("at_numbers", "at_rows", "at_spent", "left_room", "at_left_s", "at_night", "at_night_s")
LANE: Final = np.dtype(
    [
        (name, np.int64)
        for name in (
            "lean", "sources", "factors", "begin", "n_begin", "before", "closes", "given", "room_first", "most_changes",
            "guests", "guests_s", "n_waiting", "n_busy", "n_pending", *_AT,
        )
    ]
)  # fmt: skip
"""Addresses of the records of `LEAN`, of the sources and of what a day begins with; how much room there is; who stays
from one day to the next, and for how many there is room; and where everything that outlives a day begins in its memory
or in that of what it leaves."""
_FIELDS: Final = list(LEAN.fields or ())
_NOW, _WORDS = _FIELDS.index("now"), len(_FIELDS)


@jit_inline
def lane_at(place: int) -> Records:
    """The record of a replication's days."""
    return _array(_pointer(place), (1,), dtype=LANE)[np.uint64(0)]


@jit_inline
def sources_at(place: int) -> Records:
    """The record of what its days are drawn from."""
    return _array(_pointer(place), (1,), dtype=SOURCES)[np.uint64(0)]


@entry
@jit
def live(lane: int, memory: int, left: int, day: int) -> int:
    """Draw a day into memory and play it; 0, or why it was left off, and then nothing has changed."""
    a = lane_at(lane)
    return live_one(a, lean_at(a.lean), sources_at(a.sources), memory, left, day)


@jit
def live_one(a: Records, c: Centre, s: Records, memory: int, left: int, day: int) -> int:
    """`live`, of the records themselves."""
    _save(a, s)
    _lay_out(a, c, memory)
    c.left, c.left_s = left, left + a.at_left_s
    _draw(a, c, s, day)
    _receive(a, c, s, day)
    if _is_faulty(a, c):
        c.odd = FAULTY
    elif c.n_contacts + c.n_waiting + c.n_busy + c.n_to_come >= c.room:
        c.odd = FULL
    else:
        play_on(c)
        if c.odd == 0 and c.waiting + c.n_held + c.n_pending > a.left_room:
            c.odd = FULL
    if c.odd == 0:
        close(c)
        a.guests, a.guests_s = c.left, c.left_s
        a.n_waiting, a.n_busy, a.n_pending = c.waiting, c.n_held, c.n_pending
    else:
        _restore(a, s)
    return int(c.odd)


@jit
def _save(a: Records, s: Records) -> None:
    """Note what drawing a day changes of the sources."""
    for t in range(s.n_kinds):
        set_whole(a.before, t, whole(s.given_used, t))
    for g in range(s.n_groups):
        set_whole(a.before, s.n_kinds + g, whole(s.staffed, g))


@jit
def _restore(a: Records, s: Records) -> None:
    for t in range(s.n_kinds):
        set_whole(s.given_used, t, whole(a.before, t))
    for g in range(s.n_groups):
        set_whole(s.staffed, g, whole(a.before, s.n_kinds + g))


@jit
def _lay_out(a: Records, c: Centre, memory: int) -> None:
    """Tell the record where everything lies that outlives the day, and begin anew."""
    words = wholes(a.lean, _WORDS)
    for place in range(_NOW, _WORDS):
        words[place] = 0
    begin, own = wholes(a.begin, a.n_begin), wholes(c.kinds, a.n_begin)
    for place in range(a.n_begin):
        own[place] = begin[place]
    first, rows, spent = 8 * a.room_first, memory + a.at_rows, 8 * c.n_groups * c.n_periods
    c.arrival_s, c.patience_s, c.work_s = memory, memory + first, memory + 2 * first
    c.change_at_s = memory + (2 + c.n_columns) * first
    c.type = memory + a.at_numbers + 8 * TABLES
    c.ref, c.change_group = c.type + first, c.type + 2 * first
    c.change_to = c.change_group + 8 * a.most_changes
    c.decided_ref, c.decided = rows, rows + 8 * c.room
    c.decided_arrival, c.decided_at = rows + 16 * c.room, rows + 24 * c.room
    c.ended_at, c.ended = rows + 32 * c.room, rows + 40 * c.room
    c.worked_s, c.present_s = memory + a.at_spent, memory + a.at_spent + spent
    for place in range(2 * c.n_groups * c.n_periods):
        set_number(c.worked_s, place, 0.0)


@jit
def _draw(a: Records, c: Centre, s: Records, day: int) -> None:
    """First contacts and changes of staffing."""
    n, m = a.room_first, a.most_changes
    times = numbers(c.arrival_s, n * (2 + c.n_columns) + m)
    whole_numbers = wholes(c.type - 8 * TABLES, TABLES + 2 * (n + m))
    draw_into(s, day, number(a.factors, day), n, times, whole_numbers)
    c.n_contacts, c.n_changes = whole_numbers[N_CONTACTS], whole_numbers[N_CHANGES]


@jit
def _receive(a: Records, c: Centre, s: Records, day: int) -> None:
    """Who is there as the day begins: all whom the day before has left, or those to come alone."""
    if not a.closes:
        c.guests, c.guests_s = a.guests, a.guests_s
        c.n_waiting, c.n_busy, c.n_to_come = a.n_waiting, a.n_busy, a.n_pending
        return
    n, columns = a.n_pending, c.n_columns
    stayed = a.n_waiting + a.n_busy
    who = a.guests + 8 * (2 * c.n_groups + 3 * stayed)
    times = a.guests_s + 8 * (WAITING * a.n_waiting + BUSY * a.n_busy + columns * stayed)
    c.guests, c.guests_s = c.left + a.at_night, c.left + a.at_night_s
    c.n_waiting, c.n_busy, c.n_to_come = 0, 0, n
    for k in range(n):
        due = number(times, k) - SECONDS_PER_DAY
        if due < 0.0:
            due = moment_in_day(s, day, whole(who, k), whole(who, n + k))
        put(c.pending, k, due, whole(who, k), k)
    for g in range(2 * c.n_groups):
        set_whole(c.guests, g, 0)
    guest = c.guests + 8 * 2 * c.n_groups
    for k in range(n):
        set_number(c.guests_s, k, event(c.pending, 0).at)
        other = take(c.pending, n - k)
        set_whole(guest, k, whole(who, other))
        set_whole(guest, n + k, whole(who, n + other))
        set_number(c.guests_s, n + k, number(times, n + other))
        for column in range(columns):
            mine = number(times, PENDING * n + other * columns + column)
            set_number(c.guests_s, PENDING * n + k * columns + column, mine)


@jit
def _is_faulty(a: Records, c: Centre) -> bool:
    """Whether a value is one that no engine can play; sums are vectorised."""
    n, faults = c.n_contacts, 0
    arrival, patience, work = (
        numbers(c.arrival_s, n),
        numbers(c.patience_s, n),
        numbers(c.work_s, n * c.n_columns),
    )
    for i in range(n):
        faults += not patience[i] >= 0.0
    for i in range(n * c.n_columns):
        faults += not (work[i] >= 0.0) & (work[i] < np.inf)
    if a.given:
        for i in range(n):
            faults += not arrival[i] >= (arrival[i - 1] if i > 0 else 0.0)
        faults += n > 0 and not arrival[n - 1] < min(c.end_s, c.closes_s)
    return bool(faults > 0)
