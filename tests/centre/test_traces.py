"""Tiny days worked by hand, event by event, for both engines."""

from math import inf, nan

import numpy as np
import pytest

from orm_sim.centre import ENGINES, Carry, DayOutcome, DayPlan, Engine, engine

Contacts = list[tuple[float, float, float]]  # arrival, handle time, patience


@pytest.fixture(params=sorted(ENGINES))
def run(request: pytest.FixtureRequest) -> Engine:
    return engine(request.param)


def block(
    contacts: Contacts, staffed: list[int], end_s: float | None = None, carry: Carry | None = None
) -> DayPlan:
    """Intervals of 100 s and a threshold of 40 s."""
    arrival, handle, patience = np.array(contacts, float).reshape(-1, 3).T.copy()
    return DayPlan(
        arrival_s=arrival,
        handle_s=handle,
        patience_s=patience,
        staffed=np.array(staffed, np.int64),
        interval_s=100.0,
        threshold_s=40.0,
        end_s=100.0 * len(staffed) if end_s is None else end_s,
        carry=Carry.empty() if carry is None else carry,
    )


def starts(outcome: DayOutcome) -> dict[int, float]:
    """Start by contact; None where it gave up."""
    times = (None if np.isnan(start) else start for start in outcome.start_s.tolist())
    return dict(zip(outcome.ref.tolist(), times, strict=True))


def test_one_agent_three_contacts(run: Engine) -> None:
    """0 takes the agent until 100; 1 gives up at 60, after 50; 2 may wait exactly 80 and is answered at 100."""
    outcome = run(block([(0, 100, inf), (10, 30, 50), (20, 30, 80)], [1, 1, 1]))
    assert starts(outcome) == {0: 0.0, 1: None, 2: 100.0}
    np.testing.assert_array_equal(outcome.state, [1, 2, 1])
    np.testing.assert_array_equal(outcome.wait_s, [0.0, 50.0, 80.0])
    np.testing.assert_array_equal(outcome.start_s, [0.0, nan, 100.0])
    np.testing.assert_array_equal(outcome.end_s, [100.0, 60.0, 130.0])
    np.testing.assert_array_equal(outcome.arrived, [3, 0, 0])
    np.testing.assert_array_equal(outcome.answered, [2, 0, 0])
    np.testing.assert_array_equal(outcome.answered_within, [1, 0, 0])
    np.testing.assert_array_equal(outcome.abandoned, [1, 0, 0])
    np.testing.assert_array_equal(outcome.wait_answered_s, [80.0, 0.0, 0.0])
    np.testing.assert_array_equal(outcome.wait_all_s, [130.0, 0.0, 0.0])
    np.testing.assert_array_equal(outcome.busy_s, [100.0, 30.0, 0.0])
    np.testing.assert_array_equal(outcome.staffed_s, [100.0, 100.0, 100.0])
    assert outcome.totals == (3, 2, 1, 1, 80.0, 130.0)
    assert outcome.carried_in == (0, 0, 0, 0, 0.0, 0.0)


def test_just_over_its_patience_a_contact_is_gone(run: Engine) -> None:
    outcome = run(block([(0, 100, inf), (20, 30, np.nextafter(80, 0))], [1, 1]))
    assert starts(outcome) == {0: 0.0, 1: None}


def test_a_threshold_is_met_on_the_second(run: Engine) -> None:
    outcome = run(block([(0, 60, inf), (20, 1, inf), (20, 1, inf)], [1, 1]))
    np.testing.assert_array_equal(outcome.wait_s, [0.0, 40.0, 41.0])
    assert outcome.totals.answered_within == 2


def test_no_patience(run: Engine) -> None:
    """Whoever will not wait at all is answered by a free agent, and lost without one, with a wait of 0."""
    outcome = run(block([(0, 50, 0), (10, 50, 0), (50, 50, 0)], [1]))
    assert starts(outcome) == {0: 0.0, 1: None, 2: 50.0}
    np.testing.assert_array_equal(outcome.wait_s, [0.0, 0.0, 0.0])
    np.testing.assert_array_equal(outcome.end_s, [50.0, 10.0, 100.0])


def test_an_agent_leaves_and_returns(run: Engine) -> None:
    """Two staffed, one from 100 on, two from 200 on.

    The agent who should leave at 100 finishes at 150, the other at 250. From 150 to 200 one is busy and one
    staffed, so the contact of 110 waits for the agent who comes at 200.
    """
    outcome = run(block([(0, 250, inf), (0, 150, inf), (110, 10, inf)], [2, 1, 2]))
    assert starts(outcome) == {0: 0.0, 1: 0.0, 2: 200.0}
    np.testing.assert_array_equal(outcome.busy_s, [200.0, 150.0, 60.0])
    np.testing.assert_array_equal(outcome.staffed_s, [200.0, 150.0, 200.0])


