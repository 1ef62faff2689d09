"""Checks of paths: accounts that hold without chance, kernel = reference, and what busyness does to a pool."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from orm_sim.centre import kernel, reference
from orm_sim.centre.certificate import Check, close, estimated, near
from orm_sim.centre.erlang import erlang_a
from orm_sim.centre.experiments import Pool, draw_block, exponential_law, law_table, lognormal_law, steady
from orm_sim.centre.outcome import ANSWERED, DayOutcome
from orm_sim.centre.plan import DayPlan, Floats, Whole
from orm_sim.centre.staffing import busyness_points
from orm_sim.core.streams import key
from orm_sim.demand.contacts import draw_day

_HUMPS: Final = np.array(
    [0.0] * 14 + [2, 5, 9, 13, 16, 17, 16, 14, 12, 11, 10, 10, 11, 12, 12, 11, 10, 8, 7, 6, 5, 4, 3, 3]
    + [2, 2, 1, 1, 1] + [0.0] * 5
)  # fmt: skip
_MEAN_LOAD: Final = 32.0
_AGENTS: Final = 36


def accounts(seed: int) -> list[Check]:
    """What must hold on every path: nobody is lost, Little's law, work done is work begun."""
    about = "Accounts of one path (no chance in them)"
    plan, outcome = _long_day(seed)
    answered = outcome.state == ANSWERED
    left = outcome.carry
    arrival = plan.arrival_s[outcome.ref]
    gone = np.sort(np.where(answered, outcome.start_s, outcome.end_s))
    line = _integral(np.sort(arrival), gone, plan.end_s) + float((-left.waiting_arrival_s).sum())
    waits = float(outcome.wait_s.sum() + (-left.waiting_arrival_s).sum())
    begun = float(plan.handle_s[outcome.ref[answered]].sum() - left.busy_end_s.sum())
    totals = outcome.totals
    decided = float(totals.answered + totals.abandoned + left.waiting_ref.size)
    return [
        near(about, "arrived = answered + abandoned + waiting", float(totals.arrived), decided, 0.0),
        close(about, "Little: area under the line = sum of waits, s", waits, line),
        close(about, "busy seconds = handle times begun - still owed, s", begun, float(outcome.busy_s.sum())),
    ]


def _long_day(seed: int) -> tuple[DayPlan, DayOutcome]:
    laws = law_table(lognormal_law(300.0, 1.2), exponential_law(180.0))
    arrival, handle, patience = draw_block(*key(seed, 0, "verification", "day"), 0, 0.35, 86_400.0, laws)
    staffed = np.array([100, 102, 98, 110] * 12)
    plan = DayPlan(arrival_s=arrival, handle_s=handle, patience_s=patience, staffed=staffed, threshold_s=20.0)
    return plan, kernel.run(plan)


def _integral(arrived: Floats, gone: Floats, until_s: float) -> float:
    """Area under the number present, walked from event to event."""
    moments = np.concatenate([arrived, gone])
    steps = np.concatenate([np.ones(arrived.size), -np.ones(gone.size)])
    order = np.argsort(moments, kind="stable")
    present = np.cumsum(steps[order])
    return float((present * np.diff(np.append(moments[order], until_s))).sum()) - float(
        present[-1] * (until_s - moments[order][-1])
    )


def busyness(seed: int) -> list[Check]:
    """At fixed staffing waits and losses rise, and rise ever faster, with the spread of the day factor."""
    about = f"Busyness: {_AGENTS} agents, {_MEAN_LOAD:g} erlang on a mean day, gamma factor of the day"
    spreads = (0.0, 0.1, 0.2, 0.3)
    checks, waits, losses = [], [], []
    for cv in spreads:
        exact, found, errors = _over_days(seed, cv)
        waits.append(found[0])
        losses.append(found[1])
        for k, name in enumerate(("mean_wait_s", "abandonment_rate")):
            checks.append(estimated(about, f"{name}, cv {cv:g}", exact[k], found[k], errors[k]))
    for name, values in (("mean_wait_s", waits), ("abandonment_rate", losses)):
        steps = np.diff(values)
        rising = bool(np.all(steps > 0.0) and np.all(np.diff(steps) > 0.0))
        checks.append(near(about, f"{name}: every step up is larger than the last", 1.0, float(rising), 0.0))
        ratio = values[-1] / values[0]
        checks.append(
            Check(about, f"{name}: cv 0.3 over cv 0 is 2 or more", 2.0, ratio, math.inf, None, ratio >= 2.0)
        )
    for factor in (0.8, 1.4):
        plan = _pool(factor, 5_000).block(seed, 0, f"path {factor:g}")
        checks += same_decisions(about, f"a day of factor {factor:g}", plan)
    return checks


