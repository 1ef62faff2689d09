"""Days to run engines on, and what it means that two engines walked the same path."""

import numpy as np

from orm_sim.centre import ABANDONED, Carry, DayOutcome, DayPlan

HOURLY = np.array([1, 1, 0, 0, 0, 1, 3, 6, 10, 12, 12, 11, 10, 10, 11, 11, 10, 9, 7, 6, 5, 4, 3, 2], float)
PROFILE = np.repeat(HOURLY, 2)
KINDS = ("calm", "overload", "wild", "whole seconds", "half empty", "half minutes")


def random_day(seed: int, kind: str, carry: Carry, agents: int = 12) -> DayPlan:
    """A day on an intraday profile: enough staff, too little, staffing at random, coarse clocks (many ties)."""
    rng = np.random.default_rng([seed, agents])
    load = {"overload": 1.6, "half empty": 1.2}.get(kind, 0.95) * agents
    counts = rng.poisson(load * 1800 / 240 * PROFILE / PROFILE.max() * rng.gamma(20, 1 / 20))
    start = np.repeat(np.arange(48) * 1800.0, counts)
    arrival, handle = start + rng.random(start.size) * 1800, rng.lognormal(5.0, 0.95, start.size)
    patience = np.where(rng.random(start.size) < 0.1, np.inf, rng.exponential(180, start.size))
    staffed = np.ceil(agents * PROFILE / PROFILE.max() + 1).astype(np.int64)
    if kind == "wild":
        staffed = rng.integers(0, 2 * agents, 48)
    elif kind == "half empty":
        staffed[rng.random(48) < 0.5] = 0
    grid = {"whole seconds": 1.0, "half minutes": 30.0}.get(kind, 0.0)
    if grid:
        arrival, handle, patience = (np.floor(x / grid) * grid for x in (arrival, handle, patience))
    arrival.sort()
    return DayPlan(
        arrival_s=arrival,
        handle_s=handle,
        patience_s=patience,
        staffed=staffed,
        threshold_s=20.0,
        carry=carry,
    )


def assert_same_path(one: DayOutcome, other: DayOutcome) -> None:
    """Counts and fates equal, times within 1e-9 s, summed time within a millionth of a second."""
    for name in ("counts", "ref", "state"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    for name in ("wait_s", "start_s", "end_s"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=0, atol=1e-9, err_msg=name)
    for name in ("waits_s", "busy_s", "staffed_s"):
        np.testing.assert_allclose(
            getattr(one, name), getattr(other, name), rtol=1e-11, atol=1e-6, err_msg=name
        )
    assert_same_carry(one.carry, other.carry)


def assert_same_carry(one: Carry, other: Carry) -> None:
    np.testing.assert_array_equal(one.waiting_ref, other.waiting_ref)
    for name in ("waiting_arrival_s", "waiting_handle_s", "waiting_deadline_s", "busy_end_s"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=0, atol=1e-9, err_msg=name)


def abandoned(outcome: DayOutcome) -> list[int]:
    """Ids of the contacts that gave up."""
    return outcome.ref[outcome.state == ABANDONED].tolist()
