"""The two pools: inbound contacts through the engine and their aftermath, and the outbound dial list, day by day.

A pool is a fold over days: its state after a day follows from the duties of all days so far and from nothing else.
`Remembered` uses that: options of one replication that have lived the same days so far share the work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre import Engine, kernel
from orm_sim.centre.interrupted import run_interrupted
from orm_sim.centre.outcome import ANSWERED, DayOutcome
from orm_sim.centre.plan import NOTHING, Carry, DayPlan
from orm_sim.demand.inbound import Contacts
from orm_sim.demand.leads import (
    KEPT_DAYS,
    apply_attempts,
    attempt_fates,
    dial_list,
    expected_attempt_s,
    sale_life,
    sum_sales,
)
from orm_sim.kpi.counters import LAGS
from orm_sim.simulation.duty import InboundDuty, OutboundDuty, agents
from orm_sim.simulation.fates import FIELDS, aftermath, merge_contacts, take_share
from orm_sim.simulation.history import Counts, Struck, places, rows
from orm_sim.simulation.pool_days import Aftermath, Dialling, in_pairs, inbound_day, outbound_day
from orm_sim.simulation.setting import Setting

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
D_contra = TypeVar("D_contra", contravariant=True)
D = TypeVar("D")
_WHOLE = 1.0 - 1e-12
"""A share from which on all contacts are meant."""
_NONE = np.empty(0, np.int64)
_NOBODY: Contacts = (np.empty(0), np.empty(0), np.empty(0), _NONE)
_INBOUND = rows(*FIELDS)
_OUTBOUND = rows("attempts", "reached", "sales_gross", "handled_s", "busy_s", "staffed_s", "sales_net")
_KEPT = rows("sales_kept")
_UNEARNED = [rows(name) for name in LAGS]


class Pool(Protocol[D_contra]):
    """A fold over days."""

    def live(self, day: int, duties: tuple[D_contra, ...]) -> Counts:
        """Live one day with whoever is on duty; what it adds to the counters."""
        ...


class Remembered(Generic[D]):
    """A pool whose days are looked up before they are lived.

    The memory maps (state, day, duties) to (next state, counts), a state being the number of a chain of days. On a
    chain nobody has lived before, the pool is rebuilt from the days so far and lives on by itself.
    """

    def __init__(
        self,
        make: Callable[[], Pool[D]],
        memory: dict[tuple[int, int, tuple[D, ...]], tuple[int, Counts]],
    ) -> None:
        self._make = make
        self._memory = memory
        self._pool: Pool[D] | None = None
        self._days: list[tuple[int, tuple[D, ...]]] = []
        self._lived = 0
        self._state = 0

    def live(self, day: int, duties: tuple[D, ...]) -> Counts:
        """Live or look up one day."""
        key = (self._state, day, duties)
        found = self._memory.get(key)
        if found is None:
            if self._pool is None:
                self._pool = self._make()
            for earlier in self._days[self._lived :]:
                self._pool.live(*earlier)
            found = (len(self._memory) + 1, self._pool.live(day, duties))
            self._memory[key] = found
            self._lived = len(self._days) + 1
        self._days.append((day, duties))
        self._state, counts = found
        return counts

    def release(self) -> None:
        """Forget the pool's state: tens of megabytes that the cycles of a finished environment would keep."""
        self._pool, self._lived = None, 0


