"""Days of a replication on the lean path: each drawn, played and handed on to the next in one compiled call.

What is tried here and is not played (a tie, no room, a value out of range) changes nothing: the block is then made
and run by itself.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any, Final

import numpy as np

from orm_sim.centre.skills.arena import ARENA
from orm_sim.centre.skills.arrivals import N_CHANGES, N_CONTACTS, TABLES, draw_into, moment_in_day, room_for
from orm_sim.centre.skills.events import put, take
from orm_sim.centre.skills.lean import MOST_AGENTS, close, is_simple, play_on
from orm_sim.centre.skills.lean_ends import Rows
from orm_sim.centre.skills.lean_moves import FULL
from orm_sim.centre.skills.lean_state import (
    LEAN,
    N_ROWS,
    Rules,
    fill,
    lanes_for,
    redials_of,
    room_of,
    sizes_of,
    stretches_for,
)
from orm_sim.centre.skills.lean_views import lean_at, numbers, wholes
from orm_sim.centre.skills.outcome import Outcome
from orm_sim.centre.skills.packing import BUSY, PENDING, WAITING, Packed, known, packed
from orm_sim.centre.skills.plan import Block, Carry, Floats, Layout, Whole
from orm_sim.centre.skills.sources import SOURCES, Sources
from orm_sim.centre.skills.state import LEFT_TIMES, LEFT_WHOLE, Centre, Records, address
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
_WHO_STAYS, _PARTS = slice(10, 15), slice(15, 22)
_A_STAYER: Final = 8
"""Attempts of a day for each that there is room for to stay."""
_OWN: Final = (
    "kinds", "groups", "free", "late", "slots", "work", "fate", "chance", "sequel_kind", "sequel_ref", "sequel_delay",
    "sequel_u", "sequel_patience", "sequel_fate", "sequel_work", "deadlines", "pending", "held", "stretches",
)  # fmt: skip
_FIELDS: Final = list(LEAN.fields or ())
_COUNTS: Final = [
    _FIELDS.index(name)
    for name in (
        "n_contacts", "n_changes", "n_busy", "n_to_come", "n_rows", "n_ended", "waiting", "n_held", "n_pending",
        "n_idle",
    )
]  # fmt: skip
_OWN_PLACES: Final = [_FIELDS.index(name) for name in _OWN]
_ROOMS: Final = [_FIELDS.index(name) for name in ("room", "room_free", "room_late", "n_stretches")]
_LAST, _NOW, _WORDS = _FIELDS.index("last"), _FIELDS.index("now"), len(_FIELDS)
_NO_TIMES, _NO_FLAGS = np.empty(0), np.empty(0, np.bool_)


def qualifies(layout: Layout, sources: Sources) -> bool:
    """Whether the days of a centre without outages may be tried here."""
    return is_simple(layout) and _most_agents(sources) <= MOST_AGENTS


def _most_agents(sources: Sources) -> int:
    arrays = sources.arrays
    return max(int(arrays["scheduled"].max(initial=0)), int(arrays["step_to"].max(initial=0)))


class LeanDays:
    """Days that are lived one after the other.

    Parameters
    ----------
    layout : Layout
        With the key of the replication.
    rules : Rules
        Of the same layout with any key.
    sources : Sources
        Of the replication.
    factors : float64[days]
        On every rate.
    hours : dict
        `closes_s`, `at_close`, `end_s`, `period_s` and `n_periods` of every block.

    Attributes
    ----------
    first, changes : int
        First contacts and changes of staffing of a day, at most.
    tables_from : int
        Where whole numbers of contacts and changes begin in a day's memory.
    """

    def __init__(
        self, layout: Layout, rules: Rules, sources: Sources, factors: Floats, hours: dict[str, Any]
    ) -> None:
        n_types, n_groups, columns = layout.n_types, layout.n_groups, layout.work_law.shape[1]
        most = float((sources.expected * factors).max(initial=0.0))
        self.layout, self.hours = layout, hours
        self.first, self.changes = room_for(most, n_types) + sources.n_given, sources.most_changes
        self.tables_from = self.first * (2 + columns) + self.changes + TABLES
        self._closes, self._n_columns, self._agents = np.isinf(hours["end_s"]), columns, _most_agents(sources)
        self._rules = rules
        self._given: Whole | None = None
        self._words, self._lane = np.zeros(_WORDS, np.int64), np.zeros(len(LANE.fields or ()), np.int64)
        self._seconds, before = self._words.view(np.float64), np.zeros(n_types + n_groups, np.int64)
        self._kept = (sources, factors, before)
        fill(self._words, self._rules, layout, hours)
        self._lane[: _WHO_STAYS.start] = (
            address(self._words), address(sources.record.view(np.int64)), address(factors), address(self._rules.begin),
            self._rules.begin.size, address(before), self._closes, sources.n_given > 0, self.first, self.changes,
        )  # fmt: skip
        self._address = address(self._lane)
        self._grow(self.first + self.first // 2 + 64)
        self.begin_with(Carry.empty(n_groups, columns))

    def begin_with(self, carry: Carry) -> None:
        """Let the next day begin with a state."""
        self._carry, people = carry, known(carry) or packed(carry)
        self._left: Any = people
        self._lane[_WHO_STAYS] = (
            address(people.whole), address(people.times), people.n_waiting, people.n_busy, people.n_pending,
        )  # fmt: skip

    def live(self, day: int) -> tuple[Block, Outcome] | None:
        """A day's block and its outcome; None where it has to be made and run by itself."""
        while True:
            own, memory = ARENA.scratch(self._n_own), ARENA.lasting(self._begins[-1])
            left = ARENA.lasting(self._left_begins[-1])
            if own is not self._given:
                self._settle(own)
            odd = live(self._address, address(memory), address(left), day)
            if odd == 0:
                return self._lived(memory, left)
            if odd != FULL:
                return None
            self._grow(2 * self._room)

    def _grow(self, room: int) -> None:
        """Make room for so many attempts a day."""
        n_groups, columns, lanes = self.layout.n_groups, self._n_columns, lanes_for(self._agents)
        self._room, late, stretches = room, 2 * self._agents, stretches_for(self.first)
        self._sizes = (*sizes_of(self._rules, self.first, room, lanes, late), stretches)
        self._n_own, self._given, stay = sum(self._sizes), None, room // _A_STAYER + 64
        parts = (
            self.first * (2 + columns) + self.changes, TABLES + 2 * (self.first + self.changes), N_ROWS * room,
            2 * n_groups * self.hours["n_periods"],
        )  # fmt: skip
        left_parts = (
            2 * n_groups + LEFT_WHOLE * stay, (LEFT_TIMES + columns) * stay + n_groups * lanes,
            self._closes * (2 * n_groups + 2 * stay), self._closes * (PENDING + columns) * stay,
        )  # fmt: skip
        self._begins, self._left_begins = (
            list(accumulate(parts, initial=0)),
            list(accumulate(left_parts, initial=0)),
        )
        begins, left_begins = (
            [8 * begin for begin in each[1:-1]] for each in (self._begins, self._left_begins)
        )
        self._lane[_PARTS] = *begins, stay, *left_begins
        self._words[_ROOMS] = room, lanes, late, stretches

    def _settle(self, own: Whole) -> None:
        """Tell the record what lies where in a thread's memory."""
        self._given = own
        self._own, begins = room_of(lambda _: own, self._sizes)
        self._words[_OWN_PLACES] = begins[0], begins[0] + 8 * self._rules.n_kinds, *begins[1:]

    def _lived(self, memory: Whole, left: Whole) -> tuple[Block, Outcome]:
        """What a day was made of and what became of it; both look into its memory."""
        counts = self._words[_COUNTS].tolist()
        contacts, changes, carried, to_come, n, m, waiting, busy, pending, idle = counts
        at, columns, n_groups, begun = self._left_begins, self._n_columns, self.layout.n_groups, self._carry
        seconds = left.view(np.float64)
        if self._closes:
            whole, times = left[at[2] : at[2] + 2 * (n_groups + to_come)], seconds[at[3] : at[4]]
            begun = Carry.of(Packed(whole, times, 0, 0, to_come, True, columns))
        n_whole = 2 * n_groups + 3 * (waiting + busy) + 2 * pending
        n_times = (WAITING + columns) * waiting + (BUSY + columns) * busy + (PENDING + columns) * pending
        people = Packed(
            left[:n_whole], seconds[at[1] : at[1] + n_times + idle], waiting, busy, pending, True, columns
        )
        self._left, self._carry = left, Carry.of(people)
        begins, n_periods = self._begins, self.hours["n_periods"]
        rows = memory[begins[2] : begins[3]].reshape(N_ROWS, self._room)
        spent = memory[begins[3] : begins[4]].view(np.float64).reshape(2, n_groups, n_periods)
        last_s = min(float(self._seconds[_LAST]), self.hours["end_s"])
        redials = redials_of(self._own, self.layout.n_types)
        outcome = Outcome.of(Rows(rows, spent, (carried, n, m), last_s, redials, self._carry))
        return Block.of(_Made(self, memory, contacts, changes, begun)), outcome


