"""Free rates of a study: solved once, and kept in the run's folder."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from orm_sim.core.files import write_whole
from orm_sim.scenario.load import LoadedStudy
from orm_sim.simulation.pricing import ReferenceJob, solve_rates
from orm_sim.study import Unit
from orm_sim.study.manifest import read_json, to_json
from orm_sim.study.pool import work_through
from orm_sim.study.store import make_folder

PRICES_FILE: Final = "prices.json"


def solved_rates(
    study: LoadedStudy, folder: Path, job: ReferenceJob, workers: int, say: Callable[[str], None] | None
) -> dict[str, float]:
    """Solved rates, kept in the run's folder so that resuming does not solve them again."""
    make_folder(folder)
    kept = kept_rates(folder)
    if kept is not None:
        return kept
    if say is not None:
        say("Solving free rates for the reference vendor's margin ...")
    count = study.base.evaluation.price_replications
    units = [Unit(r, r, r + 1) for r in range(count)] if job.options else []
    lived = dict(work_through(job, units, workers) if workers > 1 else ((unit, job(unit)) for unit in units))
    rates = solve_rates(study.options, [each for unit in units for each in lived[unit]])
    keep_rates(folder, rates)
    return rates


def kept_rates(folder: Path) -> dict[str, float] | None:
    """Solved rates kept in a run's folder; None where there are none yet, or none that could have been solved."""
    kept = read_json(folder / PRICES_FILE)
    if kept is None or not all(isinstance(rate, float) and math.isfinite(rate) for rate in kept.values()):
        return None
    return kept


def keep_rates(folder: Path, rates: Mapping[str, float]) -> None:
    """Keep solved rates in a run's folder."""
    write_whole(folder / PRICES_FILE, to_json(rates))
