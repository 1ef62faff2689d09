"""Kernel and reference of several skills walk the same path: on any centre, however it is cut into blocks."""

from collections import Counter
from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
from orm_sim.centre.skills.plan import ATTEMPT_BITS, INDEX_BITS, TYPE_BITS, Block, Carry
from tests.centre.skills_cases import (
    EXACT,
    ROOMY,
    Run,
    assert_same_carry,
    assert_same_path,
    block,
    blocks,
    engine,
    in_a_row,
    large_block,
    layout,
    pieces,
    random_layout,
)

kernel, reference = engine("kernel"), engine("reference")
small = settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
cuts = st.sets(st.integers(1, 39), max_size=4).map(lambda drawn: [15.0 * cut for cut in drawn])
engines = pytest.mark.parametrize("run", [kernel, reference], ids=["kernel", "reference"])


DAY_BITS = INDEX_BITS + ATTEMPT_BITS + TYPE_BITS


def states(outcomes: list[Outcome]) -> Counter[int]:
    return Counter(np.concatenate([outcome.state for outcome in outcomes]).tolist())


# -- any small centre ------------------------------------------------------------------------------------------------


@small
@given(blocks())
def test_any_small_block(plan: Block) -> None:
    assert_same_path(kernel(plan), reference(plan))


@settings(parent=small, max_examples=100)
@given(blocks(end_s=inf))
def test_any_small_block_without_an_end(plan: Block) -> None:
    assert_same_path(kernel(plan), reference(plan))


@settings(parent=small, max_examples=200)
@given(blocks(), cuts)
def test_any_cut(plan: Block, moments: list[float]) -> None:
    """The engines agree on every piece, and the pieces of each on the whole."""
    parts = pieces(plan, moments)
    ours, theirs = in_a_row(kernel, parts), in_a_row(reference, parts)
    for one, other in zip(ours, theirs, strict=True):
        assert_same_path(one, other)
    assert_adds_up(reference(plan), theirs, [0.0, *sorted(moments)])


def assert_adds_up(whole: Outcome, parts: list[Outcome], begins: list[float]) -> None:
    """Pieces laid one after the other are the whole: rows in order, agents' time, and what is left."""
    for name in EXACT:
        joined = [getattr(part, name) for part in parts]
        together = sum(joined) if name == "redials" else np.concatenate(joined)
        np.testing.assert_array_equal(together, getattr(whole, name), err_msg=name)
    for name in ("arrival_s", "at_s", "done_start_s", "done_end_s"):
        shifted = [getattr(part, name) + begin for part, begin in zip(parts, begins, strict=True)]
        np.testing.assert_allclose(
            np.concatenate(shifted), getattr(whole, name), rtol=0, atol=1e-9, err_msg=name
        )
    for name in ("busy_s", "staffed_s"):
        summed = sum(getattr(part, name).sum(axis=1) for part in parts)
        np.testing.assert_allclose(summed, getattr(whole, name).sum(axis=1), rtol=1e-9, atol=1e-6)
    assert_same_carry(parts[-1].carry, whole.carry)


# -- laws of any centre ----------------------------------------------------------------------------------------------


@engines
@settings(parent=small, max_examples=60)
@given(plan=blocks())
def test_nobody_is_lost(run: Run, plan: Block) -> None:
    """Attempts that arrived are decided or wait; those answered have ended, are in service, or were put back."""
    outcome = run(plan)
    carry = outcome.carry
    arrived = plan.ref.size + outcome.redials.sum()
    put_back = np.isfinite(carry.waiting_first_start_s).sum()
    assert arrived == outcome.ref.size + carry.waiting_ref.size - put_back
    answered = (outcome.state == ANSWERED).sum()
    assert answered == (outcome.result > 0).sum() + carry.busy_ref.size + put_back
    assert np.unique(outcome.ref).size == outcome.ref.size
    followed = (outcome.state == ABANDONED).sum() + (outcome.result == UNRESOLVED).sum()
    assert outcome.redials.sum() + carry.pending_ref.size <= followed


@engines
@settings(parent=small, max_examples=60)
@given(plan=blocks())
def test_agents_time_is_that_of_the_contacts(run: Run, plan: Block) -> None:
    """Little's law: summed over contacts, the time in service is the integral of busy agents."""
    outcome = run(plan)
    carry = outcome.carry
    for group in range(plan.layout.n_groups):
        mine = (outcome.done_group == group) & (outcome.done_end_s > outcome.done_start_s)
        ended = (outcome.done_end_s - outcome.done_start_s)[mine].sum()
        in_hand = -carry.busy_start_s[carry.busy_group == group].sum()
        assert outcome.busy_s[group].sum() == pytest.approx(ended + in_hand, rel=1e-9, abs=1e-6)
    assert (outcome.busy_s <= outcome.staffed_s + 1e-9).all()


