"""What cells of a sheet mean: numbers in one notation for the whole file, and months of the contract."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Final, Literal

from orm_sim.contract.sheet import Cell, Sheet
from orm_sim.contract.written_number import Mark, written
from orm_sim.core.errors import Problem

Decimal = Literal["point", "comma"]
"""What stands before decimals, where whoever reads the file knows it."""

_TOO_LARGE: Final = 1e13
"""Above it a cent cannot be told from the next."""
MARKS: dict[Decimal, Mark] = {"point": ".", "comma": ","}
_SAID: dict[Mark, str] = {".": "point", ",": "comma"}
_CALENDAR = re.compile(r"(\d{4})[-/](\d{1,2})(?:[-/]\d{1,2})?")
_OTHER_DATES = re.compile(r"\d{1,2}[./-]\d{2,4}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|[A-Za-z]{3,9}\.?[ -]?\d{2,4}")


def numbers(
    sheet: Sheet,
    cells: Iterable[Cell],
    *,
    decimal: Decimal | None = None,
    shares: frozenset[int] = frozenset(),
) -> tuple[dict[Cell, float], list[Problem]]:
    """The numbers in cells, read with one decimal mark for all of them, and what is wrong with the others.

    Parameters
    ----------
    sheet : Sheet
        Where the cells stand.
    cells : iterable of Cell
        Those that must hold a number.
    decimal : {"point", "comma"}, optional
        The mark before decimals; where not given, it is told from the numbers that can be read in one way only.
    shares : frozenset of int
        Columns of shares, which may be written in per cent.
    """
    problems: list[Problem] = []
    found = {}
    for cell in cells:
        taken = written(cell.text)
        if taken is None:
            problems.append(sheet.problem(cell, *_no_number(cell)))
        elif taken.per_cent and cell.column not in shares:
            hint = "Give the counts a percentage is made of, each in its own column"
            problems.append(sheet.problem(cell, "is a percentage where a count or an amount is due", hint))
        else:
            found[cell] = taken
    mark = MARKS[decimal] if decimal else None
    certain = {
        cell: each.mark
        for cell, each in sorted(found.items(), key=lambda item: (item[0].line, item[0].column))
        if each.mark is not None and each.value(each.mark) is not None
    }
    if mark is None and certain:
        first, mark = next(iter(certain.items()))
        against = next((cell for cell, other in certain.items() if other != mark), None)
        if against is not None:
            rule = f"has a decimal {_SAID[certain[against]]}, but line {first.line} ('{first.text}') a {_SAID[mark]}"
            problems.append(sheet.problem(against, rule, "Write all numbers in one way"))
            return {}, problems
    values: dict[Cell, float] = {}
    for cell, each in found.items():
        if mark is None and each.is_ambiguous and sheet.delimiter != ",":
            rule = "may be read with a thousands separator or with a decimal mark, and no other number tells which"
            problems.append(sheet.problem(cell, rule, "Say --decimal point or --decimal comma"))
            continue
        value = each.value(mark or ".")
        if value is not None and not abs(value) < _TOO_LARGE:
            problems.append(sheet.problem(cell, "is too large to be a number of anything"))
            continue
        if value is None:
            problems.append(
                sheet.problem(
                    cell, f"is no number with a decimal {_SAID[mark or '.']} and thousands in threes"
                )
            )
            continue
        values[cell] = value / 100.0 if each.per_cent else value
    return values, problems


def _no_number(cell: Cell) -> tuple[str, str | None]:
    if cell.is_blank:
        return "is empty where a number is due", "Write 0 if nothing was counted"
    if re.search(r"\d[oOlI]|[oOlI]\d", cell.text):
        return "is text where a number is due", "A letter stands among the digits"
    return "is text where a number is due", None


def month_number(text: str, starts: datetime.date | None) -> int | tuple[str, str]:
    """The month of the contract, from 1, that a cell names; or the rule it breaks, with a hint.

    Parameters
    ----------
    text : str
        "3", "month 3", or the month of a calendar, "2027-03".
    starts : date, optional
        The day the contract starts, without which a calendar month says nothing.
    """
    bare = re.sub(r"^(?:month|m)\s*", "", text.strip(), flags=re.IGNORECASE)
    if re.fullmatch(r"\d{1,4}(?:[.,]0+)?", bare):
        number = int(re.split("[.,]", bare)[0])
        if 1900 <= number <= 2200:
            return "is a year, not a month", "Write months as 1, 2, 3, ... or as 2027-03"
        return number if number > 0 else ("months of the contract count from 1", "The first month is 1")
    calendar = _CALENDAR.fullmatch(bare)
    if calendar is None:
        if _OTHER_DATES.fullmatch(bare):
            return "is a date that may be read in several ways", "Write months as 1, 2, 3, ... or as 2027-03"
        if text.lower().startswith(("total", "sum", "average")):
            return "is no month", "Remove rows of totals"
        return "is no month", "Write months as 1, 2, 3, ... or as 2027-03"
    year, month = int(calendar[1]), int(calendar[2])
    if not 1 <= month <= 12:
        return f"there is no month {month} in a year", "Write year and month: 2027-03"
    if starts is None:
        return (
            "is a month of the calendar, but the contract does not say when it starts",
            "Add `starts:` to the contract, or write months as 1, 2, 3, ...",
        )
    number = (year - starts.year) * 12 + month - starts.month + 1
    return number if number > 0 else (f"is before the contract starts, on {starts}", "The first month is 1")


def months_of(
    sheet: Sheet, cells: Iterable[Cell], starts: datetime.date | None
) -> tuple[dict[Cell, int], list[Problem]]:
    """The month of each row, and the cells that name none."""
    found: dict[Cell, int] = {}
    problems: list[Problem] = []
    for cell in cells:
        month = (
            month_number(cell.text, starts)
            if not cell.is_blank
            else ("is empty: which month is the row for?", None)
        )
        if isinstance(month, int):
            found[cell] = month
        else:
            problems.append(sheet.problem(cell, *month))
    return found, problems
