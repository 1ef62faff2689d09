"""Credit and bonus functions: what a target missed, or surpassed, comes to: by point, lump, band or pool."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from orm_sim.contract.reading import point_said, value_said
from orm_sim.contract.wording import money, share
from orm_sim.core.elementwise import alike, begun, flat, where_due
from orm_sim.core.evidence import required
from orm_sim.core.terms import Many, Rule, Term

Array = NDArray[np.float64]

SLACK = 1e-9
"""Points that are taken for rounding noise before a fraction counts as a whole point."""

_WHOLE: dict[str, Callable[[Array], Array]] = {
    "up": lambda points: np.maximum(np.ceil(points - SLACK), 0.0),
    "down": lambda points: np.floor(points + SLACK),
    "exact": lambda points: points,
}

_WORDS = {"up": "{} or fraction of one", "down": "full {}", "exact": "{}, fractions in proportion"}


@dataclass(frozen=True, slots=True)
class Miss:
    """One target, measured: by how much it was missed, or surpassed, and what money may be reckoned on.

    Parameters
    ----------
    value, points : array
        The KPI, and the points by which it misses the target, or surpasses that of a bonus; 0 where it does not,
        or could not be measured.
    due : array
        Whether a lump is owed: where a target is missed, or that of a bonus is met.
    target : array
        The target in force.
    higher_is_better : bool
        The KPI's direction.
    fees, at_risk : array
        The fees of the window, and the part of them that is at risk.
    pools : mapping of str to float
        Shares of the amount at risk.
    """

    value: Array
    points: Array
    due: NDArray[np.bool_]
    target: Array
    higher_is_better: bool
    fees: Array
    at_risk: Array
    pools: Mapping[str, float]


def _money_or_share(amount: float | None, part: float | None) -> str | None:
    if (amount is None) == (part is None):
        return "needs either `amount` (money) or `share` (of the fees), and not both"
    return None


def _sum(amount: float | None, part: float | None, fees: Array) -> Array | float:
    if part is not None:
        return fees * part
    return 0.0 if amount is None else amount


def _where_due(miss: Miss, amounts: Array, factor: float) -> Array:
    """So much of the amounts where a lump is owed."""
    if flat(amounts) and miss.due.shape == amounts.shape:
        owed = np.empty(amounts.size)
        where_due(miss.due, amounts, factor, owed)
        return owed
    return np.asarray(miss.due * (amounts * factor))


def _said(amount: float | None, part: float | None) -> str:
    return f"{share(part)} of the fees" if part is not None else money(amount or 0.0)


class PerPoint(Term):
    """So much for each point below the target; a point is 0.01 of a share, or one unit of any other KPI."""

    by: Literal["point"] = "point"
    """A credit per point."""
    points: Literal["up", "down", "exact"]
    """How fractions of a point count: up (begun), down (full points only), exact."""
    amount: Annotated[float, Field(ge=0.0)] | None = None
    """Money per point."""
    share: Annotated[float, Field(ge=0.0)] | None = None
    """Share of the fees per point."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("amount", "share"), _money_or_share),)

    def owed(self, miss: Miss) -> Array:
        """The credit for this result."""
        if self.points == "up" and self.share is not None and alike(miss.points, miss.fees):
            row = np.empty(miss.points.size)
            begun(miss.points, SLACK, miss.fees, self.share, row)
            return row
        points = _WHOLE[self.points](miss.points)
        return np.asarray(points * _sum(self.amount, self.share, miss.fees))

    def wording(self, kpi: str) -> str:
        """The credit for a miss of that KPI, in words."""
        return f"{_said(self.amount, self.share)} per {_WORDS[self.points].format(point_said(kpi))}"


