"""A deal ahead: what a contract pays under every draw, the vendor's cash and failure, and the client's accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.contract.contract import Contract
from orm_sim.contract.period import NOTHING, LineItem
from orm_sim.contract.settlement import settle
from orm_sim.core.units import DAYS_PER_MONTH
from orm_sim.demand.programme import CHANNELS
from orm_sim.report.dashboard.side import Ahead
from orm_sim.report.dashboard.situation import Home, Situation
from orm_sim.simulation.billing import account_of
from orm_sim.vendor.workforce import proficiency, stationary_proficiency

Floats = NDArray[np.float64]

_RESERVED: Final = ("reserve_withheld", "reserve_released")


class _Nothing(Mapping[tuple[str, str], Any]):
    """Meters of a month after the term: nothing is counted, indices stand."""

    def __init__(self, wages: Any) -> None:
        self._wages = wages

    def __getitem__(self, name: tuple[str, str]) -> Any:
        """0, or the index of wages."""
        return self._wages if name[0] == "index" else np.zeros(np.shape(self._wages))

    def __contains__(self, name: object) -> bool:
        """Every meter is there."""
        return True

    def __iter__(self) -> Any:
        """None is listed."""
        return iter(())

    def __len__(self) -> int:
        """None is listed."""
        return 0


@dataclass(frozen=True, slots=True)
class Invoices:
    """What a contract comes to by month of service, run-off included: float64[n_months, n_draws] each.

    Attributes
    ----------
    fees, credits
        What is paid, and what credits take off (positive).
    by_label
        Mean over the draws of what each clause comes to over the term.
    net_days
        Days from a month's end to payment, by month, of the largest part.
    """

    fees: Floats
    credits: Floats
    by_label: Mapping[str, float]
    net_days: int

    @property
    def net(self) -> Floats:
        """Fees less credits."""
        return self.fees - self.credits


def invoiced(contract: Contract, ahead: Ahead, run_off: int) -> Invoices:
    """The contract's own settlement of every month ahead, under all draws at once."""
    months: Sequence[Mapping[tuple[str, str], Any]] = [
        *ahead.meters, *([_Nothing(ahead.meters[-1]["index", "wages"])] * run_off),
    ]  # fmt: skip
    shape = (len(months), ahead.met.shape[1])
    fees, credits_ = np.zeros(shape), np.zeros(shape)
    labels: dict[str, float] = {}
    memory, weight, days = NOTHING, 0.0, 0.0
    for month, meters in enumerate(months):
        items, memory = settle(contract, memory, meters, month)
        for item in items:
            _book(item, fees[month], credits_[month], labels)
            size = float(np.mean(np.abs(item.amount)))
            weight, days = weight + size, days + size * item.net_days
    return Invoices(fees, credits_, labels, round(days / weight) if weight else contract.payment.net_days)


def _book(item: LineItem, fees: Floats, credits_: Floats, labels: dict[str, float]) -> None:
    if account_of(item.kind) == "credits":
        credits_ -= item.amount
    else:
        fees += item.amount
    if item.kind not in _RESERVED:
        labels[item.label] = labels.get(item.label, 0.0) + float(np.mean(item.amount))


@dataclass(frozen=True, slots=True)
class Course:
    """The vendor's money, float64[n_months with run-off, n_draws] each, $.

    Attributes
    ----------
    receipts, costs, interest
        When the money moves.
    cash
        At the end of the month, other business included.
    alive
        1 while it can pay, else 0.
    kept
        1 while the client has not ended the contract, else 0.
    opening
        Cash before the first month.
    """

    receipts: Floats
    costs: Floats
    interest: Floats
    cash: Floats
    alive: Floats
    kept: Floats
    opening: float

    @property
    def works(self) -> Floats:
        """1 while it works under the contract."""
        return self.alive * self.kept


def course_of(situation: Situation, ahead: Ahead, invoices: Invoices, redundancy: float) -> Course:
    """Cash month by month; a firm whose cash and line are spent has failed, works no more and is paid what is due."""
    vendor, n_term = situation.scenario.vendor, ahead.met.shape[0]
    firm = vendor.firm
    shape = invoices.fees.shape
    lag = int(np.ceil(invoices.net_days / DAYS_PER_MONTH))
    costs = np.zeros(shape)
    costs[:n_term] = ahead.people + vendor.account_overhead_per_month + vendor.platform_per_month * redundancy
    receipts, interest, path, alive = (np.zeros(shape) for _ in range(4))
    kept = np.ones(shape)
    if ahead.kept is not None:
        kept[:n_term], kept[n_term:] = ahead.kept, ahead.kept[-1]
    costs *= kept
    cash = np.full(shape[1], float(firm.opening_cash))
    standing = np.ones(shape[1])
    for month in range(shape[0]):
        owed = np.maximum(-cash, 0.0) * firm.credit_rate_per_year / 12.0 * standing
        if month >= lag:
            worked = alive[month - lag] * kept[month - lag]  # paid to its estate too
            receipts[month] = invoices.net[month - lag] * worked
        spent = costs[month] * standing
        cash = cash + receipts[month] + situation.other[month] * standing - spent - owed
        standing = standing * (cash + firm.credit_line >= 0.0)
        costs[month], interest[month], path[month], alive[month] = spent, owed, cash, standing
    return Course(receipts, costs, interest, path, alive, kept, float(firm.opening_cash))


