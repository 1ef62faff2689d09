"""The shipped study of gaming: what is measured is gamed by who is paid for it, and by nobody else."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from orm_sim.scenario.load import LoadedStudy, load_study
from orm_sim.simulation.respond import respond
from orm_sim.vendor.decision.valuation import Decision

STUDY = Path(__file__).resolve().parents[2] / "scenarios" / "studies" / "gaming.yaml"
SMALL = {
    "programme.inbound.contacts_per_week": "2500",
    "programme.outbound.leads_per_month": "5400",
    "programme.outbound.seats": "4",
    "vendor.account_overhead_per_month": "2500",
    "evaluation.price_replications": "1",
}
GAMES = ("pressure", "cut_late", "cherry_pick", "in_time_first")


@cache
def study(honesty: float) -> LoadedStudy:
    return load_study(STUDY, {**SMALL, "vendor.traits.honesty": str(honesty)})


@cache
def decided(option: str, honesty: float = 40.0) -> Decision:
    return respond(study(honesty).options[option]).decision


def played(option: str, honesty: float = 40.0) -> dict[str, float]:
    """The games of the plan that is chosen."""
    plan = decided(option, honesty).plan
    return {name: getattr(plan, name) for name in GAMES if getattr(plan, name)}


def test_the_options_differ_in_their_contract_alone() -> None:
    options = study(40.0).options
    assert set(options) == {"in_house", "measured", "settled", "worked"}
    assert len({each.vendor.model_dump_json() for each in options.values()}) == 1
    assert decided("measured").value.size == 4 * 2 * 2 * 3 * 2


def test_paid_by_answers_in_time_and_sales_it_passes_over_and_picks() -> None:
    """Cutting off would pay too, but costs its conscience 40 $ a contact."""
    assert played("measured") == {"cherry_pick": 0.5, "in_time_first": 1.0}


def test_without_scruples_it_cuts_off_and_presses_too() -> None:
    """Whoever is late is cut, so that nobody is left to be passed over; pressed sales are sales."""
    assert played("measured", 0.0) == {"pressure": 0.5, "cut_late": 1.0, "cherry_pick": 0.5}


@pytest.mark.parametrize("honesty", [40.0, 0.0])
def test_paid_by_the_hour_it_plays_none_of_them(honesty: float) -> None:
    assert played("worked", honesty) == {}


@pytest.mark.parametrize("honesty", [40.0, 0.0])
def test_paid_by_matters_settled_it_neither_cuts_off_nor_picks(honesty: float) -> None:
    """A contact that is cut off settles nothing, and hours on the list are paid whoever is called.

    Newcomers first it may be, and not for the level: customers of the bank grow more patient as they wait, so that
    a few more are answered in that order, half a per cent of them at most.
    """
    assert set(played("settled", honesty)) <= {"in_time_first"}
    found = decided("settled", honesty)
    revenue, plans = found.split["revenue"], found.plans
    honest = (plans.cut_late == 0.0) & (plans.pressure == 0.0) & (plans.cherry_pick == 0.0)
    first, later = (revenue[honest & (plans.in_time_first == flag)] for flag in (1.0, 0.0))
    assert np.abs(first / later - 1.0).max() < 0.005


def test_what_gaming_is_worth_to_the_one_who_is_paid_for_it() -> None:
    """The half of a long list that is left brings the same seats more sales, as many more at any inbound staffing."""
    found = decided("measured")
    plans, revenue = found.plans, found.split["revenue"]
    rest = (plans.pressure == 0.0) & (plans.cut_late == 0.0) & (plans.in_time_first == 0.0)
    whole, picked = (revenue[rest & (plans.cherry_pick == left)] for left in (0.0, 0.5))
    gain = picked - whole
    assert (gain > 0.0).all() and np.ptp(gain) == pytest.approx(0.0, abs=1e-6 * gain.max())
