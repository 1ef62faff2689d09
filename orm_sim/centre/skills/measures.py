"""Counts and sums of a replication, added up block by block, and the measures that are ratios of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from orm_sim.centre.centre_file import CentreFile
from orm_sim.centre.skills.outcome import (
    ABANDONED,
    ANSWERED,
    BALKED,
    BLOCKED,
    CLEARED,
    VOICEMAIL,
    Ends,
    Outcome,
)
from orm_sim.centre.skills.plan import INDEX_BITS, MAX_ATTEMPT, Block, Carry, Floats, Whole
from orm_sim.core.ahead import entry
from orm_sim.core.compiled import jit, jit_inline
from orm_sim.core.units import SECONDS_PER_DAY, SECONDS_PER_HOUR

ARRIVED, REDIALS, WITHIN, WAITED, WAIT_ANSWERED_S, WAIT_ALL_S, UNDECIDED = 0, 7, 8, 9, 10, 11, 12
N_COUNTS: Final = 13
"""Columns of the table by type and period: arrived · answered, abandoned, balked, blocked, cleared, voicemail at the
numbers of their states · redials · answered within · offered that waited · waits of answered · waits of offered ·
undecided."""
_GROUP_ANSWERED, _GROUP_WITHIN, _GROUP_WAIT_S = range(3)

BY_TYPE: Final = (
    "arrived", "offered", "answered", "answered_within", "abandoned", "balked", "blocked", "cleared", "voicemail",
    "undecided", "redials", "service_level", "abandonment_rate", "delay_probability", "asa_s", "mean_wait_s",
    "sum_wait_s", "aht_s",
)  # fmt: skip
"""Measures that every split by contact type and period has."""
BY_GROUP: Final = ("answered", "answered_within", "asa_s", "aht_s", "occupancy", "cost_busy", "cost_idle")
"""Measures that every split by agent group has."""
MEASURES: Final = (*BY_TYPE, "occupancy", "cost_busy", "cost_idle")
"""Measures of a centre, and of each period of its day; `cost_busy` is split by type too."""


class Tally:
    """Counts and sums of one replication; its size does not depend on the horizon.

    Attributes
    ----------
    counts : float64[T, P, N_COUNTS]
        Attempts by type and by the period of the day in which they arrived.
    answers : float64[G, P, 3]
        Answered, answered within and their waits, by group and period of arrival.
    busy_s, staffed_s : float64[G, P]
        Agents' time, when it is spent.
    handled_s : float64[T, G, P]
        Agents' time on contacts, by the period in which the contact arrived.
    """

    def __init__(self, file: CentreFile) -> None:
        n_types, n_groups, n_periods = len(file.contact_types), len(file.agent_groups), file.n_periods
        self.file = file
        self.counts = np.zeros((n_types, n_periods, N_COUNTS))
        self.answers = np.zeros((n_groups, n_periods, 3))
        self.busy_s, self.staffed_s = np.zeros((n_groups, n_periods)), np.zeros((n_groups, n_periods))
        self.handled_s = np.zeros((n_types, n_groups, n_periods))

    def add(self, block: Block, outcome: Outcome) -> None:
        """Count one block."""
        _count(
            outcome.ref, outcome.type, outcome.state, outcome.group, outcome.arrival_s, outcome.at_s,
            block.layout.threshold_s, block.period_s, self.counts, self.answers,
        )  # fmt: skip
        self._add_ends(block, outcome)
        self.busy_s += outcome.busy_s
        self.staffed_s += outcome.staffed_s

    def _add_ends(self, block: Block, outcome: Outcome) -> None:
        """Seconds of contacts that ended; where rows are in order, each arrival is found by its ref."""
        if not isinstance(outcome.ended, Ends):
            outcome.ended.add_handled(block.period_s, self.handled_s)
            return
        carry = block.carry
        known = np.concatenate([outcome.ref, carry.busy_ref, carry.waiting_ref])
        arrived = np.concatenate([outcome.arrival_s, carry.busy_arrival_s, carry.waiting_arrival_s])
        _add_handled(
            outcome.done_ref, outcome.done_type, outcome.done_group, outcome.done_start_s, outcome.done_end_s,
            known, arrived, np.full(2 << known.size.bit_length(), -1), block.period_s, self.handled_s,
        )  # fmt: skip

    def close(self, carry: Carry) -> None:
        """Count what the last block of a centre that never closes leaves undecided: those in line wait until then,
        those in service are handled until then.
        """
        first = np.isnan(carry.waiting_first_start_s)
        refs, types = carry.waiting_ref[first], carry.waiting_type[first]
        undecided = np.zeros(refs.size, np.int64)
        _count(
            refs, types, undecided, undecided - 1, carry.waiting_arrival_s[first], np.zeros(refs.size),
            np.zeros(self.counts.shape[0]), self.file.period_s, self.counts, self.answers,
        )  # fmt: skip
        _add_handled(
            carry.busy_ref, carry.busy_type, carry.busy_group, carry.busy_start_s,
            np.zeros(carry.busy_ref.size), carry.busy_ref, carry.busy_arrival_s,
            np.full(2 << carry.busy_ref.size.bit_length(), -1), self.file.period_s, self.handled_s,
        )  # fmt: skip

    def measures(self) -> Iterator[tuple[str, float]]:
        """Every measure with every split: `answered`, `answered[type=sales,period=3]`, `occupancy[group=english]`."""
        file = self.file
        cost = np.array([group.cost_per_hour for group in file.agent_groups]) / SECONDS_PER_HOUR
        yield from _of_contacts(self.counts.sum(axis=(0, 1)), self.handled_s.sum(), "")
        yield from _of_time(self.busy_s.sum(axis=1), self.staffed_s.sum(axis=1), cost, "")
        by_type = self.handled_s.sum(axis=2)
        for t, kind in enumerate(file.contact_types):
            yield from _of_contacts(self.counts[t].sum(axis=0), by_type[t].sum(), f"[type={kind.name}]")
            yield f"cost_busy[type={kind.name}]", float(by_type[t] @ cost)
        yield from self._of_groups(cost)
        yield from self._of_periods(cost)

    def _of_groups(self, cost: Floats) -> Iterator[tuple[str, float]]:
        """Splits by group, and by vendor and site where groups name one."""
        groups = self.file.agent_groups
        splits = [(f"[group={group.name}]", [g]) for g, group in enumerate(groups)]
        for tag in ("vendor", "site"):
            named = [getattr(group, tag) for group in groups]
            for name in dict.fromkeys(each for each in named if each is not None):
                splits.append((f"[{tag}={name}]", [g for g, each in enumerate(named) if each == name]))
        handled = self.handled_s.sum(axis=(0, 2))
        busy, staffed = self.busy_s.sum(axis=1), self.staffed_s.sum(axis=1)
        for split, members in splits:
            yield from _of_answers(self.answers[members].sum(axis=(0, 1)), handled[members].sum(), split)
            yield from _of_time(busy[members], staffed[members], cost[members], split)

    def _of_periods(self, cost: Floats) -> Iterator[tuple[str, float]]:
        """Splits by period of the day, counted from 0, and by type or group and period."""
        types, groups = self.file.contact_types, self.file.agent_groups
        by_type, by_group = self.handled_s.sum(axis=1), self.handled_s.sum(axis=0)
        for period in range(self.counts.shape[1]):
            counts, here = self.counts[:, period], f"period={period}"
            busy, staffed = self.busy_s[:, period], self.staffed_s[:, period]
            yield from _of_contacts(counts.sum(axis=0), by_type[:, period].sum(), f"[{here}]")
            yield from _of_time(busy, staffed, cost, f"[{here}]")
            for t, kind in enumerate(types):
                yield from _of_contacts(counts[t], by_type[t, period], f"[type={kind.name},{here}]")
            for g, group in enumerate(groups):
                split, one = f"[group={group.name},{here}]", slice(g, g + 1)
                yield from _of_answers(self.answers[g, period], by_group[g, period], split)
                yield from _of_time(busy[one], staffed[one], cost[one], split)


def _of_contacts(counts: Floats, handled_s: float, split: str) -> Iterator[tuple[str, float]]:
    """Measures of contacts, in the order of `BY_TYPE`."""
    offered = counts[ARRIVED] - counts[BLOCKED] - counts[BALKED]
    values = (
        counts[ARRIVED], offered, counts[ANSWERED], counts[WITHIN], counts[ABANDONED], counts[BALKED],
        counts[BLOCKED], counts[CLEARED], counts[VOICEMAIL], counts[UNDECIDED], counts[REDIALS],
        _ratio(counts[WITHIN], offered), _ratio(counts[ABANDONED], offered), _ratio(counts[WAITED], offered),
        _ratio(counts[WAIT_ANSWERED_S], counts[ANSWERED]), _ratio(counts[WAIT_ALL_S], offered), counts[WAIT_ALL_S],
        _ratio(handled_s, counts[ANSWERED]),
    )  # fmt: skip
    for name, value in zip(BY_TYPE, values, strict=True):
        yield name + split, float(value)


def _of_answers(answers: Floats, handled_s: float, split: str) -> Iterator[tuple[str, float]]:
    """Measures of the contacts that some groups answered."""
    answered, within, wait_s = answers.tolist()
    yield f"answered{split}", answered
    yield f"answered_within{split}", within
    yield f"asa_s{split}", _ratio(wait_s, answered)
    yield f"aht_s{split}", _ratio(handled_s, answered)


def _of_time(
    busy_s: Floats, staffed_s: Floats, cost_per_s: Floats, split: str
) -> Iterator[tuple[str, float]]:
    """Measures of some groups' time, float64[groups]."""
    yield f"occupancy{split}", _ratio(busy_s.sum(), staffed_s.sum())
    yield f"cost_busy{split}", float(busy_s @ cost_per_s)
    yield f"cost_idle{split}", float((staffed_s - busy_s) @ cost_per_s)


