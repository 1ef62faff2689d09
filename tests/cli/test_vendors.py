"""`orm-sim vendors`: tables and JSON of a small programme, and refused options."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from orm_sim.cli import main
from orm_sim.simulation.vendors.figures import OF_CLIENT, OF_VENDOR
from tests.simulation.vendor_files import line, overflow, text, written


def run(*arguments: object) -> str:
    result = CliRunner().invoke(main, ["vendors", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_tables_name_vendors_months_and_the_client(tmp_path: Path) -> None:
    lines = run(written(tmp_path, text(north=overflow())), "--replications", 2).splitlines()
    assert "2 months of 4 days, 2 replications;" in lines
    for vendor in ("north: Per contact", "south: Per hour"):
        first = lines.index(vendor) + 2
        assert [each.split()[0] for each in lines[first : first + 4]] == ["1", "2", "all", "±"]
    assert lines[lines.index("north: Per contact") + 2].split()[1] == "60.0"
    assert any(each.strip().startswith("paid") for each in lines[lines.index("client, all vendors") :])


def test_json_holds_every_figure_and_money_adds_up(tmp_path: Path) -> None:
    file = written(tmp_path, text(north=overflow()))
    told = json.loads(run(file, "--replications", 2, "--months", 1, "--seed", 4, "--json"))
    assert (told["months"], told["replications"], told["seed"]) == (1, 2, 4)
    rows = {(row["figure"], row["vendor"], row["month"]): row for row in told["figures"]}
    for vendor in ("north", "south"):
        assert {(name, vendor, month) for name in OF_VENDOR for month in (1, None)} <= set(rows)
    assert {(name, None, None) for name in OF_CLIENT} <= set(rows)
    paid = sum(
        rows[name, v, None]["mean"] for name in ("invoice", "overflow_pay") for v in ("north", "south")
    )
    assert rows["paid", None, None]["mean"] == pytest.approx(paid)
    assert rows["offered", "north", 1]["half_width"] > 0.0


def test_options_and_files_are_refused_as_sentences(tmp_path: Path) -> None:
    file = written(tmp_path, text())
    result = CliRunner().invoke(main, ["vendors", str(file), "--replications", "0", "--months", "0"])
    assert result.exit_code == 2
    assert "--replications  0" in result.stderr
    assert "2 problems. Nothing was run." in result.stderr
    beyond = CliRunner().invoke(main, ["vendors", str(file), "--months", "13"])
    assert beyond.exit_code == 2
    assert "runs beyond the 12 months" in beyond.stderr
    no_pool = written(tmp_path, text(north=line("need: {service_level: 0.8}")))
    closed = CliRunner().invoke(main, ["vendors", str(no_pool)])
    assert closed.exit_code == 2
    assert "vendors.north.need" in closed.stderr
    assert "closed forms know one contact type" in closed.stderr
