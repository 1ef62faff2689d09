"""From meters to money: the month's invoice by the contract's own settlement, and its payment when it falls due."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from orm_sim.contract.contract import Contract
from orm_sim.contract.period import NOTHING, LineItem, Memory
from orm_sim.contract.settlement import settle
from orm_sim.finance.accounts import Kind
from orm_sim.finance.ledger import Entry, Ledger
from orm_sim.simulation.history import Books
from orm_sim.vendor.decision.tolerance import Tolerance
from orm_sim.vendor.decision.valuation import Signed


def account_of(item: LineItem) -> str:
    """The client's account a line item is booked to: credits stand apart from fees."""
    return "credits" if item.kind == "service_credit" else "fees"


class Billing:
    """The invoices of one contract in one replication."""

    def __init__(
        self, contract: Contract, books: Books, ledger: Ledger, wage_growth: float, tax_share: float
    ) -> None:
        self._contract = contract
        self._books = books
        self._ledger = ledger
        self._wage_growth = wage_growth
        self._tax_share = tax_share
        self._memory: Memory = NOTHING
        self._due: dict[int, list[LineItem]] = defaultdict(list)
        self.revenue = 0.0

    def signed(self, month: int, tolerance: Tolerance | None = None) -> Signed:
        """The contract as far as it has been settled, `month` being the next, and what the client still bears."""
        return Signed(self._contract, self._memory, month, tolerance)

    def outstanding(self) -> list[tuple[int, float]]:
        """Invoiced and not yet paid: the day each line falls due, and its amount."""
        return [(day, float(item.amount)) for day, items in self._due.items() for item in items]

    def month_end(self, month: int, day: int, in_force: bool) -> None:
        """Settle a month on the vendor's meters, book the invoice, and note when each line is to be paid."""
        meters = self._books.meters("vendor", month)
        years = day // 365
        meters["index", "wages"] = np.asarray((1.0 + self._wage_growth) ** years)
        items, self._memory = settle(self._contract, self._memory, meters, month, ended=not in_force)
        for item in items:
            amount = float(item.amount)
            if amount != 0.0:
                self._post(day, item, amount, "invoice", day)
                self._due[day + item.net_days].append(item)
                self.revenue += amount if item.kind not in ("reserve_withheld", "reserve_released") else 0.0

    def receipts(self, day: int) -> float:
        """Payments that fall due on a day: what the vendor receives, net of what it owes."""
        received = 0.0
        for item in self._due.pop(day, []):
            amount = float(item.amount)
            self._post(day, item, amount, "cash", day)
            received += amount
            if amount > 0.0 and self._tax_share > 0.0:
                self._ledger.post(
                    Entry(
                        day,
                        "client",
                        "authority",
                        "irrecoverable_tax",
                        amount * self._tax_share,
                        "cash",
                        item.label,
                    )
                )
        return received

    def _post(self, day: int, item: LineItem, amount: float, kind: Kind, accrued: int) -> None:
        account = account_of(item)
        if amount > 0.0:
            self._ledger.post(Entry(day, "client", "vendor", account, amount, kind, item.label, accrued))
        else:
            self._ledger.post(Entry(day, "vendor", "client", account, -amount, kind, item.label, accrued))
