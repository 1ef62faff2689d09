"""Arithmetic on thousands of cases at once: several steps in one pass of compiled code, bit by bit what numpy gives."""

from __future__ import annotations

from typing import Any, Final, TypeGuard

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.compiled import jit

Floats = NDArray[np.float64]

MANY: Final = 512
"""Elements from which one pass of compiled code is worth what calling it costs."""

CENTS: Final = 100.0 * (1.0 + 2.0**-50)
"""Cents in a dollar, and a little more: see `contract.rounding.to_cents`."""


_DOUBLE: Final = np.dtype(np.float64)
_SIDE_BY_SIDE: Final = (_DOUBLE.itemsize,)


def flat(value: Any) -> TypeGuard[Floats]:
    """Whether a value is a long row of doubles, side by side in memory."""
    return (
        type(value) is np.ndarray
        and value.strides == _SIDE_BY_SIDE
        and value.size >= MANY
        and value.dtype is _DOUBLE
    )


def alike(first: Any, *others: Any) -> bool:
    """Whether values are long rows of the same length, so that one pass can take them together."""
    if not flat(first):
        return False
    for each in others:  # noqa: SIM110  a generator takes longer, and this is asked hundreds of times a year
        if not flat(each) or each.size != first.size:
            return False
    return True


@jit
def rounded(amounts: Floats, cents: Floats) -> None:
    """Amounts to the cent, written into `cents`."""
    for each in range(amounts.size):
        cents[each] = np.rint(amounts[each] * CENTS) / 100.0 + 0.0


@jit
def product_rounded(units: Floats, rate: float, cents: Floats) -> None:
    """Units at one rate, to the cent."""
    for each in range(units.size):
        cents[each] = np.rint(units[each] * rate * CENTS) / 100.0 + 0.0


@jit
def products_rounded(units: Floats, rates: Floats, cents: Floats) -> None:
    """Units, each at its rate, to the cent."""
    for each in range(units.size):
        cents[each] = np.rint(units[each] * rates[each] * CENTS) / 100.0 + 0.0


@jit
def added(sums: Floats, a: Floats, b: Floats, c: Floats, d: Floats, e: Floats, f: Floats) -> None:
    """Six rows added to sums, one after the other."""
    for each in range(sums.size):
        first = ((sums[each] + a[each]) + b[each]) + c[each]
        sums[each] = ((first + d[each]) + e[each]) + f[each]


@jit
def sum_rounded(one: Floats, two: Floats, cents: Floats) -> None:
    """The sum of two rows to the cent."""
    for each in range(one.size):
        cents[each] = np.rint((one[each] + two[each]) * CENTS) / 100.0 + 0.0


@jit
def quotient(top: Floats, bottom: Floats, result: Floats) -> None:
    """A quotient, nan where its denominator is zero."""
    for each in range(top.size):
        result[each] = top[each] / bottom[each] if bottom[each] != 0.0 else np.nan


@jit
def average(amount: Floats, units: Floats, result: Floats) -> None:
    """What one unit came to; the amount itself where there was none."""
    for each in range(amount.size):
        result[each] = amount[each] if units[each] <= 0.0 else amount[each] / units[each]


@jit
def stepped(volume: Floats, bounds: Floats, values: Floats, result: Floats) -> None:
    """The value of the step each volume falls on; on a bound it belongs to the step below."""
    result[:] = values[0]
    for step in range(bounds.size):  # the long loop inside: only then are several elements taken at once
        bound, value = bounds[step], values[step + 1]
        for each in range(volume.size):
            result[each] = value if volume[each] > bound else result[each]


@jit
def climbed(volume: Floats, bounds: Floats, rates: Floats, result: Floats) -> None:
    """Each unit at the rate of the step it falls on."""
    last = rates[rates.size - 1]
    for each in range(volume.size):
        result[each] = volume[each] * last
    for step in range(bounds.size):
        bound, more = bounds[step], rates[step] - rates[step + 1]
        for each in range(volume.size):
            result[each] = result[each] + np.minimum(volume[each], bound) * more


@jit
def climbed_by(volume: Floats, bounds: Floats, rates: Floats, width: Floats, result: Floats) -> None:
    """Each unit at the rate of the step it falls on, bounds multiplied by a width of each element."""
    last = rates[rates.size - 1]
    for each in range(volume.size):
        result[each] = volume[each] * last
    for step in range(bounds.size):
        bound, more = bounds[step], rates[step] - rates[step + 1]
        for each in range(volume.size):
            result[each] = result[each] + np.minimum(volume[each], bound * width[each]) * more


@jit
def fallen_short(
    value: Floats,
    aim: float,
    higher: bool,
    factor: float,
    slack: float,
    points: Floats,
    due: NDArray[np.bool_],
) -> None:
    """By how many points values miss an aim (0 where they do not, or are nan), and whether they do."""
    for each in range(value.size):
        short = aim - value[each] if higher else value[each] - aim
        points[each] = (short if short > 0.0 else 0.0) * factor
        due[each] = points[each] > slack


@jit
def begun(points: Floats, slack: float, amounts: Floats, factor: float, result: Floats) -> None:
    """So much of each amount for every point that is begun."""
    for each in range(points.size):
        result[each] = np.maximum(np.ceil(points[each] - slack), 0.0) * (amounts[each] * factor)


@jit
def where_due(due: NDArray[np.bool_], amounts: Floats, factor: float, result: Floats) -> None:
    """So much of each amount where something is due, else nothing."""
    for each in range(amounts.size):
        result[each] = (1.0 if due[each] else 0.0) * (amounts[each] * factor)


@jit
def failed(due: NDArray[np.bool_], value: Floats, missed: Floats) -> None:
    """One more target among those missed (1) or met (0) so far; nan stays where none could be measured."""
    for each in range(value.size):
        here = 1.0 if due[each] or missed[each] == 1.0 else 0.0
        missed[each] = missed[each] if np.isnan(value[each]) else here


@jit
def off_forecast(counted: Floats, forecast: Floats, band: float, off: NDArray[np.bool_]) -> None:
    """Whether a volume is off its forecast by more than a share of it."""
    for each in range(counted.size):
        off[each] = np.abs(counted[each] - forecast[each]) > forecast[each] * band


@jit
def limited(
    owed: Floats, free: NDArray[np.bool_], multiplier: float, carried: Floats, most: Floats, reckoned: Floats,
    paid: Floats, missed: Floats,
) -> None:  # fmt: skip
    """Credits where they count, multiplied and with what is carried (one element, or each its own), up to the most."""
    for each in range(owed.size):
        counts = 0.0 if free[each] else 1.0
        reckoned[each] = owed[each] * multiplier * counts
        missed[each] = np.nan if free[each] else missed[each]
    if carried.size == owed.size:
        for each in range(owed.size):
            reckoned[each] = reckoned[each] + carried[each]
    for each in range(owed.size):
        paid[each] = np.minimum(reckoned[each], most[each])


@jit
def topped_up(earned: Floats, floor: Floats, owed: Floats, top_up: Floats, recovered: Floats) -> None:
    """What earnings lack to a floor, and what of the sums owed is paid back out of earnings above it (negative)."""
    for each in range(earned.size):
        above = earned[each] - floor[each]
        top_up[each] = np.maximum(-above, 0.0)
        recovered[each] = -np.minimum(owed[each], np.maximum(above, 0.0))


@jit
def lost(units: Floats, rate: Floats, paid_back: Floats, together: Floats) -> None:
    """Units more that are paid back at a rate, on top of those so far."""
    for each in range(units.size):
        paid_back[each] = paid_back[each] + units[each] * rate[each]
        together[each] = together[each] + units[each]
