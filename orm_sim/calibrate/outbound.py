"""Outbound records: conversion by quality of list and by attempt, and talk time by outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orm_sim.calibrate.clean import Findings, Mask, seconds
from orm_sim.calibrate.estimate import Estimate
from orm_sim.calibrate.handle_time import distances
from orm_sim.calibrate.jackknife import block_sums, jackknife
from orm_sim.calibrate.mapping import OutboundMapping
from orm_sim.calibrate.records import RawRecords, column_names, read_records, words_of
from orm_sim.calibrate.shift import OddPeriod, Shift, level_shifts, odd_periods
from orm_sim.core.errors import InputError, Place, Problem, refuse

Floats = NDArray[np.float64]
MIN_ROWS = 400
ERROR_BLOCKS = 50


@dataclass(frozen=True, slots=True)
class Reached:
    """Customers reached, in order of the file.

    Attributes
    ----------
    sale : bool[n]
        Bought.
    attempt : int64[n]
        Number of the attempt at which the customer was last reached; 0 where the records do not say.
    talk_s : float64[n]
        Talk time; nan where the records do not say.
    segment : int64[n]
        Index into `segments`; -1 for rows of none.
    segments : tuple of str
        Qualities of list.
    period : int64[n]
        Index into `periods`, in order of the file; 0 where the records do not say.
    periods : tuple of str
        Labels of the periods; a label that comes again has its number of appearances behind it.
    """

    sale: Mask
    attempt: NDArray[np.int64]
    talk_s: Floats
    segment: NDArray[np.int64]
    segments: tuple[str, ...]
    period: NDArray[np.int64]
    periods: tuple[str, ...]


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
    """

    overall: Estimate
    by_quality: dict[str, Estimate]
    by_attempt: dict[str, tuple[AttemptConversion, ...]]
    talk: dict[str, TalkTime]
    shifts: tuple[Shift, ...]
    within: dict[str, Within]
    block_rows: int


def read_outbound(records: Path, mapping: OutboundMapping, mapping_file: Path) -> tuple[Reached, Findings]:
    """The customers reached, and what was wrong with the rows.

    Raises
    ------
    InputError
        When the file cannot be read, lacks columns, has too many broken rows, or holds under 400 good ones.
    """
    names = column_names(mapping.columns, "columns")
    for s, segment in enumerate(mapping.segments):
        names |= {f"segments.{s}.where.{c}.column": each.column for c, each in enumerate(segment.where)}
    raw = read_records(records, names, mapping_file)
    findings = Findings(raw)
    word = raw.frame[mapping.columns.sale]
    sale = word.isin(mapping.sale_words).to_numpy()
    unknown = ~(sale | word.isin(mapping.no_sale_words).to_numpy())
    findings.broke(unknown, "neither a sale nor none by the words of the mapping", mapping.columns.sale)
    attempt, talk = _attempt(raw, mapping, findings), _talk(raw, mapping, findings)
    segment = _segments(raw, mapping, mapping_file)
    findings.refuse_above(mapping.broken_share_at_most)
    keep = ~findings.broken
    if keep.sum() < MIN_ROWS:
        raise refuse(f"holds {int(keep.sum())} good rows; conversions need {MIN_ROWS} or more", file=str(records))
    names_of = tuple(each.name for each in mapping.segments)
    period, periods = _periods(raw.frame[mapping.columns.period][keep] if mapping.columns.period else None, int(keep.sum()))
    return Reached(sale[keep], attempt[keep], talk[keep], segment[keep], names_of, period, periods), findings


