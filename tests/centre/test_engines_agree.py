"""Kernel and reference walk the same path: on real days, random days, ties, large pools, and cut anywhere."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orm_sim.centre import Carry, DayOutcome, DayPlan, kernel, reference
from tests.centre.days import KINDS, assert_same_carry, assert_same_path, random_day


@pytest.mark.parametrize("kind", KINDS)
def test_days_in_a_row(kind: str) -> None:
    """Four days each: what one engine carries over midnight, the other could have."""
    carry = Carry.empty()
    carried = 0
    for seed in range(4):
        plan = random_day(seed, kind, carry)
        one, other = kernel.run(plan), reference.run(plan)
        assert_same_path(one, other)
        carry = other.carry
        carried += carry.waiting_ref.size + carry.busy_end_s.size
    assert carried


def test_real_days(shared_data: Path) -> None:
    """Twenty days of a bank's calls, to the second as recorded, on four fifths of the agents seen at work."""
    calls = pd.read_csv(shared_data / "ab_calls_1999_jan_jul.csv.gz", parse_dates=["arrival"], nrows=30_000)
    slots = pd.read_csv(shared_data / "ab_intervals_30min_jan_jul.csv.gz", parse_dates=["slot_start"])
    calls = calls[calls["outcome"].isin(["served", "abandoned_queue"])].sort_values("arrival", kind="stable")
    rng = np.random.default_rng(1999)
    carry, offered, abandoned, carried = Carry.empty(), 0, 0, 0
    for day in pd.date_range("1999-01-03", periods=20):
        today = calls[calls["arrival"].dt.normalize() == day]
        seen = slots[slots["slot_start"].dt.normalize() == day]
        staffed = np.zeros(48, np.int64)
        slot = (seen["slot_start"] - day) // pd.Timedelta("30min")
        staffed[slot.to_numpy()] = np.round(seen["agents_signed_on"].to_numpy() * 0.8)
        handle = today["service_s"].to_numpy(float)
        plan = DayPlan(
            arrival_s=(today["arrival"] - day).dt.total_seconds().to_numpy(float),
            handle_s=np.where(handle > 0, handle, np.rint(rng.exponential(200, handle.size))),
            patience_s=np.rint(rng.exponential(400, handle.size)),
            staffed=staffed,
            threshold_s=20.0,
            carry=carry,
        )
        one, other = kernel.run(plan), reference.run(plan)
        assert_same_path(one, other)
        carry = one.carry
        offered += one.totals.arrived
        abandoned += one.totals.abandoned
        carried += carry.waiting_ref.size + carry.busy_end_s.size
    assert offered > 15_000
    assert abandoned > 1_000
    assert carried


@pytest.mark.parametrize("agents", [513, 2000])
def test_large_pools(agents: int) -> None:
    rng = np.random.default_rng(agents)
    n = 6 * agents
    plan = DayPlan(
        arrival_s=np.sort(rng.random(n) * 1800),
        handle_s=rng.lognormal(5.5, 0.95, n),
        patience_s=rng.exponential(60, n),
        staffed=np.array([agents, agents // 2, agents, agents - 200, agents]),
        interval_s=360.0,
        threshold_s=20.0,
        end_s=1800.0,
    )
    one = kernel.run(plan)
    assert 0.1 < one.totals.abandoned / n < 0.9
    assert one.carry.busy_end_s.size == agents
    assert_same_path(one, reference.run(plan))
    assert_same_path(
        kernel.run(replace(plan, carry=one.carry)), reference.run(replace(plan, carry=one.carry))
    )


GRID_S = 15.0
contacts = st.tuples(
    st.integers(0, 4799), st.integers(0, 1600), st.one_of(st.just(np.inf), st.integers(0, 1600))
)
staffings = st.lists(st.integers(0, 4), min_size=10, max_size=10)


def eighths(drawn: list[tuple[int, int, float]], staffed: list[int]) -> DayPlan:
    """Ten minutes in eighths of a second, where all arithmetic is exact and ties are frequent."""
    arrival, handle, patience = np.array(sorted(drawn), float).reshape(-1, 3).T / 8
    if len(drawn) % 2:  # every other time on a coarser clock, where nearly everything coincides
        arrival, handle, patience = (np.floor(x / GRID_S) * GRID_S for x in (arrival, handle, patience))
    return DayPlan(
        arrival_s=np.ascontiguousarray(arrival),
        handle_s=np.ascontiguousarray(handle),
        patience_s=np.ascontiguousarray(patience),
        staffed=np.repeat(np.array(staffed, np.int64), 4),
        interval_s=GRID_S,
        threshold_s=20.0,
        end_s=600.0,
    )


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(contacts, max_size=60), staffings)
def test_any_small_block(drawn: list[tuple[int, int, float]], staffed: list[int]) -> None:
    plan = eighths(drawn, staffed)
    assert_same_path(kernel.run(plan), reference.run(plan))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.lists(contacts, max_size=60),
    staffings,
    st.sets(st.integers(1, 39)),
    st.sampled_from([kernel, reference]),
)
def test_any_cut_gives_the_same_path(
    drawn: list[tuple[int, int, float]], staffed: list[int], cuts: set[int], room: object
) -> None:
    plan = eighths(drawn, staffed)
    run = room.run  # type: ignore[attr-defined]
    whole = run(plan)
    borders = [0, *sorted(cuts), 40]
    parts: list[DayOutcome] = []
    carry = Carry.empty()
    for begin, until in pairwise(borders):
        mine = (plan.arrival_s >= begin * GRID_S) & (plan.arrival_s < until * GRID_S)
        part = replace(
            plan,
            arrival_s=plan.arrival_s[mine] - begin * GRID_S,
            handle_s=plan.handle_s[mine],
            patience_s=plan.patience_s[mine],
            ref=np.flatnonzero(mine),
            staffed=plan.staffed[begin:until],
            end_s=(until - begin) * GRID_S,
            carry=carry,
        )
        parts.append(run(part))
        carry = parts[-1].carry
    assert_same_carry(carry, whole.carry)
    order = np.argsort(np.concatenate([part.ref for part in parts]))  # a cut may decide some out of turn
    np.testing.assert_array_equal(np.concatenate([part.ref for part in parts])[order], np.sort(whole.ref))
    shift = np.repeat(np.array(borders[:-1]) * GRID_S, [part.ref.size for part in parts])
    place = np.argsort(whole.ref)
    for name, moved in (("state", 0.0), ("wait_s", 0.0), ("start_s", 1.0), ("end_s", 1.0)):
        pieces = np.concatenate([getattr(part, name) for part in parts]) + moved * shift
        np.testing.assert_array_equal(pieces[order], getattr(whole, name)[place], err_msg=name)
    np.testing.assert_array_equal(np.concatenate([part.busy_s for part in parts]), whole.busy_s)
    np.testing.assert_array_equal(np.concatenate([part.staffed_s for part in parts]), whole.staffed_s)
    assert sum(part.totals.answered_within for part in parts) == whole.totals.answered_within
    assert sum(part.totals.wait_all_s for part in parts) == whole.totals.wait_all_s
