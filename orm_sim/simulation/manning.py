"""Manning: people hired for the shares that are planned, and put on duty for the week that begins."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from orm_sim.demand.programme import CHANNELS, Channel
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.operator import Operator
from orm_sim.simulation.setting import Planning, Setting, planning_for
from orm_sim.vendor.policy import ServiceRequest, StaffingPlan


class Manning:
    """Mans the operators of one replication; the tables they plan by are looked up once."""

    def __init__(self, scenario: Scenario, setting: Setting) -> None:
        self._scenario, self._setting = scenario, setting
        self._plannings: dict[tuple[ServiceRequest, float], Planning] = {}

    def planning(self, operator: Operator, service: ServiceRequest) -> Planning:
        """What an operator plans by to give a service."""
        key = (service, operator.schedule_efficiency)
        if key not in self._plannings:
            self._plannings[key] = planning_for(self._scenario.programme, *key)
        return self._plannings[key]

    def week(
        self,
        operator: Operator,
        plan: StaffingPlan,
        week: int,
        moves_until: int,
        share: dict[Channel, float],
        share_of: Callable[[Channel, int], float],
    ) -> None:
        """Leavers, hires and the roster of a week.

        Parameters
        ----------
        moves_until
            Week after which shares are known to stay.
        share
            Of contacts this week, by channel.
        share_of : callable
            Share of a channel's contacts in a week, as planned today.
        """
        planning = self.planning(operator, plan.service)
        operator.plan(self._setting, planning, week, moves_until, share_of)
        for channel in CHANNELS:
            operator.workforce[channel].week(
                week, operator.targets[channel], operator.leaving(channel), plan.may_hire
            )
        operator.roster(self._setting, planning, week, share)

    def release(
        self, operator: Operator, service: ServiceRequest, channel: Channel, week: int, share: float
    ) -> int:
        """Let go whom a share of a channel's contacts leaves without work; how many."""
        planning, force = self.planning(operator, service), operator.workforce[channel]
        need = operator.agents_for(self._setting, planning, channel, week, share)
        return force.release(force.agents - int(np.ceil(need)))
