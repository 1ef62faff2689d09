"""What several-skill engines are given: who may serve whom by which rules, and one block's contacts and staffing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.laws import LawTable

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

BY_ORDER, BY_LONGEST_IDLE, BY_FREE_AGENTS = 0, 1, 2
"""How a contact chooses among groups with a free agent (`Layout.choose`)."""
PRIORITY, LONGEST_WAIT, WEIGHTED_WAIT, OWN_FIRST, WITHIN_THRESHOLD_FIRST = 0, 1, 2, 3, 4
"""How a freed agent chooses among waiting contacts (`Layout.takes`)."""
FINISH, PREEMPT_RESTART, PREEMPT_RESUME = 0, 1, 2
"""What becomes of contacts in service when staff leave (`Layout.leaving`)."""
SERVE_QUEUE, CLEAR_QUEUE = 0, 1
"""What becomes of waiting contacts at closing (`Block.at_close`)."""

INDEX_BITS, ATTEMPT_BITS, TYPE_BITS = 31, 8, 8
MAX_ATTEMPT: Final = (1 << ATTEMPT_BITS) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Types, groups and rules of a centre; the same for every block. T types, G groups, C work columns.

    Attributes
    ----------
    eligible_after_s : float64[T, G]
        Seconds a contact must have waited before a group may take it: 0 at once, inf never.
    preference : int64[T, G]
        Groups in order of preference, -1 after the last.
    choose : int64[T]
        `BY_ORDER`, `BY_LONGEST_IDLE` or `BY_FREE_AGENTS`.
    takes : int64[G]
        `PRIORITY`, `LONGEST_WAIT`, `WEIGHTED_WAIT`, `OWN_FIRST` or `WITHIN_THRESHOLD_FIRST`.
    rank : int64[G, T]
        Rank of a type for a group, 0 the best, equal ranks allowed.
    weight, threshold_s, balk : float64[T]
        Weight of a second waited; service-level threshold; chance to leave at once when no agent is free.
    voicemail_after_s, callback_after_s : float64[T]
        Wait after which a contact leaves a message, or stops being impatient and keeps its place; inf never.
    redial, redial_max, redial_law, redial_same : float64[T], int64[T], int64[T], bool[T]
        Chance to call again after abandoning; attempts in all, the first included; law of the delay;
        whether patience and work are those of the first attempt.
    resolved : float64[T, G]
        Chance that a completed contact is resolved.
    comes_back, comes_back_law : float64[T], int64[T]
        Chance that an unresolved one comes back; law of the delay from its completion.
    work_column : int64[T, G]
        Column of a contact's work by which a group's handle time is made.
    factor : float64[T, G]
        Multiplies it: handle time = work_s[column] * factor.
    work_law : int64[T, C]
        Law of each column.
    patience_law : int64[T]
    leaving : int64[G]
        `FINISH`, `PREEMPT_RESTART` or `PREEMPT_RESUME`.
    lines : int
        Contacts that may be waiting or in service at a time.
    laws : LawTable
    key : (int, int)
        Key of every draw that a contact makes after its first arrival.
    """

    eligible_after_s: Floats
    preference: Whole
    choose: Whole
    takes: Whole
    rank: Whole
    weight: Floats
    threshold_s: Floats
    balk: Floats
    voicemail_after_s: Floats
    callback_after_s: Floats
    redial: Floats
    redial_max: Whole
    redial_law: Whole
    redial_same: Flags
    resolved: Floats
    comes_back: Floats
    comes_back_law: Whole
    work_column: Whole
    factor: Floats
    work_law: Whole
    patience_law: Whole
    leaving: Whole
    lines: int
    laws: LawTable
    key: tuple[int, int]

    @property
    def n_types(self) -> int:
        """Contact types."""
        return int(self.choose.size)

    @property
    def n_groups(self) -> int:
        """Agent groups."""
        return int(self.takes.size)


class LateArrays(Protocol):
    """What the arrays of a `Late` are made from, when somebody asks for one of them."""

    def columns(self, name: str) -> dict[str, Any]:
        """An array by its name, and others that come with it."""


