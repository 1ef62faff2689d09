"""A contract may only be settled on what the simulation counts: the rest is refused at load, with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from orm_sim.contract.contract import Contract
from orm_sim.core.errors import InputError
from orm_sim.core.loader import build, parse_yaml
from orm_sim.scenario.load import load_scenario
from orm_sim.scenario.metered import unmetered

ROOT = Path(__file__).resolve().parents[2]
FRAME = "title: t\nscope: [inbound, outbound]\nterm_months: 12\npayment: {net_days: 30}\nnotice_days: 30\nclauses:\n"
HOURS = "  - {clause: per_unit, label: hours, channel: inbound, meter: productive_hours, rate: 14}\n"


def said(*clauses: str, threshold_s: float = 20.0) -> str | None:
    text = FRAME + HOURS + "".join(f"  - {clause}\n" for clause in clauses)
    return unmetered(build(Contract, parse_yaml(text, "a.yaml")), threshold_s)


def credit(measure: str) -> str:
    return (
        "{clause: service_credit, channel: inbound, fees: [hours], at_risk: 0.1, grace_months: 0, measures:"
        f" [{{{measure}, credit: {{by: lump, amount: 5}}}}]}}"
    )


def test_what_is_counted_passes() -> None:
    assert said(credit("kpi: service_level, target: 0.8, within_s: 20")) is None
    assert said(credit("kpi: csat, target: 0.8")) is None
    assert said("{clause: fixed, amount: 500}") is None
    assert (
        said(
            "{clause: volume_adjustment, channel: inbound, forecast: forecast_offered, dead_band: 0, arc_rate: 1,"
            " rrc_rate: 1}"
        )
        is None
    )


@pytest.mark.parametrize(
    ("clause", "sentence"),
    [
        (
            "{clause: when, if: {covenant: liquidity, below: 1}, of: [{clause: fixed, amount: 5}]}",
            "asks for 'liquidity' as a party reports it: the simulation reports no such figure",
        ),
        (
            "{clause: benchmark, index: market, price: 5, every_months: 6, of: [{clause: fixed, amount: 5}]}",
            "cites the price index 'market', of which nothing is known",
        ),
        (
            credit("kpi: error_rate, target: 0.01"),
            "reads 'audited' of inbound contacts: the simulation does not count it",
        ),
        (
            credit("kpi: cost_per_contact, target: 4"),
            "reads 'cost' of inbound contacts: the simulation does not count it",
        ),
        (
            "{clause: per_unit, label: x, channel: inbound, meter: night_hours, rate: 1}",
            "reads 'night_hours' of inbound contacts: the simulation does not count it",
        ),
        (
            "{clause: cost_plus, label: x, markup: 0.1}",
            "simulation does not count it (a history may, in the column `inbound.vendor_cost`); reads 'vendor_cost'",
        ),
        (
            "{clause: per_unit, label: x, site: cebu, channel: inbound, meter: offered, rate: 1}",
            "reads 'offered' of inbound contacts at the site 'cebu': the simulation counts all sites together",
        ),
        (
            "{clause: between, from_month: 11, of: [{clause: per_unit, channel: inbound, meter: seats, rate: 1}]}",
            "reads 'seats' of inbound contacts",
        ),
        (
            "{clause: gain_share, channel: inbound, kpi: service_level, within_s: 60, value_per_point: 1,"
            " vendor_share: 0.5}",
            "measures contacts answered within 60 s, but they are counted at 20 s",
        ),
        (
            "{clause: per_unit, label: x, channel: outbound, meter: offered, rate: 1}",
            "reads 'offered' of outbound contacts: it is counted on inbound contacts only",
        ),
        (
            "{clause: per_unit, label: x, channel: inbound, meter: sales_net, rate: 1}",
            "reads 'sales_net' of inbound contacts: it is counted on outbound contacts only",
        ),
        (
            "{clause: indexed, index: prices, of: [{clause: fixed, amount: 5}]}",
            "cites the price index 'prices', of which nothing is known.  Indices: wages",
        ),
        (
            credit("kpi: service_level, target: 0.8, within_s: 120"),
            "measures contacts answered within 120 s, but they are counted at 20 s",
        ),
    ],
)
def test_what_is_not_counted_is_refused(clause: str, sentence: str) -> None:
    assert sentence in (said(clause) or "")


def test_a_threshold_of_the_programme_s_own_passes() -> None:
    assert said(credit("kpi: service_level, target: 0.8, within_s: 120"), threshold_s=120.0) is None


def test_a_scenario_says_it_at_load() -> None:
    with pytest.raises(InputError, match=r"counted at 30 s: set programme\.inbound\.service\.threshold_s"):
        load_scenario(
            ROOT / "scenarios" / "bank_per_hour.yaml", {"programme.inbound.service.threshold_s": "30"}
        )


def test_a_service_asked_for_within_another_time_is_refused() -> None:
    level = {"contract.service_level": "{target: 0.8, within_s: 120}"}
    with pytest.raises(
        InputError, match=r"service_level asks for answers within 120 s, but they are counted"
    ):
        load_scenario(ROOT / "scenarios" / "bank_per_hour.yaml", level)


def test_a_clause_that_waits_for_an_event_is_refused() -> None:
    found = said("{clause: when, label: breach, if: {event: data_breach}, of: [{clause: fixed, amount: 5}]}")
    assert found is not None
    assert found.startswith(
        "'breach' is owed only for a month with a breach of data security by the vendor, which the"
    )
    assert "`events.data_breach`" in found


def test_a_trigger_that_waits_for_an_event_is_refused() -> None:
    text = FRAME + (
        "  - {clause: fixed, amount: 5}\ntriggers:\n"
        "  - {name: change of hands, if: {event: change_of_control}, opens: exit}\n"
    )
    found = unmetered(build(Contract, parse_yaml(text, "a.yaml")), 20.0)
    assert found is not None
    assert found.startswith(
        "the trigger 'change of hands' waits for a change of control of the vendor, which the"
    )
    assert "`events.change_of_control`" in found


def test_weekly_invoices_are_refused() -> None:
    frame = FRAME.replace("{net_days: 30}", "{net_days: 30, every: week}")
    found = unmetered(build(Contract, parse_yaml(frame + HOURS, "a.yaml")), 20.0)
    assert found is not None and "the simulation settles a month at its end" in found
