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
from orm_sim.simulation.lived_days import Duties
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
    duties: dict[int, Duties] = field(default_factory=dict)
    beside: dict[int, list[Counts]] = field(default_factory=dict)


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


class Trail:
    """The weeks of one option as it lives them: after a precedent, as one for others, or by itself.

    A vendor that plans looks at its own people and its own purse, one of several hangs on the others: both have no
    `key` and are always lived by themselves.
    """

    def __init__(self, precedents: dict[Any, Any], key: Any | None, follow: bool) -> None:
        known = precedents.get(key) if key is not None else None
        self.week = Week(True)
        self.followed: Precedent | None = known if follow else None
        self._set: Precedent | None = None
        if key is not None and known is None:
            self._set = precedents[key] = Precedent()

    def keep(self, staff: tuple[WeekStaff, ...]) -> None:
        """A week has begun with these people."""
        self.week.staff = staff
        if self._set is not None:
            self._set.weeks.append(self.week)

    def part(self, day: int) -> None:
        """What happens on a day hangs on money or on this contract's terms: nobody can follow from here on.

        Raises
        ------
        Diverged
            Where this option has followed another until now.
        """
        if self.followed is not None:
            raise Diverged
        if self._set is not None:
            del self._set.weeks[day // 7 :]
            self._set = None


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
