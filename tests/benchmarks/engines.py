"""Contacts per CPU-second of the engines, side by side in one run; machines differ, ratios travel.

    python tests/benchmarks/engines.py [--agents 40] [--days 60] [--out engines.json]

Compared: the kernel alone, the kernel called day by day by a SimPy process (as the world does), the reference,
and the queue of the textbooks, a SimPy Resource with `request | timeout`. Random numbers are drawn beforehand.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import simpy

from orm_sim.centre import Carry, DayPlan, kernel, reference

HANDLE_S, PATIENCE_S, THRESHOLD_S, DAY_S = 380.0, 300.0, 20.0, 86_400.0
OCCUPANCY = 0.95


def days(n_days: int, agents: int) -> list[DayPlan]:
    """Days around the clock at 95 % of the agents' capacity, handle time lognormal."""
    plans = []
    for day in range(n_days):
        rng = np.random.default_rng([1, day])
        n = rng.poisson(OCCUPANCY * agents * DAY_S / HANDLE_S)
        plans.append(
            DayPlan(
                arrival_s=np.sort(rng.random(n) * DAY_S),
                handle_s=rng.lognormal(np.log(HANDLE_S) - 0.5 * 0.95**2, 0.95, n),
                patience_s=rng.exponential(PATIENCE_S, n),
                staffed=np.full(48, agents),
                threshold_s=THRESHOLD_S,
            )
        )
    return plans


def alone(plans: list[DayPlan]) -> Callable[[], int]:
    """The kernel on finished plans, one after the other, without a calendar around it."""
    return lambda: sum(kernel.run(plan).counts[0].sum() for plan in plans)


def by_day(plans: list[DayPlan], run: Callable[[DayPlan], object]) -> Callable[[], int]:
    """A SimPy process that replays one day after the other, plan and outcome built anew each day."""

    def replay(environment: simpy.Environment) -> simpy.events.ProcessGenerator:
        carry = Carry.empty()
        for plan in plans:
            yield environment.timeout(1.0)
            today = DayPlan(
                arrival_s=plan.arrival_s,
                handle_s=plan.handle_s,
                patience_s=plan.patience_s,
                staffed=plan.staffed,
                threshold_s=THRESHOLD_S,
                carry=carry,
            )
            carry = run(today).carry  # type: ignore[attr-defined]

    def play() -> int:
        environment = simpy.Environment()
        environment.process(replay(environment))
        environment.run()
        return sum(plan.arrival_s.size for plan in plans)

    return play


def textbook(plans: list[DayPlan], agents: int) -> Callable[[], int]:
    """A SimPy Resource, a process per contact, `request | timeout` for patience; counts and waits only."""

    def contact(
        environment: simpy.Environment,
        pool: simpy.Resource,
        handle: float,
        patience: float,
        waits: list[float],
    ) -> simpy.events.ProcessGenerator:
        arrived = environment.now
        with pool.request() as request:
            heard = yield request | environment.timeout(patience)
            waits.append(environment.now - arrived)
            if request in heard:
                yield environment.timeout(handle)

    def source(
        environment: simpy.Environment, pool: simpy.Resource, plan: DayPlan, waits: list[float]
    ) -> simpy.events.ProcessGenerator:
        for arrival, handle, patience in zip(plan.arrival_s, plan.handle_s, plan.patience_s, strict=True):
            yield environment.timeout(float(arrival) - environment.now)
            environment.process(contact(environment, pool, float(handle), float(patience), waits))

    def play() -> int:
        waits: list[float] = []
        for plan in plans:
            environment = simpy.Environment()
            pool = simpy.Resource(environment, agents)
            environment.process(source(environment, pool, plan, waits))
            environment.run(until=DAY_S)
        return len(waits)

    return play


def contacts_per_s(play: Callable[[], int], rounds: int) -> float:
    """Median over rounds of contacts per second of processor time, after one round to warm up."""
    play()
    speeds = []
    for _ in range(rounds):
        begun = time.process_time_ns()
        contacts = play()
        speeds.append(contacts * 1e9 / max(time.process_time_ns() - begun, 1))
    return statistics.median(speeds)


def overhead_us(agents: int) -> float:
    """Processor microseconds of a day without contacts: plan, call and outcome."""
    (empty,) = days(1, agents)
    none = np.empty(0)
    play = by_day(
        [DayPlan(arrival_s=none, handle_s=none, patience_s=none, staffed=empty.staffed, threshold_s=0.0)]
        * 2000,
        kernel.run,
    )
    play()
    begun = time.process_time_ns()
    play()
    return (time.process_time_ns() - begun) / 2000 / 1e3


def main() -> None:
    """Run, print, and write the figures if asked to."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--agents", type=int, default=40)
    asked.add_argument("--days", type=int, default=60)
    asked.add_argument("--out", type=Path)
    options = asked.parse_args()
    plans = days(options.days, options.agents)
    few = plans[: max(1, options.days // 20)]
    speeds = {
        "kernel": contacts_per_s(alone(plans), 15),
        "kernel, driven by SimPy day by day": contacts_per_s(by_day(plans, kernel.run), 15),
        "reference, driven by SimPy day by day": contacts_per_s(by_day(few, reference.run), 3),
        "textbook SimPy": contacts_per_s(textbook(few, options.agents), 3),
    }
    empty_us = overhead_us(options.agents)
    say = sys.stdout.write
    say(f"{options.agents} agents, {options.days} days of {plans[0].arrival_s.size} contacts, one core\n")
    for name, speed in speeds.items():
        times = speed / speeds["textbook SimPy"]
        say(f"  {name:40s} {speed:14,.0f} contacts per CPU-second {times:8.2f} x textbook\n")
    say(f"  {'a day without contacts':40s} {empty_us:14.1f} µs\n")
    if options.out is not None:
        figures = {
            "agents": options.agents,
            "days": options.days,
            "contacts": sum(plan.arrival_s.size for plan in plans),
            "contacts_per_cpu_s": speeds,
            "times_textbook": {name: speed / speeds["textbook SimPy"] for name, speed in speeds.items()},
            "empty_day_us": empty_us,
        }
        options.out.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
