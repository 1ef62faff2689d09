"""What a contract asks against what it costs: targets hardly ever met, and credits that are cheaper than the people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.erlang import erlang_a
from orm_sim.centre.staffing import busyness_points
from orm_sim.contract.clauses import ServiceCredit
from orm_sim.contract.contract import Contract
from orm_sim.contract.lint import Finding, Placed, placed
from orm_sim.contract.measure import Measure
from orm_sim.contract.settlement import settle_history
from orm_sim.contract.wording import money, percent
from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.demand.calendar import calendar
from orm_sim.demand.programme import CHANNELS
from orm_sim.scenario.metered import unmetered
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.history import NAMES
from orm_sim.simulation.pricing import Metered, ReferenceJob, solve_rates
from orm_sim.simulation.reach import unreached

Floats = NDArray[np.float64]
Meters = dict[tuple[str, str], Floats]

SELDOM: Final = 0.20
"""Share of months under which a target counts as out of reach."""

CLEAR: Final = 0.01
"""Points of service level by which the vendor's best must lie under the target to be worth a word."""

_OF_ANSWERED: Final = (
    "answered", "wait_answered_s", "busy_s", "handled_s", "payable_contacts", "payable_handled_s", "short_contacts",
    "repeat_contacts", "resolved", "unresolved", "surveyed", "satisfied",
)  # fmt: skip
_OF_PEOPLE: Final = ("productive_hours", "staffed_s", "paid_hours", "training_hours", "fte")


@dataclass(frozen=True, slots=True)
class Pool:
    """Inbound service by agents, in the mean open hour, averaged over busy and slow days.

    Attributes
    ----------
    agents
        float64[level], ascending.
    level, abandoned
        float64[level]: shares of contacts offered that are answered in time, and that leave.
    """

    agents: Floats
    level: Floats
    abandoned: Floats


def lint_lived(
    contract: Contract, scenario: Scenario, *, replications: int = 3, seed: int = 1
) -> tuple[Finding, ...]:
    """What a few simulated histories of the reference vendor say about a contract.

    Parameters
    ----------
    contract
        The contract that is looked at; its free rate is solved where it has one.
    scenario
        Programme, client and vendor; its own contract is laid aside.
    replications, seed
        Histories that are lived, with a purse without bottom.

    Raises
    ------
    InputError
        When the contract's term is not the programme's, or it reads what the simulation does not count.
    """
    _refuse(contract, scenario)
    option = scenario.model_copy(update={"contract": contract})
    job = ReferenceJob({"it": option}, seed, "kernel")
    lived = [job.live(each) for each in range(replications)]
    if not contract.is_priced:
        contract = contract.with_rate(solve_rates({"it": option}, lived)["it"])
    histories = [each["it"] for each in lived]
    growth = scenario.vendor.workforce.wage_growth_per_year
    return (
        *_seldom_met(contract, histories),
        *_cheaper_to_miss(contract, scenario, histories),
        *unreached(contract, histories, growth),
        *_triggers_that_sleep(contract),
    )


def _triggers_that_sleep(contract: Contract) -> Iterator[Finding]:
    """Triggers, which a simulation does not live: there the client's rule of exit decides."""
    for position, trigger in enumerate(contract.triggers):
        yield Finding(
            "note", "idle", ("triggers", position), trigger.name,
            "opens nothing in a simulation, in which the client leaves by `relationship.exit_rule`",
            "Whether and when it opens is told by `contract price --history`",
        )  # fmt: skip


def _refuse(contract: Contract, scenario: Scenario) -> None:
    found = []
    if contract.term_months != scenario.programme.months:
        found.append(
            f"the contract runs for {contract.term_months} months, the programme for {scenario.programme.months}"
        )
    missing = unmetered(
        contract,
        scenario.programme.inbound.service.threshold_s,
        scenario.vendor.assurance is not None,
        leads=True,
    )
    found += [f"the contract {missing}"] if missing else []
    if found:
        raise InputError(Problem(Place("--scenario"), "", None, each) for each in found)


def _targets(contract: Contract) -> Iterator[tuple[Placed, ServiceCredit, int, Measure]]:
    for here in placed(contract):
        if isinstance(here.clause, ServiceCredit):
            for position, measure in enumerate(here.clause.measures):
                yield here, here.clause, position, measure


def _seldom_met(contract: Contract, histories: Sequence[Metered]) -> Iterator[Finding]:
    """Targets that the vendor meets in few of the months in which they count."""
    for here, clause, position, measure in _targets(contract):
        met = months = 0
        for history in histories:
            page = history.meters[CHANNELS.index(clause.channel)]
            for month in range(clause.grace_months, contract.term_months):
                counters = {name: page[i, month] for i, name in enumerate(NAMES)}
                value = measure.value(counters)
                if not np.isnan(value):
                    aim = measure.target_in(month, None)
                    miss = measure.miss(counters, np.asarray(0.0), np.asarray(0.0), clause.pools, aim)
                    months, met = months + 1, met + int(not miss.due)
        if months and met < SELDOM * months:
            yield here.finding(
                "warning", "target", ("measures", position, "target"),
                f"was met in {met} of {months} simulated months that count", "A target out of reach is a discount by"
                " another name, and teaches the vendor to ignore it",
            )  # fmt: skip


