"""The outbound list ahead: attempts, sales and cancellations of each month foreseen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.units import SECONDS_PER_HOUR
from orm_sim.vendor.decision.books_ahead import BooksAhead, Month, pay
from orm_sim.vendor.decision.futures import Futures
from orm_sim.vendor.decision.heads_ahead import WEEKS_PER_MONTH, Heads, on_duty, people_ahead
from orm_sim.vendor.decision.outlook import AGES, KEPT_AFTER, OutboundOutlook, Outlook
from orm_sim.vendor.levers import Plans

Floats = NDArray[np.float64]


class OutboundAhead:
    """The months of the outbound list."""

    def __init__(self, outlook: Outlook, outbound: OutboundOutlook, plans: Plans, futures: Futures) -> None:
        self._outlook, self._outbound, self._plans, self._futures = outlook, outbound, plans, futures
        self._hours = on_duty(outlook, plans)[:, None] * outlook.up(plans)
        self._guests = (
            np.zeros((outlook.n_months, 1, 1)) if outlook.guests is None else outlook.guests.by_month(plans)
        )
        self._unfit = np.asarray(outlook.people.cancelled_when(_found(outlook, plans)))
        self._dialled, self._sold = np.ones(1), np.atleast_1d(outbound.sold)
        if outbound.scoring is not None:
            self._dialled = 1.0 - plans.cherry_pick[:, None]
            self._sold = outbound.sold * outbound.scoring.lift(plans.cherry_pick)[:, None]
        self._cancelled: list[Floats] = []
        self._kept: list[Floats] = []

    def live(self, months: list[Month], books: BooksAhead) -> None:
        """Live them in turn; sales of earlier months are cancelled in later ones."""
        outlook, plans = self._outlook, self._plans
        if outlook.guests is not None:
            plans = plans._replace(seat_ratio=outlook.guests.seat_ratio(plans))
        heads = people_ahead(
            outlook, outlook.floors["outbound"], plans, self._futures, self._outbound.seat_hours
        )
        paid = pay(outlook, self._plans, heads, books)
        for month, meters in enumerate(months):
            self._call(month, heads, paid[month], meters, books)

    def _call(self, month: int, heads: Heads, paid: Floats, meters: Month, books: BooksAhead) -> None:
        outlook, outbound, plans, people = self._outlook, self._outbound, self._plans, self._outlook.people
        learning = outlook.terms.learning
        agents, newness, trainees = heads.agents[month], heads.newness[month], heads.trainees[month]
        speed = 1.0 - (1.0 - learning.handle_speed_at_start) * newness
        able = (people.coached(plans.coaching_hours) * people.output_by_pay(plans.wage_premium))[:, None]
        skill = (1.0 - (1.0 - learning.conversion_at_start) * newness) * able
        pressed = people.pressed_sales * plans.pressure[:, None]
        per_attempt = outbound.attempt_s + outbound.talk_s / speed
        own, guests = agents * self._hours * outbound.calling_weeks[month], self._guests[month]
        hours, able_hours = own + guests, own
        if outlook.guests is not None:
            able_hours = own + guests * outlook.guests.output
            paid = paid + guests * outlook.guests.paid
        attempts = np.minimum(
            able_hours * SECONDS_PER_HOUR / per_attempt,
            outbound.attempts[month] * self._dialled * self._futures.volume,
        )
        reached = attempts * outbound.reached
        suitable = reached * self._sold * skill * self._futures.conversion
        funded = suitable * (1.0 + pressed) * outbound.funded
        cancelled = funded * outbound.cancelled
        unfit = suitable * pressed * outbound.funded * self._unfit * (1.0 - outbound.cancelled)
        self._cancelled.append(cancelled + unfit)
        self._kept.append(funded - cancelled - unfit)
        for age in range(AGES):
            made = _of_sales(self._cancelled, outbound.past_cancelled, month - age)
            meters.put("outbound", f"cancelled_unearned_lag{age}", made * outbound.unearned[age])
        books.unsuitable += suitable * pressed
        busy = attempts * per_attempt
        found = {
            "attempts": attempts, "reached": reached, "sales_gross": suitable * (1.0 + pressed), "sales_net": funded,
            "sales_kept": _of_sales(self._kept, outbound.past_kept, month - KEPT_AFTER),
            "productive_hours": hours, "paid_hours": paid, "fte": agents + trainees, "busy_s": busy, "handled_s": busy,
            "staffed_s": hours * SECONDS_PER_HOUR,
            "leads": np.broadcast_to(outbound.leads[month] * self._futures.volume, reached.shape),
            "leads_reached": reached,
            "training_hours": trainees * outlook.terms.paid_hours_per_week * WEEKS_PER_MONTH,
        }  # fmt: skip
        for name, value in found.items():
            meters.put("outbound", name, value)


def _of_sales(ahead: list[Floats], past: Floats, month: int) -> Floats:
    """What became of the sales of a month, those before the planning date included."""
    return ahead[month] if month >= 0 else np.full(ahead[0].shape, past[-1 - month])


def _found(outlook: Outlook, plans: Plans) -> Floats:
    """Share of unsuitable sales that quality assurance will find: float64[n_plans, 1], or 0 where there is none."""
    assured = outlook.assurance
    if assured is None:
        return np.zeros(1)
    return assured.terms.found(plans.coaching_hours[:, None], assured.reached_per_week)
