"""Contacts per CPU-second on a single-skill contract of three years; machines differ, ratios travel.

    python tests/benchmarks/engines.py [--days 1095] [--slow-days 3] [--rounds 5] [--out engines.json]

48 half-hours with two humps, 10,000 contacts a day, lognormal handle time (300 s, cv 1.2), exponential patience
(180 s), staffed for 80/20. By turns in one run, random numbers included: the kernel alone, a call a day that draws and
plays it; the same, each day called by a SimPy process; the kernel on days drawn beforehand, with every array in the
interpreter's hands; the reference; and the queue of the textbooks, a SimPy Resource with
`request | timeout` (its numbers come from the same compiled draws, which favours it).
"""

import math
import time

import contest
import numpy as np
import simpy
import threads

from orm_sim.centre import Carry, DayPlan, Engine, kernel, reference
from orm_sim.centre.drawn_days import Days, Pool
from orm_sim.centre.staffing import RequirementTable, whole_agents
from orm_sim.core.streams import key

CONTACTS, HANDLE_S, CV, PATIENCE_S, THRESHOLD_S, INTERVAL_S = 10_000.0, 300.0, 1.2, 180.0, 20.0, 1800.0
HOUR = np.arange(48) / 2.0
HUMPS = 0.02 + np.exp(-((HOUR - 11.0) ** 2) / 8.0) + 0.7 * np.exp(-((HOUR - 17.0) ** 2) / 8.0)
RATES = CONTACTS * HUMPS / HUMPS.sum()
LOG_SD = math.sqrt(math.log1p(CV**2))
LOG_MEAN = math.log(HANDLE_S) - 0.5 * LOG_SD**2
KEY = key(1, 0, "benchmark")
STAFFED = whole_agents(
    RequirementTable.build(HANDLE_S, PATIENCE_S, THRESHOLD_S, 0.8, 0.0).agents(RATES / INTERVAL_S * HANDLE_S)
)
POOL = Pool(
    rates=RATES[None, :], log_mean=np.array([LOG_MEAN]), log_sd=np.array([LOG_SD]), until_s=np.array([np.inf]),
    per_s=np.array([1.0 / PATIENCE_S]), staffed=STAFFED, threshold_s=THRESHOLD_S, interval_s=INTERVAL_S,
)  # fmt: skip


def alone(days: int, run: Engine) -> contest.Play:
    """An engine on one day after the other, without a calendar around it."""

    def play() -> int:
        carry, contacts = Carry.empty(), 0
        for day in range(days):
            outcome = run(POOL.plan(KEY, day, carry))
            carry, contacts = outcome.carry, contacts + outcome.ref.size
        return contacts

    return play


def drawn(days: int) -> contest.Play:
    """The kernel on one day after the other, each drawn and played in one call."""

    def play() -> int:
        lived = Days(POOL, KEY)
        return sum(lived.live(day).n_decided for day in range(days))

    return play


def by_day(days: int) -> contest.Play:
    """The same days, each lived by a SimPy process when it closes."""

    def play() -> int:
        environment, contacts = simpy.Environment(), [0]

        def replay() -> simpy.events.ProcessGenerator:
            lived = Days(POOL, KEY)
            for day in range(days):
                yield environment.timeout(1.0)
                contacts[0] += lived.live(day).n_decided

        environment.process(replay())
        environment.run()
        return contacts[0]

    return play


def textbook(days: int) -> contest.Play:
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
        environment: simpy.Environment, pool: simpy.Resource, waits: list[float]
    ) -> simpy.events.ProcessGenerator:
        for day in range(days):
            today = POOL.plan(KEY, day)
            begin, agents = day * 86_400.0, iter(STAFFED.tolist())
            until = begin
            for arrival, handle, patience in zip(
                today.arrival_s.tolist(), today.handle_s.tolist(), today.patience_s.tolist(), strict=True
            ):
                while begin + arrival >= until:
                    yield environment.timeout(until - environment.now)
                    staff(pool, next(agents))
                    until += INTERVAL_S
                yield environment.timeout(begin + arrival - environment.now)
                environment.process(contact(environment, pool, handle, patience, waits))

    def play() -> int:
        waits: list[float] = []
        environment = simpy.Environment()
        pool = simpy.Resource(environment, int(STAFFED[0]))
        environment.process(source(environment, pool, waits))
        environment.run()
        return len(waits)

    return play


def staff(pool: simpy.Resource, agents: int) -> None:
    """Change how many agents there are, and let as many contacts start as there are new ones."""
    pool._capacity = agents
    pool._trigger_put(None)


def empty_day_us(days: int = 2000) -> float:
    """Processor microseconds of a day without contacts: plan, call and outcome."""
    none = np.empty(0)
    empty = DayPlan(arrival_s=none, handle_s=none, patience_s=none, staffed=STAFFED, threshold_s=0.0)
    kernel.run(empty)
    begun = time.process_time_ns()
    for _ in range(days):
        kernel.run(empty)
    return (time.process_time_ns() - begun) / days / 1e3


def main() -> None:
    """Run, print, and write the figures."""
    asked = contest.options(__doc__, 1095)
    before_mb = contest.resident_mb()
    speeds = contest.by_turns(
        {
            "kernel": drawn(asked.days),
            "kernel, driven by SimPy day by day": by_day(asked.days),
            "kernel on days drawn beforehand": alone(asked.days, kernel.run),
            "reference": alone(asked.slow_days, reference.run),
            "textbook SimPy": textbook(asked.slow_days),
        },
        asked.rounds,
    )
    driven = speeds["kernel, driven by SimPy day by day"]
    more = {
        "days": float(asked.days),
        "cost_of_driving_by_the_day": speeds["kernel"] / driven - 1.0,
        **threads.figures(drawn(asked.days), asked.rounds),
        "empty_day_us": empty_day_us(),
        "resident_mb_before": before_mb,
        "resident_mb_after": contest.resident_mb(),
    }
    title = f"single skill, {asked.days} days of {CONTACTS:,.0f} contacts, up to {STAFFED.max()} agents"
    contest.tell(title, speeds, more, asked.out)


if __name__ == "__main__":
    main()
