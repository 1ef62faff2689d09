"""From one day of a centre that closes to the next: attempts to come, in one compiled call."""

from __future__ import annotations

import numpy as np

from orm_sim.centre.skills.arrivals import moment_in_day
from orm_sim.centre.skills.packing import BUSY, PENDING, WAITING, Packed, known, packed
from orm_sim.centre.skills.plan import Carry, Floats, Whole
from orm_sim.centre.skills.state import Records
from orm_sim.core.ahead import entry
from orm_sim.core.compiled import jit
from orm_sim.core.units import SECONDS_PER_DAY


def overnight(sources: Records, carry: Carry, day: int) -> Carry:
    """State at the opening of a day, of what the day before has left: attempts to come alone.

    Parameters
    ----------
    sources : record of `orm_sim.centre.skills.sources.SOURCES`
    carry : Carry
        As the day before left it.
    day : int
        The day that opens; beyond the horizon nothing is drawn. Attempts due while the centre is closed come on it,
        at a moment drawn for each like that day's first contacts.
    """
    left = known(carry) or packed(carry)
    g, n, columns = left.n_groups, left.n_pending, left.n_columns
    whole, times = np.zeros(2 * (g + n), np.int64), np.empty((PENDING + columns) * n)
    pass_night(sources, day, left.whole, left.times, left.n_waiting, left.n_busy, columns, whole, times)
    return Carry.of(Packed(whole, times, 0, 0, n, n_columns=columns))


@entry
@jit
def pass_night(
    sources: Records, day: int, left: Whole, left_s: Floats, n_waiting: int, n_busy: int, columns: int, whole: Whole,
    times: Floats,
) -> None:  # fmt: skip
    """Fill in what `Packed` holds of a state in which nobody waits or talks, in the order in which attempts are due."""
    n = times.size // (PENDING + columns)
    at, to = left.size - 2 * n, whole.size - 2 * n
    seconds = left_s[(WAITING + columns) * n_waiting + (BUSY + columns) * n_busy :]
    ref, kind, due = left[at : at + n], left[at + n : at + 2 * n], np.empty(n)
    for k in range(n):
        due[k] = seconds[k] - SECONDS_PER_DAY
        if due[k] < 0.0 and day < sources[0].n_days:
            due[k] = moment_in_day(sources[0], day, ref[k], kind[k])
    by_ref = np.argsort(ref, kind="mergesort")
    order = by_ref[np.argsort(due[by_ref], kind="mergesort")]
    for k in range(n):
        other = order[k]
        whole[to + k], whole[to + n + k] = ref[other], kind[other]
        times[k], times[n + k] = due[other], seconds[n + other]
        for column in range(columns):
            times[PENDING * n + k * columns + column] = seconds[PENDING * n + other * columns + column]
