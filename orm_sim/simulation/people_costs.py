"""What an operator's people and seats cost, accrued by the day and paid on payday or at the month's end."""

from __future__ import annotations

from dataclasses import dataclass, field

from orm_sim.core.units import DAYS_PER_MONTH
from orm_sim.demand.programme import CHANNELS, Channel
from orm_sim.simulation.history import Books
from orm_sim.simulation.operator import Operator

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


@dataclass(frozen=True, slots=True)
class DayCost:
    """What one channel's people and seats cost on each day of a week; `hiring` falls on its first day."""

    paid_hours: float
    trainee_hours: float
    heads: int
    wage: float
    support: float
    hiring: float
    seats: float


@dataclass(slots=True)
class PeopleCosts:
    """Accruals of one operator; `factor` is 1, or the premium of rebuilding in a hurry."""

    operator: Operator
    books: Books
    factor: float = 1.0
    due: Accrued = field(default_factory=Accrued)
    _week: dict[Channel, DayCost] = field(default_factory=dict)

    def week(self, day: int) -> None:
        """Take the head counts and wages as they are from a day on."""
        self._week = {channel: self._rates(channel, day) for channel in CHANNELS}

    def _rates(self, channel: Channel, day: int) -> DayCost:
        terms, staff = self.operator.terms, self.operator.staff(channel)
        hours, heads = terms.paid_hours_per_week / 7.0, staff.agents + staff.trainees
        growth = (1.0 + terms.wage_growth_per_year) ** (
            day // 365
        )  # support is mostly people: it grows as wages do
        return DayCost(
            paid_hours=staff.agents * hours,
            trainee_hours=staff.trainees * hours,
            heads=heads,
            wage=terms.wage_level(day) * self.factor,
            support=staff.agents * terms.support_per_agent_month * growth / DAYS_PER_MONTH,
            hiring=staff.hires * terms.hiring_cost * self.factor,
            seats=heads * terms.seat_per_month / DAYS_PER_MONTH,
        )

    def day(self, day: int) -> None:
        """Accrue one day for both channels."""
        if day % 365 == 0:
            self.week(day)
        for channel, cost in self._week.items():
            if cost.heads:
                self._accrue(day, channel, cost)

    def _accrue(self, day: int, channel: Channel, cost: DayCost) -> None:
        hiring = cost.hiring if day % 7 == 0 else 0.0
        wages, training = cost.paid_hours * cost.wage, cost.trainee_hours * cost.wage
        due = self.due
        due.wages += wages
        due.trainee_wages += training
        due.support += cost.support
        due.hiring += hiring
        due.seats += cost.seats
        total = wages + training + cost.support + hiring + cost.seats
        self.books.people(
            self.operator.name, channel, day, cost.paid_hours, cost.trainee_hours, cost.heads, total
        )

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

    def write_off(self, day: int) -> None:
        """An insolvent employer pays nothing of what is due and has nobody left."""
        self.due = Accrued()
        self.week(day)
