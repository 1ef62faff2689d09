"""One run at a time in a folder: a lock that the operating system lets go of when its holder dies."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orm_sim.core.errors import refuse

LOCK = ".lock"


@contextmanager
def locked(folder: Path, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the lock of a run's folder for the length of a `with` block.

    Parameters
    ----------
    folder : Path
        An existing folder.
    wait_s : float
        Seconds to wait for another run to finish before refusing.

    Raises
    ------
    InputError
        When another process, named by its id, is at work in the folder.

    Notes
    -----
    The file's content only names the holder. What excludes is the system's lock on it, which ends with the
    process: the file of a killed run is taken over without asking, and a reused process id deceives nobody.
    """
    path = folder / LOCK
    until = time.monotonic() + wait_s
    while (handle := _take(path)) is None:
        if time.monotonic() >= until:
            rule = f"another run is at work in this folder ({_holder(path)})"
            raise refuse(rule, file=str(folder), hint="Wait for it, or choose another folder with --out")
        time.sleep(0.2)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # a system that will not remove an open file keeps it: no harm
            path.unlink()  # before the lock goes: whoever opened this file meanwhile looks again
        os.close(handle)


def _take(path: Path) -> int | None:
    """The open, locked file, or None while somebody else holds it."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if not _lock(handle):
            os.close(handle)
            return None
        if _still_there(handle, path):
            os.truncate(handle, 0)
            told = {"pid": os.getpid(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}
            os.write(handle, json.dumps(told).encode())
            return handle
        os.close(handle)


def _still_there(handle: int, path: Path) -> bool:
    """Whether the locked file is the one at `path`: its former holder may have removed it in between."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _holder(path: Path) -> str:
    try:
        told = json.loads(path.read_text())
        return f"process {told['pid']}, since {told['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "process unknown"


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        try:
            os.lseek(handle, 1 << 20, os.SEEK_SET)  # beyond the text, which stays readable
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        os.lseek(handle, 0, os.SEEK_SET)
        return True
else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
