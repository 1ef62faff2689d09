"""What the days of a centre are made of, in arrays that one record of addresses tells compiled code of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from orm_sim.centre.centre_file import AgentGroup, CentreFile, ContactType
from orm_sim.centre.law_terms import Given
from orm_sim.centre.skills.layout import work_laws
from orm_sim.centre.skills.plan import Floats, Layout
from orm_sim.centre.skills.rota import ANY_DAY, per_period
from orm_sim.centre.skills.state import Records, address
from orm_sim.core.streams import Key
from orm_sim.core.units import SECONDS_PER_HOUR

NOT_GIVEN: Final = -1

_F, _I = np.float64, np.int64
_ARRAYS: Final = (
    "law_kind", "law_a", "law_b", "law_first", "law_stop", "law_x", "law_y", "work_law", "patience_law", "rates",
    "given_first", "given_stop", "given", "scheduled", "here", "away", "by_period", "step_first", "step_stop",
    "step_at_s", "step_to", "step_day", "given_used", "staffed",
)  # fmt: skip
SOURCES: Final = np.dtype(
    [(name, _I) for name in _ARRAYS]
    + [
        ("n_laws", _I), ("n_values", _I), ("n_kinds", _I), ("n_columns", _I), ("n_groups", _I), ("n_periods", _I),
        ("n_days", _I), ("n_rota_days", _I), ("resets", _I), ("k0", _I), ("k1", _I),
        ("presence_k0", _I), ("presence_k1", _I), ("period_s", _F),
    ]
)  # fmt: skip
"""Where every array of `Sources.arrays` begins, their sizes, and the keys of a replication.

`rates` [T, days, P]: expected first contacts · `given` with the places of each type's arrivals, patience and work in
every column, `NOT_GIVEN` where they are drawn · `scheduled`, `here`, `away` [G, rota days, P]: agents, presence and
shrinkage by period · `step_*`: changes of the groups not scheduled `by_period`, ascending within each · of a
replication: `given_used` [T], given values used so far, and `staffed` [G], agents at the end of the day before.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """Arrays and the record of their addresses; a replication has a record, `given_used` and `staffed` of its own."""

    record: Records
    arrays: dict[str, Any]
    most_changes: int
    """Changes of staffing in a day, at most."""
    expected: Floats
    """First contacts of each day over all types, float64[days], busyness and given ones aside."""
    n_given: int
    """Given arrivals of a day."""

    @classmethod
    def build(cls, file: CentreFile, layout: Layout, rates: Floats) -> Sources:
        """Lay out all that does not change from one replication to the next."""
        laws, n_types, n_groups = layout.laws, layout.n_types, layout.n_groups
        arrays: dict[str, Any] = {
            "law_kind": laws.kind, "law_a": laws.a, "law_b": laws.b, "law_first": laws.first, "law_stop": laws.stop,
            "law_x": laws.x, "law_y": laws.y, "work_law": layout.work_law, "patience_law": layout.patience_law,
            "rates": rates, **_given(file, layout.work_law.shape[1]), **_rotas(file), **_steps(file),
            "given_used": np.zeros(n_types, np.int64), "staffed": np.zeros(n_groups, np.int64),
        }  # fmt: skip
        record = np.zeros(1, SOURCES)
        for name, values in arrays.items():
            arrays[name] = np.ascontiguousarray(values)
            record[name] = address(arrays[name])
        sizes = {
            "n_laws": laws.kind.size, "n_values": laws.x.size, "n_kinds": n_types, "n_groups": n_groups,
            "n_columns": layout.work_law.shape[1], "n_periods": file.n_periods, "n_days": rates.shape[1],
            "n_rota_days": arrays["scheduled"].shape[1], "resets": not file.horizon.never_closes,
            "period_s": file.period_s,
        }  # fmt: skip
        for name, value in sizes.items():
            record[name] = value
        given = [0 if kind.arrivals_s is None else len(kind.arrivals_s) for kind in file.contact_types]
        periodic = sum(group.agents is not None for group in file.agent_groups) * file.n_periods
        return cls(record, arrays, periodic + arrays["step_at_s"].size, rates.sum(axis=(0, 2)), sum(given))

    def of_replication(self, contacts: Key, presence: Key) -> Sources:
        """The same with a replication's keys, before its first day."""
        record, arrays = self.record.view(np.int64).copy().view(SOURCES), dict(self.arrays)
        for name in ("given_used", "staffed"):
            arrays[name] = np.zeros_like(arrays[name])
            record[name] = address(arrays[name])
        (record["k0"], record["k1"]), (record["presence_k0"], record["presence_k1"]) = contacts, presence
        return replace(self, record=record, arrays=arrays)


