"""Files of vendors that react: what is refused, where, and in which words; the shipped example."""

from __future__ import annotations

from pathlib import Path

import pytest

from orm_sim.core.errors import InputError, Problem
from orm_sim.scenario.firms import are_firms, load_firms
from tests.simulation.firm_files import loaded, words

PROGRAMMES = Path(__file__).resolve().parents[2] / "scenarios" / "programmes"
OVER = "overflow: {to: south, after_s: 60, price_per_contact: 4}"


def refused(text: str) -> tuple[Problem, ...]:
    """The problems of a file."""
    with pytest.raises(InputError) as error:
        loaded(text)
    return error.value.problems


def test_the_shipped_file_has_two_firms_that_differ_in_their_balance_sheets() -> None:
    firms = load_firms(PROGRAMMES / "thin_and_deep.yaml")
    thin, deep = firms.scenarios["thin"], firms.scenarios["deep"]
    assert are_firms(PROGRAMMES / "thin_and_deep.yaml")
    assert not are_firms(PROGRAMMES / "champion_challenger.yaml")
    firm = {"firm": deep.vendor.firm}
    assert thin.vendor.model_copy(update=firm) == deep.vendor and thin.vendor.firm != deep.vendor.firm
    assert thin.contract == deep.contract and thin.vendor.policy == "best_response"
    assert [part.share for part in firms.sharing.vendors] == [0.5, 0.5]
    assert firms.home.contract is None


def test_an_override_holds_for_every_vendor() -> None:
    firms = loaded(
        words("share: 0.6", "share: 0.4, set: {vendor: {policy: fixed}}"), {"vendor.policy": "best_response"}
    )
    assert {each.vendor.policy for each in firms.scenarios.values()} == {"best_response"}


def over(old: str = "", new: str = "") -> str:
    """A vendor that passes contacts on, its words changed."""
    return f"share: 0.6, {OVER.replace(old, new) if old else OVER}"


def rule(said: str) -> str:
    """A file whose shares follow a rule."""
    return words(rest=f"sharing: {{{said}}}\n")


def south(said: str) -> str:
    """A file in which south differs."""
    return words("share: 0.6", f"share: 0.4, set: {{{said}}}")


def offer(said: str) -> str:
    """A file whose client looks for better offers, its words changed."""
    given = {"from_month": "4", "switching_cost": "1000"}
    given |= [(each, value) for each, _, value in [said.partition(": ")]]
    return words(rest=f"better_offer: {{{', '.join(f'{name}: {value}' for name, value in given.items())}}}\n")


BACK = f"share: 0.4, {OVER.replace('to: south', 'to: north')}"
BAD = [
    (words("share: 0.6", "share: 0.3"), "vendors", "the shares sum to 0.9, not to 1"),
    (words().replace("  south: {share: 0.4}\n", ""), "vendors", "fewer than two vendors"),
    (words("share: 0.6, maximum: 0.5"), "vendors.north.share", "outside its own minimum and maximum"),
    (words(over("to: south", "to: soth")), "vendors.north.overflow.to", "Did you mean 'south'?"),
    (words(over("to: south", "to: north")), "vendors.north.overflow.to", "overflows to itself"),
    (words(over(", price_per_contact: 4", "")), "vendors.north.overflow", "nobody pays 'south'"),
    (words(over(), BACK), "vendors.north.overflow", "goes in a circle: north -> south -> north"),
    (south("contract: null"), "vendors.south", "signs no contract"),
    (south("contract: {scope: [inbound, outbound]}"), "vendors.south", "shares are of inbound contacts"),
    (
        south(
            "contract: {clauses: [{clause: per_unit, label: o, channel: inbound, meter: overflow_contacts, rate: 1}]}"
        ),
        "contract",
        "the simulation does not count it",
    ),
    (south("programme: {inbound: {handle_time_s: 300}}"), "vendors.south.set", "all vendors share one"),
    (south("client: {loss_per_abandoned: 9}"), "vendors.south.set", "sets `client` otherwise than 'north'"),
    (south("vendor: {polcy: fixed}"), "vendor.polcy", "Did you mean 'policy'?"),
    (
        rule("rule: performance, measured_by: [{kpi: conversion, weight: 1}]"),
        "sharing.measured_by[0].kpi",
        "needs",
    ),
    (
        rule("rule: performance, measured_by: [{kpi: service_level, within_s: 30, weight: 1}]"),
        "sharing.measured_by[0].within_s",
        "answers are counted within 20 s",
    ),
    (
        rule("rule: champion_challenger, measured_by: [{kpi: asa, weight: 1}]"),
        "sharing",
        "how much (`step`)?",
    ),
    (offer("from_month: 6"), "better_offer.from_month", "nothing is left of a term of 6 months by then"),
    (offer("from_month: 2"), "better_offer", "looks back 3 months at the end of month 2: start later"),
    (offer("from_month: 0"), "better_offer.from_month", "1 or more"),
    (offer("switching_cost: -1"), "better_offer.switching_cost", "0 or more"),
    (offer("switching_cost: .inf"), "better_offer.switching_cost", "finite"),
    (offer("notice_days: 0"), "better_offer.notice_days", "1 or more"),
    (offer("margin: -0.1"), "better_offer.margin", "0 or more"),
    (offer("offers: {soth: 0.9}"), "better_offer.offers.soth", "Did you mean 'south'?"),
    (offer("offers: {south: 0}"), "better_offer", "must be above 0: south at 0"),
    (words(rest="better_offer: {from_month: 3}\n"), "better_offer.switching_cost", "required"),
    (
        offer("from_month: 3").replace("  south: {share: 0.4}\n", ""),
        "vendors",
        "fewer than two vendors",
    ),
    (words(rest="notice_weeks: 40\n"), "notice_weeks", "from 0 to 12"),
    (words(rest="when_one_leaves: nobody\n"), "when_one_leaves", "in_house"),
]


@pytest.mark.parametrize(("text", "path", "said"), BAD)
def test_a_bad_file_is_refused_in_a_sentence(text: str, path: str, said: str) -> None:
    problems = refused(text)
    assert any(path in each.path and said in f"{each.rule}  {each.hint or ''}" for each in problems), [
        (each.path, each.rule, each.hint) for each in problems
    ]
    assert all(each.place.file for each in problems)


def test_a_scenario_that_is_not_there() -> None:
    assert any("scenario" in each.path for each in refused(words().replace("bank.yaml", "bnk.yaml")))
