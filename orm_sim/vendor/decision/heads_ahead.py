"""Heads ahead: people of one channel month by month under each plan and future, and what they cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.units import DAYS_PER_MONTH
from orm_sim.vendor.decision.futures import Futures
from orm_sim.vendor.decision.outlook import Floor, Outlook
from orm_sim.vendor.levers import Plans

Floats = NDArray[np.float64]
WEEKS_PER_MONTH = DAYS_PER_MONTH / 7.0


@dataclass(frozen=True, slots=True)
class MonthHeads:
    """One month of a channel, float64[n_plans, n_futures] each.

    ``agents`` on the floor on average · ``newness`` as in `Floor` · ``trainees`` in paid training · ``hires`` to come ·
    ``weeks_owed`` weeks of pay owed to those dismissed.
    """

    agents: Floats
    newness: Floats
    trainees: Floats
    hires: Floats
    weeks_owed: Floats


class HeadsAhead:
    """Lives the people of one channel through the months ahead.

    Parameters
    ----------
    outlook : Outlook
    floor : Floor
        How they stand today.
    plans, futures
        Axes of everything.
    """

    def __init__(self, outlook: Outlook, floor: Floor, plans: Plans, futures: Futures) -> None:
        self._outlook, self._plans, self._futures = outlook, plans, futures
        terms = outlook.terms
        shape = (plans.training.size, futures.volume.size)
        weeks = terms.recruit_weeks + terms.training_weeks * plans.training
        self._lead = np.broadcast_to((weeks / WEEKS_PER_MONTH)[:, None], shape)
        self._start = np.exp(
            -outlook.people.head_start(plans.training, terms.training_weeks) / terms.learning.weeks_to_learn
        )[:, None]
        self._owed_each = floor.weeks_owed
        self._agents = np.full(shape, floor.agents)
        self._newness = np.full(shape, floor.newness)
        self._satisfaction = np.full(shape, floor.satisfaction)
        self._coming = np.zeros((outlook.n_months + 12, *shape))
        self._coming[: floor.coming.size] += floor.coming[:, None, None]

    def month(self, month: int, wanted: Callable[[int], Floats], occupancy: Floats) -> MonthHeads:
        """Live one month: leavers go, recruits arrive, and as many are sought as the end of the lead time wants.

        Parameters
        ----------
        month : int
            Months ahead, from 0.
        wanted : callable
            Agents wanted on the floor in a month ahead, float64[n_plans, n_futures].
        occupancy : array
            Of last month: it wears people out.
        """
        plans, people, terms = self._plans, self._outlook.people, self._outlook.terms
        owed = self._dismiss(wanted) if month == 0 else np.zeros(self._agents.shape)
        towards = people.content(occupancy, plans.coaching_hours[:, None], plans.pressure[:, None])
        self._satisfaction = people.settled(self._satisfaction, towards, 1.0)
        leaving = people.leaving(plans.wage_premium[:, None], self._satisfaction) * self._futures.attrition
        monthly = terms.attrition_per_year / 12.0 * leaving
        stay = np.exp(-monthly)
        arrivals = self._coming[month]
        kept = self._agents * stay
        learned = np.exp(-WEEKS_PER_MONTH / terms.learning.weeks_to_learn)
        before = self._agents
        self._agents = kept + arrivals
        share_new = arrivals / np.maximum(self._agents, 1e-9)
        self._newness = self._newness * learned * (1.0 - share_new) + self._start * share_new
        hires = self._seek(month, wanted, monthly)
        trainees = hires * plans.training[:, None] * terms.training_weeks / WEEKS_PER_MONTH
        return MonthHeads(0.5 * (before * stay + self._agents), self._newness, trainees, hires, owed)

    def _dismiss(self, wanted: Callable[[int], Floats]) -> Floats:
        """On the planning date those go whom no month of the quarter needs; returns the weeks of pay they are owed.

        The last hired go first, who are owed less than the mean that is foreseen here.
        """
        above = self._outlook.dismiss_above
        if above is None:
            return np.zeros(self._agents.shape)
        ahead = range(min(4, self._outlook.n_months))
        most = np.max([wanted(month) for month in ahead], axis=0) * (1.0 + above)
        gone = np.maximum(self._agents - most, 0.0)
        self._agents = self._agents - gone
        return np.asarray(gone * self._owed_each)

    def _seek(self, month: int, wanted: Callable[[int], Floats], monthly: Floats) -> Floats:
        """Recruit for the gap at the end of the lead time; they arrive split between two months."""
        ahead = int(np.ceil(self._lead.max()))
        target = wanted(min(month + ahead, self._outlook.n_months - 1))
        on_the_way = self._coming[month + 1 :].sum(axis=0)
        gap = np.maximum(target - self._agents * np.exp(-monthly * self._lead) - on_the_way, 0.0)
        whole = np.minimum(self._lead.astype(np.int64), 10)
        part = self._lead - whole
        for late, share in ((0, 1.0 - part), (1, part)):
            for lag in np.unique(whole).tolist():
                here = whole == lag
                self._coming[month + 1 + lag + late] += np.where(here, gap * share, 0.0)
        return np.asarray(gap)
