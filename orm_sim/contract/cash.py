"""Cash: from the lines of an invoice to dated payments, so that the two differ as they do in life."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np

from orm_sim.contract.payment import DAYS_OF_INTEREST, WEEKS, DisputeTerms, PaymentTerms
from orm_sim.contract.period import Array, LineItem
from orm_sim.contract.rounding import to_cents

Cause = Literal["invoice", "early_discount", "late_interest", "disputed", "conceded"]
"""Why money moves, or does not: the lines of an invoice, the discount kept, interest added, a disputed part when its
dispute is resolved, and what the vendor then concedes."""

CLAIMS = frozenset({"service_credit", "clawback", "damages"})
"""Kinds of line items that the vendor owes in its own right; other negative lines only lessen a fee."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """The client's dispute of what one clause billed, and its outcome.

    Parameters
    ----------
    label : str
        The clause.
    share : array or float
        The share of its lines that is disputed, 0 to 1.
    conceded : array or float
        The share of the disputed part that the vendor gives up in the end, 0 to 1.
    raised_after_days : int
        Days from the invoice to the notice; a notice after the window has no effect.
    resolved_after_days : int, optional
        Days from the notice to the outcome; where not given, as long as the terms allow.
    """

    label: str
    share: Array | float
    conceded: Array | float = 0.0
    raised_after_days: int = 0
    resolved_after_days: int | None = None

    def __post_init__(self) -> None:
        for name in ("share", "conceded"):
            value = np.asarray(getattr(self, name))
            if not np.all((value >= 0.0) & (value <= 1.0)):
                raise ValueError(f"the dispute of '{self.label}': {name} must be 0 to 1; got {value}")
        if self.raised_after_days < 0 or (self.resolved_after_days or 0) < 0:
            raise ValueError(f"the dispute of '{self.label}': days must be 0 or more")


@dataclass(frozen=True, slots=True)
class Flow:
    """What one line of an invoice adds to the payment of a day.

    Parameters
    ----------
    day : int
        When it is paid.
    amount : array
        Money from client to vendor, in whole cents; negative the other way.
    cause : Cause
        Why.
    label, kind : str
        The clause and kind of the line; of a discount or interest, what it is called.
    claim : bool
        Whether the vendor pays it apart because the contract does not set it off.
    """

    day: int
    amount: Array
    cause: Cause
    label: str
    kind: str
    claim: bool = False


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment: who pays whom how much on which day, and what for.

    Parameters
    ----------
    day : int
        Day on which it is made.
    payer, payee : {"client", "vendor"}
        The two parties.
    amount : array
        0 or more; over the leading axes of the line items.
    cause : {"invoice", "claim"}
        The invoice, or what the vendor owes apart from it.
    """

    day: int
    payer: Literal["client", "vendor"]
    payee: Literal["client", "vendor"]
    amount: Array
    cause: Literal["invoice", "claim"]


def flows(
    terms: PaymentTerms,
    items: Sequence[LineItem],
    invoiced_day: int,
    *,
    disputed: Sequence[Dispute] = (),
    early: bool = False,
    late_days: int = 0,
) -> tuple[Flow, ...]:
    """When each part of an invoice is paid, in the order of days.

    Parameters
    ----------
    terms : PaymentTerms
        The contract's.
    items : sequence of LineItem
        The invoice.
    invoiced_day : int
        The day it is dated, from which all days count.
    disputed : sequence of Dispute
        What the client disputes of it; for one clause, one dispute at most.
    early : bool
        Whether the client pays early where that earns the discount: all that is due later than the discount's
        days and not disputed.
    late_days : int
        Days by which the client pays later than it should; what the vendor pays apart is paid on time.

    Returns
    -------
    tuple of Flow
        They sum to the invoice, less what is conceded and the discount, plus interest.

    Raises
    ------
    ValueError
        When the contract knows no disputes or no discount and is asked for one, when a dispute names a clause that
        billed nothing or one that is disputed already, or when the client is to pay both early and late.

    Notes
    -----
    A discount or interest is reckoned on all that is paid together on a day, and rounded once. What a dispute leaves
    to the vendor is paid with interest, where there is any, from the day it was due.

    Weekly invoices are four, a week apart, the last on `invoiced_day`; a dispute is of the same share of each, and days
    count from each.
    """
    if terms.every == "week":
        weeks = _weekly(items)
        days = [invoiced_day - 7 * (len(weeks) - 1 - week) for week in range(len(weeks))]
        each = terms.model_copy(update={"every": "month"})
        parts = (
            flow
            for day, part in zip(days, weeks, strict=True)
            for flow in flows(each, part, day, disputed=disputed, early=early, late_days=late_days)
        )
        return tuple(sorted(parts, key=lambda flow: flow.day))
    disputes = _known(terms, items, disputed)
    _refuse(terms, early, late_days)
    due: list[tuple[int, Flow]] = []
    for item in items:
        day = invoiced_day + item.net_days
        claim = item.kind in CLAIMS and not terms.set_off
        paid_on = day if claim else _paid_on(terms, item.net_days, invoiced_day, early, late_days)
        dispute = disputes.get(item.label)
        if dispute is None or terms.dispute is None or dispute.raised_after_days > terms.dispute.window_days:
            due.append((day, Flow(paid_on, item.amount, "invoice", item.label, item.kind, claim)))
        else:
            due += [
                (day, each) for each in _split(terms.dispute, item, dispute, invoiced_day, paid_on, claim)
            ]
    found = [flow for _, flow in due]
    found += _discounts(terms, due, invoiced_day, early) + _interest(terms, due)
    return tuple(sorted(found, key=lambda flow: flow.day))


