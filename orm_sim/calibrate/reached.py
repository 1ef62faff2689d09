"""Customers reached by outbound contacts, cleaned: who bought, at which attempt, after how long a talk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orm_sim.calibrate.clean import Findings, Mask, seconds
from orm_sim.calibrate.mapping import OutboundMapping
from orm_sim.calibrate.records import RawRecords, column_names, read_records, words_of
from orm_sim.core.errors import InputError, Problem, refuse
from orm_sim.core.loader import load_yaml

Floats = NDArray[np.float64]
MIN_ROWS = 400


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


def read_outbound(records: Path, mapping: OutboundMapping, mapping_file: Path) -> tuple[Reached, Findings]:
    """The customers reached, and what was wrong with the rows.

    Raises
    ------
    InputError
        When the file cannot be read, lacks columns, has too many broken rows, or holds under 400 good ones.
    """
    names = column_names(mapping.columns, "columns")
    for s, each in enumerate(mapping.segments):
        names |= {
            ("segments", s, "where", c, "column"): condition.column for c, condition in enumerate(each.where)
        }
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
        raise refuse(
            f"holds {int(keep.sum())} good rows; conversions need {MIN_ROWS} or more", file=str(records)
        )
    names_of = tuple(each.name for each in mapping.segments)
    period, periods = _periods(
        raw.frame[mapping.columns.period][keep] if mapping.columns.period else None, int(keep.sum())
    )
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
            place = load_yaml(mapping_file).place(("segments", index, "name"))
            problems.append(Problem(place, f"segments[{index}]", each.name, rule, held))
        segment[member] = index
    if problems:
        raise InputError(problems)
    return segment
