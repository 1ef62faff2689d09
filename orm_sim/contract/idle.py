"""Clauses that can never act, whatever is measured: a mistake, or something left over from another deal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orm_sim.contract.clause import walk
from orm_sim.contract.clauses import Benchmark, Commission, Fixed, Indexed, PerUnit, ServiceCredit, When
from orm_sim.contract.condition import Failures
from orm_sim.contract.contract import Contract
from orm_sim.contract.credit import Lump, PerPoint
from orm_sim.contract.lint import Finding, Placed
from orm_sim.contract.reach import beyond_reach, condition_beyond_reach
from orm_sim.contract.wording import price, share
from orm_sim.core.document import Parts

_WHY = "A clause that cannot act is a mistake, or belongs out"


def idle(here: Placed, contract: Contract) -> Iterator[Finding]:
    """What of a clause never comes to anything."""
    clause, term = here.clause, contract.term_months
    for look in (
        _idle_credit(clause, contract), _idle_price(clause), _idle_months(clause, term), beyond_reach(clause, contract),
    ):  # fmt: skip
        for at, sentence in look:
            yield here.finding("warning", "idle", at, sentence, _WHY)


def idle_triggers(contract: Contract) -> Iterator[Finding]:
    """Triggers whose condition can never hold."""
    for position, trigger in enumerate(contract.triggers):
        for at, sentence in condition_beyond_reach(trigger.if_, contract, ("triggers", position, "if")):
            yield Finding("warning", "idle", at, trigger.name, sentence, _WHY)


def _idle_credit(clause: Any, contract: Contract) -> Iterator[tuple[Parts, str]]:
    if not isinstance(clause, ServiceCredit):
        return
    term = contract.term_months
    if clause.grace_months >= term:
        yield (
            ("grace_months",),
            f"{clause.grace_months} months of grace leave none of the {term} months to be measured",
        )
    if clause.at_risk == 0.0:
        yield ("at_risk",), "no part of the fees is at risk, so no credit is ever due"
    for position, measure in enumerate(clause.measures):
        credit, kpi = measure.credit, measure.indicator
        if isinstance(credit, PerPoint | Lump) and not (credit.amount or credit.share):
            yield ("measures", position, "credit"), "a miss costs nothing"
        if (
            isinstance(credit, Lump)
            and clause.excess == "dropped"
            and (credit.share or 0.0) > clause.at_risk > 0.0
        ):
            yield (
                ("measures", position, "credit"),
                f"of the {share(credit.share or 0.0)} that a miss costs never more than the {share(clause.at_risk)}"
                " at risk is owed",
            )
        if kpi.unit == "share" and measure.target == (0.0 if kpi.better == "higher" else 1.0):
            yield ("measures", position, "target"), f"a share of {share(measure.target)} is always reached"
        if measure.default_only and not _asked_about(clause.name, contract):
            yield (
                ("measures", position, "default_only"),
                f"a miss counts as a failure, but no trigger and no `when` asks about failures of '{clause.name}'",
            )


def _asked_about(label: str, contract: Contract) -> bool:
    conditions: list[Any] = [trigger.if_ for trigger in contract.triggers]
    conditions += [clause.if_ for _, clause in walk(contract.clauses) if isinstance(clause, When)]
    around = {
        clause.name
        for _, clause in walk(contract.clauses)
        if any(e.name == label for _, e in walk((clause,)))
    }
    return any(isinstance(each, Failures) and each.failures_of in around for each in conditions)


def _idle_price(clause: Any) -> Iterator[tuple[Parts, str]]:
    if clause.kind in ("minimum_commitment", "holdback", "gain_share") and _zero(
        clause, ("share", "vendor_share")
    ):
        yield (), "its share is 0"
    if isinstance(clause, Commission) and clause.reserve is not None and clause.reserve.share == 0.0:
        yield ("reserve",), "nothing is withheld"
    if isinstance(clause, PerUnit | Commission | Fixed) and _zero(clause, ("rate", "amount")):
        yield ("rate" if hasattr(clause, "rate") else "amount",), f"the price is {price(0.0)}"
    if getattr(getattr(clause, "at", None), "per_unit", None) == 0.0:
        yield ("at",), "the bound is 0"


def _idle_months(clause: Any, term: int) -> Iterator[tuple[Parts, str]]:
    if isinstance(clause, Indexed) and clause.against == "last_review":
        every = clause.every_months or 12
        often = "at each anniversary" if every == 12 else f"every {every} months"
        if term <= every:
            yield ("index",), f"amounts change {often}, and the term of {term} months ends before the first"
    if isinstance(clause, Benchmark) and term <= clause.every_months:
        yield (
            ("every_months",),
            f"prices are compared after {clause.every_months} months, in a term of {term}",
        )
    first = getattr(clause, "from_month", None)
    if isinstance(first, int) and first > term:
        yield ("from_month",), f"begins in month {first}, after the term of {term} months"
    within = getattr(clause, "within_months", None)
    if isinstance(within, int) and within > term:
        yield ("within_months",), f"looks back {within} months in a term of {term}"


def _zero(clause: Any, names: tuple[str, ...]) -> bool:
    return any(getattr(clause, name, None) == 0.0 for name in names)
