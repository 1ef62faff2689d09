"""The SimPy environment in which a contract is lived: one replication in, one history out."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np
import simpy

from orm_sim.centre import Engine
from orm_sim.core.streams import key
from orm_sim.demand.programme import CHANNELS, Channel
from orm_sim.finance.ledger import Ledger
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.billing import Billing
from orm_sim.simulation.breached import Breached
from orm_sim.simulation.client_books import ClientBooks
from orm_sim.simulation.departure import Departure
from orm_sim.simulation.dismissal import dismiss
from orm_sim.simulation.duty import InboundDuty, OutboundDuty, beside, inbound_week, outbound_week
from orm_sim.simulation.employers import employers, establish, improve, vendor_plan
from orm_sim.simulation.hazards import Hazards
from orm_sim.simulation.history import Books, Event, History
from orm_sim.simulation.lived_days import Contacts, LivedDays
from orm_sim.simulation.manning import Manning
from orm_sim.simulation.month_measures import measure
from orm_sim.simulation.operator import Operator
from orm_sim.simulation.part import WHOLE, Part, Shares
from orm_sim.simulation.payments import Payments
from orm_sim.simulation.people_costs import PeopleCosts
from orm_sim.simulation.planner import NO_PLAN, WEEKS_BETWEEN, Planner
from orm_sim.simulation.precedent import Diverged, Trail, Week, adopt, operations_key, staff_of
from orm_sim.simulation.setting import Setting
from orm_sim.simulation.standing import Standing, watch_of
from orm_sim.vendor.decision.participation import participation
from orm_sim.vendor.decision.valuation import Decision
from orm_sim.vendor.firm import Purse, other_margins
from orm_sim.vendor.policy import StaffingPlan, fixed

EVENING = 0.75
"""A day closes in the evening, after everything that happened on it."""


def simulate(
    scenario: Scenario, setting: Setting, engine: Engine, *, unlimited_cash: bool = False
) -> History:
    """Live one contract once.

    Parameters
    ----------
    scenario
        The situation and its contract, uncertain inputs drawn.
    setting
        The outside world of this replication, shared by all options.
    engine
        A centre engine; see `orm_sim.centre.engine`.
    unlimited_cash
        True for the reference vendor of price solving, who cannot fail.

    Returns
    -------
    History
        Counters, ledger and events of the term and its run-off.
    """
    try:
        return World(scenario, setting, engine, unlimited_cash).live()
    except Diverged:
        return World(scenario, setting, engine, unlimited_cash, follow=False).live()
    except NoDeal as refused:
        reason = str(refused)
        at_home = simulate(scenario.model_copy(update={"contract": None}), setting, engine)
        return replace(at_home, no_deal=reason, events=(Event(0, reason), *at_home.events))


class NoDeal(Exception):
    """The vendor does not sign; its text says why."""


class World:
    """One replication being lived; see `simulate`.

    Of several vendors each is lived in a world of its own: `part` is its part of the volume, `inbound` the contacts
    that they share.
    """

    def __init__(
        self, scenario: Scenario, setting: Setting, engine: Engine, unlimited_cash: bool, follow: bool = True,
        part: Part = WHOLE, inbound: Contacts | None = None,
    ) -> None:  # fmt: skip
        self._scenario, self._setting, self._days = scenario, setting, setting.days
        self._ledger = Ledger()
        self._books = Books.open(self._days)
        self._lived = LivedDays(setting, engine, inbound)
        found = self._employers = employers(scenario, setting)
        self._home, self._vendor = both = found.home, found.vendor
        self._hazards = Hazards(scenario, setting, both)
        self._requested, self._asked = found.requested, found.asked
        self._manning = Manning(scenario, setting)
        self._home_costs = PeopleCosts(self._home, self._books)
        self._vendor_costs = PeopleCosts(self._vendor, self._books, overtime=scenario.vendor.overtime_factor)
        vendor = scenario.vendor
        self._purse = Purse.open(vendor.firm, unlimited_cash)
        luck, n_months = (setting.seed_of("vendor"), setting.replication), self._days.n_months_with_run_off
        self._other = other_margins(vendor.firm.other_business, key(*luck, "other_business"), n_months)
        self._client = ClientBooks(scenario, self._books, self._ledger)
        self._billing: Billing | None = None
        if scenario.contract is not None:
            given = (self._books, self._ledger, vendor.workforce.wage_growth_per_year, self._vendor.site)
            self._billing = Billing(scenario.contract, scenario.client, *given, key(*luck, "dispute"))
        self._standing = Standing(self._billing is not None)
        self._volume, self._shares = part, Shares(scenario, self._standing, part)
        part.joined(self._shares, self._books, self._standing, self._billing)
        self._payments = Payments(
            self._days, self._ledger, self._home_costs, self._vendor_costs, self._purse, self._other,
            vendor.account_overhead_per_month, lambda: self._standing.solvent, self.acts, self._fail,
            neglect=self._neglect,
        )  # fmt: skip
        costs = (self._home_costs, self._vendor_costs)
        self._departure = Departure(
            scenario, self._books, self._client, *costs, self._standing, part.afterwards
        )
        self._planner: Planner | None = None
        if self._billing is not None and vendor.policy == "best_response" and not unlimited_cash:
            self._planner = self._new_planner()
        self._watch = watch_of(scenario, self._asked or self._requested, unlimited_cash, setting)
        self._cash = np.full(self._days.n_months_with_run_off, np.nan)
        self._vendor_share = dict.fromkeys(CHANNELS, 0.0)
        self._stays = dict.fromkeys(CHANNELS, float(part.keeps_home))
        alone = self._planner is not None or not part.is_whole
        self._trail = Trail(
            setting.precedents, None if alone else operations_key(scenario, self._asked), follow
        )
        self._inbound_duties: list[tuple[InboundDuty, ...]] = []
        self._outbound_duties: list[tuple[OutboundDuty, ...]] = []

    def live(self) -> History:
        """Run the environment to the end of the run-off.

        Raises
        ------
        NoDeal
            When the vendor does not sign.
        """
        env = self.begin(simpy.Environment())
        env.run(until=self._days.end_day)
        return self.finish()

    def finish(self) -> History:
        """What the replication leaves behind once it has been lived to the end of the run-off."""
        self._lived.release()
        opening = self._scenario.vendor.firm.opening_cash if self._billing else np.nan
        return History(
            self._days, self._books.counters, self._books.paid_hours, self._books.trainee_hours,
            self._books.operating_cost, self._ledger, tuple(self._books.events), self._standing.insolvent_day, opening,
            self._purse.cash if self._billing else np.nan, self._cash, tuple(self._books.decisions),
            self._standing.ended_day, turnover=tuple(self._books.turnover[1].tolist()), strikes=self._hazards.strikes,
            lost=self._books.lost.sum(axis=2), indices=self._billing.indices if self._billing else {},
            served=self._books.served,
        )  # fmt: skip

    def decision_in(self, week: int) -> Decision | None:
        """What the vendor would decide in a week, the contract lived until then; None where it is gone by then."""
        env = self.begin(simpy.Environment())
        if week:
            env.run(until=7 * week)
        if not self.acts():
            return None
        return self._decision(week, self._planner or self._new_planner())

    def begin(self, env: simpy.Environment) -> simpy.Environment:
        """The world on the first morning, in an environment of its own or of several: signed, nothing lived.

        Raises
        ------
        NoDeal
            When the vendor does not sign.
        """
        if self._volume.keeps_home:
            establish(self._home, self._setting, self._manning.planning(self._home, self._requested))
        if self._planner is not None:
            self._sign(self._planner)
        given = (self._scenario.contract, self._books, self._ledger, self._standing, self._purse)
        self._hazards.begin(env, self._reprice, Breached(*given, self._volume.keeps_home))
        env.process(self._weeks(env))
        env.process(self._evenings(env))
        if self._volume.keeps_home:
            env.process(improve(env, self._scenario, self._home))
        return env

    def _weeks(self, env: simpy.Environment) -> Generator[simpy.Event, Any, None]:
        """Leavers, hires and the roster of every week of the term."""
        week = 0
        while 7 * week < self._days.n_days:
            self._live_week(week)
            week += 1
            yield env.timeout(7)

    def _live_week(self, week: int) -> None:
        before = self._stays
        self._share_out(week)
        if self._planner is not None and week and week % WEEKS_BETWEEN == 0 and self.acts():
            self._take(week, self._decision(week, self._planner))
        plan = vendor_plan(self._scenario, self._employers, self._purse) if self.acts() else None
        if self._trail.followed is not None:
            self._follow_week(week, self._trail.followed.week(week), plan)
        else:
            self._work_week(week, before, plan)
        self._home_costs.week(7 * week)
        self._vendor_costs.week(7 * week)

    def acts(self) -> bool:
        """Whether the vendor works under the contract."""
        return self._standing.in_force

    def _new_planner(self) -> Planner:
        return Planner(self._scenario, self._setting, self._vendor, self._asked or self._requested)

    def _sign(self, planner: Planner) -> None:
        """The vendor takes the plan worth most to it, or does not sign."""
        if not planner.can_plan:
            raise NoDeal(NO_PLAN)
        decision = self._decision(0, planner)
        if decision is None:
            return
        choice = participation(decision, self._scenario.vendor.traits)
        if not choice.signs:
            raise NoDeal(choice.sentence)
        self._take(0, decision)

    def _decision(self, week: int, planner: Planner) -> Decision | None:
        """The vendor looks ahead; None where there is no contract."""
        if self._billing is None:
            return None
        month = int(self._days.month[7 * week])
        signed = self._billing.signed(month, self._watch.tolerance(self._days, month, self._standing))
        return planner.decide(week, signed, self._shares.vendor, self._purse, self._billing.outstanding())

    def _take(self, week: int, decision: Decision | None) -> None:
        """The vendor works to the plan it has chosen."""
        if decision is None:
            return
        if decision.plan != self._vendor.means or week == 0:
            self._vendor.take(decision.plan)
            self._payments.platform = self._scenario.vendor.platform_per_month * decision.plan.redundancy
        self._books.decisions.append((week, decision.plan))
        planning = self._manning.planning(self._vendor, self._asked or self._requested)
        dismiss(
            self._scenario,
            self._setting,
            planning,
            self._vendor_costs,
            self._books,
            week,
            self._shares.vendor,
        )

    def _follow_week(self, week: int, precedent: Week, plan: StaffingPlan | None) -> None:
        """Take over a week of the precedent, or leave it where this vendor would decide otherwise."""
        if plan is not None and plan.may_hire != precedent.may_hire:
            raise Diverged
        for channel, gone in precedent.displaced.items():
            self._client.displaced(7 * week, channel, gone, self._vendor_share[channel], self._home)
        adopt((self._home, self._vendor), precedent.staff)
        self._trail.week = precedent

    def _work_week(self, week: int, before: dict[Channel, float], plan: StaffingPlan | None) -> None:
        """Live a week of operations: leavers, hires, rosters."""
        self._trail.week = Week(plan.may_hire if plan is not None else True)
        self._displace(week, before)
        until, stays = self._shares.moves_until, self._stays
        if any(stays.values()) or self._home.is_peopled or self._shares.returns:
            at_home = fixed(self._requested, self._home.staffing_ratio)
            self._manning.week(self._home, at_home, week, until, stays, self._shares.home)
        if plan is not None:
            self._manning.week(self._vendor, plan, week, until, self._vendor_share, self._shares.vendor)
        self._assign(7 * week)
        self._trail.keep(staff_of((self._home, self._vendor)))

    def _assign(self, day: int) -> None:
        """Who is on duty on each day of the week, the vendor's share of contacts first."""
        drift = float(self._setting.expected.handle_factor[day])
        fcr = self._scenario.programme.inbound.resolution.fcr
        share = self._vendor_share["inbound"]
        both = ((self._vendor, share), (self._home, self._shares.rest("inbound", day // 7, share)))
        inbound = [inbound_week(o, part, drift, fcr) for o, part in both]
        outbound = [outbound_week(o) for o, _ in both]
        self._inbound_duties, self._outbound_duties = self._lived.roster(inbound, outbound)

    def _displace(self, week: int, before: dict[Channel, float]) -> None:
        """When less stays with the client's own centre, it lets go those it no longer needs."""
        for channel, stays in self._stays.items():
            if stays < before[channel]:
                gone = self._manning.release(self._home, self._requested, channel, week, stays)
                self._trail.week.displaced[channel] = gone
                self._client.displaced(7 * week, channel, gone, self._vendor_share[channel], self._home)

    def _evenings(self, env: simpy.Environment) -> Generator[simpy.Event, Any, None]:
        """Close day after day; the clock is only set where something else happens before the next evening."""
        for day in range(self._days.end_day):
            if env.peek() <= day + EVENING:
                yield env.timeout(day + EVENING - env.now)
            self._close_day(day)

    def _close_day(self, day: int) -> None:
        """Contacts, KPIs, billing, receipts, payroll, solvency, the contract's state: in this order."""
        if day < self._days.n_days:
            self._note(day)
        month = int(self._days.month[day])
        is_month_end = day + 1 == self._days.month_starts[month + 1]
        if is_month_end:
            self._lived.count(day + 1, self._books)
            for costs in (self._home_costs, self._vendor_costs):
                costs.book(day + 1) if day + 1 < self._days.n_days else costs.close(self._days.n_days)
            measure(
                self._books,
                self._setting,
                (self._home, self._vendor),
                (self._shares.home, self._shares.vendor),
                month,
            )
            if self._billing is not None:
                in_force = month < self._days.n_months and self.acts()
                self._billing.month_end(month, day, in_force, self._volume.owed(month))
        if self._billing is not None:
            self._purse.receive(self._billing.receipts(day, self._standing.solvent))
        self._payments.pay(day, is_month_end)
        if is_month_end:
            self._client.month_end(month, day, self._vendor, self._standing.gone_day)
            self._cash[month] = self._purse.cash if self._billing else np.nan
            self._review(month, day)

    def _review(self, month: int, day: int) -> None:
        """The contract's own state at a month's end: notice for cause, and the end of service when it is served."""
        if month >= self._days.n_months:
            return
        if self._watch.month_end(month, day, self._books, self._standing):
            self._trail.part(day)
            self._departure.give_notice(day)
            self._volume.noticed(self._standing.last_day)
        if self.acts() and day == self._standing.last_day:
            self._departure.hand_back(day)
            self._volume.left(day)
            self.shift(day + 1)

    def rebuild(self) -> None:
        """Another vendor leaves: what the others cannot take comes back to the client's own centre."""
        self._departure.rebuild()

    def shift(self, day: int) -> None:
        """Shares change on a day, a vendor having left: who is on duty takes the contacts that there are now."""
        self._share_out(day // 7)
        planning = self._manning.planning(self._home, self._requested)
        self._home.roster(self._setting, planning, day // 7, self._stays)
        self._assign(day)

    def _share_out(self, week: int) -> None:
        self._vendor_share = {c: self._shares.vendor(c, week) for c in CHANNELS}
        self._stays = {c: self._shares.rest(c, week, self._vendor_share[c]) for c in CHANNELS}

    def _note(self, day: int) -> None:
        """Note who is on duty today, the vendor's share first: the month's contacts are lived at its end."""
        if self._trail.followed is None:
            outbound = self._outbound_duties[day % 7]
            called = self._hazards.outbound(day, outbound) if self._setting.calling[day] else ()
            self._trail.week.duties[day] = self.inbound_duties(day), called
            month = int(self._days.month[day])
            self._trail.week.beside[day] = beside(self._vendor, day, month, self._days.n_months_with_run_off)
        self._lived.note(self._trail.week.duties[day])
        for each in self._trail.week.beside[day]:
            self._books.count(each)

    def inbound_duties(self, day: int) -> tuple[InboundDuty, ...]:
        """Who is on duty for inbound contacts on a day, hazards and all."""
        return self._hazards.inbound(day, self._inbound_duties[day % 7])

    def _reprice(self, operator: Operator, day: int) -> None:
        """People of an operator cost something else from a day on."""
        (self._home_costs if operator is self._home else self._vendor_costs).reprice(day)

    def _neglect(self, day: int, seats: float) -> float:
        """What the vendor leaves out of a month's seats: upkeep of its platform, while cash binds."""
        if saved := self._hazards.upkeep(seats, self._purse):
            self._trail.part(day)
        return saved

    def _fail(self, day: int) -> None:
        """A payment cannot be met: the firm is insolvent."""
        self._trail.part(day)
        self._departure.fail(day)
        self._volume.left(day)
        self._vendor_share = dict.fromkeys(CHANNELS, 0.0)
        if day < self._days.n_days:
            self._assign(day)
