"""`orm-sim new NAME`: a commented scenario and study to begin from, which validate and run as they are."""

from __future__ import annotations

import os
import re
from pathlib import Path
from shlex import quote
from typing import Final

import click

from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.core.files import shown, writable_folder, write_whole

SHIPPED: Final = Path(__file__).resolve().parents[2] / "scenarios"
BASE: Final = "bank.yaml"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")

FACTS: Final = """\
# {title}: what is the same whatever is signed. Everything not written here is taken from {base}.
# Change a figure, then check it: {program} validate {folder}/*.yaml
# Every key and its unit: {program} schema. Every problem is told with file, line and the nearest valid name.
extends: "{base}"
name: {name}_base
title: "{title}, facts without a contract"

programme:
  inbound:
    contacts_per_week: 12000  # calls offered in a typical week of the first year
    handle_time_s: 400        # talk and wrap-up of an established agent, seconds
  outbound:
    seats: 15                 # workplaces that call consenting customers

client:
  transition_cost: 900000     # $ paid once for moving the work

vendor:
  workforce:
    wage_per_hour: 3.5        # $ an hour, before on-costs
  policy: contract_following  # or best_response: the vendor then weighs its plans by what the contract pays
"""

SCENARIO: Final = """\
# {title}: the facts beside this file, with one contract.
# Run it against in-house as is: {program} run {folder}/{name}.yaml --replications 20
extends: {name}_base.yaml
name: "{name}"
title: "{title}"

# A contract is a composition of clauses; the folder below holds two dozen to begin from.
contract: {{extends: "{contracts}/per_productive_hour.yaml"}}
"""

STUDY: Final = """\
# {title}: which contract? Each option is the facts beside this file with a difference (set:).
# Rank them: {program} compare {folder}/{name}_study.yaml --replications 20
# Each on its own, with a page and a workbook: {program} batch {folder}/{name}_study.yaml --replications 20
study: {name}_study
title: "{title}: which contract?"
base: {name}_base.yaml
zero: in_house                # what happens if nothing is signed; every value is measured against it
options:
  in_house:
    title: In-house as is
  per_hour:
    title: Per productive hour
    set: {{contract: {{extends: "{contracts}/per_productive_hour.yaml"}}}}
  per_minute:
    title: Inbound per minute, outbound per hour
    set: {{contract: {{extends: "{contracts}/per_minute_and_hour.yaml"}}}}
  commission:
    title: Inbound per minute, outbound baseline + commission
    set: {{contract: {{extends: "{contracts}/baseline_and_commission.yaml"}}}}

# Where figures come from: grade A (study or filing) to D (assumption). With `vary: true` each replication draws its
# own value from low to high. A study adds these entries to the base's; in a scenario a list replaces the base's.
evidence:
  - {{path: programme.inbound.contacts_per_week, source: expert_judgement_2026, grade: D, low: 9000, high: 15000,
     note: "replace with your own records: {program} calibrate"}}
"""


@click.command("new")
@click.argument("name")
@click.option(
    "--in",
    "folder",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder to make the new one in; default: scenarios.",
)
def new(name: str, folder: Path | None) -> None:
    """Write a commented scenario and study called NAME to begin from."""
    made = begin(name, folder or Path("scenarios"))
    for path in made:
        click.echo(f"Written: {shown(path)}")
    where, program = quote(shown(made[0].parent)), _program()
    click.echo("\nChange a figure, then:")
    click.echo(f"  {program} validate {where}/*.yaml")
    click.echo(f"  {program} run {where}/{name}.yaml --replications 20")
    click.echo(f"  {program} batch {where}/{name}_study.yaml --replications 20")


def begin(name: str, folder: Path) -> tuple[Path, ...]:
    """Write facts, a scenario and a study into `folder/name`, laid over the shipped bank.

    Raises
    ------
    InputError
        When the name is no plain one, or the folder exists already: nothing is ever overwritten.
    """
    if not _NAME.fullmatch(name):
        rule = "must be small letters, digits and _, beginning with a letter, at most 40"
        raise InputError(Problem(Place("NAME"), "", name, rule, _near(name)))
    place = folder / name
    if place.exists():
        rule = "exists already; nothing was written over it"
        raise InputError(
            Problem(Place(shown(place)), "", None, rule, "Choose another name, or delete it first")
        )
    if not (SHIPPED / BASE).exists():
        raise InputError(Problem(Place(str(SHIPPED / BASE)), "", None, "there is no such file to begin from"))
    writable_folder(place, place=Place("--in"))
    base = Path(os.path.relpath(SHIPPED, place.resolve())).as_posix()
    words = {
        "name": name, "title": name.replace("_", " ").capitalize(), "folder": quote(shown(place)),
        "base": f"{base}/{BASE}", "contracts": f"{base}/contracts", "program": _program(),
    }  # fmt: skip
    files = {f"{name}_base": FACTS, name: SCENARIO, f"{name}_study": STUDY}
    return tuple(
        write_whole(place / f"{file}.yaml", text.format(**words).encode()) for file, text in files.items()
    )


def _program() -> str:
    """What commands are typed after, here: the project's own `run.py` where one stands in it."""
    return "python3 run.py" if Path("run.py").exists() else "orm-sim"


def _near(name: str) -> str | None:
    """A name that would do."""
    near = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return f"Try: {near}" if _NAME.fullmatch(near) else None