class _Made:
    """What a day's `Block` is made from."""

    __slots__ = ("_begin", "_carry", "_changes", "_contacts", "_days", "_memory")

    def __init__(self, days: LeanDays, memory: Whole, contacts: int, changes: int, carry: Carry) -> None:
        self._days, self._memory, self._begin = days, memory, days.tables_from
        self._contacts, self._changes, self._carry = contacts, changes, carry

    def columns(self, name: str) -> dict[str, Any]:
        """Everything."""
        layout, hours, first, most = self._days.layout, self._days.hours, self._days.first, self._days.changes
        n, m, columns = self._contacts, self._changes, layout.work_law.shape[1]
        whole, seconds = self._memory[self._begin :], self._memory.view(np.float64)
        at, group = seconds[first * (2 + columns) :], whole[2 * first :]
        return {
            "layout": layout, "arrival_s": seconds[:n], "patience_s": seconds[first : first + n],
            "work_s": seconds[2 * first : 2 * first + n * columns].reshape(n, columns),
            "type": whole[:n], "ref": whole[first : first + n],
            "change_at_s": at[:m], "change_group": group[:m], "change_to": group[most : most + m],
            "outage_at_s": _NO_TIMES, "outage_until_s": _NO_TIMES,
            "outage_blocks": _NO_FLAGS, "outage_drops": _NO_FLAGS, **hours, "carry": self._carry,
        }  # fmt: skip


@jit_inline
def _lane_at(place: int) -> Records:
    return _array(_pointer(place), (1,), dtype=LANE)[np.uint64(0)]


@jit_inline
def _sources_at(place: int) -> Records:
    return _array(_pointer(place), (1,), dtype=SOURCES)[np.uint64(0)]


@entry
@jit
def live(lane: int, memory: int, left: int, day: int) -> int:
    """Draw a day into memory and play it; 0, or why it was left off, and then nothing has changed."""
    a = _lane_at(lane)
    c, s = lean_at(a.lean), _sources_at(a.sources)
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
