"""Table contracts: which columns a result table has, their units and ranges, and files with the same bytes."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from orm_sim.core.errors import InputError, Place, Problem, name_hint, nearest, show_value
from orm_sim.core.files import readable_file, shown, write_whole
from orm_sim.core.units import unit_problem

DTYPES = ("str", "int64", "float64", "bool", "datetime64[us]")
"""The dtypes a column may have."""

Flags = np.ndarray[Any, np.dtype[np.bool_]]


class TableError(Exception):
    """A table that does not keep its contract: a fault of the program, not of the input.

    Parameters
    ----------
    name : str
        The table.
    breaches : tuple of str
        Every breach, one sentence each.
    """

    def __init__(self, name: str, breaches: tuple[str, ...]) -> None:
        super().__init__(name, breaches)
        self.name, self.breaches = name, breaches

    def __str__(self) -> str:
        return "\n    ".join([f"table '{self.name}' breaks its contract:", *self.breaches])


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Its name.
    dtype : str
        One of `DTYPES`.
    unit : str
        Named as in `core.units`; free words, or none, for what is not a number.
    low, high : float, optional
        The closed range.  Without a bound any finite number; an infinity only where the bound is infinite.
    nullable : bool
        Whether it may hold missing values (for numbers: not-a-number).
    allowed : tuple of str
        For text: the values it may hold; empty for any.
    """

    name: str
    dtype: str
    unit: str
    low: float | None = None
    high: float | None = None
    nullable: bool = False
    allowed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        number = self.dtype in ("int64", "float64")
        wrong = unit_problem(self.unit) if number else None
        if self.dtype not in DTYPES:
            wrong = f"dtype '{self.dtype}' is not one of {', '.join(DTYPES)}"
        if wrong is not None:
            raise ValueError(f"column '{self.name}': {wrong}")

    def breaches(self, values: pd.Series[Any]) -> Iterator[str]:
        """What is wrong with the values of this column."""
        dtype = _dtype(values)
        if dtype != self.dtype:
            yield f"column '{self.name}' is {dtype}, must be {self.dtype}"
            return
        missing = values.isna().to_numpy(dtype=bool)
        wrong: list[tuple[str, Flags]] = [] if self.nullable else [("missing", missing)]
        if self.allowed:
            unknown = ~values.isin(self.allowed).to_numpy(dtype=bool) & ~missing
            wrong.append((f"none of {', '.join(self.allowed)}", unknown))
        if self.dtype in ("int64", "float64"):
            wrong.extend(self._out_of_range(values.to_numpy(dtype=float)))
        for what, where in wrong:
            if where.any():
                row = int(where.argmax())
                count = int(where.sum())
                first = f"row {row} with {show_value(values.iloc[row])}"
                yield f"column '{self.name}' is {what} in {count} of {len(values)} rows, first in {first}"

    def _out_of_range(self, numbers: np.ndarray[Any, np.dtype[np.float64]]) -> Iterator[tuple[str, Flags]]:
        largest = float(np.finfo(float).max)
        yield "not finite" if self.low is None else f"below {self.low:g}", numbers < _or(self.low, -largest)
        yield "not finite" if self.high is None else f"above {self.high:g}", numbers > _or(self.high, largest)


