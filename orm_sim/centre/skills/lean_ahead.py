"""What the lean path draws ahead: draws follow from who a contact is, so a block's have loops of their own."""

from __future__ import annotations

from typing import Final

import numpy as np

from orm_sim.centre.laws import EMPIRICAL, PIECEWISE_HAZARD, LawTable, _by_formula, quantile
from orm_sim.centre.skills.arrivals import quantiles
from orm_sim.centre.skills.draws import BODY, FATE, draw, next_attempt
from orm_sim.centre.skills.lean_views import kind_at, numbers, wholes
from orm_sim.centre.skills.state import Centre, Floats, Whole
from orm_sim.centre.skills.views import laws_of, number, whole
from orm_sim.core.compiled import jit, jit_inline
from orm_sim.core.vectors import wide

BATCH: Final = 512
"""Fates drawn at once: what they take stays near the processor."""


@jit_inline
def value_of(c: Centre, law: int, u: float) -> float:
    """`orm_sim.centre.laws.quantile`, the same bits; handing over the whole table costs more than most laws."""
    kind, first = whole(c.law_kind, law), whole(c.law_first, law)
    if kind in (PIECEWISE_HAZARD, EMPIRICAL):
        return quantile(laws_of(c), law, u)
    value = _by_formula(kind, number(c.law_a, law), number(c.law_b, law), u)
    return value if whole(c.law_stop, law) == first else value + number(c.law_x, first)


@jit_inline
def fate_of(c: Centre, ref: int, t: int) -> float:
    """What an attempt's draws say of its completion, in one number: negative if it comes back unless resolved.

    Its size is the uniform that decides on resolution; 0 where all contacts are resolved.
    """
    if not c.fates:
        return 0.0
    u, v = draw(c.k0, c.k1, ref, FATE)
    return -u if v < kind_at(c, t).comes_back else u


@jit
def foresee(c: Centre) -> None:
    """Draw the fate of each contact of the block, and of those that may come back all that the next attempt brings."""
    n, m = c.n_contacts, 0
    for begin in range(0, n, BATCH):
        m = _draw_fates(c, begin, min(BATCH, n - begin), m)
    _draw_sequels(c, m)
    _put_through_laws(c, m)


@jit
def _put_through_laws(c: Centre, m: int) -> None:
    """Uniforms of what follows turned into values, type by type: then the quantiles of many are computed at once."""
    laws, kind = laws_of(c), wholes(c.sequel_kind, m)
    ends, places = np.zeros(c.n_kinds + 1, np.int64), np.empty(m, np.int64)
    for k in range(m):
        ends[kind[k] + 1] += 1
    for t in range(c.n_kinds):
        ends[t + 1] += ends[t]
    for k in range(m):
        places[ends[kind[k]]] = k
        ends[kind[k]] += 1
    begin = 0
    for t in range(c.n_kinds):
        mine, kind_of_it = places[begin : ends[t]], kind_at(c, t)
        begin = ends[t]
        delay, patience = numbers(c.sequel_delay, m), numbers(c.sequel_patience, m)
        _put_through(laws, kind_of_it.comes_back_law, mine, delay, delay, 1)
        _put_through(laws, kind_of_it.patience_law, mine, patience, patience, 1)
        u, fate, chance = numbers(c.sequel_u, m), numbers(c.sequel_fate, m), numbers(c.chance, m)
        for column in range(c.n_columns):
            work = numbers(c.sequel_work + 8 * column, m * c.n_columns)
            _put_through(laws, whole(c.work_law, t * c.n_columns + column), mine, u, work, c.n_columns)
        for i in range(mine.size):
            place = np.uint64(mine[i])
            fate[place] = -fate[place] if chance[place] < kind_of_it.comes_back else fate[place]


@jit
def _put_through(laws: LawTable, law: int, mine: Whole, u: Floats, values: Floats, step: int) -> None:
    """Values by a law of the uniforms at some places, put there, each so many on from the one before."""
    those = np.empty(mine.size)
    for i in range(mine.size):
        those[i] = u[np.uint64(mine[i])]
    found = quantiles(laws, law, those)
    for i in range(mine.size):
        values[np.uint64(mine[i] * step)] = found[i]


@jit
def _draw_fates(c: Centre, begin: int, n: int, m: int) -> int:
    """Fates of so many contacts from one on; those who may come back are put behind m that do, and counted."""
    wide()
    k0, k1 = c.k0, c.k1
    ref, kind = wholes(c.ref + 8 * begin, n), wholes(c.type + 8 * begin, n)
    fate, chance = numbers(c.fate + 8 * begin, n), numbers(c.chance, n)
    who, parent = wholes(c.sequel_kind, m + n + 1), wholes(c.sequel_ref, m + n + 1)
    for i in range(n):
        fate[i], chance[i] = draw(k0, k1, ref[i], FATE)
    for i in range(n):
        t = kind[i]
        comes_back = chance[i] < kind_at(c, t).comes_back
        fate[i] = -fate[i] if comes_back else fate[i]
        who[m] = t
        parent[m] = ref[i]
        m += comes_back
    return m


@jit
def _draw_sequels(c: Centre, m: int) -> None:
    """Uniforms of so many contacts that may come back: delay, work, patience, and the fate of the next attempt."""
    wide()
    k0, k1, parent = c.k0, c.k1, wholes(c.sequel_ref, m)
    delay, u, patience = numbers(c.sequel_delay, m), numbers(c.sequel_u, m), numbers(c.sequel_patience, m)
    fate, chance = numbers(c.sequel_fate, m), numbers(c.chance, m)
    for k in range(m):
        delay[k] = draw(k0, k1, parent[k], FATE + 1)[0]
    for k in range(m):
        parent[k] = next_attempt(parent[k])
    for k in range(m):
        u[k], patience[k] = draw(k0, k1, parent[k], BODY)
    for k in range(m):
        fate[k], chance[k] = draw(k0, k1, parent[k], FATE)
