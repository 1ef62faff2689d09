"""Sheet: a table as people export it to CSV, with the line and column of every cell, whatever marks it uses."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

from orm_sim.core.errors import InputError, Place, Problem, show_value
from orm_sim.core.files import read_text, readable_file, shown

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
"""What may stand between cells."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what it says, and where it stands; lines and columns count from 1."""

    text: str
    line: int
    column: int

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return not self.text


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with named columns.

    Parameters
    ----------
    file : str
        As messages show it.
    delimiter : str
        What stands between its cells.
    header : tuple of Cell
        Names of the columns, as written.
    rows : tuple of tuple of Cell
        One cell for each column; blank lines are left out, short rows filled up with blank cells.
    problems : tuple of Problem
        What is wrong with its shape, to be told with what is wrong in its cells: rows wider than the header, columns
        without a name or with one name.
    """

    file: str
    delimiter: str
    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    problems: tuple[Problem, ...] = ()

    def problem(self, cell: Cell, rule: str, hint: str | None = None, *, name: str | None = None) -> Problem:
        """What is wrong with a cell, with its line, its column and what it says."""
        named = (
            self.header[cell.column - 1].text if name is None and cell.column <= len(self.header) else name
        )
        path = f"{named or 'column'} (column {letters(cell.column)})"
        plain = cell.text.isprintable() and 0 < len(cell.text) <= 60
        said = cell.text if plain else show_value(cell.text)
        return Problem(Place(self.file, cell.line), path, said, rule, hint)

    def column(self, position: int) -> tuple[Cell, ...]:
        """The cells under a header, by its position from 1."""
        return tuple(row[position - 1] for row in self.rows)


def letters(column: int) -> str:
    """The name a spreadsheet gives a column: A, B … Z, AA.

    Examples
    --------
    >>> [letters(each) for each in (1, 26, 27)]
    ['A', 'Z', 'AA']
    """
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def read_sheet(path: str | os.PathLike[str], needed: tuple[str, ...]) -> Sheet:
    """A CSV file: cells between commas, semicolons, tabs or bars, with or without quotes, in any line ends.

    Parameters
    ----------
    path : str or path
        The file, UTF-8 with or without a byte order mark.
    needed : tuple of str
        Columns that must be there; they tell the header from lines above it.

    Raises
    ------
    InputError
        When it cannot be read as rows of cells, is empty, or lacks a column that is needed.
    """
    file = shown(path)
    _refuse_workbook(path, file)
    lines = io.StringIO(read_text(path), newline="").read().splitlines(keepends=True)
    if lines and lines[0].strip().lower().startswith("sep="):
        lines[0] = "\n"
    delimiter = _delimiter(next((line for line in lines if line.strip()), ""))
    rows = list(_rows(lines, delimiter, file))
    if not rows:
        raise InputError(
            Problem(Place(file), "", None, f"is empty: its first line names the columns {', '.join(needed)}")
        )
    header, body = rows[0], rows[1:]
    problems = [*_missing(file, delimiter, rows, needed)]
    if problems:
        raise InputError(problems)
    width = len(header)
    while (
        width
        and header[width - 1].is_blank
        and all(len(row) < width or row[width - 1].is_blank for row in body)
    ):
        width -= 1
    sheet = Sheet(file, delimiter, header[:width], tuple(_fitted(row, width) for row in body))
    if not body:
        raise InputError(
            Problem(Place(file, header[0].line), "", None, "names its columns, but no row follows")
        )
    return replace(sheet, problems=(*_header_problems(sheet), *_too_wide(sheet, body)))


def _refuse_workbook(path: str | os.PathLike[str], file: str) -> None:
    """Say so where the file of a spreadsheet program itself is given."""
    with readable_file(path).open("rb") as stream:
        if stream.read(4) in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
            rule = "is a workbook, not a CSV file"
            raise InputError(Problem(Place(file), "", None, rule, "Save the sheet as CSV (UTF-8)"))


def _delimiter(first: str) -> str:
    """The mark that occurs most outside quotes in the first line."""
    bare = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def _rows(lines: list[str], delimiter: str, file: str) -> Iterator[tuple[Cell, ...]]:
    """Rows in which something stands, each cell with its place."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    while True:
        start = reader.line_num + 1
        try:
            texts = next(reader, None)
        except csv.Error as error:
            rule = f"cannot be read as a row of cells: {error}"
            hint = "A quote is opened and not closed, or stands inside a cell: write it twice there"
            raise InputError(
                Problem(Place(file, start), "", show_value(lines[start - 1].strip()), rule, hint)
            ) from None
        if texts is None:
            return
        cells = tuple(Cell(_bare(text), start, column) for column, text in enumerate(texts, start=1))
        if any(not cell.is_blank for cell in cells):
            yield cells


def _bare(text: str) -> str:
    """A cell's text without the spaces around it, the wide and narrow ones included."""
    return text.strip().strip("\u00a0\u202f\u2009\ufeff").strip()


def _missing(
    file: str, delimiter: str, rows: list[tuple[Cell, ...]], needed: tuple[str, ...]
) -> Iterator[Problem]:
    named = {cell.text.lower() for cell in rows[0]}
    later = next((row for row in rows[1:20] if {cell.text.lower() for cell in row} >= set(needed)), None)
    for name in needed:
        if name in named:
            continue
        rule = f"has no column '{name}'; cells are taken to stand between {DELIMITERS[delimiter]}"
        hint = f"Columns: {', '.join(cell.text for cell in rows[0][:12])}"
        if later is not None:
            hint = f"The header seems to stand in line {later[0].line}: remove what is above it"
        yield Problem(Place(file, rows[0][0].line), "", None, rule, hint)


def _fitted(row: tuple[Cell, ...], width: int) -> tuple[Cell, ...]:
    filled = [Cell("", row[0].line, column) for column in range(len(row) + 1, width + 1)]
    return (*row[:width], *filled)


def _header_problems(sheet: Sheet) -> Iterator[Problem]:
    seen: dict[str, Cell] = {}
    for cell in sheet.header:
        key = cell.text.lower()
        if cell.is_blank:
            yield sheet.problem(cell, "a column without a name", "Name it, or remove it", name="header")
        elif key in seen:
            rule = f"is the name of column {letters(seen[key].column)} too"
            yield sheet.problem(cell, rule, "Keep one of the two", name="header")
        seen.setdefault(key, cell)


def _too_wide(sheet: Sheet, body: list[tuple[Cell, ...]]) -> Iterator[Problem]:
    width = len(sheet.header)
    for row in body:
        if any(not cell.is_blank for cell in row[width:]):
            filled = max(cell.column for cell in row if not cell.is_blank)
            rule = f"the row has {filled} cells, the header {width}"
            hint = "A number with a comma in it needs quotes" if sheet.delimiter == "," else None
            yield Problem(Place(sheet.file, row[0].line), "", None, rule, hint)
