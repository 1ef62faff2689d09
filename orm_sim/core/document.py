"""A read file: its plain data, the place of every value, and how documents are laid over one another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from orm_sim.core.errors import InputError, Place, Problem

Parts = tuple[str | int, ...]
"""Where a value stands: keys and list positions, from the top."""

COMMAND_LINE = Place("--set", None)
"""The place of a value given on the command line."""

_PLAIN_KEY = re.compile(r"[^.\[\]\"\s][^.\[\]\"]*")
_PART = re.compile(r"""\[(?P<index>\d+)\]|\["(?P<quoted>(?:[^"\\]|\\.)*)"\]|(?P<key>[^.\[\]"\s][^.\[\]"]*)""")


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data read from a file, and the place each value came from.  Treat both as frozen.

    Parameters
    ----------
    data : dict
        Mappings, lists and scalars as YAML has them; keys are text, dates are `datetime.date`.
    places : mapping of tuple to Place
        One entry for every value, containers and the whole (the empty tuple) included.
    files : tuple of Path
        Every file that was read for it, the base of an `extends:` included.
    """

    data: dict[str, Any]
    places: Mapping[Parts, Place] = field(default_factory=dict)
    files: tuple[Path, ...] = ()

    def place(self, parts: Parts) -> Place:
        """Where a value was written; for one that is not there, where its parent was."""
        for length in range(len(parts), -1, -1):
            found = self.places.get(parts[:length])
            if found is not None:
                return found
        return Place(str(self.files[0]) if self.files else "input")

    def value(self, parts: Parts) -> Any:
        """The value at a place; raises KeyError or IndexError when there is none."""
        found: Any = self.data
        for part in parts:
            found = found[part]
        return found

    def section(self, parts: Parts) -> Document:
        """A mapping inside the document, as a document of its own with its places."""
        size = len(parts)
        places = {key[size:]: place for key, place in self.places.items() if key[:size] == parts}
        return replace(self, data=self.value(parts), places=places)


def merge(base: Document, patch: Document | Mapping[str, Any], *, place: Place | None = None) -> Document:
    """A document laid over another: mappings merge key by key, anything else replaces (null and lists too).

    Parameters
    ----------
    base : Document
        What is changed.
    patch : Document or mapping
        The difference; every value it has keeps its own file and line.
    place : Place, optional
        The place of the values of a patch that is a bare mapping.

    Returns
    -------
    Document
        A new document; neither argument is changed.
    """
    over = patch if isinstance(patch, Document) else from_plain(patch, place or Place("override"))
    places = dict(base.places)
    data = _laid_over(base.data, over.data, (), places)
    places |= over.places
    return Document(data, places, tuple(dict.fromkeys((*base.files, *over.files))))


def _laid_over(
    base: dict[str, Any], patch: dict[str, Any], at: Parts, places: dict[Parts, Place]
) -> dict[str, Any]:
    """The merged mapping; forgets in `places` what is replaced."""
    merged = dict(base)
    for key, value in patch.items():
        here = (*at, key)
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merged[key] = _laid_over(base[key], value, here, places)
            continue
        if key in base:
            for gone in list(walk(base[key], here)):
                places.pop(gone, None)
        merged[key] = value
    return merged


def from_plain(data: Mapping[str, Any], place: Place) -> Document:
    """A document made of Python values, all with the same place."""
    value = plain(data)
    return Document(value, dict.fromkeys(walk(value, ()), place))


def plain(value: Any) -> Any:
    """A value as YAML would have given it: dicts with text keys, lists, Python scalars."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(each) for each in value]
    return value.item() if hasattr(value, "item") and hasattr(value, "dtype") else value


def walk(value: Any, at: Parts = ()) -> Iterator[Parts]:
    """The place of a value and of everything inside it, in the order of the file."""
    yield at
    if isinstance(value, dict):
        for key, each in value.items():
            yield from walk(each, (*at, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from walk(each, (*at, index))


def format_path(parts: Parts) -> str:
    """A place in words: `contract.clauses[1].rate`; a key that could be misread is quoted, `days["1.5"]`."""
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part) and part.isprintable() and part == part.strip():
            text += f".{part}" if text else part
        else:
            text += f"[{json.dumps(part)}]"
    return text


def parse_path(text: str) -> Parts:
    """The place a dotted path names; the inverse of `format_path`.

    Raises
    ------
    InputError
        When the text is not a path.
    """
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        dotted = text[position] == "." and bool(parts)
        found = _PART.match(text, position + dotted)
        bracket = found is not None and found.group().startswith("[")
        if found is None or (bracket and dotted) or (parts and not bracket and not dotted):
            break
        if found["index"] is not None:
            parts.append(int(found["index"]))
        else:
            quoted = found["quoted"]
            parts.append(found["key"] if quoted is None else json.loads(f'"{quoted}"'))
        position = found.end()
    if not parts or position < len(text):
        rule = "is not a path: keys are joined by dots, list positions stand in brackets and count from 0"
        raise InputError(Problem(COMMAND_LINE, text, None, rule, "Example: contract.clauses[1].rate=12.5"))
    return tuple(parts)


def put(document: Document, parts: Parts, value: Any, place: Place) -> Document:
    """A document with one value replaced or added; mappings missing on the way are made.

    Raises
    ------
    InputError
        When a list has no such position, or a plain value stands where a mapping or list is needed.
    """
    data = _with(document.data, parts, 0, plain(value), place)
    places = {key: each for key, each in document.places.items() if key[: len(parts)] != parts}
    for length in range(1, len(parts)):
        places.setdefault(parts[:length], place)
    places |= dict.fromkeys(walk(plain(value), parts), place)
    return Document(data, places, document.files)


def _with(node: Any, parts: Parts, depth: int, value: Any, place: Place) -> Any:
    if depth == len(parts):
        return value
    part, here = parts[depth], format_path(parts[:depth])
    if isinstance(part, int):
        if not isinstance(node, list):
            raise InputError(Problem(place, format_path(parts), None, f"{here or 'the file'} is not a list"))
        if part >= len(node):
            count = "1 entry" if len(node) == 1 else f"{len(node)} entries"
            rule = f"{here} has {count}, counted from 0; there is no [{part}]"
            raise InputError(Problem(place, format_path(parts), None, rule))
        return [*node[:part], _with(node[part], parts, depth + 1, value, place), *node[part + 1 :]]
    if node is None:
        node = {}
    if not isinstance(node, dict):
        rule = f"{here} is {'a list' if isinstance(node, list) else 'a plain value'}; it has no key '{part}'"
        hint = (
            f"Name an entry: {here}[0] to {here}[{len(node) - 1}]"
            if isinstance(node, list) and node
            else None
        )
        raise InputError(Problem(place, format_path(parts), None, rule, hint))
    return {**node, part: _with(node.get(part), parts, depth + 1, value, place)}
