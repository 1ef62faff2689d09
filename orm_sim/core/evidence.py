"""Evidence: each default number with its unit, its source and a grade from A (study) to D (assumption)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field
from pydantic.fields import FieldInfo

from orm_sim.core.document import Document, Parts, format_path
from orm_sim.core.errors import Problem, name_hint, show_value
from orm_sim.core.loader import build, load_yaml
from orm_sim.core.shape import Limits, field_shape, is_model, item_of, shape_of
from orm_sim.core.terms import Term
from orm_sim.core.units import unit_problem

Grade = Literal["A", "B", "C", "D"]
"""A a study or filing, B a survey, C trade press, D an assumption."""

NOT_STATED = "not stated"
"""The source of a number that a file gives without saying where it is from; it counts as grade D."""


def quantity(
    default: Any = ...,
    *,
    unit: str,
    source: str,
    grade: Grade,
    low: float | None = None,
    high: float | None = None,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
) -> Any:
    """A field for a number, or numbers, with a default and the evidence for it.

    Parameters
    ----------
    default : number, sequence of numbers or term
        What holds when a file says nothing.
    unit : str
        See `core.units`: `share`, `s`, `$/seat-month`.
    source : str
        An id of `references.yaml`.
    grade : {"A", "B", "C", "D"}
        How good the source is.
    low, high : float, optional
        The plausible range, in the same unit; needed for grade D.
    ge, gt, le, lt : float, optional
        The range a file may use, of the number itself or of each entry of a list; a word allowed beside the number
        (`float | Literal["solve"]`) is not touched.
    """
    extra: dict[str, Any] = {"unit": unit, "source": source, "grade": grade, "low": low, "high": high}
    return _field(default, extra, Limits(ge, gt, le, lt))


def required(
    *,
    unit: str,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
) -> Any:
    """A field for a number without a default: the file must give it.  Parameters as for `quantity`."""
    return _field(..., {"unit": unit}, Limits(ge, gt, le, lt))


def optional(
    *,
    unit: str,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
) -> Any:
    """A field for a number that may be left out or null.  Parameters as for `quantity`."""
    return _field(None, {"unit": unit}, Limits(ge, gt, le, lt))


def _field(default: Any, extra: dict[str, Any], limits: Limits) -> Any:
    info: FieldInfo = Field(default, json_schema_extra=extra)
    if limits.given():
        info.metadata.append(limits)
    return info


class Figure(Term):
    """The evidence for one number that a scenario file gives itself."""

    path: str
    """Dotted path of the number, `client.value.resolved_contact`."""
    source: str
    """Id of its source in references.yaml, or words that name it."""
    grade: Grade
    """A study or filing, B survey, C trade press, D assumption."""
    low: float | None = None
    """Low end of its plausible range, in the number's unit."""
    high: float | None = None
    """High end of its plausible range, in the number's unit."""
    vary: bool = False
    """Whether the study draws it from its range."""
    note: str | None = None
    """Anything a reader should know about it."""


class Reference(Term):
    """One source of numbers."""

    title: str
    """What it is called, by whom."""
    year: int | None
    """Year of publication, where known."""
    url: str | None = None
    """Where it was read."""
    note: str
    """What it says, and how far to trust it."""


@cache
def references() -> Mapping[str, Reference]:
    """Every source of `references.yaml`, by id."""
    document = load_yaml(Path(__file__).with_name("references.yaml"))
    return {name: build(Reference, document.section((name,))) for name in document.data}


@dataclass(frozen=True, slots=True)
class Assumption:
    """One number a result rests on, with what is known about it."""

    path: str
    value: Any
    unit: str
    source: str
    grade: Grade
    low: float | None = None
    high: float | None = None
    vary: bool = False
    note: str | None = None


def unevidenced(model: type[Term]) -> list[str]:
    """The numeric defaults of a term, and of every term in it, that lack evidence; one sentence each.

    A default number needs a named unit, a source that `references.yaml` has, a grade, a range when the grade is D,
    and must lie in its range and among the values a file may use.  A term used as a default must not set numbers
    that have no evidence of their own.
    """
    return [
        f"{owner.__name__}.{name}: {lack}"
        for owner, name, info in _fields(model, set())
        for lack in _lacks(owner, name, info)
    ]


def _fields(model: type[Term], seen: set[type]) -> Iterator[tuple[type[Term], str, FieldInfo]]:
    """Every field of a term and of the terms that may stand in it, each term once."""
    if model in seen:
        return
    seen.add(model)
    for name, info in model.model_fields.items():
        yield model, name, info
        for inner in _terms_in(info.annotation, info.metadata):
            yield from _fields(inner, seen)


def _terms_in(annotation: Any, metadata: Iterable[Any] = ()) -> Iterator[type[Term]]:
    for kind, _ in shape_of(annotation, metadata).kinds:
        if is_model(kind):
            yield kind
        else:
            item = item_of(kind, 0)
            yield from () if item is None else _terms_in(item)


def _lacks(owner: type[Term], name: str, info: FieldInfo) -> Iterator[str]:
    """What the evidence of one field lacks."""
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    evidence = evidence_of(info)
    if evidence.get("unit") and (wrong := unit_problem(str(evidence["unit"]))):
        yield wrong
    if "source" not in evidence:
        yield from _naked(default)
        return
    if not evidence.get("unit"):
        yield "no unit"
    if evidence["source"] not in references():
        yield f"no source '{evidence['source']}' in references.yaml"
    low, high = evidence.get("low"), evidence.get("high")
    if evidence.get("grade") == "D" and (low is None or high is None):
        yield "grade D without a range"
    if low is not None and high is not None and low > high:
        yield f"low {low} exceeds high {high}"
    if _is_number(default) and not (low is None or low <= default) & (high is None or default <= high):
        yield f"default {default} is outside its own range {low} to {high}"
    if not info.is_required():
        yield from _not_allowed(owner, name, default)


