"""Rate of arrivals: known factors come back, totals agree, gaps and missing days are set aside."""

import datetime

import numpy as np
import pandas as pd
import pytest

from orm_sim.calibrate.arrivals import Volume, fit_profiles, fit_volume
from orm_sim.calibrate.day_table import count_intervals, day_table
from orm_sim.calibrate.mapping_terms import WEEKDAYS, Days, Holiday
from tests.calibrate import synthetic

SHARED = Days(profiles={"week": WEEKDAYS[:5], "weekend": WEEKDAYS[5:]})
MONTHS = ("january", "february", "march", "april", "may")


def fitted(truth: synthetic.Truth, setting: Days = SHARED) -> tuple[pd.DataFrame, Volume]:
    days = day_table(truth.counts, synthetic.FIRST.date(), setting)
    return days, fit_volume(days)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_known_factors_come_back(seed: int) -> None:
    """Each within four standard errors: 13 figures, three seeds."""
    _, volume = fitted(synthetic.counts(seed, day_cv=0.08))
    week = synthetic.WEEKDAY / synthetic.WEEKDAY[:5].mean()
    season = synthetic.MONTH / synthetic.MONTH.mean()
    for name, value in (*zip(WEEKDAYS, week, strict=True), *zip(MONTHS, season, strict=True)):
        estimate = {**volume.weekday, **volume.season}[name]
        assert abs(estimate.value - value) < 4 * estimate.se, name
        assert estimate.se < 0.05 * value
    level = 1000.0 * synthetic.WEEKDAY.sum() * synthetic.MONTH.mean()
    assert abs(volume.per_week.value - level) < 4 * volume.per_week.se


def test_standard_errors_are_those_of_repeated_records() -> None:
    """The spread of a factor over 60 invented records, against the error each of them states."""
    told = [fitted(synthetic.counts(seed, 84, day_cv=0.1))[1].weekday["monday"] for seed in range(60)]
    spread = np.std([each.value for each in told])
    assert np.mean([each.se for each in told]) == pytest.approx(spread, rel=0.3)


def test_fitted_totals_agree_with_recorded_ones() -> None:
    """A property of the Poisson likelihood: by month, by weekday and over the holidays."""
    setting = Days(holidays=(Holiday(date=datetime.date(2024, 3, 6), name="strike"),))
    days, volume = fitted(synthetic.counts(4), setting)
    days["expected"] = volume.expected
    for column in ("month", "weekday", "holiday"):
        total = days.groupby(column)[["offered", "expected"]].sum()
        assert total["expected"].to_numpy() == pytest.approx(total["offered"].to_numpy(), rel=1e-6)


def test_holiday_factor() -> None:
    dates = [datetime.date(2024, 1, 15) + datetime.timedelta(weeks=4 * i, days=i) for i in range(4)]
    truth = synthetic.counts(5)
    for each in dates:
        row = (each - synthetic.FIRST.date()).days
        truth.counts[row] = np.random.default_rng(row).binomial(truth.counts[row], 0.3)
    _, volume = fitted(truth, Days(holidays=tuple(Holiday(date=each, name="off") for each in dates)))
    assert volume.holiday.n == 4
    assert abs(volume.holiday.value - 0.3) < max(4 * volume.holiday.se, 0.02)


def test_gap_and_missing_day_are_set_aside() -> None:
    truth = synthetic.counts(6)
    whole = fitted(truth)[1]
    truth.counts[30] = 0
    truth.counts[37, 24:] = 0
    days, volume = fitted(truth)
    assert days["status"].iloc[30] == "missing"
    assert days["status"].iloc[37] == "gap"
    assert (days["status"] == "normal").sum() == 138
    assert volume.weekday["wednesday"].value == pytest.approx(whole.weekday["wednesday"].value, rel=0.02)


def test_weekday_on_which_the_centre_is_closed() -> None:
    truth = synthetic.counts(7)
    truth.counts[6::7] = 0
    days, volume = fitted(truth)
    assert (days["status"].iloc[6::7] == "closed").all()
    assert volume.weekday["sunday"].value == 0.0
    assert np.isfinite(volume.expected).all()


def test_week_of_another_country() -> None:
    """Sunday's records become the programme's Monday."""
    shift = dict(zip(WEEKDAYS, (*WEEKDAYS[1:], WEEKDAYS[0]), strict=True))
    truth = synthetic.counts(8)
    here, there = fitted(truth)[1], fitted(truth, Days(week=shift))[1]
    ratio = there.weekday["tuesday"].value / there.weekday["saturday"].value
    assert ratio == pytest.approx(here.weekday["monday"].value / here.weekday["friday"].value)


def test_profile_comes_back_and_sums_to_one() -> None:
    truth = synthetic.counts(9)
    days, _ = fitted(truth)
    profiles = fit_profiles(truth.counts, days, SHARED)
    for each in profiles.values():
        assert each.value.sum() == pytest.approx(1.0)
        far = np.abs(each.value - synthetic.PROFILE)[synthetic.PROFILE > 0] / each.se[synthetic.PROFILE > 0]
        assert far.max() < 4.5  # of 24 shares
        assert np.mean(far**2) == pytest.approx(1.0, abs=0.7)
    assert profiles["week"].distance < 0.02


def test_contacts_are_counted_in_their_interval() -> None:
    counted = count_intervals(np.array([0.0, 1799.9, 1800.0, 86_400.0]), 2, 1800)
    assert counted[0, :2].tolist() == [2, 1]
    assert counted[1, 0] == 1
