"""The term sheet: a contract as numbered plain language, with the words it uses defined."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from orm_sim.contract.clause import Clause, inside, walk
from orm_sim.contract.duties import DUTIES
from orm_sim.contract.measure import Goal
from orm_sim.contract.wording import number, share
from orm_sim.kpi import INDICATORS

if TYPE_CHECKING:
    from orm_sim.contract.contract import Contract


def term_sheet(contract: Contract) -> str:
    """The contract as a lawyer would read it: title, numbered clauses, payment, notice, price, definitions.

    Parameters
    ----------
    contract : Contract
        With or without its rates filled in.
    """
    lines = [contract.title, ""]
    since = "" if contract.starts is None else f" from {contract.starts} on"
    lines += [
        f"1. Scope. {' and '.join(contract.scope).capitalize()} contacts, for {contract.term_months} months{since}."
    ]
    for position, clause in enumerate(contract.clauses, start=2):
        lines += _numbered(clause, str(position), "")
    following = 2 + len(contract.clauses)
    lines += [f"{following + position}. {text}" for position, text in enumerate(_general(contract))]
    lines += ["", "Definitions", *(f"- {each}" for each in _definitions(contract))]
    return "\n".join(lines)


def _numbered(clause: Clause, ordinal: str, indent: str) -> Iterator[str]:
    days = "" if clause.net_days is None else f" Paid {clause.net_days} days after the end of the month."
    site = "" if clause.site is None else f" Counted at the site '{clause.site}' alone."
    dot = "" if "." in ordinal else "."
    yield f"{indent}{ordinal}{dot} {_capital(clause.name)}. {clause.wording()}{site}{days}"
    for position, each in enumerate(inside(clause), start=1):
        yield from _numbered(each, f"{ordinal}.{position}", indent + "   ")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def terms_of_the_whole(contract: Contract) -> dict[str, str]:
    """What is agreed beside the clauses, in words, by the field of the contract that says it."""
    said = {heading: text for heading, _, text in (each.partition(". ") for each in _general(contract))}
    return {field: said[heading] for field, heading in _HEADINGS.items() if heading in said}


def _general(contract: Contract) -> Iterator[str]:
    level = contract.service_level
    if level is not None:
        yield (
            f"Service level. The vendor plans for {share(level.target)} of contacts offered ({level.channel})"
            f" answered in {number(level.within_s)} s."
        )
    yield f"Payment. {contract.payment.wording()}"
    if contract.taxes is not None:
        yield f"Taxes. {contract.taxes.wording()}"
    yield f"Notice. Either side may end the contract with {contract.notice_days} days' notice."
    yield from _course(contract)
    price = contract.price
    if isinstance(price, str):
        yield "Price. As quoted."
    else:
        each = ", ".join(
            f"'{label}'" + ("" if multiple == 1.0 else f" at {multiple:g} times it")
            for label, multiple in price.solve.items()
        )
        yield f"Price. The rate of {each} is solved for a vendor margin of {share(price.value)}."


_HEADINGS: Final = {
    "service_level": "Service level", "payment": "Payment", "taxes": "Taxes", "notice_days": "Notice", "life": "Life",
    "records": "Records", "remedies": "Remedies", **DUTIES, "triggers": "Triggers", "price": "Price",
}  # fmt: skip
"""Fields of a contract, each with the heading under which the term sheet says it."""

_PARTS: Final = ("at", "scale", "cap", "limit", "at_most", "if_")
"""Fields of clauses that hold terms which cite meters of their own."""


def _course(contract: Contract) -> Iterator[str]:
    """The life of the contract, what opens a remedy, and what is agreed about records and liability."""
    for heading, term in (
        ("Life", contract.life),
        ("Records", contract.records),
        ("Remedies", contract.remedies),
    ):
        sentences = list(term.wording()) if term is not None else []
        if sentences:
            yield f"{heading}. {'. '.join(sentences)}."
    agreed = [heading for field, heading in DUTIES.items() if getattr(contract, field) is not None]
    for field, heading in DUTIES.items():
        duties = getattr(contract, field)
        if duties is not None:
            yield f"{heading}. {'. '.join(_capital(said) for said in duties.wording())}."
    if agreed:
        listed = " and ".join(filter(None, (", ".join(agreed[:-1]), agreed[-1])))
        yield f"Not settled. What stands under {listed} moves no money, but for the clauses it cites."
    if contract.triggers:
        yield f"Triggers. {'. '.join(trigger.wording() for trigger in contract.triggers)}."


def _definitions(contract: Contract) -> Iterator[str]:
    """What each KPI and counter that the clauses cite means, in the order they first appear."""
    cited: dict[str, None] = {}
    for _, clause in walk(contract.clauses):
        for holder in (clause, *(getattr(clause, part, None) for part in _PARTS)):
            for field in ("meter", "forecast", "per", "kpi"):
                name = getattr(holder, field, None)
                if isinstance(name, str) and name in INDICATORS:
                    cited[name] = None
        cited |= dict.fromkeys(getattr(clause, "less", ()))
        for goals in (getattr(clause, field, ()) for field in ("measures", "goals", "if_")):
            for goal in (each for each in goals if isinstance(each, Goal)):
                cited |= {goal.reads: None, getattr(goal, "test", goal.reads): None}
    warnings = contract.governance.early_warnings if contract.governance is not None else ()
    for condition in (*(each.if_ for each in contract.triggers), *(each.if_ for each in warnings)):
        for field in ("reads", "meter", "forecast"):
            name = getattr(condition, field, None)
            cited |= {name: None} if isinstance(name, str) else {}
    if contract.sharing is not None:
        cited |= dict.fromkeys(each.kpi for each in contract.sharing.measured_by)
    for name in cited:
        kpi = INDICATORS[name]
        yield f"{_capital(kpi.name)}: {kpi.formula}."
