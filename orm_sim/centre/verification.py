"""The engines against theory and against each other: every check that `orm-sim verify` prints."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from orm_sim.centre.certificate import Certificate, Part
from orm_sim.centre.interval_checks import bank_days
from orm_sim.centre.path_checks import accounts, busyness, same_path
from orm_sim.centre.skill_checks import several_skills
from orm_sim.centre.theory_checks import closed_forms, coverage, one_agent, spread, steady_state
from orm_sim.demand.programme import Programme

SEED: Final = 2026

PARTS: Final[tuple[Part, ...]] = (
    closed_forms,
    steady_state,
    one_agent,
    accounts,
    spread,
    busyness,
    same_path,
    several_skills,
    coverage,
)
"""Every part that needs no scenario."""


def verify(
    programme: Programme | None = None,
    seed: int = SEED,
    parts: Sequence[Part] | None = None,
    workers: int = 2,
) -> Certificate:
    """Run every check.

    Parameters
    ----------
    programme : Programme or None
        Whose days the closed form by interval and both engines are compared on; None leaves that part out.
    seed : int
        Root of every random stream.
    parts : sequence of Part or None
        What else to check; all of `PARTS` when None.
    workers : int
        Threads; compiled code runs without the interpreter's lock.
    """
    begun = time.perf_counter()
    wanted = list(PARTS if parts is None else parts)
    if programme is not None:
        wanted.append(bank_days(programme))
    with ThreadPoolExecutor(workers) as pool:
        found = list(pool.map(lambda part: part(seed), wanted))
    return Certificate(tuple(c for checks in found for c in checks), time.perf_counter() - begun)
