"""A study from its plan to whole tables in outputs/<run-id>: begun, resumed or found complete."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from orm_sim.core.files import write_whole
from orm_sim.core.interrupts import ctrl_c_once
from orm_sim.core.tables import TableContract
from orm_sim.study import manifest as manifests
from orm_sim.study.execute import PREVIEW, Job, OnProgress, RunInterrupted, execute
from orm_sim.study.lock import locked
from orm_sim.study.plan import RunPlan
from orm_sim.study.store import Store, make_folder
from orm_sim.study.tables import SIMULATED

CUT = "cut.json"  # beside the parts: how they were cut and with which versions


@dataclass(frozen=True, slots=True)
class Run:
    """A run whose tables are whole.

    Parameters
    ----------
    plan : RunPlan
    store : Store
    lived : int
        Units lived by the call that returned it; 0 when everything was there already.
    """

    plan: RunPlan
    store: Store
    lived: int
    _cache: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    @property
    def folder(self) -> Path:
        """outputs/<run-id>"""
        return self.store.folder

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest as it stands."""
        return manifests.read(self.folder) or {}

    def table(self, name: str) -> pd.DataFrame:
        """A table of the run, read once."""
        if name not in self._cache:
            self._cache[name] = self.store.read_table(name)
        return self._cache[name].copy(deep=False)  # copied when written to

    def add_table(self, contract: TableContract, frame: pd.DataFrame) -> Path:
        """Write a table computed from the others, checked, and name it in the manifest."""
        found = self.store.write_table(contract, frame)
        self._cache.pop(contract.name, None)
        manifest = self.manifest
        self.amend(tables={**manifest.get("tables", {}), contract.name: found})
        return self.store.table_path(contract.name)

    def amend(self, **fields: Any) -> None:
        """Set fields of the manifest, such as `precision`."""
        manifests.write(self.folder, {**self.manifest, **fields})


def run_study(
    plan: RunPlan,
    job: Job,
    out: Path,
    workers: int = 1,
    on_progress: OnProgress | None = None,
    contracts: tuple[TableContract, ...] = SIMULATED,
    preview: Sequence[str] = PREVIEW,
) -> Run:
    """A study lived to the end in outputs/<run-id>: resumed if it was begun, untouched if it is complete.

    Parameters
    ----------
    plan : RunPlan
    job : Job
    out : Path
        Folder of the runs, usually outputs/.
    workers : int
        Processes, 1 or more. The tables do not depend on it.
    on_progress : callable, optional
    contracts : tuple of TableContract
        The tables each unit gives.

    Raises
    ------
    InputError
        When the folder cannot be written or another run is at work in it; nothing was run.
    RunInterrupted, RunFailed
        See `execute`. The finished units are kept, the manifest says so.
    """
    if workers < 1:
        raise ValueError(f"{workers} workers")
    store = Store(out / plan.run_id, contracts)
    make_folder(store.folder)
    try:
        with ctrl_c_once(), locked(store.folder):
            if is_complete(store):
                store.remove_parts()
                return Run(plan, store, 0)
            return _live(plan, job, store, workers, on_progress, preview)
    except KeyboardInterrupt:  # between two blocks, or while the tables are written
        total = len(plan.units)
        done = total if is_complete(store) else sum(map(store.is_whole, plan.units))
        raise RunInterrupted(done, total, store.folder) from None


def is_complete(store: Store) -> bool:
    """Whether a run's simulated tables are whole."""
    return manifests.is_complete(store.folder, {c.name: store.table_path(c.name) for c in store.contracts})


def _live(
    plan: RunPlan,
    job: Job,
    store: Store,
    workers: int,
    on_progress: OnProgress | None,
    preview: Sequence[str],
) -> Run:
    make_ready(plan, store)
    manifest = manifests.resume(store.folder, plan, workers)
    manifests.write(store.folder, manifest)
    begun = time.monotonic()
    status = "failed"
    try:
        lived = execute(job, plan.units, workers, store, on_progress, preview)
        manifest["tables"] = store.assemble(plan.units)
        status = "complete"
    except (RunInterrupted, KeyboardInterrupt):
        status = "interrupted"
        raise
    finally:
        manifest["status"] = status
        whole = [unit for unit in plan.units if store.is_whole(unit)]
        manifest["replications_done"] = sum(len(unit.replications) for unit in whole)
        manifests.clock(manifest, time.monotonic() - begun)
        manifests.write(store.folder, manifest)
    store.remove_parts()
    return Run(plan, store, lived)


def make_ready(plan: RunPlan, store: Store) -> None:
    """Clear a run's folder, locked by the caller, of what a killed process left, and of parts not to be resumed from:
    those cut otherwise, or written by other versions.
    """
    store.sweep()
    cut = {"block": plan.block, **manifests.versions()}
    marker = store.parts / CUT
    told = manifests.read_json(marker)
    if told != cut:
        store.remove_parts()
        store.parts.mkdir()
        write_whole(marker, manifests.to_json(cut))
