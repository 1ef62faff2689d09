"""Contacts per CPU-second on five contact types in four groups, a tenth of contacts coming back; ratios travel.

    python tests/benchmarks/skills.py [--days 30] [--slow-days 1] [--rounds 5] [--out skills.json]

Half-hours with two humps, 10,000 first contacts a day, lognormal handle times, exponential patience, an order of
groups for each type and of types for each group. By turns in one run, random numbers and blocks included: the
kernel alone, the kernel called day by day by a SimPy process (as the world does), the kernel on all days in one call
that only counts them (as `orm-sim centre` does), the reference, and a textbook SimPy
(`FilterStore` of agents by skill, `get | timeout`, a process per contact, agents who come and go by half-hours).
Every contest ends with who waited how long, as the textbook's does; the kernel's rows of ends, which it writes in the
order of starts, are put in their own order when somebody reads them, and what that costs is printed.
"""

import math
import time

import contest
import numpy as np
import simpy
import threads

from orm_sim.centre.centre_checks import centre_of
from orm_sim.centre.skills import kernel, reference
from orm_sim.centre.skills.build import Centre, Run
from orm_sim.centre.skills.measures import ARRIVED
from orm_sim.centre.skills.outcome import Outcome
from orm_sim.centre.skills.plan import Block
from orm_sim.core.document import Document

HOUR = np.arange(48) / 2.0
HUMPS = 0.02 + np.exp(-((HOUR - 11.0) ** 2) / 8.0) + 0.7 * np.exp(-((HOUR - 17.0) ** 2) / 8.0)
RATE = 10_000.0 * HUMPS / HUMPS.sum() * 2.0
SHARE = {"a": 0.35, "b": 0.25, "c": 0.2, "d": 0.12, "e": 0.08}
ROUTES = {
    "a": ["one", "two"],
    "b": ["two", "three"],
    "c": ["three", "four"],
    "d": ["four", "one"],
    "e": ["two", "four"],
}
GROUPS = {"one": 0.28, "two": 0.28, "three": 0.24, "four": 0.24}
HANDLE_S, CV, PATIENCE_S, RETURN, DELAY_S = 300.0, 1.2, 180.0, 0.1, 7200.0
AGENTS = {
    name: np.ceil(share * (RATE / 3600.0 * HANDLE_S * 1.1 + 3.0)).astype(int)
    for name, share in GROUPS.items()
}


def centre(days: int) -> Centre:
    """The centre, ready to be simulated."""
    served = {g: [t for t, routes in ROUTES.items() if g in routes] for g in GROUPS}
    file = {
        "horizon": {"days": days},
        "contact_types": [
            {
                "name": name,
                "rate_per_hour": (RATE * share).tolist(),
                "patience": {"law": "exponential", "mean_s": PATIENCE_S},
                "handle": {"law": "lognormal", "mean_s": HANDLE_S, "cv": CV},
                "returns": {
                    "resolved": 0.0,
                    "probability": RETURN,
                    "delay": {"law": "exponential", "mean_s": DELAY_S},
                },
                "groups": ROUTES[name],
            }
            for name, share in SHARE.items()
        ],
        "agent_groups": [
            {
                "name": name,
                "agents": AGENTS[name].tolist(),
                "takes": {"by": "priority", "order": served[name]},
            }
            for name in GROUPS
        ],
    }
    return Centre.build(centre_of(Document(file)))


def engine(days: int, run: Run) -> contest.Play:
    """An engine on one day after the other."""
    laid_out = centre(days)

    def play() -> int:
        return sum(outcome.ref.size for _, outcome in laid_out.blocks(1, 0, run))

    return play


def counted(days: int) -> contest.Play:
    """The kernel on all days in one call, which counts them as `orm-sim centre` does."""
    laid_out = centre(days)

    def play() -> int:
        tally = laid_out.tally(1, 0)
        return 0 if tally is None else int(tally.counts[:, :, ARRIVED].sum())

    return play


def by_day(days: int, run: Run) -> contest.Play:
    """The same days, each replayed by a SimPy process when it closes."""
    laid_out = centre(days)

    def play() -> int:
        environment, contacts = simpy.Environment(), [0]

        def replay() -> simpy.events.ProcessGenerator:
            for _, outcome in laid_out.blocks(1, 0, run):
                yield environment.timeout(86_400.0)
                contacts[0] += outcome.ref.size

        environment.process(replay())
        environment.run()
        return contacts[0]

    return play


