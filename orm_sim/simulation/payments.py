"""Payday and month's end: what client and vendor pay their people and suppliers, and the vendor's other accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orm_sim.demand.calendar import Calendar
from orm_sim.finance.ledger import Entry, Ledger
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

    def pay(self, day: int, is_month_end: bool) -> None:
        """What falls due on a day."""
        if day % PAYDAY_EVERY_DAYS == PAYDAY_EVERY_DAYS - 1:
            self._pay_people(day)
        if is_month_end:
            self._pay_month(day)

    def _pay_people(self, day: int) -> None:
        for costs in (self.home, self.vendor):
            costs.book(min(day + 1, self.days.n_days))
        wages, training = self.home.take_wages()
        self._post(day, "client", "staff", "in_house_labour", wages, "payroll")
        self._post(day, "client", "staff", "in_house_hiring", training, "payroll of trainees")
        if self.acts():
            wages, training = self.vendor.take_wages()
            if self._met(day, wages + training):
                self._post(day, "vendor", "staff", "vendor_labour", wages, "payroll")
                self._post(day, "vendor", "staff", "vendor_hiring", training, "payroll of trainees")

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
        support, hiring, seats = self.vendor.take_month()
        seats -= self.neglect(day, seats)
        severance = self.vendor.take_severance()
        in_term = day < self.days.n_days and self.serves()
        overhead, platform = (self.overhead, self.platform) if in_term else (0.0, 0.0)
        interest = self.purse.interest(30)
        if self._met(day, support + severance + hiring + seats + platform + overhead + interest):
            self._post(day, "vendor", "staff", "vendor_labour", support, "support")
            self._post(day, "vendor", "staff", "vendor_labour", severance, "notice and severance")
            self._post(day, "vendor", "suppliers", "vendor_hiring", hiring, "recruiting")
            self._post(day, "vendor", "suppliers", "vendor_seats", seats + platform, "seats")
            self._post(day, "vendor", "suppliers", "vendor_overhead", overhead, "account overhead")
            self._post(day, "vendor", "lender", "vendor_interest", interest, "credit line")

    def _met(self, day: int, amount: float) -> bool:
        """Take a payment from the vendor's purse, or fail where it cannot be met."""
        if self.purse.can_pay(amount):
            self.purse.pay(amount)
            return True
        self.fail(day)
        return False

    def _post(self, day: int, payer: Any, payee: Any, account: str, amount: float, cause: str) -> None:
        self.ledger.post(Entry(day, payer, payee, account, amount, "cash", cause, day))
