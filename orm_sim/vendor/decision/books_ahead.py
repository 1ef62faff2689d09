"""Books ahead: what months foreseen add up to, and what one channel's people cost in each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orm_sim.vendor.decision.heads_ahead import WEEKS_PER_MONTH, MonthHeads
from orm_sim.vendor.decision.outlook import Outlook
from orm_sim.vendor.levers import Plans
from orm_sim.vendor.people import STANDARD_COACHING

Floats = NDArray[np.float64]
Later = Callable[[], Floats]


class Month(Mapping[tuple[str, str], Floats]):
    """Meters of one month, as the contract reads them; those put off are worked out when they are read, if ever."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Floats] = {}
        self._later: dict[tuple[str, str], Later] = {}

    def put(self, channel: str, meter: str, value: Floats) -> None:
        """Set a meter that is known."""
        self._known[channel, meter] = value

    def put_off(self, channel: str, meters: Mapping[str, Later]) -> None:
        """Have meters of a channel worked out when they are read."""
        self._later |= {(channel, name): make for name, make in meters.items()}

    def __getitem__(self, name: tuple[str, str]) -> Floats:
        """A meter, worked out where it is read for the first time."""
        if name not in self._known:
            self._known[name] = self._later[name]()
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        """Whether there is such a meter."""
        return name in self._known or name in self._later

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Names of the meters."""
        return iter(self._known | self._later)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._known | self._later)


@dataclass(slots=True)
class BooksAhead:
    """What the months add up to as they are foreseen."""

    costs: dict[str, Floats]
    met: Floats
    heads: Floats
    unsuitable: Floats


def pay(outlook: Outlook, plans: Plans, month: int, heads: MonthHeads, books: BooksAhead) -> Floats:
    """Book what one channel's people cost in a month; returns the hours they are paid."""
    terms = outlook.terms
    paid = heads.agents * terms.paid_hours_per_week * WEEKS_PER_MONTH
    hour = outlook.wage_level[month] * (1.0 + plans.wage_premium[:, None])
    growth = outlook.wages_index[month] / outlook.wages_index[0]
    everyone = heads.agents + heads.trainees
    books.costs["wages"][month] += paid * hour + heads.agents * terms.support_per_agent_month * growth
    books.costs["training"][month] += heads.trainees * terms.paid_hours_per_week * WEEKS_PER_MONTH * hour
    books.costs["hiring"][month] += heads.hires * terms.hiring_cost
    books.costs["wages"][month] += heads.weeks_owed * terms.paid_hours_per_week * hour
    books.costs["seats"][month] += everyone * terms.seat_per_month
    more = (
        plans.coaching_hours[:, None] - STANDARD_COACHING
    )  # the standard is part of the support of an agent
    books.costs["quality"][month] += heads.agents * more * WEEKS_PER_MONTH * hour
    books.heads[month] += everyone
    return paid


def on_duty(outlook: Outlook, plans: Plans) -> Floats:
    """Hours on duty of an agent in a week: paid, less shrinkage, less coaching beyond what shrinkage holds."""
    terms = outlook.terms
    more = plans.coaching_hours[:, None] - STANDARD_COACHING
    return np.maximum(terms.on_duty_hours_per_agent_week - more, 1.0)
