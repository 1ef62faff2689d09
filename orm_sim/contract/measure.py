"""Goals: a KPI and the value it is to reach; measures, what missing it costs; rewards, what surpassing it earns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from orm_sim.contract.credit import SLACK, Bonus, Credit, Miss
from orm_sim.contract.goal_checks import (
    bands_impossible,
    bands_of_a_moving_target,
    bands_of_what_is_tested,
    bonus_against_direction,
    by_how_much_is_unknown,
    minimum_beyond_target,
    money_or_default,
    more_than,
    moving_against_direction,
    needs_the_result,
    stretch_short_of_target,
)
from orm_sim.contract.period import Array, Flags
from orm_sim.contract.progress import Glide, Ratchet
from orm_sim.contract.reading import (
    Denominator,
    denominator_unknown,
    format_of,
    needs_of,
    points_in,
    points_of,
    population_said,
    step_said,
    threshold_missing,
    value_impossible,
    value_of,
    value_said,
)
from orm_sim.contract.statistic import (
    STATISTIC_RULES,
    Measured,
    Statistic,
    Test,
    missed_in,
    on_kpi,
    open_in,
    read_as,
)
from orm_sim.contract.wording import share
from orm_sim.core.elementwise import fallen_short, flat
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Rule, Term
from orm_sim.kpi import INDICATORS, Counters, Kpi


class Goal(Term):
    """A KPI and the value it is to reach.

    Most KPIs have a statistic of their own (a share answered in time). Of a time the contract chooses one: mean,
    percentile or tail share; the last two are read from what the history delivers (`wait_p90_s`, `tail_share_20s`).
    """

    kpi: Measured
    """The KPI of the dictionary that is measured, or a time whose statistic is chosen: `wait_s`, `handle_time_s`."""
    statistic: Statistic | None = None
    """Of a time: its mean, a percentile (`at`), or the share of contacts whose time is longer (`above_s`)."""
    at: float | None = optional(unit="share", gt=0.0, lt=1.0)
    """Of a percentile: the share of contacts that does not exceed it; 0.9 is the 90th percentile."""
    above_s: float | None = optional(unit="s", gt=0.0)
    """Of a tail share: the time in seconds beyond which contacts count."""
    target: float = required(unit="the KPI's own")
    """The value that must be reached: at least, or at most where lower is better."""
    within_s: Annotated[float, Field(gt=0.0)] | None = None
    """For service_level: the threshold in seconds."""
    of: Denominator = "offered"
    """For service_level and abandonment_rate: the contacts it is a share of; for wait_s: whose wait it is."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *STATISTIC_RULES,
        on_kpi(("target",), value_impossible),
        Rule(("kpi", "within_s"), threshold_missing),
        Rule(("kpi", "of"), denominator_unknown),
    )

    @property
    def reads(self) -> str:
        """The KPI of the dictionary it stands for, its statistic included."""
        if self.statistic is None:
            return self.kpi
        return read_as(self.kpi, self.statistic, self.at, self.above_s, self.of)

    @property
    def share_of(self) -> Denominator:
        """What the KPI is a share of; a statistic says it by itself."""
        return self.of if self.statistic is None else "offered"

    @property
    def indicator(self) -> Kpi:
        """The KPI as the dictionary defines it."""
        return INDICATORS[self.reads]

    @property
    def needs(self) -> tuple[str, ...]:
        """The counters it is computed from."""
        return needs_of(self.reads, self.share_of)

    def value(self, counters: Counters) -> Array:
        """The KPI on the counters of a window."""
        return value_of(self.reads, self.share_of, counters)

    def surpassed_by(self, value: Array, target: Array | float) -> Array:
        """By how much a value is better than a target; negative where it is worse."""
        return np.asarray(value - target if self.indicator.better == "higher" else target - value)

    def met(self, value: Array) -> Flags:
        """Whether a value reaches the target; False where it could not be measured."""
        return points_of(self.reads, self.surpassed_by(value, self.target)) >= -SLACK

    def said(self, target: str | None = None) -> str:
        """The target in words."""
        kpi = self.indicator
        value = value_said(self.reads, self.target) if target is None else target
        bound = "at least" if kpi.better == "higher" else "at most"
        return f"{kpi.name} {bound} {value}{population_said(self.reads, self.share_of, self.within_s)}"

    def told(self, position: int, target: str | None = None) -> str:
        """The target with its result, the template of a sentence's part."""
        return f"{self.said(target)}: {{value{position}:{format_of(self.reads)}}}"


