"""`orm-sim validate` knows every kind of file that a command takes, and tells all problems of all files at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from orm_sim.cli.commands import main

SHIPPED = Path(__file__).resolve().parents[2] / "scenarios"


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("bank.yaml", "a scenario"),
        ("studies/which_contract.yaml", "a study of 7 options"),
        ("contracts/per_contact.yaml", "a contract"),
        ("centres/two_skills.yaml", "a centre (contact types: 2, agent groups: 2)"),
        ("programmes/champion_challenger.yaml", "2 vendors that do not react"),
        ("programmes/thin_and_deep.yaml", "2 vendors that react"),
    ],
)
def test_it_says_what_a_file_is(file: str, kind: str) -> None:
    result = CliRunner().invoke(main, ["validate", str(SHIPPED / file)])
    assert result.exit_code == 0 and f"{file}: ok, {kind}" in result.output


def test_every_problem_of_every_file_is_told_and_the_good_ones_are_named(tmp_path: Path) -> None:
    contract, vendors = tmp_path / "deal.yaml", tmp_path / "two.yaml"
    contract.write_text(
        "title: A deal\nclauses: [{clause: per_unit, label: a, channel: inbound, meter: calls}]\n"
    )
    vendors.write_text(
        f"title: Two\nscenario: {SHIPPED / 'bank.yaml'}\n"
        "vendors: {a: {share: 0.5}, b: {share: 0.5, set: {vendor: {policy: bestresponse}}}}\n"
    )
    files = [contract, vendors, SHIPPED / "bank.yaml"]
    result = CliRunner().invoke(main, ["validate", *map(str, files)])
    assert result.exit_code == 2 and "Traceback" not in result.output
    for said in (
        "deal.yaml",
        "meter",
        "two.yaml",
        "Did you mean 'best_response'?",
        "bank.yaml: ok, a scenario",
    ):
        assert said in result.output
    assert f"{contract}: ok" not in result.output and f"{vendors}: ok" not in result.output
