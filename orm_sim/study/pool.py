"""Worker processes that finish blocks of replications; one that dies costs the block in its hands only."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from orm_sim.core.processes import ctrl_c_held, single_threaded, worker_context

U = TypeVar("U", bound=Hashable)

TRIES = 3  # times a block may take its worker down with it before the run is given up
GRACE_S = 2.0  # time a worker gets to end before it is killed


class RunFailed(Exception):
    """A block of replications that could not be finished; the finished ones are kept."""


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    line: Connection
    unit: Any


def work_through(task: Callable[[U], Any], units: Sequence[U], workers: int) -> Iterator[tuple[U, Any]]:
    """Run `task` on every unit in worker processes, and yield each result as it comes in.

    Parameters
    ----------
    task : callable
        Picklable: a module's function, a partial or a frozen dataclass with `__call__`. Its result too.
    units : sequence
        What is handed out, in this order: blocks of replications, or anything that pickles and is named by `str`.
    workers : int
        Processes, each with a single thread of arithmetic.

    Raises
    ------
    RunFailed
        When a unit raised, with its traceback, or ended its worker three times, or when workers keep dying.
    Exception
        The unit's own exception where it can be pickled.

    Notes
    -----
    Started clean, never forked from this process, which may hold threads; where the system can, forked from a
    server that has imported everything once. Workers ignore Ctrl-C, which is the parent's to answer, and end when
    the parent does, however it ends. Leaving the iteration ends them.
    """
    waiting = deque(units)
    tries: dict[U, int] = {}
    barren = 0  # workers lost since a unit was last finished: all of them dying is not one unit's fault
    given_up: str | None = None
    crew: list[_Worker] = []
    try:
        while waiting or crew:
            while waiting and len(crew) < workers:
                crew.append(_hire(task, waiting.popleft()))
            for worker in _ready(crew):
                message = _heard(worker)
                if message is None:
                    _dismiss([worker])
                    crew.remove(worker)
                    tries[worker.unit] = tries.get(worker.unit, 0) + 1
                    barren += 1
                    if barren >= TRIES * workers:
                        raise RunFailed(_lost(worker, tries[worker.unit]))
                    if tries[worker.unit] >= TRIES:
                        given_up = _lost(worker, TRIES)  # told when what others are at is finished
                    else:
                        waiting.append(
                            worker.unit
                        )  # last, so that the others are finished before it is given up
                    continue
                barren = 0
                yield worker.unit, _result(worker.unit, message)
                if waiting:
                    worker.unit = waiting.popleft()
                    with contextlib.suppress(OSError):  # it died just now: the next look finds out
                        worker.line.send(worker.unit)
                else:
                    crew.remove(worker)
                    _dismiss([worker])
        if given_up is not None:
            raise RunFailed(given_up)
    finally:
        _dismiss(crew)


def _hire(task: Callable[[U], Any], unit: U) -> _Worker:
    context = worker_context(_modules(task))
    ours, theirs = multiprocessing.Pipe()
    process = context.Process(target=_serve, args=(theirs, task), daemon=True)
    with single_threaded(), ctrl_c_held():
        process.start()
    theirs.close()
    worker = _Worker(process, ours, unit)
    with contextlib.suppress(OSError):
        ours.send(unit)
    return worker


def _modules(task: Callable[..., Any]) -> list[str]:
    """Modules that hold a task and its parts."""
    parts = (task, *(getattr(task, name) for name in getattr(task, "__dataclass_fields__", ())))
    return sorted({__name__, *(getattr(part, "__module__", type(part).__module__) for part in parts)})


def _ready(crew: list[_Worker]) -> list[_Worker]:
    """Workers with news: a message, or the end of their line."""
    lines = set(wait([worker.line for worker in crew]))
    return [worker for worker in crew if worker.line in lines]


def _heard(worker: _Worker) -> tuple[str, Any, str] | None:
    """What a worker says; None when it is gone."""
    try:
        message: tuple[str, Any, str] = worker.line.recv()
    except (EOFError, OSError):
        return None
    return message


def _result(unit: object, message: tuple[str, Any, str]) -> Any:
    kind, content, trace = message
    if kind == "done":
        return content
    if isinstance(content, Exception):
        content.add_note(f"In {unit}:\n{trace}")
        raise content
    raise RunFailed(f"{unit} failed:\n{trace}")


def _lost(worker: _Worker, tries: int) -> str:
    worker.process.join(GRACE_S)
    return (
        f"{worker.unit} ended its worker process (try {tries}, exit code {worker.process.exitcode}). "
        "A negative code is a signal; -9 often means too little memory: try fewer --workers. "
        'A script that starts a study needs its call under `if __name__ == "__main__":`.'
    )


def _dismiss(crew: list[_Worker]) -> None:
    for worker in crew:
        worker.line.close()
        if worker.process.is_alive():
            worker.process.terminate()
    for worker in crew:
        worker.process.join(GRACE_S)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


def _serve(line: Connection, task: Callable[..., Any]) -> None:
    """Life of a worker: a unit in, its result out, until the line closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            unit = line.recv()
        except (EOFError, OSError):
            return
        try:
            message = ("done", task(unit), "")
        except Exception as problem:  # noqa: BLE001 - whatever it is, the parent raises it
            message = ("failed", _picklable(problem), traceback.format_exc())
        try:
            line.send(message)
        except OSError:
            return


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _picklable(problem: Exception) -> Exception | None:
    try:
        copy = pickle.loads(pickle.dumps(problem))  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - an exception of any kind may refuse in any way
        return None
    return copy if isinstance(copy, Exception) else None
