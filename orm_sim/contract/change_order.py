"""Change orders: terms that replace others from a month on, agreed while the contract runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from orm_sim.contract.clause import Clause, inside, walk
from orm_sim.contract.clauses import AnyClause, Fixed
from orm_sim.contract.period import Memory
from orm_sim.core.errors import InputError, name_hint, refuse
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Many, Rule, Term


def _nothing_changed(*values: object) -> str | None:
    return None if any(values) else "changes nothing: give `replace`, `add`, `remove` or `term_months`"


def _before_it_was_asked_for(asked: int, from_month: int) -> str | None:
    if from_month <= asked:
        return f"takes effect in month {from_month}, but is asked for in month {asked}"
    return None


class ChangeOrder(Term):
    """What changes, and from when on."""

    title: str
    """What it is called."""
    asked_in_month: int = required(unit="months", ge=1)
    """The month of the contract in which it is asked for, counted from 1."""
    from_month: int = required(unit="months", ge=2)
    """The first month in which it holds, counted from 1."""
    replace: Many[AnyClause] = ()
    """Clauses that take the place of those with the same label."""
    add: Many[AnyClause] = ()
    """Clauses that are added at the end."""
    remove: Many[str] = ()
    """Labels of clauses that no longer hold."""
    term_months: int | None = optional(unit="months", ge=1)
    """The new length of the contract, from its start."""
    price: float | None = optional(unit="$", ge=0.0)
    """What the client pays for the change, once, in its first month."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("replace", "add", "remove", "term_months"), _nothing_changed),
        Rule(("asked_in_month", "from_month"), _before_it_was_asked_for),
    )

    def applied(self, clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
        """The clauses after the change.

        Raises
        ------
        InputError
            When a label is of no clause; the message names the nearest one.
        """
        names = [clause.name for _, clause in walk(clauses)]
        new = {clause.name: clause for clause in self.replace}
        unknown = [
            (field, label)
            for field, labels in (("replace", new), ("remove", self.remove))
            for label in labels
            if label not in names
        ]
        if unknown:
            raise InputError(
                problem
                for field, label in unknown
                for problem in refuse(
                    "no clause of the contract is called so",
                    path=field,
                    value=label,
                    hint=name_hint(label, names),
                ).problems
            )
        return (*_changed(clauses, new, frozenset(self.remove)), *self.add, *self._paid())

    def _paid(self) -> Iterable[Clause]:
        if self.price:
            label = f"price of change order: {self.title}"
            yield Fixed(label=label, amount=self.price, when="once", month=self.from_month - 1)


def _changed(
    clauses: tuple[Clause, ...], new: Mapping[str, Clause], gone: frozenset[str]
) -> tuple[Clause, ...]:
    """Clauses, and those inside them, with some replaced and some gone."""
    changed: list[Clause] = []
    for clause in clauses:
        if clause.name in gone:
            continue
        each = new.get(clause.name, clause)
        if each is clause and inside(clause):
            each = clause.model_copy(update={"of": _changed(inside(clause), new, gone)})
        changed.append(each)
    return tuple(changed)


def carried_over(before: tuple[Clause, ...], after: tuple[Clause, ...], memory: Memory) -> Memory:
    """What clauses remember, handed on to the clauses of the same label and kind in a changed contract.

    Parameters
    ----------
    before, after : tuple of Clause
        The clauses of the contract before and after the change.
    memory : Memory
        What settlement left behind under those before.
    """
    if not memory.inner:
        return memory
    return Memory(memory.values, _handed_on(after, dict(_remembered(before, memory))))


def _remembered(clauses: tuple[Clause, ...], memory: Memory) -> Iterable[tuple[tuple[str, str], Memory]]:
    for clause, own in zip(clauses, memory.inner, strict=False):
        yield (clause.name, clause.kind), own
        yield from _remembered(inside(clause), own)


def _handed_on(clauses: tuple[Clause, ...], known: dict[tuple[str, str], Memory]) -> tuple[Memory, ...]:
    handed: list[Memory] = []
    for clause in clauses:
        own = known.get((clause.name, clause.kind), Memory())
        handed.append(Memory(own.values, _handed_on(inside(clause), known)))
    return tuple(handed)
