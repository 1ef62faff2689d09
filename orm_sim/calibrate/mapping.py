"""The mapping file: which column of a records file means what, and how its days, types and outcomes are called."""

from __future__ import annotations

import itertools
from collections.abc import Mapping as MappingOf
from pathlib import Path
from typing import Literal

from orm_sim.calibrate.mapping_terms import Days, Remark, ShiftTest, Source
from orm_sim.core.errors import InputError, Problem, name_hint
from orm_sim.core.evidence import quantity
from orm_sim.core.loader import build, load_yaml
from orm_sim.core.terms import Many, Rule, Term


class ContactColumns(Term):
    """Names of the columns of a file with one row per contact; lengths of time are seconds or clock strings."""

    arrival: str
    """Arrival: a date and time, or with `date` a clock string alone."""
    date: str | None = None
    """The date, where `arrival` is a clock string."""
    before_queue_s: str | None = None
    """Time between arrival and joining the queue (menus, identification)."""
    type: str | None = None
    """Contact type."""
    outcome: str
    """What became of the contact."""
    queued: str | None = None
    """1 where the contact had to wait; absent, contacts with a wait above 0, and all that abandoned."""
    wait_s: str | None = None
    """Time in the queue, or give `wait_from` and `wait_to`."""
    wait_from: str | None = None
    """Clock at the start of the wait."""
    wait_to: str | None = None
    """Clock at its end."""
    handle_s: str | None = None
    """Handle time of an answered contact, or give `handle_from` and `handle_to`."""
    handle_from: str | None = None
    """Clock at the start of the handle time."""
    handle_to: str | None = None
    """Clock at its end."""
    agent: str | None = None
    """Agent who answered; without it no staffing can be derived and no availability fitted."""

    rules = (
        Rule(("wait_s", "wait_from", "wait_to"), lambda s, a, b: _length_or_clocks("wait", s, a, b)),
        Rule(("handle_s", "handle_from", "handle_to"), lambda s, a, b: _length_or_clocks("handle", s, a, b)),
    )


def _length_or_clocks(name: str, length: str | None, start: str | None, end: str | None) -> str | None:
    pair = start is not None and end is not None
    if (length is None) == pair and (start is None) == (end is None):
        return None
    return f"give either {name}_s or both {name}_from and {name}_to"


class Outcomes(Term):
    """What the outcomes in the file mean; offered are those answered or abandoned."""

    answered: Many[str]
    """Answered by an agent."""
    abandoned: Many[str]
    """Gave up while waiting for an agent."""
    left_out: Many[str] = ()
    """Never asked for an agent: not offered."""

    rules = (
        Rule(
            ("answered", "abandoned", "left_out"),
            lambda *groups: (
                None
                if len({word for group in groups for word in group}) == sum(map(len, groups))
                else "an outcome stands in two of answered, abandoned and left_out"
            ),
        ),
    )


class ContactMapping(Term):
    """How to read a file with one row per contact."""

    kind: Literal["contacts"]
    """One row per contact."""
    source: Source
    """Where the records come from."""
    columns: ContactColumns
    """Names of the columns."""
    days: Days = Days()
    """Its days and intervals."""
    outcomes: Outcomes
    """Meaning of the outcomes."""
    types: MappingOf[str, str] | None = None
    """Type in the file to type of the programme; absent, each keeps its name."""
    in_order: bool = True
    """True where rows stand in order of arrival, so that a clock going backwards is a broken row."""
    short_below_s: float = quantity(10.0, unit="s", source="design_choice", grade="D", low=5, high=20, ge=0)
    """An answered contact under this length is short: no service was given."""
    handle_at_most_s: float = quantity(
        3600.0, unit="s", source="design_choice", grade="D", low=1800, high=7200, gt=0
    )
    """Longest handle time taken for real; longer ones are left out of the fits."""
    session_gap_s: float = quantity(
        2700.0, unit="s", source="anonymous_bank_1999", grade="B", low=1800, high=3600, gt=0
    )
    """An agent idle for longer than this is taken to have signed off."""
    hazard_until_s: Many[float] = quantity(
        (5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 55.0, 60.0, 90.0, 120.0, 180.0, 300.0, 600.0),
        unit="s",
        source="anonymous_bank_1999",
        grade="B",
    )
    """Ends of the pieces of the hazard of abandonment, seconds; one more piece has no end."""
    broken_share_at_most: float = quantity(
        0.02, unit="share of rows", source="design_choice", grade="D", low=0.005, high=0.05, ge=0, le=1
    )
    """Share of broken rows above which the records are refused."""
    shift: ShiftTest = ShiftTest()
    """When a change of level is reported."""
    remarks: Many[Remark] = ()
    """Words about single figures."""

    rules = (
        Rule(
            ("hazard_until_s",),
            lambda ends: (
                None
                if ends and ends[0] > 0 and all(a < b for a, b in itertools.pairwise(ends))
                else "the ends of the pieces must be above 0 and increase"
            ),
        ),
        Rule(
            ("short_below_s", "handle_at_most_s"),
            lambda short, most: None if short < most else f"short_below_s {short:g} must be below {most:g}",
        ),
    )


