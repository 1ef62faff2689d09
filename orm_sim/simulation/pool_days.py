"""Days of a pool in one compiled call: who comes back or is dialled, the queue, and what follows from it.

The steps are those of the pools, by the same functions and to the same bit. Between steps called one
by one, each array that is handed over costs the interpreter a microsecond, and a day hands over some forty.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.kernel import Left, block, work_off
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
    reached_at: Tries
    sell: Floats
    talk: Floats
    window_days: int
    retry_days: int
    max_attempts: int
    attempt_s: float
    wrap_s: float
    opens_s: float
    funded_share: float
    mean_s: float
    month: Whole
    score: Floats


@jit
def inbound_days(
    laws: Laws, after: Aftermath, first_day: int, all_rates: Floats, arrival_s: Floats, handle_s: Floats,
    patience_s: Floats, ref: Whole, ends: Whole, factor: Floats, staffed: Whole, fcr: Floats, due: Whole, n_due: Whole,
    waiting_arrival_s: Floats, waiting_handle_s: Floats, waiting_deadline_s: Floats, waiting_ref: Whole,
    busy_end_s: Floats,
) -> tuple[Floats, Whole, Whole, Left]:  # fmt: skip
    """All contacts of a stretch of days handled by one operator.

    Parameters
    ----------
    first_day
        Days since contract start.
    all_rates
        float64[n_days of the term, 48], the rates over all types.
    arrival_s, handle_s, patience_s, ref, ends
        First contacts of the days, one day after the other; those of day d of the stretch are ends[d] to ends[d + 1].
    factor, staffed, fcr
        By day: what multiplies handle times, int64[n_days, 48] agents on duty, and the chance of being resolved.
    due, n_due
        int64[return_days + 1, room] and int64[return_days + 1]: identities of those who come back on a day, in the row
        of its number modulo the rows, and how many they are.
    waiting_arrival_s, waiting_handle_s, waiting_deadline_s, waiting_ref, busy_end_s
        The fields of a `Carry`.

    Returns
    -------
    sums
        float64[n_days, 17]: what `aftermath` sums up, nothing on a day without contacts.
    due, n_due
        As they stand after the last day.
    left
        The fields of the `Carry` for the next day.
    """
    days = ends.size - 1
    sums = np.zeros((days, 17))
    left = (waiting_arrival_s, waiting_handle_s, waiting_deadline_s, waiting_ref, busy_end_s)
    for d in range(days):
        row = (first_day + d) % n_due.size
        begin, end = ends[d], ends[d + 1]
        back = due[row, : n_due[row]]
        if begin == end and back.size == 0 and left[0].size == 0 and left[4].size == 0:
            continue
        sums[d], refs, borders, left = _inbound_day(
            laws, after, back, all_rates[first_day + d], arrival_s[begin:end], handle_s[begin:end],
            patience_s[begin:end], ref[begin:end], factor[d], staffed[d], fcr[d], left,
        )  # fmt: skip
        n_due[row] = 0
        due = _note(due, n_due, first_day + d, refs, borders)
    return sums, due, n_due, left


@jit
def _inbound_day(
    laws: Laws, after: Aftermath, due: Whole, rates: Floats, arrival_s: Floats, handle_s: Floats, patience_s: Floats,
    ref: Whole, factor: float, staffed: Whole, fcr: float, carried: Left,
) -> tuple[Floats, Whole, Whole, Left]:  # fmt: skip
    """One day: sums, those who come back and the borders of their days as `aftermath` gives them, and what is left."""
    back = draw_comebacks(
        laws.k0, laws.k1, due, rates, INTERVAL_S, laws.log_mean, laws.log_sd, laws.short_share, laws.until_s,
        laws.per_s,
    )  # fmt: skip
    arrival, handle, patience, name = merge_contacts(
        arrival_s, handle_s, patience_s, ref, back[0], back[1], back[2], back[3], factor
    )
    decided, busy_s, logged_s, left = block(
        arrival, handle, patience, name, staffed, INTERVAL_S, after.threshold_s, DAY_S, carried[0], carried[1],
        carried[2], carried[3], carried[4],
    )  # fmt: skip
    counts, waits_s, lived, state, wait, start, end = decided
    sums, refs, borders = aftermath(
        laws.k0, laws.k1, lived, state, wait, start, end, counts, waits_s, busy_s, logged_s, fcr,
        after.return_share, after.return_days, after.survey_share, after.satisfied_resolved, after.loss_unresolved,
        after.loss_per_minute,
    )  # fmt: skip
    return sums, refs, borders, left


@jit
def _note(due: Whole, n_due: Whole, day: int, refs: Whole, borders: Whole) -> Whole:
    """Note who comes back on which of the next days; `due`, or a wider copy where it has no room left."""
    rows = n_due.size
    most = 0
    for later in range(1, borders.size):
        most = max(most, n_due[(day + later) % rows] + borders[later] - borders[later - 1])
    if most > due.shape[1]:
        wider = np.empty((rows, 2 * most), np.int64)
        wider[:, : due.shape[1]] = due
        due = wider
    for later in range(1, borders.size):
        row = (day + later) % rows
        for i in range(borders[later - 1], borders[later]):
            due[row, n_due[row]] = refs[i]
            n_due[row] += 1
    return due


@jit
def outbound_days(
    terms: Dialling, attempts: Tries, queue: Small, queue_due: Small, head: int, tail: int, fresh: int, day: Whole,
    caller: Whole, staffed: Whole, handle_factor: Floats, conversion_factor: Floats, cancelled: Floats, least: Floats,
    busy_end_0: Floats, busy_end_1: Floats,
) -> tuple[Floats, Floats, Floats, int, int, int]:  # fmt: skip
    """Calls of a stretch of days, by one or two operators; writes attempts and follow-ups where they stand.

    Parameters
    ----------
    attempts, queue, queue_due, head, tail, fresh
        The list as it stands; see `dial_list`.
    day, caller
        int64[n]: day and operator (0 or 1) of each turn, in the order in which they call.
    staffed, handle_factor, conversion_factor
        By turn.
    cancelled
        By turn, the share of the day's sales that are cancelled by day 90.
    least
        By turn, the score under which leads are left.
    busy_end_0, busy_end_1
        When the calls that each operator has carried over midnight end.

    Returns
    -------
    values
        float64[n, 12]: attempts, reached, sales, handle time, busy and staffed seconds, and `sum_sales`; nothing
        where an operator has nobody on duty and has carried no call over midnight.
    busy_end_0, busy_end_1, head, tail, fresh
        As they stand after the last turn.
    """
    values = np.zeros((day.size, 12))
    for turn in range(day.size):
        carried = busy_end_0 if caller[turn] == 0 else busy_end_1
        if carried.size == 0 and staffed[turn].sum() == 0:
            continue
        values[turn], left, head, tail, fresh = _outbound_day(
            terms, attempts, queue, queue_due, head, tail, fresh, day[turn], staffed[turn], handle_factor[turn],
            conversion_factor[turn], cancelled[turn], least[turn], carried,
        )  # fmt: skip
        if caller[turn] == 0:
            busy_end_0 = left
        else:
            busy_end_1 = left
    return values, busy_end_0, busy_end_1, head, tail, fresh


@jit
def _outbound_day(
    terms: Dialling, attempts: Tries, queue: Small, queue_due: Small, head: int, tail: int, fresh: int, day: int,
    staffed: Whole, handle_factor: float, conversion_factor: float, cancelled: float, least: float, busy_end_s: Floats,
) -> tuple[Floats, Floats, int, int, int]:  # fmt: skip
    """One operator's calls of a day: what they come to, the calls carried over midnight, and the list's new ends."""
    most = attempts_at_most(staffed, terms.mean_s, handle_factor)
    while True:
        called, position, n_follow_ups = dial_list(
            terms.release_day,
            fresh,
            queue,
            queue_due,
            head,
            tail,
            day,
            terms.window_days,
            most,
            terms.score,
            least,
        )
        handle, fate = attempt_fates(
            called, attempts, terms.reached_at, terms.sell, terms.talk, terms.quality, terms.conversion,
            conversion_factor, terms.attempt_s, terms.wrap_s, 1.0 / handle_factor, terms.talk_log_mean,
            terms.talk_log_sd,
        )  # fmt: skip
        made, busy_s, logged_s, left = work_off(handle, staffed, terms.opens_s, INTERVAL_S, DAY_S, busy_end_s)
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
    values[6:] = sum_sales(life, day, terms.month, KEPT_DAYS)
    return values, left, head, tail, fresh


@jit
def attempts_at_most(staffed: Whole, mean_s: float, handle_factor: float) -> int:
    """Attempts after which a day's list is cut; it is cut later where callers come to its end."""
    on_duty = staffed.sum()
    return int(on_duty * 1800.0 / mean_s / handle_factor * 1.06) + 60 if on_duty else 0


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
