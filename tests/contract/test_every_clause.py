"""Laws of every clause there is, in contracts drawn at random; a clause without a strategy fails a test."""

import json
from itertools import chain
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from orm_sim.contract import NOTHING, Contract, Memory, settle, settle_history, total
from orm_sim.contract.additive import _WHY, indivisible
from orm_sim.contract.clause import walk
from orm_sim.core.loader import build, parse_yaml
from tests.contract.strategies import COMBINATORS, KINDS, PRIMITIVES, TERM, contract_data, contracts, drawn

LAW = settings(max_examples=6, derandomize=True, deadline=None)
MANY = settings(max_examples=60, derandomize=True, deadline=None)
CENT = 0.005
seeds = st.integers(0, 2**32)
each_kind = pytest.mark.parametrize("kind", sorted(KINDS))


def test_every_clause_has_a_strategy() -> None:
    assert set(PRIMITIVES) | set(COMBINATORS) == set(KINDS)
    assert set(COMBINATORS) == {kind for kind, each in KINDS.items() if "of" in each.model_fields}


@each_kind
def test_the_strategy_of_a_clause_mostly_gives_one(kind: str) -> None:
    held: list[bool] = []

    @settings(max_examples=20, derandomize=True, deadline=None, database=None)
    @given(contracts(kind))
    def draw(contract: Contract) -> None:
        held.append(any(clause.kind == kind for _, clause in walk(contract.clauses[3:])))

    draw()
    assert sum(held) >= len(held) * 0.7


@each_kind
@LAW
@given(data=st.data(), seed=seeds)
def test_lines_are_whole_cents_and_sum_to_the_invoice(kind: str, data: Any, seed: int) -> None:
    contract, state = data.draw(contracts(kind)), NOTHING
    for month in range(TERM + 3):
        items, state = settle(contract, state, drawn(seed + month, (5,)), month)
        cents = [np.broadcast_to(item.amount, (5,)) * 100.0 for item in items]
        assert all(np.allclose(each, np.rint(each), rtol=0.0, atol=1e-6) for each in cents)
        assert np.array_equal(
            np.rint(sum(cents, np.zeros(5))), np.rint(np.broadcast_to(total(items), 5) * 100.0)
        )


@each_kind
@LAW
@given(data=st.data(), seed=seeds)
def test_one_history_alone_and_among_many_comes_to_the_same_cents(kind: str, data: Any, seed: int) -> None:
    contract = data.draw(contracts(kind))
    months = [drawn(seed + month, (2, 3)) for month in range(TERM + 3)]
    together = settle_history(contract, months)
    for at in ((0, 0), (1, 2)):
        alone = settle_history(
            contract, [{key: float(value[at]) for key, value in m.items()} for m in months]
        )
        assert alone.keys() == together.keys()
        for label, amounts in together.items():
            assert np.array_equal(amounts[at], alone[label]), label


@each_kind
@settings(max_examples=2, derandomize=True, deadline=None)
@given(data=st.data(), seed=seeds)
def test_hundreds_of_cases_at_once_come_to_the_cents_of_each_alone(kind: str, data: Any, seed: int) -> None:
    """From 512 cases on whole passes are compiled; they may not differ from numpy's single steps by a cent."""
    contract = data.draw(contracts(kind))
    months = [drawn(seed + month, (600,)) for month in range(TERM + 3)]
    together = settle_history(contract, months)
    few = settle_history(contract, [{key: value[:40] for key, value in m.items()} for m in months])
    assert few.keys() == together.keys()
    for label, amounts in together.items():
        assert np.array_equal(amounts[:40], few[label]), label


@each_kind
@LAW
@given(data=st.data(), seed=seeds)
def test_settlement_is_pure_and_every_line_says_itself(kind: str, data: Any, seed: int) -> None:
    contract, state = data.draw(contracts(kind)), NOTHING
    for month in range(4):
        meters = drawn(seed + month)
        before = repr(state)
        first, after = settle(contract, state, meters, month)
        second, again = settle(contract, state, meters, month)
        assert [i.sentence() for i in first] == [i.sentence() for i in second]
        assert repr(after) == repr(again)
        assert repr(state) == before
        state = after


