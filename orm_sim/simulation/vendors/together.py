"""Several vendors lived together: a world each, on one calendar, one demand, and shares that follow what they do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import simpy
from numpy.typing import NDArray

from orm_sim.centre import Engine
from orm_sim.contract.duties.sharing import next_shares
from orm_sim.contract.period import MONTHS
from orm_sim.core.streams import key
from orm_sim.demand.programme import Channel
from orm_sim.kpi import INDICATORS
from orm_sim.scenario.firms import FirmsFile
from orm_sim.scenario.scenario import Scenario
from orm_sim.scenario.vendors import sharing_of
from orm_sim.simulation.duty import InboundDuty
from orm_sim.simulation.history import Books, Counts, Event, History
from orm_sim.simulation.inbound_pool import InboundPool
from orm_sim.simulation.part import Shares
from orm_sim.simulation.setting import Setting
from orm_sim.simulation.standing import Standing
from orm_sim.simulation.vendors.agreed import Agreed
from orm_sim.simulation.world import EVENING, NoDeal, World, simulate

Floats = NDArray[np.float64]
_REVIEW: Final = 0.9
"""Results are looked at late on a month's last day, once every vendor has closed it."""


@dataclass(frozen=True, slots=True, eq=False)
class LivedFirms:
    """What several vendors leave behind.

    Attributes
    ----------
    histories : mapping of str to History
        Of each vendor that signed. The client's own centre, and all that it does itself, is in the first one; where
        nobody signed there is one history, of 'in_house'.
    refused : mapping of str to str
        Why the others did not sign.
    events : tuple of Event
        Shares that moved, and why.
    """

    histories: Mapping[str, History]
    refused: Mapping[str, str]
    events: tuple[Event, ...]


def live_firms(
    terms: FirmsFile, scenarios: Mapping[str, Scenario], setting: Setting, engine: Engine
) -> LivedFirms:
    """Live several vendors once; who does not sign is left out from the beginning.

    Parameters
    ----------
    terms : FirmsFile
    scenarios : mapping of str to Scenario
        What each vendor would sign, uncertain inputs drawn.
    setting : Setting
        The outside world of this replication.
    engine
        A centre engine; see `orm_sim.centre.engine`.
    """
    refused: dict[str, str] = {}
    while len(refused) < len(scenarios):
        try:
            together = Together(terms, scenarios, setting, engine, refused)
        except Refused as refusal:
            refused[refusal.vendor] = refusal.reason
            continue
        return together.live()
    first = next(iter(scenarios.values()))
    home = simulate(first.model_copy(update={"contract": None}), setting, engine)
    return LivedFirms(
        {"in_house": home}, refused, (Event(0, "no vendor is left: everything stays in-house"),)
    )


def setting_for(setting: Setting, vendors: tuple[str, ...], vendor: str) -> Setting:
    """The outside world as one of several vendors meets it: the first has the luck of a vendor alone."""
    if vendor == vendors[0]:
        return replace(setting, precedents={})
    k0, k1 = key(setting.seed, 0, "vendor", vendor)
    return replace(setting, precedents={}, vendor_seed=(k0 << 32) | k1)


class Refused(Exception):
    """A vendor that does not sign."""

    def __init__(self, vendor: str, reason: str) -> None:
        super().__init__(vendor, reason)
        self.vendor, self.reason = vendor, reason


