"""`jit`, the one way compiled code is declared here, and the folder its machine code is kept in.

numba's own cache looks at the file a function is written in and not at the functions it calls, so a change in
another module would silently serve stale code. The folder is therefore named by a digest of every source file
that compiled code may read, and of the versions that translate it: any change means another folder.
"""

import ast
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import stat
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache, update_wrapper
from importlib.metadata import version
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar, cast

import numpy as np

_PACKAGE = Path(__file__).resolve().parents[1]
_KEPT_FOR_S = 30 * 86_400.0
_DECORATING = threading.Lock()
_CHOSEN: list[Path | None] = []

P = ParamSpec("P")
R = TypeVar("R")


def jit(function: Callable[P, R], *, inline: bool = False) -> Callable[P, R]:
    """Machine code of a function, compiled at its first call and kept on disk for the next process.

    Compiled without the interpreter's lock, with division by zero as in numpy (inf or nan), and never with
    `fastmath`: it moves last bits, and the two engines must agree to the bit.

    Parameters
    ----------
    function
        A plain function in numba's subset of Python. What it calls must be `jit` too; the module constants it
        reads are frozen when it is compiled.
    inline
        Whether the machine code is copied into every caller, however long, so that loops over it are vectorised.

    Returns
    -------
    callable
        `Compiled`, with the signature of `function`. numba is imported when it is first called.
    """
    return Compiled(function, inline)


def jit_inline(function: Callable[P, R]) -> Callable[P, R]:
    """`jit` with `inline`."""
    return jit(function, inline=True)


class Late:
    """A name compiled code reads that takes numba to make: made when code that reads it is compiled.

    Parameters
    ----------
    make
        Gives what the name stands for, such as an intrinsic; asked once.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self.made = cache(make)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """What stands behind the name, called outside compiled code."""
        return self.made()(*arguments, **options)


class Compiled(Generic[P, R]):
    """A function of which numba makes machine code at its first call; numba itself is imported only then."""

    def __init__(self, function: Callable[P, R], inline: bool) -> None:
        update_wrapper(self, function)
        self.py_func, self._inline = function, inline
        self._dispatcher: Callable[P, R] | None = None

    def __call__(self, *arguments: P.args, **options: P.kwargs) -> R:
        """What the function gives, by machine code."""
        return (self._dispatcher or self.dispatcher)(*arguments, **options)

    @property
    def dispatcher(self) -> Callable[P, R]:
        """numba's object for the function."""
        if self._dispatcher is None:
            numba = _numba()
            folder = cache_folder()
            with _DECORATING:  # numba picks the folder at decoration, from a setting it shares with everyone
                before = numba.config.CACHE_DIR
                numba.config.CACHE_DIR = "" if folder is None else str(folder)
                try:
                    self._dispatcher = self._dispatcher or numba.njit(
                        cache=folder is not None, nogil=True, error_model="numpy", forceinline=self._inline
                    )(self.py_func)
                finally:
                    numba.config.CACHE_DIR = before
        return cast(Callable[P, R], self._dispatcher)


@cache
def _numba() -> Any:
    """numba, told what the names declared here stand for in compiled code."""
    import numba
    from numba.core.registry import cpu_target
    from numba.extending import typeof_impl

    def of_compiled(value: Any, context: Any) -> Any:
        return typeof_impl(value.dispatcher, context)

    def of_late(value: Late, context: Any) -> Any:
        made = value.made()
        cpu_target.typing_context.refresh()  # what was made just now is not known to it yet
        return cpu_target.typing_context.resolve_value_type(made)

    typeof_impl.register(Compiled)(of_compiled)
    typeof_impl.register(Late)(of_late)
    return numba


def cache_folder() -> Path | None:
    """Folder of this process's machine code, or None where no place can be written (each compiles anew).

    The first that can be written of: `NUMBA_CACHE_DIR`, the user's cache folder, a private folder in the
    temporary one. Below it, a folder named by `sources_digest`; those unused for 30 days are removed.
    """
    if not _CHOSEN:
        _CHOSEN.append(next((f for f in map(_usable, _candidates()) if f is not None), None))
    return _CHOSEN[0]


