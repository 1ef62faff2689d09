"""The estate of a vendor that has failed: whom it owes, what it pays them out of what still comes in, and who loses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from orm_sim.finance.accounts import Party
from orm_sim.finance.ledger import Entry, Ledger
from orm_sim.vendor.firm import Purse

RANKS: Final[tuple[Party, ...]] = ("lender", "staff", "suppliers")
"""Who is paid before whom; those of one rank share what there is in proportion to their claims."""


class Bill(NamedTuple):
    """What a vendor owes: to whom, under which account, how much ($), and what for."""

    payee: Party
    account: str
    amount: float
    cause: str


@dataclass(slots=True)
class Estate:
    """Claims on a failed vendor; none while it pays its bills.

    The drawn part of the credit line is negative cash: what comes in repays the lender first of all.
    """

    ledger: Ledger
    purse: Purse
    claims: list[Bill] = field(default_factory=list)

    def claim(self, bills: Iterable[Bill]) -> None:
        """Note what is owed on the day of failure."""
        self.claims += [bill for bill in bills if bill.amount > 0.0]

    def distribute(self, day: int) -> None:
        """Pay what cash there is to the first rank that has claims, then to the next."""
        for rank in RANKS:
            total = sum(bill.amount for bill in self.claims if bill.payee == rank)
            if total > 0.0 and self.purse.cash > 0.0:
                self._pay(day, rank, min(self.purse.cash / total, 1.0))

    def _pay(self, day: int, rank: Party, share: float) -> None:
        left = []
        for bill in self.claims:
            if bill.payee == rank:
                paid = bill.amount * share
                self.purse.pay(paid)
                self._post(day, bill.account, bill._replace(amount=paid), "cash")
                bill = bill._replace(amount=bill.amount - paid)
            left.append(bill)
        self.claims = [bill for bill in left if bill.amount > 0.0]

    def close(self, day: int) -> None:
        """The books are shut: what nobody has paid is its creditors' loss."""
        drawn = Bill("lender", "", max(-self.purse.cash, 0.0), "credit line")
        for bill in (*self.claims, drawn):
            self._post(day, "creditors_loss", bill, "value")

    def _post(self, day: int, account: str, bill: Bill, kind: str) -> None:
        self.ledger.post(Entry(day, "vendor", bill.payee, account, bill.amount, kind, bill.cause, day))  # type: ignore[arg-type]