@engines
@settings(parent=small, max_examples=60)
@given(plan=blocks(), moments=cuts)
def test_who_is_there_at_any_moment_is_who_came_and_has_not_gone(
    run: Run, plan: Block, moments: list[float]
) -> None:
    """Little's law moment by moment: line and service, as the state at a cut has them, are those of the rows.

    So the area under either is the sum of the contacts' times in it. Events at a cut belong to what follows.
    """
    whole, cut_at = run(plan), sorted(moments)
    parts = in_a_row(run, pieces(plan, moments))
    queued = ~np.isin(whole.state, (BALKED, BLOCKED))
    left, still = whole.carry.waiting_first_start_s, whole.carry
    for part, at in zip(parts, cut_at, strict=False):
        waits = whole.ref[queued & (whole.arrival_s < at) & (whole.at_s >= at)]
        stays = still.waiting_ref[np.isnan(left) & (still.waiting_arrival_s + plan.end_s < at)]
        first = np.isnan(part.carry.waiting_first_start_s)
        assert sorted(part.carry.waiting_ref[first]) == sorted([*waits, *stays])
        served = whole.done_ref[(whole.done_start_s < at) & (whole.done_end_s >= at)]
        on = still.busy_ref[still.busy_start_s + plan.end_s < at]
        assert sorted(part.carry.busy_ref) == sorted([*served, *on])


@engines
@settings(parent=small, max_examples=60)
@given(plan=blocks())
def test_agents_do_one_thing_at_a_time(run: Run, plan: Block) -> None:
    """No group begins a contact with more in service than agents staffed at that moment, or one not allowed it."""
    outcome = run(plan)
    carry, after = outcome.carry, plan.layout.eligible_after_s
    start = np.concatenate([outcome.done_start_s, carry.busy_start_s + plan.end_s])
    end = np.concatenate([outcome.done_end_s, carry.busy_end_s + plan.end_s])
    group = np.concatenate([outcome.done_group, carry.busy_group])
    for g in range(plan.layout.n_groups):
        mine = (group == g) & (end > start)
        for moment in start[mine]:
            changed = (plan.change_group == g) & (plan.change_at_s <= moment)
            staffed = plan.change_to[changed][-1]
            assert ((start[mine] <= moment) & (end[mine] > moment)).sum() <= staffed
    served = outcome.state == ANSWERED
    waits = (outcome.at_s - outcome.arrival_s)[served]
    assert (waits >= after[outcome.type[served], outcome.group[served]] - 1e-9).all()


@engines
@settings(parent=small, max_examples=60)
@given(
    drawn=st.lists(st.tuples(st.integers(0, 4799), st.integers(0, 800)), min_size=1, max_size=40),
    agents=st.integers(1, 5),
    more=st.integers(1, 3),
    patience=st.integers(0, 800),
)
def test_more_agents_never_answer_fewer(
    run: Run, drawn: list[tuple[int, int]], agents: int, more: int, patience: int
) -> None:
    """In a single pool whose contacts all take the same time and have the same patience."""
    handle = drawn[0][1] / 8
    contacts = [(at / 8, 0, handle, patience / 8) for at, _ in sorted(drawn)]
    few, many = (run(block(layout(), contacts, [(0, 0, n)], end_s=inf)) for n in (agents, agents + more))
    assert (few.state == ANSWERED).sum() <= (many.state == ANSWERED).sum()


@engines
@settings(parent=small, max_examples=60)
@given(
    drawn=st.lists(st.tuples(st.integers(0, 4799), st.integers(0, 800)), min_size=1, max_size=40),
    agents=st.integers(1, 5),
    more=st.integers(1, 3),
)
def test_more_agents_make_nobody_wait_longer(
    run: Run, drawn: list[tuple[int, int]], agents: int, more: int
) -> None:
    """In a single pool where all are patient, whatever their handle times."""
    contacts = [(at / 8, 0, handle / 8, inf) for at, handle in sorted(drawn)]
    few, many = (run(block(layout(), contacts, [(0, 0, n)], end_s=inf)) for n in (agents, agents + more))
    waits = [(each.at_s - each.arrival_s)[np.argsort(each.ref)] for each in (few, many)]
    assert (waits[1] <= waits[0]).all()


