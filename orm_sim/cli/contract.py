"""`orm-sim contract`: show a contract, price a history, check an invoice, compare two contracts, look for traps."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

EXIT_DISAGREES = 1
"""Exit status where an invoice disagrees with the contract, or lint finds an error."""


@click.group()
def contract() -> None:
    """Read, price, check and compare contracts; nothing is simulated unless asked for."""


@contract.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rate", type=float, help="Fill in the rate that is to be solved.")
def show(file: Path, rate: float | None) -> None:
    """Print the contract of a FILE (of its own, or a scenario's) as numbered plain-language terms."""
    click.echo(str(_read(file, rate)))


@contract.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--history", type=click.Path(path_type=Path), help="CSV of monthly KPIs: month, inbound.offered, ..."
)
@click.option(
    "--invoice", type=click.Path(path_type=Path), help="CSV of the vendor's invoice: month, label, amount."
)
@click.option(
    "--run", "run_dir", type=click.Path(path_type=Path), help="Folder of a finished run to price instead."
)
@click.option("--option", "run_options", multiple=True, metavar="NAME", help="Option of the run; repeatable.")
@click.option("--rate", type=float, help="Fill in the rate that is to be solved.")
@click.option(
    "--ignore", multiple=True, metavar="COLUMN", help="Column of the history to leave out; repeatable."
)
@click.option(
    "--decimal",
    type=click.Choice(["point", "comma"]),
    help="Mark before decimals; default: told from the file.",
)
@click.option("--tolerance", type=float, default=0.0, show_default=True, help="Money a line may be off.")
@click.option("--explain", is_flag=True, help="Explain every line in a sentence.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def price(files: tuple[Path, ...], **options: Any) -> None:
    """Settle a history of monthly KPIs under the contract of each FILE.

    With --invoice: list where the vendor's invoice disagrees, line by line; exit status 1 where it does, 0 where it
    agrees to the cent, 2 where a file cannot be read.

    With --run: the histories of a simulated run under each contract, without simulating again (static), where nobody
    would have acted otherwise.
    """
    _check(files, options)
    if options["run_dir"] is not None:
        from orm_sim.cli.static import print_static

        print_static(files, options["run_dir"], options["run_options"], options["rate"], options["as_json"])
        return
    found = [_price(file, options) for file in files]
    if options["as_json"]:
        told = [each for each, _ in found]
        click.echo(json.dumps(told[0] if len(told) == 1 else told, indent=2, ensure_ascii=False))
    if any(not agrees for _, agrees in found):
        sys.exit(EXIT_DISAGREES)


def _check(files: tuple[Path, ...], options: dict[str, Any]) -> None:
    """Refuse options that do not go together."""
    from orm_sim.core.errors import InputError, Place, Problem

    problems = []
    if options["history"] is None and options["run_dir"] is None:
        rule = "there is nothing to price: give the months with --history KPIS.csv, or a finished run with --run FOLDER"
        problems.append(Problem(Place("--history"), "", None, rule))
    if options["history"] is not None and options["run_dir"] is not None:
        problems.append(Problem(Place("--run"), "", None, "is given together with --history: choose one"))
    if options["invoice"] is not None and (len(files) > 1 or options["run_dir"] is not None):
        rule = "an invoice is held against one contract and its --history: name one FILE"
        problems.append(Problem(Place("--invoice"), "", None, rule))
    if not options["tolerance"] >= 0.0:
        problems.append(Problem(Place("--tolerance"), "", str(options["tolerance"]), "must be 0 or more"))
    if problems:
        raise InputError(problems)


def _price(file: Path, options: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Price one contract and print it unless JSON is wanted; its plain data, and whether the invoice agrees."""
    from orm_sim.contract.history import read_history
    from orm_sim.contract.invoice import compare, read_invoice
    from orm_sim.contract.priced import price_history

    terms = _read(file, options["rate"])
    history = read_history(options["history"], terms, ignore=options["ignore"], decimal=options["decimal"])
    priced = price_history(terms, history, file=str(file))
    told = {**priced.as_dict(), "notes": list(history.notes)}
    differences: tuple[Any, ...] = ()
    if options["invoice"] is not None:
        invoice = read_invoice(options["invoice"], terms, len(history.months), decimal=options["decimal"])
        differences = compare(priced, invoice, tolerance=options["tolerance"])
        told["differences"] = [_difference(each) for each in differences]
    if not options["as_json"]:
        click.echo("\n".join([terms.title, "", *priced.lines()]))
        if options["explain"]:
            click.echo("\n".join(["", *priced.sentences()]))
        for note in history.notes:
            click.echo(f"Note: {note}")
        if options["invoice"] is not None:
            _print_differences(options["invoice"], differences)
    return told, not differences


def _difference(found: Any) -> dict[str, Any]:
    names = ("month", "label", "kind", "billed", "owed", "amount", "lines", "sentence")
    return {name: getattr(found, name) for name in names}


def _print_differences(file: Path, differences: tuple[Any, ...]) -> None:
    if not differences:
        click.echo(f"\n{file} agrees with the contract to the cent.")
        return
    click.echo(
        f"\n{file} disagrees with the contract in {len(differences)} place{'s' if len(differences) > 1 else ''}:"
    )
    for each in differences:
        where = f":{each.lines[0]}" if each.lines else ""
        click.echo(f"{file}{where}  {each.sentence}")


def _read(file: Path, rate: float | None) -> Any:
    """The contract of a file, its open rates filled in where one is given."""
    from orm_sim.contract.contract_file import read_contract
    from orm_sim.core.errors import InputError, Place, Problem

    terms = read_contract(file)
    if rate is None:
        return terms
    if terms.is_priced:
        raise InputError(
            Problem(Place("--rate"), "", str(rate), f"{file} has no rate to be solved: it is quoted")
        )
    if not 0.0 <= rate < float("inf"):
        raise InputError(Problem(Place("--rate"), "", str(rate), "must be a finite number, 0 or more"))
    return terms.with_rate(rate)


@contract.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")
def diff(before: Path, after: Path, as_json: bool) -> None:
    """Say what changed from the contract BEFORE to the contract AFTER, clause by clause, in words."""
    from dataclasses import asdict

    from orm_sim.contract.diff import differences
    from orm_sim.core.errors import collect

    problems: list[Any] = []
    terms = []
    for file in (before, after):
        with collect(problems):
            terms.append(_read(file, None))
    if problems:
        from orm_sim.core.errors import InputError

        raise InputError(problems)
    found = differences(*terms)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2, ensure_ascii=False))
        return
    if not found:
        click.echo("Both contracts say the same.")
        return
    for each in found:
        click.echo(each.sentence)
    click.echo(f"\n{len(found)} change{'s' if len(found) > 1 else ''}.")


@contract.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--scenario",
    type=click.Path(path_type=Path),
    help="Scenario to live a few histories of: also compares cost and credits.",
)
@click.option("--replications", type=int, default=3, show_default=True, help="Histories, with --scenario.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")
def lint(file: Path, scenario: Path | None, replications: int, as_json: bool) -> None:
    """Look for traps in the contract of a FILE: cliffs, open sides, contradictions, idle clauses, what it does not say.

    With --scenario: also targets that are hardly ever met, and credits below the cost of compliance. Exit status 1
    where terms contradict each other.
    """
    from orm_sim.contract.contract_file import read_document
    from orm_sim.contract.lint import WEIGHTS
    from orm_sim.contract.lint import lint as look

    terms, document = read_document(file)
    found = look(terms)
    if scenario is not None:
        found = (*_lived(terms, scenario, replications), *found)
    if as_json:
        click.echo(json.dumps([each.as_dict(document) for each in found], indent=2, ensure_ascii=False))
    else:
        for each in found:
            click.echo(each.said(document))
        count = {weight: sum(each.weight == weight for each in found) for weight in WEIGHTS}
        click.echo(", ".join(f"{n} {weight}{'' if n == 1 else 's'}" for weight, n in count.items()) + ".")
    if any(each.weight == "error" for each in found):
        sys.exit(EXIT_DISAGREES)


def _lived(terms: Any, scenario: Path, replications: int) -> tuple[Any, ...]:
    """What a few simulated histories say about a contract."""
    from orm_sim.core.errors import InputError, Place, Problem
    from orm_sim.scenario.load import load_scenario
    from orm_sim.simulation.compliance import lint_lived

    if replications < 1:
        raise InputError(Problem(Place("--replications"), "", str(replications), "must be 1 or more"))
    return lint_lived(terms, load_scenario(scenario), replications=replications)
