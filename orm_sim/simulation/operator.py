"""An operator of contacts, the client's own centre or the vendor's: who is on the floor, and when they are on duty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.schedule import spread
from orm_sim.centre.staffing import whole_agents
from orm_sim.core.streams import key
from orm_sim.demand.inbound import INTERVAL_S, N_INTERVALS
from orm_sim.demand.programme import CHANNELS, Channel
from orm_sim.risk.site import Site, SiteName
from orm_sim.simulation.setting import Planning, Setting
from orm_sim.vendor.assurance import Assured
from orm_sim.vendor.blending import Blending, moved
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


class Skill(NamedTuple):
    """What people make of the means they are given: performance by coaching, output and leaving rate by pay."""

    coached: float
    output: float
    leaving: float


@dataclass(slots=True)
class Operator:
    """One employer of agents on both channels.

    `handle_factor`, `fcr_delta` and `schedule_efficiency` may change while the simulation runs (an improvement
    programme); `staffed` holds agents on duty by day of the week and interval for the week being lived, `targets`
    the agents wanted on the floor at the end of the hiring lead time. An `established` operator expects the people it
    will hire first to work like its own, another expects newcomers. `site` is where hazards strike it, `platform` what
    it works on. `moved` work for the other channel under `blending`, above 0 inbound agents who dial, and are `staffed`
    there.
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
    blending: Blending | None = None
    assurance: Assured | None = None
    moved: Whole = field(default_factory=lambda: np.zeros((7, N_INTERVALS), np.int64))
    _skill: tuple[Plan, Skill] | None = None

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
        stream = {c: key(setting.seed_of(name), setting.replication, "workforce", name, c) for c in CHANNELS}
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

    @property
    def skill(self) -> Skill:
        """What people make of the means they are given now; worked out once for each plan."""
        if self._skill is None or self._skill[0] is not self.means:
            people, means = self.people, self.means
            found = Skill(
                float(people.coached(means.coaching_hours)),
                float(people.output_by_pay(means.wage_premium)),
                float(people.leaving_by_pay(means.wage_premium)),
            )
            self._skill = means, found
        return self._skill[1]

    def leaving(self, channel: Channel) -> float:
        """Factor on the leaving rate of a channel's agents, by pay and satisfaction."""
        return self.skill.leaving * float(self.people.leaving_by_mood(self.satisfaction[channel]))

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
        factor = self.handle_factor * self.reference.handle_speed / self.speed(channel)
        if channel == "outbound":
            return factor
        pressed = 1.0 - self.people.pressed_handle_cut * self.means.pressure
        return factor * pressed / self.skill.output

    def speed(self, channel: Channel) -> float:
        """Mean speed of those on the floor against proficient agents; of those to come where there are none."""
        staff = self.staff(channel)
        if staff.agents:
            return staff.handle_speed
        return self.reference.handle_speed if self.established else self.terms.learning.handle_speed_at_start

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
                self.targets[channel] = self._wanted(setting, planning, channel, ahead, share, share_of)
            elif week % 4 == 0 or channel not in self.targets:
                needs = [self._wanted(setting, planning, channel, w, share, share_of) for w in later]
                self.targets[channel] = min(sum(needs) / len(needs), needs[0] * 1.05) if needs[0] else 0.0

    def _wanted(
        self,
        setting: Setting,
        planning: Planning,
        channel: Channel,
        week: int,
        share: float,
        share_of: Callable[[Channel, int], float],
    ) -> float:
        """Agents to be employed for a channel: those that it needs, less what guests do of it."""
        need = self.agents_for(setting, planning, channel, week, share)
        if self.blending is None or channel == "inbound" or need <= 0.0:
            return need
        guests = self.guest_hours(setting, planning, week, share_of("inbound", week), share)
        return max(need - guests * self.blending.guest_output / self.on_duty_hours, 0.0)

    def guest_hours(
        self,
        setting: Setting,
        planning: Planning,
        week: int,
        inbound: float,
        outbound: float,
        ratio: float | None = None,
    ) -> float:
        """Hours that inbound agents can dial in a week at these shares of contacts, staffed as planned or else."""
        if self.blending is None or inbound <= 0.0:
            return 0.0
        load = self.inbound_load(setting, week, inbound)
        required = self.required(load, planning)
        if ratio is not None:
            required = required * (ratio / self.staffing_ratio)
        curve = spread(required, self.schedule_efficiency)
        staffed = np.rint(curve * planning.schedule.hours_factor(load)).astype(np.int64)
        seats = self._seats(setting, week, outbound)
        nobody = np.zeros_like(staffed)
        return float(
            np.clip(moved(self.blending, staffed, nobody, load, seats), 0, None).sum() * HOURS_PER_INTERVAL
        )

    def roster(self, setting: Setting, planning: Planning, week: int, share: dict[Channel, float]) -> None:
        """Put those on the floor on duty for a week."""
        hours = self.on_duty_hours
        self.staffed["inbound"] = self._inbound_roster(setting, planning, week, share["inbound"], hours)
        self.staffed["outbound"] = self._outbound_roster(setting, week, share["outbound"], hours)
        if self.blending is not None:
            load = self.inbound_load(setting, week, share["inbound"])
            seats = self._seats(setting, week, share["outbound"])
            self.moved = moved(self.blending, self.staffed["inbound"], self.staffed["outbound"], load, seats)
            self.staffed["inbound"] = self.staffed["inbound"] - self.moved
            self.staffed["outbound"] = self.staffed["outbound"] + self.moved
        if self.assurance is not None:
            staff = self.staff("inbound")
            self.assurance.week(week, staff.agents, staff.leavers, self.means.coaching_hours)

    def _inbound_roster(
        self, setting: Setting, planning: Planning, week: int, share: float, hours: float
    ) -> Whole:
        """Hours on duty follow the requirement as far as shifts can; the rest lies flat over each day's open hours."""
        inside = min(setting.days.n_days - 7 * week, 7) / 7.0
        on_duty = self.staff("inbound").agents * hours * inside / HOURS_PER_INTERVAL
        if on_duty == 0.0 or share <= 0.0:
            return np.zeros((7, N_INTERVALS), np.int64)
        required = self.required(self.inbound_load(setting, week, share), planning)
        total = required.sum()
        if total == 0.0:
            return np.zeros((7, N_INTERVALS), np.int64)
        curve = spread(required, self.schedule_efficiency)
        return whole_agents((curve * (on_duty / total)).ravel()).reshape(7, N_INTERVALS)

    def _outbound_roster(self, setting: Setting, week: int, share: float, hours: float) -> Whole:
        """Callers are on duty evenly over the calling hours of the week's calling days."""
        if share <= 0.0 or not self.staff("outbound").agents:
            return np.zeros((7, N_INTERVALS), np.int64)
        mask, n_open = self._calling(setting, week)
        if not mask.any():
            return np.zeros((7, N_INTERVALS), np.int64)
        per_interval = self.staff("outbound").agents * hours / HOURS_PER_INTERVAL / (5.0 * n_open)
        everybody = np.asarray(mask * per_interval, np.float64).ravel()
        return whole_agents(everybody).reshape(7, N_INTERVALS)

    def _seats(self, setting: Setting, week: int, share: float) -> Floats:
        """Outbound seats to be manned in each interval of a week, float64[7, 48]."""
        seats = setting.programme.outbound.seats * self.means.seat_ratio * share
        return np.asarray(self._calling(setting, week)[0] * seats)

    def _calling(self, setting: Setting, week: int) -> tuple[NDArray[np.bool_], int]:
        """Intervals of a week in which customers are called, and how many a calling day has."""
        outbound = setting.programme.outbound
        hour = np.arange(N_INTERVALS) * HOURS_PER_INTERVAL
        is_open = (hour >= outbound.opens_hour) & (hour < outbound.closes_hour)
        days = np.arange(7 * week, min(7 * week + 7, setting.days.n_days))
        called = np.zeros(7, np.bool_)
        called[: days.size] = setting.calling[days]
        return called[:, None] & is_open[None, :], int(is_open.sum())