def test_those_still_in_hand_count_when_staff_returns(run: Engine) -> None:
    """Three contacts end at 250, 300, 350; one staffed from 100, two from 200: two must end before a start."""
    outcome = run(block([(0, 250, inf), (0, 350, inf), (0, 300, inf), (110, 10, inf)], [3, 1, 2, 2]))
    assert starts(outcome)[3] == 300.0
    np.testing.assert_array_equal(outcome.staffed_s, [300.0, 300.0, 250.0, 200.0])
    np.testing.assert_array_equal(outcome.busy_s, [300.0, 300.0, 250.0, 60.0])


def test_the_idle_agent_leaves_first(run: Engine) -> None:
    """Of two agents one is idle: when one must leave at 100, the busy one stays for the contact that waits."""
    outcome = run(block([(0, 150, inf), (110, 10, inf)], [2, 1]))
    assert starts(outcome) == {0: 0.0, 1: 150.0}
    np.testing.assert_array_equal(outcome.staffed_s, [200.0, 100.0])


def test_staff_change_comes_before_completion(run: Engine) -> None:
    """At 100 one contact ends and one agent leaves: the waiting contact gets the other agent, at 150."""
    outcome = run(block([(0, 100, inf), (0, 150, inf), (50, 10, inf)], [2, 1]))
    assert starts(outcome)[2] == 150.0


def test_staff_comes_at_the_last_moment(run: Engine) -> None:
    """Two wait for an agent who comes at 100; patience ends at 100 for one and a moment before for the other."""
    outcome = run(block([(0, 10, np.nextafter(100, 0)), (0, 10, 100), (0, 10, 109), (0, 10, 110)], [0, 1]))
    assert starts(outcome) == {0: None, 1: 100.0, 2: None, 3: 110.0}


def test_several_agents_come_at_once(run: Engine) -> None:
    """Three are raised at 100 and three waiting contacts start, not one."""
    outcome = run(block([(10, 90, inf)] * 4, [0, 3]))
    assert starts(outcome) == {0: 100.0, 1: 100.0, 2: 100.0, 3: 190.0}


def test_who_waits_goes_before_who_arrives(run: Engine) -> None:
    """At 100 a contact ends, one waits and one arrives; equal arrivals are served in the order of the plan."""
    outcome = run(block([(0, 100, inf), (50, 20, inf), (100, 5, inf), (100, 7, inf)], [1, 1]))
    assert starts(outcome) == {0: 0.0, 1: 100.0, 2: 120.0, 3: 125.0}


def test_contacts_without_work(run: Engine) -> None:
    """Handled in no time, all of them pass through one agent in the same moment."""
    outcome = run(block([(50, 0, 50), (50, 0, inf), (60, 0, inf), (100, 0, inf), (100, 0, 0)], [0, 1]))
    assert starts(outcome) == dict.fromkeys(range(5), 100.0)
    np.testing.assert_array_equal(outcome.busy_s, [0.0, 0.0])


def test_nobody_comes_to_work(run: Engine) -> None:
    outcome = run(block([(0, 10, 30), (0, 10, inf), (10, 10, 89), (10, 10, 90)], [0]))
    assert starts(outcome) == {0: None, 2: None}
    np.testing.assert_array_equal(outcome.carry.waiting_ref, [1, 3])
    np.testing.assert_array_equal(outcome.staffed_s, [0.0])


def test_midnight(run: Engine) -> None:
    """What would start, end or give up at the very end of a block is left to the next, which begins with it."""
    first = run(
        block([(0, 100, inf), (0, 130, inf), (40, 20, 60), (50, 5, 49), (60, 10, 70), (70, 1, inf)], [2])
    )
    assert starts(first) == {0: 0.0, 1: 0.0, 3: None}
    assert first.totals == (6, 2, 2, 1, 0.0, 49.0)
    np.testing.assert_array_equal(first.busy_s, [200.0])
    left = first.carry
    np.testing.assert_array_equal(left.waiting_ref, [2, 4, 5])
    np.testing.assert_array_equal(left.waiting_arrival_s, [-60.0, -40.0, -30.0])
    np.testing.assert_array_equal(left.waiting_deadline_s, [0.0, 30.0, inf])
    np.testing.assert_array_equal(left.waiting_patience_s, [60.0, 70.0, inf])
    np.testing.assert_array_equal(left.busy_end_s, [30.0])
    second = run(block([(25, 5, inf)], [2], carry=left))
    assert second.ref.tolist() == [2, 4, 5, 0]
    np.testing.assert_array_equal(second.start_s, [0.0, 20.0, 30.0, 30.0])
    np.testing.assert_array_equal(second.wait_s, [60.0, 60.0, 60.0, 5.0])
    assert second.carried_in == (3, 3, 0, 0, 180.0, 180.0)
    assert second.totals == (4, 4, 1, 0, 185.0, 185.0)
    np.testing.assert_array_equal(second.arrived, [1])
    np.testing.assert_array_equal(second.busy_s, [30 + 20 + 10 + 1 + 5])


