"""Cohorts against theory: stationary output, leavers, the hiring lead time, and slots that leave whatever is signed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from orm_sim.core.streams import key
from orm_sim.vendor.workforce import Workforce, WorkforceTerms, proficiency, stationary_proficiency


def terms(**changes: float) -> WorkforceTerms:
    """Plain terms of employment."""
    given: dict[str, float] = {
        "wage_per_hour": 4.0, "on_cost": 0.3, "wage_growth_per_year": 0.06, "support_per_agent_month": 200.0,
        "seat_per_month": 250.0, "hiring_cost": 400.0, "attrition_per_year": 0.45,
    }  # fmt: skip
    return WorkforceTerms.model_validate(given | changes)


def test_proficiency_follows_its_formula() -> None:
    assert float(proficiency(12.0, 0.61, 12.0)) == pytest.approx(1 - 0.39 / math.e, abs=1e-12)


def test_stationary_proficiency_is_the_mean_of_an_established_workforce() -> None:
    """5,000 agents with stationary tenure: their mean speed lies within 3 standard errors of the closed form."""
    force = Workforce(terms(), key(1, 0, "workforce", "test"))
    force.establish(5000)
    staff = force.week(0, 0.0, 0.0, may_hire=False)
    rate = 0.45 / 52.1786
    mean = stationary_proficiency(terms(), 0.61)
    shortfall2 = 0.39**2 * rate / (rate + 2 / 12.0)
    se = math.sqrt((shortfall2 - (1 - mean) ** 2) / 5000)
    assert se < 0.003 * mean
    assert abs(staff.handle_speed - mean) < 3 * se


def test_leavers_match_the_attrition_rate() -> None:
    """4,000 agents who are not replaced: after a year e^(−rate) of them are left, within 3 standard errors."""
    force = Workforce(terms(), key(2, 0, "workforce", "test"))
    force.establish(4000)
    for week in range(52):
        force.week(week, 0.0, may_hire=False)
    stay = math.exp(-0.45 * 52 / 52.1786)
    se = math.sqrt(stay * (1 - stay) * 4000)
    assert abs(force.agents - 4000 * stay) < 3 * se


def test_hires_reach_the_floor_after_the_lead_time() -> None:
    force = Workforce(terms(attrition_per_year=0.0), key(3, 0, "workforce", "test"))
    floor = [force.week(week, 50.0).agents for week in range(10)]
    assert floor[:7] == [0] * 7
    assert floor[7] >= 48
    trainees = Workforce(terms(attrition_per_year=0.0), key(3, 0, "workforce", "test"))
    training = [trainees.week(week, 50.0).trainees for week in range(10)]
    assert training[:3] == [0, 0, 0] and training[3] >= 48 and training[7] == 0


def test_the_same_slots_leave_whatever_is_signed() -> None:
    """Two workforces of different size on one stream: the shared slots leave in the same weeks."""
    small, large = (Workforce(terms(), key(4, 0, "workforce", "test")) for _ in range(2))
    small.establish(100)
    large.establish(160)
    for week in range(30):
        small.week(week, 0.0, may_hire=False)
        large.week(week, 0.0, may_hire=False)
    np.testing.assert_array_equal(small._present, large._present[:100])


def test_a_hiring_stop_hires_nobody() -> None:
    force = Workforce(terms(), key(5, 0, "workforce", "test"))
    assert all(force.week(week, 80.0, may_hire=False).agents == 0 for week in range(12))
    assert force.coming == 0


def test_release_takes_the_last_hired() -> None:
    force = Workforce(terms(attrition_per_year=0.0), key(6, 0, "workforce", "test"))
    force.establish(10)
    force.week(0, 20.0)
    for week in range(1, 8):
        force.week(week, 20.0)
    newcomers = force.agents - 10
    assert newcomers > 0
    assert force.release(newcomers) == newcomers
    assert force.agents == 10
    assert force.release(99) == 10 and force.release(5) == 0
