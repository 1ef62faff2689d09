"""The lean path's memory: records of types, groups and contacts who wait, and all numbers by address in one buffer."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from orm_sim.centre.skills.plan import LONGEST_WAIT, OWN_FIRST, WEIGHTED_WAIT, Block, Layout
from orm_sim.centre.skills.state import NOBODY, Records

_F, _I = np.float64, np.int64
LANES: Final = 16
"""Free times are kept in multiples of so many, the rest inf: whole registers of them move at once."""

KIND: Final = np.dtype(
    [
        ("choose", _I), ("weight", _F), ("balk", _F), ("voicemail_after", _F), ("callback_after", _F),
        ("redial", _F), ("redial_max", _I), ("redial_law", _I), ("redial_same", _I),
        ("comes_back", _F), ("comes_back_law", _I), ("patience_law", _I),
        ("head", _I), ("tail", _I), ("count", _I),  # of the line; who has left its middle stays linked
        ("redials", _I),
    ]
)  # fmt: skip
GROUP: Final = np.dtype(
    [
        ("free", _I),  # address of the agents' free times, ascending: when each became or becomes idle
        ("late", _I),  # address of the ends of contacts whose agents then leave, ascending
        ("agents", _I), ("n_late", _I),
        ("serves", _I), ("weighs", _I),  # types as bits; whether it goes by weight
        ("since", _F),  # up to when presence has been counted
        ("joined_at", _F), ("joined", _I),  # agents who came at the moment of the last change
    ]
)  # fmt: skip
PAIR: Final = np.dtype([("resolved", _F), ("factor", _F), ("level", _F), ("column", _I), ("open", _I)])
SLOT: Final = np.dtype(
    [
        ("arrival", _F), ("patience", _F), ("deadline", _F), ("fate", _F), ("ref", _I), ("kind", _I),
        ("work", _I),  # address of its work
        ("message", _I), ("waits", _I), ("next", _I),
    ]
)  # fmt: skip
_LAWS: Final = ("law_kind", "law_a", "law_b", "law_first", "law_stop", "law_x", "law_y")
_RULES: Final = ("kinds", "groups", "pairs", "preference", "work_law", *_LAWS)
_GIVEN: Final = (
    "arrival_s", "type", "ref", "patience_s", "work_s", "change_at_s", "change_group", "change_to",
)  # fmt: skip
_OWN: Final = (
    "slots", "work", "fate", "chance", "deadlines", "pending", "decided", "decided_s",
    "ended_at", "ended", "held", "worked_s", "present_s",
)  # fmt: skip
LEAN: Final = np.dtype(
    [(name, _I) for name in (*_RULES, *_GIVEN, *_OWN)]
    + [
        ("n_kinds", _I), ("n_groups", _I), ("n_columns", _I), ("n_laws", _I), ("n_values", _I),
        ("n_contacts", _I), ("n_changes", _I), ("n_periods", _I), ("room", _I), ("k0", _I), ("k1", _I),
        ("at_close", _I), ("fates", _I),  # up to here in the order of `memory_of`
        ("closes_s", _F), ("end_s", _F), ("period_s", _F),
        ("now", _F), ("last", _F), ("special", _F), ("border", _F), ("period", _I), ("closed", _I), ("odd", _I),
        ("next_contact", _I), ("next_change", _I), ("waiting", _I), ("queued", _I), ("joined", _I),
        ("n_deadlines", _I), ("n_pending", _I), ("used", _I), ("attempts", _I),
        ("n_rows", _I), ("n_ended", _I), ("n_held", _I),
    ]
)  # fmt: skip
"""Where every array begins, its size, and the state of the centre."""
HELD: Final = np.dtype([("row", _I), ("end", _F), ("patience", _F), ("work", _I)])
"""A contact in service when the block ends: its row, and what the row does not tell."""


class Lean(NamedTuple):
    """The record compiled steps are handed, and the arrays its addresses point into."""

    record: Records
    arrays: dict[str, Any]


_KNOWN: list[tuple[Layout, dict[str, Any], list[int]]] = []
"""Records of the layout met last, and their addresses: a study gives the same layout with every block."""


def memory_of(block: Block, room: int) -> Lean:
    """Memory for a block: room for so many attempts, those carried in and those that follow included."""
    layout, n, n_columns = block.layout, block.arrival_s.size, block.work_s.shape[1]
    rules, addresses = _rules(layout)
    arrays = dict(rules)
    arrays["kinds"], arrays["groups"] = rules["kinds"].copy(), rules["groups"].copy()
    given = [np.ascontiguousarray(getattr(block, name)) for name in _GIVEN]
    rows, rows_s = np.empty((4, room), np.int64), np.empty((2, room))
    periods = np.zeros((2, layout.n_groups, block.n_periods))
    most = _most_agents(block)
    each = -(-(most + 1) // LANES) * LANES + LANES
    sizes = (
        room * (SLOT.itemsize // 8), room * n_columns, n, n, 3 * room, 3 * room, room, room,
        room * (HELD.itemsize // 8), layout.n_groups * each, layout.n_groups * (most + block.carry.busy_ref.size),
    )  # fmt: skip
    own = np.empty(sum(sizes), np.int64)
    begins = own.ctypes.data + 8 * np.cumsum((0, *sizes[:-1]))
    slots, work, fate, chance, deadlines, pending, ended_at, ended, held, free, late = begins.tolist()
    arrays["groups"]["free"] = free + 8 * each * np.arange(layout.n_groups)
    arrays["groups"]["late"] = late + 8 * (sizes[-1] // layout.n_groups) * np.arange(layout.n_groups)
    arrays["groups"]["agents"] = block.carry.staffed
    own.view(np.float64)[own.size - sum(sizes[-2:]) : own.size - sizes[-1]] = np.inf
    record = np.zeros(1, LEAN)
    whole = record.view(np.int64)
    numbers = (
        arrays["kinds"].ctypes.data, arrays["groups"].ctypes.data, *addresses[2:],
        *(array.ctypes.data for array in given),
        slots, work, fate, chance, deadlines, pending, rows.ctypes.data, rows_s.ctypes.data, ended_at, ended, held,
        periods.ctypes.data, periods[1].ctypes.data,
        layout.n_types, layout.n_groups, n_columns, layout.laws.kind.size, layout.laws.x.size,
        n, block.change_at_s.size, block.n_periods, room, *layout.key, block.at_close,
        int(bool((layout.resolved < 1.0).any())),
    )  # fmt: skip
    whole[: len(numbers)] = numbers
    record["closes_s"], record["end_s"], record["period_s"] = block.closes_s, block.end_s, block.period_s
    arrays |= {"given": given, "decided": rows, "decided_s": rows_s, "periods": periods, "own": own}
    return Lean(record, arrays)


def _most_agents(block: Block) -> int:
    return max(int(block.carry.staffed.max(initial=0)), int(block.change_to.max(initial=0)))


def _rules(layout: Layout) -> tuple[dict[str, Any], list[int]]:
    """A layout's arrays and addresses; types and groups hold the state of lines and agents, so each block has its own."""
    for known, rules, addresses in _KNOWN:
        if known is layout:
            return rules, addresses
    laws = layout.laws
    rules = {
        "kinds": _kinds(layout), "groups": _groups(layout), "pairs": _pairs(layout),
        "preference": layout.preference, "work_law": layout.work_law,
        "law_kind": laws.kind, "law_a": laws.a, "law_b": laws.b, "law_first": laws.first,
        "law_stop": laws.stop, "law_x": laws.x, "law_y": laws.y,
    }  # fmt: skip
    rules = {name: np.ascontiguousarray(rules[name]) for name in _RULES}
    addresses = [rules[name].ctypes.data for name in _RULES]
    _KNOWN[:] = [(layout, rules, addresses)]
    return rules, addresses


