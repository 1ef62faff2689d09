"""Table contracts: which columns a result table has, in which unit and range."""

from __future__ import annotations

from dataclasses import dataclass


class TableError(Exception):
    """A table that does not keep its contract; the message lists every breach."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its name, dtype, unit and range."""

    name: str
    dtype: str
    unit: str
    low: float | None = None
    high: float | None = None
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class TableContract:
    """The columns a table must have, and the key that makes a row unique."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
