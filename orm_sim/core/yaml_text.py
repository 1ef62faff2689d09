"""YAML 1.2 text to plain data with places; all slips of syntax and duplicate keys are found in one go."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from orm_sim.core.document import Parts, format_path
from orm_sim.core.errors import Place, Problem, show_value

MAX_DEPTH = 50
"""Containers inside containers that a file may have."""

MAX_SLIPS = 20
"""Slips of syntax after which reading is given up: each costs another pass over the text."""

_INT = re.compile(r"[-+]?[0-9]{1,400}")
_BASED = re.compile(r"0o[0-7]{1,400}|0x[0-9a-fA-F]{1,400}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_HALF = re.compile("[\ud800-\udfff]")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


def scalar(text: str) -> Any:
    """The value of a plain (unquoted) scalar in the YAML 1.2 core schema, dates included.

    Examples
    --------
    >>> scalar("1e-3"), scalar("no"), scalar("012"), scalar("2026-01-31"), scalar("2026-02-30")
    (0.001, 'no', 12, datetime.date(2026, 1, 31), '2026-02-30')
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _DATE.fullmatch(text):
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            return text
    return text


def read_yaml(text: str, file: str) -> tuple[Any, dict[Parts, Place], list[Problem]]:
    """Plain data, the place of every value, and every problem found on the way.

    Parameters
    ----------
    text : str
        The content of the file.
    file : str
        Its name, for places.

    Returns
    -------
    data, places, problems
        With any problem, the data is what could be read in spite of it, and is not to be used.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").split("\n")
    problems: list[Problem] = []
    for number, row in enumerate(lines):
        if _CONTROL.search(row):
            place = Place(file, number + 1)
            problems.append(Problem(place, "", show_value(row.strip()), "holds a control character"))
            lines[number] = _CONTROL.sub("", row)
    found = _Pass(lines, file)
    if found.slip is not None:
        lines, tabs = _without_tabs(lines, file)
        problems.extend(tabs)
        found = _Pass(lines, file) if tabs else found
    slips = 0
    while found.slip is not None and slips < MAX_SLIPS:
        problem, line = _slip_problem(found.slip, lines, file)
        problems.append(problem)
        lines, found = _around(lines, line, file)
        slips += 1
    problems.extend(found.problems)
    return found.data, found.places, sorted(problems, key=lambda each: each.place.line or 0)


class _TooDeep(Exception):
    """Reading stops here: a text of brackets alone would take minutes."""

    def __init__(self, event: Event, at: Parts) -> None:
        super().__init__(event, at)
        self.event, self.at = event, at


@dataclass
class _Pass:
    """One pass over the text: data and places up to its end, or to the first slip of syntax."""

    lines: list[str]
    file: str
    data: Any = None
    places: dict[Parts, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    slip: YAMLError | None = None

    def __post_init__(self) -> None:
        self._events = YAML(typ="safe", pure=True).parse("\n".join(self.lines) + "\n")
        documents = 0
        try:
            for event in self._events:
                if isinstance(event, DocumentStartEvent):
                    documents += 1
                    if event.version or event.tags:
                        self._report(event, (), "YAML directives ('%' lines) are not used here")
                elif isinstance(event, NodeEvent):
                    if documents > 1:
                        self._report(event, (), "a second document starts here: one file holds one document")
                        break
                    self.data = self._node(event, (), event)
        except YAMLError as slip:
            self.slip = slip
        except _TooDeep as found:
            self.data = None
            self._report(found.event, found.at[:3], f"is nested more than {MAX_DEPTH} deep")

    def _report(self, event: Event, at: Parts, rule: str, hint: str | None = None) -> None:
        self.problems.append(Problem(self._place(event), format_path(at), None, rule, hint))

    def _place(self, event: Event) -> Place:
        return Place(self.file, int(event.start_mark.line) + 1)

    def _node(self, event: Event, at: Parts, first: Event) -> Any:
        """The value an event opens; `first` is its key's event, whose line is the value's place."""
        self.places[at] = self._place(first)
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor is not None:
            what = f"alias *{anchor}" if isinstance(event, AliasEvent) else f"anchor &{anchor}"
            self._report(event, at, f"{what}: anchors and aliases are not used here", "Write the value out")
        if tag is not None:
            short = str(tag).replace("tag:yaml.org,2002:", "!!")
            self._report(event, at, f"tag {short}: YAML tags are not used here", "Write the plain value")
        if isinstance(event, ScalarEvent):
            self._refuse_halves(event, at)
            return scalar(event.value) if event.style is None else event.value
        if len(at) >= MAX_DEPTH and not isinstance(event, AliasEvent):
            raise _TooDeep(event, at)
        if isinstance(event, MappingStartEvent):
            return self._mapping(at)
        return self._list(at) if isinstance(event, SequenceStartEvent) else None

    def _refuse_halves(self, event: ScalarEvent, at: Parts) -> None:
        """Text that no file could hold again."""
        if _HALF.search(event.value):
            rule = "half of a pair (\\ud800 to \\udfff) is no letter"
            self._report(event, at, rule, "Write the letter itself")

    def _list(self, at: Parts) -> list[Any]:
        values: list[Any] = []
        for event in self._events:
            if isinstance(event, SequenceEndEvent):
                break
            values.append(self._node(event, (*at, len(values)), event))
        return values

    def _mapping(self, at: Parts) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for event in self._events:
            if isinstance(event, MappingEndEvent):
                break
            if not isinstance(event, ScalarEvent):
                self._report(event, at, "a key must be plain text")
                self._node(event, (*at, "?"), event)
                self._node(next(self._events), (*at, "?"), event)
                continue
            here = (*at, event.value)
            self._refuse_halves(event, here)
            if event.value in values:
                kept = {parts: each for parts, each in self.places.items() if parts[: len(here)] == here}
                self._report(event, here, f"this key is given twice, first on line {kept[here].line}")
                self._node(next(self._events), here, event)
                self.places |= kept
            else:
                values[event.value] = None  # known from here on, should it hold itself again
                values[event.value] = self._node(next(self._events), here, event)
        return values


_SLIPS: tuple[tuple[str, str, str | None], ...] = (
    ("mapping values are not allowed", "there is a second ': ' on the line, or the line is indented too far",
     "Put text that holds ': ' in quotes"),
    ("could not find expected ':'", "is not 'key: value'", "A ':' or the space after it is missing"),
    ("found unexpected end of stream", "a quote that opens here is never closed", None),
    ("found unexpected document separator", "a quote that opens here is never closed", None),
    ("expected ',' or ']'", "a list that opens here with '[' is not closed, or lacks a comma", None),
    ("expected ',' or '}'", "a mapping that opens here with '{' is not closed, or lacks a comma", None),
    ("expected <block end>", "is not in line with what stands above it", "Check the indentation"),
    ("'\\t'", "is indented with a tab", "Use spaces"),
    ("cannot start any token", "a value cannot start with this sign", "Put the value in quotes"),
    ("sequence entries are not allowed", "a list entry cannot start here", "Check the indentation"),
)  # fmt: skip
_NO_SPACE = re.compile(r"\s*(- )?[A-Za-z_]\w*:[^\s/].*")
_FROM_CONTEXT = ("simple key", "quoted scalar", "flow sequence", "flow mapping")


def _slip_problem(slip: YAMLError, lines: list[str], file: str) -> tuple[Problem, int]:
    """What is wrong in plain words, and the line (from 0) it starts on."""
    line, said = 0, str(slip)
    if isinstance(slip, MarkedYAMLError):
        said = f"{slip.problem}"
        inside = slip.context is not None and any(each in slip.context for each in _FROM_CONTEXT)
        mark = slip.context_mark if inside and slip.context_mark is not None else slip.problem_mark
        line = min(int(mark.line) if mark is not None else 0, len(lines) - 1)
    while line > 0 and not lines[line].strip():
        line -= 1
    # A plain text goes on over lines: the slip shows where the next ':' stands, one line below.
    near = line - 1 if "mapping values" in said and line > 0 else line
    if _NO_SPACE.fullmatch(lines[near]) and ("mapping values" in said or "expected ':'" in said):
        rule = "a space is missing after ':'"
        return Problem(Place(file, near + 1), "", show_value(lines[near].strip()), rule), near
    known = ((rule, hint) for sign, rule, hint in _SLIPS if sign in said)
    rule, hint = next(known, (f"is not YAML: {said}", None))
    return Problem(Place(file, line + 1), "", show_value(lines[line].strip()), rule, hint), line


def _around(lines: list[str], line: int, file: str) -> tuple[list[str], _Pass]:
    """The text without the smallest block around a slip after which reading gets past it."""
    blocks = _blocks(lines, line)
    for start, end in blocks:
        left = [*lines[:start], *[""] * (end - start), *lines[end:]]
        found = _Pass(left, file)
        if found.slip is None or _slip_problem(found.slip, left, file)[1] >= end:
            break
    return left, found


def _blocks(lines: list[str], line: int) -> list[tuple[int, int]]:
    """Half-open ranges of lines around a line: its own block, then its parent's, out to the whole text."""
    blocks: list[tuple[int, int]] = []
    start = line
    while True:
        indent = _indent(lines[start])
        end = start + 1
        while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > indent):
            end += 1
        blocks.append((start, max(end, line + 1)))
        above = [n for n in range(start) if _indent(lines[n]) < indent and lines[n].strip()]
        if not above:
            break
        start = above[-1]
    return [*blocks, (0, len(lines))]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _without_tabs(lines: list[str], file: str) -> tuple[list[str], list[Problem]]:
    """The text with tabs in indentation made spaces, and a problem for each line that had one."""
    problems: list[Problem] = []
    spaced: list[str] = []
    for number, line in enumerate(lines):
        lead = line[: len(line) - len(line.lstrip())]
        if "\t" in lead and line.strip():
            shown = show_value(line.strip())
            problems.append(
                Problem(Place(file, number + 1), "", shown, "is indented with a tab", "Use spaces")
            )
            line = lead.replace("\t", "  ") + line.lstrip()
        spaced.append(line)
    return spaced, problems
