"""The inbound pool ahead: contacts, service, resolution and comebacks of each month foreseen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.units import SECONDS_PER_HOUR
from orm_sim.demand.contacts import SHORT_BELOW_S, SHORT_MIN_S
from orm_sim.vendor.decision.books_ahead import BooksAhead, Later, Month, on_duty, pay
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
        self._up = outlook.up(plans)
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

    def live(self, months: list[Month], books: BooksAhead) -> None:
        """Live them in turn."""
        outlook, floor = self._outlook, self._outlook.floors["inbound"]
        heads_ahead = HeadsAhead(outlook, floor, self._plans, self._futures)
        newness = np.full(books.unsuitable.shape, floor.newness)
        occupancy = np.full(books.unsuitable.shape, 0.8)
        for month in range(outlook.n_months):
            known = newness

            def wanted(ahead: Floats, known: Floats = known) -> Floats:
                load = np.interp(ahead, np.arange(outlook.n_months), self._forecast_load) * self._longer(
                    known
                )
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
        hours = self._outlook.terms.paid_hours_per_week * WEEKS_PER_MONTH
        served = _Served(
            inbound,
            inbound.first[month] * futures.volume * self._up,
            offered * self._up,
            answered * self._up,
            level,
            handle_s,
            resolved,
            on_duty * self._up,
        )
        meters.put("inbound", "forecast_offered", np.asarray(inbound.forecast[month]))
        meters.put("inbound", "paid_hours", paid)
        meters.put_off(
            "inbound",
            {
                **served.meters(),
                "fte": lambda: heads.agents + heads.trainees,
                "training_hours": lambda: heads.trainees * hours,
            },
        )
        busy = load * (1.0 - abandoned_share)
        return np.asarray(np.clip(busy / np.maximum(on_duty, 1e-9), 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class _Served:
    """One month's contacts, float64[n_plans, n_futures] each, and the meters that follow from them."""

    inbound: InboundOutlook
    first: Floats
    offered: Floats
    answered: Floats
    level: Floats
    handle_s: Floats
    resolved: Floats
    on_duty: Floats

    def meters(self) -> dict[str, Later]:
        """Each by its name, worked out when it is called."""
        return {
            "offered": lambda: self.offered,
            "answered": lambda: self.answered,
            "answered_within": lambda: self.offered * self.level,
            "abandoned": lambda: self.offered - self.answered,
            "wait_answered_s": self._waited_and_served,
            "wait_all_s": lambda: (self.offered - self.answered) * self.inbound.patience_s,
            "busy_s": lambda: self.answered * self.handle_s,
            "handled_s": lambda: self.answered * self.handle_s,
            "staffed_s": lambda: self.on_duty * WEEKS_PER_MONTH * SECONDS_PER_HOUR,
            "productive_hours": lambda: self.on_duty * WEEKS_PER_MONTH,
            "repeat_contacts": lambda: self.answered - self._once(),
            "resolved": lambda: self.answered * self.resolved,
            "unresolved": lambda: self.answered * (1.0 - self.resolved),
            "surveyed": lambda: self.answered * self.inbound.survey_share,
            "satisfied": self._satisfied,
            "short_contacts": lambda: self.answered * self._short()[0],
            "payable_contacts": lambda: self._once() * (1.0 - self._short()[0]),
            "payable_handled_s": self._payable_s,
        }

    def _once(self) -> Floats:
        """First contacts answered."""
        return self.first * self.answered / np.maximum(self.offered, 1e-9)

    def _short(self) -> tuple[Floats, Floats]:
        """Share of answered contacts that last less than 10 s, and how long they last on average."""
        slower = self.handle_s / self.inbound.base_handle_s
        below = np.clip((SHORT_BELOW_S / slower - SHORT_MIN_S) / (SHORT_BELOW_S - SHORT_MIN_S), 0.0, 1.0)
        longest = np.minimum(slower * SHORT_BELOW_S, SHORT_BELOW_S)
        return self.inbound.short_share * below, 0.5 * (slower * SHORT_MIN_S + longest)

    def _payable_s(self) -> Floats:
        short, short_s = self._short()
        return self._once() * (self.handle_s - short * short_s)

    def _waited_and_served(self) -> Floats:
        """Waits of those answered: contacts leave at a rate of 1 / patience, so all waits are patience for each."""
        abandoned, delayed = self.offered - self.answered, self.offered * (1.0 - self.level)
        kept = 1.0 - abandoned / np.maximum(np.maximum(delayed, abandoned), 1e-9)
        return abandoned * self.inbound.patience_s * kept

    def _satisfied(self) -> Floats:
        waited = self._waited_and_served() / np.maximum(self.answered, 1e-9)
        inbound = self.inbound
        content = (
            inbound.satisfied
            - inbound.loss_unresolved * (1.0 - self.resolved)
            - inbound.loss_per_minute * waited / 60.0
        )
        return self.answered * inbound.survey_share * np.clip(content, 0.0, 1.0)
