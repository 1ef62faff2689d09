"""scenarios/schema.json says what the code says, and a validator that knows nothing of the code agrees with it."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from jsonschema import Draft202012Validator

from orm_sim.contract.clauses import AnyClause
from orm_sim.contract.contract import Contract
from orm_sim.contract.language import language_schema, language_text
from orm_sim.core.loader import load_yaml
from orm_sim.kpi import counters

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "scenarios" / "schema.json"
CATALOGUE = sorted((ROOT / "scenarios" / "contracts").glob("*.yaml"))
WORKED = sorted(
    each for name in ("worked", "duties") for each in (Path(__file__).parent / name).glob("*.yaml")
)


def as_json(value: Any) -> Any:
    """Plain data as JSON has it: dates as text."""
    return json.loads(
        json.dumps(value, default=lambda each: each.isoformat() if isinstance(each, datetime.date) else None)
    )


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_stored_schema_is_the_one_the_code_writes() -> None:
    said = "write it anew: orm-sim schema --contract --out scenarios/schema.json"
    assert SCHEMA.read_text(encoding="utf-8") == language_text(), said


@pytest.mark.parametrize("path", CATALOGUE, ids=lambda path: path.stem)
def test_every_deal_of_the_catalogue_is_valid(path: Path, validator: Draft202012Validator) -> None:
    validator.validate(as_json(load_yaml(path).data))


@pytest.mark.parametrize("path", WORKED, ids=lambda path: path.stem)
def test_every_worked_contract_is_valid(path: Path, validator: Draft202012Validator) -> None:
    validator.validate(as_json(load_yaml(path).data["contract"]))


def test_every_clause_and_meter_is_in_it() -> None:
    schema = language_schema()
    kinds = {kind.model_fields["clause"].default for kind in AnyClause.__origin__.__args__}
    assert set(schema["properties"]["clauses"]["items"]["discriminator"]["mapping"]) == kinds
    meters = schema["$defs"]["PerUnit"]["properties"]["meter"]["anyOf"][0]["enum"]
    assert set(counters.COUNTERS) <= set(meters)


def test_every_field_is_described() -> None:
    """Of the contract and of every term in it: what a person sees in the editor."""
    schema = language_schema()
    bare = [
        f"{name}.{field}"
        for name, each in {"Contract": schema, **schema["$defs"]}.items()
        for field, its in each.get("properties", {}).items()
        if not (its.get("description") or schema["$defs"][its["$ref"].rpartition("/")[2]].get("description"))
    ]
    assert bare == []


BROKEN: list[tuple[str, Any]] = [
    ("clauses", [{"clause": "per_unti", "channel": "inbound", "meter": "offered", "rate": 1}]),
    ("clauses", [{"clause": "per_unit", "channel": "inbound", "meter": "ofered", "rate": 1}]),
    ("clauses", [{"clause": "per_unit", "channel": "inbound", "meter": "offered", "rate": -1}]),
    ("clauses", [{"clause": "per_unit", "channel": "inbound", "meter": "offered", "rate": "one"}]),
    ("clauses", [{"clause": "per_unit", "channel": "inbound", "meter": "offered"}]),
    ("clauses", [{"clause": "cap", "at": {"amount": 5}, "of": [{"clause": "fixed", "amout": 5}]}]),
    ("term_months", "12"),
    ("term_months", None),
    ("scope", ["inbond"]),
    ("colour", "blue"),
    ("price", "asked"),
]


@pytest.mark.parametrize(("field", "value"), BROKEN)
def test_validator_and_loader_refuse_the_same(
    field: str, value: Any, validator: Draft202012Validator
) -> None:
    good = as_json(load_yaml(ROOT / "scenarios" / "contracts" / "two_part_tariff.yaml").data)
    validator.validate(good)
    broken = {**good, field: value}
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(broken)
    with pytest.raises(ValueError, match="validation error"):
        Contract.model_validate(broken)


def test_a_difference_needs_no_more_than_what_it_extends(validator: Draft202012Validator) -> None:
    validator.validate({"extends": "two_part_tariff.yaml", "term_months": 24})
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({"term_months": 24})
