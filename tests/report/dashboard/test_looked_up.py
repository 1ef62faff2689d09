"""Service of all draws at once is that of the pool's response table, to the last bit, inside it and beyond."""

from __future__ import annotations

import numpy as np
import pytest

from orm_sim.centre.pool_response import EvenTable, answer_at
from orm_sim.core.compiled import jit
from orm_sim.report.dashboard.looked_up import levels_at, lose_at, place_handle, place_work, room_for
from orm_sim.vendor.decision.heads_ahead import Wanted, along

N = 500


@jit
def _abreast(table, wanted, work, amount, agents, hours, handle_s, levels, lost):  # type: ignore[no-untyped-def]
    at = room_for(work.size)
    place_handle(table, np.log(handle_s), at)
    place_work(table, wanted, work, amount, np.log(work), agents, hours, at)
    row = table.values.reshape(table.values.size)
    levels_at(row, at, levels)
    lose_at(row, at, 0.25, lost)


@jit
def _one_by_one(table, wanted, work, amount, agents, hours, handle_s, levels, lost):  # type: ignore[no-untyped-def]
    for f in range(work.size):
        needed = max(along(wanted.load, wanted.hours, work[f] * amount), 1e-9)
        found = answer_at(
            table, agents[f] * hours / needed, np.log(work[f]) + np.log(amount), np.log(handle_s[f])
        )
        levels[f] = found[0]
        lost[f] += 0.25 * found[1]


@pytest.mark.parametrize("n_handles", [1, 2, 4])
def test_as_each_by_itself(n_handles: int) -> None:
    rng = np.random.default_rng(7)
    shape = (33, 9, n_handles, 2)
    table = EvenTable(
        0.3, 20.0, np.log(60.0), 2.1, np.log(200.0), 2.5 if n_handles > 1 else 0.0, rng.random(shape)
    )
    load = np.linspace(0.0, 3000.0, 400)
    wanted = Wanted(np.ones(12), load, 8.0 + 1.15 * load)
    work, agents = rng.uniform(1e-3, 6000.0, N), rng.uniform(0.0, 250.0, N)
    agents[:5] = 0.0
    handle_s = rng.uniform(50.0, 1500.0, N)
    found = []
    for way in (_abreast, _one_by_one):
        levels, lost = np.empty(N), np.full(N, 0.125)
        way(table, wanted, work, 1.1, agents, 30.0, handle_s, levels, lost)
        found.append((levels, lost))
    np.testing.assert_array_equal(found[0], found[1])
    assert found[0][0].std() > 0.1
