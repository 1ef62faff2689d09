"""What the notebook shows: with the records the backtest, without them the shapes and a sentence."""

from pathlib import Path

import pytest

from orm_sim.calibrate import review
from orm_sim.core.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
PROGRAMME = ROOT / "scenarios" / "programmes" / "retail_bank.yaml"
MAPPING = ROOT / "scenarios" / "mappings" / "anonymous_bank_calls.yaml"


def test_without_the_records() -> None:
    seen = review(PROGRAMME, "nowhere.csv", MAPPING, "1999-04-30")
    assert seen.message.startswith("The records are absent (nowhere.csv)")
    assert seen.months()["backtest"].tolist() == [seen.message]
    assert len(seen.about("inbound.season")) == 12
    for chart in (seen.profile_chart(), seen.patience_chart(), seen.months_chart()):
        assert chart.to_dict()["width"] == 640


def test_with_the_records(shared_data: Path) -> None:
    seen = review(PROGRAMME, shared_data / "ab_calls_1999_jan_jul.csv.gz", MAPPING, "1999-04-30", draws=1)
    assert seen.months()["month"].tolist() == ["1999-05", "1999-06", "1999-07"]
    assert "within" in seen.months("of the fit")


@pytest.mark.parametrize(
    ("day", "says"), [("April", "must be a day"), ("1999-12-31", "must lie within the records")]
)
def test_day_that_leaves_nothing_to_test(shared_data: Path, day: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        review(PROGRAMME, shared_data / "ab_calls_1999_jan_jul.csv.gz", MAPPING, day)
