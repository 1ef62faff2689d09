"""Agents staffed in each group through a day: scheduled, less those absent, less shrinkage."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from orm_sim.centre.skills.merging import in_order
from orm_sim.centre.skills.plan import Floats, Whole
from orm_sim.centre.skills.views import number, set_whole, whole
from orm_sim.core.compiled import jit
from orm_sim.core.streams import uniform_pair

ANY_DAY: Final = -1
"""Day of a change that happens every day."""
_ROUNDING: Final = 1e-9
"""What sums of shares may be off by when they should be whole."""


@jit
def changes_of_day(s: Any, day: int, at_s: Floats, group: Whole, to: Whole) -> int:
    """Moments of a day at which the number of agents of a group changes, by time and then by group.

    Parameters
    ----------
    s : record of `orm_sim.centre.skills.sources.SOURCES`
    at_s, group, to : arrays [room]
        Filled from the front.

    Returns
    -------
    int
        How many there are.
    """
    at, agents = np.empty(at_s.size), np.empty(at_s.size, np.int64)
    ends = np.zeros(s.n_groups + 1, np.int64)
    n = 0
    for g in range(s.n_groups):
        n = _changes_of(s, day, g, at, agents, n)
        ends[g + 1] = n
    order = np.empty(n, np.int64)
    in_order(at[:n], ends, at_s[:n], order)
    for g in range(s.n_groups):
        for k in range(ends[g], ends[g + 1]):
            place = order[k]
            group[place], to[place] = g, agents[k]
    return n


@jit
def _changes_of(s: Any, day: int, g: int, at: Floats, agents: Whole, n: int) -> int:
    """Changes of one group, added to the first n.

    An agent's own uniform number of the day says whether it is present, so that whoever comes works the whole day
    where `presence` is one number. Shrinkage takes a share of those present; what rounding takes or leaves is made
    good in the steps that follow, so that the day's sum is right to within half an agent.
    """
    begin = n
    if whole(s.by_period, g):
        for period in range(s.n_periods):
            at[n], agents[n] = period * s.period_s, whole(s.scheduled, _place(s, day, g, period))
            n += 1
    for step in range(whole(s.step_first, g), whole(s.step_stop, g)):
        if whole(s.step_day, step) in (ANY_DAY, day):
            at[n], agents[n] = number(s.step_at_s, step), whole(s.step_to, step)
            n += 1
    _send_away(s, day, g, at[begin:n], agents[begin:n])
    before, changed = 0 if s.resets else whole(s.staffed, g), begin
    for k in range(begin, n):
        if agents[k] != before:
            before = agents[k]
            at[changed], agents[changed] = at[k], before
            changed += 1
    set_whole(s.staffed, g, before)
    return changed


@jit
def _send_away(s: Any, day: int, g: int, at: Floats, agents: Whole) -> None:
    """Turn scheduled agents into staffed ones."""
    drawn = _drawn(s, day, g, agents)
    owed = 0.0
    for k in range(agents.size):
        period = min(int(at[k] / s.period_s), s.n_periods - 1)
        here, away = number(s.here, _place(s, day, g, period)), number(s.away, _place(s, day, g, period))
        present = agents[k]
        if here < 1.0:
            present = 0
            for i in range(agents[k]):
                present += drawn[i] < here
        wanted = present * (1.0 - away) + owed
        agents[k] = min(max(math.floor(wanted + 0.5 + _ROUNDING), 0), present)
        owed = min(max(wanted - agents[k], -0.5), 0.5)


@jit
def _drawn(s: Any, day: int, g: int, agents: Whole) -> Floats:
    """The uniform number of every agent of a group; none where all come."""
    most, least = 0, 1.0
    for period in range(s.n_periods):
        least = min(least, number(s.here, _place(s, day, g, period)))
    if least < 1.0:
        for k in range(agents.size):
            most = max(most, agents[k])
    drawn = np.empty(most)
    for i in range(most):
        drawn[i], _ = uniform_pair(s.presence_k0, s.presence_k1, i, 0, day, g)
    return drawn


@jit
def _place(s: Any, day: int, g: int, period: int) -> int:
    """Where a group's value of a period stands in a table of the rota."""
    return (g * s.n_rota_days + (day if s.n_rota_days > 1 else 0)) * s.n_periods + period  # type: ignore[no-any-return]


def per_period(values: float | Sequence[float], days: int, n_periods: int) -> Floats:
    """A number, or a list with one value for each period of a day or of the horizon, as float64[days, P]."""
    if isinstance(values, int | float):
        return np.full((days, n_periods), float(values))
    given = np.array(values, np.float64)
    return np.array(given.reshape(days, n_periods) if given.size > n_periods else np.tile(given, (days, 1)))
