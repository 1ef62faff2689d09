"""Targets of a contract against the sources' sample report, and every field of the remedies in the printed terms."""

from pathlib import Path
from typing import Any

import pytest

from orm_sim.contract import NOTHING, Contract, settle
from orm_sim.core.loader import build, load_yaml, parse_yaml

GOLDEN = load_yaml(Path(__file__).parents[1] / "kpi" / "worked" / "performance_report.yaml").data

REPORT = """\
title: t
scope: [inbound, outbound]
term_months: 12
payment: {net_days: 30}
notice_days: 30
clauses:
  - {clause: fixed, label: base, amount: 10000}
  - {clause: per_unit, label: volume, channel: inbound, meter: answered, rate: 2}
  - {clause: commission, label: commission, channel: outbound, rate: 50, clawback: none}
  - clause: service_credit
    label: credit
    channel: inbound
    fees: [base]
    at_risk: 0.5
    grace_months: 0
    measures:
      - {kpi: fcr, target: 0.80, credit: {by: point, points: exact, amount: 100}}
      - {kpi: aht, target: 300, credit: {by: point, points: exact, amount: 10}}
      - {kpi: csat, target: 0.90, credit: {by: point, points: exact, amount: 100}}
      - {kpi: error_rate, target: 0.01, credit: {by: point, points: exact, amount: 100}}
"""


def owed(**changed: float) -> dict[str, Any]:
    counted = {**GOLDEN["counters"], **changed}
    meters: dict[tuple[str, str], Any] = {("inbound", name): float(value) for name, value in counted.items()}
    meters["outbound", "sales_net"] = 3.0
    items, _ = settle(build(Contract, parse_yaml(REPORT, "a.yaml")), NOTHING, meters, 0)
    return {item.label: item for item in items}


@pytest.mark.row("R197", "R198", "R199", "R200")
def test_the_sample_report_misses_no_target_of_a_contract() -> None:
    credit = owed()["credit"]
    assert float(credit.amount) == 0.0
    said = credit.sentence()
    for words in (
        "first-contact resolution at least 80 %: 85 %",
        "average handle time at most 300 s: 270",
        "customer satisfaction at least 90 %: 92 %",
        "error rate at most 1 %: 0.5 %",
    ):
        assert words in said


@pytest.mark.row("R115", "R164")
@pytest.mark.parametrize(
    ("counter", "times", "credit"),
    [
        ("resolved", 0.0, -5000.0),
        ("handled_s", 1.2, -240.0),
        ("satisfied", 0.9, -720.0),
        ("errors", 6.0, -200.0),
    ],
    ids=["fcr", "aht", "csat", "errors"],
)
def test_each_target_that_is_missed_has_its_penalty(counter: str, times: float, credit: float) -> None:
    invoice = owed(**{counter: GOLDEN["counters"][counter] * times})
    assert float(invoice["credit"].amount) == pytest.approx(credit, abs=0.005)
    answered = float(GOLDEN["counters"]["answered"])
    assert {label: (item.kind, float(item.amount)) for label, item in invoice.items() if label != "credit"} == {
        "base": ("fee", 10000.0), "volume": ("fee", 2.0 * answered), "commission": ("commission", 150.0),
    }  # fmt: skip


FRAME = """\
title: t
scope: [inbound]
term_months: 36
payment: {net_days: 30}
notice_days: 30
clauses:
  - {clause: fixed, label: f, amount: 1}
  - {clause: fixed, label: g, amount: 1}
"""
CREDIT = (
    "{clause: service_credit, label: c, channel: inbound, fees: [f], at_risk: 0.1, grace_months: 0,"
    " measures: [{%s}]}"
)
LEVEL = "kpi: service_level, within_s: 20, target: 0.8, credit: {by: lump, amount: 5}"
LEVEL_CREDIT = CREDIT % LEVEL
BONUS = (
    "{clause: bonus, channel: inbound, fees: [f], at_most: 0.1,"
    " measures: [{kpi: csat, target: 0.9, bonus: {by: lump, amount: 5}}]}"
)
EARN = (
    "{clause: earn_back, channel: inbound, within_months: 12, measures: [{kpi: csat, target: 0.95}], of: ["
    + (CREDIT % "kpi: csat, target: 0.9, stretch: 0.95, credit: {by: lump, amount: 5}")
    + "]}"
)
CARRY = "{clause: carry_forward, at_most: {amount: 5}, of: [{clause: fixed, amount: 1}]}"
HOLD = "{clause: holdback, share: 0.1, release_after_months: 3, of: [{clause: fixed, amount: 1}]}"
WHEN = "{clause: when, if: {%s}, of: [{clause: fixed, amount: 1}]}"
FEE = "{clause: termination_fee, schedule: [{through_month: 6, amount: 5}]}"
LIFE = "life: {cure_days: 30, step_in_days: 60, renewal: {auto: true, months: 12, notice_days: 90}}"

