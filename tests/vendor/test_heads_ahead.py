"""People ahead against people lived: mean heads and newness of many workforces, week by week, under the same plan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from orm_sim.core.streams import key
from orm_sim.core.units import DAYS_PER_MONTH
from orm_sim.vendor.decision.futures import Doubts, futures
from orm_sim.vendor.decision.heads_ahead import Heads, people_ahead
from orm_sim.vendor.decision.outlook import Floor, Outlook
from orm_sim.vendor.levers import STANDARD, Plan, plans_of
from orm_sim.vendor.people import CONTENT, People
from orm_sim.vendor.workforce import Workforce, WorkforceTerms

SURE = Doubts(volume=0.0, handle_time=0.0, conversion=0.0, attrition=0.0, service=0.0)
PEOPLE = People()
MONTHS, REPLICATIONS = 12, 300


def terms(**changes: Any) -> WorkforceTerms:
    given = {
        "wage_per_hour": 4.0, "on_cost": 0.3, "wage_growth_per_year": 0.0, "support_per_agent_month": 200.0,
        "seat_per_month": 250.0, "hiring_cost": 400.0, "attrition_per_year": 0.6,
    }  # fmt: skip
    return WorkforceTerms.model_validate(given | changes)


def outlook(at: WorkforceTerms, people: People = PEOPLE) -> Outlook:
    return Outlook(None, None, {}, at, people, np.ones(MONTHS), 0.0, 0.0, np.ones(MONTHS))


def lived(at: WorkforceTerms, agents: int, wanted: float, premium: float, training: float) -> np.ndarray:
    """float64[4, n_replications, n_months]: mean heads, newness, trainees and hires of each month."""
    found = np.zeros((4, REPLICATIONS, MONTHS))
    weeks = round(MONTHS * DAYS_PER_MONTH / 7.0)
    month = np.minimum((np.arange(weeks) * 7.0 + 3.5) / DAYS_PER_MONTH, MONTHS - 1).astype(int)
    each = np.bincount(month, minlength=MONTHS)
    for i in range(REPLICATIONS):
        force = Workforce(at, key(5, i, "workforce", "ahead"))
        force.train(training, float(PEOPLE.head_start(training, at.training_weeks)))
        force.recruit(float(PEOPLE.recruiting_by_pay(premium)))
        force.establish(agents)
        force.week(0, 0.0, 0.0, may_hire=False)
        for week in range(weeks):
            staff = force.week(week + 1, wanted, float(PEOPLE.leaving(premium, CONTENT)))
            values = staff.agents, force.newness(week + 1), staff.trainees
            found[:3, i, month[week]] += np.array(values) / each[month[week]]
            found[3, i, month[week]] += staff.hires
    return found


def foreseen(at: WorkforceTerms, agents: int, wanted: float, premium: float, training: float) -> np.ndarray:
    force = Workforce(at, key(5, 0, "workforce", "ahead"))
    force.establish(20_000)
    newness = force.newness(0) if agents else 1.0
    floor = Floor(float(agents), newness, np.zeros(MONTHS), CONTENT)
    plan = STANDARD._replace(wage_premium=premium, training=training)
    ahead = heads(at, floor, plan, wanted)
    return np.array(
        [each.mean(axis=(1, 2)) for each in (ahead.agents, ahead.newness, ahead.trainees, ahead.hires)]
    )


def heads(at: WorkforceTerms, floor: Floor, plan: Plan, wanted: float) -> Heads:
    """Months of a channel that wants so many agents in each."""
    hours = np.full(MONTHS, wanted * at.on_duty_hours_per_agent_week)
    return people_ahead(outlook(at), floor, plans_of(plan), futures(SURE, MONTHS), hours)


@pytest.mark.parametrize(
    ("agents", "wanted", "premium", "training", "changes"),
    [
        (50, 50.0, 0.0, 1.0, {}),
        (50, 50.0, -0.05, 0.5, {}),
        (50, 50.0, 0.10, 2.0, {"attrition_per_year": 1.0}),
        (40, 60.0, 0.0, 1.0, {}),
        (60, 40.0, 0.0, 1.0, {}),
        (50, 50.0, 0.0, 1.0, {"recruit_weeks": 0, "training_weeks": 1}),
    ],
    ids=["steady", "cheap", "dear", "growing", "shrinking", "quick"],
)
def test_mean_heads_and_proficiency_of_the_year_are_those_lived(
    agents: int, wanted: float, premium: float, training: float, changes: dict[str, Any]
) -> None:
    """Over months 3 to 12: heads and speed within 2 % or 3 standard errors, hires within 10 % or a fifth of a head."""
    at = terms(**changes)
    real, ahead = (f(at, agents, wanted, premium, training) for f in (lived, foreseen))
    for row, relative in ((0, 0.02), (1, None)):
        sample = real[row, :, 2:].mean(axis=1)
        if relative is None:  # speed: 1 - 0.39 newness
            sample, mean = 1.0 - 0.39 * sample, 1.0 - 0.39 * ahead[row, 2:].mean()
        else:
            mean = ahead[row, 2:].mean()
        se = sample.std(ddof=1) / np.sqrt(REPLICATIONS)
        assert se < 0.004 * sample.mean()
        assert abs(mean - sample.mean()) < max(3.0 * se, 0.02 * sample.mean())
    hires = real[3, :, 2:].sum(axis=1).mean()
    assert abs(ahead[3, 2:].sum() - hires) < max(0.10 * hires, 0.2)


def test_an_empty_floor_fills_when_the_lead_time_is_over() -> None:
    """7 weeks are 1.6 months; a gap of today is foreseen as one of the month, so that newness lags by half of it."""
    at = terms(attrition_per_year=0.0)
    real, ahead = lived(at, 0, 50.0, 0.0, 1.0).mean(axis=1), foreseen(at, 0, 50.0, 0.0, 1.0)
    assert real[0, 0] == ahead[0, 0] == 0.0
    assert ahead[0, 3:] == pytest.approx(real[0, 3:], rel=0.02)
    assert ahead[1, 3:] == pytest.approx(real[1, 3:], abs=0.10)
    assert ahead[2].sum() == pytest.approx(real[2].sum(), rel=0.08)


def test_people_already_coming_are_not_sought_again_and_are_trained_to_the_end() -> None:
    at = terms(attrition_per_year=0.0)
    coming = np.zeros(MONTHS)
    coming[1] = 10.0
    ahead = heads(at, Floor(40.0, 0.1, coming, CONTENT), STANDARD, 49.5)
    assert ahead.hires[:3].max(axis=(1, 2)).sum() == pytest.approx(0.0, abs=1e-9)
    assert ahead.agents[2].min() == pytest.approx(50.0)
    assert ahead.trainees[0].mean() == pytest.approx(10.0 * 4 * 7 / DAYS_PER_MONTH)


def test_without_a_lead_time_whoever_is_wanted_is_there_at_once() -> None:
    """None to begin with, 50 wanted: 50.5 on the floor in the first month, and as many in every other."""
    at = terms(attrition_per_year=0.0, recruit_weeks=0, training_weeks=0)
    ahead = foreseen(at, 0, 50.0, 0.0, 1.0)
    assert ahead[0] == pytest.approx(np.full(MONTHS, 50.5))
    assert ahead[2].sum() == 0.0 and ahead[3].sum() == pytest.approx(50.5)
    real = lived(at, 0, 50.0, 0.0, 1.0).mean(axis=1)
    assert ahead[0, 1:] == pytest.approx(real[0, 1:], rel=0.02)


def test_nobody_is_sought_where_nobody_is_wanted() -> None:
    rows = foreseen(terms(attrition_per_year=0.0), 0, 0.0, 0.0, 1.0)
    assert np.all(rows[[0, 2, 3]] == 0.0)
