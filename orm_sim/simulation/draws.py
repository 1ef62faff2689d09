"""Uncertain inputs: the figures a scenario says vary, drawn once for each replication and shared by all options."""

from __future__ import annotations

import math
from typing import Any

from orm_sim.core.document import parse_path
from orm_sim.core.evidence import Figure
from orm_sim.core.streams import key, uniforms
from orm_sim.core.terms import Term
from orm_sim.scenario.scenario import Scenario


def triangular(u: float, low: float, mode: float, high: float) -> float:
    """Quantile of the triangular law.

    Examples
    --------
    >>> triangular(0.5, 0.0, 1.0, 2.0)
    1.0
    """
    if high <= low:
        return mode
    split = (mode - low) / (high - low)
    if u < split:
        return low + math.sqrt(u * (high - low) * (mode - low))
    return high - math.sqrt((1.0 - u) * (high - low) * (high - mode))


def varying(scenario: Scenario) -> tuple[Figure, ...]:
    """Figures that are drawn anew in each replication: those marked `vary` with a range."""
    return tuple(f for f in scenario.evidence if f.vary and f.low is not None and f.high is not None)


def draw_inputs(scenario: Scenario, seed: int, replication: int) -> dict[str, float]:
    """Values of the uncertain inputs in one replication, by path: triangular on (low, scenario's value, high).

    A draw is keyed by its path, so adding a figure moves no other.
    """
    values = {}
    for figure in varying(scenario):
        u = float(uniforms(key(seed, replication, "input", figure.path), 1)[0])
        typical = float(value_at(scenario, figure.path))
        if figure.low is not None and figure.high is not None:
            low, high = min(figure.low, typical), max(figure.high, typical)
            values[figure.path] = triangular(u, low, typical, high)
    return values


def with_inputs(scenario: Scenario, values: dict[str, float]) -> Scenario:
    """The scenario with its uncertain inputs replaced by drawn values; paths a scenario lacks are left out."""
    drawn: Term = scenario
    for path, value in values.items():
        drawn = _replaced(drawn, parse_path(path), value)
    if not isinstance(drawn, Scenario):
        raise TypeError("a replaced scenario is a scenario")
    return drawn


def value_at(term: Term, path: str) -> Any:
    """The value at a dotted path of a term.

    Raises
    ------
    AttributeError, IndexError
        When there is none.
    """
    found: Any = term
    for part in parse_path(path):
        found = (
            found[part]
            if isinstance(part, int)
            else found[part]
            if isinstance(found, dict)
            else getattr(found, part)
        )
    return found


def _replaced(node: Any, parts: tuple[str | int, ...], value: Any) -> Any:
    """A copy of a frozen tree with one leaf replaced."""
    if not parts:
        return value
    head, rest = parts[0], parts[1:]
    if isinstance(node, Term) and isinstance(head, str):
        return node.model_copy(update={head: _replaced(getattr(node, head), rest, value)})
    if isinstance(node, tuple) and isinstance(head, int):
        return (*node[:head], _replaced(node[head], rest, value), *node[head + 1 :])
    return node
