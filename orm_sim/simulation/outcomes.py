"""From histories to rows: what each option was worth to both sides, against the zero line of the same replication."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from orm_sim.contract.clause import walk
from orm_sim.core.units import WEEKS_PER_YEAR
from orm_sim.demand.programme import CHANNELS, Channel
from orm_sim.finance.accounts import ACCOUNTS, CLIENT_ACCOUNTS, OUTLAY_ACCOUNTS
from orm_sim.finance.discounting import discount_factor
from orm_sim.finance.ledger import Entry
from orm_sim.kpi.counters import COUNTERS
from orm_sim.kpi.dictionary import KPIS
from orm_sim.risk.site import SITES, Harm
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.failing import failing
from orm_sim.simulation.history import OPERATORS, History

Floats = NDArray[np.float64]
_COSTS = tuple(a.name for a in CLIENT_ACCOUNTS if a.sign < 0)
_ALWAYS = tuple(c.id for c in COUNTERS.values() if c.always)
_AUDITED = ("audited", "errors")
_RATIOS = tuple(k for k in KPIS if k not in COUNTERS)


@dataclass(frozen=True, slots=True)
class ClientFlows:
    """The client's side of a history.

    Attributes
    ----------
    npv
        Present value of every cash and value account.
    outlay_pv, fees_pv, cost_pv
        Present value of transition + fees net of credits + governance; of fees net of credits; of all costs.
    cost_total
        Undiscounted costs net of credits.
    by_month
        float64[n_months with run-off], undiscounted net flow.
    """

    npv: float
    outlay_pv: float
    fees_pv: float
    cost_pv: float
    cost_total: float
    by_month: Floats


def client_flows(history: History, discount_rate_per_year: float) -> ClientFlows:
    """Present values and monthly flows of the client, from the ledger."""
    pv: dict[str, float] = defaultdict(float)
    total: dict[str, float] = defaultdict(float)
    months = np.zeros(history.days.n_months_with_run_off)
    entries = [e for e in history.entries() if e.kind != "invoice" and "client" in (e.payer, e.payee)]
    factors = discount_factor([e.day for e in entries], discount_rate_per_year)
    for entry, factor in zip(entries, factors.tolist(), strict=True):
        signed = entry.amount if entry.payee == "client" else -entry.amount
        pv[entry.account] += signed * factor
        total[entry.account] += signed
        if entry.day < history.days.end_day:
            months[history.days.month[entry.day]] += signed
    costs = (*_COSTS, "credits")
    return ClientFlows(
        npv=sum(pv.values()),
        outlay_pv=-sum(pv[name] for name in OUTLAY_ACCOUNTS),
        fees_pv=-(pv["fees"] + pv["credits"]),
        cost_pv=-sum(pv[name] for name in costs),
        cost_total=-sum(total[name] for name in costs),
        by_month=months,
    )


def vendor_npv(history: History, discount_rate_per_year: float) -> float:
    """Present value of the contract to the vendor: receipts less people, seats, overhead and interest.

    The margin of other business is not part of the contract's value. Of a firm that fails, its estate's receipts and
    payments count; claims that it does not pay are a loss of its creditors, who lent or worked at their own risk
    (limited liability), and not its own: see the account ``creditors_loss``.
    """
    rows = [
        e
        for e in history.entries()
        if e.kind == "cash" and "vendor" in (e.payer, e.payee) and e.account != "other_business"
    ]
    if not rows:
        return 0.0
    factors = discount_factor([e.day for e in rows], discount_rate_per_year)
    signed = np.array([e.amount if e.payee == "vendor" else -e.amount for e in rows])
    return float(signed @ factors)


def vendor_accounts(history: History) -> tuple[float, float]:
    """Revenue invoiced (net of credits and clawbacks) and cost of the vendor, paid or left owing, run-off included."""
    revenue = cost = 0.0
    for e in history.entries():
        if e.kind == "invoice":
            revenue += e.amount if e.payee == "vendor" else -e.amount
        elif e.account == "creditors_loss" and e.payee == "lender":
            continue  # borrowed money was spent on costs that are counted already
        elif e.payer == "vendor" and e.account in ACCOUNTS and ACCOUNTS[e.account].side == "vendor":
            cost += e.amount if e.account != "other_business" else 0.0
    return revenue, cost


def outcome_row(
    option: str,
    replication: int,
    scenario: Scenario,
    history: History,
    zero: History,
    zero_flows: ClientFlows,
) -> dict[str, object]:
    """One row of the table of outcomes; see `orm_sim.study.tables.OUTCOMES`."""
    rate = scenario.client.discount_rate_per_year
    flows = client_flows(history, rate)
    revenue, cost = vendor_accounts(history)
    cumulative = np.cumsum(flows.by_month - zero_flows.by_month)
    outsourced = scenario.contract is not None
    return {
        "option": option,
        "replication": replication,
        "client_npv": flows.npv,
        "client_incremental_npv": flows.npv - zero_flows.npv,
        "client_outlay_pv": flows.outlay_pv,
        "client_fees_pv": flows.fees_pv if outsourced else np.nan,
        "client_cost_pv": flows.cost_pv,
        "cost_total": flows.cost_total,
        "cost_inbound": channel_cost(history, scenario, "inbound"),
        "cost_outbound": channel_cost(history, scenario, "outbound"),
        "vendor_npv": vendor_npv(history, scenario.evaluation.vendor_discount_rate_per_year)
        if outsourced
        else 0.0,
        "vendor_revenue": revenue,
        "vendor_cost": cost,
        "vendor_margin": (revenue - cost) / revenue if revenue > 0.0 else np.nan,
        "insolvent": history.insolvent_day is not None,
        "insolvent_month": float(history.days.month[history.insolvent_day])
        if history.insolvent_day is not None
        else np.nan,
        "vendor_attrition": attrition(history),
        "peak_cash": max(-float(cumulative.min()), 0.0),
        "payback_month": payback_month(cumulative),
        "sla_met": service_met(history, scenario),
        "resolved": float(history.of("resolved", "inbound").sum()),
        "sales_kept": float(history.of("sales_kept", "outbound").sum()),
        "no_deal": history.no_deal is not None,
        "ended": history.ended_day is not None,
        "ended_month": float(history.days.month[history.ended_day])
        if history.ended_day is not None
        else np.nan,
    }


def payback_month(cumulative: Floats) -> float:
    """First moment from which the cumulative flow stays at 0 or more, in months, interpolated; inf if never.

    Examples
    --------
    >>> payback_month(np.array([-2.0, -1.0, 1.0, 3.0]))
    2.5
    >>> payback_month(np.array([-2.0, 1.0, -1.0]))
    inf
    """
    below = np.flatnonzero(cumulative < 0.0)
    if below.size == 0:
        return 0.0
    last = int(below[-1])
    if last == cumulative.size - 1:
        return float("inf")
    step = cumulative[last + 1] - cumulative[last]
    return last + 1 + float(-cumulative[last] / step)


def service_met(history: History, scenario: Scenario) -> float:
    """Share of months of the term in which inbound service reached what the programme asks for."""
    term = slice(0, history.days.n_months)
    offered = history.of("offered", "inbound")[term]
    within = history.of("answered_within", "inbound")[term]
    met = within >= scenario.programme.inbound.service.share * offered
    return float(np.mean(met[offered > 0])) if (offered > 0).any() else float("nan")


def channel_cost(history: History, scenario: Scenario, channel: Channel) -> float:
    """What a channel costs the client, undiscounted: its own fees and in-house people, and its part of the rest.

    What belongs to no channel (fees without one, transition, governance, severance, …) is shared by productive hours
    among the channels that the contract covers, or among all where there is no contract.
    """
    covered = scenario.contract.scope if scenario.contract is not None else CHANNELS
    hours = {c: float(history.of("productive_hours", c).sum()) for c in covered}
    part = hours.get(channel, 0.0) / max(sum(hours.values()), 1e-9)
    own = float(history.operating_cost[0, CHANNELS.index(channel)].sum())
    everyone = float(history.operating_cost[0].sum())
    common = fees = 0.0
    of_channel = _channels(scenario)
    for e in history.entries():
        if e.kind != "cash" or "client" not in (e.payer, e.payee) or e.account in ("sale_margin",):
            continue
        signed = e.amount if e.payer == "client" else -e.amount
        belongs = of_channel.get(e.cause) if e.account in ("fees", "credits") else None
        if belongs is not None:
            fees += signed if belongs == channel else 0.0
        elif not e.account.startswith("in_house"):
            common += signed
    paid = sum(e.amount for e in history.entries() if e.kind == "cash" and e.account.startswith("in_house"))
    scale = paid / everyone if everyone > 0.0 else 0.0
    return fees + own * scale + common * part


def _channels(scenario: Scenario) -> dict[str, str | None]:
    """The channel of each clause by its name; None where it has none."""
    if scenario.contract is None:
        return {}
    return {c.name: getattr(c, "channel", None) for _, c in walk(scenario.contract.clauses)}


def kpi_rows(option: str, replication: int, history: History) -> dict[str, Floats | list[str] | list[int]]:
    """Counters and KPIs by month and channel as columns; see `orm_sim.study.tables.KPI_TABLE`."""
    n = history.days.n_months_with_run_off
    columns: dict[str, Floats | list[str] | list[int]] = {
        "option": [option] * (2 * n),
        "replication": [replication] * (2 * n),
        "month": [*range(n), *range(n)],
        "channel": [str(c) for c in CHANNELS for _ in range(n)],
    }
    counters = {name: np.concatenate([history.of(name, c) for c in CHANNELS]) for name in _ALWAYS}
    columns |= counters
    columns |= {c.id: np.full(2 * n, np.nan) for c in COUNTERS.values() if not c.always}
    if history.of("audited", "inbound").any():
        found = {name: np.concatenate([history.of(name, c) for c in CHANNELS]) for name in _AUDITED}
        columns |= found
        counters |= found
    columns |= {name: np.asarray(KPIS[name].value(counters), dtype=np.float64) for name in _RATIOS}
    return columns


def ledger_rows(option: str, replication: int, history: History) -> list[tuple[object, ...]]:
    """Monthly sums of the ledger; see `orm_sim.study.tables.LEDGER`."""
    sums: dict[tuple[int, str, str, str, str], float] = defaultdict(float)
    last = history.days.n_months_with_run_off - 1
    for e in history.entries():
        month = int(history.days.month[e.day]) if e.day < history.days.end_day else last
        sums[month, e.payer, e.payee, e.account, e.kind] += e.amount
    return [(option, replication, *key, amount) for key, amount in sorted(sums.items())]


def decision_rows(option: str, replication: int, history: History) -> list[tuple[object, ...]]:
    """The vendor's plans by the week from which they held; see `orm_sim.study.tables.DECISIONS`."""
    return [(option, replication, week, *plan) for week, plan in history.decisions]