class Measure(Goal):
    """One target and what missing it costs."""

    credit: Credit | None = None
    """What a miss costs."""
    default_only: bool = False
    """Whether a miss counts as a failure (for triggers and conditions) and costs no money."""
    minimum: float | None = optional(unit="the KPI's own")
    """The result below which a miss is severe."""
    severe_multiple: float | None = optional(unit="multiple of the credit", ge=1.0)
    """What the credit of a severe miss is multiplied by; where not given, it is a credit like any other."""
    stretch: float | None = optional(unit="the KPI's own")
    """The result that is aimed at beyond the target; an earn_back without measures of its own asks for it."""
    glide: Glide | None = None
    """The path on which the target is approached; where not given, it holds from the start."""
    ratchet: Ratchet | None = None
    """How the target follows results; where not given, it does not. A glide path leads to where it has moved."""

    window: Test | None = None
    """A stretch shorter than a month in which the target is tested, each by itself; the history delivers how many
    missed it (`weeks_missed_service_level`) of how many (`weeks_open`). Where not given, the clause's window."""
    missed_at_most: float | None = optional(unit="share", ge=0.0, lt=1.0)
    """With `window`: the share of days or weeks that may miss the target; the credit is for what lies beyond it.
    Where not given, a lump is owed for each day or week that misses it."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *Goal.rules,
        on_kpi(("minimum",), value_impossible),
        on_kpi(("stretch",), value_impossible),
        on_kpi(("glide",), lambda kpi, glide: value_impossible(kpi, glide and glide.from_)),
        on_kpi(("ratchet",), lambda kpi, ratchet: value_impossible(kpi, ratchet and ratchet.ceiling)),
        Rule(("credit", "default_only"), money_or_default),
        on_kpi(("credit", "target", "missed_at_most"), bands_of_what_is_tested),
        Rule(("credit", "glide", "ratchet"), bands_of_a_moving_target),
        on_kpi(("target", "minimum"), minimum_beyond_target),
        Rule(("severe_multiple", "minimum"), lambda multiple, at: more_than(multiple, at, "minimum")),
        on_kpi(("target", "stretch"), stretch_short_of_target),
        on_kpi(("target", "glide", "ratchet"), moving_against_direction),
        Rule(("window", "missed_at_most", "credit"), by_how_much_is_unknown),
        Rule(("window", "minimum", "stretch", "glide", "ratchet"), needs_the_result),
    )

    @property
    def test(self) -> str:
        """The KPI that decides: its own, or the share of days or weeks that miss the target."""
        return self.reads if self.window is None else f"{self.window}s_missed_share_{self.reads}"

    @property
    def needs(self) -> tuple[str, ...]:
        """The counters it is computed from."""
        if self.window is None:
            return super().needs
        return missed_in(self.window, self.reads), open_in(self.window)

    def value(self, counters: Counters) -> Array:
        """The KPI on the counters of a window, or the share of days or weeks that miss its target."""
        return super().value(counters) if self.window is None else INDICATORS[self.test].value(counters)

    def target_in(self, month: int, rebased: Array | None) -> Array:
        """The target in force in a month, counted from 0, after what the ratchet has made of it.

        A target that moves is rounded to a hundredth of a point (0.0001 of a share), of other KPIs to 0.01.
        """
        target: Array | float = self.target if rebased is None else rebased
        if self.glide is not None:
            target = self._rounded(self.glide.at(target, month))
        return np.asarray(target)

    def rebased(self, target: Array, reached: list[Array]) -> Array:
        """What the ratchet makes of a target after these monthly results."""
        if self.ratchet is None:
            return target
        higher = self.indicator.better == "higher"
        return self._rounded(self.ratchet.moved(target, reached, higher_is_better=higher))

    def _rounded(self, target: Array) -> Array:
        return np.asarray(np.round(target, 4 if self._step < 0.01 else 2))

    @property
    def _step(self) -> float:
        """What a target that moves is rounded to."""
        return 1e-4 if self.indicator.unit == "share" else 0.01

    def miss(
        self,
        counters: Counters,
        fees: Array,
        at_risk: Array,
        pools: Mapping[str, float],
        target: Array | None = None,
    ) -> Miss:
        """The target, measured on the counters of a window."""
        value = self.value(counters)
        if self.window is not None and self.missed_at_most is None:
            missed = np.where(np.isnan(value), 0.0, counters[missed_in(self.window, self.reads)])
            return Miss(value, missed, missed > SLACK, np.asarray(0.0), False, fees, at_risk, pools)
        aim = np.asarray(self.target) if target is None else target
        aim = aim if self.missed_at_most is None else np.asarray(self.missed_at_most)
        higher = INDICATORS[self.test].better == "higher"
        if flat(value) and aim.ndim == 0:
            points, due = np.empty(value.size), np.empty(value.size, dtype=np.bool_)
            fallen_short(value, float(aim), higher, points_in(self.test), SLACK, points, due)
            return Miss(value, points, due, aim, higher, fees, at_risk, pools)
        short = np.asarray(aim - value if higher else value - aim)
        points = points_of(self.test, np.fmax(short, 0.0))
        return Miss(value, points, points > SLACK, aim, higher, fees, at_risk, pools)

    def owed(self, miss: Miss) -> Array:
        """The credit for this result."""
        if self.credit is None:
            return np.zeros(np.shape(miss.value))
        credit = self.credit.owed(miss)
        if self.window is not None and self.missed_at_most is None:
            return np.asarray(credit * miss.points)
        if self.minimum is None or self.severe_multiple is None:
            return credit
        severe = self.surpassed_by(miss.value, self.minimum) < 0.0
        return np.asarray(np.where(severe, credit * self.severe_multiple, credit))

    def terms(self) -> str:
        """The target and what a miss costs, in words."""
        cost = (
            "a miss counts as a failure, at no cost"
            if self.credit is None
            else self.credit.wording(self.test)
        )
        text = f"{self.said()}{self._tested_said()}, else {cost}"
        if self.window is not None and self.missed_at_most is None and self.credit is not None:
            text += f" for each {self.window} that misses it"
        if self.minimum is not None:
            times = "" if self.severe_multiple is None else f", {self.severe_multiple:g} times that"
            text += f" (severe beyond {value_said(self.reads, self.minimum)}{times})"
        if self.stretch is not None:
            text += f" (stretch: {value_said(self.reads, self.stretch)})"
        if self.glide is not None:
            text += f" ({self._glide_said(self.glide)})"
        if self.ratchet is not None:
            text += f" ({self._ratchet_said(self.ratchet)})"
        return text

    def _tested_said(self) -> str:
        if self.window is None:
            return ""
        text = f", each {self.window} tested by itself"
        if self.missed_at_most is not None:
            text += f", of which at most {share(self.missed_at_most)} may miss it"
        return text

    def told(self, position: int, target: str | None = None) -> str:
        """The target with its result, the template of a sentence's part."""
        if self.window is None:
            return super().told(position, target)
        return f"{self.said()}{self._tested_said()}: {{value{position}:percent}} of {self.window}s missed"

    def _glide_said(self, glide: Glide) -> str:
        way = (
            f"in equal steps over {glide.months} months"
            if glide.shape == "linear"
            else f"exponentially, 95 % of the way within {glide.months} months"
        )
        begins, step = (value_said(self.reads, each) for each in (glide.from_, self._step))
        return f"the target begins at {begins} and is approached {way}, each month's rounded to {step}"

    def _ratchet_said(self, ratchet: Ratchet) -> str:
        up, down = (step_said(self.reads, step or 0.0) for step in (ratchet.up_at_most, ratchet.down_at_most))
        text = (
            f"every {ratchet.every} the target follows the median of the last {ratchet.months} monthly results,"
            f" by at most {up} stricter and {down} easier"
        )
        if ratchet.ceiling is not None:
            text += f", never beyond {value_said(self.reads, ratchet.ceiling)}"
        return text


