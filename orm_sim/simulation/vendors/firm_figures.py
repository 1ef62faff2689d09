"""Figures of several vendors that react: each by period, the client as a whole, and each vendor if it were alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.finance.accounts import ACCOUNTS
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.history import History
from orm_sim.simulation.outcomes import attrition, client_flows, vendor_npv
from orm_sim.simulation.vendors.together import LivedFirms

Floats = NDArray[np.float64]
OF_PERIOD: Final = (
    "share", "offered", "service_level", "abandonment_rate", "passed_on", "taken", "agents", "staffing_ratio",
    "wage_premium", "invoice", "margin", "cash",
)  # fmt: skip
"""Figures of a vendor in a month, a quarter or the whole term: its share of contacts offered, their count, the share
answered in time by itself, that abandoned, contacts that another vendor has answered, those it has answered for
others (in its share they do not count), full-time equivalents, its plan (nan where it does not plan), the invoice net
of credits, invoice less what it pays, and its cash at the end."""
OF_TERM: Final = ("value", "attrition", "failed", "ended", "refused")
"""Figures of a vendor over all: the present value of its contract, leavers a year, and 1 where it has failed, was sent
away, or did not sign."""
OF_OFFERS: Final = ("better_offer", "better_offer_month")
"""Where the client looks for better offers: 1 where the vendor has left for one (it counts as `ended` too), and the
month at whose end it got notice, nan elsewhere; as `client_better_offer` and its month of any vendor, the first."""
OF_CLIENT: Final = ("value", "service_level", "abandonment_rate", "offered", "paid", "in_house_share")
"""Figures of the programme: the client's value against everything in-house, present value; service of all contacts
whoever has them; invoices; and the share of contacts that its own centre has."""
_NOTHING: Final = float("nan")


def firm_figures(
    lived: LivedFirms, alone: Mapping[str, History], zero: History, scenarios: Mapping[str, Scenario]
) -> dict[str, float]:
    """Everything told of one replication by name: `share[vendor=thin,month=3]`, `client_value`.

    Parameters
    ----------
    lived : LivedFirms
        All vendors together.
    alone : mapping of str to History
        Each with all the volume.
    zero : History
        Nobody: everything in-house.
    scenarios : mapping of str to Scenario
        Of each vendor, as drawn.
    """
    return dict(_named(lived, alone, zero, scenarios))


def _named(
    lived: LivedFirms, alone: Mapping[str, History], zero: History, scenarios: Mapping[str, Scenario]
) -> Iterator[tuple[str, float]]:
    offered = np.sum([h.of("offered", "inbound") for h in lived.histories.values()], axis=0)
    rate = next(iter(scenarios.values())).client.discount_rate_per_year
    nothing = client_flows(zero, rate).npv
    for name, scenario in scenarios.items():
        history = lived.histories.get(name)
        for split, months in _periods(zero):
            found = _of_period(history, offered, months)
            found |= _overflow(lived, name, months)
            yield from ((f"{key}[vendor={name}{split}]", value) for key, value in found.items())
        for key, value in {**_of_term(history, scenario), **_offers(lived, (name,))}.items():
            yield f"{key}[vendor={name}]", value
        one = alone[name]
        for key, value in {**_of_client((one,), nothing, rate), **_alone(one, scenario)}.items():
            yield f"{key}_alone[vendor={name}]", value
    in_time = sum(float(each["answered_within"].sum()) for each in lived.taken.values())
    together = _of_client(tuple(lived.histories.values()), nothing, rate, in_time)
    left = _offers(lived, tuple(scenarios))
    yield from ((f"client_{key}", value) for key, value in {**together, **left}.items())
    for name, one in alone.items():
        yield (
            f"client_value_gained[vendor={name}]",
            together["value"] - _of_client((one,), nothing, rate)["value"],
        )


def _periods(history: History) -> Iterator[tuple[str, slice]]:
    """The whole term, its quarters and its months, as they are named."""
    n = history.days.n_months
    yield "", slice(0, n)
    yield from ((f",quarter={q + 1}", slice(3 * q, min(3 * q + 3, n))) for q in range(-(-n // 3)))
    yield from ((f",month={m + 1}", slice(m, m + 1)) for m in range(n))


def _of_period(history: History | None, offered: Floats, months: slice) -> dict[str, float]:
    """In the order of `OF_PERIOD`."""
    if history is None:
        return dict.fromkeys(OF_PERIOD, _NOTHING) | {"share": 0.0, "offered": 0.0}
    counted = {
        n: float(history.of(n, "inbound", "vendor")[months].sum())
        for n in ("offered", "answered_within", "abandoned")
    }
    invoice, cost = _money(history)
    plan = _plans(history)[:, months]
    return {
        "share": _ratio(counted["offered"], float(offered[months].sum())),
        "offered": counted["offered"],
        "service_level": _ratio(counted["answered_within"], counted["offered"]),
        "abandonment_rate": _ratio(counted["abandoned"], counted["offered"]),
        "passed_on": 0.0,
        "taken": 0.0,
        "agents": float(history.of("fte", "inbound", "vendor")[months].mean()),
        "staffing_ratio": _mean(plan[0]),
        "wage_premium": _mean(plan[1]),
        "invoice": float(invoice[months].sum()),
        "margin": float((invoice - cost)[months].sum()),
        "cash": float(history.cash[months][-1]),
    }


def _overflow(lived: LivedFirms, name: str, months: slice) -> dict[str, float]:
    """Contacts that others have answered for a vendor, and that it has answered for others."""
    found = {"passed_on": 0.0, "taken": 0.0}
    if name in lived.passed_on:
        found["passed_on"] = float(lived.passed_on[name][months].sum())
    if name in lived.taken:
        found["taken"] = float(lived.taken[name]["answered"][months].sum())
    return found


def _of_term(history: History | None, scenario: Scenario) -> dict[str, float]:
    """In the order of `OF_TERM`."""
    if history is None:
        return dict(zip(OF_TERM, (0.0, _NOTHING, 0.0, 0.0, 1.0), strict=True))
    return {
        "value": vendor_npv(history, scenario.evaluation.vendor_discount_rate_per_year),
        "attrition": attrition(history),
        "failed": float(history.insolvent_day is not None),
        "ended": float(history.ended_day is not None),
        "refused": 0.0,
    }


def _offers(lived: LivedFirms, names: tuple[str, ...]) -> dict[str, float]:
    """In the order of `OF_OFFERS`, of some of the vendors; nothing where the client does not look for offers."""
    if lived.switches is None:
        return {}
    gone = [n for n in names if n in lived.switches and lived.histories[n].ended_day is not None]
    months = [lived.switches[name].month + 1.0 for name in gone]
    return {"better_offer": float(bool(gone)), "better_offer_month": min(months, default=_NOTHING)}


def _alone(history: History, scenario: Scenario) -> dict[str, float]:
    """What becomes of a vendor that has all the volume."""
    return {
        "vendor_value": vendor_npv(history, scenario.evaluation.vendor_discount_rate_per_year),
        "failed": float(history.insolvent_day is not None),
        "ended": float(history.ended_day is not None),
        "refused": float(history.no_deal is not None),
    }


def _of_client(
    histories: tuple[History, ...], nothing: float, rate: float, in_time: float = 0.0
) -> dict[str, float]:
    """In the order of `OF_CLIENT`; `in_time` are contacts that a vendor has answered in time for another."""
    counted = {
        n: sum(float(h.of(n, "inbound").sum()) for h in histories)
        for n in ("offered", "answered_within", "abandoned")
    }
    at_home = sum(float(h.of("offered", "inbound", "in_house").sum()) for h in histories)
    return {
        "value": sum(client_flows(h, rate).npv for h in histories) - nothing,
        "service_level": _ratio(counted["answered_within"] + in_time, counted["offered"]),
        "abandonment_rate": _ratio(counted["abandoned"], counted["offered"]),
        "offered": counted["offered"],
        "paid": sum(float(_money(h)[0].sum()) for h in histories),
        "in_house_share": _ratio(at_home, counted["offered"]),
    }


def _money(history: History) -> tuple[Floats, Floats]:
    """Invoices net of credits, and what the vendor pays for the account, by month: float64[n_months with run-off]."""
    invoice, cost = (np.zeros(history.days.n_months_with_run_off) for _ in range(2))
    for e in history.entries():
        month = history.days.month[min(e.day, history.days.end_day - 1)]
        if e.kind == "invoice":
            invoice[month] += e.amount if e.payee == "vendor" else -e.amount
        elif e.payer == "vendor" and e.account != "other_business" and e.account in ACCOUNTS:
            cost[month] += e.amount if ACCOUNTS[e.account].side == "vendor" else 0.0
    return invoice, cost


def _plans(history: History) -> Floats:
    """Staffing ratio and pay over the market by month, as planned: float64[2, n_months]; nan where nobody plans."""
    n = history.days.n_months
    found = np.full((2, n), np.nan)
    gone = history.insolvent_day if history.insolvent_day is not None else history.ended_day
    end = n if gone is None else min(int(history.days.month[gone]), n)
    for week, plan in history.decisions:
        found[:, int(history.days.month[7 * week]) : end] = np.array(
            [plan.staffing_ratio, plan.wage_premium]
        )[:, None]
    return found


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else _NOTHING


def _ratio(top: float, bottom: float) -> float:
    """A quotient; nan where nothing is counted below."""
    return top / bottom if bottom > 0.0 else _NOTHING
