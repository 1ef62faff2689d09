"""Tiny centres of several types and groups worked by hand, event by event, for both engines."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from orm_sim.centre.skills.draws import BODY, FATE, REDIAL, ROUTE, attempt_of, draw, next_attempt, pack
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
    BY_FREE_AGENTS,
    BY_LONGEST_IDLE,
    BY_ORDER,
    CLEAR_QUEUE,
    FINISH,
    LONGEST_WAIT,
    OWN_FIRST,
    PREEMPT_RESTART,
    PREEMPT_RESUME,
    PRIORITY,
    SERVE_QUEUE,
    WEIGHTED_WAIT,
    WITHIN_THRESHOLD_FIRST,
    Carry,
)
from tests.centre.skills_cases import Run, block, constant, engine, layout

PUT_BACK = 0
INDEX = (1 << 31) - 1


@pytest.fixture(params=["kernel", "reference"])
def run(request: pytest.FixtureRequest) -> Run:
    return engine(request.param)


def decided(outcome: Outcome) -> list[tuple[int, int, int, float]]:
    """Contact by position, what became of it, the group, and when; in the order in which it happened."""
    rows = zip(outcome.ref, outcome.state, outcome.group, outcome.at_s, strict=True)
    return [(int(ref & INDEX), int(state), int(group), float(at)) for ref, state, group, at in rows]


def ended(outcome: Outcome) -> list[tuple[int, int, int, float, float]]:
    """Contact, how its service ended, the group, from when to when."""
    rows = (outcome.done_ref, outcome.result, outcome.done_group, outcome.done_start_s, outcome.done_end_s)
    return [
        (int(ref & INDEX), int(result), int(group), float(start), float(end))
        for ref, result, group, start, end in zip(*rows, strict=True)
    ]


def starts(outcome: Outcome) -> dict[int, float]:
    """First start by contact; those not answered are left out."""
    return {contact: at for contact, state, _, at in decided(outcome) if state == ANSWERED}


ONE_AGENT = [(0, 0, 1)]


# -- patience --------------------------------------------------------------------------------------------------------


@pytest.mark.row("R184")
def test_abandonment_and_patience_that_ends_when_an_agent_is_free(run: Run) -> None:
    """0 holds the agent until 100; 1 gives up at 60, after 50; 2 may wait exactly 80 and is answered at 100."""
    outcome = run(block(layout(), [(0, 0, 100, inf), (10, 0, 30, 50), (20, 0, 30, 80)], ONE_AGENT))
    assert decided(outcome) == [(0, ANSWERED, 0, 0), (1, ABANDONED, -1, 60), (2, ANSWERED, 0, 100)]
    assert ended(outcome) == [(0, DONE, 0, 0, 100), (2, DONE, 0, 100, 130)]
    np.testing.assert_array_equal(outcome.arrival_s, [0, 10, 20])
    np.testing.assert_array_equal(outcome.busy_s, [[100, 30, 0, 0, 0, 0, 0, 0, 0, 0]])
    np.testing.assert_array_equal(outcome.staffed_s, np.full((1, 10), 100.0))


def test_just_over_its_patience_a_contact_is_gone(run: Run) -> None:
    outcome = run(block(layout(), [(0, 0, 100, inf), (20, 0, 30, np.nextafter(80, 0))], ONE_AGENT))
    assert [row[:2] for row in decided(outcome)] == [(0, ANSWERED), (1, ABANDONED)]


def test_no_patience(run: Run) -> None:
    """Whoever will not wait is answered by a free agent, lost at once without one, and at 50 again answered."""
    outcome = run(block(layout(), [(0, 0, 50, 0), (10, 0, 50, 0), (50, 0, 50, 0)], ONE_AGENT))
    assert decided(outcome) == [(0, ANSWERED, 0, 0), (1, ABANDONED, -1, 10), (2, ANSWERED, 0, 50)]


def test_nobody_comes_to_work(run: Run) -> None:
    """Two of three give up; who would wait for ever still waits when the block ends."""
    outcome = run(block(layout(), [(0, 0, 10, 30), (0, 0, 10, inf), (10, 0, 10, 10)], []))
    assert decided(outcome) == [(2, ABANDONED, -1, 20), (0, ABANDONED, -1, 30)]
    np.testing.assert_array_equal(outcome.carry.waiting_ref, [pack(0, 0, 0, 1)])
    np.testing.assert_array_equal(outcome.carry.waiting_arrival_s, [-1000])


def test_no_timer_of_a_contact_gone_stretches_the_time(run: Run) -> None:
    """Without an end the clock stops at the last event: 1 starts at 10 and ends at 30, long before its patience
    of 500 or its overflow after 400; 2 gives up at 25. So the agent was there for 30 s, not 500.
    """
    centre = layout(n_groups=2, eligible_after_s=[[0, 400]])
    contacts = [(0, 0, 10, 900), (5, 0, 20, 500), (5, 0, 20, 20)]
    outcome = run(block(centre, contacts, ONE_AGENT, end_s=inf))
    assert starts(outcome) == {0: 0, 1: 10}
    np.testing.assert_array_equal(outcome.staffed_s.sum(axis=1), [30, 0])
    np.testing.assert_array_equal(outcome.busy_s.sum(axis=1), [30, 0])


def test_the_clock_does_not_round(run: Run) -> None:
    """Every time is the one sum of doubles it should be."""
    contacts = [(0.1, 0, 0.2, inf), (0.15, 0, 1 / 3, inf), (0.2, 0, 1e-7, 0.3)]
    outcome = run(block(layout(), contacts, ONE_AGENT))
    first = 0.1 + 0.2
    assert decided(outcome) == [(0, ANSWERED, 0, 0.1), (1, ANSWERED, 0, first), (2, ABANDONED, -1, 0.5)]
    assert ended(outcome)[1][4] == first + 1 / 3


# -- staffing --------------------------------------------------------------------------------------------------------


def test_an_agent_leaves_and_returns(run: Run) -> None:
    """Two staffed, one from 100 on, two from 200 on; those in hand end at 150 and 250.

    From 150 to 200 one is busy and one staffed, so the contact of 110 waits for the agent who comes at 200.
    """
    contacts = [(0, 0, 250, inf), (0, 0, 150, inf), (110, 0, 10, inf)]
    outcome = run(block(layout(), contacts, [(0, 0, 2), (100, 0, 1), (200, 0, 2)]))
    assert starts(outcome) == {0: 0, 1: 0, 2: 200}
    np.testing.assert_array_equal(outcome.busy_s[0, :3], [200, 150, 60])
    np.testing.assert_array_equal(outcome.staffed_s[0, :3], [200, 150, 200])


def test_capacity_raised_by_three_wakes_three(run: Run) -> None:
    outcome = run(block(layout(), [(10, 0, 90, inf)] * 4, [(100, 0, 3)]))
    assert starts(outcome) == {0: 100, 1: 100, 2: 100, 3: 190}


def test_staff_leaves_before_contacts_complete(run: Run) -> None:
    """At 100 one of two agents leaves and one contact ends: it is the idle one who left, so 2 waits until 150."""
    contacts = [(0, 0, 100, inf), (0, 0, 150, inf), (50, 0, 10, inf)]
    outcome = run(block(layout(), contacts, [(0, 0, 2), (100, 0, 1)]))
    assert starts(outcome)[2] == 150


@pytest.mark.parametrize(("leaving", "end"), [(PREEMPT_RESTART, 160.0), (PREEMPT_RESUME, 120.0)])
def test_put_back_and_taken_again(run: Run, leaving: int, end: float) -> None:
    """40 of 100 s are done when the agent leaves; from 60 on there are 100 to do, or the 60 that were left."""
    changes = [(0, 0, 1), (40, 0, 0), (60, 0, 1)]
    outcome = run(block(layout(leaving=[leaving]), [(0, 0, 100, 5)], changes))
    assert decided(outcome) == [(0, ANSWERED, 0, 0)]  # once; and it is not impatient any more
    assert ended(outcome) == [(0, PUT_BACK, 0, 0, 40), (0, DONE, 0, 60, end)]
    assert outcome.busy_s.sum() == 40 + end - 60
    assert outcome.staffed_s.sum() == 40 + 940


def test_who_started_last_is_put_back_and_stands_first(run: Run) -> None:
    """0 and 1 are in service, 2 waits. At 50 one agent leaves: 1, who began last, is put back; it came before 2.

    At 100 the contact 0 ends: 1 is taken, with its 60 s from the start again, until 160; then 2.
    """
    contacts = [(0, 0, 100, inf), (10, 0, 60, inf), (20, 0, 5, inf)]
    outcome = run(block(layout(leaving=[PREEMPT_RESTART]), contacts, [(0, 0, 2), (50, 0, 1)]))
    assert ended(outcome) == [
        (1, PUT_BACK, 0, 10, 50),
        (0, DONE, 0, 0, 100),
        (1, DONE, 0, 100, 160),
        (2, DONE, 0, 160, 165),
    ]


def test_resumed_twice_and_by_a_slower_group(run: Run) -> None:
    """Half of 80 s is done at 40; the slow group needs 160 for a whole one, so 80: of these 20 are done at 60 + 20.

    Left are 3/4 of a half, 3/8 of 160 s in the slow group or 30 s in the quick one, which is back at 100.
    """
    centre = layout(n_groups=2, factor=[[1, 2]], leaving=[PREEMPT_RESUME, PREEMPT_RESUME])
    changes = [(0, 0, 1), (40, 0, 0), (60, 1, 1), (80, 1, 0), (100, 0, 1)]
    outcome = run(block(centre, [(0, 0, 80, inf)], changes))
    assert ended(outcome) == [(0, PUT_BACK, 0, 0, 40), (0, PUT_BACK, 1, 60, 80), (0, DONE, 0, 100, 130)]


def test_resumed_and_then_restarted(run: Run) -> None:
    """Half is left at 40, so group 1 has 40 s to do; put back there at 70, all 80 s are to be done again."""
    centre = layout(n_groups=2, leaving=[PREEMPT_RESUME, PREEMPT_RESTART])
    changes = [(0, 0, 1), (40, 0, 0), (60, 1, 1), (70, 1, 0), (100, 0, 1)]
    outcome = run(block(centre, [(0, 0, 80, inf)], changes))
    assert ended(outcome) == [(0, PUT_BACK, 0, 0, 40), (0, PUT_BACK, 1, 60, 70), (0, DONE, 0, 100, 180)]


def test_put_back_goes_to_an_idle_group_at_once(run: Run) -> None:
    centre = layout(n_groups=2, leaving=[PREEMPT_RESTART, FINISH])
    outcome = run(block(centre, [(0, 0, 50, inf)], [(0, 0, 1), (10, 1, 1), (30, 0, 0)]))
    assert ended(outcome) == [(0, PUT_BACK, 0, 0, 30), (0, DONE, 1, 30, 80)]


def test_overtime(run: Run) -> None:
    """At 50 everybody leaves, at 60 the centre closes: the contact in hand is finished, and only it is counted."""
    outcome = run(block(layout(), [(0, 0, 250, inf)], [(0, 0, 2), (50, 0, 0)], closes_s=60.0))
    assert ended(outcome) == [(0, DONE, 0, 0, 250)]
    np.testing.assert_array_equal(outcome.staffed_s[0, :4], [100 + 50, 100, 50, 0])
    np.testing.assert_array_equal(outcome.busy_s[0, :4], [100, 100, 50, 0])


# -- one moment ------------------------------------------------------------------------------------------------------


def test_everything_at_one_moment(run: Run) -> None:
    """At 100: an agent is added, 0 ends, 1 and 2 wait, 3 arrives, and the patience of 1, 2 and 4 ends.

    Two agents for 1 and 2, who have waited longest; 3 finds nobody; 4, third in line, gives up.
    """
    contacts = [(0, 0, 100, inf), (10, 0, 10, 90), (20, 0, 30, 80), (30, 0, 10, 70), (100, 0, 10, inf)]
    outcome = run(block(layout(), contacts, [(0, 0, 1), (100, 0, 2)]))
    assert decided(outcome) == [
        (0, ANSWERED, 0, 0),
        (1, ANSWERED, 0, 100),
        (2, ANSWERED, 0, 100),
        (3, ABANDONED, -1, 100),
        (4, ANSWERED, 0, 110),
    ]


def test_completions_of_a_moment_by_group_and_order_of_start(run: Run) -> None:
    """1 went to group 1 and began first; at 50 the groups come in order, and within one the order of start."""
    centre = layout(n_types=2, n_groups=2, eligible_after_s=[[0, inf], [inf, 0]])
    contacts = [(0, 1, 50, inf), (10, 0, 40, inf), (20, 0, 30, inf)]
    outcome = run(block(centre, contacts, [(0, 0, 2), (0, 1, 1)]))
    assert [row[0] for row in ended(outcome)] == [1, 2, 0]


def test_leaving_at_one_moment_by_type_and_place(run: Run) -> None:
    """All leave at 60, in order of type and line: with a message, but for 3, whose patience ends before the 40 s."""
    centre = layout(n_types=2, voicemail_after_s=[40, 40])
    contacts = [(20, 1, 9, 90), (20, 1, 9, 40), (21, 0, 9, 39), (20, 0, 9, 50)]
    outcome = run(block(centre, sorted(contacts), []))
    assert decided(outcome) == [
        (0, VOICEMAIL, -1, 60),
        (3, ABANDONED, -1, 60),
        (1, VOICEMAIL, -1, 60),
        (2, VOICEMAIL, -1, 60),
    ]


def test_contacts_without_work_pass_in_one_moment(run: Run) -> None:
    """At 100 an agent comes for 0 and 1, and 2 and 3 arrive. First round: 0 starts; 2 and 3 find nobody, and 3,
    without patience, is gone. Second round: 0 ends, 1 starts. Third: 1 ends, 2 starts. Fourth: 2 ends.
    """
    contacts = [(50, 0, 0, 50), (50, 0, 0, inf), (100, 0, 0, inf), (100, 0, 0, 0)]
    outcome = run(block(layout(), contacts, [(100, 0, 1)]))
    assert decided(outcome) == [
        (0, ANSWERED, 0, 100),
        (3, ABANDONED, -1, 100),
        (1, ANSWERED, 0, 100),
        (2, ANSWERED, 0, 100),
    ]
    assert outcome.busy_s.sum() == 0


def test_redial_without_delay_is_another_round(run: Run) -> None:
    """Without patience or an agent at 10, and again in the same moment; the third attempt is the last."""
    centre = layout(redial=[1.0], redial_max=[3], given=[constant(0.0)])
    outcome = run(block(centre, [(10, 0, 5, 0)], []))
    assert decided(outcome) == [(0, ABANDONED, -1, 10)] * 3
    assert [attempt_of(int(ref)) for ref in outcome.ref] == [0, 1, 2]
    np.testing.assert_array_equal(outcome.redials, [2])


# -- lines, balking, voicemail, callback -----------------------------------------------------------------------------


def test_lines_hold_those_waiting_and_in_service(run: Run) -> None:
    """Two lines: 0 in service, 1 waits, 2 is blocked; when 0 has ended, 1 is in service and 3 may wait."""
    contacts = [(0, 0, 50, inf), (10, 0, 50, inf), (20, 0, 50, inf), (50, 0, 50, inf), (60, 0, 50, inf)]
    outcome = run(block(layout(lines=2), contacts, ONE_AGENT))
    assert decided(outcome) == [
        (0, ANSWERED, 0, 0),
        (2, BLOCKED, -1, 20),
        (1, ANSWERED, 0, 50),
        (4, BLOCKED, -1, 60),
        (3, ANSWERED, 0, 100),
    ]


def test_balking_by_its_own_draw(run: Run) -> None:
    """No agent is free for 1 and 2. 1 balks if its draw is below the chance; equal is not below."""
    contacts = [(0, 0, 50, inf), (10, 0, 50, inf)]
    u, _ = draw(11, 13, pack(0, 0, 0, 1), ROUTE)
    stays = run(block(layout(balk=[u]), contacts, ONE_AGENT))
    assert decided(stays)[1] == (1, ANSWERED, 0, 50)
    balks = run(block(layout(balk=[np.nextafter(u, 1)]), contacts, ONE_AGENT))
    assert decided(balks)[1] == (1, BALKED, -1, 10)


def test_nobody_balks_from_a_free_agent(run: Run) -> None:
    outcome = run(block(layout(balk=[1.0]), [(0, 0, 50, inf), (49, 0, 50, inf), (50, 0, 50, inf)], ONE_AGENT))
    assert decided(outcome) == [(0, ANSWERED, 0, 0), (1, BALKED, -1, 49), (2, ANSWERED, 0, 50)]


def test_voicemail(run: Run) -> None:
    """After 30 s a message, at a patience of 30 too; 2 gives up before. No message is followed by a redial."""
    centre = layout(voicemail_after_s=[30], redial=[1.0])
    contacts = [(0, 0, 50, inf), (10, 0, 9, inf), (10, 0, 9, 29), (10, 0, 9, 30)]
    outcome = run(block(centre, contacts, ONE_AGENT, end_s=70.0))
    assert decided(outcome) == [
        (0, ANSWERED, 0, 0),
        (2, ABANDONED, -1, 39),
        (1, VOICEMAIL, -1, 40),
        (3, VOICEMAIL, -1, 40),
    ]
    np.testing.assert_array_equal(outcome.carry.pending_ref, [next_attempt(pack(0, 0, 0, 2))])
    np.testing.assert_array_equal(outcome.carry.pending_due_s, [39 + 60 - 70])


def test_callback_keeps_the_place(run: Run) -> None:
    """1 asks to be called after 30 s and is served at 200 in its turn, long after its patience; 2 gave up at 30."""
    centre = layout(callback_after_s=[30])
    contacts = [(0, 0, 200, inf), (10, 0, 9, 50), (10, 0, 9, 20), (20, 0, 9, inf)]
    outcome = run(block(centre, contacts, ONE_AGENT))
    assert decided(outcome) == [
        (0, ANSWERED, 0, 0),
        (2, ABANDONED, -1, 30),
        (1, ANSWERED, 0, 200),
        (3, ANSWERED, 0, 209),
    ]


@pytest.mark.parametrize(
    ("callback", "voicemail", "state", "at"),
    [
        (30, 40, ANSWERED, 200),
        (30, 30, ANSWERED, 200),
        (40, 30, VOICEMAIL, 40),
        (60, 55, ABANDONED, 60),
        (50, 60, ABANDONED, 60),  # at its patience no callback is offered any more
        (50, 50, VOICEMAIL, 60),  # but a message may still be left
    ],
)
def test_whichever_of_callback_and_voicemail_comes_first(
    run: Run, callback: float, voicemail: float, state: int, at: float
) -> None:
    centre = layout(callback_after_s=[callback], voicemail_after_s=[voicemail])
    outcome = run(block(centre, [(0, 0, 200, inf), (10, 0, 9, 50)], ONE_AGENT))
    assert decided(outcome)[1] == (1, state, 0 if state == ANSWERED else -1, at)


# -- redials and returns ---------------------------------------------------------------------------------------------


def test_redial_with_the_same_patience(run: Run) -> None:
    """Gives up at 20, calls again at 80, gives up at 100, calls at 160 and is answered by the agent of 170."""
    outcome = run(block(layout(redial=[1.0]), [(0, 0, 30, 20)], [(170, 0, 1)]))
    assert decided(outcome) == [(0, ABANDONED, -1, 20), (0, ABANDONED, -1, 100), (0, ANSWERED, 0, 170)]
    np.testing.assert_array_equal(outcome.arrival_s, [0, 80, 160])
    assert ended(outcome) == [(0, DONE, 0, 170, 200)]
    np.testing.assert_array_equal(outcome.redials, [2])


def test_redial_by_its_own_draw_and_drawn_anew(run: Run) -> None:
    """The chance is its draw or just above it; the second attempt has the laws' work (7 s) and patience (60 s)."""
    u, _ = draw(11, 13, pack(0, 0, 0, 0), REDIAL)
    anew = {"redial_same": [False], "given": [constant(60.0), constant(7.0)], "work_law": [[1]]}
    none = run(block(layout(redial=[u], **anew), [(0, 0, 30, 20)], [(140, 0, 1)]))
    assert decided(none) == [(0, ABANDONED, -1, 20)]
    again = run(block(layout(redial=[np.nextafter(u, 1)], **anew), [(0, 0, 30, 20)], [(140, 0, 1)]))
    assert decided(again) == [(0, ABANDONED, -1, 20), (0, ANSWERED, 0, 140)]  # waited all of its 60 s
    assert ended(again) == [(0, DONE, 0, 140, 147)]


