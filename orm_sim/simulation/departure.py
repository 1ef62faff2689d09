"""Departures: what happens on the day the vendor fails, is given notice, or hands its work back."""

from __future__ import annotations

from dataclasses import dataclass

from orm_sim.demand.programme import CHANNELS
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.client_books import ClientBooks
from orm_sim.simulation.history import Books, Event
from orm_sim.simulation.people_costs import PeopleCosts
from orm_sim.simulation.standing import Standing


@dataclass(frozen=True, slots=True)
class Departure:
    """Takes a vendor out of the world; `home` and `vendor` are the costs of the two operators.

    `afterwards` says in words who has its work then.
    """

    scenario: Scenario
    books: Books
    client: ClientBooks
    home: PeopleCosts
    vendor: PeopleCosts
    standing: Standing
    afterwards: str

    def fail(self, day: int) -> None:
        """The firm is insolvent: service stops, the estate collects receivables, the client rebuilds in-house."""
        self.standing.insolvent_day = day
        self._disband(day)
        self.vendor.write_off(day)
        self.rebuild()
        if day < self.books.days.n_days:
            self.client.exit(day, self.standing.switching)
        self.books.events.append(Event(day, f"vendor insolvent; {self.afterwards}"))

    def give_notice(self, day: int) -> None:
        """The client ends the contract for cause: it hires for the day on which it takes the work back."""
        rule, last = self.scenario.relationship.exit_rule, self.standing.last_day
        if rule is None or last is None:
            return
        self.rebuild()
        among = min(rule.of_months, len(self.standing.failed))
        failed = sum(self.standing.failed[-rule.of_months :])
        month = int(self.books.days.month[last])
        missed = "service missed" if rule.sales_share is None else "service or sales failed"
        self.books.events.append(
            Event(
                day,
                f"notice for cause: {missed} in {failed} of {among} months; the vendor serves to the end of"
                f" month {month}",
            )
        )

    def hand_back(self, day: int) -> None:
        """The notice is served: the vendor's people go, the client takes the work back and pays for the exit."""
        self.standing.ended_day = day
        self._disband(day + 1)
        self.vendor.close(day + 1)
        self.client.exit(day, self.standing.switching)
        why = self.standing.left_for
        self.books.events.append(Event(day, f"contract ended for {why}; {self.afterwards}"))

    def _disband(self, day: int) -> None:
        vendor = self.vendor.operator
        for channel in CHANNELS:
            vendor.workforce[channel].disband()
            vendor.workforce[channel].week(day // 7, 0.0, may_hire=False)
            vendor.staffed[channel][:] = 0
        vendor.moved, vendor.assurance = 0 * vendor.moved, None

    def rebuild(self) -> None:
        """From now on the client's centre hires newcomers, in a hurry."""
        self.home.operator.established = False
        self.home.factor = 1.0 + self.scenario.client.in_house.rebuild_premium
        self.home.hurried = frozenset(c for c in CHANNELS if self.scenario.outsourced(c))
