"""What the several-skill kernel has of its own: heaps, room for rows, rounds of a moment, what it refuses, any cut."""

from dataclasses import replace
from heapq import heappop, heappush
from math import inf, nan
from typing import Any

import numpy as np
import pytest

from orm_sim.centre.skills import events, kernel
from orm_sim.centre.skills.check import check
from orm_sim.centre.skills.draws import attempt_of
from orm_sim.centre.skills.outcome import (
    ABANDONED,
    ANSWERED,
    BALKED,
    BLOCKED,
    CLEARED,
    CUT_OFF,
    DONE,
    UNRESOLVED,
    VOICEMAIL,
    Outcome,
)
from orm_sim.centre.skills.plan import (
    BY_LONGEST_IDLE,
    CLEAR_QUEUE,
    PREEMPT_RESUME,
    WITHIN_THRESHOLD_FIRST,
    Block,
    Carry,
    Layout,
)
from orm_sim.centre.skills.state import EVENT, memory_of
from tests.centre.skills_cases import (
    block,
    constant,
    in_a_row,
    large_block,
    layout,
    pieces,
    random_layout,
)


def told(outcome: Outcome) -> list[tuple[int, int, int, float]]:
    """Decisions as (index of the contact, state, group, moment)."""
    index = (outcome.ref & ((1 << 31) - 1)).tolist()
    return list(
        zip(index, outcome.state.tolist(), outcome.group.tolist(), outcome.at_s.tolist(), strict=True)
    )


# -- traces worked by hand -------------------------------------------------------------------------------------------


def test_patience_that_ends_as_an_agent_is_freed_is_answered() -> None:
    """1 may wait exactly 50 and starts at 60; 2 may wait 49.5 and is gone at 59.5."""
    outcome = kernel.run(block(layout(), [(0, 0, 60, inf), (10, 0, 5, 50), (10, 0, 5, 49.5)], [(0, 0, 1)]))
    assert told(outcome) == [(0, ANSWERED, 0, 0.0), (2, ABANDONED, -1, 59.5), (1, ANSWERED, 0, 60.0)]
    assert outcome.done_end_s.tolist() == [60.0, 65.0]


def test_contact_that_becomes_eligible_chooses_the_agent_idle_longest() -> None:
    """Group 0 is busy; after 30 s groups 1 (idle since 5) and 2 (idle since 0) are open: 2 by its rule, at 40."""
    centre = layout(1, 3, eligible_after_s=[[0, 30, 30]], choose=[BY_LONGEST_IDLE])
    changes = [(0.0, 0, 1), (0.0, 2, 1), (5.0, 1, 1)]
    outcome = kernel.run(block(centre, [(0, 0, 100, inf), (10, 0, 10, inf)], changes))
    assert told(outcome) == [(0, ANSWERED, 0, 0.0), (1, ANSWERED, 2, 40.0)]


def test_resumed_contact_needs_what_was_left() -> None:
    """Staff is 0 from 30 to 50: 30 of 100 s are done, 70 s follow: 120. With staff 0 at 120 nothing is put back."""
    centre = layout(leaving=[PREEMPT_RESUME])
    outcome = kernel.run(block(centre, [(0, 0, 100, inf)], [(0, 0, 1), (30, 0, 0), (50, 0, 1), (121, 0, 0)]))
    assert outcome.result.tolist() == [0, DONE]
    assert outcome.done_start_s.tolist() == [0.0, 50.0]
    assert outcome.done_end_s.tolist() == [30.0, 120.0]
    assert told(outcome) == [(0, ANSWERED, 0, 0.0)]
    assert outcome.busy_s[0, :2].tolist() == [80.0, 20.0]
    assert outcome.staffed_s[0, :3].tolist() == pytest.approx([80.0, 21.0, 0.0], abs=1e-9)


