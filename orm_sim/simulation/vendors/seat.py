"""A seat: one vendor's part of the volume among several, as its world asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np

from orm_sim.demand.programme import Channel
from orm_sim.simulation.billing import Billing, Extra
from orm_sim.simulation.duty import InboundDuty
from orm_sim.simulation.history import Books, Counts, Event
from orm_sim.simulation.part import Shares
from orm_sim.simulation.standing import Standing
from orm_sim.simulation.vendors.agreed import Agreed
from orm_sim.simulation.vendors.desk import VendorDesk


class Table(Protocol):
    """What the seats have in common."""

    agreed: Agreed
    seats: list[Seat]
    n_months: int

    def counts(self, seat: Seat, until: int) -> list[Counts]:
        """What the days before `until` have come to at a seat."""
        ...

    def prices(self, seat: Seat, month: int) -> list[Extra]:
        """What a seat is owed for a month by those whose contacts it has answered."""
        ...

    def noticed(self, seat: Seat, day: int, last_day: int) -> None:
        """A seat has been told on a day that it will leave."""
        ...

    def left(self, seat: Seat, day: int) -> None:
        """A seat has left."""
        ...


class Seat:
    """One vendor's part of the volume, and its contacts among those of all."""

    is_whole: Final = False
    afterwards: Final = "its volume goes elsewhere"

    def __init__(self, together: Table, name: str, place: int, *, first: bool) -> None:
        self._together, self.name, self.place, self._first = together, name, place, first
        self._kept: tuple[Shares, Books, Standing, Billing | None] | None = None
        self.found: list[Counts] = []
        self.desk: VendorDesk | None = None
        self.passed_on = np.zeros(together.n_months)

    @property
    def keeps_home(self) -> bool:
        """The client's own centre is lived with the first vendor."""
        return self._first

    @property
    def moves_until(self) -> int:
        """Week after which nothing is agreed to move."""
        return self._together.agreed.moved_in

    @property
    def stays(self) -> bool:
        """Whether it has signed, has not failed and has not been told to go."""
        return self._world[2].in_force and self._world[2].last_day is None

    @property
    def _world(self) -> tuple[Shares, Books, Standing, Billing | None]:
        if self._kept is None:
            raise RuntimeError(f"the world of {self.name} has not been made")
        return self._kept

    def of(self, week: int) -> float:
        """Its part of what is outsourced in a week."""
        return self._together.agreed.of(self.place, week)

    def others(self, channel: Channel, week: int) -> float:
        """Share of a channel's contacts that the other vendors have in a week."""
        found = 0.0
        for seat in self._together.seats:
            if seat is not self and seat._kept is not None:
                found += seat._kept[0].vendor(channel, week)
        return found

    def joined(self, shares: Shares, books: Books, standing: Standing, billing: Billing | None) -> None:
        """Its world has been made."""
        self._kept = shares, books, standing, billing

    @property
    def billing(self) -> Billing:
        """Its contract as it is settled."""
        if self._world[3] is None:
            raise RuntimeError(f"{self.name} has no contract")
        return self._world[3]

    def leave_for(self, other: str, day: int, last_day: int, cost: float) -> None:
        """It is given notice for convenience, another vendor's offer being better: it serves to a day."""
        _, books, standing, _ = self._world
        standing.notice_day, standing.last_day = day, last_day
        standing.left_for, standing.switching = "a better offer", cost
        month = int(books.days.month[last_day])
        books.happened[month] = (*books.happened.get(month, ()), "terminated_for_convenience")
        what = f"notice for convenience: {other} offers better; the vendor serves to the end of month {month}"
        books.events.append(Event(day, what))

    def counted(self, name: str, months: slice) -> float:
        """A counter of its inbound contacts over months."""
        return float(self._world[1].of("vendor", "inbound", name)[months].sum())

    def owed(self, month: int) -> Sequence[Extra]:
        """What the client owes it for contacts that it has answered for others."""
        if self.desk is not None:
            for row, name in enumerate(("resolved", "unresolved")):
                self._world[1].taken[row, month] = self.desk.counted[name][month]
        return self._together.prices(self, month)

    def noticed(self, last_day: int | None) -> None:
        """It will leave."""
        told = self._world[2].notice_day
        if last_day is not None and told is not None:
            self._together.noticed(self, told, last_day)

    def left(self, day: int) -> None:
        """It has left; who fails under notice is not left for convenience any more."""
        if self._world[2].insolvent_day is not None:
            self._world[1].happened.clear()
        self._together.left(self, day)

    def live(self, first: int, duties: tuple[tuple[InboundDuty, ...], ...]) -> list[Counts]:
        """What a stretch of days has come to at it, as duties were noted each evening."""
        return self._together.counts(self, first + len(duties))

    def release(self) -> None:
        """Nothing is kept here."""
