"""The folder of a run: parts as they come in, tables once they are whole; each file at once or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from orm_sim.core.errors import InputError
from orm_sim.core.files import writable_folder, write_whole
from orm_sim.core.tables import TableContract, TableError, read_table, write_parquet
from orm_sim.study.plan import Unit

ROW_GROUP = 131_072  # fixed: part of a table's bytes


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
            told = f"{unit} gave the tables {sorted(frames)}, not {sorted(expected)}"
            raise TableError("parts", (told,))
        self.parts.mkdir(parents=True, exist_ok=True)
        digests = {}
        for contract in self.contracts:
            _check_replications(contract, frames[contract.name], unit)
            path = write_parquet(frames[contract.name], self._part(unit, contract), contract)
            digests[contract.name] = sha256(path)
        write_whole(self._marker(unit), json.dumps(digests, sort_keys=True).encode())

    def is_whole(self, unit: Unit) -> bool:
        """Whether all parts of a unit are there with the bytes its marker names."""
        try:
            digests = json.loads(self._marker(unit).read_text())
            return all(digests[c.name] == sha256(self._part(unit, c)) for c in self.contracts)
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def read_part(self, unit: Unit, table: str) -> pd.DataFrame:
        """One table of a finished unit."""
        contract = next(contract for contract in self.contracts if contract.name == table)
        return read_table(self._part(unit, contract))

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
            path = write_whole(self.table_path(contract.name), _parquet(joined))
            found[contract.name] = {"rows": joined.num_rows, "sha256": sha256(path)}
        return found

    def write_table(self, contract: TableContract, frame: pd.DataFrame) -> dict[str, Any]:
        """Write a table computed from others, rows in the order given; returns their number and digest."""
        self.tables.mkdir(exist_ok=True)
        path = write_parquet(frame, self.table_path(contract.name), contract)
        return {"rows": len(frame), "sha256": sha256(path)}

    def read_table(self, table: str) -> pd.DataFrame:
        """A whole table, in the order of its key."""
        return read_table(self.table_path(table))

    def table_path(self, table: str) -> Path:
        """File of a table."""
        return self.tables / f"{table}.parquet"

    def sweep(self) -> None:
        """Remove what a killed process left half-written."""
        for folder in (self.folder, self.tables, self.parts):
            for left in [*folder.glob(".*.part"), *folder.glob(".probe-*")]:
                left.unlink(missing_ok=True)

    def remove_parts(self) -> None:
        """Forget the blocks."""
        shutil.rmtree(self.parts, ignore_errors=True)

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
        writable_folder(folder)
    except InputError:
        with contextlib.suppress(OSError):
            for each in created:
                each.rmdir()
        raise


def sha256(path: Path) -> str:
    """Digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parquet(table: pa.Table) -> bytes:
    """Row groups of a fixed size; words held as codes are spelt out one group at a time."""
    spelt = [f.with_type(pa.string()) if pa.types.is_dictionary(f.type) else f for f in table.schema]
    buffer = io.BytesIO()
    with pq.ParquetWriter(buffer, pa.schema(spelt), compression="zstd", version="2.6") as writer:
        for start in range(0, max(table.num_rows, 1), ROW_GROUP):
            writer.write_table(table.slice(start, ROW_GROUP).cast(pa.schema(spelt)), row_group_size=ROW_GROUP)
    return buffer.getvalue()


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
    if "replication" in contract.key and "replication" in frame:
        strange = ~frame["replication"].isin(list(unit.replications))
        if strange.any():
            found = frame["replication"][strange].iloc[0]
            raise TableError(contract.name, (f"{unit} gave rows of replication {found}",))
