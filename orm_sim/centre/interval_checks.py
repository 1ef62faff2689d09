"""Checks on days of a programme: closed form by interval against kernel, and kernel against reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from orm_sim.centre.certificate import Check, Part, near
from orm_sim.centre.drawn_days import Days, Pool
from orm_sim.centre.intervals import IntervalAnswer, answer_intervals
from orm_sim.centre.path_checks import same_decisions
from orm_sim.centre.plan import DayPlan, Floats, Whole
from orm_sim.centre.staffing import RequirementTable, whole_agents
from orm_sim.centre.survival import Survival, log_normal, mixture, piecewise_hazard, uniform
from orm_sim.core.streams import key
from orm_sim.demand.calendar import calendar
from orm_sim.demand.contacts import SHORT_BELOW_S, SHORT_MIN_S
from orm_sim.demand.inbound import INTERVAL_S, InboundForecast, busyness, forecast
from orm_sim.demand.programme import Programme
from orm_sim.demand.shapes import InboundShape

LEVEL_GATE: Final = 0.01
LOSS_GATE: Final = 0.005
_EVERY: Final = 26  # days from one examined to the next: every weekday comes
_DAYS: Final = 14
_HISTORIES: Final = 400


@dataclass(frozen=True, slots=True, eq=False)
class ProgrammeDays:
    """What is needed to draw a programme's days and to answer them in closed form."""

    expected: InboundForecast
    shape: InboundShape
    factors: Floats
    handle: Survival
    patience: Survival
    until_s: Floats
    per_s: Floats
    threshold_s: float
    staffed: Whole

    @classmethod
    def build(cls, programme: Programme, seed: int) -> ProgrammeDays:
        """Days of the term with one history of their busyness, staffed for the programme's own target."""
        shape, service = programme.shapes.inbound, programme.inbound.service
        expected = forecast(
            programme.inbound, shape, calendar(programme.start, programme.months, programme.holidays)
        )
        pieces, short = shape.patience.hazard.pieces, shape.short_share.value
        until_s = np.array([np.inf if p.until_s is None else p.until_s for p in pieces])
        per_s = np.array([p.per_s for p in pieces])
        laws = [
            log_normal(m, sd)
            for m, sd in zip(expected.log_mean.tolist(), expected.log_sd.tolist(), strict=True)
        ]
        shares = np.append(expected.type_share * (1.0 - short), short)
        handle = mixture((*laws, uniform(SHORT_MIN_S, SHORT_BELOW_S)), shares)
        cv = float(np.hypot(shape.busyness.day_cv.value, shape.busyness.interval_cv.value))
        patience_s = shape.patience.exponential_mean_s.value
        table = RequirementTable.build(handle.mean_s, patience_s, service.threshold_s, service.share, cv)
        load = expected.rates / INTERVAL_S * handle.mean_s
        staffed = np.stack([whole_agents(table.agents(day)) for day in load])
        factors = busyness(shape, expected.rates.shape[0], seed, 0)
        patience = piecewise_hazard(until_s, per_s)
        return cls(expected, shape, factors, handle, patience, until_s, per_s, service.threshold_s, staffed)

    def rates(self, day: int) -> Floats:
        """Expected contacts of each interval of a day, its busyness known."""
        return np.asarray(self.expected.rates[day] * self.factors[day])

    def pool(self, day: int) -> Pool:
        """Demand and staffing of a day."""
        return Pool(
            rates=self.expected.type_share[:, None] * self.rates(day), log_mean=self.expected.log_mean,
            log_sd=self.expected.log_sd, short_share=self.shape.short_share.value, until_s=self.until_s,
            per_s=self.per_s, staffed=self.staffed[day], threshold_s=self.threshold_s,
        )  # fmt: skip

    def plan(self, day: int, seed: int, history: int) -> DayPlan:
        """One history of a day, its contacts drawn for both engines."""
        return self.pool(day).plan(key(seed, history, "verification", "days"), day)

    def answered(self, day: int) -> IntervalAnswer:
        """The closed form of a day."""
        return answer_intervals(
            self.rates(day),
            self.handle,
            self.patience,
            self.staffed[day].astype(np.float64),
            self.threshold_s,
        )

    def simulated(self, day: int, seed: int, histories: int = _HISTORIES) -> tuple[float, float, float]:
        """Contacts a day, service level and abandonment rate of the kernel over many histories of a day."""
        totals, pool = np.zeros(3), self.pool(day)
        for history in range(histories):
            lived = Days(pool, key(seed, history, "verification", "days")).live(day)
            found = lived.outcome.totals
            totals += (found.arrived, found.answered_within, found.abandoned)
        return totals[0] / histories, totals[1] / totals[0], totals[2] / totals[0]


def bank_days(programme: Programme) -> Part:
    """Checks on days of one programme, spread over its first year."""

    def part(seed: int) -> list[Check]:
        days = ProgrammeDays.build(programme, seed)
        about = f"Closed form by interval against the kernel: {_DAYS} days, {_HISTORIES} histories of each"
        found = compare_days(days, seed, range(0, _EVERY * _DAYS, _EVERY))
        weight = found[:, 0] / found[:, 0].sum()
        checks = []
        for k, name, gate in ((1, "service_level", LEVEL_GATE), (3, "abandonment_rate", LOSS_GATE)):
            simulated, closed = float(weight @ found[:, k]), float(weight @ found[:, k + 1])
            worst = float(np.abs(found[:, k + 1] - found[:, k]).max())
            checks.append(
                near(about, f"{name} of all days (bias {closed - simulated:+.4f})", simulated, closed, gate)
            )
            checks.append(near(about, f"{name}: largest difference on a day", 0.0, worst, gate))
        about = "Kernel = reference on days of the programme"
        for day in (4, 25, 46):
            checks += same_decisions(about, f"day {day}", days.plan(day, seed, 0))
        return checks

    return part


def compare_days(days: ProgrammeDays, seed: int, chosen: range) -> Floats:
    """For each day: contacts, service level by kernel and closed form, abandonment rate by both; float64[days, 5]."""
    rows = []
    for day in chosen:
        contacts, level, lost = days.simulated(day, seed)
        closed = days.answered(day).over_the_day()
        rows.append((contacts, level, closed.service_level, lost, closed.abandonment_rate))
    return np.array(rows)
