"""From YAML files to terms: read, lay over the base, override, check; all problems in one InputError."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from orm_sim.core.document import COMMAND_LINE, Document, Parts, format_path, merge, parse_path, put
from orm_sim.core.errors import InputError, Place, Problem, collect, show_value
from orm_sim.core.explain import explain
from orm_sim.core.files import read_text, readable_file, shown
from orm_sim.core.terms import Term
from orm_sim.core.yaml_text import read_yaml, scalar

__all__ = ["Document", "build", "load_extended", "load_yaml", "merge", "override", "parse_yaml", "set_path"]

T = TypeVar("T", bound=Term)

EXTENDS = "extends"
"""The key that names the file a mapping is laid over."""


def load_yaml(path: str | os.PathLike[str]) -> Document:
    """A YAML 1.2 file as plain data with the place of every value; `extends:` is left as it stands.

    Parameters
    ----------
    path : str or path
        The file; places show it as given.

    Raises
    ------
    InputError
        With every slip of syntax, duplicate key, tab, control character, tag, anchor and too deep nesting, or
        the one reason why the file cannot be read.
    """
    document = _read(read_text(path), shown(path))
    return Document(document.data, document.places, (Path(path),))


@lru_cache(maxsize=64)
def _read(text: str, file: str) -> Document:
    """A text read once: scenarios of a folder extend one base, and documents are never changed in place."""
    return parse_yaml(text, file)


def parse_yaml(text: str, file: str) -> Document:
    """A YAML text as a document; raises as `load_yaml` does.

    Examples
    --------
    >>> parse_yaml("vendor: {margin: 0.12}", "a.yaml").data
    {'vendor': {'margin': 0.12}}
    """
    data, places, problems = read_yaml(text, file)
    if not problems and not isinstance(data, dict):
        rule = "is empty" if data is None else "must hold keys at the top, written 'key: value'"
        raise InputError(Problem(Place(file), "", None, rule))
    if problems:
        raise InputError(problems)
    return Document(data, {**places, (): Place(file, 1)}, ())


def load_extended(path: str | os.PathLike[str]) -> Document:
    """A YAML file laid over the files its mappings extend.

    `extends: base.yaml`, at the top or in any mapping inside mappings, names a file relative to the one it
    stands in; the mapping is the difference.  Every value keeps its own file and line.

    Raises
    ------
    InputError
        With the problems of all the files together; a missing base, or one that extends itself, is placed at
        the `extends:` that names it.
    """
    return _extended(Path(path), ())


def _extended(path: Path, chain: tuple[Path, ...]) -> Document:
    document = load_yaml(path)
    return _resolved(document, (), path, (*chain, path.resolve()))


def _resolved(document: Document, at: Parts, path: Path, chain: tuple[Path, ...]) -> Document:
    """The document with the mapping at a place, and those inside it, laid over what they extend."""
    problems: list[Problem] = []
    for key, value in document.value(at).items():
        if isinstance(value, dict):
            with collect(problems):
                document = _resolved(document, (*at, key), path, chain)
    if EXTENDS in document.value(at):
        with collect(problems):
            document = _over_base(document, at, path, chain)
    if problems:
        raise InputError(problems)
    return document


def _over_base(document: Document, at: Parts, path: Path, chain: tuple[Path, ...]) -> Document:
    here = (*at, EXTENDS)
    name, place = document.value(here), document.place(here)
    if not isinstance(name, str):
        rule = "must be the name of a YAML file, relative to this one"
        raise InputError(Problem(place, format_path(here), show_value(name), rule))
    base_path = path.parent / name
    readable_file(base_path, place=place, at=format_path(here))
    if base_path.resolve() in chain:
        circle = " -> ".join(each.name for each in (*chain, base_path))
        raise InputError(Problem(place, format_path(here), name, f"extends itself: {circle}"))
    base = _extended(Path(os.path.normpath(base_path)), chain)
    own = document.section(at)
    own = Document(
        {key: value for key, value in own.data.items() if key != EXTENDS},
        {parts: each for parts, each in own.places.items() if parts != (EXTENDS,)},
        own.files,
    )
    laid = merge(base, own)
    if not at:
        return laid
    outside = {parts: each for parts, each in document.places.items() if parts[: len(at)] != at}
    inside = {(*at, *parts): each for parts, each in laid.places.items()}
    data = _replaced(document.data, at, laid.data)
    return Document(data, outside | inside, tuple(dict.fromkeys((*document.files, *laid.files))))


def _replaced(data: dict[str, Any], at: Parts, value: Any) -> dict[str, Any]:
    key = str(at[0])
    return {**data, key: value if len(at) == 1 else _replaced(data[key], at[1:], value)}


def build(model: type[T], document: Document) -> T:
    """A term made of a document.

    Parameters
    ----------
    model : type of Term
        What the document describes.
    document : Document
        From `load_yaml`, `load_extended`, `merge` or `set_path`.

    Raises
    ------
    InputError
        With every unknown or missing key, every value that may not stand where it does, and every
        contradiction between valid fields.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise InputError(explain(error, model, document)) from None


def set_path(document: Document, path: str, value: Any, *, place: Place = COMMAND_LINE) -> Document:
    """A document with one value set, as `--set path=value` does; a mistyped path is refused when it is built.

    Parameters
    ----------
    document : Document
        Left as it is.
    path : str
        `contract.clauses[1].rate`; positions count from 0 and must exist.
    value : object
        Text is read as YAML: a plain or quoted scalar, or a list or mapping in brackets.  Anything else is
        taken as it is.
    place : Place
        Where the value was given.

    Raises
    ------
    InputError
        When the path is not one, or leads through a plain value or past the end of a list.

    Examples
    --------
    >>> set_path(parse_yaml("a: [1, 2]", "a.yaml"), "a[0]", "1e-3").data
    {'a': [0.001, 2]}
    """
    parts = parse_path(path)
    return put(document, parts, _read_value(value, path, place) if isinstance(value, str) else value, place)


def _read_value(text: str, path: str, place: Place) -> Any:
    text = text.strip()
    if not text.startswith(("[", "{", '"', "'")):
        return scalar(text)
    data, _, problems = read_yaml(text, place.file)
    if problems:
        raise InputError(Problem(place, path, show_value(text), each.rule, each.hint) for each in problems)
    return data


def override(document: Document, settings: Mapping[str, Any], *, place: Place = COMMAND_LINE) -> Document:
    """A document with several values set, in order; the problems of all of them arrive together."""
    problems: list[Problem] = []
    for path, value in settings.items():
        with collect(problems):
            document = set_path(document, path, value, place=place)
    if problems:
        raise InputError(problems)
    return document
