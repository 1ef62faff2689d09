"""Agents for a target in every period of a centre's file, where it is a single pool; the rest is refused."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from orm_sim.centre.centre_file import CentreFile, clock_s
from orm_sim.centre.plan import Floats
from orm_sim.centre.requirement import Target, agents_per_interval
from orm_sim.centre.stationary_centre import Pool, pool_of
from orm_sim.core.errors import InputError, Place, Problem

_WHOLE: float = 1e-9


class PeriodNeed(NamedTuple):
    """One period of a day and whom it needs.

    ``agents``: on contacts, a fraction being the share of time with one more · ``scheduled``: whole agents with the
    file's shrinkage, as its list `agents` takes them · the figures are expected with those scheduled, nan where there
    is none.
    """

    day: int
    period: int
    begins: str
    offered: float
    agents: float
    scheduled: int
    service_level: float
    abandonment_rate: float
    asa_s: float
    occupancy: float


def need(file: CentreFile, targets: Sequence[Target]) -> list[PeriodNeed]:
    """Fewest agents of every period with which each of some targets is reached, by the closed forms.

    Parameters
    ----------
    file : CentreFile
        A centre of one contact type and one agent group; the agents it names are not looked at.
    targets : sequence of Target
        The hardest decides, period by period.

    Returns
    -------
    list of PeriodNeed
        Days that repeat an earlier one are left out.

    Raises
    ------
    InputError
        With a sentence for everything in the file that has no closed form, and for a target nobody can reach.
    """
    group = file.agent_groups[0]
    blank = group.model_copy(update={"agents": 0, "changes": None})
    pool = pool_of(
        file.model_copy(update={"agent_groups": (blank, *file.agent_groups[1:])}),
        "staff", None, "Try agents with orm-sim centre, whose kernel knows it",
    )  # fmt: skip
    present = 1.0 - pool.per_day(group.shrinkage)
    if not present.all():
        rule = "is 1 in some period: nobody is left to answer, however many are scheduled"
        raise InputError(Problem(Place("shrinkage"), "", group.name, rule))
    rows: list[PeriodNeed] = []
    seen: set[tuple[bytes, ...]] = set()
    for day in range(file.horizon.days):
        key = (pool.earlier(day).tobytes(), pool.offered[day].tobytes(), present[day].tobytes())
        if key not in seen:
            seen.add(key)
            rows += _day(pool, day, present[day], targets)
    return rows


def _day(pool: Pool, day: int, present: Floats, targets: Sequence[Target]) -> list[PeriodNeed]:
    agents = np.max([_needed(pool, day, target) for target in targets], axis=0)
    scheduled = np.ceil(agents / present - _WHOLE)
    found = pool.answer(day, scheduled * present)
    answered = found.offered * (1.0 - found.abandonment_rate)
    staffed_s = scheduled * present * pool.file.period_s
    opens = clock_s(pool.file.horizon.opens)
    rows = []
    for period in range(agents.size):
        offered = float(found.offered[period])
        some = offered > 0.0
        busy_s, there_s = answered[period] * pool.handle.mean_s, staffed_s[period]
        rows.append(
            PeriodNeed(
                day, period, _clock(opens + period * pool.file.period_s), offered, float(agents[period]),
                int(scheduled[period]),
                float(found.service_level[period]) if some else math.nan,
                float(found.abandonment_rate[period]) if some else math.nan,
                float(found.asa_s[period]) if some else math.nan,
                float(min(busy_s / there_s, 1.0)) if there_s > 0.0 else math.nan,
            )
        )  # fmt: skip
    return rows


def _needed(pool: Pool, day: int, target: Target) -> Floats:
    try:
        return agents_per_interval(
            target, pool.offered[day], pool.handle, pool.patience, pool.kind.threshold_s,
            interval_s=pool.file.period_s, points=pool.points, busyness_cv=pool.busyness_cv,
            earlier=pool.earlier(day),
        )  # fmt: skip
    except ValueError as error:
        raise InputError(
            Problem(Place("target"), "", f"{target.measure} {target.value:g}", str(error))
        ) from None


def _clock(seconds: float) -> str:
    minutes = round(seconds / 60.0) % 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
