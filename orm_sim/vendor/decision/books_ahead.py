"""Books ahead: what months foreseen add up to, and what one channel's people cost in each of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.compiled import jit
from orm_sim.vendor.decision.heads_ahead import WEEKS_PER_MONTH, Heads
from orm_sim.vendor.decision.outlook import Outlook
from orm_sim.vendor.levers import Plans

Floats = NDArray[np.float64]
Later = Callable[[str], Floats]
"""Works out a meter by its name."""


class Month(Mapping[tuple[str, str], Floats]):
    """Meters of one month, as the contract reads them; those put off are worked out when they are read, if ever."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Floats] = {}
        self._later: dict[str, tuple[Collection[str], Later]] = {}

    def put(self, channel: str, meter: str, value: Floats) -> None:
        """Set a meter that is known."""
        self._known[channel, meter] = value

    def put_off(self, channel: str, meters: Collection[str], make: Later) -> None:
        """Have other meters of a channel worked out when they are read."""
        self._later[channel] = (meters, make)

    def __getitem__(self, name: tuple[str, str]) -> Floats:
        """A meter, worked out where it is read for the first time."""
        if name not in self._known:
            self._known[name] = self._later[name[0]][1](name[1])
        return self._known[name]

    def get(self, name: tuple[str, str], default: Any = None) -> Any:
        """A meter, or what is given for one that there is not."""
        known = self._known.get(name)
        if known is not None:
            return known
        return self[name] if name in self else default  # noqa: SIM401  that is this method

    def __contains__(self, name: object) -> bool:
        """Whether there is such a meter."""
        if name in self._known:
            return True
        if not isinstance(name, tuple):
            return False
        later = self._later.get(name[0])
        return later is not None and name[1] in later[0]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Names of the meters."""
        put_off = {(channel, name): None for channel, (meters, _) in self._later.items() for name in meters}
        return iter({**self._known, **put_off})

    def __len__(self) -> int:
        """How many there are."""
        return sum(1 for _ in self)


@dataclass(slots=True)
class BooksAhead:
    """What the months add up to as they are foreseen; `payroll` is the part of costs that is paid on paydays."""

    costs: dict[str, Floats]
    met: Floats
    heads: Floats
    unsuitable: Floats
    payroll: Floats


def pay(outlook: Outlook, plans: Plans, heads: Heads, books: BooksAhead) -> Floats:
    """Book what one channel's people cost; returns the hours they are paid, float64[n_months, n_plans, n_futures]."""
    terms, people, costs = outlook.terms, outlook.people, books.costs
    hours = terms.paid_hours_per_week * WEEKS_PER_MONTH
    paid = np.empty(heads.agents.shape)
    _book(
        hours,
        outlook.wage_level[:, None] * (1.0 + plans.wage_premium) * hours,
        terms.support_per_agent_month * outlook.wages_index,  # support is mostly people: it grows as wages do
        terms.cost_per_hire * people.recruiting_by_pay(plans.wage_premium),
        people.more_coaching(plans.coaching_hours) / terms.paid_hours_per_week,
        terms.seat_per_month,
        heads,
        costs["wages"],
        costs["hiring"],
        costs["training"],
        costs["quality"],
        costs["seats"],
        books.heads,
        books.payroll,
        paid,
    )
    return paid


@jit
def _book(
    hours: float, wage: Floats, support: Floats, hiring_cost: Floats, coached: Floats, seat: float, people: Heads,
    wages: Floats, hiring: Floats, training: Floats, quality: Floats, seats: Floats, heads: Floats,
    payroll: Floats, paid: Floats,
) -> None:  # fmt: skip
    """Costs of each month, plan and future; `wage` is a month's pay of an agent by month and plan."""
    n_months, n_plans, n_futures = paid.shape
    for m in range(n_months):
        for p in range(n_plans):
            month = wage[m, p]
            for f in range(n_futures):
                agents, trainees = people.agents[m, p, f], people.trainees[m, p, f]
                owed = people.weeks_owed[m, p, f] / WEEKS_PER_MONTH
                wages[m, p, f] += agents * (month + support[m]) + owed * month
                hiring[m, p, f] += people.hires[m, p, f] * hiring_cost[p]
                training[m, p, f] += trainees * month
                quality[m, p, f] += agents * coached[p] * month
                seats[m, p, f] += (agents + trainees) * seat
                heads[m, p, f] += agents + trainees
                payroll[m, p, f] += (agents + trainees) * month
                paid[m, p, f] = agents * hours