def _pool(factor: float, contacts: int) -> Pool:
    laws = law_table(exponential_law(300.0), exponential_law(180.0))
    return Pool(
        load=_MEAN_LOAD * factor, handle_s=300.0, laws=laws, agents=_AGENTS, threshold_s=20.0, contacts=contacts,
        patience_s=180.0,
    )  # fmt: skip


def _over_days(seed: int, cv: float) -> tuple[Floats, Floats, Floats]:
    """Mean wait and share lost over days of every factor: by Erlang A, by the kernel, and its standard errors."""
    factors, weights = busyness_points(cv)
    exact, found, variance = np.zeros(2), np.zeros(2), np.zeros(2)
    for factor, weight in zip(factors.tolist(), weights.tolist(), strict=True):
        if weight < 1e-6:  # a day that never comes
            continue
        pool = _pool(factor, 400_000 if cv == 0.0 else 80_000)
        known = erlang_a(pool.load / 300.0, 300.0, 180.0, _AGENTS, 20.0)
        figures = steady(pool, seed, f"busyness {cv:g} {factor:.6f}")
        got = np.array([figures["mean_wait_s"], figures["abandonment_rate"]])
        exact += weight * np.array([known.mean_wait_s, known.abandonment_rate])
        found += weight * got[:, 0]
        variance += (weight * got[:, 1]) ** 2
    return exact, found, np.sqrt(variance)


def same_path(seed: int) -> list[Check]:
    """The kernel and the plain reference on days with a double hump, staff that come and go, and overload."""
    about = "Kernel = reference, contact by contact"
    checks = []
    staffed = np.ceil(_HUMPS * 2500.0 / _HUMPS.sum() / 6.0).astype(np.int64)
    for number, factor in enumerate((0.9, 1.1, 1.5)):
        plan = humped_day(seed, number, _HUMPS / _HUMPS.sum() * 2500.0 * factor, staffed)
        checks += same_decisions(about, f"double hump, factor {factor:g}", plan)
    return checks


def humped_day(seed: int, number: int, offered: Floats, staffed: Whole) -> DayPlan:
    """A day of given contacts by half-hour: lognormal handle time (300 s, cv 1.2), piecewise hazard of patience."""
    log_sd = math.sqrt(math.log1p(1.2**2))
    arrival, handle, patience, ref = draw_day(
        *key(seed, 0, "verification", "humps"), number, offered[None, :], 1800.0,
        np.array([math.log(300.0) - 0.5 * log_sd**2]), np.array([log_sd]), 0.02,
        np.array([10.0, 60.0, np.inf]), np.array([0.001, 0.006, 0.002]),
    )  # fmt: skip
    return DayPlan(
        arrival_s=arrival, handle_s=handle, patience_s=patience, ref=ref, threshold_s=20.0, staffed=staffed
    )


def same_decisions(about: str, name: str, plan: DayPlan) -> list[Check]:
    """Whether two engines decide every contact of a plan alike, and wait for wait."""
    fast, plain = kernel.run(plan), reference.run(plan)
    unlike = float(np.count_nonzero(fast.counts != plain.counts))
    if fast.ref.size == plain.ref.size:
        unlike += float(np.count_nonzero(fast.ref != plain.ref) + np.count_nonzero(fast.state != plain.state))
        apart = float(np.abs(fast.wait_s - plain.wait_s).max(initial=0.0))
    else:
        unlike, apart = unlike + abs(fast.ref.size - plain.ref.size), math.inf
    return [
        near(about, f"{name}: {fast.ref.size} contacts, decisions that differ", 0.0, unlike, 0.0),
        near(about, f"{name}: largest difference of a wait, s", 0.0, apart, 1e-9),
    ]
