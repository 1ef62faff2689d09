"""The folder of a run: parts as they come in, tables once they are whole; each file at once or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from orm_sim.core.errors import refuse
from orm_sim.core.tables import TableContract, TableError
from orm_sim.study.plan import Unit

ROW_GROUP = 131_072  # fixed: part of a table's bytes
ARROW = {"str": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}


@dataclass(frozen=True, slots=True)
class Store:
    """Where the parts and tables of one run lie.

    Parameters
    ----------
    folder : Path
        outputs/<run-id>
    contracts : tuple of TableContract
        The tables each unit writes.
    """

    folder: Path
    contracts: tuple[TableContract, ...]

    @property
    def parts(self) -> Path:
        """Folder of the finished blocks; gone once the tables are whole."""
        return self.folder / "parts"

    @property
    def tables(self) -> Path:
        """Folder of the tables."""
        return self.folder / "tables"

    def write_part(self, unit: Unit, frames: Mapping[str, pd.DataFrame]) -> None:
        """Keep what a unit produced: one file per table, then the marker that says it is whole.

        Raises
        ------
        TableError
            When a table is missing, unexpected, breaks its contract or holds replications of another unit.
        """
        expected = {contract.name for contract in self.contracts}
        if set(frames) != expected:
            raise TableError(f"{unit} gave the tables {sorted(frames)}, not {sorted(expected)}")
        digests = {}
        for contract in self.contracts:
            frame = contract.check(frames[contract.name])
            _check_replications(contract, frame, unit)
            path = self._part(unit, contract)
            write_atomically(path, partial(_write_arrow, table=_to_arrow(contract, frame)))
            digests[contract.name] = sha256(path)
        write_text(self._marker(unit), json.dumps(digests, sort_keys=True))

    def is_whole(self, unit: Unit) -> bool:
        """Whether all parts of a unit are there with the bytes its marker names."""
        try:
            digests = json.loads(self._marker(unit).read_text())
            return all(digests[c.name] == sha256(self._part(unit, c)) for c in self.contracts)
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def read_part(self, unit: Unit, table: str) -> pd.DataFrame:
        """One table of a finished unit."""
        return _read_pandas(self._part(unit, self._contract(table)))

    def assemble(self, units: Iterable[Unit]) -> dict[str, dict[str, Any]]:
        """Join the parts of all units into tables sorted by their keys; the bytes depend on the rows alone.

        Returns
        -------
        table -> {"rows": int, "sha256": str}
        """
        self.tables.mkdir(exist_ok=True)
        found = {}
        listed = list(units)
        for contract in self.contracts:
            joined = _sorted(contract, [self._part(unit, contract) for unit in listed])
            found[contract.name] = self._write(contract, joined)
        return found

    def write_table(self, contract: TableContract, frame: pd.DataFrame) -> dict[str, Any]:
        """Write a table computed from others, rows in the order given; returns their number and digest."""
        self.tables.mkdir(exist_ok=True)
        return self._write(contract, _to_arrow(contract, contract.check(frame)))

    def read_table(self, table: str) -> pd.DataFrame:
        """A whole table, in the order of its key."""
        return _read_pandas(self.table_path(table))

    def table_path(self, table: str) -> Path:
        """File of a table."""
        return self.tables / f"{table}.parquet"

    def remove_parts(self) -> None:
        """Forget the blocks."""
        shutil.rmtree(self.parts, ignore_errors=True)

    def _write(self, contract: TableContract, table: pa.Table) -> dict[str, Any]:
        path = self.table_path(contract.name)
        write_atomically(path, partial(_write_arrow, table=table))
        return {"rows": table.num_rows, "sha256": sha256(path)}

    def _contract(self, table: str) -> TableContract:
        return next(contract for contract in self.contracts if contract.name == table)

    def _part(self, unit: Unit, contract: TableContract) -> Path:
        return self.parts / f"{unit.name}.{contract.name}.parquet"

    def _marker(self, unit: Unit) -> Path:
        return self.parts / f"{unit.name}.json"


def make_folder(folder: Path) -> None:
    """Create a folder that can be written to, or leave no trace.

    Raises
    ------
    InputError
        When it cannot be created or written to.
    """
    created = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial = folder / f".try-{uuid.uuid4().hex}"
        write_text(trial, "")
        trial.unlink()
    except OSError as problem:
        for each in created:
            try:
                each.rmdir()
            except OSError:
                break
        rule = f"the output folder cannot be written ({problem.strerror or problem})"
        raise refuse(rule, file=str(folder), hint="Choose another with --out") from problem


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a file beside `path`, force it to disk and move it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(beside)
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    _sync_folder(path.parent)


def write_text(path: Path, text: str) -> None:
    """Write a small text file at once or not at all."""

    def write(to: Path) -> None:
        to.write_text(text, encoding="utf-8")

    write_atomically(path, write)


def sha256(path: Path) -> str:
    """Digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _schema(contract: TableContract) -> pa.Schema:
    return pa.schema([(column.name, ARROW[column.dtype]) for column in contract.columns])


def _to_arrow(contract: TableContract, frame: pd.DataFrame) -> pa.Table:
    schema = _schema(contract)
    table = pa.Table.from_pandas(frame[schema.names], schema, preserve_index=False)
    return table.replace_schema_metadata(None)  # pandas' own metadata tells its version


def _write_arrow(path: Path, table: pa.Table) -> None:
    """Row groups of a fixed size; words kept as codes in memory are spelt out one group at a time."""
    spelt = {True: pa.string()}
    schema = pa.schema([
        (field.name, spelt.get(pa.types.is_dictionary(field.type), field.type)) for field in table.schema
    ])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, max(table.num_rows, 1), ROW_GROUP):
            writer.write_table(table.slice(start, ROW_GROUP).cast(schema), row_group_size=ROW_GROUP)


def _read_pandas(path: Path) -> pd.DataFrame:
    frame: pd.DataFrame = pq.read_table(path, use_threads=False).to_pandas()
    return frame


def _sorted(contract: TableContract, files: list[Path]) -> pa.Table:
    words = [column.name for column in contract.columns if column.dtype == "str"]
    pieces = [pq.read_table(file, read_dictionary=words, use_threads=False) for file in files]
    table = pa.concat_tables(pieces).unify_dictionaries().combine_chunks()
    if not contract.key:
        return table
    order = np.lexsort([_sort_codes(table.column(name)) for name in reversed(contract.key)])
    return table.take(pa.array(order))


def _sort_codes(column: pa.ChunkedArray) -> np.ndarray:
    """Numbers that sort as the column does; words by their code points, whatever the locale."""
    if not pa.types.is_dictionary(column.type):
        numbers: np.ndarray = column.to_numpy()
        return numbers
    whole = column.combine_chunks()
    whole = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
    words = whole.dictionary.to_pylist()
    place = {word: code for code, word in enumerate(sorted(words))}
    codes = np.array([place[word] for word in words], dtype=np.int64)
    return codes[whole.indices.to_numpy()] if words else np.zeros(0, dtype=np.int64)


def _check_replications(contract: TableContract, frame: pd.DataFrame, unit: Unit) -> None:
    if "replication" in contract.key:
        strange = ~frame["replication"].isin(list(unit.replications))
        if strange.any():
            found = frame["replication"][strange].iloc[0]
            raise TableError(f"{contract.name}: {unit} gave rows of replication {found}")
