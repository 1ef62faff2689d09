"""The specialised path of several skills: taken where it should be, and then the same as the reference, row for row."""

import importlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from math import inf
from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orm_sim.centre.skills.outcome import (
    ABANDONED,
    ANSWERED,
    BALKED,
    CLEARED,
    DONE,
    UNRESOLVED,
    VOICEMAIL,
    Ends,
    Outcome,
)
from orm_sim.centre.skills.plan import (
    BY_FREE_AGENTS,
    BY_LONGEST_IDLE,
    BY_ORDER,
    CLEAR_QUEUE,
    LONGEST_WAIT,
    OWN_FIRST,
    PREEMPT_RESUME,
    PRIORITY,
    WEIGHTED_WAIT,
    WITHIN_THRESHOLD_FIRST,
    Block,
    Carry,
)
from tests.centre.skills_cases import (
    FEATURES,
    Changes,
    Contacts,
    Run,
    assert_same_carry,
    assert_same_path,
    block,
    constant,
    engine,
    in_a_row,
    large_block,
    layout,
    pieces,
    random_layout,
    small_block,
)

kernel, reference = engine("kernel"), engine("reference")
lean = importlib.import_module("orm_sim.centre.skills.lean")
SIMPLE = tuple(each for each in FEATURES if each not in ("overflow", "lines", "leaving", "outages"))
HALF_MINUTE, NOTHING = 0, 1  # among the laws of `random_layout`
small = settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
cuts = st.sets(st.integers(1, 39), max_size=4).map(lambda drawn: [15.0 * cut for cut in drawn])


def general(plan: Block) -> Outcome:
    """The kernel without the specialised path."""
    with mock.patch.object(lean, "qualifies", lambda *_: False):
        return kernel(plan)


def specialised(plan: Block) -> Outcome:
    """The specialised path, which must have been taken."""
    assert lean.qualifies(plan)
    outcome = lean.run(plan)
    assert outcome is not None
    return outcome


def simple_block(seed: int, nobody: float, **drawn: object) -> Block:
    """A small block that qualifies: some types barred from some groups, no contact that ends as it begins."""
    plan = small_block(seed, **drawn)  # type: ignore[arg-type]
    rng = np.random.default_rng([seed, 2])
    shape = plan.layout.eligible_after_s.shape
    after = np.where(rng.random(shape) < nobody, inf, 0.0)
    orders = [[g for g in rng.permutation(shape[1]).tolist() if after[t, g] == 0.0] for t in range(shape[0])]
    centre = replace(
        plan.layout,
        eligible_after_s=after,
        preference=np.array([[*order, *[-1] * (shape[1] - len(order))] for order in orders], np.int64),
        rank=np.where(np.isfinite(after.T), np.maximum(plan.layout.rank, 0), -1),
        choose=plan.layout.choose % 2,
        takes=np.where(plan.layout.takes == WITHIN_THRESHOLD_FIRST, WEIGHTED_WAIT, plan.layout.takes),
        work_law=np.where(plan.layout.work_law == NOTHING, HALF_MINUTE, plan.layout.work_law),
    )
    return replace(plan, layout=centre, work_s=np.where(plan.work_s == 0.0, drawn["grid_s"], plan.work_s))


def simple_blocks(end_s: float = 600.0) -> st.SearchStrategy[Block]:
    """Any small block that qualifies, in eighths of a second or on 15 s."""
    return st.builds(
        simple_block,
        seed=st.integers(0, 2**32),
        nobody=st.sampled_from([0.0, 0.3]),
        n_types=st.integers(1, 4),
        n_groups=st.integers(1, 4),
        n_contacts=st.integers(0, 80),
        grid_s=st.sampled_from([0.125, 15.0]),
        features=st.frozensets(st.sampled_from(SIMPLE), min_size=3),
        end_s=st.just(end_s),
    )


def counted(outcomes: list[Outcome]) -> Counter[int]:
    return Counter(np.concatenate([outcome.state for outcome in outcomes]).tolist())


# -- any centre that qualifies ---------------------------------------------------------------------------------------


