"""Days of a centre drawn at once hold what drawing each type and agent alone, and sorting, gives: every bit."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orm_sim.centre.centre_checks import centre_of
from orm_sim.centre.centre_file import AgentGroup, CentreFile, ContactType
from orm_sim.centre.gamma import gamma_quantile
from orm_sim.centre.law_terms import Given
from orm_sim.centre.laws import quantile
from orm_sim.centre.skills import arrivals, kernel
from orm_sim.centre.skills.build import Centre
from orm_sim.centre.skills.check import check
from orm_sim.centre.skills.draws import ARRIVAL, BODY, draw, pack
from orm_sim.centre.skills.durations import duration
from orm_sim.centre.skills.layout import work_laws
from orm_sim.centre.skills.merging import in_order
from orm_sim.centre.skills.plan import Block, Carry
from orm_sim.centre.skills.rota import per_period
from orm_sim.centre.skills.state import CENTRE
from orm_sim.core.document import Document
from orm_sim.core.functions import log
from orm_sim.core.streams import key, uniform_pair
from tests.centre.skills_cases import LAWS, block, law_table, layout

LOGNORMAL = {"law": "lognormal", "mean_s": 240.0, "cv": 1.2}
HANDLE = (
    LOGNORMAL,
    {"law": "gamma", "mean_s": 90.0, "cv": 0.7},
    {"one": LOGNORMAL, "two": {"law": "constant", "value_s": 60.0}, "three": LOGNORMAL},
    {"one": {"law": "given", "values_s": [5.0, 1.0, 9.0]}, "two": {"law": "empirical", "values_s": [1.0, 5.0, 9.0]},
     "three": {"law": "given", "values_s": [2.0, 3.0]}},
)  # fmt: skip
PATIENCE = (
    {"law": "exponential", "mean_s": 120.0},
    {"law": "piecewise_hazard", "until_s": [10.0, 60.0], "per_s": [0.02, 0.0, 0.01]},
    {"law": "given", "values_s": [10.0, 500.0, 20.0]},
    {"law": "weibull", "mean_s": 100.0, "cv": 1.5},
    {"law": "never"},
)
DAYS, PERIODS = 3, 8


def centre_file(seed: int, n_types: int, opens: str, closes: str, period_s: float) -> CentreFile:
    """Types of every law, drawn or given, and groups scheduled in every way."""
    rng = np.random.default_rng(seed)
    n_periods = PERIODS

    def pick(values: Any) -> Any:
        return values[int(rng.integers(len(values)))]

    def numbers(*values: Any, most: float) -> Any:
        n = pick([0, n_periods, DAYS * n_periods])
        return np.round(rng.random(n) * most, 3).tolist() if n else pick(values)

    types = []
    for t in range(n_types):
        when: dict[str, Any] = {"rate_per_hour": numbers(0.0, 30.0, most=60.0)}
        if rng.random() < 0.3:
            when = {"arrivals_s": np.sort(rng.integers(0, 8, 5) * period_s / 2.0).tolist()}
        patience = pick(PATIENCE)
        types.append(
            {"name": f"t{t}", **when, "handle": pick(HANDLE), "groups": ["one", "two", "three"],
             "wrap_up_s": pick([0.0, 15.0]), "redial": {"probability": 0.5, "delay_s": 40_000.0}}
            | {"patience": patience}
        )  # fmt: skip
    at = np.sort(rng.integers(0, 16, 6) * period_s / 2.0).tolist()
    changes = [{"at_s": moment, "agents": int(rng.integers(5))} for moment in at]
    changes += [
        {"at_s": at[k], "agents": int(rng.integers(5)), "day": int(rng.integers(DAYS))} for k in (3, 1, 0)
    ]
    listed = [int(each) for each in rng.integers(0, 9, pick([n_periods, DAYS * n_periods]))]
    groups: list[dict[str, Any]] = [
        {"name": "one", "agents": listed, "presence": numbers(1.0, 0.8, most=1.0)},
        {"name": "two", "agents": 6, "presence": 0.9, "shrinkage": numbers(0.0, 0.3, most=0.6)},
        {"name": "three", "changes": changes, "shrinkage": numbers(0.0, 0.25, most=0.5)},
    ]
    return centre_of(
        Document(
            {"horizon": {"days": DAYS, "opens": opens, "closes": closes}, "period_s": period_s,
             "busyness": {"law": "gamma", "shape": 10.0}, "contact_types": types, "agent_groups": groups}
        )
    )  # fmt: skip


# -- the plain formulation -------------------------------------------------------------------------------------------


class Plainly:
    """The same days, contact by contact and step by step."""

    def __init__(self, centre: Centre, seed: int) -> None:
        self.file, self.layout = centre.file, centre.layout
        self.key, self.presence, self.busyness = (
            key(seed, 0, purpose) for purpose in ("contacts", "presence", "busyness")
        )
        self.used, self.before = [0] * self.layout.n_types, [0] * self.layout.n_groups

    def expected(self, kind: ContactType, day: int) -> np.ndarray:
        rates = per_period(kind.rate_per_hour or 0.0, self.file.horizon.days, self.file.n_periods)
        return np.asarray(rates[day] * (self.file.period_s / 3600.0))

    def contacts(self, day: int) -> tuple[np.ndarray, ...]:
        """Type after type, then sorted by a stable sort."""
        assert self.file.busyness is not None
        shape = self.file.busyness.shape
        factor = gamma_quantile(shape, uniform_pair(*self.busyness, 0, 0, day, 0)[0]) / shape
        rows: list[tuple[Any, ...]] = []
        for t, kind in enumerate(self.file.contact_types):
            moments = kind.arrivals_s
            if moments is None:
                moments = tuple(self.stream(day, t, self.expected(kind, day) * factor))
            for i, moment in enumerate(moments):
                ref = pack(day, t, 0, i)
                u, v = draw(*self.key, ref, BODY)
                work = [quantile(self.layout.laws, int(law), u) for law in self.layout.work_law[t]]
                patience = quantile(self.layout.laws, int(self.layout.patience_law[t]), v)
                turn = self.used[t] + i
                if isinstance(kind.patience, Given):
                    patience = kind.patience.values_s[turn % len(kind.patience.values_s)]
                for column, law in enumerate(work_laws(kind)):
                    if isinstance(law, Given):
                        work[column] = law.values_s[turn % len(law.values_s)] + kind.wrap_up_s
                rows.append((moment, t, ref, patience, work))
            self.used[t] += len(moments)
        if not rows:
            return (
                np.empty(0),
                np.empty(0),
                np.empty(0),
                np.empty(0),
                np.empty((0, self.layout.work_law.shape[1])),
            )
        order = np.argsort([row[0] for row in rows], kind="stable")
        return tuple(np.array(column)[order] for column in zip(*rows, strict=True))

    def stream(self, day: int, t: int, expected: np.ndarray) -> Iterator[float]:
        total = sum(expected.tolist())
        at, seen, period, i = 0.0, 0.0, 0, 0
        while True:
            at -= log(draw(*self.key, pack(day, t, 0, i // 2), ARRIVAL)[i % 2])  # two share a pair
            if at >= total:
                return
            while period < expected.size - 1 and at >= seen + expected[period]:
                seen += expected[period]
                period += 1
            share = min(max((at - seen) / expected[period], 0.0), 0.9999999)
            yield float((period + share) * self.file.period_s)
            i += 1

    def changes(self, day: int) -> list[tuple[float, int, int]]:
        found: list[tuple[float, int, int]] = []
        for g, group in enumerate(self.file.agent_groups):
            before = self.before[g] if self.file.horizon.never_closes else 0
            for at, agents in self.steps(group, day, g):
                if agents != before:
                    found.append((at, g, agents))
                before = agents
            self.before[g] = before
        return sorted(found, key=lambda each: each[:2])

    def steps(self, group: AgentGroup, day: int, g: int) -> Iterator[tuple[float, int]]:
        file = self.file
        here, away = (
            per_period(each, DAYS, file.n_periods)[day] for each in (group.presence, group.shrinkage)
        )
        owed = 0.0
        for at, scheduled in scheduled_steps(group, file, day):
            period = min(int(at / file.period_s), file.n_periods - 1)
            present = scheduled
            if here[period] < 1.0:
                drawn = [uniform_pair(*self.presence, i, 0, day, g)[0] for i in range(scheduled)]
                present = sum(u < here[period] for u in drawn)
            wanted = present * (1.0 - away[period]) + owed
            agents = min(max(math.floor(wanted + 0.5 + 1e-9), 0), present)
            owed = min(max(wanted - agents, -0.5), 0.5)
            yield at, agents

    def overnight(self, carry: Carry, day: int) -> list[tuple[float, int]]:
        found = []
        for due, ref, t in zip(carry.pending_due_s, carry.pending_ref, carry.pending_type, strict=True):
            moment = due - 86_400.0
            if moment < 0.0 and day + 1 < DAYS:
                moment = self.reopened(int(ref), self.expected(self.file.contact_types[t], day + 1))
            found.append((float(moment), int(ref)))
        return sorted(found)

    def reopened(self, ref: int, expected: np.ndarray) -> float:
        u, total, seen = draw(*self.key, ref, ARRIVAL)[0], 0.0, 0.0
        for mean in expected:
            total += mean
        if total <= 0.0:
            return u * expected.size * self.file.period_s
        for period, mean in enumerate(expected):
            if u * total < seen + mean:
                share = min(max((u * total - seen) / mean, 0.0), 0.9999999)
                return float((period + share) * self.file.period_s)
            seen += mean
        return expected.size * self.file.period_s


def scheduled_steps(group: AgentGroup, file: CentreFile, day: int) -> list[tuple[float, int]]:
    if group.changes is not None:
        mine = [(each.at_s, each.agents) for each in group.changes if each.day is None or each.day == day]
        return sorted(mine, key=lambda each: each[0])
    agents = per_period(group.agents or 0, file.horizon.days, file.n_periods)[day]
    return [(period * file.period_s, int(n)) for period, n in enumerate(agents)]


def assert_same(block: Block, plainly: Plainly, day: int) -> None:
    arrival, kind, ref, patience, work = plainly.contacts(day)
    np.testing.assert_array_equal(block.arrival_s, arrival)
    np.testing.assert_array_equal(block.type, kind)
    np.testing.assert_array_equal(block.ref, ref)
    np.testing.assert_array_equal(block.patience_s, patience)
    np.testing.assert_array_equal(block.work_s, work)
    changes = zip(block.change_at_s, block.change_group, block.change_to, strict=True)
    assert [(float(at), int(g), int(to)) for at, g, to in changes] == plainly.changes(day)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), n_types=st.integers(1, 7))
def test_days_that_run_on(seed: int, n_types: int) -> None:
    """Midnight to midnight, in eight periods."""
    centre = Centre.build(centre_file(seed, n_types, "00:00", "24:00", 10_800.0))
    plainly = Plainly(centre, seed)
    for day, (made, _) in enumerate(centre.blocks(seed, 0, kernel.run)):
        assert_same(made, plainly, day)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), n_types=st.integers(1, 7))
def test_days_that_close(seed: int, n_types: int) -> None:
    """Eight to twelve; who calls again at night comes at a moment of the next day, by that day's rates."""
    centre = Centre.build(centre_file(seed, n_types, "08:00", "12:00", 1800.0))
    plainly = Plainly(centre, seed)
    left: list[tuple[float, int]] = []
    for day, (made, outcome) in enumerate(centre.blocks(seed, 0, kernel.run)):
        assert_same(made, plainly, day)
        pending = zip(made.carry.pending_due_s, made.carry.pending_ref, strict=True)
        assert [(float(due), int(ref)) for due, ref in pending] == left
        left = plainly.overnight(outcome.carry, day)


