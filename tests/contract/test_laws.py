"""Laws of settlement, whatever the numbers: continuity, idempotence, sums to the cent, scalar equals array."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orm_sim.contract import (
    NOTHING,
    Cap,
    Contract,
    Fixed,
    Floor,
    Measure,
    Meters,
    PaymentTerms,
    reserve_balance,
    settle,
    settle_history,
    to_cents,
    total,
)
from orm_sim.contract.bound import Bound
from orm_sim.contract.clause import Clause
from orm_sim.contract.tiers import marginal
from orm_sim.core.loader import build, load_yaml
from orm_sim.kpi import COUNTERS

BANK = sorted((Path(__file__).parent / "worked").glob("bank_*.yaml"))

FEW, LAW, MANY = (settings(max_examples=n, derandomize=True, deadline=None) for n in (5, 12, 100))

money = st.floats(0.0, 1e6)
volume = st.floats(0.0, 1e6)


def bank(path: Path) -> Contract:
    document = load_yaml(path)
    return build(Contract, document.section(("contract",))).with_rate(document.data["solved"])


def of(*clauses: Clause) -> Contract:
    return Contract(
        title="t", scope=("inbound", "outbound"), term_months=12, clauses=clauses,
        payment=PaymentTerms(net_days=30), notice_days=30,
    )  # fmt: skip


def drawn_meters(seed: int, shape: tuple[int, ...]) -> dict[tuple[str, str], Any]:
    """Any meters at all: months of feast and of nothing, with and without sales."""
    draw = np.random.Generator(np.random.PCG64(seed))
    meters: dict[tuple[str, str], Any] = {}
    for channel in ("inbound", "outbound"):
        for name in COUNTERS:
            meters[channel, name] = draw.uniform(0.0, 1000.0, shape) * (draw.random(shape) < 0.9)
        meters[channel, "payable_handled_s"] = meters[channel, "payable_contacts"] * draw.uniform(
            200.0, 600.0, shape
        )
    for name in ("wages_ph", "wages", "prices"):
        meters["index", name] = draw.uniform(0.9, 1.2, shape)
    return meters


@MANY
@given(
    st.lists(st.floats(1.0, 1e5), min_size=1, max_size=4, unique=True).map(sorted),
    st.lists(st.floats(0.0, 100.0), min_size=5, max_size=5),
    volume,
    st.floats(0.0, 1000.0),
)
def test_marginal_tiers_are_continuous_and_never_fall(
    bounds: list[float], rates: list[float], units: float, more: float
) -> None:
    rates = rates[: len(bounds) + 1]
    low, high = (float(marginal(np.asarray(at), bounds, rates)) for at in (units, units + more))
    noise = 1e-9 * (1.0 + high)
    assert low <= high + noise
    assert high - low <= max(rates) * more + noise


@MANY
@given(st.lists(st.floats(0.0, 100.0), min_size=3, max_size=3), volume)
def test_marginal_tiers_charge_each_unit_at_its_own_tier(rates: list[float], units: float) -> None:
    in_tier = [min(units, 100.0), min(max(units - 100.0, 0.0), 400.0), max(units - 500.0, 0.0)]
    expected = sum(u * r for u, r in zip(in_tier, rates, strict=True))
    assert float(marginal(np.asarray(units), [100.0, 500.0], rates)) == pytest.approx(expected, abs=1e-6)


@MANY
@given(money, money)
@example(1.0, 0.375)  # a bound that is no whole cent
def test_cap_and_floor_are_idempotent(fee: float, bound: float) -> None:
    for kind in (Cap, Floor):
        fixed = Fixed(amount=fee)
        once = kind(label="once", at=Bound(amount=bound), of=(fixed,))
        twice = kind(label="twice", at=Bound(amount=bound), of=(once,))
        invoices = [float(total(settle(of(each), NOTHING, {}, 0)[0])) for each in (once, twice)]
        limit = min if kind is Cap else max
        assert invoices[0] == invoices[1] == float(limit(to_cents(fee), to_cents(bound)))


@MANY
@given(st.integers(0, 10**9), st.sampled_from([100, 1000, 10_000, 100_000]), st.booleans())
def test_rounding_is_to_the_cent_half_away_from_zero(numerator: int, places: int, negative: bool) -> None:
    exact = Decimal(-numerator if negative else numerator) / places
    expected = exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    assert float(to_cents(float(exact))) == float(expected)


@MANY
@given(st.integers(0, 10**7), st.integers(0, 10**6))
def test_rounding_sees_through_the_product_of_two_decimals(quantity: int, rate: int) -> None:
    expected = (Decimal(quantity) / 1000 * Decimal(rate) / 10_000).quantize(
        Decimal("0.01"), rounding=ROUND_HALF_UP
    )
    assert float(to_cents((quantity / 1000) * (rate / 10_000))) == float(expected)


@pytest.mark.parametrize("path", BANK, ids=lambda path: path.stem)
@LAW
@given(seed=st.integers(0, 2**32))
def test_items_are_whole_cents_and_sum_to_the_invoice(path: Path, seed: int) -> None:
    contract, state = bank(path), NOTHING
    for month in range(6):
        items, state = settle(contract, state, drawn_meters(seed + month, (7,)), month)
        cents = [np.broadcast_to(item.amount, (7,)) * 100.0 for item in items]
        assert all(np.allclose(each, np.rint(each), rtol=0.0, atol=1e-6) for each in cents)
        assert np.array_equal(np.rint(sum(cents)), np.rint(total(items) * 100.0))


@pytest.mark.parametrize("path", BANK, ids=lambda path: path.stem)
@LAW
@given(seed=st.integers(0, 2**32))
def test_credits_never_exceed_the_amount_at_risk(path: Path, seed: int) -> None:
    contract = bank(path)
    history = settle_history(contract, [drawn_meters(seed + month, (20,)) for month in range(12)])
    fees = history.get("inbound minutes", history.get("inbound hours"))
    assert fees is not None
    credit = -history["inbound service credit"]
    assert np.all(credit >= 0.0)
    assert np.all(credit <= 0.10 * fees + 0.005 + 1e-9)
    assert np.all(credit[..., :3] == 0.0)


@pytest.mark.parametrize("path", BANK, ids=lambda path: path.stem)
@FEW
@given(seed=st.integers(0, 2**32))
def test_one_history_alone_and_among_many_comes_to_the_same_cents(path: Path, seed: int) -> None:
    contract = bank(path)
    shape = (3, 4)
    months = [drawn_meters(seed + month, shape) for month in range(14)]
    together = settle_history(contract, months)
    for at in ((0, 0), (2, 1), (1, 3)):
        alone = settle_history(
            contract, [{key: float(value[at]) for key, value in each.items()} for each in months]
        )
        assert alone.keys() == together.keys()
        for label, amounts in together.items():
            assert np.array_equal(amounts[at], alone[label]), label


@LAW
@given(seed=st.integers(0, 2**32))
def test_every_withheld_cent_is_released(seed: int) -> None:
    contract, state = bank(next(path for path in BANK if "baseline" in path.stem)), NOTHING
    withheld = released = 0.0
    for month in range(40):
        items, state = settle(contract, state, drawn_meters(seed + month, ()), month)
        withheld -= sum(float(item.amount) for item in items if item.kind == "reserve_withheld")
        released += sum(float(item.amount) for item in items if item.kind == "reserve_released")
        assert float(reserve_balance(contract, state)) == pytest.approx(withheld - released, abs=1e-6)
    assert withheld > 0.0
    assert float(reserve_balance(contract, state)) == 0.0


def test_settlement_changes_nothing_it_was_given() -> None:
    contract = bank(BANK[0])
    meters = drawn_meters(5, (4,))
    before = {key: np.array(value) for key, value in meters.items()}
    _, state = settle(contract, NOTHING, meters, 0)
    first, after = settle(contract, state, meters, 1)
    second, again = settle(contract, state, meters, 1)
    assert all(np.array_equal(before[key], meters[key]) for key in meters)
    assert all(np.array_equal(a.amount, b.amount) for a, b in zip(first, second, strict=True))
    assert repr(after) == repr(again)


def test_each_month_of_a_history_is_one_settlement() -> None:
    contract = bank(BANK[0])
    months: list[Meters] = [drawn_meters(month, ()) for month in range(5)]
    history, state = settle_history(contract, months), NOTHING
    for month, meters in enumerate(months):
        items, state = settle(contract, state, meters, month)
        assert float(history["invoice"][month]) == float(total(items))


def test_an_ended_contract_earns_nothing_new() -> None:
    contract = bank(next(path for path in BANK if "baseline" in path.stem))
    nothing = dict.fromkeys(drawn_meters(0, ()), 0.0) | {("index", "wages_ph"): 1.0}
    _, state = settle(contract, NOTHING, drawn_meters(1, ()), 0)
    for month in range(1, 4):
        items, state = settle(contract, state, nothing, month, ended=True)
        kinds = {item.kind for item in items if float(item.amount) != 0.0}
        assert kinds <= {"reserve_released", "clawback"}
    assert float(reserve_balance(contract, state)) == 0.0


def test_the_invoice_is_linear_in_a_solved_rate_where_nothing_binds() -> None:
    path = next(path for path in BANK if "both" in path.stem)
    free = build(Contract, load_yaml(path).section(("contract",)))
    meters = drawn_meters(3, ())
    low, middle, high = (
        float(total(settle(free.with_rate(r), NOTHING, meters, 0)[0])) for r in (10.0, 15.0, 20.0)
    )
    assert middle == pytest.approx((low + high) / 2.0, abs=0.02)


@pytest.mark.parametrize("points", ["up", "down", "exact"])
def test_whole_points_survive_binary_fractions(points: str) -> None:
    measure = Measure.model_validate(
        {"kpi": "fcr", "target": 0.99, "credit": {"by": "point", "points": points, "amount": 1.0}}
    )
    for reached in range(99):
        counted = {"resolved": float(reached), "unresolved": float(100 - reached)}
        miss = measure.miss(counted, np.asarray(1e6), np.asarray(1e6), {})
        assert float(to_cents(measure.credit.owed(miss))) == 99 - reached


def test_work_after_the_term_is_paid_under_a_tail_alone() -> None:
    hours = {
        "clause": "per_unit",
        "label": "hours",
        "channel": "inbound",
        "meter": "productive_hours",
        "rate": 10,
    }
    guaranteed = {
        "clause": "floor",
        "at": {"rate": 9, "channel": "inbound", "meter": "paid_hours"},
        "of": [hours],
    }
    meters = {("inbound", "productive_hours"): 100.0, ("inbound", "paid_hours"): 200.0}
    frame = {
        "title": "t",
        "scope": ["inbound"],
        "term_months": 3,
        "payment": {"net_days": 30},
        "notice_days": 30,
    }
    for clause, paid in ((guaranteed, 0.0), ({"clause": "tail", "months": 1, "of": [hours]}, 1000.0)):
        contract, state = Contract.model_validate({**frame, "clauses": [clause]}), NOTHING
        owed = []
        for month in range(5):
            items, state = settle(contract, state, meters, month)
            owed.append(float(total(items)))
        assert owed[3:] == [paid, 0.0]


def test_work_of_the_month_in_which_a_contract_ends_early_is_paid() -> None:
    hours = {"clause": "per_unit", "channel": "inbound", "meter": "productive_hours", "rate": 10}
    frame = {
        "title": "t",
        "scope": ["inbound"],
        "term_months": 3,
        "payment": {"net_days": 30},
        "notice_days": 30,
    }
    contract = Contract.model_validate({**frame, "clauses": [hours]})
    items, _ = settle(contract, NOTHING, {("inbound", "productive_hours"): 40.0}, 1, ended=True)
    assert float(total(items)) == 400.0
