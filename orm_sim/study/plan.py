"""What a run is made of: the inputs that name it, and the blocks of replications it is cut into."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

UNITS = 30  # blocks a study is cut into at most: the first is soon done, an interruption costs little
_LONGEST = 80  # letters of a study's name in that of its folder: file systems take 255


@dataclass(frozen=True, slots=True, order=True)
class Unit:
    """A block of replications, start to stop − 1, lived by all options: the piece of work of a worker."""

    index: int
    start: int
    stop: int

    @property
    def replications(self) -> range:
        """The replications of the block."""
        return range(self.start, self.stop)

    @property
    def name(self) -> str:
        """Name of its files, in the order of the blocks."""
        return f"block-{self.start:07d}-{self.stop - 1:07d}"

    def __str__(self) -> str:
        return f"replications {self.start} to {self.stop - 1}"


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file a run was computed from, and the SHA-256 of its bytes."""

    path: str
    sha256: str

    @classmethod
    def of(cls, path: str | Path) -> InputFile:
        """The file as it is now."""
        return cls(str(path), hashlib.sha256(Path(path).read_bytes()).hexdigest())


@dataclass(frozen=True, slots=True)
class RunPlan:
    """Everything that decides the bytes of a run's tables.

    Parameters
    ----------
    study : str
        Name of the study; the readable part of the run's id.
    inputs : tuple of InputFile
        Every file read: study, scenarios and what they extend, in the order read.
    overrides : tuple of (path, value)
        As given with --set.
    seed, replications : int
    engine : str
        "kernel" or "reference".
    package : str
        Version of the package with a digest of its source, so that changed code never passes for a finished
        run.
    block : int
        Replications per unit of work. Decides how a run is cut, not what it says: it is no part of the id.
    """

    study: str
    inputs: tuple[InputFile, ...]
    overrides: tuple[tuple[str, str], ...]
    seed: int
    replications: int
    engine: str
    package: str
    block: int

    @property
    def run_id(self) -> str:
        """<study>-<ten digits of a digest of what decides the tables>; where files lie does not matter."""
        contents = [[Path(each.path).name, each.sha256] for each in self.inputs]
        told = [contents, self.overrides, self.seed, self.replications, self.engine, self.package]
        digest = hashlib.sha256(json.dumps(told, separators=(",", ":")).encode()).hexdigest()
        name = re.sub(r"[^A-Za-z0-9_]+", "-", self.study).strip("-")[:_LONGEST] or "study"
        return f"{name}-{digest[:10]}"

    @property
    def units(self) -> tuple[Unit, ...]:
        """The blocks, in order; the last may be shorter."""
        starts = range(0, self.replications, self.block)
        return tuple(Unit(i, a, min(a + self.block, self.replications)) for i, a in enumerate(starts))


def plan_run(
    study: str,
    inputs: Iterable[str | Path],
    seed: int,
    replications: int,
    engine: str = "kernel",
    overrides: Mapping[str, str] | None = None,
    block: int | None = None,
) -> RunPlan:
    """The plan of a run, its inputs digested as they are now.

    Parameters
    ----------
    replications : int
        1 or more.
    block : int, optional
        Replications per unit; by default a thirtieth of them. Never depends on the number of workers.

    Raises
    ------
    ValueError
        When replications or block are below 1.
    OSError
        When an input cannot be read.
    """
    size = max(1, -(-replications // UNITS)) if block is None else block
    if replications < 1 or size < 1:
        raise ValueError(f"{replications} replications in blocks of {size}")
    given = tuple((path, str(value)) for path, value in (overrides or {}).items())
    files = tuple(InputFile.of(path) for path in inputs)
    return RunPlan(study, files, given, seed, replications, engine, package_version(), size)


@cache
def package_version() -> str:
    """Version of orm_sim and a digest of its source, "0.1.0+3f9a2c1b"."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{library_version('orm-sim')}+{digest.hexdigest()[:8]}"


def library_version(name: str) -> str:
    """Installed version of a distribution; "0" when it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "0"
