"""What several-skill engines give back: every decision and every completion of a block, and agents' time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.skills.plan import Carry

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
class Outcome:
    """Records in the order in which they happened. G groups, P periods.

    Attributes
    ----------
    ref, type, state, group, arrival_s, at_s : arrays [n_decided]
        One row for each attempt decided in this block: when it arrived, and when it started (`ANSWERED`, with the
        group; first start only), gave up, was cleared or left a message; balked and blocked at arrival. `group` is
        -1 for those not answered.
    done_ref, done_type, result, done_group, done_start_s, done_end_s : arrays [n_done]
        One row for each time a contact in service ended in this block (`DONE`, `UNRESOLVED`, `CUT_OFF`) and
        one for each pre-emption (result 0).
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
    done_ref: Whole
    done_type: Whole
    result: Whole
    done_group: Whole
    done_start_s: Floats
    done_end_s: Floats
    busy_s: Floats
    staffed_s: Floats
    redials: Whole
    carry: Carry
