"""`orm-sim negotiate`: what a negotiator takes to the table, printed, as JSON, and as pictures in a folder."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd

    from orm_sim.negotiation.talks import Talks
    from orm_sim.study.execute import OnProgress

SHEETS, SURVEY, QUOTES = 32, 40, 100
"""Sheets surveyed, histories of each, histories of each quoted sheet, where nothing is said."""


@click.command("negotiate")
@click.argument("study", type=click.Path(path_type=Path))
@click.option(
    "--sheets", type=int, default=SHEETS, show_default=True, help="Term sheets surveyed around the deal."
)
@click.option(
    "--survey", "histories", type=int, default=SURVEY, show_default=True, help="Random histories of each."
)
@click.option(
    "--replications", type=int, default=QUOTES, show_default=True, help="Histories of each quoted sheet."
)
@click.option(
    "--seed", type=int, help="Root of every random stream; default: the scenario's. Quotes use the next."
)
@click.option("--workers", type=int, help="Processes; default: one per core. Results do not depend on it.")
@click.option(
    "--engine", default="kernel", show_default=True, help="kernel (compiled) or reference (SimPy, slow)."
)
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Override a value; repeatable.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("outputs"),
    show_default=True,
    help="Folder of runs.",
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON instead of tables.")
def negotiate_command(study: Path, **options: Any) -> None:
    """Find where both sides of a STUDY gain: trade of base against commission, offers, price of clauses."""
    from rich.console import Console

    from orm_sim.cli.commands import WORKER_MODULES
    from orm_sim.cli.options import overrides_of
    from orm_sim.core.processes import start_server
    from orm_sim.study.progress import shown

    if options["workers"] != 1 and study.is_file():
        start_server(WORKER_MODULES)
    console = Console(stderr=True)
    with shown(f"Negotiation of {study.name}", console) as progress:
        talks, folder = negotiate_in(
            study, sheets=options["sheets"], survey=options["histories"], replications=options["replications"],
            seed=options["seed"], workers=options["workers"], engine=options["engine"], out=options["out"],
            overrides=overrides_of(options["settings"]), on_progress=progress,
            say=lambda text: console.print(text, highlight=False, markup=False),
        )  # fmt: skip
    from orm_sim.report.talks_words import talks_as_dict

    if options["as_json"]:
        click.echo(json.dumps({"folder": str(folder), **talks_as_dict(talks)}, indent=2, ensure_ascii=False))
        return
    _print(talks)
    click.echo(f"\nWritten to {folder}: talks.json, and pictures as SVG and PNG")


def negotiate(path: str | os.PathLike[str], **settings: Any) -> Talks:
    """What both sides of a study can agree on.

    Parameters
    ----------
    path
        Study with a section ``negotiation``.
    sheets, survey, replications
        Term sheets surveyed (32), histories of each (40), histories of each quoted sheet (100).
    seed, workers, engine, overrides, out, on_progress, say
        As in `compare`; quoted sheets live on the seed's successor.

    Raises
    ------
    InputError
        For a study without negotiation, or one that names what is not there.
    """
    return negotiate_in(path, **settings)[0]


def negotiate_in(
    path: str | os.PathLike[str], *, sheets: int = SHEETS, survey: int = SURVEY, replications: int = QUOTES,
    seed: int | None = None, workers: int | None = None, engine: str = "kernel",
    overrides: Mapping[str, Any] | None = None, out: str | os.PathLike[str] = "outputs",
    on_progress: OnProgress | None = None, say: Any = None,
) -> tuple[Talks, Path]:  # fmt: skip
    """`negotiate`, and the folder it wrote."""
    from orm_sim.cli.api import check_run, usable_cores
    from orm_sim.cli.rates import solved_rates
    from orm_sim.core.errors import InputError, Place, Problem
    from orm_sim.negotiation.lived import Settings
    from orm_sim.negotiation.sheets import asked, deal_of
    from orm_sim.negotiation.talks import negotiate as talk
    from orm_sim.scenario.load import is_study, load_study
    from orm_sim.simulation.pricing import ReferenceJob, free_options, priced
    from orm_sim.study import plan_run

    if not is_study(Path(path)):
        rule = "is a scenario, not a study: it says nothing of what is negotiated"
        hint = "scenarios/studies/negotiation.yaml shows how"
        raise InputError(Problem(Place(str(path), 1), "", None, rule, hint))
    study = load_study(path, overrides or {})
    talks = asked(study)
    deal_of(study, 1.0)
    root = study.base.evaluation.seed if seed is None else seed
    for count, least, option in (
        (sheets, 1, "--sheets"),
        (survey, 2, "--survey"),
        (replications, 2, "--replications"),
    ):
        _at_least(count, least, option)
    check_run(replications, workers, engine, root)
    crew = workers or usable_cores()
    told = {**study.overrides, "sheets": str(sheets), "survey": str(survey)}
    plan = plan_run(f"{study.name}-talks", study.files, root, replications, engine, told)
    folder = Path(out) / plan.run_id
    asking = (talks.deal, *talks.alternatives)
    free = free_options({name: study.options[name] for name in asking})
    rates = solved_rates(study, folder, ReferenceJob(free, root, engine), crew, say)
    found = talk(
        study, priced(study, rates), rates.get(talks.deal, 1.0), sheets,
        Settings(root, survey, engine, crew, Path(out), on_progress),
        Settings(root + 1, replications, engine, crew, Path(out), on_progress), say or _silent,
    )  # fmt: skip
    _write(found, folder)
    return found, folder


def _at_least(count: int, least: int, option: str) -> None:
    from orm_sim.core.errors import InputError, Place, Problem

    if count < least:
        raise InputError(Problem(Place(option), "", str(count), f"must be {least} or more"))


def _silent(text: str) -> None:
    """Say nothing."""


def _write(talks: Talks, folder: Path) -> None:
    from orm_sim.core.files import write_whole
    from orm_sim.report import talks as pictures
    from orm_sim.report.talks_tables import protected
    from orm_sim.report.talks_words import talks_as_dict
    from orm_sim.report.theme import save_png, show

    write_whole(folder / "talks.json", json.dumps(talks_as_dict(talks), indent=2).encode())
    drawn = {"deal_map": pictures.deal_map(talks), "both_gains": pictures.both_gains(talks)}
    if len(talks.of_kind("curve")):
        drawn["trade"] = pictures.trade(talks)
    if len(talks.of_kind("clause")):
        drawn["clause_prices"] = pictures.clause_prices(talks)
    if len(protected(talks)):
        drawn["protection"] = pictures.protection(talks)
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    for name, chart in drawn.items():
        show(chart).save(figures / f"{name}.svg")
        save_png(chart, figures / f"{name}.png")


def _print(talks: Talks) -> None:
    from rich.console import Console

    from orm_sim.report import talks_tables as tables
    from orm_sim.report.talks_words import findings

    out = Console(width=None if sys.stdout.isatty() else 150)
    for line in findings(talks):
        out.print(line, highlight=False, markup=False)
    curve = f"What replaces what, at equal value to the vendor: {talks.deal.issues[talks.answer].title} for"
    for title, frame in (
        (f"{curve} {talks.deal.issues[talks.given].title}", tables.curve_table(talks)),
        ("The deal on the table", tables.quotes_table(talks, "deal")),
        ("Offers equal to the client", tables.quotes_table(talks, "offer")),
        (
            "Their view: the vendor's profit and loss under each quoted sheet, $ thousand over the term",
            tables.their_view(talks),
        ),
        ("Bargaining points", tables.quotes_table(talks, "meeting")),
        ("Priorities untold and told", tables.quotes_table(talks, "split", "told")),
        ("Protection of the client against the lasting of the relationship", tables.protection_table(talks)),
        ("What a clause is worth, against the deal", tables.clause_table(talks)),
    ):
        if len(frame):
            out.print(_table(title, frame))


def _table(title: str, frame: pd.DataFrame) -> Any:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    drawn = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", padding=(0, 1), pad_edge=False)
    for place, name in enumerate(frame.columns):
        drawn.add_column(Text(str(name)), justify="right" if place else "left", no_wrap=not place)
    for row in frame.to_dict("records"):
        drawn.add_row(*(Text(str(value)) for value in row.values()))
    return drawn