def _periods(label: pd.Series[str] | None, n: int) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Runs of equal labels, numbered, and a name for each."""
    if label is None or not n:
        return np.zeros(n, np.int64), ("all",)
    text = label.to_numpy(dtype=str)
    fresh = np.r_[True, text[1:] != text[:-1]]
    seen: dict[str, int] = {}
    names = []
    for word in text[fresh]:
        seen[word] = seen.get(word, 0) + 1
        names.append(word if seen[word] == 1 else f"{word} ({seen[word]})")
    return np.cumsum(fresh) - 1, tuple(names)


def _attempt(raw: RawRecords, mapping: OutboundMapping, findings: Findings) -> NDArray[np.int64]:
    column = mapping.columns.attempt
    if column is None:
        return np.zeros(len(raw.line), np.int64)
    value = pd.to_numeric(raw.frame[column], errors="coerce").to_numpy(np.float64)
    with np.errstate(invalid="ignore"):
        bad = ~(np.isfinite(value) & (value >= 1) & (value == np.floor(value)) & (value < 10_000))
    findings.broke(bad, "attempt is not a whole number from 1", column)
    return np.where(bad, 1.0, value).astype(np.int64)


def _talk(raw: RawRecords, mapping: OutboundMapping, findings: Findings) -> Floats:
    column = mapping.columns.talk_s
    if column is None:
        return np.full(len(raw.line), np.nan)
    talk = seconds(raw.frame[column])
    findings.broke(np.isnan(talk), "talk time is not a length of time", column)
    findings.broke(talk < 0, "talk time is below 0", column)
    return talk


def _segments(raw: RawRecords, mapping: OutboundMapping, mapping_file: Path) -> NDArray[np.int64]:
    segment = np.full(len(raw.line), -1, np.int64)
    problems = []
    for index, each in enumerate(mapping.segments):
        member = np.ones(len(raw.line), bool)
        for condition in each.where:
            member &= raw.frame[condition.column].isin(condition.words).to_numpy()
        rule = None
        if (member & (segment >= 0)).any():
            rule = f"overlaps segment '{mapping.segments[int(segment[member].max())].name}': a row must fall in one"
        elif not member.any():
            rule = "no row of the records meets these conditions"
        if rule:
            held = "; ".join(f"{c.column} holds {words_of(raw.frame[c.column])}" for c in each.where)
            problems.append(Problem(Place(str(mapping_file)), f"segments[{index}]", each.name, rule, held))
        segment[member] = index
    if problems:
        raise InputError(problems)
    return segment


def fit_outbound(reached: Reached, mapping: OutboundMapping) -> OutboundFit:
    """Conversions and talk times; errors by leaving out one of 50 stretches of neighbouring rows at a time."""
    rows = mapping.rows_per_block
    shifts = _shifts(reached.sale, mapping)
    segment, names = reached.segment, reached.segments
    if not names:
        segment = np.searchsorted([shift.at * rows for shift in shifts], np.arange(len(reached.sale)), side="right")
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
    for attempt in range(1, last + 1):
        final = attempt == last
        at = member & ((reached.attempt >= attempt) if final else (reached.attempt == attempt))
        tried = member & (reached.attempt >= attempt)
        if final:  # all later attempts together: sales over the attempts made from this one on
            made = float((reached.attempt[tried] - attempt + 1).sum())
            share = float((reached.sale & at).sum()) / made if made else np.nan
            per_attempt = Estimate(share, float(np.sqrt(share * (1 - share) / made)) if made else np.nan, int(made), "share")
        else:
            per_attempt = _share(reached.sale & (reached.attempt == attempt), tried)
        figures.append(AttemptConversion(attempt, final, _share(reached.sale, at), per_attempt))
    return tuple(figures)


def _shifts(sale: Mask, mapping: OutboundMapping) -> tuple[Shift, ...]:
    n_blocks = len(sale) // mapping.rows_per_block
    share = sale[: n_blocks * mapping.rows_per_block].reshape(n_blocks, -1).mean(axis=1) if n_blocks else np.empty(0)
    return level_shifts(share, mapping.shift.alpha, mapping.shift.at_least)


def _within(reached: Reached, member: Mask, mapping: OutboundMapping) -> Within:
    sale, period = reached.sale[member], reached.period[member]
    labels = np.array(reached.periods)
    by_period = {str(labels[each]): _share(sale, period == each) for each in np.unique(period)}
    size = mapping.rows_per_block // 4  # short blocks: a period may be a few hundred rows
    n_blocks = len(sale) // size
    share = sale[: n_blocks * size].reshape(n_blocks, size).mean(axis=1) if n_blocks else np.empty(0)
    label = np.char.add(np.char.zfill(period[: n_blocks * size : size].astype(str), 4), " ")
    odd = odd_periods(share, label, mapping.shift.alpha, mapping.shift.at_least)
    named = tuple(replace(each, period=str(labels[int(each.period)])) for each in odd)
    return Within(_shifts(sale, mapping), named, by_period)


def _talk_times(reached: Reached) -> dict[str, TalkTime]:
    fitted = {}
    for name, member in (("sale", reached.sale), ("no_sale", ~reached.sale)):
        with np.errstate(invalid="ignore"):
            talk = reached.talk_s[member & (reached.talk_s > 0)]
        if len(talk) < ERROR_BLOCKS:
            continue
        log = np.log(talk)
        value, se = jackknife(block_sums(_blocks(len(talk)), np.ones(len(talk)), talk, talk**2, log, log**2), _moments)
        figures = [
            Estimate(float(v), float(e), len(talk), unit)
            for v, e, unit in zip(value, se, ("s", "ratio", "log_s"), strict=True)
        ]
        fitted[name] = TalkTime(*figures, distance=distances(talk))
    return fitted


def _moments(sums: Floats) -> Floats:
    n, mean, log_mean = sums[..., 0], sums[..., 1] / sums[..., 0], sums[..., 3] / sums[..., 0]
    sd = np.sqrt((sums[..., 2] / n - mean**2) * n / (n - 1))
    return np.stack([mean, sd / mean, np.sqrt((sums[..., 4] / n - log_mean**2) * n / (n - 1))], axis=-1)
