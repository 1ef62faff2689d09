"""The pool of inbound contacts: through the engine, and what follows from them, day by day or many days in one call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre import Engine, kernel
from orm_sim.centre.interrupted import run_interrupted
from orm_sim.centre.outcome import DayOutcome
from orm_sim.centre.plan import NOTHING, Carry, DayPlan
from orm_sim.demand.inbound import Contacts
from orm_sim.simulation.duty import InboundDuty, agents, rosters
from orm_sim.simulation.fates import FIELDS, aftermath, merge_contacts, take_share
from orm_sim.simulation.history import Counts, Struck, places, rows
from orm_sim.simulation.pool_days import Aftermath, inbound_days
from orm_sim.simulation.setting import Setting

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Frozen = tuple[Any, ...]
"""The state of a pool between two days."""
_WHOLE = 1.0 - 1e-12
"""A share from which on all contacts are meant."""
_NONE = np.empty(0, np.int64)
_NOBODY: Contacts = (np.empty(0), np.empty(0), np.empty(0), _NONE)
_INBOUND = rows(*FIELDS)


class Desk(Protocol):
    """A vendor's queue that contacts leave for another's, or to which others' contacts come."""

    @property
    def expects(self) -> bool:
        """Whether contacts of others come today."""
        ...

    def planned(self, plan: DayPlan, factor: float) -> DayPlan:
        """The day with them, and without patience beyond the wait after which own contacts leave.

        `factor` is that by which the vendor multiplies handle times.
        """
        ...

    def apart(self, outcome: DayOutcome) -> tuple[DayOutcome, DayOutcome | None]:
        """What the day has come to for own contacts and, where there were any, for those of others."""
        ...

    def took(self, sums: Floats) -> None:
        """What follows from others' contacts that were answered; in the order of `FIELDS`."""
        ...


