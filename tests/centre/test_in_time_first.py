"""Serving those first who are not yet late: both engines on one path, hand-worked lines, and what theory says of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from orm_sim.centre import Carry, DayOutcome, DayPlan, Engine, engine, kernel, reference
from orm_sim.centre.erlang import erlang_c
from tests.centre.days import KINDS, assert_same_path, random_day

ENGINES = ("kernel", "reference")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("threshold_s", [0.0, 20.0, 60.0])
def test_both_engines_walk_the_same_path(kind: str, threshold_s: float) -> None:
    """Four days in a row each, ties, staffing that falls to nobody and queues over midnight included.

    At a threshold of 0 everybody who waits is late, and nobody is passed over.
    """
    carry, passed = Carry.empty(), 0
    for seed in range(4):
        plan = replace(random_day(seed, kind, carry), in_time_first=True, threshold_s=threshold_s)
        one, other = kernel.run(plan), reference.run(plan)
        assert_same_path(one, other)
        carry = other.carry
        starts = one.start_s[np.isfinite(one.start_s)]
        passed += sum(later < earlier for earlier, later in pairwise(starts))
    assert passed or threshold_s < 60.0, "nobody was passed over: the days test nothing"


def few(in_time_first: bool = True, patience_s: float = np.inf) -> DayPlan:
    """One agent, busy from 0 to 100; contacts come at 10, 20 and 90; late after 30 s of waiting; 40 s each."""
    return DayPlan(
        arrival_s=np.array([0.0, 10.0, 20.0, 90.0]), handle_s=np.array([100.0, 40.0, 40.0, 40.0]),
        patience_s=np.array([np.inf, patience_s, np.inf, np.inf]), staffed=np.array([1]), threshold_s=30.0,
        end_s=1000.0, interval_s=1000.0, in_time_first=in_time_first,
    )  # fmt: skip


@pytest.mark.parametrize("name", ENGINES)
def test_who_is_in_time_passes_who_is_late(name: str) -> None:
    """At 100 the contacts of 10 and 20 are late and that of 90 is not: it goes first, then they do, in their order."""
    run = engine(name)
    assert run(few()).start_s.tolist() == [0.0, 140.0, 180.0, 100.0]
    assert run(few(in_time_first=False)).start_s.tolist() == [0.0, 100.0, 140.0, 180.0]
    assert run(few()).totals.answered_within == 2
    assert run(few(in_time_first=False)).totals.answered_within == 1


@pytest.mark.parametrize("name", ENGINES)
def test_who_is_passed_over_may_give_up(name: str) -> None:
    """The contact of 10 has patience for 120 s: first come first served it is taken at 100, passed over it is gone."""
    found = engine(name)(few(patience_s=120.0))
    assert found.totals.abandoned == 1 and found.end_s[1] == 130.0
    assert found.start_s[2:].tolist() == [140.0, 100.0]
    assert engine(name)(few(False, 120.0)).totals.abandoned == 0


@pytest.mark.parametrize("name", ENGINES)
def test_a_wait_of_the_threshold_itself_is_in_time(name: str) -> None:
    plan = replace(few(), threshold_s=80.0)
    assert engine(name)(plan).start_s.tolist() == [0.0, 180.0, 100.0, 140.0]


def stationary(in_time_first: bool, run: Engine = kernel.run) -> DayOutcome:
    """Ten agents at a load of 9 erlangs for 400,000 contacts of 240 s, all exponential, nobody gives up."""
    rng = np.random.default_rng(7)
    n = 400_000
    arrival = np.cumsum(rng.exponential(240.0 / 9.0, n))
    return run(
        DayPlan(
            arrival_s=arrival, handle_s=rng.exponential(240.0, n), patience_s=np.full(n, np.inf),
            staffed=np.array([10]), threshold_s=20.0, end_s=arrival[-1] + 1e6, interval_s=1e9,
            in_time_first=in_time_first,
        )
    )  # fmt: skip


def test_nobody_gives_up_and_the_mean_wait_stays_while_the_tail_grows() -> None:
    """Any order that keeps agents working and ignores handle times leaves Erlang C's mean wait (conservation law).

    The mean of one long path is within 5 % of it; on the path itself the sums differ by which handle times go when.
    """
    plain, first = stationary(False), stationary(True)
    delayed = erlang_c(9.0, 10)
    mean_wait_s, in_time = delayed * 240.0 / (10 - 9.0), 1.0 - delayed * np.exp(-(10 - 9.0) * 20.0 / 240.0)
    for found in (plain, first):
        assert found.wait_s.mean() == pytest.approx(mean_wait_s, rel=0.05)
        assert found.totals.answered == 400_000
    assert plain.totals.answered_within / 400_000 == pytest.approx(in_time, abs=0.01)
    assert first.totals.answered_within > plain.totals.answered_within + 4_000
    assert first.wait_s.var() > 1.5 * plain.wait_s.var()
    assert np.quantile(first.wait_s, 0.99) > 1.5 * np.quantile(plain.wait_s, 0.99)


def test_the_order_moves_no_work() -> None:
    """With handle times that are all alike, agents are busy at the same moments in any order of service."""
    rng = np.random.default_rng(3)
    n = 5_000
    plan = DayPlan(
        arrival_s=np.sort(rng.random(n) * 86_000.0), handle_s=np.full(n, 240.0), patience_s=np.full(n, np.inf),
        staffed=rng.integers(8, 22, 48), threshold_s=20.0, in_time_first=True,
    )  # fmt: skip
    one, other = kernel.run(plan), kernel.run(replace(plan, in_time_first=False))
    np.testing.assert_allclose(one.busy_s, other.busy_s, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(np.sort(one.start_s), np.sort(other.start_s), rtol=0, atol=1e-6)
    assert one.totals.answered_within > other.totals.answered_within


def test_a_threshold_that_nobody_reaches_changes_nothing() -> None:
    plan = replace(random_day(2, "overload", Carry.empty()), threshold_s=1e7)
    assert_same_path(kernel.run(replace(plan, in_time_first=True)), kernel.run(plan))


@pytest.mark.parametrize("name", ENGINES)
def test_a_plan_out_of_order_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="arrival_s must be ascending"):
        engine(name)(replace(few(), arrival_s=np.array([5.0, 1.0, 20.0, 90.0])))
