"""The page of the language: fifteen families, every word in the schema, every file there, working what its row says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orm_sim.contract.clauses import AnyClause
from orm_sim.contract.contract import Contract
from orm_sim.contract.events import EVENTS
from orm_sim.contract.language import language_schema
from orm_sim.core.loader import load_extended
from orm_sim.core.schema import json_schema
from orm_sim.kpi import INDICATORS
from orm_sim.scenario.scenario import Scenario

PAGE = Path(__file__).resolve().parents[2] / "orm_sim" / "contract" / "LANGUAGE.md"
FAMILIES = [
    "Meters", "Price terms", "Volume terms", "Service levels", "Credits and bonuses", "Clawback, holdback, retention",
    "Cash", "Indexation", "Time and life", "Triggers and remedies", "Termination economics", "Liability and risk",
    "Governance", "Several vendors", "What a contract is worth to each side",
]  # fmt: skip
_ROW = re.compile(r"^\| (.+?) \| (.+?) \| \[(\w+)\]\((\S+)\) \|$")


def rows() -> Iterator[tuple[int, str, list[str], Path]]:
    """Number of the family, item, words and file of each row."""
    family = 0
    for text in PAGE.read_text(encoding="utf-8").splitlines():
        if text.startswith("## "):
            family += 1
        found = _ROW.match(text)
        if found:
            words = re.findall(r"`([^`]+)`", found[2])
            yield family, found[1], words, (PAGE.parent / found[4]).resolve()
        else:
            assert not text.startswith("| ") or text.startswith("| item |"), text


ROWS = list(rows())
IDS = [f"{family}. {item}" for family, item, _, _ in ROWS]


def known(value: Any) -> Iterator[str]:
    """Every field and every word of a JSON schema."""
    if isinstance(value, dict):
        yield from value.get("properties", {})
        yield from (each for each in value.get("enum", []) if isinstance(each, str))
        if isinstance(value.get("const"), str):
            yield value["const"]
        for each in value.values():
            yield from known(each)
    elif isinstance(value, list):
        for each in value:
            yield from known(each)


SCHEMAS = {False: set(known(language_schema())), True: set(known(json_schema(Scenario)))}


def test_the_page_has_all_families_in_order() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert re.findall(r"^## \d+\. (.+)$", text, re.MULTILINE) == FAMILIES
    assert {family for family, *_ in ROWS} == set(range(1, 16))


@pytest.mark.parametrize(("family", "item", "words", "file"), ROWS, ids=IDS)
def test_a_row_holds(family: int, item: str, words: list[str], file: Path) -> None:
    assert words and file.is_file()
    said = set(written(load_extended(file).data))
    for word in words:
        parts = word.split(".")
        assert set(parts) <= SCHEMAS[family == 15], word
        # fields of a scenario may stand at their defaults
        assert family == 15 or parts[-1] in said, f"{file.name} does not use '{word}'"


def written(value: Any) -> Iterator[str]:
    """Every key and every word of plain data."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from str(key).replace("@", ".").split(".")
            yield from written(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from written(each)
    elif isinstance(value, str):
        yield value


def test_every_clause_condition_and_term_of_a_contract_is_on_the_page() -> None:
    said = {part for _, _, words, _ in ROWS for word in words for part in word.split(".")}
    kinds = {str(kind.model_fields["clause"].default) for kind in AnyClause.__origin__.__args__}
    plain = {"title", "scope", "term_months", "clauses", "price", "service_level"}
    lacking = (
        kinds | set(Contract.model_fields) | {"covenant", "outside", "event", "failures_of", "credits_of"}
    ) - said
    assert lacking <= plain | {"all", "cap"}, lacking - plain
    assert {"sales_revenue", "force_majeure"} <= set(INDICATORS) | set(EVENTS)