def sources_digest(package: Path = _PACKAGE) -> str:
    """Digest (16 hex digits) of all that decides the machine code: sources, and versions of the translators.

    The sources are the modules that import this one, with every module of the package they import in turn,
    because a compiled function freezes the constants it reads from them.
    """
    digest = hashlib.blake2b(digest_size=8)
    digest.update("|".join(_versions()).encode())
    for path in sorted(compiled_sources(package)):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def _versions() -> tuple[str, ...]:
    translators = (platform.python_version(), version("numba"), version("llvmlite"), np.__version__)
    return (*translators, platform.machine(), sys.platform)


def compiled_sources(package: Path = _PACKAGE) -> frozenset[Path]:
    """Files compiled code may read: those that use `jit`, this one, and all they import of the package."""
    name = f"{package.name}.core"
    waiting = [
        path
        for path in package.rglob("*.py")
        if f"{name}.compiled" in (text := _text(path))
        or (f"from {name} import" in text and "compiled" in text)
    ]
    waiting.append(package / "core" / "compiled.py")
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found and path.is_file():
            found.add(path)
            waiting.extend(_imported(path, package))
    return frozenset(found)


def _imported(path: Path, package: Path) -> Iterator[Path]:
    """Modules of the package a file imports; of `from a import b` both a and a.b, as b may be a module."""
    inside = (package.name, *path.relative_to(package).parent.parts)
    for node in ast.walk(ast.parse(_text(path))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            stem = node.module or ""
            if node.level:
                stem = importlib.util.resolve_name("." * node.level + stem, ".".join(inside))
            names = [stem, *(f"{stem}.{alias.name}" for alias in node.names)]
        for name in names:
            head, *rest = name.split(".")
            if head == package.name and rest:
                yield package.joinpath(*rest).with_suffix(".py")
                yield package.joinpath(*rest, "__init__.py")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _candidates() -> Iterator[Path]:
    """Places to keep machine code in, best first."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        yield Path(given)
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        yield Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "orm_sim" / "cache"
    elif sys.platform == "darwin":
        yield home / "Library" / "Caches" / "orm_sim"
    else:
        yield Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "orm_sim"
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    yield Path(tempfile.gettempdir()) / f"orm_sim-{owner}"


def _usable(base: Path) -> Path | None:
    """The folder below `base` for this digest, made ready; None when not writable or not ours alone."""
    try:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _ours(base):
            return None
        folder = base / f"compiled-{_known_digest(base)}"
        fresh = not folder.exists()
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        os.utime(folder)  # in use today: the sweep below leaves it alone
        if fresh:
            _sweep(base, folder)
    except OSError:
        return None
    return folder


def _known_digest(base: Path) -> str:
    """`sources_digest`, noted below `base` for the sizes and times of all sources: reading them takes a while.

    Times to the nanosecond and sizes are what Python itself trusts for its bytecode, and coarser ones at that.
    """
    state = hashlib.blake2b("|".join(_versions()).encode(), digest_size=8)
    for path in sorted(_PACKAGE.rglob("*.py")):
        about = path.stat()
        state.update(f"\0{path}\0{about.st_mtime_ns}\0{about.st_size}".encode())
    note = base / f"sources-{state.hexdigest()}"
    if note.is_file() and re.fullmatch("[0-9a-f]{16}", known := note.read_text()):
        return known
    digest = sources_digest()
    draft = note.with_suffix(f".{os.getpid()}")
    draft.write_text(digest)
    draft.replace(note)
    return digest


def _ours(base: Path) -> bool:
    """Whether nobody else can put machine code there: loading it runs what it holds."""
    if not hasattr(os, "getuid"):
        return True
    state = os.stat(base)
    return state.st_uid == os.getuid() and not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _sweep(base: Path, current: Path) -> None:
    """Remove the folders of other digests that have not been used for 30 days, and notes as old."""
    oldest = time.time() - _KEPT_FOR_S
    for note in base.glob("sources-*"):
        if note.stat().st_mtime < oldest:
            note.unlink(missing_ok=True)
    for folder in base.glob("compiled-*"):
        if folder != current and folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)
