"""Hazards by themselves: frequency, length and season as their terms say, over 2,000 replications, and by hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import simpy

from orm_sim.core.streams import key
from orm_sim.risk import outage, shock, weather
from orm_sim.risk.outage import Outage, outages
from orm_sim.risk.shock import Shock, Steps, steps
from orm_sim.risk.site import Site
from orm_sim.risk.weather import Weather, storms
from orm_sim.vendor.platform import Platform, PlatformTerms

REPLICATIONS, YEARS = 2_000, 3
DAYS = round(YEARS * 365.25)
MONTHS = np.repeat(np.arange(12), 31)[np.arange(DAYS) % 372]
PLATFORM = PlatformTerms(failover_works=0.7, failover_minutes=12.0)


def sites(make: Callable[[simpy.Environment, Site, int], Any]) -> list[Site]:
    """Each replication's site after three years of one process."""
    lived = []
    for replication in range(REPLICATIONS):
        env, site = simpy.Environment(), Site("vendor")
        env.process(make(env, site, replication))
        env.run(until=DAYS)
        lived.append(site)
    return lived


def near(found: np.ndarray, expected: float) -> None:
    """A mean within three standard errors of what it should be."""
    error = found.std(ddof=1) / np.sqrt(found.size)
    assert abs(found.mean() - expected) < 3.0 * error, (found.mean(), expected, error)


@cache
def failed(per_year: float, standing_by: float, condition: float = 1.0) -> tuple[Site, ...]:
    terms = Outage(per_year=per_year, mean_hours=4.0, duration_cv=1.0)

    def make(env: simpy.Environment, site: Site, replication: int) -> Any:
        platform = Platform(PLATFORM, standing_by, condition)
        return outages(env, terms, site, platform, key(3, replication, "hazard", "outage"))

    return tuple(sites(make))


def test_outages_come_as_often_and_last_as_long_as_their_terms_say() -> None:
    lived = failed(3.0, 0.0)
    near(np.array([float(len(site.strikes)) for site in lived]), 3.0 * DAYS / 365.25)
    near(np.array([strike.hours for site in lived for strike in site.strikes]), 4.0)


def test_the_time_to_repair_spreads_as_its_terms_say() -> None:
    hours = np.array([strike.hours for site in failed(3.0, 0.0) for strike in site.strikes])
    near(np.log(hours), np.log(4.0) - np.log(2.0) / 2.0)  # cv 1: the logarithm has variance ln 2
    near((np.log(hours) - np.log(hours).mean()) ** 2, np.log(2.0))


def test_a_platform_that_stands_by_catches_its_share_and_shortens_those() -> None:
    """With one standing by, 70 % of failures last 12 minutes at most; with two, 91 %."""
    for standing_by, share in ((1.0, 0.7), (2.0, 0.91)):
        strikes = [strike for site in failed(3.0, standing_by) for strike in site.strikes]
        near(np.array([float(strike.caught) for strike in strikes]), share)
        assert max(strike.hours for strike in strikes if strike.caught) <= 0.2 + 1e-9
        expected = share * Outage(mean_hours=4.0).mean_hours_below(0.2) + (1.0 - share) * 4.0
        near(np.array([strike.hours for strike in strikes]), expected)


def test_redundancy_moves_neither_the_moments_nor_the_luck_of_failures() -> None:
    for bare, covered in zip(failed(3.0, 0.0)[:50], failed(3.0, 1.0)[:50], strict=True):
        assert [s.day for s in bare.strikes] == [s.day for s in covered.strikes]
        for one, other in zip(bare.strikes, covered.strikes, strict=True):
            assert other.hours == (min(one.hours, 0.2) if other.caught else one.hours) or other.caught


def test_a_neglected_platform_fails_more_often() -> None:
    """Half its condition gone: 1 + (4 - 1) x 0.5 = 2.5 times as often."""
    counts = np.array([float(len(site.strikes)) for site in failed(3.0, 0.0, 0.5)])
    near(counts, 2.5 * 3.0 * DAYS / 365.25)


def test_storms_come_as_often_as_their_terms_say_and_in_their_season() -> None:
    terms = Weather(per_year=1.5, season=(0.0,) * 5 + (1.0,) * 6 + (0.5,))
    lived = sites(
        lambda env, site, replication: storms(
            env, terms, site, MONTHS, key(3, replication, "hazard", "weather")
        )
    )
    rate = 1.5 / 365.25 * np.array(terms.season)[MONTHS].sum() / np.mean(terms.season)
    near(np.array([float(len(site.strikes)) for site in lived]), rate)
    months = MONTHS[[int(strike.day) for site in lived for strike in site.strikes]]
    assert months.min() >= 5
    ratio = np.count_nonzero(months == 11) / np.count_nonzero(MONTHS == 11)
    assert ratio / (np.count_nonzero(months == 6) / np.count_nonzero(MONTHS == 6)) == pytest.approx(
        0.5, abs=0.1
    )


