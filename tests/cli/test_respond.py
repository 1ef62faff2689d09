"""`orm-sim respond`: the table and its reasons, the same as JSON, and sentences for what cannot be asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from orm_sim.cli import main

ROOT = Path(__file__).resolve().parents[2]
HOURLY = ROOT / "scenarios" / "bank_per_hour.yaml"
STUDY = ROOT / "scenarios" / "studies" / "which_contract.yaml"
_SMALL = {
    "programme.inbound.contacts_per_week": 1800,
    "programme.outbound.leads_per_month": 1500,
    "programme.outbound.seats": 3,
    "programme.months": 9,
    "contract.term_months": 9,
    "evaluation.price_replications": 1,
    "vendor.levers.training": "[1.0]",
    "vendor.levers.coaching_hours": "[0.5]",
}
SMALL = [part for path, value in _SMALL.items() for part in ("--set", f"{path}={value}")]


def answer(*arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    result = CliRunner().invoke(main, ["respond", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_every_plan_is_printed_best_first() -> None:
    status, out, err = answer(str(HOURLY), *SMALL)
    assert status == 0, err
    rows = [line for line in out.splitlines() if "%" in line and "−" in line and line.strip()[-1].isdigit()]
    assert len(rows) == 30  # 5 staffing ratios x 3 wages x 2 pressures
    assert [row.startswith(" →") for row in rows] == [True] + [False] * 29
    for word in ("value", "revenue", "credits", "wages", "hiring", "renewal", "train"):
        assert word in out
    assert "The vendor takes staffing" in out and "The runner-up" in out
    assert "Rates solved for the reference vendor's margin: inbound hours $" in out
    assert "Its policy is contract_following: it does none of this" in out
    assert "Solving free rates" in err and "Solving" not in out


def test_json_holds_the_same_at_a_later_month() -> None:
    status, out, err = answer(
        str(HOURLY), *SMALL, "--at", "5", "--replication", "1", "--json",
        "--set", "vendor.policy=best_response", "--set", "vendor.traits.outside_margin=null",
    )  # fmt: skip
    assert status == 0, err
    found = json.loads(out)
    assert found["week"] == 13 and found["month"] == 3 and found["acts_on_it"] is True
    assert found["participation"]["outside"] is None
    plans = found["plans"]
    assert len(plans) == 30 and [p["chosen"] for p in plans] == [True] + [False] * 29
    values = [p["value"] for p in plans]
    assert values == sorted(values, reverse=True)
    for plan in plans:
        assert sum(plan["split"].values()) == pytest.approx(plan["value"], abs=1e-6)
    assert {"revenue", "credits", "wages", "hiring", "training", "quality", "seats", "platform", "overhead",
            "interest", "risk", "ruin", "conscience", "term", "renewal"} == set(plans[0]["split"])  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([str(STUDY)], "is a study, and a vendor answers to one contract"),
        ([str(ROOT / "scenarios" / "bank.yaml")], "has no contract"),
        ([str(HOURLY), "--at", "36"], "must be a month of the term, 0 (signing) to 35"),
        ([str(HOURLY), "--at", "-1"], "must be a month of the term"),
        ([str(HOURLY), "--seed", "-1"], "must be 0 or more"),
        ([str(HOURLY), "--set", "vendor.traits.outside_margn=0.1"], "Did you mean 'outside_margin'?"),
        ([str(HOURLY), "--set", "vendor.levers.staffing_ratio=[]"], "there is no plan to choose"),
        ([str(HOURLY), "--set", "relationship.exit_rule.failed_months=13"], "which cannot happen"),
        (["nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_a_sentence_and_exit_status_two(arguments: list[str], said: str) -> None:
    status, out, err = answer(*arguments)
    assert status == 2 and said in err and "Traceback" not in err and out == ""
