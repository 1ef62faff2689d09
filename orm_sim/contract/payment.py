"""Payment terms: when invoices are sent and paid, what early earns, what late costs, and how they are disputed."""

from __future__ import annotations

from typing import ClassVar, Literal

from orm_sim.contract.wording import share
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Rule, Term

WEEKS = 4
"""Invoices of a month that is invoiced every week."""

_WEEKLY = "every week, a quarter of the month's lines each and the last at the end of the month"

DAYS_OF_INTEREST = 365
"""Days of the year on which simple interest is reckoned."""


class EarlyDiscount(Term):
    """What the client keeps for paying early."""

    within_days: int = required(unit="days", ge=0)
    """Days from the end of the billed month within which it must pay."""
    share: float = required(unit="share", gt=0.0, lt=1.0)
    """The share of what it then pays that it keeps."""

    def yearly_return(self, net_days: int) -> float:
        """What paying early earns on the money, as an effective yearly rate.

        Examples
        --------
        >>> round(EarlyDiscount(within_days=10, share=0.02).yearly_return(30), 4)
        0.4459
        """
        early = (net_days - self.within_days) / DAYS_OF_INTEREST
        return float((1.0 - self.share) ** (-1.0 / early) - 1.0)


class DisputeTerms(Term):
    """How the client may dispute an invoice."""

    window_days: int = required(unit="days", ge=0)
    """Days from the invoice within which it must give notice; later, all of it is owed."""
    resolve_days: int = required(unit="days", ge=0)
    """Days from the notice within which the dispute is resolved."""
    pays_undisputed: bool = True
    """Whether the undisputed part of a clause is paid on time; else it waits with the rest."""


def _nothing_to_end(allowed: str, days: int | None) -> str | None:
    return (
        "says what follows the end of sales that are not allowed"
        if allowed == "no" and days is not None
        else None
    )


class Factoring(Term):
    """Whether the vendor may sell what the client owes it."""

    allowed: Literal["yes", "with_consent", "no"]
    """Whether it may."""
    net_days_without: int | None = optional(unit="days", ge=0)
    """Days after which invoices are due once the vendor no longer sells them; where not given, the days stay."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("allowed", "net_days_without"), _nothing_to_end),)

    def wording(self) -> str:
        """The clause as a sentence."""
        may = {
            "yes": "The vendor may sell what the client owes it.",
            "with_consent": "The vendor may sell what the client owes it where the client agrees.",
            "no": "The vendor may not sell what the client owes it.",
        }[self.allowed]
        if self.net_days_without is None:
            return may
        return f"{may} Where it no longer does, invoices are due after {self.net_days_without} days."


def _discount_too_late(early: EarlyDiscount | None, net_days: int) -> str | None:
    if early is not None and early.within_days >= net_days:
        return (
            f"pays for paying within {early.within_days} days, but the invoice is due after {net_days} days"
            " anyway: the discount needs fewer days"
        )
    return None


class MonthlyOnNotice(Term):
    """The terms that hold once the client has asked for one invoice a month."""

    notice_days: int = required(unit="days", ge=0)
    """Days of notice; invoices of the months that begin later are monthly."""
    net_days: int = required(unit="days", ge=0)
    """Days from the end of the billed month until payment, without a discount."""


def _monthly_already(every: str, switch: MonthlyOnNotice | None) -> str | None:
    return (
        "is monthly already: `monthly_on_notice` needs `every: week`" if switch and every == "month" else None
    )


class PaymentTerms(Term):
    """When invoices are paid."""

    net_days: int = required(unit="days", ge=0)
    """Days from the end of the billed month until payment; a clause may have its own."""
    early_discount: EarlyDiscount | None = None
    """What the client keeps for paying early; where not given, nothing."""
    late_interest_per_year: float | None = optional(unit="share/year", ge=0.0)
    """Simple interest, by the day, on what is paid after it is due; where not given, none."""
    dispute: DisputeTerms | None = None
    """How an invoice is disputed; where not given, it cannot be."""
    set_off: bool = True
    """Whether what the vendor owes (service credits, clawbacks) is taken off what it is paid; else the vendor
    pays it apart."""

    every: Literal["week", "month"] = "month"
    """How often an invoice is sent; every week: a quarter of the month's lines each, the last at its end."""
    monthly_on_notice: MonthlyOnNotice | None = None
    """With weekly invoices: the terms to which the client may change."""
    factoring: Factoring | None = None
    """Whether the vendor may sell what it is owed; where not given, nothing is said."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("early_discount", "net_days"), _discount_too_late),
        Rule(("every", "monthly_on_notice"), _monthly_already),
    )

    def monthly(self) -> PaymentTerms:
        """The terms after notice that invoices be monthly: other days, and no discount.

        Raises
        ------
        ValueError
            Where the contract does not allow it.
        """
        if self.monthly_on_notice is None:
            raise ValueError("the contract does not let the client change to monthly invoices")
        days = self.monthly_on_notice.net_days
        update = {"every": "month", "net_days": days, "early_discount": None, "monthly_on_notice": None}
        return self.model_copy(update=update)

    def without_factoring(self) -> PaymentTerms:
        """The terms once the vendor no longer sells what it is owed."""
        days = self.factoring.net_days_without if self.factoring is not None else None
        return self if days is None else self.model_copy(update={"net_days": days})

    def wording(self) -> str:
        """The payment terms as sentences of the term sheet."""
        often = "at the end of each month" if self.every == "month" else _WEEKLY
        text = (
            f"Invoiced {often}, each line rounded to the cent, half a cent away from zero;"
            f" paid {self.net_days} days later unless a clause says otherwise."
        )
        if self.early_discount is not None:
            early = self.early_discount
            text += f" Of what it pays within {early.within_days} days the client keeps {share(early.share)}."
        if self.late_interest_per_year is not None:
            text += (
                f" What is paid late bears simple interest of {share(self.late_interest_per_year)} a year"
                " from the day it was due."
            )
        if self.dispute is not None:
            text += _said(self.dispute)
        if not self.set_off:
            text += " The vendor pays service credits and clawbacks apart: they are not set off."
        if self.monthly_on_notice is not None:
            text += (
                f" On {self.monthly_on_notice.notice_days} days' notice the client changes to monthly invoices, due"
                f" after {self.monthly_on_notice.net_days} days and without a discount."
            )
        if self.factoring is not None:
            text += f" {self.factoring.wording()}"
        return text


def _said(dispute: DisputeTerms) -> str:
    rest = (
        "the undisputed part is paid on time"
        if dispute.pays_undisputed
        else "the undisputed part of the clause waits with the rest"
    )
    return (
        f" The client may dispute an invoice within {dispute.window_days} days of it; {rest};"
        f" disputes are resolved within {dispute.resolve_days} days of the notice."
    )
