"""Stationary worlds without hiring, learning or cash, in which a vendor's best plan is known from theory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from orm_sim.centre import erlang
from orm_sim.contract import NOTHING, Contract, PaymentTerms
from orm_sim.contract.clause import Clause
from orm_sim.vendor.decision.expected import Expected
from orm_sim.vendor.decision.futures import Doubts, Futures, futures
from orm_sim.vendor.decision.valuation import Decision, Signed, best_response
from orm_sim.vendor.levers import STANDARD, Plan, Plans, plans_of
from orm_sim.vendor.traits import Renewal, Traits

Floats = NDArray[np.float64]

INDIFFERENT = Traits(
    risk_tolerance=None, discount_rate_per_year=0.0, ruin_loss=0.0, honesty=0.0,
    renewal=Renewal(share_if_met=0.0, share_if_missed=0.0, months=0.0), looks_beyond_months=0,
)  # fmt: skip
SURE = Doubts(volume=0.0, handle_time=0.0, conversion=0.0, attrition=0.0, service=0.0)
MONTH_S = 30.0 * 86_400.0


def signed(*clauses: Clause) -> Signed:
    """A contract of these clauses on its first month."""
    contract = Contract(
        title="t", scope=("inbound", "outbound"), term_months=12, clauses=clauses,
        payment=PaymentTerms(net_days=0), notice_days=30,
    )  # fmt: skip
    return Signed(contract, NOTHING, 0)


def chain(
    agents: int, per_s: float, handle_s: float, patience_s: float, threshold_s: float
) -> tuple[float, float]:
    """Share answered within the threshold, and share abandoned, of a pool with exponential laws.

    From the balance equations of the birth-death chain, and the wait of a contact that finds k ahead by the matrix
    exponential of its moves: nothing of the package is used.
    """
    most = agents + int(60 + 8 * np.sqrt(per_s * patience_s) + per_s * patience_s)
    leave = np.array(
        [min(k, agents) / handle_s + max(k - agents, 0) / patience_s for k in range(1, most + 1)]
    )
    weight = np.concatenate([[0.0], np.cumsum(np.log(per_s) - np.log(leave))])
    chance = np.exp(weight - weight.max())
    chance /= chance.sum()
    queue = np.maximum(np.arange(most + 1) - agents, 0)
    abandoned = float((chance * queue).sum() / patience_s / per_s)
    at_once = float(chance[:agents].sum())
    waiting = chance[agents:most]
    n = waiting.size  # a contact with k others ahead in the queue, k = 0 .. n-1
    move = np.zeros((n + 2, n + 2))  # states: k ahead; n answered; n + 1 gone
    for k in range(n):
        move[k, k - 1 if k else n] += agents / handle_s + k / patience_s
        move[k, n + 1] += 1.0 / patience_s
        move[k, k] = -move[k].sum()
    start = np.concatenate([waiting, [0.0, 0.0]])
    within = float((start @ expm(move * threshold_s))[n])
    return at_once + within, abandoned


@dataclass(frozen=True)
class Pool:
    """One stationary pool for one month: the staffing ratio is its number of agents divided by `unit`."""

    per_s: float
    handle_s: float
    patience_s: float
    threshold_s: float
    agent_cost: float
    unit: float
    resolution: Callable[[Floats], Floats] = lambda hours: np.full(hours.shape, 0.7)
    coaching_cost: float = 0.0
    cut: float = 0.0

    def expected(self, plans: Plans, futures_: Futures) -> Expected:
        """Month's meters by Erlang A of the package."""
        agents = np.rint(plans.staffing_ratio * self.unit)
        handle = self.handle_s * (1.0 - self.cut * plans.pressure)
        rows = list(zip(agents.astype(int).tolist(), handle.tolist(), strict=True))
        pools = [erlang.erlang_a(self.per_s, h, self.patience_s, n, self.threshold_s) for n, h in rows]
        level = np.array([pool.service_level for pool in pools])
        gone = np.array([pool.abandonment_rate for pool in pools])
        offered = self.per_s * MONTH_S * futures_.volume
        answered = (1.0 - gone)[:, None] * offered
        shape = answered.shape
        resolved = self.resolution(plans.coaching_hours)[:, None] * answered
        meters = {
            ("inbound", "offered"): np.broadcast_to(offered, shape),
            ("inbound", "forecast_offered"): np.broadcast_to(offered, shape),
            ("inbound", "answered"): answered,
            ("inbound", "abandoned"): gone[:, None] * offered,
            ("inbound", "answered_within"): level[:, None] * offered,
            ("inbound", "handled_s"): answered * handle[:, None],
            ("inbound", "resolved"): resolved,
        }
        cost = agents * self.agent_cost + plans.coaching_hours * self.coaching_cost
        return Expected(
            [meters], {"wages": np.broadcast_to(cost[:, None], (1, *shape))}, np.ones((1, *shape)),
            np.zeros(shape), np.broadcast_to(agents[:, None], (1, *shape)),
        )  # fmt: skip


def choose(pool: Pool, *clauses: Clause, plans: Plans) -> Decision:
    """What an indifferent vendor does under these clauses."""
    return best_response(signed(*clauses), pool, plans, futures(SURE, 1), INDIFFERENT, None)


def staffed(numbers: range, unit: float) -> Plans:
    """Plans that differ in agents alone."""
    return plans_of(*(STANDARD._replace(staffing_ratio=n / unit) for n in numbers))


def agents(decision: Decision, unit: float) -> int:
    """Agents of the plan that was chosen."""
    return round(decision.plan.staffing_ratio * unit)


__all__ = ["INDIFFERENT", "SURE", "Plan", "Pool", "agents", "chain", "choose", "signed", "staffed"]
