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
        training = terms.training_weeks * plans.training / WEEKS_PER_MONTH
        self._training = training[:, None]
        self._lead = terms.recruit_weeks / WEEKS_PER_MONTH + self._training
        self._start = np.exp(
            -outlook.people.head_start(plans.training, terms.training_weeks) / terms.learning.weeks_to_learn
        )[:, None]
        self._learned = np.exp(-WEEKS_PER_MONTH / terms.learning.weeks_to_learn)
        self._yearly = (
            terms.attrition_per_year
            * outlook.people.leaving_by_pay(plans.wage_premium)[:, None]
            * futures.attrition
        )
        self._owed_each = floor.weeks_owed
        self._agents = np.full(shape, floor.agents)
        self._newness = np.full(shape, floor.newness)
        self._satisfaction = np.full(shape, floor.satisfaction)
        self._coming = np.zeros((outlook.n_months + 12, *shape))
        self._coming[: floor.coming.size] += floor.coming[:, None, None]
        self._on_the_way = np.full(shape, float(floor.coming.sum()))
        until_floor = np.arange(floor.coming.size) + 0.5
        self._in_class = (np.minimum(self._training, until_floor) * floor.coming).sum(axis=1)[:, None]
        self._arrivals = [
            (late, rows, (part if late > lag else 1.0 - part)[rows])
            for lag, rows, part in _lags(self._lead[:, 0])
            for late in (lag, lag + 1)
        ]

    def month(self, month: int, wanted: Callable[[Floats], Floats], occupancy: Floats) -> MonthHeads:
        """Live one month: leavers go, recruits arrive, and as many are sought as the end of the lead time wants.

        Parameters
        ----------
        month : int
            Months ahead, from 0.
        wanted : callable
            Agents wanted on the floor so many months ahead, float64[n_plans, n_futures] from float64[n_plans, 1].
        occupancy : array
            Of last month: it wears people out.
        """
        plans, people = self._plans, self._outlook.people
        owed = self._dismiss(wanted) if month == 0 else np.zeros(self._agents.shape)
        towards = people.content(occupancy, plans.coaching_hours[:, None], plans.pressure[:, None])
        self._satisfaction = people.settled(self._satisfaction, towards, 1.0)
        monthly = self._yearly * (people.leaving(0.0, self._satisfaction) / 12.0)
        before, arrivals = self._agents, self._coming[month]
        self._agents = before * np.exp(-monthly) + arrivals
        self._on_the_way = self._on_the_way - arrivals
        newer = self._mixed(arrivals)
        newness, self._newness = 0.5 * (self._newness + newer), newer
        hires = self._seek(month, wanted, monthly)
        trainees = hires * self._training + (self._in_class if month == 0 else 0.0)
        return MonthHeads(0.5 * (before + self._agents), newness, trainees, hires, owed)

    def _dismiss(self, wanted: Callable[[Floats], Floats]) -> Floats:
        """On the planning date those go whom no month of the quarter needs; returns the weeks of pay they are owed.

        The last hired go first, who are owed less than the mean that is foreseen here.
        """
        above = self._outlook.dismiss_above
        if above is None:
            return np.zeros(self._agents.shape)
        ahead = range(min(4, self._outlook.n_months))
        most = np.max([wanted(month + 0.0 * self._lead) for month in ahead], axis=0) * (1.0 + above)
        gone = np.maximum(self._agents - most, 0.0)
        self._agents = self._agents - gone
        return np.asarray(gone * self._owed_each)

    def _mixed(self, arrivals: Floats) -> Floats:
        """Newness at the month's end; those who arrived in it have learned for half of it."""
        fresh = arrivals / np.maximum(self._agents, 1e-9)
        old = self._newness * self._learned * (1.0 - fresh)
        mixed = old + self._start * np.sqrt(self._learned) * fresh
        return np.where(self._agents > 1e-9, mixed, self._newness)

    def _seek(self, month: int, wanted: Callable[[Floats], Floats], monthly: Floats) -> Floats:
        """Recruit for the gap at the end of the lead time; they arrive split between two months.

        A class is a whole number of people: half of one more than the gap on average.
        """
        target = wanted(month + 0.5 + self._lead)
        position = self._agents * np.exp(-monthly * np.maximum(self._lead, 1.0)) + self._on_the_way
        short = target + 0.5 - position
        gap = np.where(target > 0.0, np.maximum(short, 0.0), 0.0)
        for late, rows, share in self._arrivals:
            self._coming[month + max(late, 1), rows] += gap[rows] * share[:, None]
        self._on_the_way = self._on_the_way + gap
        return np.asarray(gap)


def _lags(lead: Floats) -> list[tuple[int, NDArray[np.int64], Floats]]:
    """Whole months of lead, the plans that have so many, and what is left of each plan's lead."""
    whole = np.minimum(lead.astype(np.int64), 10)
    return [(lag, np.flatnonzero(whole == lag), lead - whole) for lag in sorted(set(whole.tolist()))]
