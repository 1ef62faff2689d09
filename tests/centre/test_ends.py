"""Ends stay in order whatever is entered, and pools large enough to enter four at once walk the reference's path."""

import numpy as np
import pytest

from orm_sim.centre import Carry, kernel, reference
from orm_sim.centre.ends import BEHIND, owed_at, replace_four, replace_one, shift
from tests.centre.days import assert_same_path, random_day


@pytest.mark.parametrize("agents", [1, 3, 4, 5, 16, 17, 130, 141, 700])
def test_new_ends_take_the_place_of_the_smallest(agents: int) -> None:
    """Against sorting, with ties, and with agents before the head who must stay."""
    rng = np.random.default_rng(agents)
    for spread in (2, 10, 1000):
        for taken in range(1, min(agents, 4) + 1):
            before = np.sort(rng.integers(0, 1000, agents + 2)).astype(float)
            ends = shift(np.array([agents + 2]), before)
            head, new = np.uint64(2), np.zeros(4)
            new[:taken] = before[1 + taken] + rng.integers(0, spread, taken)
            wanted = np.sort(np.concatenate([before[2 + taken :], new[:taken]]))
            replace_four(ends, head, new, np.uint64(taken))
            np.testing.assert_array_equal(ends[:-BEHIND], [*before[:2], *wanted])
            assert np.isinf(ends[-BEHIND:]).all()
            replace_one(ends, head, wanted[0] + 3.0)
            np.testing.assert_array_equal(ends[2:-BEHIND], np.sort([*wanted[1:], wanted[0] + 3.0]))


def test_work_in_hand() -> None:
    ends = shift(np.array([2, 4]), np.array([5.0, 9.0]))
    assert ends[:-BEHIND].tolist() == [-np.inf, -np.inf, 5.0, 9.0]
    assert owed_at(ends, 6.0) == 3.0


@pytest.mark.parametrize("kind", ["overload", "wild", "half minutes"])
def test_pools_of_forty(kind: str) -> None:
    carry = Carry.empty()
    for seed in range(2):
        plan = random_day(seed, kind, carry, agents=40)
        one, other = kernel.run(plan), reference.run(plan)
        assert_same_path(one, other)
        carry = other.carry
