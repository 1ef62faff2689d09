"""`orm-sim validate`: says of each file what it is and every problem in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.core.files import shown
from orm_sim.core.loader import load_extended


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of file: the keys by which it is known, and what it says of one that is read without a problem."""

    keys: frozenset[str]
    read: Callable[[Path], Iterator[str]]


def validate_files(files: Sequence[Path]) -> None:
    """Print what each file is, and raise every problem of all of them.

    Raises
    ------
    InputError
        With every problem of every file.
    """
    problems: dict[Problem, None] = {}
    for file in files:
        try:
            first, *others = _kind(file).read(file)
            click.echo(f"{file}: ok, {first}")
            for each in others:
                click.echo(f"  {each}")
        except InputError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise InputError(problems)


def _kind(file: Path) -> _Kind:
    """The kind whose keys a file has; a scenario where none fits, so that its problems are told as a scenario's."""
    data = load_extended(file).data
    return next((kind for kind in _KINDS if kind.keys <= set(data)), _SCENARIO)


def _mapping(file: Path) -> Iterator[str]:
    rule = "is a mapping of records, not a scenario or study.  Use: orm-sim calibrate RECORDS --mapping FILE"
    raise InputError(Problem(Place(shown(file), 1), "", None, rule))
    yield  # an iterator like the others


def _study(file: Path) -> Iterator[str]:
    from orm_sim.scenario.load import load_study

    study = load_study(file)
    yield f"a study of {len(study.options)} options"
    for name, scenario in study.options.items():
        yield from (f"{name}: {words}" for words in _unlived(scenario.contract))


def _vendors(file: Path) -> Iterator[str]:
    from orm_sim.scenario.firms import are_firms, load_firms
    from orm_sim.scenario.vendors import load_vendors

    if not are_firms(file):
        yield f"{len(load_vendors(file).terms.vendors)} vendors that do not react"
        return
    firms = load_firms(file)
    yield f"{len(firms.scenarios)} vendors that react"
    for name, scenario in firms.scenarios.items():
        yield from (f"{name}: {words}" for words in _unlived(scenario.contract))


def _centre(file: Path) -> Iterator[str]:
    from orm_sim.centre.centre_checks import load_centre

    centre = load_centre(file)
    yield f"a centre (contact types: {len(centre.contact_types)}, agent groups: {len(centre.agent_groups)})"


def _contract(file: Path) -> Iterator[str]:
    from orm_sim.contract.contract_file import read_contract

    contract = read_contract(file)
    yield "a contract; its traps are told by: orm-sim contract lint"
    yield from _unlived(contract)


def _scenario(file: Path) -> Iterator[str]:
    from orm_sim.scenario.load import load_scenario

    scenario = load_scenario(file)
    yield "a scenario"
    yield from _unlived(scenario.contract)


def _unlived(contract: Any) -> Iterator[str]:
    """What a contract says and no simulation lives."""
    from orm_sim.scenario.unlived import not_simulated

    return (f"not simulated: {words}" for words in not_simulated(contract))


_SCENARIO: Final = _Kind(frozenset(), _scenario)
_KINDS: Final = (
    _Kind(frozenset({"kind", "columns"}), _mapping),
    _Kind(frozenset({"options"}), _study),
    _Kind(frozenset({"vendors"}), _vendors),
    _Kind(frozenset({"contact_types"}), _centre),
    _Kind(frozenset({"clauses"}), _contract),
)