def rates_of(file: CentreFile) -> Floats:
    """Expected first contacts by type, day and period, busyness aside: float64[T, days, P], 0 where they are given."""
    days, n = file.horizon.days, file.n_periods
    per_hour = [per_period(kind.rate_per_hour or 0.0, days, n) for kind in file.contact_types]
    return np.array(per_hour) * (file.period_s / SECONDS_PER_HOUR)


def _given(file: CentreFile, n_columns: int) -> dict[str, Any]:
    """Values given in order of arrival: a row for each type, columns arrivals, patience and work."""
    shape = (len(file.contact_types), 2 + n_columns)
    first, stop = np.full(shape, NOT_GIVEN), np.full(shape, NOT_GIVEN)
    values: list[float] = []

    def put(t: int, column: int, given: Iterable[float]) -> None:
        first[t, column] = len(values)
        values.extend(given)
        stop[t, column] = len(values)

    for t, kind in enumerate(file.contact_types):
        for column, given in _given_columns(kind):
            put(t, column, given)
    return {"given_first": first, "given_stop": stop, "given": np.array(values, np.float64)}


def _given_columns(kind: ContactType) -> Iterable[tuple[int, Iterable[float]]]:
    if kind.arrivals_s is not None:
        yield 0, kind.arrivals_s
    if isinstance(kind.patience, Given):
        yield 1, kind.patience.values_s
    for column, law in enumerate(work_laws(kind)):
        if isinstance(law, Given):
            yield 2 + column, (value + kind.wrap_up_s for value in law.values_s)


def _rotas(file: CentreFile) -> dict[str, Any]:
    """Agents, presence and shrinkage by period: one day where every day is the same, else each day."""
    groups, n = file.agent_groups, file.n_periods
    given = [each for group in groups for each in (group.agents, group.presence, group.shrinkage)]
    days = file.horizon.days if any(isinstance(each, tuple) and len(each) > n for each in given) else 1

    def table(name: str) -> Floats:
        return np.array([per_period(getattr(group, name) or 0.0, days, n) for group in groups])

    return {
        "scheduled": table("agents").astype(np.int64), "here": table("presence"), "away": table("shrinkage"),
        "by_period": np.array([group.agents is not None for group in groups], np.int64),
    }  # fmt: skip


def _steps(file: CentreFile) -> dict[str, Any]:
    """Changes of the groups that list them, ascending within each group."""
    ordered = [_in_order(group) for group in file.agent_groups]
    ends = np.cumsum([0, *map(len, ordered)])
    steps = [step for each in ordered for step in each]
    at, to, day = zip(*steps, strict=True) if steps else ((), (), ())
    return {
        "step_first": ends[:-1].copy(), "step_stop": ends[1:].copy(), "step_at_s": np.array(at, np.float64),
        "step_to": np.array(to, np.int64), "step_day": np.array(day, np.int64),
    }  # fmt: skip


def _in_order(group: AgentGroup) -> list[tuple[float, int, int]]:
    changes = sorted(group.changes or (), key=lambda each: each.at_s)
    return [(each.at_s, each.agents, ANY_DAY if each.day is None else each.day) for each in changes]