def test_work_columns_of_an_attempt_share_one_draw(run: Run) -> None:
    """A redial's work in group 1 is the second column: the uniform law's value at the first draw of its body."""
    uniform = (4, 10.0, 90.0, (), ())
    centre = layout(
        n_groups=2, redial=[1.0], redial_same=[False], given=[constant(60.0), uniform],
        work_law=[[0, 1]], work_column=[[0, 1]],
    )  # fmt: skip
    outcome = run(block(centre, [(0, 0, (5, 6), 20)], [(80, 1, 1)]))
    u, _ = draw(11, 13, int(next_attempt(pack(0, 0, 0, 0))), BODY)
    assert ended(outcome)[0][4] == 80 + (10 + 90 * u)


def test_returns_of_the_unresolved(run: Run) -> None:
    """10 s of work, unresolved; back 60 s later with 60 s of work, from 70 to 130; back at 190 until 250."""
    centre = layout(resolved=[[0.0]], comes_back=[1.0])
    outcome = run(block(centre, [(0, 0, 10, inf)], ONE_AGENT, end_s=200.0))
    assert ended(outcome) == [(0, UNRESOLVED, 0, 0, 10), (0, UNRESOLVED, 0, 70, 130)]
    assert decided(outcome) == [(0, ANSWERED, 0, 0), (0, ANSWERED, 0, 70), (0, ANSWERED, 0, 190)]
    np.testing.assert_array_equal(outcome.carry.busy_end_s, [250 - 200])
    np.testing.assert_array_equal(outcome.redials, [2])


