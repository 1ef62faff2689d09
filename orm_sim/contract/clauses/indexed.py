"""Indexed: money amounts that follow price indices once a year, within limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from orm_sim.contract.clause import Clause, settle_all
from orm_sim.contract.period import Array, LineItem, Memory, Period
from orm_sim.contract.wording import share
from orm_sim.core.terms import Many, Rule

if TYPE_CHECKING:
    from orm_sim.contract.clauses import AnyClause

INDEX = "index"
"""The channel under which a period's meters carry price indices: ("index", name)."""

_ONE = np.asarray(1.0)


def _basket(value: Any) -> Any:
    return {value: 1.0} if isinstance(value, str) else value


def _weights_do_not_sum(index: dict[str, float]) -> str | None:
    weight = sum(index.values())
    return (
        None
        if abs(weight - 1.0) <= 1e-9
        else f"the weights of the indices sum to {share(weight)}, not to 100 %"
    )


def _cap_under_floor(cap: float | None, floor: float | None) -> str | None:
    if cap is not None and floor is not None and cap < floor:
        return f"caps the yearly change at {share(cap)}, under its floor of {share(floor)}"
    return None


class Indexed(Clause):
    """Every money amount of the clauses inside follows an index, reviewed at each anniversary."""

    clause: Literal["indexed"] = "indexed"
    """Indexation."""
    index: Annotated[
        dict[str, Annotated[float, Field(gt=0.0)]],
        BeforeValidator(_basket, json_schema_input_type=str | dict[str, float]),
    ]
    """The name of a price index, or several names with their weights."""
    cap_per_year: Annotated[float, Field(ge=0.0)] | None = None
    """The most that amounts rise at one anniversary; what exceeds it is lost."""
    floor_per_year: float | None = None
    """The least they change at one anniversary: 0 means that they never fall."""
    of: Many[AnyClause]
    """The clauses whose amounts follow."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("index",), _weights_do_not_sum),
        Rule(("cap_per_year", "floor_per_year"), _cap_under_floor),
    )

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return "indexation of " + ", ".join(clause.name for clause in self.of)

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The clauses inside, their amounts multiplied by the factor reached so far."""
        values = memory.values or {"factor": _ONE, **self._levels(period)}
        if period.month > 0 and period.month % 12 == 0 and memory.values and period.in_force:
            values = {
                "factor": values["factor"] * (1.0 + self._change(period, values)),
                **self._levels(period),
            }
        items, after = settle_all(self.of, period, memory, scale=values["factor"])
        return items, Memory(values, after.inner)

    def _levels(self, period: Period) -> dict[str, Array]:
        return {f"index.{name}": period.meter(INDEX, name) for name in self.index}

    def _change(self, period: Period, before: Mapping[str, Array]) -> Array:
        now = self._levels(period)
        change = np.asarray(0.0)
        for name, weight in self.index.items():
            change = change + weight * (now[f"index.{name}"] / before[f"index.{name}"] - 1.0)
        low = -np.inf if self.floor_per_year is None else self.floor_per_year
        high = np.inf if self.cap_per_year is None else self.cap_per_year
        return np.asarray(np.minimum(np.maximum(change, low), high))

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        basket = " and ".join(
            f"'{name}'" if weight == 1.0 else f"{share(weight)} '{name}'"
            for name, weight in self.index.items()
        )
        text = f"At each anniversary the amounts below change with the index {basket}"
        if self.cap_per_year is not None:
            text += f", by at most {share(self.cap_per_year)} a year"
        if self.floor_per_year is not None:
            text += (
                f", by no less than {share(self.floor_per_year)}"
                if self.floor_per_year
                else ", and never fall"
            )
        return text + "."
