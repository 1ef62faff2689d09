"""The JSON schema of a term, for editors, and its reference table; both written from the code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo

from orm_sim.core.errors import show_value
from orm_sim.core.evidence import evidence_of, references
from orm_sim.core.loader import EXTENDS
from orm_sim.core.shape import field_shape, fields_of, is_model, item_of, sentence_of, shape_of
from orm_sim.core.terms import Term

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_EVIDENCE = ("unit", "source", "grade", "low", "high")


def json_schema(model: type[Term], *, difference: bool = False) -> dict[str, Any]:
    """The JSON schema (2020-12) of a term.

    Parameters
    ----------
    model : type of Term
        What a file describes.
    difference : bool
        For files that may extend another: `extends:` is allowed in every mapping and no key is required.

    Returns
    -------
    dict
        Descriptions are the fields' docstrings followed by unit, source and grade; the same stand apart under
        `x-evidence`.  Two calls give equal text.
    """
    schema: dict[str, Any] = {"$schema": DIALECT, **model.model_json_schema()}
    _with_evidence(schema)
    if difference:
        for each in (schema, *schema.get("$defs", {}).values()):
            _as_difference(each)
    return schema


def schema_text(model: type[Term], *, difference: bool = False) -> str:
    """The JSON schema as the text of a file, with a line end at its end."""
    return json.dumps(json_schema(model, difference=difference), indent=2, ensure_ascii=False) + "\n"


def _with_evidence(node: Any) -> None:
    """Move the evidence of every property under `x-evidence`, and put it in words behind the description."""
    if isinstance(node, list):
        for each in node:
            _with_evidence(each)
        return
    if not isinstance(node, dict):
        return
    for key, each in node.items():
        if key == "properties":
            for its in each.values():
                _put_evidence(its)
        if key not in ("default", "examples", "enum", "const"):
            _with_evidence(each)


def _put_evidence(field: dict[str, Any]) -> None:
    evidence = {key: field.pop(key) for key in _EVIDENCE if key in field}
    if not evidence:
        return
    field["x-evidence"] = {key: value for key, value in evidence.items() if value is not None}
    words = _in_words(evidence)
    field["description"] = (
        f"{field['description'].rstrip()}\n\n{words}" if field.get("description") else words
    )


def _in_words(evidence: dict[str, Any]) -> str:
    """The evidence as a sentence: "Unit: s.  Source: ... (grade B).  Plausible: 320 to 450."."""
    said = [f"Unit: {evidence['unit']}."] if evidence.get("unit") else []
    if evidence.get("source"):
        known = references().get(str(evidence["source"]))
        said.append(f"Source: {known.title if known else evidence['source']} (grade {evidence['grade']}).")
    if evidence.get("low") is not None and evidence.get("high") is not None:
        said.append(f"Plausible: {show_value(evidence['low'])} to {show_value(evidence['high'])}.")
    return "  ".join(said)


def _as_difference(schema: dict[str, Any]) -> None:
    if schema.get("type") == "object" and "properties" in schema:
        schema.pop("required", None)
        base = {
            "type": "string",
            "description": "YAML file this mapping is laid over, relative to this file.",
        }
        schema["properties"] = {EXTENDS: base, **schema["properties"]}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the reference table: a key of a file and what may stand there."""

    path: str
    allowed: str
    default: str
    unit: str
    source: str
    grade: str
    plausible: str
    description: str


def reference_table(model: type[Term]) -> list[Entry]:
    """Every key of a term and of the terms in it, in the order of the fields.

    Entries of lists are `[]`, of mappings `.*`; a kind chosen by a tag is `<tag>`.  A term that contains itself is
    followed once.
    """
    return list(_entries(model, "", ()))


def _entries(model: type[Term], at: str, inside: tuple[type, ...]) -> Iterator[Entry]:
    for name, info in fields_of(model).items():
        path = f"{at}.{name}" if at else name
        yield _entry(path, info)
        found = list(_inner(info.annotation, info.metadata, path))
        beside = tuple(inner for _, inner in found)  # described here, so not again inside one another
        for place, inner in found:
            if inner not in (*inside, model):
                yield from _entries(inner, place, (*inside, model, *beside))


def _inner(annotation: Any, metadata: Any, path: str) -> Iterator[tuple[str, type[Term]]]:
    shape = shape_of(annotation, metadata)
    for kind, _ in shape.kinds:
        if is_model(kind):
            yield (f"{path}<{kind.__name__}>" if len(shape.kinds) > 1 else path), kind
            continue
        item = item_of(kind, 0)
        if item is not None:
            yield from _inner(item, (), f"{path}[]" if sentence_of(shape) == "a list" else f"{path}.*")


def _entry(path: str, info: FieldInfo) -> Entry:
    evidence = evidence_of(info)
    low, high = evidence.get("low"), evidence.get("high")
    default = "required" if info.is_required() else _shown(info.get_default(call_default_factory=True))
    described = " ".join((info.description or "").split())
    plausible = f"{show_value(low)} to {show_value(high)}" if low is not None and high is not None else ""
    unit, source, grade = (str(evidence.get(key) or "") for key in ("unit", "source", "grade"))
    return Entry(path, sentence_of(field_shape(info)), default, unit, source, grade, plausible, described)


def _shown(default: Any) -> str:
    if isinstance(default, Term) or (
        isinstance(default, tuple) and any(isinstance(x, Term) for x in default)
    ):
        return "see below"
    return show_value(default)
