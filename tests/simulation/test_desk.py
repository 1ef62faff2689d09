"""Overflow by hand: one agent at each vendor, a few contacts, every moment reckoned on paper."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal

from orm_sim.centre import engine
from orm_sim.centre.outcome import ABANDONED, ANSWERED, DayOutcome
from orm_sim.centre.plan import DAY_S, Carry, DayPlan
from orm_sim.simulation.vendors.desk import VendorDesk


def plan(contacts: list[tuple[float, float, float, int]], carry: Carry | None = None) -> DayPlan:
    """A day with one agent: arrival, handle time, patience and identity of each contact."""
    arrival, handle, patience, ref = (np.array(column) for column in zip(*contacts, strict=True))
    return DayPlan(
        arrival_s=arrival.astype(float), handle_s=handle.astype(float), patience_s=patience.astype(float),
        ref=ref.astype(np.int64), staffed=np.ones(48, np.int64), threshold_s=20.0, carry=carry or Carry.empty(),
    )  # fmt: skip


def fates(outcome: DayOutcome) -> dict[int, tuple[int, float]]:
    """What became of each contact, and how long it waited."""
    return {
        int(r): (int(s), float(w)) for r, s, w in zip(outcome.ref, outcome.state, outcome.wait_s, strict=True)
    }


def test_contacts_leave_at_the_moment_and_wait_on_elsewhere() -> None:
    """North passes on after 30 s; its handle times are 1.2 times the client's, south's 1.5 times.

    North serves 1 from 0 to 120. Contact 2 (at 10) leaves at 40; 3 (at 20) gives up at 45 on its own; 4 (at 95) starts
    at 120, having waited 25; 5 (at 100) leaves at 130. South serves its own 6 from 20 to 80, then 2, which has waited
    40 more of the 70 s it had left and holds the agent for 100/1.2*1.5 = 125 s, to 205. Contact 5 comes at 130 with
    10 s of patience left and gives up at 140; south's own 7 (at 150) starts at 205.
    """
    north, south = VendorDesk(20.0, 3, 30.0), VendorDesk(20.0, 3, None)
    north.begin(1, is_open=True)
    south.begin(1, is_open=True)
    run = engine("kernel")
    first = run(
        north.planned(
            plan(
                [(0, 120, 500, 1), (10, 100, 100, 2), (20, 60, 25, 3), (95, 60, 500, 4), (100, 60, 40, 5)],
            ),
            1.2,
        )
    )
    own, others = north.apart(first)
    assert others is None
    assert fates(own) == {1: (ANSWERED, 0.0), 2: (ABANDONED, 30.0), 3: (ABANDONED, 25.0), 4: (ANSWERED, 25.0),
                          5: (ABANDONED, 30.0)}  # fmt: skip
    assert_array_equal(north.left.ref, [2, 5])
    assert_array_equal(north.left.arrival_s, [40.0, 130.0])
    assert_array_equal(north.left.patience_s, [70.0, 10.0])
    south.take(0, north.left, 30.0)
    assert south.expects
    second = run(south.planned(plan([(20, 60, 500, 6), (150, 30, 500, 7)]), 1.5))
    own, others = south.apart(second)
    assert others is not None
    assert fates(others) == {2: (ANSWERED, 40.0), 5: (ABANDONED, 10.0)}
    assert float(others.end_s[0]) == 80.0 + 100.0 / 1.2 * 1.5
    assert fates(own) == {6: (ANSWERED, 0.0), 7: (ANSWERED, 55.0)}
    assert_array_equal(own.counts.sum(axis=1)[1:], [2, 1, 0])
    assert_array_equal(own.waits_s.sum(axis=1), [55.0, 55.0])
    assert south.returned == {0: 1}
    assert [south.counted[name][1] for name in ("answered", "answered_within", "abandoned")] == [
        1.0,
        0.0,
        1.0,
    ]


def test_who_waits_at_midnight_may_leave_the_next_day() -> None:
    """A contact that comes 10 s before midnight leaves 20 s after it, with what patience it has left."""
    north = VendorDesk(20.0, 3, 30.0)
    north.begin(0, is_open=True)
    run = engine("kernel")
    busy = [(DAY_S - 100.0, 400.0, 500.0, 1), (DAY_S - 10.0, 60.0, 90.0, 2)]
    evening = run(north.planned(plan(busy), 1.0))
    north.apart(evening)
    assert north.left.ref.size == 0 and evening.carry.waiting_ref.tolist() == [2]
    north.begin(0, is_open=True)
    morning = run(north.planned(plan([(5000.0, 60.0, 500.0, 3)], evening.carry), 1.0))
    north.apart(morning)
    assert (north.left.ref.tolist(), north.left.arrival_s.tolist(), north.left.patience_s.tolist()) == (
        [2], [20.0], [60.0]
    )  # fmt: skip


def test_nobody_leaves_while_the_other_is_closed() -> None:
    north = VendorDesk(20.0, 3, 30.0)
    north.begin(0, is_open=False)
    outcome = engine("kernel")(
        north.planned(plan([(0, 120, 500, 1), (10, 100, 100, 2), (20, 60, 200, 3)]), 1.0)
    )
    own, others = north.apart(outcome)
    assert others is None and north.left.ref.size == 0
    assert fates(own)[2] == (ABANDONED, 100.0) and fates(own)[3] == (ANSWERED, 100.0)
