"""`orm-sim vendors`: several vendors on one programme, lived in one centre and settled by each one's contract."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from orm_sim.centre.replicate import Figure
    from orm_sim.scenario.vendors import Programme

_COLUMNS: Final = (
    ("share", "share", "share"), ("offered", "offered", "count"), ("service_level", "service", "share"),
    ("abandonment_rate", "abandoned", "share"), ("passed_on", "passed on", "count"),
    ("overflow_contacts", "taken", "count"), ("invoice", "invoice $", "count"), ("credits", "credits $", "count"),
    ("overflow_pay", "overflow $", "count"), ("staff_cost", "staff $", "count"), ("margin", "margin $", "count"),
)  # fmt: skip
"""Figure, heading and how it is written."""
_OF_CLIENT: Final = (
    ("offered", "count"), ("service_level", "share"), ("abandonment_rate", "share"), ("paid", "count"),
    ("credits", "count"), ("staff_cost", "count"),
)  # fmt: skip


@click.command("vendors")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--months", type=int, help="Months lived; default: the file's.")
@click.option("--replications", type=int, default=10, show_default=True, help="Random histories.")
@click.option("--seed", type=int, default=1, show_default=True, help="Root of every random stream.")
@click.option("--workers", type=int, help="Threads; default: one per core. Results do not depend on it.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON instead of tables.")
def vendors_command(
    file: Path, months: int | None, replications: int, seed: int, workers: int | None, as_json: bool
) -> None:
    """Share the programme of a FILE among several vendors: service, invoices and margins, period by period.

    A file that names a `scenario` has vendors that react: each a firm with its people, cash, luck and plans, compared
    with each of them alone. In one that holds a `centre` nothing reacts: agents are those of the file. Shares of
    volume move where the file says by which results.
    """
    from orm_sim.cli.firms import show_firms
    from orm_sim.scenario.firms import are_firms

    _check(months, replications, seed, workers)
    if are_firms(file):
        show_firms(file, months, replications, seed, workers, as_json)
        return
    from orm_sim.centre.replicate import parse_name
    from orm_sim.core.ahead import before_compiling
    from orm_sim.scenario.vendor_meters import checked
    from orm_sim.scenario.vendors import load_vendors
    from orm_sim.simulation.vendors.figures import replicated
    from orm_sim.simulation.vendors.live import Ready

    loaded = load_vendors(file)
    programme = checked(loaded if months is None else loaded.over(months))
    before_compiling(lambda: click.echo("Compiling the engine (once: up to half a minute) ...", err=True))
    found = replicated(
        Ready.build(programme), replications=replications, seed=seed, workers=workers or os.cpu_count() or 1
    ).figures()
    if as_json:
        head = {
            "file": str(file),
            "months": programme.terms.months,
            "replications": replications,
            "seed": seed,
        }
        rows = [
            {"figure": parse_name(name)[0], **_split(parse_name(name)[1]), **plain_figure(figure)}
            for name, figure in found.items()
        ]
        click.echo(json.dumps({**head, "figures": rows}, indent=1, ensure_ascii=False))
        return
    for line in _lines(programme, found, replications):
        click.echo(line)


def _check(months: int | None, replications: int, seed: int, workers: int | None) -> None:
    """Refuse options that no run can be made of."""
    from orm_sim.core.errors import InputError, Place, Problem

    least = {
        "--months": (months, 1), "--replications": (replications, 1), "--seed": (seed, 0), "--workers": (workers, 1),
    }  # fmt: skip
    wrong = [
        Problem(Place(option), "", str(value), f"must be {low} or more")
        for option, (value, low) in least.items()
        if value is not None and value < low
    ]
    if wrong:
        raise InputError(wrong)


def _split(split: Mapping[str, str]) -> dict[str, Any]:
    return {"vendor": split.get("vendor"), "month": int(split["month"]) if "month" in split else None}


def plain_figure(figure: Figure) -> dict[str, float | None]:
    """A figure as JSON has it."""
    return {"mean": figure.mean, "sd": figure.sd, "half_width": figure.half_width}


def _lines(programme: Programme, found: Mapping[str, Figure], replications: int) -> Iterator[str]:
    """Tables of each vendor by month and over all, then the client."""
    months = programme.terms.months
    yield programme.terms.title or "Several vendors"
    yield f"{months} month{'s' * (months > 1)} of {programme.centre.horizon.days} days, {replications} replications;"
    yield "means; ± is half of 95 %. Staffing does not react to what happens."
    for name in programme.contracts:
        yield f"\n{name}: {programme.contracts[name].title}"
        yield "month".ljust(9) + "".join(heading.rjust(11) for _, heading, _ in _COLUMNS)
        for month in range(1, months + 1):
            yield str(month).ljust(9) + _row(found, f"[vendor={name},month={month}]", half=False)
        yield "all".ljust(9) + _row(found, f"[vendor={name}]", half=False)
        yield "±".ljust(9) + _row(found, f"[vendor={name}]", half=True)
    yield "\nclient, all vendors"
    for name, unit in _OF_CLIENT:
        figure = found[name]
        yield f"  {name:18}{written(figure.mean, unit):>14}  ± {written(figure.half_width, unit)}"


def _row(found: Mapping[str, Figure], split: str, *, half: bool) -> str:
    cells = ((found[name + split], unit) for name, _, unit in _COLUMNS)
    return "".join(
        written(figure.half_width if half else figure.mean, unit).rjust(11) for figure, unit in cells
    )


def written(value: float | None, unit: str) -> str:
    """A share per cent, a count in whole units; a dash where there is none."""
    if value is None:
        return "-"
    return f"{100 * value:.1f} %" if unit == "share" else f"{value + 0.0:,.0f}"
