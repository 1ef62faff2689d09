"""Outbound leads against their laws: reach, conversion by attempt, sale life, and the order of the dial list."""

from __future__ import annotations

import math

import numpy as np
import pytest

from orm_sim.core.streams import normal_quantile, uniform_pair
from orm_sim.demand.calendar import add_months, calendar
from orm_sim.demand.leads import (
    KEPT_DAYS,
    NOT_REACHED,
    REACH,
    REFUSED,
    SOLD,
    TALK,
    apply_attempts,
    attempt_fates,
    calling_days,
    conversion_table,
    dial_list,
    expected_attempt_s,
    plan_leads,
    sale_life,
)  # fmt: skip
from orm_sim.scenario.load import load_study
from tests.simulation.bank import STUDY

PROGRAMME = load_study(STUDY).base.programme
SHAPE = PROGRAMME.shapes.outbound
OUTBOUND = PROGRAMME.outbound
DAYS = calendar(PROGRAMME.start, 36, PROGRAMME.holidays)
LEADS = plan_leads(OUTBOUND, SHAPE, DAYS, 3, 0)
NO_SCORE = np.empty(0)


def fates(leads: np.ndarray, attempt: int) -> tuple[np.ndarray, np.ndarray]:
    """First or later attempt on some leads by proficient agents."""
    attempts = np.full(LEADS.release_day.size, attempt, np.int8)
    return attempt_fates(
        leads, attempts, LEADS.reached_at, LEADS.sell, LEADS.talk, LEADS.quality, LEADS.conversion, 1.0,
        OUTBOUND.attempt_s, OUTBOUND.wrap_s, 1.0, LEADS.talk_log_mean, LEADS.talk_log_sd,
    )  # fmt: skip


@pytest.mark.row("R047")
def test_reach_and_conversion_match_the_fitted_shares() -> None:
    """First attempts, and third ones on all who have not been reached before, within 4 standard errors by quality."""
    table = conversion_table(OUTBOUND, SHAPE)
    for attempt in (0, 2):
        leads = np.flatnonzero(LEADS.reached_at >= attempt)
        _, fate = fates(leads, attempt)
        reached = fate != NOT_REACHED
        p = OUTBOUND.contact_rate
        assert leads.size > 150_000 and abs(reached.mean() - p) < 4 * math.sqrt(p * (1 - p) / leads.size)
        for quality in range(table.shape[0]):
            among = reached & (LEADS.quality[leads] == quality)
            sold = (fate[among] == SOLD).mean()
            q = table[quality, attempt]
            assert abs(sold - q) < 4 * math.sqrt(q * (1 - q) / among.sum())


@pytest.mark.parametrize("lead", range(0, 400_000, 39_119))
def test_a_customer_is_what_the_draws_of_each_attempt_say(lead: int) -> None:
    """Attempt after attempt drawn by itself: the first that is reached, whether it sells, and how long it takes."""
    stream, limit = LEADS.stream, OUTBOUND.max_attempts
    tries = [uniform_pair(*stream, lead, attempt, REACH, 0) for attempt in range(limit)]
    reached = [attempt for attempt, (u, _) in enumerate(tries) if u < OUTBOUND.contact_rate]
    assert LEADS.reached_at[lead] == (reached[0] if reached else limit)
    if not reached:
        return
    handle, fate = fates(np.array([lead]), reached[0])
    sold = int(tries[reached[0]][1] < LEADS.conversion[LEADS.quality[lead], reached[0]])
    normal = normal_quantile(uniform_pair(*stream, lead, reached[0], TALK, 0)[0])
    talk_s = math.exp(LEADS.talk_log_mean[sold] + LEADS.talk_log_sd[sold] * normal)
    assert fate[0] == (SOLD if sold else REFUSED)
    assert handle[0] == OUTBOUND.attempt_s + (talk_s + OUTBOUND.wrap_s)


def test_mean_attempt_time_is_the_expected_one() -> None:
    handle, _ = fates(np.arange(300_000), 0)
    se = handle.std() / math.sqrt(handle.size)
    assert (
        abs(handle.mean() - expected_attempt_s(OUTBOUND, SHAPE)) < 4 * se + 1.0
    )  # first attempts convert a bit better


def test_sales_live_as_stated() -> None:
    life = sale_life(*LEADS.stream, np.arange(200_000), 0.9, 0.08, KEPT_DAYS)
    n = life.size
    assert abs((life >= 0).mean() - 0.9) < 4 * math.sqrt(0.09 / n)
    funded = life[life >= 0]
    assert abs((funded > 0).mean() - 0.08) < 4 * math.sqrt(0.08 * 0.92 / funded.size)
    assert funded.max() < KEPT_DAYS
    ages = funded[funded > 0]
    assert abs(ages.mean() - 45.0) < 4 * 26 / math.sqrt(ages.size)


def test_list_takes_due_follow_ups_first_then_fresh_leads() -> None:
    release = np.array([0, 0, 0, 1, 1, 9])
    queue, due = np.array([1, 0, 2, 0, 0, 0]), np.array([2, 3, 5, 0, 0, 0])
    leads, position, follow_ups = dial_list(release, 3, queue, due, 0, 3, 3, 30, 10, NO_SCORE, -np.inf)
    assert leads.tolist() == [1, 0, 3, 4] and follow_ups == 2
    assert position.tolist() == [0, 1, 3, 4]
    late, _, _ = dial_list(release, 3, queue, due, 0, 3, 40, 30, 10, NO_SCORE, -np.inf)
    assert late.tolist() == []


def test_a_lead_is_closed_when_reached_or_used_up() -> None:
    attempts, queue, due = np.array([0, 5, 0]), np.empty(9, np.int64), np.empty(9, np.int64)
    reached, sold, tail = apply_attempts(
        np.array([0, 1, 2]), np.array([0, 0, 2]), attempts, queue, due, 0, 7, 6
    )
    assert (reached, sold.tolist(), tail) == (1, [2], 1)
    assert queue[0] == 0 and due[0] == 7 and attempts.tolist() == [1, 6, 1]


def test_leads_come_every_calling_day_of_their_month() -> None:
    calling = calling_days(DAYS)
    assert calling[LEADS.release_day].all()
    assert LEADS.release_day.size == 36 * round(OUTBOUND.leads_per_month)
    assert np.all(np.diff(LEADS.release_day) >= 0)


def test_calendar_counts_real_months() -> None:
    assert DAYS.n_days == (add_months(PROGRAMME.start, 36) - PROGRAMME.start).days == 1096
    assert DAYS.weekday[0] == PROGRAMME.start.weekday()
    assert DAYS.month_starts[:4].tolist() == [0, 31, 59, 90]
    assert DAYS.end_day == (add_months(PROGRAMME.start, 42) - PROGRAMME.start).days
