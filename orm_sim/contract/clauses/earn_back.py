"""EarnBack: credits that were taken are given back when higher targets are met soon enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from orm_sim.contract.clause import Channel, Clause, Window, settle_all, walk
from orm_sim.contract.clauses.service_credit import ServiceCredit
from orm_sim.contract.measure import Goal
from orm_sim.contract.period import MONTHS, Array, Flags, LineItem, Memory, Period, line, total
from orm_sim.contract.reading import tallied
from orm_sim.contract.wording import share
from orm_sim.core.evidence import optional, required
from orm_sim.core.terms import Many, Rule

if TYPE_CHECKING:
    from orm_sim.contract.clauses import AnyClause

_ZERO = np.asarray(0.0)


def _window_too_long(within_months: int, window: Window) -> str | None:
    if within_months < MONTHS[window]:
        return f"gives back credits of months before the {window} measured, so needs at least {MONTHS[window]} months"
    return None


class EarnBack(Clause):
    """The credits taken under the clauses inside, given back where all its targets are met in a later window."""

    clause: Literal["earn_back"] = "earn_back"
    """An earn-back."""
    channel: Channel
    """The channel that is measured."""
    measures: Many[Goal] = ()
    """The targets, all to be met; where not given, the stretch of each measure inside that has one."""
    within_months: int = required(unit="months", ge=1)
    """Credits taken no more than so many months ago are given back."""
    share: float | None = optional(unit="share", gt=0.0, le=1.0)
    """The share of them that is given back, the rest being lost; where not given, all."""
    window: Window = "month"
    """The stretch over which the targets are measured; credits of that stretch itself wait for a later one."""
    of: Many[AnyClause]
    """The clauses whose service credits can be earned back."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("within_months", "window"), _window_too_long),)

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The targets, of its own or from the stretches inside; none where there are neither."""
        if self.measures:
            return self.measures
        return tuple(
            Goal(
                kpi=each.kpi,
                statistic=each.statistic,
                at=each.at,
                above_s=each.above_s,
                target=each.stretch,
                within_s=each.within_s,
                of=each.of,
            )
            for _, clause in walk(self.of)
            if isinstance(clause, ServiceCredit) and clause.channel == self.channel
            for each in clause.measures
            if each.stretch is not None
        )

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return f"{self.channel} earn-back"

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The clauses inside, and in the period in which a window ends what is given back of earlier credits.

        Notes
        -----
        The memory keeps the credits that can still be earned back: "taken1" was taken last month. What has been
        given back is struck out, so that no more is ever given back than was taken.
        """
        items, after = settle_all(self.of, period, memory)
        if not period.in_force:
            return items, Memory(memory.values, after.inner)
        taken = -total(item for item in items if item.kind == "service_credit")
        ages = range(1, self.within_months + 1)
        ring = {0: taken, **{age: memory.values.get(f"taken{age}", _ZERO) for age in ages}}
        needed = {name for goal in self.goals for name in goal.needs}
        counted = tallied(period, self.channel, needed, memory.values, alone=self.window == "month")
        if not period.ends(self.window):
            return items, Memory({**counted, **_aged(ring, self.within_months)}, after.inner)
        eligible = range(period.month % MONTHS[self.window] + 1, self.within_months + 1)
        pool = sum((ring[age] for age in eligible), _ZERO)
        values = [goal.value(counted) for goal in self.goals]
        met = np.all(
            np.broadcast_arrays(*(goal.met(value) for goal, value in zip(self.goals, values, strict=True))),
            axis=0,
        )
        ring |= {age: np.where(met, 0.0, ring[age]) for age in eligible}
        item = self._line(period, np.where(met, pool, 0.0), values, pool, met)
        return (*items, item), Memory(_aged(ring, self.within_months), after.inner)

    def _line(self, period: Period, back: Array, values: list[Array], pool: Array, met: Flags) -> LineItem:
        said = "; ".join(goal.told(position) for position, goal in enumerate(self.goals))
        part = 1.0 if self.share is None else self.share
        words = (
            f"{said}; {share(part)} given back of credits of {{quantity:money}} that were to be earned back"
        )
        words += "{missed_again:when , which they still are}"
        parts = {f"value{position}": value for position, value in enumerate(values)}
        return line(
            period, self.name, "earn_back", back * part, words,
            channel=self.channel, quantity=pool, rate=part, missed_again=~met, **parts,
        )  # fmt: skip

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        goals = " and ".join(goal.said() for goal in self.goals)
        part = "" if self.share is None else f"{share(self.share)} of "
        text = f"The vendor earns back {part}the credits below that were taken in the {self.within_months} months"
        text += f" before, when in a {self.window} ({self.channel}) it reaches {goals}"
        text += "" if self.measures else " (the stretch of the targets below)"
        if self.window != "month":
            text += f"; credits of that {self.window} itself wait for a later one"
        return text + ("." if self.share is None else "; the rest is lost.")


def _aged(ring: dict[int, Array], last: int) -> dict[str, Array]:
    """The credits of each month, one month older; those too old are gone."""
    return {f"taken{age + 1}": ring[age] for age in range(last)}
