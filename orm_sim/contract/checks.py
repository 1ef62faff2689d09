"""Contradictions between the clauses of a contract, each with the place of the clause that causes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orm_sim.contract.clause import Clause, inside, walk
from orm_sim.contract.clauses import Cap, Fixed, Floor, MinimumCommitment, PerUnit, ServiceCredit
from orm_sim.contract.wording import share
from orm_sim.core.errors import nearest

if TYPE_CHECKING:
    from orm_sim.contract.contract import Contract

Location = tuple[str | int, ...]
Found = Iterator[tuple[Location, str]]


def contradictions(contract: Contract) -> Found:
    """Every contradiction, as the place inside the contract and the sentence that refuses it."""
    placed = list(walk(contract.clauses))
    yield from _frame(contract)
    yield from _scope(contract, placed)
    yield from _names(placed)
    yield from _once(contract, placed)
    yield from _credits(contract, placed)
    yield from _bounds(placed)
    yield from _price(contract, placed)


def free_rates(clause: Clause) -> tuple[str, ...]:
    """The fields of a clause (`rate`, `at.rate`) that are still to be solved."""
    own = [name for name in ("rate", "amount") if getattr(clause, name, None) == "solve"]
    bound = getattr(clause, "at", None)
    return (*own, *(f"at.{name}" for name in ("rate", "amount") if getattr(bound, name, None) == "solve"))


def _frame(contract: Contract) -> Found:
    if not contract.scope:
        yield ("scope",), "needs at least one channel: inbound, outbound"
    if not contract.clauses:
        yield ("clauses",), "needs at least one clause"
    if contract.notice_days > contract.term_months * 31:
        yield ("notice_days",), f"the notice is longer than the term, which is {contract.term_months} months"


def _scope(contract: Contract, placed: list[tuple[Location, Clause]]) -> Found:
    scope = ", ".join(contract.scope)
    for place, clause in placed:
        for prefix, holder in ((place, clause), ((*place, "at"), getattr(clause, "at", None))):
            channel = getattr(holder, "channel", None)
            if channel is not None and channel not in contract.scope:
                yield (
                    (*prefix, "channel"),
                    f"is about {channel} contacts, but the scope of the contract is {scope}",
                )
    level = contract.service_level
    if level is not None and level.channel not in contract.scope:
        yield (
            ("service_level", "channel"),
            f"is about {level.channel} contacts, but the scope of the contract is {scope}",
        )


def _names(placed: list[tuple[Location, Clause]]) -> Found:
    names = [clause.name for _, clause in placed]
    seen: dict[str, Clause] = {}
    for place, clause in placed:
        if clause.name in seen:
            at = (*place, "label") if clause.label else place
            yield at, f"two clauses are called '{clause.name}': give this one another label"
        for field, label in clause.cites:
            if label in seen:
                continue
            if label in names:
                yield (*place, field), f"cites '{label}', which comes later: put that clause before this one"
            else:
                close = nearest(label, names)
                hint = f"Did you mean '{close}'?" if close else f"Labels: {', '.join(names)}"
                yield (*place, field), f"no clause is called '{label}'.  {hint}"
        if isinstance(clause, MinimumCommitment) and not isinstance(
            seen.get(clause.fee, clause), PerUnit | MinimumCommitment
        ):
            yield (
                (*place, "fee"),
                f"'{clause.fee}' has no single rate to pay a shortfall at: cite a per_unit clause",
            )
        seen[clause.name] = clause


def _once(contract: Contract, placed: list[tuple[Location, Clause]]) -> Found:
    for place, clause in placed:
        if isinstance(clause, Fixed) and clause.month is not None and clause.month >= contract.term_months:
            last = contract.term_months - 1
            yield (*place, "month"), f"falls after the term, whose last month is {last} when counted from 0"


def _credits(contract: Contract, placed: list[tuple[Location, Clause]]) -> Found:
    at_risk: dict[str, float] = {}
    for place, clause in placed:
        if not isinstance(clause, ServiceCredit):
            continue
        if clause.grace_months > contract.term_months:
            yield (
                (*place, "grace_months"),
                (
                    f"{clause.grace_months} months of grace are longer than the term,"
                    f" which is {contract.term_months} months"
                ),
            )
        for label in clause.fees:
            at_risk[label] = at_risk.get(label, 0.0) + clause.at_risk
            if at_risk[label] > 1.0 + 1e-9:
                yield (
                    (*place, "at_risk"),
                    f"credits put {share(at_risk[label])} of '{label}' at risk, more than 100 %",
                )


def _bounds(placed: list[tuple[Location, Clause]]) -> Found:
    for place, clause in placed:
        if not isinstance(clause, Cap | Floor):
            continue
        for _, under in walk(inside(clause)):
            if (
                isinstance(under, Cap | Floor)
                and type(under) is not type(clause)
                and under.at.meters == clause.at.meters
            ):
                cap, floor = (clause, under) if isinstance(clause, Cap) else (under, clause)
                most, least = cap.at.per_unit, floor.at.per_unit
                if most is not None and least is not None and most < least:
                    yield (
                        (*place, "at"),
                        (
                            f"the cap of {cap.at.wording()} ('{cap.name}') is under the floor of"
                            f" {floor.at.wording()} ('{floor.name}')"
                        ),
                    )


def _price(contract: Contract, placed: list[tuple[Location, Clause]]) -> Found:
    solved = contract.solved
    names = {clause.name: clause for _, clause in placed}
    for place, clause in placed:
        for field in free_rates(clause):
            if clause.name not in solved:
                yield (
                    (*place, *field.split(".")),
                    f"is to be solved, but `price.solve` does not name '{clause.name}'",
                )
    for label in solved:
        if label not in names:
            close = nearest(label, names)
            hint = f"Did you mean '{close}'?" if close else f"Labels: {', '.join(names)}"
            yield ("price", "solved", "solve"), f"no clause is called '{label}'.  {hint}"
        elif not free_rates(names[label]):
            yield (
                ("price", "solved", "solve"),
                f"'{label}' already has a rate: write `solve` in its place, or quote the price",
            )
