"""A single pool on a day on which its platform fails: who is kept out, who is cut off, and the rest as it would go.

The engine knows nothing of outages. Contacts that come while the platform is down are taken off the plan; those that
still wait when it fails lose their patience at that moment; those in service then are given a handle time that ends
there. Who these are is found by running the engine once for each failure: up to it the path cannot depend on what comes
after. So the last run walks the path of a pool that really fails, contact by contact, on the same draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre import Engine
from orm_sim.centre.outcome import DayOutcome
from orm_sim.centre.plan import Carry, DayPlan, Floats, Whole

JUST_BEFORE_S: Final = 1e-6
"""Those who wait give up so much before the failure, so that nobody starts at its very moment."""


class Window(NamedTuple):
    """Seconds of a block in which a platform is down, and what that does.

    ``blocks``: nobody comes in · ``cuts``: as it begins, everybody waiting or talking is cut off.
    """

    start_s: float
    end_s: float
    blocks: bool
    cuts: bool


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A block with failures.

    Attributes
    ----------
    outcome : DayOutcome
        Of the contacts that came in. Nobody is logged in while the platform is down for all.
    blocked : int
        Contacts that were kept out.
    cut : bool[n_decided]
        Of the decided contacts, those cut off in service; they count as answered.
    cut_before : int
        Contacts cut off that an earlier block had decided.
    """

    outcome: DayOutcome
    blocked: int
    cut: NDArray[np.bool_]
    cut_before: int


def run_interrupted(engine: Engine, plan: DayPlan, windows: Sequence[Window]) -> Interrupted:
    """Run a block through failures.

    Parameters
    ----------
    engine
        The engine of a single pool.
    plan : DayPlan
    windows : sequence of Window
        In order of time, none overlapping another.
    """
    kept = _kept(plan, windows)
    held = _Held.of(plan, kept)
    cut_before = 0
    for window in windows:
        if window.cuts:
            cut_before += held.cut(engine, window.start_s)
    outcome = engine(held.plan())
    numbers = outcome.ref
    everybody = np.concatenate([plan.carry.waiting_ref, _names(plan)[kept]])
    carried = replace(outcome.carry, waiting_ref=everybody[outcome.carry.waiting_ref])
    found = replace(
        outcome, ref=everybody[numbers], carry=carried, staffed_s=_logged_in(plan, outcome.staffed_s, windows)
    )
    return Interrupted(found, int(kept.size - kept.sum()), held.is_cut[numbers], cut_before)


class _Held:
    """The contacts of a block, those carried in first, as they are shortened by one failure after the other."""

    def __init__(self, plan: DayPlan, handle_s: Floats, patience_s: Floats, arrival_s: Floats) -> None:
        carry = plan.carry
        self._plan, self._arrival_s, self._patience_s = plan, arrival_s, patience_s
        self._n_before = carry.waiting_ref.size
        self._handle_s = np.concatenate([carry.waiting_handle_s, handle_s])
        self._deadline_s, self._busy_end_s = carry.waiting_deadline_s.copy(), carry.busy_end_s.copy()
        self.is_cut = np.zeros(self._handle_s.size, np.bool_)

    @classmethod
    def of(cls, plan: DayPlan, kept: NDArray[np.bool_]) -> _Held:
        """Those of a plan that are not kept out."""
        return cls(plan, plan.handle_s[kept], plan.patience_s[kept], plan.arrival_s[kept])

    def plan(self) -> DayPlan:
        """The plan as it stands, contacts numbered in their order."""
        n, n_before = self._handle_s.size, self._n_before
        carry = Carry(
            self._plan.carry.waiting_arrival_s, self._handle_s[:n_before].copy(), self._deadline_s.copy(),
            np.arange(n_before), self._busy_end_s.copy(),
        )  # fmt: skip
        return replace(
            self._plan, arrival_s=self._arrival_s, handle_s=self._handle_s[n_before:].copy(),
            patience_s=self._patience_s.copy(), ref=np.arange(n_before, n), carry=carry,
        )  # fmt: skip

    def cut(self, engine: Engine, at: float) -> int:
        """Fail at a moment; how many were cut off that an earlier block had decided."""
        last = max(at - JUST_BEFORE_S, 0.0)
        before = self._arrival_s < at
        patience = np.where(before, np.maximum(last - self._arrival_s, 0.0), np.inf)
        self._patience_s = np.minimum(self._patience_s, patience)
        self._deadline_s = np.minimum(self._deadline_s, last)
        lived = engine(self.plan())
        cut = (lived.start_s <= at) & (lived.end_s > at)  # those who gave up have no start
        numbers = lived.ref[cut]
        self._handle_s[numbers] = np.maximum(at - lived.start_s[cut], 0.0)
        self.is_cut[numbers] = True
        n_before = int(np.count_nonzero(self._busy_end_s > at))
        self._busy_end_s = np.minimum(self._busy_end_s, max(at, 0.0))
        self._busy_end_s = self._busy_end_s[self._busy_end_s > 0.0]
        return n_before


def _names(plan: DayPlan) -> Whole:
    return plan.ref if plan.ref is not None else np.arange(plan.arrival_s.size)


def _kept(plan: DayPlan, windows: Sequence[Window]) -> NDArray[np.bool_]:
    """Which contacts come in at all."""
    kept = np.ones(plan.arrival_s.size, np.bool_)
    for window in windows:
        if window.blocks:
            kept &= (plan.arrival_s < window.start_s) | (plan.arrival_s >= window.end_s)
    return kept


def _logged_in(plan: DayPlan, staffed_s: Floats, windows: Sequence[Window]) -> Floats:
    """Logged-in time less that in which the platform is down for all: nobody is busy then."""
    starts = np.arange(plan.staffed.size) * plan.interval_s
    ends = np.append(starts[1:], plan.end_s)
    down = np.zeros(plan.staffed.size)
    for window in windows:
        if window.blocks and window.cuts:
            down += np.clip(np.minimum(ends, window.end_s) - np.maximum(starts, window.start_s), 0.0, None)
    return np.asarray(staffed_s - plan.staffed * down)
