"""Lint with simulated months: tiers, steps and bounds nothing comes near are found, those in use are not."""

from __future__ import annotations

from typing import Any

import numpy as np

from orm_sim.contract.contract import Contract
from orm_sim.demand.programme import CHANNELS
from orm_sim.simulation.history import NAMES
from orm_sim.simulation.pricing import Metered
from orm_sim.simulation.reach import unreached

MONTHS = 6


def lived() -> list[Metered]:
    """Two histories: 1,000 contacts a month and 2,000, 50 sales in 100 hours, forecasts as they come."""
    histories = []
    for offered in (1000.0, 2000.0):
        meters = np.zeros((len(CHANNELS), len(NAMES), MONTHS + 3))
        for channel, name, value in (
            ("inbound", "offered", offered), ("inbound", "forecast_offered", offered),
            ("outbound", "sales_net", 50.0), ("outbound", "productive_hours", 100.0),
        ):  # fmt: skip
            meters[CHANNELS.index(channel), NAMES.index(name), :MONTHS] = value
        histories.append(Metered(meters, np.arange(1, MONTHS + 4) * 30, 0.0))
    return histories


def told(*clauses: dict[str, Any]) -> list[str]:
    contract = Contract.model_validate({
        "title": "t", "scope": ["inbound", "outbound"], "term_months": MONTHS, "payment": {"net_days": 30},
        "notice_days": 30, "clauses": list(clauses),
    })  # fmt: skip
    return [each.said() for each in unreached(contract, lived(), 0.03)]


def tiered(*edges: float, mode: str = "marginal", window: str = "month") -> dict[str, Any]:
    tiers = [*({"up_to": edge, "rate": 3.0 - 0.1 * place} for place, edge in enumerate(edges)), {"rate": 1.0}]
    return {
        "clause": "tiered", "label": "contacts", "channel": "inbound", "meter": "offered", "mode": mode,
        "window": window, "tiers": tiers,
    }  # fmt: skip


def test_a_tier_above_the_busiest_month_is_found() -> None:
    (finding,) = told(tiered(1500.0, 2000.0, 9000.0))
    assert finding.startswith(
        "clauses[0].tiers[2] (contacts)\n    warning, idle: begins above 2,000; the most of a month"
    )
    assert "in 2 simulated histories is 2,000" in finding
    assert told(tiered(1500.0)) == []


def test_tiers_are_held_against_volume_of_their_window() -> None:
    assert told(tiered(5999.0, window="quarter")) == []
    assert (
        "the most of a quarter in 2 simulated histories is 6,000" in told(tiered(6000.0, window="quarter"))[0]
    )


def test_a_tier_that_every_month_leaves_behind_is_found_where_it_prices_nothing() -> None:
    assert "tiers[0]" in told(tiered(900.0, mode="whole_volume"))[0]
    assert told(tiered(900.0)) == []  # marginal: its units are paid in every month


def test_a_step_above_the_best_month_is_found() -> None:
    commission: dict[str, Any] = {
        "clause": "commission", "label": "sales", "channel": "outbound", "rate": 40.0, "clawback": "none",
        "scale": {"per": "productive_hours", "steps": [{"up_to": 0.5, "multiple": 1.0}, {"multiple": 2.0}]},
    }  # fmt: skip
    (finding,) = told(commission)
    assert finding.startswith("clauses[0].scale.steps[1] (sales)")
    assert "the most of a month in 2 simulated histories is 0.5" in finding
    commission["scale"]["steps"][0]["up_to"] = 0.4
    assert told(commission) == []


def test_bounds_that_never_bind_are_found() -> None:
    per_contact = {
        "clause": "per_unit",
        "label": "contact",
        "channel": "inbound",
        "meter": "offered",
        "rate": 2.0,
    }
    capped = {"clause": "cap", "label": "budget", "at": {"amount": 4000.0}, "of": [per_contact]}
    assert "clauses[0] (budget)\n    note, idle: the cap is never reached in 6 months of 2" in told(capped)[0]
    assert told({**capped, "at": {"amount": 3999.0}}) == []
    floor = {"clause": "floor", "label": "draw", "at": {"amount": 2000.0}, "of": [per_contact]}
    assert "the guarantee never tops anything up" in told(floor)[0]
    committed = {
        "clause": "minimum_commitment", "label": "volume", "channel": "inbound", "share": 0.8, "fee": "contact",
        "units_per_contact": 1.0,
    }  # fmt: skip
    assert "the commitment is never fallen short of" in told(per_contact, committed)[0]
    assert told(per_contact, {**committed, "share": 1.2}) == []
