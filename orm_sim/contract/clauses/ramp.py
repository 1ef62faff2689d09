"""Ramp: clauses whose money amounts are multiplied month by month, as long as a start or a step-down lasts."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from orm_sim.contract.clause import Clause, settle_all
from orm_sim.contract.period import LineItem, Memory, Period
from orm_sim.contract.wording import plain
from orm_sim.core.evidence import required
from orm_sim.core.terms import Many, Rule, Term

if TYPE_CHECKING:
    from orm_sim.contract.clauses import AnyClause


class RampStep(Term):
    """One step of a ramp."""

    through_month: Annotated[int, Field(ge=1)] | None = None
    """The last month of the contract, counted from 1, of the step; the last step has none."""
    multiple: float = required(unit="multiple", ge=0.0)
    """What amounts are multiplied by in these months."""


def _steps_out_of_order(steps: tuple[RampStep, ...]) -> str | None:
    if not steps:
        return "needs at least one step"
    ends = [step.through_month for step in steps]
    if None in ends[:-1]:
        return f"step {ends.index(None) + 1} has no `through_month`, so the steps after it are never reached"
    if ends[-1] is not None:
        return f"the last step ends with month {ends[-1]}: leave its `through_month` out, or later months have no price"
    months = [end for end in ends if end is not None]
    for position, (before, after) in enumerate(pairwise(months)):
        if after <= before:
            return f"step {position + 2}, through month {after}, overlaps the step before it, through month {before}"
    return None


class Ramp(Clause):
    """Prices that differ while an operation is built up, or step down as it learns."""

    clause: Literal["ramp"] = "ramp"
    """Amounts multiplied by month."""
    steps: Many[RampStep]
    """The steps, from the first month on."""
    of: Many[AnyClause]
    """The clauses whose amounts are multiplied."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("steps",), _steps_out_of_order),)

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return "ramp of " + ", ".join(clause.name for clause in self.of)

    def multiple(self, month: int) -> float:
        """What amounts of a month, counted from 0, are multiplied by."""
        return next(
            step.multiple for step in self.steps if step.through_month is None or month < step.through_month
        )

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The clauses inside, at the month's multiple."""
        return settle_all(self.of, period, memory, scale=self.multiple(period.month))

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        steps = "; ".join(
            f"{plain(step.multiple)} "
            + ("after that" if step.through_month is None else f"through month {step.through_month}")
            for step in self.steps
        )
        if len(self.steps) == 1:
            steps = f"{plain(self.steps[0].multiple)} in every month"
        return f"The amounts below are multiplied, by month of the contract: {steps}."
