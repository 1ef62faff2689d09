"""Tenure cohorts: hiring with a lag, training, learning on the job, and leaving; one uniform per hire slot and week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.evidence import quantity, required
from orm_sim.core.streams import uniforms
from orm_sim.core.terms import Term
from orm_sim.core.units import WEEKS_PER_YEAR

Array = NDArray[np.float64]
_TENURE, _LEAVE, _SHOW = 0, 1, 2


class Learning(Term):
    """How the output of an agent grows with weeks on the floor: start + (1 − start)·(1 − e^(−weeks/weeks_to_learn))."""

    handle_speed_at_start: float = quantity(
        0.61, unit="share", source="de_grip_peers_2016", grade="A", low=0.55, high=0.71, gt=0, le=1
    )
    """Speed of a new agent against a proficient one; 1/1.64, from the +64 % output over the first year."""
    resolution_at_start: float = quantity(
        0.92, unit="share", source="assumption", grade="D", low=0.80, high=1.0, gt=0, le=1
    )
    """Chance that a new agent resolves a contact, against a proficient one."""
    conversion_at_start: float = quantity(
        0.80, unit="share", source="assumption", grade="D", low=0.60, high=1.0, gt=0, le=1
    )
    """Chance that a new agent sells to a customer reached, against a proficient one."""
    weeks_to_learn: float = quantity(
        12.0, unit="weeks", source="de_grip_peers_2016", grade="D", low=8.0, high=16.0, gt=0
    )
    """Weeks after which 63 % of the gap to a proficient agent is closed."""


class WorkforceTerms(Term):
    """What it takes to have agents on duty in one country: wages, hours, hiring, learning and leaving."""

    wage_per_hour: float = required(unit="$/paid hour", gt=0)
    """Wage of an agent for a paid hour at contract start, premia included."""
    on_cost: float = required(unit="share", ge=0)
    """Employer's cost on top of the wage (social security, benefits, 13th month), as a share of it."""
    wage_growth_per_year: float = required(unit="share/year", gt=-0.5)
    """Growth of wages, applied on each anniversary of the contract."""
    support_per_agent_month: float = required(unit="$/agent-month", ge=0)
    """Supervision, coaching, quality assurance and workforce management, for each agent on the floor."""
    seat_per_month: float = required(unit="$/seat-month", ge=0)
    """Workplace, technology and telecom, for each agent on the floor or in training."""
    hiring_cost: float = required(unit="$/hire", ge=0)
    """Advertising, selection and trainers for one new agent; the trainee's wage comes on top."""
    attrition_per_year: float = required(unit="leavers per agent-year", ge=0)
    """Agents who leave in a year, as a share of the average number on the floor."""
    paid_hours_per_week: float = quantity(
        40.0, unit="hours/week", source="assumption", grade="D", low=38, high=48, gt=0
    )
    """Hours for which a full-time agent is paid in a week."""
    shrinkage: float = quantity(
        0.30, unit="share", source="opsdog_shrinkage", grade="B", low=0.13, high=0.39, ge=0, lt=1
    )
    """Share of paid hours not on duty: leave, absence, breaks, meetings, coaching."""
    schedule_efficiency: float = quantity(
        0.85, unit="share", source="expert_judgement_2026", grade="D", low=0.75, high=0.95, gt=0, le=1
    )
    """Share of hours on duty that follow the requirement; the rest lies flat over the opening hours, as shifts do."""
    recruit_weeks: int = quantity(
        3, unit="weeks", source="simplycontact_lead_time", grade="C", low=1, high=6, ge=0
    )
    """Weeks from the decision to hire to the first day of training."""
    training_weeks: int = quantity(
        4, unit="weeks", source="us_call_center_report_2004", grade="A", low=2, high=8, ge=0
    )
    """Weeks of paid training before the first contact."""
    offer_no_show: float = quantity(
        0.022, unit="share", source="ccap_wtw_2022", grade="B", low=0.019, high=0.025, ge=0, lt=1
    )
    """Accepted offers that do not appear on the first day."""
    selection_share: float = quantity(
        0.5, unit="share", source="assumption", grade="D", low=0.3, high=0.8, ge=0, le=1
    )
    """Part of the hiring cost that is spent by the time an offer is accepted, and lost where nobody appears."""
    learning: Learning = Learning()
    """Growth of output on the floor."""

    @property
    def lead_weeks(self) -> int:
        """Weeks from the decision to hire to the first contact."""
        return self.recruit_weeks + self.training_weeks

    @property
    def cost_per_hire(self) -> float:
        """Hiring cost of one who appears, with what is lost on those who do not."""
        no_shows = self.offer_no_show / (1.0 - self.offer_no_show)
        return self.hiring_cost * (1.0 + self.selection_share * no_shows)

    @property
    def on_duty_hours_per_agent_week(self) -> float:
        """Hours on duty that one agent on the floor gives in a week: paid hours × (1 − shrinkage)."""
        return self.paid_hours_per_week * (1.0 - self.shrinkage)

    def wage_level(self, day: int) -> float:
        """Loaded cost of a paid hour on a day: wage × (1 + on-cost) × (1 + growth)^(full years since start)."""
        years = day // 365
        return self.wage_per_hour * (1.0 + self.on_cost) * (1.0 + self.wage_growth_per_year) ** years