class Lump(Term):
    """One sum as soon as the target is missed."""

    by: Literal["lump"] = "lump"
    """A lump."""
    amount: Annotated[float, Field(ge=0.0)] | None = None
    """Money."""
    share: Annotated[float, Field(ge=0.0)] | None = None
    """Share of the fees."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("amount", "share"), _money_or_share),)

    def owed(self, miss: Miss) -> Array:
        """The credit for this result."""
        if self.share is not None:
            return _where_due(miss, miss.fees, self.share)
        return np.asarray(miss.due * (self.amount or 0.0))

    def wording(self, kpi: str) -> str:
        """The credit for a miss of that KPI, in words."""
        return _said(self.amount, self.share)


class Pooled(Term):
    """A weight of a pool of the amount at risk, as soon as the target is missed."""

    by: Literal["pool"] = "pool"
    """A part of a pool."""
    pool: str
    """The pool, as the clause names it."""
    weight: float = required(unit="share of the pool", gt=0.0, le=1.0)
    """The share of the pool that hangs on this target."""

    def owed(self, miss: Miss) -> Array:
        """The credit for this result."""
        return _where_due(miss, miss.at_risk, miss.pools[self.pool] * self.weight)

    def wording(self, kpi: str) -> str:
        """The credit for a miss of that KPI, in words."""
        return f"{share(self.weight)} of the pool '{self.pool}'"


class Band(Term):
    """One band of results and its credit."""

    worse_than: float
    """The band begins where the KPI is worse than this."""
    share: float = required(unit="share", ge=0.0)
    """Share of the fees that is credited in the band."""


def _bands_overlap(bands: tuple[Band, ...]) -> str | None:
    if not bands:
        return "needs at least one band"
    shares = [band.share for band in bands]
    edges = np.diff([band.worse_than for band in bands])
    if not (np.all(edges > 0.0) or np.all(edges < 0.0)):
        return "bands overlap: list them from the target outwards, each `worse_than` beyond the one before"
    if any(high <= low for low, high in pairwise(shares)):
        return "a worse band must cost more than the one before it"
    return None


class Banded(Term):
    """The share of the fees that belongs to the band the result falls in."""

    by: Literal["band"] = "band"
    """Bands."""
    bands: Many[Band]
    """The bands, from the target outwards."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("bands",), _bands_overlap),)

    def owed(self, miss: Miss) -> Array:
        """The credit for this result."""
        part = np.zeros(np.shape(miss.value))
        for band in self.bands:
            beyond = miss.value < band.worse_than if miss.higher_is_better else miss.value > band.worse_than
            part = np.where(beyond, band.share, part)
        return np.asarray(part * miss.fees)

    def wording(self, kpi: str) -> str:
        """The credit for a miss of that KPI, in words."""
        steps = "; ".join(
            f"beyond {value_said(kpi, band.worse_than)}: {share(band.share)}" for band in self.bands
        )
        return f"a share of the fees by band ({steps})"


Credit = Annotated[PerPoint | Lump | Pooled | Banded, Field(discriminator="by")]
"""What one missed target costs."""


class BonusBand(Term):
    """One band of results and its bonus."""

    better_than: float
    """The band begins where the KPI is better than this."""
    share: float = required(unit="share", ge=0.0)
    """Share of the fees that is paid in the band."""


def _bonus_bands_overlap(bands: tuple[BonusBand, ...]) -> str | None:
    if not bands:
        return "needs at least one band"
    edges = np.diff([band.better_than for band in bands])
    if not (np.all(edges > 0.0) or np.all(edges < 0.0)):
        return "bands overlap: list them from the target outwards, each `better_than` beyond the one before"
    if any(high.share <= low.share for low, high in pairwise(bands)):
        return "a better band must pay more than the one before it"
    return None


class BonusBands(Term):
    """The share of the fees that belongs to the band the result falls in."""

    by: Literal["band"] = "band"
    """Bands."""
    bands: Many[BonusBand]
    """The bands, from the target outwards."""

    rules: ClassVar[tuple[Rule, ...]] = (Rule(("bands",), _bonus_bands_overlap),)

    def owed(self, miss: Miss) -> Array:
        """The bonus for this result."""
        part = np.zeros(np.shape(miss.value))
        for band in self.bands:
            beyond = miss.value > band.better_than if miss.higher_is_better else miss.value < band.better_than
            part = np.where(beyond, band.share, part)
        return np.asarray(part * miss.fees)

    def wording(self, kpi: str) -> str:
        """The bonus for that KPI, in words."""
        steps = "; ".join(
            f"beyond {value_said(kpi, band.better_than)}: {share(band.share)}" for band in self.bands
        )
        return f"a share of the fees by band ({steps})"


Bonus = Annotated[PerPoint | Lump | BonusBands, Field(discriminator="by")]
"""What one surpassed target earns."""
