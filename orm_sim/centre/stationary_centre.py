"""A centre's file answered in closed form where it is a single pool, and refused in a sentence where it is not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np

from orm_sim.centre.centre_file import AgentGroup, CentreFile, ContactType
from orm_sim.centre.intervals import IntervalAnswer, answer_intervals
from orm_sim.centre.law_terms import Given, LawRegister, Row
from orm_sim.centre.plan import Floats
from orm_sim.centre.skills.rota import per_period
from orm_sim.centre.survival import Survival, scaled, tabulated
from orm_sim.core.errors import InputError, Place, Problem
from orm_sim.core.units import SECONDS_PER_HOUR

_POINT_S: Final = 600.0
_HINT: Final = "Use --engine kernel"


def answer(file: CentreFile) -> dict[str, float]:
    """Expected measures of a single pool: Erlang A or M/M/n+G at the modified offered load, period by period.

    Parameters
    ----------
    file : CentreFile
        A centre of one contact type and one agent group.

    Returns
    -------
    dict of str to float
        Measures by name, split by type, group and period as the engines' are; nan where there is none, such as
        the wait of a queue that only grows.

    Raises
    ------
    InputError
        With a sentence for everything in the file that has no closed form.

    Notes
    -----
    Exact for exponential handle times at constant rates. Other laws of handle time enter by their mean and by the
    load they leave behind; of a day factor only its spread counts.
    """
    pool = pool_of(file)
    counted = _Counted.over(_days(pool), file, pool.kind, pool.group)
    return {name: value if math.isfinite(value) else math.nan for name, value in counted.measures()}


def without_closed_form(file: CentreFile) -> Iterator[str]:
    """A sentence for each feature that the closed form does not know."""
    if len(file.contact_types) > 1 or len(file.agent_groups) > 1:
        yield (
            f"closed forms know one contact type and one agent group; this centre has {len(file.contact_types)} and"
            f" {len(file.agent_groups)}"
        )
    if file.lines is not None:
        yield "limited lines have no closed form here"
    if file.outages:
        yield "an outage is no steady state"
    if file.horizon.at_close == "clear_queue":
        yield "a queue cleared at closing is no steady state"
    for kind in file.contact_types:
        yield from _of_type(kind)
    for group in file.agent_groups:
        yield from _of_group(group)


def _of_type(kind: ContactType) -> Iterator[str]:
    laws = list(kind.handle.values()) if isinstance(kind.handle, dict) else [kind.handle]
    has = {
        "arrivals given one by one": kind.arrivals_s is not None,
        "balking": kind.balk_probability > 0.0,
        "redials": kind.redial is not None and kind.redial.probability > 0.0,
        "returns": kind.returns is not None and kind.returns.probability > 0.0,
        "voicemail": kind.voicemail_after_s is not None,
        "callbacks": kind.callback_after_s is not None,
        "a group reached only after a wait": any(route.after_s > 0.0 for route in kind.routes),
        "values given one by one": isinstance(kind.patience, Given)
        or any(isinstance(x, Given) for x in laws),
    }
    for what, there in has.items():
        if there:
            yield f"contact type '{kind.name}' has {what}, for which there is no closed form"


def _of_group(group: AgentGroup) -> Iterator[str]:
    presence = group.presence if isinstance(group.presence, tuple) else (group.presence,)
    has = {
        "staff that change at any moment": group.changes is not None,
        "random presence": min(presence) < 1.0,
        "contacts broken off when staff leave": group.on_leaving != "finish",
    }
    for what, there in has.items():
        if there:
            yield f"agent group '{group.name}' has {what}, for which there is no closed form"


def _law(row: Row) -> Survival:
    register = LawRegister()
    number = register.number(row)
    return tabulated(register.table(), number)


def _handle(kind: ContactType, group: AgentGroup) -> Survival:
    """Handle time of the type by the group, wrap-up and multiplier in it."""
    law = kind.handle[group.name] if isinstance(kind.handle, dict) else kind.handle
    factor = group.handle_multiplier
    if isinstance(factor, dict):
        factor = factor.get(kind.name, 1.0)
    return scaled(_law(law.row.later(kind.wrap_up_s)), factor)


class Pool(NamedTuple):
    """A single pool as the closed forms see it.

    ``offered``: expected contacts of every day and period, float64[days, P] · ``handle``, ``patience``: laws, or of an
    exponential patience the mean · ``busyness_cv`` of the day factor · ``points`` looked at inside each period.
    """

    file: CentreFile
    kind: ContactType
    group: AgentGroup
    offered: Floats
    handle: Survival
    patience: Survival | float
    busyness_cv: float
    points: int

    def per_day(self, values: float | tuple[float, ...]) -> Floats:
        """One of the group's lists by day and period, float64[days, P]."""
        return per_period(values, self.file.horizon.days, self.file.n_periods)

    def earlier(self, day: int) -> Floats:
        """Contacts of the day before, where it reaches into this one."""
        return self.offered[day - 1] if day and self.file.horizon.never_closes else np.empty(0)

    def answer(self, day: int, agents: Floats) -> IntervalAnswer:
        """Expected figures of a day's periods with so many agents, float64[P]; fractions are shares of time."""
        return answer_intervals(
            self.offered[day], self.handle, self.patience, agents, self.kind.threshold_s,
            interval_s=self.file.period_s, points=self.points, busyness_cv=self.busyness_cv,
            earlier=self.earlier(day),
        )  # fmt: skip


