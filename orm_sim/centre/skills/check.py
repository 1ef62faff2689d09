"""What a several-skill block must obey before an engine runs it, each rule as one sentence."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from orm_sim.centre.skills.plan import (
    BY_FREE_AGENTS,
    CLEAR_QUEUE,
    MAX_ATTEMPT,
    PREEMPT_RESUME,
    SERVE_QUEUE,
    TYPE_BITS,
    WITHIN_THRESHOLD_FIRST,
    Block,
    Carry,
    Flags,
    Floats,
    Layout,
    Whole,
)
from orm_sim.core.ahead import entry
from orm_sim.core.compiled import jit

_SOUND: list[Layout] = []
"""The layout found sound last: a study gives the same one with every block."""


def check(block: Block) -> None:
    """Refuse a block no engine can run.

    Raises
    ------
    ValueError
        With the first rule that is broken: lengths and kinds of arrays, order and range of times, rules of the
        layout, or a carried state that cannot have come out of a block.
    """
    if not any(block.layout is layout for layout in _SOUND):
        _check_layout(block.layout)
        _SOUND[:] = [block.layout]
    _check_shapes(block)
    found = _fault(
        block.arrival_s, block.type, block.patience_s, block.work_s, block.change_at_s, block.change_group,
        block.change_to, block.outage_at_s, block.outage_until_s, block.layout.n_types, block.layout.n_groups,
        min(block.end_s, block.closes_s), block.end_s,
    )  # fmt: skip
    if found:
        raise ValueError(FAULTS[found])
    if not (block.end_s > 0.0 and not np.isnan(block.closes_s) and 0.0 < block.period_s < np.inf):
        raise ValueError(
            "end_s must be above 0 (inf allowed), period_s above 0 and finite, closes_s a number"
        )
    if block.n_periods < 1 or block.at_close not in (SERVE_QUEUE, CLEAR_QUEUE):
        raise ValueError("n_periods must be 1 or more and at_close SERVE_QUEUE or CLEAR_QUEUE")
    _check_carry(block.carry, block.layout)


FAULTS: Final = (
    "",
    "arrival_s must be ascending, 0 or more, before end_s and before closes_s",
    "type must be from 0 to the number of types less one",
    "patience_s must be 0 or more (inf allowed, nan not)",
    "work_s must be 0 or more and finite",
    "change_at_s must be ascending, 0 or more, with change_group a group and change_to 0 or more",
    "outage_at_s must be ascending, with outage_until_s at or after it",
)


@entry
@jit
def _fault(
    arrival_s: Floats, kind: Whole, patience_s: Floats, work_s: Floats, change_at_s: Floats,
    change_group: Whole, change_to: Whole, outage_at_s: Floats, outage_until_s: Floats,
    n_types: int, n_groups: int, before_s: float, end_s: float,
) -> int:  # fmt: skip
    """Index into `FAULTS` of the first rule the arrays of a block break; 0 when none."""
    n = arrival_s.size
    ascending, kinds, patiences, works, changes, outages = True, True, True, True, True, True
    for i in range(1, n):
        ascending &= arrival_s[i] >= arrival_s[i - 1]
    for i in range(n):
        kinds &= (kind[i] >= 0) & (kind[i] < n_types)
        patiences &= patience_s[i] >= 0.0
    for i in range(n):
        for k in range(work_s.shape[1]):
            works &= (work_s[i, k] >= 0.0) & (work_s[i, k] < np.inf)
    if n > 0:
        ascending &= arrival_s[0] >= 0.0 and arrival_s[n - 1] < before_s
    for i in range(change_at_s.size):
        changes &= change_at_s[i] >= (change_at_s[i - 1] if i > 0 else 0.0)
        changes &= 0 <= change_group[i] < n_groups and change_to[i] >= 0
    for i in range(outage_at_s.size):
        outages &= outage_until_s[i] >= outage_at_s[i]
        outages &= i == 0 or outage_at_s[i] >= outage_at_s[i - 1]
    for number, sound in enumerate((ascending, kinds, patiences, works, changes, outages)):
        if not sound:
            return number + 1
    return 0


def _check_shapes(block: Block) -> None:
    """Lengths and kinds of arrays."""
    n, m, k = block.arrival_s.size, block.change_at_s.size, block.outage_at_s.size
    same = block.type.size == n and block.ref.size == n and block.patience_s.size == n
    if not same or block.work_s.ndim != 2 or len(block.work_s) != n:
        raise ValueError("arrival_s, type, ref, patience_s and the rows of work_s must be of the same number")
    if block.work_s.shape[1] != block.layout.work_law.shape[1]:
        raise ValueError("work_s must have as many columns as the layout's work_law")
    if block.change_group.size != m or block.change_to.size != m:
        raise ValueError("change_at_s, change_group and change_to must have the same length")
    if not block.outage_until_s.size == k == block.outage_blocks.size == block.outage_drops.size:
        raise ValueError(
            "outage_at_s, outage_until_s, outage_blocks and outage_drops must have the same length"
        )
    kinds: tuple[tuple[Any, tuple[Floats | Whole | Flags, ...]], ...] = (
        (np.float64, (block.arrival_s, block.patience_s, block.work_s, block.change_at_s)),
        (np.float64, (block.outage_at_s, block.outage_until_s)),
        (np.int64, (block.type, block.ref, block.change_group, block.change_to)),
        (np.bool_, (block.outage_blocks, block.outage_drops)),
    )
    if any(array.dtype != kind for kind, arrays in kinds for array in arrays):
        raise ValueError("times must be float64, types, refs, groups and numbers int64, flags bool")


def _check_layout(layout: Layout) -> None:
    """Shapes, ranges, and that eligibility, preference and rank tell of the same groups."""
    t, g = layout.n_types, layout.n_groups
    if not (1 <= t <= 1 << TYPE_BITS and g >= 1):
        raise ValueError(
            f"a layout needs at least one type, at most {1 << TYPE_BITS}, and at least one group"
        )
    shaped = (layout.eligible_after_s, layout.preference, layout.resolved, layout.work_column, layout.factor)
    if any(array.shape != (t, g) for array in shaped) or layout.rank.shape != (g, t):
        raise ValueError("tables of types and groups must have one row a type (rank: one row a group)")
    by_type = (
        layout.weight, layout.threshold_s, layout.balk, layout.voicemail_after_s, layout.callback_after_s,
        layout.redial, layout.redial_max, layout.redial_law, layout.redial_same, layout.comes_back,
        layout.comes_back_law, layout.patience_law,
    )  # fmt: skip
    if any(array.shape != (t,) for array in by_type) or layout.leaving.shape != (g,):
        raise ValueError("what holds for a type or a group must have one value for each")
    chances = (layout.balk, layout.redial, layout.comes_back, layout.resolved)
    if not all(((array >= 0.0) & (array <= 1.0)).all() for array in chances):
        raise ValueError("balk, redial, comes_back and resolved must be from 0 to 1")
    waits = (
        layout.eligible_after_s, layout.threshold_s, layout.voicemail_after_s, layout.callback_after_s, layout.weight,
    )  # fmt: skip
    if not all((array >= 0.0).all() for array in waits) or not (layout.weight < np.inf).all():
        raise ValueError(
            "weights, thresholds and waiting times of a layout must be 0 or more, weights finite"
        )
    _check_rules(layout)


def _check_rules(layout: Layout) -> None:
    """Numbers that stand for rules, laws, columns and groups."""
    rules = (
        (layout.choose, BY_FREE_AGENTS),
        (layout.takes, WITHIN_THRESHOLD_FIRST),
        (layout.leaving, PREEMPT_RESUME),
    )
    if any(((array < 0) | (array > most)).any() for array, most in rules):
        raise ValueError("choose, takes and leaving must be rules of orm_sim.centre.skills.plan")
    open_to = layout.eligible_after_s < np.inf
    for t, groups in enumerate(layout.preference):
        listed = groups[: int((groups >= 0).sum())]
        if sorted(listed.tolist()) != np.flatnonzero(open_to[t]).tolist():
            raise ValueError("preference must list each group a type is eligible for once, and then -1")
    if (layout.rank.T[open_to] < 0).any():
        raise ValueError("rank must be 0 or more where a type is eligible for a group")
    if not ((layout.factor >= 0.0) & (layout.factor < np.inf)).all():
        raise ValueError("factor must be 0 or more and finite")
    columns = layout.work_law.shape[1]
    if ((layout.work_column < 0) | (layout.work_column >= columns))[open_to].any():
        raise ValueError("work_column must point to a column of work_law")
    table = layout.laws
    whole = (layout.preference, layout.work_law, table.kind, table.first, table.stop)
    real = (table.a, table.b, table.x, table.y)
    if any(a.dtype != np.int64 for a in whole) or any(a.dtype != np.float64 for a in real):
        raise ValueError("numbers of groups and laws must be int64, and what laws are made of float64")
    laws = (layout.redial_law, layout.comes_back_law, layout.patience_law, layout.work_law)
    if any(((array < 0) | (array >= max(layout.laws.kind.size, 1))).any() for array in laws):
        raise ValueError("a law of the layout must be the number of one in its table")
    if (layout.redial_max > MAX_ATTEMPT + 1).any() or layout.lines < 0:
        raise ValueError(f"redial_max must be at most {MAX_ATTEMPT + 1} and lines 0 or more")


def _check_carry(carry: Carry, layout: Layout) -> None:
    """A state that a block can have left."""
    g = layout.n_groups
    if carry.staffed.size != g or len(carry.idle_since_s) != g or (carry.staffed < 0).any():
        raise ValueError(
            "a carry must tell for each group how many agents are staffed and how long they are idle"
        )
    busy = np.bincount(carry.busy_group, minlength=g)
    idle = np.maximum(carry.staffed - busy, 0)
    if busy.size > g or any(since.size != n for since, n in zip(carry.idle_since_s, idle, strict=True)):
        raise ValueError("a carry must have max(staffed - busy, 0) idle agents in each group")
    for refs, kinds in (
        (carry.waiting_ref, carry.waiting_type),
        (carry.busy_ref, carry.busy_type),
        (carry.pending_ref, carry.pending_type),
    ):
        if refs.size != kinds.size or ((kinds < 0) | (kinds >= layout.n_types)).any():
            raise ValueError("carried contacts must each have a ref and a type of the layout")
    if (carry.busy_end_s < 0.0).any() or (carry.waiting_arrival_s >= 0.0).any():
        raise ValueError("carried contacts must have arrived before 0, and end their service at 0 or later")
    if (carry.waiting_deadline_s < 0.0).any():
        raise ValueError("carried contacts must leave their line at 0 or later")
