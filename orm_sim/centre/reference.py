"""The executable specification: the same pool as the kernel's, told plainly in SimPy, a process per contact.

At one moment, in this order: the staffing changes; contacts complete; waiting contacts are assigned, first
come first served, or those first who are not yet late, while fewer agents are busy than staffed; new contacts
arrive in the order of the plan; contacts whose patience ends there give up. Times are scheduled absolutely: SimPy's
timeouts round twice.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from heapq import heappush
from typing import Any, Final, cast

import numpy as np
import simpy
from simpy.events import EventPriority

from orm_sim.centre.outcome import ABANDONED, ANSWERED, DayOutcome
from orm_sim.centre.plan import Carry, DayPlan, check

# SimPy's own wake-up calls have priority 1 and below, so they are heard before anything else of that moment.
CHANGE: Final = 2
COMPLETION: Final = 3
ASSIGNMENT: Final = 4
ARRIVAL: Final = 5
GIVING_UP: Final = 6

Process = Generator[simpy.Event, Any, None]


class Clock(simpy.Environment):
    """A SimPy environment that can be asked for an exact moment."""

    def moment(self, when: float, priority: int) -> simpy.Event:
        """An event at a time, not after a delay: ``now + (when - now)`` need not equal ``when``."""
        event = simpy.Event(self)
        event._ok, event._value = True, None
        heappush(self._queue, (when, cast(EventPriority, priority), next(self._eid), event))
        return event

    def at(self, when: float, priority: int, act: Callable[[], None]) -> None:
        """Do something at an exact moment."""
        self.moment(when, priority).callbacks = [lambda _: act()]


@dataclass(eq=False)
class Contact:
    """One contact: what it brings, and once decided, what became of it (start nan when it gave up)."""

    ref: int
    column: int
    arrival: float
    handle: float
    deadline: float
    start: float = math.inf

    @property
    def decided(self) -> bool:
        """Whether it has started or given up."""
        return self.start != math.inf

    @property
    def answered(self) -> bool:
        """Whether it has started."""
        return math.isfinite(self.start)

    @property
    def end(self) -> float:
        """When it left: completed, or gave up."""
        return self.start + self.handle if self.answered else self.deadline

    @property
    def wait(self) -> float:
        """Seconds from arrival to start, or to giving up."""
        return (self.start if self.answered else self.deadline) - self.arrival


class Pool:
    """Agents who take the contact that has waited longest, and the time they spend."""

    def __init__(self, clock: Clock, plan: DayPlan) -> None:
        self.clock = clock
        self.staffed = int(plan.staffed[0])
        self.line: deque[tuple[Contact, simpy.Event]] = deque()
        self.ends: list[float] = []
        self.interval = 0
        self.counted_to = 0.0
        self.busy_s = np.zeros(plan.staffed.size)
        self.staffed_s = np.zeros(plan.staffed.size)
        self.late_after_s = plan.threshold_s if plan.in_time_first else math.inf

    def count_time(self) -> None:
        """Book the agent seconds since the last booking; called before anything about them changes."""
        elapsed = self.clock.now - self.counted_to
        self.busy_s[self.interval] += len(self.ends) * elapsed
        self.staffed_s[self.interval] += max(self.staffed, len(self.ends)) * elapsed
        self.counted_to = self.clock.now

    def staff(self, plan: DayPlan) -> Process:
        """The roster: a new number of agents at each interval's border; who is above it finishes in hand."""
        for interval in range(1, plan.staffed.size):
            border = interval * plan.interval_s
            if border >= plan.end_s:
                return
            yield self.clock.moment(border, CHANGE)
            self.count_time()
            self.interval, self.staffed = interval, int(plan.staffed[interval])
            self.call_to_assign()

    def call_to_assign(self) -> None:
        """Assign once everything that frees an agent at this moment has happened."""
        self.clock.at(self.clock.now, ASSIGNMENT, self.assign)

    def assign(self) -> None:
        """Give waiting contacts to agents in their order, while fewer are busy than staffed."""
        while self.line and len(self.ends) < self.staffed:
            contact, turn = self.next_in_line()
            self.count_time()
            contact.start = self.clock.now
            self.ends.append(contact.end)
            turn.succeed()

    def next_in_line(self) -> tuple[Contact, simpy.Event]:
        """Take the contact that came first out of the line; where that is the rule, the first that is not yet late."""
        chosen = self.line[0]
        if self.late_after_s < math.inf:
            chosen = min(self.line, key=lambda each: (self.is_late(each[0]), each[0].arrival))
        self.line.remove(chosen)
        return chosen

    def is_late(self, contact: Contact) -> bool:
        """Whether a contact that waits has waited longer than the threshold, where that matters."""
        return self.clock.now - contact.arrival > self.late_after_s

    def give_up(self, contact: Contact, turn: simpy.Event) -> None:
        """Patience is over: a contact still in line leaves it."""
        if not contact.decided:
            self.line.remove((contact, turn))
            contact.start = math.nan
            turn.succeed()

    def serve(self, end: float) -> Process:
        """An agent works until the contact ends, then is free."""
        yield self.clock.moment(end, COMPLETION)
        self.count_time()
        self.ends.remove(end)
        self.call_to_assign()


