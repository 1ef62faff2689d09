"""Agents staffed in each group through a day: scheduled, less those absent, less shrinkage."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from orm_sim.centre.centre_file import AgentGroup, CentreFile
from orm_sim.centre.skills.arrivals import draw_uniforms
from orm_sim.centre.skills.plan import Floats
from orm_sim.core.streams import Key

_ROUNDING = 1e-9
"""What sums of shares may be off by when they should be whole."""


def rota(group: AgentGroup, file: CentreFile, day: int, presence: Key, g: int) -> Iterator[tuple[float, int]]:
    """Moments of a day and the agents staffed from then on.

    An agent's own uniform number of the day says whether it is present, so that whoever comes works the whole day
    where `presence` is one number. Shrinkage takes a share of those present; what rounding takes or leaves is made
    good in the steps that follow, so that the day's sum is right to within half an agent.

    Parameters
    ----------
    presence : Key
        Stream of presence.
    g : int
        Number of the group.
    """
    steps = list(_scheduled(group, file, day))
    here, away = (
        per_period(each, file.horizon.days, file.n_periods)[day] for each in (group.presence, group.shrinkage)
    )
    drawn = np.empty(max((n for _, n in steps), default=0) if here.min() < 1.0 else 0)
    draw_uniforms(*presence, 0, day, g, drawn)
    owed = 0.0
    for at_s, scheduled in steps:
        period = min(int(at_s / file.period_s), file.n_periods - 1)
        present = scheduled
        if here[period] < 1.0:
            present = int(np.count_nonzero(drawn[:scheduled] < here[period]))
        wanted = present * (1.0 - away[period]) + owed
        agents = min(max(math.floor(wanted + 0.5 + _ROUNDING), 0), present)
        owed = min(max(wanted - agents, -0.5), 0.5)
        yield at_s, agents


def _scheduled(group: AgentGroup, file: CentreFile, day: int) -> Iterator[tuple[float, int]]:
    """Moments of a day and the agents scheduled from then on."""
    if group.changes is not None:
        found = [(each.at_s, each.agents) for each in group.changes if each.day is None or each.day == day]
        yield from sorted(found, key=lambda each: each[0])
        return
    for period, agents in enumerate(per_period(group.agents or 0, file.horizon.days, file.n_periods)[day]):
        yield period * file.period_s, int(agents)


def per_period(values: float | Sequence[float], days: int, n_periods: int) -> Floats:
    """A number, or a list with one value for each period of a day or of the horizon, as float64[days, P]."""
    if isinstance(values, int | float):
        return np.full((days, n_periods), float(values))
    given = np.array(values, np.float64)
    return np.array(given.reshape(days, n_periods) if given.size > n_periods else np.tile(given, (days, 1)))
