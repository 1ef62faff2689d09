"""Bonus: what the client pays for targets that are surpassed, up to a share of the fees."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from orm_sim.contract.clause import Channel, Clause, Window
from orm_sim.contract.credit import Miss
from orm_sim.contract.measure import Reward
from orm_sim.contract.period import Array, Flags, LineItem, Memory, Period, line
from orm_sim.contract.reading import tallied
from orm_sim.contract.wording import listing, share
from orm_sim.core.evidence import required
from orm_sim.core.terms import Many, Rule
from orm_sim.kpi import ratio

_ZERO = np.asarray(0.0)


class Bonus(Clause):
    """Bonuses for targets that are surpassed."""

    clause: Literal["bonus"] = "bonus"
    """A bonus."""
    channel: Channel
    """The channel that is measured."""
    fees: Many[str]
    """The labels of the clauses whose amounts are the fees."""
    at_most: float = required(unit="share", ge=0.0)
    """The share of those fees that bonuses may reach in a window: the cap."""
    measures: Many[Reward]
    """The targets, each with its bonus; bonuses of a window add up."""
    window: Window = "month"
    """The stretch over which targets are measured; the bonus is owed when it ends."""
    not_with_credit: str | None = None
    """The label of a service credit: no bonus for a window in which the vendor owes one."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("measures",), lambda measures: None if measures else "needs at least one target"),
        Rule(("fees",), lambda fees: None if fees else "needs the label of at least one clause"),
    )

    @property
    def cites(self) -> tuple[tuple[str, str], ...]:
        """The labels of other clauses it speaks of, each with the field that does."""
        credit = () if self.not_with_credit is None else (("not_with_credit", self.not_with_credit),)
        return (*(("fees", label) for label in self.fees), *credit)

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return f"{self.channel} bonus"

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The bonus, in the period in which a window ends."""
        if not period.in_force:
            return (), memory
        window = self._window(period, memory)
        if not period.ends(self.window):
            return (), Memory(window)
        fees = np.maximum(window["fees"], 0.0)
        cap = fees * self.at_most
        results = [each.surpassed(window, fees) for each in self.measures]
        reckoned = sum((each.owed(it) for each, it in zip(self.measures, results, strict=True)), _ZERO)
        barred = window["credit"] < 0.0
        bonus = np.where(barred, 0.0, np.minimum(reckoned, cap))
        return (self._line(period, bonus, results, fees, barred=barred, reckoned=reckoned),), Memory()

    def _window(self, period: Period, memory: Memory) -> dict[str, Array]:
        """What the window has counted so far, the fees it has come to, and the credits that bar a bonus."""
        alone = self.window == "month"
        needed = {name for each in self.measures for name in each.needs}
        window = tallied(period, self.channel, needed, memory.values, alone=alone)
        now = {"fees": sum((period.billed[label].amount for label in self.fees), _ZERO), "credit": _ZERO}
        if self.not_with_credit is not None:
            now["credit"] = period.billed[self.not_with_credit].amount
        if not alone:
            now = {name: np.asarray(value + memory.values.get(name, _ZERO)) for name, value in now.items()}
        return {**window, **now}

    def _line(
        self, period: Period, bonus: Array, results: list[Miss], fees: Array, **reckoning: Array | Flags
    ) -> LineItem:
        values = {f"value{position}": result.value for position, result in enumerate(results)}
        said = "; ".join(each.told(position) for position, each in enumerate(self.measures))
        words = (
            f"{said}; bonuses of {{reckoned:money}}, at most {share(self.at_most)} of {{fees:money}}"
            "{barred:when ; no bonus, as a credit is owed}"
        )
        points = sum((result.points for result in results), _ZERO)
        rate = ratio(bonus, fees)
        return line(
            period, self.name, "bonus", bonus, words,
            channel=self.channel, quantity=points, rate=rate, fees=fees, **values, **reckoning,
        )  # fmt: skip

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        text = f"The client pays bonuses for targets that are met or surpassed, measured every {self.window}"
        text += f" ({self.channel}): " + "; ".join(each.terms() for each in self.measures)
        text += f". Bonuses of a {self.window} are at most {share(self.at_most)} of the fees under"
        text += f" {listing(self.fees)}."
        if self.not_with_credit is not None:
            text += f" No bonus for a {self.window} in which a credit is owed under '{self.not_with_credit}'."
        return text
