"""`orm-sim brief`: one finished run, written for the executive, the analyst or the vendor."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from orm_sim.core.errors import InputError, Place, Problem, name_hint
from orm_sim.core.files import writable_folder, write_whole

_NEEDED = ("comparison", "outcomes", "kpis", "ledger")


@click.command("brief")
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.option("--for", "reader", default="executive", show_default=True, help="executive, analyst or vendor.")
@click.option("--option", help="The option looked at closely; default: the leading one with a vendor.")
@click.option("--every", help="Length of the periods in tables: month (default), quarter or year.")
@click.option(
    "--tolerance",
    "borne",
    multiple=True,
    metavar="AMOUNT=CHANCE",
    help="A loss in $ and the chance of it that can be borne, such as 1000000=0.05; repeatable.",
)
@click.option("--out", type=click.Path(path_type=Path), help="HTML file; default: in the folder of the run.")
def brief_command(run_dir: Path, **options: Any) -> None:
    """Write the run in RUN_DIR for a reader: one HTML page that fetches and runs nothing."""
    file = write_brief(
        run_dir, options["reader"], option=options["option"], every=options["every"], borne=options["borne"],
        out=options["out"],
    )  # fmt: skip
    click.echo(f"Written: {file}")


def write_brief(
    run_dir: str | os.PathLike[str], reader: str = "executive", *, option: str | None = None,
    every: str | None = None, borne: tuple[str, ...] = (), out: str | os.PathLike[str] | None = None,
) -> Path:  # fmt: skip
    """A version of a finished run as a file; see `orm_sim.report.audience.written_for`.

    Parameters
    ----------
    run_dir
        Folder of the run.
    reader
        executive, analyst or vendor.
    option
        Id of the option looked at closely; for the vendor it must be named where several have one.
    every
        month, quarter or year.
    borne
        Tolerances as amount=chance.
    out
        File to write; by default `brief_<reader>.html` in the folder.

    Raises
    ------
    InputError
        For a folder without a finished run, an option it does not have, an audience or frequency that is none, and a
        file that cannot be written.
    """
    from orm_sim.cli.api import open_run
    from orm_sim.decision.exceedance import read_tolerance
    from orm_sim.kpi.periods import frequency
    from orm_sim.report.audience import audience, written_for

    whom = audience(reader)
    if whom == "executive" and every is not None:
        rule = "the executive's page shows no figures by period: leave it out, or write for the analyst"
        raise InputError(Problem(Place("--every"), "", every, rule))
    if whom != "analyst" and borne:
        rule = "is shown to the analyst alone: leave it out, or write for the analyst"
        raise InputError(Problem(Place("--tolerance"), "", borne[0], rule))
    often = frequency(every or "month")
    tolerance = [read_tolerance(each) for each in borne]
    run = open_run(run_dir)
    subject = _subject(run, whom, option)
    file = Path(out) if out is not None else Path(run_dir) / f"brief_{whom}.html"
    if file.is_dir():
        raise InputError(Problem(Place("--out"), "", str(file), "is a folder; name a file in it"))
    writable_folder(file.parent, place=Place("--out"))
    return write_whole(file, written_for(whom, subject, every=often, tolerance=tolerance).encode())


def _subject(run: Any, reader: str, option: str | None) -> Any:
    """The run as a version is made of it, with the option checked."""
    from orm_sim.report.audience import Subject
    from orm_sim.study.manifest import read_json

    known, card = list(run.study.options), run.study
    if option is not None and option not in known:
        rule = "the run has no such option"
        raise InputError(Problem(Place("--option"), "", option, rule, name_hint(option, known)))
    missing = [name for name in _NEEDED if name not in run.tables]
    if missing:
        rule = f"lacks the tables {', '.join(missing)}; run the study again"
        raise InputError(Problem(Place(str(run.run_dir)), "", None, rule))
    comparison = run.tables["comparison"].sort_values("rank")
    partnered = [str(each) for each in comparison.loc[comparison["vendor_value"].notna(), "option"]]
    outside = [str(each) for each in comparison["option"] if each != card.zero]
    if reader == "vendor":
        option = _contract(run, option, partnered)
    chosen = option or (partnered or outside)[0]
    tables = run.titled
    place = list(run.tables["comparison"]["option"]).index(chosen)
    title = str(tables["comparison"]["option"].iloc[place])
    lived = read_json(run.run_dir / "manifest.json") or {}
    facts = (f"Run {run.run_dir.resolve().name}, seed {lived.get('seed')}.",)
    handed_over = (card.handed_over or {}).get(chosen, {})
    return Subject(card.title, tables, title, facts, handed_over, card.policy, card.budget, run.notes)


def _contract(run: Any, option: str | None, partnered: list[str]) -> str:
    """The option whose vendor reads: named, with a vendor, and told channel by channel."""
    named = sorted(partnered)
    if option is None and len(named) != 1:
        rule = "the version for a vendor needs its contract" if named else "no option of the run has a vendor"
        raise InputError(
            Problem(Place("--option"), "", None, rule, f"Name one of {', '.join(named)}" if named else None)
        )
    chosen = option or named[0]
    if chosen not in named:
        raise InputError(Problem(Place("--option"), "", chosen, "has no vendor to write for"))
    if not (run.study.handed_over or {}).get(chosen):
        rule = "the run does not say which channels are the vendor's, so its part cannot be told from yours"
        raise InputError(Problem(Place(str(run.run_dir)), "", None, rule, "Run the study again"))
    outcomes = run.tables.rows("outcomes", [chosen])
    if outcomes["no_deal"].all():
        rule = "the vendor signs in none of the histories, so there is nothing to tell it"
        raise InputError(Problem(Place("--option"), "", chosen, rule))
    return chosen
