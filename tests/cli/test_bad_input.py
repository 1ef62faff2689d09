"""Bad input at the command line: a sentence with its place, exit status 2, and nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from orm_sim.cli import main

ROOT = Path(__file__).resolve().parents[2]
BANK = ROOT / "scenarios" / "bank.yaml"
SEVERAL = ROOT / "scenarios" / "programmes" / "thin_and_deep.yaml"
STUDY = ROOT / "scenarios" / "studies" / "which_contract.yaml"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compare", "nowhere.yaml"], "nowhere.yaml"),
        (["compare", str(BANK)], "is a scenario, not a study"),
        (["run", str(STUDY)], "is a study"),
        (["negotiate", str(BANK)], "is a scenario, not a study"),
        (["new", "ours", "--in", "/proc/nowhere"], "Name another with --in"),
        (["dashboard", str(STUDY), "--no-browser", "--out", "/proc/nowhere"], "Name another with --out"),
        (["run", str(BANK)], "nothing to compare"),
        (["compare", str(STUDY), "--set", "vendor.polcy=fixed"], "Did you mean 'policy'?"),
        (["compare", str(STUDY), "--without", "wether"], "Did you mean 'weather'?"),
        (["compare", str(STUDY), "--without", "outage", "--set", "risks.without=[shock]"], "is set twice"),
        (["hazards", str(STUDY), "--option", "per_hr"], "Did you mean 'per_hour'?"),
        (["hazards", str(BANK), "--set", "risks.without=[outage, weather, shock]"], "nothing to leave out"),
        (["compare", str(STUDY), "--set", "risks.outage.vendr.per_year=3"], "Did you mean 'vendor'?"),
        (["compare", str(STUDY), "--set", "risks.outage.vendor.per_year=-1"], "from 0 to 1000"),
        (["compare", str(STUDY), "--set", "risks.outage.vendor.mean_hours=9000"], "at most 8766"),
        (["compare", str(STUDY), "--set", "risks.weather.vendor.attendance=[0, 1.5]"], "from 0 to 1"),
        (["compare", str(STUDY), "--set", "risks.weather.vendor.season=[1, 1]"], "one weight a month"),
        (["compare", str(STUDY), "--set", "risks.without=[storms]"], "risks.without"),
        (["compare", str(STUDY), "--without", "breech"], "Did you mean 'breach'?"),
        (["compare", str(STUDY), "--set", "risks.breach.vendor.fine_chance=2"], "from 0 to 1"),
        (["compare", str(STUDY), "--set", "risks.breach.vender.per_year=1"], "Did you mean 'vendor'?"),
        (["compare", str(STUDY), "--set", "vendor"], "must be written path=value"),
        (
            ["compare", str(STUDY), "--set", "vendor.workforce.wage_per_hour=-3"],
            "vendor.workforce.wage_per_hour",
        ),
        (["compare", str(STUDY), "--set", "client.transition_cost=.nan"], "finite"),
        (["compare", str(STUDY), "--set", "programme.inbound.contacts_per_week=1e12"], "at most 10000000"),
        (["compare", str(STUDY), "--set", "programme.months=nan"], "to 120.  Unit: months"),
        (["compare", str(STUDY), "--set", "programme.months=1e300"], "to 120.  Unit: months"),
        (
            ["run", str(BANK.with_name("bank_per_hour.yaml")), "--set", "name=in_house"],
            "Give the scenario another name",
        ),
        (["compare", str(STUDY), "--replications", "1"], "must be 2 or more"),
        (["compare", str(STUDY), "--workers", "0"], "must be 1 or more"),
        (["compare", str(STUDY), "--engine", "kernal"], "kernal"),
        (["validate", str(STUDY), "missing.yaml"], "missing.yaml"),
        (
            ["validate", str(ROOT / "scenarios" / "mappings" / "bank_marketing.yaml")],
            "is a mapping of records",
        ),
        (
            ["respond", str(SEVERAL)],
            "is a file of several vendors, not a scenario.  Use: orm-sim vendors FILE",
        ),
        (
            ["vendors", str(BANK)],
            "is a scenario of one vendor, not a file of several.  Use: orm-sim run FILE",
        ),
        (
            ["run", str(BANK), "--set", "client.retention={customers: 1e300, margin_per_customer_year: 9}"],
            "customers",
        ),
        (["respond", str(BANK), "--set", "vendor.traits.honesty=1e300"], "vendor.traits.honesty"),
        (["compare", str(STUDY), "--seed", "-1"], "must be 0 or more"),
        (["schema", "--out", "/proc/nowhere/x.json"], "/proc/nowhere"),
        (["calibrate", "missing.csv", "--mapping", "m.yaml", "--out", "o.yaml"], "m.yaml"),
    ],
)
def test_a_sentence_and_exit_status_two(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2, result.output
    assert said in result.output
    assert "Traceback" not in result.output
    assert list(tmp_path.rglob("*")) == []


def test_an_output_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    result = CliRunner().invoke(main, ["compare", str(STUDY), "--out", str(blocked), "--no-report"])
    assert result.exit_code == 2 and "Traceback" not in result.output
    assert blocked.read_text(encoding="utf-8") == "not a folder"


def test_help_says_what_to_do_next() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0 and "scenarios/studies/which_contract.yaml" in result.output
    for command in ("compare", "run", "respond", "validate", "calibrate", "schema"):
        assert command in result.output
        assert CliRunner().invoke(main, [command, "--help"]).exit_code == 0


def test_schema_is_json_of_the_scenario() -> None:
    import json

    schema = json.loads(CliRunner().invoke(main, ["schema"]).output)
    assert "programme" in json.dumps(schema) and "contract" in json.dumps(schema)