def client_accounts(
    situation: Situation, home: Home, ahead: Ahead | None, course: Course | None, invoices: Invoices | None
) -> dict[str, Floats]:
    """The client's accounts by month when money moves, run-off included, float64[n_months, n_draws]; + is a gain."""
    term = home.met.shape
    runs = (situation.other.shape[0], term[1])
    works = np.ones(term) if course is None else course.works[: term[0]]
    kept_on = {c: situation.share[c][:, None] * works for c in CHANNELS}
    rebuilt = _rebuilt(situation, course, term)
    back = {
        c: (1.0 - situation.share[c][:, None]) + (situation.share[c][:, None] - kept_on[c]) * rebuilt.serves
        for c in CHANNELS
    }
    stays = {c: situation.share[c][:, None] - kept_on[c] for c in CHANNELS}
    found = _at_home(situation, home, stays, rebuilt)
    found |= _contacts(situation, home, ahead, back, works)
    if ahead is not None and course is not None and invoices is not None:
        found |= _outsourcing(situation, home, ahead, course, works)
    improvement = situation.scenario.client.in_house.improvement
    if improvement is not None:
        yearly = np.full(term, -improvement.per_year / 12.0)
        yearly[0] -= improvement.one_off
        found["improvement"] = yearly
    if course is not None and invoices is not None:
        lag = int(np.ceil(invoices.net_days / DAYS_PER_MONTH))
        fees, credits_ = np.zeros(runs), np.zeros(runs)
        fees[lag:] = -(invoices.fees * course.works)[: runs[0] - lag]
        credits_[lag:] = (invoices.credits * course.works)[: runs[0] - lag]
        found |= {"fees": fees, "credits": credits_}
    return {name: _long(value, runs) for name, value in found.items()}


def _long(value: Floats, shape: tuple[int, int]) -> Floats:
    if value.shape == shape:
        return value
    longer = np.zeros(shape)
    longer[: value.shape[0]] = value
    return longer


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The client's centre after the vendor has gone, float64[n_months, n_draws] each.

    Attributes
    ----------
    serves
        Share of the vendor's contacts that it serves.
    heads
        Its people over those of a centre that has long stood: newcomers are slower, so there are more of them.
    hires
        People hired to have them, over those of a centre that has long stood.
    premium
        What labour and hiring in a hurry cost over the usual.
    """

    serves: Floats
    heads: Floats
    hires: Floats
    premium: Floats


def _rebuilt(situation: Situation, course: Course | None, term: tuple[int, ...]) -> Rebuilt:
    """A centre of newcomers: in place one lead time after an insolvency, the day after a notice has run out.

    It is as large as they need to be in their first month, and shrinks as they leave, until it is as large as usual.
    """
    if course is None:
        return Rebuilt(np.ones(term), np.ones(term), np.zeros(term), np.ones(term))
    terms = situation.scenario.client.in_house.workforce
    start = terms.learning.handle_speed_at_start
    usual = stationary_proficiency(terms, start)
    months = np.array([0.5, 1.0]) * DAYS_PER_MONTH / 7.0
    early, first = proficiency(months, start, terms.learning.weeks_to_learn)
    gone = course.works[: term[0]] <= 0.0
    since = np.cumsum(gone, axis=0)
    lead = max(terms.lead_weeks * 7.0 / DAYS_PER_MONTH, 0.5)
    in_place = np.where(course.alive[: term[0]] > 0.0, 1.0, np.clip((since - 0.5) / lead, 0.0, 1.0)) * gone
    serves = in_place * np.where(since <= 1, early / usual, 1.0)
    more = usual / first
    shrunk = more * np.exp(-terms.attrition_per_year / 12.0 * np.maximum(since - 1.0, 0.0))
    heads = in_place * np.maximum(shrunk, 1.0)
    hires = np.where(since == 1, more, 0.0) + np.where(
        (shrunk < 1.0) & gone, terms.attrition_per_year / 12.0, 0.0
    )
    return Rebuilt(
        serves, heads, hires, np.where(gone, 1.0 + situation.scenario.client.in_house.rebuild_premium, 1.0)
    )


def _at_home(
    situation: Situation, home: Home, stays: Mapping[Any, Floats], rebuilt: Rebuilt
) -> dict[str, Floats]:
    """What the client's own people cost: those it always had, and those it hires for `stays`, taken back."""
    terms = situation.scenario.client.in_house.workforce
    a_hire = terms.hiring_cost + terms.training_weeks * terms.paid_hours_per_week * terms.wage_level(0)
    before = {c: 1.0 - situation.share[c][:, None] for c in CHANNELS}
    back = {c: before[c] + stays[c] * rebuilt.heads for c in CHANNELS}
    hired = [
        home.hiring[c] * before[c] + stays[c] * rebuilt.hires * home.agents[c] * a_hire for c in CHANNELS
    ]
    return {
        "in_house_labour": -np.asarray(sum(home.labour[c] * back[c] for c in CHANNELS)) * rebuilt.premium,
        "in_house_hiring": -np.asarray(sum(hired)) * rebuilt.premium,
        "in_house_seats": -np.asarray(sum(home.seats[c] * back[c] for c in CHANNELS)),
    }