def test_agents_serve_those_not_yet_late_first_and_then_the_late() -> None:
    """At 100: 1 and 2 are late (over 20 s), 3 is not; 3 goes first, then 1, then 2."""
    centre = layout(takes=[WITHIN_THRESHOLD_FIRST])
    contacts = [(0, 0, 100, inf), (10, 0, 10, inf), (20, 0, 10, inf), (85, 0, 10, inf)]
    outcome = kernel.run(block(centre, contacts, [(0, 0, 1)]))
    assert [row[0] for row in told(outcome)] == [0, 3, 1, 2]


def test_redials_without_delay_and_patience_pass_in_one_moment_each_in_a_round() -> None:
    """Nobody is there: 255 attempts of each contact, all decided at its arrival: rows outgrow the room given."""
    centre = layout(redial=[1.0], redial_max=[255], given=(constant(0.0),))
    outcome = kernel.run(block(centre, [(10, 0, 1, 0), (20, 0, 1, 0)], [(0, 0, 0)]))
    assert outcome.ref.size == 2 * 255
    assert outcome.redials.tolist() == [2 * 254]
    assert (outcome.state == ABANDONED).all()
    assert outcome.at_s.tolist() == [10.0] * 255 + [20.0] * 255
    assert [int(attempt_of(ref)) for ref in outcome.ref[:255]] == list(range(255))
    again = block(centre, [(10, 0, 1, 0), (20, 0, 1, 0)], [])
    assert memory_of(again, check(again)).rows.shape[1] < 2 * 255


# -- heaps -----------------------------------------------------------------------------------------------------------


def test_heap_gives_events_in_order_and_lets_any_go() -> None:
    """A thousand steps beside Python's own heap, with times that often tie."""
    rng = np.random.default_rng(7)
    heap, size, theirs = np.zeros(1000, EVENT), 0, list[tuple[float, int, int]]()
    address = heap.ctypes.data
    for slot in range(1000):
        at, turn = float(rng.integers(20)), int(rng.integers(5)) * 1000 + slot
        events.put(address, size, at, turn, slot)
        heappush(theirs, (at, turn, slot))
        size += 1
        if rng.random() < 0.4:
            assert events.take(address, size) == heappop(theirs)[2]
            size -= 1
        if rng.random() < 0.2 and size:
            gone = theirs.pop(int(rng.integers(size)))
            theirs.sort()
            events.withdraw(address, size, gone[2])
            size -= 1
    while size:
        assert events.take(address, size) == heappop(theirs)[2]
        size -= 1


# -- large blocks with every behaviour -------------------------------------------------------------------------------

CENTRES = [(seed, types, groups) for seed, (types, groups) in enumerate([(1, 1), (5, 4), (8, 6)])]


def decisions(outcomes: list[Outcome], begins: list[float]) -> list[tuple[Any, ...]]:
    """Every decision and every end of service, on the clock of the whole."""
    told: list[tuple[Any, ...]] = []
    for one, begin in zip(outcomes, begins, strict=True):
        rows = zip(one.ref, one.state, one.group, np.round(one.at_s + begin, 6), strict=True)
        ends = zip(one.done_ref, one.result, one.done_group, np.round(one.done_end_s + begin, 6), strict=True)
        told.extend(("decided", *row) for row in rows)
        told.extend(("done", *row) for row in ends)
    return sorted(told)


@pytest.mark.parametrize(("seed", "n_types", "n_groups"), CENTRES)
def test_any_cut_gives_the_same_decisions(seed: int, n_types: int, n_groups: int) -> None:
    """Six thousand contacts with everything on, cut at seven arbitrary moments."""
    centre = random_layout(seed, n_types, n_groups, lines=120)
    whole = large_block(centre, seed, 6000, 20, 20_000.0, closes_s=18_000.0)
    cuts = sorted(np.random.default_rng(seed).uniform(0.0, 20_000.0, 7).tolist())
    parts = in_a_row(kernel.run, pieces(whole, cuts))
    assert decisions(parts, [0.0, *cuts]) == decisions([kernel.run(whole)], [0.0])


