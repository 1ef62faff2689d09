"""Whole runs: the same bytes for any number of workers, and after a SIGKILL and a second start."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orm_sim.cli.api import compare, open_run
from tests.simulation.bank import STUDY

SMALL = {
    "programme.months": "6",
    "contract.term_months": "6",
    "programme.inbound.contacts_per_week": "1500",
    "programme.outbound.leads_per_month": "1200",
    "programme.outbound.seats": "3",
    "evaluation.price_replications": "2",
}
REPLICATIONS = 12


def digests(run_dir: Path) -> dict[str, str]:
    """SHA-256 of every table of a run."""
    return {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted((run_dir / "tables").glob("*.parquet"))
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Tables of a run with one worker that nobody disturbed."""
    out = tmp_path_factory.mktemp("one")
    run = compare(STUDY, replications=REPLICATIONS, workers=1, overrides=SMALL, out=out, report=False)
    return digests(run.run_dir)


def test_two_workers_write_the_same_bytes(undisturbed: dict[str, str], tmp_path: Path) -> None:
    run = compare(STUDY, replications=REPLICATIONS, workers=2, overrides=SMALL, out=tmp_path, report=False)
    assert digests(run.run_dir) == undisturbed
    assert len(undisturbed) == 14


def test_a_killed_run_resumes_to_the_same_bytes(undisturbed: dict[str, str], tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "orm_sim.cli",
        "compare",
        str(STUDY),
        "--replications",
        str(REPLICATIONS),
    ]
    command += ["--workers", "2", "--no-report", "--out", str(tmp_path)]
    command += [part for path, value in SMALL.items() for part in ("--set", f"{path}={value}")]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + 240
    while (
        not list(tmp_path.glob("*/parts/*.json")) and process.poll() is None and time.monotonic() < deadline
    ):
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    resumed = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    assert resumed.returncode == 0, resumed.stderr
    (run_dir,) = [p for p in tmp_path.iterdir() if p.is_dir()]
    assert digests(run_dir) == undisturbed
    assert json.loads((run_dir / "manifest.json").read_text(encoding="utf-8"))["status"] == "complete"


def test_a_complete_run_is_not_lived_again(tmp_path: Path) -> None:
    first = compare(STUDY, replications=4, workers=1, overrides=SMALL, out=tmp_path, report=False)
    stamp = (first.run_dir / "tables" / "outcomes.parquet").stat().st_mtime_ns
    second = compare(STUDY, replications=4, workers=1, overrides=SMALL, out=tmp_path, report=False)
    assert second.run_dir == first.run_dir
    assert (first.run_dir / "tables" / "outcomes.parquet").stat().st_mtime_ns == stamp
    again = open_run(first.run_dir)
    assert again.study == first.study
    assert again.rank_table().as_dict() == first.rank_table().as_dict()
