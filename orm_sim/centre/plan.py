"""What one pool of agents is asked to handle over a stretch of time: the input of every engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.compiled import jit

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

DAY_S: Final = 86_400.0
INTERVAL_S: Final = 1_800.0


@dataclass(frozen=True, slots=True)
class Carry:
    """State left at the end of a block, in seconds on the clock of the block that follows.

    An engine rebases it: every time is relative to the end of the block it comes from. Ends and deadlines
    lie at or after that moment, where the subtraction of 86,400 is exact, so a cut never moves the path.

    Attributes
    ----------
    waiting_arrival_s : float64[n_waiting]
        Arrival of each contact still waiting, first come first; 0 or less.
    waiting_handle_s : float64[n_waiting]
        Handle time each will need, seconds.
    waiting_deadline_s : float64[n_waiting]
        Last moment at which each may still start (arrival + patience); 0 or more, inf allowed.
    waiting_ref : int64[n_waiting]
        The caller's ids of these contacts.
    busy_end_s : float64[n_busy]
        Ends of the contacts in service, ascending, all above 0.
    """

    waiting_arrival_s: Floats
    waiting_handle_s: Floats
    waiting_deadline_s: Floats
    waiting_ref: Whole
    busy_end_s: Floats

    @classmethod
    def empty(cls) -> Carry:
        """Nobody waiting and nobody in service: the state before the first block."""
        return NOTHING

    @property
    def waiting_patience_s(self) -> Floats:
        """Patience of each waiting contact counted from its arrival, seconds."""
        return self.waiting_deadline_s - self.waiting_arrival_s

    def without_waiting(self) -> Carry:
        """Only the contacts in service: for a dial list, whose undialled contacts go back to the list."""
        return Carry(_NO_TIMES, _NO_TIMES, _NO_TIMES, _NO_REFS, self.busy_end_s)


_NO_TIMES: Final[Floats] = np.empty(0)
_NO_REFS: Final[Whole] = np.empty(0, np.int64)
NOTHING: Final = Carry(_NO_TIMES, _NO_TIMES, _NO_TIMES, _NO_REFS, _NO_TIMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """Contacts and staffing of one pool over one block, by default a local day of 48 half-hours.

    Attributes
    ----------
    arrival_s : float64[n_contacts]
        Seconds since the start of the block, ascending, in [0, end_s). Ties keep this order.
    handle_s : float64[n_contacts]
        Handle time (talk + hold + wrap), seconds, 0 or more, finite; learning and tools already in it.
    patience_s : float64[n_contacts]
        A contact abandons when its wait would exceed this many seconds; 0 or more, inf allowed.
    staffed : int64[n_intervals]
        Agents staffed in each interval, 0 or more.
    threshold_s : float
        A contact is answered within the threshold when its wait is at most this, seconds.
    interval_s : float
        Length of an interval, seconds. The last interval reaches to ``end_s``, however far that is.
    end_s : float
        End of the block. A contact is decided in it only if it starts, or its patience ends, before this.
    ref : int64[n_contacts] or None
        Ids the caller gets back; 0, 1, 2, ... when None.
    carry : Carry
        State left by the block before.
    in_time_first : bool
        Whether contacts that have not yet waited longer than the threshold are served before those that have; within
        both, and for all where False, first come first served.

    Raises
    ------
    ValueError
        When the three arrays of contacts (or ``ref``) differ in length, or an array has another dtype.
        Engines raise it for times out of order or out of range.
    """

    arrival_s: Floats
    handle_s: Floats
    patience_s: Floats
    staffed: Whole
    threshold_s: float
    interval_s: float = INTERVAL_S
    end_s: float = DAY_S
    ref: Whole | None = None
    carry: Carry = field(default=NOTHING)
    in_time_first: bool = False

    def __post_init__(self) -> None:
        n = self.arrival_s.size
        same = self.handle_s.size == n == self.patience_s.size and (self.ref is None or self.ref.size == n)
        if not same:
            raise ValueError("arrival_s, handle_s, patience_s and ref must have the same length")
        if self.staffed.size == 0:
            raise ValueError("staffed must hold at least one interval")
        if self.arrival_s.dtype != _FLOAT or self.handle_s.dtype != _FLOAT or self.patience_s.dtype != _FLOAT:
            raise ValueError("arrival_s, handle_s and patience_s must be float64")
        if self.staffed.dtype != _WHOLE or (self.ref is not None and self.ref.dtype != _WHOLE):
            raise ValueError("staffed and ref must be int64")


_FLOAT: Final = np.dtype(np.float64)
_WHOLE: Final = np.dtype(np.int64)


def check(plan: DayPlan) -> None:
    """Refuse a plan no engine can run.

    Raises
    ------
    ValueError
        When times, staffing or the block are out of order or out of range.
    """
    found = fault(
        plan.arrival_s,
        plan.handle_s,
        plan.patience_s,
        plan.staffed,
        plan.interval_s,
        plan.threshold_s,
        plan.end_s,
    )
    if found:
        raise ValueError(FAULTS[found])


FAULTS: Final = (
    "",
    "interval_s and end_s must be above 0 and finite, threshold_s 0 or more",
    "staffed must be 0 or more in every interval",
    "arrival_s must be ascending, 0 or more and before end_s",
    "handle_s must be 0 or more and finite",
    "patience_s must be 0 or more (inf allowed, nan not)",
)


@jit
def fault(
    arrival_s: Floats,
    handle_s: Floats,
    patience_s: Floats,
    staffed: Whole,
    interval_s: float,
    threshold_s: float,
    end_s: float,
) -> int:
    """Index into `FAULTS` of the first rule a plan breaks; 0 when it can be run (compiled)."""
    if not (0.0 < interval_s < np.inf and 0.0 < end_s < np.inf and threshold_s >= 0.0):
        return 1
    for agents in staffed:
        if agents < 0:
            return 2
    if arrival_s.size == 0:
        return 0
    ascending, handles, patiences = True, True, True
    for i in range(1, arrival_s.size):
        ascending &= arrival_s[i] >= arrival_s[i - 1]
    for i in range(arrival_s.size):
        handles &= (handle_s[i] >= 0.0) & (handle_s[i] < np.inf)
        patiences &= patience_s[i] >= 0.0
    if not (ascending and arrival_s[0] >= 0.0 and arrival_s[-1] < end_s):
        return 3
    if not handles:
        return 4
    return 0 if patiences else 5
