"""How contestants are timed: by turns in one run, on processor time, with random numbers and bookkeeping included."""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Play = Callable[[], int]
"""Runs a contestant once; how many contacts it decided."""


def by_turns(contestants: Mapping[str, Play], rounds: int) -> dict[str, float]:
    """Contacts per second of processor time, the median over rounds in which everyone plays once in turn."""
    for play in contestants.values():
        play()  # compiled and warm
    speeds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, play in contestants.items():
            begun = time.process_time_ns()
            contacts = play()
            speeds[name].append(contacts * 1e9 / max(time.process_time_ns() - begun, 1))
    return {name: statistics.median(found) for name, found in speeds.items()}


def resident_mb() -> float:
    """Memory of this process now, megabytes; nan where the system does not tell."""
    table = Path("/proc/self/statm")
    if not table.exists():
        return float("nan")
    return int(table.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def result_file() -> Path:
    """Where a benchmark writes its figures unless told otherwise: outputs/benchmarks/, by its own name."""
    name = Path(sys.argv[0]).with_suffix(".json").name
    return Path(__file__).resolve().parents[2] / "outputs" / "benchmarks" / name


def options(description: str | None, days: int) -> argparse.Namespace:
    """What both benchmarks are asked with."""
    asked = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("--days", type=int, default=days, help="days of the kernel")
    asked.add_argument("--slow-days", type=int, default=3, help="days of the slow contestants")
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--out", type=Path, default=result_file(), help="JSON file to write [%(default)s]")
    return asked.parse_args()


def tell(title: str, speeds: Mapping[str, float], more: Mapping[str, float], out: Path) -> None:
    """Print the figures, and write them as JSON."""
    say, slowest = sys.stdout.write, speeds["textbook SimPy"]
    say(title + "\n")
    for name, speed in speeds.items():
        say(f"  {name:36s} {speed:14,.0f} contacts per CPU-second {speed / slowest:9.2f} x textbook\n")
    for name, value in more.items():
        say(f"  {name:36s} {value:14,.3f}\n")
    figures = {
        "title": title,
        "contacts_per_cpu_s": dict(speeds),
        "times_textbook": {name: speed / slowest for name, speed in speeds.items()},
        **more,
    }
    write(figures, out)


def write(figures: Mapping[str, Any], out: Path) -> None:
    """Write figures as JSON, and say where."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=2) + "\n")
    sys.stdout.write(f"written to {out}\n")
