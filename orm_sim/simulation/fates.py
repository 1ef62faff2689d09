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
    after = np.empty(ref.size, np.int64)
    again = np.empty(ref.size, np.int64)
    n_again = 0
    settles, surveys = draw_all(k0, k1, ref, FATE)
    for i in range(ref.size):
        if state[i] != ANSWERED:
            continue
        handle = end_s[i] - start_s[i]
        _, _, attempt, _ = unpack(ref[i])
        sums[8] += handle
        if handle < SHORT_BELOW_S:
            sums[11] += 1.0
        if attempt > 0:
            sums[12] += 1.0
        if handle >= SHORT_BELOW_S and attempt == 0:
            sums[9] += 1.0
            sums[10] += handle
        settle, survey = settles[i], surveys[i]
        is_resolved = settle < fcr
        if is_resolved:
            sums[13] += 1.0
        else:
            sums[14] += 1.0
            if attempt < MAX_ATTEMPT and settle < fcr + (1.0 - fcr) * return_share:
                when, _ = draw(k0, k1, ref[i], COMEBACK)
                after[n_again] = 1 + int(when * return_days)
                again[n_again] = ref[i] + (1 << INDEX_BITS)
                n_again += 1
        if survey < survey_share:
            sums[15] += 1.0
            chance = satisfied_resolved - loss_per_minute * wait_s[i] / 60.0
            if not is_resolved:
                chance -= loss_unresolved
            if survey < survey_share * chance:
                sums[16] += 1.0
    refs, ends = _by_day(after[:n_again], again[:n_again], return_days)
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
    n = ref_a.size + ref_b.size
    arrival, handle, patience = np.empty(n), np.empty(n), np.empty(n)
    ref = np.empty(n, np.int64)
    i = j = 0
    for k in range(n):
        if j >= ref_b.size or (i < ref_a.size and arrival_a[i] <= arrival_b[j]):
            arrival[k], handle[k], patience[k], ref[k] = (
                arrival_a[i],
                handle_a[i] * factor,
                patience_a[i],
                ref_a[i],
            )
            i += 1
        else:
            arrival[k], handle[k], patience[k], ref[k] = (
                arrival_b[j],
                handle_b[j] * factor,
                patience_b[j],
                ref_b[j],
            )
            j += 1
    return arrival, handle, patience, ref
