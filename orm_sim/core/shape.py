"""What may stand at a place of a file, read off a term's annotations: kinds, limits, tags, items."""

from __future__ import annotations

import datetime
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel, Discriminator, GetCoreSchemaHandler
from pydantic.fields import FieldInfo

Metadata = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """The range of the numbers of a field, wherever they stand in it: alone, in a list, or beside a word.

    pydantic's own `Field(ge=0)` fails on a tuple of numbers and on a number or a word; this reaches inside.
    """

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None

    def given(self) -> dict[str, float]:
        """The limits that are set, by name."""
        named = {"ge": self.ge, "gt": self.gt, "le": self.le, "lt": self.lt}
        return {name: value for name, value in named.items() if value is not None}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        return _limited(handler(source), self.given())


def _limited(schema: Any, limits: dict[str, float]) -> Any:
    """A core schema whose numbers keep to the limits."""
    if isinstance(schema, tuple):  # a union's choice beside its label
        return (_limited(schema[0], limits), *schema[1:])
    kind = schema["type"]
    if kind in ("float", "int"):
        return {**schema, **limits}
    if kind == "tuple":
        return {**schema, "items_schema": [_limited(each, limits) for each in schema["items_schema"]]}
    if kind == "union":
        return {**schema, "choices": [_limited(each, limits) for each in schema["choices"]]}
    inner = {"nullable": "schema", "default": "schema", "list": "items_schema", "dict": "values_schema"}.get(
        kind
    )
    return (
        schema if inner is None or inner not in schema else {**schema, inner: _limited(schema[inner], limits)}
    )


@dataclass(frozen=True, slots=True)
class Shape:
    """What one annotation allows, with `Annotated`, aliases and `None` taken off."""

    kinds: tuple[tuple[Any, Metadata], ...]
    """The possible kinds, each with its own metadata; one unless the annotation is a union."""
    optional: bool
    """Whether null is allowed."""
    metadata: Metadata
    """Metadata that holds for all kinds."""
    discriminator: str | None
    """The key whose value says which kind it is, where there is one."""

    def limits(self, metadata: Metadata = ()) -> dict[str, float]:
        """The limits on a number here, by pydantic's names ge, gt, le, lt."""
        return limits_in((*self.metadata, *metadata))


def shape_of(annotation: Any, metadata: Iterable[Any] = ()) -> Shape:
    """The shape of an annotation.

    Parameters
    ----------
    annotation : type or typing form
        As in `FieldInfo.annotation`.
    metadata : iterable
        What stands beside it (`FieldInfo.metadata`, or a discriminator).
    """
    bare, found = _bare(annotation)
    everything = (*metadata, *found)
    if get_origin(bare) not in (Union, types.UnionType):
        return Shape(((bare, ()),), bare is type(None), everything, None)
    kinds: list[tuple[Any, Metadata]] = []
    optional = False
    discriminator = _discriminator(everything)
    for member in get_args(bare):
        kind, own = _bare(member)
        if kind is type(None):
            optional = True
        elif get_origin(kind) in (Union, types.UnionType):
            inner = shape_of(kind, own)
            optional |= inner.optional
            discriminator = discriminator or inner.discriminator
            kinds.extend((each, (*inner.metadata, *its)) for each, its in inner.kinds)
        else:
            kinds.append((kind, own))
    return Shape(tuple(kinds), optional, everything, discriminator)


def field_shape(info: FieldInfo) -> Shape:
    """The shape of a field, its own discriminator and constraints included."""
    extra = () if info.discriminator is None else (info.discriminator,)
    return shape_of(info.annotation, (*info.metadata, *extra))


def item_of(kind: Any, part: str | int) -> Any:
    """The annotation of an entry of a list or mapping; None when the kind holds no entries."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple and isinstance(part, int):
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return arguments[0]
        return arguments[part] if 0 <= part < len(arguments) else None
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return arguments[1]
    if isinstance(origin, type) and issubclass(origin, Sequence | set | frozenset):
        return arguments[0] if arguments else None
    return None


def is_model(kind: Any) -> bool:
    """Whether a kind is a term, that is, a mapping with named keys."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def fields_of(kind: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a term by the key they have in a file, which a reserved word of Python (`if`) may be."""
    return {info.alias or name: info for name, info in kind.model_fields.items()}


