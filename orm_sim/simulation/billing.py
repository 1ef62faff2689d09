"""From meters to money: the month's invoice by the contract's own settlement, and its payment when it falls due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from orm_sim.contract.cash import Dispute, Flow, flows
from orm_sim.contract.clauses import Scaled
from orm_sim.contract.contract import Contract
from orm_sim.contract.payment import PaymentTerms
from orm_sim.contract.period import NOTHING, LineItem, Memory
from orm_sim.contract.settlement import settle
from orm_sim.contract.silence import silent
from orm_sim.contract.taxes import TaxFlow, tax_flows
from orm_sim.core.streams import Key, uniforms
from orm_sim.finance.accounts import Kind, Party
from orm_sim.finance.ledger import Entry, Ledger
from orm_sim.relationship.client import Client
from orm_sim.risk.site import Site
from orm_sim.scenario.metered import INDICES
from orm_sim.simulation.history import Books, Floats
from orm_sim.vendor.decision.outlook import KEPT_AFTER
from orm_sim.vendor.decision.tolerance import Tolerance
from orm_sim.vendor.decision.valuation import Signed

_LATER = ("early_discount", "late_interest", "conceded")
"""Causes that no invoice has named: they are billed when they come about."""

_INCLUDED = 1
"""Second word of the draw that says whether services are missing; disputes take 0."""

_REMEDIES = ("service_credit", "earn_back", "damages")


def account_of(kind: str) -> str:
    """The client's account a kind of line item is booked to: credits stand apart from fees."""
    return "credits" if kind in _REMEDIES else "fees"


@dataclass(frozen=True, slots=True)
class Habit:
    """How a client pays: early, late, or on the day."""

    early: bool
    late_days: int

    @classmethod
    def of(cls, client: Client, terms: PaymentTerms) -> Habit:
        """Late where it always does; early where the discount earns more than its discount rate."""
        if client.pays_late_days:
            return cls(False, client.pays_late_days)
        offer = terms.early_discount
        earns = 0.0 if offer is None else offer.yearly_return(terms.net_days)
        return cls(offer is not None and earns > client.discount_rate_per_year, 0)


class Extra(NamedTuple):
    """What is owed beside the contract: a quantity at a rate."""

    label: str
    quantity: float
    rate: float

    def line(self, net_days: int) -> LineItem:
        """It as a line of an invoice, in cents."""
        amount, what = np.asarray(round(self.quantity * self.rate, 2)), {"label": self.label}
        return LineItem(
            "", self.label, "fee", "inbound", np.asarray(self.quantity), np.asarray(self.rate), amount, net_days,
            "{label}", what,
        )  # fmt: skip


def at_level(contract: Contract, level: float) -> Contract:
    """A contract with every price and sum of its clauses multiplied."""
    scaled = Scaled(by=level, of=contract.clauses, label="as offered")
    return contract.model_copy(update={"clauses": (scaled,)})


def _set_off(parts: list[Flow]) -> float:
    """Share of what is owed to the client that what it owes covers, 1 at most."""
    owing = sum(max(float(part.amount), 0.0) for part in parts)
    owed = sum(max(-float(part.amount), 0.0) for part in parts)
    return min(owing / owed, 1.0) if owed > 0.0 else 1.0


def _extra(contract: Contract, client: Client, luck: Key | None) -> float:
    """Share of the fees that is paid on top for services thought included, by what the contract leaves open."""
    if client.hidden_fees is None or luck is None:
        return 0.0
    drawn = float(uniforms(luck, 1, 0, _INCLUDED)[0])
    return client.hidden_fees.share_of_fees(sum(1 for _ in silent(contract)), drawn)


