"""Benchmarks are no tests, but they must run: each starts and says what it compares."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
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


def test_two_threads_that_need_nothing_of_each_other_gain_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sleeping takes neither the lock nor a processor. One thread works alone twice, and thrice with the other."""
    monkeypatch.syspath_prepend(str(FOLDER))
    import threads

    done: list[int] = []

    def sleep() -> None:
        time.sleep(0.02)
        done.append(threading.get_ident())

    found = threads.speed_up(sleep, 2)
    assert 1.6 < found["speed_up_of_two_threads"] < 2.4
    assert found["others_on_processors"] >= 0.0
    both, one = sorted(done.count(each) for each in set(done) - {threading.get_ident()})
    assert 3 * one == 5 * both > 0


def test_a_thread_that_fails_ends_the_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    import threads

    def fail() -> None:
        if threading.current_thread() is not threading.main_thread():
            raise ArithmeticError("no work")

    with pytest.raises(ArithmeticError, match="no work"), threads.two_threads(fail):
        pass
