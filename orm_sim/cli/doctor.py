"""`orm-sim doctor`: whether the installation can do what it is for, one sentence for each thing looked at."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from orm_sim.core.compiled import cache_folder

OLDEST: Final = (3, 11)
ENOUGH_BYTES: Final = 2 * 10**9
"""Memory that a batch on two cores takes."""
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "firefox")
_PACKAGE: Final = Path(__file__).resolve().parents[2]
_MARKS: Final = {"ok": "ok", "note": "note", "bad": "MISSING"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look found: `ok`, `note` (nothing fails) or `bad`, and a sentence that says what to do."""

    about: str
    kind: str
    sentence: str


@click.command("doctor")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("outputs"),
    help="Folder of runs; default: outputs.",
)
def doctor(out: Path) -> None:
    """Check the installation: Python, packages, compiler, notebooks, folders, memory, a free port."""
    found = look(out)
    for each in found:
        click.echo(f"{_MARKS[each.kind]:8}{each.about}: {each.sentence}")
    bad = [each.about for each in found if each.kind == "bad"]
    click.echo(f"\n{len(bad)} to mend: {', '.join(bad)}." if bad else "\nEverything that is needed is there.")
    if bad:
        sys.exit(1)


def look(out: Path) -> list[Finding]:
    """Every finding, in the order in which things are needed."""
    looks: tuple[Callable[[], Finding], ...] = (
        _python, _packages, _compiler, _kernel, _project, lambda: _writable(out), _cores, _memory, _port, _browser,
    )  # fmt: skip
    return [each() for each in looks]


def _python() -> Finding:
    have = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST:
        return Finding("Python", "bad", f"{have} is too old; install 3.11 or newer and run: python3 run.py")
    return Finding("Python", "ok", f"{have}, in {sys.prefix}.")


def _packages() -> Finding:
    try:
        wanted = importlib.metadata.requires("orm-sim") or []
    except importlib.metadata.PackageNotFoundError:
        return Finding("packages", "bad", "orm_sim itself is not installed; run: python3 run.py")
    wrong = [told for line in wanted if ";" not in line for told in misfits(line)]
    if wrong:
        return Finding("packages", "bad", f"{'; '.join(wrong)}. Delete .venv and run: python3 run.py")
    return Finding(
        "packages", "ok", f"all {sum(';' not in line for line in wanted)} are there, each in its range."
    )


def misfits(line: str) -> Iterator[str]:
    """What is wrong with the installed version of a package, given as "name>=1.2,<2"; nothing where it fits."""
    name = re.split(r"[<>=!~ ]", line, maxsplit=1)[0]
    try:
        have = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        yield f"{name} is not installed"
        return
    for sign, bound in re.findall(r"(>=|<)\s*([0-9.]+)", line[len(name) :]):
        if (_numbers(have) < _numbers(bound)) == (sign == ">="):
            yield f"{name} {have} is not {sign}{bound}"


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, zeros at the end left out."""
    found = re.match(r"[0-9.]*", version)
    numbers = [int(part) for part in (found[0] if found else "").split(".") if part]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _compiler() -> Finding:
    folder = cache_folder()
    if folder is None:
        hint = "every process compiles anew. Set NUMBA_CACHE_DIR to a folder of yours"
        return Finding("compiler cache", "note", f"no private folder can be written: {hint}.")
    if not folder.exists() or not any(folder.rglob("*.nbc")):
        return Finding(
            "compiler cache", "note", "empty: the first study compiles for half a minute. Ahead: orm-sim warm"
        )
    return Finding("compiler cache", "ok", f"the engine is compiled, in {folder}.")


def _kernel() -> Finding:
    from jupyter_client.kernelspec import KernelSpecManager

    try:
        importlib.metadata.version("ipykernel")
    except importlib.metadata.PackageNotFoundError:
        return Finding("notebooks", "bad", "ipykernel is not installed; delete .venv and run: python3 run.py")
    if "python3" not in KernelSpecManager().find_kernel_specs():
        hint = f"{sys.executable} -m ipykernel install --sys-prefix"
        return Finding(
            "notebooks", "note", f"reports can be rendered, but JupyterLab finds no kernel; run: {hint}"
        )
    return Finding("notebooks", "ok", "the kernel python3 is there.")


def _project() -> Finding:
    missing = [name for name in ("notebooks", "scenarios") if not (_PACKAGE / name).is_dir()]
    if missing:
        return Finding(
            "project", "bad", f"no folder {' or '.join(missing)} beside the package; clone it whole."
        )
    return Finding("project", "ok", "notebooks and scenarios lie beside the package.")


def _writable(out: Path) -> Finding:
    """Whether runs could be written; nothing is made that was not there."""
    there = next((each for each in (out, *out.resolve().parents) if each.exists()), Path.cwd())
    hint = "Name another folder with --out"
    if not there.is_dir():
        return Finding("outputs", "bad", f"{there} is a file, not a folder. {hint}.")
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        return Finding("outputs", "bad", f"{there} cannot be written in ({error.strerror}). {hint}.")
    if {"{", "}"} & set(str(out.resolve())):
        return Finding(
            "outputs", "bad", f"the path holds {{ or }}, which notebooks cannot be written to. {hint}."
        )
    free = shutil.disk_usage(there).free
    if free < ENOUGH_BYTES:
        return Finding("outputs", "note", f"{free / 1e9:.1f} GB left on the disk: a study takes up to 1 GB.")
    return Finding("outputs", "ok", f"{out} can be written; {free / 1e9:.0f} GB are free.")


def _cores() -> Finding:
    n = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if n < 2:
        return Finding("cores", "note", "one: studies take twice as long as the README says.")
    return Finding("cores", "ok", f"{n} can be used at once.")


def _memory() -> Finding:
    try:
        size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return Finding("memory", "note", "its size cannot be found out here; a batch takes up to 2 GB.")
    if size < ENOUGH_BYTES:
        return Finding(
            "memory", "note", f"{size / 1e9:.1f} GB: use --workers 1, for a batch takes up to 2 GB on two."
        )
    return Finding("memory", "ok", f"{size / 1e9:.0f} GB.")


def _port() -> Finding:
    try:
        with socket.socket() as line:
            line.bind(("127.0.0.1", 0))
    except OSError as error:
        why = f"none can be opened on 127.0.0.1 ({error.strerror}): notebooks and pages need one"
        return Finding("port", "bad", f"{why}. Look at firewall and sandbox settings.")
    return Finding("port", "ok", "one is free on 127.0.0.1.")


def _browser() -> Finding:
    found = next((name for name in BROWSERS if shutil.which(name)), None)
    if found is None:
        return Finding(
            "browser", "note", "none found by name; open the address or page that is printed in yours."
        )
    return Finding("browser", "ok", f"{found}.")
