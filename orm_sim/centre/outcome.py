"""What happened to the contacts of one block: the output of every engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.plan import Carry, Floats, Whole

ANSWERED: Final = 1
ABANDONED: Final = 2


class Tally(NamedTuple):
    """Counts and waits of one group of contacts; the rows of ``DayOutcome.counts`` and ``waits_s``.

    ``arrived`` counts contacts that came, decided or not; the others count contacts decided in this block.
    ``wait_all_s`` sums the waits of answered and abandoned contacts, ``wait_answered_s`` of answered ones.
    """

    arrived: int
    answered: int
    answered_within: int
    abandoned: int
    wait_answered_s: float
    wait_all_s: float


@dataclass(frozen=True, slots=True)
class DayOutcome:
    """Counts by interval of arrival, work by interval of work, and the fate of every decided contact.

    Attributes
    ----------
    counts : int64[4, n_intervals + 1]
        Rows arrived, answered, answered_within, abandoned; the last column holds the contacts that arrived
        before this block. Read them by name: ``arrived``, ``answered``, ... and ``carried_in``, ``totals``.
    waits_s : float64[2, n_intervals + 1]
        Sums of waits, rows wait_answered_s and wait_all_s, same columns.
    busy_s : float64[n_intervals]
        Agent seconds spent on contacts, in the interval in which they were worked.
    staffed_s : float64[n_intervals]
        Agent seconds logged in: the integral of max(staffed, busy) over the interval.
    ref : int64[n_decided]
        Ids of the decided contacts, first come first: carried ones, then this block's.
    state : int8[n_decided]
        ``ANSWERED`` or ``ABANDONED``.
    wait_s : float64[n_decided]
        Seconds from arrival to start, or to giving up.
    start_s : float64[n_decided]
        Start of service on this block's clock; nan for abandoned contacts.
    end_s : float64[n_decided]
        Completion (possibly after the block's end), or the moment of giving up.
    carry : Carry
        State for the block that follows, on its clock.
    """

    counts: Whole
    waits_s: Floats
    busy_s: Floats
    staffed_s: Floats
    ref: Whole
    state: NDArray[np.int8]
    wait_s: Floats
    start_s: Floats
    end_s: Floats
    carry: Carry

    @property
    def arrived(self) -> Whole:
        """Contacts that arrived in each interval, decided or not: int64[n_intervals]."""
        return self.counts[0, :-1]

    @property
    def answered(self) -> Whole:
        """Contacts answered in this block, by interval of arrival: int64[n_intervals]."""
        return self.counts[1, :-1]

    @property
    def answered_within(self) -> Whole:
        """Contacts answered within the threshold, by interval of arrival: int64[n_intervals]."""
        return self.counts[2, :-1]

    @property
    def abandoned(self) -> Whole:
        """Contacts that gave up in this block, by interval of arrival: int64[n_intervals]."""
        return self.counts[3, :-1]

    @property
    def wait_answered_s(self) -> Floats:
        """Sum of the waits of answered contacts, by interval of arrival: float64[n_intervals]."""
        return self.waits_s[0, :-1]

    @property
    def wait_all_s(self) -> Floats:
        """Sum of the waits of all decided contacts, by interval of arrival: float64[n_intervals]."""
        return self.waits_s[1, :-1]

    @property
    def carried_in(self) -> Tally:
        """The same figures for the contacts that were waiting when this block began."""
        return Tally(*self.counts[:, -1].tolist(), *self.waits_s[:, -1].tolist())

    @property
    def totals(self) -> Tally:
        """The same figures over all contacts, carried in or arrived in this block."""
        return Tally(*self.counts.sum(axis=1).tolist(), *self.waits_s.sum(axis=1).tolist())
