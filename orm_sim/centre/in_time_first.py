"""The compiled engine with another queue discipline: who is not yet late is served before who is already late.

A contact is late once it has waited longer than the threshold of the service level. Contacts turn late in the order
in which they came, so two lines are enough: those in time, a stretch of the block's contacts, and those that have been
passed over, each first come first served. Everything else, staffing and patience included, is the kernel's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from orm_sim.centre.ends import BEHIND, overtime, owed_at, replace_one, shift
from orm_sim.centre.kernel import count, still_busy
from orm_sim.centre.outcome import ABANDONED, ANSWERED, DayOutcome
from orm_sim.centre.plan import Carry, DayPlan, Floats, Whole, check
from orm_sim.core.compiled import jit


class Lines(NamedTuple):
    """Contacts of a block, those carried in first, and where the two lines stand.

    ``start`` inf until a contact is taken, nan once it is found to have given up · ``late`` room for those passed
    over · ``at`` int64[3]: the next contact not passed over, and the first and the end of those in ``late`` · ``first``
    how many were carried in · ``threshold_s`` after which a contact is late.
    """

    arrival: Floats
    handle: Floats
    deadline: Floats
    start: Floats
    late: Whole
    at: Whole
    first: int
    threshold_s: float


def run_in_time_first(plan: DayPlan) -> DayOutcome:
    """Outcome of one block of a single pool; count for count that of `orm_sim.centre.reference.run`.

    Raises
    ------
    ValueError
        When the plan breaks one of `orm_sim.centre.plan.FAULTS`.
    """
    check(plan)
    carry, n = plan.carry, plan.arrival_s.size
    number = np.concatenate((carry.waiting_ref, np.arange(n) if plan.ref is None else plan.ref))
    first, total = carry.waiting_ref.size, number.size
    lines = Lines(
        np.concatenate((carry.waiting_arrival_s, plan.arrival_s)),
        np.concatenate((carry.waiting_handle_s, plan.handle_s)),
        np.concatenate((carry.waiting_deadline_s, plan.arrival_s + plan.patience_s)),
        np.full(total, np.inf), np.empty(total, np.int64), np.zeros(3, np.int64), first, plan.threshold_s,
    )  # fmt: skip
    ends = shift(plan.staffed, carry.busy_end_s)
    busy_s, logged_s = _serve(lines, plan.staffed, plan.interval_s, plan.end_s, ends)
    return _told(plan, lines, number, ends, busy_s, logged_s)


def _told(
    plan: DayPlan, lines: Lines, number: Whole, ends: Floats, busy_s: Floats, logged_s: Floats
) -> DayOutcome:
    """Waits and states of those decided, and what is left for the next block on its clock."""
    end_s, start = plan.end_s, lines.start
    waits = (start == np.inf) & (lines.deadline >= end_s)
    start[(start == np.inf) & ~waits] = np.nan
    answered = np.isfinite(start)
    wait_s = np.where(answered, start, lines.deadline) - lines.arrival
    finish_s = np.where(answered, start + lines.handle, lines.deadline)
    state = np.where(answered, ANSWERED, ABANDONED).astype(np.int8)
    counts, waits_s = count(
        lines.arrival, start, 0, wait_s[~waits], state[~waits], lines.first, plan.staffed.size, plan.interval_s,
        plan.threshold_s,
    )  # fmt: skip
    left = Carry(
        lines.arrival[waits] - end_s,
        lines.handle[waits],
        lines.deadline[waits] - end_s,
        number[waits],
        still_busy(ends, end_s),
    )
    return DayOutcome(
        counts, waits_s, busy_s, logged_s, number[~waits], state[~waits], wait_s[~waits], start[~waits],
        finish_s[~waits], left,
    )  # fmt: skip


@jit
def _serve(
    lines: Lines, staffed: Whole, interval_s: float, end_s: float, ends: Floats
) -> tuple[Floats, Floats]:
    """Fill `ends` and `start`; busy and logged-in seconds by interval."""
    busy_s, logged_s = np.zeros(staffed.size), np.zeros(staffed.size)
    owed = owed_at(ends, 0.0)
    for interval in range(staffed.size):
        begin = interval * interval_s
        if begin >= end_s:
            break
        until = end_s if interval == staffed.size - 1 else min(begin + interval_s, end_s)
        head = ends.size - BEHIND - staffed[interval]
        work = owed + _serve_interval(lines, ends, head, begin, until)
        owed = owed_at(ends, until)
        logged_s[interval] = staffed[interval] * (until - begin) + overtime(ends, head, begin, until)
        busy_s[interval] = min(max(work - owed, 0.0), logged_s[interval])
    return busy_s, logged_s


@jit
def _serve_interval(lines: Lines, ends: Floats, head: int, begin: float, until: float) -> float:
    """Take contacts while staffing stays; the handle time that is begun."""
    work = 0.0
    front = np.uint64(head)
    while True:
        moment = max(ends[front], begin)
        if moment >= until:
            return work
        taken = _waiting_at(lines, moment)
        if taken < 0:  # nobody waits: the next to come finds an agent
            taken = lines.at[0]
            if taken == lines.arrival.size or lines.arrival[taken] >= until:
                return work
            moment = lines.arrival[taken]
            lines.at[0] += 1
        lines.start[taken] = moment
        end = moment + lines.handle[taken]
        work += end - moment
        replace_one(ends, front, end)  # type: ignore[arg-type]  # numba's word for int


@jit
def _waiting_at(lines: Lines, moment: float) -> int:
    """Who of those that wait is taken at a moment: the first in time, else the first of those late; -1 for nobody.

    Who comes at that very moment does not wait yet.
    """
    arrival, deadline, start, at = lines.arrival, lines.deadline, lines.start, lines.at
    while at[0] < arrival.size and (at[0] < lines.first or arrival[at[0]] < moment):
        candidate = at[0]
        at[0] += 1
        if deadline[candidate] < moment:
            start[candidate] = np.nan
        elif moment - arrival[candidate] > lines.threshold_s:
            lines.late[at[2]] = candidate
            at[2] += 1
        else:
            return int(candidate)
    while at[1] < at[2]:
        candidate = lines.late[at[1]]
        at[1] += 1
        if moment <= deadline[candidate]:
            return int(candidate)
        start[candidate] = np.nan
    return -1
