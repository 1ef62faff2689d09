"""The specialised path for several skills: which blocks it takes, and its run. See `RULES.md`."""

from __future__ import annotations

from math import inf

import numpy as np

from orm_sim.centre.skills.lean_moves import FULL, TIED
from orm_sim.centre.skills.lean_rows import Ends, Guests, People, count_idle, guests_of, leave_off, play
from orm_sim.centre.skills.lean_state import Lean, memory_of
from orm_sim.centre.skills.outcome import Outcome
from orm_sim.centre.skills.plan import BY_LONGEST_IDLE, FINISH, WEIGHTED_WAIT, OWN_FIRST, Block, Carry, Layout, WITHIN_THRESHOLD_FIRST

MOST_TYPES, MOST_AGENTS = 60, 1000


def qualifies(block: Block) -> bool:
    """Whether this path may be tried on a block."""
    layout, carry = block.layout, block.carry
    return (
        _rules_qualify(layout)
        and (block.outage_at_s.size == 0)
        and int(block.change_to.max(initial=0)) <= MOST_AGENTS
        and int(carry.staffed.max(initial=0)) <= MOST_AGENTS
        and bool((carry.waiting_left == 1.0).all() and (carry.busy_left == 1.0).all())
        and bool(np.isnan(carry.waiting_first_start_s).all())
    )


def _rules_qualify(layout: Layout) -> bool:
    after = layout.eligible_after_s
    return bool(
        layout.n_types <= MOST_TYPES
        and layout.lines >= 1 << 40
        and ((after == 0.0) | (after == inf)).all()
        and (layout.choose <= BY_LONGEST_IDLE).all()
        and (layout.takes != WITHIN_THRESHOLD_FIRST).all()
        and (layout.leaving == FINISH).all()
    )


def run(block: Block) -> Outcome | None:
    """Outcome of a block that qualifies; None if it holds a tie that only the general loop plays."""
    carry = block.carry
    expected = block.arrival_s.size + carry.waiting_ref.size + carry.busy_ref.size + carry.pending_ref.size
    room, guests = expected + expected // 2 + 64, guests_of(carry)
    while True:
        memory = memory_of(block, room)
        odd = play(memory.record, guests)
        if odd == 0:
            return _outcome(memory, block, carry.busy_ref.size)
        if odd == TIED:
            return None
        room *= 2


def _outcome(memory: Lean, block: Block, first: int) -> Outcome:
    """Rows, agents' time and what is left."""
    c, arrays = memory.record[0], memory.arrays
    n, n_columns = int(c["n_rows"]), block.work_s.shape[1]
    idle = np.empty(block.layout.n_groups, np.int64)
    count_idle(memory.record, idle)
    ends = _ends(int(c["n_ended"]))
    waiting = _people(int(c["waiting"]), n_columns, 3, 2)
    busy = _people(int(c["n_held"]), n_columns, 4, 3)
    pending = _people(int(c["n_pending"]), n_columns, 2, 2)
    guests = Guests(waiting, busy, pending, np.empty(int(idle.sum())))
    leave_off(memory.record, ends, guests)
    decided, decided_s = arrays["decided"], arrays["decided_s"]
    return Outcome(
        ref=decided[0, first:n], type=decided[1, first:n], state=decided[2, first:n], group=decided[3, first:n],
        arrival_s=decided_s[0, first:n], at_s=decided_s[1, first:n],
        done_ref=ends.who[0], done_type=ends.who[1], result=ends.who[2], done_group=ends.who[3],
        done_start_s=ends.times[0], done_end_s=ends.times[1],
        busy_s=arrays["periods"][0], staffed_s=arrays["periods"][1], redials=arrays["kinds"]["redials"].copy(),
        carry=_carry(guests, arrays["groups"]["agents"].copy(), idle),
    )  # fmt: skip


def _ends(n: int) -> Ends:
    return Ends(np.empty((4, n), np.int64), np.empty((2, n)))


def _people(n: int, n_columns: int, n_times: int, n_who: int) -> People:
    return People(np.empty((n_times, n)), np.empty((n, n_columns)), np.empty((n_who, n), np.int64))


def _carry(guests: Guests, staffed, idle) -> Carry:
    waiting, busy, pending = guests.waiting, guests.busy, guests.pending
    n_waiting, n_busy = waiting.work.shape[0], busy.work.shape[0]
    return Carry(
        staffed=staffed, idle_since_s=tuple(np.split(guests.idle, np.cumsum(idle)[:-1])),
        waiting_ref=waiting.who[0], waiting_type=waiting.who[1], waiting_arrival_s=waiting.times[0],
        waiting_deadline_s=waiting.times[1], waiting_patience_s=waiting.times[2], waiting_work_s=waiting.work,
        waiting_left=np.ones(n_waiting), waiting_first_start_s=np.full(n_waiting, np.nan),
        waiting_group=np.full(n_waiting, -1), busy_ref=busy.who[0], busy_type=busy.who[1], busy_group=busy.who[2],
        busy_arrival_s=busy.times[0], busy_start_s=busy.times[1], busy_end_s=busy.times[2],
        busy_patience_s=busy.times[3], busy_work_s=busy.work, busy_first_start_s=busy.times[1].copy(), busy_left=np.ones(n_busy),
        pending_ref=pending.who[0], pending_type=pending.who[1], pending_due_s=pending.times[0],
        pending_patience_s=pending.times[1], pending_work_s=pending.work,
    )  # fmt: skip
