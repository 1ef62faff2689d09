"""A pool through failures: hand arithmetic, another way of reckoning it, and days that are cut at midnight."""

from __future__ import annotations

import heapq

import numpy as np
import pytest

from orm_sim.centre import ABANDONED, ANSWERED, DayPlan, engine
from orm_sim.centre.interrupted import Window, run_interrupted
from orm_sim.centre.plan import Carry
from tests.centre.days import random_day

KERNEL = engine("kernel")


def steady(every_s: float, handle_s: float, agents: int) -> DayPlan:
    """A contact every so many seconds, all handled for the same time, all willing to wait for ever."""
    arrival = np.arange(0.0, 86_400.0, every_s)
    return DayPlan(
        arrival_s=arrival, handle_s=np.full(arrival.size, handle_s), patience_s=np.full(arrival.size, np.inf),
        staffed=np.full(48, agents, np.int64), threshold_s=20.0,
    )  # fmt: skip


def test_ten_minutes_at_a_constant_rate_lose_what_hand_arithmetic_says() -> None:
    """A contact every 6 s for 300 s: 50 agents are busy. Ten minutes from 12:00:03 block 100 and cut off 50."""
    plan = steady(6.0, 300.0, 60)
    lived = run_interrupted(KERNEL, plan, [Window(43_203.0, 43_803.0, True, True)])
    assert lived.blocked == 600 / 6
    assert int(lived.cut.sum()) == 300 / 6
    assert lived.outcome.totals.answered == plan.arrival_s.size - 100
    assert lived.outcome.totals.abandoned == 0
    cut = lived.outcome.end_s[lived.cut]
    np.testing.assert_allclose(cut, 43_203.0, atol=1e-9)
    # each of the 50 is served 3, 9, ... 297 s: 50 x 150 s in place of 50 x 300 s
    whole = KERNEL(plan)
    lost = whole.busy_s.sum() - lived.outcome.busy_s.sum()
    assert lost == pytest.approx(100 * 300 + 50 * 150)
    assert whole.staffed_s.sum() - lived.outcome.staffed_s.sum() == pytest.approx(60 * 600)


def test_an_outage_of_arrivals_alone_cuts_nobody_off() -> None:
    plan = steady(6.0, 300.0, 60)
    lived = run_interrupted(KERNEL, plan, [Window(43_203.0, 43_803.0, True, False)])
    assert (lived.blocked, int(lived.cut.sum())) == (100, 0)
    whole = KERNEL(plan)
    assert whole.busy_s.sum() - lived.outcome.busy_s.sum() == pytest.approx(100 * 300)
    assert lived.outcome.staffed_s.sum() == whole.staffed_s.sum()


def test_an_outage_of_contacts_alone_keeps_nobody_out() -> None:
    plan = steady(6.0, 300.0, 60)
    lived = run_interrupted(KERNEL, plan, [Window(43_203.0, 43_203.0, False, True)])
    assert (lived.blocked, int(lived.cut.sum())) == (0, 50)
    assert lived.outcome.totals.answered == plan.arrival_s.size


def test_those_who_wait_are_cut_off_too() -> None:
    """One agent, handle time 60 s, three contacts at 0, 1 and 2 s; failure at 70 s: one done, one cut, one waiting."""
    plan = DayPlan(
        arrival_s=np.array([0.0, 1.0, 2.0, 80.0]), handle_s=np.full(4, 60.0), patience_s=np.full(4, np.inf),
        staffed=np.ones(48, np.int64), threshold_s=20.0,
    )  # fmt: skip
    lived = run_interrupted(KERNEL, plan, [Window(70.0, 90.0, True, True)])
    assert lived.outcome.state.tolist() == [ANSWERED, ANSWERED, ABANDONED]
    assert lived.cut.tolist() == [False, True, False]
    assert lived.blocked == 1
    np.testing.assert_allclose(lived.outcome.end_s, [60.0, 70.0, 70.0], atol=1e-5)


