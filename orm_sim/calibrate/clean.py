"""Broken rows: found column by column, counted and listed by reason, refused only above a stated share."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orm_sim.calibrate.records import RawRecords
from orm_sim.core.errors import InputError, Place, Problem

Mask = NDArray[np.bool_]

BACKWARDS = "clock goes backwards"
FAR = "far from all other rows in time"
_LISTED = 5
_FIRST_YEAR, _LAST_YEAR = 1970, 2100
_LEAP_S = 31 * 86_400.0
_HINTS = {
    BACKWARDS: "Sort the rows by arrival, or say in_order: false in the mapping if they follow another order"
}


@dataclass(slots=True)
class Findings:
    """What is wrong with the rows of a file; a row is broken for the first reason found.

    Parameters
    ----------
    raw : RawRecords
        The rows as text.
    """

    raw: RawRecords
    broken: Mask = field(init=False)
    rows: list[dict[str, object]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.broken = np.zeros(len(self.raw.line), bool)
        if self.raw.malformed:
            lines = [each.line for each in self.raw.malformed]
            self._add("broken", "fields missing or too many", "", self.raw.malformed[0].text[:60], lines)

    def broke(self, mask: Mask, reason: str, column: str) -> None:
        """Mark rows as broken, unless they already are."""
        new = mask & ~self.broken
        if new.any():
            self.broken |= new
            self._note("broken", new, reason, column)

    def repaired(self, mask: Mask, reason: str, column: str) -> None:
        """Note rows that are kept with a value put right."""
        kept = mask & ~self.broken
        if kept.any():
            self._note("repaired", kept, reason, column)

    def _note(self, what: str, mask: Mask, reason: str, column: str) -> None:
        index = np.flatnonzero(mask)
        example = str(self.raw.frame[column].iloc[index[0]])
        self._add(what, reason, column, example, [int(line) for line in self.raw.line[index]])

    def _add(self, what: str, reason: str, column: str, example: str, lines: list[int]) -> None:
        shown = ", ".join(str(line) for line in lines[:_LISTED]) + (", …" if len(lines) > _LISTED else "")
        self.rows.append(
            {"what": what, "reason": reason, "column": column, "rows": len(lines), "example": example,
             "lines": shown, "first_line": lines[0]}
        )  # fmt: skip

    def table(self) -> pd.DataFrame:
        """Broken and repaired rows by reason: what, reason, column, rows, example, lines, first_line."""
        names = ["what", "reason", "column", "rows", "example", "lines", "first_line"]
        return pd.DataFrame(self.rows, columns=names)

    def n_broken(self) -> int:
        """Rows left out."""
        return int(self.broken.sum()) + len(self.raw.malformed)

    def refuse_above(self, share: float) -> None:
        """Refuse the file when more than a share of its rows is broken, or none is left.

        Raises
        ------
        InputError
            One problem for each reason, with the first line it was found in.
        """
        total, broken = self.raw.n_lines, self.n_broken()
        if broken <= share * total and broken < total:
            return
        problems = [
            Problem(
                Place(str(self.raw.path), int(str(row["first_line"]))), str(row["column"]), str(row["example"]),
                f"{row['reason']} in {row['rows']:,} of {total:,} rows (lines {row['lines']})",
                _HINTS.get(str(row["reason"])),
            )
            for row in self.rows if row["what"] == "broken"
        ]  # fmt: skip
        last = f"{broken:,} of {total:,} rows are broken ({broken / total:.1%}), above broken_share_at_most = {share:g}"
        problems.append(
            Problem(
                Place(str(self.raw.path)), "", None, last, "Mend the file, or raise the share in the mapping"
            )
        )
        raise InputError(problems)


def seconds(text: pd.Series[str]) -> NDArray[np.float64]:
    """Lengths of time in seconds, from numbers or clock strings (`2:20` is 140 s, `0:02:20` too); nan where neither."""
    value = pd.to_numeric(text, errors="coerce").to_numpy(np.float64, copy=True)
    odd = ~np.isfinite(value)
    value[odd] = np.nan
    if odd.any():
        value[odd] = _clock_seconds(text[odd])
    return value


def _clock_seconds(text: pd.Series[str]) -> NDArray[np.float64]:
    """Seconds of `h:mm:ss` (fractions allowed) or `m:ss`; nan where the text is not of this form."""
    parts = text.str.strip().str.extract(r"^(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)$")
    hours = pd.to_numeric(parts[0], errors="coerce").fillna(0.0).to_numpy(np.float64)
    minutes = pd.to_numeric(parts[1], errors="coerce").to_numpy(np.float64)
    rest = pd.to_numeric(parts[2], errors="coerce").to_numpy(np.float64)
    total = hours * 3600.0 + minutes * 60.0 + rest
    return np.where((minutes < 60) & (rest < 60), total, np.nan)


def moments(text: pd.Series[str], date: pd.Series[str] | None) -> pd.Series[pd.Timestamp]:
    """Dates with times, from one column or from a date and a clock string; NaT where it is neither."""
    if date is None:
        return _dated(text)
    clock = pd.Series(_clock_seconds(text), index=text.index)
    return _dated(date).dt.normalize() + pd.to_timedelta(clock, unit="s")


def _dated(text: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    """Local dates and times; NaT where the text is none, or names a year before 1970 or after 2100."""
    parsed = pd.to_datetime(text, errors="coerce", format="ISO8601")
    if getattr(parsed.dtype, "tz", None) is not None:
        parsed = parsed.dt.tz_localize(None)  # the local clock is what the day's profile follows
    year = parsed.dt.year
    return parsed.where((year >= _FIRST_YEAR) & (year <= _LAST_YEAR))


def clock_s(moment: pd.Series[pd.Timestamp]) -> NDArray[np.float64]:
    """Seconds since 1970, nan where there is no moment."""
    return np.asarray((moment - pd.Timestamp(0)).dt.total_seconds(), np.float64)


def far_from_the_rest(time_s: NDArray[np.float64], valid: Mask) -> Mask:
    """A few rows more than a month before or after all others: a slip in the year, not a quiet centre."""
    index = np.flatnonzero(valid)
    order = index[np.argsort(time_s[index], kind="stable")]
    wrong = np.zeros(len(time_s), bool)
    leaps = np.flatnonzero(np.diff(time_s[order]) > _LEAP_S) + 1
    few = len(order) // 100
    for leap in leaps:
        if leap <= few:
            wrong[order[:leap]] = True
        elif len(order) - leap <= few:
            wrong[order[leap:]] = True
    return wrong


def goes_backwards(time_s: NDArray[np.float64], valid: Mask) -> Mask:
    """Rows out of order: the fewest without which the others stand in order (all but a longest ascending row).

    A leap ahead is itself at fault, not the rows after it; of two halves in the wrong order, the shorter is.
    """
    index = np.flatnonzero(valid)
    at = time_s[index].tolist()
    lasts: list[float] = []  # the earliest end of an ascending row of each length
    places: list[int] = []  # where that end stands
    before = np.full(len(at), -1, np.int64)
    for place, moment in enumerate(at):
        length = bisect_right(lasts, moment)
        if length == len(lasts):
            lasts.append(moment)
            places.append(place)
        else:
            lasts[length], places[length] = moment, place
        if length > 0:
            before[place] = places[length - 1]
    wrong = np.zeros(len(time_s), bool)
    wrong[index] = True
    place = places[-1] if places else -1
    while place >= 0:
        wrong[index[place]] = False
        place = int(before[place])
    return wrong
