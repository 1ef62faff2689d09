"""Days lived in one compiled call: the same counters, to the bit, as by steps called one by one."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from orm_sim.centre import Engine, kernel
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.pool_days import in_pairs
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.world import simulate
from tests.simulation.bank import SEED, shrunk

STEP_BY_STEP: Engine = lambda plan: replace(kernel.run(plan))  # noqa: E731  not the kernel itself: no day in one
HISTORIES = MappingProxyType({"inbound_only": 5, "per_hour": 4})


@pytest.mark.parametrize("name", sorted(HISTORIES))
def test_a_day_in_one_call_has_the_same_bits(small: dict[str, Scenario], name: str) -> None:
    """Ramp, outages, storms and callers carried over midnight included: nothing differs in the books."""
    option = shrunk(small[name], months=HISTORIES[name])
    in_one, by_step = (
        simulate(option, make_setting(option.programme, 0.05, SEED, 1), engine)
        for engine in (kernel.run, STEP_BY_STEP)
    )
    assert in_one.of("answered", "inbound").sum() > 0 < in_one.of("sales_gross", "outbound").sum()
    np.testing.assert_array_equal(in_one.counters, by_step.counters)
    assert in_one.entries() == by_step.entries()


@pytest.mark.parametrize("n", [0, 1, 7, 8, 9, 48, 127, 128, 129, 136, 300, 1000, 4097])
def test_sums_in_pairs_are_those_of_numpy(n: int) -> None:
    """Added in numpy's order, so that a day in one call books what arrays added by numpy came to."""
    values = np.random.default_rng(n).lognormal(3.0, 2.0, n)
    assert in_pairs(values) == values.sum()
