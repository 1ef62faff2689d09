"""ServiceCredit: what the vendor owes for missed targets, up to an amount at risk, with grace and relief."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from orm_sim.contract.clause import Channel, Clause
from orm_sim.contract.credit import Banded, Credit, Miss, Pooled
from orm_sim.contract.period import Array, LineItem, Memory, Period, line
from orm_sim.contract.wording import listing, number, share
from orm_sim.core.evidence import required
from orm_sim.core.terms import Many, Rule, Term
from orm_sim.kpi import KPIS, Kpi, KpiId, ratio

_ZERO = np.asarray(0.0)
_FORECAST = ("offered", "forecast_offered")


def _threshold_missing(kpi: str, within_s: float | None) -> str | None:
    if kpi == "service_level" and within_s is None:
        return "a service level needs its threshold: answered within how many seconds (`within_s`)?"
    if kpi != "service_level" and within_s is not None:
        return f"`within_s` belongs to service_level; '{kpi}' has no threshold"
    return None


def _bands_against_direction(credit: Credit, kpi: str, target: float) -> str | None:
    if not isinstance(credit, Banded):
        return None
    edges = [target, *(band.worse_than for band in credit.bands)]
    sign = 1.0 if KPIS[kpi].better == "lower" else -1.0
    if any(sign * after < sign * before for before, after in pairwise(edges)):
        way = "below" if sign < 0.0 else "above"
        return (
            f"'{kpi}' gets worse {way} its target of {target:g}: every band must lie {way} the one before it"
        )
    return None


class Measure(Term):
    """One target and what missing it costs."""

    kpi: KpiId
    """The KPI of the dictionary that is measured."""
    target: float = required(unit="the KPI's own")
    """The value that must be reached: at least, or at most where lower is better."""
    within_s: Annotated[float, Field(gt=0.0)] | None = None
    """For service_level: the threshold in seconds."""
    credit: Credit
    """What a miss costs."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("kpi", "within_s"), _threshold_missing),
        Rule(("credit", "kpi", "target"), _bands_against_direction),
    )

    @property
    def indicator(self) -> Kpi:
        """The KPI as the dictionary defines it."""
        return KPIS[self.kpi]

    def miss(self, counters: dict[str, Array], fees: Array, at_risk: Array, pools: dict[str, float]) -> Miss:
        """The target, measured on the counters of a window."""
        kpi = self.indicator
        value = kpi.value(counters)
        short = self.target - value if kpi.better == "higher" else value - self.target
        points = np.maximum(np.where(np.isnan(short), 0.0, short), 0.0) * (
            100.0 if kpi.unit == "share" else 1.0
        )
        return Miss(value, points, kpi.better == "higher", fees, at_risk, pools)

    def said(self) -> str:
        """The target in words."""
        kpi = self.indicator
        value = share(self.target) if kpi.unit == "share" else f"{number(self.target)} {kpi.unit}"
        bound = "at least" if kpi.better == "higher" else "at most"
        within = (
            ""
            if self.within_s is None
            else f" of {kpi.denominator.split(':')[0]} answered in {number(self.within_s)} s"
        )
        return f"{kpi.name} {bound} {value}{within}"


def _weights_do_not_sum(measures: tuple[Measure, ...], pools: dict[str, float]) -> str | None:
    weights: dict[str, float] = dict.fromkeys(pools, 0.0)
    for measure in measures:
        if isinstance(measure.credit, Pooled):
            if measure.credit.pool not in pools:
                return (
                    f"there is no pool '{measure.credit.pool}'; the clause names {', '.join(pools) or 'none'}"
                )
            weights[measure.credit.pool] += measure.credit.weight
    for pool, weight in weights.items():
        if abs(weight - 1.0) > 1e-9:
            return f"the weights in the pool '{pool}' sum to {share(weight)}, not to 100 %"
    return None


