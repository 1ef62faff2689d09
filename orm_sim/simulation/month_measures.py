"""Measures of a month: counters that are known only at its end, and what the month has done to people."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from orm_sim.demand.programme import CHANNELS, Channel
from orm_sim.simulation.history import Books
from orm_sim.simulation.operator import Operator
from orm_sim.simulation.setting import Setting


def measure(
    books: Books,
    setting: Setting,
    operators: tuple[Operator, Operator],
    share_of: tuple[Callable[[Channel, int], float], ...],
    month: int,
) -> None:
    """Hours on duty, the client's forecast of contacts, leads handed over, and how satisfied a month leaves people.

    Parameters
    ----------
    share_of : pair of callables
        Each operator's share of a channel's contacts in a week.
    """
    days = setting.days
    for operator in operators:
        for channel in CHANNELS:
            hours = float(books.of(operator.name, channel, "staffed_s")[month]) / 3600.0
            books.put(operator.name, channel, "productive_hours", month, hours)
        busy, staffed = (float(books.of(operator.name, "inbound", c)[month]) for c in ("busy_s", "staffed_s"))
        operator.month_end("inbound", busy / staffed if staffed else 0.0)
        operator.month_end("outbound", 0.0)  # callers dial without a break at any staffing
    if month < days.n_months:
        inside = np.arange(days.month_starts[month], days.month_starts[month + 1])
        weeks = (inside // 7).tolist()
        expected = setting.expected.rates[inside].sum(axis=1) * setting.forecast_factor[month]
        for operator, share in zip(operators, share_of, strict=True):
            by_week = {week: share("inbound", week) for week in dict.fromkeys(weeks)}
            part = np.array([by_week[week] for week in weeks])
            books.put(operator.name, "inbound", "forecast_offered", month, float((expected * part).sum()))
            called = {week: share("outbound", week) for week in dict.fromkeys(weeks)}
            fresh = np.diff(np.searchsorted(setting.leads.release_day, np.append(inside, inside[-1] + 1)))
            given = fresh @ np.array([called[week] for week in weeks])
            books.put(operator.name, "outbound", "leads", month, float(given))
            reached = float(books.of(operator.name, "outbound", "reached")[month])
            books.put(operator.name, "outbound", "leads_reached", month, reached)  # each once: see `LeadPlan`
