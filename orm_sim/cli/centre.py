"""`orm-sim centre`: one centre without a contract, for whoever plans its staff."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from orm_sim.centre import ENGINES
from orm_sim.centre.centre_checks import load_centre
from orm_sim.centre.centre_file import CentreFile
from orm_sim.centre.replicate import Figure, engine, parse_name, replicate
from orm_sim.core.ahead import before_compiling
from orm_sim.core.errors import InputError, Place, Problem, name_hint
from orm_sim.core.files import writable_folder, write_whole
from orm_sim.kpi.centre_measures import CENTRE_MEASURES

ERLANG: Final = "erlang"
SPLITS: Final = ("type", "group", "vendor", "site", "period")
"""Keys by which a measure may be split, as columns of the table."""


def run_centre(
    file: Path, *, engine_name: str, replications: int, seed: int, workers: int | None, as_json: bool,
    trace: Path | None, table: Path | None,
) -> None:  # fmt: skip
    """Run a centre and print its measures; see the command's help for the parameters."""
    _check_options(engine_name, replications, seed, workers, trace, table)
    centre = load_centre(file)
    before_compiling(lambda: click.echo("Compiling the engine (once: up to half a minute) ...", err=True))
    if engine_name == ERLANG:
        figures, replications = _closed_form(centre), 1
    else:
        n_workers = (
            workers or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else workers or 1
        )
        figures = replicate(
            centre, engine_name=engine_name, replications=replications, seed=seed, workers=n_workers
        ).figures()
    if trace is not None:
        _write_trace(centre, engine_name, seed, trace)
    if table is not None:
        _write_table(figures, table)
    if as_json:
        head = {"file": str(file), "engine": engine_name, "replications": replications, "seed": seed}
        measures = {name: _plain(figure) for name, figure in figures.items()}
        click.echo(json.dumps({**head, "measures": measures}, indent=1, ensure_ascii=False))
    else:
        for line in _lines(centre, figures, engine_name, replications):
            click.echo(line)


def _check_options(
    engine_name: str,
    replications: int,
    seed: int,
    workers: int | None,
    trace: Path | None,
    table: Path | None,
) -> None:
    """Refuse what no run can be made of, all of it at once."""
    problems: list[Problem] = []

    def refuse(option: str, value: object, rule: str, hint: str | None = None) -> None:
        problems.append(Problem(Place(option), "", str(value), rule, hint))

    known = (*ENGINES, ERLANG)
    if engine_name not in known:
        refuse("--engine", engine_name, "there is no such engine", name_hint(engine_name, known))
    if replications < 1:
        refuse("--replications", replications, "must be 1 or more")
    if seed < 0:
        refuse("--seed", seed, "must be 0 or more")
    if workers is not None and workers < 1:
        refuse("--workers", workers, "must be 1 or more")
    if trace is not None and engine_name == ERLANG:
        refuse("--trace", trace, "closed forms have no events", "Use --engine kernel or reference")
    if table is not None and table.suffix not in (".csv", ".parquet"):
        refuse("--table", table, "must end in .csv or .parquet")
    if problems:
        raise InputError(problems)


def _closed_form(centre: CentreFile) -> dict[str, Figure]:
    from orm_sim.centre.stationary_centre import answer

    return {name: Figure(None if math.isnan(value) else value) for name, value in answer(centre).items()}


def _plain(figure: Figure) -> dict[str, float | None]:
    return {"mean": figure.mean, "sd": figure.sd, "half_width": figure.half_width}


def _lines(
    centre: CentreFile, figures: Mapping[str, Figure], engine_name: str, replications: int
) -> Iterable[str]:
    """The measures as a table: the whole centre, then its types and groups."""
    days = centre.horizon.days
    yield centre.title or "Centre"
    yield f"{days} day{'s' if days > 1 else ''} a replication, {replications} by the {engine_name}; ± is half of 95 %"
    section = None
    for name, figure in figures.items():
        measure, split = parse_name(name)
        if "period" in split:
            continue
        head = ", ".join(f"{key} {value}" for key, value in split.items()) or "all"
        if head != section:
            section = head
            yield f"\n{head}"
        unit = CENTRE_MEASURES[measure].unit
        words = {"count": "", "share": "", "money": "$"}.get(unit, unit)
        yield f"  {measure:18} {_number(figure.mean)} {_half(figure.half_width)}  {words}".rstrip()


def _number(value: float | None) -> str:
    return f"{'-':>14}" if value is None else f"{value:14,.4f}" if abs(value) < 10 else f"{value:14,.1f}"


def _half(value: float | None) -> str:
    return " " * 13 if value is None else f"± {value:<11.4g}"


def _write_trace(centre: CentreFile, engine_name: str, seed: int, path: Path) -> None:
    """Write the events of the first replication: JSON lines where the name ends in .json or .jsonl, else text."""
    from orm_sim.centre.skills.build import Centre
    from orm_sim.centre.trace import MOST_EVENTS, line_of
    from orm_sim.centre.trace import trace as events_of

    in_json = path.suffix in (".json", ".jsonl")
    lines: list[str] = []
    for event in events_of(centre, Centre.build(centre).blocks(seed, 0, engine(engine_name))):
        lines.append(json.dumps(event, ensure_ascii=False) if in_json else line_of(event))
        if len(lines) > MOST_EVENTS:
            rule = f"a trace is for small cases, up to {MOST_EVENTS:,} events; this one has more"
            raise InputError(
                Problem(Place("--trace"), "", str(path), rule, "Shorten the horizon or lower the rates")
            )
    writable_folder(path.parent, place=Place("--trace"))
    write_whole(path, ("\n".join(lines) + "\n").encode())


def _write_table(figures: Mapping[str, Figure], path: Path) -> None:
    """Write every measure with its split and unit as a row of a CSV or Parquet file."""
    names = ("measure", *SPLITS, "unit", "mean", "sd", "half_width")
    rows: list[tuple[Any, ...]] = []
    for name, figure in figures.items():
        measure, split = parse_name(name)
        period = int(split["period"]) if "period" in split else None
        tags = (*(split.get(key) for key in SPLITS[:-1]), period)
        rows.append(
            (measure, *tags, CENTRE_MEASURES[measure].unit, figure.mean, figure.sd, figure.half_width)
        )
    writable_folder(path.parent, place=Place("--table"))
    write_whole(path, _csv(names, rows) if path.suffix == ".csv" else _parquet(names, rows))


def _csv(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> bytes:
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue().encode()


def _parquet(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"period": pa.int64(), **dict.fromkeys(("mean", "sd", "half_width"), pa.float64())}
    columns = [
        pa.array([row[i] for row in rows], kinds.get(name, pa.string())) for i, name in enumerate(names)
    ]
    out = pa.BufferOutputStream()
    pq.write_table(pa.table(columns, names=list(names)), out)
    return bytes(out.getvalue().to_pybytes())
