"""Inbound draws against the laws they claim: Poisson counts, lognormal handle times, hazard, busyness, returns."""

from __future__ import annotations

import math

import numpy as np
import pytest

from orm_sim.core.streams import key
from orm_sim.demand.calendar import calendar
from orm_sim.demand.contacts import draw_comebacks, draw_day, hazard_before, pack, to_patience_times, unpack
from orm_sim.demand.inbound import busyness, forecast, weekly_shape
from orm_sim.scenario.load import load_study
from tests.simulation.bank import STUDY

BASE = load_study(STUDY).base
SHAPE = BASE.programme.shapes.inbound
UNTIL = np.array([10.0, 60.0, np.inf])
PER_S = np.array([0.005, 0.002, 0.004])
MEAN_S, LOG_SD, SHORT = 300.0, 0.9, 0.05
LOG_MEAN = math.log(MEAN_S) - LOG_SD**2 / 2


def days(n: int, rates: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """First contacts of several days of one type."""
    k = key(11, 0, "inbound")
    laws = (1800.0, np.array([LOG_MEAN]), np.array([LOG_SD]), SHORT, UNTIL, PER_S)
    return [draw_day(*k, day, rates[None, :], *laws) for day in range(n)]


def test_arrivals_are_poisson_with_the_interval_rates() -> None:
    """1,000 days: mean and variance of each interval's count within 4 standard errors of the rate."""
    rates = np.zeros(48)
    rates[20:24] = [5.0, 40.0, 12.0, 0.5]
    n = 1000
    counts = np.array([np.histogram(d[0], bins=np.arange(49) * 1800.0)[0] for d in days(n, rates)])
    assert counts[:, rates == 0].sum() == 0
    mean, var = counts.mean(axis=0), counts.var(axis=0, ddof=1)
    for i in range(20, 24):
        assert abs(mean[i] - rates[i]) < 4 * math.sqrt(rates[i] / n)
        assert abs(var[i] - rates[i]) < 4 * math.sqrt((rates[i] + 2 * rates[i] ** 2) / n)


def test_arrivals_fall_evenly_within_an_interval() -> None:
    rates = np.zeros(48)
    rates[30] = 50.0
    at = np.concatenate([d[0] for d in days(400, rates)]) - 30 * 1800.0
    assert at.min() >= 0 and at.max() < 1800
    assert abs(at.mean() - 900) < 4 * 1800 / math.sqrt(12 * at.size)


def test_handle_times_are_short_with_the_share_and_else_lognormal() -> None:
    rates = np.full(48, 60.0)
    handle = np.concatenate([d[1] for d in days(40, rates)])
    short = handle < 10.0
    n = handle.size
    tail = SHORT + (1 - SHORT) * 0.5 * math.erfc((LOG_MEAN - math.log(10.0)) / LOG_SD / math.sqrt(2))
    assert abs(short.mean() - tail) < 4 * math.sqrt(tail * (1 - tail) / n)
    logs = np.log(handle[handle >= 10.0])
    assert abs(np.median(logs) - LOG_MEAN) < 0.03


def test_patience_follows_its_hazard() -> None:
    """Survival of the piecewise law at four points, within 4 standard errors on 115,000 contacts."""
    patience = np.concatenate([d[2] for d in days(40, np.full(48, 60.0))])
    for t, cumulative in ((5, 0.025), (10, 0.05), (35, 0.10), (160, 0.55)):
        expected = math.exp(-cumulative)
        se = math.sqrt(expected * (1 - expected) / patience.size)
        assert abs((patience > t).mean() - expected) < 4 * se


def test_patience_of_every_piece() -> None:
    """By hand: the hazard is 0.05 up to 10 s and 0.15 up to 60 s; who reaches a last piece without hazard stays."""
    assert hazard_before(UNTIL, PER_S).tolist() == pytest.approx([0.0, 0.05, 0.15])
    times = np.exp([-0.01, -0.10, -0.19])
    to_patience_times(times, UNTIL, PER_S)
    assert times.tolist() == pytest.approx([2.0, 35.0, 70.0])
    for per_s, expected in (
        ([0.0], [math.inf] * 2),
        ([0.1, 0.0], [5.0, math.inf]),
        ([0.0, 0.1], [15.0, 25.0]),
    ):
        times = np.exp([-0.5, -1.5])
        to_patience_times(times, np.array([10.0, np.inf][-len(per_s) :]), np.array(per_s))
        assert times.tolist() == pytest.approx(expected)


def test_a_contact_keeps_its_name() -> None:
    for identity in ((0, 0, 0, 0), (1095, 7, 15, 2**24 - 1), (12, 3, 2, 5000)):
        assert unpack(pack(*identity)) == identity


def test_a_quieter_day_keeps_the_draws_of_its_contacts() -> None:
    """Lowering a rate thins nobody's draws: contact i keeps handle time and patience."""
    busy, quiet = days(1, np.full(48, 50.0))[0], days(1, np.full(48, 20.0))[0]
    known = {int(r): (h, p) for r, h, p in zip(busy[3], busy[1], busy[2], strict=True)}
    for r, h, p in zip(quiet[3], quiet[1], quiet[2], strict=True):
        assert known[int(r)] == (h, p)


def test_comebacks_arrive_in_open_hours_in_order() -> None:
    rates = np.zeros(48)
    rates[16:40] = 10.0
    refs = np.array([pack(3, 0, 1, i) for i in range(500)])
    back = draw_comebacks(
        *key(11, 0, "inbound"),
        refs,
        rates,
        1800.0,
        np.array([LOG_MEAN]),
        np.array([LOG_SD]),
        SHORT,
        UNTIL,
        PER_S,
    )
    assert np.all(np.diff(back[0]) >= 0)
    assert back[0].min() >= 16 * 1800 and back[0].max() < 40 * 1800
    assert sorted(back[3].tolist()) == sorted(refs.tolist())


def test_busyness_has_the_fitted_spread_and_memory() -> None:
    """20,000 days: mean 1, day cv and lag-1 within 4 standard errors (lag-1 shrinks a little under the gamma)."""
    factors = busyness(SHAPE, 20_000, 5, 0)
    day = factors.mean(axis=1)
    cv, lag = SHAPE.busyness.day_cv.value, SHAPE.busyness.day_lag1.value
    spread = (1 + lag) / (1 - lag)
    assert abs(day.mean() - 1) < 4 * cv * math.sqrt(spread / 20_000) + 1e-3
    within = SHAPE.busyness.interval_cv.value / math.sqrt(48)
    assert day.std() == pytest.approx(math.hypot(cv, within), rel=0.04)
    measured = np.corrcoef(day[:-1], day[1:])[0, 1] * (1 + (within / cv) ** 2)
    assert abs(measured - lag) < 0.04


@pytest.mark.row("R046")
def test_expected_week_has_the_level_of_the_scenario() -> None:
    """Over the first year the forecast holds the weekly level, less drift, with season and holidays averaged out."""
    inbound = BASE.programme.inbound
    plan = forecast(inbound, SHAPE, calendar(BASE.programme.start, 12))
    drift = np.mean((1 + inbound.path.contacts_per_year) ** (np.arange(365) / 365.25))
    assert plan.rates[:365].sum() == pytest.approx(inbound.contacts_per_week * 365 / 7 * drift, rel=0.01)
    mean = np.exp(plan.log_mean + plan.log_sd**2 / 2)
    assert float(plan.type_share @ mean) == pytest.approx(inbound.handle_time_s, rel=1e-9)


def test_closed_hours_have_no_contacts() -> None:
    week = weekly_shape(SHAPE, 8.0, 20.0)
    assert week.sum() == pytest.approx(1.0)
    assert week[:, :16].sum() == 0 and week[:, 40:].sum() == 0