def _ratio(top: float, bottom: float) -> float:
    """A quotient; nan where nothing is counted below."""
    return float(top / bottom) if bottom > 0.0 else float("nan")


def replication_measures(file: CentreFile, days: Iterable[tuple[Block, Outcome]]) -> dict[str, float]:
    """Measures of one replication from its blocks."""
    tally = Tally(file)
    carry: Carry | None = None
    for block, outcome in days:
        tally.add(block, outcome)
        carry = outcome.carry
    if carry is not None and file.horizon.never_closes:
        tally.close(carry)
    return dict(tally.measures())


@entry
@jit
def _count(
    ref: Whole, kind: Whole, state: Whole, group: Whole, arrival_s: Floats, at_s: Floats, threshold_s: Floats,
    period_s: float, counts: Floats, answers: Floats,
) -> None:  # fmt: skip
    """Add decided attempts to the tables; a state of 0 is one not yet decided."""
    for i in range(ref.size):
        t = kind[i]
        count_one(
            ref[i], t, state[i], group[i], arrival_s[i], at_s[i], threshold_s[t], period_s, counts, answers
        )


@jit_inline
def count_one(
    ref: int, t: int, what: int, group: int, arrival: float, at: float, threshold: float, period_s: float,
    counts: Floats, answers: Floats,
) -> None:  # fmt: skip
    """Add an attempt to the tables; its state is 0 if it is not yet decided."""
    period = period_of(arrival, period_s, counts.shape[1] - 1)
    row = counts[t, period]
    row[ARRIVED] += 1.0
    row[what if what > 0 else UNDECIDED] += 1.0
    if (ref >> INDEX_BITS) & MAX_ATTEMPT > 0:
        row[REDIALS] += 1.0
    if what in (BALKED, BLOCKED):
        return
    wait = at - arrival
    row[WAIT_ALL_S] += wait
    if wait > 0.0:
        row[WAITED] += 1.0
    if what == ANSWERED:
        within = 1.0 if wait <= threshold else 0.0
        row[WITHIN] += within
        row[WAIT_ANSWERED_S] += wait
        answers[group, period, _GROUP_ANSWERED] += 1.0
        answers[group, period, _GROUP_WITHIN] += within
        answers[group, period, _GROUP_WAIT_S] += wait


