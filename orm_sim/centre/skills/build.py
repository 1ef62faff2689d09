"""From a centre's file to what the engines are given: the layout once, then one block for each day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from orm_sim.centre.centre_file import CentreFile, ContactType, Outage
from orm_sim.centre.gamma import gamma_quantile
from orm_sim.centre.law_terms import Given
from orm_sim.centre.skills.arrivals import draw_bodies, draw_first, draw_uniforms, moment_in_day, room_for
from orm_sim.centre.skills.layout import layout_of, work_laws
from orm_sim.centre.skills.outcome import Outcome
from orm_sim.centre.skills.plan import (
    ATTEMPT_BITS,
    CLEAR_QUEUE,
    INDEX_BITS,
    SERVE_QUEUE,
    TYPE_BITS,
    Block,
    Carry,
    Flags,
    Floats,
    Layout,
    Whole,
)
from orm_sim.centre.skills.rota import per_period, rota
from orm_sim.core.streams import Key, key
from orm_sim.core.units import SECONDS_PER_DAY, SECONDS_PER_HOUR

Run = Callable[[Block], Outcome]
"""An engine."""


@dataclass(frozen=True, slots=True, eq=False)
class Centre:
    """A centre ready to be simulated: the same for every replication but for the key of its draws.

    Attributes
    ----------
    file : CentreFile
    layout : Layout
        With the key (0, 0); a replication puts its own in.
    rates : float64[T, days, P]
        Expected first contacts in each period, busyness aside; 0 where arrivals are given.
    """

    file: CentreFile
    layout: Layout
    rates: Floats

    @classmethod
    def build(cls, file: CentreFile) -> Centre:
        """Lay out a file that has passed its checks."""
        days, n = file.horizon.days, file.n_periods
        per_hour = [per_period(kind.rate_per_hour or 0.0, days, n) for kind in file.contact_types]
        return cls(file, layout_of(file), np.array(per_hour) * (file.period_s / SECONDS_PER_HOUR))

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
        day_maker = _Days(self, seed, replication)
        carry = Carry.empty(day_maker.layout.n_groups, day_maker.layout.work_law.shape[1])
        for day in range(self.n_days):
            block = day_maker.block(day, carry)
            outcome = run(block)
            yield block, outcome
            carry = (
                outcome.carry if self.file.horizon.never_closes else day_maker.overnight(outcome.carry, day)
            )


class _Days:
    """The blocks of one replication, made day by day."""

    def __init__(self, centre: Centre, seed: int, replication: int) -> None:
        self.centre, self.file = centre, centre.file
        self.layout = replace(centre.layout, key=key(seed, replication, "contacts"))
        self.busyness_key: Key = key(seed, replication, "busyness")
        self.presence_key: Key = key(seed, replication, "presence")
        self.given_used = [0] * len(self.file.contact_types)
        self.staffed = [0] * len(self.file.agent_groups)

    def block(self, day: int, carry: Carry) -> Block:
        """One day's block."""
        horizon = self.file.horizon
        arrival, kind, ref, patience, work = self._contacts(day)
        order = np.argsort(arrival, kind="stable")
        at_s, group, agents = self._changes(day)
        start, until, blocks, drops = self._outages(day)
        return Block(
            layout=self.layout, arrival_s=arrival[order], type=kind[order], ref=ref[order],
            patience_s=patience[order], work_s=work[order],
            change_at_s=at_s, change_group=group, change_to=agents, outage_at_s=start, outage_until_s=until,
            outage_blocks=blocks, outage_drops=drops,
            closes_s=np.inf if horizon.never_closes else horizon.open_s,
            at_close=CLEAR_QUEUE if horizon.at_close == "clear_queue" else SERVE_QUEUE,
            end_s=SECONDS_PER_DAY if horizon.never_closes else np.inf,
            period_s=self.file.period_s, n_periods=self.file.n_periods, carry=carry,
        )  # fmt: skip

    def busyness(self, day: int) -> float:
        """The factor on every rate of a day."""
        if self.file.busyness is None:
            return 1.0
        drawn = np.empty(1)
        draw_uniforms(*self.busyness_key, 0, day, 0, drawn)
        shape = self.file.busyness.shape
        return gamma_quantile(shape, float(drawn[0])) / shape

    def _contacts(self, day: int) -> tuple[Floats, Whole, Whole, Floats, Floats]:
        """First attempts of a day, type after type: arrival, type, ref, patience and work."""
        layout, factor = self.layout, self.busyness(day)
        arrivals: list[Floats] = []
        bodies: list[tuple[Whole, Floats, Floats]] = []
        for t, kind in enumerate(self.file.contact_types):
            if kind.arrivals_s is None:
                expected = self.centre.rates[t, day] * factor
                arrival = np.empty(room_for(expected))
                n = draw_first(*layout.key, day, t, expected, self.file.period_s, arrival)
                arrival = arrival[:n]
            else:
                arrival = np.array(kind.arrivals_s, np.float64)
            refs = (((day << TYPE_BITS) | t) << (ATTEMPT_BITS + INDEX_BITS)) + np.arange(arrival.size)
            patience, work = np.empty(refs.size), np.empty((refs.size, layout.work_law.shape[1]))
            draw_bodies(
                layout.laws,
                layout.work_law[t],
                int(layout.patience_law[t]),
                *layout.key,
                refs,
                patience,
                work,
            )
            self._put_given(t, kind, patience, work)
            arrivals.append(arrival)
            bodies.append((refs, patience, work))
        types = np.repeat(np.arange(len(arrivals)), [each.size for each in arrivals])
        refs, patience, work = (np.concatenate(each) for each in zip(*bodies, strict=True))
        return np.concatenate(arrivals), types, refs, patience, work

    def _put_given(self, t: int, kind: ContactType, patience: Floats, work: Floats) -> None:
        """Values given in order of arrival, in place of drawn ones."""
        first, n = self.given_used[t], patience.size
        turn = np.arange(first, first + n)
        if isinstance(kind.patience, Given):
            patience[:] = np.take(kind.patience.values_s, turn, mode="wrap")
        for column, law in enumerate(work_laws(kind)):
            if isinstance(law, Given):
                work[:, column] = np.take(law.values_s, turn, mode="wrap") + kind.wrap_up_s
        self.given_used[t] += n

    def _changes(self, day: int) -> tuple[Floats, Whole, Whole]:
        """Moments of a day at which the number of agents changes, by time and then by group."""
        found: list[tuple[float, int, int]] = []
        for g, group in enumerate(self.file.agent_groups):
            before = self.staffed[g] if self.file.horizon.never_closes else 0
            for at_s, agents in rota(group, self.file, day, self.presence_key, g):
                if agents != before:
                    found.append((at_s, g, agents))
                before = agents
            self.staffed[g] = before
        found.sort(key=lambda each: each[:2])
        at, who, to = zip(*found, strict=True) if found else ((), (), ())
        return np.array(at, np.float64), np.array(who, np.int64), np.array(to, np.int64)

    def _outages(self, day: int) -> tuple[Floats, Floats, Flags, Flags]:
        """Outages of a day, with what is left of those that began on the days before."""
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
        return (
            np.array(start_s, np.float64), np.array(until_s, np.float64), np.array(blocks, np.bool_),
            np.array(drops, np.bool_),
        )  # fmt: skip

    def overnight(self, carry: Carry, day: int) -> Carry:
        """State at the next opening: attempts to come alone; those due while the centre is closed come on a
        later day, at a moment drawn for each like that day's first contacts.
        """
        due = carry.pending_due_s - SECONDS_PER_DAY
        if day + 1 < self.centre.n_days:
            factor = self.centre.rates[:, day + 1]
            for i in np.flatnonzero(due < 0.0):
                kind = int(carry.pending_type[i])
                due[i] = moment_in_day(
                    *self.layout.key, int(carry.pending_ref[i]), factor[kind], self.file.period_s
                )
        order = np.lexsort((carry.pending_ref, due))
        empty = Carry.empty(self.layout.n_groups, self.layout.work_law.shape[1])
        return replace(
            empty, pending_ref=carry.pending_ref[order], pending_type=carry.pending_type[order],
            pending_due_s=due[order], pending_patience_s=carry.pending_patience_s[order],
            pending_work_s=carry.pending_work_s[order],
        )  # fmt: skip


def _happens(outage: Outage, day: int) -> bool:
    return outage.day is None or outage.day == day
