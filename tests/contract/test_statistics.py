"""Statistics of a time and targets tested by the day or week: what they read, refuse, print, and come to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from orm_sim.contract import NOTHING, Contract, settle
from orm_sim.contract.contract_file import meters_read
from orm_sim.contract.diff import differences
from orm_sim.contract.history import read_history
from orm_sim.core.errors import InputError
from orm_sim.core.loader import build, parse_yaml
from orm_sim.scenario.metered import unmetered

FRAME = """\
title: t
scope: [inbound]
term_months: 12
payment: {net_days: 30}
notice_days: 30
clauses:
  - {clause: fixed, label: fee, amount: 10000}
"""
LUMP = "credit: {by: lump, amount: 100}"
POINT = "credit: {by: point, points: exact, amount: 10}"
P90 = "kpi: wait_s, statistic: percentile, at: 0.9, target: 30"
TAIL = "kpi: wait_s, statistic: tail_share, above_s: 20, target: 0.2"
WEEKLY = "kpi: service_level, within_s: 20, target: 0.8, window: week"


def credit(*measures: str, label: str = "credit", more: str = "") -> str:
    listed = ", ".join(f"{{{each}}}" for each in measures)
    return (
        f"  - {{clause: service_credit, label: {label}, channel: inbound, fees: [fee], at_risk: 0.4, grace_months: 0,"
        f"{more} measures: [{listed}]}}\n"
    )


def contract(*clauses: str, more: str = "") -> Contract:
    return build(Contract, parse_yaml(FRAME + "".join(clauses) + more, "a.yaml"))


def refusal(*clauses: str) -> str:
    with pytest.raises(InputError) as caught:
        contract(*clauses)
    return str(caught.value)


@pytest.mark.parametrize(
    ("measure", "read"),
    [
        ("kpi: wait_s, statistic: mean, target: 30", {"wait_all_s", "offered"}),
        ("kpi: wait_s, statistic: mean, of: answered, target: 30", {"wait_answered_s", "answered"}),
        (P90, {"wait_p90_s", "offered"}),
        (P90.replace("0.9", "0.37") + ", of: answered", {"wait_answered_p37_s", "answered"}),
        (TAIL, {"tail_share_20s", "offered"}),
        ("kpi: handle_time_s, statistic: tail_share, above_s: 900, target: 0.1",
         {"tail_share_handle_time_900s", "answered"}),
        (WEEKLY, {"weeks_missed_service_level", "weeks_open"}),
        (f"{P90}, window: day", {"days_missed_wait_p90_s", "days_open"}),
    ],
)  # fmt: skip
def test_each_statistic_reads_the_column_that_is_named_for_it(measure: str, read: set[str]) -> None:
    assert {name for _, name in meters_read(contract(credit(f"{measure}, {LUMP}")))} == read


CASES = [
    pytest.param(f"kpi: wait_s, target: 30, {LUMP}", "'wait_s' needs its `statistic`: mean, percentile or tail_share"),
    pytest.param(f"kpi: asa, statistic: mean, target: 9, {LUMP}", "'asa' has a statistic of its own: one is"),
    pytest.param(f"kpi: wait_s, statistic: percentile, target: 30, {LUMP}", "a percentile needs `at`"),
    pytest.param(f"kpi: wait_s, statistic: mean, at: 0.9, target: 30, {LUMP}", "`at` belongs to a percentile"),
    pytest.param(f"kpi: wait_s, statistic: tail_share, target: 0.2, {LUMP}", "a tail share needs `above_s`"),
    pytest.param(f"{P90}, above_s: 9, {LUMP}", "`above_s` belongs to a tail share, not to a percentile"),
    pytest.param(f"{P90.replace('0.9', '0.975')}, {LUMP}", "at whole per cents, from 0.01 to 0.99, not at 0.975"),
    pytest.param(f"{P90.replace('0.9', '90')}, {LUMP}", "measures[0].at = 90"),
    pytest.param(f"{TAIL.replace('20', '7.5')}, {LUMP}", "tails are reported at whole seconds"),
    pytest.param(f"{TAIL.replace('0.2', '20')}, {LUMP}", "'tail_share' is a share, from 0 to 1, and can never be 20"),
    pytest.param(f"{P90}, of: offered_less_short, {LUMP}", "'wait_s' is that of contacts offered or answered"),
    pytest.param("kpi: handle_time_s, statistic: mean, of: answered, target: 9, " + LUMP, "that of contacts answered"),
    pytest.param(f"kpi: waits_s, statistic: mean, target: 30, {LUMP}", "unknown KPI id.  Did you mean 'wait_s'?"),
    pytest.param(f"{WEEKLY}, {POINT}", "tells how many weeks missed the target, not by how much: give a lump for each"),
    pytest.param(f"{WEEKLY.replace('week', 'month')}, {LUMP}", "must be one of 'day', 'week', or null"),
    pytest.param(f"{WEEKLY}, minimum: 0.7, {LUMP}", "ask for the result, which a count of weeks missed does not tell"),
    pytest.param("kpi: csat, target: 0.8, missed_at_most: 0.2, " + LUMP, "needs the `window` they are tested in"),
    pytest.param(
        WEEKLY + ", missed_at_most: 0.25, credit: {by: band, bands: [{worse_than: 0.2, share: 0.1}]}",
        "gets worse above its target of 0.25",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("measure", "said"), CASES)
def test_what_cannot_be_measured_is_refused_in_a_sentence(measure: str, said: str) -> None:
    found = refusal(credit(measure))
    assert "a.yaml:8" in found
    assert said in found


def test_two_targets_of_one_kpi_cannot_share_a_count_of_weeks() -> None:
    other = credit(f"{WEEKLY.replace('0.8', '0.7')}, {LUMP}", label="other")
    found = refusal(credit(f"{WEEKLY}, {LUMP}"), other)
    assert "clauses[2].measures[0].window" in found
    assert "column 'weeks_missed_service_level' can count the misses of one of them only" in found
    contract(credit(f"{WEEKLY}, {LUMP}"), credit(f"{WEEKLY}, default_only: true", label="other"))  # one test


def test_a_history_without_the_column_is_told_its_name(tmp_path: Path) -> None:
    path = tmp_path / "kpis.csv"
    path.write_text("month,inbound.offered,inbound.weeks_open\n1,100,4\n")
    with pytest.raises(InputError) as caught:
        read_history(path, contract(credit(f"{P90}, {LUMP}", f"{WEEKLY}, {LUMP}")))
    found = str(caught.value)
    assert "has no column 'inbound.wait_p90_s', which the contract reads" in found
    assert "has no column 'inbound.weeks_missed_service_level', which the contract reads" in found
    assert "open weeks that miss the contract's target for service level" in found


def test_a_history_with_the_columns_is_read_and_shares_may_be_per_cents(tmp_path: Path) -> None:
    path = tmp_path / "kpis.csv"
    path.write_text("month,inbound.offered,inbound.tail_share_20s,inbound.wait_p77_s\n1,100,25%,9\n")
    history = read_history(path, contract(credit(f"{TAIL}, {POINT}")))
    assert history.months[0]["inbound", "tail_share_20s"] == 0.25
    assert any("inbound.wait_p77_s (D)" in note for note in history.notes)  # a meter, though nobody reads it


def test_a_scenario_that_would_have_to_simulate_them_is_refused() -> None:
    told = unmetered(contract(credit(f"{P90}, {LUMP}", f"{WEEKLY}, {LUMP}")), 20.0)
    assert told is not None
    assert (
        "reads 'wait_p90_s' of inbound contacts: the simulation does not count it (a history may, in the"
        in told
    )
    assert "column `inbound.weeks_missed_service_level`" in told
    assert unmetered(contract(credit(f"kpi: wait_s, statistic: mean, target: 30, {LUMP}")), 20.0) is None


def test_the_words_print_and_every_change_of_them_is_seen() -> None:
    before = contract(credit(f"{P90}, {LUMP}", f"{WEEKLY}, {LUMP}"))
    sheet = str(before)
    assert "90th percentile of wait at most 30 s, else $100.00" in sheet
    assert "answered in 20 s, each week tested by itself, else $100.00 for each week that misses it" in sheet
    assert "90th percentile of wait: wait that 90 % of offered contacts do not exceed" in sheet
    assert "share of weeks that miss service level" in sheet.lower()
    changes: list[tuple[str, str]] = [("at: 0.9", "at: 0.8"), ("window: week", "window: day")]
    for old, new in changes:
        text = FRAME + credit(f"{P90}, {LUMP}", f"{WEEKLY}, {LUMP}").replace(old, new)
        after = build(Contract, parse_yaml(text, "a.yaml"))
        assert str(after) != sheet
        assert len(differences(before, after)) == 1
        assert Contract.model_validate(after.dump()) == after


def months(**meters: float) -> dict[tuple[str, str], Any]:
    return {("inbound", name): value for name, value in meters.items()}


def test_credits_rise_with_the_weeks_missed_and_stop_at_the_amount_at_risk() -> None:
    terms = contract(credit(f"{WEEKLY}, credit: {{by: lump, amount: 1500}}"))
    owed = []
    for missed in range(5):
        items, _ = settle(terms, NOTHING, months(weeks_open=4.0, weeks_missed_service_level=float(missed)), 0)
        owed.append(-float(items[1].amount))
    assert owed == [0.0, 1500.0, 3000.0, 4000.0, 4000.0]  # 40 % of $10,000


def test_a_month_without_a_week_is_neither_missed_nor_met() -> None:
    terms = contract(credit(f"{WEEKLY}, {LUMP}"))
    items, _ = settle(terms, NOTHING, months(weeks_open=0.0, weeks_missed_service_level=0.0), 0)
    assert np.isnan(items[1].parts["missed"])
    assert float(items[1].amount) == 0.0


def test_a_statistic_and_its_id_come_to_the_same() -> None:
    by_words = contract(credit(f"{P90}, {POINT}", f"{TAIL}, {POINT}"))
    by_id = contract(
        credit(f"kpi: wait_p90_s, target: 30, {POINT}", f"kpi: tail_share_20s, target: 0.2, {POINT}")
    )
    meters = months(offered=1000.0, wait_p90_s=47.5, tail_share_20s=0.31)
    one, other = (settle(each, NOTHING, meters, 0)[0][1].amount for each in (by_words, by_id))
    assert float(one) == float(other) == -(17.5 + 11.0) * 10.0
