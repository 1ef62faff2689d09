"""The two pools of a day: inbound contacts through the engine and their aftermath, and the outbound dial list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.outcome import ANSWERED, DayOutcome
from orm_sim.centre.plan import Carry, DayPlan
from orm_sim.demand.inbound import Contacts
from orm_sim.demand.leads import (
    KEPT_DAYS, apply_attempts, attempt_fates, dial_list, expected_attempt_s, sale_life,
)  # fmt: skip
from orm_sim.simulation.fates import FIELDS, aftermath, merge_contacts, take_share
from orm_sim.simulation.history import Books
from orm_sim.simulation.operator import Operator
from orm_sim.simulation.setting import Setting

Engine = Callable[[DayPlan], DayOutcome]
Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_NONE = np.empty(0, np.int64)


class InboundPool:
    """Inbound contacts of all operators, day by day, with those who come back."""

    def __init__(self, setting: Setting, engine: Engine, books: Books) -> None:
        self._setting = setting
        self._engine = engine
        self._books = books
        self._carry: dict[str, Carry] = {}
        self._due: dict[int, list[Whole]] = defaultdict(list)

    def live(self, day: int, operators: list[tuple[Operator, float]]) -> None:
        """Replay one day.

        Parameters
        ----------
        operators
            Each with its share of contacts; shares sum to 1. An operator without a share still finishes what it carries.
        """
        contacts = self._contacts(day)
        low = 0.0
        for operator, share in operators:
            mine = self._share_of(contacts, low, low + share, operator, day)
            low += share
            if mine[3].size or operator.name in self._carry:
                self._replay(day, operator, mine)

    def _contacts(self, day: int) -> tuple[Contacts, Contacts]:
        due = self._due.pop(day, [])
        refs = np.concatenate(due) if due else _NONE
        return self._setting.demand.first_contacts(day), self._setting.demand.comebacks(day, refs)

    def _share_of(
        self, contacts: tuple[Contacts, Contacts], low: float, high: float, operator: Operator, day: int
    ) -> Contacts:
        factor = operator.handle_multiplier("inbound") * float(self._setting.expected.handle_factor[day])
        first, back = contacts
        if high - low >= 1.0 - 1e-12:
            return merge_contacts(*first, *back, factor)
        stream = self._setting.demand.stream
        upper = 1.1 if high >= 1.0 - 1e-12 else high
        kept = [take_share(*stream, *some, low, upper, factor) for some in (first, back)]
        return merge_contacts(*kept[0], *kept[1], 1.0)

    def _replay(self, day: int, operator: Operator, mine: Contacts) -> None:
        arrival, handle, patience, ref = mine
        inbound = self._setting.programme.inbound
        staffed = np.append(operator.staffed["inbound"][day % 7], 0)
        outcome = self._engine(
            DayPlan(
                arrival_s=arrival, handle_s=handle, patience_s=patience, ref=ref, staffed=staffed[:-1],
                threshold_s=inbound.service.threshold_s, carry=self._carry.get(operator.name, Carry.empty()),
            )
        )  # fmt: skip
        self._carry[operator.name] = outcome.carry
        self._aftermath(day, operator, outcome)

    def _aftermath(self, day: int, operator: Operator, outcome: DayOutcome) -> None:
        inbound = self._setting.programme.inbound
        fcr = inbound.resolution.fcr * operator.staff("inbound").resolution + operator.fcr_delta
        mood = inbound.satisfaction
        sums, after, again = aftermath(
            *self._setting.demand.stream, outcome.ref, outcome.state, outcome.wait_s, outcome.start_s, outcome.end_s,
            min(max(fcr, 0.0), 1.0), inbound.resolution.return_share, inbound.resolution.return_within_days,
            mood.survey_share, mood.resolved, mood.loss_unresolved, mood.loss_per_minute_waited,
        )  # fmt: skip
        for days in range(1, inbound.resolution.return_within_days + 1):
            if day + days < self._setting.days.n_days:
                refs = again[after == days]
                if refs.size:
                    self._due[day + days].append(refs)
        total = outcome.totals
        self._books.count(
            operator.name, "inbound", day,
            ("offered", "answered", "answered_within", "abandoned", "wait_answered_s", "wait_all_s", "busy_s", "staffed_s", *FIELDS),
            (
                total.answered + total.abandoned, total.answered, total.answered_within, total.abandoned,
                total.wait_answered_s, total.wait_all_s, float(outcome.busy_s.sum()), float(outcome.staffed_s.sum()), *sums,
            ),
        )  # fmt: skip


class OutboundPool:
    """Leads of the term and the calls made on them, day by day; operators with a share call from one list in turn."""

    def __init__(self, setting: Setting, engine: Engine, books: Books) -> None:
        self._setting = setting
        self._engine = engine
        self._books = books
        n = setting.leads.release_day.size
        self._due = np.zeros(n, np.int64)
        self._attempts = np.zeros(n, np.int64)
        self._first = 0
        self._carry: dict[str, Carry] = {}
        self._mean_s = expected_attempt_s(setting.programme.outbound, setting.programme.shapes.outbound)

    def live(self, day: int, operators: list[tuple[Operator, float]]) -> None:
        """Call for one day with whoever is on duty."""
        for operator, _ in operators:
            staffed = operator.staffed["outbound"][day % 7]
            if staffed.any() or operator.name in self._carry:
                self._call(day, operator, staffed)

    def _call(self, day: int, operator: Operator, staffed: Whole) -> None:
        setting, outbound, leads = self._setting, self._setting.programme.outbound, self._setting.leads
        most = int(staffed.sum() * 1800.0 / self._mean_s * 1.3) + 60 if staffed.any() else 0
        called, self._first = dial_list(
            leads.release_day, self._due, self._attempts, self._first, day, outbound.window_days, most
        )
        speed = 1.0 / operator.handle_multiplier("outbound")
        factor = operator.staff("outbound").conversion / operator.reference.conversion
        handle, fate = attempt_fates(
            *leads.stream, called, self._attempts, leads.quality, leads.conversion, factor, outbound.contact_rate,
            outbound.attempt_s, outbound.wrap_s, speed, leads.talk_log_mean, leads.talk_log_sd,
        )  # fmt: skip
        outcome = self._engine(
            DayPlan(
                arrival_s=np.full(called.size, outbound.opens_hour * 3600.0), handle_s=handle,
                patience_s=np.full(called.size, np.inf), staffed=staffed, threshold_s=0.0,
                carry=self._carry.get(operator.name, Carry.empty()),
            )
        )  # fmt: skip
        self._carry[operator.name] = outcome.carry.without_waiting()
        made = outcome.ref[outcome.state == ANSWERED]
        self._book(day, operator, outcome, called[made], fate[made], float(handle[made].sum()))

    def _book(self, day: int, operator: Operator, outcome: DayOutcome, called: Whole, fate: Whole, handled_s: float) -> None:
        outbound, leads = self._setting.programme.outbound, self._setting.leads
        reached, sold = apply_attempts(
            called, fate, self._attempts, self._due, day, outbound.retry_days, outbound.max_attempts
        )
        self._books.count(
            operator.name, "outbound", day,
            ("attempts", "reached", "sales_gross", "handled_s", "busy_s", "staffed_s"),
            (called.size, reached, sold.size, handled_s, float(outcome.busy_s.sum()), float(outcome.staffed_s.sum())),
        )  # fmt: skip
        life = sale_life(*leads.stream, sold, outbound.funded_share, outbound.cancelled_by_day_90, KEPT_DAYS)
        self._book_sales(day, operator.name, life)

    def _book_sales(self, day: int, operator: str, life: Whole) -> None:
        """Funded sales count now, kept ones on day 90, and a cancelled one leaves its unearned part when it goes."""
        month = self._setting.days.month
        funded = life[life >= 0]
        self._books.count(operator, "outbound", day, ("sales_net",), (funded.size,))
        self._books.count(operator, "outbound", day + KEPT_DAYS, ("sales_kept",), (int((funded == 0).sum()),))
        for age in funded[funded > 0].tolist():
            lag = int(month[day + age] - month[day])
            self._books.count(operator, "outbound", day + age, (f"cancelled_unearned_lag{lag}",), (1.0 - age / KEPT_DAYS,))
