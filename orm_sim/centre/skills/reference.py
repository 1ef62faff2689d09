"""The executable specification of a centre of several types and groups: SimPy, event by event, slow and plain.

At one moment, in this order: staffing changes, outages end and begin, the centre closes; contacts complete; groups
take waiting contacts; attempts arrive; contacts become eligible for further groups; contacts leave the line. What
an event brings about at its own moment, in a step already past, happens in another round of the steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from heapq import heappush
from itertools import count
from typing import Any, Final

import simpy
from simpy.events import EventPriority

from orm_sim.centre.laws import quantile
from orm_sim.centre.skills import diary
from orm_sim.centre.skills.draws import BODY, FATE, REDIAL, ROUTE, attempt_of, draw, next_attempt
from orm_sim.centre.skills.floor import Contact, Group, Lines, choose_group
from orm_sim.centre.skills.outcome import (
    ABANDONED,
    ANSWERED,
    BALKED,
    BLOCKED,
    CLEARED,
    CUT_OFF,
    DONE,
    UNRESOLVED,
    VOICEMAIL,
    Outcome,
)
from orm_sim.centre.skills.plan import CLEAR_QUEUE, FINISH, MAX_ATTEMPT, PREEMPT_RESUME, Block

CHANGE, OUTAGE_ENDS, OUTAGE_BEGINS, CLOSING, COMPLETION, ASSIGNMENT, ARRIVAL, ELIGIBILITY, LEAVING = range(9)
PUT_BACK: Final = 0
"""`Outcome.result` of a contact that was pre-empted."""


class Clock(simpy.Environment):
    """A SimPy environment whose moments are exact and pass in rounds of the same steps."""

    def __init__(self) -> None:
        super().__init__()
        self.round, self._step = 0, -1

    def at(self, when: float, step: int, act: Callable[[], None], order: tuple[Any, ...] = ()) -> None:
        """Do something at a moment, in a step of it; `order` decides among those of the same step.

        Scheduled absolutely, as ``now + (when - now)`` need not equal ``when``.
        """
        turn = self.round + (step <= self._step) if when == self.now else 0
        event = simpy.Event(self)
        event._ok, event._value = True, None
        event.callbacks = [lambda _: self._enter(turn, step), lambda _: act()]
        place: Any = (turn, step, *order)  # stands where SimPy has a priority, and is compared as one
        heappush(self._queue, (when, place, next(self._eid), event))

    def _enter(self, turn: int, step: int) -> None:
        self.round, self._step = turn, step

    def schedule(
        self, event: simpy.Event, priority: EventPriority = simpy.events.NORMAL, delay: float = 0
    ) -> None:
        """SimPy's own events, such as the end of a run, come before every round of their moment."""
        place: Any = (-1, priority)
        heappush(self._queue, (self.now + delay, place, next(self._eid), event))