def plain(plan: DayPlan, agents: int, windows: list[Window]) -> list[tuple[str, float]]:
    """Fates of the contacts in order of arrival, reckoned one by one with a heap of free times."""
    free = [0.0] * agents
    fates = []
    for arrival, handle, patience in zip(plan.arrival_s, plan.handle_s, plan.patience_s, strict=True):
        if any(w.start_s <= arrival < w.end_s for w in windows):
            fates.append(("blocked", arrival))
            continue
        ahead = min((w.start_s for w in windows if w.start_s > arrival), default=np.inf)
        start = max(arrival, free[0])
        if start > arrival + patience or start >= ahead:
            fates.append(("gone", min(arrival + patience, ahead)))
            continue
        end = start + handle
        fates.append(("cut", ahead) if end > ahead else ("done", end))
        heapq.heapreplace(free, min(end, ahead))
    return fates


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", ["kernel", "reference"])
def test_the_path_is_that_of_a_pool_reckoned_contact_by_contact(seed: int, name: str) -> None:
    day = random_day(seed, "overload", Carry.empty())
    plan = DayPlan(
        arrival_s=day.arrival_s, handle_s=day.handle_s, patience_s=day.patience_s,
        staffed=np.full(48, 9, np.int64), threshold_s=20.0,
    )  # fmt: skip
    windows = [Window(30_000.0, 33_333.0, True, True), Window(50_000.0, 50_600.0, True, True)]
    lived = run_interrupted(engine(name), plan, windows)
    expected = plain(plan, 9, windows)
    inside = [fate for fate in expected if fate[0] != "blocked"]
    assert lived.blocked == len(expected) - len(inside)
    found = lived.outcome
    done = slice(0, found.state.size)  # those behind still wait at midnight
    names = np.where(found.state == ABANDONED, "gone", np.where(lived.cut, "cut", "done"))
    assert names.tolist() == [fate for fate, _ in inside[done]]
    np.testing.assert_allclose(found.end_s, [at for _, at in inside[done]], atol=2e-6)


def test_a_failure_over_midnight_cuts_off_once_and_blocks_on_both_days() -> None:
    plan = steady(60.0, 300.0, 10)
    first = run_interrupted(KERNEL, plan, [Window(86_000.0, 86_400.0, True, True)])
    assert first.outcome.carry.busy_end_s.size == first.outcome.carry.waiting_ref.size == 0
    after = DayPlan(
        arrival_s=plan.arrival_s, handle_s=plan.handle_s, patience_s=plan.patience_s, staffed=plan.staffed,
        threshold_s=20.0, carry=first.outcome.carry,
    )  # fmt: skip
    second = run_interrupted(KERNEL, after, [Window(0.0, 600.0, True, True)])
    assert (second.blocked, int(second.cut.sum()), second.cut_before) == (10, 0, 0)


def test_contacts_carried_in_are_cut_off_and_keep_their_names() -> None:
    carry = Carry(
        np.array([-30.0, -20.0]), np.array([100.0, 100.0]), np.array([500.0, 500.0]), np.array([71, 72]),
        np.array([40.0]),
    )  # fmt: skip
    plan = DayPlan(
        arrival_s=np.array([10.0]), handle_s=np.array([50.0]), patience_s=np.array([np.inf]),
        staffed=np.ones(48, np.int64), threshold_s=20.0, ref=np.array([5]), carry=carry,
    )  # fmt: skip
    early = run_interrupted(KERNEL, plan, [Window(20.0, 30.0, True, True)])
    assert early.cut_before == 1
    assert dict(zip(early.outcome.ref.tolist(), early.outcome.state.tolist(), strict=True)) == {
        71: ABANDONED, 72: ABANDONED, 5: ABANDONED,
    }  # fmt: skip
    late = run_interrupted(KERNEL, plan, [Window(60.0, 90.0, True, True)])
    assert late.outcome.ref[late.cut].tolist() == [71]


def test_no_failure_changes_nothing() -> None:
    plan = random_day(1, "overload", Carry.empty())
    np.testing.assert_array_equal(run_interrupted(KERNEL, plan, []).outcome.end_s, KERNEL(plan).end_s)