class IntervalColumns(Term):
    """Names of the columns of a file with counts per interval."""

    start: str
    """Start of the interval: a date and time."""
    offered: str
    """Contacts offered."""
    abandoned: str | None = None
    """Contacts that abandoned."""
    answered_within: str | None = None
    """Contacts answered within the threshold."""
    wait_sum_s: str | None = None
    """Total time waited, answered and abandoned."""
    handle_sum_s: str | None = None
    """Total handle time."""
    staffed: str | None = None
    """Agents on duty; fractions allowed."""


class IntervalMapping(Term):
    """How to read a file with counts per interval."""

    kind: Literal["intervals"]
    """Counts per interval."""
    source: Source
    """Where the records come from."""
    columns: IntervalColumns
    """Names of the columns."""
    days: Days = Days()
    """Its days and intervals."""
    in_order: bool = True
    """True where rows stand in order of time."""
    handle_log_sd: float | None = None
    """Spread (sd of the logarithm) of handle times, which counts do not show; needed to fit the availability."""
    broken_share_at_most: float = quantity(
        0.02, unit="share of rows", source="design_choice", grade="D", low=0.005, high=0.05, ge=0, le=1
    )
    """Share of broken rows above which the records are refused."""
    shift: ShiftTest = ShiftTest()
    """When a change of level is reported."""
    remarks: Many[Remark] = ()
    """Words about single figures."""


class OutboundColumns(Term):
    """Names of the columns of a file with one row per customer reached."""

    sale: str
    """Whether a sale was made."""
    attempt: str | None = None
    """Number of the attempt at which the customer was last reached."""
    talk_s: str | None = None
    """Talk time: seconds or a clock string."""
    period: str | None = None
    """A label that changes with time, such as the month: neighbouring rows that share it make a period."""


class Condition(Term):
    """A column that must hold one of some words."""

    column: str
    """Name of the column in the file."""
    words: Many[str]
    """Words it may hold."""


class Segment(Term):
    """A quality of list: the rows that meet every condition."""

    name: str
    """Name of the list quality in the fragment."""
    where: Many[Condition]
    """Conditions, all of which hold."""


class OutboundMapping(Term):
    """How to read a file of outbound contacts: one row per customer reached, in order of time."""

    kind: Literal["outbound"]
    """One row per customer reached."""
    source: Source
    """Where the records come from."""
    columns: OutboundColumns
    """Names of the columns."""
    sale_words: Many[str]
    """What the column `sale` holds for a sale."""
    no_sale_words: Many[str]
    """What it holds for none."""
    segments: Many[Segment] = ()
    """Qualities of list, which must not overlap; without them, the stretches between changes of level."""
    last_attempt: int = quantity(6, unit="attempts", source="design_choice", grade="D", low=3, high=10, ge=1)
    """Attempts from this one on are pooled."""
    rows_per_block: int = quantity(
        200, unit="rows", source="design_choice", grade="D", low=50, high=1000, ge=20
    )
    """Rows in a block: standard errors and changes of level are found between blocks."""
    broken_share_at_most: float = quantity(
        0.02, unit="share of rows", source="design_choice", grade="D", low=0.005, high=0.05, ge=0, le=1
    )
    """Share of broken rows above which the records are refused."""
    shift: ShiftTest = ShiftTest()
    """When a change of level is reported."""
    remarks: Many[Remark] = ()
    """Words about single figures."""

    rules = (
        Rule(
            ("sale_words", "no_sale_words"),
            lambda sale, none: (
                f"'{min(set(sale) & set(none))}' is both a sale and none" if set(sale) & set(none) else None
            ),
        ),
        Rule(
            ("segments",),
            lambda segments: (
                None
                if len({each.name for each in segments}) == len(segments)
                else "two segments have the same name"
            ),
        ),
    )


Mapping = ContactMapping | IntervalMapping | OutboundMapping
KINDS: dict[str, type[ContactMapping] | type[IntervalMapping] | type[OutboundMapping]] = {
    "contacts": ContactMapping,
    "intervals": IntervalMapping,
    "outbound": OutboundMapping,
}


def load_mapping(path: Path) -> Mapping:
    """The mapping a file describes, checked.

    Raises
    ------
    InputError
        When the file is missing or wrong, with every problem found.
    """
    document = load_yaml(path)
    kind = document.data.get("kind")
    if kind not in KINDS:
        place = document.place(("kind",))
        if kind is None:
            raise InputError(Problem(place, "kind", None, "missing key", f"Allowed: {', '.join(KINDS)}"))
        hint = name_hint(str(kind), list(KINDS))
        raise InputError(Problem(place, "kind", str(kind), "must be one of the kinds of records", hint))
    return build(KINDS[kind], document)
