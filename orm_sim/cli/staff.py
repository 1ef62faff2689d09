"""`orm-sim staff`: agents for a target in every period of a centre's file."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click

from orm_sim.centre.centre_checks import load_centre
from orm_sim.centre.requirement import Measure, Target
from orm_sim.centre.staff_centre import PeriodNeed, need
from orm_sim.core.errors import InputError, Place, Problem

OPTIONS: Final[dict[Measure, str]] = {
    "service_level": "--service-level",
    "abandonment_rate": "--abandonment-rate",
    "asa_s": "--asa-s",
    "occupancy": "--occupancy",
}
"""The option that sets a target on a measure."""


def run_staff(file: Path, values: dict[Measure, float | None], *, as_json: bool) -> None:
    """Print the agents that each period needs; see the command's help for the parameters."""
    targets = _targets(values)
    rows = need(load_centre(file), targets)
    if not as_json:
        click.echo("\n".join(_lines(rows, targets)))
        return
    found = {"file": str(file), "targets": {each.measure: each.value for each in targets}}
    periods = [{key: _plain(value) for key, value in row._asdict().items()} for row in rows]
    click.echo(json.dumps({**found, "periods": periods}, indent=1, ensure_ascii=False))


def _targets(values: dict[Measure, float | None]) -> list[Target]:
    """Targets of the options given, or every reason why they are none."""
    targets: list[Target] = []
    problems: list[Problem] = []
    for measure, value in values.items():
        try:
            targets += [] if value is None else [Target(measure, value)]
        except ValueError as error:
            problems.append(Problem(Place(OPTIONS[measure]), "", f"{value:g}", str(error)))
    if not targets and not problems:
        problems.append(Problem(Place("staff"), "", None, f"needs a target: {', '.join(OPTIONS.values())}"))
    if problems:
        raise InputError(problems)
    return targets


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _lines(rows: Sequence[PeriodNeed], targets: Sequence[Target]) -> Iterator[str]:
    """A table by period, a day under the other."""
    wanted = ", ".join(
        f"{each.measure} {'>=' if each.measure == 'service_level' else '<='} {each.value:g}"
        for each in targets
    )
    yield f"Agents for {wanted}, by the closed forms; figures are expected with those scheduled"
    yield "  day  from   contacts    agents  scheduled  service level  abandoned   asa s  occupancy"
    for row in rows:
        shares = [_share(each) for each in (row.service_level, row.abandonment_rate, row.occupancy)]
        asa_s = f"{row.asa_s:8.1f}" if math.isfinite(row.asa_s) else f"{'-':>8}"
        yield (
            f"  {row.day:3d}  {row.begins}{row.offered:11.1f}{row.agents:10.2f}{row.scheduled:11d}"
            f"{shares[0]:>15}{shares[1]:>11}{asa_s}{shares[2]:>11}"
        )


def _share(value: float) -> str:
    return f"{100 * value:.1f} %" if math.isfinite(value) else "-"
