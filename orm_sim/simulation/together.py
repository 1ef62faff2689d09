"""Several studies lived side by side: what one of them has lived in a replication, the others need not live again."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, TypeVar

import pandas as pd

from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.job import Outside, Rows, StudyJob, no_collection, settle

K = TypeVar("K", bound=Hashable)


def alike(job: StudyJob) -> Hashable:
    """What studies must have in common to be lived side by side, as text: who meets the same callers and the same luck.

    Drawn inputs may still differ, where evidence does; then each meets a world of its own.
    """
    zero: Scenario = job.options[job.zero]
    return (job.seed, job.engine, zero.evaluation.forecast_cv, zero.programme.model_dump_json())


def live_together(jobs: Mapping[K, StudyJob], unit: Any) -> dict[K, dict[str, pd.DataFrame]]:
    """Tables of one block of every study, each the same as `StudyJob.run_unit` gives for it alone.

    Parameters
    ----------
    jobs
        Studies that are `alike`, by anything.
    unit
        A block (`unit.replications`).

    Returns
    -------
    dict
        Without the studies that failed: whoever lives those by themselves learns why.
    """
    settle()
    rows = {name: Rows(job) for name, job in jobs.items()}
    for replication in unit.replications:
        outside: Outside | None = None
        for name, job in jobs.items():
            if name not in rows:
                continue
            outside = outside or Outside(job.seed, replication)
            try:
                with no_collection():
                    rows[name].add(replication, *job.live(replication, outside))
            except Exception:  # noqa: BLE001 - whatever it is, the others go on
                del rows[name]
                outside.release()  # half a history may be remembered there
        if outside is not None:
            outside.release()
    return {name: each.tables() for name, each in rows.items()}
