"""Outbound records: conversion by quality of list and by attempt, and talk time by outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from orm_sim.calibrate.clean import Mask
from orm_sim.calibrate.estimate import Estimate
from orm_sim.calibrate.handle_time import distances
from orm_sim.calibrate.jackknife import block_sums, jackknife
from orm_sim.calibrate.mapping import OutboundMapping
from orm_sim.calibrate.reached import Reached
from orm_sim.calibrate.shift import OddPeriod, Shift, level_shifts, odd_periods

Floats = NDArray[np.float64]
ERROR_BLOCKS = 50
MIN_AT_ATTEMPT = 50
"""An attempt at which fewer customers were reached is pooled with all later ones."""


@dataclass(frozen=True, slots=True)
class AttemptConversion:
    """Conversion at an attempt; `last` where it stands for all later ones too.

    `reached` is the share of sales among customers whose last contact was this attempt; `per_attempt` the share of
    sales among all customers who got that far, had every attempt reached them.
    """

    attempt: int
    last: bool
    reached: Estimate
    per_attempt: Estimate


@dataclass(frozen=True, slots=True)
class TalkTime:
    """Talk time of one outcome: moments, spread of the logarithm, and the distance of the laws fitted."""

    mean: Estimate
    cv: Estimate
    log_sd: Estimate
    distance: dict[str, float]


@dataclass(frozen=True, slots=True)
class Within:
    """Conversion of one quality of list through the file: lasting changes, periods unlike the rest, and all periods."""

    shifts: tuple[Shift, ...]
    odd: tuple[OddPeriod, ...]
    by_period: dict[str, Estimate]


@dataclass(frozen=True, slots=True)
class OutboundFit:
    """Everything fitted to outbound records.

    Attributes
    ----------
    overall : Estimate
        Conversion over all rows: shown, but never shipped when `shifts` is not empty.
    by_quality : dict of str to Estimate
        Conversion of each quality of list.
    by_attempt : dict of str to tuple of AttemptConversion
        By quality of list and attempt.
    talk : dict of str to TalkTime
        Under ``sale`` and ``no_sale``.
    shifts : tuple of Shift
        Changes of conversion over all rows, `at` counted in blocks of rows.
    within : dict of str to Within
        Conversion of each quality of list through the file.
    block_rows : int
        Rows in a block.
    outside : int
        Rows that fall in no quality of list.
    """

    overall: Estimate
    by_quality: dict[str, Estimate]
    by_attempt: dict[str, tuple[AttemptConversion, ...]]
    talk: dict[str, TalkTime]
    shifts: tuple[Shift, ...]
    within: dict[str, Within]
    block_rows: int
    outside: int


def fit_outbound(reached: Reached, mapping: OutboundMapping) -> OutboundFit:
    """Conversions and talk times; errors by leaving out one of 50 stretches of neighbouring rows at a time."""
    rows = mapping.rows_per_block
    shifts = _shifts(reached.sale, mapping)
    segment, names = reached.segment, reached.segments
    if not names:
        segment = np.searchsorted(
            [shift.at * rows for shift in shifts], np.arange(len(reached.sale)), side="right"
        )
        names = tuple(f"regime_{each + 1}" for each in range(len(shifts) + 1)) if shifts else ("all",)
    members = {name: segment == index for index, name in enumerate(names)}
    return OutboundFit(
        _share(reached.sale, np.ones(len(reached.sale), bool)),
        {name: _share(reached.sale, member) for name, member in members.items()},
        {name: _by_attempt(reached, member, mapping.last_attempt) for name, member in members.items()}
        if mapping.columns.attempt is not None else {},
        _talk_times(reached),
        shifts,
        {name: _within(reached, member, mapping) for name, member in members.items()},
        rows,
        int((segment < 0).sum()),
    )  # fmt: skip


def _blocks(n: int) -> NDArray[np.int64]:
    return np.arange(n) * ERROR_BLOCKS // max(n, 1)


def _share(sale: Mask, chosen: Mask) -> Estimate:
    """Sales over rows of a choice, with the error between stretches of rows."""
    n = int(chosen.sum())
    if not n:
        return Estimate(np.nan, np.nan, 0, "share")
    hits = sale[chosen]
    value, se = jackknife(block_sums(_blocks(n), hits, np.ones(n)), _ratio)
    least = np.sqrt((hits.sum() + 0.5) * (n - hits.sum() + 0.5)) / (n + 1.0) / np.sqrt(n)  # binomial, never 0
    return Estimate(float(value), float(np.fmax(se, least)), n, "share")


def _ratio(sums: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sums[..., 0] / sums[..., 1])


def _by_attempt(reached: Reached, member: Mask, last: int) -> tuple[AttemptConversion, ...]:
    figures = []
    at_attempt = np.bincount(reached.attempt[member], minlength=last + 1)
    few = np.flatnonzero(at_attempt[1:last] < MIN_AT_ATTEMPT)
    last = int(few[0]) + 1 if len(few) else last
    for attempt in range(1, last + 1):
        final = attempt == last
        at = member & ((reached.attempt >= attempt) if final else (reached.attempt == attempt))
        tried = member & (reached.attempt >= attempt)
        if final:  # all later attempts together: sales over the attempts made from this one on
            made = float((reached.attempt[tried] - attempt + 1).sum())
            share = float((reached.sale & at).sum()) / made if made else np.nan
            per_attempt = Estimate(
                share, float(np.sqrt(share * (1 - share) / made)) if made else np.nan, int(made), "share"
            )
        else:
            per_attempt = _share(reached.sale & (reached.attempt == attempt), tried)
        figures.append(AttemptConversion(attempt, final, _share(reached.sale, at), per_attempt))
    return tuple(figures)


def _shifts(sale: Mask, mapping: OutboundMapping) -> tuple[Shift, ...]:
    level = _by_block(sale, mapping.rows_per_block)
    return level_shifts(level, mapping.shift.alpha, mapping.shift.at_least)


def _by_block(sale: Mask, size: int) -> Floats:
    """Conversion of neighbouring rows, so many at a time; the last few rows that fill no block are left out."""
    n_blocks = len(sale) // size
    return (
        np.asarray(sale[: n_blocks * size].reshape(n_blocks, size).mean(axis=1)) if n_blocks else np.empty(0)
    )


def _within(reached: Reached, member: Mask, mapping: OutboundMapping) -> Within:
    sale, period = reached.sale[member], reached.period[member]
    labels = np.array(reached.periods)
    by_period = {str(labels[each]): _share(sale, period == each) for each in np.unique(period)}
    shifts = _shifts(sale, mapping)
    size = mapping.rows_per_block // 4  # short blocks: a period may be a few hundred rows
    share = _by_block(sale, size)
    label = np.char.zfill(period[: len(share) * size : size].astype(str), 6)
    odd = () if shifts else odd_periods(share, label, mapping.shift.alpha, mapping.shift.at_least)
    named = tuple(replace(each, period=str(labels[int(each.period)])) for each in odd)
    return Within(shifts, named, by_period)


def _talk_times(reached: Reached) -> dict[str, TalkTime]:
    fitted = {}
    for name, member in (("sale", reached.sale), ("no_sale", ~reached.sale)):
        with np.errstate(invalid="ignore"):
            talk = reached.talk_s[member & (reached.talk_s > 0)]
        if len(talk) < ERROR_BLOCKS:
            continue
        log = np.log(talk)
        value, se = jackknife(
            block_sums(_blocks(len(talk)), np.ones(len(talk)), talk, talk**2, log, log**2), _moments
        )
        mean, cv, log_sd = (
            Estimate(float(v), float(e), len(talk), unit)
            for v, e, unit in zip(value, se, ("s", "ratio", "log_s"), strict=True)
        )
        fitted[name] = TalkTime(mean, cv, log_sd, distances(talk))
    return fitted


def _moments(sums: Floats) -> Floats:
    n, mean, log_mean = sums[..., 0], sums[..., 1] / sums[..., 0], sums[..., 3] / sums[..., 0]
    sd = np.sqrt((sums[..., 2] / n - mean**2) * n / (n - 1))
    return np.stack([mean, sd / mean, np.sqrt((sums[..., 4] / n - log_mean**2) * n / (n - 1))], axis=-1)
