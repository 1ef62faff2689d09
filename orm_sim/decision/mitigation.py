"""Mitigation: what a budget for measures against risks is best spent on, by averted loss and by an expert's scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orm_sim.decision.intervals import mean_interval
from orm_sim.decision.metrics import cvar

Floats = NDArray[np.float64]

MOST_MEASURES: Final = 15
"""Measures beyond which the best set is not searched for."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that can be bought against a risk, and what it averts.

    Attributes
    ----------
    name, hazard
        What it is, and the hazard it is bought against.
    cost
        Over the term, $.
    mean, low, high
        Expected loss that it averts for the client, present value in $, with its 95 % interval, paired.
    tail
        By how much it lifts the mean of the client's worst tenth (CVaR), $.
    score
        The expert's for the risk it is bought against: likelihood × impact; 0 where the register has none.
    """

    name: str
    hazard: str
    cost: float
    mean: float
    low: float
    high: float
    tail: float
    score: int

    def averts(self, weight: float) -> float:
        """Loss averted, the worst tenth weighed by λ and the mean by the rest, $."""
        return (1.0 - weight) * self.mean + weight * self.tail


def measured(
    outcomes: pd.DataFrame, option: str, variants: Mapping[str, str], costs: Mapping[str, float],
    hazards: Mapping[str, str], scores: Mapping[str, int],
) -> tuple[Measure, ...]:  # fmt: skip
    """Measures from simulated pairs: the option with each of them and without, on the same replications.

    Parameters
    ----------
    outcomes
        Table of a run that holds the option and its variants.
    variants
        Option that has a measure, by measure.
    costs, hazards
        By measure.
    scores
        The expert's, by hazard.
    """
    values = outcomes.pivot(index="replication", columns="option", values="client_npv")
    without = values[option].to_numpy(np.float64)
    found = []
    for name, variant in variants.items():
        with_it = values[variant].to_numpy(np.float64)
        mean, low, high = mean_interval(with_it - without).ends
        tail = cvar(with_it) - cvar(without)
        hazard = hazards[name]
        found.append(Measure(name, hazard, costs[name], mean, low, high, tail, scores.get(hazard, 0)))
    return tuple(found)


def by_effect(measures: Sequence[Measure], budget: float, weight: float) -> tuple[Measure, ...]:
    """Greedy: what averts most for each dollar comes first, as long as it fits and averts more than nothing.

    Notes
    -----
    Effects are taken to add up; measures against one hazard share it, so together they avert less.
    """
    worth = [each for each in measures if each.averts(weight) > 0.0]
    return _bought(sorted(worth, key=lambda each: -each.averts(weight) / max(each.cost, 1e-9)), budget)


def by_score(measures: Sequence[Measure], budget: float) -> tuple[Measure, ...]:
    """By the register: what is against the risk with the highest score comes first, the cheaper one first of equals."""
    return _bought(sorted(measures, key=lambda each: (-each.score, each.cost)), budget)


def best(measures: Sequence[Measure], budget: float, weight: float) -> tuple[Measure, ...] | None:
    """The set that averts most within the budget, by trying all of them; None where they are too many to try."""
    if len(measures) > MOST_MEASURES:
        return None
    sets = (s for n in range(len(measures) + 1) for s in combinations(measures, n))
    affordable = (s for s in sets if sum(each.cost for each in s) <= budget + 1e-9)
    return max(affordable, key=lambda s: sum(each.averts(weight) for each in s))


def total(measures: Sequence[Measure], weight: float) -> float:
    """What a set averts if effects add up, $."""
    return sum(each.averts(weight) for each in measures)


def _bought(ordered: Sequence[Measure], budget: float) -> tuple[Measure, ...]:
    left, chosen = budget, []
    for each in ordered:
        if each.cost <= left + 1e-9:
            chosen.append(each)
            left -= each.cost
    return tuple(chosen)
