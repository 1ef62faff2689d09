"""What a batch consists of: the scenarios of a folder or the options of a study, each found before anything is run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from orm_sim.core.document import Document
from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.core.files import readable_file, shown
from orm_sim.core.loader import load_extended
from orm_sim.scenario.load import LoadedStudy, as_study, load_scenario, load_study

ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Item:
    """One scenario of a batch.

    Parameters
    ----------
    name, title
        As the file gives them; text, never part of a path.
    file
        The scenario, or the study whose option it is.
    option
        Name of the option; empty for a scenario of its own.
    """

    name: str
    title: str
    file: Path
    option: str = ""

    def load(self, overrides: Mapping[str, str]) -> LoadedStudy:
        """The item as a study of two options: its zero line and itself.

        Raises
        ------
        InputError
            With every problem of its files.
        """
        if not self.option:
            return as_study(load_scenario(self.file, overrides), self.file, overrides)
        study = load_study(self.file, overrides)
        kept = (study.zero, self.option)
        return replace(
            study,
            name=f"{study.name}.{self.option}",
            title=self.title,
            options={name: study.options[name] for name in kept},
            titles={name: study.titles[name] for name in kept},
            overrides={
                **study.overrides,
                "options": self.option,
            },  # of one study, two names may look alike as paths
        )


@dataclass(frozen=True, slots=True)
class Found:
    """What lies at a path: its name and title, the items, what was left out and why, and every file read."""

    name: str
    title: str
    items: tuple[Item, ...]
    left_out: tuple[str, ...]
    files: tuple[Path, ...]


def find(path: Path) -> Found:
    """The items of a folder or a study file.

    Raises
    ------
    InputError
        When there is nothing to run, when two scenarios carry one name, or when a study cannot be read.
    """
    return _folder(path) if path.is_dir() else _study(path)


def _study(path: Path) -> Found:
    readable_file(path)
    document = load_extended(path)
    if "options" not in document.data:
        rule = "is a scenario, not a folder or a study"
        raise InputError(Problem(Place(shown(path), 1), "", None, rule, "Use: orm-sim run"))
    study = load_study(path)
    items = tuple(Item(name, study.titles[name], path, name) for name in study.options if name != study.zero)
    left_out = (f"{study.titles[study.zero]}: is the line that the others are measured against.",)
    return Found(study.name, study.title, items, left_out, study.files)


def _folder(folder: Path) -> Found:
    items, left_out = [], []
    files: list[Path] = []
    listed = sorted(
        e for e in folder.iterdir() if _is_yaml(e.name) and not e.name.startswith(".") and not e.is_dir()
    )
    for file in listed:
        document = _readable(file)
        files += [] if document is None else document.files
        files += [file] if file.is_file() and os.access(file, os.R_OK) else []  # else it has no digest
        why = None if document is None else _not_to_run(document)
        if why is None:
            items.append(_named(file, document))
        else:
            left_out.append(f"{shown(file)}: {why}")
    if not items:
        raise InputError(_empty(folder, left_out))
    _refuse_twins(items)
    name = folder.resolve().name or "root"
    return Found(name, f"The scenarios of {name}", tuple(items), tuple(left_out), tuple(dict.fromkeys(files)))


def _readable(file: Path) -> Document | None:
    """A file with what it extends; None where it cannot be read: then it is run, and fails with its reasons."""
    try:
        return load_extended(readable_file(file))
    except InputError:
        return None


def _not_to_run(document: Document) -> str | None:
    """Why a file of the folder is no scenario to be run."""
    data = document.data
    if "options" in data:
        return "is a study; run it with: orm-sim batch FILE"
    if "columns" in data and "kind" in data:
        return "is a mapping of records."
    if "programme" in data and "client" in data and data.get("contract") is None and not _improved(data):
        return "has no contract: it is the in-house line itself."
    return None


def _improved(data: Mapping[str, object]) -> bool:
    client = data.get("client")
    home = client.get("in_house") if isinstance(client, dict) else None
    return isinstance(home, dict) and bool(home.get("improvement"))


def _named(file: Path, document: Document | None) -> Item:
    given = {} if document is None else document.data
    name, title = given.get("name"), given.get("title")
    name = name if isinstance(name, str) and name.strip() else file.stem
    return Item(name, title if isinstance(title, str) and title.strip() else name, file)


def _refuse_twins(items: list[Item]) -> None:
    first: dict[str, Item] = {}
    problems = []
    for item in items:
        if item.name in first:
            rule = f"is also the name of {shown(first[item.name].file)}"
            hint = "Give one of them another `name:`"
            problems.append(Problem(Place(shown(item.file)), "name", item.name, rule, hint))
        first.setdefault(item.name, item)
    if problems:
        raise InputError(problems)


def _empty(folder: Path, left_out: list[str]) -> Problem:
    """A folder without scenarios, and where some may lie."""
    inside = sorted(
        shown(each) for each in folder.iterdir() if each.is_dir() and any(map(_is_yaml, os.listdir(each)))
    )
    hint = (
        f"Folders in it are not searched: {', '.join(inside)}"
        if inside
        else "Write one with: orm-sim new NAME"
    )
    hint = f"{'  '.join(left_out)}  {hint}" if left_out else hint
    return Problem(Place(shown(folder)), "", None, "holds no scenario to run (*.yaml)", hint)


def _is_yaml(name: str) -> bool:
    return name.endswith(ENDINGS)
