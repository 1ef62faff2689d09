"""From a centre's file to what the engines are given: the layout once, then one block for each day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from orm_sim.centre.centre_file import CentreFile, Outage
from orm_sim.centre.skills import kernel, lean_days
from orm_sim.centre.skills.arena import ARENA
from orm_sim.centre.skills.arrivals import (
    N_CHANGES,
    N_CONTACTS,
    TABLES,
    draw_busyness,
    draw_day,
    room_for,
)
from orm_sim.centre.skills.layout import layout_of
from orm_sim.centre.skills.lean_days import LeanDays
from orm_sim.centre.skills.lean_state import rules_of
from orm_sim.centre.skills.measures import Tally, replication_measures
from orm_sim.centre.skills.night import overnight
from orm_sim.centre.skills.outcome import Outcome
from orm_sim.centre.skills.plan import (
    CLEAR_QUEUE,
    SERVE_QUEUE,
    Block,
    Carry,
    Flags,
    Floats,
    Layout,
)
from orm_sim.centre.skills.sources import Sources, rates_of
from orm_sim.core.streams import Key, key
from orm_sim.core.units import SECONDS_PER_DAY

Run = Callable[[Block], Outcome]
"""An engine."""
Outages = tuple[Floats, Floats, Flags, Flags]
_NO_OUTAGES: Outages = np.empty(0), np.empty(0), np.empty(0, np.bool_), np.empty(0, np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class Centre:
    """A centre ready to be simulated: the same for every replication but for the key of its draws.

    Attributes
    ----------
    file : CentreFile
    layout : Layout
        With the key (0, 0); a replication puts its own in.
    sources : Sources
        What its days are drawn from.
    """

    file: CentreFile
    layout: Layout
    sources: Sources

    @classmethod
    def build(cls, file: CentreFile) -> Centre:
        """Lay out a file that has passed its checks."""
        layout = layout_of(file)
        return cls(file, layout, Sources.build(file, layout, rates_of(file)))

    @property
    def n_days(self) -> int:
        """Days of the horizon."""
        return self.file.horizon.days

    def blocks(self, seed: int, replication: int, run: Run) -> Iterator[tuple[Block, Outcome]]:
        """Every day's block with what an engine makes of it, in order; state is carried from one to the next.

        Parameters
        ----------
        seed, replication : int
            They decide every draw.
        run : callable
            The engine.
        """
        days = Days(self, seed, replication)
        lean = days.lean() if run is kernel.run else None
        carry = days.empty
        for day in range(self.n_days):
            lived = None if lean is None else lean.live(day)
            if lived is None:
                block = days.block(day, days.morning(carry, day))
                lived = block, run(block)
                if lean is not None:
                    lean.begin_with(lived[1].carry)
            yield lived
            carry = lived[1].carry

    def tally(self, seed: int, replication: int) -> Tally | None:
        """Counts and sums of one replication, those of `blocks` by the kernel to the bit, without a look at every day.

        None where its rules are not of those that allow it.
        """
        days = Days(self, seed, replication)
        lean = days.lean()
        if lean is None:
            return None
        tally = Tally(self.file)
        day = lean.add_up(tally, 0, self.n_days)
        while day < self.n_days:
            block = days.block(day, days.morning(lean.carry, day))
            outcome = kernel.run(block)
            tally.add(block, outcome)
            lean.begin_with(outcome.carry)
            day = lean.add_up(tally, day + 1, self.n_days)
        if self.file.horizon.never_closes:
            tally.close(lean.carry)
        return tally

    def measures(self, seed: int, replication: int, run: Run) -> dict[str, float]:
        """Measures of one replication."""
        tally = self.tally(seed, replication) if run is kernel.run else None
        if tally is None:
            return replication_measures(self.file, self.blocks(seed, replication, run))
        return dict(tally.measures())


class Days:
    """The blocks of one replication, made day by day."""

    def __init__(self, centre: Centre, seed: int, replication: int) -> None:
        self.centre, self.file = centre, centre.file
        self.layout = replace(centre.layout, key=key(seed, replication, "contacts"))
        self.sources = centre.sources.of_replication(self.layout.key, key(seed, replication, "presence"))
        self.empty = Carry.empty(self.layout.n_groups, self.layout.work_law.shape[1])
        self._factors = self._busyness(key(seed, replication, "busyness"))
        horizon = self.file.horizon
        self._first_days = max(
            (int(each.until_s // SECONDS_PER_DAY) for each in self.file.outages), default=0
        )
        self._daily: Outages | None = None  # where each day has the same
        self._hours: dict[str, Any] = {
            "closes_s": np.inf if horizon.never_closes else horizon.open_s,
            "at_close": CLEAR_QUEUE if horizon.at_close == "clear_queue" else SERVE_QUEUE,
            "end_s": SECONDS_PER_DAY if horizon.never_closes else np.inf,
            "period_s": self.file.period_s,
            "n_periods": self.file.n_periods,
        }

    def lean(self) -> LeanDays | None:
        """Its days on the lean path, if they may be tried there."""
        if self.file.outages or not lean_days.qualifies(self.centre.layout, self.sources):
            return None
        return LeanDays(
            self.layout, rules_of(self.centre.layout), self.sources, np.array(self._factors), self._hours
        )

    def block(self, day: int, carry: Carry) -> Block:
        """One day's block."""
        sources, columns = self.sources, self.layout.work_law.shape[1]
        factor, m = self._factors[day], sources.most_changes
        room = room_for(float(sources.expected[day]) * factor, self.layout.n_types) + sources.n_given
        times = ARENA.lasting(room * (2 + columns) + m).view(np.float64)
        whole = ARENA.lasting(TABLES + 2 * (room + m))
        draw_day(sources.record, day, factor, room, times, whole)
        n, changes = int(whole[N_CONTACTS]), int(whole[N_CHANGES])
        kind, work = TABLES, 2 * room
        at, group = room * (2 + columns), TABLES + 2 * room
        start, until, blocks, drops = self._outages(day)
        return Block(
            layout=self.layout, arrival_s=times[:n], patience_s=times[room : room + n],
            work_s=times[work : work + n * columns].reshape(n, columns),
            type=whole[kind : kind + n], ref=whole[kind + room : kind + room + n],
            change_at_s=times[at : at + changes], change_group=whole[group : group + changes],
            change_to=whole[group + m : group + m + changes],
            outage_at_s=start, outage_until_s=until, outage_blocks=blocks, outage_drops=drops,
            carry=carry, **self._hours,
        )  # fmt: skip

    def _busyness(self, of_days: Key) -> list[float]:
        """The factor on every rate of each day, drawn in one call: a call a day costs more than its draw."""
        factors = np.ones(self.file.horizon.days)
        if self.file.busyness is not None:
            draw_busyness(*of_days, self.file.busyness.shape, factors)
        return factors.tolist()

    def _outages(self, day: int) -> Outages:
        """Outages of a day, with what is left of those that began on the days before."""
        if not self.file.outages:
            return _NO_OUTAGES
        if self._daily is not None and day > self._first_days:
            return self._daily
        found: list[tuple[float, float, bool, bool]] = []
        for each in self.file.outages:
            longest = int(each.until_s // SECONDS_PER_DAY)
            for back in range(longest, -1, -1):
                if day - back >= 0 and _happens(each, day - back):
                    start, until = each.at_s - back * SECONDS_PER_DAY, each.until_s - back * SECONDS_PER_DAY
                    if until > 0.0:
                        found.append((start, until, each.blocks_arrivals, each.drops_contacts))
        found.sort(key=lambda each: each[0])
        start_s, until_s, blocks, drops = zip(*found, strict=True) if found else ((), (), (), ())
        outages = (
            np.array(start_s, np.float64), np.array(until_s, np.float64), np.array(blocks, np.bool_),
            np.array(drops, np.bool_),
        )  # fmt: skip
        if day >= self._first_days and all(each.day is None for each in self.file.outages):
            self._daily = outages
        return outages

    def morning(self, carry: Carry, day: int) -> Carry:
        """State at the begin of a day, of what the day before has left."""
        if self.file.horizon.never_closes or day == 0:
            return carry
        return overnight(self.sources.record, carry, day)


def _happens(outage: Outage, day: int) -> bool:
    return outage.day is None or outage.day == day
