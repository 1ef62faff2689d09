"""The ledger of one replication: dated entries between parties; invoices and payments are separate entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orm_sim.finance.accounts import ACCOUNTS, Kind, Party


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger: on `day`, `payer` owes or pays `payee` an `amount` (0 or more) under `account`.

    `kind` says whether money moved (``cash``), was billed (``invoice``) or is worth without a payment (``value``);
    `cause` is the clause, class or event behind it; `accrued_day` is the day on which the cost or income arose.
    """

    day: int
    payer: Party
    payee: Party
    account: str
    amount: float
    kind: Kind
    cause: str = ""
    accrued_day: int = -1


class Ledger:
    """An append-only list of entries with the sums that the books are checked by."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: list[Entry] = list(entries)

    def post(self, entry: Entry) -> None:
        """Add one entry; an amount of zero leaves no trace.

        Raises
        ------
        ValueError
            When the account is unknown, or the amount is negative or not finite: turn payer and payee round instead.
        """
        if entry.account not in ACCOUNTS:
            raise ValueError(f"unknown account {entry.account!r}")
        if not 0.0 <= entry.amount < float("inf"):
            raise ValueError(
                f"{entry.account}: an entry's amount must be finite and 0 or more, not {entry.amount}"
            )
        if entry.amount > 0.0:
            self._entries.append(entry)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries in the order of posting."""
        return tuple(self._entries)

    def flows(
        self, party: Party, account: str, kind: Kind = "cash"
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Days and signed amounts (received +, paid −) of one party under one account and kind."""
        rows = [
            e
            for e in self._entries
            if e.account == account and e.kind == kind and party in (e.payer, e.payee)
        ]
        days = np.array([e.day for e in rows], dtype=np.float64)
        signed = np.array([e.amount if e.payee == party else -e.amount for e in rows], dtype=np.float64)
        return days, signed

    def balance(self, party: Party, kind: Kind = "cash") -> float:
        """Money received less money paid by a party: Σ amount as payee − Σ amount as payer."""
        received = sum(e.amount for e in self._entries if e.kind == kind and e.payee == party)
        paid = sum(e.amount for e in self._entries if e.kind == kind and e.payer == party)
        return received - paid