def pool_of(
    file: CentreFile, option: str = "--engine", value: str | None = "erlang", hint: str = _HINT
) -> Pool:
    """The single pool that a file describes; raises as `answer` does, on behalf of an option of the command line."""
    refused = [Problem(Place(option), "", value, rule, hint) for rule in without_closed_form(file)]
    if refused:
        raise InputError(refused)
    kind, group, patience = file.contact_types[0], file.agent_groups[0], file.contact_types[0].patience
    per_hour = per_period(kind.rate_per_hour or 0.0, file.horizon.days, file.n_periods)
    law = _law(patience.row)
    return Pool(
        file, kind, group, per_hour * file.period_s / SECONDS_PER_HOUR, _handle(kind, group),
        law.mean_s if patience.law in ("exponential", "never") else law,
        0.0 if file.busyness is None else 1.0 / math.sqrt(file.busyness.shape),
        max(3, math.ceil(file.period_s / _POINT_S)),
    )  # fmt: skip


def _days(pool: Pool) -> list[tuple[IntervalAnswer, Floats, float]]:
    """Answer, agents and mean handle time of every day; days alike are answered once."""
    agents = pool.per_day(pool.group.agents or 0) * (1.0 - pool.per_day(pool.group.shrinkage))
    known: dict[tuple[bytes, ...], IntervalAnswer] = {}
    found = []
    for day in range(pool.file.horizon.days):
        key = (pool.earlier(day).tobytes(), pool.offered[day].tobytes(), agents[day].tobytes())
        if key not in known:
            known[key] = pool.answer(day, agents[day])
        found.append((known[key], agents[day], pool.handle.mean_s))
    return found