def test_delays_have_draws_of_their_own(run: Run) -> None:
    """A return falls due by the draw after that of resolution, a redial by the second draw of its own pair.

    Both delays are uniform from 10 to 100 s; the contact is done at 10, the one without an agent gives up at 20.
    """
    ref, uniform = pack(0, 0, 0, 0), (4, 10.0, 90.0, (), ())
    centre = layout(resolved=[[0.0]], comes_back=[1.0], redial=[1.0], given=[uniform])
    back = run(block(centre, [(0, 0, 10, inf)], ONE_AGENT, end_s=20.0)).carry
    w, _ = draw(11, 13, ref, FATE + 1)
    assert back.pending_due_s[0] == pytest.approx(10 + (10 + 90 * w) - 20, abs=1e-9)
    again = run(block(centre, [(0, 0, 10, 20)], [], end_s=25.0)).carry
    _, v = draw(11, 13, ref, REDIAL)
    assert again.pending_due_s[0] == pytest.approx(20 + (10 + 90 * v) - 25, abs=1e-9)
    others = [draw(11, 13, ref, use)[i] for use in (BODY, ROUTE, FATE) for i in (0, 1)]
    assert min(abs(other - drawn) for other in others for drawn in (w, v)) > 1e-6, (
        "none stands in for another"
    )


