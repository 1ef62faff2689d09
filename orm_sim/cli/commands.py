"""Commands: compare, run, hazards, respond, dashboard, centre, staff, validate, calibrate, schema, verify, warm."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import click

from orm_sim.cli.brief import brief_command
from orm_sim.cli.contract import contract
from orm_sim.cli.doctor import doctor
from orm_sim.cli.negotiate import negotiate_command
from orm_sim.cli.new import new
from orm_sim.cli.options import overrides_of, running
from orm_sim.cli.vendors import vendors_command
from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.core.interrupts import ctrl_c_once, was_interrupted

WORKER_MODULES = ("orm_sim.study.pool", "orm_sim.simulation.job", "orm_sim.simulation.pricing")
EXIT_INPUT, EXIT_FAILED, EXIT_STOPPED = 2, 1, 130
_TOLD = ("RunInterrupted", "BatchInterrupted", "RunFailed", "RenderError")
"""What the rooms behind raise as sentences; named, so that a fast command need not import them."""
_KEEPS_NOTHING = ("dashboard", "doctor", "new", "validate", "schema", "warm", "verify")


class _Group(click.Group):
    """Commands whose input errors are told as sentences, with exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; turn what it raises into sentences."""
        try:
            with ctrl_c_once():
                return super().invoke(ctx)
        except InputError as error:
            _stop(str(error), EXIT_INPUT)
        except KeyboardInterrupt:
            _interrupted(ctx)
        except Exception as error:
            if type(error).__name__ in _TOLD:
                _stop(str(error), getattr(error, "exit_code", EXIT_FAILED))
            if was_interrupted():
                _interrupted(ctx)
            raise


def _interrupted(ctx: click.Context) -> NoReturn:
    kept = "" if ctx.invoked_subcommand in _KEEPS_NOTHING else " before a block was finished; nothing is lost"
    _stop(f"Stopped{kept}. Run the same command again.", EXIT_STOPPED)


def _stop(text: str, status: int) -> NoReturn:
    click.echo(text, err=True)
    sys.exit(status)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="orm-sim")
def main() -> None:
    """Try an outsourcing contract before signing it.

    A call-centre vendor is simulated call by call over the whole contract and priced for both sides.
    Begin with: orm-sim compare scenarios/studies/which_contract.yaml
    """


main.add_command(brief_command)
main.add_command(contract)
main.add_command(doctor)
main.add_command(new)
main.add_command(negotiate_command)
main.add_command(vendors_command)


@main.command()
@click.argument("study", type=click.Path(path_type=Path))
@running
def compare(study: Path, **options: Any) -> None:
    """Compare the options of a STUDY file and rank them for client and vendor."""
    overrides = overrides_of(options["settings"], options["without"])
    _hurry(study, options["workers"])
    from orm_sim.scenario.load import is_study, load_study

    if not is_study(study):
        rule = "is a scenario, not a study: it names no options.  Use: orm-sim run"
        raise InputError(Problem(Place(str(study), 1), "", None, rule))
    _compare(load_study(study, overrides), overrides, options)


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@running
def run(scenario: Path, **options: Any) -> None:
    """Run one SCENARIO file against in-house as is."""
    overrides = overrides_of(options["settings"], options["without"])
    _hurry(scenario, options["workers"])
    from orm_sim.scenario.load import as_study, is_study, load_scenario

    if is_study(scenario):
        rule = "is a study: it names options.  Use: orm-sim compare"
        raise InputError(Problem(Place(str(scenario), 1), "options", None, rule))
    loaded = as_study(load_scenario(scenario, overrides), scenario, overrides)
    if len(loaded.options) < 2:
        rule = "has no contract and no improvement: it is the in-house zero line itself, so there is nothing to compare"
        raise InputError(Problem(Place(str(scenario), 1), "contract", "null", rule))
    _compare(loaded, overrides, options)


@main.command()
@click.argument("path", metavar="FOLDER|STUDY", type=click.Path(path_type=Path))
@running
def batch(path: Path, **options: Any) -> None:
    """Run every scenario of a FOLDER, or every option of a STUDY, each on its own; join and report them."""
    overrides = overrides_of(options["settings"], options["without"])
    from orm_sim.cli.batch.command import run_batch

    run_batch(path, overrides, options)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--option", help="Which option of a study; default: the first with a vendor.")
@click.option(
    "--budget", type=click.FloatRange(min=0.0), help="$ for measures: which to buy, instead of hazards."
)
@click.option("--measure", "measures", multiple=True, help="NAME:HAZARD:COST:path=value, what can be bought.")
@running
def hazards(file: Path, **options: Any) -> None:
    """Say what each hazard takes from both sides, for one option of a study or scenario FILE."""
    overrides = overrides_of(options["settings"], options["without"])
    _hurry(file, options["workers"])
    from orm_sim.cli.hazards import run_hazards
    from orm_sim.cli.mitigate import run_mitigation

    (run_hazards if options["budget"] is None else run_mitigation)(file, overrides, options)


def _hurry(file: Path, workers: int | None) -> None:
    """Let workers import the simulation while this process does: that takes seconds."""
    from orm_sim.core.processes import start_server

    if workers != 1 and file.is_file():
        start_server(WORKER_MODULES)


def _compare(study: Any, overrides: Mapping[str, str], options: dict[str, Any]) -> None:
    from rich.console import Console

    from orm_sim.cli.api import compare_loaded, preliminary
    from orm_sim.study.progress import PRELIMINARY_S, both, once_after, shown

    quiet = options["as_json"]
    console = Console(stderr=True)
    out = Console(width=None if sys.stdout.isatty() else 132)

    def early(done: int, total: int, tables: Mapping[str, Any]) -> None:
        if not quiet:
            out.print(preliminary(study, tables))

    with shown(study.title, console) as progress:
        result = compare_loaded(
            study, replications=options["replications"], seed=options["seed"], workers=options["workers"],
            engine=options["engine"], overrides=overrides, out=options["out"], report=options["report"],
            on_progress=both(progress, once_after(PRELIMINARY_S, early)),
            say=lambda text: console.print(text, highlight=False, markup=False),
        )  # fmt: skip
    table = result.rank_table()
    if quiet:
        click.echo(
            json.dumps({"run_dir": str(result.run_dir), **table.as_dict()}, indent=2, ensure_ascii=False)
        )
        return
    out.print(table)
    click.echo(f"\nWritten to {result.run_dir}:")
    for file in result.files:
        click.echo(f"  {file.relative_to(result.run_dir) if file.is_relative_to(result.run_dir) else file}")


@main.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--at",
    type=int,
    default=0,
    show_default=True,
    metavar="MONTH",
    help="Live the contract to the last planning date in or before this month; 0 is the day of signing.",
)
@click.option("--seed", type=int, help="Root of every random stream; default: the scenario's.")
@click.option("--replication", type=int, default=0, show_default=True, help="Which random history.")
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Override a value; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print the plans as JSON instead of a table.")
def respond(scenario: Path, **options: Any) -> None:
    """Say what the vendor of a SCENARIO does and why: every plan it weighs, with its value."""
    overrides = overrides_of(options["settings"])
    from orm_sim.cli.respond import run_respond

    run_respond(scenario, overrides, options)


@main.command()
@click.argument(
    "study",
    required=False,
    type=click.Path(path_type=Path),
    default=Path("scenarios/studies/which_contract.yaml"),
)
@click.option("--port", type=int, help="Port on 127.0.0.1; default: any that is free.")
@click.option(
    "--browser/--no-browser", default=True, show_default=True, help="Open a browser when it is ready."
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help="Folder of runs; default: outputs."
)
def dashboard(study: Path, port: int | None, browser: bool, out: Path | None) -> None:
    """Open the executive explorer of a STUDY (or scenario): sliders, an estimate at once, a simulation when asked.

    It listens on this machine alone and lets in whoever has the token in the address it prints.
    """
    from orm_sim.cli.dashboard import serve

    serve(study, port, browser=browser, out=out)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--engine",
    "engine_name",
    default="kernel",
    show_default=True,
    help="kernel (compiled), reference (SimPy, slow) or erlang (closed forms, single pools only).",
)
@click.option("--replications", type=int, default=20, show_default=True, help="Random histories.")
@click.option("--seed", type=int, default=1, show_default=True, help="Root of every random stream.")
@click.option("--workers", type=int, help="Default: one per core. Results do not depend on it.")
@click.option("--json", "as_json", is_flag=True, help="Print the measures as JSON instead of a table.")
@click.option(
    "--trace", type=click.Path(path_type=Path), help="Write every event of a small case: text or .jsonl."
)
@click.option(
    "--table", type=click.Path(path_type=Path), help="Write the measures to a .csv or .parquet file."
)
def centre(file: Path, **options: Any) -> None:
    """Simulate the contact centre of a FILE, without a contract."""
    from orm_sim.cli.centre import run_centre

    run_centre(file, **options)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--service-level", type=float, help="Share answered within the threshold, at least; such as 0.8."
)
@click.option("--abandonment-rate", type=float, help="Share that gives up, at most; such as 0.05.")
@click.option("--asa-s", type=float, help="Mean wait of answered contacts, at most, in seconds.")
@click.option("--occupancy", type=float, help="Share of time on contacts, at most; such as 0.85.")
@click.option("--json", "as_json", is_flag=True, help="Print the periods as JSON instead of a table.")
def staff(
    file: Path, service_level: float | None, abandonment_rate: float | None, asa_s: float | None,
    occupancy: float | None, as_json: bool,
) -> None:  # fmt: skip
    """Agents for a target in every period of the contact centre of a FILE: a single pool, by closed forms."""
    from orm_sim.cli.staff import run_staff

    run_staff(
        file,
        {
            "service_level": service_level, "abandonment_rate": abandonment_rate, "asa_s": asa_s,
            "occupancy": occupancy,
        },
        as_json=as_json,
    )  # fmt: skip


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def validate(files: tuple[Path, ...]) -> None:
    """Check scenarios, studies, contracts, centres or files of several vendors; report every problem in the FILES."""
    from orm_sim.cli.validate import validate_files

    validate_files(files)


@main.command()
@click.argument("records", type=click.Path(path_type=Path))
@click.option(
    "--mapping", required=True, type=click.Path(path_type=Path), help="YAML file that names the columns."
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="YAML fragment to write; diagnostics beside it.",
)
def calibrate(records: Path, mapping: Path, out: Path) -> None:
    """Fit a programme's shapes to call RECORDS (CSV, gzip or Parquet)."""
    from orm_sim.calibrate import calibrate as fit

    for line in fit(records, mapping, out).summary():
        click.echo(line)