class InboundPool:
    """Inbound contacts of all operators, with those who come back.

    Several vendors' pools have comebacks in common (`due`); the vendor's queue may be open to others (`desk`).
    """

    def __init__(
        self,
        setting: Setting,
        engine: Engine,
        due: dict[int, list[Whole]] | None = None,
        desk: Desk | None = None,
    ) -> None:
        self._desk = desk
        self._setting = setting
        self._engine = engine
        self._carry: dict[str, Carry] = {}
        self._due = defaultdict(list) if due is None else due
        self._where: dict[tuple[str, int], Whole] = {}
        self._after = _after(setting)

    def live(self, first: int, duties: tuple[tuple[InboundDuty, ...], ...]) -> list[Counts]:
        """Replay days: shares of a day sum to 1; an operator without a share still finishes what it carries."""
        counts: list[Counts] = []
        at = 0
        while at < len(duties):
            if (alone := self._alone(duties[at])) is None:
                counts += self._by_step(first + at, duties[at])
                at += 1
                continue
            mine = [alone]
            for later in duties[at + 1 :]:
                duty = self._alone(later)
                if duty is None or duty.operator != alone.operator:
                    break
                mine.append(duty)
            counts += self._in_one(first, at, duties, mine)
            at += len(mine)
        return counts

    def freeze(self) -> Frozen:
        """Carries and those who come back."""
        return dict(self._carry), {day: list(refs) for day, refs in self._due.items()}

    def thaw(self, state: Frozen) -> None:
        """Go on from frozen carries and comebacks."""
        carry, due = state
        self._carry = dict(carry)
        self._due = defaultdict(list, {day: list(refs) for day, refs in due.items()})

    def _by_step(self, day: int, duties: tuple[InboundDuty, ...]) -> list[Counts]:
        due = self._due.pop(day, [])
        back = np.concatenate(due) if due else _NONE
        demand = self._setting.demand
        return self.serve(day, duties, (demand.first_contacts(day), demand.comebacks(day, back)))

    def serve(
        self,
        day: int,
        duties: tuple[InboundDuty, ...],
        contacts: tuple[Contacts, Contacts],
        low: float = 0.0,
    ) -> list[Counts]:
        """Replay one day of first contacts and of those who come back: the shares of these operators from `low` on."""
        counts: list[Counts] = []
        for duty in duties:
            mine = self._share_of(contacts, low, low + duty.share, duty.handle_factor)
            low += duty.share
            visited = self._desk is not None and duty.operator == "vendor" and self._desk.expects
            if mine[3].size or visited or duty.operator in self._carry:
                counts.append(self._replay(day, duty, mine))
        return counts

    def _alone(self, duties: tuple[InboundDuty, ...]) -> InboundDuty | None:
        """The operator to whom all contacts of a day go, where the day can be lived in one compiled call."""
        works = [duty for duty in duties if duty.share or duty.operator in self._carry]
        if self._engine is not kernel.run or len(works) != 1:
            return None
        if works[0].down or works[0].cuts or works[0].passes:
            return None
        return works[0] if works[0].share >= _WHOLE else None

    def _in_one(
        self, first: int, at: int, duties: tuple[tuple[InboundDuty, ...], ...], mine: list[InboundDuty]
    ) -> list[Counts]:
        """The days of one operator from place `at` of a stretch on."""
        demand, operator, begin = self._setting.demand, mine[0].operator, first + at
        contacts, ends = demand.stretch(first, first + len(duties))
        due, n_due = self._table_of_due(begin)
        carry = self._carry.get(operator, NOTHING)
        sums, due, n_due, left = inbound_days(
            demand.laws, self._after, begin, demand.plan.rates, *contacts, ends[at : at + len(mine) + 1],
            np.array([duty.handle_factor for duty in mine]), rosters(mine), np.array([duty.fcr for duty in mine]),
            due, n_due, carry.waiting_arrival_s, carry.waiting_handle_s, carry.waiting_deadline_s, carry.waiting_ref,
            carry.busy_end_s,
        )  # fmt: skip
        keep(self._carry, operator, Carry(*left))
        behind = begin + len(mine)
        for day in range(behind, behind + n_due.size):
            if n := int(n_due[day % n_due.size]):
                self._due[day] = [due[day % n_due.size, :n].copy()]
        return [
            self._counts(operator, days[0], sums[days[0] - begin : days[-1] + 1 - begin])
            for days in _by_month(range(begin, behind), self._setting.days.month)
        ]

    def _table_of_due(self, day: int) -> tuple[Whole, Whole]:
        """Those who come back from a day on, as `inbound_days` takes them; they are forgotten here."""
        rows = self._after.return_days + 1
        lists = [self._due.pop(day + later, []) for later in range(rows)]
        sizes = [sum(refs.size for refs in each) for each in lists]
        due, n_due = np.empty((rows, max(256, 2 * max(sizes))), np.int64), np.empty(rows, np.int64)
        for later, (each, size) in enumerate(zip(lists, sizes, strict=True)):
            row = (day + later) % rows
            n_due[row] = size
            if each:
                due[row, :size] = np.concatenate(each)
        return due, n_due

    def _share_of(
        self, contacts: tuple[Contacts, Contacts], low: float, high: float, factor: float
    ) -> Contacts:
        first, back = contacts
        if high <= low:
            return _NOBODY
        if high - low >= _WHOLE:
            return merge_contacts(*first, *back, factor)
        stream = self._setting.demand.stream
        upper = 1.1 if high >= _WHOLE else high
        mine = take_share(stream[0], stream[1], *first, low, upper, factor)
        again = take_share(stream[0], stream[1], *back, low, upper, factor)
        return merge_contacts(*mine, *again, 1.0)

    def _replay(self, day: int, duty: InboundDuty, mine: Contacts) -> Counts:
        arrival, handle, patience, ref = mine
        if duty.cuts:
            patience = np.minimum(patience, self._setting.programme.inbound.service.threshold_s)
        plan = DayPlan(
            arrival_s=arrival, handle_s=handle, patience_s=patience, ref=ref, staffed=agents(duty.staffed),
            threshold_s=self._setting.programme.inbound.service.threshold_s,
            carry=self._carry.get(duty.operator, Carry.empty()), in_time_first=duty.passes,
        )  # fmt: skip
        if duty.down:
            return self._interrupted(day, duty, plan)
        if self._desk is not None and duty.operator == "vendor":
            return self._with_others(day, duty, plan, self._desk)
        outcome = self._engine(plan)
        keep(self._carry, duty.operator, outcome.carry)
        return self._counts(duty.operator, day, self._aftermath(day, duty, outcome))

    def _with_others(self, day: int, duty: InboundDuty, plan: DayPlan, desk: Desk) -> Counts:
        """A day on which contacts leave for another vendor's queue, or come from one."""
        outcome = self._engine(desk.planned(plan, duty.handle_factor))
        keep(self._carry, duty.operator, outcome.carry)
        own, others = desk.apart(outcome)
        sums = self._aftermath(day, duty, own)
        if others is not None:
            desk.took(self._aftermath(day, duty, _without_counts(others)))
        return self._counts(duty.operator, day, sums)

    def _interrupted(self, day: int, duty: InboundDuty, plan: DayPlan) -> Counts:
        """A day on which the platform fails; a contact that is cut off settles nothing."""
        lived = run_interrupted(self._engine, plan, duty.down)
        outcome, cut = lived.outcome, lived.cut
        keep(self._carry, duty.operator, outcome.carry)
        sums = self._aftermath(day, duty, only(outcome, ~cut))
        if cut.any():
            unsettled = duty._replace(fcr=0.0)
            sums = sums + self._aftermath(day, unsettled, _without_counts(only(outcome, cut)))
        month = int(self._setting.days.month[day])
        struck = Struck(duty.operator, month, lived.blocked, int(cut.sum()) + lived.cut_before)
        return self._counts(duty.operator, day, sums, (struck,))

    def _counts(self, operator: str, day: int, values: Floats, struck: tuple[Struck, ...] = ()) -> Counts:
        return Counts(self._places(operator, day), values, struck, day if operator == "vendor" else None)

    def _places(self, operator: str, day: int) -> Whole:
        days = self._setting.days
        key = (operator, int(days.month[day]))
        if key not in self._where:
            self._where[key] = places(operator, "inbound", _INBOUND, key[1], days.n_months_with_run_off)
        return self._where[key]

    def _aftermath(self, day: int, duty: InboundDuty, outcome: DayOutcome) -> Floats:
        after = self._after
        sums, refs, ends = aftermath(
            *self._setting.demand.stream, outcome.ref, outcome.state, outcome.wait_s, outcome.start_s, outcome.end_s,
            outcome.counts, outcome.waits_s, outcome.busy_s, outcome.staffed_s,
            duty.fcr, after.return_share, after.return_days, after.survey_share, after.satisfied_resolved,
            after.loss_unresolved, after.loss_per_minute,
        )  # fmt: skip
        self._come_back(day, refs, ends)
        return sums

    def _come_back(self, day: int, refs: Whole, ends: Whole) -> None:
        """Note who comes back on which of the next days; see `aftermath`."""
        begin = 0
        for days, end in enumerate(ends.tolist()):
            if end > begin:
                self._due[day + days].append(refs[begin:end])
            begin = end