def test_resolution_by_group_and_own_draw(run: Run) -> None:
    u, v = draw(11, 13, pack(0, 0, 0, 0), FATE)
    above = np.nextafter(u, 1)
    for resolved, comes_back, result, returns in (
        (above, 1.0, DONE, 0),
        (u, v, UNRESOLVED, 0),
        (u, np.nextafter(v, 1), UNRESOLVED, 1),
    ):
        centre = layout(n_groups=2, resolved=[[0.5, resolved]], comes_back=[comes_back])
        outcome = run(block(centre, [(0, 0, 10, inf)], [(0, 1, 1)], end_s=50.0))
        assert ended(outcome) == [(0, result, 1, 0, 10)]
        assert outcome.carry.pending_ref.size == returns


def test_due_at_the_moment_of_closing_is_not_admitted(run: Run) -> None:
    """Gives up at 40 and would call at 100, as the centre closes; closing a moment later, it is admitted."""
    centre = layout(redial=[1.0])
    closed = run(block(centre, [(20, 0, 5, 20)], [], closes_s=100.0))
    assert closed.redials.sum() == 0
    np.testing.assert_array_equal(closed.carry.pending_due_s, [100 - 1000])
    assert run(block(centre, [(20, 0, 5, 20)], [], closes_s=100.125)).redials.sum() == 1


