"""The kernel's memory while a block runs: records of contacts, types, groups and events in flat arrays."""

from __future__ import annotations

import ctypes
import struct
from dataclasses import dataclass, fields
from operator import itemgetter
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.skills.arena import ARENA
from orm_sim.centre.skills.packing import Packed
from orm_sim.centre.skills.plan import Block, Layout
from orm_sim.core.compiled import jit

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
    "arrival_s", "type", "ref", "patience_s", "work_s", "change_at_s", "change_group", "change_to",
    "outage_at_s", "outage_until_s", "outage_blocks", "outage_drops", "carried", "carried_s",
    "n_contacts", "n_changes", "n_outages", "n_periods", "n_carried", "n_carried_s",
    "carried_waiting", "carried_busy", "carried_pending", "k0", "k1", "lines", "at_close",
)  # fmt: skip
"""Words about a block: addresses, sizes, rules; three fractions follow."""
_OF_MEMORY: Final = ("pool", "rows", "spent", "rules", "room", "rows_room", "ring")
"""Words about its memory; ring: places less one."""
_IN_MEMORY: Final = (
    "slots", "idle", "ends", "deadlines", "pending", "work", "left", "left_s", "decided", "decided_s", "done", "done_s",
    "worked_s", "present_s", "kinds", "groups", "pairs",
)  # fmt: skip
"""What lies where in it; `left`: the state that is carried to the next block."""
_OF_LAYOUT: Final = (
    "preference", "work_law", "law_kind", "law_a", "law_b", "law_first", "law_stop", "law_x", "law_y",
    "n_kinds", "n_groups", "n_columns", "n_laws", "n_values",
)  # fmt: skip
CENTRE: Final = np.dtype(
    [(name, _I) for name in _OF_BLOCK]
    + [("closes_s", _F), ("end_s", _F), ("period_s", _F)]
    + [(name, _I) for name in (*_OF_MEMORY, *_IN_MEMORY, *_OF_LAYOUT)]
    + [
        ("most_agents", _I), ("loaded", _I),  # of any group at any time; whether what is carried in stands there
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
DECIDED, DECIDED_S, DONE, DONE_S, N_ROWS = 0, 4, 6, 10, 12
"""Rows of `Memory.rows`: four and two for what is decided, four and two for what ends; every second pair is seconds."""


class Opened(NamedTuple):
    """A block's part of the record, its other parts still empty, and the arrays its addresses point into."""

    record: Whole
    rules: Whole
    kept: tuple[Any, ...]


@dataclass(slots=True, eq=False)
class Memory:
    """What compiled steps are handed, and the arrays its addresses point into.

    Attributes
    ----------
    words : int64
        The record, as plain words.
    rows : int64[N_ROWS, room]
        Decisions and ends of service; see `DECIDED`.
    spent : float64[2, G, P]
        Seconds worked and present.
    rules : int64
        Records of types, groups and pairs, which hold the state of lines and agents too.
    kept : tuple
        Arrays that nothing else may hold.
    """

    words: Whole
    rows: Whole
    spent: Floats
    rules: Whole
    kept: tuple[Any, ...]

    def redials(self, n_kinds: int) -> Whole:
        """Attempts of this block that were redials, by type."""
        return self.rules[_REDIALS : n_kinds * _A_KIND : _A_KIND].copy()


class _Rules(NamedTuple):
    """A layout's part of the memory: the record's words, and those of the rules each block copies."""

    layout: Layout
    record: Whole
    words: Whole
    kept: tuple[Any, ...]


_KNOWN: list[_Rules] = []
"""Rules of the layouts met last: a replication gives the same one with every block, and some run at once."""
MOST_KNOWN: Final = 16


def opened(block: Block, people: Packed) -> Opened:
    """The record of a block whose arrays are of the right kinds and lengths."""
    layout = block.layout
    known = next((each for each in _KNOWN if each.layout is layout), None) or _remembered(layout)
    arrays = (
        block.arrival_s, block.type, block.ref, block.patience_s, block.work_s, block.change_at_s, block.change_group,
        block.change_to, block.outage_at_s, block.outage_until_s, block.outage_blocks, block.outage_drops,
    )  # fmt: skip
    given, places = [], []
    each: Any
    for each in arrays:  # in one pass, because it runs at every block with the interpreter's lock held
        flat = each if each.flags.carray else np.require(each, requirements=["C", "A", "W"])
        given.append(flat)
        places.append(ctypes.addressof(_BYTE(flat)) if flat.size else 0)
    record: Any = known.record.copy()
    _BLOCK_WORDS.pack_into(
        record, 0, *places, address(people.whole), address(people.times), block.arrival_s.size,
        block.change_at_s.size, block.outage_at_s.size, block.n_periods, people.whole.size, people.times.size,
        people.n_waiting, people.n_busy, people.n_pending, *layout.key, layout.lines, block.at_close,
        block.closes_s, block.end_s, block.period_s,
    )  # fmt: skip
    return Opened(record, known.words, (given, people, known))


def memory_of(block: Block, begun: Opened) -> Memory:
    """Memory for a block: its rules in records, nobody there yet, and room for two rows a contact."""
    record: Any = begun.record
    rules, kept = begun.rules, begun.kept
    n_groups, n_columns = block.layout.n_groups, block.work_s.shape[1]
    ring = 1 << max(int(record[MOST_AGENTS]) - 1, 0).bit_length()
    carried = kept[1]
    room = carried.n_waiting + carried.n_busy + carried.n_pending + block.arrival_s.size + 1
    pool = ARENA.scratch(2 * n_groups * (ring + 1) + room * (_A_SLOT + 2 * n_columns))
    rows = ARENA.lasting(N_ROWS * 2 * room).reshape(N_ROWS, 2 * room)
    spent = np.zeros((2, n_groups, block.n_periods))
    rules = rules.copy()
    _MEMORY_WORDS.pack_into(
        record,
        8 * _MEMORY,
        address(pool),
        address(rows),
        address(spent),
        address(rules),
        room,
        2 * room,
        ring - 1,
    )
    return Memory(record, rows, spent, rules, (pool, kept))


_A_KIND: Final = KIND.itemsize // 8
_REDIALS: Final = list(KIND.fields or ()).index("redials")
_BLOCK_ENDS: Final = len(_OF_BLOCK)
_MEMORY: Final = _BLOCK_ENDS + 3
_BLOCK_WORDS: Final = struct.Struct(f"={_BLOCK_ENDS}q3d")
_MEMORY_WORDS: Final = struct.Struct(f"={len(_OF_MEMORY)}q")
_ROWS, _ROWS_ROOM = (_MEMORY + _OF_MEMORY.index(name) for name in ("rows", "rows_room"))
MOST_AGENTS: Final = list(CENTRE.fields or ()).index("most_agents")
_COUNTS: Final = itemgetter(
    *(
        list(CENTRE.fields or ()).index(name)
        for name in (
            "n_decided", "n_done", "waiting", "busy", "n_pending", "n_idle", "left", "left_s", "n_groups", "n_columns",
        )
    )
)  # fmt: skip
_A_CONTACT, _A_GROUP, _AN_EVENT = CONTACT.itemsize // 8, GROUP.itemsize // 8, EVENT.itemsize // 8
LEFT_WHOLE, LEFT_TIMES = 3, 6
"""Words that a contact takes in what is left, work aside, at most."""
_A_SLOT: Final = _A_CONTACT + 3 * _AN_EVENT + LEFT_WHOLE + LEFT_TIMES
"""Words of a contact's place, with an event in each heap and a row of what is left, work aside."""


def finished(memory: Memory) -> tuple[int, int, Packed]:
    """How many rows a block has written of decisions and of ends, and what it leaves to the next."""
    words: list[int] = memory.words.tolist()
    n_decided, n_done, waiting, busy, pending, n_idle, left, left_s, n_groups, n_columns = _COUNTS(words)
    n_whole = 2 * n_groups + 3 * (waiting + busy) + 2 * pending
    n_times = (5 + n_columns) * waiting + (6 + n_columns) * busy + (2 + n_columns) * pending + n_idle
    pool, begin = memory.kept[0], words[_MEMORY]
    first, second = (left - begin) // 8, (left_s - begin) // 8
    whole = pool[first : first + n_whole].copy()
    times = pool[second : second + n_times].copy().view(np.float64)
    return n_decided, n_done, Packed(whole, times, waiting, busy, pending, n_columns=n_columns)


@jit
def lay_out(c: Centre) -> None:
    """Tell the record what lies where in a block's memory."""
    c.slots = c.pool
    c.ends = c.slots + 8 * _A_CONTACT * c.room
    c.deadlines = c.ends + 8 * _AN_EVENT * c.room
    c.pending = c.deadlines + 8 * _AN_EVENT * c.room
    c.work = c.pending + 8 * _AN_EVENT * c.room
    c.idle = c.work + 8 * c.n_columns * c.room
    c.left = c.idle + 8 * c.n_groups * (c.ring + 1)
    c.left_s = c.left + 8 * (2 * c.n_groups + LEFT_WHOLE * c.room)
    c.worked_s = c.spent
    c.present_s = c.spent + 8 * c.n_groups * c.n_periods
    c.kinds = c.rules
    c.groups = c.kinds + 8 * _A_KIND * c.n_kinds
    c.pairs = c.groups + 8 * _A_GROUP * c.n_groups


@jit
def lay_out_rows(c: Centre) -> None:
    """The same of the rows, which may move."""
    c.decided = c.rows + 8 * DECIDED * c.rows_room
    c.decided_s = c.rows + 8 * DECIDED_S * c.rows_room
    c.done = c.rows + 8 * DONE * c.rows_room
    c.done_s = c.rows + 8 * DONE_S * c.rows_room


def alike(one: Layout, other: Layout) -> bool:
    """Whether two layouts share everything but their keys, as those of replications do."""
    return all(getattr(one, name) is getattr(other, name) for name in _BUT_THE_KEY)


_BUT_THE_KEY: Final = tuple(each.name for each in fields(Layout) if each.name != "key")


def _remembered(layout: Layout) -> _Rules:
    """The rules of a layout met for the first time, kept for its next block."""
    shared = next((each for each in _KNOWN if alike(each.layout, layout)), None)
    known = _rules(layout) if shared is None else shared._replace(layout=layout)
    _KNOWN[:] = [known, *_KNOWN[: MOST_KNOWN - 1]]
    return known


def _rules(layout: Layout) -> _Rules:
    """A layout's rules in records and their addresses."""
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
    return _Rules(layout, record.view(np.int64), words, kept)


def address(array: Any) -> int:
    """Where an array begins; 0 where it has no elements."""
    if not array.size:
        return 0
    if array.flags.carray:
        return ctypes.addressof(_BYTE(array))  # a quarter of the time of what is below
    return int(array.ctypes.data)


def make_room(memory: Memory) -> None:
    """Twice the room for rows, those written so far kept."""
    memory.rows = np.concatenate([memory.rows, np.empty_like(memory.rows)], axis=1)
    memory.words[_ROWS], memory.words[_ROWS_ROOM] = address(memory.rows), memory.rows.shape[1]


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