class InboundPool:
    """Inbound contacts of all operators, with those who come back."""

    def __init__(self, setting: Setting, engine: Engine) -> None:
        self._setting = setting
        self._engine = engine
        self._carry: dict[str, Carry] = {}
        self._due: dict[int, list[Whole]] = defaultdict(list)
        self._where: dict[tuple[str, int], Whole] = {}
        self._after = _after(setting)

    def live(self, day: int, duties: tuple[InboundDuty, ...]) -> Counts:
        """Replay one day: shares sum to 1; an operator without a share still finishes what it carries."""
        due = self._due.pop(day, [])
        back = np.concatenate(due) if due else _NONE
        demand = self._setting.demand
        first = demand.first_contacts(day)
        if (alone := self._alone(duties)) is not None and (first[3].size or back.size):
            return self._in_one(day, alone, first, back)
        contacts = first, demand.comebacks(day, back)
        counts: list[Counts] = []
        low = 0.0
        for duty in duties:
            mine = self._share_of(contacts, low, low + duty.share, duty.handle_factor)
            low += duty.share
            if mine[3].size or duty.operator in self._carry:
                counts.append(self._replay(day, duty, mine))
        return _joined(counts)

    def _alone(self, duties: tuple[InboundDuty, ...]) -> InboundDuty | None:
        """The operator to whom all contacts of a day go, where the day can be lived in one compiled call."""
        works = [duty for duty in duties if duty.share or duty.operator in self._carry]
        if self._engine is not kernel.run or len(works) != 1 or works[0].down or works[0].cuts:
            return None
        return works[0] if works[0].share >= _WHOLE else None

    def _in_one(self, day: int, duty: InboundDuty, first: Contacts, back: Whole) -> Counts:
        demand, carry = self._setting.demand, self._carry.get(duty.operator, NOTHING)
        sums, refs, ends, left = inbound_day(
            demand.laws, self._after, back, demand.plan.rates[day], *first, duty.handle_factor, agents(duty.staffed),
            duty.fcr, carry.waiting_arrival_s, carry.waiting_handle_s, carry.waiting_deadline_s, carry.waiting_ref,
            carry.busy_end_s,
        )  # fmt: skip
        _keep(self._carry, duty.operator, Carry(*left))
        self._come_back(day, refs, ends)
        return Counts(self._places(duty.operator, day), sums)

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
            carry=self._carry.get(duty.operator, Carry.empty()),
        )  # fmt: skip
        if duty.down:
            return self._interrupted(day, duty, plan)
        outcome = self._engine(plan)
        _keep(self._carry, duty.operator, outcome.carry)
        return Counts(self._places(duty.operator, day), self._aftermath(day, duty, outcome))

    def _interrupted(self, day: int, duty: InboundDuty, plan: DayPlan) -> Counts:
        """A day on which the platform fails; a contact that is cut off settles nothing."""
        lived = run_interrupted(self._engine, plan, duty.down)
        outcome, cut = lived.outcome, lived.cut
        _keep(self._carry, duty.operator, outcome.carry)
        sums = self._aftermath(day, duty, _only(outcome, ~cut))
        if cut.any():
            unsettled = duty._replace(fcr=0.0)
            sums = sums + self._aftermath(day, unsettled, _without_counts(_only(outcome, cut)))
        month = int(self._setting.days.month[day])
        struck = Struck(duty.operator, month, lived.blocked, int(cut.sum()) + lived.cut_before)
        return Counts(self._places(duty.operator, day), sums, (struck,))

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