CHANGES = [
    (LEVEL_CREDIT, "within_s: 20", "within_s: 20, of: answered"),
    (LEVEL_CREDIT, "within_s: 20", "within_s: 20, of: offered_less_short"),
    (LEVEL_CREDIT, "within_s: 20", "within_s: 20, minimum: 0.7"),
    (LEVEL_CREDIT, "within_s: 20", "within_s: 20, minimum: 0.7, severe_multiple: 2"),
    (LEVEL_CREDIT, "within_s: 20", "within_s: 20, stretch: 0.9"),
    (LEVEL_CREDIT, "within_s: 20", "within_s: 20, glide: {from: 0.6, months: 6}"),
    (LEVEL_CREDIT, "within_s: 20", "within_s: 20, glide: {from: 0.6, months: 6, shape: linear}"),
    (LEVEL_CREDIT, "within_s: 20", "within_s: 20, ratchet: {months: 6, up_at_most: 0.02}"),
    (LEVEL_CREDIT, "within_s: 20", "within_s: 20, ratchet: {months: 6, up_at_most: 0.025}"),
    (LEVEL_CREDIT, "within_s: 20", "within_s: 20, ratchet: {months: 6, up_at_most: 0.02, down_at_most: 0.01}"),
    (LEVEL_CREDIT, "within_s: 20", "within_s: 20, ratchet: {months: 6, up_at_most: 0.02, ceiling: 0.9}"),
    (LEVEL_CREDIT, "within_s: 20", "within_s: 20, ratchet: {every: year, months: 6, up_at_most: 0.02}"),
    (LEVEL_CREDIT, "credit: {by: lump, amount: 5}", "default_only: true"),
    (LEVEL_CREDIT, "grace_months: 0", "grace_months: 0, multiplier: 1.5"),
    (LEVEL_CREDIT, "grace_months: 0", "grace_months: 0, exclusions: [force_majeure]"),
    (LEVEL_CREDIT, "grace_months: 0", "grace_months: 0, sole_remedy: true"),
    (LEVEL_CREDIT, "grace_months: 0", "grace_months: 0, sole_remedy: false"),
    (LEVEL_CREDIT, "grace_months: 0", "grace_months: 0, window: year"),
    (BONUS, "at_most: 0.1", "at_most: 0.2"),
    (BONUS, "at_most: 0.1", "at_most: 0.1, window: quarter"),
    (BONUS, "fees: [f]", "fees: [g]"),
    (BONUS, "amount: 5", "amount: 6"),
    (BONUS, "amount: 5", "share: 0.05"),
    (BONUS, "{by: lump, amount: 5}", "{by: band, bands: [{better_than: 0.9, share: 0.05}]}"),
    (BONUS, "kpi: csat", "stretch: 0.95, kpi: csat"),
    (BONUS, "kpi: csat", "stretch: 0.95, stretch_multiple: 2, kpi: csat"),
    (EARN, "within_months: 12", "within_months: 6"),
    (EARN, "within_months: 12", "within_months: 12, share: 0.5"),
    (EARN, "within_months: 12", "within_months: 12, window: quarter"),
    (EARN, "measures: [{kpi: csat, target: 0.95}], ", ""),
    (CARRY, "{amount: 5}", "{amount: 6}"),
    (CARRY, "{amount: 5}", "{amount: 5}, at_end: lapses"),
    (HOLD, "share: 0.1", "share: 0.2"),
    (HOLD, "months: 3", "months: 4"),
    (HOLD, "share: 0.1", "share: 0.1, channel: inbound"),
    (HOLD, "share: 0.1", "share: 0.1, channel: inbound, if: [{kpi: csat, target: 0.9}]"),
    (WHEN % "event: force_majeure", "force_majeure", "client_cause"),
    (WHEN % "kpi: csat, channel: inbound, below: 0.8", "below", "above"),
    (WHEN % "kpi: csat, channel: inbound, below: 0.8", "0.8", "0.8, window: quarter"),
    (FEE, "amount: 5", "amount: 6"),
    (FEE, "month: 6", "month: 7"),
    (FEE, "schedule", "not_due_on: [insolvency], schedule"),
    (FEE, "schedule: [{through_month: 6, amount: 5}]", "unamortised: 5, over_months: 6"),
    (FEE, "schedule: [{through_month: 6, amount: 5}]", "unamortised: 5, over_months: 7"),
    (FEE, "schedule: [{through_month: 6, amount: 5}]", "months_of_fees: 3, fees: [f]"),
    (FEE, "schedule: [{through_month: 6, amount: 5}]", "months_of_fees: 3.5, fees: [f]"),
]  # fmt: skip


