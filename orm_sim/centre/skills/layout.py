"""The rules of a centre in numbers: what the engines read of the file, the same for every block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

import numpy as np

from orm_sim.centre.centre_file import AgentGroup, CentreFile, ContactType
from orm_sim.centre.law_terms import DrawnLaw, HandleLaw, LawRegister, Row
from orm_sim.centre.laws import CONSTANT, NEVER
from orm_sim.centre.skills.plan import (
    BY_FREE_AGENTS,
    BY_LONGEST_IDLE,
    BY_ORDER,
    FINISH,
    LONGEST_WAIT,
    OWN_FIRST,
    PREEMPT_RESTART,
    PREEMPT_RESUME,
    PRIORITY,
    WEIGHTED_WAIT,
    WITHIN_THRESHOLD_FIRST,
    Floats,
    Layout,
    Whole,
)

V = TypeVar("V")

_CHOOSE = {"by_order": BY_ORDER, "longest_idle": BY_LONGEST_IDLE, "by_free_agents": BY_FREE_AGENTS}
_TAKES = {
    "priority": PRIORITY, "longest_wait": LONGEST_WAIT, "weighted_wait": WEIGHTED_WAIT, "own_first": OWN_FIRST,
    "within_threshold_first": WITHIN_THRESHOLD_FIRST,
}  # fmt: skip
_LEAVING = {"finish": FINISH, "preempt_restart": PREEMPT_RESTART, "preempt_resume": PREEMPT_RESUME}
_NO_LIMIT = 2**62
_NOTHING = Row(NEVER)


def layout_of(file: CentreFile) -> Layout:
    """The rules of a centre in numbers."""
    register = LawRegister()
    types, groups = file.contact_types, file.agent_groups
    shape = (len(types), len(groups))
    work_law, work_column = _work(file, register)
    eligible, preference, resolved, factor = (
        np.full(shape, np.inf), np.full(shape, -1, np.int64), np.ones(shape), np.ones(shape),
    )  # fmt: skip
    names = [group.name for group in groups]
    for t, kind in enumerate(types):
        for place, route in enumerate(kind.routes):
            g = names.index(route.group)
            eligible[t, g], preference[t, place] = route.after_s, g
            if kind.returns is not None:
                resolved[t, g] = _of(kind.returns.resolved, route.group)
            factor[t, g] = _of(groups[g].handle_multiplier, kind.name, 1.0)
    redial, returns = [kind.redial for kind in types], [kind.returns for kind in types]
    delays = [_NOTHING if each is None else _delay(each.delay_s) for each in redial]
    laws = {
        "redial_law": [register.number(row) for row in delays],
        "comes_back_law": [register.number(_NOTHING if each is None else each.delay.row) for each in returns],
        "patience_law": [register.number(kind.patience.row) for kind in types],
    }
    return Layout(
        eligible_after_s=eligible, preference=preference, choose=_whole(_CHOOSE[kind.choose] for kind in types),
        takes=_whole(_TAKES[group.takes.by] for group in groups), rank=_ranks(file, eligible),
        weight=_floats(kind.weight for kind in types), threshold_s=_floats(kind.threshold_s for kind in types),
        balk=_floats(kind.balk_probability for kind in types),
        voicemail_after_s=_floats(_or_never(kind.voicemail_after_s) for kind in types),
        callback_after_s=_floats(_or_never(kind.callback_after_s) for kind in types),
        redial=_floats(0.0 if each is None else each.probability for each in redial),
        redial_max=_whole(1 if each is None else each.max_attempts for each in redial),
        redial_same=np.array([each is None or each.same_draws for each in redial], np.bool_),
        resolved=resolved, comes_back=_floats(0.0 if each is None else each.probability for each in returns),
        work_column=work_column, factor=factor, work_law=work_law,
        leaving=_whole(_LEAVING[group.on_leaving] for group in groups),
        lines=_NO_LIMIT if file.lines is None else file.lines, laws=register.table(), key=(0, 0),
        **{name: _whole(numbers) for name, numbers in laws.items()},
    )  # fmt: skip


def work_laws(kind: ContactType) -> list[HandleLaw]:
    """Laws of a type's handle time, one for each column of its work; groups with equal laws share a column."""
    return list(dict.fromkeys(kind.handle.values())) if isinstance(kind.handle, dict) else [kind.handle]


def _work(file: CentreFile, register: LawRegister) -> tuple[Whole, Whole]:
    """Law of every column of work, and the column each group uses; types with fewer columns repeat the first."""
    types = file.contact_types
    laws = [work_laws(kind) for kind in types]
    law = np.empty((len(types), max(map(len, laws))), np.int64)
    column = np.zeros((len(types), len(file.agent_groups)), np.int64)
    for t, kind in enumerate(types):
        rows = [register.number(each.row.later(kind.wrap_up_s)) for each in laws[t]]
        law[t] = rows + rows[:1] * (law.shape[1] - len(rows))
        for g, group in enumerate(file.agent_groups):
            if isinstance(kind.handle, dict) and group.name in kind.handle:
                column[t, g] = laws[t].index(kind.handle[group.name])
    return law, column


def _ranks(file: CentreFile, eligible: Floats) -> Whole:
    """Rank of every type for every group: by the group's order, else by priority; -1 where it does not serve."""
    rank = np.full(eligible.T.shape, -1, np.int64)
    for g, group in enumerate(file.agent_groups):
        served = [t for t in range(len(file.contact_types)) if np.isfinite(eligible[t, g])]
        keys = [_rank_key(group, file.contact_types[t]) for t in served]
        levels = sorted(set(keys))
        for t, each in zip(served, keys, strict=True):
            rank[g, t] = levels.index(each)
    return rank


def _rank_key(group: AgentGroup, kind: ContactType) -> float:
    order = group.takes.order
    if order is None:
        return kind.priority
    return float(order.index(kind.name) if kind.name in order else len(order))


def _delay(delay: float | DrawnLaw) -> Row:
    return Row(CONSTANT, float(delay)) if isinstance(delay, int | float) else delay.row


def _of(values: V | Mapping[str, V], name: str, otherwise: V | None = None) -> V:
    """What holds for a name: the one value, or its entry."""
    if not isinstance(values, Mapping):
        return values
    found = values.get(name, otherwise)
    if found is None:
        raise KeyError(name)
    return found


def _or_never(seconds: float | None) -> float:
    return np.inf if seconds is None else seconds


def _floats(values: Iterable[float]) -> Floats:
    return np.array(list(values), np.float64)


def _whole(values: Iterable[int]) -> Whole:
    return np.array(list(values), np.int64)
