"""What a contract does not say: the terms on which deals are lost when nobody wrote them down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orm_sim.contract.clause import walk
from orm_sim.contract.clauses import ServiceCredit
from orm_sim.contract.contract import Contract
from orm_sim.contract.lint import Finding
from orm_sim.contract.silence_of_duties import unsaid_duties
from orm_sim.core.document import Parts

_HOURS = ("paid_hours", "productive_hours", "training_hours", "logged_hours", "overtime_hours", "fte")
_CONTACTS = ("answered", "offered", "handled_s")
"""Meters that count contacts which come back; payable ones leave them out by definition."""


def silent(contract: Contract) -> Iterator[Finding]:
    """A finding for each question that the contract leaves open, and whose answer moves money."""
    kinds = {clause.kind for _, clause in walk(contract.clauses)}
    meters = set(_meters(contract))
    yield from _records(contract, meters, kinds)
    yield from _life(contract, kinds)
    yield from _money(contract, kinds)
    for field, question, why in unsaid_duties(contract):
        yield _silent((field,), question, why)


def _silent(at: Parts, sentence: str, why: str) -> Finding:
    return Finding("note", "silent", at, "", f"the contract does not say {sentence}", why)


def _meters(contract: Contract) -> Iterator[str]:
    for _, clause in walk(contract.clauses):
        for holder in (clause, getattr(clause, "at", None), getattr(clause, "scale", None)):
            for name in ("meter", "per"):
                found = getattr(holder, name, None)
                if isinstance(found, str):
                    yield found


def _said(contract: Contract, section: str, name: str) -> Any:
    """A term of a section that a contract may have; None where it is not said."""
    return getattr(getattr(contract, section, None), name, None)


def _records(contract: Contract, meters: set[str], kinds: set[str]) -> Iterator[Finding]:
    by_hour, by_contact = meters & set(_HOURS), meters & set(_CONTACTS)
    if by_hour and _said(contract, "records", "hour_means") is None:
        yield _silent(
            ("records", "hour_means"), "what an hour is: paid, logged, productive or handling",
            "An hour paid, logged, productive or spent on contacts is a different number of hours each time",
        )  # fmt: skip
    if by_contact and _said(contract, "records", "repeats") is None:
        yield _silent(
            ("records", "repeats"), "whether contacts that come back are paid again",
            "Unresolved contacts return within days, and are billed twice",
        )  # fmt: skip
    if by_hour and _said(contract, "records", "training") is None:
        yield _silent(
            ("records", "training"), "who pays for training: for growth, and for leavers",
            "Those who leave are replaced all the time, and someone pays for it",
        )  # fmt: skip
    if _said(contract, "records", "source") is None:
        yield _silent(
            ("records", "source"), "whose records count where the two sides' figures differ",
            "Each invoice can be disputed, and none settled",
        )  # fmt: skip
    if _said(contract, "records", "audit") is None:
        yield _silent(
            ("records", "audit"), "whether the client may audit the figures it is billed by",
            "Who meters and bills alone is not checked",
        )  # fmt: skip


def _life(contract: Contract, kinds: set[str]) -> Iterator[Finding]:
    if "termination_fee" not in kinds:
        yield _silent(
            ("clauses",), "what ending early costs: there is no termination fee",
            "The vendor's investment is unprotected, or the client finds out in court",
        )  # fmt: skip
    if _said(contract, "life", "renewal") is None:
        yield _silent(
            ("life", "renewal"), "whether and how it is renewed",
            "Work goes on after the term at terms that nobody agreed",
        )  # fmt: skip
    if "service_credit" in kinds and not contract.triggers:
        yield _silent(
            ("triggers",), "what happens when targets are missed month after month",
            "A vendor can rationally pay credits for the whole term",
        )  # fmt: skip


def _money(contract: Contract, kinds: set[str]) -> Iterator[Finding]:
    credit_says = any(
        isinstance(clause, ServiceCredit) and clause.sole_remedy is not None
        for _, clause in walk(contract.clauses)
    )
    if "service_credit" in kinds and not credit_says and _said(contract, "remedies", "sole_remedy") is None:
        yield _silent(
            ("remedies", "sole_remedy"), "whether credits are the client's only remedy",
            "Damages beyond the credits are open to both readings",
        )  # fmt: skip
    if "liability_cap" not in kinds and _said(contract, "remedies", "liability_cap_months") is None:
        yield _silent(
            ("remedies", "liability_cap_months"), "up to what sum either side is liable",
            "The exposure of both sides is open-ended",
        )  # fmt: skip
    if contract.taxes is None:
        yield _silent(
            ("taxes",), "who bears taxes on the fees", "Tax that cannot be recovered is part of the price"
        )
    if contract.payment.dispute is None:
        yield _silent(
            ("payment", "dispute"), "how an invoice is disputed, and what is paid meanwhile",
            "One disputed line can hold up a whole invoice, and the payroll behind it",
        )  # fmt: skip
    if contract.term_months > 24 and "indexed" not in kinds:
        yield _silent(
            ("clauses",), f"how prices move over {contract.term_months} months: nothing is indexed",
            "Wages rise; a vendor squeezed by them cuts what is not measured",
        )  # fmt: skip
    if contract.payment.net_days > 60:
        at = ("payment", "net_days")
        sentence = f"payment after {contract.payment.net_days} days makes the vendor a lender"
        yield Finding(
            "note", "incentive", at, "", sentence, "Its interest is in the price, and its cash runs out first"
        )
