"""Experiments on a single pool for verification: keyed draws, steady state in blocks, and known controls."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from orm_sim.centre import kernel
from orm_sim.centre.laws import CONSTANT, EXPONENTIAL, LOGNORMAL, NEVER, PIECEWISE_HAZARD, LawTable, quantile
from orm_sim.centre.outcome import DayOutcome
from orm_sim.centre.plan import DayPlan, Floats
from orm_sim.core.compiled import jit
from orm_sim.core.streams import key, normal_quantile, uniform_pair

BLOCKS: Final = 40
_WARM_UP: Final = 10.0  # mean handle times
Law = tuple[int, float, float]


def exponential_law(mean_s: float) -> Law:
    """Exponential of a mean; an infinite one never ends."""
    return (EXPONENTIAL, mean_s, 0.0) if math.isfinite(mean_s) else (NEVER, 0.0, 0.0)


def lognormal_law(mean_s: float, cv: float) -> Law:
    """Lognormal of a mean and a coefficient of variation."""
    spread = math.log1p(cv**2)
    return (LOGNORMAL, math.log(mean_s) - 0.5 * spread, math.sqrt(spread))


def constant_law(value_s: float) -> Law:
    """Always the same."""
    return (CONSTANT, value_s, 0.0)


def law_table(handle: Law, patience: Law, pieces: tuple[Floats, Floats] | None = None) -> LawTable:
    """Law 0 of handle time, law 1 of patience; `pieces` of hazard (ends, hazards) replace the second."""
    if pieces is not None:
        patience = (PIECEWISE_HAZARD, 0.0, 0.0)
    ends, hazards = pieces if pieces is not None else (np.empty(0), np.empty(0))
    return LawTable(
        kind=np.array([handle[0], patience[0]]), a=np.array([handle[1], patience[1]]),
        b=np.array([handle[2], patience[2]]), first=np.zeros(2, np.int64), stop=np.array([0, ends.size]),
        x=ends, y=hazards,
    )  # fmt: skip


@jit
def draw_block(
    k0: int, k1: int, block: int, rate: float, end_s: float, laws: LawTable
) -> tuple[Floats, Floats, Floats]:
    """Poisson arrivals before end_s with handle times (law 0) and patience (law 1), all keyed (compiled)."""
    room = int(rate * end_s + 10.0 * math.sqrt(rate * end_s) + 20.0)
    gap, handle, patience = np.empty(room), np.empty(room), np.empty(room)
    for i in range(room):  # loops of nothing else: these are vectorised
        gap[i], handle[i] = uniform_pair(k0, k1, i, 0, block, 0)
    at, n = 0.0, 0
    while n < room:
        at -= math.log(gap[n]) / rate
        if at >= end_s:
            break
        gap[n] = at
        n += 1
    for i in range(n):
        patience[i], _ = uniform_pair(k0, k1, i, 1, block, 0)
    _through(laws, 0, handle[:n])
    _through(laws, 1, patience[:n])
    return gap[:n], handle[:n], patience[:n]


@jit
def _through(laws: LawTable, law: int, u: Floats) -> None:
    """Uniforms made durations of a law, in place; the common laws without looking the law up each time."""
    kind, a, b = laws.kind[law], laws.a[law], laws.b[law]
    if kind == EXPONENTIAL:
        for i in range(u.size):
            u[i] = -a * math.log(u[i])
    elif kind == LOGNORMAL:
        for i in range(u.size):
            u[i] = math.exp(a + b * normal_quantile(u[i]))
    elif kind in (CONSTANT, NEVER):
        u[:] = a if kind == CONSTANT else np.inf
    else:
        for i in range(u.size):
            u[i] = quantile(laws, law, u[i])


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A pool to be watched in steady state.

    Attributes
    ----------
    load : float
        Erlangs offered.
    handle_s : float
        Mean handle time, seconds: that of law 0.
    laws : LawTable
        Law 0 of handle time, law 1 of patience.
    agents : int
    threshold_s : float
    contacts : int
        Contacts in each of the `BLOCKS` blocks.
    patience_s : float
        Mean patience, used as a control where it is known; inf for none.
    handle_cv : float
        Coefficient of variation of the handle time.
    """

    load: float
    handle_s: float
    laws: LawTable
    agents: int
    threshold_s: float
    contacts: int
    patience_s: float = math.inf
    handle_cv: float = 1.0

    def block(self, seed: int, number: int, name: str) -> DayPlan:
        """One block, its draws keyed by seed, name and number."""
        warm = _WARM_UP * self.handle_s
        length = self.contacts * self.handle_s / self.load + 2.0 * warm
        k0, k1 = key(seed, 0, "verification", name)
        arrival, handle, patience = draw_block(k0, k1, number, self.load / self.handle_s, length, self.laws)
        return DayPlan(
            arrival_s=arrival, handle_s=handle, patience_s=patience,
            staffed=np.full(math.ceil(length / warm), self.agents), interval_s=warm,
            threshold_s=self.threshold_s, end_s=length,
        )  # fmt: skip


