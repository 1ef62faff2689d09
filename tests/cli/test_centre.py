"""`orm-sim centre`: measures as text and JSON, traces and tables, refusals, and what it must not import."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from orm_sim.centre.skills.measures import MEASURES
from orm_sim.cli import main
from orm_sim.kpi.centre_measures import CENTRE_MEASURES
from orm_sim.kpi.dictionary import KPIS

SMALL = """
horizon: {days: 1, opens: "08:00", closes: "09:00"}
period_s: 1800
contact_types:
  - name: sales
    arrivals_s: [7, 14, 21]
    patience: {law: given, values_s: [50, 100, 10]}
    handle: {law: constant, value_s: 30}
    groups: [english]
agent_groups:
  - {name: english, agents: 1}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def run(*arguments: object) -> str:
    result = CliRunner().invoke(main, ["centre", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_json_holds_every_measure_and_its_splits(file: Path, engine: str) -> None:
    found = json.loads(run(file, "--engine", engine, "--replications", 2, "--workers", 1, "--json"))[
        "measures"
    ]
    assert set(MEASURES) <= set(found)
    assert found["answered"] == {"mean": 2.0, "sd": 0.0, "half_width": 0.0}
    assert found["answered[type=sales,period=0]"]["mean"] == 2.0
    assert found["occupancy[group=english]"]["mean"] == pytest.approx(60 / 3600)
    assert found["asa_s[type=sales,period=1]"] == {"mean": None, "sd": None, "half_width": None}


def test_a_table_of_text_names_types_and_groups(file: Path) -> None:
    said = run(file, "--replications", 1)
    assert "service_level" in said and "type sales" in said and "group english" in said


@pytest.mark.row("R184")
def test_the_trace_of_a_small_case_is_worked_by_hand(file: Path, tmp_path: Path) -> None:
    lines = tmp_path / "trace.jsonl"
    run(file, "--engine", "reference", "--replications", 1, "--workers", 1, "--trace", lines)
    events: list[dict[str, Any]] = [json.loads(line) for line in lines.read_text().splitlines()]
    told = [(each["at_s"], each["event"], each.get("contact")) for each in events]
    assert told == [
        (0.0, "staff", None), (7.0, "arrives", 0), (7.0, "starts", 0), (14.0, "arrives", 1), (21.0, "arrives", 2),
        (31.0, "abandons", 2), (37.0, "is done", 0), (37.0, "starts", 1), (67.0, "is done", 1),
        (3600.0, "closes", None),
    ]  # fmt: skip
    text = tmp_path / "trace.txt"
    run(file, "--engine", "reference", "--replications", 1, "--workers", 1, "--trace", text)
    assert (
        "37.000 s  starts              type sales, contact 1, attempt 0, group english, wait_s 23.000"
        in text.read_text()
    )


def test_tables_are_written_by_ending(file: Path, tmp_path: Path) -> None:
    for ending in (".csv", ".parquet"):
        run(file, "--replications", 2, "--workers", 1, "--table", tmp_path / f"t{ending}")
    with (tmp_path / "t.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    table = pq.read_table(tmp_path / "t.parquet").to_pylist()
    assert len(rows) == len(table)
    assert (
        rows[0]["measure"] == table[0]["measure"] == "arrived"
        and float(rows[0]["mean"]) == table[0]["mean"] == 3.0
    )
    split = next(
        each for each in table if each["measure"] == "occupancy" and each["group"] and each["period"] == 1
    )
    assert split["mean"] == 0.0 and split["unit"] == "share"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--engine", "kernal"], "Did you mean 'kernel'?"),
        (["--replications", "0"], "must be 1 or more"),
        (["--seed", "-1"], "must be 0 or more"),
        (["--workers", "0"], "must be 1 or more"),
        (["--table", "x.xlsx"], "must end in .csv or .parquet"),
        (["--engine", "erlang", "--trace", "x.txt"], "closed forms have no events"),
    ],
)
def test_bad_options_are_refused(file: Path, arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(main, ["centre", str(file), *arguments])
    assert result.exit_code == 2 and said in result.output and "Traceback" not in result.output


def test_a_bad_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(SMALL.replace("[english]", "[englsh]"), encoding="utf-8")
    result = CliRunner().invoke(main, ["centre", str(path)])
    assert result.exit_code == 2 and "Did you mean 'english'?" in result.output
    assert CliRunner().invoke(main, ["centre", "nowhere.yaml"]).exit_code == 2


def test_every_measure_is_defined_once_and_as_the_dictionary_has_it() -> None:
    assert set(CENTRE_MEASURES) == set(MEASURES)
    for measure in CENTRE_MEASURES.values():
        assert measure.numerator and measure.formula
        if measure.kpi:
            assert (
                measure.denominator == KPIS[measure.kpi].denominator
                and measure.unit == KPIS[measure.kpi].unit
            )
    ratios = ("service_level", "abandonment_rate", "delay_probability", "mean_wait_s")
    assert {CENTRE_MEASURES[name].denominator for name in ratios} == {KPIS["offered"].numerator}


def test_starting_up_imports_neither_pandas_nor_scipy_stats(file: Path) -> None:
    code = (
        "import sys\nfrom orm_sim.cli import main\n"
        f"main(['centre', {str(file)!r}, '--replications', '1', '--json'], standalone_mode=False)\n"
        "found = [name for name in ('pandas', 'scipy.stats', 'pyarrow', 'rich') if name in sys.modules]\n"
        "sys.exit(', '.join(found) or None)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
