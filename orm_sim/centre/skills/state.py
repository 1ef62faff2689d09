"""The kernel's memory while a block runs: records of contacts, types, groups and events in flat arrays."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.skills.plan import Block, Layout

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Records = Any
"""Structured arrays and their records: compiled code reads and writes fields by name."""
Centre = Any
"""The one record of `CENTRE` that compiled steps are handed."""

NOBODY: Final = -1
NO_GROUP, MANY_GROUPS = -1, -2
"""`CENTRE.freed`, when it is not the one group that has newly idle agents."""

_F, _I = np.float64, np.int64
_BYTE: Final = ctypes.c_byte.from_buffer

CONTACT: Final = np.dtype(
    [
        ("arrival", _F), ("patience", _F), ("deadline", _F), ("left", _F), ("start", _F), ("end", _F),
        ("first_start", _F), ("ref", _I), ("kind", _I), ("group", _I),
        ("turn", _I),  # in line: order of joining, below 0 when put back; in service: order of start
        ("message", _I),  # whether it leaves a message at its deadline
        ("next", _I), ("previous", _I), ("place", _I),  # neighbours in line; place among the deadlines
    ]
)  # fmt: skip
EVENT: Final = np.dtype([("at", _F), ("turn", _I), ("slot", _I)])
"""One of a heap: by time, then by turn."""
KIND: Final = np.dtype(
    [
        ("choose", _I), ("weight", _F), ("threshold", _F), ("balk", _F), ("voicemail_after", _F),
        ("callback_after", _F), ("redial", _F), ("redial_max", _I), ("redial_law", _I), ("redial_same", _I),
        ("comes_back", _F), ("comes_back_law", _I), ("patience_law", _I),
        ("overflows", _I),  # whether a group may take it only after a wait
        ("head", _I), ("tail", _I), ("fresh", _I),  # line; fresh: before it all have waited beyond the threshold
        ("redials", _I),
    ]
)  # fmt: skip
GROUP: Final = np.dtype(
    [
        ("takes", _I), ("leaving", _I), ("staffed", _I), ("counted", _I), ("busy", _I), ("idle", _I),
        ("front", _I),  # where in the ring the agent stands who has been idle longest
        ("worked", _F), ("present", _F),  # agent seconds of this period, less what runs on; see `service`
    ]
)  # fmt: skip
PAIR: Final = np.dtype(
    [
        ("after", _F), ("resolved", _F), ("factor", _F), ("column", _I), ("rank", _I),
        ("mark", _I),  # first contact in line that has not yet become eligible by waiting
    ]
)  # fmt: skip
_OF_BLOCK: Final = (
    "slots", "idle", "ends", "deadlines", "pending", "work", "decided", "decided_s", "done", "done_s", "worked_s",
    "present_s", "kinds", "groups", "pairs", "arrival_s", "type", "ref", "patience_s", "work_s", "change_at_s",
    "change_group", "change_to", "outage_at_s", "outage_until_s", "outage_blocks", "outage_drops",
)  # fmt: skip
_SIZES: Final = (
    "n_contacts", "n_changes", "n_outages", "n_periods", "room", "decided_room", "done_room", "ring", "k0", "k1",
    "lines", "at_close",
)  # fmt: skip
_OF_LAYOUT: Final = (
    "preference", "work_law", "law_kind", "law_a", "law_b", "law_first", "law_stop", "law_x", "law_y",
    "n_kinds", "n_groups", "n_columns", "n_laws", "n_values",
)  # fmt: skip
CENTRE: Final = np.dtype(
    [(name, _I) for name in (*_OF_BLOCK, *_SIZES)]  # ring: places less one
    + [("closes_s", _F), ("end_s", _F), ("period_s", _F)]
    + [(name, _I) for name in _OF_LAYOUT]
    + [
        ("now", _F), ("last", _F),  # this moment; the last one at which something changed
        ("special", _F), ("ripe", _F),  # next change, outage or closing; next eligibility, or earlier
        ("begin", _F), ("border", _F), ("period", _I),  # of the period that runs
        ("outage_until", _F), ("closed", _I), ("again", _I), ("freed", _I),
        ("next_contact", _I), ("next_change", _I), ("next_outage", _I),
        ("waiting", _I), ("busy", _I), ("n_deadlines", _I), ("n_pending", _I), ("n_idle", _I),  # the last at the end
        ("joined", _I), ("started", _I), ("put_back", _I), ("spare", _I), ("used", _I),
        ("n_decided", _I), ("n_done", _I),
    ]
)  # fmt: skip
"""Where every array begins, its size, and the state of the centre: all that a step of the kernel is handed."""
_N_GIVEN: Final = len(_OF_BLOCK) + len(_SIZES)
"""Words of the record that are whole numbers of a block; three fractions follow."""
DECIDED, DECIDED_S, DONE, DONE_S, N_ROWS = 0, 4, 6, 10, 12
"""Rows of `Memory.rows`: four and two for what is decided, four and two for what ends; every second pair is seconds."""


@dataclass(slots=True, eq=False)
class Memory:
    """What compiled steps are handed, and the arrays its addresses point into.

    Attributes
    ----------
    record : array of one `CENTRE`
    rows : int64[N_ROWS, room]
        Decisions and ends of service; see `DECIDED`.
    spent : float64[2, G, P]
        Seconds worked and present.
    rules : int64
        Records of types, groups and pairs, which hold the state of lines and agents too.
    kept : tuple
        Arrays that nothing else may hold.
    """

    record: Records
    rows: Whole
    spent: Floats
    rules: Whole
    kept: tuple[Any, ...]

    def redials(self, n_kinds: int) -> Whole:
        """Attempts of this block that were redials, by type."""
        words = KIND.itemsize // 8
        place = KIND.names.index("redials")  # type: ignore[union-attr]  # it has names
        return self.rules[place : n_kinds * words : words].copy()


class _Rules(NamedTuple):
    """A layout's part of the memory: the record's words, and those of the rules each block copies."""

    layout: Layout
    record: Whole
    words: Whole
    kept: tuple[Any, ...]


_KNOWN: list[_Rules] = []
"""Rules of the layouts met last: a replication gives the same one with every block, and some run at once."""
MOST_KNOWN: Final = 16


def memory_of(block: Block) -> Memory:
    """Memory for a block: its rules in records, nobody there, and room for two rows a contact."""
    layout, carry = block.layout, block.carry
    known = next((each for each in _KNOWN if each.layout is layout), None) or _rules(layout)
    n_slots = carry.waiting_ref.size + carry.busy_ref.size + carry.pending_ref.size + block.arrival_s.size
    room, ring, n_groups = n_slots + 1, _ring(block), layout.n_groups
    given = tuple(np.ascontiguousarray(each) for each in _arrays(block))
    words = known.words.copy()
    pool = np.empty(n_groups * ring + room * (_A_SLOT + block.work_s.shape[1]), np.int64)
    spent = np.zeros((2, n_groups, block.n_periods))
    record, rows = known.record.copy(), np.empty((N_ROWS, 2 * room), np.int64)
    here = [address(pool)]
    for size in (_A_CONTACT * room, n_groups * ring, *(_AN_EVENT * room,) * 3):
        here.append(here[-1] + 8 * size)
    in_spent, in_words = address(spent), address(words)
    record[:_N_GIVEN] = (
        *here, *_of_rows(rows), in_spent, in_spent + 4 * spent.size,
        *(in_words + 8 * skip for skip in _parts(layout)), *(address(each) for each in given),
        block.arrival_s.size, block.change_at_s.size, block.outage_at_s.size, block.n_periods,
        room, 2 * room, 2 * room, ring - 1, *layout.key, layout.lines, block.at_close,
    )  # fmt: skip
    record.view(np.float64)[_N_GIVEN : _N_GIVEN + 3] = block.closes_s, block.end_s, block.period_s
    return Memory(record.view(CENTRE), rows, spent, words, (pool, given, known))


_A_CONTACT, _AN_EVENT = CONTACT.itemsize // 8, EVENT.itemsize // 8
_A_SLOT: Final = _A_CONTACT + 3 * _AN_EVENT
"""Words of a contact's place, with an event in each heap."""


