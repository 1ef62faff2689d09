"""A data breach in both sides' books: remediation, a fine, customers lost, and what the vendor bears of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, Final

import simpy

from orm_sim.contract.borne import borne, cap_of
from orm_sim.contract.contract import Contract
from orm_sim.contract.duties.liability import Loss
from orm_sim.finance.accounts import Kind, Party
from orm_sim.finance.ledger import Entry, Ledger
from orm_sim.risk.site import Harm, SiteName, Strike
from orm_sim.simulation.history import Books, Event
from orm_sim.simulation.standing import Standing
from orm_sim.vendor.firm import Purse

CAUSE: Final = "breach"
"""Cause of every entry."""

_INVOICED_IN_DAYS: Final = 31
"""A claim falls due with the fees of a month later."""


@dataclass(slots=True)
class Breached:
    """Books breaches as they happen, and claims from the vendor what its contract says.

    Attributes
    ----------
    contract
        None where everything stays in-house.
    books, ledger, standing, purse
        Of the contract's life, and of its vendor.
    keeps_home
        Whether the client's own centre is lived in this world.
    claimed
        What has been claimed so far, $, by cap and year of the contract.
    """

    contract: Contract | None
    books: Books
    ledger: Ledger
    standing: Standing
    purse: Purse
    keeps_home: bool
    claimed: dict[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))

    def exposed(self, site: SiteName, day: int) -> bool:
        """Whether a site holds the client's records: its own in the term, a vendor's while the contract is in force."""
        holds = self.keeps_home if site == "in_house" else self.standing.in_force
        return holds and day < self.books.days.n_days

    def book(self, env: simpy.Environment, strike: Strike) -> None:
        """What the client pays and loses on the day; of a breach at the vendor's, what it claims."""
        if strike.harm is None:
            return
        day, harm = int(strike.day), strike.harm
        self._post(day, "client", "suppliers", "remediation", harm.remediation, "cash")
        self._post(day, "client", "authority", "remediation", harm.fine, "cash")
        self._post(day, "client", "customers", "retained_margin", harm.margin, "value")
        self.books.events.append(
            Event(day, f"{strike.site}: records of {harm.records:,.0f} customers stolen")
        )
        if strike.site == "vendor" and self.contract is not None:
            env.process(self._claim(env, self.contract, day, harm))

    def _claim(
        self, env: simpy.Environment, contract: Contract, day: int, harm: Harm
    ) -> Generator[simpy.Event, Any, None]:
        """When it falls due the vendor pays what it bears, as far as its cash and credit go."""
        due = min(day + _INVOICED_IN_DAYS + contract.payment.net_days, self.books.days.end_day - 1)
        yield env.timeout(max(due - env.now, 0.0))
        losses: dict[Loss, float] = {"data_breach": harm.remediation, "regulatory_fines": harm.fine}
        amount = sum(self._owed(contract, loss, of, day) for loss, of in losses.items())
        if not self.standing.solvent:
            return
        if not self.purse.can_pay(amount):
            amount = max(self.purse.liquidity, 0.0)
        self.purse.pay(amount)
        self._post(due, "vendor", "client", "remediation", amount, "invoice")
        self._post(due, "vendor", "client", "remediation", amount, "cash")

    def _owed(self, contract: Contract, loss: Loss, amount: float, day: int) -> float:
        """What the vendor bears of a loss, within what its cap leaves in the contract year."""
        if not borne(contract, loss):
            return 0.0
        cap, months = cap_of(contract, loss)
        kept = cap, day // 365
        owed = min(amount, max(months * self._fees_a_month() - self.claimed[kept], 0.0))
        self.claimed[kept] += owed
        return owed

    def _fees_a_month(self) -> float:
        """Fees invoiced so far, on the average of the months that have been."""
        billed = [e for e in self.ledger.entries if (e.account, e.kind) == ("fees", "invoice")]
        months = len({int(self.books.days.month[e.day]) for e in billed})
        return sum(e.amount if e.payee == "vendor" else -e.amount for e in billed) / max(months, 1)

    def _post(self, day: int, payer: Party, payee: Party, account: str, amount: float, kind: Kind) -> None:
        self.ledger.post(Entry(day, payer, payee, account, amount, kind, CAUSE, day))
