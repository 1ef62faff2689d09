"""The life of a contract: phases, cure, step-in, notice, renewal, and the change orders on the way."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orm_sim.contract import (
    NOTHING,
    ChangeOrder,
    Contract,
    LifeState,
    LineItem,
    Lived,
    Meters,
    State,
    advance,
    born,
    carried_over,
    live,
    settle,
    signed,
    total,
)
from orm_sim.contract.events import EVENTS
from orm_sim.contract.life_terms import months_of
from orm_sim.core.loader import build, parse_yaml

T, RA, S, RE, C, SI, N, X, E = (
    State.TRANSITION, State.RAMP, State.STEADY, State.RENEWED, State.CURE, State.STEP_IN, State.NOTICE,
    State.EXPIRED, State.TERMINATED,
)  # fmt: skip

TEXT = """\
title: t
scope: [inbound]
term_months: 12
payment: {net_days: 30}
notice_days: 60
life:
  transition_months: 1
  ramp_months: 2
  cure_days: 30
  step_in_days: 60
  renewal: {auto: true, months: 6, notice_days: 90, fee: 500}
  review_every_months: 6
  change_order_days: 30
triggers:
  - {name: chronic, if: {failures_of: credit, in_a_row: 2}, opens: cure}
  - {name: breach, if: {event: data_breach}, opens: step_in}
  - {name: control, if: {event: change_of_control}, opens: exit}
clauses:
  - {clause: fixed, label: fees, amount: 1000}
  - clause: service_credit
    label: credit
    channel: inbound
    fees: [fees]
    at_risk: 0.5
    grace_months: 0
    measures: [{kpi: csat, target: 0.9, credit: {by: lump, amount: 100}}]
