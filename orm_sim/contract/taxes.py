"""Taxes on an invoice: value-added tax and who owes it, what cannot be recovered, and tax withheld from the vendor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar, Literal

import numpy as np

from orm_sim.contract.cash import Flow
from orm_sim.contract.period import Array
from orm_sim.contract.rounding import to_cents
from orm_sim.contract.wording import share
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Rule, Term

Party = Literal["client", "vendor", "authority"]
TaxCause = Literal["vat", "vat_recovered", "gross_up", "withheld"]


def _nothing_to_recover(vat: float, irrecoverable: float | None) -> str | None:
    if not vat and irrecoverable:
        return "says what cannot be recovered of a value-added tax of 0"
    return None


def _nothing_to_gross_up(gross_up: bool, withholding: float | None) -> str | None:
    return "grosses up, but no tax is withheld: give `withholding`" if gross_up and not withholding else None


class Taxes(Term):
    """The taxes that fall on what the client pays."""

    vat: float = required(unit="share", ge=0.0, lt=1.0)
    """Value-added tax as a share of the fees."""
    charge: Literal["domestic", "reverse"] = "domestic"
    """Who owes it to the authority: the vendor, who adds it to the invoice, or the client (reverse charge)."""
    irrecoverable_share: float | None = optional(unit="share", ge=0.0, le=1.0)
    """The share of it that the client cannot recover; where not given, it recovers all."""
    withholding: float | None = optional(unit="share", ge=0.0, lt=1.0)
    """The share of the fees that the client keeps back and pays to the authority for the vendor."""
    gross_up: bool = False
    """Whether fees are raised so that the vendor receives them whole after withholding."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("vat", "irrecoverable_share"), _nothing_to_recover),
        Rule(("gross_up", "withholding"), _nothing_to_gross_up),
    )

    def wording(self) -> str:
        """The taxes as sentences of the term sheet."""
        text = f"Value-added tax of {share(self.vat)} is added and paid over by the vendor."
        if self.charge == "reverse":
            text = f"Value-added tax of {share(self.vat)} is owed by the client (reverse charge)."
        if not self.vat:
            text = "No value-added tax" + (" (reverse charge)." if self.charge == "reverse" else ".")
        if self.irrecoverable_share is not None:
            text += f" The client cannot recover {share(self.irrecoverable_share)} of it."
        if self.withholding is not None:
            text += (
                f" The client withholds {share(self.withholding)} of the fees and pays it to the authority"
            )
            text += (
                "; the fees are raised so that the vendor receives them whole."
                if self.gross_up
                else ", which the vendor bears."
            )
        return text


@dataclass(frozen=True, slots=True)
class TaxedInvoice:
    """An invoice with its taxes, each rounded to the cent once.

    Parameters
    ----------
    fees : array
        What settlement came to.
    gross_up : array
        What is added so that withholding leaves the fees whole.
    vat : array
        Value-added tax on both.
    vat_due_from : {"vendor", "client"}
        Who owes it to the authority.
    withheld : array
        What the client pays to the authority for the vendor.
    irrecoverable : array
        The part of the value-added tax that stays with the client.
    """

    fees: Array
    gross_up: Array
    vat: Array
    vat_due_from: Literal["vendor", "client"]
    withheld: Array
    irrecoverable: Array

    @property
    def total(self) -> Array:
        """What the invoice asks for: fees as raised, and value-added tax where the vendor charges it."""
        charged = self.vat if self.vat_due_from == "vendor" else np.asarray(0.0)
        return to_cents(self.fees + self.gross_up + charged)

    @property
    def transferred(self) -> Array:
        """What the client transfers to the vendor: the total less what it withholds."""
        return to_cents(self.total - self.withheld)

    @property
    def cost(self) -> Array:
        """What the client bears: fees as raised, and tax it cannot recover."""
        return to_cents(self.fees + self.gross_up + self.irrecoverable)


def taxed(taxes: Taxes, fees: Array | float) -> TaxedInvoice:
    """An invoice of so much with its taxes.

    Parameters
    ----------
    taxes : Taxes
        The contract's.
    fees : array or float
        What settlement came to; below zero (a credit note), value-added tax is given back and nothing withheld.
    """
    fees = to_cents(fees)
    owed = np.maximum(fees, 0.0)
    rate = taxes.withholding or 0.0
    added = to_cents(owed / (1.0 - rate) - owed) if taxes.gross_up else np.zeros(np.shape(fees))
    withheld = added if taxes.gross_up else to_cents(owed * rate)
    vat = to_cents((fees + added) * taxes.vat)
    irrecoverable = to_cents(vat * (taxes.irrecoverable_share or 0.0))
    due_from: Literal["vendor", "client"] = "vendor" if taxes.charge == "domestic" else "client"
    return TaxedInvoice(fees, added, vat, due_from, withheld, irrecoverable)


@dataclass(frozen=True, slots=True)
class TaxFlow:
    """A tax that moves with a payment: on a day, from payer to payee; negative the other way."""

    day: int
    payer: Party
    payee: Party
    amount: Array
    cause: TaxCause


def tax_flows(taxes: Taxes, flows: Iterable[Flow]) -> tuple[TaxFlow, ...]:
    """The taxes that move as an invoice is paid.

    Parameters
    ----------
    taxes : Taxes
        The contract's.
    flows : iterable of Flow
        The payments of one invoice; see `cash.flows`.

    Returns
    -------
    tuple of TaxFlow
        On each day the tax on all that has been paid by then, less what moved before: so they sum to the tax on what
        was paid in all, however it was split.

    Notes
    -----
    A discount and what is conceded lessen the tax; interest for paying late bears none. The vendor pays its tax over
    on the day it receives it, and the client recovers its own on the day it pays it.
    """
    reached = taxed(taxes, 0.0)
    paid: Array = np.asarray(0.0)
    moved: list[TaxFlow] = []
    bearing = sorted((each for each in flows if each.cause != "late_interest"), key=lambda flow: flow.day)
    for day, together in groupby(bearing, key=lambda flow: flow.day):
        paid = to_cents(paid + sum((flow.amount for flow in together), np.asarray(0.0)))
        now = taxed(taxes, paid)
        moved += _moved(day, reached, now)
        reached = now
    return tuple(flow for flow in moved if np.any(flow.amount != 0.0))


def _moved(day: int, before: TaxedInvoice, now: TaxedInvoice) -> list[TaxFlow]:
    vat = to_cents(now.vat - before.vat)
    lost = to_cents(now.irrecoverable - before.irrecoverable)
    added = to_cents(now.gross_up - before.gross_up)
    withheld = to_cents(now.withheld - before.withheld)
    charged = [TaxFlow(day, "client", "authority", vat, "vat")]
    if now.vat_due_from == "vendor":
        charged = [
            TaxFlow(day, "client", "vendor", vat, "vat"),
            TaxFlow(day, "vendor", "authority", vat, "vat"),
        ]
    return [
        *charged,
        TaxFlow(day, "authority", "client", to_cents(vat - lost), "vat_recovered"),
        TaxFlow(day, "client", "vendor", added, "gross_up"),
        TaxFlow(day, "vendor", "authority", withheld, "withheld"),
    ]
