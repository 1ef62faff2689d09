"""What every clause is: a frozen term that turns a period into line items, and says itself in plain words."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from orm_sim.contract.period import NOTHING, Array, Billed, LineItem, Memory, Period
from orm_sim.core.terms import Term

Channel = Literal["inbound", "outbound"]
Window = Literal["month", "quarter", "year"]
TimeUnit = Literal["second", "minute", "hour"]
SECONDS: dict[TimeUnit, float] = {"second": 1.0, "minute": 60.0, "hour": 3600.0}


def _number_or_solve(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    try:
        return handler(value)
    except ValidationError:
        text = "must be a finite number, 0 or more, or the word solve"
        raise PydanticCustomError("rate", "{sentence}", {"sentence": text}) from None


Rate = Annotated[Annotated[float, Field(ge=0.0)] | Literal["solve"], WrapValidator(_number_or_solve)]
"""An amount of money, or the word `solve`: then the contract's `price` says what it is solved for."""

_SITE: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")


def plain_name(value: str) -> str:
    """The name itself, where it can stand in the name of a column; raises a sentence where it cannot."""
    if not _SITE.fullmatch(value):
        text = "must be a name of small letters, digits, - and _, as in `inbound@cebu.offered`"
        raise PydanticCustomError("site", "{sentence}", {"sentence": text})
    return value


SiteName = Annotated[
    str, AfterValidator(plain_name), WithJsonSchema({"type": "string", "pattern": f"^{_SITE.pattern}$"})
]
"""The name of a site: small letters, digits, - and _, so that it can stand in `inbound@cebu.offered`."""


def _seen(text: str) -> str:
    """The text itself, where every character of it can be seen; raises a sentence where one cannot."""
    hidden = next((each for each in text if not each.isprintable()), None)
    if hidden is not None or not text.strip():
        rule = (
            "is blank" if hidden is None else f"holds a character that cannot be seen (U+{ord(hidden):04X})"
        )
        raise PydanticCustomError("hidden", "{sentence}", {"sentence": f"{rule}: a term sheet prints it"})
    return text


Printed = Annotated[str, AfterValidator(_seen)]
"""A name that is printed in one line of a term sheet or an invoice: no line breaks, nothing that steers a screen."""


class Clause(Term):
    """A clause of a contract."""

    label: Printed | None = None
    """What invoices and other clauses call it; where not given, it is called after what it pays for."""
    net_days: Annotated[int, Field(ge=0)] | None = None
    """Days from the end of the month until it is paid; where not given, the contract's payment terms hold."""
    site: SiteName | None = None
    """The site whose meters are read, also by the clauses inside; where not given, all sites together."""

    @property
    def name(self) -> str:
        """What invoices and other clauses call it."""
        return self.label or self.called()

    @property
    def kind(self) -> str:
        """The word that names the kind of clause in a file."""
        return str(type(self).model_fields["clause"].default)

    @property
    def cites(self) -> tuple[tuple[str, str], ...]:
        """The labels of other clauses it speaks of, each with the field that does."""
        return ()

    @abstractmethod
    def called(self) -> str:
        """What the clause is called when its label is not given."""

    @abstractmethod
    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """What is owed under the clause for one period, and what it remembers afterwards."""

    @abstractmethod
    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""


def inside(clause: Clause) -> tuple[Clause, ...]:
    """The clauses a combinator is made of; none for a primitive."""
    return tuple(getattr(clause, "of", ()))


def walk(
    clauses: tuple[Clause, ...], place: tuple[str | int, ...] = ("clauses",)
) -> Iterator[tuple[tuple[str | int, ...], Clause]]:
    """Every clause with its place, in the order of settlement: those inside a combinator before it.

    A place is what pydantic calls a location: field, position, and the kind of clause that stands there.
    """
    for position, clause in enumerate(clauses):
        here = (*place, position, clause.kind)
        yield from walk(inside(clause), (*here, "of"))
        yield here, clause


def priced(rate: float | str) -> float:
    """The number a rate stands for.

    Raises
    ------
    ValueError
        While it is still to be solved.
    """
    if isinstance(rate, str):
        raise ValueError("the contract has a rate to be solved: fill it with contract.with_rate(value)")
    return rate


def settle_all(
    clauses: tuple[Clause, ...], period: Period, memory: Memory, *, scale: Array | float = 1.0
) -> tuple[tuple[LineItem, ...], Memory]:
    """What several clauses come to in order, each with its own memory, and their memories together."""
    within = f"{period.path}.of" if period.path else "clauses"
    scaled = period.scale if isinstance(scale, float) and scale == 1.0 else period.scale * scale
    items: list[LineItem] = []
    inner: list[Memory] = []
    for position, clause in enumerate(clauses):
        before = memory.inner[position] if memory.inner else NOTHING
        days = period.net_days if clause.net_days is None else clause.net_days
        part = Period(
            period.meters,
            period.month,
            period.term_months,
            period.in_force,
            days,
            scaled,
            f"{within}[{position}]",
            period.billed,
            clause.site or period.site,
            period.closed,
            period.starts,
        )
        due, after = clause.due(part, before)
        items.extend(due)
        inner.append(after)
        period.billed[clause.name] = Billed(due)
    return tuple(items), Memory(memory.values, tuple(inner))