def tags_of(kind: Any, discriminator: str) -> tuple[str, ...]:
    """The values of the discriminating key that select a kind."""
    info = kind.model_fields.get(discriminator) if is_model(kind) else None
    return () if info is None else tuple(str(each) for each in choices_of(info.annotation))


def choices_of(annotation: Any) -> tuple[Any, ...]:
    """The values a `Literal` allows; empty for anything else."""
    bare, _ = _bare(annotation)
    return get_args(bare) if get_origin(bare) is Literal else ()


def limits_in(metadata: Iterable[Any]) -> dict[str, float]:
    """The limits on a number found in a field's metadata, by pydantic's names ge, gt, le, lt."""
    found: dict[str, float] = {}
    for each in metadata:
        if isinstance(each, Limits):
            found |= each.given()
        if isinstance(each, FieldInfo):
            found |= limits_in(each.metadata)
        for kind, name in _ANNOTATED_LIMITS:
            if isinstance(each, kind):
                found[name] = getattr(each, name)
    return found


_ANNOTATED_LIMITS: tuple[tuple[type, str], ...] = (
    (annotated_types.Ge, "ge"),
    (annotated_types.Gt, "gt"),
    (annotated_types.Le, "le"),
    (annotated_types.Lt, "lt"),
)

_KIND_WORDS: dict[Any, str] = {
    float: "a finite number",
    int: "a whole number",
    bool: "true or false",
    str: "text",
    datetime.date: "a date, written 2026-01-31",
    Any: "any value",
}


def sentence_of(shape: Shape) -> str:
    """What may stand here, for a message: "a finite number, 0 or more, or 'solve'"."""
    words = [_kind_sentence(kind, shape.limits(own)) for kind, own in shape.kinds]
    if shape.optional and words:
        words.append("null")
    distinct = list(dict.fromkeys(words))
    return ", or ".join(distinct)


def _kind_sentence(kind: Any, limits: dict[str, float]) -> str:
    if kind in (float, int):
        return _KIND_WORDS[kind] + range_sentence(limits)
    if kind in _KIND_WORDS:
        return _KIND_WORDS[kind]
    choices = choices_of(kind)
    if choices:
        written = [f"'{each}'" if isinstance(each, str) else str(each) for each in choices]
        return written[0] if len(written) == 1 else f"one of {', '.join(written)}"
    if is_model(kind):
        return f"a mapping with the keys {', '.join(fields_of(kind))}"
    origin = get_origin(kind) or kind
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return "a mapping"
    if isinstance(origin, type) and issubclass(origin, Sequence | set | frozenset):
        return "a list"
    return f"a {getattr(kind, '__name__', str(kind))}"


def range_sentence(limits: Mapping[str, float]) -> str:
    """A range in words, to follow "a finite number": ", 0 or more", " from 0 to 1"."""
    shown = {name: f"{value:.12g}" for name, value in limits.items()}
    if "ge" in shown and "le" in shown:
        return f" from {shown['ge']} to {shown['le']}"
    low = f"{shown['ge']} or more" if "ge" in shown else f"more than {shown['gt']}" if "gt" in shown else ""
    high = f"at most {shown['le']}" if "le" in shown else f"less than {shown['lt']}" if "lt" in shown else ""
    both = " and ".join(each for each in (low, high) if each)
    return f", {both}" if both else ""


def _bare(annotation: Any) -> tuple[Any, Metadata]:
    """An annotation without `Annotated` and named aliases, and the metadata found on the way."""
    metadata: Metadata = ()
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *found = get_args(annotation)
            metadata = (*metadata, *found)
        elif hasattr(annotation, "__value__"):  # a `type X = ...` alias
            annotation = annotation.__value__
        else:
            return annotation, metadata


def _discriminator(metadata: Metadata) -> str | None:
    for each in metadata:
        found = each.discriminator if isinstance(each, FieldInfo | Discriminator) else each
        if isinstance(found, str):
            return found
        if isinstance(found, Discriminator) and isinstance(found.discriminator, str):
            return found.discriminator
    return None
