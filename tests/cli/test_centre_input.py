"""Bad input of `orm-sim centre`, one slip at a time: a sentence with its place, or the honest result."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from orm_sim.cli import main

ROOT = Path(__file__).resolve().parents[2]
GOOD = """\
horizon: {days: 1, opens: "08:00", closes: "12:00"}
period_s: 3600
contact_types:
  - name: sales
    rate_per_hour: [30, 60, 0, 30]
    patience: {law: exponential, mean_s: 100}
    handle: {law: exponential, mean_s: 120}
    groups: [english]
agent_groups:
  - name: english
    agents: [2, 3, 1, 2]
"""


def refused(*arguments: object) -> str:
    result = CliRunner().invoke(main, ["centre", *map(str, arguments)])
    assert result.exit_code == 2, result.output
    assert "Nothing was run." in result.output and "Traceback" not in result.output
    assert "0 problems" not in result.output
    return result.output


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("groups: [english]", "groups: []", "contact_types[0].groups = []\n    must have at least one entry"),
        ("groups: [english]", "groups: {choose: longest_idle, from: []}", "must have at least one entry"),
        ("    groups: [english]\n", "", "contact_types[0].groups\n    this key is required"),
        ("groups: [english]", "groups: [french]", "contact type 'sales' needs one that serves it"),
        ("[2, 3, 1, 2]\n", "[2, 3, 1, 2]\n  - {name: french, agents: 1}\n", "no contact type lists group 'french'"),
        ("[30, 60, 0, 30]", "[30, 60]", "one value for each of the 4 periods of a day; it has 2"),
        ("[30, 60, 0, 30]", "[]", "it has 0"),
        ("[30, 60, 0, 30]", "-3", "must be a finite number, 0 or more"),
        ("[30, 60, 0, 30]", "1e12", "must be at most 10,000,000 contacts an hour"),
        ("[30, 60, 0, 30]", "[30, .nan, 0, 30]", "rate_per_hour[1] = .nan\n    must be a finite number"),
        ("[2, 3, 1, 2]", "[2, 3, 1, 2, 3]", "one value for each of the 4 periods of a day; it has 5"),
        ("[2, 3, 1, 2]", "[2, -3, 1, 2]", "agents[1] = -3\n    must be greater than or equal to 0"),
        ("[2, 3, 1, 2]", "2.5", "must be a whole number"),
        ("[2, 3, 1, 2]", "[2, 3, 1, 1000000000000]", "must be at most 1,000,000 agents"),
        ("mean_s: 120", "mean_s: -5", "handle.mean_s = -5\n    must be a finite number, more than 0"),
        ("mean_s: 120", "mean_s: 0", "handle.mean_s = 0\n    must be a finite number, more than 0"),
        ("mean_s: 120", "mean_s: 1e308", "handle.mean_s = 1e+308\n    must be"),
        ("mean_s: 120", "mean_s: .nan", "handle.mean_s = .nan\n    must be a finite number"),
        ("mean_s: 120", "mean_s: .inf", "handle.mean_s = .inf\n    must be a finite number"),
        ("mean_s: 120", "mean_s: two minutes", "handle.mean_s = two minutes\n    must be a finite number"),
        ("mean_s: 100", "mean_s: 0", "patience.mean_s = 0\n    must be a finite number, more than 0"),
        ("law: exponential, mean_s: 100}", "law: uniform, low_s: 0, high_s: 10}\n    threshold_s: 20",
         "threshold_s = 20.0\n    lies above the longest patience, 10 s"),
        ("period_s", "perod_s", "perod_s\n    unknown key.  Did you mean 'period_s'?"),
        ("mean_s: 120", "mean_s: 120, cvv: 1", "handle.cvv\n    unknown key"),
        ("horizon:", "period_s: 60\nhorizon:", ":3  period_s\n    this key is given twice, first on line 1"),
        ("mean_s: 120", "mean_s: 120, mean_s: 100", "handle.mean_s\n    this key is given twice"),
        ("days: 1,", "days: 0,", "horizon.days = 0\n    must be a whole number from 1"),
    ],
)  # fmt: skip
def test_a_slip_in_the_file_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    path = tmp_path / "c.yaml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    assert said in refused(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"# a title\n", "is empty"),
        (b"a sentence\n", "must hold keys at the top"),
        (b"- a\n- b\n", "must hold keys at the top"),
        (b"horizon: [1, 2\n", "a list that opens here with '[' is not closed"),
        (b'{"horizon": 1,', "is not YAML"),
        (bytes(range(256)) * 20, "is not UTF-8 text"),
        (b"a: \x00\n", "holds a control character"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(content)
    assert said in refused(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "there is no such file" in refused(tmp_path / "nowhere.yaml")
    assert "is a folder, not a file" in refused(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--replications", "0"], "--replications  0\n    must be 1 or more"),
        (["--workers", "0"], "--workers  0\n    must be 1 or more"),
        (["--seed", "-1"], "--seed  -1\n    must be 0 or more"),
        (["--engine", "erlang"], "closed forms know one contact type and one agent group; this centre has 2 and 2"),
        (["--table", "/proc/nowhere/t.csv"], "Name another with --table"),
        (["--trace", "/proc/nowhere/t.txt"], "Name another with --trace"),
    ],
)  # fmt: skip
def test_an_option_that_cannot_be_is_told(tmp_path: Path, arguments: list[str], said: str) -> None:
    path = (
        ROOT / "scenarios" / "centres" / "two_skills.yaml" if "erlang" in arguments else tmp_path / "c.yaml"
    )
    if path.parent == tmp_path:
        path.write_text(GOOD, encoding="utf-8")
    assert said in refused(path, *arguments)


@pytest.mark.parametrize("engine", ["kernel", "reference", "erlang"])
@pytest.mark.parametrize("patience", ["{law: exponential, mean_s: 100}", "{law: never}"])
def test_nobody_all_day_is_an_honest_result(tmp_path: Path, engine: str, patience: str) -> None:
    """All who come abandon, or are sent away at closing where they would wait for ever."""
    path = tmp_path / "c.yaml"
    text = GOOD.replace("[2, 3, 1, 2]", "0").replace("{law: exponential, mean_s: 100}", patience)
    path.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(
        main, ["centre", str(path), "--engine", engine, "--replications", "2", "--workers", "1", "--json"]
    )
    found = {name: each["mean"] for name, each in json.loads(result.stdout)["measures"].items()}
    assert found["offered"] > 100 and found["answered"] == 0 and found["service_level"] == 0
    assert found["asa_s"] is None and found["occupancy"] is None and found["aht_s"] is None
    honest = "cleared" if "never" in patience else "abandoned"
    assert found[honest] == pytest.approx(found["offered"])