@jit
def period_of(arrival_s: float, period_s: float, last: int) -> int:
    """The period of the day in which a contact arrived, perhaps on a day before the block's."""
    since = arrival_s if arrival_s >= 0.0 else arrival_s % SECONDS_PER_DAY
    return min(int(since / period_s), last)


@entry
@jit
def _add_handled(
    ref: Whole, kind: Whole, group: Whole, start_s: Floats, end_s: Floats, known: Whole, arrival_s: Floats,
    places: Whole, period_s: float, total: Floats,
) -> None:  # fmt: skip
    """Add end - start of each to its type, group and period of arrival, which stands beside its ref in `known`.

    `places` is room for finding a ref there: all -1, at least twice as many as `known`, a power of two.
    """
    last, mask = total.shape[2] - 1, places.size - 1
    for i in range(known.size):
        place = _scattered(known[i]) & mask
        while places[place] >= 0 and known[places[place]] != known[i]:
            place = (place + 1) & mask
        places[place] = i
    for i in range(ref.size):
        place = _scattered(ref[i]) & mask
        while places[place] >= 0 and known[places[place]] != ref[i]:
            place = (place + 1) & mask
        if places[place] < 0:
            raise ValueError("a contact ended that neither was answered nor came from an earlier block")
        period = period_of(arrival_s[places[place]], period_s, last)
        total[kind[i], group[i], period] += end_s[i] - start_s[i]


@jit
def _scattered(ref: int) -> int:
    """A number whose low bits differ for neighbours: of products with odd numbers, the upper of 32 bits."""
    low, high = ref & ((1 << INDEX_BITS) - 1), (ref >> INDEX_BITS) & 0x7FFFFFFF
    mixed = (low * 0x9E3779B1) ^ (high * 0x85EBCA6B)
    return (mixed >> 15) ^ (mixed & 0x7FFF)
