"""From a validation error to problems a reader can act on: place, path, value, rule, nearest name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from orm_sim.core.document import Document, Parts, format_path
from orm_sim.core.errors import Problem, in_order, name_hint, nearest, show_value
from orm_sim.core.shape import (
    Shape,
    choices_of,
    field_shape,
    fields_of,
    is_model,
    item_of,
    sentence_of,
    shape_of,
    tags_of,
)
from orm_sim.core.terms import CONTRADICTION

_WRONG_KIND = frozenset({
    "bool_type", "date_type", "dict_type", "finite_number", "float_type",
    "greater_than", "greater_than_equal", "int_type", "int_from_float", "less_than",
    "less_than_equal", "list_type", "literal_error", "mapping_type", "model_type",
    "model_attributes_type", "none_required", "string_type", "tuple_type",
})  # fmt: skip
"""Error types that say no more than "this is not what may stand here"."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where an error points: the place in the data, and what the terms allow there."""

    parts: Parts
    shape: Shape | None
    info: FieldInfo | None
    owner: type[BaseModel] | None
    union: _Spot | None = None
    """The innermost union without a tag that the error is one branch of."""
    branch: str | None = None
    """The name pydantic gives that branch."""


_Line = tuple[ErrorDetails, _Spot]


def explain(error: ValidationError, model: type[BaseModel], document: Document) -> list[Problem]:
    """Every problem behind a validation error, in the order of the file.

    Parameters
    ----------
    error : ValidationError
        What pydantic raised for `document.data`.
    model : type
        The term that was asked for.
    document : Document
        The data with its places.

    Returns
    -------
    list of Problem
        Tags and branches of unions are taken off the paths; a missing key that a mistyped one beside it stands
        for is not reported as well.
    """
    lines = [(each, _spot(each["loc"], model, document.data)) for each in error.errors(include_url=False)]
    kept = _one_branch(lines, document)
    unknown = [spot.parts for line, spot in kept if line["type"] == "extra_forbidden"]
    missing = [spot.parts for line, spot in kept if line["type"] == "missing"]
    meant = {_meant(parts, missing) for parts in unknown}
    problems = [
        _problem(line, spot, document)
        for line, spot in kept
        if not (line["type"] == "missing" and spot.parts in meant)
    ]
    return in_order(problems)


def _meant(unknown: Parts, missing: list[Parts]) -> Parts | None:
    """The missing key that an unknown one beside it most likely stands for."""
    beside = {str(parts[-1]): parts for parts in missing if parts[:-1] == unknown[:-1]}
    return beside.get(nearest(str(unknown[-1]), beside) or "")


def _spot(loc: tuple[int | str, ...], model: type[BaseModel], data: Any) -> _Spot:
    """Follow an error's location through the terms, dropping the tags that pydantic puts in between."""
    parts: list[int | str] = []
    shape: Shape | None = shape_of(model)
    info: FieldInfo | None = None
    owner: type[BaseModel] | None = None
    union: _Spot | None = None
    branch: str | None = None
    for part in loc:
        if shape is None or part == "[key]":
            break
        if len(shape.kinds) > 1:
            if shape.discriminator is None:
                union, branch = _Spot(tuple(parts), shape, info, owner), str(part)
            shape = _branch(shape, part, _at(data, parts))
            continue
        kind, own = shape.kinds[0] if shape.kinds else (None, ())
        parts.append(part)
        owner, info = None, None
        if kind is not None and is_model(kind):
            owner, info = kind, fields_of(kind).get(str(part))
            shape = None if info is None else field_shape(info)
        else:
            item = item_of(kind, part)
            shape = None if item is None else shape_of(item, (*shape.metadata, *own))
    return _Spot(tuple(parts), shape, info, owner, union, branch)


def _branch(shape: Shape, label: str | int, value: Any) -> Shape:
    """The kind of a union that a label in an error's location stands for."""
    if shape.discriminator is not None:
        for kind, own in shape.kinds:
            if str(label) in tags_of(kind, shape.discriminator):
                return Shape(((kind, own),), False, shape.metadata, None)
    wanted = [each for each in shape.kinds if is_model(each[0]) == isinstance(value, Mapping)]
    named = [each for each in wanted if getattr(each[0], "__name__", "?") in str(label)]
    kind, own = (named or wanted or list(shape.kinds))[0]
    return Shape(((kind, own),), False, shape.metadata, None)


