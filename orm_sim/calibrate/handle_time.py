"""Handle time by contact type: the lognormal, how far it is from the records, and the laws it was chosen over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from orm_sim.calibrate.arrivals import shares
from orm_sim.calibrate.contacts import Contacts
from orm_sim.calibrate.estimate import Estimate
from orm_sim.calibrate.jackknife import block_sums, jackknife

Floats = NDArray[np.float64]
Law = Callable[[Floats], Floats]
"""Share of a law below each of some times."""

LAWS = ("lognormal", "exponential", "gamma", "weibull")
_MIN_CONTACTS = 30
_STEPS = 60


@dataclass(frozen=True, slots=True)
class HandleTime:
    """Handle time of one type (or of all), over answered contacts that are neither short nor implausibly long.

    Attributes
    ----------
    mean, cv, log_mean, log_sd : Estimate
        Mean, coefficient of variation, and mean and standard deviation of the logarithm: the lognormal's parameters.
    relative_mean : Estimate
        Mean against the mean over the mix of offered contacts, so that the mix of the relative means is 1.
    distance : dict of str to float
        Kolmogorov–Smirnov distance of each law of `LAWS`, fitted by maximum likelihood.
    """

    mean: Estimate
    cv: Estimate
    log_mean: Estimate
    log_sd: Estimate
    relative_mean: Estimate
    distance: dict[str, float]


def fit_handle_times(contacts: Contacts, short_below_s: float, at_most_s: float) -> dict[str, HandleTime]:
    """Handle time of all contacts (under the name "all") and of each type.

    Parameters
    ----------
    contacts : Contacts
        Offered contacts.
    short_below_s, at_most_s : float
        Handle times from the first to the second, both included, are fitted.
    """
    chosen = plausible(contacts, short_below_s, at_most_s)
    if not chosen.any():
        return {}
    x, week, kind = contacts.handle_s[chosen], contacts.week[chosen], contacts.type[chosen]
    members = {name: kind == index for index, name in enumerate(contacts.types)}
    fitted = {
        name: _fit(x, week, member) for name, member in members.items() if member.sum() >= _MIN_CONTACTS
    }
    relative = _relative_means(contacts, chosen, [name in fitted for name in contacts.types])
    fitted = {name: replace(each, relative_mean=relative[name]) for name, each in fitted.items()}
    return {"all": _fit(x, week, np.ones(len(x), bool)), **fitted}


def _relative_means(contacts: Contacts, chosen: NDArray[np.bool_], known: list[bool]) -> dict[str, Estimate]:
    """Mean of each type over the mean of the mix; a type too rare for a mean of its own counts with that of all."""
    types = range(len(contacts.types))
    handle = np.where(chosen, contacts.handle_s, 0.0)
    each = [contacts.type == index for index in types]
    sums = block_sums(
        contacts.week,
        *each,
        *(chosen & member for member in each),
        *(np.where(member, handle, 0.0) for member in each),
    )
    k, usable = len(each), np.array(known)

    def figures(total: Floats) -> Floats:
        offered, n, seconds = total[..., :k], total[..., k : 2 * k], total[..., 2 * k :]
        overall = seconds.sum(axis=-1, keepdims=True) / np.maximum(n.sum(axis=-1, keepdims=True), 1.0)
        mean = np.where(usable & (n > 0), seconds / np.maximum(n, 1.0), overall)
        return np.asarray(mean / (mean * shares(offered)).sum(axis=-1, keepdims=True))

    value, se = jackknife(sums, figures)
    n = [int((chosen & member).sum()) for member in each]
    return {
        name: Estimate(float(value[i]), float(se[i]), n[i], "ratio")
        for i, name in zip(types, contacts.types, strict=True)
    }


def plausible(contacts: Contacts, short_below_s: float, at_most_s: float) -> NDArray[np.bool_]:
    """Answered contacts whose handle time is neither short nor implausibly long."""
    with np.errstate(invalid="ignore"):
        return contacts.answered & (contacts.handle_s >= short_below_s) & (contacts.handle_s <= at_most_s)


def _fit(x: Floats, week: NDArray[np.int64], member: NDArray[np.bool_]) -> HandleTime:
    own, n = x[member], int(member.sum())
    log = np.where(member, np.log(np.maximum(x, 1e-3)), 0.0)
    inside = np.where(member, x, 0.0)
    value, se = jackknife(block_sums(week, member, inside, inside**2, log, log**2), _figures)
    units = ("s", "ratio", "log_s", "log_s")
    mean, cv, log_mean, log_sd = (
        Estimate(float(v), float(s), n, unit) for v, s, unit in zip(value, se, units, strict=True)
    )
    return HandleTime(mean, cv, log_mean, log_sd, Estimate(1.0, 0.0, n, "ratio"), distances(own))


def _figures(sums: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        n = sums[..., 0]
        mean, log_mean = sums[..., 1] / n, sums[..., 3] / n
        sd = np.sqrt(np.maximum(sums[..., 2] / n - mean**2, 0.0) * n / (n - 1))
        log_sd = np.sqrt(np.maximum(sums[..., 4] / n - log_mean**2, 0.0) * n / (n - 1))
        return np.stack([mean, sd / mean, log_mean, log_sd], axis=-1)


def distances(x: Floats) -> dict[str, float]:
    """Kolmogorov–Smirnov distance of the fitted laws: largest gap between fitted and observed shares below a time."""
    ordered = np.sort(x)
    ordered = ordered[ordered > 0]
    return {name: _distance(ordered, law) for name, law in fitted_laws(ordered).items()}


def fitted_laws(x: Floats) -> dict[str, Law]:
    """Shares below a time by the four laws at their maximum likelihood; none for a single length."""
    if len(x) < 2 or x.min() == x.max():
        return {}
    log = np.log(x)
    centre, spread, mean = log.mean(), log.std(), x.mean()
    shape, scale = _gamma(x, log)
    power, size = _weibull(x, log)
    return {
        "lognormal": lambda t: np.asarray(special.ndtr((np.log(t) - centre) / spread)),
        "exponential": lambda t: -np.expm1(-t / mean),
        "gamma": lambda t: np.asarray(special.gammainc(shape, t / scale)),
        "weibull": lambda t: -np.expm1(-((t / size) ** power)),
    }


def _distance(ordered: Floats, law: Law) -> float:
    """Largest gap on either side of every step of the observed shares; equal times make one step."""
    n = len(ordered)
    at, first = np.unique(ordered, return_index=True)
    below, upto = first / n, np.append(first[1:], n) / n
    fitted = law(at)
    return float(np.maximum(np.abs(fitted - below), np.abs(fitted - upto)).max())


def _gamma(x: Floats, log: Floats) -> tuple[float, float]:
    """Shape and scale: log(shape) − digamma(shape) = log(mean) − mean of the logarithm, by Newton's steps."""
    gap = float(np.log(x.mean()) - log.mean())
    shape = (3.0 - gap + np.sqrt((gap - 3.0) ** 2 + 24.0 * gap)) / (12.0 * gap)
    for _ in range(_STEPS):
        error = np.log(shape) - special.digamma(shape) - gap
        step = error / (1.0 / shape - special.polygamma(1, shape))
        shape = max(shape - step, shape / 2)
        if abs(step) < 1e-10 * shape:
            break
    return float(shape), float(x.mean() / shape)


def _weibull(x: Floats, log: Floats) -> tuple[float, float]:
    """Power and size: 1/power = Σ xᵖ log x / Σ xᵖ − mean of the logarithm, by Newton's steps on distinct times."""
    at, count = np.unique(x, return_counts=True)
    relative, log_at = at / at.max(), np.log(at)
    power = float(1.2825 / max(log.std(), 1e-6))
    for _ in range(_STEPS):
        weight = count * relative**power
        total = weight.sum()
        first, second = (weight * log_at).sum() / total, (weight * log_at**2).sum() / total
        error = first - 1.0 / power - log.mean()
        step = error / (second - first**2 + power**-2)
        power = max(power - step, power / 2)
        if abs(step) < 1e-10 * power:
            break
    return power, float(((count * relative**power).sum() / count.sum()) ** (1 / power) * at.max())