class OutboundPool:
    """Leads of the term and the calls made on them; operators call from one list in turn."""

    def __init__(self, setting: Setting, engine: Engine) -> None:
        self._setting = setting
        self._engine = engine
        n, attempts = setting.leads.release_day.size, setting.programme.outbound.max_attempts
        self._attempts = np.zeros(n, np.int8)
        self._queue = np.empty(n * attempts, np.int32)
        self._queue_due = np.empty(n * attempts, np.int32)
        self._where: dict[tuple[str, int, int], Whole] = {}
        self._opening, self._endless = np.empty(0), np.empty(0)
        self._head = self._tail = self._fresh = 0
        self._carry: dict[str, Carry] = {}
        self._mean_s = expected_attempt_s(setting.programme.outbound, setting.programme.shapes.outbound)
        self._terms = _dialling(setting)

    def live(self, day: int, duties: tuple[OutboundDuty, ...]) -> Counts:
        """Call for one day with whoever is on duty."""
        counts: list[Counts] = []
        for duty in duties:
            if duty.operator in self._carry or agents(duty.staffed).any():
                counts.append(self._call(day, duty))
        return _joined(counts)

    def _call(self, day: int, duty: OutboundDuty) -> Counts:
        outbound = self._setting.programme.outbound
        staffed = agents(duty.staffed)
        on_duty = int(staffed.sum())
        most = int(on_duty * 1800.0 / self._mean_s / duty.handle_factor * 1.06) + 60 if on_duty else 0
        if self._engine is kernel.run:
            return self._in_one(day, duty, staffed, most)
        while True:
            called, position, n_follow_ups = dial_list(
                self._setting.leads.release_day, self._fresh, self._queue, self._queue_due, self._head, self._tail,
                day, outbound.window_days, most,
            )  # fmt: skip
            handle, fate, outcome = self._dial(duty, staffed, called)
            made = int(np.count_nonzero(outcome.state == ANSWERED))
            if made < most or not most:
                break
            most *= 2  # calls were short today: callers ran out of a list that had been cut
        _keep(self._carry, duty.operator, outcome.carry.without_waiting())
        self._advance(position, n_follow_ups, made)
        return self._book(day, duty, outcome, called[:made], fate[:made], in_pairs(handle[:made]))

    def _in_one(self, day: int, duty: OutboundDuty, staffed: Whole, most: int) -> Counts:
        busy_end_s = self._carry.get(duty.operator, NOTHING).busy_end_s
        values, left, self._head, self._tail, self._fresh = outbound_day(
            self._terms, self._attempts, self._queue, self._queue_due, self._head, self._tail, self._fresh, day,
            self._setting.days.month, staffed, duty.handle_factor, duty.conversion_factor, self._cancelled(duty), most,
            busy_end_s,
        )  # fmt: skip
        if left.size:
            self._carry[duty.operator] = replace(NOTHING, busy_end_s=left)
        else:
            self._carry.pop(duty.operator, None)
        return Counts(self._where_to(day, duty.operator), values)

    def _dial(self, duty: OutboundDuty, staffed: Whole, called: Whole) -> tuple[Floats, Whole, DayOutcome]:
        """Handle time and fate of an attempt on each lead, and how far down the list the callers come."""
        outbound, leads = self._setting.programme.outbound, self._setting.leads
        if called.size > self._opening.size:
            self._opening = np.full(2 * called.size, outbound.opens_hour * 3600.0)
            self._endless = np.full(2 * called.size, np.inf)
        handle, fate = attempt_fates(
            *leads.stream, called, self._attempts, leads.quality, leads.conversion, duty.conversion_factor,
            outbound.contact_rate, outbound.attempt_s, outbound.wrap_s, 1.0 / duty.handle_factor,
            leads.talk_log_mean, leads.talk_log_sd,
        )  # fmt: skip
        plan = DayPlan(
            arrival_s=self._opening[: called.size], handle_s=handle, patience_s=self._endless[: called.size],
            staffed=staffed, threshold_s=0.0, carry=self._carry.get(duty.operator, Carry.empty()),
        )  # fmt: skip
        return handle, fate, self._engine(plan)

    def _advance(self, position: Whole, n_follow_ups: int, made: int) -> None:
        """Calls are made in the order of the list, so those made are its beginning."""
        if made > 0:
            if min(made, n_follow_ups) > 0:
                self._head = int(position[min(made, n_follow_ups) - 1]) + 1
            if made > n_follow_ups:
                self._fresh = int(position[made - 1]) + 1

    def _book(
        self, day: int, duty: OutboundDuty, outcome: DayOutcome, called: Whole, fate: Whole, handled_s: float
    ) -> Counts:
        outbound, leads = self._setting.programme.outbound, self._setting.leads
        reached, sold, self._tail = apply_attempts(
            called, fate, self._attempts, self._queue, self._queue_due, self._tail,
            day + outbound.retry_days, outbound.max_attempts,
        )  # fmt: skip
        month = self._setting.days.month
        life = sale_life(*leads.stream, sold, outbound.funded_share, self._cancelled(duty), KEPT_DAYS)
        seconds = (handled_s, in_pairs(outcome.busy_s), in_pairs(outcome.staffed_s))
        work = np.array([called.size, reached, sold.size, *seconds])
        return Counts(
            self._where_to(day, duty.operator),
            np.concatenate((work, sum_sales(life, day, month, KEPT_DAYS))),
        )

    def _cancelled(self, duty: OutboundDuty) -> float:
        """Share of a day's sales that are cancelled by day 90, those made under pressure included."""
        usual = self._setting.programme.outbound.cancelled_by_day_90
        return usual + duty.unfit * (1.0 - usual)

    def _where_to(self, day: int, operator: str) -> Whole:
        month = self._setting.days.month
        return self._places(operator, int(month[day]), int(month[day + KEPT_DAYS]))

    def _places(self, operator: str, month: int, kept_in: int) -> Whole:
        """Where a day's counts go: today's month, the month of day 90, and the months in which sales are cancelled."""
        key = (operator, month, kept_in)
        if key not in self._where:
            n_months = self._setting.days.n_months_with_run_off
            unearned = [
                places(operator, "outbound", _UNEARNED[lag], month + lag, n_months)
                for lag in range(len(LAGS))
            ]
            kept = places(operator, "outbound", _KEPT, kept_in, n_months)
            today = places(operator, "outbound", _OUTBOUND, month, n_months)
            self._where[key] = np.concatenate([today, kept, *unearned])
        return self._where[key]


def _after(setting: Setting) -> Aftermath:
    inbound = setting.programme.inbound
    mood, resolution = inbound.satisfaction, inbound.resolution
    return Aftermath(
        inbound.service.threshold_s, resolution.return_share, resolution.return_within_days, mood.survey_share,
        mood.resolved, mood.loss_unresolved, mood.loss_per_minute_waited,
    )  # fmt: skip


def _dialling(setting: Setting) -> Dialling:
    outbound, leads = setting.programme.outbound, setting.leads
    return Dialling(
        *leads.stream, leads.release_day, leads.quality, leads.conversion, leads.talk_log_mean, leads.talk_log_sd,
        outbound.window_days, outbound.retry_days, outbound.max_attempts, outbound.contact_rate, outbound.attempt_s,
        outbound.wrap_s, outbound.opens_hour * 3600.0, outbound.funded_share,
    )  # fmt: skip


def _keep(carries: dict[str, Carry], operator: str, carry: Carry) -> None:
    """Remember what an operator carries over midnight; one that carries nothing need not be asked tomorrow."""
    if carry.busy_end_s.size or carry.waiting_ref.size:
        carries[operator] = carry
    else:
        carries.pop(operator, None)


def _joined(counts: list[Counts]) -> Counts:
    """Counts at different places as one."""
    if len(counts) == 1:
        return counts[0]
    if not counts:
        return Counts(_NONE, np.empty(0))
    return Counts(
        np.concatenate([c.places for c in counts]),
        np.concatenate([c.values for c in counts]),
        sum((c.struck for c in counts), ()),
    )


def _only(outcome: DayOutcome, which: NDArray[np.bool_]) -> DayOutcome:
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
