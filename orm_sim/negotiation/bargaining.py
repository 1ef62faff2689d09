"""Where two sides may meet: the frontier of what both can have at once, and four classical points on it.

Utilities are gains over each side's reservation value, so that (0, 0) is what happens without a deal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frontier:
    """What both sides can have at once, no side able to gain without the other losing.

    Attributes
    ----------
    client, vendor : float64[n]
        Gains over the reservation values, client's rising, vendor's falling; neither negative.
    source : int64[n]
        Position of each point among those the frontier was made from.
    """

    client: Floats
    vendor: Floats
    source: NDArray[np.int64]

    def __len__(self) -> int:
        return self.client.size


@dataclass(frozen=True, slots=True)
class Meeting:
    """A point of the frontier, between two neighbours of it.

    Attributes
    ----------
    name : str
        Which solution it is.
    client, vendor : float
        Both gains.
    left, right : int
        Positions, among the points the frontier was made from, of the neighbours.
    weight : float
        Share of the right neighbour, 0 to 1.
    """

    name: str
    client: float
    vendor: float
    left: int
    right: int
    weight: float


def frontier(client: Floats, vendor: Floats) -> Frontier:
    """The points that no other point beats for both sides, those outside the agreement zone left out.

    Parameters
    ----------
    client, vendor : float64[n]
        Gains over the reservation values; nan leaves a point out.

    Examples
    --------
    >>> frontier(np.array([1.0, 2.0, 0.5]), np.array([3.0, 1.0, 2.0])).source.tolist()
    [0, 1]
    """
    inside = np.flatnonzero((client >= 0.0) & (vendor >= 0.0))
    order = inside[np.lexsort((-vendor[inside], -client[inside]))]  # the client's best first
    best_so_far = np.maximum.accumulate(np.concatenate(([-np.inf], vendor[order])))[:-1]
    kept = order[vendor[order] > best_so_far][::-1]
    return Frontier(client[kept], vendor[kept], kept.astype(np.int64))


def meetings(edge: Frontier, power: float = 0.5) -> tuple[Meeting, ...]:
    """Nash's, Kalai and Smorodinsky's, the egalitarian and the largest-sum point of a frontier.

    The frontier is taken as the polyline through its points.

    Parameters
    ----------
    edge : Frontier
        One point or more.
    power : float
        The client's bargaining power in Nash's product u_client^power × u_vendor^(1−power).

    Raises
    ------
    ValueError
        For an empty frontier, or a power outside (0, 1).

    Notes
    -----
    Nash (1950); Kalai and Smorodinsky (1975): gains in proportion to the most that each side could have inside the
    agreement zone; egalitarian: equal gains. A frontier that ends before the ray reaches it gives its end.

    Examples
    --------
    >>> line = Frontier(np.array([0.0, 4.0]), np.array([8.0, 0.0]), np.array([0, 1]))
    >>> [(each.name, each.client, each.vendor) for each in meetings(line)][0]
    ('Nash', 2.0, 4.0)
    """
    if not len(edge):
        raise ValueError("a frontier without points has nothing to meet at")
    if not 0.0 < power < 1.0:
        raise ValueError(f"a bargaining power of {power} is not between 0 and 1")
    ideal = float(edge.client[-1]), float(edge.vendor[0])
    total = edge.client + edge.vendor
    return (
        _nash(edge, power),
        _on_ray(edge, "Kalai–Smorodinsky", *ideal),
        _on_ray(edge, "egalitarian", 1.0, 1.0),
        _at(edge, "largest sum", int(np.argmax(total)), 0.0),
    )


def power_behind(client: float, vendor: float, edge: Frontier) -> float:
    """The client's bargaining power under which Nash's point gives it the share that an offer gives it.

    Parameters
    ----------
    client, vendor : float
        Gains of the offer; both 0 or more and one above 0.

    Returns
    -------
    float
        From 0 to 1, to within 0.005.
    """
    if client < 0.0 or vendor < 0.0 or client + vendor <= 0.0:
        raise ValueError(f"gains of {client} and {vendor} divide nothing")
    share = client / (client + vendor)
    powers = np.linspace(0.005, 0.995, 199)
    shares = []
    for power in powers:
        found = _nash(edge, float(power))
        whole = found.client + found.vendor
        shares.append(found.client / whole if whole > 0.0 else 0.5)
    return float(powers[int(np.argmin(np.abs(np.asarray(shares) - share)))])


def _nash(edge: Frontier, power: float) -> Meeting:
    """The largest product, on each piece of the polyline in closed form."""
    best, place, weight = -1.0, 0, 0.0
    for left in range(max(len(edge) - 1, 1)):
        right = min(left + 1, len(edge) - 1)
        (a, b), (c, d) = (edge.client[left], edge.client[right]), (edge.vendor[left], edge.vendor[right])
        gain, loss = b - a, c - d
        inner = (
            (power * c * gain - (1.0 - power) * a * loss) / (gain * loss)
            if gain > 0.0 and loss > 0.0
            else 0.0
        )
        for w in (0.0, min(max(inner, 0.0), 1.0), 1.0):
            product = (a + w * gain) ** power * (c - w * loss) ** (1.0 - power)
            if product > best:
                best, place, weight = float(product), left, float(w)
    return _at(edge, "Nash", place, weight)


def _on_ray(edge: Frontier, name: str, client: float, vendor: float) -> Meeting:
    """Where the ray through (client, vendor) leaves the frontier."""
    tilt = edge.client * vendor - edge.vendor * client  # below 0 left of the ray, rising along the frontier
    right = int(np.searchsorted(tilt, 0.0))
    if right == 0:
        return _at(edge, name, 0, 0.0)
    if right == len(edge):
        return _at(edge, name, len(edge) - 1, 0.0)
    left = right - 1
    return _at(edge, name, left, float(-tilt[left] / (tilt[right] - tilt[left])))


def _at(edge: Frontier, name: str, left: int, weight: float) -> Meeting:
    right = min(left + 1, len(edge) - 1)

    def between(values: Floats) -> float:
        return float((1.0 - weight) * values[left] + weight * values[right])

    return Meeting(
        name,
        between(edge.client),
        between(edge.vendor),
        int(edge.source[left]),
        int(edge.source[right]),
        weight,
    )
