"""The workbook of a batch: which tables are its sheets, with which columns and units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from orm_sim.report.workbook import Page, write_workbook
from orm_sim.study.tables import KPI_TABLE, LEDGER, MEASURES

RANKED: Final = (
    "risk_adjusted_value", "mean_value", "cvar", "difference_to_best", "saving", "p_loss", "payback_month", "peak_cash",
    "sla_met", "vendor_value", "vendor_margin", "p_vendor_loss", "p_insolvent", "p_no_deal", "p_ended",
)  # fmt: skip
"""Measures of the sheet of ranks; the others are in the table of results."""
_MONTH: Final = {"month": "of the contract, from 1"}


def write_report(path: Path, title: str, tables: Mapping[str, pd.DataFrame], words: Sequence[str]) -> Path:
    """Write the workbook of a batch from its joined tables; `words` stand on its first sheet."""
    return write_workbook(path, title, words, _pages(tables))


def summary(title: str, items: Sequence[Mapping[str, Any]], notes: Sequence[str]) -> list[str]:
    """Lines of the first sheet: what was run, what failed, how to read the rest."""
    whole = [each for each in items if each["status"] == "whole"]
    failed = [each for each in items if each["status"] == "failed"]
    lines = [f"{title}: {len(whole)} of {len(items)} scenarios ran."]
    lines += [f"FAILED: {each['name']}: {each['error']['message']}" for each in failed]
    lines += [
        "",
        "Values are present values against in-house as is, in $. A column and its _low and _high are an estimate with "
        "the ends of its interval. Scenarios that share a letter of `group` are tied.",
        "Grades: A study or filing, B survey, C trade press, D assumption. `not stated`: the file gives no source.",
        "Figures by month are means over the replications. All text is inert: nothing in this file is a formula.",
        *notes,
    ]
    return lines


def _pages(tables: Mapping[str, pd.DataFrame]) -> list[Page]:
    results = tables["results"]
    measures = [name + end for name in RANKED for end in ("", "_low", "_high")]
    ranks = results[["rank", "group", "title", "option", *measures, "n", "ranked_by", "notes", "run"]]
    units = {name + end: MEASURES[name] for name in RANKED for end in ("", "_low", "_high")}
    kpis = {each.name: each.unit for each in KPI_TABLE.columns if each.dtype == "float64"}
    ledger = {each.name: each.unit for each in LEDGER.columns if each.dtype == "float64"}
    return [
        Page("ranks", ranks, units, "scenarios, best first, with intervals", frozen=4),
        Page(
            "KPIs by month",
            _from_one(tables["kpis_by_month"]),
            kpis | _MONTH,
            "means of each month, scenario and in-house",
            frozen=4,
        ),
        Page(
            "ledger by month",
            _from_one(tables["ledger_by_month"]),
            ledger | _MONTH,
            "mean amounts by month and account",
            frozen=3,
        ),
        Page(
            "assumptions",
            tables["assumptions"],
            {},
            "every number used, with unit, source and grade",
            frozen=2,
        ),
    ]


def _from_one(table: pd.DataFrame) -> pd.DataFrame:
    """A table by month whose first month is 1, as on the pages and pictures; the tables themselves count from 0."""
    return table.assign(month=table["month"] + 1)
