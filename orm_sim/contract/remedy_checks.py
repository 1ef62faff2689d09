"""Contradictions of remedies and of the contract's life: credits that are not there, triggers that open nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from orm_sim.contract.clause import Clause, walk
from orm_sim.contract.clauses.bonus import Bonus
from orm_sim.contract.clauses.earn_back import EarnBack
from orm_sim.contract.clauses.service_credit import ServiceCredit
from orm_sim.contract.clauses.termination_fee import TerminationFee
from orm_sim.contract.clauses.when import When
from orm_sim.contract.condition import Condition
from orm_sim.contract.statistic import missed_in
from orm_sim.core.errors import nearest

if TYPE_CHECKING:
    from orm_sim.contract.checks import Draft

Location = tuple[str | int, ...]
Found = Iterator[tuple[Location, str]]


def no_such(label: str, names: Iterable[str]) -> str:
    """The sentence that refuses a label that no clause has, with the nearest one."""
    close = nearest(label, names)
    hint = f"Did you mean '{close}'?" if close else f"Labels: {', '.join(names)}"
    return f"no clause is called '{label}'.  {hint}"


def remedies(draft: Draft) -> Found:
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


def told_apart(draft: Draft) -> Found:
    """Two targets of one KPI that are tested by the day or week: the count of misses would be the same column."""
    seen: dict[tuple[str, str], tuple[str, tuple[object, ...]]] = {}
    for place, clause in draft.placed:
        for position, measure in enumerate(clause.measures if isinstance(clause, ServiceCredit) else ()):
            if measure.window is None:
                continue
            meter = missed_in(measure.window, measure.reads)
            terms = (measure.target, measure.within_s, measure.of)
            key = (f"{getattr(clause, 'channel', '')}@{clause.site}", meter)
            label, first = seen.setdefault(key, (clause.name, terms))
            if terms != first:
                yield (
                    (*place, "measures", position, "window"),
                    f"'{label}' tests another target of the same KPI by the {measure.window}: the history's column"
                    f" '{meter}' can count the misses of one of them only",
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
            same = goal.reads == measure.reads and measure.window is None
            if same and inner.channel == clause.channel and easier:
                yield (
                    (*place, "measures", position, "target"),
                    f"is easier than the target of '{inner.name}', which is {measure.target:g}",
                )


def course(draft: Draft) -> Found:
    """Phases, renewal and triggers against each other and against the clauses."""
    term_months, life, triggers = (draft.fields[name] for name in ("term_months", "life", "triggers"))
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
    names = [trigger.name for trigger in triggers]
    for position, trigger in enumerate(triggers):
        here = ("triggers", position)
        if trigger.name in names[:position]:
            yield (*here, "name"), f"two triggers are called '{trigger.name}'"
        yield from asked(draft, (*here, "if"), trigger.if_)
        days = {"cure": "cure_days", "step_in": "step_in_days"}.get(trigger.opens)
        if days is not None and getattr(life, days, None) is None:
            words = trigger.opens.replace("_", "-")
            yield (*here, "opens"), f"opens a {words}, but `life.{days}` does not say how long it lasts"


def asked(draft: Draft, place: Location, condition: Condition) -> Found:
    """A condition that asks about credits that are not there, or about a channel outside the scope."""
    placed = {clause.name: clause for _, clause in draft.placed}
    for label in condition.cites:
        if label in placed and not _has_credit(placed[label]):
            yield place, f"'{label}' is no service credit, nor is there one inside it"
        elif label not in placed and not draft.may_hold(label):
            yield place, no_such(label, placed)
    channel, scope = getattr(condition, "channel", None), draft.fields.get("scope")
    if channel is not None and scope is not None and channel not in scope:
        said = ", ".join(scope)
        yield place, f"is about {channel} contacts, but the scope of the contract is {said}"
