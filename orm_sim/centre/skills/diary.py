"""What the reference engine writes down: decisions and ends as rows, and the state between two blocks."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from orm_sim.centre.skills.floor import Contact, Group
from orm_sim.centre.skills.outcome import Ends, Outcome
from orm_sim.centre.skills.plan import Block, Carry, Floats, Whole


class Diary:
    """Rows in the order in which things happen."""

    def __init__(self, n_types: int) -> None:
        self.decisions: list[tuple[int, int, int, int, float, float]] = []
        self.ends: list[tuple[int, int, int, int, float, float]] = []
        self.redials = np.zeros(n_types, np.int64)

    def decided(self, contact: Contact, state: int, now: float) -> None:
        """An attempt is decided."""
        self.decisions.append((contact.ref, contact.type, state, contact.group, contact.arrival, now))

    def ended(self, contact: Contact, result: int, now: float) -> None:
        """A contact in service ends, or is put back."""
        self.ends.append((contact.ref, contact.type, result, contact.group, contact.start, now))


def first_attempts(block: Block) -> Iterator[Contact]:
    """The block's own contacts, in its order."""
    return _attempts(block.ref, block.type, block.arrival_s, block.patience_s, block.work_s)


def carried_in_service(block: Block) -> Iterator[Contact]:
    """Contacts in service when the block begins, in order of their start."""
    carry = block.carry
    for i, work in enumerate(carry.busy_work_s.tolist()):
        yield Contact(
            int(carry.busy_ref[i]), int(carry.busy_type[i]), float(carry.busy_arrival_s[i]),
            float(carry.busy_patience_s[i]), tuple(work), left=float(carry.busy_left[i]),
            group=int(carry.busy_group[i]), start=float(carry.busy_start_s[i]), end=float(carry.busy_end_s[i]),
            first_start=float(carry.busy_first_start_s[i]),
        )  # fmt: skip


def carried_in_line(block: Block) -> Iterator[Contact]:
    """Contacts waiting when the block begins, by type and order in line."""
    carry = block.carry
    for i, work in enumerate(carry.waiting_work_s.tolist()):
        yield Contact(
            int(carry.waiting_ref[i]), int(carry.waiting_type[i]), float(carry.waiting_arrival_s[i]),
            float(carry.waiting_patience_s[i]), tuple(work), deadline=float(carry.waiting_deadline_s[i]),
            left=float(carry.waiting_left[i]), group=int(carry.waiting_group[i]),
            first_start=float(carry.waiting_first_start_s[i]),
        )  # fmt: skip


def carried_pending(block: Block) -> Iterator[Contact]:
    """Redials and returns to come."""
    carry = block.carry
    return _attempts(
        carry.pending_ref,
        carry.pending_type,
        carry.pending_due_s,
        carry.pending_patience_s,
        carry.pending_work_s,
    )


def _attempts(ref: Whole, kind: Whole, arrival: Floats, patience: Floats, work: Floats) -> Iterator[Contact]:
    brings = (ref.tolist(), kind.tolist(), arrival.tolist(), patience.tolist(), map(tuple, work.tolist()))
    yield from itertools.starmap(Contact, zip(*brings, strict=True))


def report(
    block: Block, groups: list[Group], lines: list[list[Contact]], pending: dict[int, Contact], diary: Diary
) -> Outcome:
    """Rows as arrays, agents' time, and what the next block begins with."""
    ref, kind, state, group, arrival, at = _columns(diary.decisions)
    done_ref, done_kind, result, done_group, start, end = _columns(diary.ends)
    return Outcome(
        ref=whole(ref), type=whole(kind), state=whole(state), group=whole(group),
        arrival_s=floats(arrival), at_s=floats(at),
        ended=Ends(
            ref=whole(done_ref), type=whole(done_kind), result=whole(result), group=whole(done_group),
            start_s=floats(start), end_s=floats(end),
        ),
        busy_s=np.array([each.busy_s for each in groups]),
        staffed_s=np.array([each.staffed_s for each in groups]),
        redials=diary.redials,
        carry=_carry(block, groups, lines, pending),
    )  # fmt: skip


def _carry(
    block: Block, groups: list[Group], lines: list[list[Contact]], pending: dict[int, Contact]
) -> Carry:
    """State at the block's end, on the clock of the next; a block without an end keeps its own."""
    zero = block.end_s if block.end_s < math.inf else 0.0
    columns = block.work_s.shape[1]
    waiting = [contact for line in lines for contact in line]
    numbered = [pair for group in groups for pair in group.in_hand.items()]
    busy = [contact for _, contact in sorted(numbered, key=lambda pair: pair[0])]
    due = sorted(pending.values(), key=lambda contact: (contact.arrival, contact.ref))
    return Carry(
        staffed=whole(group.staffed for group in groups),
        idle_since_s=tuple(floats(group.idle_since) - zero for group in groups),
        waiting_ref=whole(contact.ref for contact in waiting),
        waiting_type=whole(contact.type for contact in waiting),
        waiting_arrival_s=floats(contact.arrival for contact in waiting) - zero,
        waiting_deadline_s=floats(contact.deadline for contact in waiting) - zero,
        waiting_patience_s=floats(contact.patience for contact in waiting),
        waiting_work_s=_table(waiting, columns),
        waiting_left=floats(contact.left for contact in waiting),
        waiting_first_start_s=floats(contact.first_start for contact in waiting) - zero,
        waiting_group=whole(contact.group for contact in waiting),
        busy_ref=whole(contact.ref for contact in busy),
        busy_type=whole(contact.type for contact in busy),
        busy_group=whole(contact.group for contact in busy),
        busy_arrival_s=floats(contact.arrival for contact in busy) - zero,
        busy_start_s=floats(contact.start for contact in busy) - zero,
        busy_end_s=floats(contact.end for contact in busy) - zero,
        busy_patience_s=floats(contact.patience for contact in busy),
        busy_work_s=_table(busy, columns),
        busy_first_start_s=floats(contact.first_start for contact in busy) - zero,
        busy_left=floats(contact.left for contact in busy),
        pending_ref=whole(contact.ref for contact in due),
        pending_type=whole(contact.type for contact in due),
        pending_due_s=floats(contact.arrival for contact in due) - zero,
        pending_patience_s=floats(contact.patience for contact in due),
        pending_work_s=_table(due, columns),
    )  # fmt: skip


def floats(numbers: Iterable[float]) -> Floats:
    """An array of numbers."""
    return np.array(list(numbers), np.float64)


def whole(numbers: Iterable[int]) -> Whole:
    """An array of whole numbers."""
    return np.array(list(numbers), np.int64)


def _columns(rows: list[tuple[int, int, int, int, float, float]]) -> tuple[list[Any], ...]:
    return tuple(map(list, zip(*rows, strict=True))) if rows else ([],) * 6


def _table(contacts: list[Contact], columns: int) -> Floats:
    return np.array([contact.work for contact in contacts], np.float64).reshape(-1, columns)