def test_due_after_closing_stays_pending_until_the_next_block(run: Run) -> None:
    """Gives up at 90, would call at 150; closed from 100 on. In the next block it comes first thing, as arrived 0."""
    centre = layout(redial=[1.0])
    first = run(block(centre, [(70, 0, 5, 20)], [], closes_s=100.0))
    assert decided(first) == [(0, ABANDONED, -1, 90)]
    np.testing.assert_array_equal(first.carry.pending_due_s, [150 - 1000])
    second = run(block(centre, [(0, 0, 5, inf)], ONE_AGENT, carry=first.carry))
    assert [attempt_of(int(ref)) for ref in second.ref] == [0, 1]
    np.testing.assert_array_equal(second.arrival_s, [0, 0])
    np.testing.assert_array_equal(second.at_s, [0, 5])


# -- overflow --------------------------------------------------------------------------------------------------------


def test_overflow_after_waiting(run: Run) -> None:
    """1 waits for group 0, which is busy; group 1, idle all the time, may take it after 30 s. 2 came while both
    were busy: it goes to group 1 as that is free at 60, having waited 35.
    """
    centre = layout(n_groups=2, eligible_after_s=[[0, 30]])
    contacts = [(0, 0, 100, inf), (10, 0, 20, inf), (25, 0, 20, inf)]
    outcome = run(block(centre, contacts, [(0, 0, 1), (0, 1, 1)]))
    assert decided(outcome) == [(0, ANSWERED, 0, 0), (1, ANSWERED, 1, 40), (2, ANSWERED, 1, 60)]


def test_overflow_after_the_arrivals_of_its_moment(run: Run) -> None:
    """At 40 the contact 1 may go to group 1, but 2 arrives there, who may at once: it is first."""
    centre = layout(n_types=2, n_groups=2, eligible_after_s=[[0, 30], [inf, 0]])
    contacts = [(0, 0, 100, inf), (10, 0, 20, inf), (40, 1, 20, inf)]
    outcome = run(block(centre, contacts, [(0, 0, 1), (0, 1, 1)]))
    assert decided(outcome)[1:] == [(2, ANSWERED, 1, 40), (1, ANSWERED, 1, 60)]


def test_who_becomes_eligible_chooses(run: Run) -> None:
    """After 30 s both further groups may take 1 and are idle: it goes to the one it prefers, 2."""
    centre = layout(n_groups=3, eligible_after_s=[[0, 30, 30]], preference=[[0, 2, 1]])
    outcome = run(block(centre, [(0, 0, 90, inf), (10, 0, 9, inf)], [(0, 0, 1), (0, 1, 1), (0, 2, 1)]))
    assert decided(outcome)[1] == (1, ANSWERED, 2, 40)


def test_an_agent_freed_at_that_moment_looks_first_at_those_eligible_before(run: Run) -> None:
    """Group 1 is free at 40, when 1, of the better rank, becomes eligible; 3 was before, and is taken."""
    centre = layout(n_types=2, n_groups=2, eligible_after_s=[[0, 30], [inf, 0]])
    contacts = [(0, 0, 100, inf), (0, 1, 40, inf), (10, 0, 20, inf), (20, 1, 20, inf)]
    outcome = run(block(centre, contacts, [(0, 0, 1), (0, 1, 1)]))
    assert decided(outcome)[2:] == [(3, ANSWERED, 1, 40), (2, ANSWERED, 1, 60)]


def test_eligible_at_one_moment_by_type_and_place(run: Run) -> None:
    """All may go to group 1 at 40, whose one agent is idle: type 0 before type 1, though that one came first."""
    centre = layout(n_types=2, n_groups=2, eligible_after_s=[[0, 30], [0, 40]])
    contacts = [(0, 1, 5, inf), (0, 1, 6, inf), (10, 0, 20, inf)]
    outcome = run(block(centre, contacts, [(0, 1, 1)]))
    assert decided(outcome) == [(2, ANSWERED, 1, 40), (0, ANSWERED, 1, 60), (1, ANSWERED, 1, 65)]


