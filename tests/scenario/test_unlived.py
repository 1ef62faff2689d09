"""What a contract says and no simulation lives is told when a scenario is checked, and nothing else is."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from orm_sim.cli import main
from orm_sim.contract import Contract
from orm_sim.contract.contract_file import read_contract
from orm_sim.contract.duties import DUTIES
from orm_sim.core.loader import build, load_yaml
from orm_sim.scenario.unlived import not_simulated

ROOT = Path(__file__).resolve().parents[2]
DUTY_FILES = sorted((ROOT / "tests" / "contract" / "duties").glob("*.yaml"))


def test_a_contract_of_clauses_alone_is_lived_whole() -> None:
    assert not_simulated(None) == ()
    assert not_simulated(read_contract(ROOT / "scenarios" / "contracts" / "per_minute.yaml")) == ()


@pytest.mark.parametrize("path", DUTY_FILES, ids=lambda path: path.stem)
def test_every_duty_is_told(path: Path) -> None:
    contract = build(Contract, load_yaml(path).section(("contract",)))
    told = not_simulated(contract)
    for field, heading in DUTIES.items():
        assert (heading.lower() in told) == (getattr(contract, field) is not None)
    assert ("triggers and what they open" in told) == bool(contract.triggers)


def test_fees_and_exclusions_that_wait_for_events_are_told() -> None:
    told = not_simulated(read_contract(ROOT / "scenarios" / "contracts" / "managed_transition.yaml"))
    assert "'early end' (nobody ends the contract for convenience)" in told
    assert "disputes of invoices" in told
    hybrid = not_simulated(
        read_contract(ROOT / "scenarios" / "contracts" / "hybrid_bonus_malus_earn_back.yaml")
    )
    assert "the exclusions of 'malus' (no such event happens)" in hybrid


def test_validate_says_what_is_not_simulated(tmp_path: Path) -> None:
    text = (ROOT / "scenarios" / "bank_per_hour.yaml").read_text(encoding="utf-8")
    assert "contract:" in text
    plain = CliRunner().invoke(main, ["validate", str(ROOT / "scenarios" / "bank_per_hour.yaml")])
    assert plain.exit_code == 0 and "not simulated" not in plain.output
    file = ROOT / "scenarios" / "bank_per_hour.yaml"
    more = tmp_path / "more.yaml"
    more.write_text(f"extends: {file}\ncontract: {{governance: {{root_cause_days: 10}}}}\n", encoding="utf-8")
    told = CliRunner().invoke(main, ["validate", str(more)])
    assert told.exit_code == 0, told.output
    assert "not simulated: governance" in told.output
