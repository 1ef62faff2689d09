"""Long-run figures of a single pool whose contacts give up after a patience of any law (M/M/n+G), by quadrature.

Letters, used in this module only: λ, μ, n and τ as in `orm_sim.centre.erlang`; S(x) share of patience above x,
H(x) = ∫_0^x S, B Erlang B of n - 1 agents. The wait that a contact of endless patience would meet is 0, or has the
density λ p e^{λH(x) - nμx}, where p is the probability that n - 1 are in service (Baccelli and Hebuterne 1981):

    1 / p                = 1/B + λ ∫ e^{λH(x) - nμx} dx
    P(wait)              = λ p ∫ e^{λH(x) - nμx} dx
    P(abandon)           = λ p ∫ (1 - S(x)) e^{λH(x) - nμx} dx
    E[wait]              = λ p ∫ H(x) e^{λH(x) - nμx} dx
    E[wait; answered]    = λ p ∫ x S(x) e^{λH(x) - nμx} dx
    P(answered within τ) = 1 - P(wait) + λ p ∫_0^τ S(x) e^{λH(x) - nμx} dx

All integrands are positive, so nothing cancels; the exponent is concave, so one peak is all there is to find.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from orm_sim.centre.erlang import Stationary, erlang_b, mixed
from orm_sim.centre.plan import Floats
from orm_sim.centre.survival import Survival

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_FAR: Final = 45.0  # e^-45 of the peak: nothing beyond counts
_DYADS: Final = 24
_ROUNDS: Final = 40
_PRECISION: Final = 1e-12


def general_patience(
    arrivals_per_s: float, handle_s: float, patience: Survival, agents: float, threshold_s: float
) -> Stationary:
    """Long-run figures of a pool whose contacts give up after a patience of any law.

    Parameters
    ----------
    arrivals_per_s : float
        Contacts offered per second, above 0.
    handle_s : float
        Mean handle time, seconds, above 0; handle times are exponential.
    patience : Survival
        Law of patience.
    agents : float
        Agents staffed, 0 or more; a fraction is the share of time with one agent more than the whole part.
    threshold_s : float
        Threshold of the service level, seconds, 0 or more.

    Returns
    -------
    Stationary
        Waits are inf where those who never give up alone are more than the agents can answer.

    Raises
    ------
    ValueError
        When a parameter is out of range.

    References
    ----------
    Zeltyn and Mandelbaum (2005), Call centers with impatient customers: many-server asymptotics of the M/M/n+G
    queue, Queueing Systems 51.
    """
    if not (0.0 < arrivals_per_s < math.inf and 0.0 < handle_s < math.inf):
        raise ValueError("arrivals_per_s and handle_s must be above 0 and finite")
    if not (0.0 <= agents < math.inf and 0.0 <= threshold_s < math.inf):
        raise ValueError("agents and threshold_s must be 0 or more and finite")
    whole = int(agents)
    low = _whole(arrivals_per_s, handle_s, patience, whole, threshold_s)
    if agents == whole:
        return low
    high = _whole(arrivals_per_s, handle_s, patience, whole + 1, threshold_s)
    return mixed(low, high, agents - whole, whole)


def _whole(rate: float, handle_s: float, patience: Survival, agents: int, threshold_s: float) -> Stationary:
    """The figures for a whole number of agents."""
    endless = patience.never_ends
    if agents == 0:
        return Stationary(1.0, 0.0, 1.0 - endless, patience.mean_s, math.nan, math.nan)
    power = agents / handle_s
    if rate * endless >= power:
        return Stationary(1.0, 0.0, 1.0 - power / rate, math.inf, math.inf, 1.0)
    blocked = erlang_b(rate * handle_s, agents - 1)
    if blocked == 0.0:
        return Stationary(0.0, 1.0, 0.0, 0.0, 0.0, rate / power)
    peak = _peak(rate, power, patience)
    top = _exponent(np.array([peak]), rate, power, patience)[0]
    end = _end(rate, power, patience, peak, top)
    waits, lost, waited, answered_wait, soon = (
        rate * _integrals(_edges(peak, end, threshold_s, patience), rate, power, patience, top, threshold_s)
    ).tolist()
    # 1/B may be inf and e^-top 0: their product is what counts, taken through logarithms
    norm = math.exp(min(-math.log(blocked) - top, 700.0)) + waits
    abandoned = lost / norm
    level = 1.0 - waits / norm + soon / norm
    return Stationary(
        waits / norm,
        min(max(level, 0.0), 1.0),
        abandoned,
        waited / norm,
        answered_wait / norm / (1.0 - abandoned),
        (1.0 - abandoned) * rate / power,
    )


def _exponent(x: Floats, rate: float, power: float, patience: Survival) -> Floats:
    """λH(x) - nμx: concave, 0 at 0."""
    return rate * patience.lasted_s(x) - power * x


def _peak(rate: float, power: float, patience: Survival) -> float:
    """Where the exponent is greatest: as many still wait as agents can answer."""

    def rises(x: float) -> bool:
        return rate * float(patience.share(np.array([x]))[0]) > power

    if not rises(0.0) and not rises(1e-12):
        return 0.0
    low, high = 0.0, 1.0
    while rises(high):
        low, high = high, 2.0 * high
    for _ in range(100):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if rises(middle) else (low, middle)
    return low


def _end(rate: float, power: float, patience: Survival, peak: float, top: float) -> float:
    """A point beyond which the integrand is nothing."""
    step = 1.0 / power
    while top - _exponent(np.array([peak + step]), rate, power, patience)[0] < _FAR + math.log1p(step):
        step *= 2.0
    return peak + step


def _edges(peak: float, end: float, threshold_s: float, patience: Survival) -> Floats:
    """Borders of the first panels: bends and jumps of the law, the threshold, and the peak closely framed."""
    dyads = end * 0.5 ** np.arange(_DYADS)
    points = np.concatenate(
        [[0.0, peak, threshold_s], dyads, peak - dyads, peak + dyads, np.array(patience.breaks_s)]
    )
    return np.unique(np.clip(points, 0.0, end))


def _integrals(
    edges: Floats, rate: float, power: float, patience: Survival, top: float, threshold_s: float
) -> Floats:
    """The five integrals of the formulas over e^top, panels halved until halves and whole agree: float64[5]."""
    below, above = edges[:-1], edges[1:]
    total = np.zeros(5)
    whole = _panels(below, above, rate, power, patience, top, threshold_s)
    scale = np.maximum(whole.sum(axis=1), 1e-300)
    for _ in range(_ROUNDS):
        middle = 0.5 * (below + above)
        left = _panels(below, middle, rate, power, patience, top, threshold_s)
        right = _panels(middle, above, rate, power, patience, top, threshold_s)
        both = left + right
        scale = np.maximum(scale, total + both.sum(axis=1))
        open_ = np.any(np.abs(both - whole) > _PRECISION * 1e-2 * scale[:, None] + 1e-14 * both, axis=0)
        total += both[:, ~open_].sum(axis=1)
        if not open_.any():
            return total
        below, above = (
            np.concatenate([below[open_], middle[open_]]),
            np.concatenate([middle[open_], above[open_]]),
        )
        whole = np.concatenate([left[:, open_], right[:, open_]], axis=1)
    return np.asarray(total + whole.sum(axis=1))


def _panels(
    below: Floats,
    above: Floats,
    rate: float,
    power: float,
    patience: Survival,
    top: float,
    threshold_s: float,
) -> Floats:
    """Sixteen-point Gauss sums of the five integrands on each panel: float64[5, n_panels]."""
    half = 0.5 * (above - below)
    x = 0.5 * (above + below) + half * _NODES[:, None]
    alive, lasted = patience.share(x), patience.lasted_s(x)
    density = np.exp(rate * lasted - power * x - top) * _WEIGHTS[:, None] * half
    soon = np.where(above <= threshold_s, (density * alive).sum(axis=0), 0.0)
    return np.stack(
        [
            density.sum(axis=0),
            (density * (1.0 - alive)).sum(axis=0),
            (density * lasted).sum(axis=0),
            (density * x * alive).sum(axis=0),
            soon,
        ]
    )
