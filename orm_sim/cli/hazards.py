"""`orm-sim hazards`: one option lived with and without each hazard, and what that comes to for both sides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pandas as pd

from orm_sim.cli.api import Comparison, compare_loaded
from orm_sim.core.errors import InputError, Place, Problem, name_hint
from orm_sim.report.risks import COX, COX_REST, hazard_table, risk_table
from orm_sim.risk.site import HAZARDS
from orm_sim.scenario.load import LoadedStudy, as_study, is_study, load_scenario, load_study, without_hazards


def left_out(names: tuple[str, ...]) -> dict[str, str]:
    """--without NAME as an override of the scenario.

    Raises
    ------
    InputError
        When there is no such hazard.
    """
    wrong = [name for name in names if name not in HAZARDS]
    if wrong:
        raise InputError(
            Problem(Place("--without"), "", name, "is no hazard", name_hint(name, HAZARDS)) for name in wrong
        )
    return {"risks.without": f"[{', '.join(dict.fromkeys(names))}]"} if names else {}


def paired(file: Path, overrides: Mapping[str, str], option: str | None) -> LoadedStudy:
    """The study of one option of a FILE with and without each hazard; the first option with a vendor by default."""
    return without_hazards(*study_of(file, overrides, option))


def study_of(file: Path, overrides: Mapping[str, str], option: str | None) -> tuple[LoadedStudy, str]:
    """The study of a FILE and the option that is looked at: the first with a vendor where none is named.

    Raises
    ------
    InputError
        When the study has no such option.
    """
    study = (
        load_study(file, overrides)
        if is_study(file)
        else as_study(load_scenario(file, overrides), file, overrides)
    )
    outsourced = [name for name, each in study.options.items() if each.contract is not None]
    chosen = option or next(iter(outsourced), study.zero)
    if chosen not in study.options:
        hint = name_hint(chosen, list(study.options))
        raise InputError(Problem(Place("--option"), "", chosen, "is no option of this study", hint))
    return study, chosen


def run_hazards(file: Path, overrides: Mapping[str, str], options: dict[str, Any]) -> None:
    """Live the pairs, and print both tables and what was written."""
    if options["measures"]:
        raise InputError(Problem(Place("--measure"), "", None, "needs a --budget that it may be bought from"))
    study = paired(file, overrides, options["option"])
    done = compare_loaded(
        study, replications=options["replications"], seed=options["seed"], workers=options["workers"],
        engine=options["engine"], out=options["out"], report=options["report"],
        say=lambda text: click.echo(text, err=True),
    )  # fmt: skip
    if options["as_json"]:
        click.echo(json.dumps(_plain(done), indent=2, ensure_ascii=False))
        return
    tables = done.titled
    click.echo(f"{study.title}: present value with each hazard less without it, and its 95 % interval\n")
    click.echo(hazard_table(tables["hazard_effects"]).to_string(index=False))
    if "risks" in tables:
        click.echo("\nThe register: the expert's scores beside what is simulated\n")
        click.echo(risk_table(tables["risks"]).to_string(index=False))
        click.echo(f"\n{COX} {COX_REST}")
    click.echo(f"\nWritten to {done.run_dir}")


def _plain(done: Comparison) -> dict[str, Any]:
    def rows(name: str) -> list[dict[str, Any]]:
        if name not in done.tables:
            return []
        frame: pd.DataFrame = done.tables[name]
        return list(json.loads(frame.to_json(orient="records")))

    return {"run_dir": str(done.run_dir), "hazards": rows("hazard_effects"), "risks": rows("risks")}
