"""Remembered stretches of days: looked up, rebuilt, or gone on with from a state kept, with the same result."""

from __future__ import annotations

import numpy as np
import pytest

from orm_sim.simulation.duty import InboundDuty, OutboundDuty
from orm_sim.simulation.history import Books, Counts
from orm_sim.simulation.lived_days import LivedDays
from orm_sim.simulation.remembered import Remembered

Days = tuple[tuple[str, ...], ...]


class Fold:
    """A pool whose state is all that was ever done: what a day counts shows the days before it."""

    lived = 0

    def __init__(self) -> None:
        self.done: list[tuple[int, tuple[str, ...]]] = []

    def live(self, first: int, duties: Days) -> list[Counts]:
        """Every day counts the hash of what has been done so far."""
        counts = []
        for at, day in enumerate(duties):
            Fold.lived += 1
            self.done.append((first + at, day))
            counts.append(Counts(np.array([0]), np.array([float(hash(tuple(self.done)) % 2**40)])))
        return counts

    def freeze(self) -> object:
        """A copy of what was done."""
        return list(self.done)

    def thaw(self, state: list[tuple[int, tuple[str, ...]]]) -> None:
        """Take over a copy."""
        self.done = list(state)


def stretches(*names: str) -> list[Days]:
    """Stretches of three days each; a + in a name separates two who work at a time."""
    return [tuple(tuple(name.split("+")) for _ in range(3)) for name in names]


LIVES = {
    "home": stretches("h", "h", "h", "h"),
    "home again": stretches("h", "h", "h", "h"),
    "vendor": stretches("h", "h", "h+v", "v", "v"),
    "vendor parts late": stretches("h", "h", "h+v", "w", "h"),
    "vendor parts at once": stretches("x", "h", "h+v", "v"),
    "vendor comes back": stretches("h", "h", "h+v", "v", "x", "h+v", "h"),
}


def run(pool: Remembered[str], life: list[Days]) -> list[float]:
    """What the days of a life count."""
    return [float(c.values[0]) for i, days in enumerate(life) for c in pool.live(3 * i, days)]


@pytest.mark.parametrize("order", [1, -1])
def test_a_life_is_the_same_beside_others(order: int) -> None:
    """Whoever has lived first, each life counts what a pool lived alone from its first day counts."""
    memory: dict[object, object] = {}
    for name, life in list(LIVES.items())[::order]:
        found = run(Remembered(Fold, memory), life)
        assert found == run(Remembered(Fold, {}), life), name


def test_days_that_are_shared_are_lived_once() -> None:
    """Who parts after two stretches of one operator alone goes on from the state kept: nothing is lived twice."""
    memory: dict[object, object] = {}
    Fold.lived = 0
    for name in ("home", "home again", "vendor"):
        run(Remembered(Fold, memory), LIVES[name])
    assert Fold.lived == 3 * 4 + 3 * 3


def test_counts_of_several_days_are_added_one_after_the_other() -> None:
    """The bits of a counter do not depend on how many days were counted at a time."""
    values = np.random.default_rng(5).lognormal(3.0, 4.0, (31, 5))
    places = np.array([40, 3, 17, 8, 22])
    at_once, by_day = (Books(None, np.full((2, 25), 0.3), *(np.empty(0),) * 3) for _ in range(2))  # type: ignore[arg-type]
    at_once.count(Counts(places, values))
    for row in values:
        by_day.count(Counts(places, row))
    np.testing.assert_array_equal(at_once.counters, by_day.counters)


def test_who_has_never_worked_is_left_out() -> None:
    """Callers without a seat so far are in no week; once they have had one they stay. A share of nothing likewise."""
    lived = LivedDays.__new__(LivedDays)
    lived._answering, lived._calling = set(), set()
    nobody, five = bytes(384), np.full(48, 5).tobytes()
    weeks = [
        ([("in_house", 1.0, five), ("vendor", 0.0, five)], [("in_house", nobody), ("vendor", nobody)]),
        ([("in_house", 0.4, five), ("vendor", 0.6, five)], [("in_house", nobody), ("vendor", five)]),
        ([("in_house", 0.0, five), ("vendor", 1.0, five)], [("in_house", nobody), ("vendor", nobody)]),
    ]
    found = []
    for inbound, outbound in weeks:
        answering, calling = lived.roster(
            [[InboundDuty(*each, 1.0, 0.7)] * 7 for each in inbound],
            [[OutboundDuty(*each, 1.0, 1.0, 0.0)] * 7 for each in outbound],
        )
        assert len(answering) == len(calling) == 7
        found.append([[duty.operator for duty in day[3]] for day in (answering, calling)])
    both = ["in_house", "vendor"]
    assert found == [[["in_house"], []], [both, ["vendor"]], [both, ["vendor"]]]
