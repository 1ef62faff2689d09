"""A centre with every behaviour as one would write it with SimPy: a process per contact, events, timeouts, interrupts.

An agent is not a process: groups count who is idle, as a `Resource` does, and hand the next contact over through an
event; patience, voicemail and further groups are timeouts beside it; who is put back or cut off is interrupted.

Left out, all in its favour: agents' seconds by period, rows of what was decided beyond the state, identities and
order of what falls on the same moment, random numbers that belong to the contact. Patience, handle times and
arrivals of a day are drawn as arrays, which numpy does faster than number by number.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import simpy

NEVER = math.inf
Values = Iterator[float]


def drawn(law: Any, n: int, rng: np.random.Generator) -> np.ndarray:
    """Numbers of a law of the file."""
    if isinstance(law, int | float):
        return np.full(n, float(law))
    name, mean, cv = law["law"], law.get("mean_s", 0.0), law.get("cv", 1.0)
    if name == "exponential":
        return rng.exponential(mean, n)
    if name == "lognormal":
        spread = math.log1p(cv * cv)
        return rng.lognormal(math.log(mean) - spread / 2.0, math.sqrt(spread), n)
    if name == "gamma":
        return rng.gamma(1.0 / cv**2, mean * cv**2, n)
    if name == "weibull":
        shape = cv**-1.086
        return mean / math.gamma(1.0 + 1.0 / shape) * rng.weibull(shape, n)
    if name == "empirical":
        return rng.choice(np.array(law["values_s"]), n)
    hazards, ends = law["per_s"], np.array([0.0, *law["until_s"]])
    reached = np.concatenate([[0.0], np.cumsum(np.diff(ends) * np.array(hazards[:-1]))])
    wanted = rng.exponential(1.0, n)
    piece = np.searchsorted(reached, wanted, "right") - 1
    return ends[piece] + (wanted - reached[piece]) / np.array(hazards)[piece]


class Group:
    """Agents who can do the same: how many are staffed and idle, and what is in service."""

    def __init__(self, told: dict[str, Any], types: list[dict[str, Any]]) -> None:
        self.told, self.name = told, told["name"]
        self.leaving = told.get("on_leaving", "finish")
        self.staffed = 0
        self.idle: deque[float] = deque()
        self.in_service: dict[simpy.Process, None] = {}
        self.after = {
            kind["name"]: wait for kind in types for name, wait in routes(kind) if name == self.name
        }
        factor = told.get("handle_multiplier", 1.0)
        self.factor = {
            t: factor.get(t, 1.0) if isinstance(factor, dict) else float(factor) for t in self.after
        }
        order = told["takes"].get("order")
        priority = {kind["name"]: kind.get("priority", 1.0) for kind in types}
        self.rank = {t: order.index(t) if order else priority[t] for t in self.after}


def routes(kind: dict[str, Any]) -> list[tuple[str, float]]:
    """Groups of a type and the wait after which each may take it."""
    listed = kind["groups"]["from"] if isinstance(kind["groups"], dict) else kind["groups"]
    return [(each, 0.0) if isinstance(each, str) else (each["group"], each["after_s"]) for each in listed]


class Waiting:
    """A contact in line."""

    __slots__ = ("arrived", "kind", "taken")

    def __init__(self, kind: dict[str, Any], arrived: float, taken: simpy.Event) -> None:
        self.kind, self.arrived, self.taken = kind, arrived, taken


class Textbook:
    """The centre of a file in SimPy; `run` gives how every attempt was decided."""

    def __init__(self, file: dict[str, Any]) -> None:
        self.file = file
        self.types = file["contact_types"]
        self.period_s = 1800.0
        self.close_s = 50_400.0

    def run(self, days: int) -> list[str]:
        """The states of all attempts of some days."""
        self.env = simpy.Environment()
        self.rng = np.random.default_rng(1)
        self.groups = {told["name"]: Group(told, self.types) for told in self.file["agent_groups"]}
        self.open_to = {kind["name"]: [self.groups[name] for name, _ in routes(kind)] for kind in self.types}
        self.lines: dict[str, deque[Waiting]] = {kind["name"]: deque() for kind in self.types}
        self.threshold = {kind["name"]: kind.get("threshold_s", 20.0) for kind in self.types}
        self.states: list[str] = []
        self.waiting = self.busy = 0
        self.blocking = False
        self.closed = True
        self.days = days
        self.env.process(self.calendar())
        self.env.run()
        return self.states

    # -- the day -----------------------------------------------------------------------------------------------------

    def calendar(self) -> simpy.events.ProcessGenerator:
        """Open, staff, break down and close, day after day."""
        for _ in range(self.days):
            self.closed, opened = False, self.env.now
            busyness = self.rng.gamma(shape := self.file["busyness"]["shape"], 1.0 / shape)
            for kind in self.types:
                self.env.process(self.source(kind, busyness))
            for group in self.groups.values():
                self.env.process(self.staffing(group))
            for outage in self.file["outages"]:
                self.env.process(self.outage(outage))
            yield self.env.timeout(self.close_s)
            self.close()
            yield self.env.timeout(opened + 86_400.0 - self.env.now)

    def source(self, kind: dict[str, Any], busyness: float) -> simpy.events.ProcessGenerator:
        """First contacts of a type on a day."""
        opened, rates = self.env.now, np.array(kind["rate_per_hour"]) * busyness / 2.0
        counts = self.rng.poisson(rates)
        moments = np.repeat(np.arange(rates.size), counts) + self.rng.random(counts.sum())
        brings = self.brought(kind, moments.size)
        for moment, (patience, *work) in zip(
            (np.sort(moments) * self.period_s).tolist(), brings, strict=True
        ):
            yield self.env.timeout(opened + moment - self.env.now)
            self.env.process(self.contact(kind, patience, work))

    def brought(self, kind: dict[str, Any], n: int) -> Iterator[tuple[float, ...]]:
        """Patience and handle times, one by each law, of some contacts."""
        laws = [kind["handle"]] if "law" in kind["handle"] else list(kind["handle"].values())
        work = [(drawn(law, n, self.rng) + kind.get("wrap_up_s", 0.0)).tolist() for law in laws]
        return zip(drawn(kind["patience"], n, self.rng).tolist(), *work, strict=True)

    def staffing(self, group: Group) -> simpy.events.ProcessGenerator:
        """Agents of a group by half-hours: who came to work, less those who meet and pause."""
        scheduled = group.told["agents"]
        here = self.rng.random(max(scheduled)) < group.told.get("presence", 1.0)
        for agents in scheduled:
            present = int(np.count_nonzero(here[:agents]))
            self.staff(group, round(present * (1.0 - group.told.get("shrinkage", 0.0))))
            yield self.env.timeout(self.period_s)

    def staff(self, group: Group, agents: int) -> None:
        """From now on so many; contacts of those who leave are put back, where the group does that."""
        group.staffed = agents
        while len(group.in_service) + len(group.idle) < agents:
            group.idle.append(self.env.now)
        while group.idle and len(group.in_service) + len(group.idle) > agents:
            group.idle.pop()
        if group.leaving != "finish":
            for process in list(group.in_service)[agents:]:
                process.interrupt(group.leaving)
        self.dispatch(group)

    def outage(self, told: dict[str, Any]) -> simpy.events.ProcessGenerator:
        """Arrivals are blocked while it lasts; contacts in service are cut off as it begins, if it drops."""
        yield self.env.timeout(told["at_s"])
        self.blocking = True
        if told.get("drops_contacts"):
            for group in self.groups.values():
                for process in list(group.in_service):
                    process.interrupt("cut off")
        yield self.env.timeout(told["until_s"] - told["at_s"])
        self.blocking = False

    def close(self) -> None:
        """Nobody is admitted from now on; who waits is sent away, who is served stays to the end."""
        self.closed = True
        for line in self.lines.values():
            for each in line:
                each.taken.succeed(None)
            line.clear()
        self.waiting = 0
        for group in self.groups.values():
            group.staffed = 0
            group.idle.clear()

    # -- a contact ---------------------------------------------------------------------------------------------------

    def contact(
        self, kind: dict[str, Any], patience: float, work: list[float]
    ) -> simpy.events.ProcessGenerator:
        """All attempts of a contact: it may call again after abandoning, or come back unresolved."""
        redial, returns = kind.get("redial"), kind.get("returns")
        attempt = 1
        while True:
            state, group = yield from self.attempt(kind, patience, work)
            if state == "abandoned" and redial and attempt < redial["max_attempts"]:
                again, delay = redial["probability"], redial["delay_s"]
            elif state == "answered" and returns:
                resolved = returns["resolved"]
                chance = resolved[group.name] if isinstance(resolved, dict) else resolved
                again, delay = (1.0 - chance) * returns["probability"], returns["delay"]
            else:
                return
            if self.rng.random() >= again:
                return
            if state == "answered" or not redial.get("same_draws", True):
                patience, *work = next(self.brought(kind, 1))
            attempt += 1
            yield self.env.timeout(float(drawn(delay, 1, self.rng)[0]))
            if self.closed:
                day = math.ceil(self.env.now / 86_400.0)
                if day >= self.days:
                    return
                yield self.env.timeout(day * 86_400.0 + self.moment(kind) - self.env.now)

    def moment(self, kind: dict[str, Any]) -> float:
        """A moment of a day by a type's rates."""
        passed = np.cumsum(kind["rate_per_hour"])
        period = int(np.searchsorted(passed, self.rng.random() * passed[-1]))
        return (period + self.rng.random()) * self.period_s

    def attempt(self, kind: dict[str, Any], patience: float, work: list[float]) -> Iterator[Any]:
        """One attempt: how it was decided, and the group that served it."""
        if self.blocking or self.waiting + self.busy >= self.file["lines"]:
            self.states.append("blocked")
            return "blocked", None
        group = self.choose(kind, 0.0)
        if group is None:
            if self.rng.random() < kind.get("balk_probability", 0.0):
                self.states.append("balked")
                return "balked", None
            state, group = yield from self.wait(kind, patience)
            self.states.append(state)
            if group is None:
                return state, None
        else:
            group.idle.popleft()
            self.states.append("answered")
        left, done = 1.0, False
        while not done:
            left, done, cut = yield from self.service(kind, group, work, left)
            if cut:
                return "cut off", group
            if not done:
                _, group = yield from self.wait(kind, NEVER, put_back=True)
                if group is None:
                    return "cut off", None
        return "answered", group

    def wait(self, kind: dict[str, Any], patience: float, put_back: bool = False) -> Iterator[Any]:
        """Stand in line until a group takes it, patience ends, it leaves a message, or the centre closes."""
        env, line = self.env, self.lines[kind["name"]]
        me = Waiting(kind, env.now, env.event())
        (line.appendleft if put_back else line.append)(me)
        self.waiting += 1
        message, callback = kind.get("voicemail_after_s", NEVER), kind.get("callback_after_s", NEVER)
        if put_back or callback < patience:
            patience = message = NEVER
        later = [after for _, after in routes(kind) if after > 0.0]
        for moment in sorted({*later, min(patience, message)}):
            leaves = moment >= min(patience, message)
            if moment < NEVER:
                yield me.taken | env.timeout(me.arrived + moment - env.now)
            else:
                yield me.taken
            if me.taken.triggered:
                return ("answered", me.taken.value) if me.taken.value else ("cleared", None)
            if leaves:
                line.remove(me)
                self.waiting -= 1
                return ("voicemail" if message <= patience else "abandoned"), None
            group = self.choose(kind, moment)
            if group is not None:
                line.remove(me)
                self.waiting -= 1
                group.idle.popleft()
                return "answered", group
        raise AssertionError("a contact in line leaves it by its last moment")

    def service(self, kind: dict[str, Any], group: Group, work: list[float], left: float) -> Iterator[Any]:
        """Be served: the share of the handle time that is left, whether it is done, whether it was cut off."""
        handle, me, begun = self.handle(kind, group, work) * left, self.env.active_process, self.env.now
        group.in_service[me] = None
        self.busy += 1
        cause = None
        try:
            yield self.env.timeout(handle)
        except simpy.Interrupt as interrupt:
            cause = interrupt.cause
        del group.in_service[me]
        self.busy -= 1
        if len(group.in_service) + len(group.idle) < group.staffed:
            group.idle.append(self.env.now)
            self.dispatch(group)
        if cause == "preempt_resume":
            left *= 1.0 - (self.env.now - begun) / handle
        elif cause == "preempt_restart":
            left = 1.0
        return left, cause is None, cause == "cut off"

    def handle(self, kind: dict[str, Any], group: Group, work: list[float]) -> float:
        """Handle time of a contact in a group."""
        mine = 0 if "law" in kind["handle"] else list(kind["handle"]).index(group.name)
        return work[mine] * group.factor[kind["name"]]

    # -- who takes whom ----------------------------------------------------------------------------------------------

    def choose(self, kind: dict[str, Any], waited: float) -> Group | None:
        """A group with an idle agent that is open to a contact by now."""
        name = kind["name"]
        free = [group for group in self.open_to[name] if group.idle and group.after[name] <= waited]
        if not free:
            return None
        rule = kind["groups"]["choose"] if isinstance(kind["groups"], dict) else "by_order"
        if rule == "by_order":
            return free[0]
        if rule == "longest_idle":
            return min(free, key=lambda group: group.idle[0])
        number = self.rng.random() * sum(len(group.idle) for group in free)
        for group in free:
            number -= len(group.idle)
            if number < 0.0:
                return group
        return free[-1]

    def dispatch(self, group: Group) -> None:
        """Idle agents of a group take waiting contacts."""
        while group.idle and self.waiting:
            me = self.next_for(group)
            if me is None:
                return
            self.lines[me.kind["name"]].remove(me)
            self.waiting -= 1
            group.idle.popleft()
            me.taken.succeed(group)

    def next_for(self, group: Group) -> Waiting | None:
        """The contact that a group's agent takes next."""
        now, rule = self.env.now, group.told["takes"]["by"]
        first = [
            line[0]
            for name, after in group.after.items()
            if (line := self.lines[name]) and now >= line[0].arrived + after
        ]
        if rule == "within_threshold_first":
            first = [me for name in group.after if (me := self.not_late(group, name))] or first
        return min(first, key=self.by(group, rule), default=None)

    def not_late(self, group: Group, name: str) -> Waiting | None:
        """The first of a line that has not waited beyond the threshold."""
        now = self.env.now
        for me in self.lines[name]:
            if now - me.arrived <= self.threshold[name]:
                return me if now >= me.arrived + group.after[name] else None
        return None

    def by(self, group: Group, rule: str) -> Callable[[Waiting], tuple[float, float]]:
        """What is smallest for the contact that a rule takes."""
        if rule == "longest_wait":
            return lambda me: (0.0, me.arrived)
        if rule == "weighted_wait":
            now = self.env.now
            return lambda me: (-me.kind.get("weight", 1.0) * (now - me.arrived), me.arrived)
        if rule == "own_first":
            return lambda me: (float(group.rank[me.kind["name"]] != 0), me.arrived)
        return lambda me: (group.rank[me.kind["name"]], me.arrived)
