"""Frictionless limits through the product's own foresight: what `orm-sim respond` chooses is the optimum of theory.

A pool of exponential laws round the clock, nobody to hire, to teach or to lose: optima are found here from the balance
equations of Erlang A (`tests/vendor/theory.py`). Sources: Hasija, Pinker & Shumsky (2008); Ren & Zhou (2008).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from orm_sim.core.loader import load_yaml
from orm_sim.scenario.load import load_scenario
from orm_sim.simulation.respond import Response, respond
from tests.simulation.bank import ROOT
from tests.vendor.theory import chain

PER_HOUR, HANDLE_S, PATIENCE_S, WITHIN_S, WAGE = 150.0, 330.0, 150.0, 20.0, 4.0
MONTH_HOURS = 365.25 / 12.0 * 24.0
RATIOS = [round(0.3 + 0.05 * i, 2) for i in range(27)]
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Document = dict[str, Any]


@cache
def whole(agents: int) -> tuple[float, float]:
    """Service level and abandonment."""
    return chain(agents, PER_HOUR / 3600.0, HANDLE_S, PATIENCE_S, WITHIN_S) if agents else (0.0, 1.0)


def pool(agents: float) -> tuple[float, float]:
    """The same with part of an agent."""
    part = agents - math.floor(agents)
    below, above = whole(math.floor(agents)), whole(math.floor(agents) + 1)
    return tuple((1.0 - part) * a + part * b for a, b in zip(below, above, strict=True))  # type: ignore[return-value]


@cache
def required() -> float:
    """Agents of whom 80 % of contacts are answered within 20 s."""
    above = next(n for n in range(1, 99) if whole(n)[0] >= 0.8)
    low, high = whole(above - 1)[0], whole(above)[0]
    return above - 1 + (0.8 - low) / (high - low)


def measured(value: float, unit: str = "ratio") -> Document:
    return {"value": value, "se": None, "n": 1, "unit": unit, "source": "assumption", "grade": "D"}


def shapes() -> Document:
    """The bank's records with a flat inbound programme of exponential laws."""
    found = load_yaml(ROOT / "scenarios" / "programmes" / "retail_bank.yaml").data
    hazard = {"until_s": None, "per_s": 1.0 / PATIENCE_S, "se": 0.0, "n": 1}
    profile = {
        "weekdays": DAYS, "interval_s": 1800, "value": [1 / 48] * 48, "se": [0.0] * 48, "n": 1, "unit": "share",
        "source": "assumption", "grade": "D",
    }  # fmt: skip
    log_sd = math.sqrt(math.log(2.0))
    one = {
        "mix": measured(1.0), "handle_relative_mean": measured(1.0), "handle_cv": measured(1.0),
        "handle_log_sd": measured(log_sd, "log_s"),
    }  # fmt: skip
    names = found["inbound"]["season"]
    flat = {
        "types": {"one": one}, "season": {name: measured(1.0) for name in names},
        "weekday": {day: measured(1.0) for day in DAYS}, "holiday": measured(1.0), "profile": {"flat": profile},
        "busyness": {name: measured(0.0) for name in ("day_cv", "day_lag1", "interval_cv")},
        "patience": {
            "median_s": measured(PATIENCE_S * math.log(2.0)), "exponential_mean_s": measured(PATIENCE_S),
            "hazard": {"unit": "per_s", "source": "assumption", "grade": "D", "pieces": [hazard]},
        },
        "short_share": measured(0.0), "agent_spread": measured(0.0), "availability": measured(1.0),
    }  # fmt: skip
    return {**found, "inbound": flat}


def flat_bank(clauses: list[Document]) -> Document:
    """A year round the clock without frictions, doubts, hazards or hopes."""
    workforce = {
        "wage_per_hour": WAGE, "on_cost": 0.0, "wage_growth_per_year": 0.0, "support_per_agent_month": 0,
        "seat_per_month": 0, "hiring_cost": 0, "attrition_per_year": 0.0, "paid_hours_per_week": 40.0, "shrinkage": 0.0,
        "schedule_efficiency": 1.0, "recruit_weeks": 0, "training_weeks": 0, "offer_no_show": 0.0,
        "learning": {"handle_speed_at_start": 1.0, "resolution_at_start": 1.0, "conversion_at_start": 1.0},
    }  # fmt: skip
    traits = {
        "risk_tolerance": None, "discount_rate_per_year": 0.0, "ruin_loss": 0, "honesty": 0, "outside_margin": None,
        "looks_beyond_months": 0, "renewal": {"months": 0},
    }  # fmt: skip
    inbound = {
        "contacts_per_week": PER_HOUR * 168.0, "handle_time_s": HANDLE_S, "opens_hour": 0, "closes_hour": 24,
        "path": {"contacts_per_year": 0, "handle_time_per_year": 0},
        "service": {"share": 0.8, "threshold_s": WITHIN_S}, "resolution": {"fcr": 0.7, "return_share": 0.0},
    }  # fmt: skip
    return {
        "extends": str(ROOT / "scenarios" / "bank.yaml"), "name": "flat", "title": "Flat",
        "programme": {"months": 12, "holidays": [], "shapes": shapes(), "inbound": inbound},
        "vendor": {
            "policy": "best_response", "labour": "none", "account_overhead_per_month": 0,
            "firm": {"opening_cash": 1e9, "credit_line": 1e9},
            "offshore": {"handle_time_factor": 1.0, "fcr_points": 0.0}, "workforce": workforce, "traits": traits,
            "doubts": dict.fromkeys(("volume", "handle_time", "conversion", "attrition", "service"), 0),
            "levers": {
                "staffing_ratio": RATIOS, "wage_premium": [0.0], "training": [1.0], "coaching_hours": [0.5],
                "pressure": [0.0],
            },
        },
        "client": {"in_house": {"workforce": {"attrition_per_year": 0.0}}},
        "relationship": {"exit_rule": None, "ramp": [{"week": 1, "share": 1.0}]},
        "risks": {"without": ["outage", "weather", "shock"]}, "evaluation": {"forecast_cv": 0.0}, "evidence": [],
        "contract": {
            "title": "t", "scope": ["inbound"], "term_months": 12, "payment": {"net_days": 0}, "notice_days": 30,
            "clauses": clauses,
        },
    }  # fmt: skip