def _after(setting: Setting) -> Aftermath:
    inbound = setting.programme.inbound
    mood, resolution = inbound.satisfaction, inbound.resolution
    return Aftermath(
        inbound.service.threshold_s, resolution.return_share, resolution.return_within_days, mood.survey_share,
        mood.resolved, mood.loss_unresolved, mood.loss_per_minute_waited,
    )  # fmt: skip


def _by_month(days: range, month: Whole) -> Iterator[list[int]]:
    """The days of each billing month."""
    for _, group in groupby(days, lambda day: int(month[day])):
        yield list(group)


def keep(carries: dict[str, Carry], operator: str, carry: Carry) -> None:
    """Remember what an operator carries over midnight; one that carries nothing need not be asked tomorrow."""
    if carry.busy_end_s.size or carry.waiting_ref.size:
        carries[operator] = carry
    else:
        carries.pop(operator, None)


def only(outcome: DayOutcome, which: NDArray[np.bool_]) -> DayOutcome:
    """An outcome with some of its contacts one by one, and the counts of all."""
    return replace(
        outcome, ref=outcome.ref[which], state=outcome.state[which], wait_s=outcome.wait_s[which],
        start_s=outcome.start_s[which], end_s=outcome.end_s[which],
    )  # fmt: skip


def _without_counts(outcome: DayOutcome) -> DayOutcome:
    """An outcome whose counts have been taken already."""
    return replace(
        outcome, counts=0 * outcome.counts, waits_s=0.0 * outcome.waits_s, busy_s=0.0 * outcome.busy_s,
        staffed_s=0.0 * outcome.staffed_s,
    )  # fmt: skip
