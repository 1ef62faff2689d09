"""What telling each other one's priorities is worth: issues traded against each other instead of halved one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orm_sim.decision.intervals import Estimate
from orm_sim.negotiation.landscape import Landscape, looked_at
from orm_sim.negotiation.quotes import Measure, Quote
from orm_sim.negotiation.sheets import from_unit, to_unit
from orm_sim.negotiation.tie_price import tie_rate
from orm_sim.negotiation.zone import Views

Floats = NDArray[np.float64]
SPLIT, TOLD = "split", "told"
"""Kinds of the quotes that halve every issue, and that trade them."""
LOOKS, STEPS = 256, 101
"""Sheets looked at for a trade, and prices of each."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """The joint surplus of two sides that keep their priorities to themselves, and of two that tell them.

    Attributes
    ----------
    split_agreed : bool
        Whether both sides would agree to the sheet that halves every issue; without, they walk away with nothing.
    halved, known : float
        Sum of both gains over the reservation values, $: under that sheet (0 where it is not agreed to), and under
        the best quoted sheet that leaves neither side worse off.
    title : str
        That sheet; empty where no quoted sheet is agreed to.
    client, vendor : Estimate
        What each side gains by it, $, paired.
    """

    split_agreed: bool
    halved: float
    known: float
    title: str
    client: Estimate
    vendor: Estimate

    @property
    def rise(self) -> float:
        """What telling brings both together, $."""
        return self.known - self.halved


def split_down_the_middle(land: Landscape, issue: str) -> dict[str, float]:
    """The sheet of two sides that halve what they disagree about, one issue after the other.

    Parameters
    ----------
    issue : str
        The one that is a price: set where both gain the same, the others being halved; halved too where nothing does.
    """
    bounds = land.deal.issues
    middle = {name: 0.5 * (each.low + each.high) for name, each in bounds.items()}

    def apart(value: float) -> float:
        views = land.of({**middle, issue: value})
        return float(views.client[0] - views.vendor[0])

    tie = tie_rate(apart, 0.0, (bounds[issue].low, bounds[issue].high), points=15)
    return land.deal.rounded(middle if tie.rate is None else {**middle, issue: tie.rate})


def traded(land: Landscape, halved: Mapping[str, float], issue: str) -> dict[str, float] | None:
    """The sheet inside the zone that brings the side it helps less the most over a halved one; None without a zone.

    Parameters
    ----------
    halved : mapping of str to float
        Sheet that is bettered.
    issue : str
        The price: looked at in small steps, so that it divides what the other issues bring.
    """
    deal = land.deal
    sheets = [deal.rounded(sheet) for sheet in from_unit(deal, looked_at(deal)[:LOOKS])]
    unit = np.repeat(to_unit(deal, sheets), STEPS, axis=0)
    unit[:, list(deal.issues).index(issue)] = np.tile(np.linspace(0.0, 1.0, STEPS), LOOKS)
    views, before = land.views(unit), land.of(halved)
    least = np.minimum(views.client - before.client[0], views.vendor - before.vendor[0])
    inside = np.where(views.agreed(land.max_failure), least, -np.inf)
    best = int(np.argmax(inside))
    return deal.rounded(from_unit(deal, unit[[best]])[0]) if np.isfinite(inside[best]) else None


def logroll(client: Floats, vendor: Floats, floor: tuple[float, float]) -> int | None:
    """The position of the largest sum of gains among those that leave neither side below its floor; None without any.

    Examples
    --------
    >>> logroll(np.array([50.0, 80.0, 170.0]), np.array([50.0, 80.0, 40.0]), (50.0, 50.0))
    1
    """
    kept = np.flatnonzero((client >= floor[0]) & (vendor >= floor[1]))
    return int(kept[np.argmax((client + vendor)[kept])]) if kept.size else None


def shared(quotes: Sequence[Quote], measure: Measure, reserve: float, max_failure: float) -> Sharing | None:
    """What the best quoted sheet brings over the one that halves every issue; None where none was quoted.

    Parameters
    ----------
    quotes : sequence of Quote
        Lived; one of the kind `SPLIT` at most.
    reserve : float
        What the client's best alternative is worth to it, $.
    max_failure : float
        Share of histories in which the vendor may fail.
    """
    at = next((place for place, quote in enumerate(quotes) if quote.kind == SPLIT), None)
    if at is None:
        return None
    lived = [quote.known for quote in quotes]
    views = Views(
        np.array([measure.of(each.client - reserve) for each in lived]),
        np.array([measure.of(each.vendor) for each in lived]),
        np.array([float(each.failed.mean()) for each in lived]),
        np.array([each.signs for each in lived]),
    )
    agreed = views.agreed(max_failure)
    split_agreed = bool(agreed[at])
    floor = (float(views.client[at]), float(views.vendor[at])) if split_agreed else (0.0, 0.0)
    best = logroll(np.where(agreed, views.client, -np.inf), np.where(agreed, views.vendor, -np.inf), floor)
    nothing = np.zeros_like(lived[at].client)
    before = (lived[at].client - reserve, lived[at].vendor) if split_agreed else (nothing, nothing)
    after = before if best is None else (lived[best].client - reserve, lived[best].vendor)
    client, vendor = (measure.apart(then, now) for then, now in zip(after, before, strict=True))
    halved = sum(floor)
    known = halved if best is None else float(views.client[best] + views.vendor[best])
    return Sharing(split_agreed, halved, known, "" if best is None else quotes[best].title, client, vendor)
