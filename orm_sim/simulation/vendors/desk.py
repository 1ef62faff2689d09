"""Overflow between vendors that react: after a wait contacts leave one queue and come to another the same moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.outcome import ABANDONED, ANSWERED, DayOutcome
from orm_sim.centre.plan import DAY_S, DayPlan
from orm_sim.simulation.fates import FIELDS
from orm_sim.simulation.inbound_pool import only

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

TOOK = ("answered", "answered_within", "abandoned", "handled_s", "resolved", "unresolved")
"""What is counted of others' contacts at a taker, by month."""
_AFTER = {name: FIELDS.index(name) for name in ("handled_s", "resolved", "unresolved")}


class Passed(NamedTuple):
    """Contacts on their way from one vendor to another, handle times as proficient agents of the client take them."""

    arrival_s: Floats
    handle_s: Floats
    patience_s: Floats
    ref: Whole

    def where(self, which: NDArray[np.bool_] | Whole) -> Passed:
        """Some of them."""
        return Passed(self.arrival_s[which], self.handle_s[which], self.patience_s[which], self.ref[which])

    def and_(self, other: Passed) -> Passed:
        """These, then others."""
        return Passed(
            np.concatenate([self.arrival_s, other.arrival_s]),
            np.concatenate([self.handle_s, other.handle_s]),
            np.concatenate([self.patience_s, other.patience_s]),
            np.concatenate([self.ref, other.ref]),
        )


NOBODY = Passed(np.empty(0), np.empty(0), np.empty(0), np.empty(0, np.int64))


class Guest(NamedTuple):
    """Whose a contact is that waits in another's queue, and how long it has waited before."""

    owner: int
    waited_s: float


class VendorDesk:
    """One vendor's queue among several.

    Parameters
    ----------
    threshold_s : float
        Wait within which a contact counts as answered in time.
    n_months : int
        Of term and run-off.
    after_s : float or None
        Wait after which its own contacts leave for another's queue; None where they stay.

    Notes
    -----
    A contact that has left does not come back to its first queue. Who is passed on stays offered to its owner;
    answered by the taker it is no longer abandoned there, see `returned`.
    """

    def __init__(self, threshold_s: float, n_months: int, after_s: float | None) -> None:
        self._threshold_s, self.after_s = threshold_s, after_s
        self.counted: Mapping[str, Floats] = {name: np.zeros(n_months) for name in TOOK}
        self._month, self._open, self._base = 0, False, 1.0
        self._may_leave, self._inbox = NOBODY, NOBODY
        self._guests: dict[int, Guest] = {}
        self.left = NOBODY
        self.returned: dict[int, int] = {}

    @property
    def expects(self) -> bool:
        """Whether contacts of others come today."""
        return bool(self._inbox.ref.size)

    def begin(self, month: int, *, is_open: bool) -> None:
        """A day begins; contacts leave on it only where another takes them."""
        self._month, self._open = month, is_open and self.after_s is not None
        self._inbox, self.left, self.returned = NOBODY, NOBODY, {}

    def take(self, owner: int, passed: Passed, waited_s: float) -> None:
        """Contacts of another vendor come to this queue today, each when it leaves the first."""
        self._inbox = self._inbox.and_(passed)
        self._guests |= dict.fromkeys(passed.ref.tolist(), Guest(owner, waited_s))

    def planned(self, plan: DayPlan, factor: float) -> DayPlan:
        """The day with others' contacts, and own ones that leave after the wait."""
        self._base = factor
        if self._open and self.after_s is not None:
            leaves = plan.patience_s > self.after_s
            columns = Passed(plan.arrival_s, plan.handle_s / factor, plan.patience_s, _names(plan))
            self._may_leave = self._may_leave.and_(columns.where(leaves))
            plan = replace(plan, patience_s=np.minimum(plan.patience_s, self.after_s))
        if not self._inbox.ref.size:
            return plan
        came = self._inbox
        order = np.argsort(np.concatenate([plan.arrival_s, came.arrival_s]), kind="stable")
        return replace(
            plan,
            arrival_s=np.concatenate([plan.arrival_s, came.arrival_s])[order],
            handle_s=np.concatenate([plan.handle_s, came.handle_s * factor])[order],
            patience_s=np.concatenate([plan.patience_s, came.patience_s])[order],
            ref=np.concatenate([_names(plan), came.ref])[order],
        )

    def apart(self, outcome: DayOutcome) -> tuple[DayOutcome, DayOutcome | None]:
        """The outcome of own contacts, those that have left counted as abandoned; and of others'."""
        self._leave(outcome)
        if not self._guests:
            return outcome, None
        others = np.isin(outcome.ref, np.fromiter(self._guests, np.int64, len(self._guests)))
        counts, waits = outcome.counts.copy(), outcome.waits_s.copy()
        counted = self._count(only(outcome, others))
        counts[:, -1] -= counted[0]
        waits[:, -1] -= counted[1]
        return replace(only(outcome, ~others), counts=counts, waits_s=waits), only(outcome, others)

    def took(self, sums: Floats) -> None:
        """What follows from others' contacts that were answered."""
        for name, at in _AFTER.items():
            self.counted[name][self._month] += sums[at]

    def _leave(self, outcome: DayOutcome) -> None:
        """Who of those that may has left; who still waits at midnight may leave tomorrow."""
        may = self._may_leave
        if not may.ref.size or self.after_s is None:
            return
        gone = np.isin(may.ref, outcome.ref[outcome.state == ABANDONED])
        if self._open:
            left = may.where(gone)
            begin, rest = left.arrival_s + self.after_s, left.patience_s - self.after_s
            order = np.argsort(begin, kind="stable")
            self.left = Passed(begin, left.handle_s, rest, left.ref).where(order)
        waiting = may.where(np.isin(may.ref, outcome.carry.waiting_ref))
        self._may_leave = waiting._replace(arrival_s=waiting.arrival_s - DAY_S)

    def _count(self, others: DayOutcome) -> tuple[Whole, Floats]:
        """Note what became of others' contacts; what the outcome has counted of them, as its rows have it."""
        answered, waits = others.state == ANSWERED, others.wait_s
        guests = [self._guests.pop(int(ref)) for ref in others.ref]
        before = np.array([guest.waited_s for guest in guests])
        for guest, was_answered in zip(guests, answered.tolist(), strict=True):
            if was_answered:
                self.returned[guest.owner] = self.returned.get(guest.owner, 0) + 1
        in_time = int(np.count_nonzero(answered & (before + waits <= self._threshold_s)))
        found = (int(answered.sum()), in_time, int((~answered).sum()))
        for name, value in zip(TOOK, found, strict=False):
            self.counted[name][self._month] += value
        here = int(np.count_nonzero(answered & (waits <= self._threshold_s)))
        return np.array([len(guests), found[0], here, found[2]]), np.array(
            [waits[answered].sum(), waits.sum()]
        )


def _names(plan: DayPlan) -> Whole:
    """Identities of a day's contacts, which a pool always gives."""
    if plan.ref is None:
        raise ValueError("contacts without identities cannot be passed on")
    return plan.ref
