"""The shipped scenarios: they load, every figure has its evidence, and identical options are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orm_sim.core.errors import InputError
from orm_sim.core.evidence import unevidenced
from orm_sim.core.loader import load_extended
from orm_sim.scenario.load import load_scenario, load_study
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.draws import draw_inputs, triangular, value_at, varying, with_inputs

ROOT = Path(__file__).resolve().parents[2]
BANK = ROOT / "scenarios" / "bank.yaml"
STUDY = ROOT / "scenarios" / "studies" / "which_contract.yaml"


def numbers(node: Any, at: str = "") -> list[str]:
    """Paths of the numbers in a file, lists counted as their key."""
    if isinstance(node, dict):
        return [p for key, value in node.items() for p in numbers(value, f"{at}.{key}" if at else str(key))]
    if isinstance(node, list):
        return [at] if any(numbers(each, at) for each in node) else []
    return [at] if isinstance(node, int | float) and not isinstance(node, bool) else []


def test_every_figure_of_the_bank_has_evidence() -> None:
    """Each number given in bank.yaml is named in its evidence, itself or by the mapping it stands in."""
    data = load_extended(BANK).data
    named = {figure["path"] for figure in data["evidence"]}
    shapes = data["programme"].pop("shapes")
    given = [p for key, section in data.items() if key != "evidence" for p in numbers(section, key)]
    bare = [p for p in given if not any(p == name or p.startswith(name + ".") for name in named)]
    assert bare == []
    assert shapes["inbound"]["patience"]["exponential_mean_s"]["source"] == "anonymous_bank_1999"


def test_evidence_names_values_that_exist() -> None:
    options = load_study(STUDY).options
    for figure in options["in_house"].evidence:
        option = "per_hour" if figure.path.startswith("contract.") else "in_house_improved"
        value_at(options[option], figure.path)


def test_every_default_in_code_has_unit_source_and_grade() -> None:
    assert unevidenced(Scenario) == []


def test_uncertain_inputs_stay_in_their_range_and_move_nothing_else() -> None:
    base = load_study(STUDY).base
    for replication in range(50):
        values = draw_inputs(base, 1, replication)
        for figure in varying(base):
            assert figure.low is not None and figure.high is not None
            assert figure.low <= values[figure.path] <= figure.high
    drawn = with_inputs(base, values)
    assert value_at(drawn, "programme.outbound.contact_rate") == values["programme.outbound.contact_rate"]
    assert drawn.client.in_house == base.client.in_house


def test_triangular_quantiles_by_hand() -> None:
    assert triangular(0.0, 1.0, 2.0, 4.0) == 1.0
    assert triangular(1.0, 1.0, 2.0, 4.0) == 4.0
    assert triangular(1 / 3, 1.0, 2.0, 4.0) == pytest.approx(2.0)


def study(tmp_path: Path, text: str) -> Path:
    """A study file beside the shipped base."""
    path = tmp_path / "study.yaml"
    path.write_text(text.replace("BASE", str(BANK)), encoding="utf-8")
    return path


def test_identical_options_are_told(tmp_path: Path) -> None:
    path = study(
        tmp_path, "study: s\ntitle: t\nbase: BASE\nzero: a\noptions:\n  a: {title: A}\n  b: {title: B}\n"
    )
    with pytest.raises(InputError, match="identical to option 'a'"):
        load_study(path)


def test_a_typo_in_an_option_is_placed_in_the_study(tmp_path: Path) -> None:
    text = "study: s\ntitle: t\nbase: BASE\nzero: a\noptions:\n  a: {title: A}\n"
    text += "  b:\n    title: B\n    set:\n      client: {transition_cst: 5}\n"
    with pytest.raises(InputError) as told:
        load_study(study(tmp_path, text))
    assert "study.yaml:10" in str(told.value) and "Did you mean 'transition_cost'?" in str(told.value)


def test_a_zero_line_that_is_no_option_is_told(tmp_path: Path) -> None:
    text = "study: s\ntitle: t\nbase: BASE\nzero: c\noptions:\n  a: {title: A}\n  b: {title: B}\n"
    with pytest.raises(InputError, match="zero 'c' is no option"):
        load_study(study(tmp_path, text))


def test_terms_of_different_length_are_a_contradiction() -> None:
    with pytest.raises(InputError, match="term is 36 months, the programme's 12"):
        load_study(STUDY, {"programme.months": "12"})
    assert (
        load_study(STUDY, {"programme.months": "12", "contract.term_months": "12"}).base.programme.months
        == 12
    )


@pytest.mark.parametrize("key", ["name", "title"])
def test_a_scenario_without_a_word_for_itself_is_refused(key: str) -> None:
    with pytest.raises(InputError, match=f"{key}.*\n.*must hold words"):
        load_scenario(ROOT / "scenarios" / "bank.yaml", {key: "'  '"})


def test_a_negative_wage_and_a_not_a_number_are_told_together() -> None:
    settings = {"vendor.workforce.wage_per_hour": "-1", "client.transition_cost": ".nan"}
    with pytest.raises(InputError) as told:
        load_scenario(BANK, settings)
    assert "2 problems. Nothing was run." in str(told.value)