def proficiency(weeks: Array | float, at_start: float, weeks_to_learn: float) -> Array:
    """Output of an agent after some weeks on the floor, against a proficient one (1.0).

    Examples
    --------
    >>> float(proficiency(0.0, 0.61, 12.0))
    0.61
    """
    return np.asarray(1.0 - (1.0 - at_start) * np.exp(-np.asarray(weeks, dtype=np.float64) / weeks_to_learn))


def stationary_proficiency(terms: WorkforceTerms, at_start: float) -> float:
    """Mean output of a workforce whose hiring has replaced its leavers for years.

    Tenure is then exponential with the attrition rate a, and 1 − (1 − start)·a / (a + 1/τ) is its mean.

    Examples
    --------
    With no attrition everybody is proficient; see ``tests/vendor`` for the simulated check.
    """
    leave = terms.attrition_per_year / WEEKS_PER_YEAR
    if leave == 0.0:
        return 1.0
    return 1.0 - (1.0 - at_start) * leave / (leave + 1.0 / terms.learning.weeks_to_learn)


@dataclass(frozen=True, slots=True)
class WeekStaff:
    """The workforce of one channel in one week.

    Attributes
    ----------
    agents, trainees, hires, leavers
        Head counts: on the floor, in paid training, who began training this week, who left the floor this week.
    handle_speed, resolution, conversion
        Mean output against a proficient agent (contacts go to faster agents in proportion to their speed).
    """

    agents: int
    trainees: int
    hires: int
    leavers: int
    handle_speed: float
    resolution: float
    conversion: float


_EMPTY: Final = WeekStaff(0, 0, 0, 0, 1.0, 1.0, 1.0)


