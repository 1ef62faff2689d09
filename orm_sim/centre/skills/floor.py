"""Contacts, groups of agents and lines of the reference engine, and the rules by which they choose each other."""

from __future__ import annotations

import math
from bisect import insort
from collections import deque
from dataclasses import dataclass

import numpy as np

from orm_sim.centre.skills.draws import ROUTE, draw
from orm_sim.centre.skills.plan import (
    BY_FREE_AGENTS,
    BY_LONGEST_IDLE,
    LONGEST_WAIT,
    OWN_FIRST,
    WEIGHTED_WAIT,
    WITHIN_THRESHOLD_FIRST,
    Block,
    Layout,
)


@dataclass(eq=False, slots=True)
class Contact:
    """One attempt: what it brings, where it stands in line, and what has become of it.

    Attributes
    ----------
    ref, type, patience, work
        As in `Block`, work one number for each column.
    arrival : float
        When it arrived; of a pending attempt, when it is due.
    place : (float, int)
        Lines are in order of it: arrival, then the order of joining; below 0 for those put back.
    deadline : float
        When it leaves the line, inf never.
    messages : bool
        Whether it leaves a message at its deadline.
    waiting : bool
    left : float
        Share of its handle time still to be done when it starts.
    group : int
        The group that serves it, or served it last; -1 none or not known.
    start, end, first_start : float
        Of its service; the first start is nan before there is one.
    """

    ref: int
    type: int
    arrival: float
    patience: float
    work: tuple[float, ...]
    place: tuple[float, int] = (0.0, 0)
    deadline: float = math.inf
    messages: bool = False
    waiting: bool = False
    left: float = 1.0
    group: int = -1
    start: float = math.nan
    end: float = math.nan
    first_start: float = math.nan


class Group:
    """Agents of one group: those idle by how long, those on a contact by the order of start, and their time."""

    def __init__(self, block: Block, number: int) -> None:
        self.number = number
        self.leaving = int(block.layout.leaving[number])
        self.staffed = int(block.carry.staffed[number])
        self.idle_since: deque[float] = deque(block.carry.idle_since_s[number].tolist())
        self.in_hand: dict[int, Contact] = {}
        self.period, self.period_s, self.counted_to = 0, block.period_s, 0.0
        self.busy_s = np.zeros(block.n_periods)
        self.staffed_s = np.zeros(block.n_periods)

    @property
    def busy(self) -> int:
        """Agents on a contact."""
        return len(self.in_hand)

    def settle(self, now: float) -> None:
        """Idle agents are those staffed beyond the busy ones; who comes joins the end, who goes leaves from there."""
        wanted = max(self.staffed - self.busy, 0)
        while len(self.idle_since) < wanted:
            self.idle_since.append(now)
        while len(self.idle_since) > wanted:
            self.idle_since.pop()

    def finish(self, number: int, now: float) -> None:
        """An agent puts a contact down and is idle, or leaves if there are more than staffed."""
        del self.in_hand[number]
        self.settle(now)

    def count_time(self, now: float, is_open: bool) -> None:
        """Book agent seconds up to now, split at the borders of periods; before anything about them changes."""
        there = max(self.staffed if is_open else 0, self.busy)
        while self.counted_to < now:
            last = self.period == self.busy_s.size - 1
            until = now if last else min(now, (self.period + 1) * self.period_s)
            self.busy_s[self.period] += self.busy * (until - self.counted_to)
            self.staffed_s[self.period] += there * (until - self.counted_to)
            self.counted_to = until
            if not last and until == (self.period + 1) * self.period_s:
                self.period += 1


class Lines:
    """Waiting contacts, a line for each type, and what a group's agent takes from them."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.eligible_after: list[list[float]] = layout.eligible_after_s.tolist()
        self.lines: list[list[Contact]] = [[] for _ in range(layout.n_types)]

    @property
    def waiting(self) -> int:
        """Contacts in all lines."""
        return sum(map(len, self.lines))

    def join(self, contact: Contact) -> None:
        """A contact stands in its type's line, at its place."""
        contact.waiting = True
        insort(self.lines[contact.type], contact, key=lambda other: other.place)

    def leave(self, contact: Contact) -> None:
        """A contact stands there no longer."""
        contact.waiting = False
        self.lines[contact.type].remove(contact)

    def eligible(self, contact: Contact, group: int, now: float) -> bool:
        """Whether a group may take a contact by now."""
        return now >= contact.arrival + self.eligible_after[contact.type][group]

    def next_for(self, group: int, now: float, first_round: bool) -> Contact | None:
        """The waiting contact that an agent of a group takes now; None if there is none for it.

        In the first round of a moment those that become eligible at this very moment are left out: their turn
        comes after the arrivals, and they choose the group themselves.
        """
        mine = [
            contact
            for kind, line in enumerate(self.lines)
            if self.layout.rank[group, kind] >= 0
            for contact in line[:1]
            if self._open_to(contact, group, now, first_round)
        ]
        takes = int(self.layout.takes[group])
        if takes == WITHIN_THRESHOLD_FIRST:
            mine = self._not_yet_late(group, now, first_round) or mine
        return min(mine, key=lambda contact: self._order(contact, group, takes, now), default=None)

    def _open_to(self, contact: Contact, group: int, now: float, first_round: bool) -> bool:
        since = contact.arrival + self.eligible_after[contact.type][group]
        return now > since if first_round else now >= since

    def _not_yet_late(self, group: int, now: float, first_round: bool) -> list[Contact]:
        """From each type the first contact that is eligible and has not waited longer than the threshold."""
        found = []
        for kind, line in enumerate(self.lines):
            threshold = self.layout.threshold_s[kind]
            for contact in line if self.layout.rank[group, kind] >= 0 else []:
                if self._open_to(contact, group, now, first_round) and now - contact.arrival <= threshold:
                    found.append(contact)
                    break
        return found

    def _order(self, contact: Contact, group: int, takes: int, now: float) -> tuple[float, float, int]:
        """By what a group compares contacts: the smallest is taken."""
        rank, weight = int(self.layout.rank[group, contact.type]), float(self.layout.weight[contact.type])
        first: float = rank  # PRIORITY, and WITHIN_THRESHOLD_FIRST among those it looks at
        if takes == LONGEST_WAIT:
            first = 0
        elif takes == WEIGHTED_WAIT:
            first = -(weight * (now - contact.arrival))
        elif takes == OWN_FIRST:
            first = rank != 0
        return first, contact.arrival, contact.type


def choose_group(layout: Layout, contact: Contact, free: list[Group]) -> Group:
    """The group a contact goes to.

    Parameters
    ----------
    layout : Layout
    contact : Contact
    free : list of Group
        Those with an idle agent that may take it, in its type's order of preference; not empty.
    """
    choose = layout.choose[contact.type]
    if choose == BY_LONGEST_IDLE:
        return min(free, key=lambda group: group.idle_since[0])
    if choose == BY_FREE_AGENTS:
        agents = [group for group in free for _ in group.idle_since]
        _, v = draw(*layout.key, contact.ref, ROUTE)
        return agents[int(v * len(agents))]
    return free[0]
