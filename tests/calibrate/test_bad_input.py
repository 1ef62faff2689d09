"""What a records file can do wrong: the message, the place it names, and nothing half-written."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from orm_sim.calibrate import calibrate
from orm_sim.core.errors import InputError
from tests.calibrate import synthetic


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return synthetic.frame(synthetic.contacts(3, n_days=28, level=60.0))


def refused(folder: Path, rows: pd.DataFrame, mapping: str = synthetic.MAPPING) -> str:
    """The message; the output folder must be as empty as before."""
    records, terms = synthetic.store(folder, rows, mapping)
    out = folder / "out"
    out.mkdir()
    with pytest.raises(InputError) as error:
        calibrate(records, terms, out / "shapes.yaml")
    assert list(out.iterdir()) == []
    return str(error.value).replace(str(folder) + "/", "")


def test_column_that_is_not_there(tmp_path: Path, rows: pd.DataFrame) -> None:
    message = refused(tmp_path, rows.rename(columns={"wait_s": "waited_s", "agent": "agents"}))
    assert (
        "mapping.yaml:3  columns.wait_s = wait_s\n    no such column in records.csv.  Did you mean 'waited_s'?"
        in message
    )
    assert "columns.agent = agent" in message
    assert message.endswith("2 problems. Nothing was run.")


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "holds no rows"), ("arrival,type,outcome,wait_s,handle_s,agent\n", "holds no rows")],
)
def test_no_rows(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "records.csv").write_text(text)
    (tmp_path / "mapping.yaml").write_text(synthetic.MAPPING)
    with pytest.raises(InputError, match=says):
        calibrate(tmp_path / "records.csv", tmp_path / "mapping.yaml")


def test_no_offered_contact(tmp_path: Path, rows: pd.DataFrame) -> None:
    assert "no offered contact" in refused(tmp_path, rows.assign(outcome="menu"))


def test_too_few_days(tmp_path: Path, rows: pd.DataFrame) -> None:
    message = refused(tmp_path, rows[rows["arrival"] < "2024-01-08"])
    assert "covers 7 days; profiles by weekday need 21 or more" in message


def test_clock_going_backwards(tmp_path: Path, rows: pd.DataFrame) -> None:
    """A file not in order at all is refused by its first line; the way out is named."""
    shuffled = rows.iloc[np.random.default_rng(1).permutation(len(rows))]
    message = refused(tmp_path, shuffled)
    assert "clock goes backwards in" in message
    assert "say in_order: false in the mapping" in message
    assert "records.csv:" in message.splitlines()[0]


def test_order_that_is_not_of_time(tmp_path: Path, rows: pd.DataFrame) -> None:
    shuffled = rows.iloc[np.random.default_rng(1).permutation(len(rows))]
    records, terms = synthetic.store(tmp_path, shuffled, synthetic.MAPPING + "in_order: false\n")
    taken = calibrate(records, terms)
    assert len(taken.tables["broken"]) == 0
    assert taken.tables["records"]["value"].iloc[0] == len(rows)


def test_one_leap_ahead_is_one_broken_row(tmp_path: Path, rows: pd.DataFrame) -> None:
    leaping = rows.copy()
    leaping.loc[100, "arrival"] += pd.Timedelta(days=2)
    leaping.loc[200, "arrival"] -= pd.Timedelta(days=2)
    table = calibrate(*synthetic.store(tmp_path, leaping)).tables["broken"]
    assert table["reason"].tolist() == ["clock goes backwards"]
    assert table["lines"].tolist() == ["102, 202"]


@pytest.mark.parametrize("moment", ["9999-12-31 00:00:00", "1900-01-01 00:00:00", "2099-01-01 10:00:00"])
def test_slip_in_the_year(tmp_path: Path, rows: pd.DataFrame, moment: str) -> None:
    """The last row of all, which no later row contradicts: neither a century of empty days nor a failure."""
    slipped = rows.assign(arrival=rows["arrival"].astype(str).where(rows.index < len(rows) - 1, moment))
    told = calibrate(*synthetic.store(tmp_path, slipped))
    assert told.tables["broken"]["rows"].tolist() == [1]
    assert len(told.tables["days"]) == 28


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"handle_s": 3.0}, "no answered contact has a handle time from 10 to 3600 s"),
        ({"outcome": "lost"}, "no answered contact has a handle time from 10 to 3600 s"),
    ],
)
def test_nothing_to_fit_a_handle_time_to(
    tmp_path: Path, rows: pd.DataFrame, change: dict[str, object], says: str
) -> None:
    assert f"records.csv\n    {says}" in refused(tmp_path, rows.assign(**change))


def test_nobody_waits(tmp_path: Path, rows: pd.DataFrame) -> None:
    """All answered at once: no patience to speak of, said so, and the rest is fitted."""
    told = calibrate(
        *synthetic.store(tmp_path, rows.assign(outcome="ok", wait_s=0.0, handle_s=100.0, agent="A"))
    )
    assert "patience" not in told.fragment["inbound"]
    assert "patience: median unknown, exponential mean unknown" in told.summary()


def test_remark_about_a_figure_there_is_none_of(tmp_path: Path, rows: pd.DataFrame) -> None:
    remarks = "remarks:\n- {figure: holyday, note: x}\n- {figure: busyness.day_sd, note: y}\n"
    message = refused(tmp_path, rows, synthetic.MAPPING + remarks)
    assert (
        "mapping.yaml:6  remarks[0].figure = holyday\n    is no fitted figure.  Did you mean 'holiday'?"
        in message
    )
    assert "remarks[1].figure = busyness.day_sd" in message
    fine = "remarks:\n- {figure: availability, note: x, grade: B}\n"  # not fitted here, and no mistake
    calibrate(*synthetic.store(tmp_path, rows, synthetic.MAPPING + fine))


def test_broken_rows_are_counted_by_reason(tmp_path: Path, rows: pd.DataFrame) -> None:
    hurt = rows.astype(object)
    hurt.loc[10, "arrival"] = "yesterday"
    hurt.loc[11, "outcome"] = "??"
    hurt.loc[12, "wait_s"] = -3
    hurt.loc[13, "wait_s"] = "long"
    table = calibrate(*synthetic.store(tmp_path, hurt)).tables["broken"].set_index("reason")
    expected = {
        "arrival is not a date and time": "12",
        "outcome is not in the mapping": "13",
        "wait is below 0": "14",
        "wait is not a length of time": "15",
    }
    assert table["lines"].to_dict() == expected
    assert (table["rows"] == 1).all()


def test_lines_that_are_no_rows(tmp_path: Path, rows: pd.DataFrame) -> None:
    records, terms = synthetic.store(tmp_path, rows)
    lines = records.read_text().splitlines()
    lines[30] = "2024-01-01 09:00:00,bills"
    lines[40] += ",one,too,many"
    records.write_text("\n".join(lines) + "\n\n\n")
    table = calibrate(records, terms).tables["broken"]
    assert table["reason"].tolist() == ["fields missing or too many"]
    assert table["lines"].tolist() == ["31, 41"]


def test_refused_only_above_the_stated_share(tmp_path: Path, rows: pd.DataFrame) -> None:
    hurt = rows.copy()
    hurt.loc[: len(rows) * 3 // 100, "outcome"] = "??"
    message = refused(tmp_path, hurt)
    assert "outcome = ??\n    outcome is not in the mapping in" in message
    assert "above broken_share_at_most = 0.02" in message
    records, terms = synthetic.store(tmp_path, hurt, synthetic.MAPPING + "broken_share_at_most: 0.05\n")
    assert calibrate(records, terms).tables["broken"]["rows"].sum() == len(rows) * 3 // 100 + 1


def test_typo_in_the_mapping(tmp_path: Path, rows: pd.DataFrame) -> None:
    message = refused(tmp_path, rows, synthetic.MAPPING.replace("outcomes:", "outcome:"))
    assert "Did you mean 'outcomes'?" in message


def test_contradictions_in_the_mapping(tmp_path: Path, rows: pd.DataFrame) -> None:
    twice = synthetic.MAPPING.replace("abandoned: [lost]", "abandoned: [lost, ok]")
    half = twice.replace("wait_s: wait_s", "wait_from: arrival")
    message = refused(tmp_path, rows, half + "days: {interval_s: 1700}\nhazard_until_s: [10, 5]\n")
    assert "an outcome stands in two of" in message
    assert "give either wait_s or both wait_from and wait_to" in message
    assert "no whole number of intervals of 1700 s" in message
    assert "must be above 0 and increase" in message


def test_unknown_kind(tmp_path: Path, rows: pd.DataFrame) -> None:
    assert "Did you mean 'contacts'?" in refused(
        tmp_path, rows, synthetic.MAPPING.replace("kind: contacts", "kind: contact")
    )


def test_file_that_is_no_gzip(tmp_path: Path) -> None:
    (tmp_path / "records.csv.gz").write_bytes(b"plain text")
    (tmp_path / "mapping.yaml").write_text(synthetic.MAPPING)
    with pytest.raises(InputError, match="cannot be read as records"):
        calibrate(tmp_path / "records.csv.gz", tmp_path / "mapping.yaml")


def test_gzip_cut_off(tmp_path: Path, rows: pd.DataFrame) -> None:
    records, terms = synthetic.store(tmp_path, rows)
    whole = gzip.compress(records.read_bytes())
    (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="cannot be read as records"):
        calibrate(tmp_path / "cut.csv.gz", terms)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(synthetic.MAPPING)
    for records in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(InputError):
            calibrate(records, tmp_path / "mapping.yaml")


def test_output_that_cannot_be_written(tmp_path: Path, rows: pd.DataFrame) -> None:
    records, terms = synthetic.store(tmp_path, rows)
    (tmp_path / "file").write_text("in the way")
    for out, says in (
        (tmp_path / "file" / "shapes.yaml", "is a file, not a folder"),
        (tmp_path / "shapes.txt", "must name a YAML file"),
        (terms, "would overwrite what is read"),
    ):
        with pytest.raises(InputError, match=says):
            calibrate(records, terms, out)
    assert terms.read_text() == synthetic.MAPPING
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "mapping.yaml", "records.csv"]


def test_outbound_segments_that_overlap_or_are_empty(tmp_path: Path) -> None:
    segments = (
        "segments:\n"
        "  - {name: first, where: [{column: list, words: [list0]}]}\n"
        "  - {name: again, where: [{column: list, words: [list0, list1]}]}\n"
        "  - {name: none, where: [{column: list, words: [list9]}]}\n"
    )
    message = refused(tmp_path, synthetic.campaign(1, (0.1, 0.2), 400), synthetic.CAMPAIGN + segments)
    assert "segments[1] = again\n    overlaps segment 'first'" in message
    assert "segments[2] = none\n    no row of the records meets these conditions" in message


def test_outbound_column_that_is_not_there(tmp_path: Path) -> None:
    segments = "segments:\n  - {name: first, where: [{column: lists, words: [list0]}]}\n"
    message = refused(tmp_path, synthetic.campaign(1, (0.1, 0.2), 400), synthetic.CAMPAIGN + segments)
    assert "segments[0].where[0].column = lists" in message
    assert "Did you mean 'list'?" in message


def test_two_halves_in_the_wrong_order_are_refused(tmp_path: Path, rows: pd.DataFrame) -> None:
    """One step back, but half of the rows are out of order."""
    half = len(rows) // 2
    message = refused(tmp_path, pd.concat([rows.iloc[half:], rows.iloc[:half]]))
    assert "clock goes backwards in" in message and "say in_order: false in the mapping" in message
