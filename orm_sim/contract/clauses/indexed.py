"""Indexed: money amounts that follow price indices, wages or rates of exchange, at each review and within limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from orm_sim.contract.clause import Clause, settle_all
from orm_sim.contract.period import Array, LineItem, Memory, Period
from orm_sim.contract.wording import months_long, plain, share
from orm_sim.core.evidence import optional
from orm_sim.core.terms import Many, Rule

if TYPE_CHECKING:
    from orm_sim.contract.clauses import AnyClause

INDEX = "index"
"""The channel under which a period's meters carry price indices: ("index", name)."""

_ONE = np.asarray(1.0)
_ZERO = np.asarray(0.0)


def _basket(value: Any) -> Any:
    return {value: 1.0} if isinstance(value, str) else value


def _weights_do_not_sum(index: dict[str, float]) -> str | None:
    weight = sum(index.values()) if index else 1.0
    return (
        None
        if abs(weight - 1.0) <= 1e-9
        else f"the weights of the indices sum to {share(weight)}, not to 100 %"
    )


def _cap_under_floor(cap: float | None, floor: float | None) -> str | None:
    if cap is not None and floor is not None and cap < floor:
        return f"caps the yearly change at {share(cap)}, under its floor of {share(floor)}"
    return None


def _nothing_to_carry(excess: str, cap: float | None, floor: float | None) -> str | None:
    if excess == "carried" and cap is None and floor is None:
        return "carries what exceeds a limit, but has neither `cap_per_year` nor `floor_per_year`"
    return None


def _nothing_followed(index: dict[str, float], plus: float | None, share: float | None) -> str | None:
    if not index and plus is None:
        return "follows nothing: give an `index`, or a fixed change (`plus`)"
    return "follows a share of no index: give `index`" if not index and share is not None else None


def _levels_are_not_changes(against: str, *limits: object) -> str | None:
    """`limits`: plus, cap_per_year, floor_per_year, lag_months."""
    if against == "base" and any(each is not None for each in limits):
        return (
            "compares levels with those agreed, so nothing adds up from review to review: `plus`, `cap_per_year`,"
            " `floor_per_year` and `lag_months` belong to changes since the last review"
        )
    return None


def _limits_of_a_year(every: int | None, cap: float | None, floor: float | None) -> str | None:
    if every not in (None, 12) and (cap is not None or floor is not None):
        return f"limits the change of a year, but is reviewed every {months_long(every or 12)}"
    return None


def _base_of_another(base: dict[str, float] | None, index: dict[str, float]) -> str | None:
    if base is None or base.keys() == index.keys():
        return None
    return f"gives base levels of {', '.join(base)}, but follows {', '.join(index)}"