def chosen(tmp_path: Path, *clauses: Document) -> Response:
    """What the vendor does under these clauses."""
    file = tmp_path / "flat.yaml"
    file.write_text(json.dumps(flat_bank(list(clauses))), encoding="utf-8")
    return respond(load_scenario(file))


def per_contact(rate: float) -> Document:
    return {"clause": "per_unit", "label": "fee", "channel": "inbound", "meter": "answered", "rate": rate}


def worth(pay: Callable[[float, float], float]) -> list[float]:
    """A month's profit by ratio, of what is paid for a contact by service level and abandonment."""
    contacts = PER_HOUR * MONTH_HOURS
    return [
        contacts * pay(*pool(ratio * required())) - WAGE * MONTH_HOURS * ratio * required()
        for ratio in RATIOS
    ]


def agrees(found: Response, by_theory: list[float]) -> None:
    """Within a step of the best ratio, or worth within half a per cent of the wages as much: the top is flat."""
    ratio = found.decision.plan.staffing_ratio
    best = int(np.argmax(by_theory))
    regret = by_theory[best] - by_theory[RATIOS.index(ratio)]
    near = abs(ratio - RATIOS[best]) < 0.051
    assert near or regret < 0.005 * WAGE * MONTH_HOURS * required(), (ratio, RATIOS[best], regret)


@pytest.mark.parametrize("fee", [0.3, 0.55, 0.8, 2.5])
def test_a_fee_per_answered_contact_is_staffed_to_where_one_more_agent_no_longer_pays(
    tmp_path: Path, fee: float
) -> None:
    found = chosen(tmp_path, per_contact(fee))
    agrees(found, worth(lambda level, lost: fee * (1.0 - lost)))


def test_fee_and_penalty_that_are_value_and_loss_staff_first_best_and_less_pays_for_less(
    tmp_path: Path,
) -> None:
    """Value 1.0 of an answered contact and a loss of 0.6 for an abandoned one: fee 0.7 with penalty 0.9 shares them."""

    def penalty(rate: float) -> Document:
        return {"clause": "damages", "label": "pen", "channel": "inbound", "meter": "abandoned", "rate": rate}

    joint = worth(lambda level, lost: 1.0 * (1.0 - lost) - 0.6 * lost)
    full, small = (chosen(tmp_path, per_contact(0.7), penalty(rate)) for rate in (0.9, 0.01))
    agrees(full, joint)
    assert small.decision.plan.staffing_ratio < full.decision.plan.staffing_ratio - 0.05


def test_a_lump_credit_is_ignored_well_below_its_break_even_and_met_well_above(tmp_path: Path) -> None:
    fee = 0.55
    free = worth(lambda level, lost: fee * (1.0 - lost))
    compliant = next(i for i, ratio in enumerate(RATIOS) if pool(ratio * required())[0] >= 0.8)
    best = int(np.argmax(free))
    assert best < compliant
    for times, expected in ((0.5, best), (2.0, compliant)):
        lump = {"by": "lump", "amount": times * (free[best] - free[compliant])}
        credit = {
            "clause": "service_credit", "label": "credit", "channel": "inbound", "fees": ["fee"], "at_risk": 1.0,
            "grace_months": 0,
            "measures": [{"kpi": "service_level", "target": 0.8, "within_s": WITHIN_S, "credit": lump}],
        }  # fmt: skip
        ratio = chosen(tmp_path, per_contact(fee), credit).decision.plan.staffing_ratio
        assert abs(ratio - RATIOS[expected]) < 0.051, (times, ratio, RATIOS[expected])


def test_whoever_can_be_had_at_once_is_there_in_the_first_month(tmp_path: Path) -> None:
    """No lead time: the service asked for is met in every month from the first on."""
    found = chosen(tmp_path, per_contact(2.5))
    assert found.decision.met[found.decision.chosen] == 1.0
