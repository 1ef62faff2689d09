"""Several vendors lived together: a world each, on one calendar, one demand, and shares that follow what they do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import simpy
from numpy.typing import NDArray

from orm_sim.centre import Engine
from orm_sim.contract.duties.sharing import next_shares
from orm_sim.contract.period import MONTHS
from orm_sim.core.streams import key
from orm_sim.kpi import INDICATORS
from orm_sim.scenario.firms import FirmsFile
from orm_sim.scenario.scenario import Scenario
from orm_sim.scenario.vendors import sharing_of
from orm_sim.simulation.billing import Extra
from orm_sim.simulation.duty import InboundDuty, agents
from orm_sim.simulation.history import Counts, Event, History, places, rows
from orm_sim.simulation.inbound_pool import InboundPool
from orm_sim.simulation.setting import Setting
from orm_sim.simulation.vendors.agreed import Agreed
from orm_sim.simulation.vendors.desk import VendorDesk
from orm_sim.simulation.vendors.offers import Offers, Switch
from orm_sim.simulation.vendors.seat import Seat
from orm_sim.simulation.world import EVENING, NoDeal, World, simulate

Floats = NDArray[np.float64]
_ABANDONED: Final = rows("abandoned")
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
    passed_on : mapping of str to float64[n_months with run-off]
        Contacts of a vendor that another has answered.
    taken : mapping of str to mapping of str to float64[n_months with run-off]
        What became of others' contacts at those that take part in overflow; see `TOOK`.
    switches : mapping of str to Switch, or None
        Vendors that were given notice for a better offer; None where the client does not look for one.
    """

    histories: Mapping[str, History]
    refused: Mapping[str, str]
    events: tuple[Event, ...]
    passed_on: Mapping[str, Floats] = field(default_factory=dict)
    taken: Mapping[str, Mapping[str, Floats]] = field(default_factory=dict)
    switches: Mapping[str, Switch] | None = None


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
        {"in_house": home},
        refused,
        (Event(0, "no vendor is left: everything stays in-house"),),
        switches=None if terms.better_offer is None else {},
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
        self.n_months = setting.days.n_months_with_run_off
        sharing = sharing_of(terms.vendors, terms.sharing)
        self.agreed = Agreed(
            sharing, np.array([part.share for part in sharing.vendors]), self._days.n_days // 7 + 1
        )
        self._places = {name: v for v, name in enumerate(everybody)}
        takers = self._takers(self._names)
        for name in refused:
            self.agreed.free(self._places[name], 0, takers)
        self._offers, self._switches = self._looked_for(scenarios), dict[str, Switch]()
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
            seat.desk = self._desk(name, scenario)
            self._pools.append(InboundPool(own, engine, due, seat.desk))
            self._worlds.append(World(scenario, own, engine, False, False, seat, seat))
        self._due, self._order = due, self._in_order()
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
        passed = {seat.name: seat.passed_on for seat in self.seats}
        taken = {seat.name: seat.desk.counted for seat in self.seats if seat.desk is not None}
        switches = None if self._offers is None else self._switches
        return LivedFirms(histories, self._refused, tuple(self.events), passed, taken, switches)

    def _looked_for(self, scenarios: Mapping[str, Scenario]) -> Offers | None:
        """How the client looks at other vendors' offers."""
        terms, first = self._terms, next(iter(scenarios.values()))
        if terms.better_offer is None:
            return None
        ways_out = {
            name: costed(each, terms, self.agreed.of(self._places[name], 0), first=False).client
            for name, each in scenarios.items()
        }
        exits = {name: client.transition_cost * client.exit_share for name, client in ways_out.items()}
        goes_along = first.client.transition_cost * (1.0 - terms.fixed_cost_share)
        return Offers(terms.better_offer, self._days, goes_along, exits)

    def _desk(self, name: str, scenario: Scenario) -> VendorDesk | None:
        """Of a vendor that passes contacts on, or to which another that has signed may."""
        terms = self._terms.vendors
        mine = terms[name].overflow
        to = None if mine is None or mine.to not in self._names else mine.to
        takes = any(o is not None and o.to == name for o in (terms[each].overflow for each in self._names))
        if to is None and not takes:
            return None
        threshold, n_months = scenario.programme.inbound.service.threshold_s, self._days.n_months_with_run_off
        return VendorDesk(threshold, n_months, None if to is None or mine is None else mine.after_s)

    def _passes_to(self, i: int) -> int | None:
        """Which seat takes what a seat passes on."""
        desk, mine = self.seats[i].desk, self._terms.vendors[self._names[i]].overflow
        return None if desk is None or desk.after_s is None or mine is None else self._names.index(mine.to)

    def _in_order(self) -> list[int]:
        """Seats, each before the one to which it passes contacts on."""
        to = [self._passes_to(i) for i in range(len(self.seats))]
        order: list[int] = []
        while len(order) < len(to):
            free = [
                i
                for i in range(len(to))
                if i not in order and i not in [to[j] for j in range(len(to)) if j not in order]
            ]
            order += free
        return order

    def counts(self, seat: Seat, until: int) -> list[Counts]:
        """What the days before `until` have come to at a vendor; the first that asks has them lived for all."""
        for day in range(self._lived, until):
            for each, counts in zip(self.seats, self._live_day(day), strict=True):
                each.found += counts
        self._lived = max(self._lived, until)
        found, seat.found = seat.found, []
        return found

    def prices(self, seat: Seat, month: int) -> list[Extra]:
        """What a taker is owed for a month, by those whose contacts it has answered."""
        found = []
        for i, other in enumerate(self.seats):
            to, mine = self._passes_to(i), self._terms.vendors[other.name].overflow
            if to is not None and self.seats[to] is seat and mine is not None and other.passed_on[month]:
                price = mine.price_per_contact or 0.0
                found.append(Extra(f"overflow from {other.name}", float(other.passed_on[month]), price))
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
        staying = {each.name: each.place for each in self.seats if each is not seat and each.stays}
        switch = self._switches.get(seat.name)
        if switch is not None and switch.to in staying:
            self.agreed.free(seat.place, week, [staying[switch.to]])
            return
        self.agreed.free(seat.place, week, self._takers(list(staying)))
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
        duties, month = self._duties[day], int(self._days.month[day])
        lows = np.concatenate([[0.0], np.cumsum([sum(duty.share for duty in each) for each in duties])])
        counts: list[list[Counts]] = [[] for _ in self.seats]
        for i, seat in enumerate(self.seats):
            if seat.desk is not None:
                seat.desk.begin(month, is_open=self._is_open(i, duties))
        for i in self._order:
            counts[i] = self._pools[i].serve(day, duties[i], contacts, float(lows[i]))
            self._pass_on(i, month, counts)
        return counts

    def _is_open(self, i: int, duties: list[tuple[InboundDuty, ...]]) -> bool:
        """Whether a seat passes contacts on today: both platforms work, and the taker has people and a share."""
        to = self._passes_to(i)
        if to is None:
            return False
        ours, theirs = ([d for d in duties[j] if d.operator == "vendor"] for j in (i, to))
        return all(not d.down for d in (*ours, *theirs)) and any(
            d.share and agents(d.staffed).any() for d in theirs
        )

    def _pass_on(self, i: int, month: int, counts: list[list[Counts]]) -> None:
        """Hand over who has left a seat's queue; who was answered here for others is not abandoned there."""
        desk, to = self.seats[i].desk, self._passes_to(i)
        if desk is None:
            return
        if to is not None and desk.after_s is not None and desk.left.ref.size:
            taker = self.seats[to].desk
            if taker is not None:
                taker.take(i, desk.left, desk.after_s)
        for owner, answered in desk.returned.items():
            place = places("vendor", "inbound", _ABANDONED, month, self._days.n_months_with_run_off)
            counts[owner].append(Counts(place, np.array([-float(answered)])))
            self.seats[owner].passed_on[month] += answered

    def _reviews(self) -> Generator[simpy.Event, Any, None]:
        """Look at results at the end of every month of the term."""
        for month in range(self._days.n_months):
            last = int(self._days.month_starts[month + 1]) - 1
            yield self._env.timeout(last + _REVIEW - self._env.now)
            self._look(month, last)
            self._review(month, last)

    def _look(self, month: int, last: int) -> None:
        """Whether another vendor offers so much better that the client leaves one; one notice at a time."""
        if self._offers is None or self._terms.better_offer is None:
            return
        at = {seat.name: seat for seat in self.seats}
        for each in self._switches.values():
            if each.last_day == last and at[each.to].stays:
                at[each.to].billing.take_level(self._terms.better_offer.level(each.to))
        if self._is_moving(last):
            return
        switch = self._offers.best(month, [seat for seat in self.seats if seat.stays], self.agreed)
        if switch is not None:
            self._switches[switch.vendor] = switch
            at[switch.vendor].leave_for(switch.to, last, switch.last_day, switch.cost)
            self._free(at[switch.vendor], -(-(switch.last_day + 1) // 7))
            self._tell(last, f"{switch.to} offers better, notice to {switch.vendor}")

    def _is_moving(self, day: int) -> bool:
        return any(each.last_day > day for each in self._switches.values())

    def _review(self, month: int, last: int) -> None:
        """Shares of those who stay, reckoned anew as a period of the rule ends; not while a vendor is being left."""
        if self._is_moving(last):
            return
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