def _naked(default: Any, at: str = "default") -> Iterator[str]:
    """The numbers in a default that has no evidence of its own."""
    if _is_number(default):
        yield f"{at} {show_value(default)} has no unit, source and grade"
    elif isinstance(default, Term):
        for name in sorted(default.model_fields_set):
            info, value = type(default).model_fields[name], getattr(default, name)
            usual = None if info.is_required() else info.get_default(call_default_factory=True)
            if value != usual:
                yield from _naked(value, f"{at} {name}")
    elif isinstance(default, Mapping):
        for each in default.values():
            yield from _naked(each, at)
    elif isinstance(default, Sequence | set | frozenset) and not isinstance(default, str):
        found = [lack for each in default for lack in _naked(each, at)]
        yield from found[:1] if all(_is_number(each) for each in default) else found


def _not_allowed(owner: type[Term], name: str, default: Any) -> Iterator[str]:
    limits = field_shape(owner.model_fields[name]).limits()
    tests = {"ge": float.__ge__, "gt": float.__gt__, "le": float.__le__, "lt": float.__lt__}
    numbers = [default] if _is_number(default) else [each for each in _entries(default) if _is_number(each)]
    if any(not tests[kind](float(each), float(bound)) for kind, bound in limits.items() for each in numbers):
        yield f"default {show_value(default)} is not among the values a file may use"


def _entries(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _has_number(value: Any) -> bool:
    return _is_number(value) or any(_has_number(each) for each in _entries(value))


def evidence_of(info: FieldInfo) -> dict[str, Any]:
    """The unit, source, grade, low and high stored with a field; empty where there are none."""
    extra = info.json_schema_extra
    return dict(extra) if isinstance(extra, dict) else {}


def assumptions(term: Term, figures: Iterable[Figure] = ()) -> list[Assumption]:
    """Every number of a term and of the terms in it, with its evidence.

    Parameters
    ----------
    term : Term
        A scenario, or any part of one.
    figures : iterable of Figure
        Evidence for numbers given in the file, by their path from `term`.

    Returns
    -------
    list of Assumption
        In the order of the fields.  A figure comes before the evidence of the default; a number that differs from
        its default and has no figure is `NOT_STATED`, grade D.
    """
    by_path = {figure.path: figure for figure in figures}
    return [
        _assumption(format_path(parts), info, value, by_path.get(format_path(parts)))
        for parts, info, value in _numbers(term, ())
    ]


def _numbers(term: Term, at: Parts) -> Iterator[tuple[Parts, FieldInfo, Any]]:
    for name, info in type(term).model_fields.items():
        value = getattr(term, name)
        here = (*at, name)
        if _has_number(value):
            yield here, info, value
        for parts, inner in _inner(value, here):
            yield from _numbers(inner, parts)


def _inner(value: Any, at: Parts) -> Iterator[tuple[Parts, Term]]:
    if isinstance(value, Term):
        yield at, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _inner(each, (*at, str(key)))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, each in enumerate(value):
            yield from _inner(each, (*at, index))


def _assumption(path: str, info: FieldInfo, value: Any, figure: Figure | None) -> Assumption:
    evidence = evidence_of(info)
    unit = str(evidence.get("unit", NOT_STATED))
    if figure is not None:
        low, high = figure.low, figure.high
        return Assumption(path, value, unit, figure.source, figure.grade, low, high, figure.vary, figure.note)
    if (
        "source" in evidence
        and not info.is_required()
        and value == info.get_default(call_default_factory=True)
    ):
        source, grade = str(evidence["source"]), evidence["grade"]
        return Assumption(path, value, unit, source, grade, evidence.get("low"), evidence.get("high"))
    return Assumption(path, value, unit, NOT_STATED, "D")


def figure_problems(
    term: Term, figures: Sequence[Figure], document: Document, at: Parts = ("evidence",)
) -> list[Problem]:
    """What is wrong with the evidence section of a file: figures for no number, said twice, or out of their range.

    Parameters
    ----------
    term : Term
        What the paths of the figures start from.
    figures : sequence of Figure
        As read from the list at `at`.
    document : Document
        For the places.
    at : tuple
        Where the list stands.
    """
    known = {format_path(parts): value for parts, _, value in _numbers(term, ())}
    problems: list[Problem] = []
    for index, figure in enumerate(figures):
        here = (*at, index, "path")
        rule, hint = None, None
        if figure.path not in known:
            rule, hint = "names no number of this file", name_hint(figure.path, list(known), few=6)
        elif figure.path in [each.path for each in figures[:index]]:
            rule = "has its evidence given twice"
        elif figure.low is not None and figure.high is not None and figure.low > figure.high:
            rule = f"low {figure.low:g} exceeds high {figure.high:g}"
        elif figure.vary and (figure.low is None or figure.high is None):
            rule = "is to vary but has no range: give low and high"
        elif _is_number(known[figure.path]) and not _within(known[figure.path], figure):
            rule = f"its value {known[figure.path]:g} is outside the range {figure.low:g} to {figure.high:g}"
        if rule is not None:
            problems.append(Problem(document.place(here), format_path(here), figure.path, rule, hint))
    return problems


def _within(value: float, figure: Figure) -> bool:
    low = figure.low if figure.low is not None else value
    high = figure.high if figure.high is not None else value
    return low <= value <= high
