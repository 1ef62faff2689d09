"""The outbound list: who is called on a day and what becomes of it, day by day or many days in one call."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre import Engine, kernel
from orm_sim.centre.outcome import ANSWERED, DayOutcome
from orm_sim.centre.plan import NOTHING, Carry, DayPlan
from orm_sim.demand.leads import (
    KEPT_DAYS,
    apply_attempts,
    attempt_fates,
    dial_list,
    expected_attempt_s,
    sale_life,
    sum_sales,
)
from orm_sim.demand.scoring import Scoring, least
from orm_sim.kpi.counters import LAGS
from orm_sim.simulation.duty import OutboundDuty, agents, rosters
from orm_sim.simulation.history import Counts, places, rows
from orm_sim.simulation.inbound_pool import Frozen, keep
from orm_sim.simulation.pool_days import Dialling, attempts_at_most, in_pairs, outbound_days
from orm_sim.simulation.setting import Setting

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_OUTBOUND = rows("attempts", "reached", "sales_gross", "handled_s", "busy_s", "staffed_s", "sales_net")
_KEPT = rows("sales_kept")
_UNEARNED = [rows(name) for name in LAGS]


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
        self._terms = _dialling(setting)
        self._month: list[int] = setting.days.month.tolist()

    def live(self, first: int, duties: tuple[tuple[OutboundDuty, ...], ...]) -> list[Counts]:
        """Call with whoever is on duty; on days without a duty nobody is called."""
        if self._engine is kernel.run:
            turns = [(first + at, duty) for at, day in enumerate(duties) for duty in day]
            return self._in_one(turns) if turns else []
        counts: list[Counts] = []
        for at, day in enumerate(duties):
            for duty in day:
                if duty.operator in self._carry or agents(duty.staffed).any():
                    counts.append(self._call(first + at, duty))
        return counts

    def freeze(self) -> Frozen:
        """The list as far as it has been called, follow-ups still to come, and calls carried over midnight."""
        ahead = slice(self._head, self._tail)
        return (
            self._attempts[: self._fresh].copy(), self._queue[ahead].copy(), self._queue_due[ahead].copy(),
            self._head, self._tail, self._fresh, dict(self._carry),
        )  # fmt: skip

    def thaw(self, state: Frozen) -> None:
        """Go on from a frozen list."""
        attempts, queue, due, self._head, self._tail, self._fresh, carry = state
        self._attempts[: self._fresh] = attempts
        self._queue[self._head : self._tail], self._queue_due[self._head : self._tail] = queue, due
        self._carry = dict(carry)

    def _in_one(self, turns: list[tuple[int, OutboundDuty]]) -> list[Counts]:
        """Turns of at most two operators in one compiled call."""
        names = sorted({duty.operator for _, duty in turns})
        carried = [self._carry.pop(name, NOTHING).busy_end_s for name in (*names, "")[:2]]
        duties = [duty for _, duty in turns]
        lowest = self._least(duties)  # before `_terms` is read
        values, *left, self._head, self._tail, self._fresh = outbound_days(
            self._terms, self._attempts, self._queue, self._queue_due, self._head, self._tail, self._fresh,
            np.array([day for day, _ in turns]), np.array([names.index(duty.operator) for duty in duties]),
            rosters(duties), np.array([duty.handle_factor for duty in duties]),
            np.array([duty.conversion_factor for duty in duties]),
            np.array([self._cancelled(duty) for duty in duties]), lowest, *carried,
        )  # fmt: skip
        for name, busy_end_s in zip(names, left, strict=False):
            keep(self._carry, name, replace(NOTHING, busy_end_s=busy_end_s))
        parts: dict[tuple[str, int, int], list[int]] = defaultdict(list)
        for turn, (day, duty) in enumerate(turns):
            parts[self._part(day, duty.operator)].append(turn)
        return [Counts(self._places(*part), values[rows]) for part, rows in parts.items()]

    def _call(self, day: int, duty: OutboundDuty) -> Counts:
        """One operator's calls of a day, step by step."""
        outbound, staffed = self._setting.programme.outbound, agents(duty.staffed)
        most = attempts_at_most(staffed, self._terms.mean_s, duty.handle_factor)
        lowest = float(self._least([duty])[0])
        while True:
            called, position, n_follow_ups = dial_list(
                self._setting.leads.release_day, self._fresh, self._queue, self._queue_due, self._head, self._tail,
                day, outbound.window_days, most, self._terms.score, lowest,
            )  # fmt: skip
            handle, fate, outcome = self._dial(duty, staffed, called)
            made = int(np.count_nonzero(outcome.state == ANSWERED))
            if made < most or not most:
                break
            most *= 2  # calls were short today: callers ran out of a list that had been cut
        keep(self._carry, duty.operator, outcome.carry.without_waiting())
        self._advance(position, n_follow_ups, made)
        return self._book(day, duty, outcome, called[:made], fate[:made], in_pairs(handle[:made]))

    def _dial(self, duty: OutboundDuty, staffed: Whole, called: Whole) -> tuple[Floats, Whole, DayOutcome]:
        """Handle time and fate of an attempt on each lead, and how far down the list the callers come."""
        outbound, leads = self._setting.programme.outbound, self._setting.leads
        if called.size > self._opening.size:
            self._opening = np.full(2 * called.size, outbound.opens_hour * 3600.0)
            self._endless = np.full(2 * called.size, np.inf)
        handle, fate = attempt_fates(
            called, self._attempts, leads.reached_at, leads.sell, leads.talk, leads.quality, leads.conversion,
            duty.conversion_factor, outbound.attempt_s, outbound.wrap_s, 1.0 / duty.handle_factor,
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
            self._places(*self._part(day, duty.operator)),
            np.concatenate((work, sum_sales(life, day, month, KEPT_DAYS))),
        )

    def _least(self, duties: list[OutboundDuty]) -> Floats:
        """The score under which each leaves leads; the list is scored when somebody picks for the first time."""
        if any(duty.leaves for duty in duties) and not self._terms.score.size:
            programme = self._setting.programme
            scoring = Scoring.of(programme.outbound, programme.shapes.outbound)
            self._terms = self._terms._replace(score=scoring.scores(self._setting.leads))
        return np.array([least(duty.leaves) for duty in duties])

    def _cancelled(self, duty: OutboundDuty) -> float:
        """Share of a day's sales that are cancelled by day 90, those made under pressure included."""
        usual = self._setting.programme.outbound.cancelled_by_day_90
        return usual + duty.unfit * (1.0 - usual)

    def _part(self, day: int, operator: str) -> tuple[str, int, int]:
        """What decides where a day's counts go: the operator, its month, and that of the 90th day from it."""
        return operator, self._month[day], self._month[day + KEPT_DAYS]

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


def _dialling(setting: Setting) -> Dialling:
    outbound, leads = setting.programme.outbound, setting.leads
    mean_s = expected_attempt_s(outbound, setting.programme.shapes.outbound)
    return Dialling(
        *leads.stream, leads.release_day, leads.quality, leads.conversion, leads.talk_log_mean, leads.talk_log_sd,
        leads.reached_at, leads.sell, leads.talk, outbound.window_days, outbound.retry_days, outbound.max_attempts,
        outbound.attempt_s, outbound.wrap_s, outbound.opens_hour * 3600.0, outbound.funded_share, mean_s,
        setting.days.month, np.empty(0),
    )  # fmt: skip