class Late:
    """A record that may be given what its arrays are made from instead of the arrays: most are never looked at."""

    __slots__ = ("late",)
    late: LateArrays

    @classmethod
    def of(cls, late: LateArrays) -> Self:
        """A record whose arrays are made when they are asked for."""
        made = object.__new__(cls)
        object.__setattr__(made, "late", late)
        return made

    if not TYPE_CHECKING:  # to who reads, every array is there

        def __getattr__(self, name: str) -> Any:
            """An array that has not been made yet."""
            if name not in type(self).__dataclass_fields__:
                raise AttributeError(name)
            for each, values in self.late.columns(name).items():
                object.__setattr__(self, each, values)
            return object.__getattribute__(self, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carry(Late):
    """State between two blocks, on the clock of the later one.

    Attributes
    ----------
    staffed : int64[G]
        Agents staffed when the block begins, until its first change.
    idle_since_s : tuple of float64[n_idle], one for each group
        Ascending: the front agent has been idle longest. Their number is max(staffed - busy, 0).
    waiting_* : arrays [n_waiting]
        Contacts in line, by type and then by their order in that line: `ref`, `type`, `arrival_s` (of this
        attempt), `deadline_s` (when it leaves; inf never), `patience_s`, `work_s` [n, C], and `left`: the share
        of its handle time still to be done, 1 unless it was pre-empted; `first_start_s` nan and `group` (of its
        last service) -1 unless it was.
    busy_* : arrays [n_busy]
        Contacts in service in order of their start: `ref`, `type`, `group`, `arrival_s`, `start_s`, `end_s`,
        `patience_s`, `work_s` [n, C], `first_start_s`, and `left`: the share of its handle time it began this
        service with.
    pending_* : arrays [n_pending]
        Redials and returns to come, by due time and then ref: `ref` (attempt already raised), `type`, `due_s`,
        `patience_s`, `work_s` [n, C].
    """

    staffed: Whole
    idle_since_s: tuple[Floats, ...]
    waiting_ref: Whole
    waiting_type: Whole
    waiting_arrival_s: Floats
    waiting_deadline_s: Floats
    waiting_patience_s: Floats
    waiting_work_s: Floats
    waiting_left: Floats
    waiting_first_start_s: Floats
    waiting_group: Whole
    busy_ref: Whole
    busy_type: Whole
    busy_group: Whole
    busy_arrival_s: Floats
    busy_start_s: Floats
    busy_end_s: Floats
    busy_patience_s: Floats
    busy_work_s: Floats
    busy_first_start_s: Floats
    busy_left: Floats
    pending_ref: Whole
    pending_type: Whole
    pending_due_s: Floats
    pending_patience_s: Floats
    pending_work_s: Floats

    @classmethod
    def empty(cls, n_groups: int, n_columns: int) -> Carry:
        """Nobody there: the state before the first block."""
        none, no_refs, no_work = np.empty(0), np.empty(0, np.int64), np.empty((0, n_columns))
        return cls(
            staffed=np.zeros(n_groups, np.int64), idle_since_s=(none,) * n_groups,
            waiting_ref=no_refs, waiting_type=no_refs, waiting_arrival_s=none, waiting_deadline_s=none,
            waiting_patience_s=none, waiting_work_s=no_work, waiting_left=none, waiting_first_start_s=none,
            waiting_group=no_refs, busy_ref=no_refs, busy_type=no_refs, busy_group=no_refs,
            busy_arrival_s=none, busy_start_s=none, busy_end_s=none, busy_patience_s=none, busy_work_s=no_work,
            busy_first_start_s=none, busy_left=none, pending_ref=no_refs, pending_type=no_refs, pending_due_s=none,
            pending_patience_s=none, pending_work_s=no_work,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Late):
    """Contacts, staffing and outages of one stretch of time, [0, end_s), on its own clock in seconds.

    Attributes
    ----------
    layout : Layout
    arrival_s, type, ref, patience_s : arrays [n_contacts]
        First attempts, ascending by arrival; ties keep this order. `ref`: see `pack`.
    work_s : float64[n_contacts, C]
        What `Layout.work_column` points into.
    change_at_s, change_group, change_to : arrays [n_changes]
        From this moment a group has so many agents staffed; ascending by time.
    outage_at_s, outage_until_s, outage_blocks, outage_drops : arrays [n_outages]
        While an outage lasts arrivals are blocked, if it blocks; as it begins contacts in service are cut off, if
        it drops.
    closes_s : float
        From here on nobody is admitted (inf: never closes).
    at_close : int
        `SERVE_QUEUE` or `CLEAR_QUEUE`.
    end_s : float
        End of the block; inf runs until nothing is left to happen.
    period_s, n_periods : float, int
        Borders by which busy and staffed time is counted; the last period reaches to the end.
    carry : Carry
    """

    layout: Layout
    arrival_s: Floats
    type: Whole
    ref: Whole
    patience_s: Floats
    work_s: Floats
    change_at_s: Floats
    change_group: Whole
    change_to: Whole
    outage_at_s: Floats = field(default_factory=lambda: np.empty(0))
    outage_until_s: Floats = field(default_factory=lambda: np.empty(0))
    outage_blocks: Flags = field(default_factory=lambda: np.empty(0, np.bool_))
    outage_drops: Flags = field(default_factory=lambda: np.empty(0, np.bool_))
    closes_s: float = np.inf
    at_close: int = SERVE_QUEUE
    end_s: float = 86_400.0
    period_s: float = 1800.0
    n_periods: int = 48
    carry: Carry
