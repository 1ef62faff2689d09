"""The real records lie outside the repository: without them a test is skipped, and fails where they are required."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"
TEST = "def test_reads(shared_data):\n    assert (shared_data / 'README.md').is_file()\n"
CELL = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository of one test and two notebooks, one of which reads the records."""
    root = tmp_path / "main"
    for folder in ("tests", "notebooks"):
        (root / folder).mkdir(parents=True)
    shutil.copy(CONFTEST, root / "tests")
    (root / "tests" / "test_records.py").write_text(TEST)
    reading = "assert __import__('pathlib').Path('../../shared/data').is_dir()"
    for name, source in (("reads", reading), ("plain", "1 + 1")):
        notebook = {
            "cells": [CELL | {"source": [source]}],
            "metadata": KERNEL,
            "nbformat": 4,
            "nbformat_minor": 4,
        }
        (root / "notebooks" / f"{name}.ipynb").write_text(json.dumps(notebook))
    return root


def counts(tree: Path, **environment: str) -> dict[str, int]:
    """How many passed, failed and were skipped in a run of that tree, with the reasons of the skips checked."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "ORM_SIM_"))
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-rs",
        "--nbval-lax",
        "--nbval-current-env",
        "-p",
        "no:cacheprovider",
    ]
    ended = subprocess.run(
        [*command, "tests", "notebooks"],
        cwd=tree,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    last = ended.stdout.splitlines()[-1]
    found = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error|skipped)", last)}
    assert ended.stdout.count("needs ../shared/data") >= found.get("skipped", 0) > 0 or "skipped" not in found
    return found


def test_read_where_they_are(tree: Path) -> None:
    data = tree.parent / "shared" / "data"
    data.mkdir(parents=True)
    (data / "README.md").touch()
    assert counts(tree) == {"passed": 3}


def test_skipped_where_they_are_not(tree: Path) -> None:
    assert counts(tree) == {"passed": 1, "skipped": 2}


def test_failed_where_they_are_required(tree: Path) -> None:
    assert counts(tree, ORM_SIM_REQUIRE_DATA="1") == {"passed": 1, "failed": 1, "error": 1}
