"""The inbound pool ahead: contacts, service, resolution and comebacks of each month foreseen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.units import SECONDS_PER_HOUR
from orm_sim.vendor.decision.books_ahead import BooksAhead, Month, on_duty, pay
from orm_sim.vendor.decision.futures import Futures
from orm_sim.vendor.decision.heads_ahead import WEEKS_PER_MONTH, HeadsAhead, MonthHeads
from orm_sim.vendor.decision.outlook import InboundOutlook, Outlook
from orm_sim.vendor.levers import Plans

Floats = NDArray[np.float64]

_ROUNDS = 3  # of the fixed point between abandonment and comebacks; each takes nine tenths of what is missing


class InboundAhead:
    """The months of the inbound pool."""

    def __init__(
        self, outlook: Outlook, inbound: InboundOutlook, plans: Plans, futures: Futures, service_sd: float
    ) -> None:
        self._outlook, self._inbound, self._plans, self._futures = outlook, inbound, plans, futures
        self._service_sd = service_sd
        self._hours = on_duty(outlook, plans)
        people = outlook.people
        self._pressed = 1.0 - people.pressed_handle_cut * plans.pressure[:, None]
        self._coached = people.coached(plans.coaching_hours)[:, None]

    def _handle_s(self, month: int, newness: Floats) -> Floats:
        learning = self._outlook.terms.learning
        speed = 1.0 - (1.0 - learning.handle_speed_at_start) * newness
        mean = self._inbound.handle_s[month] * self._futures.handle_time
        return np.asarray(mean / speed * self._pressed)

    def _resolved(self, newness: Floats) -> Floats:
        learning, people = self._outlook.terms.learning, self._outlook.people
        skill = (1.0 - (1.0 - learning.resolution_at_start) * newness) * self._coached
        honest = 1.0 - people.pressed_resolution_cut * self._plans.pressure[:, None]
        return np.clip(self._inbound.fcr * skill * honest + self._inbound.fcr_delta, 0.0, 1.0)

    def live(self, months: list[Month], books: BooksAhead) -> None:
        """Live them in turn."""
        outlook, floor = self._outlook, self._outlook.floors["inbound"]
        heads_ahead = HeadsAhead(outlook, floor, self._plans, self._futures)
        newness = np.full(books.unsuitable.shape, floor.newness)
        occupancy = np.full(books.unsuitable.shape, 0.8)
        for month in range(outlook.n_months):
            known = newness

            def wanted(ahead: int, known: Floats = known) -> Floats:
                load = self._load(ahead, self._handle_s(ahead, known) / self._futures.handle_time, 1.0)
                need = self._inbound.requirement.at(load) * self._plans.staffing_ratio[:, None]
                return np.asarray(need / self._hours)

            heads = heads_ahead.month(month, wanted, occupancy)
            newness = heads.newness
            occupancy = self._serve(month, heads, months[month], books)

    def _load(self, month: int, handle_s: Floats, volume: Floats | float) -> Floats:
        """Hours of handle time offered in a week, comebacks as forecast."""
        contacts = self._inbound.forecast[month] / WEEKS_PER_MONTH
        return np.asarray(contacts * volume * handle_s / SECONDS_PER_HOUR)

    def _serve(self, month: int, heads: MonthHeads, meters: Month, books: BooksAhead) -> Floats:
        """What the pool makes of a month's contacts; returns its occupancy."""
        inbound, futures = self._inbound, self._futures
        handle_s, resolved = self._handle_s(month, heads.newness), self._resolved(heads.newness)
        on_duty = heads.agents * self._hours
        first = inbound.first[month] * futures.volume
        comes_back = (1.0 - resolved) * inbound.return_share
        abandoned_share = np.zeros(handle_s.shape)
        level = np.ones(handle_s.shape)
        offered = np.broadcast_to(first, handle_s.shape)
        load = handle_s
        for _ in range(_ROUNDS):
            offered = first / (1.0 - comes_back * (1.0 - abandoned_share))
            load = offered / WEEKS_PER_MONTH * handle_s / SECONDS_PER_HOUR
            coverage = on_duty / np.maximum(inbound.requirement.at(load), 1e-9)
            level, abandoned_share = inbound.response.answer(coverage, load, handle_s)
        luck = self._service_sd * futures.luck[:, month]
        level = np.clip(level + luck * 4.0 * level * (1.0 - level), 0.0, 1.0)
        answered = offered * (1.0 - abandoned_share)
        books.met[month] = level >= inbound.asked
        paid = pay(self._outlook, self._plans, month, heads, books)
        people = self._outlook.people
        books.unsuitable += (
            answered * people.pressed_resolution_cut * self._plans.pressure[:, None] * resolved
        )
        self._meter(meters, month, offered, answered, level, handle_s, resolved, on_duty)
        meters["inbound", "paid_hours"] = paid
        meters["inbound", "fte"] = heads.agents + heads.trainees
        meters["inbound", "training_hours"] = (
            heads.trainees * self._outlook.terms.paid_hours_per_week * WEEKS_PER_MONTH
        )
        meters["inbound", "payable_contacts"] = first * (1.0 - abandoned_share) * (1.0 - inbound.short_share)
        meters["inbound", "payable_handled_s"] = meters["inbound", "payable_contacts"] * handle_s
        return np.clip(load * (1.0 - abandoned_share) / np.maximum(on_duty, 1e-9), 0.0, 1.0)

    def _meter(
        self,
        meters: Month,
        month: int,
        offered: Floats,
        answered: Floats,
        level: Floats,
        handle_s: Floats,
        resolved: Floats,
        on_duty: Floats,
    ) -> None:
        inbound = self._inbound
        repeats = offered - inbound.first[month] * self._futures.volume
        abandoned = offered - answered
        waited = abandoned * inbound.patience_s
        per_answered = np.where(answered > 0.0, waited / np.maximum(answered, 1e-9), 0.0)
        surveyed = answered * inbound.survey_share
        content = (
            inbound.satisfied
            - inbound.loss_unresolved * (1.0 - resolved)
            - inbound.loss_per_minute * per_answered / 60.0
        )
        handled = answered * handle_s
        found = {
            "offered": offered, "answered": answered, "answered_within": offered * level, "abandoned": abandoned,
            "wait_answered_s": waited, "wait_all_s": 2.0 * waited, "busy_s": handled, "handled_s": handled,
            "staffed_s": on_duty * WEEKS_PER_MONTH * SECONDS_PER_HOUR,
            "productive_hours": on_duty * WEEKS_PER_MONTH,
            "short_contacts": answered * inbound.short_share, "repeat_contacts": repeats,
            "resolved": answered * resolved, "unresolved": answered * (1.0 - resolved),
            "surveyed": surveyed, "satisfied": surveyed * np.clip(content, 0.0, 1.0),
            "forecast_offered": np.asarray(inbound.forecast[month]),
        }  # fmt: skip
        meters.update({("inbound", name): value for name, value in found.items()})