def call_in(contacts: list[Contact], clock: Clock, pool: Pool) -> Process:
    """Bring in the contacts one after the other, each as a process of its own."""
    for contact in contacts:
        yield clock.moment(contact.arrival, ARRIVAL)
        clock.process(live(contact, clock, pool))


def live(contact: Contact, clock: Clock, pool: Pool) -> Process:
    """The life of a contact: join the line, wait, then be served or give up."""
    turn = clock.event()
    pool.line.append((contact, turn))
    pool.assign()
    if not contact.decided and contact.deadline < math.inf:
        clock.at(contact.deadline, GIVING_UP, lambda: pool.give_up(contact, turn))
    yield turn
    if contact.answered:
        yield from pool.serve(contact.end)


def run(plan: DayPlan) -> DayOutcome:
    """Outcome of one block of a single pool, event by event.

    Parameters
    ----------
    plan : DayPlan
        Contacts, staffing and the state carried in.

    Returns
    -------
    DayOutcome
        What every other engine must return for this plan.

    Raises
    ------
    ValueError
        When the plan breaks one of `orm_sim.centre.plan.FAULTS`.
    """
    check(plan)
    clock = Clock()
    pool = Pool(clock, plan)
    contacts = line_up(plan)
    waiting = plan.carry.waiting_ref.size
    clock.process(pool.staff(plan))
    for end in plan.carry.busy_end_s.tolist():
        pool.ends.append(end)
        clock.process(pool.serve(end))
    for contact in sorted(contacts[:waiting], key=pool.is_late):  # each is assigned as it joins the line
        clock.process(live(contact, clock, pool))
    clock.process(call_in(contacts[waiting:], clock, pool))
    clock.run(until=plan.end_s)  # stops before anything of that moment happens
    pool.count_time()
    return report(plan, contacts, pool)


def line_up(plan: DayPlan) -> list[Contact]:
    """Contacts in order of arrival: those carried in, then this block's, each with its interval."""
    carry, last = plan.carry, plan.staffed.size - 1
    contacts = [
        Contact(ref, plan.staffed.size, arrival, handle, deadline)
        for ref, arrival, handle, deadline in zip(
            carry.waiting_ref.tolist(),
            carry.waiting_arrival_s.tolist(),
            carry.waiting_handle_s.tolist(),
            carry.waiting_deadline_s.tolist(),
            strict=True,
        )
    ]
    borders = [interval * plan.interval_s for interval in range(1, last + 1)]
    refs = range(plan.arrival_s.size) if plan.ref is None else plan.ref.tolist()
    for ref, arrival, handle, patience in zip(
        refs, plan.arrival_s.tolist(), plan.handle_s.tolist(), plan.patience_s.tolist(), strict=True
    ):
        column = bisect_right(borders, arrival)
        contacts.append(Contact(ref, column, arrival, handle, arrival + patience))
    return contacts


def report(plan: DayPlan, contacts: list[Contact], pool: Pool) -> DayOutcome:
    """Counts by interval of arrival, the decided contacts, and what the next block begins with."""
    counts = np.zeros((4, plan.staffed.size + 1), np.int64)
    waits_s = np.zeros((2, plan.staffed.size + 1))
    for contact in contacts:
        counts[0, contact.column] += 1
        if contact.decided:
            waits_s[1, contact.column] += contact.wait
        if contact.answered:
            counts[1, contact.column] += 1
            counts[2, contact.column] += contact.wait <= plan.threshold_s
            waits_s[0, contact.column] += contact.wait
        elif contact.decided:
            counts[3, contact.column] += 1
    decided = [contact for contact in contacts if contact.decided]
    return DayOutcome(
        counts,
        waits_s,
        pool.busy_s,
        pool.staffed_s,
        np.array([contact.ref for contact in decided], np.int64),
        np.array([ANSWERED if contact.answered else ABANDONED for contact in decided], np.int8),
        np.array([contact.wait for contact in decided], float),
        np.array([contact.start for contact in decided], float),
        np.array([contact.end for contact in decided], float),
        leave(plan, contacts, pool),
    )


def leave(plan: DayPlan, contacts: list[Contact], pool: Pool) -> Carry:
    """What the next block begins with, on its clock."""
    waiting = [contact for contact in contacts if not contact.decided]
    return Carry(
        np.array([contact.arrival - plan.end_s for contact in waiting], float),
        np.array([contact.handle for contact in waiting], float),
        np.array([contact.deadline - plan.end_s for contact in waiting], float),
        np.array([contact.ref for contact in waiting], np.int64),
        np.array(sorted(end - plan.end_s for end in pool.ends if end > plan.end_s), float),
    )
