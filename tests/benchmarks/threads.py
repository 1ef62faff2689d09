"""What two threads gain over one, beside what this machine lets any two threads gain, and how quiet it was meanwhile.

A figure below 2 has three causes: the machine (cores that share units or memory), the interpreter's lock, and other
people's work. The machine's own ceiling is measured with compiled loops that never ask for the lock; what others took
of the processors is read from the system where it tells.
"""

import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.compiled import jit
from orm_sim.core.functions import log

AT_LEAST_S = 0.25
"""A measurement lasts so long: threads woken by the system, and its clock of 10 ms, then weigh little."""
QUIET = 0.05
"""Processors that others may have used meanwhile for a round to count as quiet."""

Work = Callable[[], object]


def figures(work: Work, rounds: int) -> dict[str, float]:
    """`speed_up` and `machine`, to print and to write; without what this system does not tell."""
    found = speed_up(work, rounds) | machine(rounds)
    return {name: value for name, value in found.items() if not math.isnan(value)}


def speed_up(work: Work, rounds: int) -> dict[str, float]:
    """Twice the wall time of one thread over that of two with the same work each; best of the quiet rounds.

    Where no round was quiet, the best of all: `others_on_processors` then tells why not to trust it. The threads are
    started, and have done the work, before the clock runs.
    """
    best = {
        "speed_up_of_two_threads": 0.0,
        "of_it_processor_time": math.nan,
        "others_on_processors": math.inf,
    }
    with two_threads(repeated(work)) as (alone, both):
        for _ in range(rounds):
            found = _round(alone, both)
            quiet, was_quiet = (each["others_on_processors"] <= QUIET for each in (found, best))
            faster = found["speed_up_of_two_threads"] > best["speed_up_of_two_threads"]
            if (quiet and not was_quiet) or (faster and quiet >= was_quiet):
                best = found
    return best


def _round(alone: Work, both: Work) -> dict[str, float]:
    """One thread, then two: ratio of wall times, of processor times, and processors that others used meanwhile."""
    others, begun = _busy_s(), time.perf_counter()
    one_s, one_processor_s = _timed(alone)
    two_s, two_processor_s = _timed(both)
    others += one_processor_s + two_processor_s
    return {
        "speed_up_of_two_threads": 2.0 * one_s / two_s,
        "of_it_processor_time": 2.0 * one_processor_s / two_processor_s,
        "others_on_processors": max((_busy_s() - others) / (time.perf_counter() - begun), 0.0),
    }


def machine(rounds: int) -> dict[str, float]:
    """The ceilings of this machine: two threads of arithmetic alone, and of memory beyond its nearer caches alone."""
    near, kept = threading.local(), 1 << 23

    def memory() -> None:
        if not hasattr(near, "words"):
            near.words = np.zeros(kept)
        _walk(near.words)

    def arithmetic() -> None:
        _reckon(2_000_000)

    return {
        "ceiling_of_machine_arithmetic": speed_up(arithmetic, rounds)["speed_up_of_two_threads"],
        "ceiling_of_machine_memory": speed_up(memory, rounds)["speed_up_of_two_threads"],
    }


def repeated(work: Work) -> Work:
    """Work as often as it takes to last long enough to be timed."""
    work()  # compiled and warm
    times = max(1, math.ceil(AT_LEAST_S / max(_timed(work)[0], 1e-6)))

    def again() -> None:
        for _ in range(times):
            work()

    return again


@contextmanager
def two_threads(work: Work) -> Iterator[tuple[Work, Work]]:
    """Work in the first of two warm threads, and in both at once: functions that return when it is done."""
    start, done, asked = threading.Barrier(3), threading.Barrier(3), [2]
    failed: list[Exception] = []

    def wait_and_work(number: int) -> None:
        while True:
            start.wait()
            if asked[0] == 0:
                return
            try:
                if number < asked[0]:
                    work()
            except Exception as fault:  # noqa: BLE001 - told to who waits for it
                failed.append(fault)
            done.wait()

    def ask(how_many: int) -> None:
        asked[0] = how_many
        start.wait()
        if how_many > 0:
            done.wait()
        if failed:
            raise failed.pop()

    threads = [threading.Thread(target=wait_and_work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        ask(2)  # each has its own memory now
        yield (lambda: ask(1)), (lambda: ask(2))
    finally:
        failed.clear()
        ask(0)
        for thread in threads:
            thread.join()


def _timed(work: Work) -> tuple[float, float]:
    """Wall and processor seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def _busy_s() -> float:
    """Seconds that all processors have worked since the system began; nan where it does not tell."""
    table = Path("/proc/stat")
    if not table.exists():
        return math.nan
    user, nice, system, _, _, *interrupts = map(int, table.read_text().split("\n")[0].split()[1:9])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


@jit
def _reckon(n: int) -> float:
    """Logarithms, several at once, nothing of them kept."""
    total = 0.0
    for i in range(n):
        total += log(1.0 + i)
    return total


@jit
def _walk(words: NDArray[np.float64]) -> None:
    """Change a word of each line of memory."""
    for i in range(0, words.size, 8):
        words[i] += 1.0
