"""`orm-sim validate`: says of each file what it is and every problem in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.core.files import shown
from orm_sim.core.loader import load_extended

if TYPE_CHECKING:
    from orm_sim.contract.contract import Contract
    from orm_sim.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of file: the keys by which it is known, and what it says of one that is read without a problem."""

    keys: frozenset[str]
    read: Callable[[Path], list[str]]


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


def _mapping(file: Path) -> list[str]:
    rule = "is a mapping of records, not a scenario or study.  Use: orm-sim calibrate RECORDS --mapping FILE"
    raise InputError(Problem(Place(shown(file), 1), "", None, rule))


def _study(file: Path) -> list[str]:
    from orm_sim.scenario.load import load_study

    options = load_study(file).options
    return [f"a study of {len(options)} options", *_of_each(options)]


def _vendors(file: Path) -> list[str]:
    from orm_sim.scenario.firms import are_firms, load_firms
    from orm_sim.scenario.vendors import load_vendors

    if not are_firms(file):
        return [f"{len(load_vendors(file).terms.vendors)} vendors that do not react"]
    scenarios = load_firms(file).scenarios
    return [f"{len(scenarios)} vendors that react", *_of_each(scenarios)]


def _centre(file: Path) -> list[str]:
    from orm_sim.centre.centre_checks import load_centre

    centre = load_centre(file)
    return [
        f"a centre (contact types: {len(centre.contact_types)}, agent groups: {len(centre.agent_groups)})"
    ]


def _contract(file: Path) -> list[str]:
    from orm_sim.contract.contract_file import read_contract

    return ["a contract; its traps are told by: orm-sim contract lint", *_unlived(read_contract(file))]


def _scenario(file: Path) -> list[str]:
    from orm_sim.scenario.load import load_scenario

    return ["a scenario", *_unlived(load_scenario(file).contract)]


def _of_each(scenarios: Mapping[str, Scenario]) -> list[str]:
    return [f"{name}: {words}" for name, each in scenarios.items() for words in _unlived(each.contract)]


def _unlived(contract: Contract | None) -> Iterator[str]:
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
