"""What an operator's people and seats cost, accrued by the day and paid on payday or at the month's end."""

from __future__ import annotations

from dataclasses import dataclass, field

from orm_sim.core.units import DAYS_PER_MONTH
from orm_sim.demand.programme import CHANNELS, Channel
from orm_sim.simulation.history import Books
from orm_sim.simulation.operator import Operator
from orm_sim.vendor.people import STANDARD_COACHING

PAYDAY_EVERY_DAYS = 14
"""Wages are paid fortnightly."""


@dataclass(slots=True)
class Accrued:
    """Costs incurred and not yet paid, $."""

    wages: float = 0.0
    trainee_wages: float = 0.0
    support: float = 0.0
    hiring: float = 0.0
    seats: float = 0.0
    severance: float = 0.0


@dataclass(frozen=True, slots=True)
class DayCost:
    """What one channel's people and seats cost on each day of a week, hiring aside."""

    paid_hours: float
    trainee_hours: float
    heads: int
    wage: float
    support: float
    seats: float


@dataclass(slots=True)
class PeopleCosts:
    """Accruals of one operator; `overtime` is the premium on wages, `factor` that of channels rebuilt in a hurry.

    Days on which nothing changes are booked as one stretch: call `book` before anything reads what has accrued.
    """

    operator: Operator
    books: Books
    factor: float = 1.0
    overtime: float = 1.0
    hurried: frozenset[Channel] = frozenset(CHANNELS)
    due: Accrued = field(default_factory=Accrued)
    _since: int = 0
    _rates: dict[Channel, DayCost] = field(default_factory=dict)

    def week(self, day: int) -> None:
        """Take the head counts and wages as they are from a day on; hiring of the week falls on it."""
        self.book(day)
        self._rates = {channel: self._day_cost(channel, day) for channel in CHANNELS}
        for channel in CHANNELS:
            staff = self.operator.staff(channel)
            self.books.floor(self.operator.name, staff.leavers, staff.agents)
            hired = (
                staff.hires * self.operator.hiring_cost * self._premium(channel) * self.operator.site.currency
            )
            self.due.hiring += hired
            self.books.cost(self.operator.name, channel, day, hired)

    def reprice(self, day: int) -> None:
        """What people cost has changed: from a day on it counts as it is now."""
        self.book(day)
        if self._rates:
            self._rates = {channel: self._day_cost(channel, day) for channel in CHANNELS}

    def _day_cost(self, channel: Channel, day: int) -> DayCost:
        terms, staff, site = self.operator.terms, self.operator.staff(channel), self.operator.site
        hours, heads = terms.paid_hours_per_week / 7.0, staff.agents + staff.trainees
        # support is mostly people: it grows as wages do
        growth = (1.0 + terms.wage_growth_per_year) ** (day // 365) * site.price
        means = self.operator.means
        more = means.coaching_hours - STANDARD_COACHING  # the standard is part of the support of an agent
        coaching = (
            staff.agents * more / 7.0 * terms.wage_level(day) * self.overtime * (1.0 + means.wage_premium)
        ) * site.price
        return DayCost(
            paid_hours=staff.agents * hours,
            trainee_hours=staff.trainees * hours,
            heads=heads,
            wage=self._hour(channel, day),
            support=staff.agents * terms.support_per_agent_month * growth / DAYS_PER_MONTH + coaching,
            seats=heads * terms.seat_per_month / DAYS_PER_MONTH * site.currency,
        )

    def _hour(self, channel: Channel, day: int) -> float:
        """What an hour of an agent costs on a day."""
        terms, premium = self.operator.terms, self.operator.means.wage_premium
        hour = terms.wage_level(day) * (1.0 + premium) * self._premium(channel) * self.overtime
        return hour * self.operator.site.price

    def _premium(self, channel: Channel) -> float:
        """What hiring and wages cost more on a channel than they would at leisure."""
        return self.factor if channel in self.hurried else 1.0

    def book(self, until: int) -> None:
        """Accrue the days before `until` that are not yet booked; wages step up on each anniversary."""
        while self._since < until:
            step = min(until, (self._since // 365 + 1) * 365)
            for channel, cost in self._rates.items():
                if cost.heads:
                    self._accrue(channel, cost, self._since, step)
            self._since = step
            if step % 365 == 0 and self._rates:
                self._rates = {channel: self._day_cost(channel, step) for channel in CHANNELS}

    def _accrue(self, channel: Channel, cost: DayCost, first: int, until: int) -> None:
        days = until - first
        due = self.due
        due.wages += days * cost.paid_hours * cost.wage
        due.trainee_wages += days * cost.trainee_hours * cost.wage
        due.support += days * cost.support
        due.seats += days * cost.seats
        daily = (cost.paid_hours + cost.trainee_hours) * cost.wage + cost.support + cost.seats
        self.books.people(
            self.operator.name, channel, first, until, cost.paid_hours, cost.trainee_hours, cost.heads, daily
        )

    def owe(self, channel: Channel, day: int, weeks: float) -> None:
        """Weeks of pay are owed to agents who were let go on a day: notice and severance."""
        amount = weeks * self.operator.terms.paid_hours_per_week * self._hour(channel, day)
        self.due.severance += amount
        self.books.cost(self.operator.name, channel, day, amount)

    def take_severance(self) -> float:
        """Notice and severance due at the month's end; nothing is due afterwards."""
        amount, self.due.severance = self.due.severance, 0.0
        return amount

    def take_wages(self) -> tuple[float, float]:
        """Wages of agents and of trainees due on payday; nothing is due afterwards."""
        wages, training = self.due.wages, self.due.trainee_wages
        self.due.wages = self.due.trainee_wages = 0.0
        return wages, training

    def take_month(self) -> tuple[float, float, float]:
        """Support, hiring and seats due at the month's end; nothing is due afterwards."""
        month = (self.due.support, self.due.hiring, self.due.seats)
        self.due.support = self.due.hiring = self.due.seats = 0.0
        return month

    def close(self, day: int) -> None:
        """From a day on nobody is employed (the term is over, or the employer has closed)."""
        self.book(day)
        self._rates = {}

    def write_off(self, day: int) -> None:
        """An insolvent employer pays nothing of what is due and has nobody left."""
        self.close(day)
        self.due = Accrued()
