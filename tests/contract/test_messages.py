"""What is refused at load: unknown names with the nearest one, and contradictions with their place."""

import pytest

from orm_sim.contract import Contract
from orm_sim.core.errors import InputError
from orm_sim.core.loader import build, parse_yaml

FRAME = """\
title: t
scope: [inbound]
term_months: 12
payment: {net_days: 30}
notice_days: 30
"""
HOURS = "{clause: per_unit, label: hours, channel: inbound, meter: productive_hours, rate: 14}"
CREDIT = (
    "clause: service_credit, channel: inbound, fees: [hours], at_risk: 0.1, grace_months: 3,"
    " measures: [{kpi: csat, target: 0.9, credit: {by: lump, amount: 5}}]"
)


def refusal(*clauses: str, more: str = "", frame: str = FRAME) -> str:
    text = frame + more + "clauses:\n" + "".join(f"  - {clause}\n" for clause in clauses)
    with pytest.raises(InputError) as caught:
        build(Contract, parse_yaml(text, "a.yaml"))
    return str(caught.value)


CASES = [
    pytest.param(
        ("{clause: per_unit, channel: inbound, meter: productive_hourz, rate: 14}",),
        "a.yaml:7  clauses[0].meter = productive_hourz\n    unknown KPI id.  Did you mean 'productive_hours'?",
        id="unknown meter",
    ),
    pytest.param(
        (HOURS, "{" + CREDIT.replace("csat", "servise_level") + "}"),
        "a.yaml:8  clauses[1].measures[0].kpi = servise_level\n"
        "    unknown KPI id.  Did you mean 'service_level'?",
        id="unknown KPI",
    ),
    pytest.param(
        ("{clause: per_unit, channel: inbound, meter: service_level, rate: 14}",),
        "clauses[0].meter = service_level\n    must be a counter: 'service_level' is computed",
        id="a ratio is no meter",
    ),
    pytest.param(
        ("{clause: per_unti, channel: inbound, meter: offered, rate: 14}",),
        "clauses[0].clause = per_unti\n    there is no such clause.  Did you mean 'per_unit'?",
        id="unknown clause",
    ),
    pytest.param(
        ("{clause: per_unit, channel: inbound, meter: offered, rate: -1}",),
        "clauses[0].rate = -1\n    must be a finite number, 0 or more, or the word solve",
        id="negative rate",
    ),
    pytest.param(
        ("{clause: per_unit, channel: inbound, meter: offered, rate: .nan}",),
        "clauses[0].rate = .nan\n    must be a finite number, 0 or more, or the word solve",
        id="rate that is no number",
    ),
    pytest.param(
        ("{clause: per_unit, channel: inbound, meter: offered, per: minute, rate: 1}",),
        "a price per minute needs a meter of time in seconds; 'offered' counts contacts offered",
        id="minutes of contacts",
    ),
    pytest.param(
        ("{clause: per_unit, channel: inbound, meter: offered, rate: 1, aht_cap: {baseline_s: 380, share: 1.05}}",),
        "caps handle time, which needs the meter payable_handled_s or handled_s, not 'offered'",
        id="handle time of contacts offered",
    ),
    pytest.param(
        ("{clause: cap, label: c, at: {amount: 100}, of: [{clause: floor, label: f, at: {amount: 200},"
         " of: [{clause: fixed, amount: 5}]}]}",),
        "a.yaml:7  clauses[0].at\n    the cap of $100.00 a month ('c') is under the floor of $200.00 a month ('f')",
        id="cap under floor",
    ),
    pytest.param(
        ("{clause: floor, label: f, at: {rate: 10, share: 0.9, channel: inbound, meter: productive_hours}, of:"
         " [{clause: cap, label: c, at: {rate: 8, channel: inbound, meter: productive_hours}, of: [" + HOURS + "]}]}",),
        "the cap of $8.00 for each productive hour (inbound) ('c') is under the floor of 90 % of the agreed $10.00",
        id="floor over cap",
    ),
    pytest.param(
        ("{clause: floor, at: {amount: 1, meter: offered}, of: [{clause: fixed, amount: 5}]}",),
        "gives an `amount` and a rate on a meter: keep one of the two",
        id="two bounds in one",
    ),
    pytest.param(
        ("{clause: tiered, channel: inbound, meter: offered, mode: marginal,"
         " tiers: [{up_to: 10, rate: 3}, {up_to: 5, rate: 2}, {rate: 2}]}",),
        "tier 2, up to 5, overlaps the tier before it, up to 10",
        id="overlapping tiers",
    ),
    pytest.param(
        ("{clause: tiered, channel: inbound, meter: offered, mode: band, tiers: [{up_to: 10, rate: 3}]}",),
        "the last tier ends at 10: leave its `up_to` out, or larger volumes have no price",
        id="tiers that end",
    ),
    pytest.param(
        ("{clause: tiered, channel: inbound, meter: offered, mode: band, tiers: [{rate: 3}, {rate: 4}]}",),
        "tier 1 has no `up_to`, so the tiers after it overlap it",
        id="two last tiers",
    ),
    pytest.param(
        (HOURS, "{" + CREDIT.replace("at_risk: 0.1", "at_risk: 1.1") + "}"),
        "clauses[1].at_risk = 1.1\n    must be a finite number from 0 to 1",
        id="more than all at risk",
    ),
    pytest.param(
        (HOURS, *("{label: " + label + ", " + CREDIT.replace("0.1,", "0.6,") + "}" for label in "ab")),
        "clauses[2].at_risk = 0.6\n    credits put 120 % of 'hours' at risk, more than 100 %",
        id="more than all at risk together",
    ),
    pytest.param(
        ("{clause: all, label: work, of: [" + HOURS + "]}",
         *("{label: " + label + ", " + CREDIT.replace("0.1,", "0.6,").replace("[hours]", f"[{fee}]") + "}"
           for label, fee in (("a", "work"), ("b", "hours")))),
        "clauses[2].at_risk = 0.6\n    credits put 120 % of 'hours' at risk, more than 100 %",
        id="more than all at risk, once in a group",
    ),
    pytest.param(
        ("{clause: all, label: work, of: [" + HOURS + "]}", "{" + CREDIT.replace("[hours]", "[work, hours]") + "}"),
        "clauses[1].fees = [work, hours]\n    counts 'hours' twice: in 'work' and in 'hours'",
        id="fees counted twice",
    ),
    pytest.param(
        (HOURS, "{" + CREDIT.replace("grace_months: 3", "grace_months: 13") + "}"),
        "clauses[1].grace_months = 13\n    13 months of grace are longer than the term, which is 12 months",
        id="grace beyond the term",
    ),
    pytest.param(
        (HOURS, "{clause: service_credit, channel: inbound, fees: [hours], at_risk: 0.1, grace_months: 3,"
         " pools: {p: 0.5}, measures: [{kpi: csat, target: 0.9, credit: {by: pool, pool: p, weight: 0.4}}]}"),
        "the weights in the pool 'p' sum to 40 %, not to 100 %",
        id="weights that do not sum",
    ),
    pytest.param(
        (HOURS, "{" + CREDIT.replace("csat, target: 0.9", "service_level, target: 0.9") + "}"),
        "a service level needs its threshold: answered within how many seconds (`within_s`)?",
        id="service level without threshold",
    ),
    pytest.param(
        (HOURS, "{" + CREDIT.replace("{by: lump, amount: 5}", "{by: lump}") + "}"),
        "needs either `amount` (money) or `share` (of the fees), and not both",
        id="credit without size",
    ),
    pytest.param(
        (HOURS, "{" + CREDIT.replace("lump, amount: 5", "band, bands: [{worse_than: 0.95, share: 0.1}]") + "}"),
        "'csat' gets worse below its target of 0.9: every band must lie below the one before it",
        id="band on the good side",
    ),
    pytest.param(
        ("{clause: indexed, index: {a: 0.5, b: 0.4}, of: [" + HOURS + "]}",),
        "the weights of the indices sum to 90 %, not to 100 %",
        id="index weights",
    ),
    pytest.param(
        (HOURS, "{" + CREDIT.replace("[hours]", "[hour]") + "}"),
        "clauses[1].fees = [hour]\n    no clause is called 'hour'.  Did you mean 'hours'?",
        id="unknown label",
    ),
    pytest.param(
        ("{" + CREDIT + "}", HOURS),
        "clauses[0].fees = [hours]\n    cites 'hours', which comes later: put that clause before this one",
        id="label that comes later",
    ),
    pytest.param(
        ("{clause: fixed, label: fee, amount: 1}",
         "{clause: minimum_commitment, channel: inbound, share: 0.8, fee: fee, units_per_contact: 1}"),
        "'fee' has no single rate to pay a shortfall at: cite a per_unit clause",
        id="shortfall of a fixed fee",
    ),
    pytest.param(
        (HOURS, HOURS),
        "clauses[1].label = hours\n    two clauses are called 'hours': give this one another label",
        id="one label twice",
    ),
    pytest.param(
        (HOURS, "{clause: fixed, label: Hours, amount: 1}"),
        "two clauses are called 'Hours' and 'hours', which an invoice does not tell apart",
        id="labels that an invoice takes for one",
    ),
    pytest.param(
        ("{clause: fixed, label: Total due, amount: 1}",),
        "'Total due' is what an invoice calls the sum of its lines: give it another label",
        id="label of a sum",
    ),
    pytest.param(
        ('{clause: fixed, label: "fee\\n4. Free", amount: 1}',),
        "holds a character that cannot be seen (U+000A): a term sheet prints it",
        id="label of two lines",
    ),
    pytest.param(
        ("{clause: all, label: both, of: []}",),
        "clauses[0].of = []\n    needs at least one clause",
        id="nothing inside",
    ),
    pytest.param(
        (HOURS.replace("channel: inbound", "channel: outbound"),),
        "clauses[0].channel = outbound\n    is about outbound contacts, but the scope of the contract is inbound",
        id="outside the scope",
    ),
    pytest.param(
        ("{clause: fixed, amount: 1, when: once, month: 12}",),
        "clauses[0].month = 12\n    falls after the term, whose last month is 11 when counted from 0",
        id="a fee after the term",
    ),
    pytest.param(
        ("{clause: fixed, amount: 1, when: once}",),
        "a fee that is owed once needs the month",
        id="once, but when",
    ),
    pytest.param(
        (HOURS.replace("rate: 14", "rate: solve"),),
        "clauses[0].rate = solve\n    is to be solved, but `price.solve` does not name 'hours'",
        id="free rate without a price",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("clauses", "said"), CASES)
def test_refused_with_place_rule_and_nearest_name(clauses: tuple[str, ...], said: str) -> None:
    assert said in refusal(*clauses)


def test_a_price_that_solves_nothing_is_refused() -> None:
    price = "price: {solve: hour, for: vendor_margin, value: 0.12}\n"
    said = "a.yaml:6  price.solve\n    no clause is called 'hour'.  Did you mean 'hours'?"
    assert said in refusal(HOURS, more=price)
    price = "price: {solve: hours, for: vendor_margin, value: 0.12}\n"
    assert "'hours' already has a rate: write `solve` in its place, or quote the price" in refusal(
        HOURS, more=price
    )


def test_all_contradictions_are_said_at_once() -> None:
    frame = FRAME.replace("notice_days: 30", "notice_days: 999")
    text = refusal(
        HOURS, HOURS, "{" + CREDIT.replace("grace_months: 3", "grace_months: 13") + "}", frame=frame
    )
    assert "the notice is longer than the term, which is 12 months" in text
    assert text.endswith("3 problems. Nothing was run.")


def test_an_empty_contract_is_refused() -> None:
    with pytest.raises(InputError, match="needs at least one clause"):
        build(Contract, parse_yaml(FRAME + "clauses: []\n", "a.yaml"))


def test_a_clause_that_cannot_be_read_hides_no_slip_of_its_neighbours() -> None:
    told = refusal(
        HOURS.replace("14", "-1"),
        "{" + CREDIT.replace("[hours]", "[hourz]") + "}",
        "{clause: fixed, label: fee, amount: 5, when: once, month: 40}",
    )
    assert "clauses[0].rate = -1" in told
    assert "clauses[1].fees" in told and "no clause is called 'hourz'" in told
    assert "clauses[2].month" in told and "falls after the term" in told


def test_a_label_that_an_unreadable_clause_may_carry_is_not_called_missing() -> None:
    for label in ("label: hours, ", ""):
        told = refusal(
            "{clause: per_unit, " + label + "channel: inbound, meter: productive_hours, rate: -1}",
            "{" + CREDIT + "}",
        )
        assert "clauses[0].rate" in told and "no clause is called" not in told
