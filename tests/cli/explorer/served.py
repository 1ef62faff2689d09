"""The real server of the explorer, started as a reader starts it, and stopped with Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlparse

from tests.study.toy import heed_ctrl_c

ROOT = Path(__file__).resolve().parents[3]
STUDY = ROOT / "scenarios" / "studies" / "which_contract.yaml"
START_S = 180.0


@dataclass(frozen=True)
class Served:
    """Where it listens."""

    address: str

    @property
    def port(self) -> int:
        return int(urlparse(self.address).port or 0)

    @property
    def token(self) -> str:
        return parse_qs(urlparse(self.address).query)["token"][0]


def started(command: list[str], said: str, folder: Path) -> tuple[subprocess.Popen[str], str]:
    """A process that has printed what one waits for, and the text up to there."""
    here = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    log = folder / "log.txt"
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONPATH": here},
            preexec_fn=heed_ctrl_c,
        )
    begun = time.monotonic()
    while time.monotonic() - begun < START_S and process.poll() is None:
        text = log.read_text()
        if re.search(said, text):
            return process, text
        time.sleep(0.1)
    process.kill()
    raise AssertionError(f"not started: {log.read_text()}")


@contextmanager
def explorer(folder: Path, study: Path = STUDY) -> Iterator[Served]:
    """`orm-sim dashboard` of a study, warm."""
    command = [
        sys.executable,
        "-m",
        "orm_sim.cli",
        "dashboard",
        str(study),
        "--no-browser",
        "--out",
        str(folder / "runs"),
    ]
    process, text = started(command, r"token=\S+\s", folder)
    found = re.search(r"http://\S+", text)
    assert found is not None
    try:
        yield Served(found[0])
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20.0)
        except subprocess.TimeoutExpired:
            process.kill()