def payments(
    terms: PaymentTerms,
    items: Sequence[LineItem],
    invoiced_day: int,
    *,
    disputed: Sequence[Dispute] = (),
    early: bool = False,
    late_days: int = 0,
) -> tuple[Payment, ...]:
    """The payments an invoice leads to: all that is due on a day in one sum, either way; see `flows`."""
    return netted(flows(terms, items, invoiced_day, disputed=disputed, early=early, late_days=late_days))


def netted(parts: Iterable[Flow]) -> tuple[Payment, ...]:
    """Flows of each day in one payment; claims that are not set off in one of their own."""
    made: list[Payment] = []
    ordered = sorted(parts, key=lambda flow: (flow.day, flow.claim))
    for (day, claim), together in groupby(ordered, key=lambda flow: (flow.day, flow.claim)):
        net = _sum(together)
        cause: Literal["invoice", "claim"] = "claim" if claim else "invoice"
        if np.any(net > 0.0):
            made.append(Payment(day, "client", "vendor", np.maximum(net, 0.0), cause))
        if np.any(net < 0.0):
            made.append(Payment(day, "vendor", "client", np.maximum(-net, 0.0), cause))
    return tuple(made)


def _weekly(items: Sequence[LineItem]) -> list[list[LineItem]]:
    """The lines of a month in equal parts, one invoice a week; the last makes up the cents."""
    parts = [to_cents(item.amount / WEEKS) for item in items]
    rest = [to_cents(item.amount - part * (WEEKS - 1)) for item, part in zip(items, parts, strict=True)]
    return [
        [item._replace(amount=amount) for item, amount in zip(items, amounts, strict=True)]
        for amounts in [*[parts] * (WEEKS - 1), rest]
    ]


def due_after(items: Sequence[LineItem], before: PaymentTerms, after: PaymentTerms) -> tuple[LineItem, ...]:
    """Lines settled under one set of payment terms, with the days of another: for months after a change of terms."""
    return tuple(
        item._replace(net_days=after.net_days) if item.net_days == before.net_days else item for item in items
    )


def _sum(parts: Iterable[Flow]) -> Array:
    return to_cents(sum((flow.amount for flow in parts), np.asarray(0.0)))


def _known(terms: PaymentTerms, items: Sequence[LineItem], disputed: Sequence[Dispute]) -> dict[str, Dispute]:
    """The disputes by label."""
    if disputed and terms.dispute is None:
        raise ValueError("the contract's payment terms know no disputes: give them `dispute`")
    billed = {item.label for item in items}
    found: dict[str, Dispute] = {}
    for dispute in disputed:
        if dispute.label not in billed:
            raise ValueError(f"'{dispute.label}' billed nothing that could be disputed: {sorted(billed)} did")
        if dispute.label in found:
            raise ValueError(f"'{dispute.label}' is disputed twice: put both into one dispute")
        found[dispute.label] = dispute
    return found


def _refuse(terms: PaymentTerms, early: bool, late_days: int) -> None:
    if late_days < 0:
        raise ValueError(f"late_days must be 0 or more; got {late_days}")
    if early and late_days:
        raise ValueError("an invoice is paid early or late, not both")
    if early and terms.early_discount is None:
        raise ValueError("the contract gives no discount for paying early")


def _paid_on(terms: PaymentTerms, net_days: int, invoiced_day: int, early: bool, late_days: int) -> int:
    if early and terms.early_discount is not None:
        return invoiced_day + min(terms.early_discount.within_days, net_days)
    return invoiced_day + net_days + late_days


def _split(
    terms: DisputeTerms, item: LineItem, dispute: Dispute, invoiced_day: int, paid_on: int, claim: bool
) -> list[Flow]:
    """A disputed line: what is paid on time, what is paid when the dispute is resolved, and what never is."""
    most = terms.resolve_days
    took = most if dispute.resolved_after_days is None else min(dispute.resolved_after_days, most)
    resolved = max(invoiced_day + dispute.raised_after_days + took, invoiced_day + item.net_days)
    held = to_cents(item.amount * dispute.share)
    conceded = to_cents(held * dispute.conceded)
    on_time = paid_on if terms.pays_undisputed else resolved
    return [
        Flow(on_time, to_cents(item.amount - held), "invoice", item.label, item.kind, claim),
        Flow(resolved, held, "disputed", item.label, item.kind, claim),
        Flow(resolved, to_cents(-conceded), "conceded", item.label, item.kind, claim),
    ]


def _discounts(
    terms: PaymentTerms, due: Sequence[tuple[int, Flow]], invoiced_day: int, early: bool
) -> list[Flow]:
    """The discount on what is paid early and was due later."""
    if not early or terms.early_discount is None:
        return []
    day = invoiced_day + terms.early_discount.within_days
    paid = _sum(flow for was_due, flow in due if flow.day == day < was_due and not flow.claim)
    kept = to_cents(-np.maximum(paid, 0.0) * terms.early_discount.share)
    return [Flow(day, kept, "early_discount", "early-payment discount", "fee")]


def _interest(terms: PaymentTerms, due: Sequence[tuple[int, Flow]]) -> list[Flow]:
    """Simple interest on what is paid after it was due, for each pair of those days."""
    if not terms.late_interest_per_year:
        return []
    late = sorted({(flow.day, was_due) for was_due, flow in due if flow.day > was_due})
    added = []
    for day, was_due in late:
        owed = _sum(flow for since, flow in due if (flow.day, since) == (day, was_due))
        years = (day - was_due) / DAYS_OF_INTEREST
        interest = to_cents(np.maximum(owed, 0.0) * (terms.late_interest_per_year * years))
        added.append(Flow(day, interest, "late_interest", "late interest", "fee"))
    return added
