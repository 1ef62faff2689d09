"""Laws of prices, volumes and terms for a time, whatever the numbers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orm_sim.contract import (
    NOTHING,
    AnyClause,
    Between,
    Contract,
    CostPlus,
    Fixed,
    GainShare,
    Indexed,
    Meters,
    PaymentTerms,
    PerUnit,
    Ramp,
    RampStep,
    Scaled,
    Tail,
    Tier,
    Tiered,
    VolumeAdjustment,
    settle,
    settle_history,
    to_cents,
    total,
)
from orm_sim.contract.bound import Bound
from orm_sim.contract.clause import inside, walk
from orm_sim.contract.clauses import Clawback, ClawbackStep, Commission, Limit
from orm_sim.core.loader import build, load_yaml
from orm_sim.kpi import METERS
from tests.contract.strategies import OF_FAMILIES

LAW = settings(max_examples=60, derandomize=True, deadline=None)
FEW = settings(max_examples=4, derandomize=True, deadline=None)
TERM = 12
WORKED = sorted((Path(__file__).parent / "worked").glob("*.yaml"))

money = st.floats(0.0, 1e5)
volume = st.floats(0.0, 1e5)
months = st.integers(1, TERM)
seeds = st.integers(0, 2**32)

EACH: dict[str, Callable[[], Any]] = {
    "fixed": lambda: Fixed(label="x", amount=1234.56),
    "per unit": lambda: PerUnit(label="x", channel="inbound", meter="offered", rate=1.37),
    "tiers": lambda: Tiered(
        label="x", channel="inbound", meter="offered", mode="marginal",
        tiers=(Tier(up_to=400.0, rate=2.0), Tier(rate=1.0)),
    ),
    "cost plus": lambda: CostPlus(label="x", channel="inbound", markup=0.1, cap=Bound(amount=500.0)),
    "volume": lambda: VolumeAdjustment(
        label="x", channel="inbound", baseline=500.0, dead_band=0.1, arc_rate=2.0, rrc_rate=1.0
    ),
    "gain share": lambda: GainShare(label="x", channel="inbound", baseline=300.0, vendor_share=0.5, losses="shared"),
    "commission": lambda: Commission(label="x", channel="outbound", rate=60.0, clawback="none"),
}  # fmt: skip
"""Clauses whose months stand each for itself: settled in two halves they come to the whole."""


def of(*clauses: AnyClause, term_months: int = TERM) -> Contract:
    return Contract(
        title="t", scope=("inbound", "outbound"), term_months=term_months, clauses=clauses,
        payment=PaymentTerms(net_days=30), notice_days=30,
    )  # fmt: skip


def drawn(seed: int, shape: tuple[int, ...] = (), site: str | None = None) -> dict[tuple[str, str], Any]:
    """Any meters at all, of every channel, index and site."""
    draw = np.random.Generator(np.random.PCG64(seed))
    meters: dict[tuple[str, str], Any] = {
        ("index", name): draw.uniform(90, 120, shape) for name in ("wages", "prices")
    }
    meters |= {("covenants", name): draw.uniform(0.0, 2.0, shape) for name in ("liquidity", "attrition")}
    for channel in ("inbound", "outbound"):
        for name in (*METERS, *OF_FAMILIES):
            meters[channel if site is None else f"{channel}@{site}", name] = draw.uniform(0.0, 1000.0, shape)
    return meters


def history(n_months: int, seed: int) -> list[Meters]:
    return [drawn(seed + month) for month in range(n_months)]


def invoices(clause: AnyClause, meters: list[Meters]) -> list[float]:
    return [float(amount) for amount in settle_history(of(clause), meters)["invoice"]]


def owed(clause: AnyClause, **meters: float) -> float:
    """What one month comes to on these inbound meters."""
    given = {("inbound", name): value for name, value in meters.items()}
    return float(total(settle(of(clause, term_months=1), NOTHING, given, 0)[0]))


@pytest.mark.parametrize("name", EACH)
@FEW
@given(seed=seeds)
def test_combinators_that_change_nothing_change_nothing(name: str, seed: int) -> None:
    clause, meters = EACH[name](), history(TERM, seed)
    plainly = invoices(clause, meters)
    for same in (
        Scaled(by=1.0, of=(clause,)),
        Between(through_month=TERM, of=(clause,)),
        Ramp(steps=(RampStep(through_month=5, multiple=1.0), RampStep(multiple=1.0)), of=(clause,)),
        Tail(months=3, of=(clause,)),
    ):
        assert invoices(same, meters) == plainly


@pytest.mark.parametrize("name", EACH)
@FEW
@given(seed=seeds, last=st.integers(1, TERM - 1))
def test_two_parts_of_the_term_come_to_the_whole(name: str, seed: int, last: int) -> None:
    clause, meters = EACH[name](), history(TERM, seed)
    first = invoices(Between(through_month=last, of=(clause,)), meters)
    second = invoices(Between(from_month=last + 1, of=(clause,)), meters)
    assert [to_cents(a + b) for a, b in zip(first, second, strict=True)] == invoices(clause, meters)
    assert first[last:] == [0.0] * (TERM - last) and second[:last] == [0.0] * last


@pytest.mark.parametrize("name", EACH)
@FEW
@given(seed=seeds, multiple=st.sampled_from([0.0, 0.5, 0.96, 1.3]))
def test_a_ramp_is_a_scale_for_each_step(name: str, seed: int, multiple: float) -> None:
    clause, meters = EACH[name](), history(TERM, seed)
    ramped = invoices(
        Ramp(steps=(RampStep(through_month=6, multiple=multiple), RampStep(multiple=1.0)), of=(clause,)),
        meters,
    )
    scaled = invoices(Scaled(by=multiple, of=(clause,)), meters)
    assert ramped == scaled[:6] + invoices(clause, meters)[6:]


@LAW
@given(amount=money, by=st.sampled_from([0.5, 2.0, 4.0]))
def test_scales_multiply(amount: float, by: float) -> None:
    fee = Fixed(label="x", amount=amount)
    twice = Scaled(by=by, of=(Scaled(label="inner", by=0.5, of=(fee,)),))
    assert invoices(twice, [{}]) == invoices(Scaled(by=by * 0.5, of=(fee,)), [{}])


@FEW
@given(seed=seeds, n_months=st.integers(1, 5))
def test_a_tail_lasts_its_months_and_no_longer(seed: int, n_months: int) -> None:
    price = PerUnit(label="x", channel="inbound", meter="offered", rate=2.0)
    signed, state = of(Tail(months=n_months, multiple=0.5, of=(price,)), term_months=2), NOTHING
    for month, meters in enumerate(history(10, seed)):
        items, state = settle(signed, state, meters, month)
        full = float(to_cents(meters["inbound", "offered"] * 2.0))
        half = float(to_cents(meters["inbound", "offered"] * 1.0))
        assert float(total(items)) == (full if month < 2 else half if month < 2 + n_months else 0.0)


def test_a_tail_follows_a_notice_as_it_follows_the_term() -> None:
    signed, state = of(Tail(months=1, of=(Fixed(label="x", amount=10.0),))), NOTHING
    paid = []
    for month, ended in enumerate((False, False, True, True)):
        items, state = settle(signed, state, {}, month, ended=ended)
        paid.append(float(total(items)))
    assert paid == [10.0, 10.0, 10.0, 0.0]


@LAW
@given(answered=volume, repeats=volume, hours=volume, per=st.floats(0.01, 10.0))
def test_what_is_payable_lies_between_nothing_and_its_limits(
    answered: float, repeats: float, hours: float, per: float
) -> None:
    price = PerUnit(
        channel="inbound", meter="answered", rate=1.0, less=("repeat_contacts_vendor",),
        limit=Limit(meter="productive_hours", per=per),
    )  # fmt: skip
    paid = owed(price, answered=answered, repeat_contacts_vendor=repeats, productive_hours=hours)
    assert paid == float(to_cents(max(0.0, min(answered - repeats, hours * per))))


@LAW
@given(cost=money, more=money, cap=money, over=st.floats(0.0, 1.0), markup=st.floats(0.0, 0.5))
def test_more_cost_is_never_paid_less_nor_more_than_with_its_markup(
    cost: float, more: float, cap: float, over: float, markup: float
) -> None:
    book = CostPlus(channel="inbound", markup=markup, cap=Bound(amount=cap), over_cap_share=over or None)
    low, high = owed(book, vendor_cost=cost), owed(book, vendor_cost=cost + more)
    assert -0.011 <= high - low <= more * (1.0 + markup) + 0.011


@LAW
@given(units=volume, more=volume, baseline=st.floats(1.0, 1e5), band=st.floats(0.0, 0.5))
def test_an_adjustment_is_nothing_inside_the_band_and_never_jumps(
    units: float, more: float, baseline: float, band: float
) -> None:
    clause = VolumeAdjustment(
        channel="inbound", baseline=baseline, dead_band=band, arc_rate=3.0, rrc_rate=2.0
    )
    low, high = owed(clause, offered=units), owed(clause, offered=units + more)
    assert -0.011 <= high - low <= 3.0 * more + 0.011
    if abs(units - baseline) <= baseline * band * (1.0 - 1e-9):
        assert low == 0.0
    assert (low > 0.0) <= (units > baseline) and (low < 0.0) <= (units < baseline)


@LAW
@given(
    savings=st.floats(-1e5, 1e5),
    more=money,
    floor=money,
    cap=money,
    part=st.floats(0.0, 1.0),
    shared=st.booleans(),
)
def test_a_gain_share_keeps_its_bounds(
    savings: float, more: float, floor: float, cap: float, part: float, shared: bool
) -> None:
    clause = GainShare(
        channel="inbound",
        vendor_share=part,
        floor=floor or None,
        cap=cap,
        losses="shared" if shared else "client",
    )
    low, high = owed(clause, realised_savings=savings), owed(clause, realised_savings=savings + more)
    assert -0.011 <= high - low <= part * more + 0.011
    assert -cap - 0.005 <= low <= cap + 0.005
    assert low >= 0.0 or shared
    assert low <= part * max(savings - floor, 0.0) + 0.005


@FEW
@given(seed=seeds)
def test_a_clawback_returns_no_more_than_was_paid(seed: int) -> None:
    draw = np.random.Generator(np.random.PCG64(seed))
    sold, left = draw.integers(0, 200, TERM).astype(float), {}
    pay = Commission(label="pay", channel="outbound", rate=60.0, clawback="none")
    back = Clawback(
        label="back", channel="outbound", fee="pay",
        schedule=(ClawbackStep(before_months=2, share=1.0), ClawbackStep(before_months=6, share=0.5)),
    )  # fmt: skip
    meters: list[Meters] = []
    for month in range(TERM):
        left[month] = sold[month]
        counted = {("outbound", "sales_net"): sold[month]}
        for lag in range(6):
            gone = np.floor(left.get(month - lag, 0.0) * draw.random())
            counted["outbound", f"cancelled_lag{lag}"] = gone
            left[month - lag] = left.get(month - lag, 0.0) - gone
        meters.append(counted)
    paid = settle_history(of(pay, back), meters)
    assert np.all(-np.cumsum(paid["back"]) <= np.cumsum(paid["pay"]))
    assert np.all(paid["back"] <= 0.0)


@FEW
@given(seed=seeds, lag=st.integers(0, 12))
def test_a_lag_reads_the_index_of_so_many_months_before(seed: int, lag: int) -> None:
    levels = np.random.Generator(np.random.PCG64(seed)).uniform(90.0, 120.0, 40)
    fee = (Fixed(label="x", amount=10_000.0),)
    late = Indexed(index={"wages": 1.0}, base={"wages": 100.0}, lag_months=lag or None, of=fee)
    now = Indexed(index={"wages": 1.0}, base={"wages": 100.0}, of=fee)
    months = range(12, 40)
    shifted = [{("index", "wages"): levels[max(month - lag, 0)]} for month in range(40)]
    given = [{("index", "wages"): level} for level in levels]
    term = 40
    paid = [
        settle_history(of(each, term_months=term), meters)["invoice"]
        for each, meters in ((late, given), (now, shifted))
    ]
    assert [paid[0][month] for month in months] == [paid[1][month] for month in months]


@FEW
@given(changes=st.lists(st.floats(-0.1, 0.1), min_size=6, max_size=6))
def test_a_collar_that_carries_loses_nothing(changes: list[float]) -> None:
    clause = Indexed(
        index={"wages": 1.0}, base={"wages": 100.0}, cap_per_year=0.03, floor_per_year=-0.03, excess="carried",
        of=(Fixed(label="x", amount=1.0),),
    )  # fmt: skip
    signed, state, level = of(clause, term_months=100), NOTHING, 100.0
    _, state = settle(signed, state, {("index", "wages"): level}, 0)
    given_so_far, factor = 0.0, 1.0
    for year, change in enumerate(changes, start=1):
        level *= 1.0 + change
        _, state = settle(signed, state, {("index", "wages"): level}, 12 * year)
        values = state.inner[0].values
        given_so_far += float(values["factor"]) / factor - 1.0
        factor = float(values["factor"])
        assert given_so_far + float(values["carried"]) == pytest.approx(sum(changes[:year]), abs=1e-9)


@pytest.mark.parametrize("path", WORKED, ids=lambda path: path.stem)
@FEW
@given(seed=seeds)
def test_one_history_alone_and_among_many_comes_to_the_same_cents(path: Path, seed: int) -> None:
    document = load_yaml(path)
    contract = build(Contract, document.section(("contract",)))
    contract = contract.with_rate(0.3) if not contract.is_priced else contract
    sites = {each.site for _, each in walk(contract.clauses)}
    shape = (2, 3)
    together = [
        {key: value for site in sites for key, value in drawn(seed + month, shape, site).items()}
        for month in range(15)
    ]
    for each in together:
        each.update({("index", name): each["index", "wages"] for name in contract.index_names})
    whole = settle_history(contract, together)
    for at in ((0, 0), (1, 2)):
        alone = settle_history(
            contract, [{key: value[at] for key, value in each.items()} for each in together]
        )
        assert alone.keys() == whole.keys()
        for label, amounts in whole.items():
            here = amounts[at] if amounts.ndim > 1 else amounts  # a contract of fixed sums reads no meters
            assert np.array_equal(here, alone[label]), label


def test_every_combinator_keeps_the_memory_of_what_is_inside() -> None:
    for path in WORKED:
        contract = build(Contract, load_yaml(path).section(("contract",)))
        contract = contract.with_rate(0.3) if not contract.is_priced else contract
        meters = {
            key: value
            for site in ("cebu", "manchester", "tampa")
            for key, value in drawn(1, (), site).items()
        }
        meters |= drawn(1) | {("index", name): 1.0 for name in contract.index_names}
        _, state = settle(contract, NOTHING, meters, 0)
        for clause, memory in zip(contract.clauses, state.inner, strict=True):
            early = isinstance(clause, Between) and not memory.inner
            assert early or len(memory.inner) == len(inside(clause))