@main.command()
@click.option("--study", "of_study", is_flag=True, help="Schema of study files instead of scenario files.")
@click.option(
    "--contract", "of_contract", is_flag=True, help="Schema of contract files: the whole contract language."
)
@click.option("--out", type=click.Path(path_type=Path), help="File to write; default: print.")
def schema(of_study: bool, of_contract: bool, out: Path | None) -> None:
    """Print the JSON schema of scenario, study or contract files, for editors and checks."""
    from orm_sim.contract.language import language_text
    from orm_sim.core.files import writable_folder, write_whole
    from orm_sim.core.schema import schema_text
    from orm_sim.scenario.scenario import Scenario
    from orm_sim.scenario.study import Study

    if of_study and of_contract:
        raise InputError(Problem(Place("--contract"), "", None, "is given together with --study: choose one"))
    text = language_text() if of_contract else schema_text(Study if of_study else Scenario)
    if out is None:
        click.echo(text)
    else:
        writable_folder(out.parent, place=Place("--out"))
        write_whole(out, text.encode())
        click.echo(f"Written: {out}")


@main.command()
@click.option(
    "--scenario",
    type=click.Path(path_type=Path),
    default=None,
    help="Scenario whose days are compared; default: the shipped bank.",
)
@click.option("--seed", type=int, default=2026, show_default=True, help="Root of every random stream.")
@click.option("--json", "as_json", is_flag=True, help="Print the certificate as JSON.")
def verify(scenario: Path | None, seed: int, as_json: bool) -> None:
    """Check the engines against theory and each other; exit status 1 where a check fails."""
    from orm_sim.cli.verify import certificate

    found = certificate(scenario, seed)
    click.echo(json.dumps(found.as_dict(), indent=2) if as_json else "\n".join(found.lines()))
    if not found.holds:
        sys.exit(EXIT_FAILED)


@main.command()
@click.option(
    "--only",
    type=click.Choice(["study", "centre"]),
    help="The engine of studies (run.py does it once after building the environment), or of orm-sim centre.",
)
def warm(only: str | None) -> None:
    """Compile the engines ahead of time, about half a minute each; what is compiled already takes seconds."""
    from orm_sim.cli.warm import warm_centre, warm_study

    for name, compile_it in (("study", warm_study), ("centre", warm_centre)):
        if only in (None, name):
            click.echo(f"Compiling the {name} engine (once: about half a minute) ...", err=True)
            done = compile_it() is not False
            click.echo(
                "The engine is compiled." if done else "No scenario found to compile the engine with.",
                err=True,
            )
