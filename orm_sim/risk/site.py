"""Sites: where hazards strike, and what they have done there so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import Final, Literal, NamedTuple

from orm_sim.centre.interrupted import Window
from orm_sim.core.units import SECONDS_PER_DAY

HazardName = Literal["outage", "weather", "shock", "breach"]
HAZARDS: Final[tuple[HazardName, ...]] = ("outage", "weather", "shock", "breach")
"""Hazards that can strike, one module each."""

SiteName = Literal["in_house", "vendor"]
SITES: Final[tuple[SiteName, ...]] = ("in_house", "vendor")
"""Places of work: the client's own and the vendor's."""


class Harm(NamedTuple):
    """What one data breach does: customers whose records are lost, and what that costs ($).

    ``remediation``: finding, telling and helping them · ``fine`` of the regulator · ``margin`` of customers who leave.
    """

    records: float
    remediation: float
    fine: float
    margin: float


class Strike(NamedTuple):
    """A hazard that struck a site once.

    ``day`` since contract start, with its fraction · ``hours`` an outage lasted as it was felt, hours' worth of work
    that a storm took from an agent on duty around the clock, 0 for a shock or a breach · ``caught``: what stood by took
    over · ``factor`` of a shock, else 1 · ``harm`` of a breach.
    """

    hazard: HazardName
    site: SiteName
    day: float
    hours: float
    caught: bool = False
    factor: float = 1.0
    harm: Harm | None = None


@dataclass(slots=True)
class Site:
    """What has befallen one place of work; processes write here, days are lived by it.

    Attributes
    ----------
    name
        Which one.
    down
        Windows of each day on which the platform is down, by day, in order.
    present
        Share of those on duty who can work, by day; days that are not here are whole.
    wages, currency
        Local wages and the price of the local currency over those the contract began with, shocks alone.
    strikes
        What struck, in order.
    struck_days
        Days of `down` and `present`: asked about every day.
    """

    name: SiteName
    down: dict[int, tuple[Window, ...]] = field(default_factory=dict)
    present: dict[int, float] = field(default_factory=dict)
    wages: float = 1.0
    currency: float = 1.0
    strikes: list[Strike] = field(default_factory=list)
    struck_days: set[int] = field(default_factory=set)

    @property
    def price(self) -> float:
        """Factor on a local wage, in the currency of the run."""
        return self.wages * self.currency

    def close(self, start: float, end: float, blocks: bool, cuts: bool) -> None:
        """The platform is down from one moment to another, both in days since contract start.

        Where nobody is kept out, it is up again as soon as it has cut everybody off.
        """
        first, end = int(start), end if blocks else start
        for day in range(first, max(ceil(end), first + 1)):
            window = Window(
                max(start - day, 0.0) * SECONDS_PER_DAY, min(end - day, 1.0) * SECONDS_PER_DAY, blocks, cuts
            )
            self.struck_days.add(day)
            self.down[day] = _joined((*self.down.get(day, ()), window))

    def empty(self, day: int, share: float) -> None:
        """Only a share of those on duty can work on a day; of two storms the worse counts."""
        self.struck_days.add(day)
        self.present[day] = min(self.present.get(day, 1.0), share)


def _joined(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    """Windows in order of time, those that overlap as one."""
    found: list[Window] = []
    for each in sorted(windows):
        if found and each.start_s <= found[-1].end_s:
            last = found.pop()
            each = Window(
                last.start_s, max(last.end_s, each.end_s), last.blocks or each.blocks, last.cuts or each.cuts
            )
        found.append(each)
    return tuple(found)
