"""Processor seconds of a replication of the default study, all options, and what they go to.

    python tests/benchmarks/replication.py --rounds 4 --out replication.json

Prices are solved from two replications of the reference vendor, so that the options are those of the study. A round is
one replication of its own; the first, which tabulates and compiles, is left out. Each share is of the time in it alone,
without that of the shares named inside it; timers cost about a hundredth.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import contest

from orm_sim.demand import inbound
from orm_sim.scenario.load import load_study
from orm_sim.simulation import inbound_pool, job, outbound_pool, pricing, world
from orm_sim.simulation.billing import Billing
from orm_sim.simulation.job import StudyJob
from orm_sim.simulation.lived_days import LivedDays
from orm_sim.simulation.planner import Planner
from orm_sim.vendor.decision import valuation

STUDY = Path(__file__).resolve().parents[2] / "scenarios" / "studies" / "which_contract.yaml"
PARTS: tuple[tuple[str, Any, str], ...] = (
    ("the world besides", job, "simulate"),
    ("inbound days, compiled", inbound_pool, "inbound_days"),
    ("outbound days, compiled", outbound_pool, "outbound_days"),
    ("first contacts, compiled", inbound, "draw_day"),
    ("days of pools besides", LivedDays, "count"),
    ("planning besides", Planner, "decide"),
    ("planning: settlement", valuation, "settle"),
    ("weeks: people and rosters", world.World, "_work_week"),
    ("billing", Billing, "month_end"),
    ("setting", job, "make_setting"),
)
"""What is timed: a name, and where the function stands."""


class Stopwatch:
    """Time spent in each part, without that of parts inside it."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._inside = [0.0]

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its time noted."""

        def run(*arguments: Any, **options: Any) -> Any:
            begun = time.process_time()
            self._inside.append(0.0)
            try:
                return function(*arguments, **options)
            finally:
                lasted = time.process_time() - begun
                self.spent[name] += lasted - self._inside.pop()
                self._inside[-1] += lasted

        return run


def study_job() -> StudyJob:
    """The default study, priced."""
    study = load_study(STUDY)
    seed, options = study.base.evaluation.seed, dict(study.options)
    reference = pricing.ReferenceJob(pricing.free_options(options), seed, "kernel")
    rates = pricing.solve_rates(options, [reference.live(replication) for replication in range(2)])
    for name, rate in rates.items():
        contract = options[name].contract
        if contract is not None:
            options[name] = options[name].model_copy(update={"contract": contract.with_rate(rate)})
    return StudyJob(options, study.zero, seed, "kernel")


def measure(rounds: int) -> tuple[list[float], dict[str, float]]:
    """Processor seconds of each replication, and seconds a replication by part."""
    lived, watch, plain = study_job(), Stopwatch(), []
    lived.run_unit(SimpleNamespace(replications=range(rounds, rounds + 1)))
    for name, where, what in PARTS:
        plain.append((where, what, getattr(where, what)))
        setattr(where, what, watch.timed(name, getattr(where, what)))
    each = []
    try:
        for replication in range(rounds):
            begun = time.process_time()
            lived.run_unit(SimpleNamespace(replications=range(replication, replication + 1)))
            each.append(time.process_time() - begun)
    finally:
        for where, what, function in plain:
            setattr(where, what, function)
    parts = {name: seconds / rounds for name, seconds in watch.spent.items()}
    parts["tables and draws"] = statistics.mean(each) - sum(parts.values())
    return each, parts


def main() -> None:
    """Print the seconds and their shares."""
    asked = contest.options(__doc__, 0)
    each, parts = measure(asked.rounds)
    mean, say = statistics.mean(each), sys.stdout.write
    say(f"A replication of the default study: {mean:.2f} s ({min(each):.2f} to {max(each):.2f})\n")
    for name, seconds in sorted(parts.items(), key=lambda part: -part[1]):
        say(f"  {name:<28} {seconds * 1e3:8.0f} ms {seconds / mean:7.1%}\n")
    if asked.out is not None:
        asked.out.write_text(json.dumps({"seconds": each, "parts": parts}, indent=2) + "\n")


if __name__ == "__main__":
    main()
