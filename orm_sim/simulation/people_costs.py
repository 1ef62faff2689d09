"""What an operator's people and seats cost, accrued by the day and paid on payday or at the month's end."""

from __future__ import annotations

from dataclasses import dataclass, field

from orm_sim.core.units import DAYS_PER_YEAR
from orm_sim.demand.programme import CHANNELS, Channel
from orm_sim.simulation.history import Books
from orm_sim.simulation.operator import Operator

DAYS_PER_MONTH = DAYS_PER_YEAR / 12.0
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


@dataclass(slots=True)
class PeopleCosts:
    """Accruals of one operator; `factor` is 1, or the premium of rebuilding in a hurry."""

    operator: Operator
    books: Books
    factor: float = 1.0
    due: Accrued = field(default_factory=Accrued)

    def day(self, day: int) -> None:
        """Accrue one day for both channels."""
        for channel in CHANNELS:
            self._channel_day(day, channel)

    def _channel_day(self, day: int, channel: Channel) -> None:
        terms, staff = self.operator.terms, self.operator.staff(channel)
        if staff.agents == 0 and staff.trainees == 0:
            return
        paid = staff.agents * terms.paid_hours_per_week / 7.0
        training = staff.trainees * terms.paid_hours_per_week / 7.0
        wage = terms.wage_level(day) * self.factor
        hired = staff.hires * terms.hiring_cost * self.factor if day % 7 == 0 else 0.0
        support = staff.agents * terms.support_per_agent_month * self._growth(day) / DAYS_PER_MONTH
        seats = (staff.agents + staff.trainees) * terms.seat_per_month / DAYS_PER_MONTH
        due = self.due
        due.wages += paid * wage
        due.trainee_wages += training * wage
        due.support += support
        due.hiring += hired
        due.seats += seats
        self.books.hours(self.operator.name, channel, day, paid, training)
        month_days = self.books.days.month_starts
        month = self.books.days.month[day]
        length = float(month_days[month + 1] - month_days[month])
        self.books.count(
            self.operator.name, channel, day, ("paid_hours", "training_hours", "fte"),
            (paid + training, training, (staff.agents + staff.trainees) / length),
        )  # fmt: skip
        self.books.add_cost(
            self.operator.name, channel, day, (paid + training) * wage + support + hired + seats
        )

    def _growth(self, day: int) -> float:
        """Support is mostly people: it grows as wages do."""
        return float((1.0 + self.operator.terms.wage_growth_per_year) ** (day // 365))

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

    def write_off(self) -> None:
        """An insolvent employer pays nothing of what is due."""
        self.due = Accrued()
