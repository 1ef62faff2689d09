"""What one replication leaves behind: counters by operator, channel and month, payroll, events, and the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.contract.period import EVENTS
from orm_sim.demand.calendar import Calendar
from orm_sim.demand.programme import CHANNELS, Channel
from orm_sim.finance.ledger import Entry, Ledger
from orm_sim.kpi.counters import COUNTERS, OF_LEADS
from orm_sim.risk.site import Strike
from orm_sim.vendor.levers import Plan

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

OPERATORS: Final = ("in_house", "vendor")
"""Who runs contacts: the client's own centre and the vendor."""

NAMES: Final = (*COUNTERS, *OF_LEADS)
_INDEX: Final = {name: i for i, name in enumerate(NAMES)}
_OPERATOR: Final = {name: i for i, name in enumerate(OPERATORS)}
_CHANNEL: Final = {name: i for i, name in enumerate(CHANNELS)}


def rows(*names: str) -> Rows:
    """Places of counters in the books; each name once."""
    return np.array([_INDEX[name] for name in names], dtype=np.int64)


def places(operator: str, channel: Channel, counters: Rows, month: int, n_months: int) -> Rows:
    """Places in the flattened books of an operator's counters in a billing month; none past the last month."""
    if month >= n_months:
        return counters[:0]
    page = _OPERATOR[operator] * len(CHANNELS) + _CHANNEL[channel]
    return (page * len(NAMES) + counters) * n_months + month


class Struck(NamedTuple):
    """Contacts that an outage has kept out of an operator's centre in a month, and those it has cut off in service."""

    operator: str
    month: int
    blocked: int
    cut: int


class Counts(NamedTuple):
    """What days add to the books: places in them, each once, the values added there, and what outages have done.

    The values of one day, or a row for each of several; `first` is the day of the first row where they are contacts
    that a vendor has been offered, which the books keep day by day.
    """

    places: Rows
    values: Floats
    struck: tuple[Struck, ...] = ()
    first: int | None = None


SERVED: Final = ("offered", "answered_within", "answered", "resolved")
"""What is kept of the vendor's service day by day."""

