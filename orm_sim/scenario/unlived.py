"""What a contract says and no simulation lives: duties, remedies and events that nobody in it brings about."""

from __future__ import annotations

from collections.abc import Iterator

from orm_sim.contract.clause import walk
from orm_sim.contract.clauses import TerminationFee
from orm_sim.contract.contract import Contract
from orm_sim.contract.duties import DUTIES

_FIELDS = {
    "triggers": "triggers and what they open",
    "life": "transition, cure, step-in, renewal and reviews",
    "records": "records, audit and who pays for training",
    "remedies": "sole remedy and the cap on liability",
    **{field: heading.lower() for field, heading in DUTIES.items()},
}
"""Fields of a contract that the simulation does not read, in words."""

_PAYMENT = {
    "dispute": "disputes of invoices",
    "monthly_on_notice": "the change to monthly invoices",
    "factoring": "the sale of what the vendor is owed",
}


def not_simulated(contract: Contract | None) -> tuple[str, ...]:
    """The terms of a contract that a simulation leaves aside, in words; none where it lives all of them."""
    return tuple(_unlived(contract)) if contract is not None else ()


def _unlived(contract: Contract) -> Iterator[str]:
    for field, words in _FIELDS.items():
        if getattr(contract, field) not in (None, ()):
            yield words
    for field, words in _PAYMENT.items():
        if getattr(contract.payment, field) is not None:
            yield words
    for _, clause in walk(contract.clauses):
        if isinstance(clause, TerminationFee):
            yield f"'{clause.name}' (nobody ends the contract for convenience)"
        if getattr(clause, "exclusions", ()):
            yield f"the exclusions of '{clause.name}' (no such event happens)"
