"""Compiled aftermath of inbound contacts: resolved or not, surveyed, payable, and when the unresolved come back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orm_sim.centre.outcome import ANSWERED
from orm_sim.core.compiled import jit
from orm_sim.demand.contacts import (
    COMEBACK,
    FATE,
    INDEX_BITS,
    MAX_ATTEMPT,
    SHORT_BELOW_S,
    draw,
    draw_all,
    unpack,
)

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

FIELDS = (
    "offered",
    "answered",
    "answered_within",
    "abandoned",
    "wait_answered_s",
    "wait_all_s",
    "busy_s",
    "staffed_s",
    "handled_s", "payable_contacts", "payable_handled_s", "short_contacts", "repeat_contacts",
    "resolved", "unresolved", "surveyed", "satisfied",
)  # fmt: skip
"""Order of the sums that `aftermath` returns; each is a counter of the KPI dictionary."""


@jit
def aftermath(
    k0: int, k1: int, ref: Whole, state: NDArray[np.int8], wait_s: Floats, start_s: Floats, end_s: Floats,
    counts: Whole, waits_s: Floats, busy_s: Floats, staffed_s: Floats,
    fcr: float, return_share: float, return_days: int,
    survey_share: float, satisfied_resolved: float, loss_unresolved: float, loss_per_minute: float,
) -> tuple[Floats, Whole, Whole]:  # fmt: skip
    """What the contacts decided in a day add to the counters, and the contacts that will come back.

    Parameters
    ----------
    ref, state, wait_s, start_s, end_s, counts, waits_s, busy_s, staffed_s
        The fields of a `DayOutcome`.
    fcr
        Chance that an answered contact is resolved, by those who answer this week.
    return_share, return_days
        Unresolved contacts that come back, evenly over so many days from tomorrow.
    survey_share, satisfied_resolved, loss_unresolved, loss_per_minute
        The survey and the chance that a customer surveyed is satisfied.

    Returns
    -------
    sums
        float64[len(FIELDS)].
    refs, ends
        int64[n_comebacks]: identities of those who come back, their attempt raised by one, in order of the day; and
        int64[return_days + 1]: where each day's end among them, those of d days from now being ends[d-1] to ends[d].
    """
    sums = np.zeros(17)
    for i in range(3):
        sums[1 + i] = counts[1 + i].sum()
    sums[0] = sums[1] + sums[3]
    sums[4], sums[5], sums[6], sums[7] = waits_s[0].sum(), waits_s[1].sum(), busy_s.sum(), staffed_s.sum()
    settles, surveys = draw_all(k0, k1, ref, FATE)
    again, n_again = np.empty(ref.size, np.int64), 0
    until = fcr + (1.0 - fcr) * return_share
    handled, payable = 0.0, 0.0
    n_answered, short, repeat, first, n_resolved, surveyed, satisfied = 0, 0, 0, 0, 0, 0, 0
    for i in range(ref.size):  # without a branch: nobody could guess one
        answered = state[i] == ANSWERED
        n_answered += answered
        handle = end_s[i] - start_s[i]
        is_short = handle < SHORT_BELOW_S
        _, _, attempt, _ = unpack(ref[i])
        is_first = attempt == 0
        handled += handle if answered else 0.0
        payable += handle if answered & is_first & (not is_short) else 0.0
        short += answered & is_short
        repeat += answered & (not is_first)
        first += answered & is_first & (not is_short)
        settle, survey = settles[i], surveys[i]
        is_resolved = settle < fcr
        n_resolved += answered & is_resolved
        again[n_again] = ref[i]
        n_again += answered & (not is_resolved) & (attempt < MAX_ATTEMPT) & (settle < until)
        chance = satisfied_resolved - loss_per_minute * wait_s[i] / 60.0
        chance -= 0.0 if is_resolved else loss_unresolved
        asked = answered & (survey < survey_share)
        surveyed += asked
        satisfied += asked & (survey < survey_share * chance)
    sums[8], sums[9], sums[10], sums[11], sums[12] = handled, first, payable, short, repeat
    sums[13], sums[14], sums[15], sums[16] = n_resolved, n_answered - n_resolved, surveyed, satisfied
    again = again[:n_again]
    when, _ = draw_all(k0, k1, again, COMEBACK)
    after = np.empty(n_again, np.int64)
    for i in range(n_again):
        after[i] = 1 + int(when[i] * return_days)
        again[i] += 1 << INDEX_BITS
    refs, ends = _by_day(after, again, return_days)
    return sums, refs, ends


@jit
def _by_day(after: Whole, again: Whole, return_days: int) -> tuple[Whole, Whole]:
    """Identities sorted by the day they come back, in their order within it, and where each day's end among them."""
    ends = np.zeros(return_days + 1, np.int64)
    for day in after:
        ends[day] += 1
    for day in range(1, return_days + 1):
        ends[day] += ends[day - 1]
    place = ends[:-1].copy()
    refs = np.empty(again.size, np.int64)
    for i in range(again.size):
        refs[place[after[i] - 1]] = again[i]
        place[after[i] - 1] += 1
    return refs, ends


@jit
def take_share(
    k0: int,
    k1: int,
    arrival: Floats,
    handle: Floats,
    patience: Floats,
    ref: Whole,
    low: float,
    high: float,
    factor: float,
) -> tuple[Floats, Floats, Floats, Whole]:
    """Contacts whose lot falls in [low, high), with their handle time multiplied by a factor.

    The lot belongs to the customer, not to the attempt, so that whoever calls back reaches the same operator.
    """
    n = ref.size
    kept_arrival, kept_handle, kept_patience = np.empty(n), np.empty(n), np.empty(n)
    kept_ref = np.empty(n, np.int64)
    m = 0
    for i in range(n):
        root = ref[i] & ~(MAX_ATTEMPT << INDEX_BITS)
        _, lot = draw(k0, k1, root, COMEBACK)
        if low <= lot < high:
            kept_arrival[m], kept_handle[m], kept_patience[m] = arrival[i], handle[i] * factor, patience[i]
            kept_ref[m] = ref[i]
            m += 1
    return kept_arrival[:m], kept_handle[:m], kept_patience[:m], kept_ref[:m]


@jit
def merge_contacts(
    arrival_a: Floats, handle_a: Floats, patience_a: Floats, ref_a: Whole,
    arrival_b: Floats, handle_b: Floats, patience_b: Floats, ref_b: Whole, factor: float,
) -> tuple[Floats, Floats, Floats, Whole]:  # fmt: skip
    """Two lists sorted by arrival as one, handle times multiplied by a factor; ties take the first list first."""
    n, n_b = ref_a.size + ref_b.size, ref_b.size
    arrival, handle, patience = np.empty(n), np.empty(n), np.empty(n)
    ref = np.empty(n, np.int64)
    place, i = np.empty(n, np.int64), 0  # of the first list's contacts, then of the second's
    first, second = place[: ref_a.size], place[ref_a.size :]
    for j in range(n_b):
        while i < first.size and arrival_a[i] <= arrival_b[j]:
            first[i] = i + j
            i += 1
        second[j] = i + j
    for k in range(i, first.size):
        first[k] = k + n_b
    for i in range(first.size):
        k = first[i]
        arrival[k], handle[k], patience[k], ref[k] = (
            arrival_a[i],
            handle_a[i] * factor,
            patience_a[i],
            ref_a[i],
        )
    for j in range(n_b):
        k = second[j]
        arrival[k], handle[k], patience[k], ref[k] = (
            arrival_b[j],
            handle_b[j] * factor,
            patience_b[j],
            ref_b[j],
        )
    return arrival, handle, patience, ref
