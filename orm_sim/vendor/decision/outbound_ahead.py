"""The outbound list ahead: attempts, sales and cancellations of each month foreseen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.units import SECONDS_PER_HOUR
from orm_sim.vendor.decision.books_ahead import BooksAhead, Month, pay
from orm_sim.vendor.decision.futures import Futures
from orm_sim.vendor.decision.heads_ahead import WEEKS_PER_MONTH, Heads, on_duty, people_ahead
from orm_sim.vendor.decision.outlook import AGES, KEPT_AFTER, OutboundOutlook, Outlook
from orm_sim.vendor.levers import Plans

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


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

    def live(self, months: list[Month], books: BooksAhead, where: Whole) -> None:
        """Live them; sales of earlier months are cancelled in later ones.

        Parameters
        ----------
        months
            Take the meters of every plan.
        books
            Of these plans.
        where : int64[n_plans]
            Which of these plans each plan of the months' meters is.
        """
        outlook, plans = self._outlook, self._plans
        if outlook.guests is not None:
            plans = plans._replace(seat_ratio=outlook.guests.seat_ratio(plans))
        heads = people_ahead(
            outlook, outlook.floors["outbound"], plans, self._futures, self._outbound.seat_hours
        )
        called = self._called(heads, pay(outlook, self._plans, heads, books))
        for made in called.suitable * called.pressed:
            books.unsuitable += made
        for month, meters in enumerate(months):
            meters.put_off("outbound", _METERS, partial(called.meter, month, where))

    def _called(self, heads: Heads, paid: Floats) -> _Called:
        """What all months come to."""
        outlook, outbound, plans, people = self._outlook, self._outbound, self._plans, self._outlook.people
        learning = outlook.terms.learning
        speed = 1.0 - (1.0 - learning.handle_speed_at_start) * heads.newness
        able = (people.coached(plans.coaching_hours) * people.output_by_pay(plans.wage_premium))[:, None]
        skill = (1.0 - (1.0 - learning.conversion_at_start) * heads.newness) * able
        per_attempt = outbound.attempt_s + outbound.talk_s / speed
        own, guests = heads.agents * self._hours * outbound.calling_weeks[:, None, None], self._guests
        hours, able_hours = own + guests, own
        if outlook.guests is not None:
            able_hours = own + guests * outlook.guests.output
            paid = paid + guests * outlook.guests.paid
        attempts = np.minimum(
            able_hours * SECONDS_PER_HOUR / per_attempt,
            _by_month(outbound.attempts, self._futures.volume) * self._dialled,
        )
        reached = attempts * outbound.reached
        suitable = reached * self._sold * skill * self._futures.conversion
        trained = heads.trainees * outlook.terms.paid_hours_per_week * WEEKS_PER_MONTH
        pressed = people.pressed_sales * plans.pressure[:, None]
        leads = _by_month(outbound.leads, self._futures.volume)
        return _Called(
            outbound, heads, hours, paid, attempts, per_attempt, reached, suitable, pressed, self._unfit, trained,
            np.broadcast_to(leads, reached.shape),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Called:
    """The months of a list, float64[n_months, n_plans, n_futures] each, and the meters that follow from them."""

    outbound: OutboundOutlook
    heads: Heads
    hours: Floats
    paid: Floats
    attempts: Floats
    per_attempt: Floats
    reached: Floats
    suitable: Floats
    pressed: Floats
    unfit: Floats
    trained: Floats
    leads: Floats
    kept: dict[str, Floats] = field(default_factory=dict)

    def meter(self, month: int, where: Whole, name: str) -> Floats:
        """A meter of a month, of every plan; worked out for all months where one of them is read."""
        whole = self.kept.get(name)
        if whole is None:
            whole = self.kept[name] = _METERS[name](self)
        return np.asarray(np.take(whole[month], where, axis=0))

    def gross(self) -> Floats:
        """Sales, those that pressure makes included."""
        return np.asarray(self.suitable * (1.0 + self.pressed))

    def funded(self) -> Floats:
        """Sales that are funded."""
        return np.asarray(self.gross() * self.outbound.funded)

    def busy(self) -> Floats:
        """Agent seconds of attempts."""
        return np.asarray(self.attempts * self.per_attempt)

    def sales_kept(self) -> Floats:
        """Those of `KEPT_AFTER` months ago that are not cancelled."""
        funded = self.funded()
        kept = funded - funded * self.outbound.cancelled - self._unfit()
        return _before(kept, self.outbound.past_kept, KEPT_AFTER)

    def unearned(self, age: int) -> Floats:
        """Unearned parts of the sales of so many months ago that are cancelled."""
        cancelled = self.kept.get("cancelled")
        if cancelled is None:
            cancelled = self.kept["cancelled"] = self.funded() * self.outbound.cancelled + self._unfit()
        return np.asarray(_before(cancelled, self.outbound.past_cancelled, age) * self.outbound.unearned[age])

    def _unfit(self) -> Floats:
        """Pressed sales that are cancelled, of those that would stand otherwise."""
        pressed = self.suitable * self.pressed * self.outbound.funded
        return np.asarray(pressed * self.unfit * (1.0 - self.outbound.cancelled))


_METERS: Final[dict[str, Callable[[_Called], Floats]]] = {
    "attempts": lambda called: called.attempts,
    "reached": lambda called: called.reached,
    "sales_gross": _Called.gross,
    "sales_net": _Called.funded,
    "sales_kept": _Called.sales_kept,
    "productive_hours": lambda called: called.hours,
    "paid_hours": lambda called: called.paid,
    "fte": lambda called: called.heads.agents + called.heads.trainees,
    "busy_s": _Called.busy,
    "handled_s": _Called.busy,
    "staffed_s": lambda called: called.hours * SECONDS_PER_HOUR,
    "leads": lambda called: called.leads,
    "leads_reached": lambda called: called.reached,
    "training_hours": lambda called: called.trained,
} | {f"cancelled_unearned_lag{age}": partial(_Called.unearned, age=age) for age in range(AGES)}
"""Each meter by its name, for all months together."""


def _by_month(amounts: Floats, volume: Floats) -> Floats:
    """What comes in by month and future, float64[n_months, 1, n_futures]; amounts of a month may differ by future."""
    wide = amounts[:, None] if amounts.ndim == 1 else amounts
    return np.asarray((wide * volume)[:, None, :])


def _before(ahead: Floats, past: Floats, age: int) -> Floats:
    """What became of the sales of so many months before each month, those before the planning date included."""
    if age == 0:
        return ahead
    earlier = np.broadcast_to(past[:age][::-1, None, None], (age, *ahead.shape[1:]))
    return np.concatenate([earlier, ahead])[: ahead.shape[0]]


def _found(outlook: Outlook, plans: Plans) -> Floats:
    """Share of unsuitable sales that quality assurance will find: float64[n_plans, 1], or 0 where there is none."""
    assured = outlook.assurance
    if assured is None:
        return np.zeros(1)
    return assured.terms.found(plans.coaching_hours[:, None], assured.reached_per_week)
