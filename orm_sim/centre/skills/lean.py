"""The lean path for several skills: which blocks may take it, and its run. `RULES.md` tells why it is the same."""

from __future__ import annotations

from itertools import accumulate, pairwise
from math import inf

import numpy as np

from orm_sim.centre.skills.arena import ARENA
from orm_sim.centre.skills.check import check
from orm_sim.centre.skills.lean_ahead import foresee
from orm_sim.centre.skills.lean_ends import write_ends
from orm_sim.centre.skills.lean_guests import TIMES, WHO, close_books, hand_over, take_over
from orm_sim.centre.skills.lean_moves import TIED
from orm_sim.centre.skills.lean_play import follow
from orm_sim.centre.skills.lean_state import Lean, memory_of, most_agents
from orm_sim.centre.skills.outcome import Outcome
from orm_sim.centre.skills.plan import BY_LONGEST_IDLE, FINISH, WITHIN_THRESHOLD_FIRST, Block, Carry, Layout
from orm_sim.centre.skills.state import Floats, Opened, Records, Whole, address
from orm_sim.core.ahead import entry
from orm_sim.core.compiled import jit

MOST_TYPES, MOST_AGENTS, ROOMY = 60, 700, 10**9
"""Types are bits of a word; all agents of a group move at a start, which costs more than a heap from about 800 on; so
many lines are no limit."""

_FOUND: list[tuple[Layout, bool]] = []
"""The layout asked about last, and the answer: a study gives the same one with every block."""


def qualifies(block: Block) -> bool:
    """Whether this path may be tried on a block."""
    layout, carry = block.layout, block.carry
    simple = next((answer for known, answer in _FOUND if known is layout), None)  # other threads ask, too
    if simple is None:
        simple = _simple(layout)
        _FOUND[:] = [(layout, simple)]
    return (
        simple
        and block.outage_at_s.size == 0
        and most_agents(block) <= MOST_AGENTS
        and bool((carry.busy_left == 1.0).all())
        and (
            carry.waiting_ref.size == 0
            or bool((carry.waiting_left == 1.0).all() and np.isnan(carry.waiting_first_start_s).all())
        )
    )


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
    carry, begun = block.carry, check(block) if begun is None else begun
    expected = block.arrival_s.size + carry.waiting_ref.size + carry.busy_ref.size + carry.pending_ref.size
    room = expected + expected // 2 + 64
    while True:
        memory = memory_of(block, begun, room)
        odd = play(memory.record)
        if odd == 0:
            return _outcome(memory, block)
        if odd == TIED:
            return None
        room *= 2


@entry
@jit
def play(record: Records) -> int:
    """Play a block; 0, or why it was left off."""
    c = record[0]
    take_over(c)
    if c.fates:
        foresee(c)
    follow(c)
    close_books(c)
    return int(c.odd)


@entry
@jit
def leave_off(record: Records) -> None:
    """Write rows of ends, and what is carried out."""
    c = record[0]
    write_ends(c)
    hand_over(c)


def _outcome(memory: Lean, block: Block) -> Outcome:
    """Rows, agents' time and what is left."""
    c, decided, decided_s = memory.record[0], memory.decided, memory.decided_s
    first, n, m = block.carry.busy_ref.size, int(c["n_rows"]), int(c["n_ended"])
    sizes = (int(c["waiting"]), int(c["n_held"]), int(c["n_pending"]))
    idle, n_columns = memory.groups["idle"].tolist(), block.work_s.shape[1]
    n_times = sum(n * (k + n_columns) for n, k in zip(sizes, TIMES, strict=True)) + sum(idle)
    left = ARENA.lasting(6 * m + n_times + sum(n * k for n, k in zip(sizes, WHO, strict=True)))
    left_s, at = left.view(np.float64), address(left)
    memory.record["ends"], memory.record["left_s"], memory.record["left"] = (
        at,
        at + 48 * m,
        at + 8 * (6 * m + n_times),
    )
    leave_off(memory.record)
    ends, ends_s = left[: 4 * m].reshape(4, m), left_s[4 * m : 6 * m].reshape(2, m)
    times, who = left_s[6 * m : 6 * m + n_times], left[6 * m + n_times :]
    return Outcome(
        ref=decided[0, first:n], type=decided[1, first:n], state=decided[2, first:n], group=decided[3, first:n],
        arrival_s=decided_s[0, first:n], at_s=decided_s[1, first:n],
        done_ref=ends[0], done_type=ends[1], result=ends[2], done_group=ends[3],
        done_start_s=ends_s[0], done_end_s=ends_s[1],
        busy_s=memory.periods[0], staffed_s=memory.periods[1], redials=memory.kinds["redials"].copy(),
        carry=_carry(memory.groups["agents"].copy(), times, who, sizes, idle, n_columns),
    )  # fmt: skip


def _carry(
    staffed: Whole, times: Floats, who: Whole, sizes: tuple[int, int, int], idle: list[int], n_columns: int
) -> Carry:
    """Columns one after the other, by name."""
    n, b, p = sizes
    ends = list(
        accumulate((n, n, n, n * n_columns, b, b, b, b, b * n_columns, p, p, p * n_columns, *idle), initial=0)
    )
    s = [times[begin:end] for begin, end in pairwise(ends)]
    ends = list(accumulate((n, n, b, b, b, p, p), initial=0))
    w = [who[begin:end] for begin, end in pairwise(ends)]
    return Carry(
        staffed=staffed, idle_since_s=tuple(s[12:]),
        waiting_ref=w[0], waiting_type=w[1], waiting_arrival_s=s[0], waiting_deadline_s=s[1], waiting_patience_s=s[2],
        waiting_work_s=s[3].reshape(n, n_columns), waiting_left=np.ones(n), waiting_first_start_s=np.full(n, np.nan),
        waiting_group=np.full(n, -1), busy_ref=w[2], busy_type=w[3], busy_group=w[4],
        busy_arrival_s=s[4], busy_start_s=s[5], busy_end_s=s[6], busy_patience_s=s[7],
        busy_work_s=s[8].reshape(b, n_columns), busy_first_start_s=s[5].copy(), busy_left=np.ones(b),
        pending_ref=w[5], pending_type=w[6], pending_due_s=s[9], pending_patience_s=s[10],
        pending_work_s=s[11].reshape(p, n_columns),
    )  # fmt: skip
