"""A day of a pool in one compiled call: who comes back or is dialled, the queue, and what follows from it.

The steps are those of `orm_sim.simulation.pools`, by the same functions and to the same bit. Between steps called one
by one, each array that is handed over costs the interpreter a microsecond, and a day hands over some forty.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.kernel import Left, block
from orm_sim.centre.outcome import ANSWERED
from orm_sim.centre.plan import DAY_S, INTERVAL_S, Floats, Whole
from orm_sim.core.compiled import jit
from orm_sim.demand.contacts import draw_comebacks
from orm_sim.demand.inbound import Laws
from orm_sim.demand.leads import (
    KEPT_DAYS,
    Small,
    Tries,
    apply_attempts,
    attempt_fates,
    dial_list,
    sale_life,
    sum_sales,
)
from orm_sim.simulation.fates import aftermath, merge_contacts

_LEAF: Final = 128


class Aftermath(NamedTuple):
    """The arguments of `aftermath` that hold for the whole term, and the threshold of the service level."""

    threshold_s: float
    return_share: float
    return_days: int
    survey_share: float
    satisfied_resolved: float
    loss_unresolved: float
    loss_per_minute: float


class Dialling(NamedTuple):
    """The arguments of an outbound day that hold for the whole term; see `orm_sim.demand.leads`."""

    k0: int
    k1: int
    release_day: Whole
    quality: Whole
    conversion: Floats
    talk_log_mean: Floats
    talk_log_sd: Floats
    window_days: int
    retry_days: int
    max_attempts: int
    contact_rate: float
    attempt_s: float
    wrap_s: float
    opens_s: float
    funded_share: float


@jit
def inbound_day(
    laws: Laws, after: Aftermath, due: Whole, rates: Floats, arrival_s: Floats, handle_s: Floats, patience_s: Floats,
    ref: Whole, factor: float, staffed: Whole, fcr: float, waiting_arrival_s: Floats, waiting_handle_s: Floats,
    waiting_deadline_s: Floats, waiting_ref: Whole, busy_end_s: Floats,
) -> tuple[Floats, Whole, Whole, Left]:  # fmt: skip
    """All contacts of a day handled by one operator.

    Parameters
    ----------
    due
        int64[n], identities of those who come back.
    rates
        float64[48], the day's rates over all types.
    arrival_s, handle_s, patience_s, ref
        First contacts of the day.
    factor
        Multiplies handle times.
    waiting_arrival_s, waiting_handle_s, waiting_deadline_s, waiting_ref, busy_end_s
        The fields of a `Carry`.

    Returns
    -------
    sums, refs, ends
        As `aftermath` gives them.
    left
        The fields of the `Carry` for the next day.
    """
    back = draw_comebacks(
        laws.k0, laws.k1, due, rates, INTERVAL_S, laws.log_mean, laws.log_sd, laws.short_share, laws.until_s,
        laws.per_s,
    )  # fmt: skip
    arrival, handle, patience, name = merge_contacts(
        arrival_s, handle_s, patience_s, ref, back[0], back[1], back[2], back[3], factor
    )
    decided, busy_s, logged_s, left = block(
        arrival, handle, patience, name, staffed, INTERVAL_S, after.threshold_s, DAY_S, waiting_arrival_s,
        waiting_handle_s, waiting_deadline_s, waiting_ref, busy_end_s,
    )  # fmt: skip
    counts, waits_s, lived, state, wait, start, end = decided
    sums, refs, ends = aftermath(
        laws.k0, laws.k1, lived, state, wait, start, end, counts, waits_s, busy_s, logged_s, fcr,
        after.return_share, after.return_days, after.survey_share, after.satisfied_resolved, after.loss_unresolved,
        after.loss_per_minute,
    )  # fmt: skip
    return sums, refs, ends, left


@jit
def outbound_day(
    terms: Dialling, attempts: Tries, queue: Small, queue_due: Small, head: int, tail: int, fresh: int, day: int,
    month: Whole, staffed: Whole, handle_factor: float, conversion_factor: float, cancelled: float, most: int,
    busy_end_s: Floats,
) -> tuple[Floats, Floats, int, int, int]:  # fmt: skip
    """One operator's calls of a day; writes attempts and follow-ups where they stand.

    Parameters
    ----------
    attempts, queue, queue_due, head, tail, fresh
        The list as it stands; see `dial_list`.
    cancelled
        Share of the day's sales that are cancelled by day 90.
    most
        Attempts after which the list is cut; it is cut later where callers come to its end.
    busy_end_s
        When the calls carried over midnight end.

    Returns
    -------
    values
        float64[12]: attempts, reached, sales, handle time, busy and staffed seconds, and `sum_sales`.
    busy_end_s, head, tail, fresh
        As they stand after the day.
    """
    nobody, nothing = np.empty(0, np.int64), np.empty(0)
    while True:
        called, position, n_follow_ups = dial_list(
            terms.release_day, fresh, queue, queue_due, head, tail, day, terms.window_days, most
        )
        handle, fate = attempt_fates(
            terms.k0, terms.k1, called, attempts, terms.quality, terms.conversion, conversion_factor,
            terms.contact_rate, terms.attempt_s, terms.wrap_s, 1.0 / handle_factor, terms.talk_log_mean,
            terms.talk_log_sd,
        )  # fmt: skip
        decided, busy_s, logged_s, left = block(
            np.full(called.size, terms.opens_s), handle, np.full(called.size, np.inf), nobody, staffed,
            INTERVAL_S, 0.0, DAY_S, nothing, nothing, nothing, nobody, busy_end_s,
        )  # fmt: skip
        made = 0
        for state in decided[3]:
            made += state == ANSWERED
        if made < most or most == 0:
            break
        most *= 2  # calls were short today: callers ran out of a list that had been cut
    if made > 0:  # calls are made in the order of the list, so those made are its beginning
        if n_follow_ups > 0:
            head = position[min(made, n_follow_ups) - 1] + 1
        if made > n_follow_ups:
            fresh = position[made - 1] + 1
    values = np.empty(12)
    values[0], values[3] = made, in_pairs(handle[:made])
    values[4], values[5] = in_pairs(busy_s), in_pairs(logged_s)
    reached, sold, tail = apply_attempts(
        called[:made],
        fate[:made],
        attempts,
        queue,
        queue_due,
        tail,
        day + terms.retry_days,
        terms.max_attempts,
    )
    values[1], values[2] = reached, sold.size
    life = sale_life(terms.k0, terms.k1, sold, terms.funded_share, cancelled, KEPT_DAYS)
    values[6:] = sum_sales(life, day, month, KEPT_DAYS)
    return values, left[4], head, tail, fresh


@jit
def in_pairs(values: NDArray[np.float64]) -> float:
    """The sum of numbers, added in the order in which numpy adds them.

    Eight sums abreast up to 128 numbers, halves beyond.
    """
    n = values.size
    if n > _LEAF:
        half = n // 2
        half -= half % 8
        return in_pairs(values[:half]) + in_pairs(values[half:])
    total = 0.0
    whole = n - n % 8
    if whole > 0:
        s = values[:8].copy()
        for i in range(8, whole, 8):
            for j in range(8):
                s[j] += values[i + j]
        total = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]))
    for i in range(whole, n):
        total += values[i]
    return total
