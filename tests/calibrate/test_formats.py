"""The same records in other clothes give the same figures: gzip, Parquet, another delimiter, clocks."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from orm_sim.calibrate import Calibration, calibrate
from orm_sim.calibrate.clean import seconds
from tests.calibrate import synthetic


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    made = synthetic.frame(synthetic.contacts(5, n_days=28, level=60.0))
    made[["wait_s", "handle_s"]] = made[["wait_s", "handle_s"]].round(0)
    made["arrival"] = made["arrival"].dt.floor("s")
    return made


@pytest.fixture(scope="module")
def plain(rows: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Calibration:
    return calibrate(*synthetic.store(tmp_path_factory.mktemp("plain"), rows))


def test_gzip(rows: pd.DataFrame, plain: Calibration, tmp_path: Path) -> None:
    records, terms = synthetic.store(tmp_path, rows)
    packed = tmp_path / "records.csv.gz"
    packed.write_bytes(gzip.compress(records.read_bytes()))
    assert calibrate(packed, terms).fragment == plain.fragment


def test_parquet(rows: pd.DataFrame, plain: Calibration, tmp_path: Path) -> None:
    _, terms = synthetic.store(tmp_path, rows)
    rows.astype({"type": "category"}).to_parquet(tmp_path / "records.parquet")
    assert calibrate(tmp_path / "records.parquet", terms).fragment == plain.fragment


def test_semicolons_and_windows_lines(rows: pd.DataFrame, plain: Calibration, tmp_path: Path) -> None:
    _, terms = synthetic.store(tmp_path, rows)
    text = "\ufeff" + rows.to_csv(index=False, sep=";", lineterminator="\r\n")
    (tmp_path / "other.csv").write_bytes(text.encode("utf-8"))
    assert calibrate(tmp_path / "other.csv", terms).fragment == plain.fragment


def test_clock_strings(rows: pd.DataFrame, plain: Calibration, tmp_path: Path) -> None:
    """Date and clock apart, the wait between two clocks (over midnight too), the handle time as h:mm:ss."""
    start = rows["arrival"]
    told = pd.DataFrame(
        {
            "day": start.dt.strftime("%Y-%m-%d"),
            "clock": start.dt.strftime("%H:%M:%S"),
            "type": rows["type"],
            "outcome": rows["outcome"],
            "from": start.dt.strftime("%H:%M:%S"),
            "to": (start + pd.to_timedelta(rows["wait_s"], unit="s")).dt.strftime("%H:%M:%S"),
            "handled": pd.to_timedelta(rows["handle_s"], unit="s").astype(str).str[-8:],
            "agent": rows["agent"],
        }
    )
    columns = (
        "{arrival: clock, date: day, type: type, outcome: outcome, wait_from: from, wait_to: to, "
        "handle_s: handled, agent: agent}"
    )
    head, _, tail = synthetic.MAPPING.partition("columns: ")
    mapping = head + "columns: " + columns + "\n" + tail.partition("\n")[2]
    assert calibrate(*synthetic.store(tmp_path, told, mapping)).fragment == plain.fragment


def test_lengths_of_time() -> None:
    text = pd.Series(["140", "2:20", "0:02:20", "1e2", "-3", "", "2:60", "abc", "inf", "25:00:00"])
    told = seconds(text)
    assert told[:5].tolist() == [140, 140, 140, 100, -3]
    assert pd.isna(told[5:9]).all()
    assert told[9] == 90_000