"""


def contract(old: str = "", new: str = "") -> Contract:
    return build(Contract, parse_yaml(TEXT.replace(old, new) if old else TEXT, "a.yaml"))


def meters(satisfied: float = 95.0, *events: str) -> dict[tuple[str, str], Any]:
    return {
        ("inbound", "surveyed"): 100.0, ("inbound", "satisfied"): satisfied,
        **{("events", each): 1.0 for each in events},
    }  # fmt: skip


GOOD, BAD = meters(), meters(50.0)


def lived(months: list[Meters], agreed: Contract | None = None) -> tuple[list[State], list[str], Lived]:
    """The states in which the months after these begin, and everything that happened, with its month from 1."""
    now, states, told = signed(agreed or contract()), [], []
    for month, each in enumerate(months):
        _, now, happened = live(now, each, month)
        states.append(State(int(now.life.state)))
        told += [f"{each.month + 1}: {each.what}" for each in happened]
    return states, told, now


def test_phases_renewal_and_expiry() -> None:
    states, told, now = lived([GOOD] * 14 + [meters(95.0, "non_renewal")] + [GOOD] * 5)
    assert states == [RA, RA, S, *[S] * 8, RE, *[RE] * 5, X, X, X]
    assert told == [
        "1: the transition ends, the ramp begins",
        "3: the steady state begins",
        "6: prices and targets are reviewed",
        "12: prices and targets are reviewed",
        "12: the contract is renewed for 6 months",
        "18: prices and targets are reviewed",
        "18: the term ends",
    ]
    assert int(now.life.renewals) == 1
    assert int(now.life.term_months) == 18


def test_a_renewal_prolongs_what_is_paid_and_costs_its_fee_once() -> None:
    now, invoices = signed(contract()), []
    for month in range(20):
        items, now, _ = live(now, meters(95.0, *(["non_renewal"] if month == 14 else [])), month)
        invoices.append(float(total(items)))
    assert invoices == [*[1000.0] * 12, 1500.0, *[1000.0] * 5, 0.0, 0.0]


def test_notice_against_renewal_that_comes_too_late_does_not_stop_it() -> None:
    in_time = [GOOD] * 8 + [meters(95.0, "non_renewal")] + [GOOD] * 3  # month 9 of 12: 90 days before the end
    late = [GOOD] * 9 + [meters(95.0, "non_renewal")] + [GOOD] * 2
    assert lived(in_time)[0][-1] is X
    states, told, _ = lived(late)
    assert states[-1] is RE
    assert "10: notice against renewal comes too late" in told


def test_a_failure_that_is_cured() -> None:
    states, told, _ = lived([GOOD] * 4 + [BAD, BAD, GOOD, GOOD])
    assert states[3:] == [S, S, C, S, S]
    assert told[-2:] == ["6: 'chronic' opens a cure", "7: the failure is cured"]


@pytest.mark.row("R021")
def test_a_failure_that_is_not_cured_leads_to_step_in_and_exit() -> None:
    months = [GOOD] * 4 + [BAD, BAD, BAD, BAD, BAD, meters(50.0, "exit"), GOOD]
    states, told, _ = lived(months)
    assert states[3:] == [S, S, C, SI, SI, SI, E, E]
    assert "7: the cure fails, which gives the client a right of exit" in told
    assert "7: the client may step in" in told
    assert told[-1] == "10: the client uses its right of exit"


@pytest.mark.row("R021")
def test_without_the_clause_that_opens_a_cure_there_is_none() -> None:
    line = "  - {name: chronic, if: {failures_of: credit, in_a_row: 2}, opens: cure}\n"
    states, told, _ = lived([GOOD] * 4 + [BAD] * 6, contract(line))
    assert C not in states
    assert SI not in states
    assert not any("cure" in each for each in told)


def test_a_step_in_ends_when_nothing_fails_any_more() -> None:
    states, told, _ = lived([GOOD] * 4 + [meters(95.0, "data_breach")] + [GOOD] * 3)
    assert states[3:] == [S, SI, SI, S, S]
    assert "5: 'breach' opens a step-in" in told


def test_an_exit_needs_a_right_of_exit() -> None:
    assert lived([GOOD] * 4 + [meters(95.0, "exit")])[0][-1] is S
    assert lived([GOOD] * 4 + [meters(95.0, "change_of_control"), meters(95.0, "exit")])[0][-1] is E
    assert lived([GOOD] * 4 + [meters(95.0, "change_of_control"), GOOD, meters(95.0, "exit")])[0][-1] is S


@pytest.mark.row("R117")
@pytest.mark.parametrize("event", ["terminated_for_convenience", "terminated_for_cause", "insolvency"])
def test_what_ends_a_contract_at_once(event: str) -> None:
    states, told, now = lived([GOOD] * 4 + [meters(95.0, event), GOOD])
    assert states[3:] == [S, E, E]
    assert told[-1].startswith("5: ")
    assert not bool(now.life.in_force)


@pytest.mark.row("R117")
def test_notice_runs_its_days() -> None:
    states, told, _ = lived([GOOD] * 4 + [meters(95.0, "notice"), GOOD, GOOD, GOOD])
    assert states[3:] == [S, N, N, E, E]
    assert "5: notice is given, of 60 days" in told
    at_once = lived([GOOD] * 4 + [meters(95.0, "notice")], contract("notice_days: 60", "notice_days: 0"))[0]
    assert at_once[-1] is E


def test_a_term_that_ends_during_notice_is_not_renewed() -> None:
    assert lived([GOOD] * 10 + [meters(95.0, "notice"), GOOD])[0][-2:] == [N, X]


def test_an_expired_contract_comes_back_only_by_agreement() -> None:
    agreed = contract("{auto: true, months: 6, notice_days: 90, fee: 500}", "{auto: false, months: 6}")
    states, _, now = lived([GOOD] * 13 + [meters(95.0, "renewed"), GOOD], agreed)
    assert states[11:] == [X, X, RE, RE]
    assert int(now.life.term_months) == 20
    never = contract("{auto: true, months: 6, notice_days: 90, fee: 500}", "none")
    assert lived([GOOD] * 12 + [meters(95.0, "renewed")], never)[0][-1] is X


def test_a_contract_without_terms_of_life_is_steady_until_it_ends() -> None:
    bare = Contract.model_validate({
        "title": "t", "scope": ["inbound"], "term_months": 3, "payment": {"net_days": 30}, "notice_days": 30,
        "clauses": [{"clause": "fixed", "amount": 1.0}],
    })  # fmt: skip
    assert State(int(born(bare).state)) is S
    assert lived([{}] * 4, bare)[0] == [S, S, X, X]


@pytest.mark.parametrize(("days", "months"), [(0, 0), (1, 1), (30, 1), (31, 2), (90, 3)])
def test_days_are_begun_months(days: int, months: int) -> None:
    assert months_of(days) == months


def at(here: Meters, position: int) -> Meters:
    return {key: float(np.asarray(value)[position]) for key, value in here.items()}


def element(life: LifeState, position: int) -> LifeState:
    asked = tuple(
        {name: np.broadcast_to(value, life.state.shape)[position] for name, value in each.items()}
        for each in life.asked
    )
    arrays = ("state", "since", "term_months", "renewals", "refused", "exit_open")
    return replace(life, asked=asked, **{name: np.asarray(getattr(life, name)[position]) for name in arrays})


def chosen(item: LineItem, position: int) -> LineItem:
    shape = np.shape(item.parts.get("missed", item.amount))
    if not shape:
        return item
    parts = {
        name: value if isinstance(value, str) else np.broadcast_to(value, shape)[position]
        for name, value in item.parts.items()
    }
    return item._replace(amount=np.broadcast_to(item.amount, shape)[position], parts=parts)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.integers(0, 2**32))
def test_an_ended_contract_never_comes_back_except_by_renewal(seed: int) -> None:
    draw = np.random.Generator(np.random.PCG64(seed))
    agreed, shape = contract(), (30,)
    life = born(agreed, shape)
    memory = NOTHING
    for month in range(40):
        here: dict[tuple[str, str], Any] = {
            ("inbound", "surveyed"): np.full(shape, 100.0), ("inbound", "satisfied"): draw.uniform(80.0, 100.0, shape),
            **{("events", name): 1.0 * (draw.random(shape) < 0.04) for name in EVENTS},
        }  # fmt: skip
        items, memory = settle(agreed, memory, here, month)
        after, _ = advance(agreed, life, month, items, here)
        ended, back = ~life.in_force, after.in_force
        assert np.array_equal(ended & back, ended & (here["events", "renewed"] > 0.0) & back)
        assert np.all((after.state == State.RENEWED)[ended & back])
        assert not np.any((after.state == State.TRANSITION) & (life.state != State.TRANSITION))
        assert not np.any(after.exit_open & ~after.in_force)
        alone, _ = advance(agreed, element(life, 7), month, [chosen(item, 7) for item in items], at(here, 7))
        assert int(alone.state) == int(after.state[7])
        assert int(alone.term_months) == int(after.term_months[7])
        life = after


@pytest.mark.row("R022")
def test_a_change_order_replaces_terms_from_a_month_on_and_forgets_nothing() -> None:
    order = build(
        ChangeOrder,
        parse_yaml(
            "{title: more seats, asked_in_month: 2, from_month: 4, price: 250,"
            " replace: [{clause: fixed, label: fees, amount: 1200}],"
            " add: [{clause: fixed, label: extra, amount: 7}]}",
            "o.yaml",
        ),
    )
    agreed = contract()
    now, invoices, states = signed(agreed), [], []
    for month, each in enumerate([GOOD, GOOD, GOOD, GOOD, BAD, BAD, GOOD]):
        items, now, _ = live(now, each, month, [order])
        invoices.append(float(total(items)))
        states.append(State(int(now.life.state)))
    assert invoices == [1000.0, 1000.0, 1000.0, 1457.0, 1107.0, 1107.0, 1207.0]
    assert states[-2:] == [C, S]
    assert agreed.clauses[0].amount == 1000.0  # the contract that was signed is as it was
    assert "Price of change order: more seats" in str(now.contract)


@pytest.mark.row("R022")
def test_balances_go_on_under_a_changed_contract() -> None:
    text = TEXT.replace("    at_risk: 0.5\n", "    at_risk: 0.05\n    excess: carried_forward\n")
    before = build(Contract, parse_yaml(text, "a.yaml"))
    order = build(
        ChangeOrder,
        parse_yaml(
            "{title: o, asked_in_month: 1, from_month: 2, add: [{clause: fixed, label: x, amount: 1}]}",
            "o.yaml",
        ),
    )
    after = before.changed_by(order)
    _, memory = settle(before, NOTHING, BAD, 0)  # 100 of credit, 50 at risk: 50 are carried
    handed = carried_over(before.clauses, after.clauses, memory)
    items, _ = settle(after, handed, GOOD, 1)
    assert {item.label: float(item.amount) for item in items} == {"fees": 1000.0, "credit": -50.0, "x": 1.0}
    shorter = after.changed_by(
        build(
            ChangeOrder,
            parse_yaml("{title: p, asked_in_month: 2, from_month: 3, remove: [x], term_months: 6}", "o.yaml"),
        )
    )
    assert shorter.term_months == 6
    assert [clause.name for clause in shorter.clauses] == ["fees", "credit"]


def test_histories_of_which_some_have_ended_are_settled_apart() -> None:
    now = signed(contract(), (2,))
    here: dict[tuple[str, str], Any] = {key: np.full(2, value) for key, value in GOOD.items()}
    here["events", "insolvency"] = np.array([0.0, 1.0])
    _, now, _ = live(now, here, 0)
    with pytest.raises(ValueError, match="settle them apart"):
        live(now, here, 1)


def test_the_life_is_printed() -> None:
    printed = str(contract())
    assert (
        "Life. The transition takes 1 month from the start. The ramp takes 2 months after the transition. The vendor"
        " has 30 days to cure a failure that a trigger names. The client may step in for 60 days where a failure is not"
        " cured. The contract renews itself by 6 months at the end of each term, for a fee of $500.00, unless either"
        " side gives notice 90 days before. Prices and targets are reviewed every 6 months. A change order takes effect"
        " 30 days after it is asked for, at the earliest."
    ) in printed
    assert (
        "Triggers. 'chronic': if a target of 'credit' has been missed 2 times in a row, the vendor must cure it."
        " 'breach': if there is a breach of data security by the vendor, the client may step in."
    ) in printed


CHRONIC = TEXT.replace(
    "triggers:\n",
    "triggers:\n"
    "  - {name: row, if: {failures_of: credit, in_a_row: 3}, opens: exit}\n"
    "  - {name: often, if: {failures_of: credit, times: 5, of_last: 12}, opens: exit}\n",
).replace("  - {name: chronic, if: {failures_of: credit, in_a_row: 2}, opens: cure}\n", "")


@pytest.mark.row("R021")
@pytest.mark.parametrize(
    ("missed", "name", "month"),
    [((4, 5, 6), "row", 6), ((3, 5, 7, 9, 11), "often", 11), ((3, 4, 6, 7), None, None)],
    ids=["three in a row", "five of twelve", "neither"],
)
def test_a_right_of_exit_after_three_in_a_row_or_five_of_twelve(
    missed: tuple[int, ...], name: str | None, month: int | None
) -> None:
    # https://www.trackingcontracts.com/en/clause-library/service-credits-clause-template
    agreed = build(Contract, parse_yaml(CHRONIC, "a.yaml"))
    _, told, now = lived([BAD if each in missed else GOOD for each in range(1, 12)], agreed)
    opened = [each for each in told if "right of exit" in each]
    assert opened == ([] if name is None else [f"{month}: '{name}' gives the client a right of exit"])
    assert bool(now.life.exit_open) == (month == 11)


@pytest.mark.row("R020")
def test_a_failure_during_the_transition_opens_nothing() -> None:
    agreed = contract("transition_months: 1\n  ramp_months: 2", "transition_months: 3")
    states, told, _ = lived([BAD, BAD, BAD, GOOD], agreed)
    assert states == [T, T, S, S]
    assert told == ["3: the steady state begins"]


RIGHTS = """\
  - {name: thin, if: {covenant: liquidity, below: 1}, opens: exit_for_fee}
  - {name: stray, if: {outside: 0.2, channel: inbound, meter: offered, baseline: 100, window: month}, opens: repricing}
  - {name: severe, if: {kpi: csat, channel: inbound, below: 0.6}, opens: monitoring}
  - {name: again, if: {failures_of: credit, times: 2, of_last: 3}, opens: removal, share: 0.25}
"""


@pytest.mark.row("R021")
def test_rights_that_end_nothing_are_told_when_they_begin_to_hold() -> None:
    agreed = contract("triggers:\n", f"triggers:\n{RIGHTS}")

    def month(satisfied: float, liquidity: float, offered: float) -> Meters:
        own = {("covenants", "liquidity"): liquidity, ("inbound", "offered"): offered}
        return {**meters(satisfied), **own}

    fine, poor = month(95.0, 1.5, 100.0), month(50.0, 0.9, 130.0)
    states, told, _ = lived([fine, fine, fine, poor, poor, fine, poor], agreed)
    own = [each for each in told if "owing to" in each]
    assert own == [
        "4: owing to 'thin' the client may end the contract at once, for the termination fee",
        "4: owing to 'stray' either side may ask for new prices",
        "4: owing to 'severe' the client may monitor the service more closely",
        "5: owing to 'again' the client may take 25 % of the volume away",
        "7: owing to 'thin' the client may end the contract at once, for the termination fee",
        "7: owing to 'stray' either side may ask for new prices",
        "7: owing to 'severe' the client may monitor the service more closely",
    ]
    assert states[2:5] == [S, S, C]  # they move the contract to no other state; the misses open the cure
