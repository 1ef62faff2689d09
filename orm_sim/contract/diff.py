"""What changed between two contracts, in words: terms of the whole, clauses added, removed, moved and changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from orm_sim.contract.clause import Clause, inside
from orm_sim.contract.contract import Contract
from orm_sim.contract.term_sheet import terms_of_the_whole
from orm_sim.core.document import format_path
from orm_sim.core.errors import show_value

What = Literal["term", "added", "removed", "moved", "changed", "label"]

_WHOLE: Final = ("clauses",)
_NOTHING: Final = "Nothing is said."
_ALIKE: Final = 0.5
"""Share of fields that two clauses of one kind must have in common to be taken for one clause under a new label."""

Tree = dict[tuple[str, ...], Clause]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not the same in both contracts.

    Parameters
    ----------
    what : str
        "term" of the whole contract, or what became of a clause.
    label : str
        The clause, by the name the new contract gives it ("" for a term of the whole).
    sentence : str
        The change in words, with the wording before and after where a clause was changed.
    fields : mapping of str to (before, after)
        The fields that differ, by their path inside the clause; None where one is not given.
    """

    what: What
    label: str
    sentence: str
    fields: Mapping[str, tuple[Any, Any]]


def differences(before: Contract, after: Contract) -> tuple[Change, ...]:
    """Every change from one contract to another, in the order of the new one, what was removed last.

    Parameters
    ----------
    before, after : Contract
        With or without their rates filled in.

    Returns
    -------
    tuple of Change
        None when both say the same. Clauses are matched by name, else by kind and content.
    """
    return (*_terms(before, after), *_clauses(before, after))


def _terms(before: Contract, after: Contract) -> Iterator[Change]:
    old, new = before.dump(), after.dump()
    earlier, later = terms_of_the_whole(before), terms_of_the_whole(after)
    for name in dict.fromkeys([*new, *old]):
        if name in _WHOLE or old.get(name) == new.get(name):
            continue
        fields = dict(_fields({name: old.get(name)}, {name: new.get(name)}))
        said = "; ".join(f"{path}: {_was(was)} -> {_was(now)}" for path, (was, now) in fields.items())
        words = earlier.get(name, _NOTHING), later.get(name, _NOTHING)
        if words[0] != words[1]:
            said += f"\n    before: {words[0]}\n    after:  {words[1]}"
        yield Change("term", "", said, fields)


def _clauses(before: Contract, after: Contract) -> Iterator[Change]:
    old, new = dict(_tree(before.clauses)), dict(_tree(after.clauses))
    was = _matches(old, new)
    order_old = [path for path in old if path in was.values()]
    for path, clause in new.items():
        if path not in was:
            yield Change("added", clause.name, f"added{_under(path)}: {_said(clause)}", {})
            continue
        earlier = old[was[path]]
        if earlier.name != clause.name and (earlier.label or clause.label):
            yield Change("label", clause.name, f"'{earlier.name}' is now called '{clause.name}'", {})
        if was[path][:-1] != path[:-1] and _above(was[path][:-1], was, new) != path[:-1]:
            yield Change(
                "moved", clause.name, f"'{clause.name}' stood {_place(was[path])}, now {_place(path)}", {}
            )
        yield from _changed(earlier, clause)
    yield from _reordered(order_old, was, new)
    for path, clause in old.items():
        if path not in was.values():
            yield Change("removed", clause.name, f"removed{_under(path)}: {_said(clause)}", {})


def _above(
    path: tuple[str, ...], was: Mapping[tuple[str, ...], tuple[str, ...]], new: Tree
) -> tuple[str, ...]:
    """Where the clause around another stands now."""
    return next((now for now, then in was.items() if then == path), path)


def _tree(clauses: tuple[Clause, ...], at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Clause]]:
    """Every clause by the names of those around it and its own, from the outside in."""
    for clause in clauses:
        here = (*at, clause.name)
        yield here, clause
        yield from _tree(inside(clause), here)


def _matches(old: Tree, new: Tree) -> dict[tuple[str, ...], tuple[str, ...]]:
    """For each clause of the new contract, the one of the old contract that it was."""
    found = {path: path for path in new if path in old and old[path].kind == new[path].kind}
    for path, clause in new.items():
        if path not in found:
            same = [
                each
                for each, other in old.items()
                if each not in found.values() and other.name == clause.name and other.kind == clause.kind
            ]
            if same:
                found[path] = same[0]
    for path, clause in new.items():
        if path not in found:
            left = [(each, other) for each, other in old.items() if each not in found.values()]
            alike = [(_likeness(other, clause), each) for each, other in left if other.kind == clause.kind]
            best = max(alike, default=(0.0, ()), key=lambda each: each[0])
            if best[0] >= _ALIKE:
                found[path] = best[1]
    return found


def _own(clause: Clause) -> dict[str, Any]:
    """A clause's own fields as plain data, without those of the clauses inside it."""
    return {
        name: value
        for name, value in clause.model_dump(mode="json", by_alias=True, exclude_none=True).items()
        if name not in ("of", "label", "clause")
    }


def _likeness(one: Clause, other: Clause) -> float:
    """The share of fields that are the same; of combinators without fields, whether clauses inside share a name."""
    a, b = _own(one), _own(other)
    names = {*a, *b}
    if inside(one) or inside(other):
        inner = {each.name for each in inside(one)} & {each.name for each in inside(other)}
        return 1.0 if inner else 0.0
    same = sum(bool(a.get(name) == b.get(name)) for name in names)
    return same / max(len(names), 1)


def _changed(before: Clause, after: Clause) -> Iterator[Change]:
    fields = dict(_fields(_own(before), _own(after)))
    if fields:
        said = "; ".join(f"{path}: {_was(was)} -> {_was(now)}" for path, (was, now) in fields.items())
        words = f"'{after.name}' changed: {said}"
        if before.wording() != after.wording():
            words += f"\n    before: {before.wording()}\n    after:  {after.wording()}"
        yield Change("changed", after.name, words, fields)


def _reordered(
    order: list[tuple[str, ...]], was: Mapping[tuple[str, ...], tuple[str, ...]], new: Tree
) -> Iterator[Change]:
    """Clauses whose turn in settlement changed: one sentence for the whole order."""
    now = [was[path] for path in new if path in was]
    if now != order and sorted(now) == sorted(order):
        names = ", ".join(f"'{path[-1]}'" for path in new if path in was)
        yield Change("moved", "", f"the order of settlement changed; it is now {names}", {})


def _fields(before: Any, after: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """The places at which two pieces of plain data differ, with both values."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*after, *before]):
            yield from _fields(before.get(name), after.get(name), (*at, name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for position, (was, now) in enumerate(zip(before, after, strict=True)):
            yield from _fields(was, now, (*at, position))
    else:
        yield format_path(at), (before, after)


def _was(value: Any) -> str:
    return "not given" if value is None else show_value(value, 80)


def _said(clause: Clause) -> str:
    return f"'{clause.name}'. {clause.wording()}"


def _under(path: tuple[str, ...]) -> str:
    return f" under '{path[-2]}'" if len(path) > 1 else ""


def _place(path: tuple[str, ...]) -> str:
    return f"under '{path[-2]}'" if len(path) > 1 else "by itself"
