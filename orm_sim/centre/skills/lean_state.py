"""The lean path's memory: records of types, groups and contacts who wait, and all numbers by address in one buffer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import accumulate
from typing import Any, Final, NamedTuple

import numpy as np

from orm_sim.centre.skills.arena import ARENA
from orm_sim.centre.skills.packing import Packed
from orm_sim.centre.skills.plan import LONGEST_WAIT, OWN_FIRST, WEIGHTED_WAIT, Block, Layout
from orm_sim.centre.skills.state import (
    EVENT,
    LEFT_TIMES,
    LEFT_WHOLE,
    MOST_AGENTS,
    MOST_KNOWN,
    NOBODY,
    Floats,
    Opened,
    Records,
    Whole,
    address,
)

_F, _I = np.float64, np.int64
LANES: Final = 16
"""Free times are kept in multiples of so many, the rest inf: whole registers of them move at once."""

KIND: Final = np.dtype(
    [
        ("choose", _I), ("weight", _F), ("balk", _F), ("voicemail_after", _F), ("callback_after", _F),
        ("redial", _F), ("redial_max", _I), ("redial_law", _I), ("redial_same", _I),
        ("comes_back", _F), ("comes_back_law", _I), ("patience_law", _I),
        ("head", _I), ("tail", _I), ("count", _I),  # of the line; who has left its middle stays linked
        ("n_preferred", _I), ("redials", _I),
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
        ("idle", _I),  # when the block ends
    ]
)  # fmt: skip
PAIR: Final = np.dtype([("resolved", _F), ("factor", _F), ("level", _F), ("column", _I), ("open", _I)])
SLOT: Final = np.dtype(
    [
        ("arrival", _F), ("patience", _F), ("deadline", _F), ("fate", _F), ("ref", _I), ("kind", _I),
        ("work", _I),  # address of its work
        ("sequel", _I),  # where the next attempt of one that comes back has been drawn
        ("message", _I), ("waits", _I), ("next", _I),
    ]
)  # fmt: skip
_LAWS: Final = ("law_kind", "law_a", "law_b", "law_first", "law_stop", "law_x", "law_y")
_GIVEN: Final = (
    "arrival_s", "type", "ref", "patience_s", "work_s", "change_at_s", "change_group", "change_to",
)  # fmt: skip
_ADDRESSES: Final = (
    "pairs", "preference", "work_law", *_LAWS, *_GIVEN,
    "kinds", "groups", "free", "late", "guests_s", "guests", "slots", "work", "fate", "chance",
    "sequel_kind", "sequel_ref", "sequel_delay", "sequel_u", "sequel_patience", "sequel_fate", "sequel_work",
    "deadlines", "pending", "held", "stretches", "left_s", "left",
    "decided_ref", "decided", "decided_arrival", "decided_at", "ended_at", "ended",
    "worked_s", "present_s",
)  # fmt: skip
LEAN: Final = np.dtype(
    [(name, _I) for name in _ADDRESSES]
    + [
        ("n_kinds", _I), ("n_groups", _I), ("n_columns", _I), ("n_laws", _I), ("n_values", _I),
        ("fates", _I), ("k0", _I), ("k1", _I),
        ("n_contacts", _I), ("n_changes", _I), ("n_periods", _I), ("room", _I), ("at_close", _I),
        ("n_waiting", _I), ("n_busy", _I), ("n_to_come", _I),
        ("room_free", _I), ("room_late", _I),  # of each group
        ("n_stretches", _I),  # up to here in the order of `memory_of`
        ("closes_s", _F), ("end_s", _F), ("period_s", _F),
        ("now", _F), ("last", _F), ("special", _F), ("border", _F), ("period", _I), ("closed", _I), ("odd", _I),
        ("next_contact", _I), ("sequel", _I), ("next_change", _I), ("waiting", _I), ("queued", _I), ("joined", _I),
        ("n_deadlines", _I), ("n_pending", _I),
        ("span", _F), ("per_s", _F), ("due", _F), ("stretch", _I), ("n_soon", _I), ("used", _I), ("attempts", _I),
        ("n_rows", _I), ("n_ended", _I), ("n_held", _I), ("n_idle", _I),
    ]
)  # fmt: skip
"""Where every array begins, its size, and the state of the centre."""
HELD: Final = np.dtype([("row", _I), ("end", _F), ("patience", _F), ("work", _I)])
"""A contact in service when the block ends: its row, and what the row does not tell."""


_CONTACTS_A_STRETCH: Final = 8
"""First contacts of a block to a stretch of it by which those to come are kept, of whom there are some tenths."""
N_ROWS: Final = 6
"""Columns of rows: ref, what was decided, arrival, moment of decision · end, packed row and result."""
TYPE_FROM, GROUP_FROM = 8, 16
"""Bits of what was decided: the state, from here on the type, from here on the group plus one."""
_PLACES: Final = {name: place for place, name in enumerate(LEAN.fields or ())}
_COUNTS: Final = [
    _PLACES[name] for name in ("odd", "n_rows", "n_ended", "waiting", "n_held", "n_pending", "n_idle")
]
_LAST, _LEFT, _LEFT_S = _PLACES["last"], _PLACES["left"], _PLACES["left_s"]
_A_KIND: Final = KIND.itemsize // 8
_REDIALS: Final = list(KIND.fields or ()).index("redials")
_A_SLOT, _AN_EVENT, _A_HELD, _A_LEAN = (kind.itemsize // 8 for kind in (SLOT, EVENT, HELD, LEAN))


class Rules(NamedTuple):
    """What a layout is to this path: types and groups as they begin (`n_kinds`: words of types), addresses,
    numbers, and what they point into.
    """

    layout: Layout
    begin: Whole
    n_kinds: int
    addresses: tuple[int, ...]
    numbers: tuple[int, ...]
    kept: tuple[Any, ...]


class Lean(NamedTuple):
    """The record compiled steps are handed, as plain words, and what its addresses point into.

    `rows` [N_ROWS, room]: what was decided, and when and how contacts in service ended; see `ROWS`. `own`: what
    does not outlive the block.
    """

    words: Whole
    own: Whole
    rows: Whole
    periods: Floats
    kept: tuple[Any, ...]

    def redials(self, n_kinds: int) -> Whole:
        """Attempts of this block that were redials, by type."""
        return redials_of(self.own, n_kinds)


_KNOWN: list[Rules] = []
"""Those of the layouts met last: a replication gives the same one with every block, and some run at once."""


def memory_of(block: Block, begun: Opened, room: int) -> Lean:
    """Memory for a block found sound: room for so many attempts, those carried in and those that follow included."""
    layout, people, n_columns = block.layout, begun.kept[1], block.work_s.shape[1]
    rules, n, n_groups = rules_of(layout), block.arrival_s.size, layout.n_groups
    agents = int(begun.record[MOST_AGENTS])
    lanes, late = lanes_for(agents), agents + people.n_busy
    n_stretches = stretches_for(n)
    own, begins = room_of(
        ARENA.scratch,
        (
            *sizes_of(rules, n, room, lanes, late), n_stretches,
            room * (LEFT_TIMES + n_columns) + n_groups * lanes, room * LEFT_WHOLE + 2 * n_groups,
        ),
    )  # fmt: skip
    own[: rules.begin.size] = rules.begin
    rows, spent = ARENA.lasting(N_ROWS * room), np.zeros((2, n_groups, block.n_periods))
    row, seconds, half = address(rows), address(spent), 8 * n_groups * block.n_periods
    words = np.zeros(_A_LEAN, np.int64)
    numbers = (
        *rules.addresses, *begun.record[: len(_GIVEN)].tolist(), begins[0], begins[0] + 8 * rules.n_kinds,
        *begins[1:3], address(people.times), address(people.whole), *begins[3:],
        *range(row, row + 8 * N_ROWS * room, 8 * room), seconds, seconds + half, *rules.numbers,
        n, block.change_at_s.size, block.n_periods, room, block.at_close,
        people.n_waiting, people.n_busy, people.n_pending, lanes, late, n_stretches,
    )  # fmt: skip
    words[: len(numbers)] = numbers
    words.view(np.float64)[len(numbers) : len(numbers) + 3] = block.closes_s, block.end_s, block.period_s
    return Lean(words, own, rows.reshape(N_ROWS, room), spent, (begun, rules))


def finished(memory: Lean, n_columns: int) -> tuple[int, int, float, Packed]:
    """Rows written of decisions and of ends, the last moment at which something happened, and what is left."""
    _, n, m, waiting, busy, pending, n_idle = memory.words[_COUNTS].tolist()
    n_groups = memory.periods.shape[1]
    n_whole = 2 * n_groups + 3 * (waiting + busy) + 2 * pending
    n_times = (5 + n_columns) * waiting + (6 + n_columns) * busy + (2 + n_columns) * pending + n_idle
    begin = address(memory.own)
    first, second = (int(memory.words[_LEFT]) - begin) // 8, (int(memory.words[_LEFT_S]) - begin) // 8
    whole = memory.own[first : first + n_whole].copy()
    times = memory.own[second : second + n_times].copy().view(np.float64)
    last = float(memory.words.view(np.float64)[_LAST])
    return n, m, last, Packed(whole, times, waiting, busy, pending, True, n_columns)


def redials_of(own: Whole, n_kinds: int) -> Whole:
    """Attempts of a block that were redials, by type, from what the block needs for itself."""
    return own[_REDIALS : n_kinds * _A_KIND : _A_KIND].copy()


def lanes_for(agents: int) -> int:
    """Places of a group's row of free times, the one behind all among them."""
    return -(-agents // LANES) * LANES + LANES


def stretches_for(n: int) -> int:
    """Stretches by which those to come are kept."""
    return n // _CONTACTS_A_STRETCH + 64


def sizes_of(rules: Rules, n: int, room: int, lanes: int, late: int) -> tuple[int, ...]:
    """Words of what a block of n first contacts needs for itself alone, from `LEAN.kinds` on, groups with them."""
    n_groups, n_columns = rules.layout.n_groups, rules.layout.work_law.shape[1]
    return (
        rules.begin.size, n_groups * lanes, n_groups * late,
        room * _A_SLOT, room * n_columns, n, n, n + 1, n + 1, n, n, n, n, n * n_columns,
        room * _AN_EVENT, room * _AN_EVENT, room * _A_HELD,
    )  # fmt: skip


def room_of(of: Callable[[int], Whole], sizes: tuple[int, ...]) -> tuple[Whole, list[int]]:
    """One array for many of so many words each, and where each begins."""
    ends = list(accumulate(sizes))
    whole = of(ends[-1])
    begin = address(whole)
    return whole, [begin + 8 * (end - size) for end, size in zip(ends, sizes, strict=True)]


def most_agents(block: Block) -> int:
    """The most that any group ever has."""
    return max(int(block.carry.staffed.max(initial=0)), int(block.change_to.max(initial=0)))


def rules_of(layout: Layout) -> Rules:
    """What a layout is to this path."""
    for rules in _KNOWN:
        if rules.layout is layout:
            return rules
    laws = layout.laws
    kept = tuple(
        np.ascontiguousarray(each)
        for each in (
            _pairs(layout), layout.preference, layout.work_law,
            laws.kind, laws.a, laws.b, laws.first, laws.stop, laws.x, laws.y,
        )
    )  # fmt: skip
    numbers = (
        layout.n_types, layout.n_groups, layout.work_law.shape[1], laws.kind.size, laws.x.size,
        int(bool((layout.resolved < 1.0).any())), *layout.key,
    )  # fmt: skip
    begin = np.concatenate([_kinds(layout).view(np.int64), _groups(layout).view(np.int64)])
    rules = Rules(
        layout,
        begin,
        layout.n_types * (KIND.itemsize // 8),
        tuple(each.ctypes.data for each in kept),
        numbers,
        kept,
    )
    _KNOWN[:] = [rules, *_KNOWN[: MOST_KNOWN - 1]]
    return rules


_N_ADDRESSES: Final = 3 + len(_LAWS)
_NUMBERS, _HOURS = _PLACES["n_kinds"], _PLACES["closes_s"]


def fill(words: Whole, rules: Rules, layout: Layout, hours: Mapping[str, Any]) -> None:
    """Tell the words of a `LEAN` what is the same for every day of a replication; `rules` are those of any key."""
    words[:_N_ADDRESSES] = rules.addresses
    words[_NUMBERS : _NUMBERS + len(rules.numbers)] = rules.numbers
    words[_PLACES["k0"]], words[_PLACES["k1"]] = layout.key
    words[_PLACES["n_periods"]], words[_PLACES["at_close"]] = hours["n_periods"], hours["at_close"]
    words.view(np.float64)[_HOURS : _HOURS + 3] = hours["closes_s"], hours["end_s"], hours["period_s"]


def _kinds(layout: Layout) -> Records:
    kinds = np.zeros(layout.n_types, KIND)
    for field in ("choose", "weight", "balk", "redial", "redial_max", "redial_law", "redial_same"):
        kinds[field] = getattr(layout, field)
    for field in ("comes_back", "comes_back_law", "patience_law"):
        kinds[field] = getattr(layout, field)
    kinds["voicemail_after"], kinds["callback_after"] = layout.voicemail_after_s, layout.callback_after_s
    kinds["head"] = kinds["tail"] = NOBODY
    kinds["n_preferred"] = (layout.preference >= 0).sum(axis=1)
    return kinds


def _groups(layout: Layout) -> Records:
    groups = np.zeros(layout.n_groups, GROUP)
    serves = np.isfinite(layout.eligible_after_s.T)
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
