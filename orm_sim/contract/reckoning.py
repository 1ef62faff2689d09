"""What the credits of a window come to: added up, relieved, multiplied and limited; whether a target was missed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from orm_sim.contract.credit import Miss
from orm_sim.contract.period import Array, Flags
from orm_sim.core.elementwise import alike, failed, flat, limited, off_forecast

_NONE = np.zeros(1)


class Reckoned(NamedTuple):
    """The credits of a window.

    Parameters
    ----------
    reckoned, credit : array
        Credits before and after the limit.
    missed : array
        Whether any target was missed: 1 or 0; nan where none could be measured, or the window does not count.
    """

    reckoned: Array
    credit: Array
    missed: Array


def reckon(
    owed: Array,
    misses: Sequence[Miss],
    free: Flags,
    multiplier: float | None,
    carried: Array | None,
    at_risk: Array,
) -> Reckoned:
    """Credits of a window, none where it is free, with what was carried over, up to the amount at risk."""
    missed = _missed(misses)
    if alike(owed, at_risk, missed) and (carried is None or alike(owed, carried)):
        free = np.ascontiguousarray(free) if free.shape == owed.shape else np.full(owed.shape, free)
        reckoned, credit = np.empty(owed.size), np.empty(owed.size)
        limited(
            owed, free, 1.0 if multiplier is None else multiplier,
            _NONE if carried is None else carried, at_risk, reckoned, credit, missed,
        )  # fmt: skip
        return Reckoned(reckoned, credit, missed)
    reckoned = owed * ~free if multiplier is None else owed * multiplier * ~free
    if carried is not None:
        reckoned = reckoned + carried
    return Reckoned(reckoned, np.minimum(reckoned, at_risk), np.where(free, np.nan, missed))


def _missed(misses: Sequence[Miss]) -> Array:
    first = misses[0]
    if all(flat(each.value) and each.value.size == first.value.size == each.due.size for each in misses):
        row = np.full(first.value.size, np.nan)
        for each in misses:
            failed(each.due, each.value, row)
        return row
    missed, unmeasured = first.due, np.isnan(first.value)
    for miss in misses[1:]:
        missed = missed | miss.due
        unmeasured = unmeasured & np.isnan(miss.value)
    return np.where(unmeasured, np.nan, missed)


def off(counted: Array, forecast: Array, band: float) -> Flags:
    """Whether a volume is off its forecast by more than a share of it; on the edge it is not."""
    share = band * (1.0 + 1e-12)
    if alike(counted, forecast):
        row = np.empty(counted.size, dtype=np.bool_)
        off_forecast(counted, forecast, share, row)
        return row
    return np.asarray(np.abs(counted - forecast) > forecast * share)