def _contacts(
    situation: Situation, home: Home, ahead: Ahead | None, back: Mapping[Any, Floats], works: Floats
) -> dict[str, Floats]:
    """What contacts and sales are worth, whoever takes them; those nobody takes are lost."""
    inbound, outbound = back["inbound"], back["outbound"]
    served = situation.share["inbound"][:, None] * works
    lost = home.abandoned * inbound + home.offered * np.clip(1.0 - inbound - served, 0.0, 1.0)
    counted = {
        "abandoned": lost,
        "unresolved": home.unresolved * inbound,
        "resolved": home.resolved * inbound,
    }
    sales = home.kept * outbound
    if ahead is not None:
        theirs = {n: ahead.lost if n == "abandoned" else ahead.counted("inbound", n) for n in counted}
        counted = {n: value + theirs[n] * works for n, value in counted.items()}
        sales = sales + ahead.counted("outbound", "sales_kept") * works
    worth = situation.worth
    return {
        "sale_margin": sales * worth.per_sale,
        "contact_value": counted["resolved"] * worth.per_resolved,
        "abandoned_loss": -counted["abandoned"] * worth.per_abandoned,
        "unresolved_loss": -counted["unresolved"] * worth.per_unresolved,
    }


def _outsourcing(
    situation: Situation, home: Home, ahead: Ahead, course: Course, works: Floats
) -> dict[str, Floats]:
    """Transition, retained roles, oversight, licences, severance, stranded cost and exit."""
    client, term = situation.scenario.client, works.shape
    found: dict[str, Floats] = {
        name: np.zeros(term) for name in ("transition", "severance", "stranded", "exit")
    }
    months = max(round(situation.scenario.relationship.ramp[-1].week * 7 / DAYS_PER_MONTH), 1)
    found["transition"][:months] = -client.transition_cost / months
    found["retained_roles"] = -client.retained_roles_per_year / 12.0 * works
    found["oversight"] = -client.oversight_per_year / 12.0 * works
    found["licences"] = -client.licence_per_seat_month * works * np.asarray(sum(ahead.heads.values()))
    _displace(situation, home, found)
    fails: Any = np.diff(1.0 - works, axis=0, prepend=0.0) > 0.0
    found["exit"] = -client.transition_cost * client.exit_share * fails
    tax = client.irrecoverable_tax_share
    if tax:
        found["irrecoverable_tax"] = -tax * course.receipts
    return found


def _displace(situation: Situation, home: Home, found: dict[str, Floats]) -> None:
    """Severance, notice pay and empty seats of those whom the vendor's share displaces."""
    client = situation.scenario.client
    terms = client.in_house.workforce
    stays = float(np.exp(-terms.attrition_per_year * terms.lead_weeks / 52.0))
    notice = client.in_house.notice_weeks * terms.paid_hours_per_week * terms.wage_level(0)
    empty = client.in_house.seat_avoidable_after_months
    for channel in CHANNELS:
        gone = np.diff(situation.share[channel], prepend=0.0)[:, None] * home.agents[channel] * stays
        found["severance"] -= gone * client.severance_per_employee
        found["stranded"] -= gone * notice
        for later in range(1, empty + 1):
            found["stranded"][later:] -= (gone * terms.seat_per_month)[:-later]