def test_who_becomes_eligible_as_an_agent_is_freed_comes_after_the_arrivals(run: Run) -> None:
    """Group 1 is freed at 40, when 2 has waited the 30 s after which it may go there: that is so only from then on,
    as patience ends only after its moment. So 3, who arrives at 40, is before it, and 2 has its turn at 60.
    """
    centre = layout(n_types=2, n_groups=2, eligible_after_s=[[0, 30], [inf, 0]])
    contacts = [(0, 0, 100, inf), (0, 1, 40, inf), (10, 0, 20, inf), (40, 1, 20, inf)]
    outcome = run(block(centre, contacts, [(0, 0, 1), (0, 1, 1)]))
    assert decided(outcome)[2:] == [(3, ANSWERED, 1, 40), (2, ANSWERED, 1, 60)]


@pytest.mark.parametrize(
    ("there", "freed"),
    [([(0, 1, 30, inf)], [(0, 1, 1)]), ([(0, 1, 40, inf)], [(0, 1, 1)]), ([(40, 1, 5, 0)], [(40, 1, 2)])],
    ids=["idle since 30", "freed at 40", "come at 40"],
)
def test_who_becomes_eligible_takes_an_agent_left_over_by_the_arrivals(
    run: Run, there: list[tuple[float, int, float, float]], freed: list[tuple[float, int, int]]
) -> None:
    """At 40 the contact of 10 has waited the 30 s after which it may go to group 1, and an agent is left for it."""
    centre = layout(n_types=2, n_groups=2, eligible_after_s=[[0, 30], [inf, 0]])
    contacts = sorted([(0, 0, 100, inf), (10, 0, 20, inf), *there])
    outcome = run(block(centre, contacts, [(0, 0, 1), *freed]))
    assert decided(outcome)[-1] == (contacts.index((10, 0, 20, inf)), ANSWERED, 1, 40)


def test_in_a_further_round_of_the_moment_it_is_eligible_like_any_other(run: Run) -> None:
    """3 arrives at 40 without work: it has group 1 when 2's turn comes, and is done in the next round, which begins
    with assignments: 2 starts, still at 40.
    """
    centre = layout(n_types=2, n_groups=2, eligible_after_s=[[0, 30], [inf, 0]])
    contacts = [(0, 0, 100, inf), (10, 0, 20, inf), (40, 1, 0, inf)]
    outcome = run(block(centre, contacts, [(0, 0, 1), (0, 1, 1)]))
    assert decided(outcome)[1:] == [(2, ANSWERED, 1, 40), (1, ANSWERED, 1, 40)]


# -- outages ---------------------------------------------------------------------------------------------------------


def test_outage_that_blocks(run: Run) -> None:
    """From 50 on, until just before 80; the contact in service does not notice."""
    contacts = [(0, 0, 60, inf), (49, 0, 5, inf), (50, 0, 5, inf), (79, 0, 5, inf), (80, 0, 5, inf)]
    outcome = run(block(layout(), contacts, ONE_AGENT, outages=[(50, 80, True, False)]))
    assert [row[:2] for row in decided(outcome)] == [
        (0, ANSWERED),
        (2, BLOCKED),
        (1, ANSWERED),
        (3, BLOCKED),
        (4, ANSWERED),
    ]


def test_outage_that_drops(run: Run) -> None:
    """At 50 all in service are cut off, by group; the agents take the next. Nobody cut off comes back."""
    centre = layout(n_groups=2, resolved=[[0.0, 0.0]], comes_back=[1.0])
    contacts = [(0, 0, 50, inf), (0, 0, 80, inf), (10, 0, 5, inf)]
    changes = [(0, 0, 1), (0, 1, 1), (50, 0, 0)]
    outcome = run(block(centre, contacts, changes, outages=[(50, 80, False, True)], end_s=60.0))
    assert ended(outcome) == [
        (0, CUT_OFF, 0, 0, 50),
        (1, CUT_OFF, 1, 0, 50),
        (2, UNRESOLVED, 1, 50, 55),
    ]
    np.testing.assert_array_equal(outcome.carry.pending_ref, [next_attempt(pack(0, 0, 0, 2))])


def test_an_outage_from_an_earlier_block_only_blocks(run: Run) -> None:
    contacts = [(0, 0, 5, inf), (10, 0, 5, inf)]
    outcome = run(block(layout(), contacts, ONE_AGENT, outages=[(-50, 10, True, True)]))
    assert decided(outcome) == [(0, BLOCKED, -1, 0), (1, ANSWERED, 0, 10)]


# -- closing ---------------------------------------------------------------------------------------------------------

EVENING = [(0, 0, 80, inf), (10, 0, 80, inf), (20, 0, 80, inf)]


def test_the_queue_is_served_out(run: Run) -> None:
    """Closed from 100 on: 1 goes on until 160, 2 is served after it; staffed counts only until 100, then busy."""
    outcome = run(block(layout(), EVENING, ONE_AGENT, closes_s=100.0, at_close=SERVE_QUEUE))
    assert starts(outcome) == {0: 0, 1: 80, 2: 160}
    np.testing.assert_array_equal(outcome.staffed_s[0, :4], [100, 100, 40, 0])


def test_the_queue_is_cleared(run: Run) -> None:
    outcome = run(block(layout(), EVENING, ONE_AGENT, closes_s=60.0, at_close=CLEAR_QUEUE))
    assert decided(outcome) == [(0, ANSWERED, 0, 0), (1, CLEARED, -1, 60), (2, CLEARED, -1, 60)]
    assert ended(outcome) == [(0, DONE, 0, 0, 80)]


def test_cleared_by_type_then_place(run: Run) -> None:
    contacts = [(0, 1, 9, inf), (10, 0, 9, inf), (20, 1, 9, inf), (30, 0, 9, inf)]
    outcome = run(block(layout(n_types=2), contacts, [], closes_s=60.0, at_close=CLEAR_QUEUE))
    assert decided(outcome) == [(contact, CLEARED, -1, 60) for contact in (1, 3, 0, 2)]


def test_cleared_when_the_last_agent_has_gone(run: Run) -> None:
    """Closed at 60 with an agent until 100: 1 is served from 80, 2 is sent away at 100, not at 60."""
    outcome = run(block(layout(), EVENING, [*ONE_AGENT, (100, 0, 0)], closes_s=60.0))
    assert decided(outcome) == [(0, ANSWERED, 0, 0), (1, ANSWERED, 0, 80), (2, CLEARED, -1, 100)]


