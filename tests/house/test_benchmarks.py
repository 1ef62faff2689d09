"""Benchmarks are no tests, but they must run: each starts and says what it compares."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
SCRIPTS = sorted(path for path in FOLDER.glob("*.py") if "__main__" in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_it_starts(script: Path) -> None:
    told = subprocess.run([sys.executable, str(script), "--help"], capture_output=True, text=True, check=True)
    assert "--rounds" in told.stdout
    assert f"outputs/benchmarks/{script.stem}.json" in "".join(told.stdout.split())


def test_there_are_some() -> None:
    assert len(SCRIPTS) >= 2