def pool_of(scenario: Scenario, meters: Floats, target: float) -> Pool:
    """Inbound service from few agents up to the target, at the lived mean load."""
    inbound, shape = scenario.programme.inbound, scenario.programme.shapes.inbound
    days = calendar(scenario.programme.start, scenario.programme.months, scenario.programme.holidays)
    offered = float(meters[NAMES.index("offered")].sum())
    handle = float(meters[NAMES.index("handled_s")].sum()) / float(meters[NAMES.index("answered")].sum())
    busy = np.count_nonzero(meters[NAMES.index("offered"), : days.n_months]) / days.n_months
    rate = offered / (days.n_days * busy * (inbound.closes_hour - inbound.opens_hour) * 3600.0)
    cv = float(np.hypot(shape.busyness.day_cv.value, shape.busyness.interval_cv.value))
    factors, weights = busyness_points(cv)
    patience, threshold = shape.patience.exponential_mean_s.value, inbound.service.threshold_s
    agents, level, abandoned = [0.5 * rate * handle], [0.0], [0.0]
    while level[-1] < target:
        n = agents[-1] + 0.1
        each = [erlang_a(rate * factor, handle, patience, n, threshold) for factor in factors]
        agents.append(n)
        level.append(float(sum(w * e.service_level for w, e in zip(weights, each, strict=True))))
        abandoned.append(float(sum(w * e.abandonment_rate for w, e in zip(weights, each, strict=True))))
    return Pool(np.array(agents[1:]), np.array(level[1:]), np.array(abandoned[1:]))


def _cheaper_to_miss(
    contract: Contract, scenario: Scenario, histories: Sequence[Metered]
) -> Iterator[Finding]:
    """Service levels that the vendor does better to miss: people cost more than what a miss does."""
    counters = np.mean([each.meters for each in histories], axis=0)
    overhead = scenario.vendor.account_overhead_per_month * scenario.programme.months
    hours = float(counters[:, NAMES.index("productive_hours")].sum())
    an_hour = (float(np.mean([each.cost for each in histories])) - overhead) / hours
    page = counters[CHANNELS.index("inbound")]
    for here, clause, position, measure in _targets(contract):
        monthly = measure.kpi == "service_level" and measure.window is None
        if not monthly or clause.channel != "inbound" or clause.site is not None:
            continue
        pool = pool_of(scenario, page, measure.target)
        months = [
            _at(counters, page, pool, month, scenario, histories) for month in range(contract.term_months)
        ]
        kept = settle_history(contract, months)["invoice"].mean(axis=-1)
        cost = (
            np.stack([each["inbound", "productive_hours"] for each in months], axis=-1).mean(axis=-1)
            * an_hour
        )
        profit = kept - cost
        best = int(np.argmax(profit))
        short = measure.target - pool.level[best]
        if short > CLEAR:
            people, lost = cost[-1] - cost[best], kept[-1] - kept[best]
            yield here.finding(
                "warning", "compliance", ("measures", position, "credit"),
                f"the vendor does best at about {percent(pool.level[best])}, not {percent(measure.target)}: a month of"
                f" compliance costs about {money(people)} of people, a month without it {money(lost)} of invoice",
                "A credit below the cost of compliance is a price for not complying",
            )  # fmt: skip


def _at(
    counters: Floats, page: Floats, pool: Pool, month: int, scenario: Scenario, histories: Sequence[Metered]
) -> Meters:
    """Meters of a month at every staffing of the pool: what is answered and worked, scaled from what was lived."""
    total = {
        name: float(page[NAMES.index(name)].sum()) for name in ("offered", "answered_within", "abandoned")
    }
    lived = float(np.interp(total["answered_within"] / total["offered"], pool.level, pool.agents))
    answered = (1.0 - pool.abandoned) / (1.0 - total["abandoned"] / total["offered"])
    scale = {**dict.fromkeys(_OF_ANSWERED, answered), **dict.fromkeys(_OF_PEOPLE, pool.agents / lived)}
    even = np.ones_like(pool.agents)
    meters: Meters = {
        (channel, name): counters[i, j, month] * (scale.get(name, even) if channel == "inbound" else even)
        for i, channel in enumerate(CHANNELS)
        for j, name in enumerate(NAMES)
    }
    offered = meters["inbound", "offered"]
    meters["inbound", "answered_within"] = pool.level * offered
    meters["inbound", "abandoned"] = pool.abandoned * offered
    growth = 1.0 + scenario.vendor.workforce.wage_growth_per_year
    meters["index", "wages"] = even * growth ** (int(histories[0].last_day[month]) // 365)
    meters["index", "currency"] = even
    meters["index", "currency"] = even
    return meters