def printed(clause: str, more: str = "") -> str:
    contract = build(Contract, parse_yaml(f"{FRAME}  - {clause}\n{more}", "a.yaml"))
    again = Contract.model_validate(contract.dump())
    assert again == contract
    assert str(again) == str(contract)
    return str(contract)


@pytest.mark.parametrize(("clause", "old", "new"), CHANGES)
def test_every_field_is_printed(clause: str, old: str, new: str) -> None:
    assert old in clause
    assert printed(clause) != printed(clause.replace(old, new))


def test_no_two_of_these_terms_print_alike() -> None:
    texts = [printed(clause.replace(old, new)) for clause, old, new in CHANGES]
    assert len(set(texts)) == len(texts)


FIELDS = [
    ("", LIFE),
    (LIFE, LIFE.replace("cure_days: 30", "cure_days: 31")),
    (LIFE, LIFE.replace("step_in_days: 60", "step_in_days: 61")),
    (LIFE, LIFE.replace("notice_days: 90", "notice_days: 91")),
    (LIFE, LIFE.replace("months: 12", "months: 6")),
    (LIFE, LIFE.replace("notice_days: 90", "notice_days: 90, fee: 5")),
    (LIFE, LIFE.replace("{auto: true, months: 12, notice_days: 90}", "{auto: false, months: 12}")),
    (LIFE, LIFE.replace("{auto: true, months: 12, notice_days: 90}", "none")),
    (LIFE, LIFE.replace("cure_days", "transition_months: 1, cure_days")),
    (LIFE, LIFE.replace("cure_days", "ramp_months: 1, cure_days")),
    (LIFE, LIFE.replace("cure_days", "review_every_months: 12, cure_days")),
    (LIFE, LIFE.replace("cure_days", "change_order_days: 30, cure_days")),
    ("records: {hour_means: paid}", "records: {hour_means: logged}"),
    ("records: {hour_means: productive}", "records: {hour_means: handling}"),
    *(("records: {source: client}", f"records: {{source: {each}}}") for each in ("vendor", "joint")),
    ("records: {repeats: paid}", "records: {repeats: not_paid}"),
    ("records: {repeats: not_paid}", "records: {repeats: not_paid_with_vendor_cause}"),
    (
        "records: {audit: {every_months: 12, vendor_pays_if_error_above: 0.05}}",
        "records: {audit: {every_months: 12, vendor_pays_if_error_above: 0.06}}",
    ),
    (
        "records: {training: {growth: client, attrition: vendor}}",
        "records: {training: {growth: vendor, attrition: vendor}}",
    ),
    ("", "remedies: {sole_remedy: true}"),
    ("remedies: {sole_remedy: false}", "remedies: {sole_remedy: true}"),
    ("remedies: {liability_cap_months: 12}", "remedies: {liability_cap_months: 6}"),
    ("", "triggers: [{name: a, if: {event: data_breach}, opens: exit}]"),
    (
        "triggers: [{name: a, if: {event: data_breach}, opens: exit}]",
        "triggers: [{name: b, if: {event: data_breach}, opens: exit}]",
    ),
    (
        "triggers: [{name: a, if: {failures_of: c, in_a_row: 3}, opens: exit}]",
        "triggers: [{name: a, if: {failures_of: c, times: 3, of_last: 3}, opens: exit}]",
    ),
    (
        "triggers: [{name: a, if: {credits_of: c, above_share: 0.05}, opens: exit}]",
        "triggers: [{name: a, if: {credits_of: c, above_share: 0.05, of_last: 2}, opens: exit}]",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), FIELDS)
def test_every_term_of_the_contract_is_printed(one: str, other: str) -> None:
    assert printed(LEVEL_CREDIT, one + "\n") != printed(LEVEL_CREDIT, other + "\n")
