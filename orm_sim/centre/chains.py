"""Small centres as Markov chains solved numerically: what engines are held to where no formula is at hand.

Handle times and patience are exponential, so the numbers in service and in line are all a centre remembers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse
from scipy.sparse.linalg import spsolve

from orm_sim.centre.plan import Floats

State = tuple[int, ...]
"""Contacts of each type in service at each group, row by row, then contacts in line by type."""


def lost_from_empty(
    arrivals_per_s: float, handle_s: float, patience_s: float, agents: int, until_s: float, most: int
) -> float:
    """Expected contacts that give up before a moment, in a pool that begins empty (Erlang A in transience).

    The matrix exponential of the generator, with the expected loss as one state more; `most` contacts at a time.
    """
    flow = np.zeros((most + 2, most + 2))
    for n in range(most + 1):
        leave = max(n - agents, 0) / patience_s
        if n < most:
            flow[n, n + 1] = arrivals_per_s
        if n > 0:
            flow[n, n - 1] = min(n, agents) / handle_s + leave
        flow[n, n] = -flow[n].sum()
        flow[n, -1] = leave
    return float(linalg.expm(flow * until_s)[0, -1])


@dataclass(frozen=True, slots=True)
class SmallCentre:
    """Several types and groups with exponential times. T types, G groups.

    Attributes
    ----------
    rate_per_s : tuple of T floats
        Arrivals of each type.
    handle_s : tuple of G tuples of T floats
        Mean handle time of a type by a group; 0 where it does not serve it.
    patience_s : tuple of T floats
        Mean patience.
    agents : tuple of G ints
        Agents of each group.
    preference : tuple of T tuples of ints
        Groups that a type tries, in order.
    order : tuple of G tuples of ints
        Types that a freed agent takes, in order.
    longest_line : int
        Contacts of a type that may wait; far beyond what patience allows.
    """

    rate_per_s: tuple[float, ...]
    handle_s: tuple[tuple[float, ...], ...]
    patience_s: tuple[float, ...]
    agents: tuple[int, ...]
    preference: tuple[tuple[int, ...], ...]
    order: tuple[tuple[int, ...], ...]
    longest_line: int = 40

    @property
    def n_types(self) -> int:
        """Contact types."""
        return len(self.rate_per_s)

    def busy(self, state: State, group: int) -> int:
        """Agents of a group in service."""
        return sum(state[group * self.n_types : (group + 1) * self.n_types])

    def waiting(self, state: State) -> State:
        """Contacts in line by type."""
        return state[len(self.agents) * self.n_types :]

    def free(self, state: State, kind: int) -> int:
        """The group that would take a contact of a type now; -1 where none has a free agent."""
        for group in self.preference[kind]:
            if self.busy(state, group) < self.agents[group]:
                return group
        return -1

    def moves(self, state: State) -> Iterator[tuple[State, float]]:
        """States that may follow, with their rates per second."""
        line = len(self.agents) * self.n_types
        for kind in range(self.n_types):
            group = self.free(state, kind)
            place = group * self.n_types + kind if group >= 0 else line + kind
            if group >= 0 or state[place] < self.longest_line:
                yield _changed(state, place, 1), self.rate_per_s[kind]
            if state[line + kind]:
                left = _changed(state, line + kind, -1)
                yield left, state[line + kind] / self.patience_s[kind]
        for group, order in enumerate(self.order):
            for kind in range(self.n_types):
                place = group * self.n_types + kind
                if state[place]:
                    after = _changed(state, place, -1)
                    following = next((t for t in order if after[line + t]), None)
                    if following is not None:
                        after = _changed(after, line + following, -1)
                        after = _changed(after, group * self.n_types + following, 1)
                    yield after, state[place] / self.handle_s[group][kind]


def _changed(state: State, place: int, by: int) -> State:
    return (*state[:place], state[place] + by, *state[place + 1 :])


@dataclass(frozen=True, slots=True)
class LongRun:
    """Exact long-run figures of a `SmallCentre`.

    Attributes
    ----------
    delay_probability, abandonment_rate, mean_wait_s : float64[T]
        Of offered contacts of each type.
    occupancy : float64[G]
        Share of agents' time spent on contacts.
    """

    delay_probability: Floats
    abandonment_rate: Floats
    mean_wait_s: Floats
    occupancy: Floats


def solve(centre: SmallCentre) -> LongRun:
    """Stationary law of the chain, by its balance equations, and the figures that follow from it."""
    states, rows, columns, rates = _reached(centre)
    n = len(states)
    flow = sparse.coo_matrix((rates, (columns, rows)), shape=(n, n)).tolil()
    flow[0, :] = 1.0  # one balance equation is redundant: the law sums to 1 instead
    right = np.zeros(n)
    right[0] = 1.0
    law = spsolve(flow.tocsc(), right)
    kinds, groups = range(centre.n_types), range(len(centre.agents))
    waits = np.array([[centre.free(s, t) < 0 for t in kinds] for s in states], float)
    line = law @ np.array([centre.waiting(s) for s in states], float)
    busy = law @ np.array([[centre.busy(s, g) for g in groups] for s in states], float)
    rate, patience = np.array(centre.rate_per_s), np.array(centre.patience_s)
    return LongRun(law @ waits, line / patience / rate, line / rate, busy / np.array(centre.agents))


def _reached(centre: SmallCentre) -> tuple[list[State], list[int], list[int], list[float]]:
    """States reached from the empty centre, and the generator's entries: from, to, rate."""
    empty = (0,) * (centre.n_types * (len(centre.agents) + 1))
    number = {empty: 0}
    states, rows, columns, rates = [empty], [], [], []
    for here, state in enumerate(states):  # grows while it is walked
        for after, rate in centre.moves(state):
            if after not in number:
                number[after] = len(states)
                states.append(after)
            rows += [here, here]
            columns += [number[after], here]
            rates += [rate, -rate]
    return states, rows, columns, rates
