"""What of a meter is payable: less what other meters exclude, and at most so much for each unit of another meter."""

from __future__ import annotations

import numpy as np

from orm_sim.contract.clause import Channel
from orm_sim.contract.period import Array, Period
from orm_sim.contract.wording import plain
from orm_sim.core.evidence import required
from orm_sim.core.terms import Term
from orm_sim.kpi import METERS, MeterId


class Limit(Term):
    """The most units that are payable: so many for each unit of another meter."""

    meter: MeterId
    """The counter that limits, of the same channel: `productive_hours`."""
    per: float = required(unit="units per unit of the meter", gt=0.0)
    """How many units are payable for each unit of that meter."""

    def value(self, period: Period, channel: Channel) -> Array:
        """The most units of the period, before they are converted to another unit of time."""
        return np.asarray(period.meter(channel, self.meter) * self.per)

    def wording(self, units: str) -> str:
        """The limit in words."""
        return f"At most {plain(self.per)} {units} are payable for each {METERS[self.meter].one}."


def less_of_another_unit(meter: str, less: tuple[str, ...]) -> str | None:
    """The sentence that refuses to subtract seconds from contacts, or a meter from itself."""
    for each in less:
        if each == meter:
            return f"subtracts '{each}' from itself: nothing would be payable"
        if METERS[each].unit != METERS[meter].unit:
            return (
                f"cannot subtract '{each}' ({METERS[each].name}, in {METERS[each].unit}) from '{meter}'"
                f" ({METERS[meter].name}, in {METERS[meter].unit})"
            )
    return None


def net_of(period: Period, channel: Channel | None, meter: str, less: tuple[str, ...]) -> Array:
    """A meter less what others exclude, never below 0."""
    counted = period.metered(channel, meter)
    if not less:
        return counted
    excluded = sum((period.metered(channel, each) for each in less), np.asarray(0.0))
    return np.asarray(np.maximum(counted - excluded, 0.0))


def said_less(less: tuple[str, ...]) -> str:
    """What is not payable, as a sentence with a blank before it; nothing where nothing is excluded."""
    if not less:
        return ""
    names = [METERS[each].name for each in less]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f" Not payable: {listed}."