def test_who_loses_patience_is_not_cleared_when_nobody_is_left(run: Run) -> None:
    """At 60 nobody is there nor to come: 1, who would wait for ever, is sent away; 0 and 2 abandon at 90 and 70."""
    contacts = [(0, 0, 80, 90), (10, 0, 80, inf), (20, 0, 80, 50)]
    outcome = run(block(layout(), contacts, [], closes_s=60.0))
    assert decided(outcome) == [(1, CLEARED, -1, 60), (2, ABANDONED, -1, 70), (0, ABANDONED, -1, 90)]


def test_only_types_that_nobody_serves_are_cleared(run: Run) -> None:
    """At closing group 1 has nobody and no change is to come: the contact of type 1 goes; that of type 0 stays."""
    centre = layout(n_types=2, n_groups=2, eligible_after_s=[[0, 5], [inf, 0]])
    contacts = [(0, 0, 80, inf), (10, 1, 9, inf), (20, 0, 9, inf)]
    outcome = run(block(centre, contacts, ONE_AGENT, closes_s=60.0))
    assert decided(outcome) == [(0, ANSWERED, 0, 0), (1, CLEARED, -1, 60), (2, ANSWERED, 0, 80)]


def test_put_back_and_then_cleared_is_cut_off(run: Run) -> None:
    """At 70, after closing, the only agent leaves: 0 is put back, and as nobody is to come, sent away."""
    centre = layout(leaving=[PREEMPT_RESUME])
    outcome = run(block(centre, EVENING[:2], [*ONE_AGENT, (70, 0, 0)], closes_s=60.0))
    assert decided(outcome) == [(0, ANSWERED, 0, 0), (1, CLEARED, -1, 70)]
    assert ended(outcome) == [(0, PUT_BACK, 0, 0, 70), (0, CUT_OFF, 0, 70, 70)]


# -- who takes whom --------------------------------------------------------------------------------------------------

X, Y, Z = 1, 2, 3


@pytest.mark.parametrize(
    ("takes", "changes", "order"),
    [
        (PRIORITY, {"rank": [[0, 1]]}, (X, Z, Y)),
        (PRIORITY, {"rank": [[0, 0]]}, (Y, X, Z)),
        (LONGEST_WAIT, {"rank": [[0, 1]]}, (Y, X, Z)),
        (WEIGHTED_WAIT, {"weight": [3, 1]}, (X, Z, Y)),  # at 100: X 120, Y 80; at 110: Z 120, Y 90
        (WEIGHTED_WAIT, {"weight": [2, 1]}, (Y, X, Z)),  # at 100: X 80, Y 80, the earlier first
        (OWN_FIRST, {"rank": [[0, 1]]}, (X, Z, Y)),
        (OWN_FIRST, {"rank": [[2, 1]]}, (Y, X, Z)),  # nobody is its own
        (OWN_FIRST, {"rank": [[1, 0]]}, (Y, X, Z)),
        (WITHIN_THRESHOLD_FIRST, {"threshold_s": [35, 60]}, (Z, X, Y)),  # at 100 only Z is not yet late
        (WITHIN_THRESHOLD_FIRST, {"threshold_s": [40, 80]}, (X, Z, Y)),  # nobody is late, then Z is just not
        (WITHIN_THRESHOLD_FIRST, {"threshold_s": [35, 80], "rank": [[1, 0]]}, (Y, X, Z)),
        (WITHIN_THRESHOLD_FIRST, {"threshold_s": [10, 10]}, (X, Z, Y)),  # all are late
    ],
)
def test_what_a_freed_agent_takes(run: Run, takes: int, changes: dict, order: tuple[int, ...]) -> None:
    """Free at 100, 110 and 120. Y, of type 1, came at 20; X and Z, of type 0, at 60 and 70."""
    centre = layout(n_types=2, takes=[takes], **changes)
    contacts = [(0, 0, 100, inf), (60, 0, 10, inf), (20, 1, 10, inf), (70, 0, 10, inf)]
    plan = block(centre, sorted(contacts), ONE_AGENT)
    named = {0: 0, 1: Y, 2: X, 3: Z}  # positions in order of arrival
    outcome = run(plan)
    assert [named[contact] for contact, *_ in decided(outcome)] == [0, *order]
    np.testing.assert_array_equal(outcome.at_s, [0, 100, 110, 120])


def test_groups_take_in_their_order(run: Run) -> None:
    """Both agents come at 100: group 0 takes the contact it ranks first, group 1 has the other."""
    centre = layout(n_types=2, n_groups=2, rank=[[1, 0], [1, 0]])
    outcome = run(block(centre, [(0, 0, 9, inf), (10, 1, 9, inf)], [(100, 1, 1), (100, 0, 1)]))
    assert decided(outcome) == [(1, ANSWERED, 0, 100), (0, ANSWERED, 1, 100)]


IDLE_SINCE = [(5, 1, 1), (5, 2, 1), (10, 0, 1)]


@pytest.mark.row("R184", "R142")
@pytest.mark.parametrize(("choose", "groups"), [(BY_ORDER, [0, 2, 1, 0]), (BY_LONGEST_IDLE, [2, 1, 0, 2])])
def test_which_group_a_contact_chooses(run: Run, choose: int, groups: list[int]) -> None:
    """Preferred: 0, 2, 1. Group 0 has been idle since 10, the others since 5; later since 30, 31 and 32 s."""
    centre = layout(n_groups=3, choose=[choose], preference=[[0, 2, 1]])
    contacts = [(20, 0, 10, inf), (21, 0, 10, inf), (22, 0, 10, inf), (40, 0, 10, inf)]
    outcome = run(block(centre, contacts, IDLE_SINCE))
    np.testing.assert_array_equal(outcome.group, groups)


