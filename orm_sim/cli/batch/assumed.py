"""The numbers that scenarios rest on, with unit, source and grade, each once with the scenarios that share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from orm_sim.core.errors import show_value
from orm_sim.core.evidence import NOT_STATED, Assumption, Figure, assumptions
from orm_sim.scenario.scenario import Scenario

COLUMNS = ("scenarios", "path", "value", "listed", "unit", "source", "grade", "low", "high", "varies", "note")


def assumed(scenarios: Mapping[str, Scenario]) -> pd.DataFrame:
    """One row per number: value, unit, source, grade, range, and which scenarios use it.

    Numbers are in `value`; lists of numbers stand in `listed` as text.
    """
    users: dict[tuple[object, ...], list[str]] = {}
    for name, scenario in scenarios.items():
        for each in assumptions(scenario, scenario.evidence):
            users.setdefault(_row(_evidenced(each, scenario.evidence)), []).append(name)
    rows = [(_words(names, len(scenarios)), *row) for row, names in users.items()]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        dict.fromkeys(("value", "low", "high"), "float64")
    )
    return table.sort_values(["path", "scenarios"], kind="stable", ignore_index=True)


def _evidenced(each: Assumption, figures: Sequence[Figure]) -> Assumption:
    """A number without evidence of its own takes that of the section it stands in, where a file states one."""
    if each.source != NOT_STATED:
        return each
    around = [f for f in figures if each.path.startswith((f"{f.path}.", f"{f.path}["))]
    if not around:
        return each
    nearest = max(around, key=lambda figure: len(figure.path))
    return replace(each, source=nearest.source, grade=nearest.grade, note=nearest.note)


def _row(each: Assumption) -> tuple[object, ...]:
    single = isinstance(each.value, int | float) and not isinstance(each.value, bool)
    value, listed = (float(each.value), "") if single else (None, show_value(each.value, 200))
    return (
        each.path, value, listed, each.unit, each.source, each.grade, each.low, each.high, each.vary, each.note or "",
    )  # fmt: skip


def _words(names: Sequence[str], n: int) -> str:
    return "all" if len(names) == n else ", ".join(names)