class Reward(Goal):
    """One target and what surpassing it earns."""

    bonus: Bonus
    """What it earns: a lump as soon as the target is met, so much per point above it, or by band."""
    stretch: float | None = optional(unit="the KPI's own")
    """The result from which the bonus is multiplied."""
    stretch_multiple: float | None = optional(unit="multiple of the bonus", ge=1.0)
    """What the bonus is multiplied by from the stretch on."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *Goal.rules,
        on_kpi(("stretch",), value_impossible),
        on_kpi(("bonus",), bands_impossible),
        on_kpi(("bonus", "target"), bonus_against_direction),
        on_kpi(("target", "stretch"), stretch_short_of_target),
        Rule(("stretch_multiple", "stretch"), lambda multiple, at: more_than(multiple, at, "stretch")),
    )

    def surpassed(self, counters: Counters, fees: Array) -> Miss:
        """The target, measured on the counters of a window."""
        value = self.value(counters)
        over = self.surpassed_by(value, self.target)
        points = points_of(self.reads, np.where(over > 0.0, over, 0.0))
        aim, higher = np.asarray(self.target), self.indicator.better == "higher"
        return Miss(value, points, self.met(value), aim, higher, fees, fees, {})

    def owed(self, miss: Miss) -> Array:
        """The bonus for this result."""
        bonus = self.bonus.owed(miss)
        if self.stretch is None or self.stretch_multiple is None:
            return bonus
        far = points_of(self.reads, self.surpassed_by(miss.value, self.stretch)) >= -SLACK
        return np.asarray(np.where(far, bonus * self.stretch_multiple, bonus))

    def terms(self) -> str:
        """The target and what it earns, in words."""
        text = f"{self.said()}, then {self.bonus.wording(self.reads)}"
        if self.stretch is not None:
            times = (
                ""
                if self.stretch_multiple is None
                else f", from there on {self.stretch_multiple:g} times that"
            )
            text += f" (stretch: {value_said(self.reads, self.stretch)}{times})"
        return text