def strike_rows(
    option: str, replication: int, scenario: Scenario, history: History
) -> list[tuple[object, ...]]:
    """What each hazard has done at each site in the term; see `orm_sim.study.tables.STRIKES`."""
    in_term = [
        s for s in history.strikes if s.day < history.days.n_days
    ]  # the run-off is no part of the years
    rows: list[tuple[object, ...]] = []
    sites = SITES if scenario.contract is not None else SITES[:1]
    for hazard, site in product(scenario.risks.active, sites):
        if scenario.risks.at(hazard, site) is None:
            continue
        found = [s for s in in_term if (s.hazard, s.site) == (hazard, site)]
        lost = float(history.lost[OPERATORS.index(site)].sum()) if hazard == "outage" else 0.0
        caught, hours = sum(s.caught for s in found), sum(s.hours for s in found)
        rows.append((option, replication, hazard, site, len(found), caught, hours, lost))
    return rows


def breach_rows(
    option: str, replication: int, scenario: Scenario, history: History
) -> list[tuple[object, ...]]:
    """What data breaches have come to at each site; see `orm_sim.study.tables.BREACHES`."""
    rows: list[tuple[object, ...]] = []
    for site in SITES if scenario.contract is not None else SITES[:1]:
        if scenario.risks.at("breach", site) is None:
            continue
        harms = [s.harm for s in history.strikes if s.harm is not None and s.site == site]
        paid = sum(
            e.amount
            for e in history.entries()
            if (e.payer, e.account, e.kind) == ("vendor", "remediation", "cash")
        )
        sums = np.array(harms, dtype=np.float64).reshape(-1, len(Harm._fields)).sum(axis=0).tolist()
        rows.append((option, replication, site, len(harms), *sums, paid if site == "vendor" else 0.0))
    return rows


