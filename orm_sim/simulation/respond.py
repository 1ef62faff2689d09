"""The answer to "why does the vendor do that?": every plan it weighs at a planning date, and what each is worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from orm_sim.centre import engine as engine_of
from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.core.units import dollars
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.draws import draw_inputs, with_inputs
from orm_sim.simulation.planner import NO_PLAN, WEEKS_BETWEEN
from orm_sim.simulation.pricing import ReferenceJob, at_rate, free_options, solve_rates
from orm_sim.simulation.setting import Setting, make_setting
from orm_sim.simulation.world import NoDeal, World
from orm_sim.vendor.decision.participation import Participation, participation
from orm_sim.vendor.decision.valuation import Decision
from orm_sim.vendor.levers import Plan


@dataclass(frozen=True, slots=True)
class Response:
    """One planning date of a vendor.

    Attributes
    ----------
    scenario : Scenario
        Priced, with the replication's uncertain inputs.
    decision : Decision
        Every plan with its value.
    week, month : int
        Of the planning date, both from 0.
    rates : mapping of str to float
        The rates that were solved, by clause; empty where the contract is priced.
    participation : Participation
        Whether this decision would have it sign; what matters on the day of signing.
    """

    scenario: Scenario
    decision: Decision
    week: int
    month: int
    rates: Mapping[str, float]
    participation: Participation

    @property
    def reacts(self) -> bool:
        """Whether the vendor of this scenario does what it finds best."""
        return self.scenario.vendor.policy == "best_response"

    @property
    def order(self) -> list[int]:
        """Positions of the plans, best first; equals in the order of the plans."""
        return [int(i) for i in np.argsort(-self.decision.value, kind="stable")]

    @property
    def why(self) -> str:
        """The chosen plan, the runner-up, and what separates them."""
        return _why(self.decision, self.order)


def respond(
    scenario: Scenario,
    *,
    at: int = 0,
    seed: int | None = None,
    replication: int = 0,
    engine: str = "kernel",
    place: str = "scenario",
    say: Callable[[str], None] | None = None,
) -> Response:
    """What the vendor would do, and why.

    Parameters
    ----------
    scenario : Scenario
        With a contract; free rates are solved first, as a study solves them.
    at : int
        Month, from 0: the contract is lived to the last planning date in or before it. 0 is the day of signing.
    seed, replication
        Whose callers, leads and uncertain inputs are met; the seed is the scenario's by default.
    place : str
        The file to name in errors.
    say : callable, optional
        Is told what takes time.

    Raises
    ------
    InputError
        Without a contract, for a month outside the term or a negative number, and where the vendor is gone by then.
    """
    root = scenario.evaluation.seed if seed is None else seed
    _check(scenario, at, root, replication, place)
    priced, rates = _priced(scenario, root, engine, say)
    drawn = with_inputs(priced, draw_inputs(priced, root, replication))
    setting = make_setting(drawn.programme, drawn.evaluation.forecast_cv, root, replication, priced.programme)
    week = planning_week(setting, at)
    if say is not None and week:
        say(f"Living the contract to week {week} ...")
    decision = _decision(drawn, setting, engine, week, place)
    setting.release()
    month = int(setting.days.month[7 * week])
    return Response(drawn, decision, week, month, rates, participation(decision, drawn.vendor.traits))


def planning_week(setting: Setting, month: int) -> int:
    """The last week that begins in a month or before it in which the vendor plans."""
    last = int(setting.days.month_starts[month + 1]) - 1
    return last // 7 // WEEKS_BETWEEN * WEEKS_BETWEEN


def _check(scenario: Scenario, at: int, seed: int, replication: int, place: str) -> None:
    problems = []
    months = scenario.programme.months
    if scenario.contract is None:
        rule = "has no contract, so there is nothing that a vendor could answer to"
        problems.append(Problem(Place(place, 1), "contract", "null", rule))
    if not 0 <= at < months:
        rule = f"must be a month of the term, 0 (signing) to {months - 1}"
        problems.append(Problem(Place("--at"), "", str(at), rule))
    for option, value in (("--seed", seed), ("--replication", replication)):
        if value < 0:
            problems.append(Problem(Place(option), "", str(value), "must be 0 or more"))
    if problems:
        raise InputError(problems)


def _priced(
    scenario: Scenario, seed: int, engine: str, say: Callable[[str], None] | None
) -> tuple[Scenario, dict[str, float]]:
    """The scenario with its free rates solved, and those rates by clause."""
    contract = scenario.contract
    options = {scenario.name: scenario}
    if contract is None or not free_options(options):
        return scenario, {}
    if say is not None:
        say("Solving free rates for the reference vendor's margin ...")
    job = ReferenceJob(options, seed, engine)
    lived = [job.live(replication) for replication in range(scenario.evaluation.price_replications)]
    rate = solve_rates(options, lived)[scenario.name]
    rates = {label: multiple * rate for label, multiple in contract.solved.items()}
    return at_rate(scenario, rate), rates


def _decision(scenario: Scenario, setting: Setting, engine: str, week: int, place: str) -> Decision:
    """The decision of a week.

    On the day of signing nothing has been decided yet, so that a vendor of any policy is asked alike.
    """
    if not scenario.vendor.feasible_plans.training.size:
        raise InputError(Problem(Place(place), "vendor.levers", None, NO_PLAN))
    asked = scenario
    if week == 0:
        plain = scenario.vendor.model_copy(update={"policy": "contract_following"})
        asked = scenario.model_copy(update={"vendor": plain})
    try:
        decision = World(asked, setting, engine_of(engine), False).decision_in(week)
    except NoDeal as refused:
        rule, hint = f"there is no contract in week {week}: {refused}", "Ask for --at 0"
        raise InputError(Problem(Place(place), "", None, rule, hint)) from None
    if decision is None:
        rule, hint = (
            f"by week {week} the vendor has failed or been sent away, and decides nothing",
            "Ask for an earlier month",
        )
        raise InputError(Problem(Place(place), "", None, rule, hint))
    return decision


_WORDS = {
    "staffing_ratio": "staffing {:.2f}",
    "seat_ratio": "seats {:.2f}",
    "wage_premium": "wage {:+.0%}",
    "training": "training × {:g}",
    "coaching_hours": "coaching {:g} h",
    "redundancy": "redundancy {:.0%}",
    "pressure": "pressure {:g}",
    "cut_late": "late contacts cut off {:g}",
    "cherry_pick": "worst leads left {:.0%}",
    "in_time_first": "in time before late {:g}",
}


def in_words(plan: Plan, levers: tuple[str, ...] = Plan._fields) -> str:
    """A plan as a reader says it.

    Examples
    --------
    >>> in_words(Plan(1.1, 1.0, -0.05, 0.5, 0.0, 0.0, 0.0), ("staffing_ratio", "wage_premium"))
    'staffing 1.10, wage −5%'
    """
    said = [_WORDS[name].format(getattr(plan, name)) for name in levers]
    return ", ".join(said).replace("-", "−")


def varied(decision: Decision) -> tuple[str, ...]:
    """The levers in which the plans differ."""
    return tuple(
        name for name, values in zip(Plan._fields, decision.plans, strict=True) if np.ptp(values) > 0.0
    )


def _why(decision: Decision, order: list[int]) -> str:
    levers = varied(decision) or ("staffing_ratio",)
    first = order[0]
    best = f"{in_words(decision.plans.at(first), levers)}: worth {dollars(float(decision.value[first]))}"
    if len(order) < 2:
        return f"The vendor has one plan, {best}."
    gaps = decision.value[first] - decision.value[order]
    equal = int(np.count_nonzero(gaps < _NO_GAP)) - 1
    if equal == len(order) - 1:
        return f"The vendor takes {best}. Its other plans are worth as much: it takes the first of equals."
    second = order[equal + 1]
    gap = float(gaps[equal + 1])
    ties = f", like {equal} other plan{'s' * (equal > 1)} (the first of equals is taken)" if equal else ""
    apart = tuple(
        n for n in levers if getattr(decision.plans, n)[first] != getattr(decision.plans, n)[second]
    )
    other = in_words(decision.plans.at(second), apart)
    moved = {name: float(part[second] - part[first]) for name, part in decision.split.items()}
    parts = _two(moved, -1.0), _two(moved, 1.0)
    trade = ", ".join(
        f"{verb} {' and '.join(found)}"
        for verb, found in zip(("loses", "gains"), parts, strict=True)
        if found
    )
    why = trade or "is nearly equal"
    return f"The vendor takes {best}{ties}. The runner-up, {other}, is worth {dollars(gap)} less: it {why}."


_NO_GAP = 0.5  # dollars: what rounding shows as nothing


def _two(moved: Mapping[str, float], sign: float) -> list[str]:
    """The two largest parts that move in a direction by more than a dollar."""
    found = sorted((name for name in moved if sign * moved[name] > 1.0), key=lambda name: -abs(moved[name]))
    return [f"{dollars(abs(moved[name]))} on {name}" for name in found[:2]]
