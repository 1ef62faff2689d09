"""What a several-skill block must obey before an engine runs it, each rule as one sentence."""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np

from orm_sim.centre.skills.packing import known, packed
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
    Floats,
    Layout,
    Whole,
)
from orm_sim.centre.skills.state import MOST_KNOWN, Centre, Opened, address, alike, opened
from orm_sim.centre.skills.views import centre_at, numbers_at, whole_at
from orm_sim.core.ahead import entry
from orm_sim.core.compiled import jit

_SOUND: list[Layout] = []
"""The layouts found sound last: a replication gives the same one with every block, and some run at once."""
_FLOAT, _WHOLE, _FLAG = np.dtype(np.float64), np.dtype(np.int64), np.dtype(np.bool_)


def check(block: Block) -> Opened:
    """Refuse a block no engine can run.

    Returns
    -------
    Opened
        What the kernel's compiled steps are told of a sound one.

    Raises
    ------
    ValueError
        With the first rule that is broken: lengths and kinds of arrays, order and range of times, rules of the
        layout, or a carried state that cannot have come out of a block.
    """
    layout, carry = block.layout, block.carry
    for sound in _SOUND:  # a loop, because it runs at every block with the interpreter's lock held
        if sound is layout:
            break
    else:
        if not any(alike(sound, layout) for sound in _SOUND):
            _check_layout(layout)
        _SOUND[:] = [layout, *_SOUND[: MOST_KNOWN - 1]]
    _check_shapes(block)
    if not (block.end_s > 0.0 and not isnan(block.closes_s) and 0.0 < block.period_s < np.inf):
        raise ValueError(
            "end_s must be above 0 (inf allowed), period_s above 0 and finite, closes_s a number"
        )
    if block.n_periods < 1 or block.at_close not in (SERVE_QUEUE, CLEAR_QUEUE):
        raise ValueError("n_periods must be 1 or more and at_close SERVE_QUEUE or CLEAR_QUEUE")
    people = known(carry)
    if people is None or (people.n_groups, people.n_columns) != (layout.n_groups, layout.work_law.shape[1]):
        _check_carry_shapes(carry, layout)
        people = packed(carry)
    begun = opened(block, people)
    found = _fault(address(begun.record))
    if found:
        raise ValueError(FAULTS[found])
    return begun


FAULTS: Final = (
    "",
    "arrival_s must be ascending, 0 or more, before end_s and before closes_s",
    "type must be from 0 to the number of types less one",
    "patience_s must be 0 or more (inf allowed, nan not)",
    "work_s must be 0 or more and finite",
    "change_at_s must be ascending, 0 or more, with change_group a group and change_to 0 or more",
    "outage_at_s must be ascending, with outage_until_s at or after it",
    "a carry must tell for each group how many agents are staffed, 0 or more, and how long they are idle",
    "a carry must have max(staffed - busy, 0) idle agents in each group",
    "carried contacts must each have a ref and a type of the layout",
    "carried contacts must have arrived before 0, and end their service at 0 or later",
    "carried contacts must leave their line at 0 or later",
)


@entry
@jit
def _fault(record: int) -> int:
    """Index into `FAULTS` of the first rule that the numbers of a block or of its carry break; 0 when none."""
    c = centre_at(record)
    n, n_types, n_works = c.n_contacts, c.n_kinds, c.n_contacts * c.n_columns
    arrival, kind = numbers_at(c.arrival_s, 0, n), whole_at(c.type, 0, n)
    patience, work = numbers_at(c.patience_s, 0, n), numbers_at(c.work_s, 0, n_works)
    late, kinds, patiences, works = 0, 0, 0, 0  # how many break each rule: sums are vectorised
    for i in range(1, n):
        late += not arrival[i] >= arrival[i - 1]
    for i in range(n):
        kinds += (kind[i] < 0) | (kind[i] >= n_types)
    for i in range(n):
        patiences += not patience[i] >= 0.0
    for i in range(n_works):
        works += not (work[i] >= 0.0) & (work[i] < np.inf)
    if n > 0:
        late += not (arrival[0] >= 0.0 and arrival[n - 1] < min(c.end_s, c.closes_s))
    for number, broken in enumerate((late, kinds, patiences, works)):
        if broken:
            return number + 1
    if _faulty_changes(c):
        return 5
    if _faulty_outages(
        numbers_at(c.outage_at_s, 0, c.n_outages), numbers_at(c.outage_until_s, 0, c.n_outages)
    ):
        return 6
    return _fault_of_carry(c, whole_at(c.carried, 0, c.n_carried), numbers_at(c.carried_s, 0, c.n_carried_s))


