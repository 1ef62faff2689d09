"""Centres of several types and groups to run engines on: built by hand or at random, cut and compared."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from itertools import pairwise
from math import inf
from typing import Any

import numpy as np
from hypothesis import strategies as st

from orm_sim.centre import laws
from orm_sim.centre.laws import LawTable
from orm_sim.centre.skills.draws import pack
from orm_sim.centre.skills.outcome import Outcome
from orm_sim.centre.skills.plan import Block, Carry, Layout

Run = Callable[[Block], Outcome]
Contacts = Sequence[tuple[float, int, float | tuple[float, ...], float]]  # arrival, type, work, patience
Changes = Sequence[tuple[float, int, int]]  # moment, group, agents
Outages = Sequence[tuple[float, float, bool, bool]]  # from, until, blocks, drops
Laws = Sequence[tuple[int, float, float, Sequence[float], Sequence[float]]]
ROOMY = 10**9


def engine(name: str) -> Run:
    """`kernel` or `reference`."""
    run: Run = importlib.import_module(f"orm_sim.centre.skills.{name}").run
    return run


# -- by hand ---------------------------------------------------------------------------------------------------------


def law_table(given: Laws) -> LawTable:
    """Laws as (kind, a, b, x, y), by number."""
    sizes = np.cumsum([0, *(len(x) for _, _, _, x, _ in given)])
    return LawTable(
        kind=np.array([kind for kind, *_ in given], np.int64),
        a=np.array([a for _, a, *_ in given], float),
        b=np.array([b for _, _, b, *_ in given], float),
        first=sizes[:-1].astype(np.int64),
        stop=sizes[1:].astype(np.int64),
        x=np.array([value for *_, x, _ in given for value in x], float),
        y=np.array([value for *_, y in given for value in y], float),
    )


def constant(value: float) -> tuple[int, float, float, tuple[()], tuple[()]]:
    return laws.CONSTANT, value, 0.0, (), ()


MINUTE: Laws = (constant(60.0),)


def layout(n_types: int = 1, n_groups: int = 1, *, given: Laws = MINUTE, **changes: Any) -> Layout:
    """Every group serves every type at once, in order; nothing else ever happens; but for the changes."""
    shape = (n_types, n_groups)
    values: dict[str, Any] = {
        "eligible_after_s": np.zeros(shape),
        "choose": np.zeros(n_types, np.int64),
        "takes": np.zeros(n_groups, np.int64),
        "rank": np.tile(np.arange(n_types), (n_groups, 1)),
        "weight": np.ones(n_types),
        "threshold_s": np.full(n_types, 20.0),
        "balk": np.zeros(n_types),
        "voicemail_after_s": np.full(n_types, inf),
        "callback_after_s": np.full(n_types, inf),
        "redial": np.zeros(n_types),
        "redial_max": np.full(n_types, 255),
        "redial_law": np.zeros(n_types, np.int64),
        "redial_same": np.ones(n_types, np.bool_),
        "resolved": np.ones(shape),
        "comes_back": np.zeros(n_types),
        "comes_back_law": np.zeros(n_types, np.int64),
        "work_column": np.zeros(shape, np.int64),
        "factor": np.ones(shape),
        "work_law": np.zeros((n_types, 1), np.int64),
        "patience_law": np.zeros(n_types, np.int64),
        "leaving": np.zeros(n_groups, np.int64),
    }
    for name in values.keys() & changes.keys():
        values[name] = np.array(changes.pop(name), values[name].dtype)
    after = values["eligible_after_s"]
    values["preference"] = np.array(changes.pop("preference", _in_order(after)), np.int64)
    values["rank"] = np.where(np.isfinite(after.T), values["rank"], -1)
    return Layout(**{"lines": ROOMY, "laws": law_table(given), "key": (11, 13), **values, **changes})


def _in_order(after: np.ndarray) -> list[list[int]]:
    """Groups a type may ever go to, by number, then -1."""
    served = [[g for g, wait in enumerate(row) if wait < inf] for row in after]
    return [[*row, *[-1] * (after.shape[1] - len(row))] for row in served]


def block(
    centre: Layout,
    contacts: Contacts,
    changes: Changes,
    *,
    outages: Outages = (),
    carry: Carry | None = None,
    **others: Any,
) -> Block:
    """A block of 1,000 s in periods of 100 s unless told otherwise; contacts are numbered by position."""
    columns = centre.work_law.shape[1]
    arrival, kind, _, patience = np.array([(a, t, 0, p) for a, t, _, p in contacts], float).reshape(-1, 4).T
    at, group, to = np.array(changes, float).reshape(-1, 3).T
    begin, until, blocks, drops = np.array(outages, float).reshape(-1, 4).T
    work = [np.broadcast_to(np.array(work, float), columns) for _, _, work, _ in contacts]
    return Block(
        layout=centre,
        arrival_s=arrival.copy(),
        type=kind.astype(np.int64),
        ref=np.array([pack(0, int(t), 0, i) for i, t in enumerate(kind)], np.int64),
        patience_s=patience.copy(),
        work_s=np.array(work, float).reshape(-1, columns),
        change_at_s=at.copy(),
        change_group=group.astype(np.int64),
        change_to=to.astype(np.int64),
        outage_at_s=begin.copy(),
        outage_until_s=until.copy(),
        outage_blocks=blocks.astype(np.bool_),
        outage_drops=drops.astype(np.bool_),
        carry=Carry.empty(centre.n_groups, columns) if carry is None else carry,
        **{"end_s": 1000.0, "period_s": 100.0, "n_periods": 10, **others},
    )


# -- at random --------------------------------------------------------------------------------------------------------

LAWS: Laws = (
    constant(30.0),
    constant(0.0),
    (laws.EXPONENTIAL, 60.0, 0.0, (), ()),
    (laws.LOGNORMAL, 3.5, 0.8, (), ()),
    (laws.WEIBULL, 50.0, 0.6, (), ()),
    (laws.UNIFORM, 5.0, 80.0, (), ()),
    (laws.GAMMA, 20.0, 2.5, (), ()),
    (laws.EXPONENTIAL, 40.0, 0.0, (15.0,), (0.0,)),
    (laws.EMPIRICAL, 0.0, 0.0, (7.5, 15.0, 30.0, 30.0, 90.0), (0.0,) * 5),
    (laws.PIECEWISE_HAZARD, 0.0, 0.0, (10.0, 40.0, inf), (0.05, 0.0, 0.01)),
    (laws.PIECEWISE_HAZARD, 0.0, 0.0, (20.0, inf), (0.02, 0.0)),
    (laws.NEVER, 0.0, 0.0, (), ()),
)
DURATIONS, PATIENCES = range(10), range(12)
FEATURES = (
    *("rules", "overflow", "factors", "balking", "voicemail", "callback", "redials", "returns", "lines"),
    *("leaving", "changes", "outages", "closing"),
)
EVERYTHING = frozenset(FEATURES)


def random_layout(
    seed: int, n_types: int, n_groups: int, features: frozenset[str] = EVERYTHING, **changes: Any
) -> Layout:
    """Any rules for so many types and groups; given times are multiples of 15 s. A feature not named is off."""
    rng = np.random.default_rng([seed, n_types, n_groups])

    def pick(values: Any, *shape: int) -> np.ndarray:
        return rng.choice(np.array(values), shape)

    after = pick([0.0, 0.0, 0.0, 15.0, 60.0, inf], n_types, n_groups)
    order = np.argsort(rng.random((n_types, n_groups)), axis=1)
    by_feature: dict[str, dict[str, Any]] = {
        "rules": {
            "choose": pick(range(3), n_types),
            "takes": pick(range(5), n_groups),
            "rank": pick(range(3), n_groups, n_types),
            "weight": pick([1.0, 0.5, 2.0, 3.0], n_types),
            "threshold_s": pick([0.0, 15.0, 60.0], n_types),
        },
        "overflow": {
            "eligible_after_s": after,
            "preference": [
                [*(own := [g for g in order[t] if after[t, g] < inf]), *[-1] * (n_groups - len(own))]
                for t in range(n_types)
            ],
        },
        "factors": {
            "work_column": pick(range(2), n_types, n_groups),
            "factor": pick([1.0, 1.0, 0.5, 1.25], n_types, n_groups),
        },
        "balking": {"balk": pick([0.0, 0.1, 0.3], n_types)},
        "voicemail": {"voicemail_after_s": pick([inf, inf, 45.0, 30.0, 0.0], n_types)},
        "callback": {"callback_after_s": pick([inf, inf, 45.0], n_types)},
        "redials": {
            "redial": pick([0.0, 0.5, 1.0], n_types),
            "redial_max": pick([1, 2, 4, 99], n_types),
            "redial_law": pick(DURATIONS, n_types),
            "redial_same": pick([True, False], n_types),
        },
        "returns": {
            "resolved": pick([1.0, 0.7, 0.4], n_types, n_groups),
            "comes_back": pick([0.0, 0.5, 0.8], n_types),
            "comes_back_law": pick(DURATIONS, n_types),
        },
        "lines": {"lines": int(pick([1, 3, 8]))},
        "leaving": {"leaving": pick(range(3), n_groups)},
    }
    drawn = {"work_law": pick(DURATIONS, n_types, 2), "patience_law": pick(PATIENCES, n_types)}
    for feature in features & by_feature.keys():
        drawn.update(by_feature[feature])
    return layout(n_types, n_groups, given=LAWS, **{**drawn, **changes})


def small_block(
    seed: int,
    n_types: int,
    n_groups: int,
    n_contacts: int,
    grid_s: float,
    features: frozenset[str],
    end_s: float = 600.0,
) -> Block:
    """Ten minutes on a grid of seconds; fewer contacts are the first of more, at the same moments."""
    centre = random_layout(seed, n_types, n_groups, features)
    rng = np.random.default_rng([seed, 1])
    ticks, length = round(600 / grid_s), round(200 / grid_s)
    arrival, kind, patience = (rng.integers(0, top, 80) for top in (ticks, n_types, length))
    work, never = rng.integers(0, length, (80, 2)) // 2, rng.random(80) < 0.15
    closes_s = int(rng.integers(ticks)) * grid_s if "closing" in features else inf
    contacts = [
        (int(arrival[i]) * grid_s, int(kind[i]), tuple((work[i] * grid_s).tolist()),
         inf if never[i] else int(patience[i]) * grid_s)
        for i in range(n_contacts)
    ]  # fmt: skip
    changes = [(0.0, g, int(rng.integers(4))) for g in range(n_groups)]
    for _ in range(seed % 40 if "changes" in features else 0):
        changes.append((int(rng.integers(ticks)) * grid_s, int(rng.integers(n_groups)), int(rng.integers(5))))
    outages = []
    for at, lasts, kinds in rng.integers(0, [ticks, length, 4], (2, 3)).tolist():
        outages.append((at * grid_s, (at + lasts) * grid_s, kinds % 2 == 0, kinds > 1))
    return block(
        centre,
        sorted((each for each in contacts if each[0] < closes_s), key=lambda each: each[0]),
        sorted(changes, key=lambda change: change[0]),
        outages=sorted(outages) if "outages" in features else (),
        closes_s=closes_s,
        at_close=int(rng.integers(2)),
        end_s=end_s,
        period_s=60.0,
    )


def blocks(end_s: float = 600.0) -> st.SearchStrategy[Block]:
    """Any small block: in eighths of a second, where sums are exact, or on 15 s, where most things coincide."""
    return st.builds(
        small_block,
        seed=st.integers(0, 2**32),
        n_types=st.integers(1, 4),
        n_groups=st.integers(1, 4),
        n_contacts=st.integers(0, 80),
        grid_s=st.sampled_from([0.125, 15.0]),
        features=st.frozensets(st.sampled_from(FEATURES), min_size=4),
        end_s=st.just(end_s),
    )


def large_block(
    centre: Layout, seed: int, n_contacts: int, agents: int, end_s: float, **others: Any
) -> Block:
    """Contacts at any moments of a block, and agents around a number in each group, changed at any moment."""
    rng = np.random.default_rng([seed, n_contacts, agents])
    arrival = np.sort(rng.random(n_contacts) * end_s)
    kinds = rng.integers(0, centre.n_types, n_contacts)
    patience = np.where(rng.random(n_contacts) < 0.1, inf, rng.exponential(60.0, n_contacts))
    work = rng.lognormal(3.5, 1.0, (n_contacts, centre.work_law.shape[1]))
    contacts = [
        (float(arrival[i]), int(kinds[i]), tuple(work[i].tolist()), float(patience[i]))
        for i in range(n_contacts)
        if arrival[i] < others.get("closes_s", inf)
    ]
    changes = [(0.0, g, agents) for g in range(centre.n_groups)]
    for moment in np.sort(rng.random(6 * centre.n_groups) * end_s).tolist():
        to = int(rng.integers(agents // 2, 2 * agents))
        changes.append((moment, int(rng.integers(centre.n_groups)), to))
    outages = [(0.4 * end_s, 0.42 * end_s, True, True)]
    return block(centre, contacts, changes, outages=outages, end_s=end_s, period_s=end_s / 10, **others)


# -- cutting and comparing -------------------------------------------------------------------------------------------


def pieces(whole: Block, cuts: Sequence[float]) -> list[Block]:
    """A block cut at moments; each piece still lacks what the one before it carries over."""
    parts = []
    for begin, until in pairwise([0.0, *sorted(cuts), whole.end_s]):
        mine = (whole.arrival_s >= begin) & (whole.arrival_s < until)
        listed = whole.change_at_s >= begin  # those after its end are known to come, which counts at closing
        lasting = (whole.outage_until_s > begin) | (whole.outage_at_s >= begin)  # one of no length drops, too
        parts.append(
            replace(
                whole,
                arrival_s=whole.arrival_s[mine] - begin,
                type=whole.type[mine],
                ref=whole.ref[mine],
                patience_s=whole.patience_s[mine],
                work_s=whole.work_s[mine],
                change_at_s=whole.change_at_s[listed] - begin,
                change_group=whole.change_group[listed],
                change_to=whole.change_to[listed],
                outage_at_s=whole.outage_at_s[lasting] - begin,
                outage_until_s=whole.outage_until_s[lasting] - begin,
                outage_blocks=whole.outage_blocks[lasting],
                outage_drops=whole.outage_drops[lasting],
                closes_s=whole.closes_s - begin,
                end_s=until - begin,
                carry=Carry.empty(whole.layout.n_groups, whole.work_s.shape[1]),
            )
        )
    return parts


def in_a_row(run: Run, parts: Sequence[Block]) -> list[Outcome]:
    """Outcomes of blocks, each beginning with what the one before left."""
    outcomes: list[Outcome] = []
    for part in parts:
        outcomes.append(run(replace(part, carry=outcomes[-1].carry) if outcomes else part))
    return outcomes


EXACT = ("ref", "type", "state", "group", "done_ref", "done_type", "result", "done_group", "redials")
TIMES = ("arrival_s", "at_s", "done_start_s", "done_end_s")


def assert_same_path(one: Outcome, other: Outcome) -> None:
    """Rows equal in order, times within 1e-9 s, agents' time within a millionth, and the same state left."""
    for name in EXACT:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    for name in TIMES:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=0, atol=1e-9, err_msg=name)
    for name in ("busy_s", "staffed_s"):
        np.testing.assert_allclose(
            getattr(one, name), getattr(other, name), rtol=1e-6, atol=1e-6, err_msg=name
        )
    assert_same_carry(one.carry, other.carry)


def assert_same_carry(one: Carry, other: Carry) -> None:
    """Who waits, who is served, what is pending, and since when agents are idle."""
    for field in fields(Carry):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if field.name == "idle_since_s":
            mine, theirs = ([len(group), *group] for group in (np.concatenate(mine), np.concatenate(theirs)))
            counts = [[len(group) for group in carry.idle_since_s] for carry in (one, other)]
            assert counts[0] == counts[1], "idle agents by group"
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-9, err_msg=field.name)