def steady(pool: Pool, seed: int, name: str) -> Mapping[str, tuple[float, float]]:
    """Long-run figures of the kernel with their standard errors.

    Blocks begin empty, and neither their first interval nor their last two are counted. Each figure is a mean over
    blocks, corrected by regression for what is known of the draws: how many contacts came, and how long handle
    times (their squares too) and patience turned out.

    Returns
    -------
    mapping of str to (value, standard error)
        service_level, abandonment_rate, mean_wait_s, asa_s, occupancy.
    """
    found, known = [], []
    for number in range(BLOCKS):
        plan = pool.block(seed, number, name)
        found.append(_figures(kernel.run(plan)))
        known.append(_controls(pool, plan))
    values, errors = regressed(np.array(found), np.array(known))
    names = ("service_level", "abandonment_rate", "mean_wait_s", "asa_s", "occupancy")
    return {name: (float(values[k]), float(errors[k])) for k, name in enumerate(names)}


def _figures(outcome: DayOutcome) -> tuple[float, ...]:
    counted = slice(1, -2)
    offered, answered, within, abandoned = outcome.counts[:, :-1][:, counted].sum(axis=1).tolist()
    answered_wait, wait = outcome.waits_s[:, :-1][:, counted].sum(axis=1).tolist()
    occupied = float(outcome.busy_s[counted].sum() / outcome.staffed_s[counted].sum())
    return within / offered, abandoned / offered, wait / offered, answered_wait / answered, occupied


def _controls(pool: Pool, plan: DayPlan) -> tuple[float, ...]:
    """Draws of a block over their expectation, less 1."""
    warm = plan.interval_s
    counted = (plan.arrival_s > warm / 2.0) & (plan.arrival_s < plan.end_s - warm)
    came = plan.arrival_s.size * pool.handle_s / plan.end_s / pool.load - 1.0
    handled = float(plan.handle_s[counted].mean()) / pool.handle_s - 1.0
    squares = float((plan.handle_s[counted] ** 2).mean()) / pool.handle_s**2 - 1.0 - pool.handle_cv**2
    if not math.isfinite(pool.patience_s):
        return came, handled, squares if pool.handle_cv > 0.0 else 0.0
    return came, handled, float(plan.patience_s[counted].mean()) / pool.patience_s - 1.0


def regressed(found: Floats, known: Floats) -> tuple[Floats, Floats]:
    """Means at controls of zero, and their standard errors."""
    design = np.column_stack([np.ones(found.shape[0]), known[:, known.any(axis=0)]])
    values, _, rank, _ = np.linalg.lstsq(design, found, rcond=None)
    variance = ((found - design @ values) ** 2).sum(axis=0) / (found.shape[0] - rank)
    return values[0], np.sqrt(variance * np.linalg.inv(design.T @ design)[0, 0])