class Billing:
    """The invoices of one contract in one replication."""

    def __init__(
        self,
        contract: Contract,
        client: Client,
        books: Books,
        ledger: Ledger,
        wage_growth: float,
        site: Site | None = None,
        luck: Key | None = None,
    ) -> None:
        self._contract = contract
        self._books = books
        self._ledger = ledger
        self._wage_growth = wage_growth
        self._site = site or Site("vendor")
        self.indices = {name: np.ones(books.days.n_months_with_run_off) for name in INDICES}
        self._tax_share = client.irrecoverable_tax_share
        self._habit = Habit.of(client, contract.payment)
        self._disputes = client.disputes if contract.payment.dispute is not None else None
        self._luck = luck
        self._memory: Memory = NOTHING
        self._level = 1.0
        self._extra = _extra(contract, client, luck)
        self._extras: dict[int, float] = defaultdict(float)
        self._due: dict[int, list[Flow]] = defaultdict(list)
        self._taxes: dict[int, list[TaxFlow]] = defaultdict(list)

    @property
    def contract(self) -> Contract:
        """As it is settled now."""
        return self._contract

    def offered(self, level: float) -> Contract:
        """The contract with every price and sum at a multiple of those that were signed."""
        return self._contract if level == self._level else at_level(self._contract, level / self._level)

    def take_level(self, level: float) -> None:
        """From the next settlement on the contract holds at a multiple of the prices that were signed."""
        if level != self._level:
            self._contract, self._memory = self.offered(level), Memory(inner=(self._memory,))
            self._level = level

    def metered(self, month: int) -> dict[tuple[str, str], Floats]:
        """What a month has been settled on."""
        found = {("index", name): np.asarray(values[month]) for name, values in self.indices.items()}
        return self._books.meters("vendor", month) | found

    def signed(self, month: int, tolerance: Tolerance | None = None) -> Signed:
        """The contract as far as it has been settled, `month` being the next, and what the client still bears."""
        sold = self._books.of("vendor", "outbound", "sales_net")
        past = tuple(float(sold[m]) for m in range(month - 1, max(month - 1 - KEPT_AFTER, -1), -1))
        return Signed(self._contract, self._memory, month, past, tolerance)

    def outstanding(self) -> list[tuple[int, float]]:
        """Invoiced and not yet paid: the day each line falls due, and its amount."""
        return [(day, float(item.amount)) for day, items in self._due.items() for item in items]

    def month_end(self, month: int, day: int, in_force: bool, extras: Sequence[Extra] = ()) -> None:
        """Settle a month on the vendor's meters, book the invoice, and note when each line is to be paid.

        `extras` are owed beside the contract, and paid as its invoices are.
        """
        meters = self._books.meters("vendor", month)
        years = day // 365
        found = {
            "wages": (1.0 + self._wage_growth) ** years * self._site.wages,
            "currency": self._site.currency,
        }
        for name in INDICES:
            self.indices[name][month] = found[name]
            meters["index", name] = np.asarray(found[name])
        items, self._memory = settle(self._contract, self._memory, meters, month, ended=not in_force)
        more = [each.line(self._contract.payment.net_days) for each in extras]
        billed = [item for item in (*items, *more) if float(item.amount) != 0.0]
        for item in billed:
            self._post(day, item.kind, float(item.amount), "invoice", item.label)
        self._schedule(billed, day, self._disputed(month, billed))
        if self._extra > 0.0:
            self._bill_extra(day, billed)

    def _bill_extra(self, day: int, billed: list[LineItem]) -> None:
        """Bill what the client thought was included, due with the fees."""
        fees = sum(max(float(item.amount), 0.0) for item in billed if account_of(item.kind) == "fees")
        amount = round(self._extra * fees, 2)
        due = min(day + self._contract.payment.net_days, self._books.days.end_day - 1)
        self._move(day, "client", "vendor", "hidden_fees", amount, "invoice", "services thought included")
        self._extras[due] += amount

    def _disputed(self, month: int, billed: list[LineItem]) -> tuple[Dispute, ...]:
        """What the client disputes of a month's invoice: its largest line, or nothing."""
        habit, fees = self._disputes, [item for item in billed if float(item.amount) > 0.0]
        if habit is None or self._luck is None or not fees:
            return ()
        if float(uniforms(self._luck, 1, month)[0]) >= habit.chance_per_month:
            return ()
        largest = max(fees, key=lambda item: float(item.amount))
        return (Dispute(largest.label, habit.share, habit.conceded),)

    def _schedule(self, billed: list[LineItem], day: int, disputed: tuple[Dispute, ...]) -> None:
        """Note the payments of an invoice, and the taxes that move with them."""
        terms, habit = self._contract.payment, self._habit
        parts = flows(terms, billed, day, disputed=disputed, early=habit.early, late_days=habit.late_days)
        close = self._books.days.end_day - 1
        waits = bool(habit.late_days or disputed)
        for part in parts:  # who pays late pays before the books are closed
            self._due[min(part.day, close) if waits else part.day].append(part)
        if self._contract.taxes is not None:
            for tax in tax_flows(self._contract.taxes, parts):
                self._taxes[min(tax.day, close) if waits else tax.day].append(tax)

    def receipts(self, day: int, solvent: bool) -> float:
        """Payments that fall due on a day: what the vendor receives, net of what it owes.

        A vendor that has failed does not pay claims that the contract does not set off, nor what set-off leaves open.
        """
        received = self._receive_extra(day)
        parts = [part for part in self._due.pop(day, []) if solvent or not part.claim]
        share = 1.0 if solvent else _set_off(parts)
        for part in parts:
            amount = float(part.amount) * (share if float(part.amount) < 0.0 else 1.0)
            if part.cause in _LATER:
                self._post(day, part.kind, amount, "invoice", part.label)
            self._post(day, part.kind, amount, "cash", part.label)
            received += amount
            if amount > 0.0:
                lost = amount * self._tax_share
                self._move(day, "client", "authority", "irrecoverable_tax", lost, "cash", part.label)
        return received + sum(self._tax(day, tax) for tax in self._taxes.pop(day, []))

    def _receive_extra(self, day: int) -> float:
        """What is paid on a day for services thought included."""
        amount = self._extras.pop(day, 0.0)
        if amount > 0.0:
            self._move(day, "client", "vendor", "hidden_fees", amount, "cash", "services thought included")
            lost = amount * self._tax_share
            self._move(
                day, "client", "authority", "irrecoverable_tax", lost, "cash", "services thought included"
            )
        return amount

    def _tax(self, day: int, tax: TaxFlow) -> float:
        """Book a tax; what it adds to the vendor's cash."""
        amount = float(tax.amount)
        if tax.cause == "gross_up":
            self._post(day, "fee", amount, "invoice", "gross-up of tax withheld")
            self._post(day, "fee", amount, "cash", "gross-up of tax withheld")
        else:
            account = "vendor_tax" if tax.cause == "withheld" else "irrecoverable_tax"
            self._move(day, tax.payer, tax.payee, account, amount, "cash", tax.cause)
        return amount * ((tax.payee == "vendor") - (tax.payer == "vendor"))

    def _post(self, day: int, line_kind: str, amount: float, kind: Kind, cause: str) -> None:
        self._move(day, "client", "vendor", account_of(line_kind), amount, kind, cause)

    def _move(
        self, day: int, payer: Party, payee: Party, account: str, amount: float, kind: Kind, cause: str
    ) -> None:
        """Post an entry from payer to payee; the other way round where the amount is negative."""
        if amount < 0.0:
            payer, payee = payee, payer
        self._ledger.post(Entry(day, payer, payee, account, abs(amount), kind, cause, day))
