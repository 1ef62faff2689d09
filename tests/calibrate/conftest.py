"""Calibrations of the real records, made once for all tests that read them."""

import datetime
from pathlib import Path

import pandas as pd
import pytest

from orm_sim.calibrate import Calibration, backtest, calibrate

ROOT = Path(__file__).resolve().parents[2]
MAPPINGS = ROOT / "scenarios" / "mappings"


@pytest.fixture(scope="session")
def calls(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Calibration:
    """The 252,290 calls."""
    out = tmp_path_factory.mktemp("calls") / "calls.yaml"
    return calibrate(
        shared_data / "ab_calls_1999_jan_jul.csv.gz", MAPPINGS / "anonymous_bank_calls.yaml", out
    )


@pytest.fixture(scope="session")
def bank(shared_data: Path) -> Calibration:
    """The outbound campaign."""
    return calibrate(shared_data / "bank_marketing_2008_2009.csv.gz", MAPPINGS / "bank_marketing.yaml")


@pytest.fixture(scope="session")
def tested(shared_data: Path) -> pd.DataFrame:
    """The backtest, fitted on January to April."""
    mapping = MAPPINGS / "anonymous_bank_calls.yaml"
    return backtest(
        shared_data / "ab_calls_1999_jan_jul.csv.gz", mapping, datetime.date(1999, 4, 30), draws=4
    )
