"""What a notebook asks of a study: which option leads, what it is measured against, which target holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

import pandas as pd


def contenders(comparison: pd.DataFrame) -> list[str]:
    """Every option but the zero line, best first."""
    table = comparison.sort_values("rank")
    return [str(option) for option in table.loc[table["option"] != table["zero"], "option"]]


def leader(comparison: pd.DataFrame, *, outsourced: bool = False) -> str:
    """The best option that is not the zero line; with `outsourced`, the best with a vendor, if any has one.

    Raises
    ------
    ValueError
        When the zero line stands alone.
    """
    table = comparison.sort_values("rank")
    table = table[table["option"] != table["zero"]]
    if table.empty:
        raise ValueError("there is no option beside the zero line")
    partnered = table[table["vendor_value"].notna()]
    return str((partnered if outsourced and not partnered.empty else table)["option"].iloc[0])


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


@runtime_checkable
class ByOption(Protocol):
    """Tables that can be read by option."""

    def rows(self, name: str, options: Collection[str]) -> pd.DataFrame:
        """Rows of a table that belong to some options."""
        ...


class Titled(Mapping[str, pd.DataFrame]):
    """Result tables in which options carry their titles, each read when asked for: a study's ledger fills memory."""

    def __init__(self, tables: Mapping[str, pd.DataFrame], titles: Mapping[str, str]) -> None:
        self._tables, self._titles = tables, titles

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self._titled(self._tables[name])

    def rows(self, name: str, options: Collection[str]) -> pd.DataFrame:
        """Rows of a table that belong to some options, named by their titles."""
        names = {title: each for each, title in self._titles.items()}
        return self._titled(rows_of(self._tables, name, [names.get(title, title) for title in options]))

    def _titled(self, table: pd.DataFrame) -> pd.DataFrame:
        columns = [column for column in ("option", "zero") if column in table.columns]
        return table.assign(**{c: _renamed(table[c], self._titles) for c in columns})

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def rows_of(tables: Mapping[str, pd.DataFrame], name: str, options: Collection[str]) -> pd.DataFrame:
    """Rows of a table that belong to some options; of a run's tables no others are read from the file."""
    if isinstance(tables, ByOption):
        return tables.rows(name, options)
    table = tables[name]
    return table[table["option"].isin(list(options))]


def titled(tables: Mapping[str, pd.DataFrame], options: Mapping[str, object]) -> Titled:
    """Result tables in which options carry their titles; options without one keep their name.

    Parameters
    ----------
    tables
        Result tables by name.
    options
        Titles by name of the option, or a study's options, which have them. Where two are alike, all get their
        name added.
    """
    titles = {
        name: each if isinstance(each, str) else str(getattr(each, "title", name))
        for name, each in options.items()
    }
    if len(set(titles.values())) < len(titles):
        titles = {name: f"{title} ({name})" for name, title in titles.items()}
    return Titled(tables, titles)


def _renamed(names: pd.Series, titles: Mapping[str, str]) -> pd.Series:
    """Names replaced by titles, each distinct name looked up once."""
    codes, distinct = pd.factorize(names)
    return pd.Series(pd.Index([titles.get(name, name) for name in distinct]).take(codes), index=names.index)
