"""What a notebook asks of a study: which option leads, what it is measured against, which target holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd


def contenders(comparison: pd.DataFrame) -> list[str]:
    """Every option but the zero line, best first."""
    table = comparison.sort_values("rank")
    return [str(option) for option in table.loc[table["option"] != table["zero"], "option"]]


def leader(comparison: pd.DataFrame, *, outsourced: bool = False) -> str:
    """The best option that is not the zero line; with `outsourced`, the best that has a vendor.

    Raises
    ------
    ValueError
        When there is none.
    """
    table = comparison.sort_values("rank")
    table = table[table["option"] != table["zero"]]
    if outsourced:
        table = table[table["vendor_value"].notna()]
    if table.empty:
        raise ValueError(
            "no option has a vendor" if outsourced else "there is no option beside the zero line"
        )
    return str(table["option"].iloc[0])


def zero_line(comparison: pd.DataFrame) -> str:
    """The option that every value is measured against."""
    return str(comparison["zero"].iloc[0])


def target(targets: pd.DataFrame | None, kpi: str, channel: str) -> float | None:
    """The value a KPI should reach on a channel; None when the study sets none.

    Parameters
    ----------
    targets
        Columns kpi, channel and value; None when the study has no such table.
    kpi, channel
        As in the table.
    """
    if targets is None:
        return None
    found = targets.loc[(targets["kpi"] == kpi) & (targets["channel"] == channel), "value"]
    return None if found.empty else float(found.iloc[0])


def locate(path: str) -> str:
    """A path that exists, seen from here or from the nearest folder above; as given when there is none.

    A notebook is opened in its own folder, while the paths of a project start at its root.
    """
    for folder in (Path.cwd(), *Path.cwd().parents):
        if path and (folder / path).exists():
            return str(folder / path)
    return path


def titled(tables: Mapping[str, pd.DataFrame], titles: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Copies of result tables in which options carry their titles; options without one keep their id."""
    named = {}
    for name, table in tables.items():
        columns = [column for column in ("option", "zero") if column in table.columns]
        named[name] = table.assign(**{c: table[c].map(lambda o: titles.get(o, o)) for c in columns})
    return named
