"""The outbound list ahead: attempts, sales and cancellations of each month foreseen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.units import SECONDS_PER_HOUR
from orm_sim.vendor.decision.books_ahead import BooksAhead, Month, on_duty, pay
from orm_sim.vendor.decision.futures import Futures
from orm_sim.vendor.decision.heads_ahead import WEEKS_PER_MONTH, HeadsAhead, MonthHeads
from orm_sim.vendor.decision.outlook import AGES, KEPT_AFTER, OutboundOutlook, Outlook
from orm_sim.vendor.levers import Plans

Floats = NDArray[np.float64]


class OutboundAhead:
    """The months of the outbound list."""

    def __init__(self, outlook: Outlook, outbound: OutboundOutlook, plans: Plans, futures: Futures) -> None:
        self._outlook, self._outbound, self._plans, self._futures = outlook, outbound, plans, futures
        self._hours = on_duty(outlook, plans)
        self._up = outlook.up(plans)
        self._cancelled: list[Floats] = []
        self._kept: list[Floats] = []

    def live(self, months: list[Month], books: BooksAhead) -> None:
        """Live them in turn; sales of earlier months are cancelled in later ones."""
        outlook, outbound, plans = self._outlook, self._outbound, self._plans
        heads_ahead = HeadsAhead(outlook, outlook.floors["outbound"], plans, self._futures)
        shape = books.unsuitable.shape

        def wanted(ahead: Floats) -> Floats:
            hours = np.interp(ahead, np.arange(outlook.n_months), outbound.seat_hours)
            return np.broadcast_to(hours * plans.seat_ratio[:, None] / self._hours, shape)

        for month in range(outlook.n_months):
            heads = heads_ahead.month(month, wanted, np.full(shape, 0.8))
            self._call(month, heads, months[month], books)

    def _call(self, month: int, heads: MonthHeads, meters: Month, books: BooksAhead) -> None:
        outlook, outbound, plans, people = self._outlook, self._outbound, self._plans, self._outlook.people
        learning = outlook.terms.learning
        speed = 1.0 - (1.0 - learning.handle_speed_at_start) * heads.newness
        skill = (1.0 - (1.0 - learning.conversion_at_start) * heads.newness) * people.coached(
            plans.coaching_hours
        )[:, None]
        pressed = people.pressed_sales * plans.pressure[:, None]
        per_attempt = outbound.attempt_s + outbound.talk_s / speed
        hours = heads.agents * self._hours * outbound.calling_weeks[month] * self._up
        attempts = np.minimum(
            hours * SECONDS_PER_HOUR / per_attempt, outbound.attempts[month] * self._futures.volume
        )
        reached = attempts * outbound.reached
        suitable = reached * outbound.sold * skill * self._futures.conversion
        funded = suitable * (1.0 + pressed) * outbound.funded
        cancelled = funded * outbound.cancelled
        unfit = (
            suitable * pressed * outbound.funded * people.unsuitable_cancelled * (1.0 - outbound.cancelled)
        )
        self._cancelled.append(cancelled + unfit)
        self._kept.append(funded - cancelled - unfit)
        for age in range(AGES):
            made = _of_sales(self._cancelled, outbound.past_cancelled, month - age)
            meters.put("outbound", f"cancelled_unearned_lag{age}", made * outbound.unearned[age])
        books.unsuitable += suitable * pressed
        paid = pay(outlook, plans, month, heads, books)
        busy = attempts * per_attempt
        found = {
            "attempts": attempts, "reached": reached, "sales_gross": suitable * (1.0 + pressed), "sales_net": funded,
            "sales_kept": _of_sales(self._kept, outbound.past_kept, month - KEPT_AFTER),
            "productive_hours": hours, "paid_hours": paid,
            "fte": heads.agents + heads.trainees, "busy_s": busy, "handled_s": busy,
            "staffed_s": hours * SECONDS_PER_HOUR,
            "training_hours": heads.trainees * outlook.terms.paid_hours_per_week * WEEKS_PER_MONTH,
        }  # fmt: skip
        for name, value in found.items():
            meters.put("outbound", name, value)


def _of_sales(ahead: list[Floats], past: Floats, month: int) -> Floats:
    """What became of the sales of a month, those before the planning date included."""
    return ahead[month] if month >= 0 else np.full(ahead[0].shape, past[-1 - month])
