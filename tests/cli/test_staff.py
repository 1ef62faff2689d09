"""`orm-sim staff`: agents per period for a target, checked by simulating them, and what it refuses."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from orm_sim.centre.centre_checks import centre_of
from orm_sim.centre.replicate import replicate
from orm_sim.centre.requirement import Target, agents_for
from orm_sim.cli import main
from orm_sim.core.loader import parse_yaml

ROOT = Path(__file__).resolve().parents[2]
STEADY = """
horizon: {days: 20}
period_s: 43200
contact_types:
  - name: sales
    rate_per_hour: [300, 150]
    patience: {law: exponential, mean_s: 120}
    handle: {law: exponential, mean_s: 360}
    groups: [desk]
agent_groups:
  - {name: desk, agents: [32, 17], shrinkage: 0.2, cost_per_hour: 12}
"""


def staff(file: Path, *arguments: object) -> dict[str, Any]:
    result = CliRunner().invoke(main, ["staff", str(file), *map(str, arguments), "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def refused(file: Path, *arguments: object) -> str:
    result = CliRunner().invoke(main, ["staff", str(file), *map(str, arguments)])
    assert result.exit_code == 2 and "Nothing was run." in result.output, result.output
    assert "Traceback" not in result.output
    return result.output


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "steady.yaml"
    path.write_text(STEADY, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("option", "target"),
    [
        ("--service-level", Target("service_level", 0.8)),
        ("--abandonment-rate", Target("abandonment_rate", 0.03)),
        ("--asa-s", Target("asa_s", 10.0)),
        ("--occupancy", Target("occupancy", 0.8)),
    ],
)
@pytest.mark.row("R142")
def test_a_steady_centre_needs_what_steady_state_does(file: Path, option: str, target: Target) -> None:
    """Half days at one rate: the load is that of steady state but for a few minutes, within 1 % in agents.

    Scheduled are whole agents of whom a fifth is away. Days 0 (which begins empty) and 1 stand for all.
    """
    rows = staff(file, option, target.value)["periods"]
    assert [(row["day"], row["begins"]) for row in rows] == [
        (0, "00:00"), (0, "12:00"), (1, "00:00"), (1, "12:00")
    ]  # fmt: skip
    for row, rate in zip(rows[2:], (300, 150), strict=True):
        exact = agents_for(target, rate / 3600, 360.0, 120.0, 20.0)
        assert row["agents"] == pytest.approx(exact, rel=0.01)
        assert row["scheduled"] == math.ceil(row["agents"] / 0.8 - 1e-9)
        assert target.met(row[target.measure])


def test_the_kernel_reaches_the_target_with_them(file: Path) -> None:
    """20 days: the service level is at least 80 % less a point, and with two agents fewer on contacts it is not."""
    rows = staff(file, "--service-level", 0.8)["periods"][2:]
    scheduled = [row["scheduled"] for row in rows]
    for fewer, above in ((0, True), (4, False)):
        text = STEADY.replace("agents: [32, 17]", f"agents: {[n - fewer for n in scheduled]}")
        found = replicate(
            centre_of(parse_yaml(text, "c.yaml")), engine_name="kernel", replications=4, seed=3, workers=1
        )
        level = found.figures()["service_level"].mean
        assert level is not None and (level > 0.79) == above


def test_several_targets_are_all_reached(file: Path) -> None:
    both = staff(file, "--service-level", 0.8, "--occupancy", 0.7)["periods"]
    alone = [staff(file, *each)["periods"] for each in (("--service-level", 0.8), ("--occupancy", 0.7))]
    for row, *each in zip(both, *alone, strict=True):
        assert row["agents"] == max(one["agents"] for one in each)
        assert row["service_level"] >= 0.8 and row["occupancy"] <= 0.7


def test_a_table_is_printed(file: Path) -> None:
    result = CliRunner().invoke(main, ["staff", str(file), "--asa-s", "10"])
    assert result.exit_code == 0 and "asa_s <= 10" in result.output and "00:00" in result.output
    assert len(result.output.splitlines()) == 2 + 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "needs a target: --service-level"),
        (["--service-level", "80"], "--service-level  80\n    service_level must lie between 0 and 1"),
        (["--service-level", "1"], "finitely many agents reach neither"),
        (["--abandonment-rate", "0"], "abandonment_rate must lie between 0 and 1"),
        (["--asa-s", "-3"], "asa_s must be above 0"),
        (["--asa-s", "nan"], "asa_s must be above 0"),
        (["--occupancy", "1.5"], "occupancy must lie between 0 and 1"),
    ],
)
def test_impossible_targets_are_told(file: Path, arguments: list[str], said: str) -> None:
    assert said in refused(file, *arguments)


def test_what_has_no_closed_form_is_told(file: Path, tmp_path: Path) -> None:
    said = refused(ROOT / "scenarios" / "centres" / "two_skills.yaml", "--service-level", "0.8")
    assert "closed forms know one contact type and one agent group; this centre has 2 and 2" in said
    assert "--engine" not in said and "orm-sim centre" in said
    path = tmp_path / "never.yaml"
    path.write_text(STEADY.replace("{law: exponential, mean_s: 120}", "{law: never}"), encoding="utf-8")
    assert "nobody gives up here" in refused(path, "--abandonment-rate", "0.05")
    path.write_text(STEADY.replace("shrinkage: 0.2", "shrinkage: 1"), encoding="utf-8")
    assert "nobody is left to answer" in refused(path, "--asa-s", "10")


def test_the_agents_of_the_file_do_not_matter(file: Path) -> None:
    """Nor that they change at any moment: the command says how many there should be."""
    before = staff(file, "--asa-s", 10)["periods"]
    file.write_text(STEADY.replace("agents: [32, 17]", "changes: [{at_s: 5, agents: 3}]"), encoding="utf-8")
    assert staff(file, "--asa-s", 10)["periods"] == before