def _arrays(block: Block) -> tuple[Any, ...]:
    return (
        block.arrival_s, block.type, block.ref, block.patience_s, block.work_s, block.change_at_s, block.change_group,
        block.change_to, block.outage_at_s, block.outage_until_s, block.outage_blocks, block.outage_drops,
    )  # fmt: skip


def _of_rows(rows: Whole) -> tuple[int, ...]:
    begin, step = address(rows), 8 * rows.shape[1]
    return tuple(begin + step * row for row in (DECIDED, DECIDED_S, DONE, DONE_S))


def _parts(layout: Layout) -> tuple[int, int, int]:
    """Where among the words of the rules types, groups and pairs begin."""
    groups = layout.n_types * KIND.itemsize // 8
    return 0, groups, groups + layout.n_groups * GROUP.itemsize // 8


def _rules(layout: Layout) -> _Rules:
    """A layout's rules in records and their addresses, kept for the next block."""
    laws, record = layout.laws, np.zeros(1, CENTRE)
    arrays = (
        layout.preference, layout.work_law, laws.kind, laws.a, laws.b, laws.first, laws.stop, laws.x, laws.y,
    )  # fmt: skip
    kept = tuple(np.ascontiguousarray(each) for each in arrays)
    sizes = (layout.n_types, layout.n_groups, layout.work_law.shape[1], laws.kind.size, laws.x.size)
    for name, word in zip(_OF_LAYOUT, (*map(address, kept), *sizes), strict=True):
        record[name] = word
    records = (_kinds(layout), _groups(layout), _pairs(layout))
    words = np.concatenate([each.ravel().view(np.int64) for each in records])
    known = _Rules(layout, record.view(np.int64), words, kept)
    _KNOWN[:] = [known, *_KNOWN[: MOST_KNOWN - 1]]
    return known