@small
@given(simple_blocks())
def test_any_small_block(plan: Block) -> None:
    assert_same_path(specialised(plan), reference(plan))


@settings(parent=small, max_examples=150)
@given(simple_blocks(end_s=inf))
def test_any_small_block_without_an_end(plan: Block) -> None:
    assert_same_path(specialised(plan), reference(plan))


@settings(parent=small, max_examples=200)
@given(simple_blocks(), cuts)
def test_any_cut_and_any_path_after_another(plan: Block, moments: list[float]) -> None:
    """Pieces by turns on the specialised path, the general loop and the reference are those of the reference alone."""
    parts = pieces(plan, moments)
    turns: Iterator[Run] = cycle([specialised, general, specialised, reference])
    mixed = in_a_row(lambda part: next(turns)(part), parts)
    for run in (specialised, kernel):
        for one, other, alone in zip(in_a_row(run, parts), mixed, in_a_row(reference, parts), strict=True):
            assert_same_path(one, alone)
            assert_same_path(other, alone)


@settings(parent=small, max_examples=100)
@given(simple_blocks(), cuts)
def test_sums_of_ends_need_no_order(plan: Block, moments: list[float]) -> None:
    """Seconds by type, group and period of arrival, of contacts carried in too: those of the rows in order."""
    parts = pieces(plan, moments)
    shape = (plan.layout.n_types, plan.layout.n_groups, plan.n_periods)
    carry = plan.carry
    for part, outcome in zip(parts, in_a_row(specialised, parts), strict=True):
        assert not isinstance(outcome.ended, Ends)
        found, wanted, ends = np.ones(shape), np.ones(shape), outcome.ends
        outcome.ended.add_handled(part.period_s, found)
        arrival_s = dict(zip(outcome.ref.tolist(), outcome.arrival_s.tolist(), strict=True))
        arrival_s |= zip(carry.busy_ref.tolist(), carry.busy_arrival_s.tolist(), strict=True)
        for i, ref in enumerate(ends.ref.tolist()):
            period = min(int(arrival_s[ref] % 86_400.0 / part.period_s), plan.n_periods - 1)
            wanted[ends.type[i], ends.group[i], period] += ends.end_s[i] - ends.start_s[i]
        np.testing.assert_allclose(found, wanted, atol=1e-6)
        carry = outcome.carry


def test_a_state_that_is_known_is_still_checked_against_the_layout() -> None:
    """What a block leaves is packed already; another centre's agents and columns are refused all the same."""
    left = kernel(block(layout(2, 2), CONTACTS, AGENTS)).carry
    with pytest.raises(ValueError, match="for each group how many agents"):
        kernel(replace(block(layout(2, 1), CONTACTS, []), carry=left))


@pytest.mark.parametrize(
    ("seed", "agents", "more"), [(1, 20, 1.5), (2, 10, 1.2), (3, 8, 0.9), (4, 30, 2.0), (5, 6, 1.0)]
)
def test_thousands(seed: int, agents: int, more: float) -> None:
    """Two blocks of 3,000 contacts, at loads from calm to twice what the agents can serve; changes at any moment."""
    some = frozenset({"factors", "balking", "redials", "returns"})
    centre = random_layout(
        seed, 5, 4, some, takes=[0, 1, 2, 3], work_law=[[2, 3], [0, 4], [5, 6], [3, 7], [8, 9]]
    )
    end_s = 3000 * 55.0 / (more * agents * 4)
    carry: Carry | None = None
    outcomes = []
    for day in range(2):
        plan = large_block(centre, 10 * seed + day, 3000, agents, end_s, carry=carry)
        plan = replace(plan, outage_at_s=np.empty(0), outage_until_s=np.empty(0),
                       outage_blocks=np.empty(0, np.bool_), outage_drops=np.empty(0, np.bool_))  # fmt: skip
        outcomes.append(reference(plan))
        assert_same_path(specialised(plan), outcomes[-1])
        carry = outcomes[-1].carry
    assert counted(outcomes)[ABANDONED] > 50 and counted(outcomes)[ANSWERED] > 2000
    assert sum(outcome.redials.sum() for outcome in outcomes) > 100