class _Counted:
    """Expected counts by period of the day, summed over days; every measure is a ratio of them."""

    def __init__(self, file: CentreFile, kind: ContactType, group: AgentGroup) -> None:
        self.kind, self.group, n_periods = kind, group, file.n_periods
        self.left_are = "undecided" if file.horizon.never_closes else "cleared"
        self.offered, self.answered, self.within, self.waited = (np.zeros(n_periods) for _ in range(4))
        self.left = np.zeros(n_periods)
        self.wait_s, self.answered_wait_s, self.busy_s, self.staffed_s = (
            np.zeros(n_periods) for _ in range(4)
        )

    @classmethod
    def over(
        cls,
        days: list[tuple[IntervalAnswer, Floats, float]],
        file: CentreFile,
        kind: ContactType,
        group: AgentGroup,
    ) -> _Counted:
        """Days summed up."""
        total = cls(file, kind, group)
        for found, agents, handle_s in days:
            some = found.offered > 0.0
            patient = found.offered * (1.0 - found.abandonment_rate)
            served = agents.any()  # who would wait for ever and meets nobody all day is left at its end
            answered = patient if served else np.zeros_like(patient)
            total.left += patient - answered
            total.offered += found.offered
            total.answered += answered
            total.within += found.offered * found.service_level
            total.waited += found.offered * found.wait_probability
            total.wait_s += np.where(some, found.offered * found.mean_wait_s, 0.0)
            total.answered_wait_s += np.where(answered > 0.0, answered * found.asa_s, 0.0)
            total.busy_s += answered * handle_s
            total.staffed_s += np.maximum(agents * file.period_s, answered * handle_s)
        return total

    def measures(self) -> Iterator[tuple[str, float]]:
        """Every measure with every split."""
        kind, group, all_day = self.kind.name, self.group.name, slice(None)
        yield from self._contacts(all_day, "")
        yield from self._time(all_day, "")
        yield from self._contacts(all_day, f"[type={kind}]")
        yield f"cost_busy[type={kind}]", dict(self._time(all_day, ""))["cost_busy"]
        tags = {"group": group, "vendor": self.group.vendor, "site": self.group.site}
        for split in [f"[{tag}={name}]" for tag, name in tags.items() if name is not None]:
            yield from self._answers(all_day, split)
            yield from self._time(all_day, split)
        for period in range(self.offered.size):
            here, name = slice(period, period + 1), f"period={period}"
            yield from self._contacts(here, f"[{name}]")
            yield from self._time(here, f"[{name}]")
            yield from self._contacts(here, f"[type={kind},{name}]")
            yield from self._answers(here, f"[group={group},{name}]")
            yield from self._time(here, f"[group={group},{name}]")

    def _answers(self, here: slice, split: str) -> Iterator[tuple[str, float]]:
        found = dict(self._contacts(here, ""))
        for name in ("answered", "answered_within", "asa_s", "aht_s"):
            yield name + split, found[name]

    def _contacts(self, here: slice, split: str) -> Iterator[tuple[str, float]]:
        offered, answered = float(self.offered[here].sum()), float(self.answered[here].sum())
        left = float(self.left[here].sum())
        abandoned = offered - answered - left
        values: Mapping[str, float] = {
            "arrived": offered, "offered": offered, "answered": answered,
            "answered_within": float(self.within[here].sum()), "abandoned": abandoned,
            "balked": 0.0, "blocked": 0.0, "cleared": 0.0, "voicemail": 0.0, "undecided": 0.0, "redials": 0.0,
            "service_level": self._ratio(self.within, self.offered, here),
            "abandonment_rate": abandoned / offered if offered > 0.0 else math.nan,
            "delay_probability": self._ratio(self.waited, self.offered, here),
            "asa_s": self._ratio(self.answered_wait_s, self.answered, here),
            "mean_wait_s": self._ratio(self.wait_s, self.offered, here),
            "sum_wait_s": float(self.wait_s[here].sum()),
            "aht_s": self._ratio(self.busy_s, self.answered, here),
        }  # fmt: skip
        values = {**values, self.left_are: left}
        for name, value in values.items():
            yield name + split, value

    def _time(self, here: slice, split: str) -> Iterator[tuple[str, float]]:
        busy, staffed = float(self.busy_s[here].sum()), float(self.staffed_s[here].sum())
        cost = self.group.cost_per_hour / SECONDS_PER_HOUR
        yield f"occupancy{split}", self._ratio(self.busy_s, self.staffed_s, here)
        yield f"cost_busy{split}", busy * cost
        yield f"cost_idle{split}", (staffed - busy) * cost

    @staticmethod
    def _ratio(top: Floats, bottom: Floats, here: slice) -> float:
        below = float(bottom[here].sum())
        return float(top[here].sum()) / below if below > 0.0 else math.nan
