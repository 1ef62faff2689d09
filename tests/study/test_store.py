"""Parts, tables and folders: whole or not at all, sorted, and the same bytes whatever the order of arrival."""

import itertools
import os
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from orm_sim.core.errors import InputError
from orm_sim.core.tables import TableError
from orm_sim.study.lock import LOCK, locked
from orm_sim.study.plan import Unit
from orm_sim.study.store import Store, make_folder
from tests.study.toy import CONTRACTS, DRAWS, OPTIONS, OUTCOMES, Toy

UNITS = [Unit(0, 0, 3), Unit(1, 3, 4), Unit(2, 4, 7)]


def filled(folder: Path, units: list[Unit] = UNITS) -> Store:
    store = Store(folder, CONTRACTS)
    for unit in units:
        store.write_part(unit, Toy().run_unit(unit))
    return store


def test_tables_are_sorted_by_their_key_and_read_back_as_written(tmp_path: Path) -> None:
    store = filled(tmp_path)
    found = store.assemble(UNITS)
    table = store.read_table("outcomes")
    assert found["outcomes"]["rows"] == len(table) == 21
    keys = list(zip(table["option"], table["replication"], strict=True))
    assert keys == sorted(itertools.product(OPTIONS, range(7)))  # "älter" after "vendor": by code point
    assert table.dtypes.astype(str).to_dict() == {
        "option": "str", "replication": "int64", "value": "float64", "insolvent": "bool", "month": "float64"
    }  # fmt: skip
    r5 = np.random.Generator(np.random.Philox(key=5)).normal(size=3)
    assert table.query("replication == 5 and option == 'in_house'")["value"].item() == r5[1]
    assert table["month"].isna().equals(~table["insolvent"])


def test_bytes_do_not_depend_on_arrival_or_cut(tmp_path: Path) -> None:
    digests = [
        filled(tmp_path / "a").assemble(UNITS),
        filled(tmp_path / "b", UNITS[::-1]).assemble(UNITS),
        filled(tmp_path / "c", [Unit(0, 0, 7)]).assemble([Unit(0, 0, 7)]),
    ]
    assert digests[0] == digests[1] == digests[2]
    assert pq.read_schema(tmp_path / "a" / "tables" / "outcomes.parquet").metadata is None


def test_a_part_counts_only_when_whole(tmp_path: Path) -> None:
    store = filled(tmp_path)
    parts = sorted(store.parts.glob("*.outcomes.parquet"))
    assert [store.is_whole(unit) for unit in UNITS] == [True] * 3
    parts[0].write_bytes(parts[0].read_bytes()[:-1])
    (store.parts / f"{UNITS[1].name}.json").unlink()
    parts[2].unlink()
    assert [store.is_whole(unit) for unit in UNITS] == [False] * 3
    assert not store.is_whole(Unit(3, 7, 9))


def test_a_unit_must_give_its_tables_and_its_replications(tmp_path: Path) -> None:
    store = Store(tmp_path, CONTRACTS)
    frames = Toy().run_unit(UNITS[0])
    with pytest.raises(TableError, match=r"gave the tables \['draws'\], not \['draws', 'outcomes'\]"):
        store.write_part(UNITS[0], {"draws": frames["draws"]})
    with pytest.raises(TableError, match=r"'outcomes'.*\s+replications 0 to 1 gave rows of replication 2"):
        store.write_part(Unit(0, 0, 2), frames)
    with pytest.raises(TableError, match="value"):
        store.write_part(UNITS[0], {**frames, "outcomes": frames["outcomes"].drop(columns="value")})
    assert not store.is_whole(UNITS[0])


def test_a_table_of_no_rows_is_a_table(tmp_path: Path) -> None:
    store = Store(tmp_path, (DRAWS,))
    empty = DRAWS.check(pd.DataFrame({"replication": np.zeros(0, "int64"), "path": pd.Series([], dtype="str"),
                                      "value": np.zeros(0)}))  # fmt: skip
    store.write_part(UNITS[0], {"draws": empty})
    assert store.assemble(UNITS[:1])["draws"]["rows"] == 0
    assert list(store.read_table("draws").columns) == ["replication", "path", "value"]


def test_many_rows_span_row_groups(tmp_path: Path) -> None:
    n = 300_000
    frame = pd.DataFrame({"replication": np.arange(n)[::-1], "path": "p", "value": 1.0})
    store = Store(tmp_path, (DRAWS,))
    store.write_part(Unit(0, 0, n), {"draws": frame})
    store.assemble([Unit(0, 0, n)])
    assert pq.ParquetFile(store.table_path("draws")).num_row_groups == 3
    assert store.read_table("draws")["replication"].is_monotonic_increasing


def test_a_computed_table_keeps_its_order(tmp_path: Path) -> None:
    store = Store(tmp_path, CONTRACTS)
    frame = Toy().run_unit(UNITS[0])["outcomes"]
    assert store.write_table(OUTCOMES, frame)["rows"] == 9
    pd.testing.assert_frame_equal(store.read_table("outcomes"), frame, check_dtype=False)


def test_a_folder_that_cannot_be_made_is_refused_without_a_trace(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as refusal:
        make_folder(tmp_path / "file" / "outputs" / "run")
    assert "results cannot be written there.  Name another with --out" in str(refusal.value)
    assert str(refusal.value).endswith("1 problem. Nothing was run.")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_cannot_be_written_to_is_refused_without_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(**wanted: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", no_space)
    with pytest.raises(InputError, match="no space left on device"):
        make_folder(tmp_path / "outputs" / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_refused_with_its_holder(tmp_path: Path) -> None:
    with locked(tmp_path):
        told = rf"another run is at work in this folder \(process {os.getpid()}, since"
        with pytest.raises(InputError, match=told), locked(tmp_path):
            pytest.fail("two holders")
        assert (tmp_path / LOCK).exists()
    assert not (tmp_path / LOCK).exists()
    with locked(tmp_path):
        pass


def test_waiting_for_the_lock_has_an_end(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(InputError), locked(tmp_path, wait_s=0.3):
        pytest.fail("two holders")


def test_the_lock_of_a_dead_process_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text('{"pid": 999999999, "since": "2026-01-01 00:00:00"}')
    with locked(tmp_path):
        assert str(os.getpid()) in (tmp_path / LOCK).read_text()