def test_longest_idle_takes_the_agent_at_the_front(run: Run) -> None:
    """At 10 the agents of group 0 are idle since 0, that of group 1 since 3; the contacts go to 0, 0 and 1.

    They end at 20, 12 and 15: group 0 is idle since 12 and 20, and who was idle since 20 leaves at 30. So the
    next go to group 0 (12) and group 1 (15), and the last waits for the agent of group 0 until 90.
    """
    centre = layout(n_groups=2, choose=[BY_LONGEST_IDLE])
    contacts = [(10, 0, 10, inf), (10, 0, 2, inf), (10, 0, 5, inf)]
    late = [(40, 0, 50, inf), (41, 0, 50, inf), (42, 0, 50, inf)]
    changes = [(0, 0, 2), (3, 1, 1), (30, 0, 1)]
    outcome = run(block(centre, [*contacts, *late], changes))
    np.testing.assert_array_equal(outcome.group, [0, 0, 1, 0, 1, 0])
    np.testing.assert_array_equal(outcome.at_s, [10, 10, 10, 40, 41, 90])


def test_in_proportion_to_free_agents(run: Run) -> None:
    """One agent in group 1, preferred, and three in group 0, all free whenever one of 40 contacts arrives."""
    centre = layout(n_groups=2, choose=[BY_FREE_AGENTS], preference=[[1, 0]])
    contacts = [(10.0 * i, 0, 5, inf) for i in range(40)]
    outcome = run(block(centre, contacts, [(0, 0, 3), (0, 1, 1)]))
    drawn = [draw(11, 13, pack(0, 0, 0, i), ROUTE)[1] for i in range(40)]
    expected = [1 if v < 0.25 else 0 for v in drawn]
    assert 0 < sum(expected) < 40
    np.testing.assert_array_equal(outcome.group, expected)


def test_handle_time_by_type_and_group(run: Run) -> None:
    """Type 1 in group 1 works from the second column, at 0.75 of it."""
    centre = layout(
        n_types=2, n_groups=2, eligible_after_s=[[0, inf], [inf, 0]], work_law=[[0, 0], [0, 0]],
        work_column=[[0, 0], [0, 1]], factor=[[2, 1], [1, 0.75]],
    )  # fmt: skip
    outcome = run(block(centre, [(0, 0, (10, 40), inf), (0, 1, (10, 40), inf)], [(0, 0, 1), (0, 1, 1)]))
    assert ended(outcome) == [(0, DONE, 0, 0, 20), (1, DONE, 1, 0, 30)]


# -- between blocks --------------------------------------------------------------------------------------------------


def test_what_is_carried(run: Run) -> None:
    """At 100: 0 in service since 20, put back at 10 with 3/4 left; 1 waits; the agent of group 1 idle since 30."""
    centre = layout(n_types=2, n_groups=2, eligible_after_s=[[0, inf], [60, 0]], leaving=[PREEMPT_RESUME] * 2)
    contacts = [(0, 0, 400, 7), (25, 0, 50, 500), (28, 1, 2, 1)]
    changes = [(0, 0, 1), (5, 1, 1), (100 - 90, 0, 0), (20, 0, 1)]
    carry = run(block(centre, contacts, changes, end_s=100.0)).carry
    np.testing.assert_array_equal(carry.staffed, [1, 1])
    assert [idle.tolist() for idle in carry.idle_since_s] == [[], [-70]]
    busy = (carry.busy_ref, carry.busy_group, carry.busy_arrival_s, carry.busy_first_start_s)
    assert [array.tolist() for array in busy] == [[pack(0, 0, 0, 0)], [0], [-100], [-100]]
    left = 390 / 400
    assert (carry.busy_start_s[0], carry.busy_end_s[0]) == (-80, 20 + left * 400 - 100)
    assert carry.busy_left[0] == left
    assert (carry.waiting_ref[0], carry.waiting_arrival_s[0]) == (pack(0, 0, 0, 1), -75)
    assert (carry.waiting_deadline_s[0], carry.waiting_patience_s[0]) == (425, 500)
    assert (carry.waiting_left[0], carry.waiting_group[0]) == (1, -1)
    assert np.isnan(carry.waiting_first_start_s[0])
    second = run(block(centre, [], [(10, 0, 0), (20, 0, 1)], carry=carry))
    assert ended(second)[0] == (0, PUT_BACK, 0, -80, 10)
    assert ended(second)[1][4] == pytest.approx(20 + 300, abs=1e-9)  # 10 and 90 of 400 s were done


def test_an_event_at_the_end_belongs_to_the_next_block(run: Run) -> None:
    """0 ends, 1 gives up and a redial is due exactly at 100: all three at 0 of the next block, in that order."""
    centre = layout(redial=[1.0], redial_max=[2])
    contacts = [(0, 0, 100, inf), (20, 0, 5, 80), (39, 0, 5, 1)]
    first = run(block(centre, contacts, ONE_AGENT, end_s=100.0))
    assert decided(first) == [(0, ANSWERED, 0, 0), (2, ABANDONED, -1, 40)]
    assert ended(first) == []
    second = run(block(centre, [], [], carry=first.carry, end_s=100.0))
    assert ended(second)[0] == (0, DONE, 0, -100, 0)
    assert decided(second) == [(1, ANSWERED, 0, 0), (2, ABANDONED, -1, 1)]
    assert second.carry.waiting_ref.size == second.carry.busy_ref.size == 0


def test_nothing_happens_in_an_empty_block(run: Run) -> None:
    plan = block(layout(n_types=2, n_groups=3), [], [])
    outcome = run(plan)
    assert outcome.ref.size == outcome.done_ref.size == outcome.staffed_s.sum() == 0
    again = run(replace(plan, end_s=inf, carry=Carry.empty(3, 1)))
    assert again.staffed_s.sum() == 0
    assert outcome.busy_s.shape == (3, 10)
