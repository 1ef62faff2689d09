"""Tables as an Excel workbook: numbers as numbers with their units, and every text inert, whatever it looks like."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pandas as pd
import xlsxwriter

from orm_sim.core.files import write_whole

_INERT: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_MADE: Final = datetime.datetime(2000, 1, 1)
_LONGEST: Final = 32_767  # signs a cell can hold
_WIDEST: Final = 60
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would take for a formula."""


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet of a workbook.

    Parameters
    ----------
    name
        Of the sheet, at most 31 signs.
    table
        Its rows.
    units
        Unit by column, shown under the column's name; it also chooses the number's format.
    note
        What stands above the table.
    frozen
        Columns that stay in view.
    """

    name: str
    table: pd.DataFrame
    units: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    frozen: int = 1


def write_workbook(path: Path, title: str, words: Sequence[str], pages: Sequence[Page]) -> Path:
    """Write a workbook, whole or not at all: a first sheet of words, then a sheet for each page.

    Parameters
    ----------
    path
        The file.
    title, words
        Heading and lines of the first sheet, called "read me".
    pages
        The other sheets, in order.

    Notes
    -----
    Cells are written by kind, never guessed: text is text, so that "=1+1", a link or "1e5" stays what it is. The same
    tables give the same bytes.
    """
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, **_INERT})
    book.set_properties({"title": title[:255], "created": _MADE})
    looks = _Looks(book)
    _read_me(book.add_worksheet("read me"), looks, title, [*words, *_listed(pages)])
    for page in pages:
        _page(book.add_worksheet(page.name), looks, page)
    book.close()
    return write_whole(path, content.getvalue())


def inert_csv(table: pd.DataFrame) -> bytes:
    """A table as CSV in which no text is a formula to a spreadsheet: an apostrophe stands before what would be one."""
    kept = table
    for name in kept.columns:
        if not pd.api.types.is_numeric_dtype(kept[name]):
            kept = kept.assign(**{str(name): pd.Series([_quoted(v) for v in kept[name]], index=kept.index)})
    return kept.to_csv(index=False, lineterminator="\n").encode()


def _quoted(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


class _Looks:
    """Formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.unit = book.add_format({"italic": True, "font_color": "#666666"})
        self.words = book.add_format({"text_wrap": True, "valign": "top"})
        self.plain = book.add_format({})
        self._numbers = {shape: book.add_format({"num_format": shape}) for shape in _SHAPES.values()}

    def number(self, unit: str, whole: bool) -> Any:
        """The format of a number of some unit."""
        return self._numbers[_SHAPES["count" if whole else _kind(unit)]]


_SHAPES: Final = {
    "money": "#,##0;[Red]-#,##0", "cents": "#,##0.00;[Red]-#,##0.00", "share": "0.0%", "count": "0",
    "other": "#,##0.00##",
}  # fmt: skip


def _kind(unit: str) -> str:
    if unit == "$":
        return "money"
    if unit.startswith("$"):
        return "cents"
    return "share" if unit == "share" or unit.startswith("share of") or unit == "share covered" else "other"


def _listed(pages: Sequence[Page]) -> list[str]:
    return ["", "Sheets:", *(f"{page.name}: {page.note or f'{len(page.table)} rows'}" for page in pages)]


def _read_me(sheet: Any, looks: _Looks, title: str, words: Sequence[str]) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 120)
    sheet.write_string(0, 0, _short(title), looks.title)
    for row, line in enumerate(words, start=2):
        sheet.write_string(row, 0, _short(line), looks.words)


def _page(sheet: Any, looks: _Looks, page: Page) -> None:
    """Names, units, rows; the first rows and columns stay in view."""
    for place, name in enumerate(page.table.columns):
        unit = page.units.get(str(name), "")
        values = page.table[name].tolist()
        sheet.set_column(place, place, _width(str(name), unit, values))
        sheet.write_string(0, place, _short(str(name).replace("_", " ")), looks.head)
        sheet.write_string(1, place, unit, looks.unit)
        number = looks.number(unit, pd.api.types.is_integer_dtype(page.table[name]))
        for row, value in enumerate(values, start=2):
            _cell(sheet, row, place, value, number, looks.plain)
    sheet.freeze_panes(2, page.frozen)
    if len(page.table):
        sheet.autofilter(1, 0, len(page.table) + 1, len(page.table.columns) - 1)


def _cell(sheet: Any, row: int, place: int, value: Any, number: Any, plain: Any) -> None:
    """One value by its kind: never a formula, never a link."""
    if isinstance(value, bool):
        sheet.write_string(row, place, "yes" if value else "no", plain)
    elif isinstance(value, int | float):
        if math.isfinite(value):
            sheet.write_number(row, place, value, number)
        elif math.isinf(value):
            sheet.write_string(row, place, "never", plain)
    elif value is not None and not pd.isna(value):
        sheet.write_string(row, place, _short(str(value)), plain)


def _short(text: str) -> str:
    return text[:_LONGEST]


def _width(name: str, unit: str, values: Sequence[Any]) -> int:
    """Signs a column needs, from its heading and its first rows."""
    longest = max((len(value) if isinstance(value, str) else 12 for value in values[:500]), default=0)
    return min(max(longest, len(unit), (len(name) + 1) // 2, 8) + 2, _WIDEST)