def _kinds(layout: Layout) -> Records:
    kinds = np.zeros(layout.n_types, KIND)
    for field in ("choose", "weight", "balk", "redial", "redial_max", "redial_law", "redial_same"):
        kinds[field] = getattr(layout, field)
    for field in ("comes_back", "comes_back_law", "patience_law"):
        kinds[field] = getattr(layout, field)
    kinds["voicemail_after"], kinds["callback_after"] = layout.voicemail_after_s, layout.callback_after_s
    kinds["head"] = kinds["tail"] = NOBODY
    return kinds


def _groups(layout: Layout) -> Records:
    groups = np.zeros(layout.n_groups, GROUP)
    serves = layout.eligible_after_s.T < np.inf
    groups["serves"] = (serves * (1 << np.arange(layout.n_types))).sum(axis=1)
    groups["weighs"] = layout.takes == WEIGHTED_WAIT
    groups["joined_at"] = np.nan
    return groups


def _pairs(layout: Layout) -> Records:
    """Level: what a group's rule looks at first among waiting contacts, where it is not their weight."""
    pairs = np.zeros((layout.n_types, layout.n_groups), PAIR)
    pairs["resolved"], pairs["factor"], pairs["column"] = layout.resolved, layout.factor, layout.work_column
    pairs["open"] = layout.eligible_after_s < np.inf
    level = np.where((layout.takes == OWN_FIRST)[:, None], layout.rank != 0, layout.rank)
    pairs["level"] = np.where((layout.takes == LONGEST_WAIT)[:, None], 0, level).T
    return pairs
