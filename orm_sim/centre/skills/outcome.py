"""What several-skill engines give back: every decision and every completion of a block, and agents' time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.skills.plan import Carry, Late

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

ANSWERED: Final = 1
ABANDONED: Final = 2
BALKED: Final = 3
BLOCKED: Final = 4
CLEARED: Final = 5
VOICEMAIL: Final = 6
"""`Outcome.state`: how an attempt was decided."""

DONE: Final = 1
UNRESOLVED: Final = 2
CUT_OFF: Final = 3
"""`Outcome.result`: how a contact in service ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """One row for each time a contact in service ended in a block (`DONE`, `UNRESOLVED`, `CUT_OFF`) and one for each
    pre-emption (result 0), in the order in which they happened: arrays [n_done].
    """

    ref: Whole
    type: Whole
    result: Whole
    group: Whole
    start_s: Floats
    end_s: Floats


class LateEnds(Protocol):
    """Ends that are put in order when somebody asks for them: sums by group and type need no order."""

    def in_order(self) -> Ends:
        """The rows."""

    def add_handled(self, period_s: float, total: Floats) -> None:
        """Add the seconds of each to float64[T, G, P], by its type, its group and the period of its arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Late):
    """Records in the order in which they happened. G groups, P periods.

    Attributes
    ----------
    ref, type, state, group, arrival_s, at_s : arrays [n_decided]
        One row for each attempt decided in this block: when it arrived, and when it started (`ANSWERED`, with the
        group; first start only), gave up, was cleared or left a message; balked and blocked at arrival. `group` is
        -1 for those not answered.
    ended : Ends or LateEnds
        Read in order as `ends`, or column by column as `done_ref` and so on.
    busy_s, staffed_s : float64[G, P]
        Agent seconds on contacts, and the integral of max(staffed, busy); nobody is staffed after closing.
    redials : int64[T]
        Attempts of this block that were redials, by type.
    carry : Carry
    """

    ref: Whole
    type: Whole
    state: Whole
    group: Whole
    arrival_s: Floats
    at_s: Floats
    ended: Ends | LateEnds
    busy_s: Floats
    staffed_s: Floats
    redials: Whole
    carry: Carry

    @property
    def ends(self) -> Ends:
        """Ends of service, in order."""
        return self.ended if isinstance(self.ended, Ends) else self.ended.in_order()

    @property
    def done_ref(self) -> Whole:
        """Who ended."""
        return self.ends.ref

    @property
    def done_type(self) -> Whole:
        """Their types."""
        return self.ends.type

    @property
    def result(self) -> Whole:
        """How each ended."""
        return self.ends.result

    @property
    def done_group(self) -> Whole:
        """Groups that had served them."""
        return self.ends.group

    @property
    def done_start_s(self) -> Floats:
        """When that service began."""
        return self.ends.start_s

    @property
    def done_end_s(self) -> Floats:
        """When it ended."""
        return self.ends.end_s
