"""A records file as text columns, each row with its line: CSV, gzip or Parquet; nothing is interpreted yet."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet
from numpy.typing import NDArray

from orm_sim.core.document import Parts, format_path
from orm_sim.core.errors import InputError, Place, Problem, name_hint, refuse
from orm_sim.core.loader import load_yaml
from orm_sim.core.terms import Term

Names = dict[Parts, str]

_DELIMITERS: Final = ",;\t|"
_PARQUET: Final = {".parquet", ".pq"}
_HEAD_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line that does not have the number of fields the header has."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class RawRecords:
    """Rows of a records file as text.

    Attributes
    ----------
    path : Path
        The file.
    frame : DataFrame
        The columns asked for, as text, under their names in the file.
    line : int64[n_rows]
        Line of each row in the file, the header being line 1 (for Parquet the row, counted from 1).
    malformed : tuple of Malformed
        Lines that could not be split into fields.
    """

    path: Path
    frame: pd.DataFrame
    line: NDArray[np.int64]
    malformed: tuple[Malformed, ...]

    @property
    def n_lines(self) -> int:
        """Rows of the file, malformed ones included."""
        return len(self.line) + len(self.malformed)


def read_records(path: Path, names: Names, mapping_file: Path) -> RawRecords:
    """The columns named in a mapping, read from a records file.

    Parameters
    ----------
    path : Path
        CSV (plain or `.gz`) or Parquet.
    names : dict of tuple to str
        Place of the key in the mapping file, ("columns", "arrival"), to the column it names.
    mapping_file : Path
        The mapping file, for the place of a wrong name.

    Raises
    ------
    InputError
        When the file cannot be read, is empty, or lacks columns.
    """
    if not path.is_file():
        raise refuse(
            "no such file" if not path.exists() else "is a folder, not a file of records", file=str(path)
        )
    try:
        table, malformed = (
            _read_parquet(path, names, mapping_file)
            if path.suffix.lower() in _PARQUET
            else _read_csv(path, names, mapping_file)
        )
    except (OSError, EOFError, pa.ArrowException, UnicodeDecodeError) as error:
        words = " ".join(str(error).split())
        raise refuse(f"cannot be read as records: {words}", file=str(path), hint=_HINT) from error
    frame = table.to_pandas()
    first = 1 if path.suffix.lower() in _PARQUET else 2
    line = np.arange(first, first + len(frame) + len(malformed), dtype=np.int64)
    line = line[~np.isin(line, [each.line for each in malformed])]
    frame, line = _without_blank_end(frame, line)
    if not len(frame) and not malformed:
        raise refuse("holds no rows", file=str(path), hint="A header alone is not enough to fit anything")
    return RawRecords(path, frame, line, malformed)


_HINT: Final = "Records are CSV in UTF-8, plain or gzip (.gz), or Parquet"


def column_names(mapping: Term, under: str) -> Names:
    """Places of the mapping's columns to the names given for them."""
    named: dict[str, Any] = mapping.model_dump()
    return {(under, key): name for key, name in named.items() if name is not None}


def _read_csv(path: Path, names: Names, mapping_file: Path) -> tuple[pa.Table, tuple[Malformed, ...]]:
    header, delimiter = _csv_header(path)
    wanted = _check_columns(header, names, path, mapping_file)
    malformed: list[Malformed] = []

    def note(row: Any) -> str:
        malformed.append(Malformed(int(row.number), str(row.text)))
        return "skip"

    table = pa_csv.read_csv(
        path,
        read_options=pa_csv.ReadOptions(use_threads=False),  # the number of a malformed row is only known so
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter, invalid_row_handler=note, ignore_empty_lines=False
        ),
        convert_options=pa_csv.ConvertOptions(
            include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string()), strings_can_be_null=False
        ),
    )
    return table, tuple(malformed)


def _csv_header(path: Path) -> tuple[list[str], str]:
    """Names in the first line, and the delimiter between them."""
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    with opener(path, "rb") as stream:
        line = stream.read(_HEAD_BYTES).split(b"\n", 1)[0].decode("utf-8-sig").rstrip("\r")
    if not line.strip():
        raise refuse("holds no rows", file=str(path), hint=_HINT)
    delimiter = max(_DELIMITERS, key=line.count)
    return [name.strip('"') for name in line.split(delimiter)], delimiter


def _read_parquet(path: Path, names: Names, mapping_file: Path) -> tuple[pa.Table, tuple[Malformed, ...]]:
    wanted = _check_columns(pa_parquet.read_schema(path).names, names, path, mapping_file)
    table = pa_parquet.read_table(path, columns=wanted)
    columns = [_as_text(table.column(name).combine_chunks()) for name in wanted]
    return pa.table(dict(zip(wanted, columns, strict=True))), ()


def _as_text(column: Any) -> Any:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _as_text(column.dictionary_decode())
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us"))
    return column.cast(pa.string()).fill_null("")


def _check_columns(present: list[str], names: Names, path: Path, mapping_file: Path) -> list[str]:
    """The columns wanted, once each; refuses names the file does not have, and names it has twice."""
    problems = []
    document = load_yaml(mapping_file)
    for key, name in names.items():
        if name not in present:
            rule = f"no such column in {path}"
            problems.append(
                Problem(document.place(key), format_path(key), name, rule, name_hint(name, present))
            )
    for name in sorted({each for each in present if present.count(each) > 1}.intersection(names.values())):
        problems.append(Problem(Place(str(path), 1), name, None, "the header names this column twice"))
    if problems:
        raise InputError(problems)
    return list(dict.fromkeys(names.values()))


def _without_blank_end(
    frame: pd.DataFrame, line: NDArray[np.int64]
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """The rows without the empty lines many programs leave at the end of a file."""
    n = len(frame)
    while n and all(value == "" for value in frame.iloc[n - 1]):
        n -= 1
    return frame.iloc[:n], line[:n]


def words_of(values: Iterable[str], limit: int = 8) -> str:
    """Distinct words of a column in one line, the first few."""
    distinct = sorted({each for each in values if each})
    return ", ".join(distinct[:limit]) + (", …" if len(distinct) > limit else "")
