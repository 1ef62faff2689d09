"""What a batch costs: scenarios as an analyst varies them, lived, reported and joined over two processes.

    python tests/benchmarks/batch.py --scenarios 6 --replications 6          # and what 24 over 50 would cost
    python tests/benchmarks/batch.py --scenarios 24 --replications 50 --rounds 1

Each round is a batch of its own, with so many replications, then twice as many, and so on; from two rounds on, what
does not grow with replications (rates solved, start) is told from what does. Processor time is that of all processes of
the batch: those that live scenarios, notebook kernels, and the one that joins and writes the workbook. Memory is the
most that all of them held together, pages they share counted once.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import contest
import psutil

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ("per_productive_hour", "per_minute_and_hour", "baseline_and_commission", "pure_commission")
WAGES = (3.3, 3.0, 3.7)
MARGINS = (0.12, 0.09)
SCENARIO = """extends: {bank}
name: deal_{number:02d}
title: "{contract}, {wage} $ an hour, {net_days} days to payment, margin {margin}"
vendor: {{policy: {policy}, workforce: {{wage_per_hour: {wage}}}}}
relationship: {{exit_rule: {{failed_months: 6, of_months: 12}}}}
contract:
  extends: {terms}
  payment: {{net_days: {net_days}}}
  price: {{value: {margin}}}
evaluation: {{replications: {replications}}}
"""
ASKED = (24, 50)
"""Scenarios and replications of the size that is asked for: within 20 minutes and 2 GB."""
Figures = dict[str, float]


def write_deals(folder: Path, count: int, replications: int, policy: str) -> None:
    """Scenarios that differ in contract, wage, days to payment and price, in one world."""
    folder.mkdir(parents=True)
    shipped = ROOT / "scenarios"
    varied = itertools.cycle(itertools.product(MARGINS, WAGES, CONTRACTS))
    for number, (margin, wage, contract) in zip(range(1, count + 1), varied, strict=False):
        text = SCENARIO.format(
            bank=shipped / "bank.yaml", terms=shipped / "contracts" / f"{contract}.yaml", number=number, wage=wage,
            contract=contract.replace("_", " "), margin=margin, net_days=(30, 45, 60)[number % 3], policy=policy,
            replications=replications,
        )  # fmt: skip
        (folder / f"deal_{number:02d}.yaml").write_text(text, encoding="utf-8")


def run_batch(deals: Path, out: Path, workers: int) -> Figures:
    """One batch from start to end: seconds, processor seconds in parts, and most memory."""
    command = [sys.executable, "-m", "orm_sim.cli", "batch", str(deals), "--out", str(out)]
    command += ["--workers", str(workers)]
    begun = time.monotonic()
    program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=_environment())
    spent: dict[tuple[int, float], tuple[str, float]] = {}
    most = looked = 0.0
    while program.poll() is None:
        crew = _crew(program.pid)
        spent |= dict(filter(None, (_spent(each, program.pid) for each in crew)))
        if time.monotonic() - looked > 1.0:
            looked = time.monotonic()
            most = max(most, sum(map(_megabytes, crew)))
        time.sleep(0.2)
    if program.returncode:
        raise SystemExit(f"the batch ended with status {program.returncode}")
    parts = {
        part: sum(s for p, s in spent.values() if p == part) for part in ("living", "notebooks", "joining")
    }
    return {"wall_s": time.monotonic() - begun, "cpu_s": sum(parts.values()), **parts, "peak_mb": most}


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}


def _crew(pid: int) -> list[psutil.Process]:
    try:
        program = psutil.Process(pid)
        return [program, *program.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _spent(process: psutil.Process, main: int) -> tuple[tuple[int, float], tuple[str, float]] | None:
    """Processor seconds of a process so far, and the part of the batch it belongs to."""
    try:
        with process.oneshot():
            times, line = process.cpu_times(), " ".join(process.cmdline())
        part = "notebooks" if "ipykernel" in line else "joining" if process.pid == main else "living"
        return (process.pid, process.create_time()), (part, times.user + times.system)
    except psutil.Error:
        return None


def _megabytes(process: psutil.Process) -> float:
    try:
        memory = process.memory_full_info()
        return float(getattr(memory, "pss", memory.uss)) / 1e6
    except psutil.Error:
        return 0.0


def project(found: list[tuple[int, Figures]], count: int) -> Figures:
    """Processor seconds at the size asked for, from batches of `count` scenarios by their replications."""
    scenarios, replications = ASKED
    (least, first), (most, last) = found[0], found[-1]
    slope = (last["living"] - first["living"]) / (most - least) if most > least else last["living"] / most
    fixed = max(last["living"] - slope * most, 0.0)
    living = (fixed + slope * replications) * scenarios / count
    others = {part: last[part] * scenarios / count for part in ("notebooks", "joining")}
    return {"living": living, **others, "cpu_s": living + sum(others.values())}


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--scenarios", type=int, default=6)
    asked.add_argument("--replications", type=int, default=6, help="of the first round")
    asked.add_argument("--rounds", type=int, default=2, help="batches, each with more replications")
    asked.add_argument("--policy", default="best_response", help="how vendors decide [%(default)s]")
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument(
        "--out", type=Path, default=contest.result_file(), help="JSON file to write [%(default)s]"
    )
    given = asked.parse_args()
    say, found = sys.stdout.write, []
    for turn in range(1, given.rounds + 1):
        replications = given.replications * turn
        with tempfile.TemporaryDirectory() as place:
            deals = Path(place) / "deals"
            write_deals(deals, given.scenarios, replications, given.policy)
            figures = run_batch(deals, Path(place) / "out", given.workers)
        found.append((replications, figures))
        say(f"{given.scenarios} scenarios x {replications} replications x 36 months, {given.policy}\n")
        for name, value in figures.items():
            say(f"  {name:12s} {value:10.1f}\n")
    whole = project(found, given.scenarios)
    say(f"{ASKED[0]} x {ASKED[1]} from these: " + ", ".join(f"{n} {v:.0f}" for n, v in whole.items()) + "\n")
    rounds = [{"replications": n, **figures} for n, figures in found]
    contest.write({"scenarios": given.scenarios, "rounds": rounds, "projected": whole}, given.out)


if __name__ == "__main__":
    main()
