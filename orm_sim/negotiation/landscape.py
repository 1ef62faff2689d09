"""The lived sheets joined into surfaces: any sheet's gains at once, the trade between two issues, and offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orm_sim.negotiation.bargaining import Frontier, Meeting, frontier, meetings
from orm_sim.negotiation.sheets import Deal, from_unit, to_unit
from orm_sim.negotiation.surface import Surface, fit
from orm_sim.negotiation.tie_price import Tie, tie_rate
from orm_sim.negotiation.zone import Views

Floats = NDArray[np.float64]

LOOKS = 12
"""Base-2 logarithm of the sheets at which surfaces are looked at."""
OFFERS, SPARES = 3, 3
SURE = 0.8
"""Between sheets that are signed (1) and not (0) the vendor is counted on from here on: an edge is no place to be."""


@dataclass(frozen=True, slots=True)
class Landscape:
    """Both sides' gains and the vendor's failure over the issues.

    Attributes
    ----------
    deal : Deal
    client, vendor, failure, signing : Surface
        Gains in $; shares of histories, the last as 0 to 1.
    max_failure : float
    """

    deal: Deal
    client: Surface
    vendor: Surface
    failure: Surface
    signing: Surface | None
    max_failure: float

    def views(self, unit: Floats) -> Views:
        """What sheets come to, given as points of the unit cube."""
        signs = np.ones(len(unit), bool) if self.signing is None else self.signing.at(unit) >= SURE
        failure = np.clip(self.failure.at(unit), 0.0, 1.0)
        return Views(self.client.at(unit), self.vendor.at(unit), failure, signs)

    def of(self, sheet: Mapping[str, float]) -> Views:
        """What one sheet comes to."""
        return self.views(to_unit(self.deal, [dict(sheet)]))

    def answer(self, sheet: Mapping[str, float], issue: str, side: str, target: float) -> Tie:
        """The value of one issue at which a side's gain is `target`, the other issues as in the sheet."""
        bounds = self.deal.issues[issue]

        def gain(value: float) -> float:
            views = self.of({**sheet, issue: value})
            return float(views.client[0] if side == "client" else views.vendor[0])

        return tie_rate(gain, target, (bounds.low, bounds.high), points=15)

    def slope(self, sheet: Mapping[str, float], issue: str, side: str) -> float:
        """How much a side gains per unit of an issue around a sheet, $."""
        bounds = self.deal.issues[issue]
        reach = 0.1 * (bounds.high - bounds.low)
        ends = [min(max(sheet[issue] + step, bounds.low), bounds.high) for step in (-reach, reach)]
        views = [self.of({**sheet, issue: end}) for end in ends]
        gains = [float(v.client[0] if side == "client" else v.vendor[0]) for v in views]
        return (gains[1] - gains[0]) / (ends[1] - ends[0])


def survey(deal: Deal, sheets: list[dict[str, float]], views: Views, max_failure: float) -> Landscape:
    """Surfaces through lived sheets; gains are fitted where the vendor signs.

    Raises
    ------
    ValueError
        When too few sheets are signed to carry a surface.
    """
    unit = to_unit(deal, sheets)
    signed = views.signs
    return Landscape(
        deal,
        fit(unit[signed], views.client[signed]),
        fit(unit[signed], views.vendor[signed]),
        fit(unit[signed], views.failure[signed]),
        None
        if signed.all()
        else fit(unit, signed.astype(np.float64), (0.0, 1e-3)),  # a signature has no noise to be smoothed
        max_failure,
    )


def looked_at(deal: Deal) -> Floats:
    """Points of the unit cube spread evenly over it, float64[point, issue]; always the same."""
    from scipy.stats import qmc  # slow to import: only where a deal is looked for

    return np.asarray(qmc.Sobol(len(deal.issues), seed=0).random_base2(LOOKS), dtype=np.float64)


def meeting_sheets(land: Landscape, power: float) -> tuple[Frontier, list[tuple[Meeting, dict[str, float]]]]:
    """The frontier inside the zone, and the sheet at each bargaining point; none when the zone is empty."""
    unit = looked_at(land.deal)
    views = land.views(unit)
    inside = views.agreed(land.max_failure)
    edge = frontier(np.where(inside, views.client, np.nan), np.where(inside, views.vendor, np.nan))
    if not len(edge):
        return edge, []
    found = []
    for meeting in meetings(edge, power):
        at = (1.0 - meeting.weight) * unit[meeting.left] + meeting.weight * unit[meeting.right]
        found.append((meeting, land.deal.rounded(from_unit(land.deal, at[None])[0])))
    return edge, found


def client_equal(land: Landscape, level: float, issue: str) -> list[dict[str, float]]:
    """Sheets worth the same to the client and as different as may be, the first the best for the vendor.

    Parameters
    ----------
    level : float
        The client's gain that all have, on the surface.
    issue : str
        The issue that is set so that they have it.

    Returns
    -------
    list of sheets
        Inside the zone: three, and three more to take their place; fewer where the level leaves no room.
    """
    names = list(land.deal.issues)
    place = names.index(issue)
    steps = np.linspace(0.0, 1.0, 41)
    others = looked_at(land.deal)[:512]
    rows = []
    for row in others:
        line = np.repeat(row[None], steps.size, axis=0)
        line[:, place] = steps
        gains = land.client.at(line) - level
        cross = np.flatnonzero(np.diff(np.signbit(gains)))
        for at in cross[:1]:
            share = gains[at] / (gains[at] - gains[at + 1])
            point = row.copy()
            point[place] = steps[at] + share * (steps[at + 1] - steps[at])
            rows.append(point)
    if not rows:
        return []
    points = np.array(rows)
    views = land.views(points)
    kept = views.agreed(land.max_failure)
    if not kept.any():
        return []
    points, worth = points[kept], views.vendor[kept]
    chosen = [int(np.argmax(worth))]
    while len(chosen) < min(OFFERS + SPARES, len(points)):
        apart = np.min([np.linalg.norm(points - points[c], axis=1) for c in chosen], axis=0)
        if apart.max() < 0.05:
            break
        chosen.append(int(np.argmax(apart)))
    return [land.deal.rounded(sheet) for sheet in from_unit(land.deal, points[chosen])]
