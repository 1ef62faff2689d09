"""Lives the blocks of a study over the cores: those that the store does not hold whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd

from orm_sim.study.plan import Unit
from orm_sim.study.pool import work_through
from orm_sim.study.store import Store

PREVIEW = ("outcomes",)


class Job(Protocol):
    """What is lived: a picklable frozen object that turns a block of replications into tables."""

    def run_unit(self, unit: Unit) -> dict[str, pd.DataFrame]:
        """Tables of one block, all options; a pure function of the unit."""
        ...


OnProgress = Callable[[int, int, Mapping[str, pd.DataFrame]], None]
"""Called at the start and after every block with: blocks done, blocks in all, preview tables so far."""


class Interrupted(Exception):
    """Ctrl-C: what is whole is kept. The command line prints it and exits with 130."""

    exit_code = 130

    def __init__(self, done: int, total: int, folder: Path) -> None:
        super().__init__(done, total, folder)
        self.done, self.total, self.folder = done, total, folder


class RunInterrupted(Interrupted):
    """A run of which the finished blocks are kept."""

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


def _finished(
    task: _Task, units: Sequence[Unit], workers: int
) -> Iterator[tuple[Unit, dict[str, pd.DataFrame]]]:
    if workers > 1 and units:
        yield from work_through(task, units, min(workers, len(units)))
    else:
        for unit in units:
            yield unit, task(unit)
