"""The estimate: every option of a study for both sides in a fraction of a second, without a simulation.

People, service and sales come from the closed forms and response tables by which vendors plan, money from the
contract's own settlement, the spread from the uncertain inputs drawn as in a run.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq

from orm_sim.contract.contract import Contract, SolvedPrice
from orm_sim.contract.period import NOTHING
from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.finance.accounts import CLIENT_ACCOUNTS, OUTLAY_ACCOUNTS
from orm_sim.finance.discounting import discount_factor
from orm_sim.report.dashboard.deal import Course, Invoices, client_accounts, course_of, invoiced
from orm_sim.report.dashboard.drawn import N_DRAWS, drawn_values, out_of_reach
from orm_sim.report.dashboard.ledger_rows import client_rows, vendor_rows
from orm_sim.report.dashboard.planned_again import Deal, Paid, months_of, paid_for, planned_again
from orm_sim.report.dashboard.settings import ALL, WEIGHS, WORLD, Settings
from orm_sim.report.dashboard.side import Ahead, Foreseen, sized
from orm_sim.report.dashboard.situation import Home, Homes, Situation, situation_of
from orm_sim.report.dashboard.terms import (
    Pay,
    base_clauses,
    base_only,
    commission_only,
    commissions,
    shaped,
)  # fmt: skip
from orm_sim.scenario.load import LoadedStudy
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.foresight import purse_of
from orm_sim.simulation.planner import NO_PLAN
from orm_sim.simulation.standing import Standing, watch_of
from orm_sim.study.tables import OUTCOMES
from orm_sim.vendor.decision.participation import participation
from orm_sim.vendor.decision.valuation import Signed, best_response
from orm_sim.vendor.firm import Purse
from orm_sim.vendor.levers import STANDARD, Plan

Floats = NDArray[np.float64]
Made = TypeVar("Made")
_WORKER: Final = ThreadPoolExecutor(1, "estimate")  # for compiled work that needs no interpreter
_KEPT: Final = 64
_FORESEEN: Final = 4  # each takes megabytes
_RUN_OFF: Final = 6
_COSTS: Final = (*(a.name for a in CLIENT_ACCOUNTS if a.sign < 0), "credits")


@dataclass(frozen=True, slots=True)
class Flows:
    """One option under every draw.

    Attributes
    ----------
    client
        By account, float64[n_months with run-off, n_draws]; + is a gain.
    course
        The vendor's money; None where there is no vendor or no deal.
    invoices, ahead
        What it is paid for, and what it does.
    refusal
        Why the vendor does not sign; empty where it does.
    """

    client: Mapping[str, Floats]
    course: Course | None
    invoices: Invoices | None
    ahead: Ahead | None
    home: Home
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Both sides of every option at one position of the sliders.

    Attributes
    ----------
    outcomes
        Table ``outcomes``, a draw in each place of a replication.
    flows
        By option.
    refusals
        Why a vendor does not sign, by option.
    """

    settings: Settings
    outcomes: pd.DataFrame
    flows: Mapping[str, Flows]
    refusals: Mapping[str, str]
    month_ends: Floats

    def ledger(self, option: str) -> pd.DataFrame:
        """Rows like those of table ``ledger``: the client's sums by account, the vendor's cash by month."""
        flows = self.flows[option]
        return pd.concat([client_rows(option, flows.client), vendor_rows(option, flows.course)])


