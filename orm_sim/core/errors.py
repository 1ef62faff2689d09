"""Bad input, said well: where it stands, what it says, which rule it breaks, and the nearest valid name."""

from __future__ import annotations

import datetime
import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written: a file (or `--set`) and, when known, its line, counted from 1."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the input, in the two lines of the house form.

    Parameters
    ----------
    place : Place
        File and line of the offending value.
    path : str
        Dotted path inside the file, `contract.clauses[1].rate`; empty when the whole file is meant.
    value : str or None
        The value as it reads in the file; None when there is none to show (a missing or unknown key).
    rule : str
        The rule that is broken, as a sentence without its full stop ("must be a finite number, 0 or more").
    hint : str or None
        What would help: the nearest valid name, the allowed names.
    """

    place: Place
    path: str = ""
    value: str | None = None
    rule: str = ""
    hint: str | None = None

    def __str__(self) -> str:
        head = f"{self.place}  {self.path}" if self.path else str(self.place)
        if self.value is not None:
            head += f" = {self.value}" if self.path else f"  {self.value}"
        body = self.rule if self.hint is None else f"{self.rule.rstrip('.')}.  {self.hint}"
        return f"{head}\n    {body}"


class InputError(Exception):
    """Everything found wrong with the input, all at once; the command line prints it and exits with 2.

    Parameters
    ----------
    *problems : Problem or iterable of Problem
        At least one. Order is kept.
    """

    def __init__(self, *problems: Problem | Iterable[Problem]) -> None:
        flat: list[Problem] = []
        for each in problems:
            flat.extend([each] if isinstance(each, Problem) else each)
        self.problems: tuple[Problem, ...] = tuple(flat)
        super().__init__(*self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        last = f"{count} problem{'' if count == 1 else 's'}. Nothing was run."
        return "\n".join([*(str(problem) for problem in self.problems), last])

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the problems, and nothing of the code that found them."""
        return str(self).splitlines()


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Problems without repeats, file by file as they first appear, and by line inside a file."""
    distinct = list(dict.fromkeys(problems))
    files = list(dict.fromkeys(each.place.file for each in distinct))
    return sorted(distinct, key=lambda each: (files.index(each.place.file), each.place.line or 0))


@contextmanager
def collect(problems: list[Problem]) -> Iterator[None]:
    """Run a step and keep its problems for later instead of stopping; each is kept once.

    Examples
    --------
    >>> problems: list[Problem] = []
    >>> for name in ("a", "b"):
    ...     with collect(problems):
    ...         raise refuse(f"there is no {name}")
    >>> print(InputError(problems))
    input
        there is no a
    input
        there is no b
    2 problems. Nothing was run.
    """
    try:
        yield
    except InputError as error:
        problems.extend(each for each in error.problems if each not in problems)


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name closest to a mistyped one, or None when none is close."""
    names = list(allowed)
    folded = {each.lower().replace("-", "_").replace(" ", "_"): each for each in names}
    found = difflib.get_close_matches(name.lower().replace("-", "_").replace(" ", "_"), list(folded), 1, 0.6)
    return folded[found[0]] if found else None


def name_hint(name: str, allowed: Sequence[str], *, few: int | None = None) -> str:
    """The hint for an unknown name: "Did you mean 'up_to'?  Allowed: rate, up_to".

    Parameters
    ----------
    name : str
        What was written.
    allowed : sequence of str
        What may be written, in the order to list it.
    few : int, optional
        List the allowed names only when there are no more than this.
    """
    close = nearest(name, allowed)
    said = [] if close is None else [f"Did you mean '{close}'?"]
    if few is None or len(allowed) <= few or close is None:
        listed = ", ".join(allowed if few is None or len(allowed) <= few else [*allowed[:few], "..."])
        said.append(f"Allowed: {listed}" if allowed else "Nothing is allowed here")
    return "  ".join(said)


def refuse(
    rule: str,
    *,
    file: str = "input",
    line: int | None = None,
    path: str = "",
    value: str | None = None,
    hint: str | None = None,
) -> InputError:
    """An InputError of a single problem, ready to raise."""
    return InputError(Problem(Place(file, line), path, value, rule, hint))


def show_value(value: object, width: int = 60) -> str:
    """A value as it would read in a YAML file, on one line and without control signs, cut to a width."""
    text = _shown(value)
    return text if len(text) <= width else f"{text[: width - 3]}..."


def _shown(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        special = {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}
        return special.get(repr(float(value)), repr(float(value)))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_shown(key)}: {_shown(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_shown(each) for each in value) + "]"
    if isinstance(value, str):
        plain = value.isprintable() and value == value.strip() and value != ""
        return value if plain and not _needs_quotes(value) else json.dumps(value)
    return str(value)


def _needs_quotes(text: str) -> bool:
    """Whether text would be read as something else if it stood there without quotes."""
    if text.lower() in ("true", "false", "null", "~"):
        return True
    for reads in (float, datetime.date.fromisoformat):
        try:
            reads(text)
        except ValueError:
            continue
        return "_" not in text
    return False