def test_values_given_in_order_go_on_where_the_day_before_ended() -> None:
    """Three arrivals a day and two values of patience: 1 2 1, 2 1 2."""
    kind = {
        "name": "a", "arrivals_s": [0.0, 10.0, 20.0], "patience": {"law": "given", "values_s": [1.0, 2.0]},
        "handle": {"law": "constant", "value_s": 1.0}, "groups": ["g"],
    }  # fmt: skip
    file = {
        "horizon": {"days": 2},
        "contact_types": [kind],
        "agent_groups": [{"name": "g", "agents": 1}],
    }
    days = Centre.build(centre_of(Document(file))).blocks(1, 0, kernel.run)
    assert [made.patience_s.tolist() for made, _ in days] == [[1.0, 2.0, 1.0], [2.0, 1.0, 2.0]]


@settings(max_examples=100, deadline=None)
@given(runs=st.lists(st.lists(st.integers(0, 9), max_size=12), min_size=1, max_size=9))
def test_runs_are_merged_as_a_stable_sort_would(runs: list[list[int]]) -> None:
    values = np.array([float(value) for run in runs for value in sorted(run)])
    ends = np.cumsum([0, *map(len, runs)])
    merged, places = np.empty(values.size), np.empty(values.size, np.int64)
    in_order(values, ends, merged, places)
    assert merged.tolist() == sorted(values.tolist())
    assert np.argsort(places).tolist() == np.argsort(values, kind="stable").tolist()


@pytest.mark.parametrize("law", range(12))
def test_quantiles_of_an_array_are_those_of_each(law: int) -> None:
    """Every law, with and without a constant added, on both tails too."""
    table = law_table([*LAWS, (1, 60.0, 0.0, (4.5,), (0.0,)), (2, 3.5, 0.8, (15.0,), (0.0,))])
    u = np.concatenate([np.random.default_rng(law).random(500), [2.0**-53, 1e-12, 1.0 - 2.0**-53]])
    for number in {law, 12, 13}:
        wanted = [quantile(table, number, float(each)) for each in u]
        assert arrivals.quantiles(table, number, u).tolist() == wanted


@pytest.mark.parametrize("law", range(12))
def test_a_duration_read_by_address_is_the_quantile(law: int) -> None:
    """As the kernel draws for a redial or a return, here by its record of a block."""
    begun = check(block(layout(given=LAWS), [], []))
    centre = begun.record.view(CENTRE)[0]
    for u in (2.0**-53, 0.03, 0.5, 0.77, 1.0 - 2.0**-53):
        assert duration(centre, law, u) == quantile(law_table(LAWS), law, u)
