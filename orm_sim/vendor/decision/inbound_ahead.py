"""The inbound pool ahead: contacts, service, resolution and comebacks of each month foreseen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.units import SECONDS_PER_HOUR
from orm_sim.demand.contacts import SHORT_BELOW_S, SHORT_MIN_S
from orm_sim.vendor.decision.books_ahead import BooksAhead, Month, on_duty, pay
from orm_sim.vendor.decision.futures import Futures
from orm_sim.vendor.decision.heads_ahead import WEEKS_PER_MONTH, HeadsAhead, MonthHeads
from orm_sim.vendor.decision.outlook import InboundOutlook, Outlook
from orm_sim.vendor.levers import Plans

Floats = NDArray[np.float64]

_ROUNDS = 2  # of the fixed point between abandonment and comebacks, from last month's; each takes nine tenths


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
        self._forecast_load = inbound.forecast / WEEKS_PER_MONTH * inbound.handle_s / SECONDS_PER_HOUR
        self._gone = np.zeros((plans.training.size, futures.volume.size))
        self._coached = people.coached(plans.coaching_hours)[:, None]

    def _longer(self, newness: Floats) -> Floats:
        """Handle time over that of proficient, honest agents."""
        slow = 1.0 - self._outlook.terms.learning.handle_speed_at_start
        return np.asarray(self._pressed / (1.0 - slow * newness))

    def _resolved(self, newness: Floats) -> Floats:
        learning, people = self._outlook.terms.learning, self._outlook.people
        skill = (1.0 - (1.0 - learning.resolution_at_start) * newness) * self._coached
        honest = 1.0 - people.pressed_resolution_cut * self._plans.pressure[:, None]
        return np.clip(self._inbound.fcr * skill * honest + self._inbound.fcr_delta, 0.0, 1.0)

    def _short(self, handle_s: Floats) -> tuple[Floats, Floats]:
        """Share of answered contacts that last less than 10 s, and how long they last on average."""
        slower = handle_s / self._inbound.base_handle_s
        below = np.clip((SHORT_BELOW_S / slower - SHORT_MIN_S) / (SHORT_BELOW_S - SHORT_MIN_S), 0.0, 1.0)
        longest = np.minimum(slower * SHORT_BELOW_S, SHORT_BELOW_S)
        return self._inbound.short_share * below, 0.5 * (slower * SHORT_MIN_S + longest)

    def live(self, months: list[Month], books: BooksAhead) -> None:
        """Live them in turn."""
        outlook, floor = self._outlook, self._outlook.floors["inbound"]
        heads_ahead = HeadsAhead(outlook, floor, self._plans, self._futures)
        newness = np.full(books.unsuitable.shape, floor.newness)
        occupancy = np.full(books.unsuitable.shape, 0.8)
        for month in range(outlook.n_months):
            known = newness

            def wanted(ahead: Floats, known: Floats = known) -> Floats:
                load = np.interp(ahead, np.arange(outlook.n_months), self._forecast_load) * self._longer(known)
                need = self._inbound.requirement.at(load) * self._plans.staffing_ratio[:, None]
                return np.asarray(need / self._hours)

            heads = heads_ahead.month(month, wanted, occupancy)
            newness = heads.newness
            occupancy = self._serve(month, heads, months[month], books)

    def _serve(self, month: int, heads: MonthHeads, meters: Month, books: BooksAhead) -> Floats:
        """What the pool makes of a month's contacts; returns its occupancy."""
        inbound, futures = self._inbound, self._futures
        handle_s = inbound.handle_s[month] * futures.handle_time * self._longer(heads.newness)
        resolved = self._resolved(heads.newness)
        on_duty = heads.agents * self._hours
        first = inbound.first[month] * futures.volume
        comes_back = (1.0 - resolved) * inbound.return_share
        abandoned_share = self._gone
        level = np.ones(handle_s.shape)
        offered = np.broadcast_to(first, handle_s.shape)
        load = handle_s
        for _ in range(_ROUNDS):
            offered = first / (1.0 - comes_back * (1.0 - abandoned_share))
            load = offered / WEEKS_PER_MONTH * handle_s / SECONDS_PER_HOUR
            coverage = on_duty / np.maximum(inbound.requirement.at(load), 1e-9)
            level, abandoned_share = inbound.response.answer(coverage, load, handle_s)
        luck = self._service_sd * futures.luck[:, month]
        self._gone = abandoned_share
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
        short, short_s = self._short(handle_s)
        once = first * (1.0 - abandoned_share)
        meters["inbound", "short_contacts"] = answered * short
        meters["inbound", "payable_contacts"] = once * (1.0 - short)
        meters["inbound", "payable_handled_s"] = once * (handle_s - short * short_s)
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
        repeats = answered - inbound.first[month] * self._futures.volume * answered / np.maximum(offered, 1e-9)
        abandoned = offered - answered
        waited = abandoned * inbound.patience_s  # everybody's waits: contacts leave at a rate of 1 / patience
        delayed = offered * (1.0 - level)
        served = waited * (1.0 - abandoned / np.maximum(np.maximum(delayed, abandoned), 1e-9))
        per_answered = served / np.maximum(answered, 1e-9)
        surveyed = answered * inbound.survey_share
        content = (
            inbound.satisfied
            - inbound.loss_unresolved * (1.0 - resolved)
            - inbound.loss_per_minute * per_answered / 60.0
        )
        handled = answered * handle_s
        found = {
            "offered": offered, "answered": answered, "answered_within": offered * level, "abandoned": abandoned,
            "wait_answered_s": served, "wait_all_s": waited, "busy_s": handled, "handled_s": handled,
            "staffed_s": on_duty * WEEKS_PER_MONTH * SECONDS_PER_HOUR,
            "productive_hours": on_duty * WEEKS_PER_MONTH,
            "repeat_contacts": repeats,
            "resolved": answered * resolved, "unresolved": answered * (1.0 - resolved),
            "surveyed": surveyed, "satisfied": surveyed * np.clip(content, 0.0, 1.0),
            "forecast_offered": np.asarray(inbound.forecast[month]),
        }  # fmt: skip
        meters.update({("inbound", name): value for name, value in found.items()})
