"""Days of a replication on the lean path: each drawn, played and handed on to the next in one compiled call.

What is tried here and is not played (a tie, no room, a value out of range) changes nothing: the block is then made
and run by itself.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any, Final

import numpy as np

from orm_sim.centre.skills.arena import ARENA
from orm_sim.centre.skills.arrivals import TABLES, room_for
from orm_sim.centre.skills.lean import MOST_AGENTS, is_simple
from orm_sim.centre.skills.lean_ends import Rows
from orm_sim.centre.skills.lean_moves import FULL
from orm_sim.centre.skills.lean_record import LANE, live
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
from orm_sim.centre.skills.lean_totals import live_on
from orm_sim.centre.skills.measures import Tally
from orm_sim.centre.skills.outcome import Outcome
from orm_sim.centre.skills.packing import BUSY, PENDING, WAITING, Packed, known, packed
from orm_sim.centre.skills.plan import Block, Carry, Floats, Layout, Whole
from orm_sim.centre.skills.sources import Sources
from orm_sim.centre.skills.state import LEFT_TIMES, LEFT_WHOLE, address

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
_LAST, _WORDS = _FIELDS.index("last"), len(_FIELDS)
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
        people = known(carry) or packed(carry)
        self._carry: Carry | None = carry
        self._left: Any = people
        self._lane[_WHO_STAYS] = (
            address(people.whole), address(people.times), people.n_waiting, people.n_busy, people.n_pending,
        )  # fmt: skip

    @property
    def carry(self) -> Carry:
        """What the last day has left."""
        if self._carry is None:
            guests, _, waiting, busy, pending = self._lane[_WHO_STAYS].tolist()
            left = next(each for each in self._left if address(each) == guests)
            n_whole = 2 * self.layout.n_groups + 3 * (waiting + busy) + 2 * pending
            times = left[self._left_begins[1] : self._left_begins[2]].view(np.float64)
            self._carry = Carry.of(
                Packed(left[:n_whole], times, waiting, busy, pending, True, self._n_columns)
            )
        return self._carry

    def add_up(self, tally: Tally, day: int, stop: int) -> int:
        """Live days on from one and count them; which is the first that has to be made and run by itself, or `stop`."""
        while True:
            own, memory = ARENA.scratch(self._n_own), ARENA.lasting(self._begins[-1])
            left, other = ARENA.lasting(self._left_begins[-1]), ARENA.lasting(self._left_begins[-1])
            if own is not self._given:
                self._settle(own)
            before = self._lane[_WHO_STAYS][0]
            day, odd = divmod(
                live_on(
                    self._address, address(memory), address(left), address(other), day, stop, self.layout.threshold_s,
                    tally.counts, tally.answers, tally.busy_s, tally.staffed_s, tally.handled_s,
                ), 4,
            )  # fmt: skip
            if self._lane[_WHO_STAYS][0] != before:
                self._left, self._carry = (left, other), None
            if odd != FULL:
                return day
            self._carry = self.carry  # found by the room there was
            self._grow(2 * self._room)

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
        at, columns, n_groups, begun = self._left_begins, self._n_columns, self.layout.n_groups, self.carry
        seconds = left.view(np.float64)
        if self._closes:
            whole, times = left[at[2] : at[2] + 2 * (n_groups + to_come)], seconds[at[3] : at[4]]
            begun = Carry.of(Packed(whole, times, 0, 0, to_come, True, columns))
        n_whole = 2 * n_groups + 3 * (waiting + busy) + 2 * pending
        n_times = (WAITING + columns) * waiting + (BUSY + columns) * busy + (PENDING + columns) * pending
        people = Packed(
            left[:n_whole], seconds[at[1] : at[1] + n_times + idle], waiting, busy, pending, True, columns
        )
        now = self._carry = Carry.of(people)
        self._left = (left,)
        begins, n_periods = self._begins, self.hours["n_periods"]
        rows = memory[begins[2] : begins[3]].reshape(N_ROWS, self._room)
        spent = memory[begins[3] : begins[4]].view(np.float64).reshape(2, n_groups, n_periods)
        last_s = min(float(self._seconds[_LAST]), self.hours["end_s"])
        redials = redials_of(self._own, self.layout.n_types)
        outcome = Outcome.of(Rows(rows, spent, (carried, n, m), last_s, redials, now))
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