@dataclass(frozen=True, slots=True)
class TableContract:
    """What a table must be: exactly these columns, and a key that no two rows share.

    Parameters
    ----------
    name : str
        The table; its file is `<name>.parquet`.
    columns : tuple of Column
        In the order in which they are written.
    key : tuple of str
        Columns that together name a row; empty for none.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = self.names
        wrong = [f"column '{each}' is named twice" for each in dict.fromkeys(names) if names.count(each) > 1]
        wrong += [f"key '{each}' is not a column" for each in self.key if each not in names]
        if wrong:
            raise ValueError(f"table '{self.name}': {'; '.join(wrong)}")

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """One column; raises KeyError with the nearest name."""
        for each in self.columns:
            if each.name == name:
                return each
        raise KeyError(f"table '{self.name}' has no column '{name}'.  {name_hint(name, self.names)}")

    def check(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The table itself, columns in the order of the contract and rows numbered from 0.

        Raises
        ------
        TableError
            With every missing and unknown column, wrong dtype, missing value, value out of range and repeated key.
        """
        breaches = tuple(self._breaches(frame))
        if breaches:
            raise TableError(self.name, breaches)
        return frame.loc[:, list(self.names)].reset_index(drop=True)

    def _breaches(self, frame: pd.DataFrame) -> Iterator[str]:
        have = [str(each) for each in frame.columns]
        for name in dict.fromkeys(have):
            if have.count(name) > 1:
                yield f"column '{name}' is there twice"
            elif name not in self.names:
                close = nearest(name, [each for each in self.names if each not in have])
                yield f"column '{name}' is unknown" + (f".  Did you mean '{close}'?" if close else "")
        for column in self.columns:
            if column.name not in have:
                yield f"column '{column.name}' is missing"
            elif have.count(column.name) == 1:
                yield from column.breaches(frame[column.name])
        if self.key and all(have.count(name) == 1 for name in self.key):
            repeated = frame.duplicated(list(self.key)).to_numpy(dtype=bool)
            if repeated.any():
                row = int(repeated.argmax())
                values = ", ".join(f"{name} = {show_value(frame[name].iloc[row])}" for name in self.key)
                yield f"key is not unique: {int(repeated.sum())} rows repeat one, first row {row} with {values}"

    def empty(self) -> pd.DataFrame:
        """A table of this form without rows."""
        return pd.DataFrame({each.name: pd.Series([], dtype=each.dtype) for each in self.columns})


TABLES: dict[str, TableContract] = {}
"""Every registered contract, by the name of its table."""


def register(contract: TableContract) -> TableContract:
    """Put a contract into `TABLES`; raises ValueError when another one has its name."""
    known = TABLES.setdefault(contract.name, contract)
    if known != contract:
        raise ValueError(f"there is another table '{contract.name}'")
    return contract


def write_parquet(
    frame: pd.DataFrame, path: str | os.PathLike[str], contract: TableContract | None = None
) -> Path:
    """Write a table so that the same values give the same bytes, whole or not at all.

    Parameters
    ----------
    frame : DataFrame
        Its index is not written.
    path : str or path
        The file; a file of that name is replaced in one step.
    contract : TableContract, optional
        Checked first; its units go into the file as field metadata (`unit`).

    Notes
    -----
    No pandas metadata, one row group, one chunk a column: how the frame was put together does not show.
    Missing values and not-a-number are both written as null.
    """
    checked = frame if contract is None else contract.check(frame)
    fields: list[pa.Field] = []
    arrays: list[pa.Array] = []
    for name in checked.columns:
        array = pa.Array.from_pandas(checked[name])
        array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
        array = array.cast(pa.string()) if pa.types.is_large_string(array.type) else array
        unit = None if contract is None else {"unit": contract.column(str(name)).unit}
        fields.append(pa.field(str(name), array.type, metadata=unit))
        arrays.append(array)
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", version="2.6", row_group_size=max(len(checked), 1))
    return write_whole(path, buffer.getvalue())


def read_table(path: str | os.PathLike[str], contract: TableContract | None = None) -> pd.DataFrame:
    """A table read from Parquet, and checked where a contract is given.

    Raises
    ------
    InputError
        When the file is missing or is not a whole Parquet file.
    TableError
        When it does not keep the contract.
    """
    file = readable_file(path)
    try:
        # A single file, never a folder of them: pandas would guess partitions from names.
        frame: pd.DataFrame = pq.ParquetFile(file).read().to_pandas()
    except (pa.ArrowException, OSError) as error:
        rule = f"is not a whole Parquet file: {str(error).splitlines()[0]}"
        raise InputError(Problem(Place(shown(file)), "", None, rule)) from None
    return frame if contract is None else contract.check(frame)


def _dtype(values: pd.Series[Any]) -> str:
    return "str" if isinstance(values.dtype, pd.StringDtype) else str(values.dtype)


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