@jit
def _faulty_changes(c: Centre) -> bool:
    m, n_groups = c.n_changes, c.n_groups
    at, group, to = (
        numbers_at(c.change_at_s, 0, m),
        whole_at(c.change_group, 0, m),
        whole_at(c.change_to, 0, m),
    )
    faults = 0
    for i in range(m):
        faults += not at[i] >= (at[i - 1] if i > 0 else 0.0)
        faults += (group[i] < 0) | (group[i] >= n_groups) | (to[i] < 0)
        c.most_agents = max(c.most_agents, to[i])
    return faults > 0


@jit
def _faulty_outages(at: Floats, until: Floats) -> bool:
    faults = 0
    for i in range(at.size):
        faults += not until[i] >= at[i]
        faults += i > 0 and not at[i] >= at[i - 1]
    return faults > 0


@jit
def _fault_of_carry(c: Centre, people: Whole, times: Floats) -> int:
    """The first rule a carry breaks; it is laid out as in `Packed`."""
    n_types, g, columns = c.n_kinds, c.n_groups, c.n_columns
    waiting, busy, pending = c.carried_waiting, c.carried_busy, c.carried_pending
    who = people[2 * g :]
    served, due = who[3 * waiting :], who[3 * (waiting + busy) :]
    at_work = np.zeros(g, np.int64)
    for i in range(busy):
        group = served[2 * busy + i]
        if not 0 <= group < g:
            return 8
        at_work[group] += 1
    for k in range(g):
        c.most_agents = max(c.most_agents, people[k])
        if people[k] < 0:
            return 7
        if people[g + k] != max(people[k] - at_work[k], 0):
            return 8
    kinds = 0
    for i in range(waiting):
        kinds += (who[waiting + i] < 0) | (who[waiting + i] >= n_types)
    for i in range(busy):
        kinds += (served[busy + i] < 0) | (served[busy + i] >= n_types)
    for i in range(pending):
        kinds += (due[pending + i] < 0) | (due[pending + i] >= n_types)
    if kinds:
        return 9
    ends = times[(5 + columns) * waiting + 5 * busy :]
    for i in range(busy):
        if ends[i] < 0.0:
            return 10
    for i in range(waiting):
        if times[i] >= 0.0:
            return 10
    for i in range(waiting):
        if times[4 * waiting + i] < 0.0:
            return 11
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
    if not (
        _FLOAT == block.arrival_s.dtype == block.patience_s.dtype == block.work_s.dtype == block.change_at_s.dtype
        and _FLOAT == block.outage_at_s.dtype == block.outage_until_s.dtype
        and _WHOLE == block.type.dtype == block.ref.dtype == block.change_group.dtype == block.change_to.dtype
        and _FLAG == block.outage_blocks.dtype == block.outage_drops.dtype
    ):  # fmt: skip
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


def _check_carry_shapes(carry: Carry, layout: Layout) -> None:
    """Lengths of a carry's arrays."""
    g, columns = layout.n_groups, layout.work_law.shape[1]
    if carry.staffed.size != g or len(carry.idle_since_s) != g:
        raise ValueError(FAULTS[7])
    n, m, k = carry.waiting_ref.size, carry.busy_ref.size, carry.pending_ref.size
    if not (
        carry.waiting_type.size == n == carry.waiting_group.size == carry.waiting_arrival_s.size
        and carry.waiting_deadline_s.size == n == carry.waiting_patience_s.size == carry.waiting_left.size
        and carry.waiting_first_start_s.size == n and carry.waiting_work_s.size == n * columns
        and carry.busy_type.size == m == carry.busy_group.size == carry.busy_arrival_s.size
        and carry.busy_start_s.size == m == carry.busy_end_s.size == carry.busy_patience_s.size
        and carry.busy_first_start_s.size == m == carry.busy_left.size and carry.busy_work_s.size == m * columns
        and carry.pending_type.size == k == carry.pending_due_s.size == carry.pending_patience_s.size
        and carry.pending_work_s.size == k * columns
    ):  # fmt: skip
        raise ValueError("carried contacts must each have one value of everything")
