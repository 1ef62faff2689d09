"""How worker processes are started: clean, single-threaded, from a server that has imported everything once."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerContext, SpawnContext

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
              "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS")  # fmt: skip


def worker_context(modules: Sequence[str]) -> ForkServerContext | SpawnContext:
    """How workers that need some modules are started: forked from a server that has imported them, or anew."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(modules))
    return context


def start_server(modules: Sequence[str]) -> None:
    """Let the server import modules from now on, while this process is still busy with something else."""
    if isinstance(worker_context(modules), ForkServerContext):
        with single_threaded(), ctrl_c_held():
            forkserver.ensure_running()


@contextlib.contextmanager
def single_threaded() -> Iterator[None]:
    """Environment of a new process in which its libraries, on import, settle for one thread."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def ctrl_c_held() -> Iterator[None]:
    """Ctrl-C waits: a new process inherits that, and is never torn down halfway through its imports."""
    if os.name != "posix":
        yield
        return
    resource_tracker.ensure_running()  # first: it would let Ctrl-C through again when it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
