"""What commands that simulate are given: options they share, and overrides as they are typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from orm_sim.core.errors import InputError, Place, Problem


def overrides_of(settings: tuple[str, ...], without: tuple[str, ...] = ()) -> dict[str, str]:
    """--set path=value and --without HAZARD, as given."""
    found: dict[str, str] = {}
    if without:
        from orm_sim.cli.hazards import left_out

        found = left_out(without)
    for each in settings:
        path, equals, value = each.partition("=")
        if not equals or not path.strip():
            raise InputError(Problem(Place("--set"), "", each, "must be written path=value"))
        if path.strip() in found:
            raise InputError(Problem(Place("--set"), path.strip(), value, "is set twice: leave one out"))
        found[path.strip()] = value
    return found


def running(command: Callable[..., None]) -> Callable[..., None]:
    """Options shared by the commands that simulate."""
    for option in reversed(
        (
            click.option(
                "--replications", type=int, help="Random histories per option; default: the scenario's."
            ),
            click.option("--seed", type=int, help="Root of every random stream; default: the scenario's."),
            click.option(
                "--workers", type=int, help="Processes; default: one per core. Results do not depend on it."
            ),
            click.option(
                "--engine",
                default="kernel",
                show_default=True,
                help="kernel (compiled) or reference (SimPy, slow).",
            ),
            click.option(
                "--set", "settings", multiple=True, metavar="PATH=VALUE", help="Override a value; repeatable."
            ),
            click.option(
                "--without",
                multiple=True,
                metavar="HAZARD",
                help="Leave out outage, weather, shock or breach; repeatable.",
            ),
            click.option(
                "--out",
                type=click.Path(file_okay=True, path_type=Path),
                default=None,
                help="Folder of runs; default: outputs.",
            ),
            click.option(
                "--report/--no-report",
                default=True,
                show_default=True,
                help="Figures and the executed notebook.",
            ),
            click.option(
                "--json", "as_json", is_flag=True, help="Print the result as JSON instead of tables."
            ),
        )
    ):
        command = option(command)
    return command
