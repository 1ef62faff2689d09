"""What each plan is worth to the vendor: the contract's own settlement over its futures, risk, ruin and renewal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orm_sim.contract.contract import Contract
from orm_sim.contract.period import LineItem, Memory
from orm_sim.contract.settlement import settle
from orm_sim.core.compiled import jit
from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.vendor.decision.expected import Expected, InRows, Operations
from orm_sim.vendor.decision.futures import Futures
from orm_sim.vendor.decision.purse_ahead import PurseAhead, when_paid
from orm_sim.vendor.decision.tolerance import Tolerance
from orm_sim.vendor.levers import Plan, Plans
from orm_sim.vendor.traits import Traits

Floats = NDArray[np.float64]

_SHIFTS = ("reserve_withheld", "reserve_released")
_REMEDIES = ("service_credit", "earn_back", "damages", "clawback")
_SOLD = ("outbound", "sales_net")
_OFFERED, _FORECAST = ("inbound", "offered"), ("inbound", "forecast_offered")


@dataclass(frozen=True, slots=True)
class Decision:
    """Every plan with what it is worth, and the one that is chosen.

    Attributes
    ----------
    plans : Plans
    value : float64[n_plans]
        Certainty equivalent of the margin - expected loss by ruin - conscience + hope of renewal, $.
    split : mapping of str to float64[n_plans]
        Its parts, expected present values in $: revenue, credits (taken off or back for service, damages and lapsed
        sales, less what is earned back), the kinds of cost, interest, risk (what uncertainty
        takes off the mean), ruin, conscience, the term beyond the horizon, renewal. They add up to the value.
    ruin : float64[n_plans]
        Share of futures in which the firm fails within the horizon.
    met : float64[n_plans]
        Share of months in which the service asked for is met.
    chosen : int
        Position of the plan with the highest value, the first of equals.
    ended : float64[n_plans]
        Share of futures in which the client has ended the contract for cause within the horizon.
    """

    plans: Plans
    value: Floats
    split: Mapping[str, Floats]
    ruin: Floats
    met: Floats
    chosen: int
    ended: Floats

    @property
    def plan(self) -> Plan:
        """The plan that is chosen."""
        return self.plans.at(self.chosen)


@dataclass(frozen=True, slots=True)
class Signed:
    """A contract as far as it has been lived.

    Attributes
    ----------
    contract : Contract
        Its rates filled in.
    memory : Memory
        What settled months have left behind.
    month : int
        Month of the contract that comes next, from 0.
    sold : tuple of float
        Funded sales of the last months, the latest first: some of them are still to be cancelled.
    tolerance : Tolerance or None
        How much failure the client still bears; None never ends the contract.
    """

    contract: Contract
    memory: Memory
    month: int
    sold: tuple[float, ...] = ()
    tolerance: Tolerance | None = None


def best_response(
    signed: Signed,
    operations: Operations,
    plans: Plans,
    futures: Futures,
    traits: Traits,
    purse: PurseAhead | None,
) -> Decision:
    """The plan a vendor takes: the one worth most to it under the contract's own settlement.

    Parameters
    ----------
    signed : Signed
        The contract and what it remembers.
    operations : Operations
        What each plan brings about.
    plans, futures
        Compared plans, and the futures they are compared over.
    traits : Traits
    purse : PurseAhead or None
        None leaves cash aside: nobody fails.

    Raises
    ------
    InputError
        Where a plan is worth no finite sum.
    """
    expected = operations.expected(plans, futures)
    shape = (plans.staffing_ratio.size, futures.volume.size)
    items = _settled(signed, expected, shape)
    alive, interest = _solvency(purse, expected, items, futures, shape)
    discount = np.asarray((1.0 + traits.discount_rate_per_year) ** (-(np.arange(len(items)) + 1.0) / 12.0))
    kept, stands = _kept(signed, expected, shape)
    counted = alive * kept
    counted *= discount[:, None, None]
    flows = _flows(expected, items, shape) | {"interest": (interest, -1.0)}
    present, later = _weighed(flows, counted)
    margin = np.asarray(sum(present))
    ruined = 1.0 - alive[-1]
    split = dict(zip(flows, present.mean(axis=2), strict=True))
    split["risk"] = certainty_equivalent(margin, traits.risk_tolerance) - margin.mean(axis=1)
    split["ruin"] = -traits.ruin_loss * ruined.mean(axis=1)
    split["conscience"] = -traits.honesty * expected.unsuitable.mean(axis=1)
    left = max(signed.contract.term_months - signed.month - len(items), 0)
    split["term"], split["renewal"] = _beyond(expected, later, alive[-1] * stands, left, discount[-1], traits)
    value = np.asarray(sum(split.values()))
    _refuse_what_is_not_finite(value)
    return Decision(
        plans, value, split, ruined.mean(axis=1), expected.met.mean(axis=(0, 2)), int(np.argmax(value)),
        1.0 - kept[-1].mean(axis=1),
    )  # fmt: skip


def _refuse_what_is_not_finite(value: Floats) -> None:
    """Values that cannot be compared are no reason for anything.

    Raises
    ------
    InputError
    """
    strange = int(np.count_nonzero(~np.isfinite(value)))
    if strange:
        rule = f"{strange} of the vendor's {value.size} plans are worth no finite sum: it cannot tell which is best"
        hint = "Look for a rate, a volume or a trait that is far too large or too small"
        raise InputError(Problem(Place("scenario"), "contract", None, rule, hint))


def certainty_equivalent(margin: Floats, risk_tolerance: float | None) -> Floats:
    """What a sure sum would have to be to be worth as much (CARA): -R ln E exp(-margin / R), over the last axis.

    Examples
    --------
    An even chance of R or -R/2 is worth about nothing to somebody of risk tolerance R:

    >>> bool(abs(certainty_equivalent(np.array([1000.0, -500.0]), 1000.0)) < 10.0)
    True
    """
    mean = margin.mean(axis=-1)
    if risk_tolerance is None:
        return np.asarray(mean)
    away = (margin - mean[..., None]) / -risk_tolerance
    top = away.max(axis=-1)
    return np.asarray(mean - risk_tolerance * (top + np.log(np.exp(away - top[..., None]).mean(axis=-1))))


def _settled(signed: Signed, expected: Expected, shape: tuple[int, int]) -> list[tuple[LineItem, ...]]:
    """Line items of every month ahead, for all plans and futures at once: amounts are numbers or rows of them all."""
    memory, settled = signed.memory, []
    for ahead, meters in enumerate(expected.meters):
        items, memory = settle(signed.contract, memory, InRows(meters, shape), signed.month + ahead)
        settled.append(items)
    return settled


def _kept(signed: Signed, expected: Expected, shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """1 in the months in which the contract is in force, and 1 where it stands after them, by plan and future."""
    if signed.tolerance is None:
        return np.ones((len(expected.meters), *shape)), np.ones(shape)
    surge = np.empty((len(expected.meters), *shape))
    for above, month in zip(surge, expected.meters, strict=True):
        np.divide(month.get(_OFFERED, 0.0), np.maximum(month.get(_FORECAST, 1.0), 1e-9), out=above)
    met = np.broadcast_to(expected.met, (len(surge), *shape))
    if signed.tolerance.sales:
        sold = (np.asarray(month.get(_SOLD, np.inf)) for month in expected.meters)
        enough = [
            np.broadcast_to(signed.tolerance.enough_sold(m, each), shape) for m, each in enumerate(sold)
        ]
        met = met * np.array(enough)
    return signed.tolerance.follow(met, surge)


def _weighed(flows: Mapping[str, tuple[Floats, float]], counted: Floats) -> tuple[Floats, Floats]:
    """What each flow's months that count come to, and what it is in a month of the last quarter, signed.

    Returns
    -------
    present, later : float64[n_flows, n_plans, n_futures]
    """
    present, later = np.zeros((2, len(flows), *counted.shape[1:]))
    for row, (flow, _) in enumerate(flows.values()):
        _weigh(np.ascontiguousarray(np.broadcast_to(flow, counted.shape)), counted, present[row], later[row])
    signs = np.array([sign for _, sign in flows.values()])[:, None, None]
    return present * signs, later * signs


@jit
def _weigh(flow: Floats, counted: Floats, present: Floats, later: Floats) -> None:
    """Months in turn, each plan by itself: long arrays are read once."""
    n_months, n_plans, n_futures = flow.shape
    first = max(n_months - 3, 0)
    for plan in range(n_plans):
        for month in range(n_months):
            for f in range(n_futures):
                present[plan, f] += flow[month, plan, f] * counted[month, plan, f]
        for month in range(first, n_months):
            for f in range(n_futures):
                later[plan, f] += flow[month, plan, f]
        for f in range(n_futures):
            later[plan, f] /= n_months - first


def _flows(
    expected: Expected, items: list[tuple[LineItem, ...]], shape: tuple[int, int]
) -> dict[str, tuple[Floats, float]]:
    """Flows by part when they are earned or incurred, and the sign with which they count in the margin."""
    revenue, credits_ = np.zeros((2, len(items), shape[0] * shape[1]))
    for month, lines in enumerate(items):
        for line in lines:
            if line.kind in _REMEDIES:
                credits_[month] += line.amount
            elif line.kind not in _SHIFTS:
                revenue[month] += line.amount
    costs = {name: (value, -1.0) for name, value in expected.costs.items()}
    months = (len(items), *shape)
    return {"revenue": (revenue.reshape(months), 1.0), "credits": (credits_.reshape(months), 1.0), **costs}


def _solvency(
    purse: PurseAhead | None,
    expected: Expected,
    items: list[tuple[LineItem, ...]],
    futures: Futures,
    shape: tuple[int, int],
) -> tuple[Floats, Floats]:
    if purse is None:
        return np.ones((len(items), *shape)), np.zeros((len(items), *shape))
    costs = np.zeros((len(items), *shape))
    for value in expected.costs.values():
        costs += value
    receipts = when_paid(items, purse.timetable.starts, shape)
    return purse.run(receipts, costs, futures.other_business, expected.payroll)


def _beyond(
    expected: Expected,
    later: Floats,
    standing: Floats,
    left: int,
    discount: float,
    traits: Traits,
) -> tuple[Floats, Floats]:
    """What lies beyond the horizon at the margin of its last quarter, where the contract stands: its term, and renewal.

    `later` is that margin by flow.

    A contract under notice has neither.
    """
    hope, yearly = traits.renewal, 1.0 + traits.discount_rate_per_year
    monthly = np.asarray(sum(later))
    months = min(left, traits.looks_beyond_months)
    term = discount * float((yearly ** (-(np.arange(months) + 1.0) / 12.0)).sum())
    met = expected.met.mean(axis=0)
    chance = hope.share_if_missed + (hope.share_if_met - hope.share_if_missed) * met
    renewed = discount * yearly ** (-left / 12.0) * hope.months
    return (
        np.asarray((standing * monthly).mean(axis=1) * term),
        np.asarray((chance * np.maximum(monthly, 0.0) * standing).mean(axis=1) * renewed),
    )
