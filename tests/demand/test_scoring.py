"""Scores of leads against the share of sales they were built to find; what a picked list sells, by its draws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from orm_sim.core.streams import normal_quantile
from orm_sim.demand.calendar import calendar
from orm_sim.demand.leads import LeadPlan, plan_leads
from orm_sim.demand.programme import Outbound
from orm_sim.demand.scoring import Scoring, least, reliability
from orm_sim.scenario.load import load_study
from tests.simulation.bank import STUDY

PROGRAMME = load_study(STUDY).base.programme
SHAPE = PROGRAMME.shapes.outbound
LEADS = plan_leads(PROGRAMME.outbound, SHAPE, calendar(PROGRAMME.start, 36, PROGRAMME.holidays), 3, 0)


def scoring(in_better_half: float) -> Scoring:
    return Scoring.of(told(in_better_half), SHAPE)


def told(in_better_half: float) -> Outbound:
    return PROGRAMME.outbound.model_copy(update={"sales_in_better_half": in_better_half})


def sells(leads: LeadPlan) -> np.ndarray:
    """Leads that would buy if they were reached at their first attempt."""
    return np.asarray(leads.sell < leads.conversion[leads.quality, 0])


@pytest.mark.parametrize("wanted", [0.5, 0.6, 0.79, 0.95])
def test_the_better_half_holds_the_sales_that_it_was_told_to(wanted: float) -> None:
    """Over 486,000 leads, within 4 standard errors; 0.79 is what was measured on the bank's own records."""
    score, bought = scoring(wanted).scores(LEADS), sells(LEADS)
    held = (score[bought] >= 0.0).mean()
    assert bought.sum() > 40_000
    assert abs(held - wanted) < 4 * math.sqrt(0.25 / bought.sum())


def test_a_score_is_standard_normal_over_the_list() -> None:
    """So that the quantile of a share leaves that share of the list."""
    score = scoring(0.79).scores(LEADS)
    for left in (0.1, 0.3, 0.5, 0.9):
        assert abs((score < least(left)).mean() - left) < 4 * math.sqrt(left * (1 - left) / score.size)


@pytest.mark.parametrize("left", [0.3, 0.5, 0.7])
def test_what_is_kept_sells_as_much_more_as_foresight_says(left: float) -> None:
    """Customers reached at any attempt, by their draws, within 4 standard errors of the share sold."""
    found = scoring(0.79)
    reached = LEADS.reached_at < PROGRAMME.outbound.max_attempts
    sold = np.zeros(reached.size, np.bool_)
    at = LEADS.reached_at[reached]
    sold[reached] = LEADS.sell[reached] < LEADS.conversion[LEADS.quality[reached], at]
    kept = reached & (found.scores(LEADS) >= least(left))
    ratio = sold[kept].mean() / sold[reached].mean()
    share = sold[kept].mean()
    se = math.sqrt((1 - share) / share / kept.sum()) * ratio
    assert abs(ratio - float(found.lift(left))) < 4 * se


def test_the_better_half_sells_twice_its_share_of_the_sales() -> None:
    """By hand: half of the customers, 79 % of the sales, so 1.58 times as many a customer; later attempts aside."""
    table = np.full((1, 1), 0.09)
    even = Scoring(np.ones(1), table, np.ones(1), reliability(0.79, 0.09))
    assert float(even.lift(0.5)) == pytest.approx(1.58, abs=0.003)


def test_a_perfect_score_leaves_nobody_who_buys() -> None:
    """Nine in a hundred buy: of the best half it is eighteen, of the best tenth ninety."""
    even = Scoring(np.ones(1), np.full((1, 1), 0.09), np.ones(1), 1.0 - 1e-9)
    assert even.lift(np.array([0.5, 0.9])) == pytest.approx([2.0, 10.0], rel=0.01)


def test_a_score_that_tells_nothing_picks_at_random() -> None:
    assert scoring(0.5).reliability == pytest.approx(0.0, abs=1e-9)
    assert scoring(0.5).lift(np.array([0.0, 0.3, 0.9])) == pytest.approx(1.0)


def test_nothing_is_left_at_minus_infinity() -> None:
    assert least(0.0) == -math.inf
    assert least(0.3) == normal_quantile(0.3)


def test_a_score_below_chance_is_refused() -> None:
    with pytest.raises(ValueError, match=r"greater than or equal to 0\.5"):
        Outbound.model_validate(PROGRAMME.outbound.model_dump() | {"sales_in_better_half": 0.4})