@pytest.mark.parametrize(("seed", "n_types", "n_groups"), CENTRES)
def test_nobody_is_lost_and_no_agent_does_two_things(seed: int, n_types: int, n_groups: int) -> None:
    """Arrived = decided + waiting; started = ended + in service; busy <= staffed at each start."""
    centre = random_layout(seed, n_types, n_groups, lines=200)
    plan = large_block(centre, seed, 6000, 20, 20_000.0)
    outcome = kernel.run(plan)
    put_back = int(np.isfinite(outcome.carry.waiting_first_start_s).sum())
    arrived = plan.ref.size + int(outcome.redials.sum())
    assert arrived == outcome.ref.size + outcome.carry.waiting_ref.size - put_back
    assert np.unique(outcome.ref).size == outcome.ref.size
    starts = outcome.done_ref.size + outcome.carry.busy_ref.size
    first = int((outcome.state == ANSWERED).sum())
    assert starts - int((outcome.result == 0).sum()) + put_back == first
    start = np.concatenate([outcome.done_start_s, outcome.carry.busy_start_s + plan.end_s])
    end = np.concatenate([outcome.done_end_s, outcome.carry.busy_end_s + plan.end_s])
    group = np.concatenate([outcome.done_group, outcome.carry.busy_group])
    for g in range(n_groups):
        mine = (group == g) & (end > start)
        begun = np.searchsorted(np.sort(start[mine]), start[mine], "right")
        busy = begun - np.searchsorted(np.sort(end[mine]), start[mine], "right")
        of_group = plan.change_group == g
        last = np.searchsorted(plan.change_at_s[of_group], start[mine], "right") - 1
        assert (busy <= plan.change_to[of_group][last]).all()
    assert (outcome.busy_s <= outcome.staffed_s + 1e-6).all()


def test_the_large_blocks_show_every_behaviour() -> None:
    """The cases above would prove little if nothing happened in them."""
    outcomes = []
    for seed, n_types, n_groups in CENTRES:
        centre = random_layout(seed, n_types, n_groups, lines=8 * n_groups)
        for ends in ({}, {"closes_s": 7900.0, "at_close": CLEAR_QUEUE}):
            outcomes.append(kernel.run(large_block(centre, seed, 6000, 5, 20_000.0, **ends)))
    states = set(np.concatenate([one.state for one in outcomes]).tolist())
    assert states == {ANSWERED, ABANDONED, BALKED, BLOCKED, CLEARED, VOICEMAIL}
    results = set(np.concatenate([one.result for one in outcomes]).tolist())
    assert results >= {0, DONE, UNRESOLVED, CUT_OFF}


# -- what is refused -------------------------------------------------------------------------------------------------


def plain(centre: Layout | None = None, **changes: Any) -> Block:
    contacts = [(0.0, 0, 10.0, 5.0), (1.0, 0, 10.0, 5.0)]
    whole = block(
        layout() if centre is None else centre, contacts, [(0.0, 0, 1)], outages=[(5, 6, True, True)]
    )
    return replace(whole, **changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"arrival_s": np.array([1.0, 0.0])}, "arrival_s must be ascending"),
        ({"arrival_s": np.array([-1.0, 0.0])}, "arrival_s must be ascending"),
        ({"arrival_s": np.array([0.0, nan])}, "arrival_s must be ascending"),
        ({"closes_s": 1.0}, "before closes_s"),
        ({"end_s": 1.0}, "before end_s"),
        ({"type": np.array([0, 1])}, "type must be"),
        ({"patience_s": np.array([1.0, nan])}, "patience_s must be"),
        ({"work_s": np.array([[1.0], [inf]])}, "work_s must be 0 or more"),
        ({"work_s": np.ones((2, 2))}, "as many columns"),
        ({"work_s": np.ones(2)}, "rows of work_s"),
        ({"ref": np.array([1])}, "of the same number"),
        ({"ref": np.array([1.0, 2.0])}, "must be float64, types"),
        ({"change_to": np.array([-1])}, "change_to 0 or more"),
        ({"change_group": np.array([1])}, "change_group a group"),
        ({"change_at_s": np.array([-1.0])}, "change_at_s must be ascending"),
        ({"change_at_s": np.array([1.0, 2.0])}, "change_at_s, change_group and change_to"),
        ({"outage_until_s": np.array([4.0])}, "outage_until_s at or after"),
        ({"outage_drops": np.array([True, True])}, "outage_blocks and outage_drops"),
        ({"period_s": 0.0}, "period_s above 0"),
        ({"closes_s": nan}, "closes_s a number"),
        ({"n_periods": 0}, "n_periods must be"),
        ({"at_close": 2}, "SERVE_QUEUE or CLEAR_QUEUE"),
        ({"carry": Carry.empty(2, 1)}, "for each group"),
        ({"carry": replace(Carry.empty(1, 1), staffed=np.array([2]))}, "idle agents in each group"),
    ],
)
def test_blocks_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        kernel.run(plain(**changes))


