"""Worked examples: measures in, line items out, to the cent; readable by whoever manages the contract."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pytest
from pydantic import BaseModel

from orm_sim.contract import NOTHING, Contract, Meters, settle, total
from orm_sim.contract.clause import Clause, walk
from orm_sim.contract.clauses import AnyClause
from orm_sim.contract.condition import _Condition
from orm_sim.core.loader import Document, build, load_yaml
from orm_sim.core.terms import Term

WORKED = sorted((Path(__file__).parent / "worked").glob("*.yaml"))


def contract_of(document: Document) -> Contract:
    """The contract of a worked example, its free rate filled in where the example solves it."""
    contract = build(Contract, document.section(("contract",)))
    return contract.with_rate(document.data["solved"]) if "solved" in document.data else contract


def meters_of(document: Document, month: dict[str, Any]) -> Meters:
    """The meters of a month: those that hold for all months, and its own over them."""
    given = {**document.data.get("meters", {}), **month.get("meters", {})}
    return {tuple(name.split(".")): np.asarray(float(value)) for name, value in given.items()}  # type: ignore[misc]


@pytest.mark.parametrize("path", WORKED, ids=lambda path: path.stem)
def test_worked_example(path: Path) -> None:
    document = load_yaml(path)
    contract = contract_of(document)
    state = NOTHING
    for month in document.data["months"]:
        ended = month.get("ended", False)
        items, state = settle(contract, state, meters_of(document, month), month["month"], ended=ended)
        owed = {f"{item.label}/{item.kind}": float(item.amount) for item in items}
        assert owed == month["items"], f"{path.name}, month {month['month']}"
        assert float(total(items)) == month["invoice"]
        said = "\n".join(item.sentence() for item in items)
        assert month.get("says", "") in said


def test_every_clause_appears_in_a_worked_example() -> None:
    used = {
        clause.kind
        for path in WORKED
        for _, clause in walk(build(Contract, load_yaml(path).section(("contract",))).clauses)
    }
    known = {kind.model_fields["clause"].default for kind in AnyClause.__origin__.__args__}
    assert known == used


def test_every_kind_of_line_item_appears_in_a_worked_example() -> None:
    from orm_sim.contract.period import Kind

    billed = {
        name.rpartition("/")[2]
        for path in WORKED
        for month in load_yaml(path).data["months"]
        for name in month["items"]
    }
    assert billed == set(Kind.__args__)


_ANYWHERE = {"label", "net_days", "site", "channel"}
"""Fields that every clause has, or that mean the same wherever they stand."""

_SAME = {"window", "per", "every", "not_due_on", "of", "statistic"}
"""Fields whose words mean the same wherever they stand: it is enough that each stands somewhere."""

_NOT_MONEY = {"change_order", "life_terms", "records", "contract", "payment", "taxes"}
"""Modules whose terms decide what happens and when cash moves, not what is owed: like duties, they have examples of
their own."""


def terms_in(term: BaseModel) -> Iterator[BaseModel]:
    """A term, and every term inside it."""
    yield term
    for name in type(term).model_fields:
        value = getattr(term, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, BaseModel):
                yield from terms_in(each)


def words_of(annotation: Any) -> Iterator[str]:
    """Every word that a field may hold."""
    if get_origin(annotation) is Literal:
        yield from (each for each in get_args(annotation) if isinstance(each, str))
    else:
        for part in get_args(annotation):
            yield from words_of(part)


def kinds_below(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Every kind of term there is, by where it is defined."""
    for each in kind.__subclasses__():
        yield each
        yield from kinds_below(each)


def test_every_field_and_every_word_of_what_is_paid_appears_in_a_worked_example() -> None:
    """Rounding of points, modes of tiers, denominators, clocks: none may come without figures reckoned by hand."""
    seen: set[tuple[str, ...]] = set()
    for path in WORKED:
        for term in terms_in(build(Contract, load_yaml(path).section(("contract",)))):
            for name in type(term).model_fields:
                value, kind = getattr(term, name), type(term).__name__
                held = [
                    each
                    for each in (value if isinstance(value, tuple) else (value,))
                    if isinstance(each, str)
                ]
                words = {each for word in held for each in ((kind, name, word), (name, word))}
                seen |= words | ({(kind, name)} if name in term.model_fields_set or words else set())
    lacking = []
    for kind in sorted(kinds_below(Term), key=lambda each: (each.__module__, each.__name__)):
        room, _, module = kind.__module__.rpartition(".")
        elsewhere = room.endswith(".duties") or module in _NOT_MONEY or kind in (Clause, _Condition)
        if not room.startswith("orm_sim.contract") or elsewhere:
            continue
        for name, field in kind.model_fields.items():
            words = [word for word in words_of(field.annotation) if word != "solve"]
            due = [(name, word) if name in _SAME else (kind.__name__, name, word) for word in words]
            lacking += [
                each for each in [(kind.__name__, name), *due] if not _ANYWHERE & {*each} and each not in seen
            ]
    assert not lacking, "\n".join(map(str, lacking))


@pytest.mark.parametrize("path", WORKED, ids=lambda path: path.stem)
def test_a_contract_written_out_reads_back_as_itself(path: Path) -> None:
    contract = build(Contract, load_yaml(path).section(("contract",)))
    assert Contract.model_validate(contract.dump()) == contract
    assert Contract.model_validate_json(contract.model_dump_json(by_alias=True)) == contract
