"""Table contracts list every breach; the same values make the same file, whole or not at all."""

import hashlib
import math

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orm_sim.core.errors import InputError
from orm_sim.core.tables import TABLES, Column, TableContract, TableError, read_table, register, write_parquet

CONTRACT = TableContract(
    "outcomes",
    (
        Column("option", "str", "text"),
        Column("replication", "int64", "index", low=0),
        Column("value", "float64", "$"),
        Column("payback_month", "float64", "months", low=0, high=math.inf),
        Column("margin", "float64", "share", low=-1, high=1, nullable=True),
        Column("insolvent", "bool", "flag"),
        Column("end", "str", "text", allowed=("term", "insolvency")),
    ),
    key=("option", "replication"),
)


def table(**changes) -> pd.DataFrame:
    columns = {
        "option": ["a", "a", "b"],
        "replication": [0, 1, 0],
        "value": [1.5, -2.0, 0.0],
        "payback_month": [3.0, math.inf, 0.0],
        "margin": [0.1, math.nan, -1.0],
        "insolvent": [False, True, False],
        "end": ["term", "insolvency", "term"],
    }
    return pd.DataFrame({**columns, **changes})


def test_a_table_that_keeps_its_contract_comes_back_in_order():
    frame = table().iloc[:, ::-1]
    checked = CONTRACT.check(frame.set_axis([7, 8, 9]))
    assert tuple(checked.columns) == CONTRACT.names
    assert list(checked.index) == [0, 1, 2]
    CONTRACT.check(CONTRACT.empty())


def test_every_breach_is_said():
    broken = table(
        replication=[0, -1, 0],
        option=["a", None, "a"],
        value=[1.0, math.nan, math.inf],
        payback_month=["1", "2", "3"],
        margin=[0.1, 1.5, -math.inf],
        end=["term", "end", "none"],
    )
    broken = broken.drop(columns="insolvent").assign(insolvant=1)
    with pytest.raises(TableError) as caught:
        CONTRACT.check(broken)
    assert (
        str(caught.value)
        == """\
table 'outcomes' breaks its contract:
    column 'insolvant' is unknown.  Did you mean 'insolvent'?
    column 'option' is missing in 1 of 3 rows, first in row 1 with .nan
    column 'replication' is below 0 in 1 of 3 rows, first in row 1 with -1
    column 'value' is missing in 1 of 3 rows, first in row 1 with .nan
    column 'value' is not finite in 1 of 3 rows, first in row 2 with .inf
    column 'payback_month' is str, must be float64
    column 'margin' is below -1 in 1 of 3 rows, first in row 2 with -.inf
    column 'margin' is above 1 in 1 of 3 rows, first in row 1 with 1.5
    column 'insolvent' is missing
    column 'end' is none of term, insolvency in 2 of 3 rows, first in row 1 with end
    key is not unique: 1 rows repeat one, first row 2 with option = a, replication = 0"""
    )


def test_a_column_twice_is_said():
    frame = table()
    frame.insert(0, "value", [0.0, 0.0, 0.0], allow_duplicates=True)
    with pytest.raises(TableError, match="column 'value' is there twice"):
        CONTRACT.check(frame)


def test_a_contract_that_makes_no_sense_is_a_fault_of_the_program():
    with pytest.raises(ValueError, match="dtype 'float'"):
        Column("x", "float", "s")
    with pytest.raises(ValueError, match="'per' is not a named unit"):
        Column("x", "float64", "per cent")
    with pytest.raises(ValueError, match="named twice; key 'z' is not a column"):
        TableContract("t", (Column("x", "str", ""), Column("x", "str", "")), ("z",))
    with pytest.raises(KeyError, match="Did you mean 'value'"):
        CONTRACT.column("valeu")


def test_one_name_one_contract():
    first = TableContract("of_this_test", (Column("x", "str", ""),))
    try:
        assert register(first) is first
        assert register(TableContract("of_this_test", (Column("x", "str", ""),))) is not None
        with pytest.raises(ValueError, match="another table"):
            register(TableContract("of_this_test", (Column("y", "str", ""),)))
    finally:
        TABLES.pop("of_this_test", None)


def digest(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_values_make_the_same_bytes_however_the_frame_was_made(tmp_path):
    whole = write_parquet(table(), tmp_path / "whole.parquet", CONTRACT)
    pieces = pd.concat([table().iloc[[0]], table().iloc[1:]])
    pieces = pieces.set_index(pd.Index([3, 3, 9], name="n"))
    pieces["margin"] = pieces["margin"].where(pieces["margin"].notna(), np.float64("nan") * -1)
    write_parquet(pieces.iloc[:, ::-1], tmp_path / "pieces.parquet", CONTRACT)
    assert digest(whole) == digest(tmp_path / "pieces.parquet")
    changed = write_parquet(table(value=[1.5, -2.0, 0.1]), tmp_path / "changed.parquet", CONTRACT)
    assert digest(whole) != digest(changed)


def test_units_travel_with_the_file_and_nothing_of_pandas_does(tmp_path):
    path = write_parquet(table(), tmp_path / "t.parquet", CONTRACT)
    schema = pq.read_schema(path)
    assert schema.metadata is None
    assert schema.field("value").metadata[b"unit"] == b"$"
    assert pq.ParquetFile(path).num_row_groups == 1


def test_what_was_written_is_read(tmp_path):
    path = write_parquet(table(), tmp_path / "t.parquet", CONTRACT)
    pd.testing.assert_frame_equal(read_table(path, CONTRACT), table())
    empty = write_parquet(CONTRACT.empty(), tmp_path / "e.parquet", CONTRACT)
    assert len(read_table(empty, CONTRACT)) == 0


_ROWS = st.tuples(st.floats(), st.integers(-(2**63), 2**63 - 1), st.text("aé'= ,\n", max_size=4))


@settings(max_examples=25)
@given(st.lists(_ROWS, min_size=1, max_size=8))
def test_any_values_survive(tmp_path_factory, rows):
    frame = pd.DataFrame(rows, columns=["a", "b", "c"]).astype({"a": "float64", "b": "int64", "c": "str"})
    path = write_parquet(frame, tmp_path_factory.mktemp("any") / "t.parquet")
    pd.testing.assert_frame_equal(read_table(path), frame)


def test_a_file_cut_short_is_refused(tmp_path):
    path = write_parquet(table(), tmp_path / "t.parquet")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InputError, match="is not a whole Parquet file"):
        read_table(path)
    with pytest.raises(InputError, match=r"Did you mean '.*t\.parquet'"):
        read_table(tmp_path / "tt.parquet")
