"""Scenarios small enough for a test: a bank of a few calls a day, six months."""

from __future__ import annotations

import sys
from pathlib import Path

from orm_sim.cli.batch import BatchInterrupted, batch

ROOT = Path(__file__).resolve().parents[2]
SMALL = """extends: {base}
name: {name}
title: {title}
programme:
  months: 6
  inbound: {{contacts_per_week: 300}}
  outbound: {{leads_per_month: 200, seats: 1}}
contract: {{extends: {contract}, term_months: 6}}
evaluation: {{replications: {replications}, price_replications: 2, seed: 5}}
"""


def scenario(
    folder: Path, name: str, contract: str = "per_productive_hour", title: str = "", replications: int = 2,
    file: str = "",
) -> Path:  # fmt: skip
    """Write a small scenario into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{file or name}.yaml"
    shipped = ROOT / "scenarios"
    path.write_text(
        SMALL.format(
            base=shipped / "bank.yaml", name=repr(name), title=repr(title or name), replications=replications,
            contract=shipped / "contracts" / f"{contract}.yaml",
        ),
        encoding="utf-8",
    )  # fmt: skip
    return path


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{batch(sys.argv[1], workers=2, out=sys.argv[2], report=False).folder}\n")
    except BatchInterrupted as stopped:
        sys.stderr.write(f"{stopped}\n")
        sys.exit(stopped.exit_code)
