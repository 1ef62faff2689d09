"""Free rates solved: what a reference vendor must charge to expect the stated margin at the central forecast.

Options then differ in structure and not in generosity. The reference vendor follows the same policy, cannot fail, and
meets the scenario's own values (no uncertain input is drawn, no hazard strikes); what it does is simulated once and
priced at any rate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from orm_sim.centre import engine as engine_of
from orm_sim.contract.cash import flows
from orm_sim.contract.contract import Contract, SolvedPrice
from orm_sim.contract.period import NOTHING, Meters
from orm_sim.contract.settlement import settle, settle_history
from orm_sim.contract.taxes import tax_flows
from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.demand.programme import CHANNELS
from orm_sim.scenario.load import LoadedStudy
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.billing import Habit
from orm_sim.simulation.history import NAMES, OPERATORS
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.world import simulate

Floats = NDArray[np.float64]
_VENDOR = OPERATORS.index("vendor")
HIGHEST_RATE = 1e6
"""A free rate beyond this is no price."""


class Block(Protocol):
    """Some replications to be lived."""

    @property
    def replications(self) -> range:
        """The replications of the block."""
        ...


@dataclass(frozen=True, slots=True)
class Metered:
    """What a reference vendor's history leaves for pricing.

    Attributes
    ----------
    meters
        float64[channel, counter, month], run-off included.
    last_day
        int64[month]: last day of each billing month, since contract start.
    cost
        People, seats and the account's overhead over the term, $.
    """

    meters: Floats
    last_day: NDArray[np.int64]
    cost: float


@dataclass(frozen=True, slots=True)
class ReferenceJob:
    """Lives the reference vendor of every option with a free rate, one replication at a call; picklable."""

    options: Mapping[str, Scenario]
    seed: int
    engine: str

    def __call__(self, unit: Block) -> list[dict[str, Metered]]:
        """One result for each replication of the block."""
        return [self.live(replication) for replication in unit.replications]

    def live(self, replication: int) -> dict[str, Metered]:
        """What the reference vendor does under each option in one replication."""
        setting = None
        found: dict[str, Metered] = {}
        for name, scenario in self.options.items():
            if setting is None or setting.programme != scenario.programme:
                if setting is not None:
                    setting.release()
                setting = make_setting(
                    scenario.programme, scenario.evaluation.forecast_cv, self.seed, replication
                )
            calm = {"contract": contract_of(scenario).with_rate(1.0), "risks": scenario.risks.calm()}
            unpriced = scenario.model_copy(update=calm)
            history = simulate(unpriced, setting, engine_of(self.engine), unlimited_cash=True)
            overhead = scenario.vendor.account_overhead_per_month * scenario.programme.months
            cost = float(history.operating_cost[_VENDOR].sum()) + overhead
            found[name] = Metered(history.counters[_VENDOR].copy(), history.days.month_starts[1:] - 1, cost)
        if setting is not None:
            setting.release()
        return found


def free_options(options: Mapping[str, Scenario]) -> dict[str, Scenario]:
    """The options that have a rate to solve."""
    return {n: s for n, s in options.items() if s.contract is not None and not s.contract.is_priced}


def solve_rates(options: Mapping[str, Scenario], lived: Sequence[Mapping[str, Metered]]) -> dict[str, float]:
    """The free rate of each option that has one, by option.

    Parameters
    ----------
    options
        Scenarios by name.
    lived
        Results of `ReferenceJob`, one for each replication.

    Raises
    ------
    InputError
        When no rate gives an option its margin.
    """
    free = free_options(options)
    return {name: _solve(scenario, [each[name] for each in lived], name) for name, scenario in free.items()}


def expected_margin(scenario: Scenario, lived: Sequence[Metered], rate: float) -> float:
    """Margin of the vendor over lived histories if the free rate were `rate`: E[revenue − cost] / E[revenue]."""
    revenue, cost = _revenue(scenario, lived, rate), _cost(lived)
    return (revenue - cost) / revenue if revenue > 0.0 else -np.inf


def contract_of(scenario: Scenario) -> Contract:
    """The contract of an option that has one.

    Raises
    ------
    ValueError
        When it has none.
    """
    if scenario.contract is None:
        raise ValueError("an option without a contract has no rate")
    return scenario.contract


def _solve(scenario: Scenario, lived: Sequence[Metered], name: str) -> float:
    price = contract_of(scenario).price
    if not isinstance(price, SolvedPrice):
        raise ValueError(f"option {name} has a free rate and no price to solve it for")
    aim, cost = price.value, _cost(lived)

    def missing(rate: float) -> float:
        return _revenue(scenario, lived, rate) * (1.0 - aim) - cost

    top = 1.0
    while missing(top) < 0.0 and top < HIGHEST_RATE:
        top *= 4.0
    if missing(top) < 0.0 or missing(0.0) > 0.0:
        rule = f"no rate gives the reference vendor a margin of {aim:.0%}"
        paid = "the fees that are not free already pay for more"
        hint = paid if missing(0.0) > 0.0 else "nothing is sold at any price"
        raise InputError(Problem(Place(name), "contract.price", str(aim), rule, hint))
    return float(brentq(missing, 0.0, top, xtol=1e-6))


def _cost(lived: Sequence[Metered]) -> float:
    return float(np.mean([each.cost for each in lived]))


def at_rate(scenario: Scenario, rate: float | None) -> Scenario:
    """A scenario with its contract's free rate filled in; as it is where there is none to fill."""
    if rate is None or scenario.contract is None:
        return scenario
    return scenario.model_copy(update={"contract": scenario.contract.with_rate(rate)})


