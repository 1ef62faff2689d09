"""Holdback: a share of the fees is withheld, and released later, or forfeited where targets are missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from orm_sim.contract.clause import Channel, Clause, settle_all
from orm_sim.contract.measure import Goal
from orm_sim.contract.period import Array, LineItem, Memory, Period, earned, line
from orm_sim.contract.wording import months_long, share
from orm_sim.core.evidence import required
from orm_sim.core.terms import Many, Rule

if TYPE_CHECKING:
    from orm_sim.contract.clauses import AnyClause

_ZERO = np.asarray(0.0)


def _measured_where(channel: str | None, goals: tuple[Goal, ...]) -> str | None:
    if goals and channel is None:
        return "depends on targets (`if`), so needs the `channel` they are measured on"
    return None


class Holdback(Clause):
    """A share of what the clauses inside come to, withheld for some months."""

    clause: Literal["holdback"] = "holdback"
    """A holdback."""
    share: float = required(unit="share", ge=0.0, le=1.0)
    """The share that is withheld."""
    release_after_months: int = required(unit="months", ge=1)
    """How many months later it is released."""
    channel: Channel | None = None
    """The channel on which the targets are measured, where there are any."""
    if_: Many[Goal] = Field((), alias="if")
    """Targets that must all be met over the months it was held, else it is forfeited; where not given, it is released
    in any case."""
    of: Many[AnyClause]
    """The clauses it is withheld from."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("channel", "if_"), _measured_where),)

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return "holdback of " + ", ".join(clause.name for clause in self.of)

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The clauses inside, less what is withheld of them, plus what is released of earlier months.

        Notes
        -----
        The memory keeps what was withheld ("held1" last month) and the counters of the months since. What was held
        goes on being released, or forfeited, after the contract has ended.
        """
        items, after = settle_all(self.of, period, memory)
        months = self.release_after_months
        counted = self._counted(period, memory)
        lines: list[LineItem] = []
        values: dict[str, Array] = {}
        if period.in_force:
            fees = np.maximum(earned(items), 0.0)
            words = f"{share(self.share)} of {{quantity:money}} withheld for {months_long(months)}"
            withheld = line(
                period, self.name, "holdback", -fees * self.share, words,
                channel=self.channel or "", quantity=fees, rate=self.share,
            )  # fmt: skip
            lines.append(withheld)
            values["held1"] = -withheld.amount
        for age in range(1, months):
            if f"held{age}" in memory.values:
                values[f"held{age + 1}"] = memory.values[f"held{age}"]
        if f"held{months}" in memory.values:
            lines.append(self._released(period, memory.values[f"held{months}"], counted))
        recent = {name: value for name, value in counted.items() if int(name.rpartition(".")[2]) < months}
        return (*items, *lines), Memory({**values, **recent}, after.inner)

    def _counted(self, period: Period, memory: Memory) -> dict[str, Array]:
        """The counters of the last months, this one's last in age: "offered.1"."""
        needed = tuple(dict.fromkeys(name for goal in self.if_ for name in goal.needs))
        now = period.counters(self.channel or "", needed)
        counted = {f"{name}.1": value for name, value in now.items()}
        for name in needed:
            for age in range(1, self.release_after_months):
                if f"{name}.{age}" in memory.values:
                    counted[f"{name}.{age + 1}"] = memory.values[f"{name}.{age}"]
        return counted

    def _released(self, period: Period, held: Array, counted: dict[str, Array]) -> LineItem:
        """What is released; a target that could not be measured while it was held is not missed."""
        sums: dict[str, Array] = {}
        for name, value in counted.items():
            meter = name.rpartition(".")[0]
            sums[meter] = sums.get(meter, _ZERO) + value
        values, failed = {}, np.asarray(False)
        said = []
        for position, goal in enumerate(self.if_):
            value = goal.value(sums) if set(goal.needs) <= set(sums) else np.asarray(np.nan)
            failed = failed | ~(goal.met(value) | np.isnan(value))
            values[f"value{position}"] = value
            said.append(f"; {goal.told(position)}")
        words = (
            f"{{quantity:money}} withheld {months_long(self.release_after_months)} ago{''.join(said)}"
            "{failed:when , hence forfeited}"
        )
        return line(
            period, self.name, "holdback_released", np.where(failed, 0.0, held), words,
            channel=self.channel or "", quantity=held, failed=failed, **values,
        )  # fmt: skip

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        months = self.release_after_months
        text = (
            f"{share(self.share)} of what the clauses below come to in a month is withheld and released"
            f" {months} month{'s' if months > 1 else ''} later"
        )
        if self.if_:
            goals = " and ".join(goal.said() for goal in self.if_)
            text += f" where over the months in between ({self.channel}) the vendor reaches {goals}, else forfeited"
        elif self.channel is not None:
            text += f" ({self.channel})"
        return text + "."