def test_the_cases_show_every_behaviour() -> None:
    """What the gate compares is not empty."""
    shown: Counter[str] = Counter()
    for seed in range(150):
        some = frozenset(SIMPLE) - ({"closing"} if seed % 2 else set())
        plan = simple_block(
            seed, 0.3, n_types=3, n_groups=3, n_contacts=80, grid_s=15.0, features=some, end_s=600.0
        )
        outcome = specialised(plan)
        shown.update(f"state {state}" for state in outcome.state.tolist())
        shown.update(f"result {result}" for result in outcome.result.tolist())
        shown["later attempts"] += int(outcome.redials.sum())
        shown["above the number"] += int((outcome.staffed_s.sum() > 0.0) and (plan.change_to == 0).any())
        shown["closing"] += int(plan.closes_s < 600.0 and plan.at_close == CLEAR_QUEUE)
        shown["left waiting"] += outcome.carry.waiting_ref.size
    states = (ANSWERED, ABANDONED, BALKED, CLEARED, VOICEMAIL)
    wanted = [*(f"state {state}" for state in states), f"result {DONE}", f"result {UNRESOLVED}"]
    wanted += ["later attempts", "above the number", "closing", "left waiting"]
    assert min(shown[each] for each in wanted) > 20, shown


# -- by hand ---------------------------------------------------------------------------------------------------------


def test_agents_who_leave_and_come_back_while_contacts_last() -> None:
    """Two agents are busy until 100 and 200. One leaves at 50, both at 60; one is back at 70, who is the one until 200.

    At 150 a second one comes, idle at once. Presence: 2 to 50, then the busy ones: 2 to 100, 1 to 150, 2 to 300.
    """
    contacts: Contacts = [
        (0.0, 0, 100.0, inf),
        (0.0, 0, 200.0, inf),
        (80.0, 0, 10.0, inf),
        (90.0, 0, 60.0, inf),
    ]
    changes: Changes = [(0.0, 0, 2), (50.0, 0, 1), (60.0, 0, 0), (70.0, 0, 1), (150.0, 0, 2)]
    outcome = specialised(block(layout(), contacts, changes, end_s=300.0, n_periods=3))
    assert outcome.at_s.tolist() == [0.0, 0.0, 150.0, 160.0]
    assert outcome.done_end_s.tolist() == [100.0, 160.0, 200.0, 220.0]
    assert outcome.busy_s.tolist() == [[200.0, 100.0 + 10.0 + 40.0, 20.0]]
    assert outcome.staffed_s.tolist() == [[200.0, 50.0 + 100.0, 200.0]]
    assert [since.tolist() for since in outcome.carry.idle_since_s] == [[-100.0, -80.0]]


def test_who_ends_at_a_change_is_still_busy_in_it() -> None:
    """The agent who would be idle at 100 is the one who leaves at 100; at 100 again one comes, idle from then."""
    contacts: Contacts = [(0.0, 0, 100.0, inf), (0.0, 0, 150.0, inf), (90.0, 0, 10.0, inf)]
    changes: Changes = [(0.0, 0, 2), (100.0, 0, 1), (100.0, 0, 3)]
    plan = block(layout(), contacts, changes, end_s=300.0)
    outcome = specialised(plan)
    assert outcome.at_s.tolist() == [0.0, 0.0, 100.0]
    assert [since.tolist() for since in outcome.carry.idle_since_s] == [[-200.0, -190.0, -150.0]]
    assert_same_path(outcome, reference(plan))


# -- what qualifies --------------------------------------------------------------------------------------------------

