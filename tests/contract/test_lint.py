"""Lint: every trap is found where it is, and a contract without it is not accused of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from orm_sim.contract.contract import Contract
from orm_sim.contract.contract_file import read_document
from orm_sim.contract.lint import WEIGHTS, Finding, lint
from orm_sim.core.loader import build, parse_yaml

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = sorted((ROOT / "scenarios" / "contracts").glob("*.yaml"))
FRAME = """\
title: t
scope: [inbound, outbound]
term_months: 36
payment: {net_days: 30}
notice_days: 30
clauses:
  - {clause: indexed, label: prices, index: wages, cap_per_year: 0.04, of: [
      {clause: per_unit, label: minutes, channel: inbound, meter: payable_handled_s, per: minute, rate: 0.5,
       aht_cap: {baseline_s: 360, share: 1.05}},
      {clause: per_unit, label: hours, channel: outbound, meter: productive_hours, rate: 14}]}
"""
CREDIT = (
    "{clause: service_credit, label: credit, channel: inbound, fees: [minutes], at_risk: 0.1, grace_months: 3,"
    " measures: [{kpi: service_level, target: 0.8, within_s: 20, credit: {by: point, points: exact, share: 0.01}}]}"
)


def found(*clauses: str, more: str = "", frame: str = FRAME) -> list[Finding]:
    text = frame + "".join(f"  - {clause}\n" for clause in clauses) + more
    return list(lint(build(Contract, parse_yaml(text, "a.yaml"))))


def told(*clauses: str, more: str = "", frame: str = FRAME) -> list[str]:
    """Everything but what the contract is silent on."""
    return [each.said() for each in found(*clauses, more=more, frame=frame) if each.topic != "silent"]


def test_a_plain_contract_has_no_trap() -> None:
    assert told(CREDIT) == []


TRAPS = [
    pytest.param(
        CREDIT.replace("{by: point, points: exact, share: 0.01}", "{by: lump, share: 0.05}"),
        "clauses[1].measures[0].credit (credit)\n    warning, cliff: service level below 80 % costs 5 %",
        id="lump",
    ),
    pytest.param(
        CREDIT.replace("{by: point, points: exact, share: 0.01}", "{by: lump, share: 0.3}"),
        "costs 10 % of the fees at once",
        id="lump beyond what is at risk",
    ),
    pytest.param(
        CREDIT.replace("{by: point, points: exact, share: 0.01}", "{by: lump, share: 0.3}"),
        "idle: of the 30 % that a miss costs never more than the 10 % at risk is owed",
        id="lump of which a part is never owed",
    ),
    pytest.param(
        CREDIT.replace("{by: point, points: exact, share: 0.01}", "{by: lump, share: 0.02}")
        .replace("at_risk: 0.1,", "at_risk: 0.1, multiplier: 3,"),
        "costs 6 % of the fees at once",
        id="lump multiplied",
    ),
    pytest.param(
        "{clause: bonus, channel: inbound, fees: [minutes], at_most: 0.02, measures: [{kpi: csat, target: 0.9,"
        " bonus: {by: band, bands: [{better_than: 0.9, share: 0.01}, {better_than: 0.95, share: 0.02}]}}]}",
        "jumps at the edge of each band: 1 % of the fees at 90 %, 1 % of the fees at 95 %",
        id="bonus by band",
    ),
    pytest.param(
        CREDIT.replace("{by: point, points: exact, share: 0.01}", "{by: pool, pool: p, weight: 1.0}")
        .replace("at_risk: 0.1,", "at_risk: 0.1, pools: {p: 0.5},"),
        "warning, cliff: service level below 80 % costs 5 % of the fees at once, however small the miss",
        id="pool",
    ),
    pytest.param(
        CREDIT.replace("{by: point, points: exact, share: 0.01}",
                       "{by: band, bands: [{worse_than: 0.8, share: 0.02}, {worse_than: 0.7, share: 0.1}]}"),
        "service level jumps at the edge of each band: 2 % of the fees at 80 %, 8 % of the fees at 70 %",
        id="bands",
    ),
    pytest.param(CREDIT.replace("exact", "up"), "cliff: the first hundredth of a point below 80 % costs a whole point",
                 id="points begun"),
    pytest.param(
        "{clause: tiered, label: t, channel: inbound, meter: offered, mode: whole_volume,"
        " tiers: [{up_to: 1000, rate: 3}, {rate: 2.5}]}",
        "clauses[1].tiers[0].up_to (t)\n    warning, cliff: one unit above 1,000 and the bill falls by $500.00",
        id="whole volume",
    ),
    pytest.param(
        "{clause: tiered, label: t, channel: inbound, meter: offered, mode: band,"
        " tiers: [{up_to: 9, rate: 3}, {rate: 4}]}",
        "one unit above 9 and the bill jumps by $1.00",
        id="sum of a band",
    ),
    pytest.param("{clause: indexed, label: i, index: wages, of: [{clause: fixed, amount: 5}]}",
                 "clauses[1].index (i)\n    warning, uncapped: prices follow the index without a yearly", id="index"),
    pytest.param("{clause: commission, label: c, channel: outbound, rate: 5, clawback: none}",
                 "note, uncapped: the commission has no ceiling", id="commission"),
    pytest.param("{clause: per_unit, label: m, channel: inbound, meter: handled_s, per: minute, rate: 1}",
                 "warning, incentive: is paid by handled time, and nothing limits how long", id="minutes"),
    pytest.param("{clause: per_unit, label: m, channel: inbound, meter: answered, rate: 1}",
                 "warning, incentive: no target speaks of resolution, repeats or satisfaction", id="contacts"),
    pytest.param(CREDIT.replace("grace_months: 3", "grace_months: 36"),
                 "36 months of grace leave none of the 36 months to be measured", id="grace"),
    pytest.param(CREDIT.replace("at_risk: 0.1", "at_risk: 0.0"), "no part of the fees is at risk", id="no risk"),
    pytest.param(CREDIT.replace("share: 0.01", "share: 0.0"), "a miss costs nothing", id="credit of nothing"),
    pytest.param(CREDIT.replace("target: 0.8", "target: 0.0"), "a share of 0 % is always reached", id="target of 0"),
    pytest.param(CREDIT.replace("grace_months: 3", "window: quarter, grace_months: 4"),
                 "the first quarter is measured on 2 months", id="grace inside a quarter"),
    pytest.param("{clause: fixed, label: f, amount: 0}", "clauses[1].amount (f)\n    warning, idle: the price is $0.00",
                 id="price of nothing"),
    pytest.param("{clause: cap, label: c, at: {amount: 0}, of: [{clause: fixed, amount: 5}]}", "is 0", id="cap of 0"),
    pytest.param("{clause: minimum_commitment, channel: inbound, share: 0, fee: minutes, units_per_contact: 1}",
                 "warning, idle: its share is 0", id="commitment of nothing"),
    pytest.param("{clause: cost_plus, label: c, channel: inbound, markup: 0.1}",
                 "warning, uncapped: cost that is reimbursed has no limit: `cap` is not given", id="cost plus"),
    pytest.param("{clause: cost_plus, label: c, channel: inbound, markup: 0.1}",
                 "warning, incentive: every dollar of cost earns the vendor 10 % of it", id="mark-up"),
    pytest.param("{clause: pass_through, label: c, channel: inbound}", "cost that is passed on has no", id="handed on"),
    pytest.param("{clause: gain_share, label: g, channel: inbound, vendor_share: 0.5}",
                 "the vendor's share of gains has no limit", id="gain share"),
    pytest.param("{clause: volume_adjustment, channel: inbound, baseline: 9, dead_band: 0, arc_rate: 1, rrc_rate: 2}",
                 "a unit too few costs the vendor $2.00, one too many brings it $1.00", id="dear side"),
    pytest.param(CREDIT.replace("credit: {", "ratchet: {months: 6, up_at_most: 0.02}, credit: {"),
                 "warning, uncapped: the target follows results without a ceiling", id="ratchet"),
    pytest.param(CREDIT.replace("credit: {", "minimum: 0.7, severe_multiple: 2, credit: {"),
                 "service level below 70 % multiplies the credit by 2 at once", id="severe"),
    pytest.param(CREDIT.replace("credit: {by: point, points: exact, share: 0.01}", "default_only: true"),
                 "no trigger and no `when` asks about failures of 'credit'", id="failure that nobody counts"),
    pytest.param("{clause: bonus, label: b, channel: inbound, fees: [minutes], at_most: 0.1, measures: [{kpi: csat,"
                 " target: 0.9, bonus: {by: lump, amount: 500}}]}",
                 "warning, cliff: customer satisfaction of 90 % earns $500.00 at once", id="bonus"),
    pytest.param(CREDIT.replace("{by: point, points: exact, share: 0.01}", "{by: lump, share: 0.05}"),
                 "clauses[1].at_risk (credit)\n    warning, idle: credits of a month come to at most 5 % of the fees,"
                 " so the limit of 10 % is never reached", id="limit above what credits come to"),
    pytest.param(
        CREDIT.replace("{by: point, points: exact, share: 0.01}", "{by: band, bands: [{worse_than: 0.8, share: 0.1},"
                       " {worse_than: 0.7, share: 0.2}]}"),
        "measures[0].credit.bands[1] (credit)\n    warning, idle: the band before already reaches the limit of 10 %",
        id="band past the limit",
    ),
    pytest.param(
        CREDIT.replace("{by: point, points: exact, share: 0.01}", "{by: band, bands: [{worse_than: 0.8, share: 0.1},"
                       " {worse_than: 0.0, share: 0.2}]}"),
        "bands[1].worse_than (credit)\n    warning, idle: no share is worse than 0 %", id="band nobody falls into"),
    pytest.param(CREDIT.replace("credit: {", "minimum: 0.0, severe_multiple: 2, credit: {"),
                 "no share is worse than 0 %, so no miss is ever severe", id="minimum nobody falls below"),
    pytest.param(CREDIT.replace("credit: {", "glide: {from: 0.6, months: 48}, credit: {"),
                 "leads to the target in month 48 of a term of 36", id="glide past the term"),
    pytest.param(CREDIT.replace("credit: {", "ratchet: {months: 40, up_at_most: 0.02, ceiling: 0.9}, credit: {"),
                 "asks for 40 monthly results in a term of 36", id="ratchet past the term"),
    pytest.param(CREDIT.replace("credit: {", "ratchet: {months: 4, up_at_most: 0.0, ceiling: 0.9}, credit: {"),
                 "the target may become neither stricter nor easier", id="ratchet that holds still"),
    pytest.param("{clause: bonus, label: b, channel: inbound, fees: [minutes], at_most: 0.1, measures: [{kpi: csat,"
                 " target: 1.0, bonus: {by: point, points: exact, amount: 5}}]}",
                 "nothing is better than the target, so no point is ever earned", id="bonus above 100 %"),
    pytest.param("{clause: bonus, label: b, channel: inbound, fees: [minutes], at_most: 0.1, measures: [{kpi: csat,"
                 " target: 0.9, bonus: {by: band, bands: [{better_than: 0.9, share: 0.1},"
                 " {better_than: 0.95, share: 0.2}]}}]}",
                 "measures[0].bonus.bands[1] (b)\n    warning, idle: the band before already", id="bonus past limit"),
    pytest.param("{clause: cap, label: c, at: {amount: 50}, of: [{clause: fixed, amount: 30}, {clause: fixed, label: x,"
                 " amount: 20}]}", "the clauses inside come to at most $50.00 a month", id="cap above everything"),
    pytest.param("{clause: floor, label: c, at: {amount: 50}, of: [{clause: fixed, amount: 60}, {clause: per_unit,"
                 " label: x, channel: inbound, meter: offered, rate: 1}]}",
                 "the clauses inside come to at least $60.00 a month anyway", id="floor under everything"),
    pytest.param("{clause: cap, label: c, at: {amount: 300}, of: [{clause: tiered, channel: inbound, meter: offered,"
                 " mode: marginal, tiers: [{up_to: 100, rate: 3}, {rate: 2}]}]}",
                 "of[0].tiers[1] (c)\n    warning, idle: begins above 100, where the cap of $300.00 is reached already",
                 id="tier past the cap"),
    pytest.param("{clause: when, label: w, if: {kpi: csat, channel: inbound, above: 1.0},"
                 " of: [{clause: fixed, amount: 5}]}",
                 "clauses[1].if.above (w)\n    warning, idle: no share lies above 100 %", id="condition above 100 %"),
    pytest.param("{clause: volume_adjustment, channel: inbound, baseline: 9, dead_band: 0, arc_rate: 0, rrc_rate: 0}",
                 "neither more volume nor less has a price", id="band without a price"),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "said"), TRAPS)
def test_a_trap_is_found_where_it_is(clause: str, said: str) -> None:
    assert any(said in each for each in told(clause)), told(clause)


def test_a_commission_under_a_cap_is_capped() -> None:
    clause = "{clause: commission, label: c, channel: outbound, rate: 5, clawback: none}"
    capped = "{clause: cap, label: m, at: {amount: 900}, of: [" + clause + "]}"
    assert told(capped) == []


def test_a_target_that_speaks_of_resolution_keeps_contacts_whole() -> None:
    contacts = "{clause: per_unit, label: m, channel: inbound, meter: answered, rate: 1}"
    fcr = CREDIT.replace("service_level, target: 0.8, within_s: 20", "fcr, target: 0.8")
    assert told(contacts, fcr) == []


@pytest.mark.row("R073")
def test_commission_alone_leaves_the_vendor_without_income() -> None:
    frame = FRAME.split("  - {clause: indexed")[0]
    commission = "{clause: commission, label: c, channel: outbound, rate: 5, clawback: none}"
    said = "the vendor earns nothing on outbound contacts in a month without sales"
    assert any(said in each for each in told(commission, frame=frame))
    base = "{clause: per_unit, label: b, channel: outbound, meter: productive_hours, rate: 9}"
    assert not any(said in each for each in told(base, commission, frame=frame))
    floor = "{clause: floor, label: g, at: {amount: 100}, of: [" + commission + "]}"
    assert not any(said in each for each in told(floor, frame=frame))


def test_a_fixed_fee_needs_a_target() -> None:
    frame = FRAME.split("  - {clause: indexed")[0]
    fee = "{clause: fixed, label: fee, amount: 500}"
    said = "the fee is fixed, and no target costs anything when it is missed"
    assert any(said in each for each in told(fee, frame=frame))
    assert not any(said in each for each in told(fee, CREDIT.replace("minutes", "fee"), frame=frame))


def test_a_term_without_anniversary_is_never_indexed() -> None:
    frame = FRAME.replace("term_months: 36", "term_months: 12")
    assert any("the term of 12 months ends before the first" in each for each in told(frame=frame))


def test_reviews_that_the_term_has_no_time_for() -> None:
    fee = "{clause: fixed, label: f, amount: 5}"
    late = "{clause: benchmark, label: b, index: market, price: 5, every_months: 36, of: [" + fee + "]}"
    assert any("prices are compared after 36 months, in a term of 36" in each for each in told(late))
    assert not any("compared after" in each for each in told(late.replace("months: 36", "months: 12")))
    path = "{clause: indexed, label: p, plus: -0.02, every_months: %s, of: [" + fee + "]}"
    assert any("amounts change every 48 months, and the term" in each for each in told(path % 48))
    assert told(path % 6) == []  # no index, so nothing that runs away; and time enough


def test_damages_under_a_cap_on_liability_are_limited() -> None:
    damages = "{clause: damages, label: d, channel: inbound, meter: client_loss, rate: 1}"
    assert any("the sum of damages has no limit" in each for each in told(damages))
    assert told("{clause: liability_cap, label: l, amount: 5, of: [" + damages + "]}") == []


def test_a_level_followed_under_a_cap_runs_away_with_nobody() -> None:
    follows = "{clause: indexed, label: x, index: fx, against: base, every_months: 1, of: [{clause: fixed, amount: 5}]}"
    said = "prices follow the index without a yearly limit"
    assert any(said in each for each in told(follows))
    assert not any(
        said in each for each in told("{clause: cap, label: m, at: {amount: 9}, of: [" + follows + "]}")
    )


def test_a_level_below_the_one_that_costs_contradicts_it() -> None:
    level = "service_level: {target: 0.7, within_s: 20}\n"
    contradiction = [each for each in found(CREDIT, more=level) if each.weight == "error"]
    assert [each.sentence for each in contradiction] == [
        "credits begin at 80 %, but the vendor is to plan for 70 %"
    ]
    assert not [each for each in found(CREDIT, more=level.replace("0.7", "0.8")) if each.weight == "error"]


BONUS = (
    "{clause: bonus, label: bonus, channel: inbound, fees: [minutes], at_most: 0.1, measures: [{kpi: service_level,"
    " target: 0.75, within_s: 20, bonus: {by: point, points: exact, share: 0.01}}]}"
)


def test_a_bonus_below_the_target_that_costs_contradicts_it() -> None:
    errors = [each for each in found(CREDIT, BONUS) if each.weight == "error"]
    assert [each.sentence for each in errors] == [
        "is earned from 0.75 on, while 'credit' is owed up to 0.8: between them both are due for one result"
    ]
    for harmless in (
        BONUS.replace("0.75", "0.85"),
        BONUS.replace("measures", "not_with_credit: credit, measures"),
        BONUS.replace("service_level, target: 0.75, within_s: 20", "csat, target: 0.75"),
    ):
        assert not [each for each in found(CREDIT, harmless) if each.weight == "error"]


def test_a_trigger_that_the_term_has_no_windows_for() -> None:
    trigger = "triggers: [{name: chronic, if: {failures_of: credit, in_a_row: 40}, opens: exit}]\n"
    said = "needs 40 missed windows, and the term leaves 33 of a month to be measured"
    assert [each.sentence for each in found(CREDIT, more=trigger) if each.topic == "idle"] == [said]
    assert not [each for each in found(CREDIT, more=trigger.replace("40", "3")) if each.topic == "idle"]


def test_two_sites_are_two_targets() -> None:
    twice = CREDIT.replace("label: credit", "label: second, site: cebu").replace("0.8", "0.85")
    assert not any("one miss is paid for twice" in each for each in told(CREDIT, twice))


def test_one_miss_paid_for_twice() -> None:
    twice = CREDIT.replace("label: credit", "label: second").replace("0.8", "0.85")
    assert any(
        "'credit' has a target for the same KPI (0.8): one miss is paid for twice" in each
        for each in told(CREDIT, twice)
    )


def silent(*clauses: str, more: str = "", frame: str = FRAME) -> set[str]:
    return {str(each.place[-1]) for each in found(*clauses, more=more, frame=frame) if each.topic == "silent"}


@pytest.mark.row("R020", "R117")
def test_what_is_not_said_is_asked_for() -> None:
    assert silent(CREDIT) == {
        "hour_means", "training", "source", "audit", "clauses", "renewal", "triggers", "sole_remedy",
        "liability_cap_months", "taxes", "dispute", "governance", "continuity", "liability", "ending",
    }  # fmt: skip


def test_a_contract_that_speaks_of_a_duty_is_not_silent_on_it() -> None:
    more = (
        "governance: {root_cause_days: 10}\ncontinuity: {recovery_hours: 4}\nliability: {unlimited: [fraud]}\n"
        "ending: {data_return_days: 30}\n"
    )
    assert not {"governance", "continuity", "liability", "ending"} & silent(CREDIT, more=more)
    banded = CREDIT.replace("measures", "forecast_band: 0.1, measures")
    assert "volumes" in silent(banded) and "volumes" not in silent(CREDIT)
    locked = "volumes: {forecast: {every: month, horizon_months: 3, locked_months: 1}}\n"
    assert "volumes" not in silent(banded, more=locked)
    capped = "{clause: liability_cap, label: l, amount: 5, of: [" + CREDIT + "]}"
    assert "liability_cap_months" not in silent(capped)


def test_what_does_not_matter_is_not_asked_for() -> None:
    frame = FRAME.split("  - {clause: indexed")[0]
    fee = "{clause: fixed, label: fee, amount: 500}"
    asked = silent(fee, frame=frame)
    assert {"hour_means", "training", "repeats", "sole_remedy", "triggers"} & asked == set()
    assert "how prices move over 36 months: nothing is indexed" in " ".join(
        each.sentence for each in found(fee, frame=frame)
    )


def test_repeats_are_asked_for_where_contacts_that_come_back_are_paid() -> None:
    assert "repeats" in silent("{clause: per_unit, label: m, channel: inbound, meter: answered, rate: 1}")
    assert "repeats" not in silent(
        "{clause: per_unit, label: m, channel: inbound, meter: payable_contacts, rate: 1}"
    )


@pytest.mark.parametrize("path", CATALOGUE, ids=lambda path: path.stem)
def test_findings_of_the_catalogue_have_places(path: Path) -> None:
    contract, document = read_document(path)
    findings = lint(contract)
    weights = [WEIGHTS.index(each.weight) for each in findings]
    assert weights == sorted(weights)
    for each in findings:
        said = each.said(document)
        assert said.startswith(str(path.name)) or f"{path.name}:" in said
        assert each.as_dict(document)["line"] is not None
        if each.label and each.topic != "silent":
            document.value(each.place[:2])


NOT_IDLE = [
    CREDIT.replace("{by: point, points: exact, share: 0.01}", "{by: lump, share: 0.1}"),
    CREDIT.replace("{by: point, points: exact, share: 0.01}", "{by: lump, share: 0.03}").replace(
        "credit: {", "window: week, credit: {"
    ),
    CREDIT.replace("{by: point, points: exact, share: 0.01}", "{by: lump, amount: 5}"),
    "{clause: cap, label: c, at: {amount: 49}, of: [{clause: fixed, amount: 50}]}",
    "{clause: cap, label: c, at: {amount: 50}, of: [{clause: per_unit, channel: inbound, meter: offered, rate: 1}]}",
    "{clause: floor, label: c, at: {amount: 61}, of: [{clause: fixed, amount: 60}]}",
    "{clause: cap, label: c, at: {amount: 301}, of: [{clause: tiered, channel: inbound, meter: offered, mode: marginal,"
    " tiers: [{up_to: 100, rate: 3}, {rate: 2}]}]}",
]


@pytest.mark.parametrize("clause", NOT_IDLE)
def test_what_may_act_is_not_called_idle(clause: str) -> None:
    assert [each for each in found(clause) if each.topic == "idle"] == []


def test_a_trigger_on_credits_above_what_is_at_risk_never_opens() -> None:
    more = "triggers: [{name: t, if: {credits_of: credit, above_share: 0.1}, opens: exit}]\n"
    assert any("never above 10 %" in each for each in told(CREDIT, more=more))
