"""`orm-sim batch`: what it prints while it runs, and at the end."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from orm_sim.cli.batch.run import Ended, batch
from orm_sim.report.rank_table import rank_table
from orm_sim.study.progress import shown

EXIT_SOME_FAILED = 1


def run_batch(path: Path, overrides: Mapping[str, str], options: Mapping[str, Any]) -> None:
    """Run a batch, print its rank table and its failures, and end with status 1 where a scenario failed."""
    console = Console(stderr=True)
    with shown(f"Batch {path.name or path}", console, of="steps") as progress:
        ended = batch(
            path, replications=options["replications"], seed=options["seed"], workers=options["workers"],
            engine=options["engine"], overrides=overrides, out=options["out"], report=options["report"],
            on_progress=progress, say=lambda text: console.print(text, highlight=False, markup=False),
        )  # fmt: skip
    if options["as_json"]:
        click.echo(json.dumps(_plain(ended), indent=2, ensure_ascii=False))
    else:
        _print(ended)
    if ended.failed:
        sys.exit(EXIT_SOME_FAILED)


def _plain(ended: Ended) -> dict[str, Any]:
    table = {} if ended.batch is None else rank_table(ended.batch.comparison).as_dict()
    return {"folder": str(ended.folder), "lived": ended.lived, "items": list(ended.items), **table}


def _print(ended: Ended) -> None:
    if ended.batch is not None:
        table = rank_table(ended.batch.comparison, vendor_policy=ended.batch.policy, notes=ended.batch.notes)
        Console(width=None if sys.stdout.isatty() else 132).print(table)
    ran = len(ended.items) - len(ended.failed)
    kept = f" ({ran - ended.lived} were whole already)" if ran > ended.lived else ""
    click.echo(f"\n{ran} of {len(ended.items)} scenarios ran{kept}. Written to {ended.folder}:")
    for file in ended.files:
        click.echo(f"  {file.relative_to(ended.folder)}")
    for each in ended.failed:
        click.echo(f"\nFAILED  {each['name']} ({each['file']})\n{each['error']['message']}", err=True)
    if ended.failed:
        where = ended.folder / "errors"
        click.echo(
            f"\nThe evidence lies in {where}. Mend the files and run the same command again.", err=True
        )
