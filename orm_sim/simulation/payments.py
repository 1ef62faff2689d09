"""Payday and month's end: what client and vendor pay their people and suppliers, and the vendor's other accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orm_sim.demand.calendar import Calendar
from orm_sim.finance.ledger import Entry, Ledger
from orm_sim.simulation.estate import Bill, Estate
from orm_sim.simulation.people_costs import PAYDAY_EVERY_DAYS, PeopleCosts
from orm_sim.vendor.firm import Purse


def _nothing(day: int, seats: float) -> float:
    """Nothing is left out."""
    return 0.0


@dataclass(slots=True)
class Payments:
    """Pays what is due, day by day; a payment that the vendor cannot meet ends it.

    Attributes
    ----------
    days, ledger
        Calendar and books.
    home, vendor : PeopleCosts
        What has accrued.
    purse : Purse
        The vendor's.
    other : float64[n_months]
        Margin of the vendor's other accounts.
    overhead : float
        Of the vendor's account, $ a month; `platform` what standing by costs it on top.
    acts, serves : callable
        Whether there is a vendor that has not failed, and whether its contract is still in force.
    fail : callable
        What happens on the day it does.
    neglect : callable
        What the vendor leaves out of a month's seats, by day and cost of the seats.
    estate : Estate
        Whom it owes once it has failed.
    """

    days: Calendar
    ledger: Ledger
    home: PeopleCosts
    vendor: PeopleCosts
    purse: Purse
    other: NDArray[np.float64]
    overhead: float
    acts: Callable[[], bool]
    serves: Callable[[], bool]
    fail: Callable[[int], None]
    platform: float = 0.0
    neglect: Callable[[int, float], float] = _nothing
    failed: bool = False

    estate: Estate = field(init=False)

    def __post_init__(self) -> None:
        self.estate = Estate(self.ledger, self.purse)

    def pay(self, day: int, is_month_end: bool) -> None:
        """What falls due on a day; what is owed when the vendor fails is paid out of what still comes in."""
        if day % PAYDAY_EVERY_DAYS == PAYDAY_EVERY_DAYS - 1:
            self._pay_people(day)
        if is_month_end:
            self._pay_month(day)
        if self.failed:
            self.estate.distribute(day)
            if day + 1 == self.days.end_day:
                self.estate.close(day)

    def _pay_people(self, day: int) -> None:
        for costs in (self.home, self.vendor):
            costs.book(min(day + 1, self.days.n_days))
        wages, training = self.home.take_wages()
        self._post(day, "client", "staff", "in_house_labour", wages, "payroll")
        self._post(day, "client", "staff", "in_house_hiring", training, "payroll of trainees")
        if self.acts():
            self._meet(day, self._wages())

    def _wages(self) -> tuple[Bill, ...]:
        wages, training = self.vendor.take_wages()
        return (
            Bill("staff", "vendor_labour", wages, "payroll"),
            Bill("staff", "vendor_hiring", training, "payroll of trainees"),
        )

    def _month(self) -> tuple[Bill, ...]:
        support, hiring, seats = self.vendor.take_month()
        return (
            Bill("staff", "vendor_labour", support, "support"),
            Bill("staff", "vendor_labour", self.vendor.take_severance(), "notice and severance"),
            Bill("suppliers", "vendor_hiring", hiring, "recruiting"),
            Bill("suppliers", "vendor_seats", seats, "seats"),
        )

    def _pay_month(self, day: int) -> None:
        support, hiring, seats = self.home.take_month()
        self._post(day, "client", "staff", "in_house_labour", support, "support")
        self._post(day, "client", "suppliers", "in_house_hiring", hiring, "recruiting")
        self._post(day, "client", "suppliers", "in_house_seats", seats, "seats")
        if self.acts():
            self._pay_vendor_month(day)

    def _pay_vendor_month(self, day: int) -> None:
        margin = float(self.other[int(self.days.month[day])])
        self._post(day, "other_clients", "vendor", "other_business", max(margin, 0.0), "other accounts")
        self._post(day, "vendor", "other_clients", "other_business", max(-margin, 0.0), "other accounts")
        self.purse.receive(margin)
        *people, places = self._month()
        in_term = day < self.days.n_days and self.serves()
        overhead, platform = (self.overhead, self.platform) if in_term else (0.0, 0.0)
        seats = places.amount - self.neglect(day, places.amount) + platform
        interest = Bill("lender", "vendor_interest", self.purse.interest(30), "credit line")
        run = Bill("suppliers", "vendor_overhead", overhead, "account overhead")
        self._meet(day, (*people, places._replace(amount=seats), run, interest))

    def _meet(self, day: int, bills: tuple[Bill, ...]) -> None:
        """Pay bills from the vendor's purse, or fail where it cannot: then they are claims, as all that has accrued."""
        total = sum(bill.amount for bill in bills)
        if self.purse.can_pay(total):
            self.purse.pay(total)
            for payee, account, amount, cause in bills:
                self._post(day, "vendor", payee, account, amount, cause)
            return
        self.failed = True
        self.estate.claim((*bills, *self._wages(), *self._month()))
        self.fail(day)

    def _post(self, day: int, payer: Any, payee: Any, account: str, amount: float, cause: str) -> None:
        self.ledger.post(Entry(day, payer, payee, account, amount, "cash", cause, day))