CONTACTS: Contacts = [(10.0 * i, i % 2, 45.0, 60.0) for i in range(40)]
AGENTS: Changes = [(0.0, 0, 1), (0.0, 1, 1)]


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"takes": [PRIORITY, LONGEST_WAIT]},
        {"takes": [WEIGHTED_WAIT, OWN_FIRST], "weight": [2.0, 3.0]},
        {"choose": [BY_ORDER, BY_LONGEST_IDLE]},
        {"balk": [0.5, 0.0], "voicemail_after_s": [30.0, inf], "callback_after_s": [inf, 20.0]},
        {"redial": [0.5, 1.0], "resolved": [[0.5, 0.2], [0.0, 0.3]], "comes_back": [0.5, 1.0]},
        {"eligible_after_s": [[0.0, inf], [0.0, 0.0]]},
    ],
)
def test_rules_of_the_specialised_path(rules: dict[str, object]) -> None:
    plan = block(layout(2, 2, **rules), CONTACTS, AGENTS)
    with mock.patch.object(lean, "run", wraps=lean.run) as run:
        outcome = kernel(plan)
    assert run.call_count == 1
    assert_same_path(outcome, reference(plan))


@pytest.mark.parametrize(
    "rules",
    [
        {"takes": [PRIORITY, WITHIN_THRESHOLD_FIRST]},
        {"choose": [BY_ORDER, BY_FREE_AGENTS]},
        {"leaving": [0, PREEMPT_RESUME]},
        {"eligible_after_s": [[0.0, 30.0], [0.0, 0.0]]},
        {"lines": 3},
    ],
)
def test_rules_of_the_general_loop_alone(rules: dict[str, object]) -> None:
    plan = block(layout(2, 2, **rules), CONTACTS, AGENTS)
    assert not lean.qualifies(plan)
    assert_same_path(kernel(plan), reference(plan))


def test_outages_large_pools_and_contacts_put_back_are_for_the_general_loop() -> None:
    centre = layout(2, 2)
    plain = block(centre, CONTACTS, AGENTS)
    assert lean.qualifies(plain)
    assert not lean.qualifies(block(centre, CONTACTS, AGENTS, outages=[(0.0, 10.0, True, False)]))
    assert not lean.qualifies(block(centre, CONTACTS, [(0.0, 0, lean.MOST_AGENTS + 1)]))
    left = kernel(block(layout(2, 2, leaving=[2, 2]), CONTACTS, [*AGENTS, (399.0, 0, 0)], end_s=400.0)).carry
    assert np.isfinite(left.waiting_first_start_s).any()
    assert not lean.qualifies(replace(plain, carry=left))


@pytest.mark.parametrize("agents", [513, lean.MOST_AGENTS])
def test_large_pools(agents: int) -> None:
    rng = np.random.default_rng(agents)
    n = 3 * agents
    arrival = np.sort(rng.random(n) * 1800)
    work, patience = rng.lognormal(5.5, 0.95, n), rng.exponential(60, n)
    contacts = [(float(a), 0, float(w), float(p)) for a, w, p in zip(arrival, work, patience, strict=True)]
    changes: Changes = [(0, 0, agents), (360, 0, agents // 3), (720, 0, agents), (1440, 0, agents - 200)]
    plan = block(layout(redial=[0.5]), contacts, changes, end_s=1800.0, period_s=180.0)
    outcome = reference(plan)
    assert_same_path(specialised(plan), outcome)
    assert counted([outcome])[ABANDONED] > 0.02 * n


def test_a_contact_that_ends_as_it_begins_is_left_to_the_general_loop() -> None:
    plan = block(layout(2, 2), [*CONTACTS, (399.0, 0, 0.0, 60.0)], AGENTS)
    assert lean.qualifies(plan) and lean.run(plan) is None
    assert_same_path(kernel(plan), reference(plan))


def test_attempts_beyond_the_room_that_was_expected() -> None:
    """Nobody is there, and everybody calls again a hundred times."""
    centre = layout(redial=[1.0], redial_max=[101], given=(constant(1.0),))
    plan = block(centre, [(float(i), 0, 10.0, 2.0) for i in range(20)], [], end_s=inf)
    outcome = specialised(plan)
    assert outcome.ref.size == 20 * 101
    assert_same_path(outcome, reference(plan))
    assert_same_carry(outcome.carry, general(plan).carry)
