"""Frictionless limits: with hiring, learning and cash left aside, the best response is the optimum of theory.

Optima are computed here from a birth-death chain by numpy; the vendor computes with the package's Erlang A and the
contract's settlement. Sources: Hasija, Pinker & Shumsky (2008); Ren & Zhou (2008); Holmström & Milgrom (1987).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from orm_sim.contract import Fixed, Measure, PerUnit, ServiceCredit
from orm_sim.contract.clauses.damages import Damages
from orm_sim.contract.credit import Lump
from orm_sim.core.errors import InputError
from orm_sim.vendor.decision.expected import Expected
from orm_sim.vendor.decision.futures import Doubts, Futures, futures
from orm_sim.vendor.decision.valuation import best_response
from orm_sim.vendor.levers import STANDARD, Plans, plans_of
from tests.vendor.theory import INDIFFERENT, MONTH_S, SURE, Pool, agents, chain, choose, signed, staffed

POOL = Pool(
    per_s=120.0 / 3600.0, handle_s=300.0, patience_s=120.0, threshold_s=20.0, agent_cost=10_800.0, unit=10.0
)
NUMBERS = range(31)
CONTACTS = POOL.per_s * MONTH_S
BY_CHAIN = [
    chain(n, POOL.per_s, POOL.handle_s, POOL.patience_s, POOL.threshold_s) if n else (0.0, 1.0)
    for n in NUMBERS
]


def per_contact(rate: float) -> PerUnit:
    return PerUnit(label="fee", channel="inbound", meter="answered", rate=rate)


def profit(n: int, fee: float) -> float:
    return fee * CONTACTS * (1.0 - BY_CHAIN[n][1]) - POOL.agent_cost * n


def optimum(fee: float) -> int:
    return max(NUMBERS, key=lambda n: profit(n, fee))


@pytest.mark.parametrize("fee", [0.8, 1.4, 1.6, 2.0, 3.0, 6.0, 20.0])
def test_a_fee_per_answered_contact_is_staffed_to_where_one_more_agent_no_longer_pays(fee: float) -> None:
    decision = choose(POOL, per_contact(fee), plans=staffed(NUMBERS, POOL.unit))
    assert agents(decision, POOL.unit) == optimum(fee)
    assert decision.value[decision.chosen] == pytest.approx(profit(optimum(fee), fee), rel=1e-6, abs=0.02)


def test_a_fee_below_the_cost_of_the_first_agents_staffs_nobody_and_a_high_one_never_overstaffs_for_long() -> (
    None
):
    assert optimum(0.8) == 0
    assert agents(choose(POOL, per_contact(0.8), plans=staffed(NUMBERS, POOL.unit)), POOL.unit) == 0
    chosen = [
        agents(choose(POOL, per_contact(f), plans=staffed(NUMBERS, POOL.unit)), POOL.unit)
        for f in (1.6, 3.0, 20.0)
    ]
    assert chosen == sorted(chosen)


@pytest.mark.parametrize(
    ("value", "loss", "fee"), [(2.0, 3.0, 1.2), (2.0, 3.0, 2.0), (1.6, 1.0, 1.6), (4.0, 6.0, 1.0)]
)
def test_a_penalty_per_abandoned_contact_staffs_first_best_exactly_when_fee_and_penalty_are_value_and_loss(
    value: float, loss: float, fee: float
) -> None:
    """What is best for the pair earns `value` for each answered and loses `loss` for each abandoned contact."""

    def joint(n: int) -> float:
        lost = BY_CHAIN[n][1]
        return CONTACTS * (value * (1.0 - lost) - loss * lost) - POOL.agent_cost * n

    first_best = max(NUMBERS, key=joint)

    def chosen(penalty: float) -> int:
        damages = Damages(label="penalty", channel="inbound", meter="abandoned", rate=penalty)
        return agents(choose(POOL, per_contact(fee), damages, plans=staffed(NUMBERS, POOL.unit)), POOL.unit)

    assert chosen(value + loss - fee) == first_best
    assert chosen(0.01) < first_best
    assert chosen(3.0 * (value + loss)) > first_best


def test_pay_per_minute_lengthens_contacts_and_pay_per_contact_shortens_them() -> None:
    pool = replace(POOL, cut=0.15)
    grid = [STANDARD._replace(staffing_ratio=n / 10.0, pressure=p) for n in NUMBERS for p in (0.0, 1.0)]

    def by_chain(rate: float, minutes: bool) -> tuple[int, float]:
        def worth(n: int, p: float) -> float:
            handle = 300.0 * (1.0 - 0.15 * p)
            lost = chain(n, pool.per_s, handle, pool.patience_s, 20.0)[1] if n else 1.0
            paid = CONTACTS * (1.0 - lost) * (handle / 60.0 if minutes else 1.0)
            return rate * paid - pool.agent_cost * n

        return max(((n, p) for n in NUMBERS for p in (0.0, 1.0)), key=lambda each: worth(*each))

    per_minute = PerUnit(label="fee", channel="inbound", meter="handled_s", per="minute", rate=0.40)
    for clause, rate, minutes in ((per_contact(2.0), 2.0, False), (per_minute, 0.40, True)):
        decision = choose(pool, clause, plans=plans_of(*grid))
        assert (agents(decision, 10.0), decision.plan.pressure) == by_chain(rate, minutes)
    assert by_chain(2.0, False)[1] == 1.0
    assert by_chain(0.40, True)[1] == 0.0


def lump(amount: float) -> ServiceCredit:
    measure = Measure(kpi="service_level", target=0.80, within_s=20.0, credit=Lump(amount=amount))
    return ServiceCredit(
        label="credit", channel="inbound", fees=("fee",), at_risk=1.0, measures=(measure,), grace_months=0
    )


def test_a_lump_credit_is_ignored_up_to_its_break_even_and_met_and_no_more_above_it() -> None:
    fee = 1.7
    free = optimum(fee)
    compliant = min(n for n in NUMBERS if BY_CHAIN[n][0] >= 0.80)
    assert free < compliant
    break_even = profit(free, fee) - profit(compliant, fee)
    for share, expected in ((0.2, free), (0.98, free), (1.02, compliant), (4.0, compliant)):
        decision = choose(POOL, per_contact(fee), lump(share * break_even), plans=staffed(NUMBERS, POOL.unit))
        assert agents(decision, POOL.unit) == expected, share


def test_pay_per_resolution_buys_quality_and_pay_per_contact_none() -> None:
    cost, gain, base, rate = 4_000.0, 0.3, 0.5, 3.0
    pool = replace(POOL, resolution=lambda h: base + gain * (1.0 - np.exp(-h)), coaching_cost=cost)
    hours = np.arange(0.0, 4.0, 0.05)
    plans = plans_of(*(STANDARD._replace(staffing_ratio=1.4, coaching_hours=float(h)) for h in hours))
    answered = CONTACTS * (1.0 - BY_CHAIN[14][1])
    best = np.log(gain * rate * answered / cost)  # gain * rate * answered * e^-h = cost
    assert 0.5 < best < 3.5
    paid = PerUnit(label="fee", channel="inbound", meter="resolved", rate=rate)
    assert choose(pool, paid, plans=plans).plan.coaching_hours == pytest.approx(best, abs=0.0251)
    assert choose(pool, per_contact(rate), plans=plans).plan.coaching_hours == 0.0


@dataclass(frozen=True)
class Selling:
    """Sales = effort + noise, effort costs c e² / 2, all in units of `scale` dollars."""

    cost: float
    sd: float
    scale: float = 100_000.0

    def expected(self, plans: Plans, futures_: Futures) -> Expected:
        effort = plans.coaching_hours[:, None]
        sales = self.scale * (effort + self.sd * futures_.other_business)
        cost = np.broadcast_to(self.scale * self.cost * effort**2 / 2.0, (1, *sales.shape))
        return Expected(
            [{("outbound", "sales_net"): sales}], {"quality": cost}, np.ones((1, *sales.shape)),
            np.zeros(sales.shape), np.zeros((1, *sales.shape)),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("aversion", "cost", "sd"), [(1.0, 0.5, 1.0), (2.0, 1.0, 0.5), (0.5, 0.8, 2.0), (0.0, 0.5, 1.0)]
)
def test_the_clients_best_share_under_noise_is_that_of_holmstroem_and_milgrom(
    aversion: float, cost: float, sd: float
) -> None:
    selling = Selling(cost, sd)
    tolerance = None if aversion == 0.0 else selling.scale / aversion
    traits = INDIFFERENT.model_copy(update={"risk_tolerance": tolerance})
    efforts = plans_of(*(STANDARD._replace(coaching_hours=float(e)) for e in np.arange(0.0, 2.51, 0.0125)))
    ahead = futures(SURE, 1, 1024)
    shares = np.arange(0.02, 1.001, 0.02)

    def clients_value(share: float) -> float:
        """What is left for the client when a fixed sum keeps the vendor just willing."""
        paid = PerUnit(label="share", channel="outbound", meter="sales_net", rate=share)
        decision = best_response(signed(paid), selling, efforts, ahead, traits, None)
        effort = decision.plan.coaching_hours
        assert effort == pytest.approx(share / cost, abs=0.0126)  # the vendor's own optimum
        return selling.scale * effort * (1.0 - share) + float(decision.value[decision.chosen])

    best = shares[int(np.argmax([clients_value(float(share)) for share in shares]))]
    assert best == pytest.approx(1.0 / (1.0 + aversion * cost * sd**2), abs=0.03)


def test_damages_stand_among_credits_and_not_in_revenue() -> None:
    """Split by part: the fee on those answered, and 3.0 for each who was not."""
    damages = Damages(label="penalty", channel="inbound", meter="abandoned", rate=3.0)
    decision = choose(POOL, per_contact(2.0), damages, plans=staffed(range(8, 20), POOL.unit))
    lost = np.array([BY_CHAIN[n][1] for n in range(8, 20)]) * CONTACTS
    assert decision.split["revenue"] == pytest.approx(2.0 * (CONTACTS - lost), abs=0.02)
    assert decision.split["credits"] == pytest.approx(-3.0 * lost, abs=0.02)


def test_a_vendor_without_a_finite_best_says_so() -> None:
    plans = plans_of(STANDARD, STANDARD._replace(coaching_hours=1.0))
    paid = PerUnit(label="share", channel="outbound", meter="sales_net", rate=1.0)
    with pytest.raises(InputError, match="2 of the vendor's 2 plans are worth no finite sum"):
        best_response(signed(paid), Selling(float("nan"), 1.0), plans, futures(SURE, 1), INDIFFERENT, None)


def test_a_fixed_fee_alone_staffs_nobody() -> None:
    decision = choose(POOL, Fixed(label="fee", amount=50_000.0), plans=staffed(NUMBERS, POOL.unit))
    assert agents(decision, POOL.unit) == 0


def test_parts_of_the_value_add_up_and_doubt_costs_the_averse() -> None:
    ahead = futures(Doubts(), 1)
    plans = staffed(range(8, 20), POOL.unit)
    averse = INDIFFERENT.model_copy(update={"risk_tolerance": 50_000.0})
    for traits in (INDIFFERENT, averse):
        decision = best_response(signed(per_contact(2.0)), POOL, plans, ahead, traits, None)
        assert np.allclose(sum(decision.split.values()), decision.value)
        assert np.all(decision.split["risk"] <= 1e-6)
    assert np.all(decision.split["risk"] < -100.0)
