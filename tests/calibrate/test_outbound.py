"""Outbound records: known conversions and talk times come back; a change of regime is reported, not averaged away."""

from pathlib import Path

import pytest

from orm_sim.calibrate import Calibration, calibrate
from tests.calibrate import synthetic

LISTS = "segments:\n" + "".join(
    f"  - {{name: q{i}, where: [{{column: list, words: [list{i}]}}]}}\n" for i in range(2)
)


def test_known_figures_come_back(tmp_path: Path) -> None:
    rows = synthetic.campaign(1, (0.05, 0.20))
    told = calibrate(*synthetic.store(tmp_path, rows, synthetic.CAMPAIGN + LISTS)).fragment["outbound"]
    for name, rate in (("q0", 0.05), ("q1", 0.20)):
        quality = told["conversion"]["by_list_quality"][name]
        assert abs(quality["value"] - rate) < 4 * quality["se"]
        assert quality["n"] == 6000
        attempts = told["conversion"]["by_attempt"][name]
        assert [each["attempt"] for each in attempts] == [1, 2, 3, 4, 5, 6]
        assert [each["last"] for each in attempts] == [False] * 5 + [True]
        assert sum(each["n"] for each in attempts) == 6000
        for each in attempts:
            assert abs(each["value"] - rate) < 4 * each["se"]
    for outcome, mean, sd in (
        ("sale", 500 * 2.718281828**0.18, 0.6),
        ("no_sale", 150 * 2.718281828**0.405, 0.9),
    ):
        law = told["talk_time"][outcome]
        assert abs(law["mean_s"]["value"] - mean) < 4 * law["mean_s"]["se"]
        assert abs(law["log_sd"]["value"] - sd) < 4 * law["log_sd"]["se"]


def test_regimes_without_segments(tmp_path: Path) -> None:
    """Three levels one after another: found, named, and no figure is given for all of them together."""
    rows = synthetic.campaign(2, (0.05, 0.20, 0.10))
    told = calibrate(*synthetic.store(tmp_path, rows, synthetic.CAMPAIGN))
    by_quality = told.fragment["outbound"]["conversion"]["by_list_quality"]
    assert list(by_quality) == ["regime_1", "regime_2", "regime_3"]
    for each, rate in zip(by_quality.values(), (0.05, 0.20, 0.10), strict=True):
        assert each["value"] == pytest.approx(rate, abs=0.015)
        assert each["n"] == pytest.approx(6000, abs=400)
    assert sum(line.startswith("CHANGE OF LEVEL") for line in told.summary()) == 2
    assert "no list has this share" in "\n".join(told.summary())


def test_one_level_is_one_list(tmp_path: Path) -> None:
    told = calibrate(*synthetic.store(tmp_path, synthetic.campaign(3, (0.1, 0.1)), synthetic.CAMPAIGN))
    assert list(told.fragment["outbound"]["conversion"]["by_list_quality"]) == ["all"]
    assert len(told.tables["changes"]) == 0


def test_per_attempt_reading(tmp_path: Path) -> None:
    """Had every attempt reached the customer, the chance per attempt is sales over all who got that far."""
    rows = synthetic.campaign(4, (0.2,), 9000)
    table = (
        calibrate(*synthetic.store(tmp_path, rows, synthetic.CAMPAIGN))
        .tables["by_attempt"]
        .set_index("attempt")
    )
    for attempt in (1, 2, 5):
        here, beyond = rows["attempt"] == attempt, rows["attempt"] >= attempt
        sold = ((rows["bought"] == "yes") & here).sum()
        assert table.loc[attempt, "conversion"] == pytest.approx(sold / here.sum())
        assert table.loc[attempt, "per_attempt"] == pytest.approx(sold / beyond.sum())


def test_real_conversions(bank: Calibration) -> None:
    """4.8 % of customers in 2008, 19.5 % in 2009: the change is found within 200 rows of the turn of the year."""
    figures = bank.tables["records"].set_index("figure")
    assert figures.loc["conversion, broad", "value"] == pytest.approx(0.0484, abs=5e-5)
    late = figures.loc[["conversion, selected", "conversion, earlier_buyer"]]
    assert (late["value"] * late["n"]).sum() / late["n"].sum() == pytest.approx(0.1948, abs=5e-5)
    changes = bank.tables["changes"]
    rows = (
        changes.loc[changes["what"] == "conversion", "at"]
        .str.removeprefix("row ")
        .str.replace(",", "")
        .astype(int)
    )
    assert (abs(rows - 27_691) <= 200).any()
    assert not any(value == pytest.approx(0.0912, abs=0.001) for value in bank.tables["figures"]["value"])


def test_real_periods_unlike_the_rest(bank: Calibration) -> None:
    """The selected list of 2009 sold to 8 % in May and to a third otherwise: said, with the periods."""
    changes = bank.tables["changes"]
    odd = changes[(changes["what"] == "conversion, selected") & (changes["kind"] == "period")]
    assert "may (2)" in set(odd["at"])


def test_rare_attempts_are_pooled(bank: Calibration) -> None:
    attempts = bank.fragment["outbound"]["conversion"]["by_attempt"]
    assert [len(each) for each in attempts.values()] == [6, 6, 4]
    assert all(each[-1]["last"] for each in attempts.values())
