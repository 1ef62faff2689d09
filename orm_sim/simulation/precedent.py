"""A precedent: the operations of one option, week by week, which others follow while they would decide the same.

Operations (people, rosters, contacts) hang on money in two ways only: whether the vendor may hire this week, and
whether it is still alive. Options that ask for the same work therefore live the same weeks until one of them decides
differently; that one is then lived by itself from the beginning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from orm_sim.demand.programme import CHANNELS, Channel
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.history import Counts
from orm_sim.simulation.operator import Operator
from orm_sim.vendor.policy import ServiceRequest
from orm_sim.vendor.workforce import WeekStaff


class Diverged(Exception):
    """The option would decide otherwise than its precedent: it has to be lived by itself."""


@dataclass(slots=True)
class Week:
    """What one week of operations came to."""

    may_hire: bool
    staff: tuple[WeekStaff, ...] = ()
    displaced: dict[Channel, int] = field(default_factory=dict)
    counts: dict[int, list[Counts]] = field(default_factory=dict)


@dataclass(slots=True)
class Precedent:
    """The weeks of one option, as far as they may be followed."""

    weeks: list[Week] = field(default_factory=list)

    def week(self, number: int) -> Week:
        """A week to follow.

        Raises
        ------
        Diverged
            When the precedent ended before it (its vendor had failed).
        """
        if number >= len(self.weeks):
            raise Diverged
        return self.weeks[number]


def operations_key(scenario: Scenario, asked: ServiceRequest | None) -> Any:
    """What decides operations, money aside: equal keys, equal weeks; for vendors that do not plan."""
    vendor, contract = scenario.vendor, scenario.contract
    scope = contract.scope if contract is not None else ()
    in_house = scenario.client.in_house
    return (
        scope, asked, in_house, scenario.relationship, vendor.policy, vendor.workforce, vendor.offshore, vendor.people,
        vendor.platform, scenario.risks, vendor.blending, vendor.assurance,
    )  # fmt: skip


def staff_of(operators: tuple[Operator, Operator]) -> tuple[WeekStaff, ...]:
    """Both operators' staff on both channels."""
    return tuple(operator.staff(channel) for operator in operators for channel in CHANNELS)


def adopt(operators: tuple[Operator, Operator], staff: tuple[WeekStaff, ...]) -> None:
    """Take over a week's staff."""
    places = [(operator, channel) for operator in operators for channel in CHANNELS]
    for (operator, channel), each in zip(places, staff, strict=True):
        operator.workforce[channel].last = each
