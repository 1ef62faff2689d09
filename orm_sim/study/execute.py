"""Lives the replications of a study over the cores, keeps what is finished, and resumes what is not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from orm_sim.core.files import write_whole
from orm_sim.core.tables import TableContract
from orm_sim.study import manifest as manifests
from orm_sim.study.lock import locked
from orm_sim.study.plan import RunPlan, Unit
from orm_sim.study.pool import work_through
from orm_sim.study.store import Store, make_folder
from orm_sim.study.tables import SIMULATED

PREVIEW = ("outcomes",)
CUT = "cut.json"  # beside the parts: how they were cut and with which versions


class Job(Protocol):
    """What is lived: a picklable frozen object that turns a block of replications into tables."""

    def run_unit(self, unit: Unit) -> dict[str, pd.DataFrame]:
        """Tables of one block, all options; a pure function of the unit."""
        ...


OnProgress = Callable[[int, int, Mapping[str, pd.DataFrame]], None]
"""Called at the start and after every block with: blocks done, blocks in all, preview tables so far."""


class RunInterrupted(Exception):
    """Ctrl-C: the finished blocks are kept. The command line prints it and exits with 130."""

    exit_code = 130

    def __init__(self, done: int, total: int, folder: Path) -> None:
        super().__init__(done, total, folder)
        self.done, self.total, self.folder = done, total, folder

    def __str__(self) -> str:
        return (
            f"Stopped. {self.done} of {self.total} blocks are kept in {self.folder}.\n"
            "Run the same command again to resume from there."
        )


class TablesSoFar(Mapping[str, pd.DataFrame]):
    """The preview tables of the blocks finished so far, joined when asked for, in block order."""

    def __init__(self, names: Sequence[str]) -> None:
        self._parts: dict[str, dict[Unit, pd.DataFrame]] = {name: {} for name in names}

    def add(self, unit: Unit, frames: Mapping[str, pd.DataFrame]) -> None:
        """Add a finished block."""
        for name, parts in self._parts.items():
            parts[unit] = frames[name]

    def __getitem__(self, name: str) -> pd.DataFrame:
        parts = self._parts[name]
        if not parts:
            return pd.DataFrame()
        return pd.concat([parts[unit] for unit in sorted(parts)], ignore_index=True)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)


@dataclass(frozen=True, slots=True)
class _Task:
    """Lives a block, writes its parts where the worker is, and hands back the preview alone."""

    job: Job
    store: Store
    preview: tuple[str, ...]

    def __call__(self, unit: Unit) -> dict[str, pd.DataFrame]:
        frames = self.job.run_unit(unit)
        self.store.write_part(unit, frames)
        return {name: frames[name] for name in self.preview}


def execute(
    job: Job,
    units: Sequence[Unit],
    workers: int,
    store: Store,
    on_progress: OnProgress | None = None,
    preview: Sequence[str] = PREVIEW,
) -> int:
    """Finish every unit that the store does not hold whole.

    Parameters
    ----------
    job : Job
    units : sequence of Unit
    workers : int
        Processes; 1 runs in this one.
    store : Store
        An existing folder.
    on_progress : callable, optional
    preview : sequence of str
        Tables kept in memory for `on_progress`, where they exist.

    Returns
    -------
    int
        Units lived in this call; the others were whole already.

    Raises
    ------
    RunInterrupted
        On Ctrl-C.
    RunFailed
        When a unit cannot be finished in a worker. An exception of the job itself is raised as it is.
    """
    names = tuple(name for name in preview if name in {contract.name for contract in store.contracts})
    so_far = TablesSoFar(names)
    whole = {unit for unit in units if store.is_whole(unit)}
    missing = [unit for unit in units if unit not in whole]
    for unit in sorted(whole):
        so_far.add(unit, {name: store.read_part(unit, name) for name in names})
    done = len(whole)
    task = _Task(job, store, names)
    try:
        if on_progress is not None:
            on_progress(done, len(units), so_far)
        for unit, frames in _finished(task, missing, workers):
            so_far.add(unit, frames)
            done += 1
            if on_progress is not None:
                on_progress(done, len(units), so_far)
    except KeyboardInterrupt:
        raise RunInterrupted(done, len(units), store.folder) from None
    return len(missing)


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
        return self._cache[name].copy()

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
        with locked(store.folder):
            if _is_complete(store):
                store.remove_parts()
                return Run(plan, store, 0)
            return _live(plan, job, store, workers, on_progress, preview)
    except KeyboardInterrupt:  # between two blocks, or while the tables are written
        total = len(plan.units)
        done = total if _is_complete(store) else sum(map(store.is_whole, plan.units))
        raise RunInterrupted(done, total, store.folder) from None


def _is_complete(store: Store) -> bool:
    return manifests.is_complete(store.folder, {c.name: store.table_path(c.name) for c in store.contracts})


def _live(
    plan: RunPlan,
    job: Job,
    store: Store,
    workers: int,
    on_progress: OnProgress | None,
    preview: Sequence[str],
) -> Run:
    _keep_only_parts_cut_alike(plan, store)
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


def _keep_only_parts_cut_alike(plan: RunPlan, store: Store) -> None:
    """Parts cut otherwise, or written by other versions, are not resumed from."""
    cut = {"block": plan.block, **manifests.versions()}
    marker = store.parts / CUT
    told = manifests.read_json(marker)
    if told != cut:
        store.remove_parts()
        store.parts.mkdir()
        write_whole(marker, manifests.to_json(cut))


def _finished(
    task: _Task, units: Sequence[Unit], workers: int
) -> Iterator[tuple[Unit, dict[str, pd.DataFrame]]]:
    if workers > 1 and units:
        yield from work_through(task, units, min(workers, len(units)))
    else:
        for unit in units:
            yield unit, task(unit)