def priced(study: LoadedStudy, rates: Mapping[str, float]) -> dict[str, Scenario]:
    """Options with their free rates filled in, the zero line first."""
    order = [study.zero, *(name for name in study.options if name != study.zero)]
    return {name: at_rate(study.options[name], rates.get(name)) for name in order}


def _revenue(scenario: Scenario, lived: Sequence[Metered], rate: float) -> float:
    """Mean revenue over term and run-off, settled for all histories at once: what is invoiced, less the discount and
    the tax withheld that the vendor bears, plus interest."""
    contract = contract_of(scenario).with_rate(rate)
    growth = scenario.vendor.workforce.wage_growth_per_year
    stacked = np.stack([each.meters for each in lived], axis=-1)
    months = [_meters(stacked, month, int(day), growth) for month, day in enumerate(lived[0].last_day)]
    habit = Habit.of(scenario.client, contract.payment)
    if habit == Habit(False, 0) and contract.taxes is None:
        return float(np.mean(settle_history(contract, months)["invoice"].sum(axis=-1)))
    return float(np.mean(_kept(contract, months, habit)))


def _kept(contract: Contract, months: Sequence[Meters], habit: Habit) -> Floats:
    """What the vendor keeps of its invoices in each history, as the client pays them."""
    kept, state = np.asarray(0.0), NOTHING
    for month, meters in enumerate(months):
        items, state = settle(contract, state, meters, month)
        parts = flows(contract.payment, items, 0, early=habit.early, late_days=habit.late_days)
        kept = sum((part.amount for part in parts), kept)
        for tax in tax_flows(contract.taxes, parts) if contract.taxes is not None else ():
            kept = kept + tax.amount * ((tax.payee == "vendor") - (tax.payer == "vendor"))
    return kept


def _meters(stacked: Floats, month: int, last_day: int, wage_growth: float) -> dict[tuple[str, str], Floats]:
    """Meters of one month over all histories: float64[n_replications] each."""
    meters: dict[tuple[str, str], Floats] = {
        (c, n): stacked[i, j, month] for i, c in enumerate(CHANNELS) for j, n in enumerate(NAMES)
    }
    meters["index", "wages"] = np.full(stacked.shape[-1], (1.0 + wage_growth) ** (last_day // 365))
    meters["index", "currency"] = np.ones(stacked.shape[-1])
    return meters
