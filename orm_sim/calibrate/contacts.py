"""Contacts of a records file, cleaned: when each came, what became of it, how long it waited and was handled."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from orm_sim.calibrate.clean import (
    BACKWARDS,
    FAR,
    Findings,
    Mask,
    clock_s,
    far_from_the_rest,
    goes_backwards,
    moments,
    seconds,
)
from orm_sim.calibrate.mapping import ContactMapping
from orm_sim.calibrate.records import RawRecords, column_names, read_records
from orm_sim.core.errors import refuse

DAY_S = 86_400.0
MIN_DAYS = 21
MAX_DAYS = 3660
MIN_CONTACTS = 200
Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_TRUE = ("1", "true", "yes", "y")


@dataclass(frozen=True, slots=True)
class Contacts:
    """Offered contacts in order of joining the queue; times in seconds since midnight of the first day.

    Attributes
    ----------
    first_day : date
        Day 0.
    n_days : int
        Days from the first to the last, both included.
    at_s : float64[n]
        Moment the contact asked for an agent (arrival plus time in menus).
    type : int64[n]
        Index into `types`.
    types : tuple of str
        Contact types of the programme, in order of their number.
    answered, queued : bool[n]
        Answered rather than abandoned; had to wait for an agent.
    wait_s : float64[n]
        Time from asking to the answer or to giving up.
    handle_s : float64[n]
        Handle time of answered contacts; nan otherwise.
    agent : int64[n]
        Index into `agents`; -1 where unknown.
    agents : tuple of str
        Agents' names.
    """

    first_day: datetime.date
    n_days: int
    at_s: Floats
    type: Codes
    types: tuple[str, ...]
    answered: Mask
    queued: Mask
    wait_s: Floats
    handle_s: Floats
    agent: Codes
    agents: tuple[str, ...]

    @property
    def day(self) -> Codes:
        """Day of each contact, counted from `first_day`."""
        return (self.at_s // DAY_S).astype(np.int64)

    @property
    def week(self) -> Codes:
        """Block of seven days each contact falls in: the unit that is left out for standard errors."""
        return self.day // 7

    @property
    def month(self) -> Codes:
        """Calendar month of each contact as year * 12 + month - 1."""
        return month_numbers(self.first_day, self.n_days)[np.minimum(self.day, self.n_days - 1)]

    def until(self, day: datetime.date) -> Contacts:
        """The contacts up to a day and with it.

        Raises
        ------
        InputError
            When fewer than 21 days are left.
        """
        n_days = min((day - self.first_day).days + 1, self.n_days)
        if n_days < MIN_DAYS:
            raise refuse(
                f"leaves {n_days} days to fit; {MIN_DAYS} or more are needed", file="until", value=str(day)
            )
        kept = self.day < n_days
        return Contacts(
            self.first_day, n_days, self.at_s[kept], self.type[kept], self.types, self.answered[kept],
            self.queued[kept], self.wait_s[kept], self.handle_s[kept], self.agent[kept], self.agents,
        )  # fmt: skip


def month_numbers(first_day: datetime.date, n_days: int) -> Codes:
    """Month of each day as year * 12 + month - 1: int64[n_days]."""
    dates = pd.date_range(first_day, periods=n_days)
    return (dates.year * 12 + dates.month - 1).to_numpy(np.int64)


def read_contacts(records: Path, mapping: ContactMapping, mapping_file: Path) -> tuple[Contacts, Findings]:
    """The offered contacts of a records file, and what was wrong with its rows.

    Raises
    ------
    InputError
        When the file cannot be read, lacks columns, has too many broken rows, no offered contact, or under 21 days.
    """
    raw = read_records(records, column_names(mapping.columns, "columns"), mapping_file)
    findings = Findings(raw)
    arrival = _arrival(raw, mapping, findings)
    offered, answered = _outcome(raw, mapping, findings)
    kind = _type(raw, mapping, findings)
    before = _before_queue(raw, mapping, findings)
    wait = _length(raw, mapping, "wait", findings, offered)
    handle = _length(raw, mapping, "handle", findings, answered)
    findings.refuse_above(mapping.broken_share_at_most)
    keep = np.flatnonzero(offered & ~findings.broken)
    _check_enough(records, mapping, len(keep), handle[answered & ~findings.broken])
    first = arrival.iloc[np.flatnonzero(~findings.broken)].min().normalize()
    at = (arrival.iloc[keep] - first).dt.total_seconds().to_numpy(np.float64) + before[keep]
    order = keep[np.argsort(at, kind="stable")]
    at = np.sort(at, kind="stable")
    n_days = int(at[-1] // DAY_S) + 1
    check_days(records, n_days)
    queued = _queued(raw, mapping, wait, answered)[order]
    agent, agents = _agents(raw, mapping, order, answered[order])
    codes, names = pd.factorize(kind.iloc[order])
    types, kind_codes = _by_number(np.asarray(names, str), codes)
    handle = np.where(answered, handle, np.nan)
    contacts = Contacts(
        first.date(), n_days, at, kind_codes, types, answered[order], queued, wait[order], handle[order], agent, agents
    )  # fmt: skip
    return contacts, findings


def _check_enough(records: Path, mapping: ContactMapping, n_offered: int, handle: Floats) -> None:
    """Refuse records without offered contacts, with too few, or without a handle time that could be fitted."""
    short, most = mapping.short_below_s, mapping.handle_at_most_s
    words = ", ".join((*mapping.outcomes.answered, *mapping.outcomes.abandoned))
    rule, hint = None, None
    if not n_offered:
        rule, hint = "no offered contact: none was answered or abandoned", f"Outcomes in the mapping: {words}"
    elif n_offered < MIN_CONTACTS:
        rule = f"holds {n_offered} offered contacts; fits need {MIN_CONTACTS} or more"
    elif not ((handle >= short) & (handle <= most)).any():
        rule = f"no answered contact has a handle time from {short:g} to {most:g} s: there is nothing to fit"
        hint = "See short_below_s and handle_at_most_s in the mapping"
    if rule is not None:
        raise refuse(rule, file=str(records), hint=hint)


def check_days(records: Path, n_days: int) -> None:
    """Refuse records that cover too few days, or more than ten years."""
    if n_days < MIN_DAYS:
        raise refuse(f"covers {n_days} days; profiles by weekday need {MIN_DAYS} or more", file=str(records))
    if n_days > MAX_DAYS:
        raise refuse(
            f"covers {n_days:,} days; one programme is fitted to ten years at most", file=str(records)
        )


def _arrival(raw: RawRecords, mapping: ContactMapping, findings: Findings) -> pd.Series[pd.Timestamp]:
    columns = mapping.columns
    date = raw.frame[columns.date] if columns.date is not None else None
    arrival = moments(raw.frame[columns.arrival], date)
    findings.broke(arrival.isna().to_numpy(), "arrival is not a date and time", columns.arrival)
    clock = clock_s(arrival)
    findings.broke(far_from_the_rest(clock, ~findings.broken), FAR, columns.arrival)
    if mapping.in_order:
        findings.broke(goes_backwards(clock, ~findings.broken), BACKWARDS, columns.arrival)
    return arrival


def _outcome(raw: RawRecords, mapping: ContactMapping, findings: Findings) -> tuple[Mask, Mask]:
    words, outcome = mapping.outcomes, raw.frame[mapping.columns.outcome]
    answered = outcome.isin(words.answered).to_numpy()
    offered = answered | outcome.isin(words.abandoned).to_numpy()
    unknown = ~(offered | outcome.isin(words.left_out).to_numpy())
    findings.broke(unknown, "outcome is not in the mapping", mapping.columns.outcome)
    return offered, answered


def _type(raw: RawRecords, mapping: ContactMapping, findings: Findings) -> pd.Series[str]:
    if mapping.columns.type is None:
        return pd.Series("all", index=raw.frame.index)
    kind = raw.frame[mapping.columns.type]
    if mapping.types is None:
        findings.broke((kind == "").to_numpy(), "type is empty", mapping.columns.type)
        return kind
    findings.broke(
        ~kind.isin(list(mapping.types)).to_numpy(), "type is not in the mapping", mapping.columns.type
    )
    return kind.map(dict(mapping.types)).fillna("")


def _before_queue(raw: RawRecords, mapping: ContactMapping, findings: Findings) -> Floats:
    column = mapping.columns.before_queue_s
    if column is None:
        return np.zeros(len(raw.line))
    length = seconds(raw.frame[column])
    findings.broke(np.isnan(length), "time before the queue is not a length of time", column)
    findings.repaired(length < 0, "time before the queue is below 0, taken as 0", column)
    return np.maximum(np.nan_to_num(length), 0.0)


def _length(raw: RawRecords, mapping: ContactMapping, what: str, findings: Findings, needed: Mask) -> Floats:
    """Wait or handle time of the rows that need one, from a length or from two clocks."""
    column = getattr(mapping.columns, f"{what}_s")
    if column is not None:
        length = seconds(raw.frame[column])
        findings.broke(needed & np.isnan(length), f"{what} is not a length of time", column)
        findings.broke(needed & (length < 0), f"{what} is below 0", column)
        return length
    start_name, end_name = getattr(mapping.columns, f"{what}_from"), getattr(mapping.columns, f"{what}_to")
    start, end = _clock_of_day(raw.frame[start_name]), _clock_of_day(raw.frame[end_name])
    findings.broke(needed & np.isnan(start), f"start of the {what} is not a clock", start_name)
    findings.broke(needed & np.isnan(end), f"end of the {what} is not a clock", end_name)
    length = end - start
    length = np.where(length < -DAY_S / 2, length + DAY_S, length)  # over midnight
    findings.broke(needed & (length < 0), BACKWARDS, end_name)
    return length


def _clock_of_day(text: pd.Series[str]) -> Floats:
    """Seconds since midnight, from a clock string or a full date and time."""
    clock = seconds(text)
    if np.isnan(clock).any():
        full = moments(text, None)
        clock = np.where(
            np.isnan(clock), (full - full.dt.normalize()).dt.total_seconds().to_numpy(np.float64), clock
        )
    return clock


def _queued(raw: RawRecords, mapping: ContactMapping, wait: Floats, answered: Mask) -> Mask:
    if mapping.columns.queued is None:
        return (wait > 0) | ~answered
    return raw.frame[mapping.columns.queued].str.lower().isin(_TRUE).to_numpy()


def _agents(
    raw: RawRecords, mapping: ContactMapping, order: Codes, answered: Mask
) -> tuple[Codes, tuple[str, ...]]:
    if mapping.columns.agent is None:
        return np.full(len(order), -1, np.int64), ()
    name = raw.frame[mapping.columns.agent].iloc[order]
    codes, names = pd.factorize(name.where(answered & (name != "").to_numpy()), sort=True)
    return codes.astype(np.int64), tuple(str(each) for each in names)


def _by_number(names: NDArray[np.str_], codes: Codes) -> tuple[tuple[str, ...], Codes]:
    """Types renumbered so that the commonest comes first."""
    rank = np.argsort(-np.bincount(codes, minlength=len(names)), kind="stable")
    place = np.empty(len(names), np.int64)
    place[rank] = np.arange(len(names))
    return tuple(str(names[each]) for each in rank), place[codes]
