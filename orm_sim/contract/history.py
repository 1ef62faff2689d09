"""A history: the months of KPIs that a contract is settled on, read from a CSV file as a vendor sends it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from orm_sim.contract.cells import Decimal, months_of, numbers
from orm_sim.contract.contract import Contract
from orm_sim.contract.contract_file import meters_read
from orm_sim.contract.events import EVENTS as HAPPENINGS
from orm_sim.contract.period import COVENANTS, Meters
from orm_sim.contract.sheet import Cell, Sheet, letters, read_sheet
from orm_sim.contract.written_number import written
from orm_sim.core.errors import InputError, Place, Problem, in_order, nearest
from orm_sim.kpi import METERS
from orm_sim.kpi.dictionary import INDICATORS

MONTH: Final = "month"
INDEX: Final = "index"
EVENTS: Final = "events"
_CHANNELS: Final = ("inbound", "outbound")
_FLAGS: Final = {"0": 0.0, "1": 1.0, "no": 0.0, "yes": 1.0, "false": 0.0, "true": 1.0, "": 0.0}
_NOT_ABOVE: Final = (
    ("answered", "offered"), ("answered_within", "offered"), ("abandoned", "offered"),
    ("payable_contacts", "answered"), ("payable_handled_s", "handled_s"), ("surveyed", "answered"),
    ("satisfied", "surveyed"), ("errors", "audited"), ("productive_hours", "paid_hours"), ("reached", "attempts"),
)  # fmt: skip
"""Counters of which the first can hardly exceed the second."""
_TESTED: Final = re.compile("(days|weeks)_missed_")

Meter = tuple[str, str]


@dataclass(frozen=True, slots=True)
class KpiHistory:
    """Consecutive months from the start of a contract.

    Parameters
    ----------
    file : str
        Where they were read from.
    months : tuple of Meters
        What was counted in each month, the first month of the contract first.
    notes : tuple of str
        What a reader should know: columns that were left out, figures that look odd.
    """

    file: str
    months: tuple[Meters, ...]
    notes: tuple[str, ...] = ()


def read_history(
    path: str | os.PathLike[str],
    contract: Contract,
    *,
    ignore: Iterable[str] = (),
    decimal: Decimal | None = None,
) -> KpiHistory:
    """The months of a CSV file as meters of a contract.

    Parameters
    ----------
    path : str or path
        One row a month. Columns: `month` (1, 2, 3, ... or 2027-03 where the contract says when it starts), and meters
        as `inbound.offered`, `inbound@cebu.offered`, `index.wages`, `events.force_majeure`, `covenants.liquidity`, in
        any order.
    contract : Contract
        What it reads must be there; its rates may be open.
    ignore : iterable of str
        Columns that are left out, by their names.
    decimal : {"point", "comma"}, optional
        The mark before decimals, where the file does not give it away.

    Raises
    ------
    InputError
        With every problem: columns that are unknown or missing, months that are missing, repeated or unreadable, and
        cells without a number, below 0, or in two notations.
    """
    sheet = read_sheet(path, (MONTH,))
    needed = tuple(each for each in meters_read(contract) if _in_scope(each, contract))
    columns, problems = _columns(sheet, needed, tuple(ignore))
    at = next(cell for cell in sheet.header if cell.text.lower() == MONTH)
    months, wrong = months_of(sheet, sheet.column(at.column), contract.starts)
    problems += [*sheet.problems, *wrong, *_repeated(sheet, months), *(() if wrong else _gaps(sheet, months))]
    values, wrong = _values(sheet, columns, frozenset(needed), decimal)
    problems += wrong
    if problems:
        raise InputError(in_order(problems))
    order = sorted(sheet.rows, key=lambda row: months[row[at.column - 1]])
    rows = [
        {
            meter: values[row[position - 1]]
            for position, meter in columns.items()
            if row[position - 1] in values and _in_scope(meter, contract)
        }
        for row in order
    ]
    told = [*_not_told(needed, columns), *_unread(sheet, columns, needed)]
    notes = [*_left_out(sheet, tuple(ignore)), *told, *_odd(rows, contract)]
    return KpiHistory(sheet.file, tuple(rows), tuple(notes))


def _in_scope(meter: Meter, contract: Contract) -> bool:
    """Whether a meter belongs to the contract: cost of a channel it does not cover is none of its cost."""
    base = meter[0].partition("@")[0]
    return base not in _CHANNELS or base in contract.scope


def _columns(
    sheet: Sheet, needed: tuple[Meter, ...], ignore: tuple[str, ...]
) -> tuple[dict[int, Meter], list[Problem]]:
    """The meter of each column by position, and the columns that name none or are missing."""
    wanted = {".".join(each).lower(): each for each in needed}
    ignored = {name.strip().lower() for name in ignore}
    columns: dict[int, Meter] = {}
    problems: list[Problem] = []
    for cell in sheet.header:
        name = "_".join(cell.text.lower().split())
        if name == MONTH or cell.is_blank or cell.text.lower() in ignored:
            continue
        if name in wanted or _is_known(name):
            channel, _, meter = name.partition(".")
            columns[cell.column] = wanted.get(name, (channel, meter))
        else:
            problems.append(sheet.problem(cell, *_unknown(name, list(wanted)), name="header"))
    for name in sorted(ignored - {cell.text.lower() for cell in sheet.header}):
        close = nearest(name, [cell.text for cell in sheet.header])
        hint = f"Did you mean '{close}'?" if close else None
        problems.append(Problem(Place("--ignore"), "", name, "is no column of the file", hint))
    return columns, [*problems, *_lacking(sheet, needed, columns)]


def _lacking(sheet: Sheet, needed: tuple[Meter, ...], columns: dict[int, Meter]) -> Iterator[Problem]:
    """Columns that the contract reads and the file does not have; events are 0 where nobody speaks of them."""
    misspelt = {nearest(cell.text, [".".join(each) for each in needed]) for cell in sheet.header}
    for meter in needed:
        name = ".".join(meter)
        if meter[0] != EVENTS and meter not in columns.values():
            rule = f"has no column '{name}', which the contract reads"
            hint = _where(meter, columns.values()) or (None if name in misspelt else _meaning(meter))
            yield Problem(Place(sheet.file, sheet.header[0].line), "", None, rule, hint)


def _is_known(name: str) -> bool:
    """Whether a column names a meter, an index or an event, though the contract may not read it."""
    channel, _, meter = name.partition(".")
    base, at, site = channel.partition("@")
    if channel == EVENTS:
        return meter in HAPPENINGS
    if channel in (INDEX, COVENANTS):
        return meter.isidentifier()
    return base in _CHANNELS and meter in METERS and bool(site) == bool(at)


def _unknown(name: str, wanted: list[str]) -> tuple[str, str]:
    """Why a column name is refused, and what would help."""
    channel, dot, meter = name.partition(".")
    if channel.partition("@")[0] in _CHANNELS and meter in INDICATORS:
        counted = ", ".join(f"{channel}.{each}" for each in INDICATORS[meter].needs)
        return f"'{meter}' is computed, not counted", f"Give what it is computed from: {counted}"
    channels = dict.fromkeys([*_CHANNELS, *(each.partition(".")[0] for each in wanted)])
    every = [f"{each}.{id_}" for each in channels if each not in (INDEX, EVENTS, COVENANTS) for id_ in METERS]
    every += [f"{EVENTS}.{each}" for each in HAPPENINGS]
    tried = [name] if dot else [name, *(f"{each}.{name}" for each in _CHANNELS)]
    close = next(
        (each for names in (wanted, every) for text in tried if (each := nearest(text, names))), None
    )
    hint = f"Did you mean '{close}'?" if close else "Columns are named channel.meter, as in inbound.offered"
    rule = "is no meter that the contract or the KPI dictionary knows"
    return rule, f"{hint}  To leave it out: --ignore '{name}'"


def _where(meter: Meter, given: Iterable[Meter]) -> str | None:
    """For a meter of all sites that is only given by site, or the other way round."""
    base, at, _ = meter[0].partition("@")
    same = [".".join(each) for each in given if each[1] == meter[1] and each[0].partition("@")[0] == base]
    if not same:
        return None
    return f"There is {', '.join(same)}; " + (
        "this site is missing" if at else "give the sum of all sites as well"
    )


def _meaning(meter: Meter) -> str | None:
    if meter[0] == INDEX:
        return f"It is the level of the price index '{meter[1]}' in each month, on any base"
    if meter[0] == COVENANTS:
        return f"It is '{meter[1]}' as it is reported for each month"
    counter = METERS.get(meter[1])
    return None if counter is None else f"It counts: {counter.counted}"


def _repeated(sheet: Sheet, months: dict[Cell, int]) -> Iterator[Problem]:
    """Months that stand twice."""
    first: dict[int, Cell] = {}
    for cell, month in months.items():
        if month in first:
            rule = f"is month {month} of the contract, which stands in line {first[month].line} too"
            yield sheet.problem(cell, rule, "Keep one of the two rows")
        first.setdefault(month, cell)


def _gaps(sheet: Sheet, months: dict[Cell, int]) -> Iterator[Problem]:
    """Months that are missing before another, each gap at the month that follows it."""
    before = 0
    for month, cell in sorted({month: cell for cell, month in months.items()}.items()):
        if month > before + 1:
            said = f"month {before + 1}" if month == before + 2 else f"months {before + 1} to {month - 1}"
            rule = f"before it, {said} of the contract cannot be found"
            yield sheet.problem(cell, rule, "Months are settled one after another, from the first")
        before = month


def _values(
    sheet: Sheet, columns: dict[int, Meter], needed: frozenset[Meter], decimal: Decimal | None
) -> tuple[dict[Cell, float], list[Problem]]:
    """The value of every cell that holds one, and what is wrong with the others."""
    values: dict[Cell, float] = {}
    problems: list[Problem] = []
    due: list[Cell] = []
    for position, meter in columns.items():
        for cell in sheet.column(position):
            if meter[0] == EVENTS:
                flag = _FLAGS.get(cell.text.lower())
                if flag is None:
                    problems.append(sheet.problem(cell, "must be 0 or 1: did it happen in the month?"))
                else:
                    values[cell] = flag
            elif meter in needed or not cell.is_blank:
                due.append(cell)
    shares = frozenset(
        at for at, (_, name) in columns.items() if name in METERS and METERS[name].unit == "share"
    )
    read, wrong = numbers(sheet, due, decimal=decimal, shares=shares)
    problems += wrong
    for cell, value in read.items():
        refused = _out_of_range(columns[cell.column], value, cell)
        if refused:
            problems.append(sheet.problem(cell, *refused))
    return values | read, problems


def _out_of_range(meter: Meter, value: float, cell: Cell) -> tuple[str, str | None] | None:
    if meter[0] == INDEX:
        return None if value > 0.0 else ("a price index must be above 0", None)
    counter = METERS.get(meter[1])
    if counter is None:
        return None
    if value < 0.0:
        return f"{counter.name} cannot be below 0", None
    taken = written(cell.text)
    if counter.unit == "count" and value % 1.0 and taken is not None and taken.is_ambiguous:
        return (
            f"reads as {value:g}, not a whole number of {counter.name}",
            "Say --decimal comma if it means thousands",
        )
    if counter.unit == "share" and value > 1.0:
        return f"{counter.name} is a share, from 0 to 1", "Write 0.85, or 85%"
    return None


def _left_out(sheet: Sheet, ignore: tuple[str, ...]) -> Iterator[str]:
    if ignore:
        yield f"left out as asked: {', '.join(ignore)}"


def _not_told(needed: tuple[Meter, ...], columns: dict[int, Meter]) -> Iterator[str]:
    untold = [".".join(each) for each in needed if each[0] == EVENTS and each not in columns.values()]
    if untold:
        yield f"no column {', '.join(untold)}: taken for not having happened"


def _unread(sheet: Sheet, columns: dict[int, Meter], needed: tuple[Meter, ...]) -> Iterator[str]:
    unread = [f"{'.'.join(meter)} ({letters(at)})" for at, meter in columns.items() if meter not in needed]
    if unread:
        yield f"not read by the contract: {', '.join(unread)}"


def _odd(rows: list[dict[Meter, float]], contract: Contract) -> Iterator[str]:
    """Figures that contradict each other, and months beyond the term."""
    for month, row in enumerate(rows, start=1):
        for channel in dict.fromkeys(channel for channel, _ in row):
            tested = [(name, f"{name.partition('_')[0]}_open") for _, name in row if _TESTED.match(name)]
            for small, large in (*_NOT_ABOVE, *dict.fromkeys(tested)):
                a, b = row.get((channel, small)), row.get((channel, large))
                if a is not None and b is not None and a > b * (1.0 + 1e-9):
                    yield f"month {month}: {channel}.{small} is {a:,.10g}, more than {channel}.{large}, {b:,.10g}"
    if len(rows) > contract.term_months:
        yield f"months after {contract.term_months} lie beyond the term: only clawbacks and reserves run off"
