"""How much of a replication's time a vendor spends on planning: the bank per hour, planned and lived in one run.

    python tests/benchmarks/planning.py --days 1096 --out planning.json

Processor time of every planning date over that of the whole replication, setting included; the median over rounds. A
round is one replication of its own; the first, which tabulates and compiles, is told apart.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import contest

from orm_sim.centre import engine
from orm_sim.scenario.load import load_scenario
from orm_sim.scenario.scenario import Scenario
from orm_sim.simulation.planner import Planner
from orm_sim.simulation.setting import make_setting
from orm_sim.simulation.world import simulate

RATE = 13.0
"""$ per productive hour, about what the default study solves for."""


def scenario(days: int) -> Scenario:
    """The bank per hour with a vendor that plans, so many days long."""
    months = max(round(days / 30.44), 3)
    path = Path(__file__).resolve().parents[2] / "scenarios" / "bank_per_hour.yaml"
    found = load_scenario(
        path, {"vendor.policy": "best_response", "programme.months": months, "contract.term_months": months}
    )
    if found.contract is None:
        raise ValueError("the scenario has a contract")
    return found.model_copy(update={"contract": found.contract.with_rate(RATE)})


def shares(rounds: int, days: int) -> tuple[list[float], list[float], int]:
    """Planning's share of each replication, processor seconds of each planning date, and plans compared."""
    bank, spent, each = scenario(days), [], []
    plain, now = Planner.decide, time.process_time

    def timed(self: Planner, *arguments: Any) -> Any:
        begun = now()
        decision = plain(self, *arguments)
        each.append(now() - begun)
        return decision

    Planner.decide = timed  # type: ignore[method-assign]
    try:
        for replication in range(rounds + 1):
            begun, first = now(), len(each)
            setting = make_setting(bank.programme, bank.evaluation.forecast_cv, 1, replication)
            simulate(bank, setting, engine("kernel"))
            spent.append(sum(each[first:]) / (now() - begun))
            setting.release()
    finally:
        Planner.decide = plain  # type: ignore[method-assign]
    return spent, each, bank.vendor.levers.plans().training.size


def main() -> None:
    """Print the shares."""
    asked = contest.options(__doc__, 1096)
    spent, each, n_plans = shares(asked.rounds, asked.days)
    share, seconds = statistics.median(spent[1:]), statistics.median(each)
    say = sys.stdout.write
    say(f"Planning over {asked.days} days, {n_plans} plans a date\n")
    say(
        f"  share of a replication's time          {share:8.1%}  ({min(spent[1:]):.1%} to {max(spent[1:]):.1%})\n"
    )
    say(f"  share of the first, tables made        {spent[0]:8.1%}\n")
    say(f"  processor time of a planning date      {seconds * 1e3:8.1f} ms\n")
    if asked.out is not None:
        figures = {"share": share, "first_share": spent[0], "planning_ms": seconds * 1e3, "plans": n_plans}
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
