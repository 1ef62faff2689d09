"""The KPI dictionary: each indicator with numerator, denominator, estimator, unit, direction, window, n."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orm_sim.core.elementwise import alike
from orm_sim.core.elementwise import quotient as divided
from orm_sim.core.errors import nearest
from orm_sim.kpi.counters import COUNTERS, Better, Counter, Unit
from orm_sim.kpi.families import METER_PATTERN, Families, meter_of_family
from orm_sim.kpi.reported import METERS, REPORTED, RETAINED_DAYS

Array = NDArray[np.float64]
Counters = Mapping[str, Array | float]
"""Counters of one channel and one window, by id; arrays of one common shape, or numbers."""


@dataclass(frozen=True, slots=True)
class Kpi:
    """One indicator, defined so that two people compute the same figure.

    Parameters
    ----------
    id : str
        The name a scenario, a clause or a target cites.
    name : str
        What a report calls it.
    unit : Unit
        What its value is measured in.
    better : {"higher", "lower"}
        The direction in which it improves, for the client.
    numerator, denominator : str
        The formula in words, with the population counted. A count has no denominator ("").
    estimator : callable
        From counters to the value, elementwise. Of a counter with a weight it gets the value times its weight, so
        that counters of several months may be added up.
    needs : tuple of str
        The counters the estimator reads.
    n : str
        The counter that says how many observations the figure rests on.
    window : str
        The stretch of time it is computed over: counters are summed first, then divided.
    """

    id: str
    name: str
    unit: Unit
    better: Better
    numerator: str
    denominator: str
    estimator: Callable[[Counters], Array]
    needs: tuple[str, ...]
    n: str
    window: str = "billing month"

    def value(self, counters: Counters) -> Array:
        """The indicator's value, elementwise.

        Parameters
        ----------
        counters : mapping of str to array
            Counters of one channel, arrays over any leading axes, or numbers.

        Returns
        -------
        array
            Shape of the counters; nan where the denominator is zero, and everywhere when a counter that is
            not always delivered (`cost`, `audited`, `errors`) is missing.

        Raises
        ------
        KeyError
            When a counter that every simulation delivers is missing.

        Examples
        --------
        >>> float(kpi("service_level").value({"answered_within": 80.0, "offered": 100.0}))
        0.8
        """
        missing = [each for each in self.needs if each not in counters]
        if any(METERS[each].always for each in missing):
            raise KeyError(f"{self.id} needs the counters {', '.join(missing)}")
        if missing:
            return np.full(np.broadcast_shapes(*(np.shape(each) for each in counters.values())), np.nan)
        return self.estimator(counters)

    @property
    def formula(self) -> str:
        """The definition in words: numerator / denominator."""
        return f"{self.numerator} / {self.denominator}" if self.denominator else self.numerator


def ratio(numerator: Array | float, denominator: Array | float) -> Array:
    """A quotient that is nan where its denominator is zero, elementwise."""
    if alike(numerator, denominator):
        result = np.empty(len(numerator))  # type: ignore[arg-type]
        divided(numerator, denominator, result)  # type: ignore[arg-type]
        return result
    bottom = np.asarray(denominator, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.asarray(np.asarray(numerator, dtype=np.float64) / bottom)
    np.copyto(quotient, np.nan, where=bottom == 0.0)
    return quotient


def _reading(counter: str) -> Callable[[Counters], Array]:
    return lambda counters: np.asarray(counters[counter], dtype=np.float64)


def _weighted(counter: str, weight: str) -> Callable[[Counters], Array]:
    return lambda counters: ratio(counters[counter], counters[weight])


def _count(counter: Counter, *, called: str | None = None) -> Kpi:
    """A counter as a KPI of its own."""
    if counter.weight:
        return Kpi(
            id=counter.id,
            name=counter.name,
            unit=counter.unit,
            better=counter.better,
            numerator=f"{counter.counted}; of several months the mean, weighted by {METERS[counter.weight].name}",
            denominator=METERS[counter.weight].counted if counter.unit == "share" else "",
            estimator=_weighted(counter.id, counter.weight),
            needs=(counter.id, counter.weight),
            n=counter.weight,
        )
    return Kpi(
        id=called or counter.id,
        name=counter.name,
        unit=counter.unit,
        better=counter.better,
        numerator=counter.counted,
        denominator="",
        estimator=_reading(counter.id),
        needs=(counter.id,),
        n=counter.id,
    )


def _quotient(
    name: str,
    words: str,
    unit: Unit,
    better: Better,
    top: str,
    bottom: str,
    *,
    scale: float = 1.0,
    n: str = "",
) -> Kpi:
    """A KPI that divides one counter by another; `scale` converts units (3600 s in an hour)."""
    return Kpi(
        id=name,
        name=words,
        unit=unit,
        better=better,
        numerator=METERS[top].counted,
        denominator=METERS[bottom].counted,
        estimator=lambda counters: ratio(
            counters[top], counters[bottom] if scale == 1.0 else np.multiply(counters[bottom], scale)
        ),
        needs=(top, bottom),
        n=n or bottom,
    )


def _fcr(counters: Counters) -> Array:
    return ratio(counters["resolved"], np.add(counters["resolved"], counters["unresolved"]))


def _forecast_error(counters: Counters) -> Array:
    forecast = counters["forecast_offered"]
    return ratio(np.abs(np.subtract(counters["offered"], forecast)), forecast)


_SERVICE = (
    _quotient("service_level", "service level", "share", "higher", "answered_within", "offered"),
    _quotient("abandonment_rate", "abandonment rate", "share", "lower", "abandoned", "offered"),
    _quotient("asa", "average speed of answer", "s", "lower", "wait_answered_s", "answered"),
    _quotient("mean_wait", "mean wait", "s", "lower", "wait_all_s", "offered"),
    _quotient("aht", "average handle time", "s", "lower", "handled_s", "answered"),
    _quotient("occupancy", "occupancy", "share", "higher", "busy_s", "staffed_s", n="answered"),
    _quotient(
        "utilisation", "utilisation", "share", "higher", "busy_s", "paid_hours", scale=3600.0, n="answered"
    ),
    Kpi(
        id="forecast_error",
        name="forecast error",
        unit="share",
        better="lower",
        numerator="absolute difference between contacts offered and contacts forecast",
        denominator=COUNTERS["forecast_offered"].counted,
        estimator=_forecast_error,
        needs=("offered", "forecast_offered"),
        n="offered",
    ),
)

_QUALITY = (
    Kpi(
        id="fcr",
        name="first-contact resolution",
        unit="share",
        better="higher",
        numerator=COUNTERS["resolved"].counted,
        denominator="answered contacts, whether or not they settle the matter",
        estimator=_fcr,
        needs=("resolved", "unresolved"),
        n="answered",
    ),
    _quotient("csat", "customer satisfaction", "share", "higher", "satisfied", "surveyed"),
    _quotient("repeat_rate", "repeat rate", "share", "lower", "repeat_contacts", "answered"),
    _quotient("error_rate", "error rate", "share", "lower", "errors", "audited"),
)

_SALES = (
    _quotient("contact_rate", "contact rate", "share", "higher", "reached", "attempts"),
    _quotient("conversion", "conversion", "share", "higher", "sales_gross", "reached"),
    _count(COUNTERS["sales_net"], called="net_sales"),
    _quotient(
        "sales_per_hour", "net sales per productive hour", "per_hour", "higher", "sales_net",
        "productive_hours", n="sales_net",
    ),
)  # fmt: skip

_COST = (
    _quotient("cost_per_contact", "cost per answered contact", "money", "lower", "cost", "answered"),
    _quotient("cost_per_resolved", "cost per resolved contact", "money", "lower", "cost", "resolved"),
    _quotient("cost_per_kept_sale", "cost per sale kept", "money", "lower", "cost", "sales_kept"),
    _quotient(
        "contacts_per_paid_hour", "contacts per paid hour", "per_hour", "higher", "answered", "paid_hours",
        n="answered",
    ),
)  # fmt: skip

KPIS: dict[str, Kpi] = {
    each.id: each
    for each in (*(_count(counter) for counter in COUNTERS.values()), *_SERVICE, *_QUALITY, *_SALES, *_COST)
}
"""Every KPI that the simulation can deliver, by id; every counter is one too."""


def _availability(counters: Counters) -> Array:
    return np.asarray(1.0 - ratio(counters["downtime_s"], counters["service_s"]))


_REPORTED = (
    _quotient("quality_score", "quality score", "share", "higher", "quality_points", "audited"),
    Kpi(
        id="availability",
        name="availability",
        unit="share",
        better="higher",
        numerator="agreed time of service without downtime",
        denominator=METERS["service_s"].counted,
        estimator=_availability,
        needs=("downtime_s", "service_s"),
        n="service_s",
    ),
    _quotient("days_missed_share", "share of days missed", "share", "lower", "days_missed", "days_open"),
    _quotient("weeks_missed_share", "share of weeks missed", "share", "lower", "weeks_missed", "weeks_open"),
    *(
        _quotient(
            f"retention_{days}",
            f"retention at day {days}",
            "share",
            "higher",
            f"retained_{days}",
            f"aged_{days}",
        )
        for days in RETAINED_DAYS
    ),
    _quotient("hold_share", "share of hold time", "share", "lower", "hold_s", "handled_s", n="answered"),
    _quotient(
        "repeat_rate_vendor",
        "repeat rate with vendor cause",
        "share",
        "lower",
        "repeat_contacts_vendor",
        "answered",
    ),
    _quotient("lead_contact_rate", "share of leads reached", "share", "higher", "leads_reached", "leads"),
    _quotient("lead_conversion", "conversion of leads", "share", "higher", "sales_gross", "leads"),
    _quotient("return_rate", "return rate", "share", "lower", "sales_returned", "sales_net"),
)


KPI_PATTERN: Final = METER_PATTERN[:-2] + r"|(days|weeks)_missed_share_[a-z][a-z0-9_]*)$"
"""Ids of the families' KPIs, as a pattern for editors."""


