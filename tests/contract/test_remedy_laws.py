"""Laws of remedies, whatever the numbers: nothing is lost that is carried, nothing given back that was not taken."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orm_sim.contract import NOTHING, Contract, Meters, settle, settle_history, total
from orm_sim.contract.clauses.termination_fee import Cause
from orm_sim.contract.events import EVENTS
from orm_sim.contract.progress import Glide, Ratchet
from orm_sim.core.loader import build, parse_yaml

LAW = settings(max_examples=25, derandomize=True, deadline=None)
MONTHS = 18
seeds = st.integers(0, 2**32)

FRAME = """\
title: t
scope: [inbound]
term_months: 18
payment: {net_days: 30}
notice_days: 30
clauses:
  - {clause: per_unit, label: fees, channel: inbound, meter: answered, rate: 1.37}
"""
CREDIT = """{clause: service_credit, label: credit, channel: inbound, fees: [fees], at_risk: 0.15, grace_months: 0,
    excess: carried_forward, multiplier: 1.7, exclusions: [force_majeure],
    measures: [{kpi: service_level, target: 0.8, within_s: 20, minimum: 0.7, severe_multiple: 2, stretch: 0.85,
                glide: {from: 0.7, months: 6}, ratchet: {months: 3, up_at_most: 0.02, down_at_most: 0.01, ceiling: 0.9},
                credit: {by: point, points: up, share: 0.01}},
               {kpi: csat, target: 0.9, credit: {by: lump, amount: 100}}]}"""


def contract(*clauses: str) -> Contract:
    return build(Contract, parse_yaml(FRAME + "".join(f"  - {each}\n" for each in clauses), "a.yaml"))


def drawn(seed: int, shape: tuple[int, ...] = ()) -> list[Meters]:
    """Months of any kind: nobody came, all were pleased, force majeure, the end for convenience."""
    draw = np.random.Generator(np.random.PCG64(seed))
    months: list[dict[tuple[str, str], Any]] = []
    for _ in range(MONTHS):
        offered = np.floor(draw.uniform(0.0, 1000.0, shape)) * (draw.random(shape) < 0.9)
        answered = np.floor(offered * draw.uniform(0.8, 1.0, shape))
        surveyed = np.floor(answered * 0.1)
        months.append({
            ("inbound", "offered"): offered,
            ("inbound", "answered"): answered,
            ("inbound", "answered_within"): np.floor(answered * draw.uniform(0.6, 1.0, shape)),
            ("inbound", "abandoned"): offered - answered,
            ("inbound", "abandoned_short"): np.floor((offered - answered) * draw.random(shape)),
            ("inbound", "surveyed"): surveyed,
            ("inbound", "satisfied"): np.floor(surveyed * draw.uniform(0.7, 1.0, shape)),
            ("events", "force_majeure"): 1.0 * (draw.random(shape) < 0.1),
            ("events", "terminated_for_convenience"): 1.0 * (draw.random(shape) < 0.1),
        })  # fmt: skip
    return months


def lines(of: Contract, months: list[Meters], kind: str) -> list[float]:
    """What the lines of a kind come to, month by month."""
    state, found = NOTHING, []
    for month, meters in enumerate(months):
        items, state = settle(of, state, meters, month)
        found.append(sum(float(item.amount) for item in items if item.kind == kind))
    return found


EARN_BACK = (
    "{{clause: earn_back, label: back, channel: inbound, within_months: {within}, window: {window},{more}"
    " of: [{inner}]}}"
)


@pytest.mark.row("R005")
@LAW
@given(
    seed=seeds,
    within=st.integers(3, 12),
    window=st.sampled_from(["month", "quarter"]),
    part=st.sampled_from([0.5, 1.0]),
)
def test_earn_back_returns_no_more_than_was_taken(seed: int, within: int, window: str, part: float) -> None:
    agreed = contract(EARN_BACK.format(within=within, window=window, more=f" share: {part},", inner=CREDIT))
    months = drawn(seed)
    taken, back = (np.cumsum(lines(agreed, months, kind)) for kind in ("service_credit", "earn_back"))
    assert np.all(back >= 0.0)
    assert np.all(back <= -part * taken + 0.005 * MONTHS)
    assert np.all(back[1:] <= -taken[:-1] + 1e-6)  # a credit never comes back in its own window


@LAW
@given(seed=seeds, bound=st.floats(1.0, 500.0), at_end=st.sampled_from(["due", "lapses"]))
def test_carry_forward_loses_nothing(seed: int, bound: float, at_end: str) -> None:
    agreed = contract(
        f"{{clause: carry_forward, label: even, at_most: {{amount: {bound}}}, at_end: {at_end}, of: [{CREDIT}]}}"
    )
    state, reckoned, owed = NOTHING, 0.0, 0.0
    for month, meters in enumerate(drawn(seed)):
        items, state = settle(agreed, state, meters, month)
        here = [item for item in items if item.label in ("even", "credit")]
        reckoned += float(next(item.amount for item in here if item.label == "credit"))
        owed += float(total(here))
        assert abs(float(total(here))) <= bound + 0.01 or (at_end, month) == ("due", MONTHS - 1)
        if month < MONTHS - 1:
            assert owed + float(state.inner[1].values["carried"]) == pytest.approx(reckoned, abs=1e-6)
    if at_end == "due":
        assert owed == pytest.approx(reckoned, abs=1e-6)
    assert float(state.inner[1].values["carried"]) == 0.0


@pytest.mark.row("R005", "R164")
@LAW
@given(seed=seeds)
def test_credits_and_bonuses_never_exceed_their_caps(seed: int) -> None:
    agreed = contract(
        CREDIT,
        "{clause: bonus, label: bonus, channel: inbound, fees: [fees], at_most: 0.05, not_with_credit: credit,"
        " measures: [{kpi: service_level, target: 0.8, within_s: 20, stretch: 0.9, stretch_multiple: 3,"
        " bonus: {by: point, points: up, share: 0.01}}, {kpi: csat, target: 0.85, bonus: {by: lump, amount: 50}}]}",
    )
    history = settle_history(agreed, drawn(seed, (40,)))
    fees, credit, bonus = history["fees"], -history["credit"], history["bonus"]
    assert np.all((credit >= 0.0) & (credit <= 0.15 * fees + 0.005 + 1e-9))
    assert np.all((bonus >= 0.0) & (bonus <= 0.05 * fees + 0.005 + 1e-9))
    assert not np.any((credit > 0.0) & (bonus > 0.0))


@LAW
@given(seed=seeds, months_held=st.integers(1, 4), condition=st.booleans())
def test_a_holdback_is_released_or_forfeited_and_never_more(
    seed: int, months_held: int, condition: bool
) -> None:
    goal = " channel: inbound, if: [{kpi: csat, target: 0.85}]," if condition else ""
    agreed = contract(
        f"{{clause: holdback, label: held, share: 0.1, release_after_months: {months_held},{goal} of: ["
        "{clause: per_unit, label: more, channel: inbound, meter: offered, rate: 2}]}"
    )
    nothing: Meters = {key: np.asarray(0.0) for key in drawn(0)[0]}
    months = [*drawn(seed), *[nothing] * months_held]
    withheld, released = lines(agreed, months, "holdback"), lines(agreed, months, "holdback_released")
    for month, amount in enumerate(released):
        then = -withheld[month - months_held] if month >= months_held else 0.0
        assert amount == pytest.approx(then, abs=1e-9) or (condition and amount == 0.0)


@LAW
@given(seed=seeds)
def test_a_condition_pays_in_full_or_nothing(seed: int) -> None:
    inside = "{clause: per_unit, label: premium, channel: inbound, meter: offered, rate: 0.33}"
    condition = "{kpi: service_level, channel: inbound, within_s: 20, above: 0.8}"
    months = drawn(seed, (9,))
    whole = settle_history(contract(inside), months)["premium"]
    owed = settle_history(contract(f"{{clause: when, if: {condition}, of: [{inside}]}}"), months)["premium"]
    level = np.stack([
        np.divide(each["inbound", "answered_within"], np.maximum(each["inbound", "offered"], 1.0)) for each in months
    ], axis=-1)  # fmt: skip
    assert np.array_equal(owed, np.where(level > 0.8, whole, 0.0))
    assert not np.any(np.signbit(owed))


def test_a_clause_that_cites_a_fee_that_is_not_owed_reckons_on_nothing() -> None:
    agreed = contract(
        "{clause: when, if: {event: paid_test}, of: [{clause: fixed, label: premium, amount: 500}]}",
        CREDIT.replace("fees: [fees]", "fees: [premium]").replace("label: credit", "label: second"),
    )
    items, _ = settle(agreed, NOTHING, {**drawn(3)[0], ("inbound", "answered_within"): 0.0}, 0)
    assert {item.label: float(item.amount) for item in items}["second"] == 0.0


@LAW
@given(seed=seeds)
def test_a_termination_fee_is_owed_once(seed: int) -> None:
    agreed = contract(
        "{clause: termination_fee, label: end,"
        " schedule: [{through_month: 6, amount: 900}, {through_month: 18, amount: 40}]}"
    )
    ended = [float(each["events", "terminated_for_convenience"]) for each in drawn(seed)]
    owed = lines(agreed, drawn(seed), "termination_fee")
    first = ended.index(1.0) if 1.0 in ended else None
    assert owed == [(900.0 if month < 6 else 40.0) if month == first else 0.0 for month in range(MONTHS)]


@LAW
@given(seed=seeds)
def test_one_history_alone_and_among_many_comes_to_the_same_cents(seed: int) -> None:
    chronic = CREDIT.replace("label: credit", "label: chronic").replace("at_risk: 0.15", "at_risk: 0.3")
    agreed = contract(
        EARN_BACK.format(within=6, window="quarter", more="", inner=CREDIT),
        f"{{clause: when, if: {{failures_of: credit, times: 2, of_last: 4}}, of: [{chronic}]}}",
        "{clause: holdback, channel: inbound, share: 0.1, release_after_months: 2, if: [{kpi: csat, target: 0.85}],"
        " of: [{clause: fixed, label: a, amount: 99.99}]}",
        "{clause: carry_forward, at_most: {amount: 100}, of: [{clause: per_unit, label: b, channel: inbound,"
        " meter: offered, rate: 0.17}]}",
        "{clause: termination_fee, months_of_fees: 2.5, fees: [fees], not_due_on: [force_majeure]}",
    )
    months = drawn(seed, (3, 2))
    together = settle_history(agreed, months)
    for at in ((0, 0), (2, 1)):
        alone = settle_history(
            agreed, [{key: float(value[at]) for key, value in each.items()} for each in months]
        )
        assert alone.keys() == together.keys()
        for label, amounts in together.items():
            assert np.array_equal(amounts[at], alone[label]), label


@pytest.mark.row("R087")
@pytest.mark.parametrize("shape", ["exponential", "linear"])
@LAW
@given(start=st.floats(0.3, 0.79), months=st.integers(1, 36))
def test_a_glide_path_begins_where_it_says_and_never_turns_back(
    shape: str, start: float, months: int
) -> None:
    path = Glide.model_validate({"from": start, "months": months, "shape": shape})
    targets = [float(path.at(0.8, month)) for month in range(months + 12)]
    assert targets[0] == pytest.approx(start)
    assert all(low <= high + 1e-12 for low, high in pairwise(targets))
    gap = (0.8 - targets[months]) / (0.8 - start)
    assert gap == pytest.approx(0.0 if shape == "linear" else 0.05, abs=1e-9)


@pytest.mark.row("R088")
@LAW
@given(
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6),
    st.floats(0.0, 1.0),
    st.floats(0.0, 0.1),
    st.floats(0.0, 0.1),
    st.booleans(),
)
def test_a_ratchet_keeps_its_limits(
    reached: list[float], target: float, up: float, down: float, higher: bool
) -> None:
    ceiling = 0.9 if higher else 0.1
    target = min(target, ceiling) if higher else max(target, ceiling)
    rule = Ratchet(months=len(reached), up_at_most=up, down_at_most=down, ceiling=ceiling)
    after = float(
        rule.moved(np.asarray(target), [np.asarray(each) for each in reached], higher_is_better=higher)
    )
    stricter = (after - target) * (1.0 if higher else -1.0)
    assert -down - 1e-9 <= stricter <= up + 1e-9
    assert after <= ceiling + 1e-9 if higher else after >= ceiling - 1e-9
    wanted = (float(np.median(reached)) - target) * (1.0 if higher else -1.0)
    assert stricter * wanted >= -1e-12  # never away from what was reached


def test_a_ratchet_without_a_single_result_stays() -> None:
    rule = Ratchet(months=2, up_at_most=0.1, down_at_most=0.1)
    assert float(rule.moved(np.asarray(0.8), [np.asarray(np.nan)] * 2, higher_is_better=True)) == 0.8


@pytest.mark.row("R086")
def test_a_target_that_glides_costs_fewer_early_credits_than_a_flat_one() -> None:
    flat = (
        "{clause: service_credit, label: c, channel: inbound, fees: [fees], at_risk: 1.0, grace_months: 0,"
        " measures: [{kpi: csat, target: 0.9, credit: {by: point, points: up, amount: 10}}]}"
    )
    gliding = flat.replace("target: 0.9,", "target: 0.9, glide: {from: 0.7, months: 6},")
    reached = [0.70, 0.78, 0.83, 0.86, 0.88, 0.89, 0.90, 0.90]
    months: list[Meters] = [
        {
            ("inbound", "answered"): 1000.0,
            ("inbound", "surveyed"): 100.0,
            ("inbound", "satisfied"): 100.0 * each,
        }
        for each in reached
    ]
    paid = [-settle_history(contract(each), months)["c"] for each in (flat, gliding)]
    assert list(paid[0]) == [200.0, 120.0, 70.0, 40.0, 20.0, 10.0, 0.0, 0.0]
    assert list(paid[1]) == [0.0] * 8


def test_every_cause_that_lifts_a_termination_fee_is_an_event() -> None:
    assert set(Cause.__args__) <= set(EVENTS)


def test_what_happens_under_a_contract_that_has_ended_changes_nothing() -> None:
    agreed = contract(EARN_BACK.format(within=6, window="month", more="", inner=CREDIT))
    months = drawn(11)
    _, state = settle(agreed, NOTHING, months[0], 0)
    for month in (1, 2):
        items, state = settle(agreed, state, months[month], month, ended=True)
        assert {item.kind for item in items} <= {"fee"}
