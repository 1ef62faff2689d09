"""manifest.json: what a run was computed from, with which versions, how far it got and how long it took."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from orm_sim.core.files import write_whole
from orm_sim.study.plan import RunPlan, library_version
from orm_sim.study.store import sha256

FILE: Final = "manifest.json"
LIBRARIES: Final = ("numpy", "scipy", "numba", "pandas", "pyarrow", "pydantic", "simpy")


def versions() -> dict[str, str]:
    """Python and the libraries that decide a table's bytes."""
    return {"python": platform.python_version()} | {name: library_version(name) for name in LIBRARIES}


def begin(plan: RunPlan, workers: int) -> dict[str, Any]:
    """The manifest of a run that starts now."""
    return {
        "run_id": plan.run_id,
        "study": plan.study,
        "status": "running",
        "seed": plan.seed,
        "replications": plan.replications,
        "engine": plan.engine,
        "package": plan.package,
        "inputs": [asdict(each) for each in plan.inputs],
        "overrides": [{"path": path, "value": value} for path, value in plan.overrides],
        "versions": versions(),
        "replications_done": 0,
        "precision": {},
        "tables": {},
        "timings": {"started": _now(), "workers": workers, "seconds": 0.0, "sessions": 0},
    }


def write(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest of a run."""
    write_whole(folder / FILE, to_json(manifest))


def read(folder: Path) -> dict[str, Any] | None:
    """The manifest of a run; None when there is none that can be read."""
    return read_json(folder / FILE)


def to_json(content: Mapping[str, Any]) -> bytes:
    """The house form of a JSON file."""
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON object; None when there is none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def resume(folder: Path, plan: RunPlan, workers: int) -> dict[str, Any]:
    """The manifest of a run that goes on, or of a new one."""
    fresh, before = begin(plan, workers), read(folder)
    if before is not None and isinstance(before.get("timings"), dict):
        fresh["timings"] = {**fresh["timings"], **before["timings"], "workers": workers}
    return fresh


def clock(manifest: dict[str, Any], seconds: float) -> None:
    """Add a session's length to the timings."""
    timings = manifest["timings"]
    timings["seconds"] = round(float(timings["seconds"]) + seconds, 3)
    timings["sessions"] = int(timings["sessions"]) + 1
    timings["ended"] = _now()


def is_complete(folder: Path, tables: Mapping[str, Path]) -> bool:
    """Whether the manifest says complete and every simulated table still has the bytes it names."""
    manifest = read(folder)
    if manifest is None or manifest.get("status") != "complete":
        return False
    try:
        return all(sha256(path) == manifest["tables"][name]["sha256"] for name, path in tables.items())
    except (OSError, KeyError, TypeError):
        return False


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S%z")