@each_kind
@LAW
@given(data=st.data())
def test_a_contract_written_out_reads_back_as_itself(kind: str, data: Any) -> None:
    contract = data.draw(contracts(kind))
    assert Contract.model_validate(contract.dump()) == contract
    assert build(Contract, parse_yaml(json.dumps(contract.dump()), "a.yaml")) == contract
    assert str(Contract.model_validate(contract.dump())) == str(contract)


def leaves(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The place of every number and truth value of plain data."""
    if isinstance(value, dict):
        return list(chain.from_iterable(leaves(each, (*at, key)) for key, each in value.items()))
    if isinstance(value, list):
        return list(chain.from_iterable(leaves(each, (*at, key)) for key, each in enumerate(value)))
    return [at] if isinstance(value, bool | int | float) else []


def with_other(data: Any, place: tuple[Any, ...]) -> Any:
    """Plain data with another value at a place."""
    if not place:
        if isinstance(data, bool):
            return not data
        return data + 1 if isinstance(data, int) else round(data * 1.25 + 0.01, 6)
    copy = list(data) if isinstance(data, list) else dict(data)
    copy[place[0]] = with_other(data[place[0]], place[1:])
    return copy


@each_kind
@settings(max_examples=4, derandomize=True, deadline=None)
@given(data=st.data())
def test_contracts_that_differ_in_one_number_print_differently(kind: str, data: Any) -> None:
    contract = data.draw(contracts(kind))
    written = contract.dump()
    for place in leaves(written["clauses"][3:]):
        try:
            changed = [*written["clauses"][:3], *with_other(written["clauses"][3:], place)]
            other = Contract.model_validate({**written, "clauses": changed})
        except ValidationError:
            continue
        assert other == contract or str(other) != str(contract), place


@MANY
@given(contracts(), contracts())
def test_two_different_contracts_print_differently(one: Contract, other: Contract) -> None:
    assert (one == other) == (str(one) == str(other))


def labelled(contract: Contract, months: list[Any]) -> dict[str, Any]:
    """What each clause comes to, but for the frame."""
    return {
        label: amounts for label, amounts in settle_history(contract, months).items() if label != "invoice"
    }


def rewrapped(contract: Contract, clauses: list[Any]) -> Contract | None:
    """The frame with other clauses; None where they contradict each other."""
    try:
        return Contract.model_validate(contract_data(clauses))
    except ValidationError:
        return None


WRAPS: dict[str, Any] = {
    "scale of 1": lambda inner: [{"clause": "scale", "label": "w", "by": 1.0, "of": inner}],
    "all": lambda inner: [{"clause": "all", "label": "w", "of": inner}],
    "all in all": lambda inner: [{"clause": "all", "label": "w", "of": [{"clause": "all", "label": "v", "of": inner}]}],
    "a ramp of 1": lambda inner: [{"clause": "ramp", "label": "w", "steps": [{"multiple": 1.0}], "of": inner}],
    "between all months": lambda inner: [
        {"clause": "between", "label": "w", "from_month": 1, "through_month": TERM, "of": inner}
    ],
}  # fmt: skip


@pytest.mark.parametrize("wrap", sorted(WRAPS))
@each_kind
@settings(max_examples=2, derandomize=True, deadline=None)
@given(data=st.data(), seed=seeds)
def test_what_changes_nothing_changes_nothing(kind: str, wrap: str, data: Any, seed: int) -> None:
    contract = data.draw(contracts(kind))
    wrapped = (
        rewrapped(contract, WRAPS[wrap](contract.dump()["clauses"][3:]))
        if len(contract.clauses) > 3
        else None
    )
    if wrapped is None:
        return
    months = [drawn(seed + month, (3,)) for month in range(TERM)]
    plain, other = labelled(contract, months), labelled(wrapped, months)
    for label, amounts in plain.items():
        np.testing.assert_allclose(other[label], amounts, rtol=0.0, atol=CENT, err_msg=label)


@MANY
@given(contracts(), seeds)
def test_the_order_of_clauses_that_cite_nothing_is_of_no_matter(contract: Contract, seed: int) -> None:
    clauses = contract.dump()["clauses"][3:]
    turned = rewrapped(contract, [{"clause": "all", "label": "w", "of": clauses[::-1]}]) if clauses else None
    straight = rewrapped(contract, [{"clause": "all", "label": "w", "of": clauses}]) if clauses else None
    if turned is None or straight is None:
        return
    months = [drawn(seed + month) for month in range(4)]
    one, other = labelled(straight, months), labelled(turned, months)
    assert one.keys() == other.keys()
    for label, amounts in one.items():
        np.testing.assert_array_equal(other[label], amounts, err_msg=label)


def settled_parts(contract: Contract, state: Memory, parts: list[Any], month: int) -> float:
    """What a month comes to when it is settled in parts."""
    return sum(float(total(settle(contract, state, part, month)[0])) for part in parts)


def halves(meters: dict[tuple[str, str], Any], seed: int) -> list[dict[tuple[str, str], Any]]:
    """A month's counters cut in two, each at random; indices and events hold in both."""
    draw = np.random.Generator(np.random.PCG64(seed))
    cuts = {key: draw.uniform(0.05, 0.95) for key in meters}
    kept = {key: value for key, value in meters.items() if key[0] in ("index", "events")}
    first = {key: value * cuts[key] for key, value in meters.items()} | kept
    return [first, {key: value - first[key] for key, value in meters.items()} | kept]


def parts_and_whole(contract: Contract, seed: int, state: Memory, month: int) -> tuple[float, float, float]:
    """What a month comes to in two parts, what it comes to at once, and how much rounding may do."""
    ended = {("events", "terminated_for_convenience"): float(seed % 2)}
    first, second = halves(drawn(seed) | ended, seed)
    kept = {key: first[key] for key in first if key[0] in ("index", "events")}
    whole = {key: first[key] + second[key] for key in first} | kept
    items = settle(contract, state, whole, month)[0]
    return (
        settled_parts(contract, state, [first, second], month),
        float(total(items)),
        0.015 * len(items) + 1e-6,
    )


@each_kind
@LAW
@given(data=st.data(), seed=seeds)
def test_a_month_in_two_parts_comes_to_the_whole_where_clauses_are_divisible(
    kind: str, data: Any, seed: int
) -> None:
    contract = data.draw(contracts(kind))
    clauses = [*contract.clauses[:2], *(each for each in contract.clauses[3:] if indivisible(each) is None)]
    divisible = contract.changed(clauses=tuple(clauses))
    state = settle(divisible, NOTHING, drawn(seed + 1), 0)[1]
    for month, before in ((0, NOTHING), (1, state)):
        parts, whole, noise = parts_and_whole(divisible, seed, before, month)
        assert parts == pytest.approx(whole, abs=noise)


def test_a_clause_is_divisible_or_says_why_not() -> None:
    divisible = {"all", "scale", "between", "ramp", "tail", "indexed", "benchmark"} | {
        "per_unit",
        "commission",
        "damages",
    }
    assert set(_WHY) | divisible | {"cost_plus", "pass_through"} == set(KINDS)


@pytest.mark.parametrize("kind", sorted(set(_WHY) - {"clawback"}))
def test_a_month_in_two_parts_differs_where_clauses_are_indivisible(kind: str) -> None:
    """One example each, where a quarter or all windows end; a clawback differs only as the fee it cites does."""
    differs: list[bool] = []

    @settings(max_examples=60, derandomize=True, deadline=None, database=None)
    @given(contracts(kind), seeds, st.sampled_from([2, TERM - 1]))
    def look(contract: Contract, seed: int, month: int) -> None:
        parts, whole, noise = parts_and_whole(contract, seed, NOTHING, month)
        frame = contract.changed(clauses=contract.clauses[:3])
        parts_of_frame, whole_frame, _ = parts_and_whole(frame, seed, NOTHING, month)
        differs.append(abs((parts - whole) - (parts_of_frame - whole_frame)) > noise)

    look()
    assert any(differs)
