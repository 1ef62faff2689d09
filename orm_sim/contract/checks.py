"""Contradictions between the clauses of a contract, each with the place of the clause that causes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import numpy as np

from orm_sim.contract.clause import Clause, inside, walk
from orm_sim.contract.clauses import (
    Bonus,
    Cap,
    EarnBack,
    Fixed,
    Floor,
    MinimumCommitment,
    PerUnit,
    ServiceCredit,
    TerminationFee,
    When,
)
from orm_sim.contract.price_checks import indexed_cost, paid_twice, unreached_sums
from orm_sim.contract.time_checks import days_outside, months_outside
from orm_sim.contract.wording import share
from orm_sim.core.errors import nearest

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
    own = [name for name in ("rate", "amount") if getattr(clause, name, None) == "solve"]
    bounds = [(name, getattr(clause, name, None)) for name in BOUNDS]
    return (
        *own,
        *(
            f"{name}.{rate}"
            for name, bound in bounds
            for rate in ("rate", "amount")
            if getattr(bound, rate, None) == "solve"
        ),
    )


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
        holders = (
            (place, clause),
            *(((*place, name), getattr(clause, name, None)) for name in BOUNDS),
            ((*place, "if"), getattr(clause, "if_", None)),
        )
        for prefix, holder in holders:
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
    for place, clause in draft.placed:
        if clause.name in seen:
            at = (*place, "label") if clause.label else place
            yield at, f"two clauses are called '{clause.name}': give this one another label"
        for field, label in clause.cites:
            if label in seen:
                continue
            if label == clause.name:
                yield (*place, field), f"'{label}' depends on itself"
            elif label in names:
                yield (*place, field), f"cites '{label}', which comes later: put that clause before this one"
            elif not draft.may_hold(label):
                yield (*place, field), _no_such(label, names)
        if isinstance(clause, MinimumCommitment) and not isinstance(
            seen.get(clause.fee, clause), PerUnit | MinimumCommitment
        ):
            yield (
                (*place, "fee"),
                f"'{clause.fee}' has no single rate to pay a shortfall at: cite a per_unit clause",
            )
        seen[clause.name] = clause


def _no_such(label: str, names: Iterable[str]) -> str:
    close = nearest(label, names)
    hint = f"Did you mean '{close}'?" if close else f"Labels: {', '.join(names)}"
    return f"no clause is called '{label}'.  {hint}"


def _once(draft: Draft) -> Found:
    term_months = draft.fields["term_months"]
    for place, clause in draft.placed:
        if isinstance(clause, Fixed) and clause.month is not None and clause.month >= term_months:
            last = term_months - 1
            yield (*place, "month"), f"falls after the term, whose last month is {last} when counted from 0"


def _credits(draft: Draft) -> Found:
    term_months = draft.fields["term_months"]
    at_risk: dict[str, float] = {}
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
        for label in clause.fees:
            at_risk[label] = at_risk.get(label, 0.0) + clause.at_risk
            if at_risk[label] > 1.0 + 1e-9:
                yield (
                    (*place, "at_risk"),
                    f"credits put {share(at_risk[label])} of '{label}' at risk, more than 100 %",
                )


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
            yield ("price", "solved", "solve"), _no_such(label, names)


def _remedies(draft: Draft) -> Found:
    """Clauses that ask about credits, or give them back, without there being any."""
    term_months = draft.fields["term_months"]
    placed = {clause.name: clause for _, clause in draft.placed}
    for place, clause in draft.placed:
        asked = clause.if_.cites if isinstance(clause, When) else ()
        if isinstance(clause, Bonus) and clause.not_with_credit is not None:
            asked = (clause.not_with_credit,)
        for label in asked:
            if label in placed and not _has_credit(placed[label]):
                field = "if" if isinstance(clause, When) else "not_with_credit"
                yield (*place, field), f"'{label}' is no service credit, nor is there one inside it"
        if isinstance(clause, EarnBack):
            yield from _earn_back(place, clause)
        steps = clause.schedule if isinstance(clause, TerminationFee) else ()
        for position, step in enumerate(steps):
            if step.through_month > term_months:
                yield (
                    (*place, "schedule", position, "through_month"),
                    f"lies after the term, which is {term_months} months",
                )


def _has_credit(clause: Clause) -> bool:
    return any(isinstance(each, ServiceCredit) for _, each in walk((clause,)))


def _earn_back(place: Location, clause: EarnBack) -> Found:
    if not _has_credit(clause):
        yield place, "there is no service credit among the clauses inside, so nothing to earn back"
    elif not clause.goals:
        yield (
            place,
            "needs `measures`, or a `stretch` in a measure inside: what must be reached to earn back?",
        )
    credits_inside = (inner for _, inner in walk(clause.of) if isinstance(inner, ServiceCredit))
    for inner in credits_inside:
        for measure, (position, goal) in product(inner.measures, enumerate(clause.measures)):
            easier = measure.surpassed_by(np.asarray(goal.target), measure.target) < 0.0
            if goal.kpi == measure.kpi and inner.channel == clause.channel and easier:
                yield (
                    (*place, "measures", position, "target"),
                    f"is easier than the target of '{inner.name}', which is {measure.target:g}",
                )


def _course(draft: Draft) -> Found:
    """Phases, renewal and triggers against each other and against the clauses."""
    term_months, life, triggers, scope = (
        draft.fields[name] for name in ("term_months", "life", "triggers", "scope")
    )
    if life is not None:
        months = (life.transition_months or 0) + (life.ramp_months or 0)
        if months > term_months:
            yield (
                ("life",),
                f"transition and ramp take {months} months, longer than the term of {term_months}",
            )
        notice = getattr(life.renewal, "notice_days", None) or 0
        if notice > term_months * 31:
            yield (
                ("life", "renewal", "notice_days"),
                f"the notice is longer than the term, which is {term_months} months",
            )
    placed = {clause.name: clause for _, clause in draft.placed}
    names = [trigger.name for trigger in triggers]
    for position, trigger in enumerate(triggers):
        here = ("triggers", position)
        if trigger.name in names[:position]:
            yield (*here, "name"), f"two triggers are called '{trigger.name}'"
        for label in trigger.if_.cites:
            if label in placed and not _has_credit(placed[label]):
                yield (*here, "if"), f"'{label}' is no service credit, nor is there one inside it"
            elif label not in placed and not draft.may_hold(label):
                yield (*here, "if"), _no_such(label, placed)
        channel = getattr(trigger.if_, "channel", None)
        if channel is not None and channel not in scope:
            said = ", ".join(scope)
            yield (*here, "if"), f"is about {channel} contacts, but the scope of the contract is {said}"
        days = {"cure": "cure_days", "step_in": "step_in_days"}.get(trigger.opens)
        if days is not None and getattr(life, days, None) is None:
            words = trigger.opens.replace("_", "-")
            yield (*here, "opens"), f"opens a {words}, but `life.{days}` does not say how long it lasts"


_CHECKS: Final[tuple[tuple[Callable[[Draft], Found], tuple[str, ...]], ...]] = (
    (_frame, ("scope", "clauses", "notice_days", "term_months")),
    (_scope, ("scope", "service_level")),
    (_names, ()),
    (_once, ("term_months",)),
    (_credits, ("term_months",)),
    (_bounds, ()),
    (_price, ("price",)),
    (months_outside, ("term_months",)),
    (days_outside, ("term_months", "starts")),
    (indexed_cost, ()),
    (unreached_sums, ()),
    (paid_twice, ()),
    (_remedies, ("term_months",)),
    (_course, ("term_months", "life", "triggers", "scope")),
)
"""What is checked, and the fields of the contract that must have been read for it."""