_SERVED: Final = rows(*SERVED)
_PEOPLE: Final = rows("paid_hours", "training_hours", "fte")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened once: a ramp step, a hiring stop, an insolvency."""

    day: int
    what: str


@dataclass(slots=True)
class Books:
    """Counters and payroll while a replication is lived.

    Attributes
    ----------
    days
        The calendar.
    counters
        float64[operator, channel, counter, month], run-off months included.
    paid_hours, trainee_hours
        float64[operator, channel, day] of the term: paid hours of agents on the floor and in training.
    operating_cost
        float64[operator, channel, month]: people and seats as incurred, account overhead aside.
    turnover
        float64[operator, 2]: leavers from the floor, and weeks that agents were on it.
    lost
        float64[operator, 2, month]: contacts that outages have kept out, and those they have cut off.
    taken
        float64[2, month]: contacts of other vendors that the vendor has answered: resolved, and unresolved.
    served
        float64[4, day]: the vendor's inbound contacts of each day; see `SERVED`.
    happened
        Events of the contract's life by month, under the names that clauses cite.
    """

    days: Calendar
    counters: Floats
    paid_hours: Floats
    trainee_hours: Floats
    operating_cost: Floats
    events: list[Event] = field(default_factory=list)
    decisions: list[tuple[int, Plan]] = field(default_factory=list)
    turnover: Floats = field(default_factory=lambda: np.zeros((len(OPERATORS), 2)))
    lost: Floats = field(default_factory=lambda: np.zeros((len(OPERATORS), 2, 0)))
    taken: Floats = field(default_factory=lambda: np.zeros((2, 0)))
    served: Floats = field(default_factory=lambda: np.zeros((4, 0)))
    happened: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def open(cls, days: Calendar) -> Books:
        """Empty books."""
        shape = (len(OPERATORS), len(CHANNELS))
        return cls(
            days,
            np.zeros((*shape, len(NAMES), days.n_months_with_run_off)),
            np.zeros((*shape, days.n_days)),
            np.zeros((*shape, days.n_days)),
            np.zeros((*shape, days.n_months_with_run_off)),
            lost=np.zeros((len(OPERATORS), 2, days.n_months_with_run_off)),
            taken=np.zeros((2, days.n_months_with_run_off)),
            served=np.zeros((len(SERVED), days.n_days)),
        )

    def count(self, counts: Counts) -> None:
        """Add to counters, day by day."""
        flat = self.counters.reshape(-1)
        if counts.values.ndim == 1:
            flat[counts.places] += counts.values
        else:  # numpy adds the rows of a table one after the other
            flat[counts.places] = np.add.reduce(np.vstack((flat[counts.places], counts.values)), axis=0)
        if counts.first is not None:
            self._keep(counts, counts.first)
        for each in counts.struck:
            self.lost[_OPERATOR[each.operator], :, each.month] += (each.blocked, each.cut)

    def _keep(self, counts: Counts, first: int) -> None:
        """Keep the vendor's service by day."""
        names = (counts.places // self.days.n_months_with_run_off) % len(NAMES)
        columns = [int(np.flatnonzero(names == each)[0]) for each in _SERVED] if names.size else []
        table = np.atleast_2d(counts.values)
        self.served[: len(columns), first : first + len(table)] += table[:, columns].T

    def put(self, operator: str, channel: Channel, name: str, month: int, value: float) -> None:
        """Set a counter that is known at the month's end."""
        self.counters[_OPERATOR[operator], _CHANNEL[channel], _INDEX[name], month] = value

    def of(self, operator: str, channel: Channel, name: str) -> Floats:
        """One counter by month: float64[n_months with run-off]."""
        return np.asarray(self.counters[_OPERATOR[operator], _CHANNEL[channel], _INDEX[name]])

    def people(
        self,
        operator: str,
        channel: Channel,
        first: int,
        until: int,
        paid: float,
        training: float,
        heads: int,
        cost: float,
    ) -> None:
        """Daily hours of agents and trainees, heads and cost of people and seats over days of one billing month."""
        i, j, month = _OPERATOR[operator], _CHANNEL[channel], self.days.month[first]
        self.paid_hours[i, j, first:until] = paid
        self.trainee_hours[i, j, first:until] = training
        self.operating_cost[i, j, month] += cost * (until - first)
        length = float(self.days.month_starts[month + 1] - self.days.month_starts[month])
        self.counters[i, j, _PEOPLE, month] += (until - first) * np.array(
            [paid + training, training, heads / length]
        )

    def floor(self, operator: str, leavers: int, agents: int) -> None:
        """A week of agents on the floor, and those who left it."""
        self.turnover[_OPERATOR[operator]] += (leavers, agents)

    def cost(self, operator: str, channel: Channel, day: int, amount: float) -> None:
        """A cost of people that falls on one day."""
        self.operating_cost[_OPERATOR[operator], _CHANNEL[channel], self.days.month[day]] += amount

    def meters(self, operator: str, month: int) -> dict[tuple[str, str], Floats]:
        """Counters of one month keyed as a contract's meters: (channel, counter); and what happened in it."""
        page = self.counters[_OPERATOR[operator], :, :, month]
        meters = {(c, n): page[i, j] for i, c in enumerate(CHANNELS) for j, n in enumerate(NAMES)}
        return meters | {(EVENTS, each): np.asarray(1.0) for each in self.happened.get(month, ())}


@dataclass(frozen=True, slots=True)
class History:
    """One lived contract.

    Attributes
    ----------
    days
        Calendar of term and run-off.
    counters, paid_hours, trainee_hours, operating_cost
        See `Books`.
    ledger
        Every dated flow.
    events
        What happened once, in order.
    insolvent_day
        Day on which the vendor failed, or None.
    opening_cash, closing_cash
        The vendor's purse at both ends; nan where there is no vendor.
    cash
        float64[n_months with run-off]: the purse at each month's end.
    decisions
        The vendor's plans and the weeks from which they held; none where it does not plan.
    ended_day
        Day on which the client's notice had been served, or None.
    no_deal
        Why the vendor did not sign, so that everything stayed in-house; None where it did.
    turnover
        Leavers from the vendor's floor, and weeks that its agents were on it.
    strikes
        What hazards have done at either site, in order.
    lost
        float64[operator, 2]: contacts that outages have kept out, and those they have cut off.
    indices
        Price indices at the vendor's site by month, shocks included: float64[n_months with run-off] each; none where
        there is no vendor.
    served
        See `Books`.
    """

    days: Calendar
    counters: Floats
    paid_hours: Floats
    trainee_hours: Floats
    operating_cost: Floats
    ledger: Ledger
    events: tuple[Event, ...]
    insolvent_day: int | None
    opening_cash: float
    closing_cash: float
    cash: Floats
    decisions: tuple[tuple[int, Plan], ...] = ()
    ended_day: int | None = None
    no_deal: str | None = None
    turnover: tuple[float, float] = (0.0, 0.0)
    strikes: tuple[Strike, ...] = ()
    lost: Floats = field(default_factory=lambda: np.zeros((len(OPERATORS), 2)))
    indices: Mapping[str, Floats] = field(default_factory=dict)
    served: Floats = field(default_factory=lambda: np.zeros((len(SERVED), 0)))

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the counters, in their order."""
        return NAMES

    def of(self, name: str, channel: Channel, operator: str | None = None) -> Floats:
        """A counter by month over both operators, or one of them."""
        page = self.counters[:, _CHANNEL[channel], _INDEX[name]]
        return np.asarray(page.sum(axis=0) if operator is None else page[_OPERATOR[operator]])

    def entries(self) -> tuple[Entry, ...]:
        """The ledger's entries."""
        return self.ledger.entries