class Centre:
    """Groups, lines and the attempts to come, and everything that may happen to them."""

    def __init__(self, block: Block) -> None:
        self.block, self.layout, self.clock = block, block.layout, Clock()
        self.groups = [Group(block, number) for number in range(block.layout.n_groups)]
        self.lines = Lines(block.layout)
        self.pending: dict[int, Contact] = {}
        self.is_open = block.closes_s >= 0.0
        self.diary = diary.Diary(block.layout.n_types)
        self.joined, self.started, self.put_back = count(), count(), count(1)

    # -- before the first event ----------------------------------------------------------------------------------

    def take_over(self) -> None:
        """The state carried in."""
        for contact in diary.carried_in_service(self.block):
            self.serve(contact)
        for contact in diary.carried_in_line(self.block):
            contact.messages = self.patience_of(contact)[1]
            self.stand(contact, (contact.arrival, next(self.joined)))
        for contact in diary.carried_pending(self.block):
            self.expect(contact)

    def schedule_all(self) -> None:
        """What is known of the block beforehand: staffing, outages, closing, first attempts."""
        block, at = self.block, self.clock.at
        at(0.0, ASSIGNMENT, self.assign)
        for i, when in enumerate(block.change_at_s.tolist()):
            at(when, CHANGE, lambda i=i: self.staff(i), (i,))  # type: ignore[misc]
        for i, when in enumerate(block.outage_at_s.tolist()):
            if when >= 0.0:
                at(when, OUTAGE_BEGINS, lambda i=i: self.outage(i), (i,))  # type: ignore[misc]
        for when in block.outage_until_s.tolist():
            if 0.0 <= when < math.inf:
                at(when, OUTAGE_ENDS, self.count_time)  # arrivals see for themselves that it is over
        if 0.0 <= block.closes_s < math.inf:
            at(block.closes_s, CLOSING, self.close)
        for i, contact in enumerate(diary.first_attempts(block)):
            at(contact.arrival, ARRIVAL, lambda c=contact: self.arrive(c), (0, i))  # type: ignore[misc]

    def count_time(self) -> None:
        """Book agents' time up to now; the first thing every event does."""
        for group in self.groups:
            group.count_time(self.clock.now, self.is_open)

    # -- staffing, outages, closing ------------------------------------------------------------------------------

    def staff(self, i: int) -> None:
        """A group has another number of agents from now on; who is above it finishes in hand or is pre-empted."""
        self.count_time()
        group, now = self.groups[self.block.change_group[i]], self.clock.now
        group.staffed = int(self.block.change_to[i])
        while group.leaving != FINISH and group.busy > group.staffed:
            self.preempt(group)
        group.settle(now)
        self.call_to_assign()
        if now >= self.block.closes_s:
            self.clock.at(now, CLOSING, self.clear_unserved, (1,))

    def preempt(self, group: Group) -> None:
        """The contact that started last is put back into its line, before whoever arrived when it did."""
        number, contact = next(reversed(group.in_hand.items()))
        now = self.clock.now
        self.diary.ended(contact, PUT_BACK, now)
        group.finish(number, now)
        if group.leaving == PREEMPT_RESUME:
            contact.left = (contact.end - now) / (contact.end - contact.start) * contact.left
        else:
            contact.left = 1.0
        self.stand(contact, (contact.arrival, -next(self.put_back)))

    def outage(self, i: int) -> None:
        """An outage begins: it may cut off every contact in service."""
        self.count_time()
        if self.block.outage_drops[i]:
            for group in self.groups:
                for number, contact in list(group.in_hand.items()):
                    self.diary.ended(contact, CUT_OFF, self.clock.now)
                    group.finish(number, self.clock.now)
            self.call_to_assign()

    def close(self) -> None:
        """Nobody is admitted any more; those waiting are served out or cleared."""
        self.count_time()
        self.is_open = False
        if self.block.at_close == CLEAR_QUEUE:
            for line in self.lines.lines:
                self.clear(line)
        self.clear_unserved()

    def clear_unserved(self) -> None:
        """After closing, once no change of staffing is to come: clear the types that nobody is left to serve.

        Who has a deadline stays until then: with nobody all day, all who lose patience abandon.
        """
        if (self.block.change_at_s > self.clock.now).any():
            return
        for line, after in zip(self.lines.lines, self.lines.eligible_after, strict=True):
            if not any(
                group.staffed for group, wait in zip(self.groups, after, strict=True) if wait < math.inf
            ):
                self.clear([contact for contact in line if contact.deadline == math.inf])

    def clear(self, line: list[Contact]) -> None:
        """Send away contacts of a line; a contact that had been answered counts as cut off."""
        for contact in list(line):
            self.lines.leave(contact)
            if math.isnan(contact.first_start):
                self.diary.decided(contact, CLEARED, self.clock.now)
            else:
                contact.start = self.clock.now
                self.diary.ended(contact, CUT_OFF, self.clock.now)

    # -- arrival, waiting, leaving -------------------------------------------------------------------------------

    def expect(self, contact: Contact) -> None:
        """An attempt is to come, unless the centre is closed by then: it then stays pending."""
        self.pending[contact.ref] = contact
        when = max(contact.arrival, 0.0)
        if when < min(self.block.closes_s, math.inf):
            self.clock.at(when, ARRIVAL, lambda: self.call_again(contact), (1, contact.arrival, contact.ref))

    def call_again(self, contact: Contact) -> None:
        """A pending attempt arrives."""
        del self.pending[contact.ref]
        self.diary.redials[contact.type] += 1
        contact.arrival = self.clock.now
        self.arrive(contact)

    def arrive(self, contact: Contact) -> None:
        """An attempt is blocked, starts, balks, or joins the line."""
        self.count_time()
        now = self.clock.now
        busy = sum(group.busy for group in self.groups)
        if self.is_blocked() or self.lines.waiting + busy >= self.layout.lines:
            self.diary.decided(contact, BLOCKED, now)
            return
        after = self.lines.eligible_after[contact.type]
        free = [group for group in self.idle_groups(contact) if after[group.number] == 0.0]
        if free:
            self.start(contact, choose_group(self.layout, contact, free))
        elif draw(*self.layout.key, contact.ref, ROUTE)[0] < self.layout.balk[contact.type]:
            self.diary.decided(contact, BALKED, now)
        else:
            wait, contact.messages = self.patience_of(contact)
            contact.deadline = now + wait
            self.stand(contact, (now, next(self.joined)))

    def is_blocked(self) -> bool:
        """Whether an outage that blocks is in effect."""
        block, now = self.block, self.clock.now
        return bool((block.outage_blocks & (block.outage_at_s <= now) & (now < block.outage_until_s)).any())

    def idle_groups(self, contact: Contact) -> list[Group]:
        """Groups of a contact's type with an idle agent, in its order of preference."""
        order = [self.groups[g] for g in self.layout.preference[contact.type].tolist() if g >= 0]
        return [group for group in order if group.idle_since]

    def patience_of(self, contact: Contact) -> tuple[float, bool]:
        """How long a contact stays in line, and whether it then leaves a message."""
        callback = float(self.layout.callback_after_s[contact.type])
        voicemail = float(self.layout.voicemail_after_s[contact.type])
        if callback < contact.patience and callback <= voicemail:
            return math.inf, False
        if voicemail <= contact.patience and voicemail < math.inf:
            return voicemail, True
        return contact.patience, False

    def stand(self, contact: Contact, place: tuple[float, int]) -> None:
        """A contact waits at a place in its line: until a group may take it, or it loses patience."""
        contact.place = place
        self.lines.join(contact)
        order = (contact.type, place)
        for after in self.lines.eligible_after[contact.type]:
            when = contact.arrival + after
            if 0.0 < after < math.inf and when >= self.clock.now:
                self.clock.at(when, ELIGIBILITY, lambda: self.overflow(contact), order)
        if contact.deadline < math.inf:
            self.clock.at(contact.deadline, LEAVING, lambda: self.leave(contact), order)

    def overflow(self, contact: Contact) -> None:
        """A contact may go to one more group by now: it does, if an agent is idle."""
        now = self.clock.now
        free = [g for g in self.idle_groups(contact) if self.lines.eligible(contact, g.number, now)]
        if contact.waiting and free:
            self.start(contact, choose_group(self.layout, contact, free))

    def leave(self, contact: Contact) -> None:
        """A contact still in line at its deadline leaves a message or abandons, and may call again."""
        if not contact.waiting or contact.deadline != self.clock.now:
            return  # it was answered before
        self.count_time()
        self.lines.leave(contact)
        if contact.messages:
            self.diary.decided(contact, VOICEMAIL, self.clock.now)
            return
        self.diary.decided(contact, ABANDONED, self.clock.now)
        attempt, kind, layout = attempt_of(contact.ref), contact.type, self.layout
        u, v = draw(*layout.key, contact.ref, REDIAL)
        if attempt + 1 < layout.redial_max[kind] and attempt < MAX_ATTEMPT and u < layout.redial[kind]:
            due = self.clock.now + quantile(layout.laws, int(layout.redial_law[kind]), v)
            self.expect(self.next_attempt(contact, due, same=bool(layout.redial_same[kind])))

    def next_attempt(self, contact: Contact, due: float, same: bool) -> Contact:
        """The attempt that follows: with the same patience and work, or drawn anew."""
        ref, layout = int(next_attempt(contact.ref)), self.layout
        if same:
            return Contact(ref, contact.type, due, contact.patience, contact.work)
        u, v = draw(*layout.key, ref, BODY)
        work = tuple(quantile(layout.laws, law, u) for law in layout.work_law[contact.type].tolist())
        patience = quantile(layout.laws, int(layout.patience_law[contact.type]), v)
        return Contact(ref, contact.type, due, patience, work)

    # -- service -------------------------------------------------------------------------------------------------

    def call_to_assign(self) -> None:
        """Assign once everything that frees an agent at this moment has happened."""
        self.clock.at(self.clock.now, ASSIGNMENT, self.assign)

    def assign(self) -> None:
        """Each group in turn takes waiting contacts while it has an idle agent."""
        now, first_round = self.clock.now, self.clock.round == 0
        for group in self.groups:
            while group.idle_since and (contact := self.lines.next_for(group.number, now, first_round)):
                self.start(contact, group)

    def start(self, contact: Contact, group: Group) -> None:
        """An agent of a group takes a contact."""
        self.count_time()
        now, g = self.clock.now, group.number
        if contact.waiting:
            self.lines.leave(contact)
        contact.group, contact.start, contact.deadline = g, now, math.inf  # never impatient again
        if math.isnan(contact.first_start):
            contact.first_start = now
            self.diary.decided(contact, ANSWERED, now)
        handle = self.handle_time(contact)
        contact.end = now + (handle if contact.left == 1.0 else contact.left * handle)
        group.idle_since.popleft()  # the agent who has been idle longest
        self.serve(contact)

    def serve(self, contact: Contact) -> None:
        """A contact is in service until its end."""
        number = next(self.started)
        self.groups[contact.group].in_hand[number] = contact
        self.clock.at(
            contact.end, COMPLETION, lambda: self.complete(contact, number), (contact.group, number)
        )

    def handle_time(self, contact: Contact) -> float:
        """The whole handle time of a contact in its group."""
        column = self.layout.work_column[contact.type, contact.group]
        handle: float = contact.work[column] * float(self.layout.factor[contact.type, contact.group])
        return handle

    def complete(self, contact: Contact, number: int) -> None:
        """A contact ends, unless it was cut off or put back before; it is resolved, or may come back."""
        group, layout, now = self.groups[contact.group], self.layout, self.clock.now
        if number not in group.in_hand:
            return
        self.count_time()
        group.finish(number, now)
        self.call_to_assign()
        u, v = draw(*layout.key, contact.ref, FATE)
        if u < layout.resolved[contact.type, contact.group]:
            self.diary.ended(contact, DONE, now)
            return
        self.diary.ended(contact, UNRESOLVED, now)
        if v < layout.comes_back[contact.type] and attempt_of(contact.ref) < MAX_ATTEMPT:
            w, _ = draw(*layout.key, contact.ref, FATE + 1)
            due = now + quantile(layout.laws, int(layout.comes_back_law[contact.type]), w)
            self.expect(self.next_attempt(contact, due, same=False))


def run(block: Block) -> Outcome:
    """Outcome of one block of a centre, event by event.

    Parameters
    ----------
    block : Block
        Contacts, staffing, outages and the state carried in.

    Returns
    -------
    Outcome
        What every other engine must return for this block.
    """
    centre = Centre(block)
    centre.take_over()
    centre.schedule_all()
    if block.end_s < math.inf:
        if block.end_s > 0.0:
            centre.clock.run(until=block.end_s)  # stops before anything of that moment happens
        centre.count_time()
    else:
        centre.clock.run()
    return diary.report(block, centre.groups, centre.lines.lines, centre.pending, centre.diary)