def textbook(days: int) -> contest.Play:
    """Agents in a store, filtered by skill; a process per contact; a process per group for its half-hours.

    Idle agents are taken out of the store when their shift ends; busy ones do not go back into it.
    """

    def contact(
        environment: simpy.Environment,
        agents: simpy.FilterStore,
        kind: str,
        rng: np.random.Generator,
        waits: list[float],
        leaving: dict[str, int],
    ) -> simpy.events.ProcessGenerator:
        while True:
            arrived, able = environment.now, ROUTES[kind]
            request = agents.get(lambda agent, able=able: agent in able)
            heard = yield request | environment.timeout(rng.exponential(PATIENCE_S))
            waits.append(environment.now - arrived)
            if request not in heard:
                request.cancel()
                return
            yield environment.timeout(rng.lognormal(math.log(HANDLE_S) - 0.5 * math.log1p(CV**2), 0.945))
            if leaving[heard[request]] > 0:
                leaving[heard[request]] -= 1
            else:
                agents.put(heard[request])
            if rng.random() >= RETURN:
                return
            yield environment.timeout(rng.exponential(DELAY_S))

    def shifts(
        environment: simpy.Environment, agents: simpy.FilterStore, group: str, leaving: dict[str, int]
    ) -> simpy.events.ProcessGenerator:
        staffed = 0
        for _ in range(days):
            for scheduled in AGENTS[group].tolist():
                for _ in range(scheduled - staffed):
                    if leaving[group] > 0:
                        leaving[group] -= 1
                    else:
                        agents.put(group)
                for _ in range(staffed - scheduled):
                    if group in agents.items:
                        agents.items.remove(group)
                    else:
                        leaving[group] += 1
                staffed = scheduled
                yield environment.timeout(1800.0)

    def source(
        environment: simpy.Environment,
        agents: simpy.FilterStore,
        kind: str,
        waits: list[float],
        leaving: dict[str, int],
    ) -> simpy.events.ProcessGenerator:
        rng = np.random.default_rng([1, ord(kind)])
        for day in range(days):
            for half_hour, rate in enumerate((RATE * SHARE[kind] / 2.0).tolist()):
                begin = day * 86_400.0 + half_hour * 1800.0
                for moment in (begin + np.sort(rng.random(rng.poisson(rate))) * 1800.0).tolist():
                    yield environment.timeout(moment - environment.now)
                    environment.process(contact(environment, agents, kind, rng, waits, leaving))

    def play() -> int:
        waits: list[float] = []
        environment = simpy.Environment()
        agents = simpy.FilterStore(environment)
        leaving = dict.fromkeys(GROUPS, 0)
        for group in GROUPS:
            environment.process(shifts(environment, agents, group, leaving))
        for kind in SHARE:
            environment.process(source(environment, agents, kind, waits, leaving))
        environment.run()
        return len(waits)

    return play


def drawing_ns(days: int) -> float:
    """Processor nanoseconds of a contact in blocks that nobody runs: draws and order of time, staffing and record."""
    laid_out, contacts = centre(days), [0]

    def nobody(block: Block) -> Outcome:
        contacts[0] += block.ref.size
        return idle

    idle = next(outcome for _, outcome in centre(1).blocks(1, 0, kernel.run))
    for _ in laid_out.blocks(1, 0, nobody):
        pass
    contacts[0], begun = 0, time.process_time_ns()
    for _ in laid_out.blocks(1, 0, nobody):
        pass
    return (time.process_time_ns() - begun) / contacts[0]


def ordering_ns(days: int) -> float:
    """Processor nanoseconds of a contact when the rows of ends are read: the kernel puts them in order then."""
    spent, contacts = 0, 0
    for turn in range(2):
        spent, contacts = 0, 0
        for _, outcome in centre(days).blocks(1, turn, kernel.run):
            begun = time.process_time_ns()
            contacts += outcome.ends.ref.size
            spent += time.process_time_ns() - begun
    return spent / contacts


def main() -> None:
    """Run, print, and write the figures."""
    asked = contest.options(__doc__, 30)
    speeds = contest.by_turns(
        {
            "kernel": engine(asked.days, kernel.run),
            "kernel, driven by SimPy day by day": by_day(asked.days, kernel.run),
            "kernel, days in one call and counted": counted(asked.days),
            "reference": engine(asked.slow_days, reference.run),
            "textbook SimPy": textbook(asked.slow_days),
        },
        asked.rounds,
    )
    more = {
        "days": float(asked.days),
        "cost_of_driving_by_the_day": speeds["kernel"] / speeds["kernel, driven by SimPy day by day"] - 1.0,
        "ns_per_contact_of_ends_read_in_order": ordering_ns(asked.days),
        "ns_per_contact_drawn": drawing_ns(asked.days),
        **threads.figures(counted(asked.days), asked.rounds),
        "resident_mb_after": contest.resident_mb(),
    }
    contest.tell(f"five types in four groups with returns, {asked.days} days", speeds, more, asked.out)


if __name__ == "__main__":
    main()