def _one_branch(lines: list[_Line], document: Document) -> list[_Line]:
    """The errors with those of a union's branches made one, or kept only for the branch that was meant."""
    kept: list[_Line] = []
    done: set[Parts] = set()
    for line, spot in lines:
        if spot.union is None:
            kept.append((line, spot))
        elif spot.union.parts not in done:
            done.add(spot.union.parts)
            here = spot.union.parts
            group = [each for each in lines if each[1].union is not None and each[1].union.parts == here]
            kept.extend(_chosen(group, spot.union, document))
    return kept


def _chosen(group: list[_Line], union: _Spot, document: Document) -> list[_Line]:
    """Of the errors of all branches of a union: one for a plain value, the best branch's for a container."""
    inside = [spot.branch for _, spot in group if len(spot.parts) > len(union.parts)]
    value = _at(document.data, union.parts)
    if isinstance(value, Mapping | list) and inside:
        best = min(inside, key=inside.count)
        return [(line, spot) for line, spot in group if spot.branch == best]
    own_words = [(line, union) for line, _ in group if line["type"] not in _WRONG_KIND]
    return own_words[:1] or [(group[0][0], union)]


def _problem(line: ErrorDetails, spot: _Spot, document: Document) -> Problem:
    """One error as a problem."""
    kind, value, parts = line["type"], line["input"], spot.parts
    if kind == CONTRADICTION:
        return _contradiction(line, parts, document)
    if kind == "extra_forbidden":
        allowed = list(fields_of(spot.owner)) if spot.owner is not None else []
        hint = name_hint(str(parts[-1]), allowed)
        return Problem(document.place(parts), format_path(parts), None, "unknown key", hint)
    if kind == "missing":
        place = document.place(parts[:-1])
        return Problem(
            place, format_path(parts), None, "this key is required and missing", _meaning(spot.info)
        )
    if kind == "union_tag_invalid":
        return _unknown_tag(spot, value, document)
    if kind == "union_tag_not_found" and isinstance(value, Mapping) and spot.shape is not None:
        path, key = format_path((*parts, f"{spot.shape.discriminator}")), spot.shape.discriminator
        hint = f"Allowed: {', '.join(_tags(spot.shape))}"
        return Problem(document.place(parts), path, None, f"the key '{key}' is required and missing", hint)
    shown = None if isinstance(value, Mapping) and value else show_value(value)
    return Problem(document.place(parts), format_path(parts), shown, _rule(line, spot), _hint(value, spot))


def _contradiction(line: ErrorDetails, parts: Parts, document: Document) -> Problem:
    """A broken rule, placed at the first of its fields that the file gives, the others beside it."""
    given: list[Parts] = []
    for name in line["ctx"]["fields"]:
        full = (*parts, *name.split("."))
        if full in document.places:
            given.append(full)
    at = given[0] if given else parts
    place = document.place(at)
    others = []
    for each in given[1:]:
        where = document.place(each)
        line_of = f"line {where.line}" if where.file == place.file and where.line else str(where)
        others.append(f"{format_path(each)} = {show_value(_at(document.data, each), 40)} ({line_of})")
    value = show_value(_at(document.data, at)) if given else None
    hint = f"Beside it: {', '.join(others)}" if others else None
    return Problem(place, format_path(at), value, str(line["ctx"]["sentence"]), hint)


def _unknown_tag(spot: _Spot, value: Any, document: Document) -> Problem:
    """A mapping whose discriminating key names no kind that exists."""
    key = str(spot.shape.discriminator) if spot.shape is not None else ""
    tag = value.get(key) if isinstance(value, Mapping) else value
    parts = (*spot.parts, key)
    hint = name_hint(str(tag), _tags(spot.shape))
    return Problem(
        document.place(parts), format_path(parts), show_value(tag), f"there is no such {key}", hint
    )


