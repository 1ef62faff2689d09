"""Laws of what follows an index or the market, of sums upfront and of caps on liability; and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orm_sim.contract import NOTHING, Contract, Meters, settle, settle_history, total
from orm_sim.core.errors import InputError
from orm_sim.core.loader import build, parse_yaml

LAW = settings(max_examples=40, derandomize=True, deadline=None)
MONTHS = 24
seeds = st.integers(0, 2**32)
FRAME = """\
title: t
scope: [inbound]
term_months: 24
payment: {net_days: 30}
notice_days: 30
clauses:
"""
FEE = "{clause: fixed, label: fee, amount: 1000}"


def contract(*clauses: str) -> Contract:
    return build(Contract, parse_yaml(FRAME + "".join(f"  - {each}\n" for each in clauses), "a.yaml"))


def levels(seed: int) -> list[Meters]:
    """Two years of an index that wanders."""
    draw = np.random.Generator(np.random.PCG64(seed))
    path = 100.0 * np.exp(np.cumsum(draw.normal(0.0, 0.05, MONTHS)))
    return [{("index", "x"): level} for level in path]


def fees(clause: str, months: list[Meters]) -> Any:
    return settle_history(contract(clause), months)["fee"]


@LAW
@given(seeds)
def test_reviews_every_twelve_months_are_anniversaries(seed: int) -> None:
    months = levels(seed)
    plain = fees("{clause: indexed, label: i, index: x, of: [" + FEE + "]}", months)
    said = fees(
        "{clause: indexed, label: i, index: x, every_months: 12, share: 1, against: last_review, of: ["
        + FEE + "]}", months,
    )  # fmt: skip
    assert np.array_equal(plain, said)


@LAW
@given(seeds, st.integers(1, 6), st.floats(0.01, 0.3), st.floats(0.05, 1.0))
def test_a_level_followed_forgets_how_it_came_there(seed: int, every: int, band: float, part: float) -> None:
    months = levels(seed)
    clause = (
        f"{{clause: indexed, label: i, index: x, base: {{x: 100}}, against: base, every_months: {every},"
        f" dead_band: {band}, share: {part}, of: [{FEE}]}}"
    )
    found = fees(clause, months)
    for month in range(MONTHS):
        moved = float(np.asarray(months[month - month % every]["index", "x"])) / 100.0 - 1.0
        beyond = np.sign(moved) * max(abs(moved) - band, 0.0)
        assert found[month] == pytest.approx(1000.0 * (1.0 + part * beyond), abs=0.0051)


@LAW
@given(seeds)
def test_changes_that_add_up_come_to_the_level_however_often_they_are_reviewed(seed: int) -> None:
    months = levels(seed)
    often = fees(f"{{clause: indexed, label: i, index: x, every_months: 1, of: [{FEE}]}}", months)
    level = [float(np.asarray(each["index", "x"])) for each in months]
    np.testing.assert_allclose(often, [1000.0 * each / level[0] for each in level], atol=0.0051)


@given(st.floats(-0.2, 0.2))
@LAW
def test_a_fixed_change_compounds(plus: float) -> None:
    months: list[Meters] = [{}] * MONTHS
    found = fees(f"{{clause: indexed, label: i, every_months: 6, plus: {plus:.4f}, of: [{FEE}]}}", months)
    np.testing.assert_allclose(
        found, [1000.0 * (1.0 + round(plus, 4)) ** (month // 6) for month in range(MONTHS)], atol=0.0051
    )


BENCHMARKS = [
    "dead_band: 0.05", "dead_band: 0.05, reset: edge", "every_months: 1", "dead_band: 0.1, rises: true",
    "rises: true, reset: market",
]  # fmt: skip


@pytest.mark.parametrize("more", BENCHMARKS)
@LAW
@given(seed=seeds)
def test_after_a_comparison_a_price_is_within_the_band(more: str, seed: int) -> None:
    every = "" if "every" in more else "every_months: 3, "
    months = levels(seed)
    found = fees(f"{{clause: benchmark, label: b, index: x, price: 100, {every}{more}, of: [{FEE}]}}", months)
    band = 0.1 if "0.1" in more else 0.05 if "0.05" in more else 0.0
    for month in range(MONTHS):
        market, paid = float(np.asarray(months[month]["index", "x"])) * 10.0, float(found[month])
        if month and month % (1 if "every" in more else 3) == 0:
            assert paid <= market * (1.0 + band) + 0.01
            assert "rises" not in more or paid >= market * (1.0 - band) - 0.01
        if "rises" not in more and month:
            assert paid <= float(found[month - 1])


@LAW
@given(seeds, st.floats(0.01, 0.2))
def test_a_comparison_moves_a_price_by_no_more_than_agreed(seed: int, most: float) -> None:
    clause = (
        "{clause: benchmark, label: b, index: x, price: 100, every_months: 1, rises: true,"
        f" at_most: {most}, of: [{FEE}]}}"
    )
    found = fees(clause, levels(seed))
    assert np.all(np.abs(found[1:] / found[:-1] - 1.0) <= most + 1e-4)


@LAW
@given(
    st.floats(0.01, 9000.0), st.integers(1, 23), st.integers(1, 30), st.sampled_from(["client", "vendor"]),
    st.sampled_from(["in_parts", "at_end"]), st.integers(1, 25),
)  # fmt: skip
def test_what_is_paid_upfront_is_given_back_to_the_cent(
    amount: float, in_month: int, over: int, payer: str, how: str, ends: int
) -> None:
    """Whenever the contract ends: what was paid before it did comes back, and no cent more."""
    parts = f", over_months: {over}" if how == "in_parts" else ""
    clause = (
        f"{{clause: upfront, label: u, amount: {amount:.2f}, payer: {payer}, in_month: {in_month},"
        f" given_back: {how}{parts}}}"
    )
    agreed, state, owed = contract(clause), NOTHING, []
    for month in range(MONTHS + 2):
        items, state = settle(agreed, state, {}, month, ended=month >= ends)
        owed.append(float(total(items)))
    assert sum(owed) == pytest.approx(0.0, abs=0.005)
    back = [each for each in owed if each * (1.0 if payer == "client" else -1.0) < 0.0]
    assert -sum(back) * (1.0 if payer == "client" else -1.0) <= round(amount, 2) + 0.005


@LAW
@given(seeds, st.floats(10.0, 5000.0), st.sampled_from(["year", "term"]))
def test_no_more_is_owed_than_the_cap_and_a_cap_in_a_cap_changes_nothing(
    seed: int, amount: float, window: str
) -> None:
    draw = np.random.Generator(np.random.PCG64(seed))
    months: list[Meters] = [{("inbound", "client_loss"): draw.uniform(0.0, 800.0, 3)} for _ in range(MONTHS)]
    damages = "{clause: damages, label: d, channel: inbound, meter: client_loss, rate: 1}"
    once = f"{{clause: liability_cap, label: c, amount: {amount:.2f}, window: {window}, of: [{damages}]}}"
    twice = f"{{clause: liability_cap, label: e, amount: {amount:.2f}, window: {window}, of: [{once}]}}"
    found = settle_history(contract(once), months)["invoice"]
    for year in (slice(0, 12), slice(12, 24), slice(0, 24) if window == "term" else slice(0, 12)):
        assert np.all(-found[..., year].sum(axis=-1) <= round(amount, 2) + 0.005)
    assert np.array_equal(settle_history(contract(twice), months)["invoice"], found)
    free = once.replace(f"amount: {amount:.2f}", "amount: 1000000000")
    assert np.allclose(settle_history(contract(free), months)["c"], 0.0)


CASES = [
    ("{clause: indexed, of: [" + FEE + "]}", "follows nothing: give an `index`, or a fixed change (`plus`)"),
    ("{clause: indexed, plus: 0.01, share: 0.5, of: [" + FEE + "]}", "follows a share of no index"),
    ("{clause: indexed, index: x, against: base, cap_per_year: 0.1, of: [" + FEE + "]}", "nothing adds up from review"),
    ("{clause: indexed, index: x, against: base, plus: 0.1, of: [" + FEE + "]}", "nothing adds up from review"),
    ("{clause: indexed, index: x, every_months: 3, cap_per_year: 0.1, of: [" + FEE + "]}",
     "limits the change of a year, but is reviewed every 3 months"),
    ("{clause: indexed, index: x, dead_band: 0, of: [" + FEE + "]}", "dead_band = 0"),
    ("{clause: benchmark, index: x, price: 5, every_months: 12, reset: edge, of: [" + FEE + "]}",
     "resets to the edge of a band that is not there"),
    ("{clause: benchmark, index: x, price: 0, every_months: 12, of: [" + FEE + "]}", "price = 0"),
    ("{clause: benchmark, index: x, price: 5, every_months: 12, quartile: 4, of: [" + FEE + "]}", "quartile"),
    ("{clause: upfront, amount: 5, in_month: 1}", "needs `over_months`"),
    ("{clause: upfront, amount: 5, in_month: 1, given_back: at_end, over_months: 3}", "leave `over_months` out"),
    ("{clause: upfront, amount: 5, in_month: 30, given_back: at_end}", "leaves no month of the term"),
    ("{clause: upfront, amount: 5, in_month: 1, given_back: early_end, over_months: 3, early_end: kept}",
     "would never be given back"),
    ("{clause: liability_cap, of: [" + FEE + "]}", "needs either an `amount` or `months_of_fees`"),
    ("{clause: liability_cap, months_of_fees: 3, of: [" + FEE + "]}", "`months_of_fees` and `fees` belong together"),
    ("{clause: liability_cap, months_of_fees: 3, fees: [other], of: [" + FEE + "]}", "no clause is called 'other'"),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "said"), CASES)
def test_a_slip_is_refused_with_a_sentence(clause: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        contract(clause)
    assert said in str(caught.value)


def test_the_wording_says_every_part() -> None:
    follows = "{clause: indexed, label: %s, %s, of: [{clause: fixed, label: fee of %s, amount: 1}]}"
    text = str(contract(*(follows % (label, fields, label) for label, fields in {
        "i": "index: x, every_months: 3, share: 0.7, dead_band: 0.02, plus: -0.01, lag_months: 1",
        "j": "index: x, every_months: 1, against: base",
        "k": "plus: -0.03",
    }.items())))  # fmt: skip
    assert (
        "Every 3 months the amounts below change with 70 % of the change of the index 'x', of which the first 2 %"
        " either way counts for nothing, and by -1 % besides. The index is read 1 month before the review."
    ) in text
    assert (
        "Every month the amounts below change by as much as the index 'x' against the level agreed." in text
    )
    assert "At each anniversary the amounts below change by -3 %." in text
