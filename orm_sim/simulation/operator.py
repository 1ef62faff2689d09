"""An operator of contacts, the client's own centre or the vendor's: who is on the floor, and when they are on duty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.schedule import spread
from orm_sim.centre.staffing import whole_agents
from orm_sim.core.streams import key
from orm_sim.demand.inbound import INTERVAL_S, N_INTERVALS
from orm_sim.demand.programme import CHANNELS, Channel
from orm_sim.risk.site import Site, SiteName
from orm_sim.simulation.setting import Planning, Setting
from orm_sim.vendor.levers import STANDARD, Plan
from orm_sim.vendor.people import CONTENT, STANDARD_COACHING, People
from orm_sim.vendor.platform import Platform, PlatformTerms
from orm_sim.vendor.workforce import WeekStaff, Workforce, WorkforceTerms, stationary_proficiency

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
HOURS_PER_INTERVAL = INTERVAL_S / 3600.0


@dataclass(frozen=True, slots=True)
class Reference:
    """Mean output of the client's own established workforce: the level today's figures were observed at."""

    handle_speed: float
    conversion: float

    @classmethod
    def of(cls, terms: WorkforceTerms) -> Reference:
        """The stationary output under terms of employment."""
        learning = terms.learning
        return cls(
            stationary_proficiency(terms, learning.handle_speed_at_start),
            stationary_proficiency(terms, learning.conversion_at_start),
        )


@dataclass(slots=True)
class Operator:
    """One employer of agents on both channels.

    `handle_factor`, `fcr_delta` and `schedule_efficiency` may change while the simulation runs (an improvement
    programme); `staffed` holds agents on duty by day of the week and interval for the week being lived, `targets`
    the agents wanted on the floor at the end of the hiring lead time. An `established` operator expects the people it
    will hire first to work like its own, another expects newcomers. `site` is where hazards strike it, `platform` what
    it works on.
    """

    name: str
    terms: WorkforceTerms
    reference: Reference
    workforce: dict[Channel, Workforce]
    staffed: dict[Channel, Whole]
    handle_factor: float
    fcr_delta: float
    schedule_efficiency: float
    staffing_ratio: float = 1.0
    established: bool = False
    targets: dict[Channel, float] = field(default_factory=dict)
    people: People = field(default_factory=People)
    means: Plan = STANDARD
    satisfaction: dict[Channel, float] = field(default_factory=lambda: dict.fromkeys(CHANNELS, CONTENT))
    site: Site = field(default_factory=lambda: Site("in_house"))
    platform: Platform = field(default_factory=lambda: Platform(PlatformTerms()))

    @classmethod
    def found(
        cls,
        name: SiteName,
        terms: WorkforceTerms,
        reference: Reference,
        setting: Setting,
        handle_factor: float,
        fcr_delta: float,
        people: People,
        platform: PlatformTerms,
    ) -> Operator:
        """An operator with nobody on the floor yet."""
        stream = {c: key(setting.seed, setting.replication, "workforce", name, c) for c in CHANNELS}
        return cls(
            name, terms, reference, {c: Workforce(terms, stream[c]) for c in CHANNELS},
            {c: np.zeros((7, N_INTERVALS), np.int64) for c in CHANNELS},
            handle_factor, fcr_delta, terms.schedule_efficiency, people=people, site=Site(name),
            platform=Platform(platform),
        )  # fmt: skip

    @property
    def is_peopled(self) -> bool:
        """Whether anybody works here or has been on duty this week."""
        return any(f.agents or f.coming or f.last.agents for f in self.workforce.values())

    def take(self, plan: Plan) -> None:
        """Work to a plan from now on."""
        self.means = plan
        self.staffing_ratio = plan.staffing_ratio
        self.platform.added = plan.redundancy
        for force in self.workforce.values():
            force.train(
                plan.training, float(self.people.head_start(plan.training, self.terms.training_weeks))
            )
            force.recruit(float(self.people.recruiting_by_pay(plan.wage_premium)))

    @property
    def on_duty_hours(self) -> float:
        """Hours on duty of an agent in a week; coaching beyond the standard takes them off the contacts."""
        return self.terms.on_duty_hours_per_agent_week - (self.means.coaching_hours - STANDARD_COACHING)

    @property
    def hiring_cost(self) -> float:
        """Cost of a hire at what is paid now."""
        return self.terms.cost_per_hire * float(self.people.recruiting_by_pay(self.means.wage_premium))

    def leaving(self, channel: Channel) -> float:
        """Factor on the leaving rate of a channel's agents, by pay and satisfaction."""
        return float(self.people.leaving(self.means.wage_premium, self.satisfaction[channel]))

    def month_end(self, channel: Channel, occupancy: float) -> None:
        """Satisfaction moves towards where the month's conditions take it."""
        means = self.means
        towards = self.people.content(occupancy, means.coaching_hours, means.pressure)
        self.satisfaction[channel] = float(self.people.settled(self.satisfaction[channel], towards, 1.0))

    def staff(self, channel: Channel) -> WeekStaff:
        """The workforce of a channel as of this week."""
        return self.workforce[channel].last

    def handle_multiplier(self, channel: Channel) -> float:
        """Mean handle time of those on the floor against the level of the client's established workforce."""
        staff = self.staff(channel)
        speed = staff.handle_speed
        if not staff.agents:
            speed = (
                self.reference.handle_speed if self.established else self.terms.learning.handle_speed_at_start
            )
        factor = self.handle_factor * self.reference.handle_speed / speed
        if channel == "outbound":
            return factor
        pressed = 1.0 - self.people.pressed_handle_cut * self.means.pressure
        return factor * pressed / float(self.people.output_by_pay(self.means.wage_premium))

    def inbound_load(self, setting: Setting, week: int, share: float) -> Floats:
        """Erlangs expected in each interval of a week for a share of inbound contacts, float64[7, 48].

        From the client's forecast, drift included, at the handle time of those on the floor now.
        """
        expected, first = setting.expected, 7 * week
        if first + 7 <= setting.days.n_days:
            days: slice | Whole = slice(first, first + 7)  # looks into the forecast, copies nothing
            part: float | Floats = share
        else:
            beyond = np.arange(first, first + 7)
            part = np.where(beyond < setting.days.n_days, share, 0.0)
            days = np.minimum(beyond, setting.days.n_days - 1)
        volume = part * setting.forecast_factor[setting.days.month[days]]
        load = expected.rates[days] * volume[:, None]
        load /= INTERVAL_S
        handle = expected.mean_handle_s * expected.handle_factor[days] * self.handle_multiplier("inbound")
        load *= handle[:, None]
        return np.asarray(load)

    def required(self, load: Floats, planning: Planning) -> Floats:
        """Agents required in each interval for loads in erlangs."""
        return planning.required.agents(load.ravel()).reshape(load.shape) * self.staffing_ratio

    def agents_for(
        self, setting: Setting, planning: Planning, channel: Channel, week: int, share: float
    ) -> float:
        """Agents needed on the floor in a week for a share of a channel's contacts."""
        if share <= 0.0 or 7 * week >= setting.days.n_days:
            return 0.0
        if channel == "inbound":
            load = self.inbound_load(setting, week, share)
            hours = float(self.required(load, planning).sum()) * HOURS_PER_INTERVAL
            return hours * planning.schedule.hours_factor(load) / self.on_duty_hours
        outbound = setting.programme.outbound
        seats = outbound.seats * self.means.seat_ratio
        return seats * share * (outbound.closes_hour - outbound.opens_hour) * 5.0 / self.on_duty_hours

    def plan(
        self,
        setting: Setting,
        planning: Planning,
        week: int,
        ramp_ends: int,
        share_of: Callable[[Channel, int], float],
    ) -> None:
        """Set the agents wanted at the end of the hiring lead time.

        Every four weeks, on the mean need of the two months from then; while shares change, every week on that week's
        need. Hiring for single weeks would ratchet: a forecast that errs upwards hires, one that errs downwards
        cannot dismiss.
        """
        ahead = week + self.terms.lead_weeks
        for channel in CHANNELS:
            share = share_of(channel, ahead)
            later = (ahead, ahead + 4, ahead + 8)
            moving = week < ramp_ends and any(share_of(channel, w) != share for w in (week, *later))
            if moving:
                self.targets[channel] = self.agents_for(setting, planning, channel, ahead, share)
            elif week % 4 == 0 or channel not in self.targets:
                needs = [self.agents_for(setting, planning, channel, w, share) for w in later]
                self.targets[channel] = min(sum(needs) / len(needs), needs[0] * 1.05) if needs[0] else 0.0

    def roster(self, setting: Setting, planning: Planning, week: int, share: dict[Channel, float]) -> None:
        """Put those on the floor on duty for a week."""
        hours = self.on_duty_hours
        self.staffed["inbound"] = self._inbound_roster(setting, planning, week, share["inbound"], hours)
        self.staffed["outbound"] = self._outbound_roster(setting, week, share["outbound"], hours)

    def _inbound_roster(
        self, setting: Setting, planning: Planning, week: int, share: float, hours: float
    ) -> Whole:
        """Hours on duty follow the requirement as far as shifts can; the rest lies flat over each day's open hours."""
        inside = min(setting.days.n_days - 7 * week, 7) / 7.0
        on_duty = self.staff("inbound").agents * hours * inside / HOURS_PER_INTERVAL
        required = self.required(self.inbound_load(setting, week, share), planning)
        total = required.sum()
        if on_duty == 0.0 or total == 0.0:
            return np.zeros((7, N_INTERVALS), np.int64)
        curve = spread(required, self.schedule_efficiency)
        return whole_agents((curve * (on_duty / total)).ravel()).reshape(7, N_INTERVALS)

    def _outbound_roster(self, setting: Setting, week: int, share: float, hours: float) -> Whole:
        """Callers are on duty evenly over the calling hours of the week's calling days."""
        outbound = setting.programme.outbound
        hour = np.arange(N_INTERVALS) * HOURS_PER_INTERVAL
        is_open = (hour >= outbound.opens_hour) & (hour < outbound.closes_hour)
        days = np.arange(7 * week, min(7 * week + 7, setting.days.n_days))
        called = np.zeros(7, np.bool_)
        called[: days.size] = setting.calling[days]
        mask = called[:, None] & is_open[None, :]
        if share <= 0.0 or not mask.any():
            return np.zeros((7, N_INTERVALS), np.int64)
        per_interval = self.staff("outbound").agents * hours / HOURS_PER_INTERVAL / (5.0 * is_open.sum())
        return whole_agents((mask * per_interval).ravel()).reshape(7, N_INTERVALS)
