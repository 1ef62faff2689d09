"""Contradictions between the clauses of a contract, each with the place of the clause that causes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from orm_sim.contract.clause import Clause, inside, walk
from orm_sim.contract.clauses import Cap, Fixed, Floor, MinimumCommitment, PerUnit, ServiceCredit
from orm_sim.contract.duty_checks import copies_kept, duties
from orm_sim.contract.price_checks import clock_of_rates_that_move, indexed_cost, paid_twice, unreached_sums
from orm_sim.contract.remedy_checks import course, no_such, remedies, told_apart
from orm_sim.contract.time_checks import days_outside, months_outside
from orm_sim.contract.wording import TOTALS, folded, share

Location = tuple[str | int, ...]
Found = Iterator[tuple[Location, str]]

BOUNDS: Final = ("at", "cap", "at_most")
"""The fields in which clauses hold a bound."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A contract as far as it can be read: its fields, its clauses with their places, the names of the others.

    `unread` holds the names of clauses that cannot be read, `all_named` whether that is every one of them.
    """

    fields: Mapping[str, Any]
    placed: tuple[tuple[Location, Clause], ...]
    unread: frozenset[str] = frozenset()
    all_named: bool = True

    def may_hold(self, label: str) -> bool:
        """Whether a clause that cannot be read may be called so."""
        return label in self.unread or not self.all_named


def contradictions(draft: Draft) -> Found:
    """Every contradiction between readable parts: the place inside the contract and the sentence that refuses it."""
    for check, needed in _CHECKS:
        if all(name in draft.fields for name in needed):
            yield from check(draft)


def free_rates(clause: Clause) -> tuple[str, ...]:
    """The fields of a clause (`rate`, `at.rate`) that are still to be solved."""
    free = [name for name in ("rate", "amount") if getattr(clause, name, None) == "solve"]
    for holder in BOUNDS:
        bound = getattr(clause, holder, None)
        free += [f"{holder}.{name}" for name in ("rate", "amount") if getattr(bound, name, None) == "solve"]
    return tuple(free)


def _frame(draft: Draft) -> Found:
    scope, clauses, notice_days, term_months = (
        draft.fields[name] for name in ("scope", "clauses", "notice_days", "term_months")
    )
    if not scope:
        yield ("scope",), "needs at least one channel: inbound, outbound"
    if not clauses:
        yield ("clauses",), "needs at least one clause"
    if notice_days > term_months * 31:
        yield ("notice_days",), f"the notice is longer than the term, which is {term_months} months"


def _scope(draft: Draft) -> Found:
    channels, level = draft.fields["scope"], draft.fields["service_level"]
    scope = ", ".join(channels)
    for place, clause in draft.placed:
        parts = (((*place, part), getattr(clause, part, None)) for part in BOUNDS)
        condition = ((*place, "if"), getattr(clause, "if_", None))
        for prefix, holder in ((place, clause), *parts, condition):
            channel = getattr(holder, "channel", None)
            if channel is not None and channel not in channels:
                yield (
                    (*prefix, "channel"),
                    f"is about {channel} contacts, but the scope of the contract is {scope}",
                )
    if level is not None and level.channel not in channels:
        yield (
            ("service_level", "channel"),
            f"is about {level.channel} contacts, but the scope of the contract is {scope}",
        )


def _names(draft: Draft) -> Found:
    names = [clause.name for _, clause in draft.placed]
    seen: dict[str, Clause] = {}
    alike: dict[str, str] = {}
    for place, clause in draft.placed:
        at, key = (*place, "label") if clause.label else place, folded(clause.name)
        if key in alike:
            other = (
                ""
                if alike[key] == clause.name
                else f" and '{alike[key]}', which an invoice does not tell apart"
            )
            yield at, f"two clauses are called '{clause.name}'{other}: give this one another label"
        if key in TOTALS:
            yield at, f"'{clause.name}' is what an invoice calls the sum of its lines: give it another label"
        if "of" in type(clause).model_fields and not inside(clause):
            yield (*place, "of"), "needs at least one clause"
        alike.setdefault(key, clause.name)
        for field, label in clause.cites:
            if label in seen:
                continue
            if label == clause.name:
                yield (*place, field), f"'{label}' depends on itself"
            elif label in names:
                yield (*place, field), f"cites '{label}', which comes later: put that clause before this one"
            elif not draft.may_hold(label):
                yield (*place, field), no_such(label, names)
        if isinstance(clause, MinimumCommitment) and not isinstance(
            seen.get(clause.fee, clause), PerUnit | MinimumCommitment
        ):
            yield (
                (*place, "fee"),
                f"'{clause.fee}' has no single rate to pay a shortfall at: cite a per_unit clause",
            )
        seen[clause.name] = clause


def _once(draft: Draft) -> Found:
    term_months = draft.fields["term_months"]
    for place, clause in draft.placed:
        if isinstance(clause, Fixed) and clause.month is not None and clause.month >= term_months:
            last = term_months - 1
            yield (*place, "month"), f"falls after the term, whose last month is {last} when counted from 0"


def _credits(draft: Draft) -> Found:
    term_months = draft.fields["term_months"]
    at_risk: dict[str, float] = {}
    parts = _parts(draft)
    for place, clause in draft.placed:
        if not isinstance(clause, ServiceCredit):
            continue
        if clause.grace_months > term_months:
            yield (
                (*place, "grace_months"),
                (
                    f"{clause.grace_months} months of grace are longer than the term,"
                    f" which is {term_months} months"
                ),
            )
        for label in dict.fromkeys(part for fee in clause.fees for part in parts.get(fee, (fee,))):
            at_risk[label] = at_risk.get(label, 0.0) + clause.at_risk
            if at_risk[label] > 1.0 + 1e-9:
                yield (
                    (*place, "at_risk"),
                    f"credits put {share(at_risk[label])} of '{label}' at risk, more than 100 %",
                )
                break


def _fees(draft: Draft) -> Found:
    """Fees that are counted twice, because they are named twice or stand in a clause that is named too."""
    parts = _parts(draft)
    for place, clause in draft.placed:
        counted: dict[str, str] = {}
        for label in getattr(clause, "fees", ()):
            twice = next((part for part in parts.get(label, (label,)) if part in counted), None)
            if twice is not None:
                yield (*place, "fees"), f"counts '{twice}' twice: in '{counted[twice]}' and in '{label}'"
            counted |= dict.fromkeys(parts.get(label, (label,)), label)


def _parts(draft: Draft) -> dict[str, tuple[str, ...]]:
    """The clauses that each label stands for: itself, or the primitives inside a combinator."""
    return {
        clause.name: tuple(under.name for _, under in walk((clause,)) if not inside(under))
        for _, clause in draft.placed
    }


def _bounds(draft: Draft) -> Found:
    for place, clause in draft.placed:
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


def _price(draft: Draft) -> Found:
    price = draft.fields["price"]
    solved = {} if isinstance(price, str) else price.solve
    names = {clause.name: clause for _, clause in draft.placed}
    for place, clause in draft.placed:
        for field in free_rates(clause):
            if clause.name not in solved:
                yield (
                    (*place, *field.split(".")),
                    f"is to be solved, but `price.solve` does not name '{clause.name}'",
                )
    for label in solved:
        if label in names:
            if not free_rates(names[label]):
                yield (
                    ("price", "solved", "solve"),
                    f"'{label}' already has a rate: write `solve` in its place, or quote the price",
                )
        elif not draft.may_hold(label):
            yield ("price", "solved", "solve"), no_such(label, names)


_CHECKS: Final[tuple[tuple[Callable[[Draft], Found], tuple[str, ...]], ...]] = (
    (_frame, ("scope", "clauses", "notice_days", "term_months")),
    (_scope, ("scope", "service_level")),
    (_names, ()),
    (_once, ("term_months",)),
    (_credits, ("term_months",)),
    (_fees, ()),
    (_bounds, ()),
    (_price, ("price",)),
    (remedies, ("term_months",)),
    (told_apart, ()),
    (course, ("term_months", "life", "triggers", "scope")),
    (months_outside, ("term_months",)),
    (days_outside, ("term_months", "starts")),
    (indexed_cost, ()),
    (unreached_sums, ()),
    (paid_twice, ()),
    (clock_of_rates_that_move, ()),
    (duties, ()),
    (copies_kept, ("ending",)),
)
"""What is checked, and the fields of the contract that must have been read for it."""
