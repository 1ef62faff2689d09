"""Payment terms: when an invoice is paid, what paying early earns, what paying late costs, and how it is disputed."""

from __future__ import annotations

from typing import ClassVar

from orm_sim.contract.wording import share
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Rule, Term

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


def _discount_too_late(early: EarlyDiscount | None, net_days: int) -> str | None:
    if early is not None and early.within_days >= net_days:
        return (
            f"pays for paying within {early.within_days} days, but the invoice is due after {net_days} days"
            " anyway: the discount needs fewer days"
        )
    return None


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

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("early_discount", "net_days"), _discount_too_late),)

    def wording(self) -> str:
        """The payment terms as sentences of the term sheet."""
        text = (
            "Invoiced at the end of each month, each line rounded to the cent, half a cent away from zero;"
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
