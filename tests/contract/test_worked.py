"""Worked examples: measures in, line items out, to the cent; readable by whoever manages the contract."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from orm_sim.contract import NOTHING, Contract, Meters, settle, total
from orm_sim.contract.clause import walk
from orm_sim.contract.clauses import AnyClause
from orm_sim.core.loader import Document, build, load_yaml

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
        items, state = settle(contract, state, meters_of(document, month), month["month"])
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


@pytest.mark.parametrize("path", WORKED, ids=lambda path: path.stem)
def test_a_contract_written_out_reads_back_as_itself(path: Path) -> None:
    contract = build(Contract, load_yaml(path).section(("contract",)))
    assert Contract.model_validate(contract.dump()) == contract
    assert Contract.model_validate_json(contract.model_dump_json(by_alias=True)) == contract
