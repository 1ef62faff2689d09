"""The workbook: text is text whatever it looks like, numbers are numbers, the same tables give the same bytes."""

from __future__ import annotations

import math
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from orm_sim.report.workbook import Page, inert_csv, write_workbook

LIVE = [
    "=1+1",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "http://evil.example",
    "1e5",
    "<script>x</script>",
    "{=1}",
]
TABLE = pd.DataFrame({
    "name": LIVE, "amount": [1.5, -2.0, math.nan, math.inf, 0.0, 1e9, 0.25, 3.0], "share": 0.125, "n": range(8),
    "flag": [True, False] * 4,
})  # fmt: skip
PAGE = Page("figures", TABLE, {"amount": "$", "share": "share of months", "n": "count"}, "=not a formula")


@pytest.fixture
def book(tmp_path: Path) -> openpyxl.Workbook:
    path = write_workbook(tmp_path / "report.xlsx", "=title", ["=SUM(1)", "http://evil.example"], [PAGE])
    return openpyxl.load_workbook(path)


@pytest.mark.row("R056")
def test_no_cell_is_a_formula_or_a_link(book: openpyxl.Workbook) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not [cell for cell in cells if cell.hyperlink]
    assert [cell.value for cell in book["figures"]["A"][2:]] == LIVE
    assert [book["read me"].cell(row, 1).value for row in (1, 3, 4)] == [
        "=title",
        "=SUM(1)",
        "http://evil.example",
    ]


def test_numbers_are_numbers_with_their_units(book: openpyxl.Workbook) -> None:
    sheet = book["figures"]
    assert [sheet.cell(2, place).value for place in (2, 3, 4)] == ["$", "share of months", "count"]
    assert [sheet.cell(row, 2).value for row in range(3, 7)] == [1.5, -2, None, "never"]
    assert sheet["C3"].number_format == "0.0%" and sheet["D3"].number_format == "0"
    assert sheet["B3"].number_format == "#,##0;[Red]-#,##0"
    assert [sheet.cell(row, 5).value for row in (3, 4)] == ["yes", "no"]
    assert sheet.freeze_panes == "B3" and sheet.column_dimensions["A"].width > 20


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    paths = [write_workbook(tmp_path / name, "t", ["w"], [PAGE]) for name in ("a.xlsx", "b.xlsx")]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]


def test_csv_is_inert_too() -> None:
    lines = inert_csv(TABLE).decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:5]] == [
        "'=1+1",
        "'+1",
        "'-1+cmd|' /C calc'!A0",
        "'@SUM(1)",
    ]
    assert lines[5].startswith("http://evil.example,0.0,0.125,4,True")
    assert lines[2].split(",")[1] == "-2.0"  # a number keeps its sign
