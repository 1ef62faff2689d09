"""Goals: a KPI and the value it is to reach; measures, what missing it costs; rewards, what surpassing it earns."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from orm_sim.contract.credit import SLACK, Banded, Bonus, BonusBands, Credit, Miss
from orm_sim.contract.period import Array, Flags
from orm_sim.contract.progress import Glide, Ratchet
from orm_sim.contract.reading import (
    Denominator,
    denominator_unknown,
    needs_of,
    points_in,
    points_of,
    population_said,
    threshold_missing,
    value_impossible,
    value_of,
    value_said,
)
from orm_sim.core.elementwise import fallen_short, flat
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Rule, Term
from orm_sim.kpi import INDICATORS, Counters, Kpi, KpiId


def _beyond(kpi: str, value: float, target: float) -> bool:
    """Whether a value is better than a target."""
    return value > target if INDICATORS[kpi].better == "higher" else value < target


def _bands_impossible(credit: object, kpi: str) -> str | None:
    if isinstance(credit, Banded):
        return value_impossible(kpi, *(band.worse_than for band in credit.bands))
    if isinstance(credit, BonusBands):
        return value_impossible(kpi, *(band.better_than for band in credit.bands))
    return None


def _bands_against_direction(credit: object, kpi: str, target: float) -> str | None:
    if not isinstance(credit, Banded):
        return None
    edges = [target, *(band.worse_than for band in credit.bands)]
    if INDICATORS[kpi].better == "higher" and any(after > before for before, after in pairwise(edges)):
        return (
            f"'{kpi}' gets worse below its target of {target:g}: every band must lie below the one before it"
        )
    if INDICATORS[kpi].better == "lower" and any(after < before for before, after in pairwise(edges)):
        return (
            f"'{kpi}' gets worse above its target of {target:g}: every band must lie above the one before it"
        )
    return None


def _bonus_against_direction(bonus: object, kpi: str, target: float) -> str | None:
    if isinstance(bonus, BonusBands) and any(_beyond(kpi, target, each.better_than) for each in bonus.bands):
        return f"a band pays for results of '{kpi}' that do not reach the target of {target:g}"
    return None


def _minimum_beyond_target(kpi: str, target: float, minimum: float | None) -> str | None:
    if minimum is not None and not _beyond(kpi, target, minimum):
        return f"the minimum must be worse than the target, which is {target:g}"
    return None


def _stretch_short_of_target(kpi: str, target: float, stretch: float | None) -> str | None:
    if stretch is not None and not _beyond(kpi, stretch, target):
        return f"the stretch must be better than the target, which is {target:g}"
    return None


def _moving_against_direction(
    kpi: str, target: float, glide: Glide | None, ratchet: Ratchet | None
) -> str | None:
    if glide is not None and not _beyond(kpi, target, glide.from_):
        return f"the glide path must begin worse than the target, which is {target:g}, not at {glide.from_:g}"
    if ratchet is not None and ratchet.ceiling is not None and _beyond(kpi, target, ratchet.ceiling):
        return f"the ceiling of {ratchet.ceiling:g} is easier than the target, which is {target:g}"
    return None


def _bands_of_a_moving_target(credit: object, glide: Glide | None, ratchet: Ratchet | None) -> str | None:
    if isinstance(credit, Banded) and (glide is not None or ratchet is not None):
        return "bands lie at fixed results and cannot follow a target that moves: use a credit per point"
    return None


def _money_or_default(credit: object, default_only: bool) -> str | None:
    if credit is None and not default_only:
        return "needs a `credit`, unless a miss costs no money (`default_only: true`)"
    if credit is not None and default_only:
        return "a miss counts as a failure only (`default_only`), yet has a credit: keep one of the two"
    return None


def _more_than(multiple: float | None, value: float | None, name: str) -> str | None:
    if multiple is not None and value is None:
        return f"multiplies beyond the {name}, which is not given"
    return None


class Goal(Term):
    """A KPI and the value it is to reach.

    The statistic is the KPI's own: a mean wait, a share answered in time, or a percentile (`wait_p90_s`) where the
    history delivers one.
    """

    kpi: KpiId
    """The KPI of the dictionary that is measured."""
    target: float = required(unit="the KPI's own")
    """The value that must be reached: at least, or at most where lower is better."""
    within_s: Annotated[float, Field(gt=0.0)] | None = None
    """For service_level: the threshold in seconds."""
    of: Denominator = "offered"
    """For service_level and abandonment_rate: the contacts it is a share of."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("target", "kpi"), lambda target, kpi: value_impossible(kpi, target)),
        Rule(("kpi", "within_s"), threshold_missing),
        Rule(("kpi", "of"), denominator_unknown),
    )

    @property
    def indicator(self) -> Kpi:
        """The KPI as the dictionary defines it."""
        return INDICATORS[self.kpi]

    @property
    def needs(self) -> tuple[str, ...]:
        """The counters it is computed from."""
        return needs_of(self.kpi, self.of)

    def value(self, counters: Counters) -> Array:
        """The KPI on the counters of a window."""
        return value_of(self.kpi, self.of, counters)

    def surpassed_by(self, value: Array, target: Array | float) -> Array:
        """By how much a value is better than a target; negative where it is worse."""
        return np.asarray(value - target if self.indicator.better == "higher" else target - value)

    def met(self, value: Array) -> Flags:
        """Whether a value reaches the target; False where it could not be measured."""
        return points_of(self.kpi, self.surpassed_by(value, self.target)) >= -SLACK

    def said(self, target: str | None = None) -> str:
        """The target in words."""
        kpi = self.indicator
        value = value_said(self.kpi, self.target) if target is None else target
        bound = "at least" if kpi.better == "higher" else "at most"
        return f"{kpi.name} {bound} {value}{population_said(self.kpi, self.of, self.within_s)}"


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

    rules: ClassVar[tuple[Rule, ...]] = (
        *Goal.rules,
        Rule(("minimum", "kpi"), lambda value, kpi: value_impossible(kpi, value)),
        Rule(("stretch", "kpi"), lambda value, kpi: value_impossible(kpi, value)),
        Rule(("glide", "kpi"), lambda glide, kpi: value_impossible(kpi, glide and glide.from_)),
        Rule(("ratchet", "kpi"), lambda ratchet, kpi: value_impossible(kpi, ratchet and ratchet.ceiling)),
        Rule(("credit", "kpi"), _bands_impossible),
        Rule(("credit", "default_only"), _money_or_default),
        Rule(("credit", "kpi", "target"), _bands_against_direction),
        Rule(("credit", "glide", "ratchet"), _bands_of_a_moving_target),
        Rule(("kpi", "target", "minimum"), _minimum_beyond_target),
        Rule(("severe_multiple", "minimum"), lambda multiple, at: _more_than(multiple, at, "minimum")),
        Rule(("kpi", "target", "stretch"), _stretch_short_of_target),
        Rule(("kpi", "target", "glide", "ratchet"), _moving_against_direction),
    )

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
        return np.asarray(np.round(target, 4 if self.indicator.unit == "share" else 2))

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
        aim = np.asarray(self.target) if target is None else target
        higher = self.indicator.better == "higher"
        if flat(value) and aim.ndim == 0:
            points, due = np.empty(value.size), np.empty(value.size, dtype=np.bool_)
            fallen_short(value, float(aim), higher, points_in(self.kpi), SLACK, points, due)
            return Miss(value, points, due, aim, higher, fees, at_risk, pools)
        short = np.asarray(aim - value if higher else value - aim)
        points = points_of(self.kpi, np.fmax(short, 0.0))
        return Miss(value, points, points > SLACK, aim, higher, fees, at_risk, pools)

    def owed(self, miss: Miss) -> Array:
        """The credit for this result."""
        if self.credit is None:
            return np.zeros(np.shape(miss.value))
        credit = self.credit.owed(miss)
        if self.minimum is None or self.severe_multiple is None:
            return credit
        severe = self.surpassed_by(miss.value, self.minimum) < 0.0
        return np.asarray(np.where(severe, credit * self.severe_multiple, credit))

    def terms(self) -> str:
        """The target and what a miss costs, in words."""
        cost = "a miss counts as a failure, at no cost" if self.credit is None else self.credit.wording()
        text = f"{self.said()}, else {cost}"
        if self.minimum is not None:
            times = "" if self.severe_multiple is None else f", {self.severe_multiple:g} times that"
            text += f" (severe beyond {value_said(self.kpi, self.minimum)}{times})"
        if self.stretch is not None:
            text += f" (stretch: {value_said(self.kpi, self.stretch)})"
        if self.glide is not None:
            text += f" ({self._glide_said(self.glide)})"
        if self.ratchet is not None:
            text += f" ({self._ratchet_said(self.ratchet)})"
        return text

    def _glide_said(self, glide: Glide) -> str:
        way = (
            f"in equal steps over {glide.months} months"
            if glide.shape == "linear"
            else f"exponentially, 95 % of the way within {glide.months} months"
        )
        return f"the target begins at {value_said(self.kpi, glide.from_)} and is approached {way}"

    def _ratchet_said(self, ratchet: Ratchet) -> str:
        up, down = (
            f"{float(points_of(self.kpi, np.asarray(step or 0.0))):g} points"
            for step in (ratchet.up_at_most, ratchet.down_at_most)
        )
        text = (
            f"every {ratchet.every} the target follows the median of the last {ratchet.months} monthly results,"
            f" by at most {up} stricter and {down} easier"
        )
        if ratchet.ceiling is not None:
            text += f", never beyond {value_said(self.kpi, ratchet.ceiling)}"
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
        Rule(("stretch", "kpi"), lambda value, kpi: value_impossible(kpi, value)),
        Rule(("bonus", "kpi"), _bands_impossible),
        Rule(("bonus", "kpi", "target"), _bonus_against_direction),
        Rule(("kpi", "target", "stretch"), _stretch_short_of_target),
        Rule(("stretch_multiple", "stretch"), lambda multiple, at: _more_than(multiple, at, "stretch")),
    )

    def surpassed(self, counters: Counters, fees: Array) -> Miss:
        """The target, measured on the counters of a window."""
        value = self.value(counters)
        over = self.surpassed_by(value, self.target)
        points = points_of(self.kpi, np.where(over > 0.0, over, 0.0))
        aim, higher = np.asarray(self.target), self.indicator.better == "higher"
        return Miss(value, points, self.met(value), aim, higher, fees, fees, {})

    def owed(self, miss: Miss) -> Array:
        """The bonus for this result."""
        bonus = self.bonus.owed(miss)
        if self.stretch is None or self.stretch_multiple is None:
            return bonus
        far = points_of(self.kpi, self.surpassed_by(miss.value, self.stretch)) >= -SLACK
        return np.asarray(np.where(far, bonus * self.stretch_multiple, bonus))

    def terms(self) -> str:
        """The target and what it earns, in words."""
        text = f"{self.said()}, then {self.bonus.wording()}"
        if self.stretch is not None:
            times = (
                ""
                if self.stretch_multiple is None
                else f", from there on {self.stretch_multiple:g} times that"
            )
            text += f" (stretch: {value_said(self.kpi, self.stretch)}{times})"
        return text
