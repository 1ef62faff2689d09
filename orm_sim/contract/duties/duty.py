"""What terms that move no money by themselves have in common: they print, they are compared, and they name who pays."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator

from orm_sim.core.terms import Term

Place = tuple[str | int, ...]


class Duties(Term):
    """Duties of the sides; where one costs money, it cites the clause that pays it (`paid_as`)."""

    @abstractmethod
    def wording(self) -> Iterator[str]:
        """What is agreed, a sentence each."""

    def paid(self) -> Iterator[tuple[Place, str]]:
        """The labels of the clauses that pay for a duty, each with the place that cites it."""
        yield from _paid(self, ())


def _paid(term: Term, at: Place) -> Iterator[tuple[Place, str]]:
    for name, info in type(term).model_fields.items():
        value, here = getattr(term, name), (*at, info.alias or name)
        if name == "paid_as" and isinstance(value, str):
            yield here, value
        each_of = enumerate(value) if isinstance(value, tuple) else [(None, value)]
        for position, each in each_of:
            if isinstance(each, Term):
                yield from _paid(each, here if position is None else (*here, position))


def as_paid(label: str | None) -> str:
    """Which clause pays a duty, to follow what it is."""
    return "" if label is None else f" (paid as '{label}')"
