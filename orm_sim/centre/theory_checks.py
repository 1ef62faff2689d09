"""Checks against theory: closed forms, steady state, one agent, spread, and how often intervals hold the truth."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from orm_sim.centre import kernel
from orm_sim.centre.certificate import Check, close, estimated, near
from orm_sim.centre.chains import lost_from_empty
from orm_sim.centre.erlang import Stationary, erlang_a, erlang_b, erlang_c
from orm_sim.centre.experiments import (
    BLOCKS,
    Law,
    Pool,
    constant_law,
    draw_block,
    exponential_law,
    law_table,
    lognormal_law,
    steady,
)
from orm_sim.centre.general_patience import general_patience
from orm_sim.centre.known_values import ERLANG_A, ERLANG_B, ERLANG_C, GENERAL_PATIENCE, PATIENCE_LAWS, Waiting
from orm_sim.centre.plan import DayPlan
from orm_sim.centre.replicate import Replications
from orm_sim.centre.survival import piecewise_hazard
from orm_sim.core.streams import key

HANDLE_S: Final = 60.0
_EXACT: Final = 1e-9
_PIECES: Final = (np.array([5.0, 15.0, 60.0, np.inf]), np.array([0.002, 0.01, 0.004, 0.001]))
_REPEATS: Final = 500
_REPLICATIONS: Final = 100


def closed_forms(seed: int) -> list[Check]:
    """Erlang B, C, A and M/M/n+G against values worked out to 40 digits elsewhere."""
    del seed
    about = "Closed forms against values computed to 40 digits"
    checks = [
        close(about, f"Erlang B, {load:g} erlang, {n} agents", value, erlang_b(load, n))
        for load, n, value in ERLANG_B
    ]
    checks += [
        close(about, f"Erlang C, {load:g} erlang, {n} agents", value, erlang_c(load, n))
        for load, n, value in ERLANG_C
    ]
    for pool in ERLANG_A:
        mean_s = PATIENCE_LAWS[pool.patience].mean_s
        got = erlang_a(pool.load / pool.handle_s, pool.handle_s, mean_s, pool.agents, pool.threshold_s)
        checks += _figures(about, f"Erlang A, {pool.load:g}/{pool.agents}", pool, got)
    for pool in GENERAL_PATIENCE:
        law = PATIENCE_LAWS[pool.patience]
        got = general_patience(pool.load / pool.handle_s, pool.handle_s, law, pool.agents, pool.threshold_s)
        checks += _figures(about, f"M/M/n+G, {pool.patience}", pool, got)
    return checks


def _figures(about: str, name: str, exact: Waiting, got: Stationary) -> list[Check]:
    names = ("wait_probability", "service_level", "abandonment_rate", "mean_wait_s")
    return [
        near(about, f"{name}: {figure}", value, getattr(got, figure), _EXACT * max(value, 1e-3))
        for figure, value in zip(names, exact[5:], strict=True)
    ]


def steady_state(seed: int) -> list[Check]:
    """The kernel in steady state against Erlang A, C and M/M/n+G; standard errors under 0.3 %."""
    about = "Kernel in steady state (3 standard errors, each below 0.3 %)"
    checks: list[Check] = []
    for load, patience_s, agents, threshold_s, contacts in (
        (5.0, 60.0, 3, 60.0, 20_000),
        (38.0, 30.0, 36, 10.0, 160_000),
        (320.0, 120.0, 290, 20.0, 160_000),
    ):
        laws = law_table(exponential_law(HANDLE_S), exponential_law(patience_s))
        pool = Pool(
            load=load, handle_s=HANDLE_S, laws=laws, agents=agents, threshold_s=threshold_s,
            contacts=contacts, patience_s=patience_s,
        )  # fmt: skip
        name = f"Erlang A, {load:g} erlang, {agents} agents"
        exact = erlang_a(load / HANDLE_S, HANDLE_S, patience_s, agents, threshold_s)
        checks += _against(about, name, exact, steady(pool, seed, name))
    laws = law_table(exponential_law(HANDLE_S), exponential_law(1.0), _PIECES)
    law = piecewise_hazard(*_PIECES)
    pool = Pool(
        load=38.0, handle_s=HANDLE_S, laws=laws, agents=36, threshold_s=10.0, contacts=250_000,
        patience_s=law.mean_s,
    )  # fmt: skip
    exact = general_patience(38.0 / HANDLE_S, HANDLE_S, law, 36, 10.0)
    checks += _against(about, "M/M/n+G, piecewise hazard", exact, steady(pool, seed, "piecewise"))
    return checks


def _against(
    about: str, name: str, exact: Stationary, found: Mapping[str, tuple[float, float]]
) -> list[Check]:
    return [estimated(about, f"{name}: {k}", getattr(exact, k), v, e) for k, (v, e) in found.items()]


def one_agent(seed: int) -> list[Check]:
    """Mean wait of one agent with endless patience: Pollaczek and Khinchine."""
    about = (
        "One agent, endless patience: mean wait by Pollaczek and Khinchine (3 standard errors, below 0.3 %)"
    )
    cases: tuple[tuple[str, Law, float, int], ...] = (
        ("M/M/1", exponential_law(HANDLE_S), 1.0, 200_000),
        ("M/D/1", constant_law(HANDLE_S), 0.0, 60_000),
        ("M/G/1, lognormal, cv 1.2", lognormal_law(HANDLE_S, 1.2), 1.2, 300_000),
    )
    checks = []
    for name, handle, cv, contacts in cases:
        load = 0.5
        exact = load / (1.0 - load) * HANDLE_S * (1.0 + cv**2) / 2.0
        laws = law_table(handle, exponential_law(math.inf))
        pool = Pool(
            load=load,
            handle_s=HANDLE_S,
            laws=laws,
            agents=1,
            threshold_s=20.0,
            contacts=contacts,
            handle_cv=cv,
        )
        value, error = steady(pool, seed, name)["mean_wait_s"]
        checks.append(estimated(about, f"{name}: mean_wait_s", exact, value, error))
    return checks


def spread(seed: int) -> list[Check]:
    """Variance as well as mean: patience like handle time makes contacts in the centre Poisson."""
    about = "Spread: contacts present are Poisson where patience is like handle time"
    load, agents = 12.0, 10
    laws = law_table(exponential_law(HANDLE_S), exponential_law(HANDLE_S))
    pool = Pool(load=load, handle_s=HANDLE_S, laws=laws, agents=agents, threshold_s=20.0, contacts=250_000)
    means, variances = np.empty(BLOCKS), np.empty(BLOCKS)
    for number in range(BLOCKS):
        plan = pool.block(seed, number, "spread")
        outcome = kernel.run(plan)
        moments = np.arange(20.0 * HANDLE_S, plan.end_s - 20.0 * HANDLE_S, HANDLE_S / 2.0)
        gone = np.sort(outcome.end_s)
        present = np.searchsorted(plan.arrival_s, moments) - np.searchsorted(gone, moments)
        means[number], variances[number] = present.mean(), ((present - load) ** 2).mean()
    ratio, error = variances.mean() / load, variances.std(ddof=1) / load / math.sqrt(BLOCKS)
    mean_error = float(means.std(ddof=1)) / math.sqrt(BLOCKS)
    return [
        estimated(about, "mean, 12 erlang, 10 agents", load, float(means.mean()), mean_error),
        estimated(about, "variance over mean", 1.0, float(ratio), float(error)),
    ]


def coverage(seed: int) -> list[Check]:
    """How often the 95 % interval of 100 replications holds the exact expectation, over 500 repeats."""
    about = f"Coverage of 95 % intervals, {_REPEATS} repeats of {_REPLICATIONS} replications"
    load, agents, patience_s, until_s = 5.0, 4, 60.0, 1800.0
    rate = load / HANDLE_S
    exact = lost_from_empty(rate, HANDLE_S, patience_s, agents, until_s, 60)
    laws = law_table(exponential_law(HANDLE_S), exponential_law(patience_s))
    stream, staffed = key(seed, 0, "verification", "coverage"), np.full(1, agents)
    lost = np.empty(_REPEATS * _REPLICATIONS)
    for number in range(lost.size):
        arrival, handle, patience = draw_block(*stream, number, rate, until_s, laws)
        lost[number] = kernel.run(
            DayPlan(
                arrival_s=arrival, handle_s=handle, patience_s=patience, staffed=staffed, threshold_s=20.0,
                end_s=until_s,
            )
        ).counts[3, 0]  # fmt: skip
    repeats = lost.reshape(_REPEATS, _REPLICATIONS)
    found = (
        Replications(tuple(map(str, range(_REPEATS))), repeats.T).figures().values()
    )  # as they are printed
    holds = np.array([abs((each.mean or 0.0) - exact) <= (each.half_width or 0.0) for each in found])
    error = float(lost.std(ddof=1)) / math.sqrt(lost.size)
    return [
        near(about, "contacts abandoned in half an hour from empty", 0.95, float(holds.mean()), 0.02),
        estimated(about, "their mean, against the matrix exponential", exact, float(lost.mean()), error),
    ]
