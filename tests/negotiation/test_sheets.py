"""Term sheets: the deal with other values in it, and everything that cannot be talked about refused with its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from orm_sim.contract.clause import walk
from orm_sim.core.errors import InputError
from orm_sim.negotiation.sheets import Deal, contract_in, deal_of, design, from_unit, to_unit
from orm_sim.scenario.load import load_study

STUDY = Path(__file__).resolve().parents[2] / "scenarios" / "studies" / "negotiation.yaml"
RATE = 15.0


@pytest.fixture(scope="module")
def deal() -> Deal:
    return deal_of(load_study(STUDY), RATE)


def _rates(deal: Deal, sheet: dict[str, float]) -> dict[str, float]:
    contract = contract_in(deal.scenario_of(sheet))
    return {c.name: getattr(c, "rate") for _, c in walk(contract.clauses) if hasattr(c, "rate")}  # noqa: B009


def test_a_sheet_sets_rates_as_shares_of_full_pay(deal: Deal) -> None:
    """Full base pay is the solved rate an hour, full commission 4.9 of it a sale: 0.2 and 0.8 give 3 $ and 58.80 $."""
    found = _rates(deal, {"base": 0.2, "commission": 0.8, "net_days": 45.0})
    assert found["outbound baseline"] == pytest.approx(3.0)
    assert found["commission"] == pytest.approx(0.8 * 4.9 * 15.0)


def test_the_deal_with_its_own_values_is_the_deal(deal: Deal) -> None:
    assert deal.own == pytest.approx({"base": 0.5, "commission": 0.5, "net_days": 45.0})
    own = deal.scenario_of(deal.own)
    filled = deal.scenario.model_copy(update={"contract": contract_in(deal.scenario).with_rate(RATE)})
    assert own == filled


def test_a_path_is_set_in_steps_and_a_clause_can_be_changed(deal: Deal) -> None:
    sheet = deal.rounded({"base": 0.5, "commission": 0.5, "net_days": 38.0})
    assert sheet["net_days"] == 45.0
    changed = contract_in(
        deal.scenario_of({**sheet, "net_days": 30.0}, {"contract.clauses[0].cap_per_year": 0.01})
    )
    assert changed.payment.net_days == 30
    assert getattr(changed.clauses[0], "cap_per_year") == 0.01  # noqa: B009


def test_designs_lie_inside_their_bounds_and_spread(deal: Deal) -> None:
    sheets = design(deal, 32, 7)
    unit = to_unit(deal, sheets)
    assert len(sheets) == 32 and sheets == design(deal, 32, 7) and sheets != design(deal, 32, 8)
    assert bool(((unit >= 0.0) & (unit <= 1.0)).all())
    assert unit[:, :2].mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.05)
    assert {sheet["net_days"] for sheet in sheets} == {15.0, 30.0, 45.0, 60.0, 75.0}
    assert np.allclose(to_unit(deal, from_unit(deal, unit)), unit)


CHANGES = {
    "deal: half": ("deal: nobody", "'nobody' is no option; options: in_house, half"),
    "deal: half\n": ("deal: in_house\n", "'in_house' has no contract"),
    "label: outbound baseline": ("label: outbound base", "there are: outbound baseline, commission"),
    "path: contract.payment.net_days": ("path: contract.payment.days", "is no number of the scenario"),
    "marks: [0.0, 0.25": ("marks: [2.0, 0.25", "mark 2 lies outside base, 0 to 1.2"),
    "given: base, answer": (
        "given: bass, answer",
        "'bass', which is no issue; issues: base, commission, net_days",
    ),
    "answer: commission": ("answer: base", "'base' cannot make up for itself"),
    "low: 0.0, high: 1.2": ("low: 1.3, high: 1.2", "low 1.3 is not below high 1.2"),
    "label: commission,": ("", "gives a label or a path, one of the two"),
    "max_failure: 0.10": ("max_failure: 1.5", "max_failure"),
    "low: 15, high: 75": ("low: -15, high: 75", "study.yaml  negotiation.issues.net_days.low"),
    '{"contract.clauses[0].of[1].reserve"': ('{"contract.nope"', "negotiation.clauses.reserve.set"),
    "title: commission, label: commission": (
        "title: commission, label: outbound baseline",
        "is what another issue is about already",
    ),
}


@pytest.mark.parametrize("old", CHANGES)
def test_what_cannot_be_talked_about_is_refused(old: str, tmp_path: Path) -> None:
    new, said = CHANGES[old]
    text = STUDY.read_text(encoding="utf-8")
    assert old in text
    scenarios = STUDY.parents[1].as_posix()
    changed = text.replace(old, new, 1).replace("../", f"{scenarios}/")
    file = tmp_path / "study.yaml"
    file.write_text(changed, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        deal_of(load_study(file), RATE)
    assert said in str(refused.value)


def test_a_study_without_negotiation_says_how_to_add_one() -> None:
    with pytest.raises(InputError, match="says nothing of what is negotiated") as refused:
        deal_of(load_study(STUDY.parent / "which_contract.yaml"), 1.0)
    assert "negotiation.yaml" in str(refused.value)
    assert "which_contract.yaml  negotiation" in str(
        refused.value
    )  # not one of the contracts that it extends
