"""Remembered days of a pool: stretches that another option of the same replication has lived are looked up.

A pool is a fold over days: its state after a day follows from the duties of all days so far and from nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from orm_sim.simulation.history import Counts

D = TypeVar("D")
D_contra = TypeVar("D_contra", contravariant=True)


class Pool(Protocol[D_contra]):
    """A fold over days."""

    def live(self, first: int, duties: tuple[tuple[D_contra, ...], ...]) -> list[Counts]:
        """Live days one after the other, from `first` on, with whoever is on duty; what they add to the counters."""
        ...

    def freeze(self) -> Any:
        """The state after the days lived so far, which `thaw` gives to a pool that has not lived any."""
        ...

    def thaw(self, state: Any) -> None:
        """Go on from a frozen state, which stays as it is."""
        ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch that has been lived: number of its chain of days, what it counted, and the state after it or None."""

    number: int
    counts: list[Counts]
    state: Any


class Remembered(Generic[D]):
    """A pool whose stretches of days are looked up before they are lived.

    The memory maps (chain of days so far, first day, duties) to the stretch. On a chain that nobody has lived before,
    the pool is rebuilt from the last state kept and lives on by itself. States are kept while one operator has worked
    alone: that is where options part.
    """

    def __init__(
        self,
        make: Callable[[], Pool[D]],
        memory: dict[tuple[int, int, tuple[tuple[D, ...], ...]], Stretch],
    ) -> None:
        self._make = make
        self._memory = memory
        self._pool: Pool[D] | None = None
        self._found: list[tuple[int, tuple[tuple[D, ...], ...], Stretch]] = []
        self._lived = self._number = 0

    def live(self, first: int, duties: tuple[tuple[D, ...], ...]) -> list[Counts]:
        """Live or look up the days from `first` on."""
        key = (self._number, first, duties)
        found = self._memory.get(key)
        if found is None:
            pool = self._caught_up()
            counts = pool.live(first, duties)
            state = pool.freeze() if all(len(day) < 2 for day in duties) else None
            found = self._memory[key] = Stretch(len(self._memory) + 1, counts, state)
            self._lived = len(self._found) + 1
        self._found.append((first, duties, found))
        self._number = found.number
        return found.counts

    def _caught_up(self) -> Pool[D]:
        """The pool as the days so far have left it."""
        if self._pool is None or self._lived < len(self._found):
            kept = [i for i, (_, _, stretch) in enumerate(self._found) if stretch.state is not None]
            if self._pool is None or (kept and kept[-1] >= self._lived):
                self._pool, self._lived = self._make(), 0
                if kept:
                    self._pool.thaw(self._found[kept[-1]][2].state)
                    self._lived = kept[-1] + 1
            for first, duties, _ in self._found[self._lived :]:
                self._pool.live(first, duties)
        return self._pool

    def release(self) -> None:
        """Forget the pool's state: tens of megabytes that the cycles of a finished environment would keep."""
        self._pool, self._lived = None, 0
        self._found.clear()