class Indexed(Clause):
    """Every money amount of the clauses inside follows an index, reviewed at each anniversary or more often."""

    clause: Literal["indexed"] = "indexed"
    """Indexation."""
    index: Annotated[
        dict[str, Annotated[float, Field(gt=0.0)]],
        BeforeValidator(_basket, json_schema_input_type=str | dict[str, float]),
    ] = Field(default_factory=dict)
    """The name of a price index, or several names with their weights; may be left out where amounts only change by
    `plus`."""
    every_months: int | None = optional(unit="months", ge=1)
    """How often amounts are reviewed; where not given, every 12 months."""
    against: Literal["last_review", "base"] = "last_review"
    """What the index is compared with: its level at the last review, changes adding up, or always the level agreed at
    the start (a rate of exchange)."""
    share: float | None = optional(unit="share", gt=0.0, le=1.0)
    """The share of the index's change that amounts follow, as the share of wages in the price; where not given, all."""
    dead_band: float | None = optional(unit="share", gt=0.0)
    """A change of the index that counts for nothing, either way: only what exceeds it does."""
    plus: float | None = optional(unit="share", gt=-1.0)
    """What is added to the change at each review: -0.03 is the productivity that the vendor passes on."""
    cap_per_year: Annotated[float, Field(ge=0.0)] | None = None
    """The most that amounts rise at one anniversary."""
    floor_per_year: float | None = None
    """The least they change at one anniversary: 0 means that they never fall."""
    lag_months: int | None = optional(unit="months", ge=1, le=12)
    """How many months before the anniversary the index is read (when it is published late); where
    not given, that of its month."""
    base: dict[str, Annotated[float, Field(gt=0.0)]] | None = None
    """The levels of the indices that the prices were agreed at; where not given, those of the first month."""
    excess: Literal["lost", "carried"] = "lost"
    """What becomes of a change beyond cap or floor: it is lost, or added to the change at the next anniversary."""
    of: Many[AnyClause]
    """The clauses whose amounts follow."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("index",), _weights_do_not_sum),
        Rule(("cap_per_year", "floor_per_year"), _cap_under_floor),
        Rule(("excess", "cap_per_year", "floor_per_year"), _nothing_to_carry),
        Rule(("base", "index"), _base_of_another),
        Rule(("index", "plus", "share"), _nothing_followed),
        Rule(("against", "plus", "cap_per_year", "floor_per_year", "lag_months"), _levels_are_not_changes),
        Rule(("every_months", "cap_per_year", "floor_per_year"), _limits_of_a_year),
    )

    def called(self) -> str:
        """What the clause is called when its label is not given."""
        return "indexation of " + ", ".join(clause.name for clause in self.of)

    def due(self, period: Period, memory: Memory) -> tuple[tuple[LineItem, ...], Memory]:
        """The clauses inside, their amounts multiplied by the factor reached so far.

        Notes
        -----
        The memory keeps the factor, the levels at the last review ("index.wages"), with a lag the levels of the
        last months ("past1.wages" is last month's), and the change that is carried.
        """
        values = dict(memory.values) or {"factor": _ONE, **self._first(period)}
        due = period.month > 0 and period.month % (self.every_months or 12) == 0 and bool(memory.values)
        if self.against == "base" and period.in_force and (due or not memory.values):
            values["factor"] = 1.0 + self._moved(values, self._levels(period))
        elif due and period.in_force:
            values = self._reviewed(period, values)
        items, after = settle_all(self.of, period, memory, scale=values["factor"])
        return items, Memory({**values, **self._past(period, values)}, after.inner)

    def _levels(self, period: Period) -> dict[str, Array]:
        return {f"index.{name}": period.meter(INDEX, name) for name in self.index}

    def _first(self, period: Period) -> dict[str, Array]:
        if self.base is None:
            return self._levels(period)
        return {f"index.{name}": np.asarray(level) for name, level in self.base.items()}

    def _reviewed(self, period: Period, before: Mapping[str, Array]) -> dict[str, Array]:
        now = self._levels(period)
        if self.lag_months:
            levels = {name: f"past{self.lag_months}.{name}" for name in self.index}
            now = {
                f"index.{name}": before.get(past, before[f"index.{name}"]) for name, past in levels.items()
            }
        wanted = self._moved(before, now) + (self.plus or 0.0) + before.get("carried", _ZERO)
        low = -np.inf if self.floor_per_year is None else self.floor_per_year
        high = np.inf if self.cap_per_year is None else self.cap_per_year
        change = np.asarray(np.minimum(np.maximum(wanted, low), high))
        carried = {"carried": wanted - change} if self.excess == "carried" else {}
        past = {name: level for name, level in before.items() if name.startswith("past")}
        return {"factor": before["factor"] * (1.0 + change), **now, **carried, **past}

    def _moved(self, before: Mapping[str, Array], now: Mapping[str, Array]) -> Array:
        """What the change of the index moves amounts by."""
        change = self._change(before, now)
        if self.dead_band is not None:
            change = np.sign(change) * np.maximum(np.abs(change) - self.dead_band, 0.0)
        return change if self.share is None else np.asarray(change * self.share)

    def _change(self, before: Mapping[str, Array], now: Mapping[str, Array]) -> Array:
        change = np.asarray(0.0)
        for name, weight in self.index.items():
            change = change + weight * (now[f"index.{name}"] / before[f"index.{name}"] - 1.0)
        return change

    def _past(self, period: Period, values: Mapping[str, Array]) -> dict[str, Array]:
        """The levels of the last months, one month older than before; the oldest leaves."""
        past: dict[str, Array] = {}
        for name in self.index if self.lag_months else ():
            past[f"past1.{name}"] = period.meter(INDEX, name)
            for age in range(1, self.lag_months or 0):
                if f"past{age}.{name}" in values:
                    past[f"past{age + 1}.{name}"] = values[f"past{age}.{name}"]
        return past

    @property
    def _when(self) -> str:
        every = self.every_months or 12
        return (
            "At each anniversary" if every == 12 else "Every month" if every == 1 else f"Every {every} months"
        )

    def _how(self, basket: str) -> str:
        """What amounts change by at a review."""
        if not self.index:
            return f"by {share(self.plus or 0.0)}"
        part = "" if self.share is None else f"{share(self.share)} of the change of "
        if self.against == "base":
            return f"by {part or 'as much as '}the index {basket} against the level agreed"
        return f"with {part}the index {basket}"

    def wording(self) -> str:
        """The clause as a sentence of the term sheet."""
        basket = " and ".join(
            f"'{name}'" if weight == 1.0 else f"{share(weight)} '{name}'"
            for name, weight in self.index.items()
        )
        text = f"{self._when} the amounts below change {self._how(basket)}"
        if self.dead_band is not None:
            text += f", of which the first {share(self.dead_band)} either way counts for nothing"
        if self.plus is not None and self.index:
            text += f", and by {share(self.plus)} besides"
        if self.cap_per_year is not None:
            text += f", by at most {share(self.cap_per_year)} a year"
        if self.floor_per_year is not None:
            text += (
                f", by no less than {share(self.floor_per_year)}"
                if self.floor_per_year
                else ", and never fall"
            )
        if self.excess == "carried":
            text += "; what exceeds that is added to the change at the next anniversary"
        if self.lag_months:
            due = "anniversary" if (self.every_months or 12) == 12 else "review"
            text += f". The index is read {months_long(self.lag_months)} before the {due}"
        if self.base is not None:
            levels = ", ".join(f"'{name}' at {plain(level)}" for name, level in self.base.items())
            text += f". Prices were agreed with {levels}"
        return text + "."
