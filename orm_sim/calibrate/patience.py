"""Patience: how long contacts would wait before they give up, though most are answered first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orm_sim.calibrate.contacts import Contacts
from orm_sim.calibrate.estimate import Estimate
from orm_sim.calibrate.jackknife import block_sums, jackknife

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HazardPiece:
    """Chance of giving up in the next second while still waiting, constant up to `until_s` (inf for the last)."""

    until_s: float
    per_s: Estimate


@dataclass(frozen=True, slots=True)
class Curve:
    """Share still waiting after so many seconds (Kaplan–Meier), with Greenwood's standard error."""

    at_s: Floats
    share: Floats
    se: Floats


@dataclass(frozen=True, slots=True)
class Patience:
    """Three readings of the same waits; those answered count as waits cut off.

    Attributes
    ----------
    median : Estimate
        Kaplan–Meier median of contacts that queued; nan when fewer than half would give up in the time seen.
    exponential_mean : Estimate
        Total time in queue over abandonments: the mean of the exponential law.
    pieces : tuple of HazardPiece
        Abandonments over time at risk, within stretches of waiting time.
    curve : Curve
        The whole Kaplan–Meier curve.
    exponential_distance, pieces_distance : float
        Largest distance of the two laws from the curve, up to the time when 1 % of contacts are still observed.
    """

    median: Estimate
    exponential_mean: Estimate
    pieces: tuple[HazardPiece, ...]
    curve: Curve
    exponential_distance: float
    pieces_distance: float


def fit_patience(contacts: Contacts, until_s: tuple[float, ...]) -> Patience:
    """Patience of contacts that had to wait.

    Parameters
    ----------
    contacts : Contacts
        Offered contacts.
    until_s : tuple of float
        Ends of the pieces of the hazard; one more piece has no end.
    """
    queued = contacts.queued
    wait, gave_up = contacts.wait_s[queued], ~contacts.answered[queued]
    week, n = contacts.week[queued], int(queued.sum())
    curve = kaplan_meier(wait, gave_up)
    mean, se = jackknife(block_sums(week, wait, gave_up), _ratio) if n else (np.nan, np.nan)
    exponential = Estimate(float(mean), float(se), int(gave_up.sum()), "s")
    pieces = _pieces(wait, gave_up, week, until_s)
    last = np.quantile(wait, 0.99) if n else 0.0
    seen = curve.at_s <= last
    at = curve.at_s[seen]
    return Patience(
        _median(curve, n), exponential, pieces, curve,
        _gap(curve.share[seen], np.exp(-at / exponential.value) if exponential.known else np.ones(len(at))),
        _gap(curve.share[seen], np.exp(-cumulative_hazard(at, pieces))),
    )  # fmt: skip


def kaplan_meier(wait: Floats, gave_up: NDArray[np.bool_]) -> Curve:
    """Share still waiting at each distinct waiting time; of equal times, those who gave up left first.

    Examples
    --------
    Of three, one gives up after 1 s, one is answered after 2 s, one gives up after 3 s:

    >>> kaplan_meier(np.array([1.0, 2.0, 3.0]), np.array([True, False, True])).share.round(3).tolist()
    [0.667, 0.667, 0.0]
    """
    at, index = np.unique(wait, return_inverse=True)
    leaving = np.bincount(index, minlength=len(at))
    lost = np.bincount(index, gave_up.astype(np.float64), len(at))
    at_risk = leaving[::-1].cumsum()[::-1].astype(np.float64)
    share = np.cumprod(1.0 - lost / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(np.where(at_risk > lost, lost / (at_risk * (at_risk - lost)), 0.0))
    return Curve(at, np.asarray(share, np.float64), np.asarray(share * np.sqrt(greenwood), np.float64))


def cumulative_hazard(at_s: Floats, pieces: tuple[HazardPiece, ...]) -> Floats:
    """Integral of the piecewise hazard from 0 to each time."""
    total, start = np.zeros(len(at_s)), 0.0
    for piece in pieces:
        total += piece.per_s.value * np.clip(np.minimum(at_s, piece.until_s) - start, 0.0, None)
        start = piece.until_s
    return total


def _ratio(sums: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sums[..., 1] > 0, sums[..., 0] / sums[..., 1], np.nan)


def _pieces(
    wait: Floats, gave_up: NDArray[np.bool_], week: NDArray[np.int64], until_s: tuple[float, ...]
) -> tuple[HazardPiece, ...]:
    """Abandonments over seconds at risk in each stretch; one that gave up at once counts in the first."""
    pieces, start = [], 0.0
    for end in (*until_s, np.inf):
        at_risk = np.clip(np.minimum(wait, end) - start, 0.0, None)
        here = gave_up & (wait <= end) & ((wait > start) | (start == 0.0))
        if at_risk.any():
            value, se = jackknife(block_sums(week, here, at_risk), _ratio)
            pieces.append(HazardPiece(end, Estimate(float(value), float(se), int(here.sum()), "per_s")))
        start = end
    if pieces:  # the last one observed has no end
        pieces[-1] = HazardPiece(np.inf, pieces[-1].per_s)
    return tuple(pieces)


def _median(curve: Curve, n: int) -> Estimate:
    """First time at which half have given up; its error from where the curve ± its own error crosses a half."""

    def crossing(share: Floats) -> float:
        below = np.flatnonzero(share <= 0.5)
        return float(curve.at_s[below[0]]) if len(below) else np.nan

    width = crossing(curve.share + curve.se) - crossing(curve.share - curve.se)
    return Estimate(crossing(curve.share), width / 2, n, "s")


def _gap(observed: Floats, fitted: Floats) -> float:
    return float(np.abs(observed - fitted).max()) if len(observed) else np.nan
