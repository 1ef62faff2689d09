"""The platform: what stands by catches failures, upkeep left out wears it, and a planner expects what is simulated."""

from __future__ import annotations

import numpy as np
import pytest

from orm_sim.risk.outage import Outage, hours_caught
from orm_sim.vendor.platform import OutageAhead, Platform, PlatformTerms


@pytest.mark.row("R136")
def test_each_platform_that_stands_by_has_its_chance() -> None:
    terms = PlatformTerms(failover_works=0.8)
    assert terms.takes_over(np.array([0.0, 0.5, 1.0, 2.0, 5.0])) == pytest.approx(
        [0.0, 1.0 - 0.2**0.5, 0.8, 0.96, 0.96]
    )


def test_condition_decays_without_upkeep_and_comes_back_with_it() -> None:
    """A quarter lost a month: 0.75, 0.5625; then half of the gap made good: 0.78125."""
    platform = Platform(PlatformTerms(decay_per_month=0.25, repair_per_month=0.5, failures_when_ruined=5.0))
    platform.month_end(funded=True)
    assert (platform.condition, platform.wear) == (1.0, 1.0)
    platform.month_end(funded=False)
    platform.month_end(funded=False)
    assert platform.condition == pytest.approx(0.5625)
    assert platform.wear == pytest.approx(1.0 + 4.0 * 0.4375)
    platform.month_end(funded=True)
    assert platform.condition == pytest.approx(0.78125)


def test_what_a_planner_expects_of_outages_by_hand() -> None:
    """Three a year of 4 h: 12 h of 8,766; one standing by that works four times in five: 0.8 t + 0.2 x 4 h each."""
    terms, platform = (
        Outage(per_year=3.0, mean_hours=4.0),
        PlatformTerms(failover_works=0.8, failover_minutes=10.0),
    )
    ahead = OutageAhead(3.0 / 12.0, terms.mean_hours, hours_caught(terms, platform), platform)
    down = ahead.down(np.array([0.0, 1.0, 2.0]))
    caught = terms.mean_hours_below(1.0 / 6.0)
    assert 0.16 < caught <= 1.0 / 6.0
    assert down[0] == pytest.approx(12.0 / 8_766.0)
    assert down[1] == pytest.approx(3.0 * (0.8 * caught + 0.2 * 4.0) / 8_766.0)
    assert down[0] > down[1] > down[2] > 0.0


@pytest.mark.parametrize("most", [0.1, 1.0, 4.0, 30.0])
def test_the_mean_of_a_shortened_repair_is_that_of_its_draws(most: float) -> None:
    terms = Outage(mean_hours=4.0, duration_cv=1.5)
    u = (np.arange(20_000) + 0.5) / 20_000
    drawn = np.array([terms.hours(float(each)) for each in u])
    assert np.minimum(drawn, most).mean() == pytest.approx(terms.mean_hours_below(most), rel=1e-3)
