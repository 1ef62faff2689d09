"""The production engine: one pool, first come first served with abandonment, compiled, without an event list.

Contacts start in order of arrival, so each needs only one number: when can the next one start? With n
agents staffed a start is possible at t when fewer than n contacts end after t: from the n-th largest end on.
All ends are kept in one ascending array, idle agents in front as -inf; a change of staffing moves one index:

    ends   -inf -inf  310 | 420  535  610     + inf behind, as the border of the shift
                     head ^  next free = max(arrival, ends[head], start of this staffing)

What lies before `head` are agents who went home, finishing the contact in hand; when staffing rises again the
largest of them are the first to be taken back, because every end behind `head` is at least as large.
In pools of some size, the ends of four contacts are entered in one pass (`orm_sim.centre.ends`).
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.ends import BEHIND, overtime, owed_at, replace_four, replace_one, shift
from orm_sim.centre.outcome import ABANDONED, ANSWERED, DayOutcome
from orm_sim.centre.plan import Carry, DayPlan, Floats, Whole, check, fault
from orm_sim.core.compiled import jit

States = NDArray[np.int8]
Decided = tuple[Whole, Floats, Whole, States, Floats, Floats, Floats]
Left = tuple[Floats, Floats, Floats, Whole, Floats]


class Rows(NamedTuple):
    """Room for the contacts of a block, [n_contacts] each, those carried in first: filled by `play`."""

    ref: Whole
    state: States
    wait_s: Floats
    start_s: Floats
    end_s: Floats


_ZERO: Final[Any] = np.uint64(0)
_ONE: Final[Any] = np.uint64(1)
_FOUR: Final[Any] = np.uint64(4)
_LARGE: Final = 20
"""Agents from which on it is rare that one of four new ends is the next."""
_UNNUMBERED: Final[Whole] = np.empty(0, np.int64)


def run(plan: DayPlan) -> DayOutcome:
    """Outcome of one block of a single pool.

    Parameters
    ----------
    plan : DayPlan
        Contacts, staffing and the state carried in.

    Returns
    -------
    DayOutcome
        Count for count that of `orm_sim.centre.reference.run`.

    Raises
    ------
    ValueError
        When the plan breaks one of `orm_sim.centre.plan.FAULTS`.
    """
    if plan.in_time_first:
        from orm_sim.centre.in_time_first import run_in_time_first

        return run_in_time_first(plan)
    carry = plan.carry
    try:
        decided, busy_s, staffed_s, left = block(
            plan.arrival_s, plan.handle_s, plan.patience_s, _UNNUMBERED if plan.ref is None else plan.ref,
            plan.staffed, plan.interval_s, plan.threshold_s, plan.end_s,
            carry.waiting_arrival_s, carry.waiting_handle_s, carry.waiting_deadline_s, carry.waiting_ref,
            carry.busy_end_s,
        )  # fmt: skip
    except ValueError:
        check(plan)  # says which rule
        raise
    counts, waits_s, ref, state, wait_s, start_s, finish_s = decided
    return DayOutcome(counts, waits_s, busy_s, staffed_s, ref, state, wait_s, start_s, finish_s, Carry(*left))


@jit
def block(
    arrival_s: Floats,
    handle_s: Floats,
    patience_s: Floats,
    ref: Whole,
    staffed: Whole,
    interval_s: float,
    threshold_s: float,
    end_s: float,
    waiting_arrival_s: Floats,
    waiting_handle_s: Floats,
    waiting_deadline_s: Floats,
    waiting_ref: Whole,
    busy_end_s: Floats,
) -> tuple[Decided, Floats, Floats, Left]:
    """Check, queue up, serve, count, and rebase what is left: the whole of `run` in one compiled call.

    Each call from the interpreter is a turn at its lock, for which threads wait. The arguments are the fields of a
    `DayPlan` and its `Carry`, `ref` empty where there is none.

    Raises
    ------
    ValueError
        When a rule is broken, without saying which.
    """
    total = waiting_arrival_s.size + arrival_s.size
    rows = Rows(
        np.empty(total, np.int64), np.empty(total, np.int8), np.empty(total), np.empty(total), np.empty(total)
    )
    return play(
        rows, arrival_s, handle_s, patience_s, ref, staffed, interval_s, threshold_s, end_s, waiting_arrival_s,
        waiting_handle_s, waiting_deadline_s, waiting_ref, busy_end_s,
    )  # fmt: skip


@jit
def play(
    rows: Rows, arrival_s: Floats, handle_s: Floats, patience_s: Floats, ref: Whole, staffed: Whole, interval_s: float,
    threshold_s: float, end_s: float, waiting_arrival_s: Floats, waiting_handle_s: Floats, waiting_deadline_s: Floats,
    waiting_ref: Whole, busy_end_s: Floats,
) -> tuple[Decided, Floats, Floats, Left]:  # fmt: skip
    """`block` in memory that is given: what it decides lies at the front of `rows`."""
    if fault(arrival_s, handle_s, patience_s, staffed, interval_s, threshold_s, end_s):
        raise ValueError("a plan breaks a rule")
    first = waiting_arrival_s.size
    rows.end_s[:first], rows.ref[:first] = waiting_deadline_s, waiting_ref
    until, name = rows.end_s[first:], rows.ref[first:]
    for i in range(until.size):
        until[i] = arrival_s[i] + patience_s[i]
    if ref.size > 0:
        name[:] = ref
    else:
        for i in range(name.size):
            name[i] = i
    ends = shift(staffed, busy_end_s)
    if first == 0:
        return _replay(rows, arrival_s, handle_s, first, staffed, interval_s, threshold_s, end_s, ends)
    arrival, handle = np.empty(rows.ref.size), np.empty(rows.ref.size)
    arrival[:first], handle[:first] = waiting_arrival_s, waiting_handle_s
    arrival[first:], handle[first:] = arrival_s, handle_s
    return _replay(rows, arrival, handle, first, staffed, interval_s, threshold_s, end_s, ends)


@jit
def work_off(
    handle_s: Floats, staffed: Whole, opens_s: float, interval_s: float, end_s: float, busy_end_s: Floats
) -> tuple[int, Floats, Floats, Floats]:
    """A list worked off in its order from a moment on, as `block` would: nobody on it gives up.

    Parameters
    ----------
    handle_s
        Handle time of each entry of the list.
    opens_s
        When its first entry may start.
    staffed, interval_s, end_s, busy_end_s
        As in a `DayPlan` and its `Carry`.

    Returns
    -------
    n_started
        Entries that were started before the block ended.
    busy_s, logged_s
        Busy and logged-in seconds by interval.
    busy_end_s
        For the next block.
    """
    ends = shift(staffed, busy_end_s)
    n = handle_s.size
    busy_s, logged_s, started = _serve(
        np.full(n, opens_s), handle_s, np.full(n, np.inf), staffed, interval_s, end_s, ends, np.empty(n)
    )
    return started, busy_s, logged_s, still_busy(ends, end_s)


@jit
def _replay(
    rows: Rows,
    arrival: Floats,
    handle: Floats,
    first: int,
    staffed: Whole,
    interval_s: float,
    threshold_s: float,
    end_s: float,
    ends: Floats,
) -> tuple[Decided, Floats, Floats, Left]:
    """Serve, count, and rebase what is left, of contacts in line, the `first` of which were carried in."""
    number, state, wait, start, deadline = rows
    busy_s, logged_s, head_of_line = _serve(
        arrival, handle, deadline, staffed, interval_s, end_s, ends, start
    )
    left = _leave(arrival, handle, deadline, number, start, head_of_line, ends, end_s)
    n_decided = start.size - left[0].size
    wait, state = wait[:n_decided], state[:n_decided]
    _decide(arrival, handle, deadline, start, head_of_line, wait, state)
    counts, waits_s = count(
        arrival, start, head_of_line, wait, state, first, staffed.size, interval_s, threshold_s
    )
    if n_decided < start.size:
        _close_ranks(number, start, deadline, head_of_line)
    decided = counts, waits_s, number[:n_decided], state, wait, start[:n_decided], deadline[:n_decided]
    return decided, busy_s, logged_s, left


@jit
def _serve(
    arrival: Floats,
    handle: Floats,
    deadline: Floats,
    staffed: Whole,
    interval_s: float,
    end_s: float,
    ends: Floats,
    start: Floats,
) -> tuple[Floats, Floats, int]:
    """Fill `ends`, and `start` of the contacts whose turn comes before the block ends.

    `start` is nan for a contact that gave up. Returns busy and logged-in seconds by interval, and the first
    contact not taken before the block ends; of it and those behind, only patience can have run out.
    """
    busy_s, logged_s = np.zeros(staffed.size), np.zeros(staffed.size)
    border = ends.size - BEHIND
    ended = np.empty(4)
    owed, i = owed_at(ends, 0.0), 0
    for interval in range(staffed.size):
        begin = interval * interval_s
        until = end_s if interval == staffed.size - 1 else min((interval + 1) * interval_s, end_s)
        if begin >= end_s:
            break
        head = border - staffed[interval]
        work, i = _serve_interval(arrival, handle, deadline, start, i, ends, head, begin, until, owed, ended)
        owed = owed_at(ends, until)
        logged_s[interval] = staffed[interval] * (until - begin) + overtime(ends, head, begin, until)
        busy_s[interval] = min(max(work - owed, 0.0), logged_s[interval])
    return busy_s, logged_s, i


@jit
def _serve_interval(
    arrival: Floats,
    handle: Floats,
    deadline: Floats,
    start: Floats,
    first: int,
    ends: Floats,
    head: int,
    begin: float,
    until: float,
    work: float,
    new: Floats,
) -> tuple[float, int]:
    """Fill `start` from the contact `first` on while staffing stays; `work` plus the handle times, and who is next.

    Ends from `head` on are taken one after the other, and `new` keeps the ends of those who took them, until
    there are four or one of them is the next agent free.
    """
    front: Any = np.uint64(head)
    taken, least = _ZERO, np.inf
    one_by_one = ends.size - BEHIND - head < _LARGE
    i: Any = np.uint64(first)
    total = np.uint64(arrival.size)
    while i < total:
        if taken == _FOUR or least < ends[front + taken]:
            replace_four(ends, front, new, taken)
            taken, least = _ZERO, np.inf
        moment = max(arrival[i], ends[front + taken], begin)
        if moment >= until:
            break  # the next staffing decides: this contact stays at the head of the line
        if moment <= deadline[i]:
            start[i] = moment
            end = moment + handle[i]
            work += end - moment
            if one_by_one:
                replace_one(ends, front, end)
            else:
                new[taken] = end
                least = min(least, end)
                taken += _ONE
        else:
            start[i] = np.nan
        i += _ONE
    if taken > _ZERO:
        replace_four(ends, front, new, taken)
    return work, np.int64(i)  # type: ignore[return-value]  # numba's word for int


@jit
def _leave(
    arrival: Floats,
    handle: Floats,
    deadline: Floats,
    number: Whole,
    start: Floats,
    head_of_line: int,
    ends: Floats,
    end_s: float,
) -> Left:
    """What the next block begins with, on its clock; completes `start` (nan: gave up, inf: undecided)."""
    n_waiting, k = 0, 0
    for i in range(head_of_line, start.size):
        waits = deadline[i] >= end_s
        start[i] = np.inf if waits else np.nan
        n_waiting += waits
    waiting_arrival, waiting_handle = np.empty(n_waiting), np.empty(n_waiting)
    waiting_deadline, waiting_ref = np.empty(n_waiting), np.empty(n_waiting, np.int64)
    for i in range(head_of_line, start.size):
        if start[i] == np.inf:
            waiting_arrival[k], waiting_handle[k] = arrival[i] - end_s, handle[i]
            waiting_deadline[k], waiting_ref[k] = deadline[i] - end_s, number[i]
            k += 1
    return waiting_arrival, waiting_handle, waiting_deadline, waiting_ref, still_busy(ends, end_s)


@jit
def still_busy(ends: Floats, end_s: float) -> Floats:
    """Ends that lie behind the end of the block, on the clock of the next one."""
    border = ends.size - BEHIND
    idle = border
    while idle > 0 and ends[idle - 1] > end_s:
        idle -= 1
    busy_end = np.empty(border - idle)
    for spot in range(idle, border):
        busy_end[spot - idle] = ends[spot] - end_s
    return busy_end


@jit
def _decide(
    arrival: Floats, handle: Floats, deadline: Floats, start: Floats, head_of_line: int, wait: Floats, state: States
) -> None:  # fmt: skip
    """Fill waits and states of the decided contacts; `deadline` of these becomes their end."""
    for i in range(head_of_line):
        begun, given_up = start[i], deadline[i]
        finished = begun == begun  # not nan
        wait[i] = (begun if finished else given_up) - arrival[i]
        deadline[i] = begun + handle[i] if finished else given_up
    for i in range(head_of_line):
        state[i] = ANSWERED if start[i] == start[i] else ABANDONED
    k = head_of_line
    for i in range(head_of_line, start.size):
        if start[i] != np.inf:  # whose turn had not come: all of them gave up
            wait[k], state[k] = deadline[i] - arrival[i], ABANDONED
            k += 1


@jit
def _close_ranks(number: Whole, start: Floats, end: Floats, head_of_line: int) -> None:
    """Move decided contacts of the tail together, over those carried on."""
    k = head_of_line
    for i in range(head_of_line, start.size):
        if start[i] != np.inf:
            number[k], start[k], end[k] = number[i], start[i], end[i]
            k += 1


@jit
def count(
    arrival: Floats,
    start: Floats,
    head_of_line: int,
    wait: Floats,
    state: States,
    first: int,
    n_intervals: int,
    interval_s: float,
    threshold_s: float,
) -> tuple[Whole, Floats]:
    """Counts and waits by interval of arrival; the last column holds the `first` carried in."""
    counts, waits_s = np.zeros((4, n_intervals + 1), np.int64), np.zeros((2, n_intervals + 1))
    begin, k = 0, 0
    for column in range(-1, n_intervals):
        stop = first
        if column >= 0:
            border = (column + 1) * interval_s if column < n_intervals - 1 else np.inf
            stop = begin + int(np.searchsorted(arrival[begin:], border))
        until = k + min(stop, head_of_line) - min(begin, head_of_line)
        for i in range(max(begin, head_of_line), stop):
            until += start[i] != np.inf
        answered, within, wait_answered, wait_all = 0, 0, 0.0, 0.0
        lot, fate = wait[k:until], state[k:until]
        for i in range(lot.size):
            answered += fate[i] == ANSWERED
            within += (fate[i] == ANSWERED) & (lot[i] <= threshold_s)
        for i in range(lot.size):
            wait_all += lot[i]
            wait_answered += lot[i] if fate[i] == ANSWERED else 0.0
        counts[0, column], counts[1, column] = stop - begin, answered
        counts[2, column], counts[3, column] = within, lot.size - answered
        waits_s[0, column], waits_s[1, column] = wait_answered, wait_all
        begin, k = stop, until
    return counts, waits_s