class Workforce:
    """Agents of one employer on one channel, week by week.

    A hire slot is numbered in the order of hiring, and slot s leaves in week w when the uniform of (s, w) falls
    below the hazard: two contracts on the same seed lose the same slots in the same weeks.
    """

    def __init__(self, terms: WorkforceTerms, stream: tuple[int, int]) -> None:
        self.terms = terms
        self._stream = stream
        self._floor_week = np.empty(0, dtype=np.float64)
        self._present = np.empty(0, dtype=np.bool_)
        self._offers = 0
        self._classes: list[tuple[int, int, int]] = []
        self._recruit_weeks = terms.recruit_weeks
        self._training_weeks = terms.training_weeks
        self._head_start = 0.0
        self.last = _EMPTY

    @property
    def agents(self) -> int:
        """Agents on the floor now."""
        return int(np.count_nonzero(self._present))

    @property
    def coming(self) -> int:
        """People recruited or in training who are not yet on the floor."""
        return sum(count for _, _, count in self._classes)

    def newness(self, week: int) -> float:
        """Mean of e^(−weeks on the floor / weeks to learn) over the floor: 1 all newcomers; 1 where it is empty."""
        tenure = week - self._floor_week[self._present]
        if tenure.size == 0:
            return 1.0
        return float(np.mean(np.exp(-tenure / self.terms.learning.weeks_to_learn)))

    def arriving(self, week: int) -> list[tuple[int, int]]:
        """People recruited or in training: weeks until they reach the floor, and how many."""
        return [(max(floor - week, 0), count) for _, floor, count in self._classes]

    def establish(self, n_agents: int) -> None:
        """Begin with a workforce that has existed for years: tenures from the stationary distribution."""
        leave = self.terms.attrition_per_year / WEEKS_PER_YEAR
        u = uniforms(self._stream, n_agents, 0, _TENURE)
        tenure = -np.log(u) / leave if leave > 0 else np.full(n_agents, 520.0)
        self._floor_week = np.append(self._floor_week, -np.minimum(tenure, 520.0))
        self._present = np.append(self._present, np.ones(n_agents, dtype=np.bool_))

    def train(self, multiple: float, head_start: float) -> None:
        """From now on recruits train so many times the standard weeks, and begin so many weeks of tenure ahead."""
        self._training_weeks = round(self.terms.training_weeks * multiple)
        self._head_start = head_start

    def recruit(self, multiple: float) -> None:
        """From now on it takes so many times the standard weeks to find recruits."""
        self._recruit_weeks = round(self.terms.recruit_weeks * multiple)

    def release(self, n_agents: int) -> int:
        """Let go up to `n_agents`, the last hired first; returns how many went."""
        standing = np.flatnonzero(self._present)
        going = standing[np.argsort(-self._floor_week[standing], kind="stable")][: max(n_agents, 0)]
        self._present[going] = False
        return int(going.size)

    def dismiss(self, n_agents: int, week: int) -> tuple[int, float]:
        """Let go up to `n_agents`, the last hired first; returns how many went and their years of service in all."""
        before = self._present.copy()
        people = self.release(n_agents)
        gone = before & ~self._present
        return people, float(np.maximum(week - self._floor_week[gone], 0.0).sum()) / WEEKS_PER_YEAR

    def years_of_service(self, week: int) -> float:
        """Mean years on the floor; 0 where it is empty."""
        tenure = week - self._floor_week[self._present]
        return float(np.maximum(tenure, 0.0).mean()) / WEEKS_PER_YEAR if tenure.size else 0.0

    def disband(self) -> None:
        """Everybody leaves at once, classes included (the employer has closed)."""
        self._present[:] = False
        self._classes.clear()

    def week(
        self, week: int, target_agents: float, attrition_factor: float = 1.0, may_hire: bool = True
    ) -> WeekStaff:
        """Live one week: leavers go, finished classes come to the floor, and a class is recruited for the gap ahead.

        Parameters
        ----------
        week
            Weeks since contract start.
        target_agents
            Agents wanted on the floor `lead_weeks` from now.
        attrition_factor
            Multiplies the attrition hazard of this week.
        may_hire
            False keeps the doors shut (cash binds, or the programme is ending).
        """
        leavers = self._leave(week, attrition_factor)
        arrivals = sum(count for _, floor, count in self._classes if floor <= week)
        self._classes = [c for c in self._classes if c[1] > week]
        if arrivals:
            self._floor_week = np.append(self._floor_week, np.full(arrivals, week - self._head_start))
            self._present = np.append(self._present, np.ones(arrivals, dtype=np.bool_))
        if may_hire:
            self._recruit(week, target_agents, attrition_factor)
        hires = sum(count for start, _, count in self._classes if start == week)
        trainees = sum(count for start, _, count in self._classes if start <= week)
        self.last = self._staff(week, trainees, hires, leavers)
        return self.last

    def _leave(self, week: int, factor: float) -> int:
        hazard = 1.0 - np.exp(-self.terms.attrition_per_year * factor / WEEKS_PER_YEAR)
        u = uniforms(self._stream, self._present.size, week, _LEAVE)
        leaving = self._present & (u < hazard)
        self._present &= ~leaving
        return int(np.count_nonzero(leaving))

    def _recruit(self, week: int, target: float, factor: float) -> None:
        """Make as many offers as the gap at the end of the lead time needs, no-shows allowed for."""
        lead = self._recruit_weeks + self._training_weeks
        stay = np.exp(-self.terms.attrition_per_year * factor / WEEKS_PER_YEAR * lead)
        gap = target - (self.agents * stay + self.coming)
        if gap <= 0.0:
            return
        offers = int(np.ceil(gap / (1.0 - self.terms.offer_no_show)))
        u = uniforms(self._stream, self._offers + offers, 0, _SHOW)[self._offers :]
        self._offers += offers
        shown = int(np.count_nonzero(u >= self.terms.offer_no_show))
        if shown:
            self._classes.append((week + self._recruit_weeks, week + lead, shown))

    def _staff(self, week: int, trainees: int, hires: int, leavers: int) -> WeekStaff:
        tenure = week - self._floor_week[self._present]
        if tenure.size == 0:
            return WeekStaff(0, trainees, hires, leavers, 1.0, 1.0, 1.0)
        learning = self.terms.learning
        shortfall = float(np.mean(np.exp(-tenure / learning.weeks_to_learn)))
        return WeekStaff(
            int(tenure.size), trainees, hires, leavers,
            1.0 - (1.0 - learning.handle_speed_at_start) * shortfall,
            1.0 - (1.0 - learning.resolution_at_start) * shortfall,
            1.0 - (1.0 - learning.conversion_at_start) * shortfall,
        )  # fmt: skip
