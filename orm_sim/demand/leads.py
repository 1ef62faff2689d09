"""Outbound leads: who may be called and when, the dial list of a day, and what each attempt leads to.

A lead is drawn once for a replication; an attempt's fate is a function of (lead, attempt), so every option calls the
same people and meets the same answers, whoever calls them and on whichever day.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.compiled import jit
from orm_sim.core.streams import key, normal_quantiles, uniform_pair, uniforms
from orm_sim.demand.calendar import Calendar
from orm_sim.demand.programme import Outbound
from orm_sim.demand.shapes import OutboundShape

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Small = NDArray[np.int32]
Tries = NDArray[np.int8]

REACH, TALK, SALE = 0, 1, 2
NOT_REACHED, REFUSED, SOLD = 0, 1, 2
KEPT_DAYS: Final = 90
"""A sale counts as kept when it is alive on this day after funding."""


@dataclass(frozen=True, slots=True)
class LeadPlan:
    """The list of a term before anybody is called.

    Attributes
    ----------
    release_day, quality
        int64[n_leads]: first day a lead may be called (ascending), and its list quality.
    conversion
        float64[n_qualities, max_attempts]: sales per customer reached, by attempt.
    talk_log_mean, talk_log_sd
        float64[2]: lognormal of the talk time without and with a sale.
    reached_at
        int8[n_leads]: the attempt, from 0, at which the customer is reached; `max_attempts` where none does.
    sell, talk
        float64[n_leads]: what decides whether that attempt sells (a uniform) and how long it takes (a normal value).
    stream
        Key of all draws about leads.
    """

    release_day: Whole
    quality: Whole
    conversion: Floats
    talk_log_mean: Floats
    talk_log_sd: Floats
    reached_at: Tries
    sell: Floats
    talk: Floats
    stream: tuple[int, int]


def expected_attempt_s(outbound: Outbound, shape: OutboundShape) -> float:
    """Mean agent seconds of an attempt: preview and dialling, plus talk and wrap where a customer is reached."""
    rate = sum(q.share * shape.conversion.by_list_quality[q.name].value for q in outbound.list_quality)
    talk = rate * shape.talk_time.sale.mean_s.value + (1.0 - rate) * shape.talk_time.no_sale.mean_s.value
    return outbound.attempt_s + outbound.contact_rate * (talk + outbound.wrap_s)


def plan_leads(
    outbound: Outbound, shape: OutboundShape, days: Calendar, seed: int, replication: int
) -> LeadPlan:
    """Leads of every month, spread evenly over its calling days (Monday to Friday, no holidays), with their quality."""
    stream = key(seed, replication, "leads")
    calling = calling_days(days)
    release: list[Whole] = []
    for month in range(days.n_months):
        inside = np.flatnonzero(calling[days.month_starts[month] : days.month_starts[month + 1]])
        count = round(outbound.leads_per_month)
        if inside.size:
            spread = inside[(np.arange(count) * inside.size) // count] + days.month_starts[month]
            release.append(spread)
    release_day = np.concatenate(release) if release else np.empty(0, np.int64)
    u = uniforms(stream, release_day.size, 15)
    edges = np.cumsum([q.share for q in outbound.list_quality])[:-1]
    reached_at, sell, talk = _customers(
        *stream, release_day.size, outbound.contact_rate, outbound.max_attempts
    )
    return LeadPlan(
        release_day=release_day,
        quality=np.searchsorted(edges, u, side="right").astype(np.int64),
        conversion=conversion_table(outbound, shape),
        talk_log_mean=_talk_log_mean(shape),
        talk_log_sd=np.array([shape.talk_time.no_sale.log_sd.value, shape.talk_time.sale.log_sd.value]),
        reached_at=reached_at,
        sell=sell,
        talk=talk,
        stream=stream,
    )


def calling_days(days: Calendar) -> NDArray[np.bool_]:
    """Days of the term on which customers are called: Monday to Friday without holidays, bool[n_days]."""
    return np.asarray((days.weekday[: days.n_days] < 5) & ~days.holiday[: days.n_days])


def conversion_table(outbound: Outbound, shape: OutboundShape) -> Floats:
    """Sales per customer reached by quality and attempt, float64[n_qualities, max_attempts]."""
    table = np.empty((len(outbound.list_quality), outbound.max_attempts))
    for row, quality in enumerate(outbound.list_quality):
        fitted = {a.attempt: a.value for a in shape.conversion.by_attempt[quality.name]}
        last = max(fitted)
        table[row] = [fitted[min(attempt, last)] for attempt in range(1, outbound.max_attempts + 1)]
    return table


def _talk_log_mean(shape: OutboundShape) -> Floats:
    laws = (shape.talk_time.no_sale, shape.talk_time.sale)
    return np.array([math.log(law.mean_s.value) - law.log_sd.value**2 / 2.0 for law in laws])


@jit
def dial_list(
    release_day: Whole,
    fresh: int,
    queue: Small,
    queue_due: Small,
    head: int,
    tail: int,
    today: int,
    window: int,
    most: int,
    score: Floats,
    least: float,
) -> tuple[Whole, Whole, int]:
    """Leads to call today, at most `most`: follow-ups that are due, in the order they fell due, then fresh ones.

    Parameters
    ----------
    release_day
        int64[n_leads], ascending.
    fresh
        First lead never called so far.
    queue, queue_due, head, tail
        Follow-ups in the order they fall due, and the day of each.
    window
        Days after its release in which a lead may be called; older ones are passed over.
    score, least
        float64[n_leads], and the score under which leads are passed over; at -inf nobody is and no score is read.

    Returns
    -------
    leads, position
        int64[n]: the leads, and the place of each in its queue.
    n_follow_ups
        How many of them are follow-ups.
    """
    leads, position = np.empty(most, np.int64), np.empty(most, np.int64)
    all_of_it = least == -np.inf
    n = 0
    at = head
    while n < most and at < tail and queue_due[at] <= today:
        if release_day[queue[at]] + window > today and (all_of_it or score[queue[at]] >= least):
            leads[n], position[n] = queue[at], at
            n += 1
        at += 1
    n_follow_ups = n
    at = fresh
    while n < most and at < release_day.size and release_day[at] <= today:
        if release_day[at] + window > today and (all_of_it or score[at] >= least):
            leads[n], position[n] = at, at
            n += 1
        at += 1
    return leads[:n], position[:n], n_follow_ups


@jit
def _customers(
    k0: int, k1: int, n: int, contact_rate: float, max_attempts: int
) -> tuple[Tries, Floats, Floats]:
    """When each customer is reached and what decides over that contact; see `LeadPlan`.

    An attempt is only made while those before it have failed, so that one that succeeds is all there is to a lead.
    """
    reached_at, sell, talk = np.empty(n, np.int8), np.empty(n), np.empty(n)
    reach, sells = np.empty(n), np.empty(n)
    waits, n_waiting = np.arange(n), n
    for attempt in range(max_attempts):
        for i in range(n_waiting):  # a loop of nothing else, which is vectorised
            reach[i], sells[i] = uniform_pair(k0, k1, waits[i], attempt, REACH, 0)
        left = 0
        for i in range(n_waiting):
            lead = waits[i]
            reached_at[lead], sell[lead] = attempt, sells[i]
            waits[left] = lead
            left += not reach[i] < contact_rate
        n_waiting = left
    for i in range(n_waiting):
        reached_at[waits[i]] = max_attempts
    for lead in range(n):
        talk[lead], _ = uniform_pair(k0, k1, lead, reached_at[lead], TALK, 0)
    return reached_at, sell, normal_quantiles(talk)


@jit
def attempt_fates(
    leads: Whole, attempts: Tries, reached_at: Tries, sell: Floats, talk: Floats, quality: Whole, conversion: Floats,
    factor: float, attempt_s: float, wrap_s: float, speed: float, talk_log_mean: Floats, talk_log_sd: Floats,
) -> tuple[Floats, Whole]:  # fmt: skip
    """Handle time in seconds and fate of the next attempt on each lead of a dial list.

    Parameters
    ----------
    attempts
        int8[n_leads], attempts made so far; nobody is called again who has been reached.
    reached_at, sell, talk, quality, conversion, talk_log_mean, talk_log_sd
        The fields of a `LeadPlan`.
    factor
        Multiplies conversion: proficiency of those who call.
    speed
        Divides talk and wrap: proficiency in handling.

    Returns
    -------
    handle_s, fate
        float64[n], and int64[n] of `NOT_REACHED`, `REFUSED`, `SOLD`.
    """
    n = leads.size
    handle, fate = np.full(n, attempt_s), np.full(n, NOT_REACHED)
    place, n_reached = np.empty(n, np.int64), 0
    for i in range(n):
        place[n_reached] = i
        n_reached += reached_at[leads[i]] == attempts[leads[i]]
    for k in range(n_reached):
        i = place[k]
        lead = leads[i]
        sold = 1 if sell[lead] < conversion[quality[lead], attempts[lead]] * factor else 0
        fate[i] = SOLD if sold else REFUSED
        talk_s = math.exp(talk_log_mean[sold] + talk_log_sd[sold] * talk[lead])
        handle[i] += (talk_s + wrap_s) / speed
    return handle, fate


@jit
def apply_attempts(
    called: Whole,
    fate: Whole,
    attempts: Tries,
    queue: Small,
    queue_due: Small,
    tail: int,
    due: int,
    max_attempts: int,
) -> tuple[int, Whole, int]:
    """Write what the attempts made today did to their leads.

    A lead that was not reached is queued for another attempt on day `due` unless its attempts are used up.

    Returns
    -------
    reached, sold, tail
        Customers reached, the leads sold to, and the new end of the queue.
    """
    sold = np.empty(called.size, np.int64)
    n_sold = 0
    reached = 0
    for i in range(called.size):
        lead = called[i]
        attempts[lead] += 1
        failed = fate[i] == NOT_REACHED
        reached += not failed
        if tail < queue.size:
            queue[tail], queue_due[tail] = lead, due  # kept where the next one does not take its place
        tail += failed & (attempts[lead] < max_attempts)
        sold[n_sold] = lead
        n_sold += fate[i] == SOLD
    return reached, sold[:n_sold], tail


@jit
def sale_life(
    k0: int, k1: int, leads: Whole, funded_share: float, cancelled_share: float, kept_days: int
) -> Whole:
    """Life of each sale: −1 not funded, 0 kept to day 90, else the day after funding on which it is cancelled."""
    life = np.empty(leads.size, np.int64)
    for i in range(leads.size):
        funding, cancelling = uniform_pair(k0, k1, leads[i], 0, SALE, 0)
        life[i] = 0
        if funding >= funded_share:
            life[i] = -1
        elif cancelling < cancelled_share:
            life[i] = 1 + int(cancelling / cancelled_share * (kept_days - 1))
    return life


@jit
def sum_sales(life: Whole, day: int, month: Whole, kept_days: int) -> Floats:
    """What the sales of a day come to: funded, kept, and the unearned part of cancelled ones by months since funding.

    float64[6]: funded, kept to day 90, and Σ (1 − age / 90) over sales cancelled 0, 1, 2 and 3 months later.
    """
    sums = np.zeros(6)
    for i in range(life.size):
        if life[i] >= 0:
            sums[0] += 1.0
        if life[i] == 0:
            sums[1] += 1.0
        if life[i] > 0:
            sums[2 + month[day + life[i]] - month[day]] += 1.0 - life[i] / kept_days
    return sums
