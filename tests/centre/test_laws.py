"""What holds on any day, whatever the engine: nobody is lost, no agent does two things, time adds up."""

import numpy as np
import pytest

from orm_sim.centre import ANSWERED, Carry, engine, kernel
from tests.centre.days import KINDS, random_day

DAYS = [(kind, seed) for kind in KINDS for seed in range(3)]


@pytest.mark.parametrize(("kind", "seed"), DAYS)
def test_contacts_are_conserved(kind: str, seed: int) -> None:
    """Arrived = answered + abandoned + still waiting, in each interval; ids come back once."""
    before = kernel.run(random_day(seed, kind, Carry.empty())).carry
    plan = random_day(seed + 100, kind, before)
    outcome = kernel.run(plan)
    waiting = outcome.carry.waiting_arrival_s + plan.end_s
    by_interval = np.histogram(waiting[waiting >= 0], np.arange(49) * 1800.0)[0]
    np.testing.assert_array_equal(outcome.arrived, outcome.answered + outcome.abandoned + by_interval)
    total = outcome.totals
    assert total.arrived == plan.arrival_s.size + before.waiting_ref.size
    assert total.arrived == outcome.ref.size + outcome.carry.waiting_ref.size
    assert total.answered == (outcome.state == ANSWERED).sum()
    assert total.answered_within <= total.answered
    own = np.concatenate([outcome.ref, outcome.carry.waiting_ref])
    np.testing.assert_array_equal(
        np.sort(own), np.sort(np.concatenate([before.waiting_ref, np.arange(plan.arrival_s.size)]))
    )


@pytest.mark.parametrize(("kind", "seed"), DAYS)
def test_work_is_conserved(kind: str, seed: int) -> None:
    """Work in hand before + work started = work done + work in hand after."""
    before = kernel.run(random_day(seed, kind, Carry.empty())).carry
    outcome = kernel.run(random_day(seed + 100, kind, before))
    started = (outcome.end_s - outcome.start_s)[outcome.state == ANSWERED].sum()
    done = before.busy_end_s.sum() + started - outcome.carry.busy_end_s.sum()
    assert outcome.busy_s.sum() == pytest.approx(done, abs=1e-6)
    assert (outcome.busy_s <= outcome.staffed_s).all()


@pytest.mark.parametrize(("kind", "seed"), DAYS)
def test_agents_do_one_thing_at_a_time(kind: str, seed: int) -> None:
    """Starts follow the order of arrival, and never exceed the agents staffed at that moment."""
    plan = random_day(seed, kind, Carry.empty())
    outcome = kernel.run(plan)
    served = outcome.state == ANSWERED
    start, end = outcome.start_s[served], outcome.end_s[served]
    assert (np.diff(start) >= 0).all()
    in_hand = np.searchsorted(start, start, "right") - np.searchsorted(np.sort(end), start, "right")
    assert (in_hand <= plan.staffed[(start // 1800).astype(int)]).all()


@pytest.mark.parametrize(("kind", "seed"), DAYS)
def test_nobody_waits_for_a_free_agent(kind: str, seed: int) -> None:
    """A contact that waited starts when an agent becomes free: at a completion or a change of staffing."""
    outcome = kernel.run(random_day(seed, kind, Carry.empty()))
    late = outcome.start_s[(outcome.state == ANSWERED) & (outcome.wait_s > 0)]
    moments = np.concatenate([outcome.end_s[outcome.state == ANSWERED], np.arange(48) * 1800.0])
    assert np.isin(late, moments).all()


@pytest.mark.parametrize("kind", KINDS)
def test_littles_law(kind: str) -> None:
    """Contacts in the centre, counted each second, add up to the seconds each spent in it."""
    plan = random_day(7, kind, Carry.empty())
    outcome = kernel.run(plan)
    arrival = plan.arrival_s[outcome.ref]
    clock = np.arange(0.5, 86_400.0)
    inside = np.searchsorted(arrival, clock) - np.searchsorted(np.sort(outcome.end_s), clock)
    spent = np.minimum(outcome.end_s, 86_400.0).sum() - arrival.sum()
    waited = outcome.wait_s.sum() + outcome.busy_s.sum()
    assert inside.sum() == pytest.approx(spent, rel=1e-3)
    assert waited == pytest.approx(spent, rel=1e-9)


def test_contacts_belong_to_their_interval_of_arrival() -> None:
    plan = random_day(3, "overload", Carry.empty())
    outcome = kernel.run(plan)
    column = (plan.arrival_s[outcome.ref] // 1800).astype(int)
    answered = outcome.state == ANSWERED
    np.testing.assert_array_equal(outcome.answered, np.bincount(column[answered], minlength=48))
    np.testing.assert_array_equal(outcome.abandoned, np.bincount(column[~answered], minlength=48))
    within = answered & (outcome.wait_s <= plan.threshold_s)
    np.testing.assert_array_equal(outcome.answered_within, np.bincount(column[within], minlength=48))
    waits = np.bincount(column, outcome.wait_s, minlength=48)
    np.testing.assert_allclose(outcome.wait_all_s, waits, rtol=1e-12)


def test_work_belongs_to_the_interval_in_which_it_is_done() -> None:
    plan = random_day(3, "wild", Carry.empty())
    outcome = kernel.run(plan)
    borders = np.arange(49) * 1800.0
    served = outcome.state == ANSWERED
    start, end = outcome.start_s[served, None], outcome.end_s[served, None]
    worked = np.maximum(np.minimum(end, borders[1:]) - np.maximum(start, borders[:-1]), 0.0).sum(axis=0)
    np.testing.assert_allclose(outcome.busy_s, worked, atol=1e-6)


def test_a_plan_is_not_changed() -> None:
    before = kernel.run(random_day(1, "overload", Carry.empty())).carry
    plan, same = random_day(2, "wild", before), random_day(2, "wild", before)
    ends = before.busy_end_s.copy()
    kernel.run(plan)
    np.testing.assert_array_equal(plan.arrival_s, same.arrival_s)
    np.testing.assert_array_equal(plan.carry.busy_end_s, ends)


def test_an_unknown_engine_is_refused() -> None:
    assert engine("kernel") is kernel.run
    with pytest.raises(ValueError, match="there are: kernel, reference"):
        engine("kernal")
