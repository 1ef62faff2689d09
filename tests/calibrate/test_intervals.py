"""Counts per interval give what contacts give, as far as they go."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from orm_sim.calibrate import Calibration, calibrate
from orm_sim.calibrate.fragment import leaves
from orm_sim.core.errors import InputError
from tests.calibrate import synthetic

MAPPINGS = Path(__file__).resolve().parents[2] / "scenarios" / "mappings"
MAPPING = """\
kind: intervals
source: {title: "Invented counts", id: invented}
columns: {start: start, offered: offered}
"""


def counted(seed: int) -> pd.DataFrame:
    """Counts by half-hour with a known busyness."""
    truth = synthetic.counts(seed, 84, 800.0, 0.12, 0.4, 0.1)
    start = pd.date_range(synthetic.FIRST, periods=truth.counts.size, freq="30min")
    return pd.DataFrame({"start": start, "offered": truth.counts.ravel()})


def test_the_same_calls_counted(calls: Calibration, shared_data: Path) -> None:
    """The published half-hours: rate, busyness and exponential patience equal those of the calls themselves."""
    mapping = MAPPINGS / "anonymous_bank_intervals.yaml"
    told = calibrate(shared_data / "ab_intervals_30min_jan_jul.csv.gz", mapping)
    whole = dict(leaves(calls.fragment))
    for name, figure in leaves(told.fragment):
        if "availability" not in name:
            assert figure["value"] == pytest.approx(whole[name]["value"], rel=2e-3), name
    factor, error = told.fragment["inbound"]["availability"], whole["inbound.availability"]
    assert abs(factor["value"] - error["value"]) < 4 * np.hypot(factor["se"], error["se"])


def test_rows_may_be_missing_where_nobody_called(tmp_path: Path) -> None:
    rows = counted(1)
    records, terms = synthetic.store(tmp_path, rows, MAPPING)
    whole = calibrate(records, terms).fragment
    rows[rows["offered"] > 0].to_csv(records, index=False)
    assert calibrate(records, terms).fragment == whole


def test_what_is_wrong_with_counts(tmp_path: Path) -> None:
    rows = counted(2).astype(object)
    rows.loc[5, "offered"] = -1
    rows.loc[6, "offered"] = "many"
    rows.loc[7, "start"] = "2024-01-01 03:31:00"
    rows.loc[9, "start"] = rows.loc[8, "start"]
    table = calibrate(*synthetic.store(tmp_path, rows, MAPPING)).tables["broken"].set_index("reason")["lines"]
    assert table.to_dict() == {
        "start is not a multiple of interval_s = 1800": "9",
        "the interval stands in the file twice": "11",
        "offered is not a number": "8",
        "offered is below 0": "7",
    }


def test_no_contact_in_any_interval(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds 0 offered contacts"):
        calibrate(*synthetic.store(tmp_path, counted(3).assign(offered=0), MAPPING))
