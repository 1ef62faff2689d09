"""What the vendor knows of the client's exit rule, by hand: when notice comes, and the months that are still served."""

from __future__ import annotations

import numpy as np
import pytest

from orm_sim.vendor.decision.tolerance import Tolerance


def kept(tolerance: Tolerance, met: list[float], surge: list[float] | None = None) -> list[float]:
    """Months in force for one plan in one future."""
    months = np.array(met, np.float64)[:, None, None]
    above = np.array(surge or [1.0] * len(met))[:, None, None]
    return tolerance.kept(months, above)[:, 0, 0].tolist()


@pytest.mark.parametrize(
    ("tolerance", "met", "expected"),
    [
        # two of three failed: notice in the second month, one month of notice, then nothing
        (Tolerance((), 2, 3, None, 1), [0, 0, 0, 0, 0], [1, 1, 1, 0, 0]),
        # no notice to be served: the month of the second failure is the last
        (Tolerance((), 2, 3, None, 0), [0, 1, 0, 1, 1], [1, 1, 1, 0, 0]),
        # the first failure is out of sight when the second comes
        (Tolerance((), 2, 3, None, 0), [0, 1, 1, 0, 1], [1, 1, 1, 1, 1]),
        # a failure before the planning date counts
        (Tolerance((True,), 2, 3, None, 0), [0, 1, 1], [1, 0, 0]),
        # months of the ramp do not
        (Tolerance((), 2, 3, None, 0, counts_from=2), [0, 0, 0, 0, 1], [1, 1, 1, 1, 0]),
        # under notice already
        (Tolerance((), 6, 12, None, 3, last_month=1), [1, 1, 1, 1], [1, 1, 0, 0]),
        # notice that comes later does not prolong it
        (Tolerance((True,), 2, 3, None, 3, last_month=1), [0, 0, 0, 0], [1, 1, 0, 0]),
        # chances of one half add up: the fourth month completes two failures
        (Tolerance((), 2, 12, None, 0), [0.5] * 6, [1, 1, 1, 1, 0, 0]),
    ],
)
def test_months_in_force(tolerance: Tolerance, met: list[float], expected: list[float]) -> None:
    assert kept(tolerance, met) == expected


def test_a_surge_excuses_a_month() -> None:
    tolerance = Tolerance((), 2, 3, 0.10, 0)
    assert kept(tolerance, [0, 0, 1], [1.0, 1.2, 1.0]) == [1, 1, 1]
    assert kept(tolerance, [0, 0, 1], [1.0, 1.1, 1.0]) == [1, 1, 0]


def test_plans_and_futures_are_apart() -> None:
    met = np.ones((3, 2, 2))
    met[:2, 1, 0] = 0.0
    found = Tolerance((), 2, 2, None, 0).kept(met, np.ones((3, 1, 1)))
    assert found[2].tolist() == [[1.0, 1.0], [0.0, 1.0]] and found[:2].all()
