"""ServiceCredit: what the vendor owes for missed targets, up to an amount at risk, with grace and relief."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from orm_sim.contract.clause import Channel, Clause
from orm_sim.contract.credit import Miss, Pooled
from orm_sim.contract.measure import Measure
from orm_sim.contract.period import Array, LineItem, Memory, Period, line
from orm_sim.contract.wording import listing, share
from orm_sim.core.evidence import required
from orm_sim.core.terms import Many, Rule
from orm_sim.kpi import ratio

_ZERO = np.asarray(0.0)
_FORECAST = ("offered", "forecast_offered")


def _weights_do_not_sum(measures: tuple[Measure, ...], pools: dict[str, float]) -> str | None:
    weights: dict[str, float] = dict.fromkeys(pools, 0.0)
    for measure in measures:
        if isinstance(measure.credit, Pooled):
            if measure.credit.pool not in pools:
                return f"there is no pool '{measure.credit.pool}'; `pools` names {', '.join(pools) or 'none'}"
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
    pools: dict[str, Annotated[float, Field(gt=0.0)]] = Field(default_factory=dict)
    """Named parts of the amount at risk; together they may exceed it (a multiplier)."""
    window: Literal["month", "quarter"] = "month"
    """The stretch over which targets are measured; the credit is set off when it ends."""
    grace_months: int = required(unit="months", ge=0)
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
        owed = sum((each.credit.owed(miss) for each, miss in zip(self.measures, misses, strict=True)), _ZERO)
        relieved = self._relieved(window)
        reckoned = np.where(relieved, 0.0, owed) + carried
        credit = np.minimum(reckoned, at_risk)
        item = self._line(period, credit, misses, fees=fees, relieved=relieved, reckoned=reckoned)
        left = {"carried": reckoned - credit} if self.excess == "carried_forward" else {}
        return (item,), Memory(left)

    def _window(self, period: Period, memory: Memory) -> dict[str, Array]:
        """What the window has counted so far, and the fees it has come to."""
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
        band = forecast * (self.forecast_band * (1.0 + 1e-12))
        return np.asarray(np.abs(offered - forecast) > band)

    def _line(self, period: Period, credit: Array, misses: list[Miss], **reckoning: Array) -> LineItem:
        values: dict[str, Array] = {}
        said: list[str] = []
        for position, (measure, miss) in enumerate(zip(self.measures, misses, strict=True)):
            unit = "percent" if measure.indicator.unit == "share" else "number"
            values[f"value{position}"] = miss.value
            said.append(f"{measure.said()}: {{value{position}:{unit}}}")
        words = (
            f"{'; '.join(said)}; credits of {{reckoned:money}}, at most {share(self.at_risk)} of {{fees:money}}"
            "{relieved:when ; no credit, as contacts offered were off the forecast}"
        )
        points = sum((miss.points for miss in misses), _ZERO)
        rate = ratio(credit, reckoning["fees"])
        return line(
            period, self.name, "service_credit", -credit, words,
            channel=self.channel, quantity=points, rate=rate, **values, **reckoning,
        )  # fmt: skip

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        text = f"The vendor gives credits for missed targets, measured every {self.window} ({self.channel}): "
        text += "; ".join(f"{measure.said()}, else {measure.credit.wording()}" for measure in self.measures)
        text += f". Credits of a {self.window} are at most {share(self.at_risk)} of the fees under"
        text += f" {listing(self.fees)}"
        if self.pools:
            parts = (f"'{name}' {share(part)} of that amount" for name, part in self.pools.items())
            text += f"; pools: {', '.join(parts)}"
        text += "; what exceeds that is carried forward" if self.excess == "carried_forward" else ""
        text += f". No credit in the first {self.grace_months} months" if self.grace_months else ""
        if self.forecast_band is not None:
            text += (
                f". No credit for a {self.window} in which contacts offered are more than"
                f" {share(self.forecast_band)} off the forecast"
            )
        return text + "."