def test_more_in_hand_than_staffed_after_midnight(run: Engine) -> None:
    first = run(block([(0, 150, inf), (0, 160, inf), (0, 170, inf), (10, 10, inf)], [3]))
    second = run(block([], [1, 2], carry=first.carry))
    assert starts(second) == {3: 70.0}
    np.testing.assert_array_equal(second.staffed_s, [50 * 3 + 10 * 2 + 40, 200.0])
    third = run(block([], [2, 2], carry=first.carry.without_waiting()))
    assert third.ref.size == 0
    np.testing.assert_array_equal(third.busy_s, [180.0, 0.0])


def test_a_dial_list(run: Engine) -> None:
    """Everything on the list from the start of the shift; what was not dialled when staff leaves stays on it."""
    outcome = run(block([(100, 40, inf)] * 9, [0, 2, 0, 0]))
    assert outcome.ref.tolist() == list(range(6))
    np.testing.assert_array_equal(outcome.start_s, [100.0, 100.0, 140.0, 140.0, 180.0, 180.0])
    np.testing.assert_array_equal(outcome.carry.waiting_ref, [6, 7, 8])
    np.testing.assert_array_equal(outcome.busy_s, [0.0, 200.0, 40.0, 0.0])
    np.testing.assert_array_equal(outcome.staffed_s, [0.0, 200.0, 40.0, 0.0])


def test_the_last_interval_reaches_to_the_end(run: Engine) -> None:
    outcome = run(block([(0, 10, inf), (350, 100, inf)], [1, 2], end_s=400.0))
    np.testing.assert_array_equal(outcome.arrived, [1, 1])
    np.testing.assert_array_equal(outcome.busy_s, [10.0, 50.0])
    np.testing.assert_array_equal(outcome.staffed_s, [100.0, 600.0])


def test_a_block_may_end_before_its_intervals(run: Engine) -> None:
    outcome = run(block([(0, 10, inf), (140, 100, inf)], [1, 2, 2], end_s=150.0))
    np.testing.assert_array_equal(outcome.busy_s, [10.0, 10.0, 0.0])
    np.testing.assert_array_equal(outcome.staffed_s, [100.0, 100.0, 0.0])
    np.testing.assert_array_equal(outcome.carry.busy_end_s, [90.0])


def test_an_empty_block(run: Engine) -> None:
    outcome = run(block([], [0, 3]))
    assert outcome.totals == (0, 0, 0, 0, 0.0, 0.0)
    assert outcome.ref.size == 0
    np.testing.assert_array_equal(outcome.staffed_s, [0.0, 300.0])


def test_the_callers_ids_come_back(run: Engine) -> None:
    plan = DayPlan(
        arrival_s=np.array([0.0, 1.0]),
        handle_s=np.array([5.0, 5.0]),
        patience_s=np.array([1.0, 9.0]),
        staffed=np.array([1]),
        threshold_s=20.0,
        ref=np.array([70, -3]),
    )
    assert run(plan).ref.tolist() == [70, -3]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"arrival_s": np.array([1.0, 0.0])}, "arrival_s must be ascending"),
        ({"arrival_s": np.array([-1.0, 0.0])}, "arrival_s must be ascending"),
        ({"arrival_s": np.array([0.0, 86_400.0])}, "before end_s"),
        ({"arrival_s": np.array([nan, 1.0])}, "arrival_s must be ascending"),
        ({"handle_s": np.array([1.0, -1.0])}, "handle_s must be 0 or more and finite"),
        ({"handle_s": np.array([1.0, inf])}, "handle_s must be 0 or more and finite"),
        ({"handle_s": np.array([1.0, nan])}, "handle_s must be 0 or more and finite"),
        ({"patience_s": np.array([1.0, -1.0])}, "patience_s must be 0 or more"),
        ({"patience_s": np.array([nan, 1.0])}, "patience_s must be 0 or more"),
        ({"staffed": np.array([1, -1])}, "staffed must be 0 or more"),
        ({"staffed": np.empty(0, np.int64)}, "at least one interval"),
        ({"staffed": np.array([1.0])}, "staffed and ref must be int64"),
        ({"handle_s": np.array([1, 2])}, "must be float64"),
        ({"handle_s": np.ones(3)}, "the same length"),
        ({"ref": np.arange(3)}, "the same length"),
        ({"interval_s": 0.0}, "interval_s and end_s must be above 0"),
        ({"end_s": inf}, "interval_s and end_s must be above 0"),
        ({"threshold_s": nan}, "threshold_s 0 or more"),
    ],
)
def test_a_bad_plan_is_refused(run: Engine, change: dict[str, object], said: str) -> None:
    good: dict[str, object] = {
        "arrival_s": np.array([0.0, 1.0]),
        "handle_s": np.array([5.0, 5.0]),
        "patience_s": np.array([1.0, 9.0]),
        "staffed": np.array([1]),
        "threshold_s": 20.0,
    }
    with pytest.raises(ValueError, match=said):
        run(DayPlan(**(good | change)))  # type: ignore[arg-type]
