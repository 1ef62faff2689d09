"""Measure: one target of a service credit, the KPI it is about, and what missing it costs."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from orm_sim.contract.credit import Banded, Credit, Miss
from orm_sim.contract.wording import number, share
from orm_sim.core.evidence import required
from orm_sim.core.terms import Rule, Term
from orm_sim.kpi import INDICATORS, METERS, Counters, Kpi, KpiId

Array = NDArray[np.float64]


def _threshold_missing(kpi: str, within_s: float | None) -> str | None:
    if kpi == "service_level" and within_s is None:
        return "a service level needs its threshold: answered within how many seconds (`within_s`)?"
    if kpi != "service_level" and within_s is not None:
        return f"`within_s` belongs to service_level; '{kpi}' has no threshold"
    return None


def _bands_against_direction(credit: Credit, kpi: str, target: float) -> str | None:
    if not isinstance(credit, Banded):
        return None
    edges = [target, *(band.worse_than for band in credit.bands)]
    if INDICATORS[kpi].better == "higher" and any(after > before for before, after in pairwise(edges)):
        return (
            f"'{kpi}' gets worse below its target of {target:g}: every band must lie below the one before it"
        )
    if INDICATORS[kpi].better == "lower" and any(after < before for before, after in pairwise(edges)):
        return (
            f"'{kpi}' gets worse above its target of {target:g}: every band must lie above the one before it"
        )
    return None


class Measure(Term):
    """One target and what missing it costs."""

    kpi: KpiId
    """The KPI of the dictionary that is measured."""
    target: float = required(unit="the KPI's own")
    """The value that must be reached: at least, or at most where lower is better."""
    within_s: Annotated[float, Field(gt=0.0)] | None = None
    """For service_level: the threshold in seconds."""
    credit: Credit
    """What a miss costs."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(("kpi", "within_s"), _threshold_missing),
        Rule(("credit", "kpi", "target"), _bands_against_direction),
    )

    @property
    def indicator(self) -> Kpi:
        """The KPI as the dictionary defines it."""
        return INDICATORS[self.kpi]

    def miss(self, counters: Counters, fees: Array, at_risk: Array, pools: Mapping[str, float]) -> Miss:
        """The target, measured on the counters of a window."""
        kpi = self.indicator
        value = kpi.value(counters)
        short = self.target - value if kpi.better == "higher" else value - self.target
        points = np.where(short > 0.0, short, 0.0) * (100.0 if kpi.unit == "share" else 1.0)
        return Miss(value, points, kpi.better == "higher", fees, at_risk, pools)

    def said(self) -> str:
        """The target in words."""
        kpi = self.indicator
        value = share(self.target) if kpi.unit == "share" else f"{number(self.target)} {kpi.unit}"
        bound = "at least" if kpi.better == "higher" else "at most"
        counted = METERS[kpi.n].name
        within = "" if self.within_s is None else f" of {counted} answered in {number(self.within_s)} s"
        return f"{kpi.name} {bound} {value}{within}"
