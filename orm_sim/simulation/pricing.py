"""Free rates solved: what a reference vendor must charge to expect the stated margin at the central forecast.

Options then differ in structure and not in generosity. The reference vendor follows the same policy, cannot fail, and
meets the scenario's own values (no uncertain input is drawn); what it does is simulated once and priced at any rate.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from orm_sim.centre import Engine
from orm_sim.contract.contract import Contract, SolvedPrice
from orm_sim.contract.settlement import settle_history
from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.demand.programme import CHANNELS
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.history import OPERATORS, History
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.world import simulate

Floats = NDArray[np.float64]
_VENDOR = OPERATORS.index("vendor")
HIGHEST_RATE = 1e6
"""A free rate beyond this is no price."""


def solve_rates(options: Mapping[str, Scenario], engine: Engine, seed: int) -> dict[str, float]:
    """The free rate of each option that has one, by option.

    Parameters
    ----------
    options
        Scenarios by name.
    engine
        A centre engine.
    seed
        Root of the random streams; the replications are those of the study's first histories.

    Raises
    ------
    InputError
        When no rate gives an option its margin.
    """
    free = {name: s for name, s in options.items() if s.contract is not None and not s.contract.is_priced}
    lived: dict[str, list[History]] = {name: [] for name in free}
    for replication in range(max((s.evaluation.price_replications for s in free.values()), default=0)):
        setting = None
        for name, scenario in free.items():
            if setting is None or setting.programme != scenario.programme:
                setting = make_setting(scenario.programme, scenario.evaluation.forecast_cv, seed, replication)
            placeholder = scenario.model_copy(update={"contract": _contract(scenario).with_rate(1.0)})
            lived[name].append(simulate(placeholder, setting, engine, unlimited_cash=True))
    return {name: _solve(scenario, lived[name], name) for name, scenario in free.items()}


def expected_margin(scenario: Scenario, histories: list[History], rate: float) -> float:
    """Margin of the vendor over lived histories if the free rate were `rate`: E[revenue − cost] / E[revenue]."""
    revenue, cost = _revenue(scenario, histories, rate), _cost(scenario, histories)
    return (revenue - cost) / revenue if revenue > 0.0 else -np.inf


def _solve(scenario: Scenario, histories: list[History], name: str) -> float:
    price = _contract(scenario).price
    if not isinstance(price, SolvedPrice):
        raise ValueError(f"option {name} has a free rate and no price to solve it for")
    aim, cost = price.value, _cost(scenario, histories)

    def missing(rate: float) -> float:
        revenue = _revenue(scenario, histories, rate)
        return revenue * (1.0 - aim) - cost

    top = 1.0
    while missing(top) < 0.0 and top < HIGHEST_RATE:
        top *= 4.0
    if missing(top) < 0.0 or missing(0.0) > 0.0:
        rule = f"no rate gives the reference vendor a margin of {aim:.0%}"
        hint = (
            "the fees that are not free already pay for more"
            if missing(0.0) > 0.0
            else "nothing is sold at any price"
        )
        raise InputError(Problem(Place(name), "contract.price", str(aim), rule, hint))
    return float(brentq(missing, 0.0, top, xtol=1e-6))


def _contract(scenario: Scenario) -> Contract:
    if scenario.contract is None:
        raise ValueError("an option without a contract has no rate")
    return scenario.contract


def _cost(scenario: Scenario, histories: list[History]) -> float:
    """Mean cost of the vendor over the term: people, seats and the account's overhead."""
    overhead = scenario.vendor.account_overhead_per_month * scenario.programme.months
    return float(np.mean([h.operating_cost[_VENDOR].sum() for h in histories])) + overhead


def _revenue(scenario: Scenario, histories: list[History], rate: float) -> float:
    """Mean revenue over term and run-off, settled for all histories at once."""
    contract = _contract(scenario).with_rate(rate)
    growth = scenario.vendor.workforce.wage_growth_per_year
    invoice = settle_history(
        contract, [_meters(histories, month, growth) for month in range(_months(histories))]
    )["invoice"]
    return float(np.mean(invoice.sum(axis=-1)))


def _months(histories: list[History]) -> int:
    return histories[0].days.n_months_with_run_off


def _meters(histories: list[History], month: int, wage_growth: float) -> dict[tuple[str, str], Floats]:
    """Meters of one month over all histories: float64[n_replications] each."""
    meters: dict[tuple[str, str], Floats] = {
        (c, n): np.array([h.of(n, c, "vendor")[month] for h in histories])
        for c in CHANNELS
        for n in histories[0].names
    }
    years = int(histories[0].days.month_starts[month + 1] - 1) // 365
    meters["index", "wages"] = np.full(len(histories), (1.0 + wage_growth) ** years)
    return meters
