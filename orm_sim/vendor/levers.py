"""Levers: what a vendor can do about a contract, and every plan it may choose from, at most 200."""

from __future__ import annotations

from functools import partial
from itertools import product
from math import prod
from typing import Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from orm_sim.core.evidence import quantity
from orm_sim.core.terms import Many, Rule, Term

Floats = NDArray[np.float64]

MOST_PLANS: Final = 200
"""Plans a vendor compares at a planning date."""


class Plan(NamedTuple):
    """What a vendor means to do until it plans again.

    ``staffing_ratio``: hours on duty over those required for the service that is asked for · ``seat_ratio``: seats
    manned over those of the outbound programme · ``wage_premium``: share of the market wage paid on top of it ·
    ``training``: multiple of the standard weeks of training · ``coaching_hours``: coaching and quality assurance, hours
    per agent and week · ``redundancy``: platforms that stand by, beyond those of its terms · ``pressure``: how hard
    contacts are shortened and sales pressed, 0 honest · ``cut_late``: 1 hangs up on contacts that have waited past the
    threshold of the service level, so that those who answer in time are all that is answered · ``cherry_pick``: share
    of the outbound list that is left undialled, the leads whose score promises least · ``in_time_first``: 1 answers
    contacts that are not yet past the threshold before those that are, whom service level has lost already.
    """

    staffing_ratio: float
    seat_ratio: float
    wage_premium: float
    training: float
    coaching_hours: float
    redundancy: float
    pressure: float
    cut_late: float = 0.0
    cherry_pick: float = 0.0
    in_time_first: float = 0.0


class Plans(NamedTuple):
    """Several plans, one array of float64[n_plans] for each lever of `Plan`."""

    staffing_ratio: Floats
    seat_ratio: Floats
    wage_premium: Floats
    training: Floats
    coaching_hours: Floats
    redundancy: Floats
    pressure: Floats
    cut_late: Floats
    cherry_pick: Floats
    in_time_first: Floats

    def at(self, position: int) -> Plan:
        """One of them."""
        return Plan(*(float(values[position]) for values in self))

    def kept(self, which: NDArray[np.bool_]) -> Plans:
        """Those for which a flag stands."""
        return Plans(*(values[which] for values in self))


STANDARD: Final = Plan(1.0, 1.0, 0.0, 1.0, 0.5, 0.0, 0.0)
"""What a vendor does that staffs what it is asked for at the market wage, honestly."""

Ratio = Annotated[float, Field(gt=0.0, le=3.0)]
Premium = Annotated[float, Field(gt=-0.5, le=1.0)]
Multiple = Annotated[float, Field(ge=0.25, le=4.0)]
Hours = Annotated[float, Field(ge=0.0, le=8.0)]
Part = Annotated[float, Field(ge=0.0, le=1.0)]
Left = Annotated[float, Field(ge=0.0, le=0.95)]
Standby = Annotated[float, Field(ge=0.0, le=2.0)]


def _no_plan_or_too_many(*grids: tuple[float, ...]) -> str | None:
    if not all(grids):
        empty = Plan._fields[next(i for i, grid in enumerate(grids) if not grid)]
        return f"leaves no value for {empty}, so there is no plan to choose: give at least one"
    count = prod(len(set(grid)) for grid in grids)
    if count > MOST_PLANS:
        return f"makes {count:,} plans, and a vendor compares at most {MOST_PLANS}: shorten a list"
    return None


def _neither_on_nor_off(what: str, flags: tuple[float, ...]) -> str | None:
    parts = [value for value in flags if value not in (0.0, 1.0)]
    return f"is 0 or 1: late contacts are {what} or not, and {parts[0]:g} is neither" if parts else None


class Levers(Term):
    """The values a vendor tries for each lever; its plans are all their combinations."""

    staffing_ratio: Many[Ratio] = quantity(
        (0.7, 0.8, 0.9, 1.0, 1.1),
        unit="share of hours required",
        source="design_choice",
        grade="D",
        low=0.5,
        high=1.5,
    )
    """Inbound hours on duty over those required for the service asked for."""
    seat_ratio: Many[Ratio] = quantity(
        (1.0,), unit="share of seats", source="design_choice", grade="D", low=0.5, high=1.5
    )
    """Outbound seats manned over those of the programme."""
    wage_premium: Many[Premium] = quantity(
        (-0.05, 0.0, 0.10),
        unit="share of the market wage",
        source="design_choice",
        grade="D",
        low=-0.2,
        high=0.3,
    )
    """Share of the market wage that is paid on top of it."""
    training: Many[Multiple] = quantity(
        (0.5, 1.0), unit="ratio to the standard weeks", source="design_choice", grade="D", low=0.25, high=4.0
    )
    """Multiple of the standard weeks of training."""
    coaching_hours: Many[Hours] = quantity(
        (0.0, 0.5, 1.0), unit="hours/agent-week", source="design_choice", grade="D", low=0.0, high=4.0
    )
    """Coaching and quality assurance, hours per agent and week."""
    redundancy: Many[Standby] = quantity(
        (0.0,), unit="multiple of the platform", source="design_choice", grade="D", low=0.0, high=2.0
    )
    """Platforms that stand by: 0, 1, 2 or parts of one."""
    pressure: Many[Part] = quantity(
        (0.0, 0.5), unit="share of full pressure", source="design_choice", grade="D", low=0.0, high=1.0
    )
    """How hard contacts are shortened and sales pressed; 0 is honest work."""

    cut_late: Many[Part] = quantity((0.0,), unit="flag", source="design_choice", grade="D", low=0.0, high=1.0)
    """Whether contacts that have waited past the threshold are cut off: 0 or 1."""
    cherry_pick: Many[Left] = quantity(
        (0.0,), unit="share of the list", source="design_choice", grade="D", low=0.0, high=0.7
    )
    """Share of the outbound list that is not dialled, the leads that score worst; 0 calls the list in its order."""
    in_time_first: Many[Part] = quantity(
        (0.0,), unit="flag", source="design_choice", grade="D", low=0.0, high=1.0
    )
    """Whether contacts that are past the threshold wait until nobody waits who is not: 0 or 1."""

    rules = (
        Rule(("cut_late",), partial(_neither_on_nor_off, "cut off")),
        Rule(("in_time_first",), partial(_neither_on_nor_off, "passed over")),
        Rule(Plan._fields, _no_plan_or_too_many),
    )

    def plans(self) -> Plans:
        """Every combination, in the order of the lists."""
        grids = [tuple(dict.fromkeys(getattr(self, name))) for name in Plan._fields]
        return Plans(*np.array(list(product(*grids)), np.float64).T)


def plans_of(*plans: Plan) -> Plans:
    """Plans that are written out, as arrays."""
    return Plans(*np.array(plans, np.float64).T)
