"""Reading a centre's file, and what its parts must be to one another; every problem in one go."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import ValidationError

from orm_sim.centre.centre_file import (
    AgentGroup,
    CentreFile,
    ContactType,
    GroupChoice,
    Horizon,
    Outage,
    Route,
)
from orm_sim.centre.law_terms import Constant, DrawnLaw, Empirical, Given, HandleLaw, Never, PiecewiseHazard
from orm_sim.core.document import Document, Parts, format_path
from orm_sim.core.errors import InputError, Problem, collect, in_order, name_hint, nearest, show_value
from orm_sim.core.loader import build, load_extended
from orm_sim.core.terms import INVALID, Many, Term, valid_value
from orm_sim.core.units import SECONDS_PER_DAY

T = TypeVar("T", bound=Term)

_UNREADABLE: dict[str, Any] = {"groups": (), "handle": None, "patience": Never(law="never"), "until_s": 0.0}
"""What stands for fields that cannot be read, so that the checks between parts find nothing wrong with them."""


def load_centre(path: str | os.PathLike[str]) -> CentreFile:
    """A centre read from a YAML or JSON file.

    Raises
    ------
    InputError
        With every problem of the file: of single values, and between its parts.
    """
    return centre_of(load_extended(path))


def centre_of(document: Document) -> CentreFile:
    """A centre made of a document; raises as `load_centre` does."""
    problems: list[Problem] = []
    centre = None
    with collect(problems):
        centre = build(CentreFile, document)
    problems = list(_sharper(document, problems))
    problems.extend(_between(document))
    if problems or centre is None:
        raise InputError(in_order(problems))
    return centre


class _OneLaw(Term):
    handle: HandleLaw
    """One law, whoever handles the contact."""


class _LawByGroup(Term):
    handle: dict[str, HandleLaw]
    """A law for each group."""


class _Listed(Term):
    groups: Many[str | Route]
    """Groups in order of preference."""


class _Chosen(Term):
    groups: GroupChoice
    """Groups, and how one of them is chosen."""


class _DelayLaw(Term):
    delay_s: DrawnLaw
    """Law of the delay, in seconds."""


def _sharper(document: Document, problems: list[Problem]) -> Iterator[Problem]:
    """Problems, those of laws told for the one kind that is meant: a law, or a mapping from group to law."""
    listed = document.data.get("contact_types")
    meant: dict[str, tuple[Parts, type[Term]]] = {}
    for i, kind in enumerate(listed if isinstance(listed, list) else ()):
        if not isinstance(kind, Mapping):
            continue
        if isinstance(kind.get("handle"), Mapping):
            model: type[Term]
            model = _OneLaw if "law" in kind["handle"] or not _only_mappings(kind["handle"]) else _LawByGroup
            meant[f"contact_types[{i}].handle"] = (("contact_types", i), model)
        if isinstance(kind.get("groups"), Mapping | list):
            model = _Chosen if isinstance(kind["groups"], Mapping) else _Listed
            meant[f"contact_types[{i}].groups"] = (("contact_types", i), model)
        redial = kind.get("redial")
        if isinstance(redial, Mapping) and isinstance(redial.get("delay_s"), Mapping):
            meant[f"contact_types[{i}].redial.delay_s"] = (("contact_types", i, "redial"), _DelayLaw)
    told: set[str] = set()
    for problem in problems:
        spot = next((path for path in meant if re.match(re.escape(path) + r"(\W|$)", problem.path)), None)
        if spot is None:
            yield problem
        elif spot not in told:
            told.add(spot)
            # A slip of the whole value, such as an empty list, is none of its single parts.
            yield from list(_alone(document, *meant[spot])) or [problem]


def _only_mappings(value: Mapping[str, Any]) -> bool:
    return all(isinstance(each, Mapping) for each in value.values())


def _alone(document: Document, at: Parts, model: type[Term]) -> Iterator[Problem]:
    """Problems of one key of a mapping, read as one kind."""
    (key,) = model.model_fields
    whole = document.section(at)
    places = {parts: place for parts, place in whole.places.items() if parts[:1] in ((), (key,))}
    try:
        build(model, Document({key: whole.data[key]}, places, whole.files))
    except InputError as error:
        for each in error.problems:
            yield replace(each, path=f"{format_path(at)}.{each.path}")


def _between(document: Document) -> Iterator[Problem]:
    """Problems between the parts, as far as each can be read."""
    types, groups = (
        _entries(document, "contact_types", ContactType),
        _entries(document, "agent_groups", AgentGroup),
    )
    known_types, known_groups = _names(document, "contact_types"), _names(document, "agent_groups")
    yield from _clashes(document, "contact_types", known_types)
    yield from _clashes(document, "agent_groups", known_groups)
    for i, kind in types.items():
        yield from _routing(document, i, kind, known_groups)
        yield from _durations(document, i, kind)
    for i, group in groups.items():
        yield from _group_names(document, i, group, known_types, types.values())
    if all(kind.groups for kind in types.values()):
        yield from _idle_groups(document, known_groups, types.values())
    horizon, period = (valid_value(CentreFile, document.data, (name,)) for name in ("horizon", "period_s"))
    if horizon is not INVALID and period is not INVALID:
        yield from _lengths(document, horizon, period, types, groups)
        yield from _moments(document, horizon, types, groups)


def _entries(document: Document, key: str, model: type[T]) -> dict[int, T]:
    """The entries of a list, by position; of those with problems of their own, what of them can be read."""
    found = {}
    listed = document.data.get(key)
    for i, each in enumerate(listed if isinstance(listed, list) else ()):
        try:
            found[i] = model.model_validate(each)
        except ValidationError:
            if isinstance(each, Mapping):
                fields = {name: valid_value(model, each, (name,)) for name in model.model_fields}
                readable = {name: value for name, value in fields.items() if value is not INVALID}
                found[i] = model.model_construct(**{"name": "?", **_UNREADABLE, **readable})
    return found


def _names(document: Document, key: str) -> list[str]:
    listed = document.data.get(key)
    entries: Sequence[Any] = listed if isinstance(listed, list) else ()
    return [str(each["name"]) for each in entries if isinstance(each, Mapping) and "name" in each]


def _problem(document: Document, parts: Parts, value: Any, rule: str, hint: str | None = None) -> Problem:
    shown = None if value is None else show_value(value)
    return Problem(document.place(parts), format_path(parts), shown, rule, hint)


def _clashes(document: Document, key: str, names: list[str]) -> Iterator[Problem]:
    for i, name in enumerate(names):
        if name in names[:i]:
            rule = f"the name is taken by {key}[{names.index(name)}]"
            yield _problem(document, (key, i, "name"), name, rule)


def _routing(document: Document, i: int, kind: ContactType, known: list[str]) -> Iterator[Problem]:
    """Groups that a type names but nobody described, and mappings by group."""
    if not kind.groups:
        return
    at: Parts = ("contact_types", i, "groups")
    at = (
        (*at, "from")
        if "choose" in (document.value(at) if isinstance(document.value(at), dict) else ())
        else at
    )
    served = [route.group for route in kind.routes]
    for j, name in enumerate(served):
        where = (*at, j) if isinstance(document.value((*at, j)), str) else (*at, j, "group")
        if name not in known:
            rule = f"no agent group has this name; contact type '{kind.name}' needs one that serves it"
            yield _problem(document, where, name, rule, name_hint(name, known))
        elif name in served[:j]:
            yield _problem(document, where, name, "is listed twice")
    if isinstance(kind.handle, dict):
        yield from _by_name(document, ("contact_types", i, "handle"), kind.handle, served, "group")
    if kind.returns is not None and isinstance(kind.returns.resolved, dict):
        where = ("contact_types", i, "returns", "resolved")
        yield from _by_name(document, where, kind.returns.resolved, served, "group")


def _by_name(
    document: Document, at: Parts, given: Mapping[str, Any], wanted: Iterable[str], what: str
) -> Iterator[Problem]:
    """A mapping must have an entry for each name, and no other."""
    names = list(wanted)
    for name in given:
        if name not in names:
            rule = (
                f"no {what} of this name serves here"
                if what == "group"
                else f"there is no contact {what} '{name}'"
            )
            yield _problem(document, (*at, name), None, rule, name_hint(name, names))
    missing = [name for name in names if name not in given]
    if missing:
        yield _problem(document, at, None, f"an entry for {what} {' and '.join(missing)} is missing")


def _durations(document: Document, i: int, kind: ContactType) -> Iterator[Problem]:
    """Handle times of nothing or for ever, and a threshold that patience never reaches."""
    at: Parts = ("contact_types", i, "handle")
    laws = kind.handle.items() if isinstance(kind.handle, dict) else [(None, kind.handle)]
    for name, law in laws:
        where = at if name is None else (*at, name)
        if isinstance(law, Constant) and law.value_s == 0.0:
            yield _problem(document, (*where, "value_s"), 0, "a handle time must be more than 0 s")
        if isinstance(law, Given | Empirical) and not any(law.values_s):
            rule = "a handle time must be more than 0 s: some of its values must be"
            yield _problem(document, (*where, "values_s"), law.values_s, rule)
        if isinstance(law, PiecewiseHazard) and law.per_s[-1] == 0.0:
            rule = "the last hazard of a handle time must be above 0: it would never end"
            yield _problem(document, (*where, "per_s"), law.per_s, rule)
    longest = kind.patience.longest_s
    where = ("contact_types", i, "threshold_s")
    if where in document.places and kind.threshold_s > longest:
        rule = f"lies above the longest patience, {longest:g} s: every answer would count as within it"
        yield _problem(
            document, where, kind.threshold_s, rule, "Lower it, or give a patience that reaches it"
        )


def _group_names(
    document: Document, i: int, group: AgentGroup, known: list[str], types: Iterable[ContactType]
) -> Iterator[Problem]:
    """Contact types that a group names."""
    coming = [kind.name for kind in types if group.name in (route.group for route in kind.routes)]
    at: Parts = ("agent_groups", i)
    for j, name in enumerate(group.takes.order or ()):
        where = (*at, "takes", "order", j)
        if name not in known:
            yield _problem(
                document, where, name, "there is no contact type of this name", name_hint(name, known)
            )
        elif name not in coming:
            yield _problem(document, where, name, f"contact type '{name}' does not list group '{group.name}'")
        elif name in (group.takes.order or ())[:j]:
            yield _problem(document, where, name, "is listed twice")
    if isinstance(group.handle_multiplier, dict):
        for name in group.handle_multiplier:
            if name not in known:
                where = (*at, "handle_multiplier", name)
                yield _problem(
                    document, where, None, f"there is no contact type '{name}'", name_hint(name, known)
                )


def _idle_groups(document: Document, known: list[str], types: Iterable[ContactType]) -> Iterator[Problem]:
    named = {route.group for kind in types for route in kind.routes}
    routed = named | {nearest(name, known) for name in named}  # a mistyped name is told once, where it stands
    for i, name in enumerate(known):
        if name not in routed:
            rule = f"no contact type lists group '{name}': nobody would ever reach it"
            yield _problem(
                document, ("agent_groups", i, "name"), name, rule, "Add it to the groups of a contact type"
            )


def _lengths(
    document: Document,
    horizon: Horizon,
    period_s: float,
    types: dict[int, ContactType],
    groups: dict[int, AgentGroup],
) -> Iterator[Problem]:
    """Periods that do not fill the day, and lists that are not one value a period."""
    periods = horizon.open_s / period_s
    if periods != round(periods):
        rule = f"must divide the {horizon.open_s:g} s from {horizon.opens} to {horizon.closes} into whole periods"
        yield _problem(document, ("period_s",), period_s, rule)
        return
    lists: list[tuple[Parts, Any]] = [
        (("contact_types", i, "rate_per_hour"), kind.rate_per_hour) for i, kind in types.items()
    ]
    for i, group in groups.items():
        lists += [
            (("agent_groups", i, name), getattr(group, name)) for name in ("agents", "presence", "shrinkage")
        ]
    n = round(periods)
    for at, values in lists:
        if isinstance(values, tuple) and len(values) not in (n, n * horizon.days):
            rule = f"must have one value for each of the {n} periods of a day"
            rule += f", or {n * horizon.days} for the whole horizon" if horizon.days > 1 else ""
            yield _problem(document, at, values, f"{rule}; it has {len(values)}", "A single value means all")


def _moments(
    document: Document, horizon: Horizon, types: dict[int, ContactType], groups: dict[int, AgentGroup]
) -> Iterator[Problem]:
    """Moments outside the day, days outside the horizon."""
    for i, kind in types.items():
        late = [j for j, at in enumerate(kind.arrivals_s or ()) if at >= horizon.open_s]
        if late:
            at: Parts = ("contact_types", i, "arrivals_s", late[0])
            rule = f"must lie before closing, {horizon.open_s:g} s after opening"
            yield _problem(document, at, document.value(at), rule)
    days: list[tuple[Parts, int | None]] = [
        (("agent_groups", i, "changes", j, "day"), change.day)
        for i, group in groups.items()
        for j, change in enumerate(group.changes or ())
    ]
    for j, outage in _entries(document, "outages", Outage).items():
        days.append((("outages", j, "day"), outage.day))
        if outage.until_s > SECONDS_PER_DAY and not horizon.never_closes:
            rule = "an outage ends with the day where the centre closes"
            yield _problem(document, ("outages", j, "until_s"), outage.until_s, rule)
    for where, day in days:
        if day is not None and day >= horizon.days:
            rule = f"must be a day of the horizon, 0 to {horizon.days - 1}"
            yield _problem(document, where, day, rule)