def _tags(shape: Shape | None) -> list[str]:
    if shape is None or shape.discriminator is None:
        return []
    return [tag for kind, _ in shape.kinds for tag in tags_of(kind, shape.discriminator)]


def _rule(line: ErrorDetails, spot: _Spot) -> str:
    """The broken rule in words."""
    context = line.get("ctx", {})
    if line["type"] in ("value_error", "assertion_error"):
        return str(context.get("error", line["msg"]))
    if line["type"] in ("too_short", "too_long"):
        least = line["type"] == "too_short"
        bound = f"at least {context['min_length']}" if least else f"at most {context['max_length']}"
        return f"must have {bound} entries; it has {context['actual_length']}"
    if spot.shape is not None and spot.shape.discriminator and len(spot.shape.kinds) > 1:
        return f"must be a mapping with the key '{spot.shape.discriminator}'"
    if line["type"] in _WRONG_KIND and spot.shape is not None and spot.shape.kinds:
        return f"must be {sentence_of(spot.shape)}"
    said = re.sub(r"^(Input|String|Value) should ", "must ", line["msg"])
    return said[:1].lower() + said[1:]


def _hint(value: Any, spot: _Spot) -> str | None:
    """What would put a value right, where that can be guessed; else the unit it is meant in."""
    if spot.shape is None:
        return None
    kinds = [kind for kind, _ in spot.shape.kinds]
    words = [str(each) for kind in kinds for each in choices_of(kind)]
    numeric = float in kinds or int in kinds
    if isinstance(value, str):
        close = nearest(value, words)
        if close is not None and close != value:
            return f"Did you mean '{close}'?"
        if numeric:
            return _as_number(value) or _unit_hint(spot.info)
        if bool in kinds and value.lower() in ("yes", "no", "on", "off"):
            return f"Write {'true' if value.lower() in ('yes', 'on') else 'false'}"
    elif str in kinds and not isinstance(value, Mapping | list) and value is not None:
        return "Put it in quotes"
    elif int in kinds and isinstance(value, float) and value.is_integer() and abs(value) < _WORTH_WRITING:
        return f"Write {value:.0f}"
    if (
        sentence_of(spot.shape) == "a list"
        and not isinstance(value, Mapping | list | tuple)
        and value is not None
    ):
        return f"Write [{show_value(value, 30)}]"
    return _unit_hint(spot.info) if numeric else None


def _as_number(text: str) -> str | None:
    """How a number written as text should be written."""
    bare = re.sub(r"[\s,_$\u00a3\u20ac]", "", text)
    per_cent = bare.endswith("%")
    try:
        number = float(bare.removesuffix("%"))
    except ValueError:
        return None
    if not isfinite(number):
        return None
    if per_cent:
        return f"Shares are written 0 to 1: {number / 100:.12g}"
    return f"Write {number:.12g}, without quotes" if bare == text else f"Write {number:.12g}"


_WORTH_WRITING = 1e15  # a longer whole number is no slip of the pen
_NO_UNIT = frozenset({"1", "share", "ratio", "factor", "count", "number", "index"})


def _unit(info: FieldInfo | None) -> str | None:
    extra = info.json_schema_extra if info is not None else None
    return str(extra["unit"]) if isinstance(extra, dict) and "unit" in extra else None


def _unit_hint(info: FieldInfo | None) -> str | None:
    unit = _unit(info)
    return None if unit is None or unit in _NO_UNIT else f"Unit: {unit}"


def _meaning(info: FieldInfo | None) -> str | None:
    """What a missing key stands for: the first sentence of its description, and its unit."""
    if info is None:
        return None
    described = " ".join((info.description or "").split())
    first = re.split(r"(?<=[a-z)])\.(?:\s|$)", described, maxsplit=1)[0]
    unit = _unit_hint(info)
    return ".  ".join(each for each in (f"It is: {first}" if first else None, unit) if each) or None


def _at(data: Any, parts: Iterable[str | int]) -> Any:
    """The value at a place, or None where there is none."""
    for part in parts:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data