@cache
def _of_family(name: str) -> Kpi | None:
    """The KPI of a family: its meter read, or the share of days or weeks that miss a target."""
    counter = meter_of_family(name)
    if counter is not None:
        return _count(counter)
    shared = re.fullmatch(r"(days|weeks)_missed_share_(.+)", name)
    missed = meter_of_family(f"{shared[1]}_missed_{shared[2]}") if shared else None
    if shared is None or missed is None:
        return None
    return _quotient(name, f"share of {missed.name}", "share", "lower", missed.id, f"{shared[1]}_open")


INDICATORS: Families[Kpi] = Families(
    {
        **KPIS,
        **{each.id: each for each in (*(_count(counter) for counter in REPORTED.values()), *_REPORTED)},
    },
    _of_family,
)
"""Every KPI that a contract may cite, by id: those above, and those that only a history delivers; those of families
(`wait_p85_s`, `weeks_missed_share_service_level`) are known, though not listed."""


def unknown_kpi(name: str) -> str:
    """The sentence that refuses an id the dictionary does not have, with the nearest one."""
    close = nearest(name, INDICATORS)
    return "unknown KPI id" + (
        f".  Did you mean '{close}'?" if close else "; ids stand in orm_sim.kpi.INDICATORS"
    )


def kpi(name: str) -> Kpi:
    """The KPI of this id.

    Raises
    ------
    KeyError
        When the dictionary has no such id; the message names the nearest one.
    """
    if name not in INDICATORS:
        raise KeyError(f"'{name}': {unknown_kpi(name)}")
    return INDICATORS[name]