# -- thousands of contacts -------------------------------------------------------------------------------------------

LARGE = [(1, 1, 1, 20), (2, 2, 2, 10), (3, 3, 3, 8), (4, 4, 4, 8), (5, 5, 4, 6), (6, 3, 1, 24), (7, 1, 4, 6)]


@pytest.mark.parametrize(("seed", "n_types", "n_groups", "agents"), LARGE)
def test_thousands_under_overload(seed: int, n_types: int, n_groups: int, agents: int) -> None:
    """Two blocks of 3,000 contacts each, half as many again as the agents can serve; the second inherits a queue."""
    centre = random_layout(seed, n_types, n_groups, lines=ROOMY if seed % 2 else 8 * agents * n_groups)
    end_s = 3000 * 55.0 / (1.5 * agents * n_groups)
    carry: Carry | None = None
    outcomes = []
    for day in range(2):
        plan = large_block(centre, 10 * seed + day, 3000, agents, end_s, carry=carry)
        outcomes.append(reference(plan))
        assert_same_path(kernel(plan), outcomes[-1])
        carry = outcomes[-1].carry
        assert carry.waiting_ref.size + carry.busy_ref.size > 0
    assert states(outcomes)[ABANDONED] + states(outcomes)[VOICEMAIL] + states(outcomes)[BLOCKED] > 200


def test_the_large_cases_show_every_behaviour() -> None:
    """What the gate above compares is not empty: each state and each end occurs a good number of times."""
    outcomes = []
    for seed, n_types, n_groups, agents in LARGE[1:5]:
        centre = random_layout(seed, n_types, n_groups, lines=ROOMY)
        end_s = 3000 * 55.0 / (1.5 * agents * n_groups)
        plan = large_block(centre, seed, 3000, agents, end_s, closes_s=0.9 * end_s, at_close=seed % 2)
        outcomes.append(kernel(plan))
        assert_same_path(outcomes[-1], reference(plan))
    every = (ANSWERED, ABANDONED, BALKED, BLOCKED, CLEARED, VOICEMAIL)
    assert min(states(outcomes)[state] for state in every) > 5
    ends = Counter(np.concatenate([outcome.result for outcome in outcomes]).tolist())
    assert min(ends[result] for result in (0, DONE, UNRESOLVED, CUT_OFF)) > 5
    assert sum(outcome.redials.sum() for outcome in outcomes) > 100


@pytest.mark.parametrize("agents", [513, 2000])
def test_large_pools(agents: int) -> None:
    """Six contacts an agent in half an hour, and half the agents away for a while."""
    rng = np.random.default_rng(agents)
    n = 4 * agents
    arrival = np.sort(rng.random(n) * 1800)
    work, patience = rng.lognormal(5.5, 0.95, n), rng.exponential(60, n)
    contacts = [(float(a), 0, float(w), float(p)) for a, w, p in zip(arrival, work, patience, strict=True)]
    changes = [(0, 0, agents), (360, 0, agents // 2), (720, 0, agents), (1440, 0, agents - 200)]
    centre = layout(redial=[0.5], choose=[1], leaving=[2])
    plan = block(centre, contacts, changes, end_s=1800.0, period_s=180.0)
    outcome = reference(plan)
    assert_same_path(kernel(plan), outcome)
    assert states([outcome])[ABANDONED] > 0.02 * n
    assert outcome.carry.busy_ref.size > agents / 2
    following = replace(plan, carry=outcome.carry)
    assert_same_path(kernel(following), reference(following))


def test_sixty_days_without_a_break() -> None:
    """A centre that never closes: each day carries into the next, and the last is still the same to 1e-9 s."""
    centre = random_layout(9, 2, 2, lines=40)
    one = other = None
    carried = 0
    for day in range(60):
        plan = large_block(centre, day, 150, 2, 86_400.0)
        evening = np.sort(
            86_400.0 - (86_400.0 - plan.arrival_s) / 30
        )  # all within 48 minutes before midnight
        plan = replace(plan, arrival_s=evening, ref=plan.ref + (day << DAY_BITS))
        one = kernel(plan if one is None else replace(plan, carry=one.carry))
        other = reference(plan if other is None else replace(plan, carry=other.carry))
        assert_same_path(one, other)
        carried += one.carry.busy_ref.size + one.carry.waiting_ref.size + one.carry.pending_ref.size
    assert carried > 60
