"""Laws of durations as closed forms need them: chance to last longer than x, and that chance summed up to x."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from orm_sim.centre.laws import (
    CONSTANT,
    EMPIRICAL,
    EXPONENTIAL,
    GAMMA,
    LOGNORMAL,
    PIECEWISE_HAZARD,
    UNIFORM,
    WEIBULL,
    LawTable,
)
from orm_sim.centre.plan import Floats

Curve = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Survival:
    """A law of durations: of patience, or of handle time.

    Attributes
    ----------
    share : callable
        Chance that a duration exceeds x, for an array of x in seconds, 0 or more, inf allowed.
    lasted_s : callable
        Mean of min(duration, x): the integral of `share` from 0 to x, for finite x.
    mean_s : float
        Mean duration, inf allowed.
    breaks_s : tuple of float
        Ascending points above 0 where `share` jumps or bends.
    """

    share: Curve
    lasted_s: Curve
    mean_s: float
    breaks_s: tuple[float, ...] = ()

    @property
    def never_ends(self) -> float:
        """Share of durations that never end."""
        return float(self.share(np.array([np.inf]))[0])


def exponential(mean_s: float) -> Survival:
    """Constant hazard 1 / mean; an infinite mean never ends."""
    if math.isinf(mean_s):
        return Survival(np.ones_like, np.copy, math.inf)
    return Survival(lambda x: np.exp(-x / mean_s), lambda x: -mean_s * np.expm1(-x / mean_s), mean_s)


def constant(value_s: float) -> Survival:
    """The same duration for everyone; a contact whose wait equals it is still answered."""
    return Survival(
        lambda x: np.where(x <= value_s, 1.0, 0.0), lambda x: np.minimum(x, value_s), value_s, (value_s,)
    )


def lognormal(mean_s: float, cv: float) -> Survival:
    """Lognormal of a mean and a coefficient of variation."""
    return log_normal(math.log(mean_s) - 0.5 * math.log1p(cv**2), math.sqrt(math.log1p(cv**2)))


def log_normal(log_mean: float, log_sd: float) -> Survival:
    """Lognormal of the mean and standard deviation of its logarithm."""
    if log_sd == 0.0:
        return constant(math.exp(log_mean))
    mean_s = math.exp(log_mean + 0.5 * log_sd**2)

    def score(x: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray((np.log(x) - log_mean) / log_sd)

    def share(x: Floats) -> Floats:
        return np.asarray(special.ndtr(-score(x)))

    return Survival(share, lambda x: x * share(x) + mean_s * special.ndtr(score(x) - log_sd), mean_s)


def weibull(mean_s: float, cv: float) -> Survival:
    """Weibull of a mean and a coefficient of variation."""
    low, high = 0.05, 200.0  # of the shape: a cv above 1e11 or below 0.007 is not met
    for _ in range(200):
        middle = math.sqrt(low * high)
        ratio = math.exp(special.gammaln(1.0 + 2.0 / middle) - 2.0 * special.gammaln(1.0 + 1.0 / middle))
        low, high = (middle, high) if ratio - 1.0 > cv**2 else (low, middle)
    return _weibull(mean_s / math.exp(special.gammaln(1.0 + 1.0 / high)), 1.0 / high)


def _weibull(scale_s: float, inverse_shape: float) -> Survival:
    mean_s = scale_s * float(special.gamma(1.0 + inverse_shape))

    def reached(x: Floats) -> Floats:
        return np.asarray((x / scale_s) ** (1.0 / inverse_shape))

    def share(x: Floats) -> Floats:
        return np.asarray(np.exp(-reached(x)))

    return Survival(
        share,
        lambda x: x * share(x) + mean_s * special.gammainc(1.0 + inverse_shape, reached(x)),
        mean_s,
    )


def gamma(mean_s: float, cv: float) -> Survival:
    """Gamma of a mean and a coefficient of variation."""
    return _gamma(mean_s * cv**2, 1.0 / cv**2)


def _gamma(scale_s: float, shape: float) -> Survival:
    mean_s = scale_s * shape

    def share(x: Floats) -> Floats:
        return np.asarray(special.gammaincc(shape, x / scale_s))

    return Survival(
        share, lambda x: x * share(x) + mean_s * special.gammainc(shape + 1.0, x / scale_s), mean_s
    )


def uniform(low_s: float, high_s: float) -> Survival:
    """Every value between two is equally likely."""
    width = high_s - low_s
    if width == 0.0:
        return constant(low_s)

    def lasted(x: Floats) -> Floats:
        inside = np.clip(x, low_s, high_s) - low_s
        return np.asarray(np.minimum(x, low_s) + inside - inside**2 / (2.0 * width))

    breaks = tuple(x for x in (low_s, high_s) if x > 0.0)
    return Survival(lambda x: np.clip((high_s - x) / width, 0.0, 1.0), lasted, (low_s + high_s) / 2.0, breaks)


def piecewise_hazard(until_s: Floats, per_s: Floats) -> Survival:
    """Hazard constant on pieces; the last piece has no end, whatever its `until_s` says.

    Parameters
    ----------
    until_s : float64[n_pieces]
        Ends of the pieces, ascending.
    per_s : float64[n_pieces]
        Hazards, 0 or more.
    """
    begin = np.concatenate([[0.0], until_s[:-1]])
    summed = np.concatenate([[0.0], np.cumsum(per_s[:-1] * np.diff(begin))])
    left = np.exp(-summed)

    def within(begun_s: Floats, hazard: Floats) -> Floats:
        """Mean of min(remaining, length) in a piece, given that it was reached."""
        rare = hazard * begun_s < 1e-12
        safe = np.where(hazard > 0.0, hazard, 1.0)
        return np.asarray(np.where(rare, begun_s, -np.expm1(-safe * begun_s) / safe))

    lasted_before = np.concatenate([[0.0], np.cumsum(left[:-1] * within(np.diff(begin), per_s[:-1]))])

    def share(x: Floats) -> Floats:
        piece = np.searchsorted(begin, x, side="right") - 1
        beyond = np.where(per_s[piece] > 0.0, x - begin[piece], 0.0)
        return np.asarray(left[piece] * np.exp(-per_s[piece] * beyond))

    def lasted(x: Floats) -> Floats:
        piece = np.searchsorted(begin, x, side="right") - 1
        return np.asarray(lasted_before[piece] + left[piece] * within(x - begin[piece], per_s[piece]))

    tail = left[-1] / per_s[-1] if per_s[-1] > 0.0 else (math.inf if left[-1] > 0.0 else 0.0)
    return Survival(share, lasted, float(lasted_before[-1] + tail), tuple(begin[1:].tolist()))


def empirical(values_s: Floats) -> Survival:
    """Each observed value is equally likely."""
    ordered = np.sort(values_s)
    n = ordered.size
    before = np.concatenate([[0.0], np.cumsum(ordered)])

    def share(x: Floats) -> Floats:
        return np.asarray((n - np.searchsorted(ordered, x, side="left")) / n)

    def lasted(x: Floats) -> Floats:
        over = np.searchsorted(ordered, x, side="right")
        return np.asarray((before[over] + (n - over) * x) / n)

    breaks = tuple(np.unique(ordered[ordered > 0.0]).tolist())
    return Survival(share, lasted, float(ordered.mean()), breaks)


def tabulated(laws: LawTable, law: int) -> Survival:
    """The law of a number in a table that engines draw from."""
    kind, a, b = int(laws.kind[law]), float(laws.a[law]), float(laws.b[law])
    own = slice(int(laws.first[law]), int(laws.stop[law]))
    made: dict[int, Callable[[], Survival]] = {
        CONSTANT: lambda: constant(a),
        EXPONENTIAL: lambda: exponential(a),
        LOGNORMAL: lambda: log_normal(a, b),
        WEIBULL: lambda: _weibull(a, b),
        UNIFORM: lambda: uniform(a, a + b),
        GAMMA: lambda: _gamma(a, b),
        PIECEWISE_HAZARD: lambda: piecewise_hazard(laws.x[own], laws.y[own]),
        EMPIRICAL: lambda: empirical(laws.x[own]),
    }
    if kind not in made:
        return exponential(math.inf)
    parametric = kind not in (PIECEWISE_HAZARD, EMPIRICAL)
    return later(made[kind](), float(laws.x[own][0])) if parametric and laws.x[own].size else made[kind]()


def later(law: Survival, seconds: float) -> Survival:
    """The same law with a constant added to every duration."""

    def share(x: Floats) -> Floats:
        return np.where(x < seconds, 1.0, law.share(np.maximum(x - seconds, 0.0)))

    def lasted(x: Floats) -> Floats:
        return np.asarray(np.minimum(x, seconds) + law.lasted_s(np.maximum(x - seconds, 0.0)))

    breaks = (seconds, *(x + seconds for x in law.breaks_s))
    return Survival(share, lasted, law.mean_s + seconds, breaks)


def scaled(law: Survival, factor: float) -> Survival:
    """The same law with every duration multiplied, by more than 0."""
    return Survival(
        lambda x: law.share(x / factor),
        lambda x: factor * law.lasted_s(x / factor),
        factor * law.mean_s,
        tuple(factor * x for x in law.breaks_s),
    )


def mixture(laws: tuple[Survival, ...], shares: Floats) -> Survival:
    """One of several laws, each with a share of the durations; shares sum to 1."""
    return Survival(
        lambda x: np.asarray(sum(p * law.share(x) for p, law in zip(shares, laws, strict=True))),
        lambda x: np.asarray(sum(p * law.lasted_s(x) for p, law in zip(shares, laws, strict=True))),
        float(sum(p * law.mean_s for p, law in zip(shares, laws, strict=True))),
        tuple(sorted({x for law in laws for x in law.breaks_s})),
    )
