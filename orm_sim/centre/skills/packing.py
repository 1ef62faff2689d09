"""The state between two blocks in two arrays, as compiled code reads and writes it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from orm_sim.centre.skills.plan import Carry, Floats, Whole

REF, TYPE, GROUP = range(3)
ARRIVAL, PATIENCE, LEFT, FIRST_START, DEADLINE = range(5)
START, END = 4, 5
WAITING, BUSY, PENDING = 5, 6, 2
"""Columns of seconds in a section, and where its work begins."""


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """A `Carry` in two arrays, column after column: those in line, in service and to come, then idle agents.

    Attributes
    ----------
    whole : int64
        Agents staffed [G], idle agents [G]; ref, type, group of those in line and in service; ref, type to come.
    times : float64
        In line: arrival, patience, left, first start, deadline, work. In service: arrival, patience, left, first
        start, start, end, work. To come: due, patience, work. Then since when agents are idle, group after group.
    n_waiting, n_busy, n_pending, n_columns : int
    whole_work : bool
        Whether it is known that nobody has been put back into a line with a part of the work done.
    """

    whole: Whole
    times: Floats
    n_waiting: int
    n_busy: int
    n_pending: int
    whole_work: bool = False
    n_columns: int = 1

    @property
    def n_groups(self) -> int:
        """Groups of the centre."""
        return (self.whole.size - 3 * (self.n_waiting + self.n_busy) - 2 * self.n_pending) // 2

    def columns(self, name: str) -> dict[str, Any]:
        """Every array by its name in `Carry`; a change in one of them is seen here."""
        return _columns(self)


def known(carry: Carry) -> Packed | None:
    """The arrays that a state's own are parts of, if a block has left it."""
    late = getattr(carry, "late", None)
    return late if isinstance(late, Packed) else None


def packed(carry: Carry) -> Packed:
    """The state a block begins with, for compiled code; the lengths of its arrays are not looked at."""
    idle = carry.idle_since_s
    whole = np.concatenate(
        (
            carry.staffed, [since.size for since in idle],
            carry.waiting_ref, carry.waiting_type, carry.waiting_group,
            carry.busy_ref, carry.busy_type, carry.busy_group, carry.pending_ref, carry.pending_type,
        ), dtype=np.int64, casting="unsafe",
    )  # fmt: skip
    times = np.concatenate(
        (
            carry.waiting_arrival_s, carry.waiting_patience_s, carry.waiting_left, carry.waiting_first_start_s,
            carry.waiting_deadline_s, carry.waiting_work_s.ravel(),
            carry.busy_arrival_s, carry.busy_patience_s, carry.busy_left, carry.busy_first_start_s,
            carry.busy_start_s, carry.busy_end_s, carry.busy_work_s.ravel(),
            carry.pending_due_s, carry.pending_patience_s, carry.pending_work_s.ravel(), *idle,
        )
    )  # fmt: skip
    counts = carry.waiting_ref.size, carry.busy_ref.size, carry.pending_ref.size
    return Packed(whole, times, *counts, n_columns=carry.pending_work_s.shape[1])


def _columns(left: Packed) -> dict[str, Any]:
    waiting, busy, pending, n = left.n_waiting, left.n_busy, left.n_pending, left.n_columns
    whole, times = left.whole, left.times
    g = left.n_groups
    ends = list(accumulate(((5 + n) * waiting, (6 + n) * busy, (2 + n) * pending), initial=0))
    who, begin = (
        (whole[2 * g :], whole[2 * g + 3 * waiting :], whole[2 * g + 3 * (waiting + busy) :]),
        ends[3],
    )
    idle = []
    for n_idle in whole[g : 2 * g].tolist():
        idle.append(times[begin : begin + n_idle])
        begin += n_idle
    line, served = (
        times[: 5 * waiting].reshape(5, waiting),
        times[ends[1] : ends[1] + 6 * busy].reshape(6, busy),
    )
    due, pending_ref, pending_type = times[ends[2] :], who[2][:pending], who[2][pending:]
    waiting_ref, waiting_type, waiting_group = who[0][: 3 * waiting].reshape(3, waiting)
    busy_ref, busy_type, busy_group = who[1][: 3 * busy].reshape(3, busy)
    return {
        "staffed": whole[:g], "idle_since_s": tuple(idle),
        "waiting_ref": waiting_ref, "waiting_type": waiting_type, "waiting_group": waiting_group,
        "waiting_arrival_s": line[ARRIVAL], "waiting_deadline_s": line[DEADLINE], "waiting_patience_s": line[PATIENCE],
        "waiting_left": line[LEFT], "waiting_first_start_s": line[FIRST_START],
        "waiting_work_s": times[5 * waiting : ends[1]].reshape(waiting, n),
        "busy_ref": busy_ref, "busy_type": busy_type, "busy_group": busy_group,
        "busy_arrival_s": served[ARRIVAL], "busy_start_s": served[START], "busy_end_s": served[END],
        "busy_patience_s": served[PATIENCE], "busy_first_start_s": served[FIRST_START], "busy_left": served[LEFT],
        "busy_work_s": times[ends[1] + 6 * busy : ends[2]].reshape(busy, n),
        "pending_ref": pending_ref, "pending_type": pending_type,
        "pending_due_s": due[:pending], "pending_patience_s": due[pending : 2 * pending],
        "pending_work_s": times[ends[2] + 2 * pending : ends[3]].reshape(pending, n),
    }  # fmt: skip
