"""Closed forms of a single pool in steady state: Erlang B (no line), C (endless patience) and A (patience).

Letters, used in this module only: λ (`rate`) arrivals per second, μ (`mu`) completions per second and agent,
θ (`theta`) 1 / mean patience, n agents, τ threshold. Arrivals Poisson, handle time and patience exponential.
With c_j = Π_{i=1..j} λ / (nμ + iθ) the probability of n + j contacts is π_n c_j; B is Erlang B:

    1 / π_n               = 1/B - 1 + Σ_j c_j
    P(abandon)            = θ/λ · π_n Σ_j j c_j
    E[wait; answered]     = π_n Σ_j c_j · nμ/(nμ + (j+1)θ) · Σ_{i=1..j+1} 1/(nμ + iθ)
    P(answered within τ)  = 1 - π_n Σ_j c_j + ∫_0^τ nμ π_n exp(λ(1 - e^{-θx})/θ - nμx) e^{-θx} dx

Every sum has positive terms only, so nothing cancels, in light load or in overload.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from orm_sim.core.compiled import jit

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_PANEL: Final = 16.0  # change of the exponent that 16 nodes integrate to 1e-14
_LARGE: Final = 1e250
_SMALL: Final = 1e-250


class Stationary(NamedTuple):
    """Long-run figures of a pool. Shares are of offered contacts, waits in seconds.

    ``wait_probability``: share that finds no free agent · ``service_level``: share answered within the
    threshold · ``abandonment_rate`` · ``mean_wait_s``: over all offered · ``asa_s``: over answered, nan when
    none is · ``occupancy``: share of staffed time spent on contacts, nan without agents.
    """

    wait_probability: float
    service_level: float
    abandonment_rate: float
    mean_wait_s: float
    asa_s: float
    occupancy: float


@jit
def erlang_b(load: float, agents: int) -> float:
    """Share of contacts that find every agent busy when nobody waits in line (compiled).

    Parameters
    ----------
    load : float
        Offered load, erlangs (arrivals per second times mean handle time), 0 or more.
    agents : int
        Agents, 0 or more.

    Returns
    -------
    float
        Probability; 1 without agents, 0 without load.

    Examples
    --------
    >>> erlang_b(1.0, 1), erlang_b(2.0, 2)
    (0.5, 0.4)
    """
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


@jit
def erlang_c(load: float, agents: int) -> float:
    """Share of contacts that wait when nobody ever gives up; 1 when the load reaches the agents (compiled).

    Parameters
    ----------
    load : float
        Offered load, erlangs, 0 or more.
    agents : int
        Agents, 0 or more.

    Returns
    -------
    float
        Probability.

    Examples
    --------
    >>> round(erlang_c(1.0, 2), 12)
    0.333333333333
    """
    if load >= agents:
        return 1.0
    blocked = erlang_b(load, agents)
    return blocked / (1.0 - load / agents * (1.0 - blocked))


def erlang_a(
    arrivals_per_s: float, handle_s: float, patience_s: float, agents: float, threshold_s: float
) -> Stationary:
    """Long-run figures of a pool whose contacts give up after an exponential patience.

    Parameters
    ----------
    arrivals_per_s : float
        Contacts offered per second, 0 or more; at 0 the limit for rare contacts is meant.
    handle_s, patience_s : float
        Mean handle time and mean patience, seconds, above 0. With infinite patience this is Erlang C, whose
        waits are inf when the load reaches the agents.
    agents : float
        Agents staffed, 0 or more; a fraction is the share of time with one agent more than the whole part.
    threshold_s : float
        Threshold of the service level, seconds, 0 or more.

    Returns
    -------
    Stationary
        Wait probability, service level, abandonment rate, mean waits, occupancy.

    Raises
    ------
    ValueError
        When a parameter is out of range.

    References
    ----------
    Palm (1946); Zeltyn and Mandelbaum (2005), Call centers with impatient customers, Queueing Systems 51.

    Examples
    --------
    >>> round(erlang_a(1 / 60, 60.0, 60.0, 1.0, 0.0).abandonment_rate, 9) == round(1 / math.e, 9)
    True
    """
    if not (0.0 <= arrivals_per_s < math.inf and 0.0 < handle_s < math.inf and patience_s > 0.0):
        raise ValueError("arrivals_per_s must be 0 or more, handle_s and patience_s above 0")
    if not (0.0 <= agents < math.inf and 0.0 <= threshold_s < math.inf):
        raise ValueError("agents and threshold_s must be 0 or more and finite")
    whole = int(agents)
    low = Stationary(*_whole(arrivals_per_s, handle_s, patience_s, whole, threshold_s))
    if agents == whole:
        return low
    high = Stationary(*_whole(arrivals_per_s, handle_s, patience_s, whole + 1, threshold_s))
    return mixed(low, high, agents - whole, whole)


def mixed(low: Stationary, high: Stationary, share: float, whole: int) -> Stationary:
    """Figures over time of which a share is spent with one agent more; asa over answered, not over time."""
    wait, level, lost, mean_wait_s = (
        (1.0 - share) * a + share * b for a, b in zip(low[:4], high[:4], strict=True)
    )
    answered = share * (1.0 - high.abandonment_rate)
    asa_s, work = answered * high.asa_s, share * (whole + 1) * high.occupancy
    if whole > 0:
        answered_low = (1.0 - share) * (1.0 - low.abandonment_rate)
        asa_s, work = asa_s + answered_low * low.asa_s, work + (1.0 - share) * whole * low.occupancy
        answered += answered_low
    return Stationary(wait, level, lost, mean_wait_s, asa_s / answered, work / (whole + share))


@jit
def service_level(
    arrivals_per_s: float, handle_s: float, patience_s: float, agents: int, threshold_s: float
) -> float:
    """Share of offered contacts answered within the threshold by a whole number of agents (compiled).

    Parameters are those of `erlang_a`, unchecked.
    """
    return _whole(arrivals_per_s, handle_s, patience_s, agents, threshold_s)[1]


@jit
def _whole(
    rate: float, handle_s: float, patience_s: float, agents: int, threshold_s: float
) -> tuple[float, float, float, float, float, float]:
    """The figures of `Stationary` for a whole number of agents."""
    theta = 1.0 / patience_s
    if agents == 0:
        return 1.0, 0.0, 1.0 if theta > 0.0 else 0.0, patience_s, np.nan, np.nan
    if rate == 0.0:
        return 0.0, 1.0, 0.0, 0.0, 0.0, 0.0
    power = agents / handle_s
    if theta == 0.0 and rate >= power:
        return 1.0, 0.0, 0.0, np.inf, np.inf, 1.0
    blocked = erlang_b(rate * handle_s, agents)
    if blocked == 0.0:
        return 0.0, 1.0, 0.0, 0.0, 0.0, rate / power
    log_unit, waits, queue, answered_wait = _line(rate, power, theta)
    norm = math.exp(log_unit) * (1.0 / blocked - 1.0) + waits
    wait_probability = waits / norm
    abandonment = theta * queue / (rate * norm)
    level = 1.0 - wait_probability + _quickly(rate, power, theta, threshold_s, log_unit - math.log(norm))
    return (
        wait_probability,
        min(max(level, 0.0), 1.0),
        abandonment,
        queue / (rate * norm),
        answered_wait / norm / (1.0 - abandonment),
        (1.0 - abandonment) * rate / power,
    )


@jit
def _line(rate: float, power: float, theta: float) -> tuple[float, float, float, float]:
    """Logarithm of the scale of c_0, and sums over the line j = 0, 1, ... of c_j, of j c_j, of c_j E[wait; answered].

    All are scaled down together when c_j would overflow, so that only their ratios carry meaning.
    """
    if theta == 0.0:
        ratio = rate / power
        share = 1.0 / (1.0 - ratio)
        return 0.0, share, ratio * share * share, share * share / power
    log_unit, term, waits, queue, answered_wait, passed = 0.0, 1.0, 0.0, 0.0, 0.0, 0.0
    j = 0
    while True:
        ahead = power + (j + 1) * theta
        passed += 1.0 / ahead
        waits += term
        queue += j * term
        answered_wait += term * power / ahead * passed
        ratio = rate / ahead
        if ratio < 1.0 and (j + 1) * term < 1e-17 * (1.0 - ratio) * (waits + queue):
            return log_unit, waits, queue, answered_wait
        term *= ratio
        j += 1
        if term > _LARGE:
            log_unit, term, waits = log_unit + math.log(_SMALL), term * _SMALL, waits * _SMALL
            queue, answered_wait = queue * _SMALL, answered_wait * _SMALL


@jit
def _quickly(rate: float, power: float, theta: float, threshold_s: float, log_scale: float) -> float:
    """The integral of the last formula above: answered after a wait of at most the threshold.

    Its scale comes as a logarithm: under heavy overload it underflows where the integrand overflows.
    """
    steepest = max(abs(rate - power), abs(rate * math.exp(-theta * threshold_s) - power)) + theta
    panels = 1 + int(steepest * threshold_s / _PANEL)
    half = 0.5 * threshold_s / panels
    total = 0.0
    for panel in range(panels):
        for node in range(_NODES.size):
            x = half * (2 * panel + 1 + _NODES[node])
            arrived = rate * x if theta == 0.0 else -rate * math.expm1(-theta * x) / theta
            total += _WEIGHTS[node] * math.exp(log_scale + arrived - (power + theta) * x)
    return power * half * total
