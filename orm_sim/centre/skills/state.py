"""The kernel's memory while a block runs: records of contacts, types, groups and events in flat arrays."""

from __future__ import annotations

import ctypes
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
_ADDRESSES: Final = (
    "slots", "kinds", "groups", "pairs", "preference", "work", "work_law", "idle", "ends", "deadlines", "pending",
    "decided", "decided_s", "done", "done_s", "worked_s", "present_s",
    "arrival_s", "type", "ref", "patience_s", "work_s", "change_at_s", "change_group", "change_to",
    "outage_at_s", "outage_until_s", "outage_blocks", "outage_drops",
    "law_kind", "law_a", "law_b", "law_first", "law_stop", "law_x", "law_y",
)  # fmt: skip
CENTRE: Final = np.dtype(
    [(name, _I) for name in _ADDRESSES]
    + [
        ("n_kinds", _I), ("n_groups", _I), ("n_columns", _I), ("n_laws", _I), ("n_values", _I),
        ("n_contacts", _I), ("n_changes", _I), ("n_outages", _I), ("n_periods", _I),
        ("room", _I), ("decided_room", _I), ("done_room", _I), ("ring", _I),  # ring: places less one
        ("k0", _I), ("k1", _I), ("lines", _I), ("at_close", _I),  # up to here in the order of `memory_of`
        ("closes_s", _F), ("end_s", _F), ("period_s", _F),
        ("now", _F), ("last", _F),  # this moment; the last one at which something changed
        ("special", _F), ("ripe", _F),  # next change, outage or closing; next eligibility, or earlier
        ("begin", _F), ("border", _F), ("period", _I),  # of the period that runs
        ("outage_until", _F), ("closed", _I), ("again", _I), ("freed", _I),
        ("next_contact", _I), ("next_change", _I), ("next_outage", _I),
        ("waiting", _I), ("busy", _I), ("n_deadlines", _I), ("n_pending", _I),
        ("joined", _I), ("started", _I), ("put_back", _I), ("spare", _I), ("used", _I),
        ("n_decided", _I), ("n_done", _I),
    ]
)  # fmt: skip
"""Where every array begins, its size, and the state of the centre: all that a step of the kernel is handed."""


class Memory(NamedTuple):
    """The record that compiled steps are handed, and the arrays its addresses point into, by name."""

    record: Records
    arrays: dict[str, Any]


_KNOWN: list[tuple[Layout, dict[str, Any]]] = []
"""Records of the layout met last: a study gives the same one with every block."""


def memory_of(block: Block) -> Memory:
    """Memory for a block: its rules in records, nobody there, and room for two rows a contact."""
    layout, carry, n_columns = block.layout, block.carry, block.work_s.shape[1]
    n_slots = carry.waiting_ref.size + carry.busy_ref.size + carry.pending_ref.size + block.arrival_s.size
    room, ring, shape = n_slots + 1, _ring(block), (layout.n_groups, block.n_periods)
    arrays = _rules(layout) | {
        "slots": np.empty(room, CONTACT), "work": np.empty((room, n_columns)),
        "idle": np.empty((layout.n_groups, ring)), "ends": np.empty(room, EVENT),
        "deadlines": np.empty(room, EVENT), "pending": np.empty(room, EVENT),
        "decided": np.empty((4, 2 * room), np.int64), "decided_s": np.empty((2, 2 * room)),
        "done": np.empty((4, 2 * room), np.int64), "done_s": np.empty((2, 2 * room)),
        "worked_s": np.zeros(shape), "present_s": np.zeros(shape),
        "arrival_s": block.arrival_s, "type": block.type, "ref": block.ref, "patience_s": block.patience_s,
        "work_s": block.work_s, "change_at_s": block.change_at_s, "change_group": block.change_group,
        "change_to": block.change_to, "outage_at_s": block.outage_at_s, "outage_until_s": block.outage_until_s,
        "outage_blocks": block.outage_blocks, "outage_drops": block.outage_drops,
    }  # fmt: skip
    arrays["groups"]["staffed"] = carry.staffed
    numbers = (
        layout.n_types, layout.n_groups, n_columns, layout.laws.kind.size, layout.laws.x.size,
        block.arrival_s.size, block.change_at_s.size, block.outage_at_s.size, block.n_periods,
        room, 2 * room, 2 * room, ring - 1, *layout.key, layout.lines, block.at_close,
    )  # fmt: skip
    record = np.zeros(1, CENTRE)
    whole = record.view(np.int64)
    for place, name in enumerate(_ADDRESSES):
        array = arrays[name]
        if not array.flags.c_contiguous:
            arrays[name] = array = np.ascontiguousarray(array)
        whole[place] = array.ctypes.data
    whole[len(_ADDRESSES) : len(_ADDRESSES) + len(numbers)] = numbers
    record["closes_s"], record["end_s"], record["period_s"] = block.closes_s, block.end_s, block.period_s
    return Memory(record, arrays)


def _rules(layout: Layout) -> dict[str, Any]:
    """A layout's arrays; types, groups and pairs hold the state of lines and agents too, so each block has its own."""
    known = next((arrays for other, arrays in _KNOWN if other is layout), None)
    if known is None:
        laws = layout.laws
        known = {
            "kinds": _kinds(layout), "groups": _groups(layout), "pairs": _pairs(layout),
            "preference": layout.preference, "work_law": layout.work_law,
            "law_kind": laws.kind, "law_a": laws.a, "law_b": laws.b, "law_first": laws.first,
            "law_stop": laws.stop, "law_x": laws.x, "law_y": laws.y,
        }  # fmt: skip
        _KNOWN[:] = [(layout, known)]
    return known | {name: known[name].copy() for name in ("kinds", "groups", "pairs")}


def address(array: Any) -> int:
    """Where an array begins; 0 where it has no elements."""
    if not array.size:
        return 0
    if array.flags.writeable and array.flags.c_contiguous:
        return ctypes.addressof(_BYTE(array))  # a quarter of the time of what is below
    return int(array.ctypes.data)


def make_room(memory: Memory) -> None:
    """Twice the room for rows, those written so far kept."""
    record, arrays = memory
    for name in ("decided", "decided_s", "done", "done_s"):
        arrays[name] = np.concatenate([arrays[name], np.empty_like(arrays[name])], axis=1)
        record[name] = arrays[name].ctypes.data
    record["decided_room"] *= 2
    record["done_room"] *= 2


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