class Together:
    """One replication of several vendors.

    Raises
    ------
    Refused
        When a vendor does not sign its share.
    """

    def __init__(
        self,
        terms: FirmsFile,
        scenarios: Mapping[str, Scenario],
        setting: Setting,
        engine: Engine,
        refused: Mapping[str, str],
    ) -> None:
        everybody = tuple(scenarios)
        self._names = tuple(name for name in everybody if name not in refused)
        self._terms, self._setting, self._days = terms, setting, setting.days
        sharing = sharing_of(terms.vendors, terms.sharing)
        self.agreed = Agreed(
            sharing, np.array([part.share for part in sharing.vendors]), self._days.n_days // 7 + 1
        )
        self._places = {name: v for v, name in enumerate(everybody)}
        takers = self._takers(self._names)
        for name in refused:
            self.agreed.free(self._places[name], 0, takers)
        self.events: list[Event] = [Event(0, f"{name} does not sign") for name in refused]
        due: dict[int, list[NDArray[np.int64]]] = defaultdict(list)
        self._duties: list[list[tuple[InboundDuty, ...]]] = []
        self._lived = 0
        self.seats = [Seat(self, name, self._places[name], first=not i) for i, name in enumerate(self._names)]
        self._worlds: list[World] = []
        self._pools: list[InboundPool] = []
        self._refused = dict(refused)
        self._env = simpy.Environment()
        self._env.process(
            self._evenings()
        )  # before those of the worlds: who is on duty is noted before anybody leaves
        for i, (name, seat) in enumerate(zip(self._names, self.seats, strict=True)):
            own = setting_for(setting, everybody, name)
            scenario = costed(scenarios[name], terms, self.agreed.of(self._places[name], 0), first=not i)
            self._pools.append(InboundPool(own, engine, due))
            self._worlds.append(World(scenario, own, engine, False, False, seat, seat))
        self._due = due
        for name, world in zip(self._names, self._worlds, strict=True):
            try:
                world.begin(self._env)
            except NoDeal as no_deal:
                raise Refused(name, str(no_deal)) from None

    def live(self) -> LivedFirms:
        """Live all of them to the end of the run-off."""
        self._env.process(self._reviews())
        self._env.run(until=self._days.end_day)
        histories = {name: world.finish() for name, world in zip(self._names, self._worlds, strict=True)}
        return LivedFirms(histories, self._refused, tuple(self.events))

    def counts(self, seat: Seat, until: int) -> list[Counts]:
        """What the days before `until` have come to at a vendor; the first that asks has them lived for all."""
        for day in range(self._lived, until):
            for each, counts in zip(self.seats, self._live_day(day), strict=True):
                each.found += counts
        self._lived = max(self._lived, until)
        found, seat.found = seat.found, []
        return found

    def left(self, seat: Seat, day: int) -> None:
        """A vendor has left: the others have its volume from the next day on, with the people they have."""
        self._free(seat, (day + 1) // 7)
        if day + 1 >= self._days.n_days:
            return
        for other, world in zip(self.seats, self._worlds, strict=True):
            if other is not seat:
                world.shift(day + 1)
        self._tell(day, f"{seat.name} has left")

    def noticed(self, seat: Seat, day: int, last_day: int) -> None:
        """A vendor has been told on a day that it will leave: the others hire for its volume."""
        self._free(seat, -(-(last_day + 1) // 7))
        self._tell(day, f"notice to {seat.name}")

    def _free(self, seat: Seat, week: int) -> None:
        takers = self._takers([each.name for each in self.seats if each is not seat and each.stays])
        self.agreed.free(seat.place, week, takers)
        self._worlds[0].rebuild()

    def _takers(self, names: tuple[str, ...] | list[str]) -> list[int]:
        return [self._places[name] for name in names] if self._terms.when_one_leaves == "others" else []

    def _tell(self, day: int, why: str) -> None:
        shares = self.agreed.latest
        told = ", ".join(f"{each.name} {shares[each.place]:.0%}" for each in self.seats if each.stays)
        self.events.append(Event(day, f"{why}: {told or 'everything goes back in-house'}"))

    def _evenings(self) -> Generator[simpy.Event, Any, None]:
        """Note who is on duty with each vendor, every evening of the term."""
        yield self._env.timeout(EVENING)
        for day in range(self._days.n_days):
            self._duties.append([world.inbound_duties(day) for world in self._worlds])
            yield self._env.timeout(1)

    def _live_day(self, day: int) -> list[list[Counts]]:
        """All contacts of a day, each with whoever has its customer's lot."""
        demand, due = self._setting.demand, self._due.pop(day, [])
        back = np.concatenate(due) if due else np.empty(0, np.int64)
        contacts = demand.first_contacts(day), demand.comebacks(day, back)
        counts, low = [], 0.0
        for duties, pool in zip(self._duties[day], self._pools, strict=True):
            counts.append(pool.serve(day, duties, contacts, low))
            low += sum(duty.share for duty in duties)
        return counts

    def _reviews(self) -> Generator[simpy.Event, Any, None]:
        """Look at results at the end of every month of the term."""
        for month in range(self._days.n_months):
            last = int(self._days.month_starts[month + 1]) - 1
            yield self._env.timeout(last + _REVIEW - self._env.now)
            self._review(month, last)

    def _review(self, month: int, last: int) -> None:
        """Shares of those who stay, reckoned anew as a period of the rule ends."""
        rule, staying = self._terms.sharing, [seat for seat in self.seats if seat.stays]
        if rule is None or (month + 1) % MONTHS[rule.every] or len(staying) < 2:
            return
        places = [seat.place for seat in staying]
        if self.agreed.latest[places].sum() <= 0.0:
            return
        terms, whole = self.agreed.among(places)
        months = slice(month + 1 - MONTHS[rule.every], month + 1)
        measures = {}
        for kpi in (INDICATORS[each.kpi] for each in rule.measured_by):
            sums = {name: np.array([seat.counted(name, months) for seat in staying]) for name in kpi.needs}
            measures[kpi.id] = kpi.value(sums)
        now = np.array([part.share for part in terms.vendors])
        then = next_shares(terms, now, measures)
        if np.abs(then - now).max() > 1e-12:
            self.agreed.move(-(-(last + 1) // 7) + self._terms.notice_weeks, places, then * whole)
            self._tell(last, "results")


class Seat:
    """One vendor's part of the volume, and its contacts among those of all."""

    is_whole: Final = False
    afterwards: Final = "its volume goes elsewhere"

    def __init__(self, together: Together, name: str, place: int, *, first: bool) -> None:
        self._together, self.name, self.place, self._first = together, name, place, first
        self._kept: tuple[Shares, Books, Standing] | None = None
        self.found: list[Counts] = []

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
    def _world(self) -> tuple[Shares, Books, Standing]:
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

    def joined(self, shares: Shares, books: Books, standing: Standing) -> None:
        """Its world has been made."""
        self._kept = shares, books, standing

    def counted(self, name: str, months: slice) -> float:
        """A counter of its inbound contacts over months."""
        return float(self._world[1].of("vendor", "inbound", name)[months].sum())

    def noticed(self, last_day: int | None) -> None:
        """It will leave."""
        told = self._world[2].notice_day
        if last_day is not None and told is not None:
            self._together.noticed(self, told, last_day)

    def left(self, day: int) -> None:
        """It has left."""
        self._together.left(self, day)

    def live(self, first: int, duties: tuple[tuple[InboundDuty, ...], ...]) -> list[Counts]:
        """What a stretch of days has come to at it, as duties were noted each evening."""
        return self._together.counts(self, first + len(duties))

    def release(self) -> None:
        """Nothing is kept here."""


def costed(scenario: Scenario, terms: FirmsFile, share: float, *, first: bool) -> Scenario:
    """The scenario with what one of several vendors costs the client: its part of transition and oversight.

    The retained team is one, and booked with the first vendor.
    """
    client = scenario.client
    part = 1.0 - (1.0 - terms.fixed_cost_share) * (1.0 - share)
    update = {
        "transition_cost": client.transition_cost * part,
        "oversight_per_year": client.oversight_per_year * part,
        "retained_roles_per_year": client.retained_roles_per_year if first else 0.0,
    }
    return scenario.model_copy(update={"client": client.model_copy(update=update)})
