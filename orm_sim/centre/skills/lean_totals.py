"""Days on the lean path that nobody looks at one by one: lived in one compiled call and only counted."""

from __future__ import annotations

from orm_sim.centre.skills.lean_ends import type_of
from orm_sim.centre.skills.lean_moves import RESULT_BITS
from orm_sim.centre.skills.lean_record import lane_at, live_one, sources_at
from orm_sim.centre.skills.lean_state import GROUP_FROM, TYPE_FROM
from orm_sim.centre.skills.lean_views import lean_at
from orm_sim.centre.skills.measures import count_one, period_of
from orm_sim.centre.skills.state import Centre, Floats
from orm_sim.centre.skills.views import number, whole
from orm_sim.core.ahead import entry
from orm_sim.core.compiled import jit


@entry
@jit
def live_on(
    lane: int, memory: int, left: int, other: int, day: int, stop: int, threshold_s: Floats, counts: Floats,
    answers: Floats, busy_s: Floats, staffed_s: Floats, handled_s: Floats,
) -> int:  # fmt: skip
    """Live days and add them to the tables of a `Tally`; four times the day that comes next, and why it was left off.

    What a day leaves lies by turns in two places, because the next day begins with it.
    """
    a = lane_at(lane)
    c, s = lean_at(a.lean), sources_at(a.sources)
    while day < stop:
        odd = live_one(a, c, s, memory, other if a.guests == left else left, day)
        if odd != 0:
            return 4 * day + odd
        _count(c, threshold_s, counts, answers, handled_s)
        for g in range(c.n_groups):
            for period in range(c.n_periods):
                busy_s[g, period] += number(c.worked_s, g * c.n_periods + period)
                staffed_s[g, period] += number(c.present_s, g * c.n_periods + period)
        day += 1
    return 4 * day


@jit
def _count(c: Centre, threshold_s: Floats, counts: Floats, answers: Floats, handled_s: Floats) -> None:
    """Add what was decided, contacts carried in aside, and the seconds of contacts that ended."""
    for row in range(c.n_busy, c.n_rows):
        decided = whole(c.decided, row)
        t, state = type_of(decided), decided & ((1 << TYPE_FROM) - 1)
        count_one(
            whole(c.decided_ref, row), t, state, (decided >> GROUP_FROM) - 1, number(c.decided_arrival, row),
            number(c.decided_at, row), threshold_s[t], c.period_s, counts, answers,
        )  # fmt: skip
    last = handled_s.shape[2] - 1
    for i in range(c.n_ended):
        row = whole(c.ended, i) >> RESULT_BITS
        decided = whole(c.decided, row)
        period = period_of(number(c.decided_arrival, row), c.period_s, last)
        seconds = number(c.ended_at, i) - number(c.decided_at, row)
        handled_s[type_of(decided), (decided >> GROUP_FROM) - 1, period] += seconds
