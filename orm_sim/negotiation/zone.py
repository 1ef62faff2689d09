"""The zone of agreement: where both sides gain and the vendor lasts, or why there is no such place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Views:
    """What sheets come to for both sides, one entry a sheet.

    Attributes
    ----------
    client, vendor : float64[sheet]
        Gains over the reservation values, $.
    failure : float64[sheet]
        Share of histories in which the vendor fails.
    signs : bool[sheet]
        Whether the vendor signs.
    """

    client: Floats
    vendor: Floats
    failure: Floats
    signs: NDArray[np.bool_]

    def agreed(self, max_failure: float) -> NDArray[np.bool_]:
        """Sheets inside the zone, bool[sheet]."""
        gains = (self.client >= 0.0) & (self.vendor >= 0.0)
        found: NDArray[np.bool_] = gains & self.signs & (self.failure <= max_failure)
        return found


def beaten_by(tail: Floats, broken: Floats) -> list[int | None]:
    """For each sheet one that protects the client better without breaking more often, or the reverse.

    Parameters
    ----------
    tail : float64[sheet]
        The client's gain in its worst histories; nan leaves a sheet out.
    broken : float64[sheet]
        Share of histories in which the two part early.

    Returns
    -------
    list of int or None
        Position of a sheet as good on both counts and better on one: of the largest tail among those, and then of
        the fewest breaks, so that it is itself beaten by none. None where there is none.

    Examples
    --------
    >>> beaten_by(np.array([1.0, 2.0, 3.0]), np.array([0.2, 0.1, 0.3]))
    [1, None, None]
    """
    found: list[int | None] = []
    for own_tail, own_broken in zip(tail, broken, strict=True):
        as_good = (tail >= own_tail) & (broken <= own_broken)
        better = np.flatnonzero(as_good & ((tail > own_tail) | (broken < own_broken)))
        order = np.lexsort((broken[better], -tail[better]))
        found.append(int(better[order[0]]) if better.size else None)
    return found


def empty_because(views: Views, max_failure: float) -> str | None:
    """Why no sheet is agreed to, naming what is missing; None when some are.

    Examples
    --------
    >>> dear = Views(np.array([-5.0, -9.0]), np.array([1.0, 4.0]), np.zeros(2), np.ones(2, bool))
    >>> empty_because(dear, 0.1)
    'no sheet is worth as much to the client as its alternative: the best falls short by $5'
    """
    if views.agreed(max_failure).any():
        return None
    n = views.client.size
    if not views.signs.any():
        return f"the vendor signs none of the {n} sheets: its people would earn more elsewhere under each of them"
    client, vendor = views.client[views.signs], views.vendor[views.signs]
    failure = views.failure[views.signs]
    for side, gains, other in (
        ("client", client, "its alternative"),
        ("vendor", vendor, "what its people would earn elsewhere"),
    ):
        if gains.max() < 0.0:
            short = f"the best falls short by ${-gains.max():,.0f}"
            return f"no sheet is worth as much to the {side} as {other}: {short}"
    both = (client >= 0.0) & (vendor >= 0.0)
    least = f"{failure.min():.0%}"
    if failure.min() > max_failure:
        return f"the vendor fails too often under every sheet: in {least} at the least, {max_failure:.0%} is allowed"
    if both.any():
        there = f"{failure[both].min():.0%}"
        allowed = f"{max_failure:.0%} is allowed"
        return f"where both sides gain the vendor fails in {there} of histories or more, and {allowed}"
    gap = float(np.minimum(client, vendor).max())
    return (
        "what the client can pay and what the vendor must earn do not meet: in the best sheet for both one side is"
        f" ${-gap:,.0f} short"
    )
