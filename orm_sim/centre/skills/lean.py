"""The lean path for several skills: which blocks may take it, and its run. `RULES.md` tells why it is the same."""

from __future__ import annotations

from math import inf

import numpy as np

from orm_sim.centre.skills.check import check
from orm_sim.centre.skills.lean_ahead import foresee
from orm_sim.centre.skills.lean_ends import Rows
from orm_sim.centre.skills.lean_guests import close_books, hand_over, take_over
from orm_sim.centre.skills.lean_moves import TIED
from orm_sim.centre.skills.lean_play import follow
from orm_sim.centre.skills.lean_state import Lean, finished, memory_of, most_agents
from orm_sim.centre.skills.lean_views import lean_at
from orm_sim.centre.skills.outcome import Outcome
from orm_sim.centre.skills.plan import BY_LONGEST_IDLE, FINISH, WITHIN_THRESHOLD_FIRST, Block, Carry, Layout
from orm_sim.centre.skills.state import MOST_AGENTS as AT_MOST
from orm_sim.centre.skills.state import MOST_KNOWN, Centre, Opened, address
from orm_sim.core.ahead import entry
from orm_sim.core.compiled import jit

MOST_TYPES, MOST_AGENTS, ROOMY = 60, 700, 10**9
"""Types are bits of a word; all agents of a group move at a start, which costs more than a heap from about 800 on; so
many lines are no limit."""

_FOUND: list[tuple[Layout, bool]] = []
"""The layouts asked about last, and the answers: a replication asks with every block, and some run at once."""


def qualifies(block: Block, begun: Opened | None = None) -> bool:
    """Whether this path may be tried on a block, which may have been found sound already."""
    layout, carry = block.layout, block.carry
    if not is_simple(layout) or block.outage_at_s.size:
        return False
    most = most_agents(block) if begun is None else int(begun.record[AT_MOST])
    return most <= MOST_AGENTS and (
        (begun is not None and begun.kept[1].whole_work)
        or bool(
            (carry.busy_left == 1.0).all()
            and (carry.waiting_left == 1.0).all()
            and np.isnan(carry.waiting_first_start_s).all()
        )
    )


def is_simple(layout: Layout) -> bool:
    """Whether its rules are of those that this path knows."""
    simple = next((answer for known, answer in _FOUND if known is layout), None)  # other threads ask, too
    if simple is None:
        simple = _simple(layout)
        _FOUND[:] = [(layout, simple), *_FOUND[: MOST_KNOWN - 1]]
    return simple


def _simple(layout: Layout) -> bool:
    after = layout.eligible_after_s
    return bool(
        layout.n_types <= MOST_TYPES
        and layout.lines >= ROOMY
        and ((after == 0.0) | (after == inf)).all()
        and (layout.choose <= BY_LONGEST_IDLE).all()
        and (layout.takes < WITHIN_THRESHOLD_FIRST).all()
        and (layout.leaving == FINISH).all()
    )


def run(block: Block, begun: Opened | None = None) -> Outcome | None:
    """Outcome of a block that qualifies; None if it holds a tie that the general loop alone plays."""
    begun = check(block) if begun is None else begun
    people = begun.kept[1]
    expected = block.arrival_s.size + people.n_waiting + people.n_busy + people.n_pending
    room = expected + expected // 2 + 64
    while True:
        memory = memory_of(block, begun, room)
        odd = play(address(memory.words))
        if odd == 0:
            return _outcome(memory, block, people.n_busy)
        if odd == TIED:
            return None
        room *= 2


@entry
@jit
def play(record: int) -> int:
    """Play a block and write what is carried out; 0, or why it was left off."""
    c = lean_at(record)
    play_on(c)
    if c.odd == 0:
        close(c)
    return int(c.odd)


@jit
def play_on(c: Centre) -> None:
    """All that happens in a block."""
    take_over(c)
    if c.fates:
        foresee(c)
    follow(c)


@jit
def close(c: Centre) -> None:
    """What is left when a block is over."""
    close_books(c)
    hand_over(c)


def _outcome(memory: Lean, block: Block, first: int) -> Outcome:
    """Rows, behind those of contacts carried in in service, agents' time and what is left."""
    n, m, last, left = finished(memory, block.work_s.shape[1])
    redials, last = memory.redials(block.layout.n_types), min(last, block.end_s)
    return Outcome.of(Rows(memory.rows, memory.periods, (first, n, m), last, redials, Carry.of(left)))
