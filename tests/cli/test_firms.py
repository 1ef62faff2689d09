"""`orm-sim vendors` with vendors that react: its tables, its JSON, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orm_sim.cli import main
from orm_sim.simulation.vendors.firm_figures import OF_CLIENT, OF_PERIOD, OF_TERM
from tests.simulation.firm_files import words

OVER = "share: 0.6, title: the first, overflow: {to: south, after_s: 60, price_per_contact: 4}"


def shown(*arguments: object) -> Result:
    """What the command prints."""
    return CliRunner().invoke(main, ["vendors", *map(str, arguments), "--workers", "1"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small programme of two vendors, one of which passes contacts on."""
    path = tmp_path / "programme.yaml"
    path.write_text(words(OVER, "share: 0.4", months=4), encoding="utf-8")
    return path


def test_tables_tell_of_each_vendor_the_client_and_each_alone(file: Path) -> None:
    result = shown(file, "--replications", 2)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[1] == "4 months, 2 replications; means, ± is half of 95 %. Vendors react."
    assert "north: the first" in lines and "south: south" in lines
    assert any(line.strip().startswith("fails in 0 of 2 (0% to ") for line in lines)
    heading = next(line.split() for line in lines if line.startswith("quarter"))
    assert {"share", "service", "passed", "taken", "agents", "margin", "cash"} <= set(heading)
    client = lines[lines.index("client, present value against everything in-house") :]
    assert [line.split("  ")[0] for line in client[2:5]] == ["together", "north alone", "south alone"]
    assert any(line.startswith("together less south alone: ") for line in client)


def test_json_has_every_figure_by_vendor_and_period(file: Path) -> None:
    result = shown(file, "--replications", 2, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["months"], found["replications"]) == (4, 2)
    figures = {(e["figure"], e["vendor"], e["quarter"], e["month"]): e["mean"] for e in found["figures"]}
    for name in OF_PERIOD:
        assert {
            (name, v, q, m) for v in ("north", "south") for q, m in ((None, None), (2, None), (None, 4))
        } <= (set(figures))
    assert {(name, "south", None, None) for name in OF_TERM} <= set(figures)
    assert {(f"client_{name}", None, None, None) for name in OF_CLIENT} <= set(figures)
    for month in (3, 4):
        shares = [figures["share", vendor, None, month] for vendor in ("north", "south")]
        assert sum(shares) == pytest.approx(1.0) and shares[0] == pytest.approx(0.6, abs=0.03)
    assert figures["taken", "south", None, None] == figures["passed_on", "north", None, None] > 0.0


def test_months_and_bad_files_are_refused_in_sentences(file: Path) -> None:
    none = shown(file, "--replications", 0)
    assert none.exit_code != 0 and "--replications" in none.stderr and "must be 1 or more" in none.stderr
    file.write_text(words("share: 0.6", "share: 0.6"), encoding="utf-8")
    unequal = shown(file)
    assert unequal.exit_code != 0 and "the shares sum to 1.2, not to 1" in unequal.stderr