def address(array: Any) -> int:
    """Where an array begins; 0 where it has no elements."""
    if not array.size:
        return 0
    if array.flags.writeable and array.flags.c_contiguous:
        return ctypes.addressof(_BYTE(array))  # a quarter of the time of what is below
    return int(array.ctypes.data)


def make_room(memory: Memory) -> None:
    """Twice the room for rows, those written so far kept."""
    memory.rows = np.concatenate([memory.rows, np.empty_like(memory.rows)], axis=1)
    record = memory.record
    for name, place in zip(("decided", "decided_s", "done", "done_s"), _of_rows(memory.rows), strict=True):
        record[name] = place
    record["decided_room"] = record["done_room"] = memory.rows.shape[1]


def _ring(block: Block) -> int:
    """Places of a ring: a power of two that holds all agents a group ever has."""
    most = int(block.carry.staffed.max(initial=0))
    if block.change_to.size:
        most = max(most, int(block.change_to.max()))
    return 1 << max(most - 1, 0).bit_length()


def _kinds(layout: Layout) -> Records:
    kinds = np.zeros(layout.n_types, KIND)
    for field in ("choose", "weight", "balk", "redial", "redial_max", "redial_law", "redial_same"):
        kinds[field] = getattr(layout, field)
    for field in ("comes_back", "comes_back_law", "patience_law"):
        kinds[field] = getattr(layout, field)
    kinds["threshold"], kinds["voicemail_after"] = layout.threshold_s, layout.voicemail_after_s
    kinds["callback_after"] = layout.callback_after_s
    late = (layout.eligible_after_s > 0.0) & (layout.eligible_after_s < np.inf)
    kinds["overflows"] = late.any(axis=1)
    kinds["head"] = kinds["tail"] = kinds["fresh"] = NOBODY
    return kinds


def _groups(layout: Layout) -> Records:
    groups = np.zeros(layout.n_groups, GROUP)
    groups["takes"], groups["leaving"] = layout.takes, layout.leaving
    return groups


def _pairs(layout: Layout) -> Records:
    pairs = np.zeros((layout.n_types, layout.n_groups), PAIR)
    pairs["after"], pairs["resolved"] = layout.eligible_after_s, layout.resolved
    pairs["factor"], pairs["column"] = layout.factor, layout.work_column
    pairs["rank"] = layout.rank.T
    pairs["rank"][~(layout.eligible_after_s < np.inf)] = NOBODY
    pairs["mark"] = NOBODY
    return pairs