class Estimator:
    """A study opened for estimates: tables made once, each position of the sliders answered from them.

    Parameters
    ----------
    study : LoadedStudy

    Raises
    ------
    InputError
        When no option has a contract: then there is nothing that sliders could move.
    """

    def __init__(self, study: LoadedStudy) -> None:
        if all(each.contract is None for each in study.options.values()):
            rule = "has no option with a contract, so the sliders have nothing to shape"
            raise InputError(Problem(Place(str(study.files[-1])), "options", None, rule))
        self.study = study
        values = drawn_values(study.base, study.base.evaluation.seed)
        self.values, self.unreached = values, out_of_reach(values)
        self._aheads: OrderedDict[Any, Ahead] = OrderedDict()
        self._homes: OrderedDict[Any, Home] = OrderedDict()
        self._foreseen: OrderedDict[Any, Foreseen] = OrderedDict()
        self._paid: OrderedDict[Any, Paid] = OrderedDict()
        self._flowed: OrderedDict[Any, Flows] = OrderedDict()
        self._situations: dict[str, Situation] = {}
        known: list[tuple[Any, Situation]] = []
        homes: Homes = []
        for name, scenario in study.options.items():
            same = _alike(scenario)
            found = next((situation for other, situation in known if other == same), None)
            if found is None:
                bare = scenario.model_copy(update={"contract": None})
                found = situation_of(bare, scenario.contract, values, homes)
                known.append((same, found))
            self._situations[name] = found
        base = self._situations[study.zero]
        self._months = months_of(base.setting, study.base.evaluation.forecast_cv)
        self.contracts = {n: c for n, s in study.options.items() if (c := self._priced(n, s)) is not None}
        self.pays = {name: self._pay(name) for name in self.contracts}

    def estimate(self, asked: Settings) -> Estimate:
        """Both sides of every option at a position of the sliders."""
        begun = {name: self._flows(name, asked) for name in self.study.options}
        flows = {name: ended() for name, ended in begun.items()}
        days = self._situations[self.study.zero].setting.days
        ends = np.asarray(days.month_starts[1 : days.n_months_with_run_off + 1] - 1, dtype=np.float64)
        zero = flows[self.study.zero]
        rows = [self._outcomes(name, each, zero, ends) for name, each in flows.items()]
        refusals = {name: each.refusal for name, each in flows.items() if each.refusal}
        return Estimate(asked, pd.concat(rows, ignore_index=True), flows, refusals, ends)

    def contract(self, option: str, asked: Settings) -> Contract | None:
        """The contract of an option under the sliders, its solved rates filled in."""
        contract = self.contracts.get(option)
        if contract is None or option != asked.deal:
            return contract
        return shaped(contract, asked, self.pays[option])

    def plan(self, option: str, asked: Settings) -> tuple[Plan, str]:
        """What the vendor of an option does from signing on, and why it does not sign (empty where it does)."""
        situation, contract = self._situations[option], self.contract(option, asked)
        vendor, signing = situation.scenario.vendor, situation.signing
        if contract is None or signing is None or vendor.policy != "best_response":
            return STANDARD._replace(redundancy=asked.continuity), ""
        levers = vendor.levers.model_copy(update={"redundancy": (asked.continuity,)})
        plans = vendor.model_copy(update={"levers": levers}).feasible_plans
        if not plans.training.size:
            return STANDARD, NO_PLAN
        wage = asked.wage / vendor.workforce.wage_per_hour
        foreseen = _remembered(
            self._foreseen, (id(situation), asked.volume, wage, asked.continuity),
            lambda: Foreseen(sized(signing, asked.volume, wage), plans, vendor.doubts), _FORESEEN,
        )  # fmt: skip
        watch = watch_of(
            situation.scenario.model_copy(update={"contract": contract}), situation.service, False
        )
        tolerance = watch.tolerance(situation.setting.days, 0, Standing(True))
        decision = best_response(
            Signed(contract, NOTHING, 0, (), tolerance), foreseen, plans, foreseen.futures, vendor.traits,
            purse_of(situation.scenario, Purse.open(vendor.firm), (), 0, situation.setting.days),
        )  # fmt: skip
        choice = participation(decision, vendor.traits)
        return decision.plan, "" if choice.signs else choice.sentence

    def _flows(self, option: str, asked: Settings) -> Callable[[], Flows]:
        """One option, begun; as found before where the sliders that concern it stand as they stood then."""
        heard = tuple(
            getattr(asked, each) for each in (ALL if option == asked.deal else WORLD) if each not in WEIGHS
        )
        name = (option, option == asked.deal, heard)
        if name in self._flowed:
            found = self._flowed[name]
            return lambda: found
        ended = self._lived(option, asked)
        return lambda: _remembered(self._flowed, name, ended)

    def _lived(self, option: str, asked: Settings) -> Callable[[], Flows]:
        situation, contract = self._situations[option], self.contract(option, asked)
        home = self._home(situation, asked.volume)
        plan, refusal = self.plan(option, asked)
        if contract is None or situation.vendor is None or refusal:
            in_house = replace(situation, share={c: np.zeros_like(v) for c, v in situation.share.items()})
            kept = client_accounts(in_house, home, None, None, None)
            return lambda: Flows(kept, None, None, None, home, refusal)
        steered = self._steered(situation, contract, plan, asked)

        def ended() -> Flows:
            ahead = steered()
            invoices = invoiced(contract, ahead, situation.other.shape[0] - ahead.met.shape[0])
            course = course_of(situation, ahead, invoices, plan.redundancy)
            accounts = client_accounts(situation, home, ahead, course, invoices)
            return Flows(accounts, course, invoices, ahead, home)

        return ended

    def _ahead(self, situation: Situation, plan: Plan, asked: Settings) -> Ahead:
        if situation.vendor is None:
            raise ValueError("nobody works ahead where there is no vendor")
        side, wage = situation.vendor, asked.wage / situation.scenario.vendor.workforce.wage_per_hour
        return _remembered(
            self._aheads, (id(side), plan, asked.volume, wage), lambda: side.ahead(plan, asked.volume, wage)
        )

    def _steered(
        self, situation: Situation, contract: Contract, plan: Plan, asked: Settings
    ) -> Callable[[], Ahead]:
        """What the vendor does, planned again every quarter where it plans, until the client ends the contract."""
        first = self._ahead(situation, plan, asked)
        scenario = situation.scenario
        plans = scenario.vendor.policy == "best_response"
        watched = scenario.relationship.exit_rule is not None
        if situation.vendor is None or "inbound" not in contract.scope or not (plans or watched):
            return lambda: first
        ratios = (
            tuple(sorted(set(scenario.vendor.levers.staffing_ratio))) if plans else (plan.staffing_ratio,)
        )
        deal = Deal(scenario, situation.setting, contract, plan, ratios)
        wage = asked.wage / scenario.vendor.workforce.wage_per_hour
        side, heard = situation.vendor, (id(situation), contract.model_dump_json(), plan, asked.volume)
        paid = _remembered(self._paid, heard, lambda: paid_for(side, deal, first, asked.volume))
        return planned_again(side, deal, self._months, first, paid, asked.volume, wage, _WORKER)

    def _home(self, situation: Situation, volume: float) -> Home:
        return _remembered(self._homes, (id(situation.home), volume), lambda: situation.at_home(volume))

    def _priced(self, option: str, scenario: Scenario) -> Contract | None:
        """A contract with its free rate solved in closed form, as a study solves it by simulation."""
        contract = scenario.contract
        if contract is None or contract.is_priced or not isinstance(contract.price, SolvedPrice):
            return contract
        situation, aim = self._situations[option], float(contract.price.value)
        ahead = self._ahead(situation, STANDARD, self._as_written(option))
        overhead = scenario.vendor.account_overhead_per_month * ahead.met.shape[0]
        cost = float(ahead.people.sum(axis=0).mean() + overhead)

        def missing(rate: float) -> float:
            invoices = invoiced(contract.with_rate(rate), ahead, _RUN_OFF)
            return float(invoices.net.sum(axis=0).mean()) * (1.0 - aim) - cost

        top = 1.0
        while missing(top) < 0.0 and top < 1e6:
            top *= 4.0
        if missing(top) < 0.0 or missing(0.0) > 0.0:
            rule = f"no rate gives the reference vendor a margin of {aim:.0%}"
            raise InputError(Problem(Place(option), "contract.price", str(aim), rule))
        return contract.with_rate(float(brentq(missing, 0.0, top, xtol=1e-4, rtol=1e-5)))

    def _as_written(self, option: str) -> Settings:
        wage = self.study.options[option].vendor.workforce.wage_per_hour
        return Settings("", 1.0, wage, 1.0, 0.0, 1.0, 0.0, 0.0, 0.5)

    def _pay(self, option: str) -> Pay:
        """What an option is expected to pay for sales, and what the parts it lacks would come to."""
        contract, situation = self.contracts[option], self._situations[option]
        if "outbound" not in contract.scope:
            return Pay(0.0, 0.0, 0.0, 0.0)
        ahead = self._ahead(situation, STANDARD, self._as_written(option))
        by_label = invoiced(contract, ahead, _RUN_OFF).by_label
        base, commission = (
            sum(by_label.get(each.name, 0.0) for each in found)
            for found in (base_clauses(contract), commissions(contract))
        )
        units = [
            sum(
                invoiced(
                    contract.model_copy(update={"clauses": (clause,)}), ahead, _RUN_OFF
                ).by_label.values()
            )
            for clause in (base_only(), commission_only())
        ]
        return Pay(base, commission, *units)

    def _outcomes(self, option: str, flows: Flows, zero: Flows, ends: Floats) -> pd.DataFrame:
        scenario = self.study.options[option]
        factor = discount_factor(ends, scenario.client.discount_rate_per_year)[:, None]
        present = {name: (value * factor).sum(axis=0) for name, value in flows.client.items()}
        monthly, before = (np.asarray(sum(each.client.values())) for each in (flows, zero))
        npv, base = ((value * factor).sum(axis=0) for value in (monthly, before))
        path = np.cumsum(monthly - before, axis=0)
        none = np.zeros(N_DRAWS)
        outlay, fees, cost = (
            -np.asarray(sum((present.get(name, none) for name in names), none))
            for names in (OUTLAY_ACCOUNTS, ("fees", "credits"), _COSTS)
        )
        total = -np.asarray(sum((flows.client[n].sum(axis=0) for n in _COSTS if n in flows.client), none))
        frame = pd.DataFrame({
            "option": option, "replication": np.arange(N_DRAWS), "client_npv": npv,
            "client_incremental_npv": npv - base,
            "client_outlay_pv": outlay, "client_fees_pv": fees if scenario.contract is not None else np.nan,
            "client_cost_pv": cost, "cost_total": total, "cost_inbound": np.nan, "cost_outbound": np.nan,
            **self._vendor(option, flows, ends), "peak_cash": np.maximum(-path.min(axis=0), 0.0),
            "payback_month": _payback(path),
            **_service(self._situations[option], flows), "no_deal": bool(flows.refusal), **_ended(flows),
        })  # fmt: skip
        return frame[[column.name for column in OUTCOMES.columns]]

    def _vendor(self, option: str, flows: Flows, ends: Floats) -> dict[str, Any]:
        none = np.zeros(N_DRAWS)
        course, invoices = flows.course, flows.invoices
        if course is None or invoices is None:
            return {
                "vendor_npv": none, "vendor_revenue": none, "vendor_cost": none, "vendor_margin": np.nan,
                "vendor_attrition": np.nan, "insolvent": False, "insolvent_month": np.nan,
            }  # fmt: skip
        rate = self.study.options[option].evaluation.vendor_discount_rate_per_year
        factor = discount_factor(ends, rate)[:, None]
        spent = course.costs + course.interest
        revenue, cost = (invoices.net * course.works).sum(axis=0), spent.sum(axis=0)
        failed = course.alive[-1] == 0.0
        return {
            "vendor_npv": ((course.receipts - spent) * factor).sum(axis=0), "vendor_revenue": revenue,
            "vendor_cost": cost, "vendor_margin": (revenue - cost) / np.where(revenue > 0.0, revenue, np.nan),
            "vendor_attrition": np.nan, "insolvent": failed,
            "insolvent_month": np.where(failed, course.alive.sum(axis=0), np.nan),
        }  # fmt: skip