def test_shocks_come_as_often_and_are_as_large_as_their_terms_say() -> None:
    terms, told = Steps(per_year=2.0, mean=0.03, sd=0.05), []
    lived = sites(
        lambda env, site, replication: steps(
            env, terms, "wages", site, key(3, replication, "hazard", "shock"), told.append
        )
    )
    near(np.array([float(len(site.strikes)) for site in lived]), 2.0 * DAYS / 365.25)
    factors = np.array([strike.factor for site in lived for strike in site.strikes])
    near(factors, 1.03)
    near((factors - 1.03) ** 2, 0.05**2)
    assert told == [int(strike.day) for site in lived for strike in site.strikes]
    near(np.array([site.wages for site in lived]), np.exp(2.0 * DAYS / 365.25 * 0.03))  # compound Poisson


def test_attendance_of_a_storm_by_hand() -> None:
    """0, 50, 65 and 95 % come; of those kept away a fifth works from home. A second storm counts where it is worse."""
    site = Site("vendor")
    terms = Weather(home_share=0.2)
    weather.strike(terms, site, 10)
    assert site.present == pytest.approx({10: 0.2, 11: 0.6, 12: 0.72, 13: 0.96})
    weather.strike(terms, site, 12)
    assert site.present == pytest.approx({10: 0.2, 11: 0.6, 12: 0.2, 13: 0.6, 14: 0.72, 15: 0.96})
    assert terms.hours_lost == pytest.approx(24.0 * (0.8 + 0.4 + 0.28 + 0.04))


def test_steps_multiply() -> None:
    site = Site("vendor")
    for moved, factor in (("wages", 1.1), ("currency", 0.9), ("wages", 1.2)):
        shock.strike(site, moved, 5.0, factor)  # type: ignore[arg-type]
    assert (site.wages, site.currency) == pytest.approx((1.32, 0.9))
    assert site.price == pytest.approx(1.188)
    assert [strike.factor for strike in site.strikes] == [1.1, 0.9, 1.2]


def test_an_outage_over_midnight_closes_both_days() -> None:
    site = Site("vendor")
    terms, platform = Outage(mean_hours=6.0, duration_cv=0.0), Platform(PlatformTerms())
    outage.strike(terms, site, platform, 3.875, (0.5, 0.5, 0.5))  # 21:00 to 3:00
    assert {day: (w.start_s, w.end_s) for day, (w,) in site.down.items()} == {
        3: (75_600.0, 86_400.0), 4: (0.0, 10_800.0),
    }  # fmt: skip
    outage.strike(terms, site, platform, 4.0625, (0.5, 0.5, 0.5))  # 1:30 to 7:30: one longer outage
    assert [(w.start_s, w.end_s) for w in site.down[4]] == [(0.0, 27_000.0)]


def test_what_hits_contacts_alone_is_over_at_once() -> None:
    site = Site("vendor")
    terms = Outage(mean_hours=6.0, duration_cv=0.0, hits="contacts")
    outage.strike(terms, site, Platform(PlatformTerms()), 3.875, (0.5, 0.5, 0.5))
    assert {day: tuple(w) for day, (w,) in site.down.items()} == {3: (75_600.0, 75_600.0, False, True)}


def test_what_never_strikes_is_silent() -> None:
    env, site = simpy.Environment(), Site("vendor")
    env.process(outages(env, Outage(per_year=0.0), site, Platform(PlatformTerms()), (1, 2)))
    env.process(storms(env, Weather(per_year=0.0), site, MONTHS, (1, 2)))
    env.process(steps(env, Steps(per_year=0.0), "wages", site, (1, 2), print))
    env.run(until=DAYS)
    assert site.strikes == []


@pytest.mark.parametrize(
    ("term", "given", "said"),
    [
        (Outage, {"per_year": -1.0}, "greater than or equal to 0"),
        (Outage, {"mean_hours": 9_000.0}, "less than or equal to 8766"),
        (Outage, {"mean_hours": 0.0}, "greater than 0"),
        (Outage, {"hits": "everything"}, "'arrivals', 'contacts' or 'both'"),
        (Weather, {"attendance": (0.0, 1.5)}, "less than or equal to 1"),
        (Weather, {"attendance": ()}, "at least one day"),
        (Weather, {"season": (1.0,) * 11}, "one weight a month"),
        (Weather, {"season": (0.0,) * 12}, "not all of them 0"),
        (Weather, {"per_year": -0.5}, "greater than or equal to 0"),
        (Weather, {"home_share": 1.1}, "less than or equal to 1"),
        (Steps, {"per_year": -0.5}, "greater than or equal to 0"),
        (Steps, {"mean": -0.7}, "greater than -0.5"),
        (Shock, {}, "moves neither wages nor currency"),
        (PlatformTerms, {"redundancy": 3.0}, "less than or equal to 2"),
        (PlatformTerms, {"failover_minutes": 600_000.0}, "less than or equal to 525600"),
    ],
)
def test_what_cannot_be_is_refused(term: Any, given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        term(**given)
