"""One scenario of a batch in a worker process: run, reported and digested, or its failure kept as evidence."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from orm_sim.cli.api import compare_loaded, notebook_path, run_plan
from orm_sim.cli.batch.items import Item
from orm_sim.core.errors import InputError
from orm_sim.study import manifest as manifests
from orm_sim.study.store import sha256

NOTEBOOK: Final = "notebooks/scenario_report.ipynb"
REPORTS: Final = "reports"
"""Key of a run's manifest: files drawn from its tables, with their digests."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How every scenario of a batch is run; as in `compare`."""

    out: Path
    replications: int | None
    seed: int | None
    engine: str
    overrides: tuple[tuple[str, str], ...]
    report: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """One item's turn in a worker."""

    index: int
    name: str

    def __str__(self) -> str:
        return f"scenario {self.name}"


@dataclass(frozen=True, slots=True)
class LiveOne:
    """Runs the item of a turn and says how it ended, as plain data; never raises."""

    items: tuple[Item, ...]
    settings: Settings

    def __call__(self, turn: Turn) -> dict[str, Any]:
        """`status` whole with the name of the run, or failed with the error."""
        item = self.items[turn.index]
        try:
            return {"status": "whole", **live(item, self.settings)}
        except Exception as error:  # noqa: BLE001 - whatever it is, the rest of the batch goes on
            return {"status": "failed", "error": told(error)}
        finally:
            gc.collect()


def live(item: Item, settings: Settings) -> dict[str, Any]:
    """Run and report one item, unless all of that is there already.

    Returns
    -------
    dict
        `run`, the name of the run's folder in the folder of runs, and `lived`, whether anything was computed.
    """
    study = item.load(dict(settings.overrides))
    folder = settings.out / run_plan(study, settings.replications, settings.seed, settings.engine).run_id
    if is_whole(folder, settings.report):
        return {"run": folder.name, "lived": False}
    if len(study.options) < 2:
        raise ValueError("it is the in-house zero line itself: there is nothing to compare it with")
    compare_loaded(
        study, replications=settings.replications, seed=settings.seed, workers=1, engine=settings.engine,
        out=settings.out, report=False,
    )  # fmt: skip
    if settings.report:
        _report(folder)
    return {"run": folder.name, "lived": True, "seconds": _seconds(folder)}


def told(error: Exception) -> dict[str, Any]:
    """An exception as evidence: its kind, its words, the places it names, and where in the code it arose."""
    problems = error.problems if isinstance(error, InputError) else ()
    return {
        "kind": type(error).__name__,
        "message": "\n".join(
            [*(map(str, problems) if problems else [str(error)]), *getattr(error, "__notes__", ())]
        ),
        "places": [
            {"file": each.place.file, "line": each.place.line, "path": each.path, "rule": each.rule}
            for each in problems
        ],
        "traceback": "" if problems else "".join(traceback.format_exception(error)),
    }


def is_whole(folder: Path, reported: bool) -> bool:
    """Whether a run is complete with the bytes its manifest names; with `reported`, its pages too."""
    manifest = manifests.read(folder) or {}
    if manifest.get("status") != "complete" or "card" not in manifest:
        return False
    tables = {f"tables/{name}.parquet": each for name, each in manifest.get("tables", {}).items()}
    files = {name: each.get("sha256") for name, each in tables.items()}
    if reported:
        kept = manifest.get(REPORTS, {})
        if kept.get("source") != _source():
            return False
        files |= kept.get("files", {})
    return _unspoilt(folder, files)


def _unspoilt(folder: Path, files: Mapping[str, str]) -> bool:
    try:
        return all(sha256(folder / name) == digest for name, digest in files.items())
    except OSError:
        return False


def _source() -> str:
    """Digest of the notebook that scenarios are reported with; empty where there is none."""
    found = notebook_path(NOTEBOOK)
    return "" if found is None else sha256(found)


def _report(folder: Path) -> None:
    """Render the notebook of a finished run; its figures are drawn and saved by the notebook itself."""
    from orm_sim.report.render import render

    notebook = notebook_path(NOTEBOOK)
    if notebook is None:
        raise FileNotFoundError(f"there is no {NOTEBOOK} here or beside the package: use --no-report")
    render(notebook, folder / "notebooks", {"out_dir": str(folder.resolve())})
    made = sorted([*(folder / "notebooks").glob("scenario_report.*"), *(folder / "figures").glob("*.*")])
    files = {each.relative_to(folder).as_posix(): sha256(each) for each in made}
    manifest = manifests.read(folder) or {}
    manifests.write(folder, {**manifest, REPORTS: {"source": _source(), "files": files}})


def _seconds(folder: Path) -> float:
    return float((manifests.read(folder) or {}).get("timings", {}).get("seconds", 0.0))
