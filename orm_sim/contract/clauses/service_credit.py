"""ServiceCredit: what the vendor owes for missed targets, up to an amount at risk, with grace and relief."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from orm_sim.contract.clause import Channel, Clause, Window
from orm_sim.contract.credit import Miss, Pooled
from orm_sim.contract.events import EventId, alternatives
from orm_sim.contract.measure import Measure
from orm_sim.contract.period import Array, Flags, LineItem, Memory, Period, line
from orm_sim.contract.reading import format_of, tallied
from orm_sim.contract.reckoning import off, reckon
from orm_sim.contract.wording import listing, share
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Many, Rule
from orm_sim.kpi import ratio

_ZERO = np.asarray(0.0)
_NEVER: Flags = np.asarray(False)
_FORECAST = ("offered", "forecast_offered")
_CARRIED = "; what exceeds that is carried forward, and lapses when the contract ends"


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
    window: Window = "month"
    """The stretch over which targets are measured; the credit is set off when it ends."""
    grace_months: int = required(unit="months", ge=0)
    """Months from the start of the contract that are measured without credit."""
    forecast_band: Annotated[float, Field(ge=0.0)] | None = None
    """No credit for a window in which contacts offered are off the forecast by more than this share of it."""
    excess: Literal["dropped", "carried_forward"] = "dropped"
    """What becomes of credits above the cap: they lapse, or they count in the next window."""

    multiplier: float | None = optional(unit="multiple of the credit", gt=0.0)
    """What the credits of a window are multiplied by before the cap."""
    exclusions: Many[EventId] = ()
    """No credit for a window with one of these events (`force_majeure`, `client_cause`), and no failure either."""
    sole_remedy: bool | None = None
    """Whether the client has no other remedy for what a credit was given for; where not given, nothing is said."""

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
        """The credit, in the period in which a window ends.

        Notes
        -----
        The target of a window is the one in force in its last month. Targets are re-baselined at the end of a
        month for the months after it, in months of grace too.
        """
        if not period.in_force:
            return (), memory
        rebased = self._rebased(period, memory)
        if period.month < self.grace_months:
            return (), Memory(rebased)
        window = self._window(period, memory)
        if not period.ends(self.window):
            return (), Memory({**rebased, **window, "carried": memory.values.get("carried", _ZERO)})
        fees = np.maximum(window.pop("fees"), 0.0)
        at_risk = fees * self.at_risk
        misses = [
            each.miss(window, fees, at_risk, self.pools, target)
            for each, target in zip(self.measures, self._targets(period, memory), strict=True)
        ]
        owed = _added([each.owed(miss) for each, miss in zip(self.measures, misses, strict=True)])
        relieved, excluded = self._relieved(window), self._excluded(window)
        carried = memory.values.get("carried")
        reckoned, credit, missed = reckon(
            owed, misses, relieved | excluded, self.multiplier, carried, at_risk
        )
        parts: dict[str, Array | Flags] = {
            "relieved": relieved,
            "excluded": excluded,
            "reckoned": reckoned,
        }
        if self.excess == "carried_forward":
            before = _ZERO if carried is None else carried
            parts |= {"carried": before, "carries": np.asarray(before > 0.0)}
        item = self._line(period, credit, misses, fees, missed=missed, **parts)
        left = {"carried": reckoned - credit} if self.excess == "carried_forward" else {}
        return (item,), Memory({**rebased, **left})

    def _targets(self, period: Period, memory: Memory) -> list[Array]:
        """The target of each measure in force in this month."""
        return [
            measure.target_in(period.month, memory.values.get(f"target{position}"))
            for position, measure in enumerate(self.measures)
        ]

    def _rebased(self, period: Period, memory: Memory) -> dict[str, Array]:
        """Targets and monthly results to be remembered of measures with a ratchet; a target may move here."""
        kept: dict[str, Array] = {}
        for position, measure in enumerate(self.measures):
            ratchet = measure.ratchet
            if ratchet is None:
                continue
            now = measure.value(period.counters(self.channel, measure.needs))
            reached = [np.where(self._struck(period), np.nan, now)]
            before = (memory.values.get(f"result{position}.{age}") for age in range(1, ratchet.months))
            reached += [each for each in before if each is not None]
            target = memory.values.get(f"target{position}", np.asarray(measure.target))
            if period.ends(ratchet.every) and len(reached) == ratchet.months:
                target = measure.rebased(target, reached)
            kept[f"target{position}"] = target
            kept |= {f"result{position}.{age}": value for age, value in enumerate(reached, start=1)}
        return kept

    def _struck(self, period: Period) -> Flags:
        return np.asarray(sum((period.event(name) for name in self.exclusions), _ZERO) > 0.0)

    def _window(self, period: Period, memory: Memory) -> dict[str, Array]:
        """What the window has counted so far, and the fees it has come to."""
        needed = {name for measure in self.measures for name in measure.needs}
        if self.forecast_band is not None:
            needed.update(_FORECAST)
        alone = self.window == "month"
        window = tallied(period, self.channel, needed, memory.values, alone=alone)
        now = {f"events.{name}": period.event(name) for name in self.exclusions}
        now["fees"] = _added([period.billed[label].amount for label in self.fees])
        if not alone:
            now = {name: np.asarray(value + memory.values.get(name, _ZERO)) for name, value in now.items()}
        return {**window, **now}

    def _relieved(self, window: dict[str, Array]) -> Flags:
        if self.forecast_band is None:
            return _NEVER
        offered, forecast = (window[name] for name in _FORECAST)
        return off(offered, forecast, self.forecast_band)

    def _excluded(self, window: dict[str, Array]) -> Flags:
        if not self.exclusions:
            return _NEVER
        events = (window.pop(f"events.{name}") for name in self.exclusions)
        return np.asarray(sum(events, _ZERO) > 0.0)

    def _line(
        self, period: Period, credit: Array, misses: list[Miss], fees: Array, **reckoning: Array | Flags
    ) -> LineItem:
        values: dict[str, Array] = {}
        for position, miss in enumerate(misses):
            values[f"value{position}"] = miss.value
            values[f"target{position}"] = miss.target
        points = _added([miss.points for miss in misses])
        rate = ratio(credit, fees)
        return line(
            period, self.name, "service_credit", -credit, self._words,
            channel=self.channel, quantity=points, rate=rate, fees=fees, **values, **reckoning,
        )  # fmt: skip

    def _words(self) -> str:
        """The template of the sentence that explains a credit."""
        said: list[str] = []
        for position, measure in enumerate(self.measures):
            moves = measure.glide is not None or measure.ratchet is not None
            target = f"{{target{position}:{format_of(measure.reads)}}}" if moves else None
            said.append(measure.told(position, target))
        of_it = (
            "{carries:when , {carried:money} of it carried from before}" if self.excess != "dropped" else ""
        )
        words = (
            f"{'; '.join(said)}; credits of {{reckoned:money}}{of_it}, at most {share(self.at_risk)} of {{fees:money}}"
            "{relieved:when ; no credit, as contacts offered were off the forecast}"
        )
        if self.exclusions:
            words += f"{{excluded:when ; no credit, owing to {alternatives(self.exclusions)}}}"
        return words

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        text = f"The vendor gives credits for missed targets, measured every {self.window} ({self.channel}): "
        text += "; ".join(measure.terms() for measure in self.measures)
        text += f". Credits of a {self.window} are at most {share(self.at_risk)} of the fees under"
        text += f" {listing(self.fees)}"
        if self.pools:
            parts = (f"'{name}' {share(part)} of that amount" for name, part in self.pools.items())
            text += f"; pools: {', '.join(parts)}"
        text += _CARRIED if self.excess == "carried_forward" else ""
        if self.multiplier is not None:
            text += f". Credits are multiplied by {self.multiplier:g} before they are capped"
        return text + self._limits_said() + "."

    def _limits_said(self) -> str:
        """Where no credit is owed, and what else the client may ask for."""
        text = f". No credit in the first {self.grace_months} months" if self.grace_months else ""
        if self.forecast_band is not None:
            text += (
                f". No credit for a {self.window} in which contacts offered are more than"
                f" {share(self.forecast_band)} off the forecast"
            )
        if self.exclusions:
            text += f". No credit, and no failure, for a {self.window} with {alternatives(self.exclusions)}"
        if self.sole_remedy is not None:
            other = "are the client's sole remedy" if self.sole_remedy else "leave other remedies open"
            text += f". Credits {other} for the misses they are given for"
        return text


def _added(amounts: list[Array]) -> Array:
    """The sum of some arrays, at least one."""
    together = amounts[0]
    for amount in amounts[1:]:
        together = np.asarray(together + amount)
    return together