class ServiceCredit(Clause):
    """Credits for missed targets."""

    clause: Literal["service_credit"] = "service_credit"
    """A service credit."""
    channel: Channel
    """The channel that is measured."""
    fees: Many[str]
    """The labels of the clauses whose amounts are the fees."""
    at_risk: float = required(unit="share", ge=0.0, le=1.0)
    """The share of those fees that credits may reach in a window: the cap."""
    measures: Many[Measure]
    """The targets, each with its credit; credits of a window add up."""
    pools: dict[str, Annotated[float, Field(gt=0.0)]] = {}
    """Named parts of the amount at risk; together they may exceed it (a multiplier)."""
    window: Literal["month", "quarter"] = "month"
    """The stretch over which targets are measured; the credit is set off when it ends."""
    grace_months: Annotated[int, Field(ge=0)]
    """Months from the start of the contract that are measured without credit."""
    forecast_band: Annotated[float, Field(ge=0.0)] | None = None
    """No credit for a window in which contacts offered are off the forecast by more than this share of it."""
    excess: Literal["dropped", "carried_forward"] = "dropped"
    """What becomes of credits above the cap: they lapse, or they count in the next window."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("measures",), lambda measures: None if measures else "needs at least one target"),
        Rule(("fees",), lambda fees: None if fees else "needs the label of at least one clause"),
        Rule(("measures", "pools"), _weights_do_not_sum),
    )

    @property
    def cites(self) -> tuple[tuple[str, str], ...]:
        """The labels of other clauses it speaks of, each with the field that does."""
        return tuple(("fees", label) for label in self.fees)

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return f"{self.channel} service credit"

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The credit, in the period in which a window ends."""
        if not period.in_force or period.month < self.grace_months:
            return (), memory
        window = self._window(period, memory)
        carried = memory.values.get("carried", _ZERO)
        if not period.ends(self.window):
            return (), Memory({**window, "carried": carried})
        fees = np.maximum(window.pop("fees"), 0.0)
        at_risk = fees * self.at_risk
        misses = [measure.miss(window, fees, at_risk, self.pools) for measure in self.measures]
        credits = [measure.credit.owed(miss) for measure, miss in zip(self.measures, misses, strict=True)]
        relieved = self._relieved(window)
        reckoned = np.where(relieved, 0.0, sum(credits, _ZERO)) + carried
        credit = np.minimum(reckoned, at_risk)
        item = self._line(period, credit, at_risk, fees, relieved, reckoned, misses)
        left = {"carried": reckoned - credit} if self.excess == "carried_forward" else {}
        return (item,), Memory(left)

    def _window(self, period: Period, memory: Memory) -> dict[str, Array]:
        needed = {name for measure in self.measures for name in measure.indicator.needs}
        if self.forecast_band is not None:
            needed.update(_FORECAST)
        now = period.counters(self.channel, needed)
        now["fees"] = sum((period.billed[label].amount for label in self.fees), _ZERO)
        if self.window == "month":
            return now
        return {name: np.asarray(value + memory.values.get(name, _ZERO)) for name, value in now.items()}

    def _relieved(self, window: dict[str, Array]) -> Array:
        if self.forecast_band is None:
            return np.asarray(False)
        offered, forecast = (window[name] for name in _FORECAST)
        return np.asarray(np.abs(offered - forecast) > self.forecast_band * forecast * (1.0 + 1e-12))

    def _line(
        self,
        period: Period,
        credit: Array,
        at_risk: Array,
        fees: Array,
        relieved: Array,
        reckoned: Array,
        misses: list[Miss],
    ) -> LineItem:
        parts: dict[str, Array] = {}
        said: list[str] = []
        for position, (measure, miss) in enumerate(zip(self.measures, misses, strict=True)):
            unit = "share" if measure.indicator.unit == "share" else "number"
            parts[f"value{position}"] = np.asarray(miss.value)
            said.append(f"{measure.indicator.name} {{value{position}:{unit}}} ({measure.said()})")
        words = "; ".join(said) + "; credits of {reckoned:money}, at most {at_risk:money} at risk"
        return line(
            period,
            self.name,
            "service_credit",
            -credit,
            words,
            channel=self.channel,
            quantity=sum((miss.points for miss in misses), _ZERO),
            rate=ratio(credit, fees),
            at_risk=at_risk,
            reckoned=reckoned,
            relieved=relieved,
            **parts,
        )

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        text = f"The vendor gives credits for missed targets, measured every {self.window} ({self.channel}): "
        text += "; ".join(f"{measure.said()}, else {measure.credit.wording()}" for measure in self.measures)
        text += f". Credits of a {self.window} are at most {share(self.at_risk)} of the fees under {listing(self.fees)}"
        if self.pools:
            text += "; pools: " + ", ".join(
                f"'{name}' {share(part)} of that amount" for name, part in self.pools.items()
            )
        text += "; what exceeds the cap is carried forward" if self.excess == "carried_forward" else ""
        text += f". No credit in the first {self.grace_months} months" if self.grace_months else ""
        if self.forecast_band is not None:
            text += (
                f". No credit for a {self.window} in which contacts offered deviate by more than"
                f" {share(self.forecast_band)} from the forecast"
            )
        return text + "."