def index_rows(option: str, replication: int, history: History) -> list[tuple[object, ...]]:
    """Price indices by month; see `orm_sim.study.tables.INDICES`."""
    if not history.indices:
        return []
    wages, currency = (history.indices[name].tolist() for name in ("wages", "currency"))
    return [
        (option, replication, month, *values)
        for month, values in enumerate(zip(wages, currency, strict=True))
    ]


def failure_rows(
    option: str, replication: int, scenario: Scenario, history: History
) -> list[tuple[object, ...]]:
    """The first day of each stage of a failure; see `orm_sim.study.tables.FAILURES`."""
    if scenario.contract is None or history.no_deal is not None:
        return []
    found = failing(history, scenario)
    days = (found.cash_stress, found.cuts, found.quality, found.default)
    return [(option, replication, *(np.nan if day is None else float(day) for day in days))]


def attrition(history: History) -> float:
    """Agents who left the vendor's floor of their own accord in a year, over those on it; nan without any."""
    leavers, agent_weeks = history.turnover
    return float(leavers / agent_weeks * WEEKS_PER_YEAR) if agent_weeks > 0.0 else float("nan")


def by_account(entries: tuple[Entry, ...]) -> dict[str, float]:
    """The client's undiscounted total by account, cash and value: the bars of the waterfall."""
    totals: dict[str, float] = defaultdict(float)
    for e in entries:
        if e.kind != "invoice" and "client" in (e.payer, e.payee):
            totals[e.account] += e.amount if e.payee == "client" else -e.amount
    return dict(totals)
