"""Lint: what a careful reader would ask about a contract before signing it, each with place, sentence and reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from orm_sim.contract.clause import Clause, inside, walk
from orm_sim.contract.contract import Contract
from orm_sim.core.document import Document, Parts, format_path

Weight = Literal["error", "warning", "note"]
"""error: terms that contradict each other. warning: a trap. note: something to settle, or to know."""

Topic = Literal["cliff", "uncapped", "incentive", "contradiction", "idle", "silent", "compliance", "target"]
"""What a finding is about."""

WEIGHTS: Final[tuple[Weight, ...]] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at.

    Parameters
    ----------
    weight : Weight
        How much it matters.
    topic : Topic
        What it is about.
    place : tuple of str and int
        Keys and positions inside the contract.
    label : str
        The clause it is about, "" for the whole contract.
    sentence : str
        What was found.
    why : str
        Why it matters.
    """

    weight: Weight
    topic: Topic
    place: Parts
    label: str
    sentence: str
    why: str

    def said(self, document: Document | None = None) -> str:
        """The finding in two lines, with file and line where the document is given."""
        path = format_path(self.place)
        where = "" if document is None else f"{document.place(self.place)}  "
        about = f" ({self.label})" if self.label else ""
        return f"{where}{path}{about}\n    {self.weight}, {self.topic}: {self.sentence}.  {self.why}."

    def as_dict(self, document: Document | None = None) -> dict[str, Any]:
        """Plain data for JSON."""
        line = None if document is None else document.place(self.place).line
        return {
            "weight": self.weight, "topic": self.topic, "path": format_path(self.place), "line": line,
            "label": self.label, "sentence": self.sentence, "why": self.why,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placed:
    """A clause with the place it stands at and the clauses around it, the innermost last."""

    place: Parts
    clause: Clause
    around: tuple[Clause, ...]

    def finding(self, weight: Weight, topic: Topic, at: Parts, sentence: str, why: str) -> Finding:
        """A finding about the clause, at a place inside it."""
        return Finding(weight, topic, (*self.place, *at), self.clause.name, sentence, why)


def placed(contract: Contract) -> tuple[Placed, ...]:
    """Every clause with its place and what is around it, in the order of settlement."""
    return tuple(_placed(contract.clauses, ("clauses",), ()))


def _placed(clauses: tuple[Clause, ...], at: Parts, around: tuple[Clause, ...]) -> Iterator[Placed]:
    for position, clause in enumerate(clauses):
        here = (*at, position)
        yield from _placed(inside(clause), (*here, "of"), (*around, clause))
        yield Placed(here, clause, around)


def lint(contract: Contract) -> tuple[Finding, ...]:
    """Everything found in a contract, what matters most first.

    Parameters
    ----------
    contract : Contract
        With or without its rates filled in. What is refused at load is not looked for again.
    """
    from orm_sim.contract.silence import silent
    from orm_sim.contract.traps import traps

    found = [*traps(contract), *silent(contract)]
    order = {each: position for position, (each, _) in enumerate(_places(contract))}
    return tuple(sorted(found, key=lambda each: (WEIGHTS.index(each.weight), order.get(each.label, -1))))


def _places(contract: Contract) -> Iterator[tuple[str, Clause]]:
    for _, clause in walk(contract.clauses):
        yield clause.name, clause