def _payback(path: Floats) -> Floats:
    """`payback_month` of every draw at once."""
    below = path < 0.0
    last = path.shape[0] - 1 - np.argmax(below[::-1], axis=0)
    after = np.minimum(last + 1, path.shape[0] - 1)
    each = np.arange(path.shape[1])
    step = np.where(after > last, path[after, each] - path[last, each], np.inf)
    months = np.where(
        after > last, last + 1.0 - path[last, each] / np.where(step == 0.0, np.inf, step), np.inf
    )
    return np.where(below.any(axis=0), months, 0.0)


def _alike(scenario: Scenario) -> tuple[Any, ...]:
    """What options that share their tables have in common: all but prices and names."""
    contract = scenario.contract
    bare = scenario.model_copy(update={"contract": None, "name": "", "title": "", "evidence": ()})
    return bare, None if contract is None else (contract.scope, contract.requested_service_level())


def _remembered(kept: OrderedDict[Any, Made], name: Any, make: Callable[[], Made], most: int = _KEPT) -> Made:
    """What was made for a name before, or made now; the oldest are forgotten."""
    if name not in kept:
        kept[name] = make()
        while len(kept) > most:
            kept.popitem(last=False)
    return kept[name]


def _service(situation: Situation, flows: Flows) -> dict[str, Any]:
    """Service over the term, of whoever works: contacts resolved, sales that last, months that meet the target."""
    home, ahead = flows.home, flows.ahead
    works = np.ones(home.met.shape) if flows.course is None else flows.course.works[: home.met.shape[0]]
    shares = {c: (s[:, None] * works if ahead is not None else 0.0) for c, s in situation.share.items()}
    resolved = home.resolved * (1.0 - shares["inbound"])
    kept = home.kept * (1.0 - shares["outbound"])
    met = home.met
    if ahead is not None:
        resolved = resolved + ahead.counted("inbound", "resolved") * works
        kept = kept + ahead.counted("outbound", "sales_kept") * works
        met = home.met * (1.0 - shares["inbound"]) + ahead.met * shares["inbound"]
    return {"sla_met": met.mean(axis=0), "resolved": resolved.sum(axis=0), "sales_kept": kept.sum(axis=0)}


def _ended(flows: Flows) -> dict[str, Any]:
    """Whether the client has ended the contract for cause, and the last month that was served."""
    if flows.course is None:
        return {"ended": False, "ended_month": np.nan}
    gone = (flows.course.kept[-1] == 0.0) & (flows.course.alive[-1] > 0.0)
    return {"ended": gone, "ended_month": np.where(gone, flows.course.kept.sum(axis=0) - 1.0, np.nan)}