def carried(section: str, **changes: Any) -> Carry:
    """One contact in line, in service or to come, by the names of its fields; one agent, who serves or is idle."""
    one = Carry.empty(1, 1)
    fields = [name for name in Carry.__slots__ if name.startswith(section)]
    given: dict[str, Any] = {
        name: np.resize(getattr(one, name), (1, 1) if "work" in name else 1) for name in fields
    }
    for name in fields:
        given[name].fill(-1.0 if name.endswith("arrival_s") else 0)
    idle = (np.full(0 if section == "busy" else 1, -5.0),)
    sound = {"staffed": np.array([1]), "idle_since_s": idle, **given}
    return replace(one, **(sound | {name: np.array(value) for name, value in changes.items()}))


@pytest.mark.parametrize("section", ["waiting", "busy", "pending"])
def test_a_sound_carry_runs(section: str) -> None:
    assert kernel.run(plain(carry=carried(section))).ref.size >= 2


@pytest.mark.parametrize(
    ("carry", "words"),
    [
        (carried("waiting", waiting_type=[0, 0]), "one value of everything"),
        (carried("busy", busy_left=[]), "one value of everything"),
        (carried("pending", pending_work_s=np.empty((1, 0))), "one value of everything"),
        (carried("waiting", waiting_type=[1]), "a type of the layout"),
        (carried("busy", busy_type=[-1]), "a type of the layout"),
        (carried("pending", pending_type=[7]), "a type of the layout"),
        (carried("busy", busy_group=[1]), "idle agents in each group"),
        (carried("busy", busy_group=[-1]), "idle agents in each group"),
        (carried("pending", staffed=[-1]), "0 or more"),
        (carried("busy", busy_end_s=[-1.0]), "end their service at 0 or later"),
        (carried("waiting", waiting_arrival_s=[0.0]), "arrived before 0"),
        (carried("waiting", waiting_deadline_s=[-1.0]), "leave their line at 0 or later"),
    ],
)
def test_carries_refused(carry: Carry, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        kernel.run(plain(carry=carry))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"balk": np.array([1.5])}, "from 0 to 1"),
        ({"resolved": np.array([[nan]])}, "from 0 to 1"),
        ({"weight": np.array([inf])}, "weights finite"),
        ({"threshold_s": np.array([-1.0])}, "0 or more"),
        ({"choose": np.array([3])}, "choose, takes and leaving"),
        ({"takes": np.array([5])}, "choose, takes and leaving"),
        ({"preference": np.array([[-1]])}, "preference must list"),
        ({"rank": np.array([[-1]])}, "rank must be"),
        ({"rank": np.array([0])}, "one row a type"),
        ({"factor": np.array([[inf]])}, "factor must be"),
        ({"work_column": np.array([[1]])}, "work_column must point"),
        ({"patience_law": np.array([7])}, "number of one in its table"),
        ({"redial_max": np.array([257])}, "redial_max must be at most"),
        ({"lines": -1}, "lines 0 or more"),
        ({"preference": np.zeros((1, 1), np.int32)}, "laws must be int64"),
        ({"laws": layout().laws._replace(a=np.ones(1, np.float32))}, "laws must be int64"),
        ({"balk": np.zeros(2)}, "one value for each"),
    ],
)
def test_layouts_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        kernel.run(plain(replace(layout(), **changes)))


def test_a_sound_block_runs() -> None:
    assert kernel.run(plain()).ref.size == 2
